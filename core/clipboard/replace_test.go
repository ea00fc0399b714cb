//go:build !windows && !darwin

package clipboard

import (
	"sync/atomic"
	"testing"
	"time"
)

// A renewed token takes the place of the one that was copied, and of nothing
// else.
func TestReplaceOnlyWhatIsOurs(t *testing.T) {
	d := newDesk(t)
	replace := func(want bool) {
		t.Helper()
		if done, err := d.Replace(t.Context(), "renewed", time.Minute); done != want || err != nil {
			t.Fatalf("replaced: %v, %v; want %v", done, err, want)
		}
	}
	replace(false)
	d.wantNothing(t)
	d.copy(t, token, 45*time.Second)
	replace(true)
	d.wantPaste(t, "renewed")
	d.x.foreign(t, "shopping list")
	replace(false)
	d.wantPaste(t, "shopping list")
	d.wantGone(t, Replaced)
	if len(d.gone) != 0 {
		t.Errorf("told once more: %s", <-d.gone)
	}
}

// The server knows of a new owner before its former one has heard.
func TestOursAsksTheServer(t *testing.T) {
	d := newDesk(t)
	own, err := x11Board{session: d.Session()}.newOwner(token, true)
	if err != nil {
		t.Fatal(err)
	}
	defer own.release()
	if !own.ours() {
		t.Error("what was just taken is not ours")
	}
	d.x.foreign(t, "shopping list")
	late := *own
	late.done = make(chan struct{}) // as if it had not heard
	if late.ours() {
		t.Error("what another program took is still ours")
	}
}

func TestWaylandReplace(t *testing.T) {
	w := newWayland(t, owning)
	w.copy(t, time.Minute)
	first := w.child()
	if done, err := w.Replace(t.Context(), token, time.Minute); !done || err != nil {
		t.Fatalf("replaced: %v, %v", done, err)
	}
	<-first.ended
	if !w.HasOurs() || len(w.gone) != 0 {
		t.Error("the new text is not held, or the old one was told of")
	}
}

// The clearing timer stands still during a sleep; the wall clock does not.
func TestClearsAfterASleep(t *testing.T) {
	d := newDesk(t)
	var ahead atomic.Int64
	begin := time.Now()
	d.now = func() time.Time { return begin.Add(time.Duration(ahead.Load())) }
	d.Wake() // with nothing there

	d.copy(t, token, 45*time.Second)
	<-d.set
	ahead.Store(int64(30 * time.Second))
	d.Wake()
	if left := <-d.set; left != 15*time.Second {
		t.Errorf("after a sleep of 30 s the timer is set to %v", left)
	}
	d.wantPaste(t, token)
	ahead.Store(int64(8 * time.Hour))
	d.Wake()
	d.wantGone(t, Cleared)
	d.wantNothing(t)

	d.copy(t, token, time.Hour) // nobody tells of this sleep: the next look sees it
	if first := <-d.set; first != time.Minute {
		t.Errorf("the first look comes after %v", first)
	}
	d.due <- time.Time{}
	<-d.set
	d.wantPaste(t, token)
	ahead.Store(int64(10 * time.Hour))
	d.due <- time.Time{}
	d.wantGone(t, Cleared)
	d.wantNothing(t)

	d.copy(t, token, 0) // what is never cleared stays
	ahead.Store(int64(20 * time.Hour))
	d.Wake()
	d.Wake()
	d.wantPaste(t, token)
}
