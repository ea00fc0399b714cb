package core_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

// refused is upstream's refusal, which a second try does not change.
func refused(c core.Class) *core.Error {
	return &core.Error{Class: c, Message: "refused", RetryAt: time.Now().Round(0).Add(2 * time.Minute)}
}

// Every goal of a round with every verdict: the caller's answer, what happens to the
// token, the kept failure of renewal, and the history.
func TestEveryGoalWithEveryVerdict(t *testing.T) {
	const old, other = "the-token-that-there-is-at-first", "another-token-that-upstream-gives"
	var (
		vouching  = core.Traits{Repeat: core.RepeatSame, Window: 300 * time.Second, Vouches: true}
		plain     = core.Traits{Repeat: core.RepeatSame, Window: 300 * time.Second}
		forcing   = core.Traits{Repeat: core.RepeatSame, Window: 300 * time.Second, ForceBudget: 1, Overlap: 300 * time.Second}
		deadly    = core.Traits{Repeat: core.RepeatDestructive, Window: 300 * time.Second}
		temporary = refused(core.Temporary)
		odd       = &core.Error{Class: core.Misuse, Code: 48001, Message: "not granted"}
		dead      = fmt.Errorf("errcode 40001: %w", core.ErrDead)
		same      = answer{value: old, left: 200 * time.Second}
		another   = answer{value: other, left: twoHours}
		fails     = func(c core.Class) answer { return answer{err: refused(c)} }
	)
	renew := func(h *house) (core.Answer, error) {
		got, err := h.Get(h.t.Context(), "1", 300*time.Second)
		return core.Answer{Token: got}, err
	}
	report := func(h *house) (core.Answer, error) {
		return h.Refresh(h.t.Context(), "1", core.Report{Stale: old})
	}
	force := func(h *house) (core.Answer, error) {
		return h.Refresh(h.t.Context(), "1", core.Report{Stale: old, Force: true, Person: true})
	}
	check := func(h *house) (core.Answer, error) {
		return core.Answer{}, h.Check(h.t.Context(), "1")
	}
	closed := func(h *house) { h.vault.set(&core.Error{Class: core.VaultClosed, Message: "locked"}) }
	spent := func(h *house) {
		if err := h.journal.CountForce("1", h.day().Day(time.Now()), time.Now()); err != nil {
			h.t.Fatal(err)
		}
	}
	// The token at first lives 250 s more, so that it may be renewed.
	for _, tt := range []struct {
		name    string
		goal    func(*house) (core.Answer, error)
		traits  core.Traits
		before  func(*house)
		dead    bool     // upstream refused the token at first
		failed  bool     // a renewal failed before, a minute ago
		answers []answer // to fetches
		checks  []error

		token string     // that the caller gets, "" for an error
		still bool       // still valid
		told  core.Class // to the caller
		now   string     // the current token, if it is good
		kept  core.Class // the failure of renewal
		line  core.What  // what the history says last
	}{
		{name: "renew, granted", goal: renew, traits: plain, answers: []answer{another}, token: other, now: other, line: core.DidRenew},
		{name: "renew, same", goal: renew, traits: plain, answers: []answer{same}, told: core.Temporary, now: old},
		{name: "renew, same, which could be checked", goal: renew, traits: forcing, answers: []answer{same}, told: core.Temporary, now: old},
		{name: "renew, same, which is vouched for", goal: renew, traits: vouching, answers: []answer{same}, told: core.Temporary, now: old},
		{name: "renew, same, after a failure", goal: renew, traits: plain, failed: true, answers: []answer{same}, told: core.Temporary, now: old, line: core.DidFail},
		{name: "renew, dead", goal: renew, traits: plain, dead: true, answers: []answer{same}, told: core.Temporary, kept: core.Temporary, line: core.DidFail},
		{name: "renew, failed", goal: renew, traits: plain, answers: []answer{fails(core.Temporary)}, told: core.Temporary, now: old, kept: core.Temporary, line: core.DidFail},
		{name: "renew, failed for good", goal: renew, traits: plain, answers: []answer{fails(core.BadSecret)}, told: core.BadSecret, now: old, kept: core.BadSecret, line: core.DidFail},
		{name: "renew, failed before a call", goal: renew, traits: plain, before: closed, told: core.VaultClosed, now: old, kept: core.VaultClosed, line: core.DidFail},
		{name: "renew, an answer without a token", goal: renew, traits: deadly, answers: []answer{{left: time.Hour}}, told: core.Temporary, now: old, kept: core.Temporary, line: core.DidFail},
		{name: "renew, an answer without a life", goal: renew, traits: deadly, answers: []answer{{value: other}}, told: core.Temporary, now: old, kept: core.Temporary, line: core.DidFail},

		{name: "report, granted", goal: report, traits: plain, answers: []answer{another}, token: other, now: other, line: core.DidRenew},
		{name: "report, granted, which could be checked", goal: report, traits: forcing, answers: []answer{another}, token: other, now: other, line: core.DidRenew},
		{name: "report, granted, which is vouched for", goal: report, traits: vouching, answers: []answer{another}, token: other, now: other, line: core.DidRenew},
		{name: "report, granted, after a failure", goal: report, traits: plain, failed: true, answers: []answer{another}, token: other, now: other, line: core.DidRenew},
		{name: "report, same", goal: report, traits: plain, answers: []answer{same}, token: old, now: old, line: core.DidKeep},
		{name: "report, same, after a failure", goal: report, traits: plain, failed: true, answers: []answer{same}, token: old, now: old, line: core.DidKeep},
		{name: "report, vouched for", goal: report, traits: vouching, answers: []answer{same}, token: old, still: true, now: old, line: core.DidReport},
		{name: "report, vouched for, after a failure", goal: report, traits: vouching, failed: true, answers: []answer{same}, token: old, still: true, now: old, line: core.DidReport},
		{name: "report, accepted", goal: report, traits: forcing, answers: []answer{same}, checks: []error{nil}, token: old, still: true, now: old, line: core.DidReport},
		{name: "report, accepted, after a failure", goal: report, traits: forcing, failed: true, answers: []answer{same}, checks: []error{nil}, token: old, still: true, now: old, line: core.DidReport},
		{name: "report, accepted though dead before", goal: report, traits: forcing, dead: true, answers: []answer{same}, checks: []error{nil}, token: old, still: true, now: old, line: core.DidReport},
		{name: "report, accepted, nothing fetched", goal: report, traits: deadly, checks: []error{nil}, token: old, still: true, now: old, line: core.DidReport},
		{name: "report, accepted, nothing fetched, after a failure", goal: report, traits: deadly, failed: true, checks: []error{nil}, token: old, still: true, now: old, kept: core.Temporary, line: core.DidReport},
		{name: "report, dead and forced", goal: report, traits: forcing, answers: []answer{same, another}, checks: []error{dead}, token: other, now: other, line: core.DidForce},
		{name: "report, dead and fetched", goal: report, traits: deadly, answers: []answer{another}, checks: []error{dead}, token: other, now: other, line: core.DidRenew},
		{name: "report, dead, the force fails", goal: report, traits: forcing, answers: []answer{same, fails(core.Temporary)}, checks: []error{dead}, told: core.Temporary, kept: core.Temporary, line: core.DidFail},
		{name: "report, dead, the force has no effect", goal: report, traits: forcing, answers: []answer{same, same}, checks: []error{dead}, told: core.Temporary, kept: core.Temporary, line: core.DidFail},
		{name: "report, dead, no force is left", goal: report, traits: forcing, before: spent, answers: []answer{same}, checks: []error{dead}, told: core.Quota, kept: core.Quota, line: core.DidFail},
		{name: "report, dead, the fetch fails", goal: report, traits: deadly, answers: []answer{fails(core.Temporary)}, checks: []error{dead}, told: core.Temporary, kept: core.Temporary, line: core.DidFail},
		{name: "report, unknown", goal: report, traits: forcing, answers: []answer{same}, checks: []error{odd}, told: core.Misuse, now: old, line: core.DidFail},
		{name: "report, unknown, after a failure", goal: report, traits: deadly, failed: true, checks: []error{temporary}, told: core.Temporary, now: old, kept: core.Temporary, line: core.DidFail},
		{name: "report, unknown, dead before", goal: report, traits: deadly, dead: true, checks: []error{odd}, told: core.Misuse, line: core.DidFail},
		{name: "report, failed", goal: report, traits: plain, answers: []answer{fails(core.Temporary)}, told: core.Temporary, now: old, line: core.DidFail},
		{name: "report, failed for now", goal: report, traits: plain, answers: []answer{fails(core.Whitelist)}, told: core.Whitelist, now: old, line: core.DidFail},
		{name: "report, failed for good", goal: report, traits: plain, answers: []answer{fails(core.BadSecret)}, told: core.BadSecret, now: old, kept: core.BadSecret, line: core.DidFail},
		{name: "report, failed, dead before", goal: report, traits: plain, dead: true, answers: []answer{fails(core.Whitelist)}, told: core.Whitelist, kept: core.Whitelist, line: core.DidFail},

		{name: "force, granted", goal: force, traits: forcing, answers: []answer{another}, token: other, now: other, line: core.DidForce},
		{name: "force, granted, after a failure", goal: force, traits: forcing, failed: true, answers: []answer{another}, token: other, now: other, line: core.DidForce},
		{name: "force, granted, no budget known", goal: force, traits: deadly, answers: []answer{another}, token: other, now: other, line: core.DidForce},
		{name: "force, same", goal: force, traits: plain, answers: []answer{same}, token: old, now: old, line: core.DidKeep},
		{name: "force, dead", goal: force, traits: forcing, dead: true, answers: []answer{same}, told: core.Temporary, kept: core.Temporary, line: core.DidFail},
		{name: "force, failed", goal: force, traits: forcing, answers: []answer{fails(core.Temporary)}, told: core.Temporary, now: old, line: core.DidFail},
		{name: "force, failed for good", goal: force, traits: forcing, answers: []answer{fails(core.Frozen)}, told: core.Frozen, now: old, kept: core.Frozen, line: core.DidFail},
		{name: "force, failed, dead before", goal: force, traits: forcing, dead: true, answers: []answer{fails(core.Temporary)}, told: core.Temporary, kept: core.Temporary, line: core.DidFail},
		{name: "force, failed before a call", goal: force, traits: forcing, dead: true, before: closed, told: core.VaultClosed, line: core.DidFail},
		{name: "force, no force is left", goal: force, traits: forcing, dead: true, before: spent, told: core.Quota, line: core.DidFail},

		{name: "check, accepted", goal: check, traits: forcing, checks: []error{nil}, now: old},
		{name: "check, accepted, after a failure", goal: check, traits: forcing, failed: true, checks: []error{nil}, now: old, kept: core.Temporary, line: core.DidFail},
		{name: "check, dead", goal: check, traits: forcing, checks: []error{dead}, told: core.Temporary, line: core.DidLose},
		{name: "check, unknown", goal: check, traits: forcing, checks: []error{odd}, told: core.Misuse, now: old},
		{name: "check, unknown, after a failure", goal: check, traits: forcing, failed: true, checks: []error{odd}, told: core.Misuse, now: old, kept: core.Temporary, line: core.DidFail},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				now := time.Now().Round(0)
				source := &script{t: t, traits: tt.traits, answers: tt.answers, checks: tt.checks}
				stored := core.Token{Value: old, ObtainedAt: now.Add(-time.Hour), ExpiresAt: now.Add(250 * time.Second), Life: twoHours}
				if tt.dead {
					stored.Dead, stored.ExpiresAt = true, now
				}
				if tt.failed {
					source.answers = append([]answer{{err: &core.Error{Class: core.Temporary, Message: "no answer", RetryAt: now.Add(time.Second)}}}, source.answers...)
				}
				h := start(t, setup{source: source, stored: stored, account: byHand})
				if tt.failed {
					if _, err := renew(h); class(err) != core.Temporary {
						t.Fatalf("the renewal before: %v", err)
					}
					time.Sleep(time.Minute)
				}
				if tt.before != nil {
					tt.before(h)
				}
				got, err := tt.goal(h)
				if class(err) != tt.told || err == nil && got.Token.Value != tt.token || got.StillValid != tt.still {
					t.Errorf("the caller gets %q, still valid %v, %v; want %q, %v, %s", got.Token.Value, got.StillValid, err, tt.token, tt.still, tt.told)
				}
				var good string
				if token := h.current(t); token.Good(time.Now(), 0) {
					good = token.Value
				}
				if good != tt.now {
					t.Errorf("the good token is %q, want %q", good, tt.now)
				}
				s, _ := h.Snapshot("1")
				if s.Renewing || s.ExpiresAt.After(time.Now()) != (tt.now != "") {
					t.Errorf("shown as renewing %v until %v", s.Renewing, s.ExpiresAt)
				}
				if kept := s.Err; class(asError(kept)) != tt.kept {
					t.Errorf("kept %v, want %s", kept, tt.kept)
				}
				var line core.What
				if lines := h.journal.lines; len(lines) > 0 {
					line = lines[len(lines)-1].What
				}
				if line != tt.line {
					t.Errorf("the history says %q, want %q", line, tt.line)
				}
				if len(source.answers) > 0 || len(source.checks) > 0 {
					t.Errorf("%d fetches and %d checks too few", len(source.answers), len(source.checks))
				}
			})
		})
	}
}

// A failure that is tried again by itself tells when, if upstream does not; one
// that waits for a person does not.
func TestAFailureTellsWhenItIsTriedAgain(t *testing.T) {
	for c, want := range map[core.Class]bool{core.Temporary: true, core.Internal: true, core.Whitelist: true, core.Quota: true, core.BadSecret: false, core.Frozen: false, core.Misuse: false} {
		t.Run(string(c), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(twoHours)
				up.traits = legacy // which is not asked twice
				up.err = &core.Error{Class: c, Message: "refused"}
				h := start(t, setup{source: up})
				time.Sleep(time.Second)
				s, _ := h.Snapshot("1")
				if s.Err == nil || s.Err.RetryAt.IsZero() == want || !s.NextTry.Equal(s.Err.RetryAt) {
					t.Errorf("kept %+v, next try %v", s.Err, s.NextTry)
				}
			})
		})
	}
}

// Upstream that hands out a token which it refuses is asked again when it should
// replace it.
func TestADeadTokenIsAskedForAgainAtItsWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		up.traits = asking(core.RepeatSame, func(tr *core.Traits) { tr.ForceBudget = 1 })
		bad := &refuser{upstream: up, dead: map[string]bool{}}
		h := start(t, setup{source: bad})
		token := get(t, h)
		time.Sleep(time.Minute)
		bad.dead[token.Value] = true
		if err := h.Check(t.Context(), "1"); class(err) != core.Temporary {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		s, _ := h.Snapshot("1")
		if want := token.ExpiresAt.Add(-300 * time.Second); s.Err == nil || !s.Err.RetryAt.Equal(want) || !s.NextTry.Equal(want) {
			t.Errorf("kept %+v, next try %v; want it at %v", s.Err, s.NextTry, want)
		}
		calls := up.count()
		time.Sleep(time.Until(token.ExpiresAt) - 200*time.Second)
		if next := h.current(t); next.Value == token.Value || up.count() != calls+1 {
			t.Errorf("in its window: the same token after %d calls", up.count()-calls)
		}
	})
}
