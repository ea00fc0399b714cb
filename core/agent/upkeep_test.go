package agent

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// Upkeep is done at the start, every minute, and on request.
func TestUpkeepComesOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n, looks atomic.Int64
		busy := int64(3) // how often the look at memory finds work going on
		u := newUpkeep()
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			u.run(ctx, func() time.Duration { n.Add(1); return 0 }, func() bool { return looks.Add(1) <= busy })
		}()
		want := func(when string, times int64) {
			t.Helper()
			synctest.Wait()
			if got := n.Load(); got != times {
				t.Errorf("%s: done %d times, want %d", when, got, times)
			}
		}
		want("at the start", 1)
		time.Sleep(upkeepEvery - time.Second)
		want("within the minute", 1)
		if got := looks.Load(); got != busy+1 {
			t.Errorf("memory was looked at %d times while work went on, want %d", got, busy+1)
		}
		u.now(t.Context())
		if got := n.Load(); got != 2 {
			t.Errorf("asked for: done %d times when now returns, want 2", got)
		}
		time.Sleep(10 * upkeepEvery)
		want("ten minutes later", 12)
		if got, want := looks.Load(), n.Load()+busy; got != want {
			t.Errorf("memory was looked at %d times at rest, want %d", got, want)
		}
		cancel()
		<-ended
		u.now(ctx) // returns, though nobody does it
		want("after the end", 12)
	})
}

// Work that knows when it is due next is done then, between two minutes.
func TestUpkeepComesWhenItsWorkIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var at []time.Duration
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			newUpkeep().run(ctx, func() time.Duration {
				at = append(at, time.Since(began))
				if len(at) == 2 { // at the first minute
					return 20 * time.Second
				}
				return 0
			}, func() bool { return false })
		}()
		time.Sleep(2*upkeepEvery + time.Second)
		cancel()
		<-ended
		want := []time.Duration{0, upkeepEvery, upkeepEvery + 20*time.Second, 2 * upkeepEvery}
		if !slices.Equal(at, want) {
			t.Errorf("done at %v, want %v", at, want)
		}
	})
}

// A disk that hangs while the socket is looked after holds up no renewal.
func TestAHungUpkeepHoldsUpNoRenewal(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	a := r.add("shop", core.Sandbox)
	events := r.events(t)
	r.listener.mu.Lock() // the upkeep hangs here from now on
	ctx, cancel := context.WithCancel(t.Context())
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		r.upkeep.now(ctx)
	}()
	w.pass(3 * time.Hour)
	r.keeper.Wake()
	until(t, events, "the renewal", func(acc api.Account) bool {
		return acc.State == core.StateFresh && acc.ObtainedAt.After(a.ObtainedAt)
	})
	r.listener.mu.Unlock()
	cancel()
	<-asked
}

// A disk that hangs while a push is added delays no caller and no renewal.
func TestAHungDiskUnderAPushHoldsUpNothing(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	a := r.add("shop", core.Sandbox)
	hung, release := make(chan struct{}), make(chan struct{})
	r.pushes.exists = func(string) bool {
		close(hung)
		<-release
		return false
	}
	added := make(chan error, 1)
	go func() {
		_, err := r.client.AddPush(t.Context(), a.Ref(), api.PushInput{Kind: core.PushFile, Path: t.TempDir() + "/token", Form: core.PushPlain})
		added <- err
	}()
	<-hung
	w.pass(time.Minute)
	if _, err := r.client.Refresh(t.Context(), a.Ref(), api.RefreshRequest{Force: true}); err != nil {
		t.Error(err)
	}
	if _, err := r.client.List(t.Context()); err != nil {
		t.Error(err)
	}
	close(release)
	if err := <-added; err != nil {
		t.Error(err)
	}
}

// While a person's unlock is under way the vault is open and nothing holds it.
func TestNothingHoldsAVaultThatIsBeingUnlocked(t *testing.T) {
	k := newVaultAccess(Vaults{}, nil, nil, func() {}, func(api.Vault) {})
	closed := k.lock()
	if err := k.lockedByPerson(); err != error(closed) {
		t.Errorf("locked by a person: held by %v", err)
	}
	k.setState(vaultOpen, nil)
	if err := k.lockedByPerson(); err != nil {
		t.Errorf("while it is unlocked: held by %v", err)
	}
}
