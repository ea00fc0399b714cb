package agent

import (
	"context"

	"tokentray/core"
)

// changed notes that an account changed. The Keeper calls it under its own lock,
// so the work is left to follow.
func (s *Service) changed(id core.ID) {
	if s.copied().id != id {
		return
	}
	select {
	case s.renewed <- struct{}{}:
	default: // there is work already
	}
}

// follow lets the clipboard follow the renewals of what was copied, until ctx
// ends.
func (s *Service) follow(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.renewed:
			if err := s.copyRenewed(ctx); err != nil {
				s.log.Warn("the clipboard keeps the replaced token", "error", err)
			}
		}
	}
}

// copyRenewed puts the current token in the place of the one that was copied, in
// the same form and for the time that was left, if that one is still on the
// clipboard and is to be followed.
func (s *Service) copyRenewed(ctx context.Context) error {
	s.copying.Lock()
	defer s.copying.Unlock()
	c := s.copied()
	a, there := s.accounts.get(c.id)
	if !there || c.previous || !s.current().ClipboardFollow {
		return nil
	}
	now := s.now()
	t, _ := s.keeper.Token(a.ID)
	if t.Value == c.token || !t.Good(now, 0) {
		return nil
	}
	left := c.ClearsAt.Sub(now)
	switch {
	case c.ClearsAt.IsZero():
		left = 0 // never
	case left <= 0:
		return nil // it is about to be cleared
	}
	answer := s.answer(a, t, now)
	text, err := s.text(c, answer)
	if err != nil {
		return err
	}
	done, err := s.parts.Clipboard.Replace(ctx, text, left)
	if err != nil || !done {
		return err
	}
	c.Account, c.Env, c.ExpiresAt, c.Followed, c.token = a.Name, a.Env, t.ExpiresAt, true, t.Value
	s.hold(c)
	return nil
}

// woke is told that the machine slept: timers stood still meanwhile.
func (s *Service) woke() {
	s.keeper.Wake()
	if s.parts.Clipboard != nil {
		s.parts.Clipboard.Wake()
	}
}
