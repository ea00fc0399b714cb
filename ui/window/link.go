package window

import (
	"context"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// link keeps the window connected: it hands what the agent tells over to the
// goroutine of the user interface, in order. It is the only place that does so.
// An agent that went away without a bye has crashed, and to connect again starts
// it again. What was typed stays. After a bye it connects only when somebody asks
// for that.
func (w *Window) link() {
	for w.ctx.Err() == nil {
		for n := range api.Follow(w.ctx, w.cfg.Connect, api.Following{Window: true, Again: w.again}) {
			w.do(func() { w.told(n) })
		}
		select {
		case <-w.ctx.Done():
		case <-w.again:
		}
	}
}

// told takes in what the agent told, or that there is none.
func (w *Window) told(n api.News[Agent]) {
	switch {
	case n.Lost != nil:
		w.cfg.Log.Info("no agent", "error", n.Lost)
		w.lost(core.AsError(n.Lost))
		return
	case w.agent == nil:
		w.found(n.Agent)
	}
	w.event(n.Event)
}

// know takes the kinds that the agent knows.
func (w *Window) know(set kinds.Set) {
	if !w.kinds.Equal(set) {
		w.kinds = set
		w.kindsSeen++
		w.applyLook()
	}
}

// found takes the agent that was connected to.
func (w *Window) found(a Agent) {
	w.agent, w.failure, w.phase = a, nil, phaseConnected
	w.fillBanners()
	ask(w, quickWait, func(ctx context.Context, g Agent) (api.Status, error) { return g.Status(ctx) }, func(s api.Status, err *core.Error) {
		if err == nil {
			w.status = s
			w.redrawSettings()
		}
	})
}

// lost says that there is no agent, and why.
func (w *Window) lost(e *core.Error) {
	was := w.phase
	w.agent, w.failure = nil, e
	switch {
	case e.Remedy == core.RemedyRestart:
		w.phase = phaseVersion
	case was == phaseRestart:
	case w.model.Loaded:
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
	c := w.model.Apply(e)
	if c.Bye {
		w.stopped()
		return
	}
	if c.Raise {
		w.Show()
	}
	if c.Settings {
		w.applyLook()
	}
	w.heard = w.heard || c.Active && w.using && w.model.Active == w.asked
	if c.Active && w.follow && !w.using && w.view != view(w.model.Active) {
		w.setView(view(w.model.Active))
	}
	switch {
	case c.Accounts, c.Active, c.Vault:
		w.fillList()
		w.fillDetail()
		w.win.SetTitle(w.title())
		if c.Snapshot {
			w.focusList()
			w.loadHistory()
		}
	case c.Account != "":
		w.accountChanged(c.Account)
	}
	if c.Vault || c.Settings {
		w.fillBanners()
		w.redrawSettings()
		w.loadDoor()
	}
	if c.Clipboard {
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
	if a, ok := w.model.find(id); ok && a.HistoryLines != w.shown.read {
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
