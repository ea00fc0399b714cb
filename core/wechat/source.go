package wechat

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
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

// Limits of one call.
const (
	connectTimeout = 5 * time.Second
	callTimeout    = 15 * time.Second
)

// Options change how calls are made. The zero value is right for everything
// but tests.
type Options struct {
	Now            func() time.Time  // the wall clock, for RetryAt; nil means the machine's
	ConnectTimeout time.Duration     // 0 means 5 s; also bounds the TLS handshake
	CallTimeout    time.Duration     // 0 means 15 s, for the whole call
	RootCAs        *x509.CertPool    // nil means the machine's
	Transport      http.RoundTripper // nil means the network; proxies are its own matter then
}

// Sources returns what asks for the tokens of both kinds. Both are also
// core.Checkers. They share connections and are safe for concurrent use.
func Sources(o Options) map[core.Kind]core.Source {
	c := newCaller(o)
	return map[core.Kind]core.Source{
		kinds.WeChat:       stable{c},
		kinds.WeChatLegacy: legacy{c},
	}
}

var (
	_ core.Checker = stable{}
	_ core.Checker = legacy{}
)

// stable asks POST /cgi-bin/stable_token.
type stable struct{ *caller }

// Fetch returns the account's stable token and its remaining life. With
// req.Force upstream makes a new one, which kills the former for everybody;
// asked again within 30 s, it does not.
func (s stable) Fetch(ctx context.Context, req core.Request) (core.Grant, error) {
	// A struct of strings and a bool always marshals.
	body, _ := json.Marshal(struct {
		GrantType string `json:"grant_type"`
		AppID     string `json:"appid"`
		Secret    string `json:"secret"`
		Force     bool   `json:"force_refresh"`
	}{grantType, req.Account.AppID, req.Credentials.Secret.Reveal(), req.Force})
	return s.fetch(ctx, req, outgoing{
		method: http.MethodPost, path: pathStable, body: body,
		harmless: !req.Force, // the same token comes again
	})
}

// legacy asks GET /cgi-bin/token.
type legacy struct{ *caller }

// Fetch makes a new token; the one before lives at most 300 s more. req.Force
// changes nothing.
func (l legacy) Fetch(ctx context.Context, req core.Request) (core.Grant, error) {
	req.Force = false
	grant, err := l.fetch(ctx, req, outgoing{
		method: http.MethodGet, path: pathLegacy,
		query: url.Values{
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
	out := outgoing{
		method: http.MethodGet, path: pathCheck,
		query: url.Values{"access_token": {token}}, harmless: true,
	}
	// The secret has no part in this call and may be missing from req.
	redact := redactor{token, req.Credentials.Secret.Reveal(), req.Credentials.ProxyPassword.Reveal()}
	a, err := c.call(ctx, req, out, redact)
	if err != nil {
		return err
	}
	switch {
	case a.code != 0:
		return c.refusedCheck(a, redact)
	case a.hasIPs || a.hasCode:
		return nil
	}
	return oddAnswer("neither a list of addresses nor an errcode")
}

// fetch makes the call and reads the grant out of its answer.
func (c *caller) fetch(ctx context.Context, req core.Request, out outgoing) (core.Grant, error) {
	redact := redactor{req.Credentials.Secret.Reveal(), req.Credentials.ProxyPassword.Reveal()}
	a, err := c.call(ctx, req, out, redact)
	if err != nil {
		return core.Grant{}, err
	}
	if a.code != 0 {
		return core.Grant{}, c.refusedFetch(a, redact, req.Force)
	}
	g, reason := a.grant()
	if reason != "" {
		return core.Grant{}, oddAnswer(reason)
	}
	return g, nil
}
