package sidecar

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// Config is what a Proxy is made of.
type Config struct {
	// Key must be presented by each request, as Proxy-Authorization: Basic with it
	// as the password, or Bearer.
	Key core.Secret
	// Hosts are those whose plain HTTP is called for the account, as programs send
	// them: in lower case and ASCII, without a port, brackets or a dot at the end.
	Hosts []string
	// Call makes a call for the account.
	Call func(ctx context.Context, req api.CallRequest) (api.CallAnswer, error)
	// LiveWrite allows calls that may change a live account.
	LiveWrite bool
	// Before is the proxy that was set for a URL before this one; nil: the
	// environment's.
	Before func(*http.Request) (*url.URL, error)
}

// Limits of the proxy.
const (
	headerTime = 10 * time.Second
	dialTime   = 30 * time.Second
	idleTime   = time.Minute
)

// Proxy is the proxy of one command.
type Proxy struct {
	cfg    Config
	passes *http.Transport

	ctx  context.Context // of every tunnel
	end  context.CancelFunc
	wait sync.WaitGroup
}

// New returns a proxy that serves nothing yet.
func New(cfg Config) *Proxy {
	if cfg.Before == nil {
		cfg.Before = http.ProxyFromEnvironment
	}
	ctx, end := context.WithCancel(context.Background())
	return &Proxy{
		cfg: cfg, ctx: ctx, end: end,
		passes: &http.Transport{Proxy: cfg.Before, DisableCompression: true, IdleConnTimeout: idleTime, TLSHandshakeTimeout: headerTime},
	}
}

// Serve answers on l until ctx ends, and waits until everything has ended.
func (p *Proxy) Serve(ctx context.Context, l net.Listener) {
	server := &http.Server{Handler: p, ReadHeaderTimeout: headerTime, IdleTimeout: idleTime}
	stop := context.AfterFunc(ctx, func() {
		p.end()
		_ = server.Close()
	})
	defer stop()
	_ = server.Serve(l)
	p.end()
	p.wait.Wait()
	p.passes.CloseIdleConnections()
}

// ServeHTTP implements http.Handler.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case !p.knows(r.Header["Proxy-Authorization"]):
		w.Header().Set("Proxy-Authenticate", `Basic realm="TokenTray"`)
		refuse(w, http.StatusProxyAuthRequired, core.RemedyClientKey, "this proxy is for one command; use the address in its HTTP_PROXY, with the password")
	case r.Method == http.MethodConnect && p.own(r.Host):
		p.answerTunnel(w)
	case r.Method == http.MethodConnect:
		p.tunnel(w, r)
	case !r.URL.IsAbs():
		refuse(w, http.StatusBadRequest, core.RemedyCallPath, "this is a proxy; send the whole URL")
	case r.URL.Scheme == "http" && p.own(r.URL.Host):
		p.call(w, r)
	default:
		p.pass(w, r)
	}
}

// knows reports whether a request presents the key.
func (p *Proxy) knows(shown []string) bool {
	if len(shown) != 1 {
		return false
	}
	scheme, key, _ := strings.Cut(shown[0], " ")
	switch {
	case strings.EqualFold(scheme, "Basic"):
		raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(key))
		if err != nil {
			return false
		}
		_, key, _ = strings.Cut(string(raw), ":")
	case !strings.EqualFold(scheme, "Bearer"):
		return false
	}
	return subtle.ConstantTimeCompare([]byte(key), []byte(p.cfg.Key.Reveal())) == 1
}

// own reports whether plain HTTP to a host is the account's.
func (p *Proxy) own(host string) bool {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name, port = strings.Trim(host, "[]"), "80"
	}
	return port == "80" && slices.Contains(p.cfg.Hosts, strings.ToLower(strings.TrimSuffix(name, ".")))
}

// call makes a request for one of the account's hosts as a call.
func (p *Proxy) call(w http.ResponseWriter, r *http.Request) {
	if len(r.Header["Origin"]) > 0 || len(r.Header["Sec-Fetch-Site"]) > 0 {
		refuse(w, http.StatusForbidden, core.RemedyBrowser, core.SaysNoPage+"; make them from a program")
		return
	}
	target := r.URL.EscapedPath()
	if target == "" {
		target = "/"
	}
	if r.URL.RawQuery != "" {
		target += "?" + r.URL.RawQuery
	}
	body := api.Arrive(r)
	answer, err := p.cfg.Call(r.Context(), api.CallRequest{
		CallHead: api.CallHead{Method: r.Method, Target: target, Header: r.Header, LiveWrite: p.cfg.LiveWrite},
		Body:     body, Length: r.ContentLength, Hide: []core.Secret{p.cfg.Key},
	})
	if err != nil {
		e := core.AsError(err)
		w.Header().Set("Connection", "close")
		api.WriteError(w, api.HTTPStatus(e.Class), e, time.Now())
		return
	}
	defer answer.Body.Close()
	maps.Copy(w.Header(), answer.Header)
	if answer.Length >= 0 {
		w.Header().Set("Content-Length", strconv.FormatInt(answer.Length, 10))
	}
	body.Answer(w.Header())
	hand(w, answer.Status, answer.Body)
	_ = answer.Body.Close() // nothing goes up any more
	api.Linger(http.NewResponseController(w), r.Body)
}

// hand writes an answer. If it breaks off, so does the connection.
func hand(w http.ResponseWriter, status int, body io.Reader) {
	w.WriteHeader(status)
	if _, err := io.Copy(flushed{w, http.NewResponseController(w)}, body); err != nil {
		panic(http.ErrAbortHandler)
	}
}

// flushed sends on at once what was written: an answer may come in pieces.
type flushed struct {
	io.Writer
	rc *http.ResponseController
}

func (f flushed) Write(b []byte) (int, error) {
	n, err := f.Writer.Write(b)
	if err == nil {
		if err = f.rc.Flush(); errors.Is(err, http.ErrNotSupported) {
			err = nil
		}
	}
	return n, err
}

// pass forwards a request unchanged, except for the headers of one connection.
func (p *Proxy) pass(w http.ResponseWriter, r *http.Request) {
	out := r.Clone(r.Context())
	out.RequestURI, out.Close = "", false
	dropHop(out.Header)
	if _, named := out.Header["User-Agent"]; !named {
		out.Header["User-Agent"] = []string{""} // otherwise one would be added
	}
	body := api.Arrive(r)
	if out.Body = io.NopCloser(body); r.ContentLength == 0 {
		out.Body = nil
	}
	resp, err := p.passes.RoundTrip(out)
	if err != nil {
		refuse(w, http.StatusBadGateway, core.RemedyNetwork, "the host cannot be reached: "+r.URL.Host)
		return
	}
	defer resp.Body.Close()
	dropHop(resp.Header)
	maps.Copy(w.Header(), resp.Header)
	body.Answer(w.Header())
	hand(w, resp.StatusCode, resp.Body)
	_ = resp.Body.Close() // nothing goes up any more
	api.Linger(http.NewResponseController(w), r.Body)
}

// dropHop drops headers that concern one connection, see RFC 9110 section 7.6.1.
func dropHop(h http.Header) {
	for _, named := range h["Connection"] {
		for name := range strings.SplitSeq(named, ",") {
			h.Del(strings.TrimSpace(name))
		}
	}
	for _, name := range []string{"Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Te", "Trailer", "Transfer-Encoding", "Upgrade"} {
		h.Del(name)
	}
}

func refuse(w http.ResponseWriter, status int, remedy, message string) {
	w.Header().Set("Connection", "close")
	class := core.Misuse
	if status == http.StatusBadGateway {
		class = core.Temporary
	}
	api.WriteError(w, status, &core.Error{Class: class, Remedy: remedy, Message: message}, time.Now())
}
