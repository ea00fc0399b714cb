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

// run does work at once, then every minute, whenever now asks for it and after the time
// that work itself returns, 0 for none, until ctx ends. giveBack follows, and again after
// calmTime while it reports that something is left.
func (u upkeep) run(ctx context.Context, work func() (again time.Duration), giveBack func() (again bool)) {
	every, sooner, calm := time.NewTicker(upkeepEvery), time.NewTimer(upkeepEvery), time.NewTimer(calmTime)
	defer every.Stop()
	defer sooner.Stop()
	defer calm.Stop()
	do := func() {
		sooner.Stop()
		if again := work(); again > 0 {
			sooner.Reset(again)
		}
	}
	memory := func() {
		if calm.Stop(); giveBack() {
			calm.Reset(calmTime)
		}
	}
	do()
	memory()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
			do()
			memory()
		case <-sooner.C:
			do()
			memory()
		case <-calm.C:
			memory()
		case done := <-u.asked:
			do()
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
