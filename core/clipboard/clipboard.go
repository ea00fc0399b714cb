// Package clipboard puts a text on the desktop's clipboard, keeps it out of
// clipboard histories if the desktop has a way, and clears it again.
//
// A secret text is cleared after a set time and at the end, but only while it is
// still on the clipboard. While we own the clipboard this needs no read: on X11 the
// Manager is the selection's owner itself, on Wayland a wl-copy child is as long as
// it lives, and Windows and macOS number the changes of the clipboard. Once another
// program owns it, the content decides, because a clipboard manager may have taken
// our text over. The clipboard is read once when the owner changes, if the desktop
// reports that, and once when the time is over, each time within readTime. If its
// content is our text, of which only a salted hash is kept, it is emptied; any other
// content is left alone.
//
// Two seconds after emptying the Manager reads the clipboard once more, because
// clipboard managers put back what they remember. Then it empties it again and
// reports that. If a clipboard manager runs on X11, the Manager keeps owning the
// empty clipboard until another program copies, so that nobody puts anything back.
//
// Otherwise nothing is kept while no text of ours is on the clipboard: no
// connection, no process, no timer.
//
// PRIMARY is the text that the user has selected with the mouse. Overwriting it
// loses that, and puts a token one stray middle click away from a chat. It is set,
// read and cleared only if SetHabits says so.
package clipboard

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"tokentray/core"
)

// Reason says why our text is no longer on the clipboard.
type Reason string

// The reasons.
const (
	Cleared  Reason = "cleared"  // its time was over, or Clear or Close cleared it
	Replaced Reason = "replaced" // another program copied, or the desktop went away
	Pasted   Reason = "pasted"   // it was pasted once, see SetHabits
	// Silent: another program has the clipboard and does not say what it holds, so
	// our text may still be there. Nothing was emptied.
	Silent Reason = "silent"
	// Returned comes after Cleared: a program put our text back, and it was cleared
	// again.
	Returned Reason = "returned"
	// Stays comes after Returned: the program put it back once more.
	Stays Reason = "stays"
)

// Gone says that our text is no longer on the clipboard, or came back.
type Gone struct {
	Reason  Reason
	Program string // the running clipboard manager, by its own name; empty: none known
}

// habits are what SetHabits sets.
type habits struct{ primary, once bool }

// Session is the desktop to copy to. Windows and macOS do not need it.
type Session struct {
	Display        string // X11, as in DISPLAY
	WaylandDisplay string
	XAuthority     string
}

// EnvSession is the session of this process's environment.
func EnvSession() Session {
	return Session{os.Getenv("DISPLAY"), os.Getenv("WAYLAND_DISPLAY"), os.Getenv("XAUTHORITY")}
}

// Options make a Manager. All are optional.
type Options struct {
	Log     *slog.Logger
	Session Session
	// Gone is called once for each copied text that is no longer on the clipboard,
	// unless a later Copy of ours replaced it, and again if it comes back. It runs
	// in a goroutine of its own, and Close and the next Copy wait for it: do not
	// call these while holding a lock that it takes.
	Gone func(Gone)
}

// Manager owns what we put on the clipboard. It is safe for concurrent use.
type Manager struct {
	log     *slog.Logger
	gone    func(Gone)
	after   func(time.Duration) (<-chan time.Time, func() bool)
	again   func() (<-chan time.Time, func() bool) // runs for againTime
	now     func() time.Time
	settle  time.Duration // see settleTime
	board   func(Session, habits) (string, board)
	program func(Session) string // the clipboard manager that runs, see Find
	wg      sync.WaitGroup
	quit    chan struct{} // closed by Close

	turn  turn        // held through each Copy, Clear and Close
	asked wlKnowledge // of wl-copy; the turn guards it

	mu      sync.Mutex
	session Session
	how     habits
	cur     *copied
	last    *copied         // the last copy
	guard   owner           // keeps an empty clipboard empty
	telling <-chan struct{} // closed when the last call of gone has returned
	closed  bool
}

// turn is a lock that can be waited for in a select.
type turn chan struct{}

func (t turn) Lock()   { t <- struct{}{} }
func (t turn) Unlock() { <-t }

// wlKnowledge is what Wayland's wl-copy supports. It belongs to the holder of the
// turn.
type wlKnowledge struct {
	tool  string
	stamp time.Time // of its file; an update changes it
	yes   bool
	next  func() // call it before starting another wl-copy; nil for the first
}

// owner is a text on one kind of clipboard.
type owner interface {
	// lost is closed when the text is no longer ours.
	lost() <-chan struct{}
	// pasted is closed when the text was pasted and must be cleared for that; nil:
	// unknown.
	pasted() <-chan struct{}
	// ours checks whether the text is still ours. It is for use before a change, and
	// may notice a loss earlier than lost.
	ours() bool
	// release clears the text if it is still ours, frees everything, and reports
	// whether it was ours.
	release() bool
}

// board is one kind of clipboard.
type board interface {
	// acquire puts text on the clipboard; secret keeps it out of histories.
	acquire(ctx context.Context, text string, secret bool) (owner, error)
	// look reads the clipboard once. With empty it empties it if it holds the text,
	// whoever owns it, without ever clearing another text; with guard it returns the
	// owner of the empty clipboard, nil if there is none. The error is errSilent
	// when the owner does not answer.
	look(ctx context.Context, text fingerprint, how lookHow) (verdict, owner, error)
}

// settleTime is how long a new wl-copy must live to count as the owner: it fails
// at once without a compositor, and says nothing when it succeeds.
const settleTime = 150 * time.Millisecond

// look is how often the wall clock is read while a text waits for clearing.
const look = time.Minute

// copied is a text that was put on the clipboard.
type copied struct {
	owner   owner
	board   board
	text    fingerprint
	secret  bool
	session Session
	once    bool          // see SetHabits
	stop    chan struct{} // closed to clear it now
	woke    chan struct{} // the machine slept
	ends    sync.Once
	taken   atomic.Bool   // another program owns the clipboard, with our text
	freed   chan struct{} // closed when nothing of it is left
	lost    bool          // another program's text replaced it; known once freed
	ended   chan struct{} // closed when Gone has returned
}

func (c *copied) end() { c.ends.Do(func() { close(c.stop) }) }

// ending reports whether it is being cleared.
func (c *copied) ending() bool {
	select {
	case <-c.stop:
		return true
	default:
		return false
	}
}

// New returns a Manager with nothing on the clipboard.
func New(o Options) *Manager {
	m := &Manager{
		log: o.Log, gone: o.Gone, session: o.Session, after: startTimer, now: time.Now, settle: settleTime,
		again: func() (<-chan time.Time, func() bool) { return startTimer(againTime) },
		turn:  make(turn, 1), quit: make(chan struct{}), program: managerName,
	}
	m.board = m.backend
	if m.log == nil {
		m.log = slog.New(slog.DiscardHandler)
	}
	if m.gone == nil {
		m.gone = func(Gone) {}
	}
	return m
}

func startTimer(d time.Duration) (<-chan time.Time, func() bool) {
	t := time.NewTimer(d)
	return t.C, t.Stop
}

// Name is the kind of clipboard of the next Copy: x11, wayland, windows, macos, or
// none.
func (m *Manager) Name() string {
	name, _ := m.board(m.Session(), habits{})
	return name
}

// SetHabits sets how secret texts are copied from now on. primary: the text is also
// put on PRIMARY, the clipboard of X11 and Wayland that the middle mouse button
// pastes, and is cleared there too. once: the text is cleared when it was pasted for
// the first time. On X11 the reads of clipboard managers do not count, if they can
// be recognised; on Wayland they do. Windows and macOS do not report reads, so once
// does nothing there.
func (m *Manager) SetHabits(primary, once bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.how = habits{primary, once}
}

// Session is the desktop that the next Copy goes to.
func (m *Manager) Session() Session {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.session
}

// SetSession sets the desktop for later copies. A text on the old desktop's
// clipboard stays ours.
func (m *Manager) SetSession(s Session) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.session = s
}

// HasOurs reports whether a text of ours is on the clipboard.
func (m *Manager) HasOurs() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.cur != nil
}

// Copy puts text on the clipboard and clears it after clearAfter; 0 means that only
// Clear, Close or another owner does. It replaces the text of an earlier Copy, and
// leaves that alone if Copy fails. Errors are a *core.Error of class Misuse when
// there is no clipboard or the text is too big for it, Temporary when ctx ended.
func (m *Manager) Copy(ctx context.Context, text string, clearAfter time.Duration) error {
	m.turn.Lock()
	defer m.turn.Unlock()
	return m.copy(ctx, text, clearAfter, true)
}

// CopyPlain is Copy for a text that is no secret, such as an address: histories may
// keep it, and it is never cleared.
func (m *Manager) CopyPlain(ctx context.Context, text string) error {
	m.turn.Lock()
	defer m.turn.Unlock()
	return m.copy(ctx, text, 0, false)
}

// Replace is Copy if our last text is still on the clipboard, and else does nothing.
// It reports whether it copied.
func (m *Manager) Replace(ctx context.Context, text string, clearAfter time.Duration) (bool, error) {
	m.turn.Lock()
	defer m.turn.Unlock()
	m.mu.Lock()
	cur := m.cur
	m.mu.Unlock()
	if cur == nil || !cur.ours(ctx) {
		return false, nil
	}
	err := m.copy(ctx, text, clearAfter, true)
	return err == nil, err
}

// copy is Copy; the caller has the turn.
func (m *Manager) copy(ctx context.Context, text string, clearAfter time.Duration, secret bool) error {
	m.mu.Lock()
	session, how, old, guard, closed, telling := m.session, m.how, m.cur, m.guard, m.closed, m.telling
	m.mu.Unlock()
	if closed {
		return noClipboard("the agent is ending", nil)
	}
	if old != nil && old.ending() { // it must not clear this copy
		<-old.freed
	}
	if telling != nil {
		<-telling // so that news of an earlier text never follows this copy
	}
	if !secret {
		how = habits{}
	}
	name, board := m.board(session, how)
	if board == nil {
		return noClipboard("no display", nil)
	}
	own, err := board.acquire(ctx, text, secret)
	if err != nil {
		m.log.Warn("copy failed", "clipboard", name, "err", err, "cause", errors.Unwrap(err))
		return err
	}
	m.log.Info("copied", "clipboard", name, "clear_after", clearAfter)
	m.adopt(&copied{
		owner: own, board: board, text: fingerprintOf(text), secret: secret, session: session, once: how.once,
		stop: make(chan struct{}), woke: make(chan struct{}, 1), freed: make(chan struct{}), ended: make(chan struct{}),
	}, clearAfter)
	if guard != nil {
		guard.release()
	}
	if old != nil {
		old.end()
		<-old.freed
	}
	return nil
}

// adopt makes c the current copy and watches it.
func (m *Manager) adopt(c *copied, clearAfter time.Duration) {
	m.mu.Lock()
	m.cur, m.last, m.guard = c, c, nil
	m.mu.Unlock()
	m.wg.Go(func() { m.watch(c, clearAfter) })
}

// Wake must be called after the machine slept: texts whose time ended meanwhile are
// cleared now.
func (m *Manager) Wake() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.cur == nil {
		return
	}
	select {
	case m.cur.woke <- struct{}{}:
	default: // it was reported already
	}
}

// Clear clears our text, if it is still on the clipboard, and returns when that is
// done. Without a text of ours it does nothing.
func (m *Manager) Clear(ctx context.Context) error {
	m.turn.Lock()
	defer m.turn.Unlock()
	m.mu.Lock()
	c := m.cur
	m.mu.Unlock()
	if c == nil {
		return nil
	}
	c.end()
	select {
	case <-c.freed:
		return nil
	case <-ctx.Done():
		return core.AsError(fmt.Errorf("clear the clipboard: %w", ctx.Err()))
	}
}

// Close clears our text, if it is still on the clipboard, and waits until everything
// has ended. Later copies fail.
func (m *Manager) Close() error {
	m.turn.Lock()
	m.mu.Lock()
	if !m.closed {
		m.closed = true
		close(m.quit)
	}
	if m.cur != nil {
		m.cur.end()
	}
	m.mu.Unlock()
	m.turn.Unlock()
	m.wg.Wait()
	m.leave()
	return nil
}
