package core_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

const twoHours = 7200 * time.Second

// class is the class of an error, "" for nil.
func class(err error) core.Class {
	if err == nil {
		return ""
	}
	return core.AsError(err).Class
}

func TestManyCallersCauseOneCall(t *testing.T) {
	for _, tt := range []struct {
		name  string
		wait  time.Duration // before the callers come
		calls int
	}{
		{"cold", 0, 1},
		{"expired", 3 * time.Hour, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(twoHours)
				up.delay = time.Second
				h := open(t, up, func(a *core.Account) { a.Auto = false }, core.Token{})
				defer h.stop()
				if tt.wait > 0 {
					if _, err := h.Get(t.Context(), "1", 0); err != nil {
						t.Fatal(err)
					}
					time.Sleep(tt.wait)
				}
				var wg sync.WaitGroup
				got := make([]string, 1000)
				for i := range got {
					wg.Go(func() {
						token, err := h.Get(t.Context(), "1", core.DefaultMinTTL)
						if err != nil {
							t.Error(err)
						}
						got[i] = token.Value
					})
				}
				wg.Wait()
				for _, v := range got {
					if v != got[0] || !up.Accepts(v) {
						t.Fatalf("callers got different or dead tokens: %s and %s", v, got[0])
					}
				}
				if n := up.count(); n != tt.calls {
					t.Errorf("%d upstream calls, want %d", n, tt.calls)
				}
			})
		})
	}
}

func TestManyReportsCauseOneRound(t *testing.T) {
	for _, tt := range []struct {
		name       string
		killed     bool
		stillValid bool
		fetches    int // beyond the first
		forces     int
	}{
		{"dead: one forced token for all", true, false, 2, 1},
		{"alive: still valid for all", false, true, 1, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(twoHours)
				h := open(t, up, nil, core.Token{})
				defer h.stop()
				first, err := h.Get(t.Context(), "1", 0)
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Hour)
				up.delay = time.Second
				refusing := &refuser{upstream: up, dead: map[string]bool{}}
				if tt.killed { // upstream goes on handing out a token that it refuses
					refusing.dead[first.Value] = true
				}
				h2 := openWith(t, refusing, h.journal.token("1"))
				defer h2.stop()
				calls := up.count()

				var wg sync.WaitGroup
				got := make([]core.Answer, 1000)
				for i := range got {
					wg.Go(func() {
						if i%2 == 1 { // half of them come while the round is under way or over
							time.Sleep(time.Duration(i) * 3 * time.Millisecond)
						}
						var err error
						if got[i], err = h2.Refresh(t.Context(), "1", core.Report{Stale: first.Value}); err != nil {
							t.Error(err)
						}
					})
				}
				wg.Wait()
				for _, a := range got {
					if a.Token.Value != got[0].Token.Value {
						t.Fatal("reporters got different tokens")
					}
				}
				if got[0].StillValid != tt.stillValid || (got[0].Token.Value == first.Value) != tt.stillValid {
					t.Errorf("still valid %v with the same token %v, want %v", got[0].StillValid, got[0].Token.Value == first.Value, tt.stillValid)
				}
				if n := up.count() - calls; n != tt.fetches {
					t.Errorf("%d fetches, want %d", n, tt.fetches)
				}
				if up.forces != tt.forces {
					t.Errorf("%d forced, want %d", up.forces, tt.forces)
				}
			})
		})
	}
}

// refuser refuses some tokens although its upstream hands them out.
type refuser struct {
	*upstream
	dead    map[string]bool
	refused int // checks
}

func (r *refuser) Check(ctx context.Context, req core.Request, token string) error {
	if r.dead[token] {
		r.refused++
		return core.ErrDead
	}
	return r.upstream.Check(ctx, req, token)
}

// openWith starts a Keeper for shop with a source and a stored token.
func openWith(t *testing.T, source core.Source, stored core.Token) *house {
	t.Helper()
	h := &house{vault: &vault{}, journal: newJournal(), wall: &wall{}}
	h.account = core.Account{ID: "1", Name: "shop", Env: core.Sandbox, Kind: kindStable, AppID: "wx0", Auto: true}
	h.Keeper = core.NewKeeper(core.Config{
		Upstreams: map[core.Kind]core.Upstream{kindStable: {Source: source, Traits: stable}},
		Vault:     h.vault, Journal: h.journal, Now: h.wall.Now,
	})
	h.Put(h.account, stored)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- h.Run(ctx) }()
	h.stop = func() {
		cancel()
		<-ended
	}
	return h
}

func TestReportOfAnOldTokenFetchesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := open(t, up, nil, core.Token{})
		defer h.stop()
		old, err := h.Get(t.Context(), "1", 0)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Hour) // renewed by now
		calls := up.count()
		a, err := h.Refresh(t.Context(), "1", core.Report{Stale: old.Value})
		if err != nil || a.Token.Value == old.Value || !up.Accepts(a.Token.Value) {
			t.Errorf("got %s, %v; want the current token", core.Mask(a.Token.Value), err)
		}
		if up.count() != calls {
			t.Error("the report of an old token asked upstream")
		}
	})
}

func TestThirtyDaysWithFaults(t *testing.T) {
	for _, kind := range []string{"stable", "legacy"} {
		t.Run(kind, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(twoHours)
				up.legacy(kind == "legacy")
				h := open(t, up, nil, core.Token{})
				defer h.stop()
				if _, err := h.Get(t.Context(), "1", 0); err != nil {
					t.Fatal(err)
				}
				begin := time.Now()
				up.set(func() { up.failing, up.delay = 0.05, 200*time.Millisecond })
				rnd := rand.New(rand.NewPCG(3, 4))
				var back time.Time // end of the last outage
				asked := 0
				for time.Since(begin) < 30*24*time.Hour {
					time.Sleep(time.Duration(1+rnd.IntN(90)) * time.Second)
					if n := len(up.outages); n < 3 && time.Since(begin) > time.Duration(1+9*n)*24*time.Hour {
						current, _ := h.Token("1") // over the very end of its life, or just before
						from := current.ExpiresAt.Add([]time.Duration{-301, -600, -400}[n] * time.Second)
						up.set(func() { up.outages = append(up.outages, from) })
					}
					down := up.unreachable(time.Now())
					for _, o := range up.outages {
						if end := o.Add(outage); time.Now().After(end) {
							back = end
						}
					}
					token, err := h.Get(t.Context(), "1", 0)
					asked++
					if err != nil {
						if kept, _ := h.Token("1"); kept.Good(time.Now(), 0) && up.Accepts(kept.Value) {
							t.Fatalf("after %v: %v, although a token lives for %v", time.Since(begin), err, kept.Remaining(time.Now()))
						}
						if s, _ := h.Snapshot("1"); !down && time.Since(back) > time.Minute {
							t.Fatalf("after %v: %v; state %s", time.Since(begin), err, s.State(time.Now()))
						}
						continue
					}
					if !up.Accepts(token.Value) {
						t.Fatalf("after %v: got a token that upstream refuses", time.Since(begin))
					}
				}
				if asked < 20000 {
					t.Errorf("asked only %d times", asked)
				}
				if n := up.count(); n > 30*24*60/115*4 {
					t.Errorf("%d upstream calls in 30 days", n)
				}
			})
		})
	}
}

func TestRenewsInTheWindowOnly(t *testing.T) {
	for _, tt := range []struct {
		life, before time.Duration // renewal no earlier than this much before expiry
	}{
		{twoHours, 300 * time.Second},
		{600 * time.Second, 300 * time.Second},
		{200 * time.Second, 100 * time.Second},
	} {
		t.Run(tt.life.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(tt.life)
				h := open(t, up, nil, core.Token{})
				defer h.stop()
				token, err := h.Get(t.Context(), "1", 0)
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(tt.life - tt.before)
				if up.count() != 1 {
					t.Error("asked before the window")
				}
				time.Sleep(tt.before / 2)
				next, _ := h.Token("1")
				if up.count() != 2 || next.Value == token.Value {
					t.Errorf("%d calls, want a new token by the second", up.count())
				}
				if next.Previous.Value != token.Value || !next.Previous.Until.After(time.Now()) {
					t.Errorf("the previous token is not kept: %v", next.Previous.Until)
				}
			})
		})
	}
}

func TestAnUpstreamBehindOurClockIsAskedAgainShortly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := open(t, up, nil, core.Token{})
		defer h.stop()
		token, err := h.Get(t.Context(), "1", 0)
		if err != nil {
			t.Fatal(err)
		}
		up.set(func() { up.current.dies = up.current.dies.Add(40 * time.Second) })
		time.Sleep(twoHours - 280*time.Second)
		if next, _ := h.Token("1"); next.Value != token.Value {
			t.Fatal("upstream gave a new token early: the test's model is wrong")
		}
		time.Sleep(80 * time.Second)
		if next, _ := h.Token("1"); next.Value == token.Value || up.count() > 4 {
			t.Errorf("not renewed after %d calls", up.count())
		}
	})
}

func TestAMarginAboveTheWindowCostsNoCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := open(t, up, nil, core.Token{})
		defer h.stop()
		if _, err := h.Get(t.Context(), "1", 0); err != nil {
			t.Fatal(err)
		}
		time.Sleep(twoHours - 400*time.Second)
		for range 10 {
			_, err := h.Get(t.Context(), "1", 10*time.Minute)
			if e := core.AsError(err); e == nil || e.Class != core.Temporary || !e.RetryAt.After(time.Now()) {
				t.Fatalf("got %v, want Temporary with the time of the next try", err)
			}
		}
		if up.count() != 1 {
			t.Errorf("%d calls, want 1", up.count())
		}
	})
}

func TestALifeUpstreamNeverGivesIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(600 * time.Second)
		h := open(t, up, nil, core.Token{})
		defer h.stop()
		for range 5 {
			_, err := h.Get(t.Context(), "1", time.Hour)
			if class(err) != core.Temporary {
				t.Fatalf("got %v, want Temporary", err)
			}
		}
		if up.count() != 1 {
			t.Errorf("%d calls, want 1", up.count())
		}
	})
}

func TestARestartWithALivingTokenAsksNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		now := time.Now().Round(0)
		stored := core.Token{Value: "stored", ObtainedAt: now.Add(-time.Hour), ExpiresAt: now.Add(time.Hour), Life: twoHours}
		h := open(t, up, nil, stored)
		defer h.stop()
		time.Sleep(50 * time.Minute)
		token, err := h.Get(t.Context(), "1", 0)
		if err != nil || token.Value != "stored" || up.count() != 0 {
			t.Errorf("got %q, %v after %d calls; want the stored token after none", token.Value, err, up.count())
		}
	})
}

func TestJumpsOfTheWallClock(t *testing.T) {
	for _, jump := range []time.Duration{-30 * time.Hour, -3 * time.Hour, -time.Hour, -10 * time.Minute, time.Hour, 5 * time.Hour} {
		t.Run(jump.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(twoHours)
				h := open(t, up, nil, core.Token{})
				defer h.stop()
				if _, err := h.Get(t.Context(), "1", 0); err != nil {
					t.Fatal(err)
				}
				for _, at := range []time.Duration{90 * time.Minute, 31 * time.Minute, 119 * time.Minute} {
					up.set(func() { up.down = true }) // so that nothing but the clock decides
					time.Sleep(at)
					h.wall.jump(jump)
					for range 200 {
						token, err := h.Get(t.Context(), "1", 0)
						if err == nil && !up.Accepts(token.Value) {
							t.Fatalf("%v after the jump a dead token was called fresh", time.Now())
						}
						if s, _ := h.Snapshot("1"); s.Mask != "" && s.ExpiresAt.After(h.wall.Now()) {
							if kept, _ := h.Token("1"); !up.Accepts(kept.Value) {
								t.Fatal("a dead token is shown with life left")
							}
						}
						time.Sleep(41 * time.Second)
					}
					up.set(func() { up.down = false })
					time.Sleep(2 * time.Minute)
					if token, err := h.Get(t.Context(), "1", 0); err != nil || !up.Accepts(token.Value) {
						t.Fatalf("no good token after upstream came back: %v", err)
					}
					h.wall.jump(-jump)
					if token, err := h.Get(t.Context(), "1", 0); err == nil && !up.Accepts(token.Value) {
						t.Fatal("the jump back called a dead token fresh")
					}
				}
			})
		})
	}
}

func TestAClockSetBackBetweenTwoRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now().Round(0)
		stored := core.Token{Value: "from the future", ObtainedAt: now.Add(time.Hour), ExpiresAt: now.Add(3 * time.Hour), Life: twoHours}
		up := newUpstream(twoHours)
		up.down = true
		h := open(t, up, nil, stored)
		defer h.stop()
		if token, err := h.Get(t.Context(), "1", 0); err == nil {
			t.Errorf("got %q whose life cannot be known", token.Value)
		}
	})
}

func TestClassesDecideWhatHappensNext(t *testing.T) {
	at := func(d time.Duration) time.Time { return time.Now().Round(0).Add(d) }
	for _, tt := range []struct {
		class core.Class
		retry time.Duration // RetryAt from now, 0 for none
		after time.Duration // when the background has asked again
		never bool
		calls int // of one round
	}{
		{core.Temporary, 0, 36 * time.Second, false, 2}, // a hiccup is worth a second try
		{core.Whitelist, 0, 15*time.Minute + time.Second, false, 1},
		{core.Confirm, 5 * time.Minute, 5*time.Minute + time.Second, false, 1},
		{core.Quota, 6 * time.Hour, 6*time.Hour + time.Second, false, 1},
		{core.BadSecret, 0, 0, true, 1},
		{core.Frozen, 0, 0, true, 1},
		{core.Misuse, 0, 0, true, 1},
	} {
		t.Run(string(tt.class), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(twoHours)
				up.err = &core.Error{Class: tt.class, Message: "refused"}
				if tt.retry > 0 {
					up.err.RetryAt = at(tt.retry)
				}
				h := open(t, up, nil, core.Token{})
				defer h.stop()
				time.Sleep(3 * time.Second)
				if up.count() != tt.calls {
					t.Fatalf("%d calls at first, want %d", up.count(), tt.calls)
				}
				if _, err := h.Get(t.Context(), "1", 0); class(err) != tt.class || up.count() != tt.calls {
					t.Errorf("Get: %v after %d calls, want the kept error", err, up.count())
				}
				if tt.never {
					time.Sleep(48 * time.Hour)
					if up.count() != tt.calls {
						t.Errorf("asked %d times without a person", up.count())
					}
					up.set(func() { up.err = nil })
					if _, err := h.Get(t.Context(), "1", 0); class(err) != tt.class {
						t.Error("a caller broke what waits for a person")
					}
				} else {
					time.Sleep(tt.after - 10*time.Second)
					if up.count() != tt.calls {
						t.Error("asked again too early")
					}
					time.Sleep(10 * time.Second)
					if up.count() != 2*tt.calls {
						t.Errorf("%d calls after %v, want %d", up.count(), tt.after, 2*tt.calls)
					}
					up.set(func() { up.err = nil })
				}
				a, err := h.Refresh(t.Context(), "1", core.Report{Person: true})
				if err != nil || !up.Accepts(a.Token.Value) {
					t.Errorf("Try again: %v", err)
				}
				if s, _ := h.Snapshot("1"); s.State(time.Now()) != core.StateFresh {
					t.Errorf("state %s, want fresh", s.State(time.Now()))
				}
			})
		})
	}
}

func TestAnEditClearsErrorAndFloor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		up.err = &core.Error{Class: core.BadSecret, Message: "wrong secret"}
		h := open(t, up, nil, core.Token{})
		defer h.stop()
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
		h := open(t, up, func(a *core.Account) { a.Auto = false }, core.Token{})
		defer h.stop()
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

func TestALiveDestructiveAccountIsNeverFetched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		up.traits = legacy
		h := open(t, up, func(a *core.Account) { a.Env = core.Live }, core.Token{})
		defer h.stop()
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

func TestLegacyReportChecksBeforeItFetches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		up.traits = legacy
		h := open(t, up, nil, core.Token{})
		defer h.stop()
		first, err := h.Get(t.Context(), "1", 0)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		a, err := h.Refresh(t.Context(), "1", core.Report{})
		if err != nil || !a.StillValid || up.count() != 1 {
			t.Errorf("alive: %+v, %v after %d fetches", a.StillValid, err, up.count())
		}
		time.Sleep(time.Minute)
		up.set(func() { up.down = true })
		if _, err := h.Refresh(t.Context(), "1", core.Report{}); class(err) != core.Temporary {
			t.Errorf("unreachable: %v", err)
		}
		if token, err := h.Get(t.Context(), "1", 0); err != nil || token.Value != first.Value {
			t.Error("an unanswered check cost the token")
		}
		time.Sleep(time.Minute)
		up.set(func() { up.down = false })
		up.kill()
		a, err = h.Refresh(t.Context(), "1", core.Report{Stale: first.Value})
		if err != nil || !up.Accepts(a.Token.Value) || up.count() != 2 {
			t.Errorf("dead: %v after %d fetches", err, up.count())
		}
	})
}

func TestForceKeepsTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := open(t, up, nil, core.Token{})
		defer h.stop()
		if _, err := h.Get(t.Context(), "1", 0); err != nil {
			t.Fatal(err)
		}
		forced, refused := 0, 0
		for range 30 {
			time.Sleep(5 * time.Second)
			_, err := h.Refresh(t.Context(), "1", core.Report{Force: true, Person: true})
			switch class(err) {
			case "":
				forced++
			case core.Temporary:
				refused++
			}
		}
		if forced != 5 || refused != 25 {
			t.Errorf("forced %d and refused %d in 150 s, want 5 and 25", forced, refused)
		}
		for range 30 {
			time.Sleep(31 * time.Second)
			_, err := h.Refresh(t.Context(), "1", core.Report{Force: true, Person: true})
			if err == nil {
				forced++
			} else if class(err) != core.Quota {
				t.Fatal(err)
			}
		}
		if forced != 20 || up.forces != 20 {
			t.Errorf("forced %d times on one day, want 20", forced)
		}
	})
}

func TestADeadTokenIsNotShownAsGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := open(t, up, nil, core.Token{})
		defer h.stop()
		if _, err := h.Get(t.Context(), "1", 0); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		up.kill()
		if err := h.Check(t.Context(), "1"); !errors.Is(err, core.ErrDead) {
			t.Fatalf("check: %v, want ErrDead", err)
		}
		s, _ := h.Snapshot("1")
		if s.ExpiresAt.After(time.Now()) {
			t.Error("the dead token is shown with life left")
		}
	})
}

func TestTheVaultDecides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := open(t, up, func(a *core.Account) { a.Auto = false }, core.Token{})
		defer h.stop()
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

func TestPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := open(t, up, nil, core.Token{})
		defer h.stop()
		if _, err := h.Get(t.Context(), "1", 0); err != nil {
			t.Fatal(err)
		}
		h.PauseAll(true)
		time.Sleep(5 * time.Hour)
		if s, _ := h.Snapshot("1"); up.count() != 1 || s.State(time.Now()) != core.StatePaused {
			t.Errorf("%d calls in state %s while paused", up.count(), s.State(time.Now()))
		}
		if token, err := h.Get(t.Context(), "1", 0); err != nil || !up.Accepts(token.Value) {
			t.Errorf("get while paused: %v", err)
		}
		h.PauseAll(false)
		time.Sleep(5 * time.Hour)
		if up.count() < 4 {
			t.Errorf("%d calls after the pause", up.count())
		}
	})
}

func TestTestsLieThreeSecondsApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := open(t, up, func(a *core.Account) { a.Auto = false }, core.Token{})
		defer h.stop()
		begin := time.Now()
		for range 3 {
			if g, err := h.Test(t.Context(), h.account, core.Credentials{}); err != nil || g.Value == "" {
				t.Fatal(err)
			}
		}
		if d := time.Since(begin); d != 6*time.Second {
			t.Errorf("three tests took %v, want 6s", d)
		}
		if token, _ := h.Token("1"); token.Value != "" {
			t.Error("a test kept its token")
		}
	})
}

func TestEventsFollowTheState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		up.delay = time.Second
		h := open(t, up, func(a *core.Account) { a.Auto = false }, core.Token{})
		defer h.stop()
		var states []core.State
		removed := 0
		defer h.Subscribe(func(ev core.Event) {
			if ev.Removed != nil {
				removed++
				return
			}
			if ev.Account.Renewing {
				states = append(states, core.StateRenewing)
			} else {
				states = append(states, ev.Account.State(time.Now()))
			}
		})()
		if _, err := h.Get(t.Context(), "1", 0); err != nil {
			t.Fatal(err)
		}
		h.Forget("1")
		if len(states) != 2 || states[0] != core.StateRenewing || states[1] != core.StatePaused || removed != 1 {
			t.Errorf("saw %v and %d removals", states, removed)
		}
		if _, err := h.Get(t.Context(), "1", 0); class(err) != core.NotFound {
			t.Errorf("after forgetting: %v", err)
		}
	})
}

func TestStopWaitsAndRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		up.delay = time.Hour
		h := open(t, up, nil, core.Token{})
		synctest.Wait()
		h.stop()
		if _, err := h.Get(t.Context(), "1", 0); class(err) != core.Temporary {
			t.Errorf("after stop: %v", err)
		}
	})
}

func TestTheForceQuotaHoldsBackNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := open(t, up, nil, core.Token{})
		token, err := h.Get(t.Context(), "1", 0)
		h.stop()
		if err != nil {
			t.Fatal(err)
		}

		refusing := &refuser{upstream: up, dead: map[string]bool{token.Value: true}}
		h2 := openWith(t, refusing, token)
		defer h2.stop()
		for range 20 { // the day's budget is gone
			if err := h2.journal.CountForce("1", beijing.Day(time.Now()), time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Hour)
		if _, err := h2.Refresh(t.Context(), "1", core.Report{Stale: token.Value}); class(err) != core.Quota {
			t.Fatalf("got %v, want Quota", err)
		}
		if _, err := h2.Get(t.Context(), "1", 0); err == nil {
			t.Error("the dead token was given out")
		}
		time.Sleep(time.Hour) // upstream replaces it by itself
		if next, err := h2.Get(t.Context(), "1", 0); err != nil || next.Value == token.Value {
			t.Errorf("no new token from upstream's own renewal: %v", err)
		}
	})
}

func TestAHarmlessProbeTestsALiveDestructiveAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		harmful, harmless := newUpstream(twoHours), newUpstream(twoHours)
		k := core.NewKeeper(core.Config{
			Upstreams: map[core.Kind]core.Upstream{kindLegacy: {Source: harmful, Traits: legacy, Probe: harmless}},
			Vault:     &vault{}, Journal: newJournal(),
		})
		a := core.Account{ID: "1", Name: "shop", Env: core.Live, Kind: kindLegacy, AppID: "wx0"}
		if _, err := k.Test(t.Context(), a, core.Credentials{}); err != nil {
			t.Error(err)
		}
		if harmful.count() != 0 || harmless.count() != 1 {
			t.Errorf("asked the harmful source %d times and the probe %d times", harmful.count(), harmless.count())
		}
	})
}
