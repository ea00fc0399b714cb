package upstream

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"tokentray/core"
)

// Try is the harmless call by which an API of WeChat's family is asked whether it accepts
// a token that another server gave. That server has no part in it.
type Try struct {
	API   string // base URL of the API
	Path  string
	Query string // the parameter that takes the token
	// Dead says which errcodes mean that the token is dead.
	Dead func(errcode int) bool
	// Holder may have another token by now, as in "the backend".
	Holder string
}

// Try asks. The secret of the request goes nowhere, and is searched for in what comes back.
func (c *Caller) Try(ctx context.Context, req core.Request, t Try, token string) error {
	redact := Redactor{token, req.Credentials.Secret.Reveal(), req.Credentials.ProxyPassword.Reveal()}
	a, err := c.Call(ctx, req, t.API, Outgoing{Method: http.MethodGet, Path: t.Path, Query: url.Values{t.Query: {token}}, Harmless: true}, redact)
	switch {
	case err != nil:
		return err
	case a.Code != 0:
		rule, cause := t.rule(a.Code, a.Message)
		e := c.Refused(rule, a, "", redact)
		e.Err = cause
		return e
	case a.HasIPs || a.HasCode:
		return nil
	}
	return OddAnswer("neither a list of addresses nor an errcode")
}

// rule is what an errcode in the answer means, and its text.
func (t Try) rule(code int, message string) (Rule, error) {
	switch {
	case t.Dead(code):
		return Rule{
			Class: core.Temporary, Remedy: core.RemedyTryAgain,
			Message: "upstream no longer accepts this token: it ended, or " + t.Holder + " has another one; refresh it",
		}, WhyDead(code, message)
	case slices.Contains([]int{40164, 61004, 60020}, code):
		return Rule{Class: core.Whitelist, Remedy: core.RemedyWhitelist, IP: true, Message: "this computer's IP is not on the account's whitelist; add it in the upstream's console"}, nil
	case slices.Contains([]int{48001, 48002}, code):
		return Rule{Class: core.Misuse, Remedy: core.RemedyPermission, Message: "upstream does not grant this call to the account, which says nothing against the token"}, core.ErrNotGranted
	}
	return Rule{Class: core.Temporary, Remedy: core.RemedyUnknownCode, Message: "upstream refused the check with a code unknown here; look it up"}, nil
}
