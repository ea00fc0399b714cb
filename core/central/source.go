package central

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/upstream"
)

// Poll is how often the server is asked if its answers tell no life and the account
// says nothing else.
const Poll = 5 * time.Minute

// Options change how calls are made. The zero value is right except in tests.
type Options = upstream.Options

// Sources returns the source that asks a team's server. It is safe for concurrent
// use.
func Sources(o Options) map[core.Kind]core.Source {
	spec, _ := kinds.Builtin().Of(kinds.Central)
	now := o.Now
	if now == nil {
		now = time.Now
	}
	return map[core.Kind]core.Source{kinds.Central: source{upstream.New(o), spec, now}}
}

type source struct {
	*upstream.Caller
	spec kinds.Spec
	now  func() time.Time
}

// Fetch returns the server's token, and reports the token that req calls failed.
func (s source) Fetch(ctx context.Context, req core.Request) (core.Grant, error) {
	c := s.callOf(req)
	if req.Stale == "" || c.staleURL == "" && c.staleName == "" {
		return s.ask(ctx, c, s.spec.Base(req.Account), c.params(""), false)
	}
	if c.staleURL == "" { // the call itself carries the report
		return s.ask(ctx, c, s.spec.Base(req.Account), c.params(req.Stale), true)
	}
	report := c
	report.method, report.query = http.MethodPost, ""
	answered, refused := s.ask(ctx, report, c.staleURL, report.params(req.Stale), true)
	if refused == nil {
		return answered, nil
	}
	// The report brought no token. The server may have another one by now.
	grant, err := s.ask(ctx, c, s.spec.Base(req.Account), c.params(""), false)
	if err == nil && grant.Value == req.Stale && !isBare(refused) {
		return core.Grant{}, refused
	}
	return grant, err
}

// call is how the account's server is asked.
type call struct {
	req                       core.Request
	key                       string // empty: the server needs none
	method, query             string
	place, name               string // of the key
	answer                    string
	tokenPath, lifePath       upstream.Path
	staleURL, staleName, sent string // sent: what stands at staleName, in place of the token
	poll                      time.Duration
	private                   bool
}

func (s source) callOf(req core.Request) call {
	a := req.Account
	param := func(key string) string { return s.spec.Param(a, key) }
	c := call{
		req: req, method: param(kinds.CentralMethod), query: param(kinds.CentralQuery),
		place: param(kinds.CentralKeyPlace), name: param(kinds.CentralKeyName), answer: param(kinds.CentralAnswer),
		tokenPath: upstream.Path(param(kinds.CentralTokenPath)), lifePath: upstream.Path(param(kinds.CentralLifePath)),
		staleURL: param(kinds.CentralStaleURL), poll: Poll, private: s.spec.PlainHTTP(a),
	}
	if key := req.Credentials.Secret.Reveal(); key != kinds.NoKey {
		c.key = key
	}
	c.staleName, c.sent, _ = strings.Cut(param(kinds.CentralStaleName), "=")
	if c.staleName == "" && c.staleURL != "" {
		c.staleName = "stale"
	}
	if n, err := strconv.Atoi(param(kinds.CentralPoll)); err == nil && n > 0 {
		c.poll = time.Duration(n) * time.Second
	}
	return c
}

// params are those of the call, with the report of a failed token, if any.
func (c call) params(stale string) url.Values {
	out, err := url.ParseQuery(c.query) // it was checked on input
	if err != nil {
		out = url.Values{}
	}
	switch {
	case stale == "":
	case c.sent != "":
		out.Set(c.staleName, c.sent)
	default:
		out.Set(c.staleName, stale)
	}
	return out
}

// outgoing is the request: the parameters of a GET are its query, those of a POST
// its body. The key goes where the account says.
func (c call) outgoing(params url.Values) (upstream.Outgoing, *core.Error) {
	out := upstream.Outgoing{
		Method: c.method, Private: c.private, Query: url.Values{},
		Header: map[string]string{"Accept": "application/json, text/plain, */*", "Cache-Control": "no-cache"},
	}
	body := map[string]any{}
	if c.method == http.MethodGet {
		out.Query = params
	} else {
		for name := range params {
			body[name] = jsonOf(params.Get(name))
		}
	}
	name := c.name
	switch {
	case c.key == "":
	case c.place == kinds.KeyInJSON && c.method == http.MethodGet:
		return out, &core.Error{
			Class: core.Misuse, Remedy: core.RemedyInput, Unsent: true,
			Message: "a GET has no JSON in which the key could stand; choose POST, or another place for the key",
		}
	case c.place == kinds.KeyInJSON:
		body[or(name, "key")] = c.key
	case c.place == kinds.KeyInQuery:
		out.Query.Set(or(name, "key"), c.key)
	default:
		out.Header[or(name, "Authorization")] = headerValue(or(name, "Authorization"), c.key)
	}
	if c.method != http.MethodGet {
		out.Body, _ = json.Marshal(body) // texts and bools always marshal
	}
	return out, nil
}

// headerValue is a key as a header's value: for Authorization with the scheme
// Bearer, unless the key names another one.
func headerValue(name, key string) string {
	if strings.EqualFold(name, "Authorization") && !strings.Contains(key, " ") {
		return "Bearer " + key
	}
	return key
}

// jsonOf is a parameter in JSON: true and false are booleans, everything else is
// text.
func jsonOf(value string) any {
	switch value {
	case "true":
		return true
	case "false":
		return false
	}
	return value
}

func or(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}

// ask makes a call and reads the grant from its answer. A report is not sent twice.
func (s source) ask(ctx context.Context, c call, to string, params url.Values, report bool) (core.Grant, error) {
	out, bad := c.outgoing(params)
	if bad != nil {
		return core.Grant{}, bad
	}
	out.Harmless = !report
	redact := upstream.Redactor{c.key, c.req.Stale, c.req.Credentials.ProxyPassword.Reveal()}
	reply, err := s.Ask(ctx, c.req, to, out, redact)
	if err != nil {
		return core.Grant{}, err
	}
	a := c.read(reply, s.now())
	switch {
	case a.rule != nil:
		e := s.Refused(*a.rule, upstream.Answer{Code: a.code, Message: a.text, Token: a.grant.Value}, "", redact)
		e.Err = a.cause
		return core.Grant{}, e
	case a.gap.Fault != "":
		e := a.gap.Error()
		e.Err = a.cause
		return core.Grant{}, e
	case a.odd != "":
		e := reply.Odd(a.odd)
		e.Err = a.cause
		return core.Grant{}, e
	}
	return a.grant, nil
}
