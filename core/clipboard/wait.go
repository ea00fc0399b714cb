package clipboard

import "time"

// event is why a wait ended.
type event int

const (
	over      event = iota // the time is over, or the text must go
	lost                   // another program owns the clipboard
	wasPasted              // see SetHabits
)

// wait waits until c must go, until left is over unless that is 0, or until another
// program owns the clipboard. Timers stop while the machine sleeps, and not every
// system reports a sleep, so each look reads the remaining time off the wall clock.
func (m *Manager) wait(c *copied, left time.Duration) event {
	clears, until := left > 0, m.now().Round(0).Add(left)
	for {
		what, passed := m.pause(c, min(left, look))
		if what != nil {
			return *what
		}
		if passed && left <= look {
			return over
		}
		if !clears {
			continue
		}
		if left = until.Sub(m.now().Round(0)); left <= 0 {
			return over
		}
	}
}

// pause waits until d has passed, for ever if d is 0, or something happened to c, or
// the machine woke.
func (m *Manager) pause(c *copied, d time.Duration) (what *event, passed bool) {
	var due <-chan time.Time
	if d > 0 {
		timer, stop := m.after(d)
		defer stop()
		due = timer
	}
	var gone <-chan struct{}
	if !c.taken.Load() {
		gone = c.owner.lost()
	}
	happened := func(e event) *event { return &e }
	select {
	case <-c.stop:
		return happened(over), false
	case <-gone:
		return happened(lost), false
	case <-c.owner.pasted():
		return happened(wasPasted), false
	case <-due:
		return nil, true
	case <-c.woke:
		return nil, false
	}
}
