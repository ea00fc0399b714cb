package core_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

func TestAnEditClearsErrorAndFloor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		up.err = &core.Error{Class: core.BadSecret, Message: "wrong secret"}
		h := start(t, setup{source: up})
		synctest.Wait()
		up.set(func() { up.err = nil })
		h.SecretChanged("1")
		if token, err := h.Get(t.Context(), "1", 0); err != nil || !up.Accepts(token.Value) {
			t.Errorf("after the edit: %v", err)
		}
	})
}

func TestAnotherAppIDDropsTheToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := start(t, setup{source: up, account: byHand})
		up.delay = 10 * time.Second
		got := make(chan error)
		go func() {
			_, err := h.Get(t.Context(), "1", 0)
			got <- err
		}()
		time.Sleep(time.Second)
		a := h.account
		a.AppID = "wx1"
		h.Put(a, core.Token{})
		if err := <-got; err != nil {
			t.Error(err)
		}
		if up.count() != 1 {
			t.Errorf("%d answers, want the one for the new AppID", up.count())
		}
	})
}

func TestAnEditDuringASaveKeepsNoForeignToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := start(t, setup{source: up, account: byHand})
		h.journal.slow(2*time.Second, "")
		res := make(chan error)
		go func() { _, err := h.Get(t.Context(), "1", 0); res <- err }()
		time.Sleep(time.Second)
		a := h.account
		a.AppID = "wx1"
		h.journal.Record("1", core.Record{Token: &core.Token{}}) // as the agent does
		h.Put(a, core.Token{})
		up.set(func() { up.err = &core.Error{Class: core.BadSecret, Message: "x"} })
		err := <-res
		t.Log("caller who waited:", err)
		if class(err) == core.Temporary {
			t.Error("a waiting caller got a made-up min_ttl refusal")
		}
		time.Sleep(time.Minute)
		if k := h.journal.token("1"); k.Value != "" {
			t.Errorf("the other AppID's token is kept for the next start: %s, lives until %v", core.Mask(k.Value), k.ExpiresAt)
		}
	})
}

func TestALiveDestructiveAccountIsNeverFetched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		up.traits = legacy
		h := start(t, setup{source: up, account: func(a *core.Account) { a.Env = core.Live }})
		time.Sleep(24 * time.Hour)
		ways := map[string]func() error{
			"get":    func() error { _, err := h.Get(t.Context(), "1", 0); return err },
			"report": func() error { _, err := h.Refresh(t.Context(), "1", core.Report{}); return err },
			"person": func() error { _, err := h.Refresh(t.Context(), "1", core.Report{Person: true}); return err },
			"test": func() error {
				_, err := h.Test(t.Context(), h.account, core.Credentials{Secret: core.NewSecret("x")})
				return err
			},
		}
		for name, call := range ways {
			if err := call(); class(err) != core.Misuse || core.AsError(err).Remedy != core.RemedyAllowLive {
				t.Errorf("%s: got %v, want Misuse with its remedy", name, err)
			}
		}
		if up.count() != 0 {
			t.Fatal("a live account was fetched for")
		}
		if a, err := h.Refresh(t.Context(), "1", core.Report{Force: true, Person: true}); err != nil || !up.Accepts(a.Token.Value) {
			t.Errorf("force: %v", err)
		}
		time.Sleep(24 * time.Hour)
		if up.count() != 1 {
			t.Error("the force was taken for a consent")
		}
		h.account.AllowLive = true
		h.Put(h.account, core.Token{})
		if token, err := h.Get(t.Context(), "1", 0); err != nil || !up.Accepts(token.Value) {
			t.Errorf("with consent: %v", err)
		}
	})
}

func TestAnAccountThatBecomesLiveIsNotFetched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		up.traits = legacy
		h := start(t, setup{source: up, account: byHand})
		h.vault.slow(3 * time.Second)
		go h.Get(t.Context(), "1", 0)
		time.Sleep(time.Second)
		a := h.account
		a.Env = core.Live
		h.Put(a, core.Token{})
		time.Sleep(time.Minute)
		if up.count() != 0 {
			t.Error("a live account of a destructive source was fetched for without consent")
		}
	})
}

func TestWithdrawnConsentStopsAWaitingRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		up.traits = legacy
		h := start(t, setup{source: up, account: func(a *core.Account) { a.Env, a.AllowLive, a.Auto = core.Live, true, false }})
		h.vault.slow(3 * time.Second)
		go h.Get(t.Context(), "1", 0)
		time.Sleep(time.Second)
		a := h.account
		a.AllowLive = false
		h.Put(a, core.Token{})
		time.Sleep(time.Minute)
		if up.count() != 0 {
			t.Error("fetched after the consent was withdrawn")
		}
	})
}

func TestTheLiveRefusalEndsWithTheEdit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		up.traits = legacy
		now := time.Now().Round(0)
		h := start(t, setup{source: up, account: func(a *core.Account) { a.Env = core.Live }, stored: core.Token{Value: "dead-token", ObtainedAt: now, ExpiresAt: now.Add(time.Hour), Life: time.Hour}})
		_, err := h.Refresh(t.Context(), "1", core.Report{})
		t.Log(err)
		a := h.account
		a.Env = core.Sandbox
		h.Put(a, core.Token{})
		time.Sleep(time.Hour)
		if _, err := h.Get(t.Context(), "1", 0); err != nil {
			t.Errorf("now a sandbox account: %v", err)
		}
	})
}

func TestAForgottenAccountIsNeverAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := start(t, setup{source: up, account: byHand})
		h.journal.slow(2*time.Second, "")
		go h.Get(t.Context(), "1", 0)
		a := h.account
		a.Auto = true
		h.Put(a, core.Token{})
		time.Sleep(time.Second)
		h.Forget("1")
		time.Sleep(24 * time.Hour)
		if up.count() != 1 {
			t.Errorf("%d calls, the last for an account that was forgotten a day ago", up.count())
		}
	})
}

func TestTheVaultDecides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := start(t, setup{source: up, account: byHand})
		h.vault.set(&core.Error{Class: core.VaultClosed, Message: "the vault is locked"})
		if _, err := h.Get(t.Context(), "1", 0); class(err) != core.VaultClosed {
			t.Errorf("got %v, want VaultClosed", err)
		}
		if s, _ := h.Snapshot("1"); s.State(time.Now()) != core.StateLocked || up.count() != 0 {
			t.Errorf("state %s after %d calls, want locked after none", s.State(time.Now()), up.count())
		}
		h.vault.set(nil)
		h.Unlocked()
		if _, err := h.Get(t.Context(), "1", 0); err != nil {
			t.Error(err)
		}
	})
}

func TestAnUnlockDuringARoundIsNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := start(t, setup{source: up, account: byHand})
		h.vault.slow(3 * time.Second)
		h.vault.set(&core.Error{Class: core.VaultClosed, Message: "locked"})
		a := h.account
		a.Auto = true
		h.Put(a, core.Token{})
		time.Sleep(time.Second) // the round is asking the vault
		h.vault.set(nil)
		h.Unlocked()
		time.Sleep(48 * time.Hour)
		s, _ := h.Snapshot("1")
		_, err := h.Get(t.Context(), "1", 0)
		if err != nil {
			t.Errorf("two days after the unlock: state %s, %d calls, Get: %v", s.State(time.Now()), up.count(), err)
		}
	})
}

func TestLockingForgetsNoRefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		up.err = &core.Error{Class: core.BadSecret, Message: "wrong secret"}
		h := start(t, setup{source: up})
		time.Sleep(time.Minute)
		for range 10 {
			h.Locked(&core.Error{Class: core.VaultClosed, Message: "locked"})
			time.Sleep(time.Second)
			h.Unlocked()
			time.Sleep(time.Second)
		}
		if up.count() != 1 {
			t.Errorf("a wrong secret was tried %d times in 20 s without an edit or a Try again", up.count())
		}
	})
}

// A token that was kept and could not be read at first is given back when the
// vault opens, but to nobody who has another by now.
func TestRestoredTokensReplaceNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now().Round(0)
		up := newUpstream(twoHours)
		kept := core.Token{Value: "kept", ObtainedAt: now, ExpiresAt: now.Add(time.Hour), Life: twoHours}
		h := start(t, setup{source: up, account: byHand})
		other := h.account
		other.ID, other.Name, other.AppID = "2", "other", "wx1"
		h.Put(other, core.Token{})
		token := get(t, h)
		h.Restore(map[core.ID]core.Token{"1": kept, "2": kept, "gone": kept})
		if got := h.current(t); got.Value != token.Value {
			t.Errorf("a kept token took the place of a newer one")
		}
		if got, err := h.Get(t.Context(), "2", 0); err != nil || got != kept || up.count() != 1 {
			t.Errorf("the kept token: %q, %v after %d calls", got.Value, err, up.count())
		}
	})
}

// Another way to the same upstream makes what was learned by the old one void, and
// the token stays; what changes neither leaves both.
func TestWhatAnEditMakesVoid(t *testing.T) {
	for _, tt := range []struct {
		name   string
		edit   func(*core.Account)
		kept   bool // the failure
		tokens bool // the token
	}{
		{"its note", func(a *core.Account) { a.Note = "new" }, true, true},
		{"its proxy", func(a *core.Account) { a.Proxy = "http://proxy.example:3128" }, false, true},
		{"a param of its kind", func(a *core.Account) { a.Params = core.ParamsOf(map[string]string{"agent": "7"}) }, false, true},
		{"its AppID", func(a *core.Account) { a.AppID = "wx1" }, false, false},
		{"its base URL", func(a *core.Account) { a.BaseURL = "https://other.example" }, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(twoHours)
				h := start(t, setup{source: up, account: byHand})
				get(t, h)
				time.Sleep(twoHours - 200*time.Second)
				up.set(func() { up.err = &core.Error{Class: core.BadSecret, Message: "wrong"} })
				if _, err := h.Get(t.Context(), "1", 300*time.Second); class(err) != core.BadSecret {
					t.Fatal(err)
				}
				tt.edit(&h.account)
				h.Put(h.account, core.Token{})
				s, _ := h.Snapshot("1")
				if (s.Err != nil) != tt.kept || (s.Mask != "") != tt.tokens {
					t.Errorf("kept %v, token %q", s.Err, s.Mask)
				}
			})
		})
	}
}

// Consent ends the refusal that it was asked for, whatever else waits stays; and a
// round that the edit does not concern goes on.
func TestConsentEndsItsRefusalAlone(t *testing.T) {
	for _, tt := range []struct {
		name  string
		class core.Class
		edit  func(*core.Account)
		kept  bool
	}{
		{"consent", core.Misuse, func(a *core.Account) { a.AllowLive = true }, false},
		{"consent with a wrong secret", core.BadSecret, func(a *core.Account) { a.AllowLive = true }, true},
		{"a note", core.Misuse, func(a *core.Account) { a.Note = "new" }, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(twoHours)
				up.traits = legacy
				h := start(t, setup{source: up, account: func(a *core.Account) { a.Env, a.Auto = core.Live, false }})
				h.Refuse("1", &core.Error{Class: tt.class, Message: "refused"})
				tt.edit(&h.account)
				h.Put(h.account, core.Token{})
				if s, _ := h.Snapshot("1"); (s.Err != nil) != tt.kept {
					t.Errorf("kept %v", s.Err)
				}
			})
		})
	}
	for _, tt := range []struct {
		name   string
		force  bool
		before func(*core.Account)
		edit   func(*core.Account)
		asked  int
	}{
		{"a note", false, func(a *core.Account) { a.AllowLive = true }, func(a *core.Account) { a.Note = "new" }, 1},
		{"a note, without consent, during a force", true, nil, func(a *core.Account) { a.Note = "new" }, 1},
		{"consent withdrawn", false, func(a *core.Account) { a.AllowLive = true }, func(a *core.Account) { a.AllowLive = false }, 0},
		{"consent withdrawn during a force", true, func(a *core.Account) { a.AllowLive = true }, func(a *core.Account) { a.AllowLive = false }, 1},
	} {
		t.Run("under way: "+tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(twoHours)
				up.traits = legacy
				h := start(t, setup{source: up, account: func(a *core.Account) {
					a.Env, a.Auto = core.Live, false
					if tt.before != nil {
						tt.before(a)
					}
				}})
				h.vault.slow(3 * time.Second)
				done := make(chan error)
				go func() {
					var err error
					if tt.force {
						_, err = h.Refresh(t.Context(), "1", core.Report{Force: true, Person: true})
					} else {
						_, err = h.Get(t.Context(), "1", 0)
					}
					done <- err
				}()
				time.Sleep(time.Second)
				tt.edit(&h.account)
				h.Put(h.account, core.Token{})
				if err := <-done; (err == nil) != (tt.asked > 0) || up.count() != tt.asked {
					t.Errorf("%v after %d calls, want %d", err, up.count(), tt.asked)
				}
			})
		})
	}
}

// The refusal names the kind that does no harm, where there is one.
func TestTheLiveRefusalNamesTheHarmlessKind(t *testing.T) {
	for _, sibling := range []core.Kind{"", kindStable} {
		k := core.NewKeeper(core.Config{Upstreams: map[core.Kind]core.Upstream{kindLegacy: {Source: newUpstream(twoHours), Traits: legacy, Sibling: sibling}}})
		k.Put(core.Account{ID: "1", Name: "shop", Env: core.Live, Kind: kindLegacy}, core.Token{})
		_, err := k.Get(t.Context(), "1", 0)
		if named := err != nil && strings.Contains(err.Error(), string(kindStable)); class(err) != core.Misuse || named != (sibling != "") {
			t.Errorf("with sibling %q: %v", sibling, err)
		}
	}
}

// deaf ends no call before its time.
type deaf struct{ *upstream }

func (d deaf) Fetch(ctx context.Context, req core.Request) (core.Grant, error) {
	return d.upstream.Fetch(context.WithoutCancel(ctx), req)
}

// An account that is refused loses its token, on disk too, and a running round brings
// it none.
func TestARefusedAccountHasNoToken(t *testing.T) {
	refusal := &core.Error{Class: core.Misuse, Message: "not to that host"}
	for _, tt := range []struct {
		name    string
		token   bool
		round   bool
		deaf    bool // to the end of the round
		records int  // that the refusal leads to
	}{
		{"with a token", true, false, false, 1},
		{"with a round under way", false, true, false, 2}, // that there is none, and the round's call
		{"with a round that brings a token anyway", false, true, true, 2},
		{"with neither", false, false, false, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(twoHours)
				var source core.Source = up
				if tt.deaf {
					source = deaf{up}
				}
				h := start(t, setup{source: source, account: byHand})
				if tt.token {
					get(t, h)
				}
				up.set(func() { up.delay = 5 * time.Second })
				got := make(chan error, 1)
				if tt.round {
					go func() {
						_, err := h.Get(t.Context(), "1", 0)
						got <- err
					}()
					time.Sleep(time.Second)
				}
				before := h.journal.records
				h.Refuse("1", refusal)
				if tt.round {
					if err := <-got; class(err) != core.Misuse {
						t.Errorf("who waited is told %v", err)
					}
				}
				time.Sleep(time.Minute)
				if token := h.current(t); token.Value != "" || h.journal.token("1").Value != "" {
					t.Errorf("the token is %q, kept is %q", token.Value, h.journal.token("1").Value)
				}
				if n := h.journal.records - before; n != tt.records {
					t.Errorf("%d records, want %d", n, tt.records)
				}
				if s, _ := h.Snapshot("1"); s.Err == nil || s.Err.Message != refusal.Message || s.State(time.Now()) != core.StateBlocked {
					t.Errorf("it is %s with %v", s.State(time.Now()), s.Err)
				}
			})
		})
	}
}

// A kind that joins while the Keeper runs is asked for the accounts that waited
// for it. A kind that is described anew keeps the token of an account, unless what
// tells one token from another is different now.
func TestAKindJoins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const late core.Kind = "late"
		up, joined := newUpstream(twoHours), newUpstream(twoHours)
		h := start(t, setup{source: up})
		a := core.Account{ID: "2", Name: "blog", Env: core.Sandbox, Kind: late, AppID: "wx2", Params: core.ParamsOf(map[string]string{"nest": "a"}), Auto: true}
		h.Put(a, core.Token{})
		if _, err := h.Get(t.Context(), "2", 0); core.AsError(err).Class != core.Misuse {
			t.Fatalf("before: %v, want that the kind is not known", err)
		}
		mine := core.Upstream{Source: up, Traits: stable}
		with := func(u core.Upstream) map[core.Kind]core.Upstream {
			return map[core.Kind]core.Upstream{kindStable: mine, late: u}
		}
		h.SetUpstreams(with(core.Upstream{Source: joined, Traits: stable}), nil)
		synctest.Wait()
		first, ok := h.Token("2")
		if !ok || !joined.Accepts(first.Value) {
			t.Fatalf("after: %+v, want a token by itself", first)
		}
		if token, _ := h.Token("1"); !up.Accepts(token.Value) || up.count() != 1 {
			t.Errorf("the other account was asked for %d times", up.count())
		}
		h.SetUpstreams(with(core.Upstream{Source: joined, Traits: stable, Quota: map[core.Product]int{"": 5}}), nil)
		synctest.Wait()
		if token, _ := h.Token("2"); token.Value != first.Value || joined.count() != 1 {
			t.Error("a token went although it is the account's")
		}
		if s, _ := h.Snapshot("2"); s.Quota.Calls != 5 {
			t.Errorf("the quota is %d", s.Quota.Calls)
		}
		joined.set(func() { joined.mint(time.Now()) })
		h.SetUpstreams(with(core.Upstream{Source: joined, Traits: stable, Identity: []string{"nest"}}), nil)
		synctest.Wait()
		if token, _ := h.Token("2"); token.Value == first.Value || !joined.Accepts(token.Value) {
			t.Errorf("the token is still %+v", token)
		}
		h.SetUpstreams(map[core.Kind]core.Upstream{kindStable: mine}, nil)
		if s, _ := h.Snapshot("2"); !s.NextTry.IsZero() {
			t.Error("an account of a kind that went is still planned")
		}
	})
}
