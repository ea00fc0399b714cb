// Package tray is the icon in the desktop's tray and its menu. A click on an account
// copies its token.
//
// The agent's events update a picture of the accounts. A pure function makes a menu
// of the picture, and the panel of the platform shows it. The menu is built again
// after a change, and at most once a minute because of the times in it. Lines that
// did not change are not touched.
package tray

import (
	"context"
	"errors"
	"log/slog"
	"reflect"
	"sync"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/text"
)

// The values that Config.State gets.
const (
	Shown   = api.TrayShown
	NoBus   = api.TrayNoBus
	NoHost  = api.TrayNoHost
	Waiting = api.TrayWaiting
)

// gather is how long changes are collected before the menu is built again.
const gather = 200 * time.Millisecond

// confirmTime is how long the icon shows that a token was copied.
const confirmTime = 2 * time.Second

// Agent is what the tray asks of the agent.
type Agent interface {
	Copy(ctx context.Context, ref api.Ref, req api.CopyRequest) (api.Clipboard, error)
	ClearClipboard(ctx context.Context) error
	Use(ctx context.Context, env core.Env) error
	PauseAll(ctx context.Context, paused bool) error
	Open(ctx context.Context, what api.Showing) (int, error)
	Events(ctx context.Context, window bool) (<-chan api.Event, error)
	Stop(ctx context.Context) error
}

// Config configures a tray.
type Config struct {
	Agent Agent
	// State is called at each change with one of the constants above. It may be nil.
	State func(string)
	// Sessions brings the desktops of clients. An icon without a session bus, or
	// whose bus ended, moves there. It may be nil.
	Sessions <-chan api.Session
	// Words returns the sentences of a language for the kinds that the agent has now.
	// Nil: those of the builtin kinds.
	Words func(text.Lang) *text.Text
	Now   func() time.Time // nil means time.Now
	Log   *slog.Logger     // nil discards
}

// Run shows the tray until ctx ends, the agent ends, or Quit is chosen, which stops
// the agent. Without a bus or a tray it waits for one. It can run once per process,
// on macOS on the main goroutine. It returns the error of the agent's event stream.
func Run(ctx context.Context, cfg Config) error {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.State == nil {
		cfg.State = func(string) {}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p := newPanel(cfg)
	t := newTray(cfg, p)
	return p.run(ctx, func() error { return t.loop(ctx, cancel) })
}

// verb is the kind of an action.
type verb int

const (
	doCopy  verb = iota + 1
	doAgain      // copies what was copied last
	doShow       // opens the window at an account
	doOpen
	doAdd
	doToday
	doSettings
	doSandbox
	doLive
	doPause
	doResume
	doClear
	doQuit
)

// action is what a click does.
type action struct {
	verb   verb
	ref    api.Ref // for doCopy and doShow
	format string  // for doCopy; empty: the format of the account, else of the settings
}

// result is the result of an action.
type result struct {
	action action
	err    error
}

// display shows a menu. The panel is the real one; tests have a fake.
type display interface {
	show(menu)
	clicks() <-chan action
	opened() <-chan struct{} // signals that the menu was opened
}

// tray is the loop between agent and display.
type tray struct {
	Config
	panel        display
	picture      *picture
	text         *text.Text
	textLanguage string // the language setting of text
	shown        *menu
	failure      *result   // of the last click
	confirmed    time.Time // until when the icon shows that a token was copied
	results      chan result
	busy         map[action]bool
	running      sync.WaitGroup
}

func newTray(cfg Config, d display) *tray {
	if cfg.Words == nil {
		cfg.Words = text.New
	}
	t := &tray{Config: cfg, panel: d, results: make(chan result), busy: map[action]bool{}}
	t.picture = newPicture(func(k core.Kind) kinds.Spec { return t.words().Spec(k) })
	return t
}

// speak chooses the language of a setting.
func (t *tray) speak(language string) {
	if t.textLanguage != language {
		t.textLanguage, t.text = language, nil
	}
}

// words are the sentences of the last language, which know the agent's kinds.
func (t *tray) words() *text.Text {
	if t.text == nil {
		t.text = t.Words(text.Choose(t.textLanguage))
	}
	return t.text
}

// loop keeps the display up to date until ctx or the agent ends. Then it cancels
// running actions with quit and waits for them.
func (t *tray) loop(ctx context.Context, quit func()) error {
	defer t.running.Wait()
	defer quit()
	news := api.Follow(ctx, func(context.Context) (Agent, error) { return t.Agent, nil }, api.Following{})
	due := time.NewTimer(0) // when to build the menu next
	due.Stop()
	pending := false // due is set to gather
	buildSoon := func() {
		if !pending {
			pending = true
			due.Reset(gather)
		}
	}
	build := func(passed bool) {
		pending = false
		t.build(passed)
		due.Stop()
		now := t.Now()
		d := t.picture.tick(now)
		if left := t.confirmed.Sub(now); left > 0 && (d == 0 || left < d) {
			d = left
		}
		if d > 0 {
			due.Reset(d)
		}
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case n, ok := <-news:
			switch {
			case !ok:
				return nil
			case n.Lost != nil:
				return n.Lost
			case !t.onEvent(n.Event):
			case t.shown == nil:
				build(false) // the first menu
			default:
				buildSoon()
			}
		case <-due.C:
			build(!pending)
		case <-t.panel.opened():
			if t.shown != nil {
				build(false)
			}
		case d := <-t.panel.clicks():
			if d.verb == doAgain {
				d = t.picture.again()
			}
			if d == (action{}) {
				continue
			}
			t.start(ctx, d)
			buildSoon()
		case r := <-t.results:
			if t.finish(r) {
				return nil
			}
			buildSoon()
		}
	}
}

// onEvent processes an event and reports whether the menu may have changed. The error
// of a click on an account is dropped when the account has a fresh token.
func (t *tray) onEvent(e api.Event) bool {
	if a := e.Account; a != nil && t.failure != nil && t.failure.action.ref == a.Ref() && a.StateAt(t.Now()) == core.StateFresh {
		t.failure = nil
	}
	if e.Type == api.EventKinds {
		t.text = nil // it knows the old kinds
	}
	if e.Snapshot != nil { // its accounts are the first that need words
		t.speak(e.Snapshot.Settings.Language)
	}
	return t.picture.apply(e)
}

// build makes the menu and shows it if it differs from the shown one. If passed is
// set, nothing but time changed since.
func (t *tray) build(passed bool) {
	t.speak(t.picture.Settings.Language)
	now := t.Now()
	m := build(t.picture, t.failureText(), now, t.words())
	m.look.Copied = now.Before(t.confirmed)
	if passed && t.shown != nil {
		m.keepBranches(*t.shown, now)
	}
	if t.shown != nil && reflect.DeepEqual(*t.shown, m) {
		return
	}
	t.shown = &m
	t.panel.show(m)
}

// failureText says in a line what went wrong with the last click; empty if nothing
// did.
func (t *tray) failureText() string {
	if t.failure == nil {
		return ""
	}
	e := core.AsError(t.failure.err)
	account := ""
	if t.failure.action.verb == doCopy {
		account = short(t.failure.action.ref.Name)
	}
	cause := t.text.ShortOf(api.FromError(e))
	if e.Class == core.Internal || t.text.HasOf("cause", e.Kind, e.Remedy) {
		cause = t.text.Cause(&api.Error{Class: e.Class, Message: e.Message, Remedy: e.Remedy, CallerIP: e.CallerIP, Kind: e.Kind, Part: e.Part, Path: e.Path}, account)
	}
	if account == "" {
		return cause
	}
	return t.text.Say("tray.failed", "account", account, "cause", cause)
}

// start runs an action in a goroutine of its own, because a copy may have to fetch
// first. It does not start the same action twice at the same time.
func (t *tray) start(ctx context.Context, d action) {
	if t.busy[d] {
		return
	}
	t.busy[d] = true
	t.failure = nil
	t.running.Go(func() {
		err := t.do(ctx, d)
		select {
		case t.results <- result{d, err}:
		case <-ctx.Done():
		}
	})
}

// finish processes a result and reports whether the tray should end.
func (t *tray) finish(r result) bool {
	delete(t.busy, r.action)
	if r.err == nil {
		if r.action.verb == doCopy && t.picture.Settings.ConfirmCopy == core.ConfirmIcon {
			t.confirmed = t.Now().Add(confirmTime)
		}
		return r.action.verb == doQuit
	}
	if !errors.Is(r.err, context.Canceled) {
		t.Log.Warn("a click in the tray failed", "account", r.action.ref.String(), "err", r.err)
		t.failure = &r
	}
	return false
}

func (t *tray) do(ctx context.Context, d action) error {
	switch d.verb {
	case doCopy:
		_, err := t.Agent.Copy(ctx, d.ref, api.CopyRequest{Format: d.format, Notify: true})
		return err
	case doOpen:
		return t.open(ctx, api.Showing{})
	case doShow:
		return t.open(ctx, api.Showing{Account: &d.ref})
	case doAdd:
		return t.open(ctx, api.Showing{Page: api.PageAdd})
	case doToday:
		return t.open(ctx, api.Showing{Page: api.PageToday})
	case doSettings:
		return t.open(ctx, api.Showing{Page: api.PageSettings})
	case doSandbox:
		return t.Agent.Use(ctx, core.Sandbox)
	case doLive:
		return t.Agent.Use(ctx, core.Live)
	case doPause, doResume:
		return t.Agent.PauseAll(ctx, d.verb == doPause)
	case doClear:
		return t.Agent.ClearClipboard(ctx)
	case doQuit:
		return t.Agent.Stop(ctx)
	}
	return nil
}

// open opens the window, or brings it to the front, and shows something there.
func (t *tray) open(ctx context.Context, what api.Showing) error {
	what.Start = true
	_, err := t.Agent.Open(ctx, what)
	return err
}
