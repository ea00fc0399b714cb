package agent

import (
	"context"
	"sync"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// Clipboard is the desktop's clipboard. Package clipboard has it.
type Clipboard interface {
	// CopyPlain copies what is no secret and stays.
	CopyPlain(ctx context.Context, text string) error
	// Replace puts a secret text in the place of what was copied last, if that is
	// still there; it is taken away after clearAfter, unless that is 0.
	Replace(ctx context.Context, text string, clearAfter time.Duration) (bool, error)
	// Watch begins to look for what other programs copy; end is called once.
	Watch(ctx context.Context) (changed func() bool, end func())
	// CopyUnless copies a secret text, or nothing when changed reports that they did.
	CopyUnless(ctx context.Context, text string, clearAfter time.Duration, changed func() bool) (bool, error)
	// Wake is told that the machine slept.
	Wake()
	Clear(ctx context.Context) error
	Held() bool
	Name() string
	Close() error
}

// copier copies one text at a time, the newest last, and knows what of ours is on
// the clipboard.
type copier struct {
	desktop Clipboard // nil: there is none
	now     func() time.Time
	changed func(api.Clipboard) // is told what is on the clipboard now; called under mu

	turn    sync.Mutex // held through each copy
	pending pendingCopies

	mu   sync.Mutex // guards held
	held copied
}

// copied is what of ours is on the clipboard. The zero value: nothing.
type copied struct {
	api.Clipboard
	id       core.ID
	path     string // of the call that the format makes
	token    string
	previous bool // it is a replaced token, in whose place none comes
}

// begin notes that somebody wants something copied, or the clipboard cleared when
// subject is empty. Two of one subject put the same there. Other programs are
// watched only where the copy has to wait. The caller ends what it began.
func (c *copier) begin(ctx context.Context, subject string, waits bool) *pendingCopy {
	p := &pendingCopy{subject: subject, changed: func() bool { return false }}
	unwatch := func() {}
	c.pending.begin(p)
	if waits {
		p.changed, unwatch = c.desktop.Watch(ctx)
	}
	p.end = func() {
		c.pending.end(p)
		unwatch()
	}
	return p
}

// copySecret puts a secret text on the clipboard, unless something newer is there
// or under way.
func (c *copier) copySecret(ctx context.Context, p *pendingCopy, text string, clearAfter time.Duration, what copied) (copied, error) {
	c.turn.Lock()
	defer c.turn.Unlock()
	if c.pending.overtaken(p) {
		return copied{}, tooLate(what)
	}
	switch done, err := c.desktop.CopyUnless(ctx, text, clearAfter, p.changed); {
	case err != nil:
		return copied{}, core.AsError(err)
	case !done:
		return copied{}, tooLate(what)
	}
	p.done = true
	if clearAfter > 0 {
		what.ClearsAt = c.now().Add(clearAfter)
	}
	c.note(what)
	return what, nil
}

// copyPlain puts a text that is no secret on the clipboard, where it stays.
func (c *copier) copyPlain(ctx context.Context, p *pendingCopy, text string) error {
	c.turn.Lock()
	defer c.turn.Unlock()
	if err := c.desktop.CopyPlain(ctx, text); err != nil {
		return core.AsError(err)
	}
	p.done = true
	c.note(copied{})
	return nil
}

// clear takes what is ours from the clipboard, and lets nothing follow that was
// asked for before.
func (c *copier) clear(ctx context.Context) error {
	if c.desktop == nil {
		return nil
	}
	p := c.begin(ctx, "", false)
	defer p.end()
	p.done = true
	if err := c.desktop.Clear(ctx); err != nil {
		return core.AsError(err)
	}
	return nil
}

// replace lets replacement say what comes in the place of what is there, and for
// how long; ok is false for nothing. It does nothing when another program has
// copied since.
func (c *copier) replace(ctx context.Context, replacement func(copied) (what copied, text string, clearAfter time.Duration, ok bool, err error)) error {
	c.turn.Lock()
	defer c.turn.Unlock()
	what, text, clearAfter, ok, err := replacement(c.current())
	if err != nil || !ok {
		return err
	}
	done, err := c.desktop.Replace(ctx, text, clearAfter)
	if err != nil || !done {
		return err
	}
	c.note(what)
	return nil
}

// note notes what is on the clipboard now. The turn is the caller's.
func (c *copier) note(what copied) {
	c.set(what)
	if !c.desktop.Held() { // it is gone already, and that was told too early
		c.set(copied{})
	}
}

func (c *copier) set(what copied) {
	c.mu.Lock()
	defer c.mu.Unlock()
	was := c.held
	c.held = what
	if was.Clipboard != what.Clipboard {
		c.changed(what.Clipboard)
	}
}

func (c *copier) current() copied {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.held
}

// pendingCopy is a copy that somebody waits for. It may have to wait for its
// token, up to half a minute. Who wanted it goes on meanwhile, and what was copied
// since is newer and stays: another token, or a text in another program.
type pendingCopy struct {
	number  uint64      // a later one has a higher one
	subject string      // of what is to be copied; empty: the clipboard is to be cleared
	changed func() bool // another program copied since
	done    bool        // it was copied
	end     func()
}

// pendingCopies are those under way, and the newest that was done.
type pendingCopies struct {
	mu      sync.Mutex
	last    uint64
	waiting map[uint64]string // their subjects
	newest  pendingCopy
}

func (a *pendingCopies) begin(p *pendingCopy) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.last++
	p.number = a.last
	if a.waiting == nil {
		a.waiting = map[uint64]string{}
	}
	a.waiting[p.number] = p.subject
}

func (a *pendingCopies) end(p *pendingCopy) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.waiting, p.number)
	if p.done && p.number > a.newest.number {
		a.newest = *p
	}
}

// overtaken reports whether something else was asked for since, and is on the
// clipboard or may yet come there. A later copy that failed overtakes nothing.
func (a *pendingCopies) overtaken(p *pendingCopy) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.newest.number > p.number && a.newest.subject != p.subject {
		return true
	}
	for number, subject := range a.waiting {
		if number > p.number && subject != p.subject {
			return true
		}
	}
	return false
}

// tooLate is the error of a copy that was overtaken while it waited.
func tooLate(c copied) *core.Error {
	return &core.Error{
		Class: core.Misuse, Remedy: core.RemedyCopyLate,
		Message: "the token of " + (api.Ref{Name: c.Account, Env: c.Env}).String() +
			" is ready, but something else was copied meanwhile and stays on the clipboard; copy it again",
	}
}

func noClipboard() *core.Error {
	return &core.Error{
		Class: core.Misuse, Remedy: core.RemedyClipboard,
		Message: "no clipboard: no desktop to copy to; copy from a program on the desktop, or print the token",
	}
}
