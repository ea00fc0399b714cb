// Package notify tells people on their desktop what they would otherwise learn
// too late: that a renewal goes on failing, that an account needs a person, that
// a token is about to expire and nobody renews it.
//
// The picture of the agent, kept up to date by its events, goes through a pure
// part, the judge, which decides what to tell and when; another turns that into
// sentences; a thin one puts them on the desktop. There is one notification of
// each kind at most: a further account replaces it by one that names both. What
// no longer holds is taken away.
//
// A notification holds names of accounts, addresses and sentences of ours. No
// token, no mask and no word of an upstream's answer goes into one.
package notify

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"tokentray/core/api"
	"tokentray/ui/text"
)

const (
	gather  = time.Second      // changes are gathered before they are judged
	longest = 10 * time.Minute // of a sleep: timers stand still while the machine sleeps
)

// Agent is what notifications ask of the agent.
type Agent interface {
	Events(ctx context.Context, window bool) (<-chan api.Event, error)
	Open(ctx context.Context) (int, error)
	// CopyIP copies the address that upstream refused for the account.
	CopyIP(ctx context.Context, ref api.Ref) error
	Copy(ctx context.Context, ref api.Ref, req api.CopyRequest) (api.Clipboard, error)
}

// Config is what notifications are made of.
type Config struct {
	Agent Agent
	// OpenWindow starts the window when the agent said that none is there.
	OpenWindow func() error
	// Bus is the address of the session bus, empty when there is none yet;
	// Sessions brings another. May be nil.
	Bus      string
	Sessions <-chan api.Session
	// Load and Save keep over restarts what was told and when: IDs of accounts and
	// times. Nil: nothing is kept.
	Load func() ([]byte, error)
	Save func([]byte) error
	Now  func() time.Time // nil means time.Now
	Log  *slog.Logger     // nil discards
}

// board is where notifications are shown.
type board interface {
	// show shows a message in the place of the last one of its kind.
	show(ctx context.Context, m message) error
	withdraw(ctx context.Context, k kind)
	// signals is where the desktop's news come from now, nil when nothing is
	// connected. hear understands one; ok is false when they ended.
	signals() <-chan signal
	hear(s signal, ok bool) heard
	// session takes another desktop; it reports whether what was shown is gone.
	session(s api.Session) bool
	close()
}

// heard is news of the desktop's.
type heard struct {
	kind   kind
	button string // of the kind's message, that was pressed
	lost   bool   // what was shown is gone with the desktop
	back   bool   // there is a server again
}

// Run shows notifications until ctx or the agent ends, and takes them away then.
// Without a session bus it waits for one. Where the platform has no safe way to
// show them it returns at once. Its error is one of the agent's event stream.
func Run(ctx context.Context, cfg Config) error {
	if !supported {
		return nil
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	ctx, cancel := context.WithCancel(ctx)
	n := &notifier{Config: cfg, judge: newJudge(before(cfg)), board: newBoard(cfg.Bus), last: map[kind]*posted{}}
	defer n.end()
	defer cancel()
	return n.loop(ctx)
}

// before is what the agent before this one told.
func before(cfg Config) memory {
	if cfg.Load == nil {
		return memory{}
	}
	raw, err := cfg.Load()
	if err != nil {
		cfg.Log.Warn("what was told before is not known", "err", err)
	}
	return readMemory(raw, cfg.Now())
}

// posted is the message of a kind that holds.
type posted struct {
	message
	shown bool // on the desktop; there may be none yet
}

// notifier is the loop between agent and board.
type notifier struct {
	Config
	judge *judge
	board board
	last  map[kind]*posted
	deeds sync.WaitGroup
}

func (n *notifier) loop(ctx context.Context) error {
	news := api.Follow(ctx, func(context.Context) (Agent, error) { return n.Agent, nil }, api.Following{})
	due := time.NewTimer(0)
	due.Stop()
	gathering := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case e, ok := <-news:
			switch {
			case !ok:
				return nil
			case e.Lost != nil:
				return e.Lost
			}
			n.copies(ctx, e.Event)
			if n.judge.take(e.Event, n.Now()) && !gathering {
				gathering = true
				due.Reset(gather)
			}
		case <-due.C:
			gathering = false
			orders, next := n.judge.look(n.Now())
			for _, o := range orders {
				n.carry(ctx, o)
			}
			n.keep(orders)
			if !next.IsZero() {
				due.Reset(min(max(next.Sub(n.Now().Round(0)), 0)+gather, longest))
			}
		case s, ok := <-n.board.signals():
			n.heard(ctx, n.board.hear(s, ok))
		case s := <-n.Sessions:
			if n.board.session(s) {
				n.lost()
			}
			n.again(ctx)
		}
	}
}

// copies tells of a token that came too late to be copied, until it is.
func (n *notifier) copies(ctx context.Context, e api.Event) {
	c := e.Clipboard
	if c == nil {
		return
	}
	ref := api.Ref{Name: c.Account, Env: c.Env}
	switch p := n.last[late]; {
	case e.Type == api.EventCopyLate:
		n.last[late] = &posted{message: composeLate(ref, c.Format, text.New(text.Choose(n.judge.Settings.Language)))}
		n.post(ctx, n.last[late])
	case e.Type == api.EventClipboard && p != nil && p.ref == ref:
		delete(n.last, late)
		n.board.withdraw(ctx, late)
	}
}

// carry carries an order out.
func (n *notifier) carry(ctx context.Context, o order) {
	if len(o.accounts) == 0 {
		delete(n.last, o.kind)
		n.board.withdraw(ctx, o.kind)
		return
	}
	// The sentences are needed so seldom that they take no room in between.
	words := text.New(text.Choose(n.judge.Settings.Language))
	n.last[o.kind] = &posted{message: compose(o, n.Now(), words)}
	n.post(ctx, n.last[o.kind])
}

// keep writes down what was told, for the agent after this one.
func (n *notifier) keep(orders []order) {
	if n.Save == nil || !slices.ContainsFunc(orders, func(o order) bool { return len(o.accounts) > 0 }) {
		return
	}
	raw, err := json.Marshal(n.judge.memory)
	if err == nil {
		err = n.Save(raw)
	}
	if err != nil {
		n.Log.Warn("what was told is not kept for the next start", "err", err)
	}
}

// lost notes that the desktop went with what was shown on it.
func (n *notifier) lost() {
	for _, p := range n.last {
		p.shown = false
	}
}

// again shows what could not be shown before.
func (n *notifier) again(ctx context.Context) {
	for k := range places {
		if p := n.last[k]; p != nil && !p.shown {
			n.post(ctx, p)
		}
	}
}

func (n *notifier) post(ctx context.Context, p *posted) {
	err := n.board.show(ctx, p.message)
	p.shown = err == nil
	switch {
	case errors.Is(err, errNoBus):
		n.Log.Debug("a notification waits for a session bus", "kind", p.kind.String(), "err", err)
	case err != nil:
		n.Log.Warn("a notification could not be shown", "kind", p.kind.String(), "err", err)
	}
}

// heard takes the desktop's news in.
func (n *notifier) heard(ctx context.Context, h heard) {
	if h.lost {
		n.lost()
	}
	if h.back {
		n.again(ctx)
	}
	if p := n.last[h.kind]; h.button != "" && p != nil {
		n.press(ctx, h.button, p.message)
	}
}

// press does what a button says, beside the loop.
func (n *notifier) press(ctx context.Context, what string, m message) {
	n.deeds.Go(func() {
		var err error
		switch {
		case m.kind == late:
			_, err = n.Agent.Copy(ctx, m.ref, api.CopyRequest{Format: m.format, Notify: true})
		case what == actOpen, what == actDefault:
			var windows int
			if windows, err = n.Agent.Open(ctx); err == nil && windows == 0 && n.OpenWindow != nil {
				err = n.OpenWindow()
			}
		case what == actCopyIP:
			err = n.Agent.CopyIP(ctx, m.ref)
		}
		if err != nil {
			n.Log.Warn("a button of a notification failed", "button", what, "err", err)
		}
	})
}

// end takes everything away that is shown.
func (n *notifier) end() {
	n.deeds.Wait()
	n.board.close()
}
