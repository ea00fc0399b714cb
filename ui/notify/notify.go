// Package notify shows desktop notifications about what people would otherwise learn
// too late: a renewal keeps failing, an account needs a person, or a token is about
// to expire and is not renewed.
//
// The judge, which is pure, processes the agent's events and decides what to show and
// when. words.go makes sentences of that. A thin layer per platform shows them. There
// is at most one notification of each kind: if a second account has the same problem,
// a notification that names both replaces the first. A notification that is no longer
// true is withdrawn.
//
// A notification contains account names, IP addresses and our own sentences. It never
// contains a token, a mask or a text of an upstream.
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
	gather  = time.Second      // changes are collected for this long before they are judged
	longest = 10 * time.Minute // sleep: timers stand still while the machine sleeps
)

// Agent is what notifications ask of the agent.
type Agent interface {
	Events(ctx context.Context, window bool) (<-chan api.Event, error)
	Open(ctx context.Context, what api.Showing) (int, error)
	// CopyIP copies the address that the upstream refused for the account.
	CopyIP(ctx context.Context, ref api.Ref) error
	Copy(ctx context.Context, ref api.Ref, req api.CopyRequest) (api.Clipboard, error)
}

// Config configures notifications.
type Config struct {
	Agent Agent
	// Words returns the sentences of a language for the kinds that the agent has now.
	// Nil: those of the builtin kinds.
	Words func(text.Lang) *text.Text
	// Bus is the address of the session bus, empty if there is none yet. Sessions
	// brings new ones. It may be nil.
	Bus      string
	Sessions <-chan api.Session
	// Home is the folder of a home that is not the user's own. Windows keeps homes
	// apart by it. Revive is what Windows starts when somebody clicks on a notification
	// of an agent that crashed.
	Home   string
	Revive []string
	// Load and Save keep over restarts what was shown and when: account IDs and
	// times. Nil: nothing is kept.
	Load func() ([]byte, error)
	Save func([]byte) error
	Now  func() time.Time // nil means time.Now
	Log  *slog.Logger     // nil discards
}

// desktop is where notifications are shown.
type desktop interface {
	// show shows a message and replaces the last one of its kind.
	show(ctx context.Context, m message) error
	withdraw(ctx context.Context, k kind)
	// signals returns the channel of the desktop's signals, nil if not connected.
	// read interprets a signal; ok is false if the channel was closed.
	signals() <-chan signal
	read(s signal, ok bool) desktopEvent
	// session switches to another desktop. It reports whether shown notifications are
	// gone.
	session(s api.Session) bool
	close()
}

// desktopEvent is something that happened on the desktop.
type desktopEvent struct {
	kind   kind
	button string // that was pressed on the message of that kind
	lost   bool   // the desktop is gone, with everything it showed
	back   bool   // a server started
}

// Run shows notifications until ctx or the agent ends, and then withdraws them.
// Without a session bus it waits for one. On a platform without a safe way to show
// them it returns at once. It returns the error of the agent's event stream.
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
	n := &notifier{Config: cfg, judge: newJudge(before(cfg)), desktop: newDesktop(cfg), last: map[kind]*notification{}}
	defer n.end()
	defer cancel()
	return n.loop(ctx)
}

// before returns what earlier agents showed.
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
	shown bool // on the desktop; false while there is none
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

// copies shows that a token arrived too late to be copied, until it is copied.
func (n *notifier) copies(ctx context.Context, e api.Event) {
	c := e.Clipboard
	if c == nil {
		return
	}
	n.clearings(ctx, e)
	n.copied(ctx, e)
	ref := api.Ref{Name: c.Account, Env: c.Env}
	switch p := n.last[late]; {
	case e.Type == api.EventCopyLate:
		n.last[late] = &notification{message: composeLate(ref, c.Format, n.words())}
		n.show(ctx, n.last[late])
	case e.Type == api.EventClipboard && p != nil && p.ref == ref:
		delete(n.last, late)
		n.desktop.withdraw(ctx, late)
	}
}

// copied confirms a copy until something else is on the clipboard, or nothing of ours.
func (n *notifier) copied(ctx context.Context, e api.Event) {
	c := e.Clipboard
	switch p := n.last[done]; {
	case e.Type == api.EventCopied:
		n.last[done] = &notification{message: composeCopied(*c, n.Now(), n.words())}
		n.show(ctx, n.last[done])
		if n.last[done].shown {
			return
		}
		// It is not kept for a server that comes later: it would be old news then.
		delete(n.last, done)
		n.desktop.withdraw(ctx, done)
	case e.Type == api.EventClipboard && p != nil && p.ref != (api.Ref{Name: c.Account, Env: c.Env}):
		delete(n.last, done)
		n.desktop.withdraw(ctx, done)
	}
}

// clearings shows that a text is still on the clipboard although it should be
// cleared, or that it came back, until something else is copied.
func (n *notifier) clearings(ctx context.Context, e api.Event) {
	c := e.Clipboard
	switch {
	case e.Type != api.EventClipboard:
	case c.Returned, c.Stays, c.Silent:
		n.last[kept] = &notification{message: composeKept(*c, n.words())}
		n.show(ctx, n.last[kept])
	case c.HasOurs() && n.last[kept] != nil:
		delete(n.last, kept)
		n.desktop.withdraw(ctx, kept)
	}
}

// words returns the sentences. They are rarely needed, so they are not kept in
// memory.
func (n *notifier) words() *text.Text { return n.Words(text.Choose(n.judge.Settings.Language)) }

// carryOut shows or withdraws what was decided.
func (n *notifier) carryOut(ctx context.Context, o decision) {
	if len(o.accounts) == 0 {
		delete(n.last, o.kind)
		n.desktop.withdraw(ctx, o.kind)
		return
	}
	n.last[o.kind] = &notification{message: compose(o, n.Now(), n.words())}
	n.show(ctx, n.last[o.kind])
}

// keep saves what was shown, for the next agent.
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

// markAllHidden records that nothing is on the desktop any more.
func (n *notifier) markAllHidden() {
	for _, p := range n.last {
		p.shown = false
	}
	delete(n.last, done) // it is brief
}

// showHidden shows what could not be shown before.
func (n *notifier) showHidden(ctx context.Context) {
	for k := range places {
		if p := n.last[k]; p != nil && !p.shown {
			n.show(ctx, p)
		}
	}
}

func (n *notifier) show(ctx context.Context, p *notification) {
	err := n.desktop.show(ctx, p.message)
	p.shown = err == nil
	switch {
	case errors.Is(err, errNoBus):
		n.Log.Debug("a notification waits for a session bus", "kind", p.kind.String(), "err", err)
	case err != nil:
		n.Log.Warn("a notification could not be shown", "kind", p.kind.String(), "err", err)
	}
}

// onDesktopEvent handles an event on the desktop.
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

// press does what a button says, in a goroutine of its own.
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
