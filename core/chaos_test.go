package core_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

func TestAReportsAnswerMovesWithTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		r := newRig(t, up, stable, core.Account{}, core.Token{})
		defer r.stop()
		tok, _ := r.Get(t.Context(), "1", 0)
		time.Sleep(time.Minute)
		r.Refresh(t.Context(), "1", core.Report{Stale: tok.Value})
		r.wall.jump(-3 * time.Hour)
		a, err := r.Refresh(t.Context(), "1", core.Report{Stale: tok.Value})
		if err == nil && a.Token.Remaining(r.wall.Now()) > twoHours {
			t.Errorf("answered with %v of life", a.Token.Remaining(r.wall.Now()))
		}
	})
}

type odd struct {
	*upstream
	err error
}

func (o *odd) Check(context.Context, core.Request, string) error { return o.err }

func TestAnUnansweredCheckStopsNoRenewal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		up.traits = legacy
		r := newRig(t, &odd{up, &core.Error{Class: core.Misuse, Code: 48001, Message: "not granted"}}, legacy, core.Account{Auto: true}, core.Token{})
		defer r.stop()
		tok, _ := r.Get(t.Context(), "1", 0)
		time.Sleep(time.Minute)
		r.Refresh(t.Context(), "1", core.Report{Stale: tok.Value})
		time.Sleep(24 * time.Hour)
		if up.count() < 10 {
			_, err := r.Get(t.Context(), "1", 0)
			t.Errorf("%d fetches in a day after one report; Get: %v", up.count(), err)
		}
	})
}

func TestNoTestAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		r := newRig(t, up, stable, core.Account{}, core.Token{})
		r.stop()
		r.Test(t.Context(), r.a, core.Credentials{})
		if up.count() != 0 {
			t.Error("a call after the end of Run")
		}
	})
}

func TestAFailedSaveIsMadeUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := newUpstream(twoHours)
		j := newJournal()
		k := core.NewKeeper(core.Config{Upstreams: map[core.Kind]core.Upstream{kindStable: {Source: up, Traits: stable}}, Vault: &vault{}, Journal: j})
		k.Put(core.Account{ID: "1", Name: "shop", AppID: "wx0", Env: core.Sandbox, Kind: kindStable}, core.Token{})
		k.Get(t.Context(), "1", 0)
		time.Sleep(time.Minute)
		j.fail(errors.New("sealed, or disk full"))
		a, err := k.Refresh(t.Context(), "1", core.Report{Force: true, Person: true})
		if err != nil {
			t.Fatal(err)
		}
		j.fail(nil)
		k.Unlocked()
		time.Sleep(time.Hour)
		k.Get(t.Context(), "1", 0)
		if kept := j.token("1"); kept.Value != "" && kept.Value != a.Token.Value {
			t.Errorf("an hour after the disk recovered the next start would still find the token the force killed (accepted %v)", up.Accepts(kept.Value))
		}
	})
}

// Random operations; then peace: every Auto account that waits for nobody has a good token.
func TestWhateverHappensATokenComesBack(t *testing.T) {
	for seed := range uint64(300) {
		synctest.Test(t, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 7))
			up := newUpstream(twoHours)
			up.legacy(seed%2 == 1)
			up.delay = 2 * time.Second
			r := newRig(t, up, up.traits, core.Account{Auto: true}, core.Token{})
			defer r.stop()
			r.v.slow(700 * time.Millisecond)
			log := ""
			a := r.a
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			for range 60 {
				op := rnd.IntN(16)
				log += fmt.Sprint(op, " ")
				switch op {
				case 0:
					a.AppID = fmt.Sprint("wx", rnd.IntN(2))
					r.Put(a, core.Token{})
				case 1:
					a.Auto = !a.Auto
					r.Put(a, core.Token{})
				case 2:
					e := &core.Error{Class: core.VaultClosed, Message: "l"}
					r.v.set(e)
					r.Locked(e)
				case 3:
					r.v.set(nil)
					r.Unlocked()
				case 4:
					r.Forget("1")
					r.Put(a, core.Token{})
				case 5:
					up.set(func() { up.down = !up.down })
				case 6:
					c := []core.Class{core.BadSecret, core.Quota, core.Whitelist, core.Temporary, core.Internal}[rnd.IntN(5)]
					up.set(func() { up.err = &core.Error{Class: c, Message: "x"} })
				case 7:
					up.set(func() { up.err = nil })
				case 8:
					go r.Get(ctx, "1", time.Duration(rnd.IntN(400))*time.Second)
				case 9:
					go r.Refresh(ctx, "1", core.Report{Person: rnd.IntN(2) == 0, Force: rnd.IntN(4) == 0})
				case 10:
					r.PauseAll(rnd.IntN(2) == 0)
				case 11:
					r.SecretChanged("1")
				case 12:
					r.wall.jump(time.Duration(rnd.IntN(7200)-3600) * time.Second)
				case 13:
					go r.Check(ctx, "1")
				case 14:
					tok, _ := r.Token("1")
					go r.Refresh(ctx, "1", core.Report{Stale: tok.Value})
				}
				time.Sleep([]time.Duration{0, 300 * time.Millisecond, time.Second, 3 * time.Second, time.Minute, 40 * time.Minute, 2 * time.Hour}[rnd.IntN(7)])
			}
			up.set(func() { up.err, up.down = nil, false })
			r.v.set(nil)
			r.Unlocked()
			r.PauseAll(false)
			a.Auto = true
			r.Put(a, core.Token{})
			time.Sleep(25 * time.Minute)
			s, _ := r.Snapshot("1")
			tok, _ := r.Token("1")
			if s.Err != nil && s.Err.Class == core.BadSecret {
				return
			}
			if !tok.Good(r.wall.Now(), 0) {
				t.Errorf("seed %d: no token: err %v next %v now %v renewing %v ops %s", seed, s.Err, s.NextTry, r.wall.Now(), s.Renewing, log)
			} else if !up.Accepts(tok.Value) {
				t.Errorf("seed %d: a dead token called good: left %v", seed, tok.Remaining(r.wall.Now()))
			}
		})
	}
}
