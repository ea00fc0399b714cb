package push

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

// running runs a queue and returns how to end it, which waits.
func running(t *testing.T, r *Runner) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.Run(ctx)
	}()
	stop = sync.OnceFunc(func() {
		cancel()
		<-done
	})
	t.Cleanup(stop)
	return stop
}

// desk does jobs as a test decides, and notes them.
type desk struct {
	mu      sync.Mutex
	tokens  []string
	results []core.PushResult
	fail    error
	hang    chan struct{} // a job waits for it, when it is there
	most    int           // jobs at once
	now     int
}

func (d *desk) deliver(ctx context.Context, job Job) error {
	d.mu.Lock()
	d.tokens = append(d.tokens, job.Token.Value)
	d.now++
	d.most = max(d.most, d.now)
	hang, fail := d.hang, d.fail
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.now--
	}()
	if hang != nil {
		select {
		case <-hang:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return fail
}

func (d *desk) done(_ Job, r core.PushResult) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.results = append(d.results, r)
}

func (d *desk) set(fail error, hang chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fail, d.hang = fail, hang
}

func (d *desk) did() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.tokens)
}

func (d *desk) ended() []core.PushResult {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.results)
}

func numbered(number int, token string) Job {
	job := tokenJob(core.Push{Number: number, Kind: core.PushCommand, Command: []string{"/bin/true"}, Timeout: time.Second})
	job.Token.Value = token
	return job
}

func TestTheNewestTokenWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{hang: make(chan struct{})}
		r := NewRunner(Config{Deliver: d.deliver, Done: d.done})
		stop := running(t, r)
		r.Add(numbered(1, "one"))
		synctest.Wait()
		r.Add(numbered(1, "one")) // it is on its way
		for i := range 100 {
			r.Add(numbered(1, fmt.Sprint("late ", i)))
		}
		synctest.Wait()
		close(d.hang)
		synctest.Wait()
		if got := d.did(); !slices.Equal(got, []string{"one", "late 99"}) {
			t.Errorf("did %v", got)
		}
		stop()
	})
}

func TestFailuresAreTriedAgainAndNotForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{fail: &core.Error{Class: core.PushFailed, Message: "no"}}
		r := NewRunner(Config{Deliver: d.deliver, Done: d.done})
		stop := running(t, r)
		began := time.Now()
		r.Add(numbered(1, "one"))
		time.Sleep(3 * time.Hour)
		var at []time.Duration
		results := d.ended()
		for i, result := range results {
			at = append(at, result.At.Sub(began))
			if result.Tries != i+1 || result.Err == nil || result.NextTry.IsZero() != (i == len(results)-1) {
				t.Errorf("try %d: %+v", i+1, result)
			}
		}
		want := []time.Duration{0}
		for _, pause := range pauses() {
			want = append(want, want[len(want)-1]+pause)
		}
		if !slices.Equal(at, want) {
			t.Errorf("tried at %v, want %v", at, want)
		}
		d.set(nil, nil)
		r.Add(numbered(1, "two")) // the next token begins anew
		synctest.Wait()
		results = d.ended()
		if last := results[len(results)-1]; last.Err != nil || last.Tries != 1 {
			t.Errorf("%+v", last)
		}
		stop()
	})
}

func TestADyingTokenIsNotTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{fail: errors.New("no")}
		r := NewRunner(Config{Deliver: d.deliver, Done: d.done})
		stop := running(t, r)
		job := numbered(1, "one")
		job.Token.ExpiresAt = time.Now().Add(time.Minute)
		r.Add(job)
		time.Sleep(time.Hour)
		if n := len(d.did()); n != 3 { // at 0, 5 and 35 s
			t.Errorf("%d tries", n)
		}
		if e := d.ended()[0].Err; e == nil || e.Class != core.PushFailed {
			t.Errorf("a plain error became %v", e)
		}
		stop()
	})
}

func TestFewAtATimeAndEachInItsTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{hang: make(chan struct{})}
		r := NewRunner(Config{Deliver: d.deliver})
		stop := running(t, r)
		for i := range 20 {
			r.Add(numbered(i+1, fmt.Sprint(i)))
			r.Add(numbered(i+1, fmt.Sprint(i)))
		}
		synctest.Wait()
		close(d.hang)
		synctest.Wait()
		stop()
		if d.most != workers || len(d.did()) != 20 {
			t.Errorf("%d at once, %d in all", d.most, len(d.did()))
		}
	})
}

func TestAStopWaitsAWhileAndDropsTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{hang: make(chan struct{})}
		r := NewRunner(Config{Deliver: d.deliver, Done: d.done})
		stop := running(t, r)
		for i := range 10 {
			r.Add(numbered(i+1, "x"))
		}
		waiting := make(chan error, 1)
		go func() {
			_, err := r.Do(context.Background(), numbered(11, "y"))
			waiting <- err
		}()
		synctest.Wait()
		began := time.Now()
		stop()
		if took := time.Since(began); took != drainTime {
			t.Errorf("the stop took %v", took)
		}
		if n := len(d.did()); n != workers {
			t.Errorf("%d were begun", n)
		}
		if err := <-waiting; err == nil {
			t.Error("who waited for what was never begun got no error")
		}
		if _, err := r.Do(t.Context(), numbered(1, "z")); err == nil {
			t.Error("an ended queue took a job")
		}
	})
}

func TestAForgottenPushIsNotDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{fail: errors.New("no")}
		r := NewRunner(Config{Deliver: d.deliver, Done: d.done})
		stop := running(t, r)
		job := numbered(1, "one")
		r.Add(job)
		synctest.Wait()
		r.Forget(job.Account.ID, 1)
		time.Sleep(time.Hour)
		if n := len(d.did()); n != 1 {
			t.Errorf("%d tries", n)
		}
		stop()
	})
}

func TestAPanicEndsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := NewRunner(Config{Deliver: func(_ context.Context, job Job) error { panic(job.Token.Value) }})
		stop := running(t, r)
		result, err := r.Do(t.Context(), numbered(1, newToken))
		if err != nil || result.Err == nil || strings.Contains(result.Err.Error(), newToken) {
			t.Errorf("%v, %v", result.Err, err)
		}
		stop()
	})
}
