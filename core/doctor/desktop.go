package doctor

import (
	"context"
	"time"

	"github.com/godbus/dbus/v5"
)

// The names under which desktops show tray icons.
const (
	watcherName = "org.kde.StatusNotifierWatcher"
	watcherPath = dbus.ObjectPath("/StatusNotifierWatcher")
)

// busTime is how long the session bus may take to answer.
const busTime = 3 * time.Second

// desktop checks the session bus and the tray. It has a connection of its own to the
// known address: the library would start a bus if there is none, and nobody would
// end it.
func (c Config) desktop(ctx context.Context) []Finding {
	if c.GOOS == "windows" || c.GOOS == "darwin" {
		return []Finding{
			{Check: "bus", Level: OK, Says: "bus_native"},
			{Check: "tray", Level: OK, Says: "tray_native"},
		}
	}
	noTray := Finding{Check: "tray", Level: Warn, Says: "tray_no_bus"}
	if c.Bus == "" {
		return []Finding{{Check: "bus", Level: Warn, Says: "bus_none", Fix: "bus_fix"}, noTray}
	}
	ctx, cancel := context.WithTimeout(ctx, busTime)
	defer cancel()
	conn, err := dbus.Connect(c.Bus, dbus.WithContext(ctx))
	if err != nil {
		return []Finding{{Check: "bus", Level: Warn, Says: "bus_bad", Fix: "bus_fix", Args: []any{"error", plain(err)}}, noTray}
	}
	defer func() { _ = conn.Close() }()
	tray := Finding{Check: "tray", Level: Warn, Says: "tray_no_host", Fix: "tray_fix"}
	if hosted(ctx, conn) {
		tray = Finding{Check: "tray", Level: OK, Says: "tray_ok"}
	}
	return []Finding{{Check: "bus", Level: OK, Says: "bus_ok"}, tray}
}

// hosted reports whether a program shows tray icons. A watcher alone is not enough:
// it may have no host. Asking a name without an owner must not start a service, so
// the owner is asked for first.
func hosted(ctx context.Context, conn *dbus.Conn) bool {
	var owned bool
	if err := conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, watcherName).Store(&owned); err != nil || !owned {
		return false
	}
	var v dbus.Variant
	call := conn.Object(watcherName, watcherPath).CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", 0, watcherName, "IsStatusNotifierHostRegistered")
	if call.Store(&v) != nil {
		return false
	}
	shown, _ := v.Value().(bool)
	return shown
}

// Manager is a clipboard manager. Hint says what it does with confidential content,
// according to package clipboard.
type Manager struct{ ID, Name, Hint, Since string }

// clipboard checks the clipboard, and which program keeps copies.
func (c Config) clipboard(ctx context.Context) []Finding {
	out := []Finding{c.board()}
	if c.Manager == nil {
		return out
	}
	m, ok := c.Manager(ctx)
	if !ok {
		return append(out, Finding{Check: "manager", Level: OK, Says: "manager_none"})
	}
	f := Finding{Check: "manager", Level: OK, Says: "manager_" + m.Hint, Args: []any{"name", m.Name, "since", m.Since}}
	switch m.Hint {
	case "ignored", "since", "unknown":
		f.Level, f.Fix = Warn, "manager_fix"
		if m.ID == "clipman" || m.ID == "copyq" || m.ID == "gpaste" {
			f.Fix = "manager_" + m.ID + "_fix"
		}
	}
	return append(out, f)
}

func (c Config) board() Finding {
	switch {
	case c.Clipboard == "none" && c.Wayland:
		return Finding{Check: "clipboard", Level: Warn, Says: "clipboard_wl", Fix: "clipboard_wl_fix"}
	case c.Clipboard == "none":
		return Finding{Check: "clipboard", Level: Warn, Says: "clipboard_no", Fix: "clipboard_fix"}
	}
	return Finding{Check: "clipboard", Level: OK, Says: "clipboard_ok", Args: []any{"name", c.Clipboard}}
}

func (c Config) window() Finding {
	if c.Window == "" {
		return Finding{Check: "window", Level: Warn, Says: "window_no", Fix: "window_fix"}
	}
	return Finding{Check: "window", Level: OK, Says: "window_ok", Args: []any{"path", c.Window}}
}
