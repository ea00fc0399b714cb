package wechat

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/upstream"
)

const (
	pathStable = "/cgi-bin/stable_token"
	pathLegacy = "/cgi-bin/token"
	// pathCheck is the one call that any token of any product may make and
	// that changes nothing.
	pathCheck = "/cgi-bin/get_api_domain_ip"
)

// grantType is WeChat's own spelling, without the s of RFC 6749.
const grantType = "client_credential"

// Options change how calls are made. The zero value is right except in tests.
type Options = upstream.Options

// caller makes calls for both sources.
type caller struct {
	*upstream.Caller
	spec kinds.Spec // of either kind: for these uses the two are alike
}

// Sources returns the sources of both kinds. Both are also core.Checkers. They share
// connections and are safe for concurrent use.
func Sources(o Options) map[core.Kind]core.Source {
	spec, _ := kinds.Builtin().Of(kinds.WeChat)
	c := &caller{upstream.New(o), spec}
	return map[core.Kind]core.Source{
		kinds.WeChat:       stable{c},
		kinds.WeChatLegacy: legacy{c},
	}
}

var (
	_ core.Checker      = stable{}
	_ core.Checker      = legacy{}
	_ core.TicketSource = stable{}
	_ core.TicketSource = legacy{}
	_ core.Explainer    = stable{}
	_ core.Explainer    = legacy{}
)

// stable asks POST /cgi-bin/stable_token.
type stable struct{ *caller }

// Fetch returns the account's stable token and its remaining life. With req.Force
// upstream makes a new one, which kills the former for everybody; asked again within
// 30 s, it does not.
func (s stable) Fetch(ctx context.Context, req core.Request) (core.Grant, error) {
	// A struct of strings and a bool always marshals.
	body, _ := json.Marshal(struct {
		GrantType string `json:"grant_type"`
		AppID     string `json:"appid"`
		Secret    string `json:"secret"`
		Force     bool   `json:"force_refresh"`
	}{grantType, req.Account.AppID, req.Credentials.Secret.Reveal(), req.Force})
	return s.fetch(ctx, req, upstream.Outgoing{
		Method: http.MethodPost, Path: pathStable, Body: body,
		Harmless: !req.Force, // the same token comes again
	})
}

// legacy asks GET /cgi-bin/token.
type legacy struct{ *caller }

// Fetch makes a new token; the one before lives at most 300 s more. req.Force
// changes nothing.
func (l legacy) Fetch(ctx context.Context, req core.Request) (core.Grant, error) {
	req.Force = false
	grant, err := l.fetch(ctx, req, upstream.Outgoing{
		Method: http.MethodGet, Path: pathLegacy,
		Query: url.Values{
			"grant_type": {grantType},
			"appid":      {req.Account.AppID},
			"secret":     {req.Credentials.Secret.Reveal()},
		},
	})
	if e := new(core.Error); errors.As(err, &e) && e.Remedy == core.RemedyQuotaDay {
		e.Remedy = core.RemedyQuotaKind // stable_token is allowed far more
	}
	return grant, err
}

// Check asks upstream for its list of addresses with the token. WeChat checks
// the caller's IP too, so an *core.Error of class Whitelist says nothing about
// the token.
func (c *caller) Check(ctx context.Context, req core.Request, token string) error {
	out := upstream.Outgoing{
		Method: http.MethodGet, Path: pathCheck,
		Query: url.Values{"access_token": {token}}, Harmless: true,
	}
	// This call does not use the secret, which may be missing from req.
	redact := upstream.Redactor{token, req.Credentials.Secret.Reveal(), req.Credentials.ProxyPassword.Reveal()}
	a, err := c.Call(ctx, req, c.spec.API(req.Account), out, redact)
	if err != nil {
		return err
	}
	switch {
	case a.Code == 48001:
		return c.notGranted(a, redact)
	case a.Code != 0:
		return c.refusedCheck(a, redact)
	case a.HasIPs || a.HasCode:
		return nil
	}
	return upstream.OddAnswer("neither a list of addresses nor an errcode")
}

// Ticket asks for a ticket of the account. Upstream returns the living one, or
// another; either way earlier ones live on.
func (c *caller) Ticket(ctx context.Context, req core.Request, name, token string) (core.Grant, error) {
	ticket, ok := c.spec.Ticket(name)
	if !ok {
		return core.Grant{}, upstream.NoTicket(name)
	}
	redact := upstream.Redactor{token, req.Credentials.Secret.Reveal(), req.Credentials.ProxyPassword.Reveal()}
	a, err := c.Call(ctx, req, c.spec.API(req.Account), upstream.Outgoing{
		Method: http.MethodGet, Path: ticket.Path, Query: ticket.Asks(c.spec.Token, token), Harmless: true,
	}, redact)
	if err != nil {
		return core.Grant{}, err
	}
	if a.Code != 0 {
		return core.Grant{}, c.refusedCheck(a, redact)
	}
	g, reason := a.TicketGrant()
	if reason != "" {
		return core.Grant{}, upstream.OddAnswer(reason)
	}
	return g, nil
}

// fetch makes the call and reads the grant from its answer.
func (c *caller) fetch(ctx context.Context, req core.Request, out upstream.Outgoing) (core.Grant, error) {
	redact := upstream.Redactor{req.Credentials.Secret.Reveal(), req.Credentials.ProxyPassword.Reveal()}
	a, err := c.Call(ctx, req, c.spec.Base(req.Account), out, redact)
	if err != nil {
		return core.Grant{}, err
	}
	if a.Code != 0 {
		return core.Grant{}, c.refusedFetch(a, redact, req.Force)
	}
	g, reason := a.Grant()
	if reason != "" {
		return core.Grant{}, upstream.OddAnswer(reason)
	}
	return g, nil
}
