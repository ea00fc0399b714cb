package tray

import (
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/text"
)

func TestEventsKeepThePictureTrue(t *testing.T) {
	p := pictureOf(listOf(core.Sandbox, acc("shop", core.Sandbox, core.StateFresh, time.Hour, 0)))
	a := acc("mall", core.Sandbox, core.StateBlocked, 0, 0)
	s := core.DefaultSettings()
	s.Active, s.AskLiveCopy, s.PausedAll, s.Language = core.Live, true, true, "zh"
	for _, e := range []api.Event{
		{Type: api.EventAccount, Account: &a},
		{Type: api.EventRemoved, Removed: "shop/sandbox"},
		{Type: api.EventClipboard, Clipboard: &api.Clipboard{Account: "mall", Env: core.Sandbox}},
		{Type: api.EventVault, Vault: &api.Vault{State: "locked"}},
		{Type: api.EventSettings, Settings: &s},
		{Type: api.EventEnv, Env: core.Sandbox},
	} {
		if !p.apply(e) {
			t.Errorf("%s changes nothing", e.Type)
		}
	}
	if p.apply(api.Event{Type: api.EventRaise}) {
		t.Error("raise changes the menu")
	}
	if p.Active != core.Sandbox || !p.PausedAll || !p.Settings.AskLiveCopy || p.Settings.Language != "zh" || p.Vault.State != "locked" ||
		p.Clipboard != (api.Clipboard{Account: "mall", Env: core.Sandbox}) || len(p.Accounts) != 1 || p.Accounts[0] != keep(a, a.Group) ||
		p.copyAs[core.Sandbox] != a.ID {
		t.Errorf("the picture is %+v, %v", *p.Picture, p.copyAs)
	}
}

// The submenu of formats is about the account that was copied last, whatever programs
// use meanwhile, and never about the other environment.
func TestFormatsAreOfTheAccountCopiedLast(t *testing.T) {
	p := pictureOf(listOf(
		core.Sandbox, acc("blog", core.Sandbox, core.StateFresh, time.Hour, 2),
		acc("shop", core.Sandbox, core.StateFresh, time.Hour, 1), acc("shop", core.Live, core.StateFresh, time.Hour, 9),
	))
	event := func(e api.Event) { p.apply(e) }
	used := func(name string, env core.Env, at int) {
		a := acc(name, env, core.StateFresh, time.Hour, at)
		event(api.Event{Type: api.EventAccount, Account: &a})
	}
	copied := func(name string, env core.Env) {
		event(api.Event{Type: api.EventClipboard, Clipboard: &api.Clipboard{Account: name, Env: env, Format: "raw"}})
	}
	for _, step := range []struct {
		what string
		do   func()
		want api.Ref
	}{
		{"used last", func() {}, api.Ref{Name: "blog", Env: core.Sandbox}},
		{"a program uses another", func() { used("shop", core.Sandbox, 50) }, api.Ref{Name: "blog", Env: core.Sandbox}},
		{"another is copied", func() { copied("shop", core.Sandbox) }, api.Ref{Name: "shop", Env: core.Sandbox}},
		{"a program uses the first", func() { used("blog", core.Sandbox, 60) }, api.Ref{Name: "shop", Env: core.Sandbox}},
		{"the clipboard is cleared", func() { copied("", "") }, api.Ref{Name: "shop", Env: core.Sandbox}},
		{"a live one is copied from the window", func() { copied("shop", core.Live) }, api.Ref{Name: "shop", Env: core.Sandbox}},
		{"live", func() { event(api.Event{Type: api.EventEnv, Env: core.Live}) }, api.Ref{Name: "shop", Env: core.Live}},
		{"the live one goes", func() { event(api.Event{Type: api.EventRemoved, Removed: "shop/live"}) }, api.Ref{}},
		{"sandbox", func() { event(api.Event{Type: api.EventEnv, Env: core.Sandbox}) }, api.Ref{Name: "shop", Env: core.Sandbox}},
		{"it goes", func() { event(api.Event{Type: api.EventRemoved, Removed: "shop/sandbox"}) }, api.Ref{Name: "blog", Env: core.Sandbox}},
	} {
		step.do()
		m := build(p, "", noon, text.New(text.English))
		if m.as.ref != step.want || (m.as.label == "") != (step.want == api.Ref{}) {
			t.Errorf("%s: the submenu %q is about %v, want %v", step.what, m.as.label, m.as.ref, step.want)
		}
	}
}

func TestTick(t *testing.T) {
	for _, tt := range []struct {
		left time.Duration
		want time.Duration
	}{{0, 0}, {-time.Minute, 0}, {time.Second, time.Minute}, {15 * time.Minute, time.Minute}, {16 * time.Minute, 5 * time.Minute}} {
		p := pictureOf(listOf(core.Sandbox, acc("a", core.Sandbox, core.StateFresh, tt.left, 0), acc("b", core.Live, core.StateFresh, time.Second, 0)))
		if got := p.tick(noon); got != tt.want {
			t.Errorf("%v left: tick %v, want %v", tt.left, got, tt.want)
		}
	}
	p := pictureOf(listOf(core.Sandbox))
	for left, want := range map[time.Duration]time.Duration{45 * time.Second: 0, time.Minute: 0, 61 * time.Second: time.Minute} {
		p.Clipboard = api.Clipboard{Account: "a", ClearsAt: noon.Add(left)}
		if got := p.tick(noon); got != want {
			t.Errorf("cleared in %v: tick %v, want %v", left, got, want)
		}
	}
}
