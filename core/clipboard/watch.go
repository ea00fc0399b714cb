package clipboard

import (
	"context"
	"time"
)

// A copy may have to wait for a token, and meanwhile the person may copy something
// in another program. That text is newer and must stay. A watch reports it if the
// desktop can: X11 announces each new owner, Windows and macOS count changes. On
// Wayland a program without a window only learns that its own text was replaced.

// mark is the state of a clipboard at one moment.
type mark interface {
	// changed reports whether anybody put a text there since, and the text is still
	// there.
	changed() bool
	close()
}

// watchTime bounds how long starting a watch may delay a copy.
const watchTime = time.Second

// Watch begins to notice what other programs copy. changed is for CopyUnless; call
// end once. If it cannot watch, the clipboard counts as unchanged.
func (m *Manager) Watch(ctx context.Context) (changed func() bool, end func()) {
	m.mu.Lock()
	session, first := m.session, m.cur
	m.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, watchTime)
	defer cancel()
	since := newMark(ctx, session)
	end = func() {}
	if since != nil {
		end = since.close
	}
	return func() bool {
		m.mu.Lock()
		cur := m.cur
		m.mu.Unlock()
		switch {
		case cur != nil && cur.ours(context.Background()):
			return false // a text of ours, which may be replaced
		case since != nil:
			return since.changed()
		}
		return first != nil && first.replaced()
	}, end
}

// CopyUnless is Copy, unless changed reports that another program copied meanwhile.
// It reports whether it copied.
func (m *Manager) CopyUnless(ctx context.Context, text string, clearAfter time.Duration, changed func() bool) (bool, error) {
	m.turn.Lock()
	defer m.turn.Unlock()
	if changed() {
		m.log.Info("not copied: another program copied meanwhile")
		return false, nil
	}
	err := m.copy(ctx, text, clearAfter, true)
	return err == nil, err
}

// replaced reports whether another program's text replaced this one.
func (c *copied) replaced() bool {
	if c.ending() {
		<-c.freed
		return c.lost
	}
	select {
	case <-c.owner.lost():
	default:
		return false
	}
	found, _, err := c.look(context.Background(), lookHow{})
	return err != nil || found == other
}
