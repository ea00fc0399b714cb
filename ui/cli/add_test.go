package cli

import (
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

const appSecret = "0123456789abcdef0123456789abcdef"

func TestAddByFlags(t *testing.T) {
	r := withToken(newRun())
	r.term.in = strings.NewReader(appSecret + "\r\n")
	_, errOut := r.try(t, 0, "add", "shop", "--env", "live", "--kind", "wechat-legacy", "--product", "mini", "--appid", "wx0123456789abcdef",
		"--base-url", "http://127.0.0.1:1", "--proxy", "http://p:1", "--note", "n", "--secret-stdin")
	in := r.agent.added
	got := strings.Join([]string{
		*in.Name, string(*in.Env), string(*in.Kind), string(*in.Product), *in.AppID, *in.BaseURL, *in.Proxy, *in.Note, *in.Secret,
	}, " ")
	if want := "shop live wechat-legacy mini wx0123456789abcdef http://127.0.0.1:1 http://p:1 n " + appSecret; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if in.ProxyPassword != nil || in.AllowLive != nil || in.Auto != nil || in.Apart {
		t.Errorf("%+v", in)
	}
	if !strings.Contains(errOut, "Added shop/sandbox.") || !strings.Contains(errOut, "84_ab••••wxyz lives for 1 h") {
		t.Errorf("stderr %q", errOut)
	}
}

// TestStdinSecrets: one line end, which every tool adds, is removed silently.
// Everything else arrives unchanged; the agent reports what it trims.
func TestStdinSecrets(t *testing.T) {
	for stdin, want := range map[string]string{
		appSecret: appSecret, appSecret + "\n": appSecret, appSecret + "\r\n": appSecret, "\ufeff" + appSecret + "\r\n": appSecret,
		" " + appSecret + "\t\n": " " + appSecret + "\t", appSecret + "\n\n": appSecret + "\n",
	} {
		r := withToken(newRun())
		r.term.in = strings.NewReader(stdin)
		r.try(t, 0, "add", "shop", "--appid", "wx1", "--secret-stdin")
		if got := *r.agent.added.Secret; got != want {
			t.Errorf("%q became %q", stdin, got)
		}
	}
	r := withToken(newRun())
	r.term.in = strings.NewReader("sec\r\npass\n")
	r.try(t, 0, "edit", "shop", "--secret-stdin", "--proxy-password-stdin")
	if *r.agent.edited.Secret != "sec" || *r.agent.edited.ProxyPassword != "pass" {
		t.Errorf("%q %q", *r.agent.edited.Secret, *r.agent.edited.ProxyPassword)
	}
	r = withToken(newRun())
	r.term.in = strings.NewReader("sec\n")
	r.try(t, exitUsage, "edit", "shop", "--secret-stdin", "--proxy-password-stdin")
	r = withToken(newRun())
	r.term.in = strings.NewReader(strings.Repeat("x", 70<<10))
	r.try(t, exitUsage, "add", "shop", "--appid", "wx1", "--secret-stdin")
}

// TestAddAsks: at a terminal what is missing is asked for, and asked again while
// it cannot be saved.
func TestAddAsks(t *testing.T) {
	r := withToken(newRun())
	r.term.tty = true
	r.term.answers = []string{"a/b", " shop ", "", "nonsense", "wechat-legacy", "gh_0123456789ab", "wx0123456789abcdef", "a b", appSecret}
	_, errOut := r.try(t, 0, "add")
	in := r.agent.added
	if *in.Name != "shop" || *in.Env != core.Sandbox || *in.Kind != kinds.WeChatLegacy || *in.AppID != "wx0123456789abcdef" || *in.Secret != appSecret {
		t.Errorf("%+v", in)
	}
	for _, want := range []string{
		"name: A name is not", "kind: The kind is", "AppID: This is the original ID", "no blanks inside",
		"[sandbox]", "[wechat]", "Disturbs nobody",
	} {
		if !strings.Contains(errOut, want) {
			t.Errorf("%q is missing in\n%s", want, errOut)
		}
	}
	if strings.Contains(errOut, appSecret) {
		t.Errorf("the secret is shown:\n%s", errOut)
	}

	r = withToken(newRun())
	r.term.tty, r.term.answers = true, []string{"shop"}
	r.try(t, exitInterrupted, "add") // input ended
	if len(r.agent.calls) > 0 {
		t.Errorf("%v", r.agent.calls)
	}
}

// TestAddProblems: what the agent finds wrong is said field by field, in the
// person's language.
func TestAddProblems(t *testing.T) {
	problems := core.Problems{{Field: "appid", Key: kinds.ProblemAppIDGH}, {Field: "base_url", Key: core.ProblemBaseURLHTTPS}}
	for lang, want := range map[string]string{
		"en": "tokentray: nothing was saved.\n  AppID: This is the original ID (gh_…). The AppID begins with wx.\n" +
			"  base URL: The base URL must begin with https:// unless it is this machine.\n",
		"zh": "tokentray: 未保存。\n  AppID：这是原始 ID（gh_…）。AppID 以 wx 开头。\n  基础地址：除本机外，基础地址必须以 https:// 开头。\n",
	} {
		r := newRun()
		r.env["TOKENTRAY_LANG"] = lang
		r.agent.err = &core.Error{Class: core.Invalid, Remedy: core.RemedyInput, Message: problems.Error(), Err: problems}
		r.term.in = strings.NewReader(appSecret)
		if _, errOut := r.try(t, exitUsage, "add", "shop", "--appid", "gh_1", "--secret-stdin"); errOut != want {
			t.Errorf("%q, want %q", errOut, want)
		}
	}
}

// TestRefusalUndoesNothing: the account is saved although upstream refuses it,
// so the code is 0, and the refusal is explained.
func TestRefusalUndoesNothing(t *testing.T) {
	r := newRun()
	r.agent.saved = api.Saved{
		Account:  whitelisted("shop", core.Live),
		Warnings: []core.Problem{{Field: "secret", Key: kinds.ProblemSecretTrim, Warn: true}},
	}
	r.term.in = strings.NewReader(appSecret)
	_, errOut := r.try(t, 0, "add", "shop/live", "--appid", "wx1", "--secret-stdin")
	for _, want := range []string{"Note: AppSecret: Blanks and line ends", "Added shop/live.", "203.0.113.7 is not on", "errcode 40164"} {
		if !strings.Contains(errOut, want) {
			t.Errorf("%q is missing in\n%s", want, errOut)
		}
	}
}

// TestAllowLive: consent to breaking production is given knowingly.
func TestAllowLive(t *testing.T) {
	r := withToken(newRun())
	r.term.tty, r.term.answers = true, []string{"n"}
	_, errOut := r.try(t, exitFailure, "edit", "shop/live", "--kind", "wechat-legacy", "--allow-live")
	if !strings.Contains(errOut, "kill the token that production holds") || len(r.agent.calls) > 0 {
		t.Errorf("%q %v", errOut, r.agent.calls)
	}
	r = withToken(newRun())
	r.try(t, exitUsage, "edit", "shop/live", "--allow-live")
	r = withToken(newRun())
	r.try(t, 0, "edit", "shop/live", "--allow-live", "--yes")
	if a := r.agent.edited.AllowLive; a == nil || !*a {
		t.Errorf("%v", a)
	}
	r = withToken(newRun())
	r.try(t, 0, "edit", "shop/live", "--allow-live=false")
	if a := r.agent.edited.AllowLive; a == nil || *a {
		t.Errorf("%v", a)
	}
	r = withToken(newRun())
	r.try(t, 0, "edit", "shop", "--name", "store", "--proxy", "")
	if in := r.agent.edited; *in.Name != "store" || *in.Proxy != "" || in.AppID != nil || in.Secret != nil {
		t.Errorf("%+v", in)
	}
}

// At a terminal nothing reads all of standard input, which would show it.
func TestASecretThatIsTypedIsNotShown(t *testing.T) {
	r := withToken(newRun())
	r.term.tty, r.term.answers = true, []string{"sec", "pass"}
	r.try(t, 0, "edit", "shop", "--secret-stdin", "--proxy-password-stdin")
	if *r.agent.edited.Secret != "sec" || *r.agent.edited.ProxyPassword != "pass" || r.term.hidden != 2 {
		t.Errorf("%q %q, %d hidden", *r.agent.edited.Secret, *r.agent.edited.ProxyPassword, r.term.hidden)
	}
	r = withToken(newRun())
	r.term.tty = true
	r.try(t, exitInterrupted, "edit", "shop", "--secret-stdin") // Ctrl-D
}

// TestASecondAccountOfOneApplicationIsWarnedAbout: without consent it is refused.
// With consent the warning stands below the result. Both use the words of the kind.
func TestASecondAccountOfOneApplicationIsWarnedAbout(t *testing.T) {
	twice := core.Problem{Field: kinds.AppID, Key: core.ProblemAppIDTwice, Warn: true}
	for lang, words := range map[string]string{
		"en": "Another account is of this application. The two share one token.",
		"zh": "已有账号属于同一应用，两者共用一个 token。",
	} {
		r := withToken(newRun())
		r.env["TOKENTRAY_LANG"] = lang
		r.agent.saved.Account.Kind, r.agent.saved.Warnings = kinds.WeCom, core.Problems{twice}
		r.term.in = strings.NewReader(appSecret)
		_, errOut := r.try(t, exitOK, "add", "hr", "--kind", "wecom", "--corpid", "ww0123456789abcdef", "--agent", "1000002", "--apart", "--secret-stdin")
		if !strings.Contains(errOut, words) || !r.agent.added.Apart {
			t.Errorf("%s: stderr %q", lang, errOut)
		}
	}
}

// A server that asks for no key gets none: nobody has to enter one.
func TestAddWithoutAKey(t *testing.T) {
	r := withToken(newRun())
	r.try(t, 0, "add", "team", "--kind", "central", "--base-url", "https://tokens.example.com/token", "--query", "appid=wx1", "--answer", "text", "--private-http")
	in := r.agent.added
	if in.Secret != nil || in.Params["query"] != "appid=wx1" || in.Params["answer"] != "text" || in.Params["private_http"] != "true" {
		t.Errorf("%+v", in)
	}
	r = withToken(newRun())
	if _, errOut := r.try(t, exitUsage, "add", "shop", "--appid", "wx1"); !strings.Contains(errOut, "--secret-stdin") {
		t.Errorf("a kind that needs a secret: %s", errOut)
	}
}
