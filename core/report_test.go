package core_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

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
				h := start(t, setup{source: up})
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
				h2 := start(t, setup{source: refusing, stored: h.journal.token("1")})
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
				if got[0].StillValid != tt.stillValid || got[0].Same != tt.stillValid || (got[0].Token.Value == first.Value) != tt.stillValid {
					t.Errorf("still valid %v with the same token %v (said: %v), want %v", got[0].StillValid, got[0].Token.Value == first.Value, got[0].Same, tt.stillValid)
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

func TestReportOfAnOldTokenFetchesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := start(t, setup{source: up})
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

// TestAReportOfAnOldTokenBringsNoExpiredOne: whoever reports another token than the
// current one gets the current one only while that lives.
func TestAReportOfAnOldTokenBringsNoExpiredOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := start(t, setup{source: up, account: byHand})
		old := get(t, h)
		time.Sleep(twoHours + time.Minute)
		a, err := h.Refresh(t.Context(), "1", core.Report{Stale: "of-yesterday"})
		if err != nil || a.Token.Value == old.Value || !a.Token.Good(time.Now(), time.Hour) || up.count() != 2 {
			t.Errorf("a report gets a token until %v after %d calls, %v", a.Token.ExpiresAt, up.count(), err)
		}
	})
}

// A token may be dead from its first second: its first report is served at once,
// whatever brought the token. Thirty seconds lie between two reports alone.
func TestTheFirstReportIsServedAtOnce(t *testing.T) {
	for _, tt := range []struct {
		name   string
		legacy bool
		come   func(*testing.T, *house) // brings the token that is reported a second later
	}{
		{"a cold get", false, func(t *testing.T, h *house) { get(t, h) }},
		{"a cold get, legacy", true, func(t *testing.T, h *house) { get(t, h) }},
		{"a renewal in the background", false, func(t *testing.T, h *house) {
			first := get(t, h)
			for h.current(t).Value == first.Value {
				time.Sleep(time.Second)
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(twoHours)
				up.legacy(tt.legacy)
				h := start(t, setup{source: up})
				tt.come(t, h)
				young := h.current(t)
				time.Sleep(time.Second)
				up.kill()
				a, err := h.Refresh(t.Context(), "1", core.Report{Stale: young.Value})
				if err != nil || a.Token.Value == young.Value || !up.Accepts(a.Token.Value) {
					t.Fatalf("the first report of a token of %v: %v, the same token %v", time.Since(young.ObtainedAt), err, a.Token.Value == young.Value)
				}
				reported, calls := time.Now(), up.count()
				time.Sleep(10 * time.Second)
				if again, err := h.Refresh(t.Context(), "1", core.Report{Stale: young.Value}); err != nil || again.Token.Value != a.Token.Value {
					t.Errorf("the same report once more: %v", err)
				}
				for time.Since(reported) < 30*time.Second {
					_, err := h.Refresh(t.Context(), "1", core.Report{Stale: a.Token.Value})
					if e := core.AsError(err); e == nil || e.Class != core.Temporary || !e.RetryAt.Equal(reported.Add(30*time.Second).Round(0)) {
						t.Fatalf("the report of the next token after %v: %+v, want Temporary until 30 s are over", time.Since(reported), e)
					}
					time.Sleep(time.Second)
				}
				if n := up.count() - calls; n != 0 {
					t.Errorf("%d fetches within the floor", n)
				}
				if b, err := h.Refresh(t.Context(), "1", core.Report{Stale: a.Token.Value}); err != nil || !b.StillValid {
					t.Errorf("the report after the floor: still valid %v, %v", b.StillValid, err)
				}
			})
		})
	}
}

func TestLegacyReportChecksBeforeItFetches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		up.traits = legacy
		h := start(t, setup{source: up})
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

// A person who asks twice waits for the second answer, and can give up.
func TestAPersonWaitsThreeSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := start(t, setup{account: byHand})
		token := get(t, h)
		ask := func(ctx context.Context) (core.Answer, time.Duration, error) {
			begin := time.Now()
			a, err := h.Refresh(ctx, "1", core.Report{Stale: token.Value, Person: true})
			return a, time.Since(begin), err
		}
		a, took, err := ask(t.Context())
		if err != nil || !a.StillValid || a.Token.Value != token.Value || took != 3*time.Second {
			t.Errorf("just after a renewal: still valid %v, %v after %v", a.StillValid, err, took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, took, err := ask(ctx); class(err) != core.Temporary || took != time.Second {
			t.Errorf("given up: %v after %v", err, took)
		}
		h.vault.set(&core.Error{Class: core.VaultClosed, Message: "locked"})
		time.Sleep(5 * time.Hour)
		if _, err := h.Get(t.Context(), "1", 0); class(err) != core.VaultClosed {
			t.Fatal(err)
		}
		h.vault.set(nil)
		time.Sleep(time.Second)
		if _, took, err := ask(t.Context()); err != nil || took != 2*time.Second {
			t.Errorf("after a round that the vault ended: %v after %v", err, took)
		}
	})
}

// A round that an edit made obsolete answers nobody, and a force answers no
// report: each gets a round of its own.
func TestOnlyTheRightRoundAnswersAReport(t *testing.T) {
	for _, tt := range []struct {
		name   string
		first  core.Report
		edited bool
	}{
		{"an obsolete report", core.Report{}, true},
		{"a force that fails", core.Report{Force: true, Person: true}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(twoHours)
				h := start(t, setup{source: up, account: byHand})
				token := get(t, h)
				time.Sleep(time.Minute)
				up.set(func() { up.delay, up.err = 5*time.Second, &core.Error{Class: core.BadSecret, Message: "wrong"} })
				tt.first.Stale = token.Value
				go h.Refresh(t.Context(), "1", tt.first)
				time.Sleep(time.Second)
				got := make(chan error)
				go func() {
					a, err := h.Refresh(t.Context(), "1", core.Report{Stale: token.Value})
					if err == nil && (!a.StillValid || a.Token.Value != token.Value) {
						t.Errorf("answered %+v", a)
					}
					got <- err
				}()
				time.Sleep(time.Second)
				if tt.edited {
					h.SecretChanged("1")
				}
				time.Sleep(3*time.Second + time.Millisecond) // the first round is over
				up.set(func() { up.delay, up.err = 0, nil })
				err := <-got
				if tt.edited && err != nil {
					t.Errorf("after the edit: %v", err)
				}
				if !tt.edited && class(err) != core.BadSecret { // which was kept, and waits for a person
					t.Errorf("after the force: %v", err)
				}
			})
		})
	}
}

// A report that ended with a locked vault is asked again when the vault opens.
func TestAReportBehindALockIsAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := start(t, setup{account: byHand})
		token := get(t, h)
		time.Sleep(time.Minute)
		h.vault.set(&core.Error{Class: core.VaultClosed, Message: "locked"})
		if _, err := h.Refresh(t.Context(), "1", core.Report{Stale: token.Value}); class(err) != core.VaultClosed {
			t.Fatal(err)
		}
		h.vault.set(nil)
		h.Unlocked()
		if a, err := h.Refresh(t.Context(), "1", core.Report{Stale: token.Value}); err != nil || !a.StillValid {
			t.Errorf("after the unlock: still valid %v, %v", a.StillValid, err)
		}
	})
}

func TestForceKeepsTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := start(t, setup{source: up})
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

func TestTheForceQuotaHoldsBackNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := start(t, setup{source: up})
		token, err := h.Get(t.Context(), "1", 0)
		h.stop()
		if err != nil {
			t.Fatal(err)
		}

		refusing := &refuser{upstream: up, dead: map[string]bool{token.Value: true}}
		h2 := start(t, setup{source: refusing, stored: token})
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

// A force holds back the next automatic round like any other.
func TestAForceCountsForTheFloor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := start(t, setup{account: byHand})
		get(t, h)
		time.Sleep(time.Minute)
		if _, err := h.Refresh(t.Context(), "1", core.Report{Force: true, Person: true}); err != nil {
			t.Fatal(err)
		}
		want := time.Now().Round(0).Add(30 * time.Second)
		time.Sleep(time.Second)
		_, err := h.Refresh(t.Context(), "1", core.Report{Force: true})
		if e := core.AsError(err); e == nil || e.Class != core.Temporary || !e.RetryAt.Equal(want) {
			t.Errorf("a second later: %+v, want Temporary until %v", e, want)
		}
	})
}

func TestAPersonReplacesADeadToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		ref := &refuser{upstream: up, dead: map[string]bool{}}
		h := start(t, setup{source: ref})
		tok, err := h.Get(t.Context(), "1", 0)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		ref.dead[tok.Value] = true
		if err := h.Check(t.Context(), "1"); !errors.Is(err, core.ErrDead) {
			t.Fatal(err)
		}
		for range 5 {
			time.Sleep(40 * time.Second)
			_, err = h.Refresh(t.Context(), "1", core.Report{Person: true}) // tokentray refresh
			t.Log(err)
		}
		if err != nil || up.forces == 0 {
			t.Errorf("tokentray refresh never gets rid of the dead token: %v, forces %d", err, up.forces)
		}
	})
}

type stubborn struct{ *upstream }

func (s *stubborn) Fetch(ctx context.Context, req core.Request) (core.Grant, error) {
	req.Force = false
	return s.upstream.Fetch(ctx, req)
}

func (s *stubborn) Check(context.Context, core.Request, string) error { return core.ErrDead }

func TestAForceWithoutEffectRevivesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		h := start(t, setup{source: &stubborn{up}})
		tok, _ := h.Get(t.Context(), "1", 0)
		time.Sleep(time.Hour)
		a, err := h.Refresh(t.Context(), "1", core.Report{Stale: tok.Value})
		if err == nil {
			t.Errorf("report of a dead token answered the same token as good: same %v, still valid %v, left %v", a.Token.Value == tok.Value, a.StillValid, a.Token.Remaining(time.Now()))
		}
		if g, err := h.Get(t.Context(), "1", 0); err == nil && g.Value == tok.Value {
			t.Error("Get hands out the token upstream just refused")
		}
	})
}

// If the upstream says that a reported token lives, that answers the report. A person
// who named no token gets the entry kept that there was.
func TestTheHistoryTellsAReportFromAQuestion(t *testing.T) {
	const old = "old-token-value"
	for _, tt := range []struct {
		name   string
		report core.Report
		want   core.What
	}{
		{"a person names no token", core.Report{Person: true}, core.DidKeep},
		{"a person names the token", core.Report{Person: true, Stale: old}, core.DidReport},
		{"a program names no token", core.Report{}, core.DidReport},
		{"a program names the token", core.Report{Stale: old}, core.DidReport},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				now := time.Now().Round(0)
				source := &script{t: t, traits: core.Traits{Repeat: core.RepeatSame, Window: 300 * time.Second, Vouches: true}, answers: []answer{{value: old, left: time.Hour}}}
				stored := core.Token{Value: old, ObtainedAt: now.Add(-time.Hour), ExpiresAt: now.Add(time.Hour), Life: twoHours}
				h := start(t, setup{source: source, stored: stored, account: byHand})
				if a, err := h.Refresh(t.Context(), "1", tt.report); err != nil || !a.StillValid {
					t.Fatalf("still valid %v, %v", a.StillValid, err)
				}
				if lines := h.journal.lines; len(lines) == 0 || lines[len(lines)-1].What != tt.want {
					t.Errorf("the history says %+v, want %s", lines, tt.want)
				}
			})
		})
	}
}
