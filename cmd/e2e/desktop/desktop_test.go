//go:build linux

package desktop

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

func start(t *testing.T, o Options) *Desktop {
	t.Helper()
	d, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// TestDesktop shows that the desktop is one: a clipboard that two programs
// share, a window that can be found, typed into and closed, a tray that goes and
// comes, a keyring that keeps a secret, and nothing left at the end.
func TestDesktop(t *testing.T) {
	d := start(t, Options{Keyring: Unlocked, Panel: true})

	if err := d.SetClipboard("hello 你好"); err != nil {
		t.Error(err)
	}
	if text, targets := d.Clipboard(); text != "hello 你好" || !slices.Contains(targets, "UTF8_STRING") {
		t.Errorf("the clipboard holds %q, offered as %q", text, targets)
	}

	if _, _, err := d.Run(strings.NewReader("s3cret"), "sh", "-c", "cat >/dev/null"); err != nil {
		t.Error(err)
	}
	if items, err := d.KeyringItems(); err != nil || len(items) != 0 {
		t.Errorf("a new keyring holds %v, %v", items, err)
	}
	if err := d.LockKeyring(); err != nil {
		t.Error(err)
	}
	if locked, err := d.keyringLocked(); err != nil || !locked {
		t.Errorf("after locking the keyring: locked %v, %v", locked, err)
	}
	if err := d.UnlockKeyring(); err != nil {
		t.Error(err)
	}
	if locked, err := d.keyringLocked(); err != nil || locked {
		t.Errorf("after unlocking the keyring: locked %v, %v", locked, err)
	}

	items, err := d.TrayItems()
	if err != nil {
		t.Error(err)
	}
	t.Logf("icons of the tray itself: %d", len(items))
	if err := d.StopPanel(); err != nil {
		t.Error(err)
	}
	if err := d.StartPanel(); err != nil {
		t.Error(err)
	}
	img, err := d.Screenshot("")
	if err != nil {
		t.Fatal(err)
	}
	if got := img.Bounds().Size(); got.X != 1280 || got.Y != 800 {
		t.Errorf("the picture is %v", got)
	}

	if len(d.Processes("Xvfb")) != 1 || len(d.Processes("gnome-keyring-daemon")) != 1 {
		t.Errorf("the processes are %v", d.Processes())
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if left := d.Processes(); len(left) != 0 {
		t.Errorf("left over: %v", left)
	}
	if _, err := os.Stat(d.Dir); !os.IsNotExist(err) {
		t.Errorf("the folder is left over: %v", err)
	}
}

// TestBareDesktops shows the poorer sessions: a locked keyring, and none at all.
func TestBareDesktops(t *testing.T) {
	d := start(t, Options{Keyring: Locked})
	if locked, err := d.keyringLocked(); err != nil || !locked {
		t.Errorf("locked %v, %v", locked, err)
	}
	if d.HasName(watcherName) {
		t.Error("there is a tray without a panel")
	}

	d = start(t, Options{NoScreen: true, NoBus: true})
	out, err := d.Output("sh", "-c", "echo $DISPLAY$DBUS_SESSION_BUS_ADDRESS$WAYLAND_DISPLAY")
	if err != nil || strings.TrimSpace(out) != "" {
		t.Errorf("a session without screen and bus has %q, %v", out, err)
	}
}

func TestUntil(t *testing.T) {
	n := 0
	err := Until(time.Minute, "three", func() error {
		if n++; n < 3 {
			return os.ErrNotExist
		}
		return nil
	})
	if err != nil || n != 3 {
		t.Errorf("after %d tries: %v", n, err)
	}
	err = Until(0, "nothing", func() error { return os.ErrNotExist })
	if err == nil || !strings.Contains(err.Error(), "nothing") {
		t.Errorf("after no time at all: %v", err)
	}
}
