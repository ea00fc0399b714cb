package sidecar

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"tokentray/core"
	"tokentray/core/api"
)

const key = "ttk_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"

// stand is a proxy with the calls that it made.
type stand struct {
	addr string

	mu    sync.Mutex
	calls []string

	stream func(body io.Reader, answer io.Writer) // of /stream
}

func (s *stand) call(_ context.Context, req api.CallRequest) (api.CallAnswer, error) {
	if req.Target == "/stream" {
		out, in := io.Pipe()
		go func() {
			s.stream(req.Body, in)
			_ = in.Close()
		}()
		return api.CallAnswer{CallResult: api.CallResult{Status: 200}, Body: out, Length: -1}, nil
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return api.CallAnswer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, fmt.Sprintf("%s %s %q", req.Method, req.Target, body))
	if strings.HasPrefix(req.Target, "/refused") {
		return api.CallAnswer{}, &core.Error{Class: core.Misuse, Remedy: core.RemedyLiveWrite, Message: "not allowed"}
	}
	return api.CallAnswer{
		CallResult: api.CallResult{Status: 200, Header: http.Header{"X-Openapi-Seqid": {"7"}}},
		Body:       io.NopCloser(strings.NewReader(`{"errcode":0}`)), Length: -1,
	}, nil
}

// made are the calls so far, which are forgotten.
func (s *stand) made() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() { s.calls = nil }()
	return strings.Join(s.calls, "; ")
}

func newStand(t *testing.T, more ...string) *stand {
	t.Helper()
	s := &stand{}
	p := New(Config{
		Key: core.NewSecret(key), Hosts: append([]string{"api.weixin.qq.com"}, more...), Call: s.call,
		Before: func(*http.Request) (*url.URL, error) { return nil, nil },
	})
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = l.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); p.Serve(ctx, l) }()
	t.Cleanup(func() { cancel(); <-done })
	return s
}

// client goes by the proxy, with a password or none.
func (s *stand) client(t *testing.T, password string) *http.Client {
	u := &url.URL{Scheme: "http", Host: s.addr}
	if password != "" {
		u.User = url.UserPassword("tokentray", password)
	}
	tr := &http.Transport{Proxy: http.ProxyURL(u), TLSClientConfig: nil}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// elsewhere is another host, which tells what came.
func elsewhere(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("Set-Cookie", "a=b")
	w.Header().Set("Location", "/further")
	w.WriteHeader(http.StatusFound)
	fmt.Fprintf(w, "%s %s %q auth %q proxy %q", r.Method, r.RequestURI, body, r.Header.Get("Authorization"), r.Header.Get("Proxy-Authorization"))
}

func get(t *testing.T, c *http.Client, url string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader("hello"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "own")
	resp, err := c.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	return resp.StatusCode, string(raw)
}

// TestPlainHTTPIsCalled for the account's host and no other, and nothing without the key.
func TestPlainHTTPIsCalled(t *testing.T) {
	s := newStand(t, "fd00::1")
	plain, encrypted := httptest.NewServer(http.HandlerFunc(elsewhere)), httptest.NewTLSServer(http.HandlerFunc(elsewhere))
	defer plain.Close()
	defer encrypted.Close()

	for _, u := range []string{
		"http://api.weixin.qq.com/cgi-bin/a?b=%7B", "http://API.weixin.qq.com:80/cgi-bin/a?b=%7B", "http://api.weixin.qq.com./cgi-bin/a?b=%7B",
		"http://[fd00::1]/cgi-bin/a?b=%7B", "http://[fd00::1]:80/cgi-bin/a?b=%7B",
	} {
		if status, said := get(t, s.client(t, key), u); status != 200 || said != `{"errcode":0}` {
			t.Errorf("%s: %d %s", u, status, said)
		}
		if made := s.made(); made != `POST /cgi-bin/a?b=%7B "hello"` {
			t.Errorf("%s: made %s", u, made)
		}
	}
	if status, said := get(t, s.client(t, key), "http://api.weixin.qq.com/refused"); status != 409 || !strings.Contains(said, core.RemedyLiveWrite) {
		t.Errorf("refused: %d %s", status, said)
	}
	s.made()
	for what, u := range map[string]string{
		"another host": plain.URL + "/x?access_token=own&b=c", "another port of the host": "http://api.weixin.qq.com:8080/x", "a name that ends alike": "http://evil-api.weixin.qq.com/x",
	} {
		status, said := get(t, s.client(t, key), u)
		if made := s.made(); made != "" {
			t.Errorf("%s: called %s", what, made)
		}
		if want := `POST /x?access_token=own&b=c "hello" auth "own" proxy ""`; what == "another host" && (status != 302 || said != want) {
			t.Errorf("%s: %d %s", what, status, said)
		}
	}
	for what, password := range map[string]string{"no key": "", "a wrong key": key + "x"} {
		for _, u := range []string{"http://api.weixin.qq.com/cgi-bin/a", plain.URL + "/x", encrypted.URL} {
			if status, said := get(t, s.client(t, password), u); status == 200 || status == 302 || status == 0 && !strings.Contains(said, "Proxy Authentication Required") {
				t.Errorf("%s at %s: %d %s", what, u, status, said)
			}
		}
	}
	if made := s.made(); made != "" {
		t.Errorf("without the key: called %s", made)
	}
	if status, said := get(t, http.DefaultClient, "http://"+s.addr+"/cgi-bin/a"); status != 407 {
		t.Errorf("as if it were the host: %d %s", status, said)
	}
}

// TestTunnels: one to the account's plain port is answered, every other one passes as it
// is.
func TestTunnels(t *testing.T) {
	s := newStand(t)
	server := httptest.NewTLSServer(http.HandlerFunc(elsewhere))
	defer server.Close()
	c := s.client(t, key)
	c.Transport.(*http.Transport).TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig
	if status, said := get(t, c, server.URL+"/x?access_token=own"); status != 302 || !strings.Contains(said, `POST /x?access_token=own "hello" auth "own"`) || s.made() != "" {
		t.Errorf("another host: %d %s", status, said)
	}
	own := newStand(t, "127.0.0.1") // the account's own host, by TLS
	c = own.client(t, key)
	c.Transport.(*http.Transport).TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig
	if status, said := get(t, c, server.URL+"/x"); status != 302 || !strings.Contains(said, `POST /x "hello" auth "own"`) || own.made() != "" {
		t.Errorf("its own host, by TLS: %d %s", status, said)
	}

	conn, r := s.connect(t, "api.weixin.qq.com:80")
	for _, tt := range []struct {
		request string
		status  int
		made    string
	}{
		{"GET /cgi-bin/a HTTP/1.1\r\nHost: api.weixin.qq.com\r\n\r\n", 200, `GET /cgi-bin/a ""`},
		{"POST /cgi-bin/b?c HTTP/1.1\r\nHost: api.weixin.qq.com:80\r\nContent-Length: 2\r\n\r\nhi", 200, `POST /cgi-bin/b?c "hi"`},
		{"GET /cgi-bin/a HTTP/1.1\r\nHost: example.com\r\n\r\n", 403, ""},
	} {
		if _, err := io.WriteString(conn, tt.request); err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		if made := s.made(); resp.StatusCode != tt.status || made != tt.made {
			t.Errorf("%q in the tunnel: %s, made %q", tt.request, resp.Status, made)
		}
	}
}

// connect makes a tunnel by hand.
func (s *stand) connect(t *testing.T, host string) (net.Conn, *bufio.Reader) {
	t.Helper()
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	fmt.Fprintf(conn, "CONNECT %s HTTP/1.1\r\nHost: %s\r\nProxy-Authorization: Bearer %s\r\n\r\n", host, host, key)
	r := bufio.NewReader(conn)
	resp, err := http.ReadResponse(r, &http.Request{Method: http.MethodConnect})
	if err != nil || resp.StatusCode != 200 {
		t.Fatalf("%v %v", resp, err)
	}
	return conn, r
}

// TestTheProxyBefore: what passes goes by the proxy that was set before, tunnels too.
func TestTheProxyBefore(t *testing.T) {
	s := newStand(t) // plays the other one
	up := httptest.NewTLSServer(http.HandlerFunc(elsewhere))
	defer up.Close()
	before := &url.URL{Scheme: "http", Host: s.addr, User: url.UserPassword("u", key)}
	p := New(Config{Key: core.NewSecret("own"), Before: func(*http.Request) (*url.URL, error) { return before, nil }})
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); p.Serve(ctx, l) }()
	defer func() { cancel(); <-done }()
	mine := &stand{addr: l.Addr().String()}
	c := mine.client(t, "own")
	c.Transport.(*http.Transport).TLSClientConfig = up.Client().Transport.(*http.Transport).TLSClientConfig
	if status, said := get(t, c, up.URL+"/x"); status != 302 {
		t.Errorf("a tunnel: %d %s", status, said)
	}
	if status, said := get(t, c, "http://api.weixin.qq.com/cgi-bin/a"); status != 200 || s.made() == "" {
		t.Errorf("plain HTTP: %d %s", status, said)
	}
}

// TestAnEarlyAnswerTakesNothingOfTheBody: an upstream that answers while the body is on its
// way gets every byte of it, the account's own and any other.
func TestAnEarlyAnswerTakesNothingOfTheBody(t *testing.T) {
	const step, steps = 64 << 10, 8
	s := newStand(t)
	s.stream = func(body io.Reader, answer io.Writer) { // a line for each piece
		for i := range steps {
			if _, err := io.CopyN(io.Discard, body, step); err != nil {
				return
			}
			if _, err := fmt.Fprintln(answer, i); err != nil {
				return
			}
		}
	}
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rc := http.NewResponseController(w)
		if err := rc.EnableFullDuplex(); err != nil {
			t.Error(err)
		}
		s.stream(r.Body, flushed{w, rc})
	}))
	defer other.Close()
	for _, u := range []string{"http://api.weixin.qq.com/stream", other.URL} {
		body, sends := io.Pipe()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, u, body)
		if err != nil {
			t.Fatal(err)
		}
		go func() { _, _ = sends.Write(make([]byte, step)) }()
		resp, err := s.client(t, key).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(resp.Body)
		for i := range steps {
			if !lines.Scan() || lines.Text() != fmt.Sprint(i) {
				t.Fatalf("%s: after %d pieces: %q, %v", u, i, lines.Text(), lines.Err())
			}
			if i == steps-1 {
				break
			}
			if _, err := sends.Write(make([]byte, step)); err != nil {
				t.Fatal(err)
			}
		}
		_ = sends.Close()
		_ = resp.Body.Close()
	}
}
