package wechat

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/upstream/upstreamtest"
)

const goodBody = `{"access_token":"` + token + `","expires_in":7200}`

func good(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, goodBody) }

// What goes over the wire, to the letter.
func TestRequests(t *testing.T) {
	type seen struct {
		method, path, query, contentType, agent string
		length                                  int64
		chunked, closes                         bool
		body                                    map[string]any
	}
	var got seen
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = seen{
			r.Method, r.URL.Path, r.URL.RawQuery, r.Header.Get("Content-Type"), r.UserAgent(),
			r.ContentLength, len(r.TransferEncoding) > 0, r.Close, nil,
		}
		_ = json.Unmarshal(body, &got.body)
		if _, sent := r.Header["Idempotency-Key"]; sent {
			t.Error("the mark for the transport was sent")
		}
		if r.URL.Path == "/gate"+pathCheck {
			_, _ = io.WriteString(w, `{"ip_list":[]}`)
			return
		}
		good(w, r)
	})
	ups := UpstreamsOf(Options{})
	req := request(srv.URL + "/gate")

	for _, force := range []bool{false, true} {
		req.Force = force
		if _, err := ups[kinds.WeChat].Fetch(t.Context(), req); err != nil {
			t.Fatal(err)
		}
		if got.method != "POST" || got.path != "/gate/cgi-bin/stable_token" || got.query != "" ||
			got.contentType != "application/json" || got.agent != "TokenTray" || got.length <= 0 || got.chunked {
			t.Errorf("stable: %+v", got)
		}
		if len(got.body) != 4 || got.body["grant_type"] != "client_credential" || got.body["appid"] != req.Account.AppID ||
			got.body["secret"] != secret || got.body["force_refresh"] != force {
			t.Errorf("stable sent %v", got.body)
		}
	}

	req.Credentials.Secret = core.NewSecret("a b&c=d%")
	if _, err := ups[kinds.WeChatLegacy].Fetch(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	want := "appid=wx0123456789abcdef&grant_type=client_credential&secret=a+b%26c%3Dd%25"
	if got.method != "GET" || got.path != "/gate/cgi-bin/token" || got.query != want || got.length != 0 {
		t.Errorf("legacy: %+v", got)
	}
	if !got.closes {
		t.Error("the destructive call must have a connection of its own, or the transport may send it twice")
	}

	if err := ups[kinds.WeChat].Source.(core.Checker).Check(t.Context(), req, token); err != nil {
		t.Fatal(err)
	}
	if got.method != "GET" || got.path != "/gate/cgi-bin/get_api_domain_ip" || got.query != "access_token="+token {
		t.Errorf("check: %+v", got)
	}
}

// Calls of one round share a connection, and it does not stay.
func TestConnections(t *testing.T) {
	var opened atomic.Int32
	srv := httptest.NewUnstartedServer(http.HandlerFunc(good))
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			opened.Add(1)
		}
	}
	srv.Start()
	defer srv.Close()
	ups := UpstreamsOf(Options{})
	fetch := func(kind core.Kind, times int) int32 {
		before := opened.Load()
		for range times {
			if _, err := ups[kind].Fetch(t.Context(), request(srv.URL)); err != nil {
				t.Fatal(err)
			}
		}
		return opened.Load() - before
	}
	if n := fetch(kinds.WeChat, 5); n > 2 { // 2: a busy machine did not keep the first
		t.Errorf("5 stable calls opened %d connections", n)
	}
	if n := fetch(kinds.WeChatLegacy, 3); n != 3 {
		t.Errorf("3 legacy calls opened %d connections, want 3", n)
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	var followed atomic.Bool
	other := serve(t, func(w http.ResponseWriter, r *http.Request) { followed.Store(true); good(w, r) })
	for _, status := range []int{301, 302, 303, 307, 308} {
		srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+r.URL.RequestURI(), status)
		})
		both(t, UpstreamsOf(Options{}), func(t *testing.T, s core.Source) {
			fetchErr(t, s, request(srv.URL), core.Temporary, core.RemedyAnswer)
		})
	}
	if followed.Load() {
		t.Error("the secret went where a redirect pointed")
	}
}

func TestPreconditionFailed(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(412) })
	both(t, UpstreamsOf(Options{}), func(t *testing.T, s core.Source) {
		fetchErr(t, s, request(srv.URL), core.Misuse, core.RemedyUpdate)
	})
}

// An endless answer costs 1 MiB, not the memory of the machine.
func TestEndlessAnswer(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		block := make([]byte, 64<<10)
		for {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	})
	both(t, UpstreamsOf(Options{}), func(t *testing.T, s core.Source) {
		e := fetchErr(t, s, request(srv.URL), core.Temporary, core.RemedyAnswer)
		if !strings.Contains(e.Message, "1 MiB") {
			t.Error(e)
		}
	})
}

func TestTimeouts(t *testing.T) {
	short := Options{CallTimeout: 30 * time.Millisecond}
	t.Run("no answer", func(t *testing.T) {
		srv := serve(t, func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		})
		both(t, UpstreamsOf(short), func(t *testing.T, s core.Source) {
			e := fetchErr(t, s, request(srv.URL), core.Temporary, core.RemedyNetwork)
			if !errors.Is(e, context.DeadlineExceeded) || !strings.Contains(e.Message, "30ms") {
				t.Errorf("%v, caused by %v", e, e.Err)
			}
		})
	})
	t.Run("half an answer", func(t *testing.T) {
		srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"access_token":"`)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		})
		both(t, UpstreamsOf(short), func(t *testing.T, s core.Source) {
			fetchErr(t, s, request(srv.URL), core.Temporary, core.RemedyNetwork)
		})
	})
	t.Run("silence instead of TLS", func(t *testing.T) {
		ups := UpstreamsOf(Options{ConnectTimeout: 20 * time.Millisecond})
		both(t, ups, func(t *testing.T, s core.Source) {
			fetchErr(t, s, request("https://"+upstreamtest.Silent(t)), core.Temporary, core.RemedyNetwork)
		})
	})
}

func TestContextIsHonoured(t *testing.T) {
	started := make(chan struct{}, 1)
	srv := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		started <- struct{}{}
		<-r.Context().Done()
	})
	both(t, UpstreamsOf(Options{}), func(t *testing.T, s core.Source) {
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-started; cancel() }()
		g, err := s.Fetch(ctx, request(srv.URL))
		e := wantErr(t, g, err, core.Temporary, core.RemedyTryAgain)
		if !errors.Is(e, context.Canceled) {
			t.Errorf("caused by %v", e.Err)
		}
		g, err = s.Fetch(cancelled(), request(srv.URL))
		wantErr(t, g, err, core.Temporary, core.RemedyTryAgain)
	})
}

// Failures of the network, each as it really happens.
func TestNetworkFailures(t *testing.T) {
	web := serve(t, good)
	for name, tt := range map[string]struct {
		base   string
		remedy string
		says   string
	}{
		"refused":           {"http://127.0.0.1:1", core.RemedyNetwork, "refused"},
		"closed at once":    {"http://" + upstreamtest.Talker(t, ""), core.RemedyNetwork, "cut off"},
		"no HTTP":           {"http://" + upstreamtest.Talker(t, "SSH-2.0-OpenSSH_9.2\r\n"), core.RemedyAnswer, "not a valid HTTP answer"},
		"broken status":     {"http://" + upstreamtest.Talker(t, "HTTP/1.1 abc OK\r\n\r\n"), core.RemedyAnswer, "not a valid HTTP answer"},
		"endless header":    {"http://" + upstreamtest.Talker(t, "HTTP/1.1 200 OK\r\nX: "+strings.Repeat("x", 100<<10)+"\r\n\r\n"), core.RemedyAnswer, "not a valid HTTP answer"},
		"cut in the body":   {"http://" + upstreamtest.Talker(t, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"acc"), core.RemedyNetwork, "cut off"},
		"broken chunks":     {"http://" + upstreamtest.Talker(t, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), core.RemedyAnswer, "not a valid HTTP answer"},
		"http, not https":   {strings.Replace(web.URL, "http:", "https:", 1), core.RemedyAnswer, "TLS"},
		"no TLS at all":     {"https://" + upstreamtest.Talker(t, "220 mail.example.com ESMTP\r\n"), core.RemedyAnswer, "TLS"},
		"unknown authority": {untrusted(t).URL, core.RemedyTLS, "not trusted"},
	} {
		t.Run(name, func(t *testing.T) {
			both(t, UpstreamsOf(Options{}), func(t *testing.T, s core.Source) {
				e := fetchErr(t, s, request(tt.base), core.Temporary, tt.remedy)
				if !strings.Contains(e.Message, tt.says) {
					t.Errorf("says %q, want %q in it", e.Message, tt.says)
				}
			})
		})
	}
}

// The certificate has to be for the host that was asked, by a known authority, and the
// version TLS 1.2 or later.
func TestTLS(t *testing.T) {
	srv := httptest.NewTLSServer(http.HandlerFunc(good))
	defer srv.Close()
	srv.Config.ErrorLog = quiet()
	pool := x509.NewCertPool()
	pool.AddCert(srv.Certificate())
	ups := UpstreamsOf(Options{RootCAs: pool})
	both(t, ups, func(t *testing.T, s core.Source) {
		if _, err := s.Fetch(t.Context(), request(srv.URL)); err != nil {
			t.Fatal(err)
		}
		// The test's certificate is for 127.0.0.1 and example.com.
		wrong := strings.Replace(srv.URL, "127.0.0.1", "localhost", 1)
		e := fetchErr(t, s, request(wrong), core.Temporary, core.RemedyTLS)
		if !strings.Contains(e.Message, "localhost") {
			t.Error(e)
		}
	})
	both(t, UpstreamsOf(Options{}), func(t *testing.T, s core.Source) { // which do not know the authority
		fetchErr(t, s, request(srv.URL), core.Temporary, core.RemedyTLS)
	})
	old := httptest.NewUnstartedServer(http.HandlerFunc(good)) // with the same certificate
	old.Config.ErrorLog = quiet()
	old.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	old.StartTLS()
	defer old.Close()
	both(t, ups, func(t *testing.T, s core.Source) {
		fetchErr(t, s, request(old.URL), core.Temporary, core.RemedyAnswer)
	})
}

// What was checked at the door is checked again where the secret leaves.
func TestRoutes(t *testing.T) {
	for name, tt := range map[string]struct{ base, proxy string }{
		"http to a stranger":        {"http://api.weixin.qq.com", ""},
		"http to a private address": {"http://192.168.1.9", ""},
		"a host that begins alike":  {"http://localhost.example.com", ""},
		"file":                      {"file:///etc/passwd", ""},
		"no host":                   {"https://", ""},
		"no scheme":                 {"api.weixin.qq.com", ""},
		"user in the URL":           {"https://user@api.weixin.qq.com", ""},
		"query":                     {"https://api.weixin.qq.com/?a=b", ""},
		"fragment":                  {"https://api.weixin.qq.com/#a", ""},
		"no URL":                    {"https://%zz", ""},
		"no proxy URL":              {"", "http://%zz"},
		"proxy without a host":      {"", "http://"},
		"proxy of another kind":     {"", "ftp://127.0.0.1:21"},
		"secret to a proxy":         {"http://127.0.0.1:9", "http://proxy.example.com:3128"},
	} {
		t.Run(name, func(t *testing.T) {
			called := false
			rt := upstreamtest.RoundTrip(func(*http.Request) (*http.Response, error) { called = true; return nil, io.EOF })
			both(t, sources(rt), func(t *testing.T, s core.Source) {
				req := request(tt.base)
				req.Account.Proxy = tt.proxy
				fetchErr(t, s, req, core.Misuse, core.RemedyInput)
			})
			if called {
				t.Error("a request left")
			}
		})
	}
	var asked string
	rt := upstreamtest.RoundTrip(func(r *http.Request) (*http.Response, error) {
		asked = r.URL.Host
		return canned{body: goodBody}.RoundTrip(r)
	})
	if _, err := sources(rt)[kinds.WeChat].Fetch(t.Context(), request("")); err != nil || asked != "api.weixin.qq.com" {
		t.Errorf("without a base URL %q was asked: %v", asked, err)
	}
}
