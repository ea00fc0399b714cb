package call

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/upstream"
)

// Config is what an Engine needs.
type Config struct {
	// Token is a living token of an account.
	Token func(ctx context.Context, spec kinds.Spec, a core.Account) (core.Token, error)
	// Stale reports a token that failed and returns one that works: the same if
	// upstream still accepts it.
	Stale func(ctx context.Context, spec kinds.Spec, a core.Account, token string) (core.Token, error)
	// Credentials are what must not appear in an answer, and the proxy's password.
	Credentials func(ctx context.Context, a core.Account) (core.Credentials, error)
	// Explain says what a code in an answer of a kind's upstream means, as a
	// core.Explainer does; nil: nobody knows.
	Explain func(kind core.Kind, code int, message string) *core.Error
	Way     *upstream.Way    // nil means the network
	Now     func() time.Time // the wall clock; nil means the machine's
}

// Engine makes calls. It is safe for concurrent use.
type Engine struct {
	cfg   Config
	known known
}

// New returns an Engine.
func New(cfg Config) *Engine {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Way == nil {
		cfg.Way = upstream.NewWay(upstream.Options{})
	}
	return &Engine{cfg: cfg}
}

// Request is a call to make.
type Request struct {
	Method string
	Target string // path and query as sent
	Header http.Header
	Body   io.Reader // nil: none
	Length int64     // of Body; -1: not known
	// LiveWrite allows a call that may change a live account.
	LiveWrite bool
	// Hide is something else that must not appear in the answer: the caller's key.
	Hide []core.Secret
}

// Response is an answer. The caller closes Body.
type Response struct {
	Status int
	Header http.Header
	// Body has its secrets masked while it is read. Its errors are *core.Error.
	Body   io.ReadCloser
	Length int64 // of Body; -1: not known

	Judged Judged
	// Code is the upstream's code for the failure, 0 for none, and Refusal its
	// meaning; nil if nothing failed.
	Code    int
	Refusal *core.Error
	// Renewed says that the token was dead and the call was made again with another.
	Renewed bool
	// NotAgain says that the token was dead and is renewed, and that the call was
	// not made again, because its body was too long to be kept.
	NotAgain bool
}

// Plan is a call as it would be sent, with masks for the token.
type Plan struct {
	Judged Judged
	URL    string
	Header http.Header
}

// Plan returns what Do would send. It asks nobody.
func (e *Engine) Plan(spec kinds.Spec, a core.Account, r Request) (Plan, error) {
	o, err := e.prepare(spec, a, r)
	if err != nil {
		return Plan{}, err
	}
	base, err := upstream.Base(core.Request{Account: withoutProxy(a)}, spec.API(a))
	if err != nil {
		return Plan{}, err
	}
	const shown = "***"
	hr, err := o.request(context.Background(), base, shown, body{})
	if err != nil {
		return Plan{}, err
	}
	return Plan{Judged: o.judged, URL: hr.URL.String(), Header: hr.Header}, nil
}

// withoutProxy is the account without its proxy, for a call that is not made.
func withoutProxy(a core.Account) core.Account {
	a.Proxy = ""
	return a
}

// Do makes a call. Errors, all *core.Error, mean that there is no answer; a refusal
// by the upstream is an answer.
func (e *Engine) Do(ctx context.Context, spec kinds.Spec, a core.Account, r Request) (*Response, error) {
	o, err := e.prepare(spec, a, r)
	if err != nil {
		return nil, err
	}
	creds, err := e.credentials(ctx, spec, a)
	if err != nil {
		return nil, core.AsError(err)
	}
	o.to = core.Request{Account: a, Credentials: creds}
	token, err := e.cfg.Token(ctx, spec, a)
	if err != nil {
		return nil, core.AsError(err)
	}
	sent, err := keep(r.Body, r.Length)
	if err != nil {
		return nil, core.AsError(err)
	}
	out, dead, err := e.once(ctx, o, token, sent)
	if err != nil || !dead {
		return out, err
	}
	next, err := e.cfg.Stale(ctx, spec, a, token.Value)
	switch {
	case err != nil: // upstream's answer says more than the reason why there is no other token
		return out, nil
	case next.Value == token.Value:
		return out, nil
	case !sent.again():
		out.NotAgain = true
		return out, nil
	}
	_ = out.Body.Close()
	out, _, err = e.once(ctx, o, next, sent)
	if err != nil {
		return nil, core.AsError(err)
	}
	out.Renewed = true
	return out, nil
}

// order is an accepted call.
type order struct {
	judged Judged
	header http.Header
	spec   kinds.Spec
	to     core.Request
	hide   []core.Secret
}

// prepare judges a call. Nothing has been sent yet.
func (e *Engine) prepare(spec kinds.Spec, a core.Account, r Request) (order, error) {
	if spec.Kind == "" {
		return order{}, &core.Error{Class: core.Misuse, Remedy: core.RemedyUpdate, Message: fmt.Sprintf("kind %q is not known; update TokenTray", a.Kind)}
	}
	j, err := Judge(spec.ClosedFor(a), r.Method, r.Target)
	if err != nil {
		return order{}, err
	}
	if err := j.Allow(a.Env, r.LiveWrite); err != nil {
		return order{}, err
	}
	header, err := outgoing(spec, r.Header)
	if err != nil {
		return order{}, err
	}
	return order{judged: j, header: header, spec: spec, hide: r.Hide}, nil
}

// request is the call with a token in it.
func (o order) request(ctx context.Context, base *url.URL, token string, b body) (*http.Request, error) {
	u := strings.TrimSuffix(base.String(), "/") + o.judged.Path.raw
	query := o.judged.query
	header := o.header.Clone()
	if name := o.spec.Token.Query; name != "" {
		if query != "" {
			query += "&"
		}
		query += name + "=" + url.QueryEscape(token)
	} else {
		header.Set(o.spec.Token.Header, o.spec.Token.Prefix+token)
	}
	if query != "" {
		u += "?" + query
	}
	hr, err := http.NewRequestWithContext(ctx, o.judged.Method, u, b.reader())
	if err != nil {
		return nil, badPath("cannot be sent; correct it") // the cause has the URL in it
	}
	hr.Header = header
	if hr.Body != nil {
		hr.ContentLength = b.length
	}
	return hr, nil
}

// once makes the call once; dead says that the answer calls its token dead.
func (e *Engine) once(ctx context.Context, o order, token core.Token, b body) (_ *Response, dead bool, err error) {
	secret := o.to.Credentials.Secret.Reveal()
	redact := upstream.Redactor{token.Value, token.Previous.Value, secret, o.to.Credentials.ProxyPassword.Reveal()}
	hide := []string{token.Value, token.Previous.Value, secret}
	for _, s := range o.hide {
		redact, hide = append(redact, s.Reveal()), append(hide, s.Reveal())
	}
	at := o.spec.API(o.to.Account)
	base, err := upstream.Base(o.to, at)
	if err != nil {
		return nil, false, err
	}
	hr, err := o.request(ctx, base, token.Value, b)
	if err != nil {
		return nil, false, err
	}
	resp, err := e.cfg.Way.Send(hr, o.to, at, redact)
	if err != nil {
		return nil, false, err
	}
	raw, length, err := decoded(resp)
	if err != nil {
		_ = resp.Body.Close()
		return nil, false, err
	}
	said, all, rest := look(o.spec, resp.StatusCode, raw, length, resp.StatusCode < 300 && isStream(resp.Header.Get("Content-Type")))
	mask := e.known.mask(o.to.Account.ID, hide)
	out := &Response{Status: resp.StatusCode, Header: incoming(resp.Header, mask), Length: length, Judged: o.judged, Code: said.code}
	if all != nil {
		mask.hide(all, true)
		out.Body, out.Length = whole{bytes.NewReader(all), rest}, int64(len(all))
	} else {
		out.Body = explained{ctx, newMasked(rest, mask, length), hr.URL.Host}
	}
	out.Refusal = e.refusal(o.spec, resp, said, redact)
	return out, said.dead, nil
}

// whole is a body that was read to its end. Nothing fails in it any more.
type whole struct {
	*bytes.Reader
	io.Closer
}

// explained is a body whose errors people can read.
type explained struct {
	ctx  context.Context
	from io.ReadCloser
	host string
}

func (x explained) Read(p []byte) (int, error) {
	n, err := x.from.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = upstream.Broken(x.ctx, x.host, err)
	}
	return n, err
}

func (x explained) Close() error { return x.from.Close() }

func errBody(err error) *core.Error {
	var already *core.Error
	if errors.As(err, &already) {
		return already
	}
	return &core.Error{Class: core.Invalid, Remedy: core.RemedyCallBody, Message: "the body of the call broke off; send it whole", Err: err}
}
