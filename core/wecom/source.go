package wecom

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/upstream"
)

const (
	pathToken = "/cgi-bin/gettoken"
	// pathCheck is the one call that any token may make and that changes nothing.
	pathCheck = "/cgi-bin/get_api_domain_ip"
)

// Options change how calls are made. The zero value is right except in tests.
type Options = upstream.Options

// Sources returns the source of the kind's tokens. It is a core.Checker too and safe
// for concurrent use.
func Sources(o Options) map[core.Kind]core.Source {
	spec, _ := kinds.Builtin().Of(kinds.WeCom)
	return map[core.Kind]core.Source{kinds.WeCom: source{upstream.New(o), spec}}
}

var (
	_ core.Checker      = source{}
	_ core.TicketSource = source{}
	_ core.Explainer    = source{}
)

type source struct {
	*upstream.Caller
	spec kinds.Spec
}

// Fetch returns the token of the account's secret and its remaining life. req.Force
// changes nothing: WeCom knows no force.
func (s source) Fetch(ctx context.Context, req core.Request) (core.Grant, error) {
	redact := upstream.Redactor{req.Credentials.Secret.Reveal(), req.Credentials.ProxyPassword.Reveal()}
	a, err := s.Call(ctx, req, s.spec.Base(req.Account), upstream.Outgoing{
		Method: http.MethodGet, Path: pathToken, Harmless: true,
		Query: url.Values{"corpid": {req.Account.AppID}, "corpsecret": {req.Credentials.Secret.Reveal()}},
	}, redact)
	if err != nil {
		return core.Grant{}, err
	}
	if a.Code != 0 {
		return core.Grant{}, s.Refused(ruleFor(a.Code), a, s.spec.Traits.Day, redact)
	}
	g, reason := a.Grant()
	if reason != "" {
		return core.Grant{}, upstream.OddAnswer(reason)
	}
	return g, nil
}

// Check asks upstream for its list of addresses with the token. An *core.Error of
// class Whitelist says nothing about the token: it may work from elsewhere.
func (s source) Check(ctx context.Context, req core.Request, token string) error {
	// This call does not use the secret, which may be missing from req.
	redact := upstream.Redactor{token, req.Credentials.Secret.Reveal(), req.Credentials.ProxyPassword.Reveal()}
	a, err := s.Call(ctx, req, s.spec.API(req.Account), upstream.Outgoing{
		Method: http.MethodGet, Path: pathCheck, Query: url.Values{"access_token": {token}}, Harmless: true,
	}, redact)
	switch {
	case err != nil:
		return err
	case notGranted(a.Code):
		e := s.Refused(upstream.Rule{
			Class: core.Misuse, Remedy: core.RemedyPermission,
			Message: "WeCom does not grant this call to the application, which says nothing against the token; see what the application may do",
		}, a, s.spec.Traits.Day, redact)
		e.Err = core.ErrNotGranted
		return e
	case a.Code != 0:
		return s.refused(a, redact)
	case a.HasIPs || a.HasCode:
		return nil
	}
	return upstream.OddAnswer("neither a list of addresses nor an errcode")
}

// Ticket asks for a ticket: the corp's, or the application's whose token it is.
func (s source) Ticket(ctx context.Context, req core.Request, name, token string) (core.Grant, error) {
	ticket, ok := s.spec.Ticket(name)
	if !ok {
		return core.Grant{}, upstream.NoTicket(name)
	}
	redact := upstream.Redactor{token, req.Credentials.Secret.Reveal(), req.Credentials.ProxyPassword.Reveal()}
	a, err := s.Call(ctx, req, s.spec.API(req.Account), upstream.Outgoing{
		Method: http.MethodGet, Path: ticket.Path, Query: ticket.Asks(s.spec.Token, token), Harmless: true,
	}, redact)
	switch {
	case err != nil:
		return core.Grant{}, err
	case a.Code != 0:
		return core.Grant{}, s.refused(a, redact)
	}
	g, reason := a.TicketGrant()
	if reason != "" {
		return core.Grant{}, upstream.OddAnswer(reason)
	}
	return g, nil
}

// refused is the error for an answer with an errcode to a call with a token. Only
// the codes of the spec say that the token is dead.
func (s source) refused(a upstream.Answer, redact upstream.Redactor) *core.Error {
	if !s.spec.IsDead("errcode", strconv.Itoa(a.Code)) {
		return s.Refused(ruleFor(a.Code), a, s.spec.Traits.Day, redact)
	}
	e := s.Refused(upstream.Rule{
		Class: core.Temporary, Remedy: core.RemedyTryAgain,
		Message: "upstream no longer accepts this token: it ended, early or in its time; refresh it",
	}, a, s.spec.Traits.Day, redact)
	e.Err = core.ErrDead
	if a.Code == 42001 {
		e.Err = core.ErrEnded
	}
	return e
}
