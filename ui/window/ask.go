package window

import (
	"context"
	"errors"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// How long the agent may take: upstream answers within 15 s or not at all, and a
// keyring that asks a person may take a minute.
const (
	quickWait    = 10 * time.Second
	upstreamWait = 45 * time.Second
	personWait   = 75 * time.Second
)

// none is the result of calls without one.
type none = struct{}

func nothing(err error) (none, error) { return none{}, err }

// ask asks the agent on a goroutine of its own; then runs on the goroutine of the
// user interface, with the error or nil.
func ask[T any](sh *shell, wait time.Duration, question func(context.Context, Agent) (T, error), then func(T, *core.Error)) {
	agent := sh.agent
	if agent == nil {
		var none T
		then(none, &core.Error{Class: core.Internal, Remedy: remedyAway, Message: "there is no agent right now; try again once it is back"})
		return
	}
	sh.work.Go(func() {
		ctx, cancel := context.WithTimeout(sh.ctx, wait)
		defer cancel()
		answer, err := question(ctx, agent)
		told := core.AsError(err)
		if errors.Is(err, api.ErrNoAgent) {
			told = &core.Error{Class: core.Internal, Remedy: remedyCutOff, Message: core.SaysCutOff + "; see whether it was done", Err: err}
		}
		sh.do(func() { then(answer, told) })
	})
}

// Remedies of the window's own: nothing was asked, and nobody answered.
const (
	remedyAway   = "away"
	remedyCutOff = "cut_off"
)

// do passes a function to the goroutine of the user interface, unless the window is
// closing.
func (sh *shell) do(f func()) {
	if sh.ctx.Err() != nil {
		return
	}
	sh.cfg.Do(func() {
		if sh.ctx.Err() == nil {
			f()
		}
	})
}

// later runs f on the goroutine of the user interface after a while.
func (sh *shell) later(d time.Duration, f func()) {
	sh.work.Go(func() {
		select {
		case <-sh.ctx.Done():
		case <-sh.after(d):
			sh.do(f)
		}
	})
}
