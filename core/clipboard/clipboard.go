// Package clipboard puts a text on the desktop's clipboard, keeps it out of
// clipboard histories where the desktop knows a way, and takes it away again.
//
// The text is taken away after a set time and at the end, but only while it is
// still ours. On Linux that is decided by ownership: on X11 the Manager is the
// selection's owner itself, on Wayland a wl-copy child is, for as long as it
// lives. Windows and macOS number the changes of the clipboard; the content is
// ours while the number is the one of our own change. Nobody tells us there
// that it was replaced, so Gone comes when we look, which is at clearing.
//
// Nothing is kept while nothing of ours is on the clipboard: no connection, no
// process, no timer.
//
// Only CLIPBOARD is set, never PRIMARY. PRIMARY is what the user has marked
// with the mouse; to overwrite it loses that, and puts a token one stray middle
// click away from a chat.
package clipboard

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"tokentray/core"
)

// Reason says why a text of ours is no longer on the clipboard.
type Reason string

// The reasons.
const (
	Cleared  Reason = "cleared"  // its time was over, or Clear or Close took it away
	Replaced Reason = "replaced" // somebody else copied, or the desktop went away
)

// Session is the desktop to copy to. Windows and macOS have no need of it.
type Session struct {
	Display        string // X11, as in DISPLAY
	WaylandDisplay string
	XAuthority     string
}

// EnvSession is the session of this process's environment.
func EnvSession() Session {
	return Session{os.Getenv("DISPLAY"), os.Getenv("WAYLAND_DISPLAY"), os.Getenv("XAUTHORITY")}
}

// Options make a Manager. Each may be left out.
type Options struct {
	Log     *slog.Logger
	Session Session
	// Gone is called once for each copied text that is no longer on the
	// clipboard, unless a later Copy of ours took its place. It runs in a
	// goroutine of its own, and Close and the next Copy wait for it: a lock that
	// it takes must not be held while these are called.
	Gone func(Reason)
}

// Manager owns what we put on the clipboard. It is safe for concurrent use.
type Manager struct {
	log    *slog.Logger
	gone   func(Reason)
	after  func(time.Duration) (<-chan time.Time, func() bool)
	now    func() time.Time
	settle time.Duration // see settleTime
	wg     sync.WaitGroup

	turn  sync.Mutex  // held through each Copy, Clear and Close
	asked wlKnowledge // of wl-copy; the turn guards it

	mu      sync.Mutex
	session Session
	cur     *held
	telling <-chan struct{} // closed when the last call of gone has returned
	closed  bool
}

// wlKnowledge is what Wayland's wl-copy was found to understand. It belongs to whoever
// has the turn to copy.
type wlKnowledge struct {
	tool  string
	stamp time.Time // of its file, which an update changes
	yes   bool
}

// owner is a text on one kind of clipboard.
type owner interface {
	// lost is closed when the text is no longer ours.
	lost() <-chan struct{}
	// ours looks whether the text is still ours. It is for before a change, and
	// may know of a loss earlier than lost.
	ours() bool
	// release takes the text away if it is still ours, frees everything, and
	// reports whether it was ours.
	release() bool
}

// acquire puts text on the clipboard, secret where histories are to leave it out.
type acquire func(ctx context.Context, text string, secret bool) (owner, error)

// settleTime is how long a new wl-copy must live to count as the owner: it fails
// at once without a compositor, and says nothing when it succeeds.
const settleTime = 150 * time.Millisecond

// look is how often the wall clock is looked at while a text waits for clearing.
const look = time.Minute

// held is a text that was put on the clipboard.
type held struct {
	owner owner
	stop  chan struct{} // closed to take it away now
	woke  chan struct{} // the machine slept
	once  sync.Once
	freed chan struct{} // closed when nothing of it is left
	lost  bool          // somebody else's text took its place; known once freed
	ended chan struct{} // closed when Gone has returned
}

func (h *held) end() { h.once.Do(func() { close(h.stop) }) }

// New returns a Manager with nothing on the clipboard.
func New(o Options) *Manager {
	m := &Manager{log: o.Log, gone: o.Gone, session: o.Session, after: startTimer, now: time.Now, settle: settleTime}
	if m.log == nil {
		m.log = slog.New(slog.DiscardHandler)
	}
	if m.gone == nil {
		m.gone = func(Reason) {}
	}
	return m
}

func startTimer(d time.Duration) (<-chan time.Time, func() bool) {
	t := time.NewTimer(d)
	return t.C, t.Stop
}

// Name is the kind of clipboard the next Copy goes to: x11, wayland, windows,
// macos, or none.
func (m *Manager) Name() string {
	name, _ := m.backend(m.Session())
	return name
}

// Session is the desktop that the next Copy goes to.
func (m *Manager) Session() Session {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.session
}

// SetSession names the desktop for the copies to come. What is on the clipboard
// of the former stays ours.
func (m *Manager) SetSession(s Session) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.session = s
}

// Held reports whether a text of ours is on the clipboard.
func (m *Manager) Held() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.cur != nil
}

// Copy puts text on the clipboard and takes it away after clearAfter; 0 means
// that only Clear, Close or another owner does. The text of an earlier Copy is
// replaced, and left alone when Copy fails. Errors are a *core.Error of class
// Misuse when there is no clipboard or the text is too big for it, Temporary
// when ctx ended.
func (m *Manager) Copy(ctx context.Context, text string, clearAfter time.Duration) error {
	m.turn.Lock()
	defer m.turn.Unlock()
	return m.copy(ctx, text, clearAfter, true)
}

// CopyPlain is Copy for a text that is no secret, such as an address: histories
// may keep it, and no time takes it away.
func (m *Manager) CopyPlain(ctx context.Context, text string) error {
	m.turn.Lock()
	defer m.turn.Unlock()
	return m.copy(ctx, text, 0, false)
}

// Replace is Copy if what we copied last is still on the clipboard, and else
// does nothing. It reports whether it copied.
func (m *Manager) Replace(ctx context.Context, text string, clearAfter time.Duration) (bool, error) {
	m.turn.Lock()
	defer m.turn.Unlock()
	m.mu.Lock()
	cur := m.cur
	m.mu.Unlock()
	if cur == nil || !cur.owner.ours() {
		return false, nil
	}
	err := m.copy(ctx, text, clearAfter, true)
	return err == nil, err
}

// copy is Copy; the turn is the caller's.
func (m *Manager) copy(ctx context.Context, text string, clearAfter time.Duration, secret bool) error {
	m.mu.Lock()
	session, old, closed, telling := m.session, m.cur, m.closed, m.telling
	m.mu.Unlock()
	if closed {
		return noClipboard("the agent is ending", nil)
	}
	if telling != nil {
		<-telling // so that news of an earlier text never follows this copy
	}
	name, get := m.backend(session)
	if get == nil {
		return noClipboard("no display", nil)
	}
	own, err := get(ctx, text, secret)
	if err != nil {
		m.log.Warn("copy failed", "clipboard", name, "err", err, "cause", errors.Unwrap(err))
		return err
	}
	m.log.Info("copied", "clipboard", name, "clear_after", clearAfter)
	m.hold(own, clearAfter)
	if old != nil {
		old.end()
		<-old.freed
	}
	return nil
}

// hold makes own the text of ours and watches over it.
func (m *Manager) hold(own owner, clearAfter time.Duration) {
	h := &held{
		owner: own, stop: make(chan struct{}), woke: make(chan struct{}, 1),
		freed: make(chan struct{}), ended: make(chan struct{}),
	}
	m.mu.Lock()
	m.cur = h
	m.mu.Unlock()
	m.wg.Go(func() { m.watch(h, clearAfter) })
}

// wait waits for the end of h. Timers stand still while the machine sleeps, and
// not every system tells of a sleep: what time is left is read off the wall
// clock, at each look.
func (m *Manager) wait(h *held, clearAfter time.Duration) {
	until := m.now().Round(0).Add(clearAfter)
	for left := clearAfter; ; {
		ended, passed := m.pause(h, min(left, look))
		if ended || passed && left <= look {
			return
		}
		if clearAfter == 0 {
			continue
		}
		if left = until.Sub(m.now().Round(0)); left <= 0 {
			return
		}
	}
}

// pause waits until d has passed, for ever if d is 0, or h has ended, or the
// machine woke.
func (m *Manager) pause(h *held, d time.Duration) (ended, passed bool) {
	var due <-chan time.Time
	if d > 0 {
		c, stop := m.after(d)
		defer stop()
		due = c
	}
	select {
	case <-h.owner.lost():
		return true, false
	case <-h.stop:
		return true, false
	case <-due:
		return false, true
	case <-h.woke:
		return false, false
	}
}

// Wake is to be called when the machine slept: what should have been taken away
// meanwhile is taken away now.
func (m *Manager) Wake() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.cur == nil {
		return
	}
	select {
	case m.cur.woke <- struct{}{}:
	default: // it was told already
	}
}

// watch waits for the end of h, whatever it is, and tells of it.
func (m *Manager) watch(h *held, clearAfter time.Duration) {
	defer close(h.ended)
	m.wait(h, clearAfter)
	reason := Replaced
	if h.owner.release() {
		reason = Cleared
	}
	h.lost = reason == Replaced
	close(h.freed)

	// A Copy under way may just be the one that replaced it.
	m.turn.Lock()
	m.mu.Lock()
	current := m.cur == h
	if current {
		m.cur, m.telling = nil, h.ended
	}
	m.mu.Unlock()
	m.turn.Unlock()
	if current {
		m.log.Info("gone from the clipboard", "reason", reason)
		m.gone(reason)
	}
}

// Clear takes our text off the clipboard, if it is still ours, and returns when
// that is done. With nothing of ours there it does nothing.
func (m *Manager) Clear(ctx context.Context) error {
	m.turn.Lock()
	defer m.turn.Unlock()
	m.mu.Lock()
	h := m.cur
	m.mu.Unlock()
	if h == nil {
		return nil
	}
	h.end()
	select {
	case <-h.freed:
		return nil
	case <-ctx.Done():
		return core.AsError(fmt.Errorf("clear the clipboard: %w", ctx.Err()))
	}
}

// Close takes our text off the clipboard, if it is still ours, and waits until
// all is over. Later copies fail.
func (m *Manager) Close() error {
	m.turn.Lock()
	m.mu.Lock()
	m.closed = true
	if m.cur != nil {
		m.cur.end()
	}
	m.mu.Unlock()
	m.turn.Unlock()
	m.wg.Wait()
	return nil
}

// noClipboard is the error of a desktop that cannot be copied to.
func noClipboard(why string, cause error) *core.Error {
	return &core.Error{
		Class: core.Misuse, Remedy: core.RemedyClipboard, Err: cause,
		Message: "no clipboard: " + why + "; copy from a program on the desktop, or print the token",
	}
}

// tooBig is the error for a text that the clipboard does not take at once.
func tooBig(limit int) *core.Error {
	return &core.Error{
		Class: core.Misuse, Remedy: core.RemedyClipboard,
		Message: fmt.Sprintf("the text is over the clipboard's %d bytes; print it to a file", limit),
	}
}
