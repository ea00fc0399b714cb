package cli

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// sampleList has a long life, one that ended, a refusal and a Chinese name.
func sampleList() api.List {
	expired := account("旧商城", core.Sandbox, time.Second)
	expired.ExpiresAt = start().Add(-time.Minute)
	paused := account("shop", core.Sandbox, 4*time.Minute+7*time.Second)
	paused.State = core.StatePaused
	return api.List{
		Active: core.Sandbox, Settings: core.DefaultSettings(), Vault: api.Vault{Kind: "memory", State: "open"},
		Accounts: []api.Account{paused, account("shop", core.Live, time.Hour+59*time.Minute+7*time.Second), whitelisted("公众号", core.Live), expired},
	}
}

func TestListTable(t *testing.T) {
	for lang, want := range map[string]string{
		"en": `   NAME    ENV      STATE      LEFT     TOKEN
*  shop    sandbox  paused     4:07     84_ab••••wxyz
   shop    live     fresh      1:59:07  84_ab••••wxyz
   公众号  live     needs you  IP not on the whitelist
*  旧商城  sandbox  expired    0:00     84_ab••••wxyz
`,
		"zh": `   名称    环境     状态      剩余     TOKEN
*  shop    sandbox  已暂停    4:07     84_ab••••wxyz
   shop    live     有效      1:59:07  84_ab••••wxyz
   公众号  live     需要处理  IP 不在白名单
*  旧商城  sandbox  已过期    0:00     84_ab••••wxyz
`,
	} {
		r := newRun()
		r.env["TOKENTRAY_LANG"] = lang
		r.agent.list = sampleList()
		if out, errOut := r.try(t, 0, "list"); out != want || errOut != "" {
			t.Errorf("%s: got\n%s%s\nwant\n%s", lang, out, errOut, want)
		}
	}
}

// TestAFailingPushIsListed in the words of the window.
func TestAFailingPushIsListed(t *testing.T) {
	for lang, want := range map[string]string{"en": "84_ab••••wxyz  push failed\n", "zh": "84_ab••••wxyz  推送失败\n"} {
		r := newRun()
		r.env["TOKENTRAY_LANG"] = lang
		a := account("shop", core.Sandbox, time.Hour)
		a.Pushes = []api.Push{{Last: &api.PushResult{At: start(), Error: &api.Error{Class: core.PushFailed}}}}
		r.agent.list = api.List{Active: core.Sandbox, Settings: core.DefaultSettings(), Vault: api.Vault{Kind: "memory", State: "open"}, Accounts: []api.Account{a}}
		if out, _ := r.try(t, 0, "list"); !strings.HasSuffix(out, want) {
			t.Errorf("%s: it ends with no %q:\n%s", lang, want, out)
		}
	}
}

func TestListOfOneEnvironment(t *testing.T) {
	r := newRun()
	r.agent.list = sampleList()
	out, _ := r.try(t, 0, "list", "--env", "live", "--json")
	if strings.Contains(out, `"sandbox",`) && strings.Contains(out, "旧商城") || !strings.Contains(out, "公众号") {
		t.Errorf("%s", out)
	}
}

func TestListOnAnEmptyHome(t *testing.T) {
	r := newRun()
	out, errOut := r.try(t, 0, "list")
	if out != "" || !strings.Contains(errOut, "tokentray add") || !strings.Contains(errOut, "tokentray demo") {
		t.Errorf("%q %q", out, errOut)
	}
	r = newRun()
	if out, errOut = r.try(t, 0, "list", "--json"); !strings.Contains(out, `"accounts":[]`) || errOut != "" {
		t.Errorf("%q %q", out, errOut)
	}
}

// TestNoLineIsWiderThanTheTerminal, whatever the names are.
func TestNoLineIsWiderThanTheTerminal(t *testing.T) {
	l := sampleList()
	l.Accounts[0].Name = strings.Repeat("公众号", 60)
	l.Accounts[1].Name = strings.Repeat("x", 200)
	for _, width := range []int{1, 20, 40, 60, 80, 120} {
		r := newRun()
		r.agent.list = l
		r.term.outTTY, r.term.width = true, width
		r.env["NO_COLOR"] = "1"
		out, _ := r.try(t, 0, "list")
		for line := range strings.Lines(out) {
			if w := cells(strings.TrimSuffix(line, "\n")); w > width {
				t.Errorf("width %d: %d cells in %q", width, w, line)
			}
		}
	}
}

func TestColourOnlyForPeople(t *testing.T) {
	for _, tt := range []struct {
		tty    bool
		env    string
		colour bool
	}{{true, "", true}, {false, "", false}, {true, "NO_COLOR", false}} {
		r := newRun()
		r.agent.list = sampleList()
		r.term.outTTY = tt.tty
		r.env[tt.env] = "1"
		if out, _ := r.try(t, 0, "list"); strings.Contains(out, "\x1b[") != tt.colour {
			t.Errorf("%+v: %q", tt, out)
		}
	}
}

func TestShow(t *testing.T) {
	r := newRun()
	r.agent.list = sampleList()
	r.agent.list.Accounts[1].Previous = &api.Previous{Mask: "83_ol••••dold", Until: start().Add(3 * time.Minute)}
	out, _ := r.try(t, 0, "show", "shop/live")
	want := `name            shop
environment     Live
kind            wechat (stable_token)
product         Official Account
AppID           wx0123456789abcdef
state           fresh
token           84_ab••••wxyz
obtained        2026-03-01 11:59:07
expires         2026-03-01 13:59:07 (in 1 h 59 min)
previous token  83_ol••••dold, may work until 2026-03-01 12:03:00
calls today     0
`
	if out != want {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
	r = newRun()
	r.agent.list = sampleList()
	out, _ = r.try(t, 0, "show", "公众号/live")
	if !strings.Contains(out, "203.0.113.7 is not on the account's IP whitelist.\n  Add 203.0.113.7") || !strings.Contains(out, "  errcode 40164\n") {
		t.Errorf("%s", out)
	}
}

func TestWatchLines(t *testing.T) {
	t.Run("into a file", func(t *testing.T) { watchLines(t, newRun()) })
	t.Run("on a terminal that only prints", func(t *testing.T) {
		r := newRun()
		r.term.outTTY, r.env["TERM"] = true, "dumb"
		watchLines(t, r)
	})
}

func watchLines(t *testing.T, r *run) {
	r.agent.events = make(chan api.Event, 8)
	l := sampleList()
	removed := l.Accounts[0]
	r.agent.events <- api.Event{Type: api.EventSnapshot, Snapshot: &l}
	r.agent.events <- api.Event{Type: api.EventAccount, Account: &l.Accounts[1]}
	r.agent.events <- api.Event{Type: api.EventRemoved, Removed: removed.ID}
	r.agent.events <- api.Event{Type: api.EventEnv, Env: core.Live}
	r.agent.events <- api.Event{Type: api.EventBye}
	out, _ := r.try(t, 0, "watch")
	want := `2026-03-01 12:00:00  shop/sandbox  paused  84_ab••••wxyz  4:07
2026-03-01 12:00:00  shop/live  fresh  84_ab••••wxyz  1:59:07
2026-03-01 12:00:00  公众号/live  needs you  IP not on the whitelist
2026-03-01 12:00:00  旧商城/sandbox  expired  84_ab••••wxyz  0:00
2026-03-01 12:00:00  shop/live  fresh  84_ab••••wxyz  1:59:07
2026-03-01 12:00:00  an account was removed (shopsandbox)
2026-03-01 12:00:00  the active environment is Live
2026-03-01 12:00:00  The agent ended.
`
	if out != want {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
}

// TestWatchEnds: a stream without a bye means that the agent is gone.
func TestWatchEnds(t *testing.T) {
	for _, tty := range []bool{false, true} {
		r := newRun()
		r.term.outTTY = tty
		r.agent.events = make(chan api.Event)
		close(r.agent.events)
		out, _ := r.try(t, exitNoAgent, "watch")
		if tty && !strings.HasSuffix(out, screenClose) {
			t.Errorf("the terminal is left as it was not: %q", out)
		}
		r = newRun()
		r.term.outTTY = tty
		r.agent.events = make(chan api.Event)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		code, out, _ := r.do(ctx, "watch")
		if code != exitInterrupted || tty && !strings.HasSuffix(out, screenClose) {
			t.Errorf("Ctrl-C: code %d, %q", code, out)
		}
	}
}

func TestWatchTable(t *testing.T) {
	r := newRun()
	r.term.outTTY, r.env["NO_COLOR"] = true, "1"
	a := &app{Parts: Parts{Term: r.term, Getenv: func(k string) string { return r.env[k] }, Now: start}}
	got := strings.Join(a.screen(sampleList(), &view{foot: []string{"foot"}}, 90, 24), "\n")
	want := `TokenTray · Sandbox is active · accounts: 4

   NAME    ENV      STATE      LEFT                 TOKEN
*  shop    sandbox  paused     4:07     █░░░░░░░░░  84_ab••••wxyz
   shop    live     fresh      1:59:07  ██████████  84_ab••••wxyz
   公众号  live     needs you  IP not on the whitelist
*  旧商城  sandbox  expired    0:00     ░░░░░░░░░░  84_ab••••wxyz

公众号/live: 203.0.113.7 is not on the account's IP whitelist.
  Add 203.0.113.7 to the API IP whitelist (Official Account:
  developers.weixin.qq.com/platform; Mini Program: mp.weixin.qq.com), wait a few minutes,
  then: tokentray refresh 公众号/live

foot
* the active environment    Ctrl-C ends`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestWatchFits: however small the terminal, the screen is no higher and no
// wider, and says what it does not show.
func TestWatchFits(t *testing.T) {
	l := sampleList()
	for range 50 {
		l.Accounts = append(l.Accounts, account(strings.Repeat("名", 100), core.Live, time.Hour), whitelisted("x", core.Live))
	}
	r := newRun()
	r.env["NO_COLOR"] = "1"
	a := &app{Parts: Parts{Term: r.term, Getenv: func(k string) string { return r.env[k] }, Now: start}}
	for _, h := range []int{8, 10, 24, 50} {
		for _, w := range []int{10, 40, 80, 200} {
			lines := a.screen(l, &view{foot: []string{"foot", "foot"}, keys: h%20 == 0, top: h}, w, h)
			if len(lines) > h {
				t.Errorf("%dx%d: %d lines", w, h, len(lines))
			}
			for _, line := range lines {
				if cells(line) > w {
					t.Errorf("%dx%d: %q", w, h, line)
				}
			}
		}
	}
	if got := strings.Join(a.screen(l, &view{}, 80, 24), "\n"); !strings.Contains(got, "more; a taller terminal shows them") {
		t.Errorf("nothing tells of the accounts that do not fit:\n%s", got)
	}
}

// TestNothingIsCutThatIsToBeTyped: at 80 columns a name has 20 cells, a reason has the
// room of the token that is not there, and a remedy goes on in the next line.
func TestNothingIsCutThatIsToBeTyped(t *testing.T) {
	l := sampleList()
	l.Accounts = append(l.Accounts, account("a-name-of-twenty-long", core.Live, time.Hour))
	failing := account("newblock-of-the-north", core.Sandbox, time.Hour)
	failing.Error = &api.Error{Class: core.BadSecret}
	l.Accounts = append(l.Accounts, failing)
	again := account("a-name-that-retries", core.Live, time.Hour)
	again.State, again.NextTry = core.StateRetrying, start().Add(20*time.Second)
	again.Error = &api.Error{Class: core.Temporary, Remedy: core.RemedyNetwork, Message: "no route"}
	again.Pushes = []api.Push{{Last: &api.PushResult{At: start(), Error: &api.Error{Class: core.PushFailed}}}}
	l.Accounts = append(l.Accounts, again)
	for lang, want := range map[string][]string{
		"en": {"a-name-of-twenty-lo…", "a-name-that-retries", "IP not on the whitelist", "wrong AppID or AppSecret", "developers.weixin.qq.com/platform"},
		"zh": {"a-name-of-twenty-lo…", "a-name-that-retries", "IP 不在白名单", "AppID 或 AppSecret 有误", "developers.weixin.qq.com/platform"},
	} {
		r := newRun()
		r.env["NO_COLOR"], r.env["TOKENTRAY_LANG"] = "1", lang
		a := &app{Parts: Parts{Term: r.term, Getenv: func(k string) string { return r.env[k] }, Now: start}}
		lines := a.screen(l, &view{}, 80, 40)
		all := strings.Join(lines, "\n")
		for _, w := range want {
			if !strings.Contains(all, w) {
				t.Errorf("%s: %q is missing in\n%s", lang, w, all)
			}
		}
		for _, line := range lines {
			if cells(line) > 80 {
				t.Errorf("%s: %q is too long", lang, line)
			}
		}
	}
}

func TestLinesAreWrapped(t *testing.T) {
	for _, tt := range []struct {
		in    string
		width int
		want  string
	}{
		{"short", 20, "short"},
		{"one two three", 8, "one two|  three"},
		{"one  two", 5, "one|  two"},
		{"a/very/long/address/in/one", 10, "a/very/lon|  g/addres|  s/in/one"},
		{"请把 IP 加入白名单，然后重试。", 12, "请把 IP 加入|  白名单，然|  后重试。"},
		{"", 5, ""},
		{"  indented words here", 12, "  indented|  words here"},
	} {
		got := wrapped(tt.in, tt.width, 2)
		if strings.Join(got, "|") != tt.want {
			t.Errorf("%q: %q, want %q", tt.in, strings.Join(got, "|"), tt.want)
		}
	}
	for width := 4; width < 30; width++ {
		for _, line := range wrapped("tokentray push test 公众号/live，然后 https://developers.weixin.qq.com/platform", width, 2) {
			if cells(line) > width {
				t.Errorf("width %d: %q", width, line)
			}
		}
	}
}

// TestWatchIsScrolledAndEnded by keys.
func TestWatchIsScrolledAndEnded(t *testing.T) {
	var l api.List
	for i := range 40 {
		l.Accounts = append(l.Accounts, account(fmt.Sprintf("shop%02d", i), core.Live, time.Hour))
	}
	r := newRun()
	r.env["NO_COLOR"] = "1"
	a := &app{Parts: Parts{Term: r.term, Getenv: func(k string) string { return r.env[k] }, Now: start}}
	v := &view{keys: true}
	shows := func(when string, first, last string, rest string) {
		t.Helper()
		all := strings.Join(a.screen(l, v, 80, 15), "\n")
		names := regexp.MustCompile(`shop\d\d`).FindAllString(all, -1)
		if len(names) == 0 || names[0] != first || names[len(names)-1] != last || !strings.Contains(all, rest) || !strings.Contains(all, "q ends") {
			t.Errorf("%s:\n%s", when, all)
		}
	}
	shows("at first", "shop00", "shop08", "0 more above, 31 more below")
	for _, step := range []struct {
		key               Key
		first, last, rest string
	}{
		{KeyDown, "shop00", "shop08", "0 more above, 31 more below"},
		{KeyUp, "shop00", "shop08", "0 more above"},
		{KeyUp, "shop00", "shop08", "0 more above"},
		{KeyPageDn, "shop01", "shop09", "1 more above"},
		{KeyDown, "shop02", "shop10", "2 more above"},
		{KeyEnd, "shop31", "shop39", "0 more below"},
		{KeyDown, "shop31", "shop39", "0 more below"},
		{KeyPageUp, "shop30", "shop38", "1 more below"},
		{KeyHome, "shop00", "shop08", "31 more below"},
	} {
		v.move(step.key)
		shows(string(step.key), step.first, step.last, step.rest)
	}

	for key, code := range map[Key]int{"q": 0, KeyCtrlC: exitInterrupted} {
		r := newRun()
		r.term.outTTY, r.term.keys = true, make(chan Key, 1)
		r.agent.events = make(chan api.Event)
		r.term.keys <- key
		if out, errOut := r.try(t, code, "watch"); !strings.HasSuffix(out, screenClose) || strings.Contains(errOut, "ended") {
			t.Errorf("%s: %q %q", key, out, errOut)
		}
	}
}

func TestKeysOfTerminals(t *testing.T) {
	for sent, want := range map[string]Key{"q": "q", "\x03": KeyCtrlC, "\x1b[A": KeyUp, "\x1bOB": KeyDown, "\x1b[5~": KeyPageUp, " ": " ", "g": "g", "\x1b[F": KeyEnd, "\x1b": "\x1b"} {
		if got := keyOf(sent); got != want {
			t.Errorf("%q is %q, want %q", sent, got, want)
		}
	}
}
