package core_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

// The beat comes with a wake-up that is there anyway, at most once a minute,
// and without an account too.
func TestTheBeatComesOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var beats atomic.Int64
		k := core.NewKeeper(core.Config{Beat: func() { beats.Add(1) }})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- k.Run(ctx) }()
		for range 100 {
			k.Wake()
			time.Sleep(6 * time.Second)
		}
		synctest.Wait()
		if n := beats.Load(); n < 9 || n > 11 {
			t.Errorf("%d beats in ten minutes", n)
		}
		time.Sleep(10 * time.Minute)
		cancel()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if n := beats.Load(); n < 18 || n > 22 {
			t.Errorf("%d beats in twenty minutes", n)
		}
	})
}
