package core_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

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
				h := open(t, up, nil, core.Token{})
				defer h.stop()
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

// get is a token of shop, whatever its life.
func get(t *testing.T, h *house) core.Token {
	t.Helper()
	token, err := h.Get(t.Context(), "1", 0)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// current is the token that the Keeper has of shop.
func (h *house) current(t *testing.T) core.Token {
	t.Helper()
	token, there := h.Token("1")
	if !there {
		t.Fatal("the account is gone")
	}
	return token
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
