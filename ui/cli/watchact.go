package cli

import (
	"context"
	"strings"
	"sync"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// acts are what keys of the live table do with the agent. They run beside the table,
// one at a time, and say what became of them.
type acts struct {
	ctx    context.Context
	cancel context.CancelFunc
	said   chan string
	turn   sync.Mutex
	wg     sync.WaitGroup
}

func newActs(ctx context.Context) *acts {
	ctx, cancel := context.WithCancel(ctx)
	return &acts{ctx: ctx, cancel: cancel, said: make(chan string)}
}

// do does something unless something is being done.
func (c *acts) do(f func(context.Context) string) {
	if !c.turn.TryLock() {
		return
	}
	c.wg.Go(func() {
		words := f(c.ctx)
		c.turn.Unlock()
		select {
		case c.said <- words:
		case <-c.ctx.Done():
		}
	})
}

// wait ends what is being done.
func (c *acts) wait() {
	c.cancel()
	c.wg.Wait()
}

// actTime bounds what a key does; a token may have to be fetched.
const actTime = 45 * time.Second

// act does what a key of the live table means: Enter copies the token of the account
// that is marked, s makes the other environment the active one.
func (a *app) act(c *acts, l api.List, v *view, key Key) {
	agent := a.agent
	if key != KeyEnter {
		to := core.Live
		if l.Active == core.Live {
			to = core.Sandbox
		}
		c.do(func(ctx context.Context) string {
			ctx, done := context.WithTimeout(ctx, actTime)
			defer done()
			if err := agent.Use(ctx, to); err != nil {
				return a.oneLine(err, "")
			}
			return a.say("watch.env", "env", a.envName(to))
		})
		return
	}
	acc, ok := v.marked(v.filter.of(a, l.Accounts))
	if !ok {
		return
	}
	if asksLive(l, acc, pick{}) && v.sure != acc.ID {
		v.sure = acc.ID
		v.setMessage(a.say("pick.sure", "account", acc.Ref()), a.Now())
		return
	}
	v.sure = ""
	v.setMessage(a.say("watch.copying", "account", acc.Ref()), a.Now())
	c.do(func(ctx context.Context) string {
		ctx, done := context.WithTimeout(ctx, actTime)
		defer done()
		_, err := agent.Token(ctx, acc.Ref(), 30*time.Second)
		var clip api.Clipboard
		if err == nil {
			clip, err = agent.Copy(ctx, acc.Ref(), api.CopyRequest{})
		}
		if err != nil {
			return a.oneLine(err, acc.Ref().String())
		}
		return a.copiedWords(clip)
	})
}

// oneLine is cause and remedy of an error in one line.
func (a *app) oneLine(err error, account string) string {
	e := api.FromError(core.AsError(err))
	return strings.TrimSpace(a.text().Cause(e, account) + " " + a.text().Remedy(e, account))
}
