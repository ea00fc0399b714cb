package clipboard

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"time"

	"tokentray/core"
)

const (
	// readTime is how long the owner of the clipboard may take to answer. A stopped
	// program never does.
	readTime = 2 * time.Second
	// againTime is how long after emptying the clipboard is read once more.
	againTime = 2 * time.Second
	// parting is how long Close gives a clipboard manager to notice that the
	// clipboard is empty. One that has not noticed would put our text back.
	parting = 500 * time.Millisecond
)

// errSilent: the owner of the clipboard does not answer.
var errSilent = errors.New(core.SaysClipboardHangs)

// fingerprint recognises the copied text without holding it.
type fingerprint struct {
	size int
	salt [16]byte
	sum  [sha256.Size]byte
}

func fingerprintOf(text string) fingerprint {
	f := fingerprint{size: len(text)}
	_, _ = rand.Read(f.salt[:]) // never fails
	f.sum = f.hash([]byte(text))
	return f
}

func (f fingerprint) hash(text []byte) (sum [sha256.Size]byte) {
	mac := hmac.New(sha256.New, f.salt[:])
	mac.Write(text)
	mac.Sum(sum[:0])
	return sum
}

// matches reports whether text is the copied one. For texts of the same length the
// time it takes reveals nothing.
func (f fingerprint) matches(text []byte) bool {
	if len(text) != f.size {
		return false
	}
	sum := f.hash(text)
	return hmac.Equal(sum[:], f.sum[:])
}

// verdict is the result of a read of the clipboard.
type verdict int

const (
	nothing verdict = iota // the clipboard is empty, or holds no text
	other                  // a text that is not ours
	same                   // our text
)

// lookHow says what to do if our text is found.
type lookHow struct {
	empty bool
	guard bool // and own the empty clipboard
}

// look reads the clipboard on which c was put, within readTime.
func (c *copied) look(ctx context.Context, how lookHow) (verdict, owner, error) {
	ctx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	return c.board.look(ctx, c.text, how)
}

// sweep clears the text in places beside the clipboard, if there are any.
func (c *copied) sweep() {
	s, ok := c.board.(interface {
		sweep(ctx context.Context, text fingerprint)
	})
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTime)
	defer cancel()
	s.sweep(ctx, c.text)
}

// ours reports whether the clipboard holds the text of c.
func (c *copied) ours(ctx context.Context) bool {
	if c.owner.ours() {
		return true
	}
	if !c.taken.Load() {
		return false
	}
	found, _, err := c.look(ctx, lookHow{})
	return err == nil && found == same
}

// watch waits for the end of c and reports it.
func (m *Manager) watch(c *copied, clearAfter time.Duration) {
	defer close(c.ended)
	g := m.outlast(c, clearAfter)
	c.lost = g.Reason == Replaced
	close(c.freed)

	// A Copy under way may be the one that replaced it.
	m.turn.Lock()
	m.mu.Lock()
	current := m.cur == c
	if current {
		m.cur, m.telling = nil, c.ended
	}
	closed := m.closed
	m.mu.Unlock()
	m.turn.Unlock()
	if !current {
		return
	}
	m.log.Info("gone from the clipboard", "reason", g.Reason, "manager", g.Program)
	m.gone(g)
	if c.secret && !closed && (g.Reason == Cleared || g.Reason == Pasted) {
		m.wg.Go(func() { m.lookAgain(c) })
	}
}

// outlast waits until the text of c must go, clears it, and says why it went.
func (m *Manager) outlast(c *copied, clearAfter time.Duration) Gone {
	until, left := m.now().Round(0).Add(clearAfter), clearAfter
	for {
		switch m.wait(c, left) {
		case over:
			return m.remove(c, Cleared)
		case wasPasted:
			return m.remove(c, Pasted)
		case lost:
			found := other
			if c.secret {
				found = m.successor(c)
			}
			if found == same {
				m.log.Info("another program took over what was copied")
				c.taken.Store(true)
				if clearAfter > 0 {
					left = max(until.Sub(m.now().Round(0)), time.Nanosecond)
				}
				continue
			}
			c.owner.release()
			if c.once && found == nothing && c.owner.pasted() == nil { // wl-copy ended after the paste
				return Gone{Reason: Pasted}
			}
			return Gone{Reason: Replaced}
		}
	}
}

// successor checks whether the clipboard's new owner took our text over. A program
// that does not answer may have.
func (m *Manager) successor(c *copied) verdict {
	if !m.await(c) {
		return same // it is being cleared now
	}
	current := m.isCurrent(c)
	m.turn.Unlock()
	if !current {
		return other
	}
	found, _, err := c.look(context.Background(), lookHow{})
	switch {
	case errors.Is(err, errSilent):
		return same
	case err != nil:
		m.log.Debug("the clipboard cannot be looked at", "err", err)
		if c.once { // nobody knows better
			return nothing
		}
		return other
	}
	return found
}

// await takes the turn, so that no copy is under way. It reports false, and has not
// taken it, if the holder of the turn wants c gone.
func (m *Manager) await(c *copied) bool {
	select {
	case <-c.stop:
		return false
	default:
	}
	select {
	case <-c.stop:
		return false
	case m.turn <- struct{}{}:
		return true
	}
}

func (m *Manager) isCurrent(c *copied) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.cur == c
}

// remove clears the text of c, if it is still on the clipboard, and says what
// happened to it; why is the reason if it was cleared.
func (m *Manager) remove(c *copied, why Reason) Gone {
	if m.await(c) { // otherwise the caller that wants it gone has the turn
		defer m.turn.Unlock()
	}
	c.end()
	if !m.isCurrent(c) || !c.secret { // a later copy replaced it, or it may stay
		if c.owner.release() {
			return Gone{Reason: Cleared}
		}
		return Gone{Reason: Replaced}
	}
	program := m.program(c.session)
	defer c.sweep()
	if !c.taken.Load() && c.owner.ours() {
		m.keepEmpty(c, program)
		if c.owner.release() || m.guarded() {
			return Gone{Reason: why, Program: program}
		}
	} else {
		c.owner.release()
	}
	found, guard, err := c.look(context.Background(), lookHow{empty: true, guard: program != ""})
	m.setGuard(guard)
	switch {
	case errors.Is(err, errSilent):
		m.log.Warn("the clipboard may still hold what was copied", "err", err)
		return Gone{Reason: Silent, Program: program}
	case err != nil:
		m.log.Debug("the clipboard cannot be looked at", "err", err)
		return Gone{Reason: Replaced}
	case found == other:
		return Gone{Reason: Replaced}
	}
	return Gone{Reason: why, Program: program}
}

// keepEmpty replaces our text by an empty one if a clipboard manager runs: on an
// empty clipboard without an owner it would put our text back.
func (m *Manager) keepEmpty(c *copied, program string) {
	if program == "" {
		return
	}
	keeper, ok := c.board.(interface {
		guard(ctx context.Context) (owner, error)
	})
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), readTime)
	defer cancel()
	guard, err := keeper.guard(ctx)
	if err != nil {
		m.log.Debug("the clipboard is not kept empty", "err", err)
		return
	}
	m.setGuard(guard)
}

// setGuard keeps guard, which may be nil, until another program copies.
func (m *Manager) setGuard(guard owner) {
	if guard == nil {
		return
	}
	m.mu.Lock()
	old := m.guard
	m.guard = guard
	m.mu.Unlock()
	if old != nil {
		old.release()
	}
	m.wg.Go(func() {
		select {
		case <-guard.lost():
		case <-m.quit:
			return
		}
		m.mu.Lock()
		if m.guard == guard {
			m.guard = nil
		}
		m.mu.Unlock()
		guard.release()
	})
}

func (m *Manager) guarded() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.guard != nil
}

// lookAgain checks whether a program puts the text of c back after it was cleared.
// If so, it clears it again and checks a last time.
func (m *Manager) lookAgain(c *copied) {
	for _, what := range []Reason{Returned, Stays} {
		due, stop := m.again()
		select {
		case <-due:
		case <-m.quit:
			stop()
			return
		}
		m.turn.Lock()
		m.mu.Lock()
		told := make(chan struct{})
		late := m.last != c || m.closed // something newer was copied
		guarded := m.guard != nil && m.guard.ours()
		m.mu.Unlock()
		if late || guarded {
			m.turn.Unlock()
			return
		}
		found, guard, err := c.look(context.Background(), lookHow{empty: true, guard: true})
		m.setGuard(guard)
		if err != nil || found != same {
			m.turn.Unlock()
			return
		}
		g := Gone{Reason: what, Program: m.program(c.session)}
		m.mu.Lock()
		m.telling = told
		m.mu.Unlock()
		m.turn.Unlock()
		m.log.Warn("what was copied came back to the clipboard after it was cleared", "cleared_again", what == Returned, "manager", g.Program)
		m.gone(g)
		close(told)
	}
}

// leave gives up an empty clipboard, after a clipboard manager had time to notice
// that it is empty, and checks whether the old text is put back.
func (m *Manager) leave() {
	m.mu.Lock()
	guard, last := m.guard, m.last
	m.guard = nil
	m.mu.Unlock()
	if guard == nil {
		return
	}
	late := time.NewTimer(parting)
	defer late.Stop()
	select {
	case <-guard.lost():
	case <-late.C:
	}
	if !guard.release() {
		return // another program has copied
	}
	late.Reset(parting)
	<-late.C
	if found, _, err := last.look(context.Background(), lookHow{}); err == nil && found == same {
		m.log.Warn("a clipboard manager put back what was copied, and nobody is left to clear it", "manager", m.program(last.session))
	}
}
