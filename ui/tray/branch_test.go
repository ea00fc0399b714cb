package tray

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/text"
)

// accountLines are the labels of accounts and their submenus.
func accountLines(m menu) (lines []string) {
	for _, l := range m.accounts {
		lines = append(lines, l.label)
	}
	put := func(b branch) {
		if b.label == "" {
			return
		}
		lines = append(lines, "+ "+b.label)
		for _, l := range b.lines {
			lines = append(lines, "  > "+l.label)
		}
		if b.more != "" {
			lines = append(lines, "  > "+b.more)
		}
	}
	for _, g := range m.groups {
		put(g)
	}
	if m.more != "" {
		lines = append(lines, m.more)
	}
	put(m.liveOnes)
	return lines
}

// many are n sandbox accounts, the first used last.
func many(n int, name string, state core.State) (out []api.Account) {
	for i := range n {
		out = append(out, acc(fmt.Sprintf("%s%02d", name, i), core.Sandbox, state, 0, 1000-i))
	}
	return out
}

func inGroup(group string, accounts ...api.Account) []api.Account {
	for i := range accounts {
		accounts[i].Group = group
	}
	return accounts
}

// TestBranches: submenus of groups where the accounts do not fit, and of live accounts
// while sandbox is active.
func TestBranches(t *testing.T) {
	few := append(inGroup("Mall", many(3, "m", core.StateEmpty)...), many(4, "x", core.StateEmpty)...)
	mixed := append(many(9, "a", core.StateEmpty), inGroup("Mall", acc("mall-web", core.Sandbox, core.StateEmpty, 0, 1), acc("mall-app", core.Sandbox, core.StateBlocked, 0, 2))...)
	mixed = append(mixed, inGroup("Blog", acc("blog", core.Sandbox, core.StateEmpty, 0, 0))...)
	mixed = append(mixed, acc("loose", core.Sandbox, core.StateEmpty, 0, 0))
	live := []api.Account{acc("shop", core.Live, core.StateFresh, time.Hour, 0), acc("gate", core.Live, core.StateBlocked, 0, 0), acc("test", core.Sandbox, core.StateFresh, time.Hour, 0)}
	var crowd []api.Account
	for _, a := range many(12, "l", core.StateEmpty) {
		a.Env = core.Live
		crowd = append(crowd, a)
	}
	ask := listOf(core.Sandbox, live...)
	ask.Settings.AskLiveCopy = true
	for _, tt := range []struct {
		name   string
		list   api.List
		en, zh []string
	}{
		{
			name: "no groups where all have a line", list: listOf(core.Sandbox, few...),
			en: []string{"m00 · no token yet", "m01 · no token yet", "m02 · no token yet", "x00 · no token yet", "x01 · no token yet", "x02 · no token yet", "x03 · no token yet"},
		},
		{
			name: "groups, and more that are in none", list: listOf(core.Sandbox, mixed...),
			en: []string{
				"mall-app · needs you",
				"a00 · no token yet", "a01 · no token yet", "a02 · no token yet", "a03 · no token yet", "a04 · no token yet",
				"a05 · no token yet", "a06 · no token yet", "a07 · no token yet", "a08 · no token yet",
				"+ Blog", "  > blog · no token yet",
				"+ Mall · 1 needs you", "  > mall-app · needs you", "  > mall-web · no token yet",
				"1 more in the window…",
			},
			zh: []string{
				"mall-app · 需要处理",
				"a00 · 尚无 token", "a01 · 尚无 token", "a02 · 尚无 token", "a03 · 尚无 token", "a04 · 尚无 token",
				"a05 · 尚无 token", "a06 · 尚无 token", "a07 · 尚无 token", "a08 · 尚无 token",
				"+ Blog", "  > blog · 尚无 token",
				"+ Mall · 1 个需要处理", "  > mall-app · 需要处理", "  > mall-web · 尚无 token",
				"在窗口中查看其余 1 个…",
			},
		},
		{
			name: "live accounts", list: listOf(core.Sandbox, live...),
			en: []string{"test · 1 h", "+ Live accounts · 1 needs you", "  > gate (LIVE) · needs you", "  > shop (LIVE) · 1 h"},
			zh: []string{"test · 1 小时", "+ 生产账号 · 1 个需要处理", "  > gate（生产） · 需要处理", "  > shop（生产） · 1 小时"},
		},
		{
			name: "live accounts, with a question", list: ask,
			en: []string{"test · 1 h", "+ Live accounts · 1 needs you", "  > gate (LIVE) · needs you", "  > Copy LIVE: shop (LIVE) · 1 h"},
			zh: []string{"test · 1 小时", "+ 生产账号 · 1 个需要处理", "  > gate（生产） · 需要处理", "  > 复制生产 token：shop（生产） · 1 小时"},
		},
		{
			name: "more live accounts than fit", list: listOf(core.Sandbox, crowd...),
			en: []string{
				"No account in Sandbox", "+ Live accounts",
				"  > l00 (LIVE) · no token yet", "  > l01 (LIVE) · no token yet", "  > l02 (LIVE) · no token yet", "  > l03 (LIVE) · no token yet", "  > l04 (LIVE) · no token yet",
				"  > l05 (LIVE) · no token yet", "  > l06 (LIVE) · no token yet", "  > l07 (LIVE) · no token yet", "  > l08 (LIVE) · no token yet", "  > l09 (LIVE) · no token yet",
				"  > 2 more in the window…",
			},
		},
		{name: "no submenu of live accounts in Live", list: listOf(core.Live, live...), en: []string{"gate (LIVE) · needs you", "shop (LIVE) · 1 h"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for lang, want := range map[text.Lang][]string{text.English: tt.en, text.Chinese: tt.zh} {
				if want == nil {
					continue
				}
				if diff := cmp.Diff(want, accountLines(build(pictureOf(tt.list), "", noon, text.New(lang)))); diff != "" {
					t.Errorf("language %d (-want +got):\n%s", lang, diff)
				}
			}
		})
	}
}

// TestWhatNeedsYouComesFirst: but it never takes all lines from accounts that can be
// copied.
func TestWhatNeedsYouComesFirst(t *testing.T) {
	for _, tt := range []struct{ needy, rest, wantNeedy, wantRest int }{
		{0, 3, 0, 3}, {2, 3, 2, 3}, {2, 30, 2, 8}, {30, 30, 5, 5}, {30, 7, 5, 5}, {30, 2, 8, 2}, {30, 0, 10, 0}, {0, 30, 0, 10},
	} {
		m := build(pictureOf(listOf(core.Sandbox, append(many(tt.needy, "zz", core.StateBlocked), many(tt.rest, "a", core.StateEmpty)...)...)), "", noon, text.New(text.English))
		needy, rest := 0, 0
		for i, l := range m.accounts {
			if !l.show {
				rest++
				continue
			}
			if needy++; i >= needy {
				t.Errorf("%+v: %s stands below one that needs nobody", tt, l.label)
			}
		}
		if needy != tt.wantNeedy || rest != tt.wantRest {
			t.Errorf("%+v: %d need a person, %d do not", tt, needy, rest)
		}
	}
}

// TestAClickOnWhatNeedsYouShowsIt: there is nothing to copy, unless its token lives.
func TestAClickOnWhatNeedsYouShowsIt(t *testing.T) {
	l := listOf(core.Live, acc("dead", core.Live, core.StateBlocked, 0, 0), acc("living", core.Live, core.StateBlocked, time.Minute, 0))
	l.Settings.AskLiveCopy = true
	m := build(pictureOf(l), "", noon, text.New(text.English))
	dead, living := m.accounts[0], m.accounts[1]
	if dead.action() != (action{verb: doShow, ref: dead.ref}) || dead.confirm != "" {
		t.Errorf("the line %+v does %+v", dead, dead.action())
	}
	if living.action() != (action{verb: doCopy, ref: living.ref}) || living.confirm == "" {
		t.Errorf("the line %+v does %+v", living, living.action())
	}
}

// TestAMiddleClickCopiesTheLastAgain: in the active environment, in its format, and
// never a live token where the settings want a second step.
func TestAMiddleClickCopiesTheLastAgain(t *testing.T) {
	p := pictureOf(listOf(core.Sandbox, acc("blog", core.Sandbox, core.StateFresh, time.Hour, 2), acc("shop", core.Sandbox, core.StateFresh, time.Hour, 0), acc("shop", core.Live, core.StateFresh, time.Hour, 0)))
	sandbox, live := api.Ref{Name: "shop", Env: core.Sandbox}, api.Ref{Name: "shop", Env: core.Live}
	ask := core.DefaultSettings()
	ask.Active, ask.AskLiveCopy = core.Live, true
	clip := func(c api.Clipboard) api.Event { return api.Event{Type: api.EventClipboard, Clipboard: &c} }
	for _, step := range []struct {
		what string
		api.Event
		want action
	}{
		{"nothing was copied", api.Event{}, action{}},
		{"a client key", clip(api.Clipboard{Key: "ci"}), action{}},
		{"a copy", clip(api.Clipboard{Account: "shop", Env: core.Sandbox, Format: "curl"}), action{verb: doCopy, ref: sandbox, format: "curl"}},
		{"it is cleared", clip(api.Clipboard{}), action{verb: doCopy, ref: sandbox, format: "curl"}},
		{"a live copy", clip(api.Clipboard{Account: "shop", Env: core.Live, Format: "raw"}), action{verb: doCopy, ref: sandbox, format: "curl"}},
		{"live", api.Event{Type: api.EventEnv, Env: core.Live}, action{verb: doCopy, ref: live, format: "raw"}},
		{"live, with a question", api.Event{Type: api.EventSettings, Settings: &ask}, action{verb: doShow, ref: live}},
		{"sandbox, in another format", api.Event{Type: api.EventEnv, Env: core.Sandbox}, action{verb: doCopy, ref: sandbox, format: "curl"}},
		{"another format", clip(api.Clipboard{Account: "shop", Env: core.Sandbox, Format: "json"}), action{verb: doCopy, ref: sandbox, format: "json"}},
		{"it goes", api.Event{Type: api.EventRemoved, Removed: "shop/sandbox"}, action{}},
	} {
		p.apply(step.Event)
		if got := p.again(); got != step.want {
			t.Errorf("%s: it does %+v, want %+v", step.what, got, step.want)
		}
	}
}

// TestACopyIsConfirmedByTheIcon: for two seconds, if the settings want that and it was
// copied.
func TestACopyIsConfirmedByTheIcon(t *testing.T) {
	shop := acc("shop", core.Sandbox, core.StateEmpty, 0, 0)
	for _, how := range []string{core.ConfirmIcon, core.ConfirmNotification, core.ConfirmOff} {
		l := listOf(core.Sandbox, shop)
		l.Settings.ConfirmCopy = how
		loopTest(t, l, func(r *rig) {
			r.fail = &core.Error{Class: core.Misuse, Remedy: core.RemedyClipboard, Message: "no clipboard"}
			r.click <- action{verb: doCopy, ref: shop.Ref()}
			r.pass(time.Second)
			if r.last().look.Copied {
				t.Errorf("%s: a failure is confirmed", how)
			}
			r.fail = nil
			r.click <- action{verb: doCopy, ref: shop.Ref()}
			r.pass(time.Second)
			if got := r.last().look.Copied; got != (how == core.ConfirmIcon) {
				t.Errorf("%s: the icon shows it: %v", how, got)
			}
			r.pass(2 * time.Second)
			if r.last().look.Copied {
				t.Errorf("%s: the icon shows it too long", how)
			}
			before := r.clockReads.Load()
			r.pass(48 * time.Hour)
			if n := r.clockReads.Load() - before; n != 0 {
				t.Errorf("%s: the loop looked at the clock %d times afterwards", how, n)
			}
		})
	}
}

// TestAMiddleClickAsksTheAgent: it goes through the loop as a click on a line does.
func TestAMiddleClickAsksTheAgent(t *testing.T) {
	l := listOf(core.Sandbox, acc("shop", core.Sandbox, core.StateFresh, time.Hour, 0))
	l.Clipboard = api.Clipboard{Account: "shop", Env: core.Sandbox, Format: "header"}
	loopTest(t, l, func(r *rig) {
		r.click <- action{verb: doAgain}
		synctest.Wait()
		if got := r.took(); got != "copy shop/sandbox as header" {
			t.Errorf("the agent was asked %q", got)
		}
	})
}

// TestGroupsHaveRoom: of more groups than fit, those used last stand in the menu, by
// name, and the rest is counted.
func TestGroupsHaveRoom(t *testing.T) {
	var all []api.Account
	for i := range 30 {
		a := acc(fmt.Sprintf("a%02d", i), core.Sandbox, core.StateEmpty, 0, 100-i)
		a.Group = fmt.Sprintf("g%02d", 29-i)
		all = append(all, a)
	}
	m := build(pictureOf(listOf(core.Sandbox, all...)), "", noon, text.New(text.English))
	if len(m.groups) != mostGroups || m.groups[0].label != "g22" || m.groups[mostGroups-1].label != "g29" || m.more != "20 more in the window…" {
		t.Errorf("%d groups, %q, %q", len(m.groups), strings.Join(accountLines(m), "\n"), m.more)
	}
}

// TestSubmenusWaitForAnEye: the times in submenus are renewed when the menu is opened
// or a token in them expires, and not each minute.
func TestSubmenusWaitForAnEye(t *testing.T) {
	l := listOf(core.Sandbox, acc("shop", core.Sandbox, core.StateFresh, 10*time.Minute, 0), acc("shop", core.Live, core.StateFresh, 8*time.Minute, 0))
	l.Settings.Language = "en"
	loopTest(t, l, func(r *rig) {
		live := func(want string) {
			t.Helper()
			if got := r.last().liveOnes.lines[0].label; got != want {
				t.Errorf("the line is %q, want %q", got, want)
			}
		}
		r.pass(2*time.Minute + time.Second)
		live("shop (LIVE) · 8 min")
		if got := r.last().accounts[0].label; got != "shop · 8 min" {
			t.Errorf("the line of the menu is %q", got)
		}
		r.open <- struct{}{}
		synctest.Wait()
		live("shop (LIVE) · 5 min")
		r.pass(7 * time.Minute)
		live("shop (LIVE) · expired")
	})
}

// TestCorpsAreGroups: applications of one corp have a submenu where not all accounts have
// a line; a corp with one application has none, and a group of one's own comes first.
func TestCorpsAreGroups(t *testing.T) {
	all := many(mostAccounts, "plain", core.StateFresh)
	corp := func(id string, names ...string) {
		for i, name := range names {
			a := acc(name, core.Sandbox, core.StateFresh, 0, 10-i)
			a.Kind, a.AppID = kinds.WeCom, id
			all = append(all, a)
		}
	}
	corp("ww0123456789abcdef", "mail", "chat")
	corp("wwfedcba9876543210", "alone")
	all = append(all, inGroup("shop", acc("till", core.Sandbox, core.StateFresh, 0, 5))...)
	m := build(pictureOf(listOf(core.Sandbox, all...)), "", noon, text.New(text.English))
	var labels []string
	for _, g := range m.groups {
		labels = append(labels, g.label)
	}
	if got := strings.Join(labels, ", "); got != "shop, CorpID ww0123456789abcdef" {
		t.Errorf("the submenus are %s", got)
	}
	if m.more != "1 more in the window…" {
		t.Errorf("besides: %q", m.more)
	}
}
