package upstream

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"time"

	"tokentray/core"
)

// Limits of a Way's connections.
const (
	wayIdle  = 20 * time.Second // kept for the next call
	wayStall = 2 * time.Minute  // without a byte in either direction
	wayKept  = 32               // for each upstream
)

// Way connects to upstreams for calls that take as long as they need: uploads,
// downloads. It is safe for concurrent use.
type Way struct{ rt http.RoundTripper }

// NewWay returns a Way. Options.CallTimeout does not apply to it: a call ends with
// its context, or when nothing moves for two minutes.
func NewWay(o Options) *Way {
	if o.Transport != nil {
		return &Way{o.Transport}
	}
	connect := o.ConnectTimeout
	if connect <= 0 {
		connect = connectTimeout
	}
	t := newTransport(o, connect, wayStall)
	dial := t.DialContext
	t.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return moving{c}, nil
	}
	t.MaxIdleConns, t.MaxIdleConnsPerHost, t.IdleConnTimeout = 2*wayKept, wayKept, wayIdle
	return &Way{t}
}

// moving is a connection whose deadline moves with each byte.
type moving struct{ net.Conn }

func (m moving) Read(p []byte) (int, error) {
	n, err := m.Conn.Read(p)
	if n > 0 {
		_ = m.SetDeadline(time.Now().Add(wayStall)) // a dead connection fails at its use
	}
	return n, err
}

func (m moving) Write(p []byte) (int, error) {
	_ = m.SetDeadline(time.Now().Add(wayStall))
	return m.Conn.Write(p)
}

// Base is the URL of an upstream for calls, checked as Call checks it.
func Base(req core.Request, baseURL string) (*url.URL, error) {
	base, _, bad := routes(req, baseURL, false)
	return base, bad
}

// Send makes a call for an account. hr's URL begins with baseURL, and its context
// bounds the call. Redirects are not followed. Errors are *core.Error, without the
// values that redact hides. The caller closes the answer's body; Broken explains a
// failure while it is read.
func (w *Way) Send(hr *http.Request, req core.Request, baseURL string, redact Redactor) (*http.Response, error) {
	_, proxy, bad := routes(req, baseURL, false)
	if bad != nil {
		return nil, bad
	}
	ctx := withProxy(hr.Context(), proxy)
	resp, err := w.rt.RoundTrip(hr.WithContext(ctx))
	if own := new(core.Error); errors.As(err, &own) {
		return nil, own // the body could not be read
	}
	if err != nil {
		return nil, trouble{parent: hr.Context(), call: ctx, limit: wayStall, host: hr.URL.Host, proxy: proxy, redact: redact}.explain(err)
	}
	if resp.StatusCode == http.StatusSwitchingProtocols { // its body is the connection itself
		_ = resp.Body.Close()
		return nil, OddAnswer("a change of protocols, which was not asked for")
	}
	if resp.StatusCode == http.StatusProxyAuthRequired && proxy != nil {
		_ = resp.Body.Close()
		return nil, trouble{proxy: proxy}.proxyDenied()
	}
	return resp, nil
}

// Broken explains why an answer's body broke off.
func Broken(ctx context.Context, host string, err error) *core.Error {
	return trouble{parent: ctx, call: ctx, limit: wayStall, host: host}.explain(err)
}
