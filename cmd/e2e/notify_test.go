//go:build linux

package e2e

import (
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
	case <-time.After(2 * patience):
		t.Fatalf("%q was never told", want)
	}
}

// noticeBoard starts a session bus with a notification server.
func noticeBoard(t *testing.T) (string, notices) {
	t.Helper()
	bus := bustest.Start(t)
	said, conn := make(notices, 10), bus.Connect(t)
	const name = "org.freedesktop.Notifications"
	if err := conn.Export(said, "/org/freedesktop/Notifications", name); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestName(name, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	return bus.Address, said
}

// TestTheAgentNotifies: the agent, without a window, shows a notification about an
// account that the upstream starts to refuse. It withdraws the notification when it
// ends.
func TestTheAgentNotifies(t *testing.T) {
	exe, err := alone()
	if err != nil {
		t.Fatal(err)
	}
	address, said := noticeBoard(t)
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
		"DBUS_SESSION_BUS_ADDRESS="+address, "XDG_RUNTIME_DIR="+dir, "TOKENTRAY_LANG=en", "LC_ALL=C.UTF-8")
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
	said.wants(t, "close 7")
}
