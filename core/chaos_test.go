package core_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

// Random operations; then peace: every Auto account that waits for nobody has a good token.
func TestWhateverHappensATokenComesBack(t *testing.T) {
	seeds := uint64(300)
	if testing.Short() {
		seeds = 40
	}
	for seed := range seeds {
		synctest.Test(t, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 7))
			up := newUpstream(twoHours)
			up.legacy(seed%2 == 1)
			up.delay = 2 * time.Second
			h := start(t, setup{source: up})
			h.vault.slow(700 * time.Millisecond)
			log := ""
			a := h.account
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			for range 60 {
				op := rnd.IntN(16)
				log += fmt.Sprint(op, " ")
				switch op {
				case 0:
					a.AppID = fmt.Sprint("wx", rnd.IntN(2))
					h.Put(a, core.Token{})
				case 1:
					a.Auto = !a.Auto
					h.Put(a, core.Token{})
				case 2:
					e := &core.Error{Class: core.VaultClosed, Message: "l"}
					h.vault.set(e)
					h.Locked(e)
				case 3:
					h.vault.set(nil)
					h.Unlocked()
				case 4:
					h.Forget("1")
					h.Put(a, core.Token{})
				case 5:
					up.set(func() { up.down = !up.down })
				case 6:
					c := []core.Class{core.BadSecret, core.Quota, core.Whitelist, core.Temporary, core.Internal}[rnd.IntN(5)]
					up.set(func() { up.err = &core.Error{Class: c, Message: "x"} })
				case 7:
					up.set(func() { up.err = nil })
				case 8:
					go h.Get(ctx, "1", time.Duration(rnd.IntN(400))*time.Second)
				case 9:
					go h.Refresh(ctx, "1", core.Report{Person: rnd.IntN(2) == 0, Force: rnd.IntN(4) == 0})
				case 10:
					h.PauseAll(rnd.IntN(2) == 0)
				case 11:
					h.SecretChanged("1")
				case 12:
					h.wall.jump(time.Duration(rnd.IntN(7200)-3600) * time.Second)
				case 13:
					go h.Check(ctx, "1")
				case 14:
					tok, _ := h.Token("1")
					go h.Refresh(ctx, "1", core.Report{Stale: tok.Value})
				}
				time.Sleep([]time.Duration{0, 300 * time.Millisecond, time.Second, 3 * time.Second, time.Minute, 40 * time.Minute, 2 * time.Hour}[rnd.IntN(7)])
			}
			up.set(func() { up.err, up.down = nil, false })
			h.vault.set(nil)
			h.Unlocked()
			h.PauseAll(false)
			a.Auto = true
			h.Put(a, core.Token{})
			time.Sleep(25 * time.Minute)
			s, _ := h.Snapshot("1")
			tok, _ := h.Token("1")
			if s.Err != nil && s.Err.Class == core.BadSecret {
				return
			}
			if !tok.Good(h.wall.Now(), 0) {
				t.Errorf("seed %d: no token: err %v next %v now %v renewing %v ops %s", seed, s.Err, s.NextTry, h.wall.Now(), s.Renewing, log)
			} else if !up.Accepts(tok.Value) {
				t.Errorf("seed %d: a dead token called good: left %v", seed, tok.Remaining(h.wall.Now()))
			}
		})
	}
}
