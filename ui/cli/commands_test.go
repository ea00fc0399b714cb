package cli

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

const secretToken = "84_this-is-the-token"

func withToken(r *run) *run {
	r.agent.list.Accounts = []api.Account{account("shop", core.Sandbox, time.Hour), account("shop", core.Live, time.Hour)}
	r.agent.token = api.Token{
		AccessToken: secretToken, ExpiresIn: 3600, ExpiresAt: start().Add(time.Hour), ExpiresAtUnix: start().Add(time.Hour).Unix(),
		ObtainedAt: start().Add(-time.Hour), Account: "shop", Env: core.Sandbox, AppID: "wx0123456789abcdef",
	}
	r.agent.saved = api.Saved{Account: r.agent.list.Accounts[0]}
	return r
}

func TestGet(t *testing.T) {
	for _, tt := range []struct {
		args []string
		out  string
		call string
		ttl  time.Duration
	}{
		{[]string{"get", "shop"}, secretToken + "\n", "token shop", 30 * time.Second},
		{[]string{"get", "shop/live", "--min-ttl", "5m"}, secretToken + "\n", "token shop/live", 5 * time.Minute},
		{[]string{"get", "  shop "}, secretToken + "\n", "token shop", 30 * time.Second},
		{[]string{"get", "--", "-shop"}, secretToken + "\n", "token -shop", 30 * time.Second},
		{[]string{"get", "--format", "query", "shop"}, "access_token=" + secretToken + "\n", "token shop", 30 * time.Second},
		{[]string{"get", "--format=header", "shop"}, "Authorization: Bearer " + secretToken + "\n", "token shop", 30 * time.Second},
	} {
		r := withToken(newRun())
		out, errOut := r.try(t, 0, tt.args...)
		if out != tt.out || errOut != "" || !slices.Equal(r.agent.calls, []string{tt.call}) || r.agent.minTTL != tt.ttl {
			t.Errorf("%v: stdout %q, stderr %q, calls %v, min ttl %v", tt.args, out, errOut, r.agent.calls, r.agent.minTTL)
		}
	}
	for _, args := range [][]string{{"get", "shop", "--json"}, {"get", "shop", "--format", "json"}} {
		r := withToken(newRun())
		out, _ := r.try(t, 0, args...)
		var got api.Token
		if err := json.Unmarshal([]byte(out), &got); err != nil || got.AccessToken != secretToken || got.ExpiresIn != 3600 || got.ExpiresAtUnix == 0 {
			t.Errorf("%v: %q %v", args, out, err)
		}
	}
}

// TestNoTokenOnStandardError: whatever a command says beside its answer, the
// token is not in it.
func TestNoTokenOnStandardError(t *testing.T) {
	for _, args := range [][]string{
		{"get", "shop"},
		{"get", "shop", "--json"},
		{"get", "shop", "--copy"},
		{"refresh", "shop"},
		{"refresh", "shop", "--stale", "-"},
		{"refresh", "shop/live", "--force", "--yes"},
		{"show", "shop"},
		{"list"},
		{"history", "shop"},
		{"check", "shop"},
	} {
		r := withToken(newRun())
		r.agent.check.Accepted = true
		r.term.in = strings.NewReader(secretToken + "\n")
		if _, errOut := r.try(t, 0, args...); strings.Contains(errOut, secretToken) {
			t.Errorf("%v: %q", args, errOut)
		}
	}
}

func TestCopy(t *testing.T) {
	r := withToken(newRun())
	r.env["DISPLAY"] = ":7"
	r.agent.clip = api.Clipboard{Account: "shop", Env: core.Sandbox, Format: "query", ClearsAt: start().Add(45 * time.Second)}
	out, errOut := r.try(t, 0, "get", "shop", "--copy", "--format", "query")
	if out != "" || errOut != "Copied the token of shop/sandbox as query. The clipboard is cleared in 45 s.\n" {
		t.Errorf("stdout %q, stderr %q", out, errOut)
	}
	if !slices.Equal(r.agent.calls, []string{"token shop", "copy shop query"}) || r.agent.session.Display != ":7" {
		t.Errorf("calls %v, session %+v", r.agent.calls, r.agent.session)
	}
}

// TestBareNameNeverCrossesEnvironments: an account that exists only in the other
// environment is named, and not used.
func TestBareNameNeverCrossesEnvironments(t *testing.T) {
	r := newRun()
	r.agent.list.Accounts = []api.Account{account("shop", core.Live, time.Hour)}
	r.agent.err = noSuch(api.Ref{Name: "shop", Env: core.Sandbox})
	_, errOut := r.try(t, exitNoAccount, "get", "shop")
	if !strings.Contains(errOut, "no account shop") || !strings.Contains(errOut, "It exists as shop/live") {
		t.Errorf("stderr %q", errOut)
	}
	_, errOut = r.try(t, exitNoAccount, "rm", "other", "--yes")
	if !strings.Contains(errOut, "tokentray list") {
		t.Errorf("stderr %q", errOut)
	}
}

// TestRemovedAlthoughTheVaultIsLocked: the account is gone, so it is no failure;
// the secret that stays for now is a warning.
func TestRemovedAlthoughTheVaultIsLocked(t *testing.T) {
	for lang, want := range map[string]string{
		"en": "Removed shop/sandbox.\nNote: The account is removed; its secret is still in the vault.\n  Nothing to do: it is removed when the vault is next opened.\n",
		"zh": "已删除 shop/sandbox。\n注意：账号已删除，但其密钥仍在保险库中。\n  无需处理：下次解锁保险库时会自动清除。\n",
	} {
		r := withToken(newRun())
		r.env["TOKENTRAY_LANG"] = lang
		r.agent.err = &core.Error{Class: core.VaultClosed, Remedy: core.RemedySecretLeft, Message: "still there"}
		if _, errOut := r.try(t, 0, "rm", "shop", "--yes"); errOut != want {
			t.Errorf("%s: stderr %q, want %q", lang, errOut, want)
		}
		r.term.err.Reset()
		out, errOut := r.try(t, 0, "rm", "shop", "--yes", "--json")
		if want := `{"removed":"shop/sandbox","warning":{"class":"vault","message":"still there","remedy":"secret_left"}}`; strings.TrimSpace(out) != want || errOut != "" {
			t.Errorf("--json: stdout %q, stderr %q; want %s", out, errOut, want)
		}
	}
}

func TestFailureIsExplained(t *testing.T) {
	const en = `tokentray: 203.0.113.7 is not on the account's IP whitelist.
  Add 203.0.113.7 to the API IP whitelist (Official Account: developers.weixin.qq.com/platform; Mini Program: mp.weixin.qq.com), wait a few minutes, then: tokentray refresh shop/sandbox
  errcode 40164, rid 62416571-5cbc3445-3e6cab76, caller IP 203.0.113.7, upstream says: invalid ip
  In developers.weixin.qq.com/platform: 我的业务 > 公众号 or 服务号 > 基础信息 > 开发密钥 > API IP 白名单. It takes addresses and ranges such as 203.0.113.0/24, and no * here.
  To have the rid explained, paste it at https://developers.weixin.qq.com/console/devtools/debug?tab=errorDiag
`
	const zh = `tokentray: 203.0.113.7 不在账号的 IP 白名单中。
  请把 203.0.113.7 加入 API IP 白名单（公众号在 developers.weixin.qq.com/platform，小程序在 mp.weixin.qq.com），几分钟后执行：tokentray refresh shop/sandbox
  errcode 40164，rid 62416571-5cbc3445-3e6cab76，调用方 IP 203.0.113.7，上游原文：invalid ip
  在 developers.weixin.qq.com/platform：我的业务 > 公众号或服务号 > 基础信息 > 开发密钥 > API IP 白名单。可填 IP 或网段，例如 203.0.113.0/24，此处不支持 *。
  查询 rid 的原因：把它粘贴到 https://developers.weixin.qq.com/console/devtools/debug?tab=errorDiag
`
	for lang, want := range map[string]string{"en": en, "zh": zh} {
		r := withToken(newRun())
		r.env["TOKENTRAY_LANG"] = lang
		e := whitelisted("shop", core.Sandbox).Error
		e.Upstream = "invalid ip\x1b[2J\r\n"
		r.agent.err = e.Core()
		_, errOut := r.try(t, exitRefused, "get", "shop")
		if got := strings.ReplaceAll(errOut, "[2J", ""); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", lang, got, want)
		}
	}
}

func TestLanguage(t *testing.T) {
	t.Setenv("LC_ALL", "C")
	for _, tt := range []struct {
		variable, setting string
		none              bool
		want              string
	}{
		{"", "zh", false, "还没有账号"},
		{"en", "zh", false, "no accounts yet"},
		{"zh", "en", false, "还没有账号"},
		{"zh_CN.UTF-8", "en", false, "还没有账号"},
		{"", "auto", false, "no accounts yet"},
		{"", "zh", true, "还没有账号"}, // list starts an agent, and that knows
	} {
		r := newRun()
		r.env["TOKENTRAY_LANG"] = tt.variable
		r.agent.list.Settings.Language = tt.setting
		r.none = tt.none
		if _, errOut := r.try(t, 0, "list"); !strings.Contains(errOut, tt.want) {
			t.Errorf("%+v: %q", tt, errOut)
		}
	}
}

func TestRefresh(t *testing.T) {
	r := withToken(newRun())
	out, errOut := r.try(t, 0, "refresh", "shop")
	if out != secretToken+"\n" || !strings.Contains(errOut, "lives for 1 h") || !r.agent.refreshed.Person || r.agent.refreshed.Force {
		t.Errorf("%q %q %+v", out, errOut, r.agent.refreshed)
	}

	if !r.agent.refreshed.Failing {
		t.Error("its help says that it reports the current token")
	}

	// The same token again is told, and that some upstreams always give the same.
	for kind, want := range map[core.Kind]string{kinds.WeCom: "that is normal", kinds.WeChat: "That is normal", kinds.OAuth2: "tokentray check shop/sandbox"} {
		for _, args := range [][]string{{"refresh", "shop"}, {"refresh", "shop", "--force"}} {
			r = withToken(newRun())
			r.agent.list.Accounts[0].Kind, r.agent.token.Same = kind, true
			_, errOut = r.try(t, 0, args...)
			if !strings.Contains(errOut, "the same token of shop/sandbox again") || !strings.Contains(errOut, want) || r.agent.refreshed.Failing == r.agent.refreshed.Force {
				t.Errorf("%s, %v: %q, %+v", kind, args, errOut, r.agent.refreshed)
			}
		}
	}

	r = withToken(newRun()) // another token may have the mask of the one before
	r.agent.list.Accounts[0].Mask = core.Mask(secretToken)
	if _, errOut = r.try(t, 0, "refresh", "shop"); strings.Contains(errOut, "again") {
		t.Errorf("of another token: %q", errOut)
	}

	r = withToken(newRun())
	r.term.in = strings.NewReader("84_old\n")
	r.agent.token.StillValid = true
	_, errOut = r.try(t, 0, "refresh", "shop", "--stale", "-")
	if want := (api.RefreshRequest{Stale: "84_old"}); r.agent.refreshed != want || !strings.Contains(errOut, "still accepts") {
		t.Errorf("%+v %q", r.agent.refreshed, errOut)
	}

	// A forced refresh of a live account says what it breaks, and asks.
	for answer, code := range map[string]int{"y": 0, "yes": 0, "n": exitFailure, "": exitFailure} {
		r = withToken(newRun())
		r.term.tty, r.term.answers = true, []string{answer}
		_, errOut = r.try(t, code, "refresh", "shop/live", "--force")
		if !strings.Contains(errOut, "40001") || !strings.Contains(errOut, "shop/live? [y/N]") || r.agent.refreshed.Force != (code == 0) {
			t.Errorf("%q: %q %+v", answer, errOut, r.agent.refreshed)
		}
	}
	r = withToken(newRun())
	r.try(t, 0, "refresh", "shop", "--force") // a sandbox account is nobody's production
	if !r.agent.refreshed.Force {
		t.Error("not forced")
	}
}

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		result api.CheckResult
		code   int
		want   string
	}{
		{api.CheckResult{Accepted: true}, 0, "accepts the token"},
		{api.CheckResult{Dead: true}, exitRefused, "tokentray refresh shop/sandbox"},
		{api.CheckResult{Dead: true, Finding: core.FoundReplaced, At: start(), WorkedAt: start().Add(-time.Hour)}, exitRefused, "somebody else replaced it between "},
		{api.CheckResult{Finding: core.FoundNoPermission, Error: &api.Error{Class: core.Misuse, Remedy: core.RemedyPermission}}, exitRefused, "says nothing against the token"},
		{api.CheckResult{Error: whitelisted("shop", core.Sandbox).Error}, exitRefused, "203.0.113.7"},
		{api.CheckResult{Error: &api.Error{Class: core.Temporary, Remedy: core.RemedyNetwork}}, exitTemporary, "cannot be reached"},
		{api.CheckResult{}, exitTemporary, "not known"},
	} {
		r := withToken(newRun())
		r.agent.check = tt.result
		out, errOut := r.try(t, tt.code, "check", "shop")
		if out != "" || !strings.Contains(errOut, tt.want) {
			t.Errorf("%+v: %q %q", tt.result, out, errOut)
		}
		r = withToken(newRun())
		r.agent.check = tt.result
		out, _ = r.try(t, tt.code, "check", "shop", "--json")
		var got api.CheckResult
		if err := json.Unmarshal([]byte(out), &got); err != nil || got.Accepted != tt.result.Accepted {
			t.Errorf("json %q: %v", out, err)
		}
	}
}

func TestRemoveAsks(t *testing.T) {
	r := withToken(newRun())
	r.term.tty, r.term.answers = true, []string{"no"}
	if _, errOut := r.try(t, exitFailure, "rm", "shop/live"); !strings.Contains(errOut, "Remove shop/live?") || len(r.agent.calls) > 0 {
		t.Errorf("%q %v", errOut, r.agent.calls)
	}
	r = withToken(newRun())
	r.term.tty = true // and the end of input in place of an answer
	r.try(t, exitInterrupted, "rm", "shop")
	r = withToken(newRun())
	r.try(t, 0, "rm", "shop", "--yes")
	if !slices.Equal(r.agent.calls, []string{"remove shop/sandbox"}) {
		t.Errorf("%v", r.agent.calls)
	}
}

func TestPauseAndResume(t *testing.T) {
	for args, want := range map[string]string{
		"pause shop": "edit shop/sandbox", "resume shop/live": "edit shop/live",
		"pause --all": "pause all on", "resume --all": "pause all off",
	} {
		r := withToken(newRun())
		_, errOut := r.try(t, 0, strings.Fields(args)...)
		if !slices.Equal(r.agent.calls, []string{want}) || errOut == "" {
			t.Errorf("%s: %v %q", args, r.agent.calls, errOut)
		}
		if auto := r.agent.edited.Auto; auto != nil && *auto != strings.HasPrefix(args, "resume") {
			t.Errorf("%s: auto %v", args, *auto)
		}
	}
}

func TestSettings(t *testing.T) {
	r := newRun()
	if out, _ := r.try(t, 0, "settings", "get", "clear-after"); out != "45s\n" {
		t.Errorf("%q", out)
	}
	r = newRun()
	out, _ := r.try(t, 0, "settings")
	for _, key := range core.SettingKeys() {
		if !strings.Contains(out, key) {
			t.Errorf("%s is missing in\n%s", key, out)
		}
	}
	r = newRun()
	if _, errOut := r.try(t, 0, "settings", "set", "clear-after", "1m"); errOut != "clear-after is now 1m0s.\n" {
		t.Errorf("%q", errOut)
	}
	r = newRun()
	if out, _ := r.try(t, 0, "settings", "folder"); out != "/home/u/tokentray\n" {
		t.Errorf("%q", out)
	}
	r = newRun()
	out, _ = r.try(t, 0, "settings", "--json")
	var all map[string]string
	if err := json.Unmarshal([]byte(out), &all); err != nil || len(all) != len(core.SettingKeys()) {
		t.Errorf("%q %v", out, err)
	}
}

func TestVault(t *testing.T) {
	r := newRun()
	r.term.in = strings.NewReader("correct horse\n")
	out, _ := r.try(t, 0, "vault", "init", "--passphrase-stdin")
	if r.agent.passphrase != "correct horse" || out != "passphrase file, open\n" {
		t.Errorf("%q %q", r.agent.passphrase, out)
	}

	r = newRun() // typed twice, until both are the same
	r.term.tty, r.term.answers = true, []string{"", "one", "two", "three", "three"}
	_, errOut := r.try(t, 0, "vault", "init")
	if r.agent.passphrase != "three" || !strings.Contains(errOut, "differ") || strings.Contains(errOut, "three") {
		t.Errorf("%q %q", r.agent.passphrase, errOut)
	}

	r = newRun()
	r.agent.status.Vault = api.Vault{Kind: "file", State: "locked"}
	r.term.tty, r.term.answers = true, []string{"three"}
	if r.try(t, 0, "vault", "unlock"); r.agent.passphrase != "three" {
		t.Errorf("%q", r.agent.passphrase)
	}

	r = newRun() // the keyring asks by itself
	r.agent.status.Vault = api.Vault{Kind: "keyring", State: "locked"}
	if _, errOut := r.try(t, 0, "vault", "unlock"); r.agent.passphrase != "" || !strings.Contains(errOut, "window of its own") {
		t.Errorf("%q %q", r.agent.passphrase, errOut)
	}

	r = newRun()
	r.agent.status.Vault = api.Vault{Kind: "keyring", State: "unavailable", Error: &api.Error{Class: core.VaultClosed, Remedy: core.RemedyVaultInit}}
	if out, errOut := r.try(t, 0, "vault"); out != "keyring, unavailable\n" || !strings.Contains(errOut, "tokentray vault init") {
		t.Errorf("%q %q", out, errOut)
	}
}

func TestStatusAndStopStartNothing(t *testing.T) {
	r := newRun()
	r.none = true
	if out, _ := r.try(t, exitNoAgent, "status"); !strings.Contains(out, "No agent runs") || r.started {
		t.Errorf("%q", out)
	}
	r = newRun()
	r.none = true
	if _, errOut := r.try(t, 0, "stop"); !strings.Contains(errOut, "No agent runs") || r.started {
		t.Errorf("%q", errOut)
	}
	r = newRun()
	r.none = true
	r.parts = func(p *Parts) { p.DatabaseOpen = func(string) bool { return true } }
	if _, errOut := r.try(t, exitNoAgent, "stop"); !strings.Contains(errOut, "its socket is gone") || !strings.Contains(errOut, "end the process") {
		t.Errorf("an agent that nobody reaches: %q", errOut)
	}
	for _, command := range []string{"stop", "status", "list"} {
		r = newRun()
		r.parts = func(p *Parts) {
			p.Connect = func(context.Context, string, bool) (api.Agent, error) {
				return nil, &core.Error{Class: core.Internal, Remedy: core.RemedyHungAgent, Message: "no answer", Err: &api.HungError{PID: 4711}}
			}
		}
		if _, errOut := r.try(t, exitNoAgent, command); !strings.Contains(errOut, "does not answer") || !strings.Contains(errOut, "4711") {
			t.Errorf("%s, and the agent hangs: %q", command, errOut)
		}
	}
	r = newRun()
	if r.try(t, 0, "stop"); !slices.Equal(r.agent.calls, []string{"stop"}) {
		t.Errorf("%v", r.agent.calls)
	}
	r = newRun()
	r.agent.status.Accounts, r.agent.status.NeedYou = 7, 2
	out, _ := r.try(t, 0, "status")
	for _, want := range []string{"1.2.3", "/home/u/tokentray", "memory, open", "7", "2"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
}

func TestOpen(t *testing.T) {
	r := newRun()
	r.env["DISPLAY"] = ":7"
	if r.try(t, 0); r.opened == "" || r.agent.session.Display != ":7" {
		t.Error("no window was opened by the bare program")
	}
	r = newRun()
	r.env["WAYLAND_DISPLAY"] = "wayland-0"
	r.agent.status.Windows = 1
	if r.try(t, 0, "open"); r.opened != "" {
		t.Error("a second window was opened")
	}
	r = newRun()
	r.agent.list.Accounts = []api.Account{account("shop", core.Sandbox, time.Hour)}
	if out, _ := r.try(t, 0); !strings.Contains(out, "shop") || r.opened != "" {
		t.Errorf("without a display: %q", out)
	}
}

func TestReset(t *testing.T) {
	r := newRun()
	r.agent.status.Accounts = 3
	r.agent.status.Vault.Kind = "keyring"
	r.term.tty, r.term.answers = true, []string{"n"}
	_, errOut := r.try(t, exitFailure, "reset")
	for _, want := range []string{"all accounts (3)", "/home/u/tokentray", "keyring entries of those", "[y/N]"} {
		if !strings.Contains(errOut, want) {
			t.Errorf("%q is missing in\n%s", want, errOut)
		}
	}
	if len(r.agent.calls) > 0 {
		t.Errorf("%v", r.agent.calls)
	}
	r = newRun()
	if r.try(t, 0, "reset", "--yes"); !slices.Equal(r.agent.calls, []string{"reset"}) {
		t.Errorf("%v", r.agent.calls)
	}
}

// TestAGapIsListed: an answer without the token is named in the list, with its path.
func TestAGapIsListed(t *testing.T) {
	r := withToken(newRun())
	a := &r.agent.list.Accounts[0]
	a.State, a.Mask, a.ExpiresAt = core.StateRetrying, "", time.Time{}
	a.Error = &api.Error{Class: core.Temporary, Remedy: core.RemedyPath, Part: core.PartToken, Path: "data.access_token", Message: "x"}
	if out, _ := r.try(t, 0, "list"); !strings.Contains(out, "no token at data.access_token") {
		t.Errorf("the list says\n%s", out)
	}
	if out, _ := r.try(t, 0, "show", "shop/sandbox"); !strings.Contains(out, "nothing at data.access_token, where the token should be") {
		t.Errorf("the details say\n%s", out)
	}
}

// TestTheNextTryIsShownOnce, with the failure where there is one.
func TestTheNextTryIsShownOnce(t *testing.T) {
	for _, failed := range []bool{false, true} {
		r := withToken(newRun())
		a := &r.agent.list.Accounts[0]
		a.NextTry = start().Add(20 * time.Minute)
		if failed {
			a.State, a.Mask, a.ExpiresAt = core.StateRetrying, "", time.Time{}
			a.Error = &api.Error{Class: core.Temporary, Remedy: core.RemedyNetwork, Message: "x", RetryAt: a.NextTry}
		}
		out, _ := r.try(t, 0, "show", "shop/sandbox")
		if n := strings.Count(out, "next try"); n != 1 || strings.Count(out, "12:20:00") != 1 {
			t.Errorf("failed %v: it is there %d times:\n%s", failed, n, out)
		}
	}
}
