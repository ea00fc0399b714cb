package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/format"
	"tokentray/core/home"
	"tokentray/core/launch"
)

// windowProgram is the program next to this one that shows the window.
const windowProgram = "tokentray-window"

// connect is cli.Parts.Connect.
func connect(ctx context.Context, dir string, start bool) (api.Agent, error) {
	h, err := home.Find(dir)
	if err != nil {
		return nil, err
	}
	if start {
		client, err := ensure(ctx, h)
		if errors.Is(err, launch.ErrCannotStart) {
			err = fmt.Errorf("%w: %w", api.ErrNoAgent, err)
		}
		if err != nil {
			return nil, err
		}
		client.Revive = func(ctx context.Context) error {
			again, err := ensure(ctx, h)
			if again != nil {
				again.Close()
			}
			return err
		}
		return client, nil
	}
	if err := h.CheckSocket(); err != nil {
		return nil, err
	}
	at, _ := launch.Find(ctx, h)
	client := api.Dial(at.Socket())
	switch _, err := client.Answers(ctx, api.AnswerTime); {
	case errors.Is(err, api.ErrVersion):
		return client, err
	case err != nil:
		return nil, err
	}
	return client, nil
}

// ensure connects to the agent, or starts one, and waits for its answer. If an agent
// accepts the connection but does not answer, it was about to end, so ensure tries
// once more.
func ensure(ctx context.Context, h home.Home) (*api.Client, error) {
	client, err := meet(ctx, h)
	if client != nil && errors.Is(err, api.ErrNoAgent) {
		client.Close()
		client, err = meet(ctx, h)
	}
	return client, err
}

// meet is ensure without the second try. If it returns a client together with an
// error, an agent accepted the connection and did not answer.
func meet(ctx context.Context, h home.Home) (*api.Client, error) {
	client, err := launch.Ensure(ctx, h, launch.Start{})
	if err != nil {
		return nil, err
	}
	if _, err = client.Answers(ctx, api.AnswerTime); errors.Is(err, api.ErrVersion) {
		err = nil // each call returns that error
	}
	return client, err
}

// databaseOpen is cli.Parts.DatabaseOpen.
func databaseOpen(dir string) bool {
	h, err := home.Find(dir)
	return err == nil && lookAtDatabase(h.DB()).InUse
}

// ours is cli.Parts.Ours.
func ours(dir, path string) bool {
	h, err := home.Find(dir)
	return err == nil && h.Holds(path)
}

// openWindow is cli.Parts.OpenWindow.
func openWindow(dir string) error {
	cmd, err := windowCommand(dir)
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return noWindow(err)
	}
	return cmd.Process.Release()
}

// openWindowOn is openWindow for an agent, whose desktop can differ from that of its
// environment: it may have been started over ssh, or by a program that passes on few
// variables. The channel is closed when the window has ended.
func openWindowOn(dir string, on api.Session) (<-chan struct{}, error) {
	if needsDisplay() && on.Display == "" && on.WaylandDisplay == "" {
		return nil, noWindow(errors.New("no desktop is known; run any tokentray command on the desktop"))
	}
	cmd, err := windowCommand(dir)
	if err != nil {
		return nil, err
	}
	if needsDisplay() {
		cmd.Env = withDesktop(cmd.Env, on)
	}
	if err := cmd.Start(); err != nil {
		return nil, noWindow(err)
	}
	ended := make(chan struct{})
	go func() { // ends with the window, which may outlive this process
		defer close(ended)
		_ = cmd.Wait()
	}()
	return ended, nil
}

// needsDisplay reports whether the environment says where windows are shown.
func needsDisplay() bool { return runtime.GOOS != "windows" && runtime.GOOS != "darwin" }

// withDesktop returns an environment with its desktop variables replaced.
func withDesktop(env []string, on api.Session) []string {
	for name, value := range map[string]string{
		"DISPLAY": on.Display, "WAYLAND_DISPLAY": on.WaylandDisplay, "XAUTHORITY": on.XAuthority, "DBUS_SESSION_BUS_ADDRESS": on.DBus,
	} {
		env = slices.DeleteFunc(env, func(one string) bool { return strings.HasPrefix(one, name+"=") })
		if value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// windowCommand runs the window on a home, in a session of its own.
func windowCommand(dir string) (*exec.Cmd, error) {
	exe, err := launch.FindProgram(windowProgram)
	if err != nil {
		return nil, noWindow(err)
	}
	cmd := exec.Command(exe)
	cmd.Dir = string(filepath.Separator)
	cmd.Env = format.CleanEnv(os.Environ())
	if dir != "" {
		abs, err := filepath.Abs(dir)
		if err != nil {
			return nil, noWindow(err)
		}
		cmd.Env = append(cmd.Env, home.Variable+"="+abs)
	}
	cmd.SysProcAttr = launch.Apart()
	return cmd, nil
}

func noWindow(err error) error {
	return &core.Error{Class: core.Internal, Remedy: core.RemedyLog, Message: "the window cannot be opened: " + err.Error(), Err: err}
}
