package sim

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"slices"
	"time"
)

const (
	// tokenSeries is the number that real tokens begin with; it grows with the
	// years.
	tokenSeries = 98
	// tokenBytes of randomness make a token of 136 characters, like real ones.
	tokenBytes = 100
	// fullWindow is how long before its end a stable token is replaced, and how
	// long a replaced token lives on.
	fullWindow = 300 * time.Second
	// maxRetired is how many dead tokens of an account are remembered, so that a
	// check can tell an expired token from a replaced one.
	maxRetired = 16
)

// minted is a token that was handed out.
type minted struct {
	value   string
	expires time.Time // the promised end
	dies    time.Time // the real end: expires, or earlier once it was replaced
	broken  bool      // refused although it should live
}

// inTime reports whether the token's time is not over.
func (m minted) inTime(now time.Time) bool { return m.value != "" && now.Before(m.dies) }

// space is one of the two independent series of tokens of an account. The two newest
// tokens can live; a third kills the oldest at once.
type space struct{ current, previous minted }

// windowOf replaces 300 s for a token of the given life.
func windowOf(life time.Duration) time.Duration {
	if life < fullWindow {
		return life / 2
	}
	return fullWindow
}

// mint makes a token in sp. s.mu is held.
func (s *Server) mint(a *account, sp *space, now time.Time) minted {
	life := s.life(a)
	s.retire(a, sp.previous)
	sp.previous = sp.current
	if limit := now.Add(windowOf(life)); limit.Before(sp.previous.dies) {
		sp.previous.dies = limit
	}
	sp.current = minted{value: a.newToken(), expires: now.Add(life), dies: now.Add(life)}
	s.owners[sp.current.value] = a
	a.minted++
	return sp.current
}

// issue adds a token to those that an account has beside each other, and forgets the
// oldest when there are more than most. s.mu is held.
func (s *Server) issue(a *account, m minted, most int) {
	a.issued = slices.Insert(a.issued, 0, m)
	if len(a.issued) > most {
		delete(s.owners, a.issued[most].value)
		a.issued = a.issued[:most]
	}
	s.owners[m.value] = a
	a.minted++
}

// retire remembers a token that is dead from now on. s.mu is held.
func (s *Server) retire(a *account, m minted) {
	if m.value == "" {
		return
	}
	m.dies = time.Time{}
	a.retired = append(a.retired, m)
	if len(a.retired) > maxRetired {
		delete(s.owners, a.retired[0].value)
		a.retired = append(a.retired[:0], a.retired[1:]...)
	}
}

// newToken makes a value that looks like a real token.
func (a *account) newToken() string {
	if a.ofWeCom() {
		return wecomTokenValue()
	}
	var b [tokenBytes]byte
	rand.Read(b[:]) // never fails, see crypto/rand
	return fmt.Sprintf("%d_%s", tokenSeries, base64.RawURLEncoding.EncodeToString(b[:]))[:136]
}

// stableToken is what an unforced call gets: the current token while more than
// the window is left of it, else a new one. s.mu is held.
func (s *Server) stableToken(a *account, now time.Time) minted {
	if c := a.stable.current; c.inTime(now) && c.expires.Sub(now) > windowOf(s.life(a)) {
		return c
	}
	return s.mint(a, &a.stable, now)
}

// forceStable is the token for a forced call: a new token, unless the last forced
// one was less than 30 s ago, when "it does not refresh". The token before lives on
// as after any replacement, and the one before that dies: upstream's advice for a
// leaked token is to force twice. Over 20 a day, ok is false; what happens then is
// not documented, and users saw 45009. s.mu is held.
func (s *Server) forceStable(a *account, now time.Time) (m minted, ok bool) {
	if since := now.Sub(a.lastForced); since >= 0 && since < forcedGap {
		return s.stableToken(a, now), true
	}
	if a.forcedN >= forcedPerDay {
		return minted{}, false
	}
	a.forcedN++
	a.lastForced = now
	return s.mint(a, &a.stable, now), true
}

// verdict is the errcode of a check of token, 0 when it is accepted. s.mu is
// held.
func (a *account) verdict(token string, now time.Time) int {
	for _, m := range slices.Concat([]minted{
		a.stable.current, a.stable.previous, a.legacy.current, a.legacy.previous,
	}, a.issued, a.retired) {
		if m.value != token {
			continue
		}
		switch {
		case !now.Before(m.expires):
			return 42001
		case !m.inTime(now) || m.broken:
			return 40001
		}
		return 0
	}
	return 40001
}

// Accepts reports whether upstream accepts token for the account now.
func (s *Server) Accepts(appid, token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	acc := s.accounts[appid]
	return acc != nil && acc.verdict(token, s.now()) == 0
}

// Revoke kills the living tokens of an account, as upstream does when a secret
// is reset or somebody else fetches, and reports whether the account is there.
func (s *Server) Revoke(appid string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	acc := s.accounts[appid]
	if acc == nil {
		return false
	}
	for _, sp := range []*space{&acc.stable, &acc.legacy} {
		s.retire(acc, sp.previous)
		s.retire(acc, sp.current)
		*sp = space{}
	}
	for i := range acc.issued {
		acc.issued[i].dies = time.Time{}
	}
	return true
}

// Break makes upstream refuse the stable token of an account and still hand it out,
// so that only a forced refresh helps. It reports whether the account is there.
func (s *Server) Break(appid string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	acc := s.accounts[appid]
	if acc != nil {
		acc.stable.current.broken = true
		if len(acc.issued) > 0 {
			acc.issued[0].broken = true
		}
	}
	return acc != nil
}
