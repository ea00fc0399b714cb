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
	// CopyPlain copies a text that is not secret. It stays.
	CopyPlain(ctx context.Context, text string) error
	// Replace replaces what was copied last by a secret text, if it is still there.
	// The text is cleared after clearAfter, unless that is 0.
	Replace(ctx context.Context, text string, clearAfter time.Duration) (bool, error)
	// Watch begins to watch for copies of other programs; end is called once.
	Watch(ctx context.Context) (changed func() bool, end func())
	// CopyUnless copies a secret text, unless changed reports that another program
	// has copied.
	CopyUnless(ctx context.Context, text string, clearAfter time.Duration, changed func() bool) (bool, error)
	// SetHabits sets how secret texts are copied from now on, see the settings
	// clipboard-primary and clipboard-once.
	SetHabits(primary, once bool)
	// Wake is called after the machine slept.
	Wake()
	Clear(ctx context.Context) error
	HasOurs() bool
	Name() string
	Close() error
}

// copier copies one text at a time and knows which text of ours is on the clipboard.
// The text that was asked for last stays there.
type copier struct {
	desktop Clipboard // nil: there is none
	now     func() time.Time
	changed func(api.Clipboard) // called with the clipboard's content now, under mu

	turn    sync.Mutex // held through each copy
	pending pendingCopies

	mu      sync.Mutex // guards content
	content copied
}

// copied describes our text on the clipboard. The zero value is nothing.
type copied struct {
	api.Clipboard
	id       core.ID
	path     string // the path of the call that the format makes
	token    string
	previous bool // a replaced token, which is not followed
}

// begin notes that a person wants a text copied or, with an empty subject, the
// clipboard cleared. Two copies with one subject copy the same text. Other programs
// are watched only if the copy has to wait. The caller calls end of the result.
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

// copySecret copies a secret text, unless something newer was copied or will be.
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

// copyPlain copies a text that is no secret. It is never cleared.
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

// clear clears the clipboard if our text is on it. Copies that wait are dropped.
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

// replace replaces our text on the clipboard by the result of replacement, unless
// another program has copied since. replacement says how long the new text stays; ok
// is false when there is nothing to replace.
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

// note notes what is on the clipboard now. The caller has turn.
func (c *copier) note(what copied) {
	c.set(what)
	if !c.desktop.HasOurs() { // it was replaced, and that was reported, before this call
		c.set(copied{})
	}
}

func (c *copier) set(what copied) {
	c.mu.Lock()
	defer c.mu.Unlock()
	was := c.content
	c.content = what
	if was.Clipboard != what.Clipboard {
		c.changed(what.Clipboard)
	}
}

func (c *copier) current() copied {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.content
}

// pendingCopy is a copy under way. It may have to wait for its token, up to half a
// minute. If something else is copied meanwhile, another token or a text in
// another program, that is newer and stays.
type pendingCopy struct {
	number  uint64      // a later one has a higher one
	subject string      // empty: the clipboard is cleared
	changed func() bool // reports whether another program has copied since
	done    bool        // it was copied
	end     func()
}

// pendingCopies are the copies under way, and the newest that was done.
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

// overtaken reports whether something else was asked for later, and was copied or
// still may be. A later copy that failed does not count.
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

// tooLate is the error of a copy that was overtaken.
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
