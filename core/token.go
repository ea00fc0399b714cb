package core

import "time"

// Token is an access token and its life. Times are wall-clock times without a
// monotonic reading. The zero Token means that there never was one.
type Token struct {
	Value      string
	ObtainedAt time.Time // when the fetch that brought it was sent
	ExpiresAt  time.Time // ObtainedAt plus upstream's expires_in
	Life       time.Duration
	Dead       bool // upstream refuses it although it hands it out
	Previous   Previous
}

// Previous is the token that was replaced. Upstream keeps it usable for a short
// overlap, five minutes at best, and promises nothing.
type Previous struct {
	Value string
	Until time.Time // until when it may still work
}

// Remaining is the life left at now; it is negative when the token is expired
// and zero for the zero Token.
func (t Token) Remaining(now time.Time) time.Duration {
	if t.Value == "" {
		return 0
	}
	return t.ExpiresAt.Sub(now)
}

// Good reports whether the token lives for at least d more at now. A token that
// upstream refuses is never good. A token that begins in the future is not good either:
// the clock was set back, so its life is not known.
func (t Token) Good(now time.Time, d time.Duration) bool {
	if t.Value == "" || t.Dead || now.Before(t.ObtainedAt.Add(-clockTolerance)) {
		return false
	}
	left := t.ExpiresAt.Sub(now)
	return left > 0 && left >= d
}

// Mask shortens a token or an ID for display: the first five and the last four
// characters, enough to compare two and too few to use one.
func Mask(value string) string {
	const head, tail = 5, 4
	if value == "" {
		return ""
	}
	if len(value) < 3*(head+tail) {
		return "••••"
	}
	return value[:head] + "••••" + value[len(value)-tail:]
}
