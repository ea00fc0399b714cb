//go:build linux

package e2e

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"tokentray/cmd/e2e/desktop"
	"tokentray/core"
	"tokentray/core/sim"
	"tokentray/ui/bustest"
)

// notices is a desktop's notification server that reports its calls.
type notices chan string

func (n notices) GetCapabilities() ([]string, *dbus.Error) {
	return []string{"actions", "body", "body-markup"}, nil
}

func (n notices) Notify(_ string, _ uint32, _, title, body string, actions []string, _ map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	n <- fmt.Sprintf("%s | %s | %s", title, body, actions)
	return 7, nil
}

func (n notices) CloseNotification(id uint32) *dbus.Error {
	n <- fmt.Sprint("close ", id)
	return nil
}

func (n notices) wants(t *testing.T, want string) {
	t.Helper()
	select {
	case got := <-n:
		if got != want {
			t.Errorf("told %s\nwant %s", got, want)
		}
	case <-time.After(5 * patience): // some news is a minute old before it is told
		t.Fatalf("%q was never told", want)
	}
}

// Where a notification server is on a bus, and its name.
const (
	noticePath = "/org/freedesktop/Notifications"
	noticeName = "org.freedesktop.Notifications"
)

// noticeBoard starts a notification server on a session bus. press presses a button of
// what it shows.
func noticeBoard(t *testing.T, bus *bustest.Bus) (said notices, press func(button string)) {
	t.Helper()
	said, conn := make(notices, 10), bus.Connect(t)
	if err := conn.Export(said, noticePath, noticeName); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestName(noticeName, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	return said, func(button string) {
		t.Helper()
		if err := conn.Emit(noticePath, noticeName+".ActionInvoked", uint32(7), button); err != nil {
			t.Fatal(err)
		}
	}
}

// TestTheAgentNotifies: the agent, without a window, shows a notification about an
// account that the upstream starts to refuse. It withdraws the notification when it
// ends.
func TestTheAgentNotifies(t *testing.T) {
	exe, err := alone()
	if err != nil {
		t.Fatal(err)
	}
	bus := bustest.Start(t)
	said, _ := noticeBoard(t, bus)
	const appID, secret = "wx0123456789abcdef", "0123456789abcdef0123456789abcdef"
	shop := sim.Account{AppID: appID, Secret: core.NewSecret(secret), Life: 6 * time.Second, CallerIP: "203.0.113.9"}
	upstream := sim.New(sim.Config{})
	if err := upstream.Put(shop); err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(upstream)
	defer web.Close()

	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "pass"), []byte("correct horse battery staple\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "DISPLAY=") || strings.HasPrefix(v, "WAYLAND_DISPLAY=")
	})
	env = append(env, "TOKENTRAY_HOME="+filepath.Join(dir, "h"), "TOKENTRAY_PASSPHRASE_FILE="+filepath.Join(dir, "pass"),
		"DBUS_SESSION_BUS_ADDRESS="+bus.Address, "XDG_RUNTIME_DIR="+dir, "TOKENTRAY_LANG=en", "LC_ALL=C.UTF-8")
	run := func(input string, args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), exe, args...)
		cmd.Env, cmd.Stdin = env, strings.NewReader(input)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("tokentray %q: %v\n%s", args, err, out)
		}
	}
	defer run("", "stop")
	run("", "vault", "init")
	run("", "settings", "set", "language", "en")
	run(secret, "add", "shop", "--appid", appID, "--secret-stdin", "--base-url", web.URL)
	run("", "stop") // to the next agent the account is not new
	run("", "list")
	shop.Whitelist = []string{"198.51.100.7"}
	if err := upstream.Put(shop); err != nil {
		t.Fatal(err)
	}
	said.wants(t, "shop/sandbox needs you | 203.0.113.9 is not on the account&#39;s IP whitelist. | "+
		"[default  open Open TokenTray copy-ip Copy IP]")
	run("", "stop")
	for { // the token may come near its end before the agent stops, which is told in the same place
		select {
		case got := <-said:
			if got == "close 7" {
				return
			}
			if !strings.HasPrefix(got, "The token of shop/sandbox expires at ") {
				t.Fatalf("told %s", got)
			}
		case <-time.After(patience):
			t.Fatal("the notification was never withdrawn")
		}
	}
}

// TestAFailingPushIsNotified: a push that goes on failing is told of. A click on that
// shows the account in its environment: it opens the window, and it leads one that shows
// something else there. The active environment stays as it was. Once the push is done,
// nothing is told any more.
func TestAFailingPushIsNotified(t *testing.T) {
	t.Parallel()
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked})
	said, press := noticeBoard(t, &bustest.Bus{Address: p.Bus})
	test, live := p.add("shop", core.Sandbox, 0), p.add("shop", core.Live, 0)
	p.do("", "settings", "set", "language", "en")
	p.waitFresh(2)
	folder := filepath.Join(p.Home(), "backend")
	p.do("", "push", "add", live.ref, "--file", filepath.Join(folder, "token.txt"))
	said.wants(t, "The token of shop/live does not get where it goes | A file or a program still has the token before. It is tried again. | "+
		"[default  open Open TokenTray]")

	press("default")
	w, err := p.WaitWindow("TokenTray", 3*patience)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.WaitPainted("TokenTray", 0, patience); err != nil {
		t.Fatal(err)
	}
	if err := w.Activate(); err != nil {
		t.Fatal(err)
	}
	h := hands{p, w}
	copies := func(a owned, keys ...string) {
		t.Helper()
		h.until("a copy of what is shown, "+a.ref, func() error {
			if text, _ := p.Clipboard(); text != p.issued(a) {
				return errors.New("the clipboard holds something else")
			}
			return nil
		}, keys...)
	}
	copies(live, "ctrl+c")
	copies(test, "Escape", "ctrl+1", "Home", "ctrl+c") // the sandbox
	press("open")
	copies(live, "ctrl+c")
	if status, err := p.client.Status(t.Context()); err != nil || status.Active != core.Sandbox {
		t.Errorf("the active environment is %s, %v", status.Active, err)
	}

	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	p.do("", "push", "test", live.ref)
	said.wants(t, "close 7")
	raw, err := os.ReadFile(filepath.Join(folder, "token.txt"))
	if err != nil || strings.TrimSpace(string(raw)) != p.issued(live) {
		t.Errorf("the file does not hold the token, %v", err)
	}
}
