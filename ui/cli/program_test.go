package cli

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/format"
)

func TestVersion(t *testing.T) {
	for _, arg := range []string{"version", "--version"} {
		r := newRun()
		r.none = true
		if out, _ := r.try(t, 0, arg); !strings.HasPrefix(out, "tokentray 1.2.3 ") || r.started {
			t.Errorf("%q", out)
		}
	}
}

func TestCompletion(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		r := newRun()
		if out, _ := r.try(t, 0, "completion", shell); !strings.Contains(out, "tokentray") {
			t.Errorf("%s: %q", shell, out)
		}
	}
	r := newRun()
	r.env["TOKENTRAY_LANG"] = "zh"
	if out, _ := r.try(t, 0, "__complete", "wat"); !strings.HasPrefix(out, "watch\t实时查看") {
		t.Errorf("commands: %q", out)
	}
	r = withToken(newRun())
	out, _ := r.try(t, 0, "__complete", "get", "")
	if !strings.HasPrefix(out, "shop\nshop/sandbox\nshop/live\n") {
		t.Errorf("names: %q", out)
	}
	r = withToken(newRun())
	r.none = true
	out, _ = r.try(t, 0, "__complete", "get", "")
	if strings.Contains(out, "shop") || r.started {
		t.Errorf("completion must start no agent: %q", out)
	}
	r = newRun()
	if out, _ = r.try(t, 0, "__complete", "get", "--format", ""); !strings.HasPrefix(out, strings.Join(format.Names(), "\n")+"\n") {
		t.Errorf("formats: %q", out)
	}
}

// TestDoctor: one line each, a failure makes the code 1, and a known cause is shown
// in the person's language.
func TestDoctor(t *testing.T) {
	findings := []Finding{
		{Check: "folders", Level: LevelOK, Says: "folders_ok", Args: []any{"home", "/h"}},
		{Check: "tray", Level: LevelWarn, Says: "tray_no_bus"},
		{
			Check: "database", Level: LevelFail, Says: "database_bad", Fix: "database_fix", Args: []any{"error", "english"},
			Err: &core.Error{Class: core.Internal, Remedy: core.RemedyNewer, Message: "english"},
		},
	}
	for lang, want := range map[string]string{
		"en": "✓  folders   /h is yours alone.\n!  tray      unknown without a session bus.\n" +
			"✗  database  This home was written by a newer TokenTray. Update TokenTray. Nothing was changed.\n",
		"zh": "✓  文件夹  /h 仅你可访问。\n!  托盘    没有会话总线，无法得知。\n" +
			"✗  数据库  此数据目录由更新版本的 TokenTray 写入。 请更新 TokenTray。数据未做任何改动。\n",
	} {
		r := newRun()
		r.none = true
		r.env["TOKENTRAY_LANG"] = lang
		r.parts = func(p *Parts) {
			p.Doctor = func(context.Context, DoctorOptions) ([]Finding, error) { return findings, nil }
		}
		if out, errOut := r.try(t, exitFailure, "doctor"); out != want || errOut != "" || r.started {
			t.Errorf("got\n%s%s\nwant\n%s", out, errOut, want)
		}
	}
	r := newRun()
	r.parts = func(p *Parts) {
		p.Doctor = func(_ context.Context, o DoctorOptions) ([]Finding, error) {
			if o.Home != "/x" || o.BaseURL != "http://127.0.0.1:1" {
				t.Errorf("%+v", o)
			}
			return findings[:2], nil
		}
	}
	out, _ := r.try(t, 0, "doctor", "--json", "--home", "/x", "--base-url", "http://127.0.0.1:1")
	if want := `[{"check":"folders","level":"ok","message":"/h is yours alone."},{"check":"tray","level":"warn","message":"unknown without a session bus."}]` + "\n"; out != want {
		t.Errorf("%s, want %s", out, want)
	}
}

// TestDoctorSaysWhatOthersSay: for a keyring that has nothing to store in, the words are
// those of every other place.
func TestDoctorSaysWhatOthersSay(t *testing.T) {
	for lang, want := range map[string]string{
		"en": "The keyring service runs, and has no keyring to store in. Make a keyring called Login with the desktop's password manager (Passwords and Keys), or keep secrets in a file under a passphrase: tokentray vault init",
		"zh": "密钥环服务已运行，但没有可用的密钥环。 请用桌面的密码管理器（密码和密钥）新建名为“Login”的密钥环，或用口令保护的文件保存密钥：tokentray vault init",
	} {
		r := newRun()
		r.env["TOKENTRAY_LANG"] = lang
		r.parts = func(p *Parts) {
			p.Doctor = func(context.Context, DoctorOptions) ([]Finding, error) {
				empty := &core.Error{Class: core.VaultClosed, Remedy: core.RemedyVaultEmpty, Message: "english"}
				return []Finding{{Check: "keyring", Level: LevelFail, Says: "keyring_unavailable", Fix: "keyring_init", Err: empty}}, nil
			}
		}
		if out, _ := r.try(t, exitFailure, "doctor"); !strings.Contains(out, want) {
			t.Errorf("%q, want %q", out, want)
		}
	}
}

// TestDemo: without a window the table runs here; a closed window ends a demo
// that nobody could end in another way.
func TestDemo(t *testing.T) {
	closed := make(chan struct{})
	close(closed)
	for _, tt := range []struct {
		window bool
		tty    bool
		code   int
		calls  []string
	}{
		{false, false, 0, []string{"events"}},
		{true, false, 0, nil},
		{true, true, 0, []string{"events"}},
	} {
		r := newRun()
		r.term.tty = tt.tty
		r.agent.events = make(chan api.Event, 1)
		r.agent.events <- api.Event{Type: api.EventBye}
		if tt.window {
			r.env["DISPLAY"] = ":7"
		}
		r.parts = func(p *Parts) {
			p.Demo = func(ctx context.Context, o DemoOptions, show func(context.Context, Demo) error) error {
				if o.Window != tt.window {
					t.Errorf("window %v", o.Window)
				}
				d := Demo{Agent: r.agent, Home: "/tmp/demo", Sim: "http://127.0.0.1:9"}
				if tt.window {
					d.Window = closed
				}
				return show(ctx, d)
			}
		}
		_, errOut := r.try(t, tt.code, "demo")
		if !slices.Equal(r.agent.calls, tt.calls) || !strings.Contains(errOut, "TOKENTRAY_HOME=/tmp/demo tokentray list") {
			t.Errorf("%+v: calls %v, %q", tt, r.agent.calls, errOut)
		}
	}
}

// TestNoCommandAsksForAllToSayAWord: with a thousand accounts the list is half a
// megabyte, and every sentence needs the language.
func TestNoCommandAsksForAllToSayAWord(t *testing.T) {
	for _, tt := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"use", "live"}, 0, "生产"},
		{[]string{"get", "shop"}, exitNoAccount, "存在 shop/live"},
		{[]string{"refresh", "shop"}, exitNoAccount, "存在 shop/live"},
		{[]string{"settings", "get", "theme"}, 0, "system"},
	} {
		r := newRun()
		delete(r.env, "TOKENTRAY_LANG")
		r.agent.list.Settings.Language = "zh"
		r.agent.list.Accounts = []api.Account{account("shop", core.Live, time.Hour)}
		if tt.code != 0 {
			r.agent.err = noSuch(api.Ref{Name: "shop", Env: core.Sandbox})
		}
		out, errOut := r.try(t, tt.code, tt.args...)
		if !strings.Contains(out+errOut, tt.want) || r.agent.lists > 0 {
			t.Errorf("%v: %d lists asked for, %q; want none, and %q", tt.args, r.agent.lists, out+errOut, tt.want)
		}
	}
}
