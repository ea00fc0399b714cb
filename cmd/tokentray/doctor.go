package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"tokentray/core/api"
	"tokentray/core/clipboard"
	"tokentray/core/doctor"
	"tokentray/core/home"
	"tokentray/core/launch"
	"tokentray/core/store"
	"tokentray/core/vault"
	"tokentray/ui/cli"
)

// runDoctor is cli.Parts.Doctor.
func runDoctor(ctx context.Context, o cli.DoctorOptions) ([]cli.Finding, error) {
	home, err := home.Find(o.Home)
	if err != nil {
		return nil, err
	}
	c := doctor.Config{
		GOOS: runtime.GOOS, Home: home.Dir(), Log: home.Log(), DatabasePath: home.DB(),
		Folders:  doctor.LookAtFolder(home.Dir()),
		Agent:    func(ctx context.Context) doctor.Agent { return lookAtAgent(ctx, home) },
		Database: func() doctor.Database { return lookAtDatabase(home.DB()) },
		Keyring:  lookAtKeyring,
		Bus:      busAddress(), Clipboard: clipboard.New(clipboard.Options{Session: clipboard.EnvSession()}).Name(),
		Wayland: os.Getenv("WAYLAND_DISPLAY") != "", Upstream: o.BaseURL, Now: time.Now,
	}
	c.Folders.Socket, c.Folders.SocketErr = home.Socket(), home.CheckSocket()
	if file := vault.NewFile(home.PassphraseFile(), 0); file.Exists() {
		c.PassphraseFile, c.PassphraseErr = home.PassphraseFile(), file.Inspect()
	}
	if path, err := launch.FindProgram(windowProgram); err == nil {
		c.Window = path
	}
	if c.Upstream == "" {
		c.Upstream = knownKinds().Default().BaseURL
	}
	var out []cli.Finding
	for _, f := range doctor.Run(ctx, c) {
		out = append(out, cli.Finding{Check: f.Check, Level: cli.Level(f.Level), Says: f.Says, Fix: f.Fix, Args: f.Args, Err: f.Err})
	}
	return out, nil
}

func lookAtAgent(ctx context.Context, h home.Home) doctor.Agent {
	s, err := api.Dial(h.Socket()).Answers(ctx, api.AnswerTime)
	switch {
	case err == nil:
		return doctor.Agent{Running: true, Version: s.Version, PID: s.PID}
	case errors.Is(err, api.ErrVersion):
		return doctor.Agent{Running: true, Other: true}
	case errors.Is(err, api.ErrNoAgent):
		return doctor.Agent{}
	}
	return doctor.Agent{Running: true, Err: err}
}

func lookAtDatabase(path string) doctor.Database {
	err := store.Inspect(path)
	return doctor.Database{InUse: errors.Is(err, store.ErrInUse), Err: err}
}

// lookAtKeyring asks for an entry that nobody has: a keyring that says so is
// well.
func lookAtKeyring(ctx context.Context) doctor.Keyring {
	k := vault.NewKeyring(vault.KeyringConfig{Home: "doctor", DBus: busAddress()})
	_, err := k.Get(ctx, "nothing")
	if err == nil || errors.Is(err, vault.ErrNotFound) {
		return doctor.Keyring{}
	}
	return doctor.Keyring{Locked: errors.Is(err, vault.ErrLocked), Err: err}
}

// busAddress is where the session bus is, empty where there is none. It is only
// looked for: nothing starts one.
func busAddress() string {
	if a := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); a != "" {
		return a
	}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		path := filepath.Join(dir, "bus")
		if _, err := os.Stat(path); err == nil {
			return "unix:path=" + path
		}
	}
	return ""
}
