package cli

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// daily has an account for each thing that a row of the window says beside its state.
func daily() api.List {
	soon := account("soon", core.Sandbox, 4*time.Minute)
	soon.LastUsed = start().Add(-time.Hour)
	taken := account("taken", core.Sandbox, time.Hour)
	taken.Lost = &api.CheckResult{Dead: true, Finding: core.FoundReplaced, At: start().Add(-5 * time.Minute)}
	died := account("died", core.Sandbox, time.Second)
	died.ExpiresAt = start().Add(-time.Minute)
	died.Checked = &api.CheckResult{Dead: true, Finding: core.FoundDead, At: start().Add(-2 * time.Minute)}
	again := account("again", core.Sandbox, time.Hour)
	again.State, again.NextTry = core.StateRetrying, start().Add(20*time.Second)
	again.Error = &api.Error{Class: core.Temporary, Remedy: core.RemedyNetwork, Message: "no route"}
	pushes := account("pushes", core.Sandbox, 2*time.Hour)
	pushes.State = core.StatePaused
	pushes.Pushes = []api.Push{{Last: &api.PushResult{At: start(), Error: &api.Error{Class: core.PushFailed}}}}
	fine := account("fine", core.Live, 30*time.Minute)
	fine.Group, fine.Pinned, fine.LastUsed = "Spring", true, start().Add(-time.Minute)
	taken.Group = "spring"
	all := []api.Account{again, died, pushes, soon, taken, fine}
	return api.List{Active: core.Sandbox, Settings: core.DefaultSettings(), Vault: api.Vault{Kind: "memory", State: "open"}, Accounts: all}
}

func dailyRun(lang string) *run {
	r := newRun()
	r.env["TOKENTRAY_LANG"] = lang
	r.agent.list = daily()
	return r
}

// TestListsSayWhatTheWindowSays: in list, watch and show stand the words of the window's
// rows.
func TestListsSayWhatTheWindowSays(t *testing.T) {
	for lang, want := range map[string]map[string][]string{
		"en": {
			"again": {"retrying", "retrying in 20 s"}, "died": {"expired", "died early, 11:58"}, "pushes": {"paused", "push failed"},
			"soon": {"ends soon"}, "taken": {"fresh", "replaced by somebody else, 11:55"}, "fine": {"fresh"},
		},
		"zh": {
			"again": {"重试中", "20 秒后重试"}, "died": {"已过期", "11:58 提前失效"}, "pushes": {"已暂停", "推送失败"},
			"soon": {"即将到期"}, "taken": {"有效", "11:55 被他人替换"}, "fine": {"有效"},
		},
	} {
		list, _ := dailyRun(lang).try(t, 0, "list")
		r := dailyRun(lang)
		r.agent.events = make(chan api.Event, 2)
		l := daily()
		r.agent.events <- api.Event{Type: api.EventSnapshot, Snapshot: &l}
		r.agent.events <- api.Event{Type: api.EventBye}
		watched, _ := r.try(t, 0, "watch")
		for name, words := range want {
			for what, out := range map[string]string{"list": list, "watch": watched} {
				line := lineWith(out, name)
				for _, word := range words {
					if !strings.Contains(line, word) {
						t.Errorf("%s, %s: %q does not say %q", lang, what, line, word)
					}
				}
			}
		}
		for name, word := range map[string]string{"soon": want["soon"][0], "again": want["again"][1], "died": want["died"][1]} {
			if out, _ := dailyRun(lang).try(t, 0, "show", name); !strings.Contains(out, word) {
				t.Errorf("%s: show does not say %q:\n%s", lang, word, out)
			}
		}
	}
}

// lineWith is the first line with a word.
func lineWith(out, word string) string {
	for line := range strings.Lines(out) {
		if strings.Contains(line, word) {
			return line
		}
	}
	return ""
}

// listedNames are the accounts that list prints with these arguments, in their order.
func listedNames(t *testing.T, lang string, args ...string) []string {
	t.Helper()
	out, _ := dailyRun(lang).try(t, 0, append([]string{"list", "--json"}, args...)...)
	var l api.List
	if err := json.Unmarshal([]byte(out), &l); err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, a := range l.Accounts {
		names = append(names, a.Name)
	}
	return names
}

// TestListByWhatRowsSay: states by the words of the lists and by the program's, groups,
// and the orders of the window.
func TestListByWhatRowsSay(t *testing.T) {
	for _, tt := range []struct {
		lang string
		args []string
		want []string
	}{
		{"en", []string{"--state", "soon"}, []string{"soon"}},
		{"en", []string{"--state", "ends soon"}, []string{"soon"}},
		{"zh", []string{"--state", "即将"}, []string{"soon"}},
		{"zh", []string{"--state", "soon"}, []string{"soon"}},
		{"en", []string{"--state", "push"}, []string{"pushes"}},
		{"zh", []string{"--state", "推送"}, []string{"pushes"}},
		{"en", []string{"--state", "fresh"}, []string{"soon", "taken", "fine"}},
		{"en", []string{"--state", "retrying", "--state", "paused"}, []string{"again", "pushes"}},
		{"en", []string{"--group", "spring"}, []string{"taken", "fine"}},
		{"zh", []string{"--group", "SPRING", "--env", "live"}, []string{"fine"}},
		{"en", []string{"--sort", "name"}, []string{"fine", "again", "died", "pushes", "soon", "taken"}},
		{"en", []string{"--sort", "time"}, []string{"fine", "died", "soon", "again", "taken", "pushes"}},
		{"en", []string{"--sort", "need"}, []string{"fine", "died", "again", "soon", "taken", "pushes"}},
		{"en", []string{"--sort", "used"}, []string{"fine", "soon", "again", "died", "pushes", "taken"}},
	} {
		if got := listedNames(t, tt.lang, tt.args...); !slices.Equal(got, tt.want) {
			t.Errorf("%s %v: %v, want %v", tt.lang, tt.args, got, tt.want)
		}
	}
	if out, errOut := dailyRun("en").try(t, 0, "list", "--group", "autumn"); out != "" || !strings.Contains(errOut, "No account fits that.") {
		t.Errorf("a group without accounts: %q %q", out, errOut)
	}
	if _, errOut := dailyRun("zh").try(t, 2, "list", "--state", "死"); !strings.Contains(errOut, "soon, push") {
		t.Errorf("%q", errOut)
	}
	if _, errOut := dailyRun("en").try(t, 2, "list", "--sort", "size"); !strings.Contains(errOut, "name, need, time, used") {
		t.Errorf("%q", errOut)
	}
}

func TestClear(t *testing.T) {
	r := newRun()
	out, errOut := r.try(t, 0, "clear")
	if out != "" || errOut != "What TokenTray copied is off the clipboard.\n" || !slices.Equal(r.agent.calls, []string{"clear"}) {
		t.Errorf("%q %q %v", out, errOut, r.agent.calls)
	}
	r = newRun()
	if out, errOut = r.try(t, 0, "clear", "--json"); out != "{\"cleared\":true}\n" || errOut != "" {
		t.Errorf("%q %q", out, errOut)
	}
	r = newRun()
	r.agent.err = &core.Error{Class: core.Internal, Remedy: core.RemedyClipboard, Message: "there is no clipboard"}
	r.try(t, 1, "clear")
}

// TestFailuresOfToday: without a name, history tells what failed since midnight, or since
// the time given, over all accounts.
func TestFailuresOfToday(t *testing.T) {
	failed := []api.Failure{
		{Account: "公众号", Env: core.Live, Lines: 12, Newest: api.HistoryEntry{At: start().Add(-time.Minute), What: core.DidFail, Class: core.Whitelist, Code: 40164, CallerIP: "203.0.113.7"}},
		{Account: "shop", Env: core.Sandbox, Lines: 1, Newest: api.HistoryEntry{At: start().Add(-time.Hour), What: core.DidFail, Class: core.Temporary}},
	}
	midnight := start().Add(-12 * time.Hour)
	for lang, want := range map[string]string{
		"en": "TIME                 ACCOUNT       FAILED  WHAT\n" +
			"2026-03-01 11:59:00  公众号/live       12  failed  IP not on the whitelist, errcode 40164, caller IP 203.0.113.7\n" +
			"2026-03-01 11:00:00  shop/sandbox       1  failed  temporary failure\n",
		"zh": "时间                 账号          失败  事件\n" +
			"2026-03-01 11:59:00  公众号/live     12  失败  IP 不在白名单，errcode 40164，调用方 IP 203.0.113.7\n" +
			"2026-03-01 11:00:00  shop/sandbox     1  失败  暂时失败\n",
	} {
		r := newRun()
		r.env["TOKENTRAY_LANG"] = lang
		r.agent.list = sampleList()
		r.agent.failures = failed
		if out, _ := r.try(t, 0, "history"); out != want || !r.agent.failedSince.Equal(midnight) {
			t.Errorf("%s, since %v: got\n%s\nwant\n%s", lang, r.agent.failedSince, out, want)
		}
	}
	r := newRun()
	r.agent.failures = failed
	out, _ := r.try(t, 0, "history", "--json", "--since", "90m", "--limit", "1")
	if !strings.Contains(out, `"lines":12`) || strings.Contains(out, `"shop"`) || !r.agent.failedSince.Equal(start().Add(-90*time.Minute)) {
		t.Errorf("since %v: %s", r.agent.failedSince, out)
	}
	r = newRun()
	if out, errOut := r.try(t, 0, "history"); out != "" || errOut != "Nothing failed since 2026-03-01 00:00:00.\n" {
		t.Errorf("%q %q", out, errOut)
	}
	newRun().try(t, 2, "history", "--csv")
}

// TestGetMany: several tokens are one block for a .env file, printed or copied; in any
// other format only one account is taken, for what follows may be its secret.
func TestGetMany(t *testing.T) {
	r := withToken(newRun())
	out, errOut := r.try(t, 0, "get", "shop", "shop/live", "--format", "dotenv", "--min-ttl", "5m")
	if !strings.Contains(out, "# shop/sandbox\nSHOP_SANDBOX_ACCESS_TOKEN="+secretToken+"\n") || strings.Count(out, secretToken) != 2 || errOut != "" {
		t.Errorf("%q %q", out, errOut)
	}
	if !slices.Equal(r.agent.calls, []string{"token shop", "token shop/live"}) || r.agent.minTTL != 5*time.Minute {
		t.Errorf("%v, %v", r.agent.calls, r.agent.minTTL)
	}
	r = withToken(newRun())
	if out, _ := r.try(t, 0, "get", "shop", "shop/sandbox", "--format", "dotenv"); strings.Count(out, secretToken) != 1 {
		t.Errorf("one that is named twice: %q", out)
	}
	for lang, want := range map[string]string{
		"en": "Copied as one block for a .env file; tokens: 2. The clipboard is cleared in 45 s.\n",
		"zh": "已复制为一段 .env 内容，共 2 个 token。剪贴板将在 45 秒后清除。\n",
	} {
		r = withToken(newRun())
		r.env["TOKENTRAY_LANG"] = lang
		out, errOut = r.try(t, 0, "get", "shop", "shop/live", "--format", "dotenv", "--copy")
		if out != "" || errOut != want || strings.Count(r.agent.textOfCopied, secretToken) != 2 {
			t.Errorf("%q %q, copied %q", out, errOut, r.agent.textOfCopied)
		}
	}
	r = withToken(newRun())
	r.agent.refuse = &core.Error{Class: core.Temporary, Remedy: core.RemedyNetwork, Message: "no route"}
	if out, _ := r.try(t, 5, "get", "shop", "shop/live", "--format", "dotenv"); out != "" {
		t.Errorf("a part is printed: %q", out)
	}
	for _, args := range [][]string{
		{"get", "shop", "gate"},
		{"get", "shop", "gate", "--format", "raw"},
		{"get", "shop", "gate", "--format", "dotenv", "--previous"},
		{"get", "shop", "0123456789abcdef0123456789abcdef", "--format", "dotenv"},
	} {
		r := withToken(newRun())
		if _, errOut := r.try(t, 2, args...); len(r.agent.calls) > 0 || strings.Contains(errOut, "0123456789abcdef") {
			t.Errorf("%v: %q, calls %v", args, errOut, r.agent.calls)
		}
	}
}

// TestAddTest: with --test the upstream is asked once and nothing is saved.
func TestAddTest(t *testing.T) {
	const secret = "0123456789abcdef0123456789abcdef"
	args := []string{"add", "shop", "--appid", "wx0123456789abcdef", "--secret-stdin", "--test"}
	try := func(lang string, code int, result api.TestResult, more ...string) (string, string, *run) {
		r := newRun()
		r.env["TOKENTRAY_LANG"] = lang
		r.term.in = strings.NewReader(secret + "\n")
		r.agent.test = result
		out, errOut := r.try(t, code, append(slices.Clone(args), more...)...)
		if strings.Contains(out+errOut, secret) || slices.Contains(r.agent.calls, "add") {
			t.Errorf("%q %q, calls %v", out, errOut, r.agent.calls)
		}
		return out, errOut, r
	}
	for lang, want := range map[string]string{
		"en": "It works: 84_ab••••wxyz, good for 2 h. Nothing was saved.\n",
		"zh": "测试成功：84_ab••••wxyz，有效期 2 小时。未保存任何内容。\n",
	} {
		_, errOut, r := try(lang, 0, api.TestResult{Mask: "84_ab••••wxyz", ExpiresIn: 7200})
		if errOut != want || !slices.Equal(r.agent.calls, []string{"test"}) || r.agent.tested.Secret == nil || *r.agent.tested.Secret != secret {
			t.Errorf("%s: %q, calls %v", lang, errOut, r.agent.calls)
		}
	}
	refused := api.TestResult{Error: &api.Error{Class: core.BadSecret, Remedy: core.RemedySecret, UpstreamCode: 40125, Message: "invalid appsecret"}}
	if _, errOut, _ := try("en", 4, refused); !strings.Contains(errOut, "errcode 40125") {
		t.Errorf("%q", errOut)
	}
	if out, errOut, _ := try("en", 4, refused, "--json"); !strings.Contains(out, `"upstream_code":40125`) || errOut != "" {
		t.Errorf("%q %q", out, errOut)
	}
	if _, errOut, _ := try("en", 2, refused, "--paused"); !strings.Contains(errOut, "give --paused or --test, not both") {
		t.Errorf("%q", errOut)
	}
	// A test of a live account whose upstream kills the token before asks for consent.
	if _, errOut, r := try("en", 2, refused, "--env", "live", "--kind", "wechat-legacy"); len(r.agent.calls) > 0 || !strings.Contains(errOut, "--allow-live") {
		t.Errorf("%q, calls %v", errOut, r.agent.calls)
	}
}

// TestExportSomeAccounts: those that are named, and no others.
func TestExportSomeAccounts(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want []core.ID
	}{
		{nil, nil},
		{[]string{"shop"}, []core.ID{"shopsandbox", "shoplive"}},
		{[]string{"shop/live", "旧商城"}, []core.ID{"shoplive", "旧商城sandbox"}},
		{[]string{"shop", "--env", "live"}, []core.ID{"shoplive"}},
	} {
		r := newRun()
		r.agent.list = sampleList()
		out, _ := r.try(t, 0, append([]string{"export", "accounts"}, tt.args...)...)
		if out != "a list" || !slices.Equal(r.agent.exported.Accounts, tt.want) {
			t.Errorf("%v: %q, exported %v", tt.args, out, r.agent.exported.Accounts)
		}
	}
	for code, args := range map[int][]string{
		exitNoAccount: {"shop", "nobody"},
		2:             {"旧商城", "--env", "live"}, // none would mean all
	} {
		r := newRun()
		r.agent.list = sampleList()
		if out, _ := r.try(t, code, append([]string{"export", "accounts"}, args...)...); out != "" || slices.Contains(r.agent.calls, "export") {
			t.Errorf("%v: %q, calls %v", args, out, r.agent.calls)
		}
	}
}
