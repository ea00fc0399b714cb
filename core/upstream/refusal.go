package upstream

import (
	"strings"
	"time"

	"tokentray/core"
)

// Rule says what an errcode means and what helps.
type Rule struct {
	Class   core.Class
	Remedy  string
	Message string
	Wait    time.Duration // until the earliest next try
	Day     bool          // the earliest next try is when upstream's next day begins
	IP      bool          // it is about the caller's IP
}

// TokenDead is the rule for a code by which an upstream says that a call's token is
// dead, for a person who saw it.
func TokenDead() Rule {
	return Rule{
		Class: core.Temporary, Remedy: core.RemedyTokenDead,
		Message: "the call's token was dead: it expired, or another program fetched a newer one; take the current one",
	}
}

// WhyDead is the reason of WeChat's family for a dead token, from the errcode and its
// text. The words "not latest" mean that another program has fetched a newer one.
func WhyDead(code int, message string) error {
	switch {
	case code == 42001:
		return core.ErrEnded
	case code == 40001 && strings.Contains(message, "not latest"):
		return core.ErrReplaced
	}
	return core.ErrDead
}

// SpeaksOf reports whether an upstream's message is about the secret, and whether it
// is about the call's token.
func SpeaksOf(message string) (secret, token bool) {
	said := strings.ToLower(message)
	return strings.Contains(said, "secret"), strings.Contains(said, "access_token") || strings.Contains(said, "not latest")
}

// NoTicket is the error for a ticket that the kind does not have.
func NoTicket(name string) *core.Error {
	return inputError("accounts of this kind have no ticket " + name + "; name another")
}

// Refused is the error for an answer with an errcode. day is where upstream's day
// begins.
func (c *Caller) Refused(r Rule, a Answer, day core.Zone, redact Redactor) *core.Error {
	text := append(Redactor{a.Token, a.Ticket}, redact...).Clean(a.Message)
	e := &core.Error{
		Class: r.Class, Remedy: r.Remedy, Message: r.Message,
		Code: a.Code, Upstream: text, CallerIP: CallerIP(text, r.IP), RID: RID(text),
	}
	now := c.now().Round(0)
	switch {
	case r.Day:
		e.RetryAt = day.NextDay(now)
	case r.Wait > 0:
		e.RetryAt = now.Add(r.Wait)
	}
	return e
}
