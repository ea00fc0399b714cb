package window

import (
	"context"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// How long the window waits before it looks for the agent again.
const (
	firstWait = 500 * time.Millisecond
	longWait  = 5 * time.Second
)

// link keeps the window connected: it reads the agent's events on this goroutine
// and hands each over to the one of the user interface, in order. It is the only
// place that does so. When the stream ends without a bye the agent has crashed,
// and link connects, which starts it again. What was typed stays. After a bye it
// connects only when somebody asks for that.
func (w *Window) link() {
	wait := firstWait
	for w.ctx.Err() == nil {
		err := w.session(func() { wait = firstWait })
		if w.ctx.Err() != nil {
			return
		}
		if err == errBye {
			select {
			case <-w.ctx.Done(): // the window closes too
				return
			case <-w.again:
				continue
			}
		}
		w.cfg.Log.Info("no agent", "error", err)
		w.do(func() { w.lost(core.AsError(err)) })
		select {
		case <-w.ctx.Done():
		case <-w.again:
		case <-time.After(wait):
		}
		wait = min(2*wait, longWait)
	}
}

// endings of a session.
type ending string

func (e ending) Error() string { return string(e) }

const (
	errBye  = ending("the agent said bye")
	errGone = ending("the agent went away")
)

// session is one connection, from the first snapshot to its end.
func (w *Window) session(connected func()) error {
	agent, err := w.cfg.Connect(w.ctx)
	if err != nil {
		return err
	}
	if closer, ok := agent.(interface{ Close() }); ok {
		defer closer.Close()
	}
	ctx, cancel := context.WithCancel(w.ctx)
	defer cancel()
	events, err := agent.Events(ctx, true)
	if err != nil {
		return err
	}
	connected()
	w.do(func() { w.found(agent) })
	w.work.Go(func() {
		if status, err := agent.Status(ctx); err == nil {
			w.do(func() { w.status = status })
		}
	})
	for e := range events {
		w.do(func() { w.event(e) })
		if e.Type == api.EventBye {
			return errBye
		}
	}
	return errGone
}

// found takes the agent that was connected to.
func (w *Window) found(a Agent) {
	w.agent, w.failure, w.phase = a, nil, phaseConnected
	w.fillBanners()
}

// lost says that there is no agent, and why.
func (w *Window) lost(e *core.Error) {
	was := w.phase
	w.agent, w.failure = nil, e
	switch {
	case e.Remedy == core.RemedyRestart:
		w.phase = phaseVersion
	case was == phaseRestart:
	case w.model.loaded:
		w.phase = phaseGone
	default:
		w.phase = phaseFailed
	}
	if w.phase != was {
		w.fillBanners()
		w.fillList()
	}
}

// event applies one event and redraws what it touched.
func (w *Window) event(e api.Event) {
	c := w.model.apply(e)
	if c.bye {
		w.stopped()
		return
	}
	if c.raise {
		w.Show()
	}
	if c.settings {
		w.applyLook()
	}
	w.heard = w.heard || c.env && w.using && w.model.active == w.asked
	if c.env && w.follow && !w.using && w.view != view(w.model.active) {
		w.setView(view(w.model.active))
	}
	switch {
	case c.rows:
		w.fillList()
		w.fillDetail()
		w.win.SetTitle(w.title())
		if e.Type == api.EventSnapshot {
			w.focusList()
			w.loadHistory()
		}
	case c.account != "":
		w.accountChanged(c.account)
	}
	if c.banner {
		w.fillBanners()
	}
	if c.settings || c.banner {
		w.redrawSettings()
		w.loadDoor()
	}
	if c.clip {
		w.clipChanged()
	}
}

// accountChanged shows one account anew.
func (w *Window) accountChanged(id core.ID) {
	w.list.update(id)
	if id != w.selected {
		return
	}
	w.fillDetail()
	if a, ok := w.model.find(id); ok && a.HistoryLines != w.detail.read {
		w.loadHistory()
	}
}

// ticker ticks at the beginning of each second of the wall clock, so that all
// figures change together.
func (w *Window) ticker() {
	for {
		now := w.now()
		next := now.Truncate(time.Second).Add(time.Second)
		select {
		case <-w.ctx.Done():
			return
		case <-time.After(next.Sub(now)):
		}
		w.do(w.tick)
	}
}

// restart replaces an agent of another version.
func (w *Window) restart() {
	if w.cfg.Restart == nil {
		return
	}
	w.phase = phaseRestart
	w.fillBanners()
	w.work.Go(func() {
		ctx, cancel := context.WithTimeout(w.ctx, personWait)
		defer cancel()
		err := w.cfg.Restart(ctx)
		w.do(func() {
			if err != nil {
				w.phase = phaseVersion
				w.fillBanners()
				w.fail(core.AsError(err), api.Ref{})
			}
		})
		select {
		case w.again <- struct{}{}:
		default:
		}
	})
}
