package oauth

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/upstream"
)

// Options change how calls are made. The zero value is right for everything
// but tests.
type Options = upstream.Options

// Sources returns what asks for the tokens of the kind. It is safe for concurrent use.
func Sources(o Options) map[core.Kind]core.Source {
	set := kinds.Builtin()
	spec, _ := set.Of(kinds.OAuth2)
	now := o.Now
	if now == nil {
		now = time.Now
	}
	return map[core.Kind]core.Source{kinds.OAuth2: source{upstream.New(o), set, spec, now}}
}

type source struct {
	*upstream.Caller
	kinds kinds.Set
	spec  kinds.Spec
	now   func() time.Time
}

// Fetch returns a new token. req.Force changes nothing: each token is a new one.
func (s source) Fetch(ctx context.Context, req core.Request) (core.Grant, error) {
	redact := redactor(req)
	reply, err := s.ask(ctx, req, redact)
	if err != nil {
		return core.Grant{}, err
	}
	a, reason := read(reply.Body, s.now())
	switch {
	case reason != "" && reply.Status == http.StatusTooManyRequests:
		return core.Grant{}, s.refused(ruleFor("", reply.Status), a, redact)
	case reason != "":
		return core.Grant{}, reply.Odd(reason)
	case a.refused:
		return core.Grant{}, s.refused(ruleFor(a.code, reply.Status), a, redact)
	case reply.Status >= 300:
		return core.Grant{}, reply.Odd("JSON of another kind")
	case a.kind != "":
		return core.Grant{}, s.refused(upstream.Rule{
			Class: core.Misuse, Remedy: core.RemedyTokenType,
			Message: core.SaysTokenType + ", which calls cannot carry here; see what the client is set to",
		}, answer{text: "token_type " + a.kind, secrets: a.secrets}, redact)
	}
	return a.grant, nil
}

// refused is the error for an answer with an error.
func (s source) refused(r upstream.Rule, a answer, redact upstream.Redactor) *core.Error {
	text := a.text
	if isCode(a.code) {
		text = strings.TrimSuffix(a.code+": "+a.text, ": ")
	}
	return s.Refused(r, upstream.Answer{Message: text}, s.spec.Traits.Day, append(upstream.Redactor(a.secrets), redact...))
}

// Meanings implements core.Interpreter: the words of RFC 6749 and RFC 6750.
func (s source) Meanings(code, message string) []*core.Error {
	switch r := ruleFor(code, 0); {
	case code == "invalid_token":
		return []*core.Error{s.refused(upstream.TokenDead(), answer{}, nil)}
	case r.Class == core.Temporary && code != "temporarily_unavailable" && code != "server_error":
		return nil
	default:
		return []*core.Error{s.refused(r, answer{}, nil)}
	}
}

// redactor hides the secret in the forms in which the request carries it.
func redactor(req core.Request) upstream.Redactor {
	return upstream.Redactor{req.Credentials.Secret.Reveal(), req.Credentials.ProxyPassword.Reveal(), basic(req)}
}

// basic is client ID and secret as the scheme Basic has them (RFC 6749, section 2.3.1).
func basic(req core.Request) string {
	id, secret := url.QueryEscape(req.Account.AppID), url.QueryEscape(req.Credentials.Secret.Reveal())
	return base64.StdEncoding.EncodeToString([]byte(id + ":" + secret))
}

// ask lets the library write the request and sends it.
func (s source) ask(ctx context.Context, req core.Request, redact upstream.Redactor) (upstream.Reply, error) {
	a := req.Account
	more := s.spec.Pairs(a)
	if audience := s.spec.Param(a, kinds.OAuthAudience); audience != "" {
		more = withPair(more, "audience", audience)
	}
	if wrong := s.kinds.Check(a).Fatal(); slices.ContainsFunc(wrong, func(p core.Problem) bool { return p.Field == kinds.OAuthExtra }) {
		// Checked on input, and again here, where the secret is sent.
		return upstream.Reply{}, &core.Error{Class: core.Misuse, Remedy: core.RemedyInput, Message: "the account's further parameters would make another request; correct them", Unsent: true}
	}
	config := clientcredentials.Config{
		ClientID: a.AppID, ClientSecret: req.Credentials.Secret.Reveal(), TokenURL: s.spec.Base(a),
		Scopes: strings.Fields(s.spec.Param(a, kinds.OAuthScope)), EndpointParams: more, AuthStyle: oauth2.AuthStyleInHeader,
	}
	if s.spec.Param(a, kinds.OAuthAuth) == kinds.AuthBody {
		config.AuthStyle = oauth2.AuthStyleInParams
	}
	sent := &exchange{source: s, req: req, to: config.TokenURL, redact: redact}
	_, _ = config.Token(context.WithValue(ctx, oauth2.HTTPClient, &http.Client{Transport: sent}))
	if !sent.done { // the library writes no such request, and its error may quote it
		return upstream.Reply{}, &core.Error{Class: core.Misuse, Remedy: core.RemedyInput, Message: "a request cannot be made of the account's token URL and parameters; correct them", Unsent: true}
	}
	return sent.reply, sent.err
}

func withPair(pairs url.Values, name, value string) url.Values {
	if pairs == nil {
		pairs = url.Values{}
	}
	pairs.Set(name, value)
	return pairs
}

// errTaken ends the library's part: the answer was taken from it.
var errTaken = errors.New("the answer is read elsewhere")

// exchange sends the one request that the library writes, through the caller of
// core/upstream, and keeps the answer.
type exchange struct {
	source
	req    core.Request
	to     string
	redact upstream.Redactor

	done  bool
	reply upstream.Reply
	err   error
}

// RoundTrip never returns an answer, so the library cannot redirect, retry or read
// it.
func (e *exchange) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body) // it is in memory
	_ = r.Body.Close()
	if err != nil || e.done {
		return nil, cmp.Or(err, errTaken)
	}
	out := upstream.Outgoing{Method: r.Method, Body: body, Type: r.Header.Get("Content-Type")}
	if auth := r.Header.Get("Authorization"); auth != "" {
		out.Header = map[string]string{"Authorization": auth}
	}
	e.reply, e.err = e.Ask(r.Context(), e.req, e.to, out, e.redact)
	e.done = true
	return nil, errTaken
}
