package api

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"tokentray/core"
)

func named(id, name string, env core.Env) Account {
	return Account{Account: core.Account{ID: core.ID(id), Name: name, Env: env}}
}

// refs are the names of a picture's accounts in their order.
func refs(p *Picture[Account]) []string {
	var out []string
	for _, a := range p.Accounts {
		out = append(out, a.Ref().String())
	}
	return out
}

func TestWhatEachEventChanges(t *testing.T) {
	settings := core.DefaultSettings()
	settings.Active, settings.PausedAll, settings.Language = core.Live, true, "zh"
	blog, shop := named("1", "blog", core.Sandbox), named("2", "shop", core.Live)
	noted := shop
	noted.Note = "noted"
	renamed := named("2", "a", core.Live)
	p := NewPicture(Whole)
	if p.Loaded || p.Active != core.Sandbox || p.Settings != core.DefaultSettings() {
		t.Errorf("a new picture is %+v", p)
	}
	for _, step := range []struct {
		what   string
		event  Event
		change Change
		check  func() bool
	}{
		{
			what: "snapshot",
			event: Event{Type: EventSnapshot, Snapshot: &List{
				Active: core.Live, PausedAll: true, Accounts: []Account{shop, blog}, Vault: Vault{State: "locked"},
				Clipboard: Clipboard{Account: "shop"}, Demo: true, Notice: "restored",
			}},
			change: Change{Snapshot: true, Accounts: true, Active: true, Vault: true, Clipboard: true, Settings: true},
			check: func() bool {
				return p.Loaded && p.Active == core.Live && p.PausedAll && p.Vault.State == "locked" && p.Clipboard.Account == "shop" &&
					p.Demo && p.Notice == "restored" && slices.Equal(refs(p), []string{"blog/sandbox", "shop/live"})
			},
		},
		{
			what: "an account changed", event: Event{Type: EventAccount, Account: &noted}, change: Change{Account: "2"},
			check: func() bool { return p.Accounts[1].Note == "noted" && p.Find("2").Note == "noted" },
		},
		{
			what: "an account was renamed", event: Event{Type: EventAccount, Account: &renamed}, change: Change{Accounts: true},
			check: func() bool { return slices.Equal(refs(p), []string{"a/live", "blog/sandbox"}) },
		},
		{
			what: "an account came", event: Event{Type: EventAccount, Account: &Account{Account: core.Account{ID: "3", Name: "a", Env: core.Sandbox}}}, change: Change{Accounts: true},
			check: func() bool { return slices.Equal(refs(p), []string{"a/sandbox", "a/live", "blog/sandbox"}) },
		},
		{
			what: "an account went", event: Event{Type: EventRemoved, Removed: "2"}, change: Change{Accounts: true},
			check: func() bool {
				i, ok := p.Index("1")
				return slices.Equal(refs(p), []string{"a/sandbox", "blog/sandbox"}) && p.Find("2") == nil && ok && i == 1
			},
		},
		{
			what: "an unknown account went", event: Event{Type: EventRemoved, Removed: "9"},
			check: func() bool { return len(p.Accounts) == 2 },
		},
		{
			what: "environment", event: Event{Type: EventEnv, Env: core.Sandbox}, change: Change{Active: true},
			check: func() bool { return p.Active == core.Sandbox },
		},
		{
			what: "vault", event: Event{Type: EventVault, Vault: &Vault{State: "open"}}, change: Change{Vault: true},
			check: func() bool { return p.Vault.State == "open" },
		},
		{
			what: "clipboard", event: Event{Type: EventClipboard, Clipboard: &Clipboard{}}, change: Change{Clipboard: true},
			check: func() bool { return p.Clipboard == Clipboard{} },
		},
		{
			what: "settings", event: Event{Type: EventSettings, Settings: &settings}, change: Change{Settings: true, Active: true},
			check: func() bool { return p.Settings.Language == "zh" && p.PausedAll && p.Active == core.Live },
		},
		{
			what: "settings again", event: Event{Type: EventSettings, Settings: &settings}, change: Change{Settings: true},
			check: func() bool { return p.Active == core.Live },
		},
		{what: "other kinds", event: Event{Type: EventKinds}, change: Change{Kinds: true}},
		{what: "raise", event: Event{Type: EventRaise}, change: Change{Raise: true}},
		{what: "bye", event: Event{Type: EventBye}, change: Change{Bye: true}},
		{
			what: "a copy came too late", event: Event{Type: EventCopyLate, Clipboard: &Clipboard{Account: "shop"}},
			check: func() bool { return p.Clipboard == Clipboard{} },
		},
		{what: "of a newer agent", event: Event{Type: "weather"}},
		{what: "an account that is missing", event: Event{Type: EventAccount}},
	} {
		if got := p.Apply(step.event); got != step.change {
			t.Errorf("%s: change %+v, want %+v", step.what, got, step.change)
		}
		if step.check != nil && !step.check() {
			t.Errorf("%s: the picture is %+v", step.what, p)
		}
	}
}

// What is kept of an account is made of what was kept before.
func TestAPictureKeepsWhatItsReaderNeeds(t *testing.T) {
	p := NewPicture(func(_ Account, was int, known bool) int {
		if !known {
			return 1
		}
		return was + 1
	})
	shop, blog := named("1", "shop", core.Live), named("2", "blog", core.Live)
	renamed := named("1", "a", core.Live)
	for _, e := range []Event{
		{Type: EventSnapshot, Snapshot: &List{Accounts: []Account{shop}}},
		{Type: EventAccount, Account: &shop},
		{Type: EventAccount, Account: &blog},
		{Type: EventAccount, Account: &renamed},
		{Type: EventSnapshot, Snapshot: &List{Accounts: []Account{blog, renamed}}}, // not in order
	} {
		p.Apply(e)
	}
	if !slices.Equal(p.Accounts, []int{4, 2}) {
		t.Errorf("kept %v, want 4 tellings of the first and 2 of the second", p.Accounts)
	}
}

// Whatever comes and goes, accounts stand in order and are found.
func TestAPictureStaysInOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	p, want := NewPicture(Whole), map[core.ID]Account{}
	for step := range 5000 {
		id := core.ID(strconv.Itoa(random.IntN(40)))
		a := named(string(id), strconv.Itoa(random.IntN(30)), core.Envs()[random.IntN(2)])
		a.Life = int64(step)
		if random.IntN(3) == 0 {
			delete(want, id)
			p.Apply(Event{Type: EventRemoved, Removed: id})
		} else {
			want[id] = a
			p.Apply(Event{Type: EventAccount, Account: &a})
		}
		if len(p.Accounts) != len(want) || !slices.IsSortedFunc(p.Accounts, func(a, b Account) int { return a.Ref().Compare(b.Ref()) }) {
			t.Fatalf("step %d: %d accounts, want %d in order: %v", step, len(p.Accounts), len(want), refs(p))
		}
		for id, a := range want {
			if got := p.Find(id); got == nil || got.Life != a.Life || got.Ref() != a.Ref() {
				t.Fatalf("step %d: account %s is %+v, want %+v", step, id, got, a)
			}
		}
	}
}
