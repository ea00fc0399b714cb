package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/godbus/dbus/v5"
)

// The settings portal, see
// https://flatpak.github.io/xdg-desktop-portal/docs/doc-org.freedesktop.portal.Settings.html.
const (
	portalName  = "org.freedesktop.portal.Desktop"
	portalPath  = dbus.ObjectPath("/org/freedesktop/portal/desktop")
	portalIface = "org.freedesktop.portal.Settings"
	schemeSpace = "org.freedesktop.appearance"
	schemeKey   = "color-scheme"
	schemeDark  = 1
	portalTime  = 5 * time.Second // includes the start of a portal that is not running
)

// serveScheme is the body of the child: it prints the number of the desktop's colour
// scheme, or nothing. A portal answers only callers whose process it can inspect. The
// window is sealed against that; the child has no secret and is not.
func serveScheme(out io.Writer) error {
	ctx, cancel := context.WithTimeout(context.Background(), portalTime)
	defer cancel()
	conn, err := sessionBus(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	var scheme dbus.Variant // nested in another variant: Read is older than ReadOne, and every portal has it
	err = conn.Object(portalName, portalPath).CallWithContext(ctx, portalIface+".Read", 0, schemeSpace, schemeKey).Store(&scheme)
	if err != nil {
		return fmt.Errorf("ask the desktop for its colour scheme: %w", err)
	}
	if inner, ok := scheme.Value().(dbus.Variant); ok {
		scheme = inner
	}
	_, err = fmt.Fprintln(out, scheme.Value())
	return err
}

// watchScheme reports whether the desktop is dark, first and at each change, until
// ctx ends. On a desktop without that setting it reports nothing.
func watchScheme(ctx context.Context, tell func(dark bool)) {
	conn, err := sessionBus(ctx)
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	changes := make(chan *dbus.Signal, 16)
	conn.Signal(changes)
	err = conn.AddMatchSignalContext(ctx, dbus.WithMatchObjectPath(portalPath), dbus.WithMatchInterface(portalIface), dbus.WithMatchMember("SettingChanged"))
	if err != nil {
		return
	}
	if scheme, ok := askPortal(ctx); ok {
		tell(scheme == schemeDark)
	}
	for {
		select {
		case s := <-changes:
			if s == nil {
				return // the bus is gone
			}
			var space, key string
			var value dbus.Variant
			if dbus.Store(s.Body, &space, &key, &value) == nil && space == schemeSpace && key == schemeKey {
				tell(value.Value() == uint32(schemeDark))
			}
		case <-ctx.Done():
			return
		}
	}
}

// askPortal runs the child that asks.
func askPortal(ctx context.Context) (scheme uint, ok bool) {
	exe, err := os.Executable()
	if err != nil {
		return 0, false
	}
	ctx, cancel := context.WithTimeout(ctx, 2*portalTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, exe, schemeCommand)
	cmd.Dir = string(filepath.Separator)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := cmd.Output()
	if err != nil {
		return 0, false
	}
	_, err = fmt.Sscan(strings.TrimSpace(string(out)), &scheme)
	return scheme, err == nil
}

// sessionBus connects to the session bus if there is one. The library's own function
// would start one.
func sessionBus(ctx context.Context) (*dbus.Conn, error) {
	address := os.Getenv("DBUS_SESSION_BUS_ADDRESS")
	if address == "" {
		address = "unix:path=" + dbus.EscapeBusAddressValue(filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "bus"))
	}
	return dbus.Connect(address, dbus.WithContext(ctx))
}
