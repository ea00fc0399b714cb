package cli

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// privateWords are what no report may hold, in any spelling of case.
var privateWords = []string{
	"商店", "wx0123456789abcdef", "api.corp.example", "proxy.corp.example", "the boss's account", "Project Falcon", "/srv/app/.env", "deploy.sh", "ci-key",
	"evelyn", "mallory", "buildbox", "/home/mallory", "203.0.113.9", "2001:db8::1", "boss@corp.example", "88_aTokenThatNobodyMaySee0123456789", "rid-0a1b", "0a1b2c3d-4e5f",
	"secretKind", "5f0c5f0c5f0c5f0c",
}

// reportRun is a run whose agent and machine are full of private words.
func reportRun() (*run, *doorFake) {
	r, f := newDoorRun()
	private := &api.Error{
		Class: core.Whitelist, Remedy: core.RemedyWhitelist, UpstreamCode: 40164, CallerIP: "203.0.113.9", RID: "rid-0a1b",
		Message: "203.0.113.9 is not in the whitelist of 商店", RetryAt: start().Add(15 * time.Minute),
	}
	f.status = api.Status{Version: "1.2.3", API: 1, StartedAt: start().Add(-time.Hour), Vault: api.Vault{Kind: "keyring", State: "open"}, Tray: api.TrayShown, Clipboard: "x11", Loopback: api.DoorOff}
	f.list = api.List{Active: core.Sandbox, Settings: core.DefaultSettings(), Accounts: []api.Account{
		{
			Account: core.Account{
				ID: "5f0c5f0c5f0c5f0c", Name: "商店", Env: core.Live, Kind: kinds.WeChat, AppID: "wx0123456789abcdef", Note: "the boss's account", Group: "Project Falcon",
				BaseURL: "https://api.corp.example", Proxy: "http://mallory@proxy.corp.example:8080",
			},
			State: core.StateBlocked, Error: private,
			Pushes: []api.Push{
				{Number: 1, Kind: core.PushFile, Path: "/srv/app/.env", Form: core.PushDotenv, Last: &api.PushResult{Error: private, Tries: 3}},
				{Number: 2, Kind: core.PushCommand, Command: []string{"deploy.sh", "商店"}},
			},
		},
		{Account: core.Account{ID: "6", Name: "a", Env: core.Sandbox, Kind: "secretKind", AppID: "b", Auto: true}, State: core.StateFresh, Mask: "88_a…6789", Life: 7200, ExpiresAt: start().Add(time.Hour)},
	}}
	f.history = []api.HistoryEntry{{What: core.DidRenew}, {What: core.DidRenew}, {What: core.DidFail, Class: core.Whitelist, Code: 40164, Message: "商店"}}
	f.keys = []api.ClientKey{{Name: "ci-key"}}
	before := r.parts
	r.parts = func(p *Parts) {
		before(p)
		p.Doctor = func(context.Context, DoctorOptions) ([]Finding, error) {
			return []Finding{
				{Check: "folders", Level: LevelOK, Says: "folders_ok", Args: []any{"home", "/home/mallory/.tokentray"}},
				{Check: "port", Level: LevelFail, Says: "port_other", Fix: "port_other_fix", Args: []any{"port", 17278, "user", "evelyn"}},
			}, nil
		}
		p.Machine = func(string) Machine {
			return Machine{
				System: "Debian", Kernel: "6.1", Private: []string{"mallory", "buildbox", "/home/mallory"},
				Log: []string{
					`time=2026-03-01T12:00:00.000+08:00 level=INFO msg="agent started" version=1.2.3 pid=77 home=/home/mallory/.tokentray accounts=2`,
					`time=2026-03-01T12:00:01.000+08:00 level=WARN msg="an edit was interrupted" account=商店/live`,
					`time=2026-03-01T12:00:02.000+08:00 level=WARN msg="cannot write the history" account=5f0c5f0c5f0c5f0c error="write /home/mallory/x: no space left; ask boss@corp.example at https://api.corp.example/x?y=1"`,
					`time=2026-03-01T12:00:03.000+08:00 level=WARN msg="client key made" key=ci-key accounts="[商店 a]" envs=[live]`,
					`time=2026-03-01T12:00:04.000+08:00 level=ERROR msg="a push panicked" error="token 88_aTokenThatNobodyMaySee0123456789 of WX0123456789ABCDEF from 2001:db8::1 rid: 0a1b2c3d-4e5f"`,
					`panic: boom for 商店 of project falcon with 88_aTokenThatNobodyMaySee0123456789 [recovered]`,
					`tokentray/core/agent.(*Service).run(0xc000102030, {0x1, 0x2})`,
					"\t/home/mallory/src/core/agent/run.go:77 +0x1d4",
				},
			}
		}
	}
	return r, f
}

// TestAReportTellsNothingPrivate, and tells what a maintainer needs.
func TestAReportTellsNothingPrivate(t *testing.T) {
	r, _ := reportRun()
	path := filepath.Join(t.TempDir(), "report.txt")
	out, errOut := r.try(t, 0, "doctor", "--bundle", path, "--yes", "--base-url", "https://gateway.corp.example")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	report := string(raw)
	for _, word := range append(privateWords, "gateway.corp.example") {
		if strings.Contains(strings.ToLower(report+out), strings.ToLower(word)) {
			t.Errorf("the report holds %q", word)
		}
	}
	for _, fact := range []string{
		"Debian 6.1", "1.2.3, API 1", "keyring, open", "1 client keys", "loopback-port    17278",
		"ok folders", "fail port", "a program of another user, PRIVATE, listens on 17278",
		"account-1: wechat, live, blocked", "error: whitelist (errcode 40164)", "next try in 15m0s", "push: file dotenv, failing, 3 tries", "push: command, never tried",
		"account-2: another kind, sandbox, fresh, 1h0m0s left of 7200 s", "in 24 h: failed whitelist 40164 × 1, renewed × 2",
		`msg="agent started" version=1.2.3 pid=77 home=… accounts=2`, `account=account-1 error="write PRIVATE/x: no space left; ask MAIL at URL"`, `key=… accounts=… envs=…`,
		"tokentray/core/agent.(*Service).run(0xc000102030, {0x1, 0x2})", "/core/agent/run.go:77 +0x1d4",
	} {
		if !strings.Contains(report, fact) {
			t.Errorf("the report does not tell %q", fact)
		}
	}
	if !strings.Contains(errOut, "nothing was sent") || out != "" {
		t.Errorf("%q, %q", out, errOut)
	}
	if t.Failed() {
		t.Logf("%s", report)
	}
}

// TestAReportIsShownFirst, and is written only after consent and never over a file.
func TestAReportIsShownFirst(t *testing.T) {
	t.Chdir(t.TempDir())
	const name = "tokentray-report-20260301-120000.txt"
	ask := func(lang, answer string, code int, want string) {
		t.Helper()
		r, _ := reportRun()
		r.env["TOKENTRAY_LANG"] = lang
		r.term.tty, r.term.answers = true, []string{answer}
		if _, errOut := r.try(t, code, "doctor", "--bundle"); !strings.Contains(errOut, "account-2: another kind") || !strings.Contains(errOut, want) {
			t.Errorf("%s: %q does not say %q", answer, errOut, want)
		}
	}
	ask("en", "n", exitFailure, "Write this report to "+name+"?")
	if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it was written without consent: %v", err)
	}
	ask("zh", "y", 0, "没有发送任何内容")
	before, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	r, _ := reportRun()
	if _, errOut := r.try(t, exitUsage, "doctor", "--bundle", name, "--yes"); !strings.Contains(errOut, name) {
		t.Errorf("a file that is there: %q", errOut)
	}
	r, _ = reportRun()
	if _, errOut := r.try(t, exitUsage, "doctor", "--bundle", "x"); !strings.Contains(errOut, "--yes") {
		t.Errorf("without a terminal: %q", errOut)
	}
	r, _ = reportRun()
	r.try(t, exitUsage, "doctor", "x")
	r, _ = reportRun()
	r.try(t, exitUsage, "doctor", "--bundle", "x", "y", "--yes")
	r, _ = reportRun()
	if out, _ := r.try(t, 0, "doctor", "--bundle", "x", "--yes", "--json"); !strings.Contains(out, `/x"}`) {
		t.Errorf("JSON: %s", out)
	}
	if after, err := os.ReadFile(name); err != nil || string(after) != string(before) {
		t.Errorf("the report was changed: %v", err)
	}
}

// TestAReportWithoutAnAgent tells what there is, and starts none.
func TestAReportWithoutAnAgent(t *testing.T) {
	r, _ := reportRun()
	before := r.parts
	r.parts = func(p *Parts) {
		before(p)
		p.Connect = func(_ context.Context, _ string, start bool) (api.Agent, error) {
			if start {
				t.Error("it starts an agent")
			}
			return nil, api.ErrNoAgent
		}
	}
	path := filepath.Join(t.TempDir(), "report.txt")
	r.try(t, 0, "doctor", "--bundle", path, "--yes")
	report, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(report), "answers          no: ") || !strings.Contains(string(report), "a push panicked") {
		t.Errorf("%v\n%s", err, report)
	}
}

func FuzzHider(f *testing.F) {
	f.Add(`time=x level=INFO msg="a \"b\"" account=商店 error="shop"`)
	f.Add("panic: 88_aTokenThatNobodyMaySee0123456789")
	f.Add("a=\"")
	f.Fuzz(func(t *testing.T, line string) {
		const secret = "88_aTokenThatNobodyMaySee0123456789"
		h := newHider([]string{"mallory"}, []api.Account{{Account: core.Account{ID: "1", Name: "商店", AppID: "wx0123456789abcdef"}}}, kinds.Builtin(), kinds.Builtin())
		out := h.logLine(line + " " + secret + " ,mallory, 商店")
		if strings.Contains(out, secret) || strings.Contains(out, ",mallory,") || strings.Contains(out, "商店") {
			t.Errorf("%q becomes %q", line, out)
		}
	})
}
