package agent

import (
	"context"
	"time"
)

// upkeepEvery is how often the agent checks what no event reports.
const upkeepEvery = time.Minute

// upkeep is the work that the agent does once a minute: it checks its socket, the
// address at which it listens for containers, a backup that is due, a keyring that
// failed, its memory. All of that uses the disk or the bus, and either may hang. So it
// has a goroutine of its own, and no renewal waits for it.
type upkeep struct {
	asked chan chan struct{} // closed when the work was done
}

func newUpkeep() upkeep { return upkeep{asked: make(chan chan struct{})} }

// run does work at once, then every minute and whenever now asks for it, until
// ctx ends. giveBack follows, and again after calmTime while it reports that something
// is left.
func (u upkeep) run(ctx context.Context, work func(), giveBack func() (again bool)) {
	every, calm := time.NewTicker(upkeepEvery), time.NewTimer(calmTime)
	defer every.Stop()
	defer calm.Stop()
	memory := func() {
		if calm.Stop(); giveBack() {
			calm.Reset(calmTime)
		}
	}
	work()
	memory()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
			work()
			memory()
		case <-calm.C:
			memory()
		case done := <-u.asked:
			work()
			close(done)
			memory()
		}
	}
}

// now has the work done at once, and returns when it is done or ctx ends.
func (u upkeep) now(ctx context.Context) {
	done := make(chan struct{})
	select {
	case u.asked <- done:
	case <-ctx.Done():
		return
	}
	select {
	case <-done:
	case <-ctx.Done():
	}
}
