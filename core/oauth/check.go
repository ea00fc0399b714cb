package oauth

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/upstream"
)

// Servers differ in what can be asked about a token. RFC 7662 has an endpoint that
// says whether a token is active: Keycloak has it beside the token endpoint, and for
// any other server the account names it. Microsoft Entra, PayPal and Auth0 have
// none; for the first two a call of the API is known whose status 401 tells (RFC
// 6750). For an unknown API no such call is known, and /userinfo does not serve: it
// needs the scope openid, and answers 401 to living tokens without a person's
// session.

var _ core.SomeChecker = source{}

// Checks reports whether the account's server can be asked about a token.
func (s source) Checks(a core.Account) bool { return s.spec.CanCheck(a) }

// Check asks the server, or a call of the API, whether a token is accepted.
func (s source) Check(ctx context.Context, req core.Request, token string) error {
	if to := s.spec.Introspects(req.Account); to != "" {
		return s.introspect(ctx, req, to, token)
	}
	return s.probe(ctx, req, token)
}

// introspect asks by RFC 7662; the client authenticates as for a token. Its secret
// goes only to the host that it was entered for.
func (s source) introspect(ctx context.Context, req core.Request, to, token string) error {
	secret := req.Credentials.Secret.Reveal()
	switch {
	case !sameHost(to, s.spec.Base(req.Account)):
		return &core.Error{
			Class: core.Misuse, Remedy: core.RemedyInput, Unsent: true,
			Message: "the introspection URL is at another host than the token URL, where the client secret does not go; correct it",
		}
	case secret == "":
		return &core.Error{Class: core.VaultClosed, Remedy: core.RemedyVaultUnlock, Unsent: true, Message: "the server tells about a token to a client with its secret alone; unlock the vault"}
	}
	form := url.Values{"token": {token}, "token_type_hint": {"access_token"}}
	out := upstream.Outgoing{Method: http.MethodPost, Type: "application/x-www-form-urlencoded", Harmless: true, Header: map[string]string{"Accept": "application/json"}}
	if s.spec.Param(req.Account, kinds.OAuthAuth) == kinds.AuthBody {
		form.Set("client_id", req.Account.AppID)
		form.Set("client_secret", secret)
	} else {
		out.Header["Authorization"] = "Basic " + basic(req)
	}
	out.Body = []byte(form.Encode())
	redact := append(redactor(req), token)
	reply, err := s.Ask(ctx, req, to, out, redact)
	if err != nil {
		return err
	}
	d, reason := upstream.ReadDocument(reply.Body)
	active, _ := d.At("active").Text()
	switch {
	case reply.Status == http.StatusOK && active == "true":
		return nil
	case reply.Status == http.StatusOK && active == "false":
		return dead()
	case reply.Status == http.StatusTooManyRequests:
		return s.refused(ruleFor("", reply.Status), answer{}, redact)
	case reply.Status == http.StatusUnauthorized || reply.Status == http.StatusForbidden:
		return notGranted("the server does not tell this client about tokens, which says nothing against the token; see in its console what the client may do")
	case reason != "":
		return reply.Odd(reason)
	}
	return reply.Odd("no active in the answer to an introspection")
}

// probe makes the product's call with the token. Only status 401 is about the token.
func (s source) probe(ctx context.Context, req core.Request, token string) error {
	redact := append(redactor(req), token)
	place := s.spec.Token
	reply, err := s.Ask(ctx, req, s.spec.API(req.Account), upstream.Outgoing{
		Method: http.MethodGet, Path: s.spec.Probes(req.Account), Harmless: true,
		Header: map[string]string{place.Header: place.Prefix + token, "Accept": "application/json"},
	}, redact)
	switch {
	case err != nil:
		return err
	case reply.Status == http.StatusUnauthorized:
		return dead()
	case reply.Status == http.StatusForbidden:
		return notGranted("the API does not grant this call to the client, which says nothing against the token")
	case reply.Status == http.StatusTooManyRequests:
		return s.refused(ruleFor("", reply.Status), answer{}, redact)
	case reply.Status < 200 || reply.Status >= 300:
		return reply.Odd("neither a success nor a refusal of the token")
	}
	return nil
}

// dead is the error for a token that is no longer accepted.
func dead() *core.Error {
	return &core.Error{
		Class: core.Temporary, Remedy: core.RemedyTryAgain, Err: core.ErrDead,
		Message: "upstream no longer accepts this token: it was revoked, or has ended; refresh it",
	}
}

func notGranted(message string) *core.Error {
	return &core.Error{Class: core.Misuse, Remedy: core.RemedyPermission, Err: core.ErrNotGranted, Message: message}
}

// sameHost reports whether two URLs have one scheme, host and port.
func sameHost(a, b string) bool {
	one, err := url.Parse(a)
	other, also := url.Parse(b)
	return err == nil && also == nil && one.Scheme == other.Scheme && strings.EqualFold(one.Host, other.Host)
}
