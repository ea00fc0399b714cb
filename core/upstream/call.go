package upstream

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"tokentray/core"
)

// Outgoing is one request as a source wants it sent.
type Outgoing struct {
	Method, Path string
	Query        url.Values
	Body         []byte // sent with its length; WeChat answers 412 to chunks
	Type         string // of the body; empty means JSON
	// Header are further headers. Those of HTTP itself, such as Host and
	// Content-Length, keep their values.
	Header map[string]string
	// Private: plain http may go to the addresses of private networks, and to no
	// others. Without it plain http goes to this machine alone.
	Private bool
	// Harmless: sending it twice does nothing more than once, so a connection may be
	// reused for it.
	Harmless bool
}

// Caller makes calls. It is safe for concurrent use.
type Caller struct {
	now    func() time.Time
	limit  time.Duration
	shared http.RoundTripper // keeps connections for a moment
	fresh  http.RoundTripper // a connection for each call
	// trusting makes a connection for each call too, and accepts the account's own
	// certificates; nil: all calls use fresh.
	trusting func(ca string) (http.RoundTripper, error)
}

// Call sends a request for an account to a base URL and reads the answer. Refusals
// with an errcode are in the answer; anything else that is no answer is a
// *core.Error, from whose texts redact has removed secrets.
func (c *Caller) Call(parent context.Context, req core.Request, baseURL string, out Outgoing, redact Redactor) (Answer, error) {
	r, err := c.Ask(parent, req, baseURL, out, redact)
	if err != nil {
		return Answer{}, err
	}
	return r.read()
}

// Reply is upstream's answer, for sources whose answers have a form of their own. It
// is no redirect, and at most 1 MiB long.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
}

// Ask is Call for any answer: it sends a request and returns the answer, whatever
// its status. Anything that is no answer is a *core.Error as with Call.
func (c *Caller) Ask(parent context.Context, req core.Request, baseURL string, out Outgoing, redact Redactor) (Reply, error) {
	base, proxy, bad := routes(req, baseURL, out.Private)
	if bad != nil {
		return Reply{}, bad
	}
	ctx, cancel := context.WithTimeout(withProxy(parent, proxy), c.limit)
	if out.Private && base.Scheme == "http" {
		ctx = context.WithValue(ctx, privateKey{}, true)
	}
	defer cancel()
	hr, err := newRequest(ctx, base, out)
	if err != nil {
		return Reply{}, inputError("the base URL cannot be asked; correct it")
	}
	rt, bad := c.transport(req.Account.CA, out.Harmless)
	if bad != nil {
		return Reply{}, bad
	}
	t := trouble{parent: parent, call: ctx, limit: c.limit, host: base.Host, proxy: proxy, redact: redact}
	var sent atomic.Bool
	hr = hr.WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }}))
	resp, err := rt.RoundTrip(hr)
	if err != nil {
		failure := t.explain(err)
		failure.Unsent = !sent.Load()
		return Reply{}, failure
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	// Closing without reading to the end drops the connection of an endless answer.
	_ = resp.Body.Close()
	if err != nil {
		return Reply{}, t.explain(err)
	}
	return t.reply(resp.StatusCode, resp.Header, body)
}

// newRequest builds the request. RoundTrip is used without http.Client, whose errors
// contain the URL and with it the secret, and which follows redirects.
func newRequest(ctx context.Context, base *url.URL, out Outgoing) (*http.Request, error) {
	u := *base
	if out.Path != "" { // it would remove the slash at the end of an endpoint's URL
		u = *base.JoinPath(out.Path)
	}
	u.RawQuery = out.Query.Encode()
	var body io.Reader
	if out.Body != nil {
		body = bytes.NewReader(out.Body) // a *bytes.Reader sets Content-Length
	}
	hr, err := http.NewRequestWithContext(ctx, out.Method, u.String(), body)
	if err != nil {
		return nil, errors.New("cannot build the request")
	}
	hr.Header.Set("User-Agent", "TokenTray")
	hr.Header.Set("Accept", "application/json")
	for name, value := range out.Header {
		hr.Header.Set(name, value)
	}
	if out.Body != nil {
		hr.Header.Set("Content-Type", cmp.Or(out.Type, "application/json"))
		if out.Harmless {
			// An empty list is not sent. It tells the transport that the request may
			// be repeated if a kept connection turns out closed.
			hr.Header["Idempotency-Key"] = []string{}
		}
	}
	return hr, nil
}

// reply is an answer that a source can read, or the error for one that it need not.
func (t trouble) reply(status int, header http.Header, body []byte) (Reply, error) {
	switch {
	case status >= 300 && status < 400:
		return Reply{}, OddAnswer("a redirect, which is not followed")
	case status == http.StatusProxyAuthRequired && t.proxy != nil:
		return Reply{}, t.proxyDenied()
	case len(body) > maxBody:
		return Reply{}, OddAnswer("an answer longer than 1 MiB")
	}
	return Reply{status, header, body}, nil
}

// read decides by the body first: upstream sends its errors with status 200, and
// gateways in between send pages.
func (r Reply) read() (Answer, error) {
	if r.Status == http.StatusPreconditionFailed && len(r.Body) == 0 {
		return Answer{}, &core.Error{
			Class: core.Misuse, Remedy: core.RemedyUpdate,
			Message: "upstream refused the form of the request (HTTP 412); if no proxy rewrites requests, report this",
		}
	}
	a, reason := Decode(r.Body)
	if reason == "" && (a.Code != 0 || a.Token != "" || r.Status < 300) {
		return a, nil
	}
	return Answer{}, r.Odd(cmp.Or(reason, "JSON of another kind"))
}

// Odd is OddAnswer with the status of the reply, if that says more.
func (r Reply) Odd(what string) *core.Error {
	if r.Status >= 300 {
		what = fmt.Sprintf("%s (HTTP %d)", what, r.Status)
	}
	return OddAnswer(what)
}

// OddAnswer is the error for an answer that upstream would not give: something in
// between answered, or upstream is out of order. what quotes nothing of it.
func OddAnswer(what string) *core.Error {
	return &core.Error{
		Class: core.Temporary, Remedy: core.RemedyAnswer,
		Message: "upstream's answer cannot be used: " + what + "; check base URL and proxy, and try again",
	}
}

// inputError is the error for unusable settings.
func inputError(message string) *core.Error {
	return &core.Error{Class: core.Misuse, Remedy: core.RemedyInput, Message: message, Unsent: true}
}
