// Package launch finds the agent of a home, and starts one if none runs, as
// gpg-agent is started.
//
// A client calls Ensure. If nobody listens on the home's socket it starts tokentray
// agent in a session of its own and waits for one line on a pipe: the agent is
// ready, another one runs already, or why it cannot start. The child's end of that
// pipe is an Announcer. Any number of callers at once start one agent: the lock on
// the database decides which.
package launch

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
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/format"
	"tokentray/core/home"
	"tokentray/core/local"
)

// Times of a start.
const (
	startTime = 30 * time.Second       // until the child is ready; on a busy machine it takes long
	takenTime = 10 * time.Second       // until an agent that has the home answers
	meetTime  = 2 * time.Second        // until a running agent listens
	meetPause = 10 * time.Millisecond  // between two looks for its socket
	dialTime  = 500 * time.Millisecond // for one look
)

// Start says how Ensure starts the agent. The zero value is right everywhere
// but in tests.
type Start struct {
	Exe  string        // the tokentray program; empty: FindProgram("tokentray")
	Args []string      // nil: agent
	Env  []string      // added to this process's environment
	Wait time.Duration // until it must be ready; 0 means 30 s
}

// Ensure returns a client of the home's agent, and starts an agent first if there is
// none. Any number of callers at once start one. If the agent does not start, the
// error says why and has ErrCannotStart in its chain.
func Ensure(ctx context.Context, h home.Home, how Start) (*api.Client, error) {
	if err := h.CheckSocket(); err != nil {
		return nil, CannotStart(err)
	}
	if how.Wait == 0 {
		how.Wait = startTime
	}
	ctx, cancel := context.WithTimeoutCause(ctx, how.Wait, fmt.Errorf("it was not ready within %s", how.Wait))
	defer cancel()
	var taken time.Time // since when another agent is seen to have the home
	for {
		if at, ok := Find(ctx, h); ok {
			return api.Dial(at.Socket()), nil
		}
		err := start(ctx, h, how)
		if err == nil {
			return api.Dial(h.Socket()), nil
		}
		if !taken.IsZero() && ctx.Err() != nil {
			return nil, silent()
		}
		if !errors.Is(err, errRunning) {
			return nil, err
		}
		if taken.IsZero() {
			taken = time.Now()
		}
		// The running one either begins to listen in a moment or is about to end.
		if at, ok := meet(ctx, h); ok {
			return api.Dial(at.Socket()), nil
		}
		if ctx.Err() != nil || time.Since(taken) > takenTime {
			return nil, silent()
		}
	}
}

// silent is the refusal of a home that an agent without a socket holds.
func silent() *core.Error {
	return &core.Error{
		Class: core.Internal, Remedy: core.RemedyInUse,
		Message: "another agent holds this home but does not answer; end it with tokentray stop",
		Err:     ErrCannotStart,
	}
}

// Find is the home with the socket on which its agent listens: the one that this
// process looks for, or the one that an agent with another runtime folder noted in
// the home. Without an agent it is the home unchanged, and false.
func Find(ctx context.Context, h home.Home) (home.Home, bool) {
	if Listens(ctx, h.Socket()) {
		return h, true
	}
	if at, ok := h.Noted(); ok && at.CheckSocket() == nil && Listens(ctx, at.Socket()) {
		return at, true
	}
	return h, false
}

// Listens reports whether somebody accepts connections on the socket.
func Listens(ctx context.Context, socket string) bool {
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	conn, err := local.Dial(ctx, socket)
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

// meet waits for somebody to listen.
func meet(ctx context.Context, h home.Home) (home.Home, bool) {
	ctx, cancel := context.WithTimeout(ctx, meetTime)
	defer cancel()
	for {
		if at, ok := Find(ctx, h); ok {
			return at, true
		}
		select {
		case <-ctx.Done():
			return h, false
		case <-time.After(meetPause):
		}
	}
}

// start starts the agent and waits for its word.
func start(ctx context.Context, h home.Home, how Start) error {
	if err := h.Mkdirs(); err != nil {
		return CannotStart(err)
	}
	exe := how.Exe
	if exe == "" {
		var err error
		if exe, err = FindProgram("tokentray"); err != nil {
			return CannotStart(err)
		}
	}
	args := how.Args
	if args == nil {
		args = []string{"agent"}
	}
	cmd := exec.Command(exe, args...) // not CommandContext: it outlives us
	cmd.Dir = string(filepath.Separator)
	cmd.Env = slices.Concat(format.CleanEnv(os.Environ()), how.Env, h.Environ())
	log, err := home.OpenLogFile(h)
	if err == nil {
		defer log.Close()
		cmd.Stdout, cmd.Stderr = log, log
	}
	pipe, w, err := os.Pipe()
	if err != nil {
		return CannotStart(fmt.Errorf("make a pipe: %w", err))
	}
	defer pipe.Close()
	detach(cmd, w)
	err = cmd.Start()
	_ = w.Close()
	if err != nil {
		return CannotStart(err)
	}
	heard := make(chan error, 1)
	go func() { heard <- readAnnouncement(pipe) }() // ends with the pipe, which is closed below
	select {
	case err = <-heard:
	case <-ctx.Done():
		_ = pipe.Close()
		<-heard
		err = CannotStart(context.Cause(ctx))
	}
	_ = cmd.Process.Release()
	return err
}

// DropTokens removes from this process's environment what tokentray exec put there.
// Call it in an agent, before it starts other programs, because they inherit the
// environment.
func DropTokens() {
	for _, name := range append(format.Tokens(os.Environ()), format.ExecVariable) {
		_ = os.Unsetenv(name)
	}
}

// FindProgram finds one of our programs: this very one, its neighbour in the same
// folder, else the one in PATH.
func FindProgram(name string) (string, error) {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if self, err := os.Executable(); err == nil {
		for _, self := range []string{self, resolved(self)} {
			path := filepath.Join(filepath.Dir(self), name)
			if info, err := os.Stat(path); err == nil && !info.IsDir() {
				return path, nil
			}
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("find the program %s beside this one or in PATH: %w; install it", strings.TrimSuffix(name, ".exe"), err)
	}
	return filepath.Abs(path)
}

func resolved(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}
