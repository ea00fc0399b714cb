package upstream

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"time"

	"tokentray/core"
)

// keepIdle is how long a connection waits for the next call: long enough for the
// calls of one round and for many accounts that start together, short enough to
// leave nothing behind in an idle agent.
const keepIdle = 5 * time.Second

// Limits of one call.
const (
	connectTimeout = 5 * time.Second
	callTimeout    = 15 * time.Second
)

// Options change how calls are made. The zero value is right except in tests.
type Options struct {
	Now            func() time.Time  // the wall clock, for RetryAt; nil means the machine's
	ConnectTimeout time.Duration     // 0 means 5 s; also bounds the TLS handshake
	CallTimeout    time.Duration     // 0 means 15 s, for the whole call
	RootCAs        *x509.CertPool    // nil means the machine's
	Transport      http.RoundTripper // nil means the network; proxies are its own matter then
}

// routes are an account's base URL and its proxy, nil for none. They were checked on
// input and are checked again here, where the secret is sent. private allows plain
// http to a private network.
func routes(req core.Request, baseURL string, private bool) (base, proxy *url.URL, bad error) {
	base, err := url.Parse(baseURL)
	if err != nil || base.Hostname() == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, nil, inputError("the base URL is not of the form https://host; correct it")
	}
	proxy, bad = proxyOf(req)
	if bad != nil {
		return nil, nil, bad
	}
	switch base.Scheme {
	case "https":
	case "http":
		if private && core.MaybePrivate(base.Hostname()) {
			if proxy != nil {
				return nil, nil, inputError("a base URL with http:// in a private network is not asked through a proxy, which would read the secret; remove the proxy or use https://")
			}
			break
		}
		if !core.Loopback(base.Hostname()) {
			return nil, nil, inputError(core.SaysBaseURLHTTPS + "; correct it")
		}
		if proxy != nil && !core.Loopback(proxy.Hostname()) {
			return nil, nil, inputError("a base URL with http:// would show the secret to the proxy; remove the proxy or use https://")
		}
	default:
		return nil, nil, inputError("the base URL must begin with https://; correct it")
	}
	return base, proxy, nil
}

// proxyOf is the account's proxy with its password. The environment's proxies are
// not used: the whitelist depends on the route, so an account names its own.
func proxyOf(req core.Request) (*url.URL, error) {
	if req.Account.Proxy == "" {
		return nil, nil
	}
	u, err := url.Parse(req.Account.Proxy)
	if err != nil || u.Hostname() == "" {
		return nil, inputError("the proxy is not of the form http://host:port; correct it")
	}
	switch u.Scheme {
	case "http", "https", "socks5", "socks5h":
	default:
		return nil, inputError("the proxy must be an http, https or socks5 one; correct it")
	}
	clean := &url.URL{Scheme: u.Scheme, Host: u.Host, User: u.User}
	if !req.Credentials.ProxyPassword.Empty() {
		clean.User = url.UserPassword(u.User.Username(), req.Credentials.ProxyPassword.Reveal())
	}
	return clean, nil
}

type proxyKey struct{}

// withProxy sends the requests of a context through a proxy. This lets one
// transport, with one bounded set of connections, serve all accounts.
func withProxy(ctx context.Context, proxy *url.URL) context.Context {
	if proxy == nil {
		return ctx
	}
	return context.WithValue(ctx, proxyKey{}, proxy)
}

// New returns a Caller.
func New(o Options) *Caller {
	c := &Caller{now: o.Now, limit: o.CallTimeout, shared: o.Transport, fresh: o.Transport}
	if c.now == nil {
		c.now = time.Now
	}
	if c.limit <= 0 {
		c.limit = callTimeout
	}
	if o.Transport == nil {
		connect := o.ConnectTimeout
		if connect <= 0 {
			connect = connectTimeout
		}
		shared := newTransport(o, connect, c.limit+keepIdle)
		fresh := newTransport(o, connect, c.limit+keepIdle)
		fresh.DisableKeepAlives = true
		c.shared, c.fresh = deadlined{shared, c.limit + keepIdle}, fresh
		c.trusting = func(ca string) (http.RoundTripper, error) {
			pool, err := trusted(o.RootCAs, ca)
			if err != nil {
				return nil, err
			}
			own := o
			own.RootCAs = pool
			rt := newTransport(own, connect, c.limit+keepIdle)
			rt.DisableKeepAlives = true
			return rt, nil
		}
	}
	return c
}

// transport is the transport for a call of an account. Connections are kept only for
// accounts that trust what the machine trusts.
func (c *Caller) transport(ca string, harmless bool) (http.RoundTripper, error) {
	switch {
	case ca != "" && c.trusting != nil:
		return c.trusting(ca)
	case harmless:
		return c.shared, nil
	}
	return c.fresh, nil
}

// trusted are the certificates that vouch for an account's hosts: those of the
// machine, or of base if it is given, and its own.
func trusted(base *x509.CertPool, ca string) (*x509.CertPool, error) {
	var pool *x509.CertPool
	if base != nil {
		pool = base.Clone()
	} else if all, err := x509.SystemCertPool(); err == nil {
		pool = all
	} else {
		pool = x509.NewCertPool() // the account's own are enough
	}
	if !pool.AppendCertsFromPEM([]byte(ca)) {
		return nil, inputError("the account's CA is no certificate in PEM; choose the file again")
	}
	return pool, nil
}

// newTransport makes connections that live for at most life unless they are used
// again. The transport continues dialling after the call that wanted the connection
// is gone; the deadline ends that even when a proxy falls silent.
func newTransport(o Options, connect, life time.Duration) *http.Transport {
	dialer := &net.Dialer{Timeout: connect}
	return &http.Transport{
		Proxy: func(r *http.Request) (*url.URL, error) {
			proxy, _ := r.Context().Value(proxyKey{}).(*url.URL)
			return proxy, nil
		},
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			if err = astray(addr, conn.RemoteAddr()); err == nil && ctx.Value(privateKey{}) != nil {
				err = public(conn.RemoteAddr())
			}
			if err == nil {
				err = conn.SetDeadline(time.Now().Add(life))
			}
			if err != nil {
				_ = conn.Close()
				return nil, err
			}
			return conn, nil
		},
		OnProxyConnectResponse: func(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
			if resp.StatusCode != http.StatusOK {
				return proxyStatus(resp.StatusCode)
			}
			return nil
		},
		TLSClientConfig:        &tls.Config{RootCAs: o.RootCAs, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    connect,
		DisableCompression:     true, // the answers are tiny, and a compression bomb is not
		MaxIdleConns:           8,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        keepIdle,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// astray is an error when a name that must mean this machine led elsewhere: plain
// http is allowed to localhost, but a name server may say where that is.
func astray(asked string, reached net.Addr) error {
	if host, _, err := net.SplitHostPort(asked); err == nil && core.Loopback(host) && !core.ReachSelf.Covers(reached) {
		return &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("the name does not lead to this machine")}
	}
	return nil
}

type privateKey struct{}

// public is an error when a call for a private network only reached another one: a
// name server says where a name leads.
func public(reached net.Addr) error {
	if !core.ReachPrivate.Covers(reached) {
		return &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("the name does not lead into a private network, and http:// goes nowhere else")}
	}
	return nil
}

// deadlined moves a kept connection's deadline on each time it is used.
type deadlined struct {
	http.RoundTripper
	life time.Duration
}

func (d deadlined) RoundTrip(r *http.Request) (*http.Response, error) {
	trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		_ = info.Conn.SetDeadline(time.Now().Add(d.life)) // a dead connection fails at its use
	}}
	return d.RoundTripper.RoundTrip(r.WithContext(httptrace.WithClientTrace(r.Context(), trace)))
}
