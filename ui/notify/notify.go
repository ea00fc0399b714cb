// Package notify tells people on their desktop what they would otherwise learn
// too late: that a renewal goes on failing, that an account needs a person, that
// a token is about to expire and nobody renews it.
//
// The judge, a pure part, takes the agent's events in and decides what to tell and
// when; words.go turns that into sentences; a thin part per platform shows them.
// There is at most one notification of each kind: when a second account joins, one
// that names both replaces it. A notification that no longer holds is withdrawn.
//
// A notification holds names of accounts, IP addresses and our own sentences. It
// never holds a token, a mask or a word of an upstream's answer.
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
	Open(ctx context.Context, what api.Showing) (int, error)
	// CopyIP copies the address that upstream refused for the account.
	CopyIP(ctx context.Context, ref api.Ref) error
	Copy(ctx context.Context, ref api.Ref, req api.CopyRequest) (api.Clipboard, error)
}

// Config is what notifications are made of.
type Config struct {
	Agent Agent
	// Words makes the sentences of a language, which know the kinds that the agent
	// has now. Nil: those of the builtin kinds.
	Words func(text.Lang) *text.Text
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

// desktop is where notifications are shown.
type desktop interface {
	// show shows a message in the place of the last one of its kind.
	show(ctx context.Context, m message) error
	withdraw(ctx context.Context, k kind)
	// signals is where the desktop's signals come from now, nil when nothing is
	// connected. read says what one means; ok is false when the channel was closed.
	signals() <-chan signal
	read(s signal, ok bool) desktopEvent
	// session changes to another desktop. It reports whether what was shown is gone.
	session(s api.Session) bool
	close()
}

// desktopEvent is something that happened on the desktop.
type desktopEvent struct {
	kind   kind
	button string // of the kind's message, that was pressed
	lost   bool   // the desktop is gone, and what was shown with it
	back   bool   // there is a server again
}

// Run shows notifications until ctx or the agent ends, and then withdraws them.
// Without a session bus it waits for one. On a platform without a safe way to show
// them it returns at once. Its error is that of the agent's event stream.
func Run(ctx context.Context, cfg Config) error {
	if !supported {
		return nil
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Words == nil {
		cfg.Words = text.New
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	ctx, cancel := context.WithCancel(ctx)
	n := &notifier{Config: cfg, judge: newJudge(before(cfg)), desktop: newDesktop(cfg.Bus), last: map[kind]*notification{}}
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

// notification is the current message of a kind.
type notification struct {
	message
	shown bool // on the desktop; there may be none yet
}

// notifier is the loop between agent and desktop.
type notifier struct {
	Config
	judge   *judge
	desktop desktop
	last    map[kind]*notification
	running sync.WaitGroup
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
			if n.judge.onEvent(e.Event, n.Now()) && !gathering {
				gathering = true
				due.Reset(gather)
			}
		case <-due.C:
			gathering = false
			decisions, next := n.judge.decide(n.Now())
			for _, o := range decisions {
				n.carryOut(ctx, o)
			}
			n.keep(decisions)
			if !next.IsZero() {
				due.Reset(min(max(next.Sub(n.Now().Round(0)), 0)+gather, longest))
			}
		case s, ok := <-n.desktop.signals():
			n.onDesktopEvent(ctx, n.desktop.read(s, ok))
		case s := <-n.Sessions:
			if n.desktop.session(s) {
				n.markAllHidden()
			}
			n.showHidden(ctx)
		}
	}
}

// copies tells of a token that came too late to be copied, until it is.
func (n *notifier) copies(ctx context.Context, e api.Event) {
	c := e.Clipboard
	if c == nil {
		return
	}
	n.clearings(ctx, e)
	ref := api.Ref{Name: c.Account, Env: c.Env}
	switch p := n.last[late]; {
	case e.Type == api.EventCopyLate:
		n.last[late] = &notification{message: composeLate(ref, c.Format, n.words())}
		n.post(ctx, n.last[late])
	case e.Type == api.EventClipboard && p != nil && p.ref == ref:
		delete(n.last, late)
		n.desktop.withdraw(ctx, late)
	}
}

// clearings tells of a text that is still on the clipboard although it was to be
// cleared, or came back, until something else is copied.
func (n *notifier) clearings(ctx context.Context, e api.Event) {
	c := e.Clipboard
	switch {
	case e.Type != api.EventClipboard:
	case c.Returned, c.Stays, c.Silent:
		n.last[kept] = &notification{message: composeKept(*c, n.words())}
		n.post(ctx, n.last[kept])
	case c.Held() && n.last[kept] != nil:
		delete(n.last, kept)
		n.desktop.withdraw(ctx, kept)
	}
}

// words are the sentences. They are needed seldom, so they are not kept in memory.
func (n *notifier) words() *text.Text { return n.Words(text.Choose(n.judge.Settings.Language)) }

// carryOut shows or withdraws what was decided.
func (n *notifier) carryOut(ctx context.Context, o decision) {
	if len(o.accounts) == 0 {
		delete(n.last, o.kind)
		n.desktop.withdraw(ctx, o.kind)
		return
	}
	n.last[o.kind] = &notification{message: compose(o, n.Now(), n.words())}
	n.post(ctx, n.last[o.kind])
}

// keep writes down what was told, for the agent after this one.
func (n *notifier) keep(decisions []decision) {
	if n.Save == nil || !slices.ContainsFunc(decisions, func(o decision) bool { return len(o.accounts) > 0 }) {
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

// markAllHidden notes that everything shown is gone from the desktop.
func (n *notifier) markAllHidden() {
	for _, p := range n.last {
		p.shown = false
	}
}

// showHidden shows what could not be shown before.
func (n *notifier) showHidden(ctx context.Context) {
	for k := range places {
		if p := n.last[k]; p != nil && !p.shown {
			n.post(ctx, p)
		}
	}
}

func (n *notifier) post(ctx context.Context, p *notification) {
	err := n.desktop.show(ctx, p.message)
	p.shown = err == nil
	switch {
	case errors.Is(err, errNoBus):
		n.Log.Debug("a notification waits for a session bus", "kind", p.kind.String(), "err", err)
	case err != nil:
		n.Log.Warn("a notification could not be shown", "kind", p.kind.String(), "err", err)
	}
}

// onDesktopEvent reacts to what happened on the desktop.
func (n *notifier) onDesktopEvent(ctx context.Context, e desktopEvent) {
	if e.lost {
		n.markAllHidden()
	}
	if e.back {
		n.showHidden(ctx)
	}
	if p := n.last[e.kind]; e.button != "" && p != nil {
		n.press(ctx, e.button, p.message)
	}
}

// press does what a button says, on a goroutine of its own.
func (n *notifier) press(ctx context.Context, what string, m message) {
	n.running.Go(func() {
		var err error
		switch {
		case m.kind == late:
			_, err = n.Agent.Copy(ctx, m.ref, api.CopyRequest{Format: m.format, Notify: true})
		case what == actOpen, what == actDefault:
			what := m.show
			what.Start = true
			_, err = n.Agent.Open(ctx, what)
		case what == actCopyIP:
			err = n.Agent.CopyIP(ctx, m.ref)
		}
		if err != nil {
			n.Log.Warn("a button of a notification failed", "button", what, "err", err)
		}
	})
}

// end withdraws everything that is shown.
func (n *notifier) end() {
	n.running.Wait()
	n.desktop.close()
}
