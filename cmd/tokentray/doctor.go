package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/clipboard"
	"tokentray/core/doctor"
	"tokentray/core/door"
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
		Port:     func(ctx context.Context) doctor.Port { return lookAtPort(ctx, home) },
		Bus:      busAddress(), Clipboard: clipboard.New(clipboard.Options{Session: clipboard.EnvSession()}).Name(),
		Wayland: os.Getenv("WAYLAND_DISPLAY") != "", Upstream: o.BaseURL, Now: time.Now,
	}
	if s := clipboard.EnvSession(); s.Display != "" || s.WaylandDisplay != "" {
		c.Manager = func(ctx context.Context) (doctor.Manager, bool) {
			p, ok := clipboard.Find(ctx, s)
			return doctor.Manager{ID: p.ID, Name: p.Name, Hint: string(p.Hint), Since: p.Since}, ok
		}
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
	at, _ := launch.Find(ctx, h)
	s, err := api.Dial(at.Socket()).Answers(ctx, api.AnswerTime)
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

// lookAtPort asks the agent for the port's state. Without an agent it looks itself:
// another program may listen where clients send their keys.
func lookAtPort(ctx context.Context, h home.Home) doctor.Port {
	at, _ := launch.Find(ctx, h)
	client := api.Dial(at.Socket())
	defer client.Close()
	l, err := client.Loopback(ctx)
	if err == nil {
		p := doctor.Port{Number: l.Port, Open: l.State == api.DoorOn}
		p.Taken = l.Error != nil && l.Error.Remedy == core.RemedyPort
		if l.Holder != nil {
			p.Known, p.Own, p.User = true, l.Holder.Own, l.Holder.User
		}
		return p
	}
	set, err := store.Peek(h.DB())
	switch {
	case errors.Is(err, os.ErrNotExist):
		set = core.DefaultSettings()
	case err != nil:
		return doctor.Port{}
	}
	p := doctor.Port{Number: set.LoopbackPort, Taken: door.PortTaken(ctx, set.LoopbackPort)}
	if holder := door.HolderOf(p.Number); p.Taken && holder != nil {
		p.Known, p.Own, p.User = true, holder.Own, holder.Name
	}
	return p
}

// portHolder is cli.Parts.Holder.
func portHolder(port int) *api.Holder {
	h := door.HolderOf(port)
	if h == nil {
		return nil
	}
	return &api.Holder{User: h.Name, Own: h.Own}
}

// lookAtKeyring asks for an entry that does not exist. A keyring that says so works.
func lookAtKeyring(ctx context.Context) doctor.Keyring {
	k := vault.NewKeyring(vault.KeyringConfig{Home: "doctor", DBus: busAddress()})
	_, err := k.Get(ctx, "nothing")
	if err == nil || errors.Is(err, vault.ErrNotFound) {
		return doctor.Keyring{}
	}
	return doctor.Keyring{Locked: errors.Is(err, vault.ErrLocked), Err: err}
}

// busAddress returns the address of the session bus, or "". It only looks; it never
// starts a bus.
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
