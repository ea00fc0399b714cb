package wechat

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/upstream/upstreamtest"
)

const (
	proxyUser     = "clerk"
	proxyPassword = "p:w@/%d-of-7h3-pr0xy"
)

// An account's proxy is used, with its user name from the URL and its password
// from the vault, for https and for http upstreams.
func TestProxies(t *testing.T) {
	secure := httptest.NewTLSServer(http.HandlerFunc(good))
	t.Cleanup(secure.Close)
	open := serve(t, good)
	pool := x509.NewCertPool()
	pool.AddCert(secure.Certificate())
	ups := UpstreamsOf(Options{RootCAs: pool})

	for name, start := range map[string]func(*testing.T) proxyServer{
		"http": httpProxy, "https": httpsProxy(pool), "socks5": socksProxy, "socks5h": socksProxy,
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t)
			for _, base := range []string{secure.URL, open.URL} {
				both(t, ups, func(t *testing.T, s core.Source) {
					req := request(base)
					req.Account.Proxy = name + "://" + proxyUser + "@" + p.addr
					req.Credentials.ProxyPassword = core.NewSecret(proxyPassword)
					before := p.served.Load()
					if _, err := s.Fetch(t.Context(), req); err != nil {
						t.Fatal(err)
					}
					if p.served.Load() == before {
						t.Fatal("the proxy was passed by")
					}

					// A refusal waits for a person, since some proxies lock who
					// asks too often.
					for _, wrong := range []core.Secret{core.NewSecret("wrong-" + proxyPassword), {}} {
						req.Credentials.ProxyPassword = wrong
						e := fetchErr(t, s, req, core.Misuse, core.RemedyProxy)
						if !strings.Contains(e.Message, p.addr) || strings.Contains(everything(e), proxyPassword) {
							t.Errorf("%v", e)
						}
					}
				})
			}
		})
	}
}

func TestProxyFailures(t *testing.T) {
	target := untrusted(t).URL
	for name, tt := range map[string]struct {
		proxy  string
		remedy string
		says   string
	}{
		"http, refused":        {"http://127.0.0.1:1", core.RemedyProxy, "refused"},
		"socks5, refused":      {"socks5://127.0.0.1:1", core.RemedyProxy, "refused"},
		"http, 503":            {"http://" + upstreamtest.Talker(t, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"), core.RemedyProxy, "503"},
		"http, 200 but silent": {"http://" + upstreamtest.Talker(t, "HTTP/1.1 200 OK\r\n\r\n"), core.RemedyNetwork, "cut off"},
		"http, nonsense":       {"http://" + upstreamtest.Talker(t, "nonsense\r\n\r\n"), core.RemedyAnswer, "not a valid HTTP answer"},
		"https, no TLS":        {"https://" + upstreamtest.Talker(t, "nonsense\r\n\r\n"), core.RemedyProxy, "proxy"},
		"socks5, nonsense":     {"socks5://" + upstreamtest.Talker(t, "nonsense"), core.RemedyProxy, "proxy"},
		"socks5, hangs up":     {"socks5://" + upstreamtest.Talker(t, ""), core.RemedyProxy, "proxy"},
	} {
		t.Run(name, func(t *testing.T) {
			both(t, UpstreamsOf(Options{}), func(t *testing.T, s core.Source) {
				req := request(target)
				req.Account.Proxy = tt.proxy
				e := fetchErr(t, s, req, core.Temporary, tt.remedy)
				if !strings.Contains(e.Message, tt.says) {
					t.Errorf("says %q, want %q in it", e.Message, tt.says)
				}
			})
		})
	}
	for _, scheme := range []string{"http", "https", "socks5"} {
		t.Run(scheme+", silent", func(t *testing.T) {
			both(t, UpstreamsOf(Options{CallTimeout: 30 * time.Millisecond}), func(t *testing.T, s core.Source) {
				req := request(target)
				req.Account.Proxy = scheme + "://" + upstreamtest.Silent(t)
				fetchErr(t, s, req, core.Temporary, core.RemedyNetwork)
			})
		})
	}
}

// The environment's proxy is not an account's.
func TestEnvironmentProxyIsIgnored(t *testing.T) {
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"} {
		t.Setenv(name, "http://127.0.0.1:1")
	}
	srv := serve(t, good)
	both(t, UpstreamsOf(Options{}), func(t *testing.T, s core.Source) {
		if _, err := s.Fetch(t.Context(), request(srv.URL)); err != nil {
			t.Fatal(err)
		}
	})
}

// proxyServer is a proxy that insists on proxyUser and proxyPassword.
type proxyServer struct {
	addr   string
	served *atomic.Int32
}

func httpProxy(t *testing.T) proxyServer {
	p := proxyServer{served: new(atomic.Int32)}
	srv := httptest.NewServer(p)
	t.Cleanup(srv.Close)
	p.addr = srv.Listener.Addr().String()
	return p
}

func httpsProxy(pool *x509.CertPool) func(*testing.T) proxyServer {
	return func(t *testing.T) proxyServer {
		p := proxyServer{served: new(atomic.Int32)}
		srv := httptest.NewTLSServer(p)
		t.Cleanup(srv.Close)
		pool.AddCert(srv.Certificate())
		p.addr = srv.Listener.Addr().String()
		return p
	}
}

func (p proxyServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte(proxyUser+":"+proxyPassword))
	if got := r.Header.Get("Proxy-Authorization"); got != want {
		// Some proxies repeat what they were sent.
		http.Error(w, "not this: "+got, http.StatusProxyAuthRequired)
		return
	}
	p.served.Add(1)
	if r.Method != http.MethodConnect {
		(&httputil.ReverseProxy{Rewrite: func(*httputil.ProxyRequest) {}}).ServeHTTP(w, r)
		return
	}
	out, err := (&net.Dialer{}).DialContext(r.Context(), "tcp", r.Host)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	in, buf, err := http.NewResponseController(w).Hijack()
	if err != nil {
		_ = out.Close()
		return
	}
	_, _ = io.WriteString(in, "HTTP/1.1 200 Connection established\r\n\r\n")
	join(in, buf, out)
}

// join copies both ways until one side ends.
func join(in net.Conn, from io.Reader, out net.Conn) {
	var wg sync.WaitGroup
	wg.Go(func() { _, _ = io.Copy(out, from); _ = out.Close() })
	_, _ = io.Copy(in, out)
	_ = in.Close()
	wg.Wait()
}

// socksProxy is a SOCKS5 server (RFC 1928) with user name and password (RFC
// 1929).
func socksProxy(t *testing.T) proxyServer {
	p := proxyServer{served: new(atomic.Int32)}
	p.addr = upstreamtest.Listener(t, func(c net.Conn) {
		target, err := socksHandshake(c)
		if err != nil {
			return
		}
		out, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", target)
		if err != nil {
			_, _ = c.Write([]byte{5, 5, 0, 1, 0, 0, 0, 0, 0, 0}) // connection refused
			return
		}
		_, _ = c.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
		p.served.Add(1)
		join(c, c, out)
	})
	return p
}

func socksHandshake(c net.Conn) (target string, err error) {
	read := func(n int) []byte {
		b := make([]byte, n)
		if err == nil {
			_, err = io.ReadFull(c, b)
		}
		return b
	}
	methods := read(int(read(2)[1]))
	if !strings.Contains(string(methods), "\x02") {
		_, _ = c.Write([]byte{5, 0xff})
		return "", fmt.Errorf("no method with a password")
	}
	_, _ = c.Write([]byte{5, 2})
	user := string(read(int(read(2)[1])))
	password := string(read(int(read(1)[0])))
	if user != proxyUser || password != proxyPassword {
		_, _ = c.Write([]byte{1, 1})
		return "", fmt.Errorf("wrong password")
	}
	_, _ = c.Write([]byte{1, 0})
	var host string
	switch read(4)[3] {
	case 1:
		host = net.IP(read(4)).String()
	case 3:
		host = string(read(int(read(1)[0])))
	case 4:
		host = net.IP(read(16)).String()
	}
	port := binary.BigEndian.Uint16(read(2))
	return net.JoinHostPort(host, fmt.Sprint(port)), err
}
