package sidecar

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"

	"tokentray/core"
)

// answerTunnel answers CONNECT to one of the account's hosts: the tunnel ends here,
// and its content is plain HTTP for that host.
func (p *Proxy) answerTunnel(w http.ResponseWriter) {
	conn, rest, ok := p.hijack(w)
	if !ok {
		return
	}
	inner := &http.Server{ReadHeaderTimeout: headerTime, IdleTimeout: idleTime, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Host == "" {
			r.URL.Scheme, r.URL.Host = "http", r.Host
		}
		if r.Method == http.MethodConnect || r.URL.Scheme != "http" || !p.own(r.URL.Host) || !p.own(r.Host) {
			refuse(w, http.StatusForbidden, core.RemedyCallPath, "this tunnel is for the account's host alone")
			return
		}
		p.call(w, r)
	})}
	p.wait.Add(1)
	go func() {
		defer p.wait.Done()
		l := newOneConn(&buffered{conn, rest})
		defer context.AfterFunc(p.ctx, func() { _ = inner.Close(); _ = conn.Close() })()
		_ = inner.Serve(l)
	}()
}

// hijack takes the connection of a CONNECT and says that the tunnel stands.
func (p *Proxy) hijack(w http.ResponseWriter) (net.Conn, *bufio.Reader, bool) {
	conn, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		refuse(w, http.StatusInternalServerError, core.RemedyLog, "a tunnel cannot be made here")
		return nil, nil, false
	}
	if _, err := io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		_ = conn.Close()
		return nil, nil, false
	}
	return conn, rw.Reader, true
}

// tunnel connects the client with a host, and does not read the content.
func (p *Proxy) tunnel(w http.ResponseWriter, r *http.Request) {
	far, err := p.dial(r.Context(), r.Host)
	if err != nil {
		refuse(w, http.StatusBadGateway, core.RemedyNetwork, "the host cannot be reached: "+r.Host)
		return
	}
	near, rest, ok := p.hijack(w)
	if !ok {
		_ = far.Close()
		return
	}
	p.wait.Add(1)
	go func() {
		defer p.wait.Done()
		defer context.AfterFunc(p.ctx, func() { _ = near.Close(); _ = far.Close() })()
		join(&buffered{near, rest}, far)
	}()
}

// join copies both ways until both sides have ended.
func join(a, b net.Conn) {
	var both sync.WaitGroup
	one := func(to, from net.Conn) {
		_, _ = io.Copy(to, from)
		if half, ok := to.(interface{ CloseWrite() error }); !ok || half.CloseWrite() != nil {
			_ = to.Close()
		}
	}
	both.Go(func() { one(a, b) })
	both.Go(func() { one(b, a) })
	both.Wait()
	_, _ = a.Close(), b.Close()
}

// dial connects to a host, by way of the proxy that was set before this one.
func (p *Proxy) dial(ctx context.Context, host string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	scheme := "https"
	if _, port, _ := net.SplitHostPort(host); port == "80" {
		scheme = "http"
	}
	before, err := p.cfg.Before(&http.Request{URL: &url.URL{Scheme: scheme, Host: host}})
	if err != nil {
		return nil, err
	}
	var d net.Dialer
	if before == nil {
		return d.DialContext(ctx, "tcp", host)
	}
	if before.Scheme != "http" {
		return nil, errors.New("the proxy that was set before is not an HTTP proxy")
	}
	at := before.Host
	if before.Port() == "" {
		at = net.JoinHostPort(before.Hostname(), "80")
	}
	conn, err := d.DialContext(ctx, "tcp", at)
	if err != nil {
		return nil, err
	}
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	return connectBy(conn, before, host)
}

// connectBy asks a proxy for a tunnel to a host.
func connectBy(conn net.Conn, proxy *url.URL, host string) (net.Conn, error) {
	req := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: host}, Host: host, Header: http.Header{}}
	if u := proxy.User; u != nil {
		password, _ := u.Password()
		req.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(u.Username()+":"+password)))
	}
	r := bufio.NewReader(conn)
	err := req.Write(conn)
	if err == nil {
		var resp *http.Response
		if resp, err = http.ReadResponse(r, req); err == nil && resp.StatusCode != http.StatusOK {
			err = errors.New("the proxy that was set before refuses the tunnel")
		}
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return &buffered{conn, r}, nil
}

// buffered is a connection of which some bytes were read already.
type buffered struct {
	net.Conn
	r *bufio.Reader
}

func (b *buffered) Read(p []byte) (int, error) { return b.r.Read(p) }

// CloseWrite says that nothing more comes.
func (b *buffered) CloseWrite() error {
	if half, ok := b.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

// oneConn is a listener with one connection, whose Accept ends when that is closed.
type oneConn struct {
	conn   chan net.Conn
	closed chan struct{}
	addr   net.Addr
}

func newOneConn(c net.Conn) *oneConn {
	l := &oneConn{make(chan net.Conn, 1), make(chan struct{}), c.LocalAddr()}
	l.conn <- &told{Conn: c, close: sync.OnceFunc(func() { close(l.closed) })}
	return l
}

// Accept implements net.Listener.
func (l *oneConn) Accept() (net.Conn, error) {
	select {
	case c := <-l.conn:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener. The connection is the server's to close.
func (l *oneConn) Close() error { return nil }

// Addr implements net.Listener.
func (l *oneConn) Addr() net.Addr { return l.addr }

// told is a connection that reports when it is closed.
type told struct {
	net.Conn
	close func()
}

func (t *told) Close() error {
	t.close()
	return t.Conn.Close()
}
