package window

import (
	"context"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// link is the state of the window's connection to the agent, and keeps it connected.
type link struct {
	*shell
	phase    phase
	failure  *core.Error // why there is no agent
	status   api.Status
	demoRuns bool            // a demo was started from here
	again    chan struct{}   // try to connect now
	changed  func()          // how it stands has changed
	learned  func(kinds.Set) // the agent told which kinds it knows
}

// phase is the state of the connection.
type phase int

const (
	phaseConnecting phase = iota
	phaseConnected
	phaseGone    // it was there, and the stream ended without a bye
	phaseFailed  // it could not be reached or started
	phaseVersion // it speaks another API number
	phaseRestart // it is being replaced
	phaseStopped // somebody ended it, and the window stayed because of unsaved input
)

// run keeps the window connected: it passes the agent's events to the goroutine of
// the user interface, in order. Only it does so. An agent that went away without a
// bye has crashed, and connecting starts it again. Typed input stays. After a bye it
// connects only when somebody asks for that.
func (ln *link) run() {
	for ln.ctx.Err() == nil {
		for n := range api.Follow(ln.ctx, ln.cfg.Connect, api.Following{Window: true, Again: ln.again}) {
			ln.do(func() { ln.handle(n) })
		}
		select {
		case <-ln.ctx.Done():
		case <-ln.again:
		}
	}
}

// handle applies an event, or the news that there is no agent.
func (ln *link) handle(n api.News[Agent]) {
	switch {
	case n.Lost != nil:
		ln.cfg.Log.Info("no agent", "error", n.Lost)
		ln.disconnected(core.AsError(n.Lost))
		return
	case ln.agent == nil:
		ln.connected(n.Agent)
	}
	ln.apply(n.Event)
}

// connected takes the agent that was connected to.
func (ln *link) connected(a Agent) {
	ln.agent, ln.failure, ln.phase = a, nil, phaseConnected
	ln.changed()
	ln.askKinds()
	ask(ln.shell, quickWait, func(ctx context.Context, g Agent) (api.Status, error) { return g.Status(ctx) }, func(s api.Status, err *core.Error) {
		if err == nil {
			ln.status = s
			ln.changed()
		}
	})
}

// askKinds asks which kinds the agent knows.
func (ln *link) askKinds() {
	ask(ln.shell, quickWait, func(ctx context.Context, g Agent) (kinds.Set, error) { return g.Kinds(ctx) }, func(set kinds.Set, err *core.Error) {
		if err == nil {
			ln.learned(set)
		}
	})
}

// disconnected says that there is no agent, and why.
func (ln *link) disconnected(e *core.Error) {
	was := ln.phase
	ln.agent, ln.failure = nil, e
	switch {
	case e.Remedy == core.RemedyRestart:
		ln.phase = phaseVersion
	case was == phaseRestart:
	case ln.model.Loaded:
		ln.phase = phaseGone
	default:
		ln.phase = phaseFailed
	}
	if ln.phase != was {
		ln.changed()
	}
}

// restart replaces an agent of another version.
func (ln *link) restart() {
	if ln.cfg.Restart == nil {
		return
	}
	ln.phase = phaseRestart
	ln.changed()
	ln.work.Go(func() {
		ctx, cancel := context.WithTimeout(ln.ctx, personWait)
		defer cancel()
		err := ln.cfg.Restart(ctx)
		ln.do(func() {
			if err != nil {
				ln.phase = phaseVersion
				ln.changed()
				ln.showError(core.AsError(err), api.Ref{})
			}
		})
		select {
		case ln.again <- struct{}{}:
		default:
		}
	})
}

// startAgain starts the agent that was stopped, or connects to one that runs.
func (ln *link) startAgain() {
	ln.phase = phaseConnecting
	ln.changed()
	select {
	case ln.again <- struct{}{}:
	default: // it is under way
	}
}

// startDemo starts the simulator with a home of its own.
func (ln *link) startDemo() {
	if ln.demoRuns {
		ln.showInfo(ln.ui.T("first.runs"))
		return
	}
	if err := ln.cfg.Demo(func() { ln.do(func() { ln.demoRuns = false }) }); err != nil {
		ln.showError(core.AsError(err), api.Ref{})
		return
	}
	ln.demoRuns = true
	ln.showInfo(ln.ui.T("first.started"))
}
