package core_test

import (
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

// What a report costs and brings, by what asking again does.
func TestAReportFollowsTheTraits(t *testing.T) {
	vouches := func(tr *core.Traits) { tr.Vouches = true }
	forces := func(tr *core.Traits) { tr.ForceBudget = 20 }
	for _, tt := range []struct {
		name            string
		traits          core.Traits
		unable          bool // it cannot check
		dead            bool // upstream refuses the reported token
		fetches, checks int
		forces          int
		another, still  bool
		previous        time.Duration // life that the replaced token is said to have
		left            time.Duration // of the token that is answered
	}{
		{name: "same", traits: asking(core.RepeatSame, nil), fetches: 1, left: time.Hour},
		{name: "same, vouched for", traits: asking(core.RepeatSame, vouches), fetches: 1, still: true, left: time.Hour},
		{name: "same, can be forced", traits: asking(core.RepeatSame, forces), fetches: 1, checks: 1, still: true, left: time.Hour},
		{name: "same, can be forced, dead", traits: asking(core.RepeatSame, forces), dead: true, fetches: 2, checks: 1, forces: 1, another: true, left: twoHours},
		{name: "same, can be forced, not checked", traits: asking(core.RepeatSame, forces), unable: true, dead: true, fetches: 1, left: time.Hour},
		{name: "same-renewed", traits: asking(core.RepeatSameRenewed, nil), fetches: 1, left: twoHours},
		{name: "same-renewed, vouched for", traits: asking(core.RepeatSameRenewed, vouches), fetches: 1, still: true, left: twoHours},
		{name: "new-all-live", traits: asking(core.RepeatNewAllLive, nil), fetches: 1, another: true, previous: time.Hour, left: twoHours},
		{name: "new-two-live", traits: asking(core.RepeatNewTwoLive, nil), checks: 1, still: true, left: time.Hour},
		{name: "new-two-live, dead", traits: asking(core.RepeatNewTwoLive, nil), dead: true, fetches: 1, checks: 1, another: true, left: twoHours},
		{name: "new-two-live, not checked", traits: asking(core.RepeatNewTwoLive, nil), unable: true, fetches: 1, another: true, previous: time.Hour, left: twoHours},
		{name: "destructive", traits: legacy, checks: 1, still: true, left: time.Hour},
		{name: "destructive, dead", traits: legacy, dead: true, fetches: 1, checks: 1, another: true, left: twoHours},
		{name: "destructive, not checked", traits: legacy, unable: true, fetches: 1, another: true, previous: 300 * time.Second, left: twoHours},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(twoHours)
				up.traits = tt.traits
				bad := &refuser{upstream: up, dead: map[string]bool{}}
				var source core.Source = bad
				if tt.unable {
					source = unable{bad}
				}
				h := start(t, setup{source: source, account: byHand})
				first := get(t, h)
				time.Sleep(time.Hour)
				bad.dead[first.Value] = tt.dead
				fetched, checked := up.count(), up.checks
				a, err := h.Refresh(t.Context(), "1", core.Report{Stale: first.Value})
				if err != nil {
					t.Fatal(err)
				}
				if another := a.Token.Value != first.Value; another != tt.another || a.StillValid != tt.still {
					t.Errorf("another token %v, still valid %v; want %v, %v", another, a.StillValid, tt.another, tt.still)
				}
				if got := up.count() - fetched; got != tt.fetches || up.forces != tt.forces {
					t.Errorf("%d fetches, %d of them forced; want %d, %d", got, up.forces, tt.fetches, tt.forces)
				}
				if got := up.checks + bad.refused - checked; got != tt.checks {
					t.Errorf("%d checks, want %d", got, tt.checks)
				}
				if left := a.Token.Remaining(time.Now()); left != tt.left {
					t.Errorf("it lives %v, want %v", left, tt.left)
				}
				if prev := a.Token.Previous; prev.Value == "" != (tt.previous == 0) || tt.previous > 0 && time.Until(prev.Until) != tt.previous {
					t.Errorf("the token before lives %v, want %v", time.Until(prev.Until), tt.previous)
				}
				if prev := a.Token.Previous.Value; prev != "" && !up.Accepts(prev) {
					t.Error("upstream refuses the token before, which is said to live")
				}
			})
		})
	}
}

// The word of a caller alone lets nobody fetch for a live account whose tokens
// production uses, and it blocks nothing.
func TestAReportKillsNoLiveTokenUnchecked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		up.traits = legacy
		now := time.Now().Round(0)
		stored := core.Token{Value: "of-production", ObtainedAt: now, ExpiresAt: now.Add(time.Hour), Life: twoHours}
		h := start(t, setup{source: unable{up}, stored: stored, account: func(a *core.Account) { a.Env = core.Live }})
		_, err := h.Refresh(t.Context(), "1", core.Report{Stale: stored.Value})
		if e := core.AsError(err); e == nil || e.Class != core.Misuse || e.Remedy != core.RemedyAllowLive {
			t.Errorf("got %v, want Misuse with its remedy", err)
		}
		if s, _ := h.Snapshot("1"); s.Err != nil || up.count() != 0 {
			t.Errorf("kept %v after %d calls", s.Err, up.count())
		}
		if got := get(t, h); got.Value != stored.Value {
			t.Error("the living token is not handed out any more")
		}
	})
}

// Where a new token can be had at any time, a long life is fetched: never a
// longer one than upstream gives, and not within 30 s of the last round.
func TestALongLifeIsFetchedWhereItCanBeHad(t *testing.T) {
	anytime := func(tr *core.Traits) { tr.Anytime = true }
	for _, tt := range []struct {
		name   string
		traits core.Traits
		had    bool
	}{
		{"new-all-live", asking(core.RepeatNewAllLive, anytime), true},
		{"same-renewed", asking(core.RepeatSameRenewed, anytime), true},
		{"new-all-live, not at any time", asking(core.RepeatNewAllLive, nil), false},
		{"new-two-live", asking(core.RepeatNewTwoLive, anytime), false},
		{"destructive", asking(core.RepeatDestructive, anytime), false},
		{"same", asking(core.RepeatSame, nil), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(twoHours)
				up.traits = tt.traits
				h := start(t, setup{source: up, account: byHand})
				get(t, h)
				begin := time.Now()
				tooLong := func(when string, minTTL time.Duration, from time.Time) {
					t.Helper()
					calls := up.count()
					_, err := h.Get(t.Context(), "1", minTTL)
					if e := core.AsError(err); e == nil || e.Class != core.Temporary || e.Remedy != core.RemedyLifeTooLong || !e.RetryAt.Equal(from) {
						t.Errorf("%s: %+v, want Temporary until %v", when, e, from)
					}
					if up.count() != calls {
						t.Errorf("%s: upstream was asked", when)
					}
				}
				time.Sleep(10 * time.Second)
				window := begin.Add(twoHours - 300*time.Second)
				if !tt.had {
					time.Sleep(time.Minute)
					tooLong("the full life", twoHours, window)
					return
				}
				_, err := h.Get(t.Context(), "1", twoHours)
				if e := core.AsError(err); e == nil || e.Class != core.Temporary || !e.RetryAt.Equal(begin.Add(30*time.Second)) {
					t.Errorf("within the floor: %+v, want Temporary until it is over", e)
				}
				time.Sleep(time.Hour)
				tooLong("more than there is", twoHours+time.Second, window)
				got, err := h.Get(t.Context(), "1", twoHours)
				if err != nil || got.Remaining(time.Now()) != twoHours || up.count() != 2 {
					t.Fatalf("a full life: %v, %v after %d calls", got.Remaining(time.Now()), err, up.count())
				}
				time.Sleep(time.Minute)
				if again, err := h.Get(t.Context(), "1", twoHours-time.Minute); err != nil || again != got || up.count() != 2 {
					t.Errorf("a life that the token has: %v after %d calls", err, up.count())
				}
				up.delay = 5 * time.Second // so the answer comes with five seconds less
				tooShort := func() {
					t.Helper()
					if _, err := h.Get(t.Context(), "1", twoHours); class(err) != core.Temporary || core.AsError(err).Remedy != core.RemedyLifeTooLong {
						t.Errorf("a life that is shorter when it comes: %v", err)
					}
				}
				tooShort()
				time.Sleep(time.Minute)
				tooShort()
				if up.count() != 3 {
					t.Errorf("%d calls for a life that never arrives, want one more and no second", up.count())
				}
			})
		})
	}
}

// A source without a secret asks the vault for nothing, and a locked vault stops
// it only where its proxy needs a password.
func TestASourceWithoutASecretNeedsNoVault(t *testing.T) {
	locked := &core.Error{Class: core.VaultClosed, Message: "locked"}
	for _, tt := range []struct {
		proxy string
		needs bool
	}{
		{"", false},
		{"http://proxy.example:3128", false},
		{"http://me@proxy.example:3128", true},
	} {
		t.Run(tt.proxy, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(twoHours)
				up.traits = asking(core.RepeatSame, func(tr *core.Traits) { tr.NoSecret = true })
				h := start(t, setup{source: up, account: func(a *core.Account) { a.Auto, a.AppID, a.Proxy = false, "", tt.proxy }})
				h.vault.set(locked)
				h.Locked(locked)
				if s, _ := h.Snapshot("1"); (s.State(time.Now()) == core.StateLocked) != tt.needs {
					t.Errorf("the vault is locked, state %s", s.State(time.Now()))
				}
				_, err := h.Get(t.Context(), "1", 0)
				if (class(err) == core.VaultClosed) != tt.needs || err == nil == tt.needs {
					t.Errorf("locked: %v", err)
				}
				h.vault.set(nil)
				h.Unlocked()
				time.Sleep(time.Minute)
				get(t, h)
				if err := h.Check(t.Context(), "1"); err != nil {
					t.Error(err)
				}
				time.Sleep(time.Minute)
				if _, err := h.Refresh(t.Context(), "1", core.Report{}); err != nil {
					t.Error(err)
				}
				if (h.vault.asked > 0) != tt.needs {
					t.Errorf("the vault was asked %d times", h.vault.asked)
				}
			})
		})
	}
}

// Calls and forced fetches are counted by the days of their upstream.
func TestEachUpstreamHasItsOwnDay(t *testing.T) {
	for _, tt := range []struct {
		zone core.Zone
		ends time.Duration // after the bubble's beginning, which is midnight UTC
	}{
		{"", 24 * time.Hour},
		{"+08:00", 16 * time.Hour},
		{"-08:00", 8 * time.Hour},
	} {
		t.Run(string(tt.zone), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(twoHours)
				up.traits = asking(core.RepeatSame, func(tr *core.Traits) { tr.ForceBudget, tr.Day = 2, tt.zone })
				h := start(t, setup{source: up, account: byHand})
				begin := time.Now()
				midnight := begin.Add(tt.ends)
				get(t, h)
				force := func() error {
					time.Sleep(time.Minute)
					_, err := h.Refresh(t.Context(), "1", core.Report{Force: true, Person: true})
					return err
				}
				for range 2 {
					if err := force(); err != nil {
						t.Fatal(err)
					}
				}
				if e := core.AsError(force()); e == nil || e.Class != core.Quota || !e.RetryAt.Equal(midnight) {
					t.Errorf("the third: %+v, want Quota until %v", e, midnight)
				}
				want := func(when string, c core.Counts) {
					t.Helper()
					if s, _ := h.Snapshot("1"); s.Today != c || !s.DayEnds.After(time.Now()) || s.DayEnds.Sub(midnight)%(24*time.Hour) != 0 {
						t.Errorf("%s: %+v until %v, want %+v", when, s.Today, s.DayEnds, c)
					}
				}
				time.Sleep(time.Until(midnight) - time.Second)
				want("a second before its midnight", core.Counts{Calls: 3, Forced: 2})
				if got := h.journal.called(tt.zone.Day(begin)); got != 3 {
					t.Errorf("the journal counts %d calls on %s", got, tt.zone.Day(begin))
				}
				time.Sleep(time.Second)
				want("at its midnight", core.Counts{})
				if err := force(); err != nil {
					t.Errorf("on the next day: %v", err)
				}
				want("after the first of the day", core.Counts{Calls: 1, Forced: 1})
			})
		})
	}
}

// The ID tells accounts apart: no AppID is needed.
func TestAccountsWithoutAppID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := start(t, setup{account: func(a *core.Account) { a.AppID = "" }})
		other := h.account
		other.ID, other.Name = "2", "other"
		h.Put(other, core.Token{})
		get(t, h)
		if _, err := h.Get(t.Context(), "2", 0); err != nil {
			t.Error(err)
		}
		time.Sleep(5 * time.Hour)
		for _, s := range h.Snapshots() {
			if s.State(time.Now()) != core.StateFresh {
				t.Errorf("%s is %s", s.Account.Name, s.State(time.Now()))
			}
		}
	})
}

func TestRepeats(t *testing.T) {
	harmless := map[core.Repeat]bool{core.RepeatSame: true, core.RepeatSameRenewed: true, core.RepeatNewAllLive: true}
	for _, r := range core.Repeats() {
		if r.Harmless() != harmless[r] {
			t.Errorf("%s is harmless: %v", r, r.Harmless())
		}
		if (core.Traits{Repeat: r}).Destructive() != (r == core.RepeatDestructive) {
			t.Errorf("%s counts as destructive", r)
		}
	}
}

func TestTraitsThatContradictThemselves(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*core.Traits)
		valid  bool
	}{
		"as they should be":                {func(*core.Traits) {}, true},
		"no repeat":                        {func(tr *core.Traits) { tr.Repeat = "" }, false},
		"an unknown repeat":                {func(tr *core.Traits) { tr.Repeat = "sometimes" }, false},
		"no window":                        {func(tr *core.Traits) { tr.Window = 0 }, false},
		"an overlap below zero":            {func(tr *core.Traits) { tr.Overlap = -1 }, false},
		"a budget below zero":              {func(tr *core.Traits) { tr.ForceBudget = -1 }, false},
		"a gap below zero":                 {func(tr *core.Traits) { tr.ForceGap = -1 }, false},
		"at any time":                      {func(tr *core.Traits) { tr.Anytime = true }, true},
		"at any time, though it costs":     {func(tr *core.Traits) { tr.Anytime, tr.Repeat = true, core.RepeatNewTwoLive }, false},
		"a zone by name":                   {func(tr *core.Traits) { tr.Day = "Asia/Shanghai" }, false},
		"a zone by its offset":             {func(tr *core.Traits) { tr.Day = "-03:30" }, true},
		"destructive, with all there is":   {func(tr *core.Traits) { *tr = legacy }, true},
		"same, with a budget of its force": {func(tr *core.Traits) { *tr = stable }, true},
	} {
		traits := asking(core.RepeatNewAllLive, tt.change)
		if err := traits.Valid(); (err == nil) != tt.valid {
			t.Errorf("%s: %v", name, err)
		}
	}
}
