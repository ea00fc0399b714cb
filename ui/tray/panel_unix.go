//go:build !windows && !darwin

package tray

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"time"

	"fyne.io/systray"
	"github.com/godbus/dbus/v5"
)

// busVariable holds the address of the session bus, for us and for systray.
const busVariable = "DBUS_SESSION_BUS_ADDRESS"

// busRetry is how often a bus that does not answer is tried again: after the session
// restarts, another bus may have the same address.
const busRetry = time.Minute

// run shows the icon while loop runs: on the current session bus, and when that ends,
// on the next one that a client brings.
func (p *panel) run(ctx context.Context, loop func() error) error {
	ctx, cancel := context.WithCancel(ctx)
	p.retry = busRetry
	systray.SetOnTapped(p.tapped(ctx, doOpen)) // without it panels would open the menu
	p.ready()
	var wg sync.WaitGroup
	wg.Go(func() { p.listen(ctx) })
	wg.Go(func() { p.keepOnBus(ctx) })
	err := loop()
	cancel()
	wg.Wait()
	return err
}

// keepOnBus keeps the icon on a session bus until ctx ends.
func (p *panel) keepOnBus(ctx context.Context) {
	var end func() // removes the icon
	defer func() {
		if end != nil {
			end()
		}
	}()
	select {
	case <-ctx.Done():
		return
	case <-p.first: // a panel that reads an empty menu may keep it
	}
	address := busAddress()
	for {
		if conn := p.connect(address); conn != nil {
			watch(ctx, conn, p.cfg, func() {
				os.Setenv(busVariable, address) // systray reads the address from there
				start, stop := systray.RunWithExternalLoop(nil, nil)
				p.startIcon(start)
				if err := p.takeClicks(ctx); err != nil {
					p.cfg.Log.Warn("a middle click on the icon does nothing", "err", err)
				}
				end = stop
			})
			conn.Close()
		}
		if ctx.Err() != nil {
			return
		}
		p.cfg.State(NoBus)
		var again <-chan time.Time
		if address != "" {
			again = time.After(p.retry)
		}
		select {
		case <-ctx.Done():
			return
		case <-again:
		case s := <-p.cfg.Sessions:
			address = s.DBus
		}
	}
}

// startIcon calls start, which shows the icon. The title at that time becomes the
// icon's Id. Panels use it to remember the icon's place, so it is always the same.
func (p *panel) startIcon(start func()) {
	p.mu.Lock()
	p.titled, p.shownTitle = false, ""
	p.mu.Unlock()
	systray.SetTitle("TokenTray")
	start()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.titled = true
	p.title(p.want.tooltip)
}

// Where systray puts the icon on the bus.
const (
	iconName = "org.kde.StatusNotifierItem"
	iconPath = dbus.ObjectPath("/StatusNotifierItem")
)

// takeClicks takes over the clicks on the icon that systray just showed: it does not
// tell a middle click from a wish for the menu.
func (p *panel) takeClicks(ctx context.Context) error {
	conn, err := dbus.SessionBus() // systray's own, which is shared
	if err != nil {
		return err
	}
	does := func(v verb) func(x, y int32) *dbus.Error {
		tap := p.tapped(ctx, v)
		return func(int32, int32) *dbus.Error { tap(); return nil }
	}
	unknown := func(int32, int32) *dbus.Error { return &dbus.ErrMsgUnknownMethod }
	return conn.ExportMethodTable(map[string]any{
		"Activate":          does(doOpen),
		"SecondaryActivate": does(doAgain),
		"ContextMenu":       unknown, // panels show the menu themselves
		"Scroll":            func(int32, string) *dbus.Error { return &dbus.ErrMsgUnknownMethod },
	}, iconPath, iconName)
}

// title sets the icon's title to the tooltip's text: many panels show that instead,
// and screen readers read it.
func (p *panel) title(tooltip string) {
	if p.titled && p.shownTitle != tooltip {
		p.shownTitle = tooltip
		systray.SetTitle(tooltip)
	}
}

// connect opens a private connection, so that no other signals arrive on it. It
// returns nil if there is no bus.
func (p *panel) connect(address string) *dbus.Conn {
	if address == "" {
		return nil
	}
	conn, err := dbus.Connect(address)
	if err != nil {
		p.cfg.Log.Info("no session bus for the tray", "err", err)
		return nil
	}
	return conn
}

// busAddress returns the session bus of this process, or "". It must be called before
// anything of D-Bus: without an address the library would start a bus of its own,
// which no other program uses.
func busAddress() string {
	if a := os.Getenv(busVariable); a != "" && a != "autolaunch:" {
		return a
	}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		socket := filepath.Join(dir, "bus")
		if info, err := os.Stat(socket); err == nil && info.Mode()&os.ModeSocket != 0 {
			return "unix:path=" + dbus.EscapeBusAddressValue(socket)
		}
	}
	return ""
}
