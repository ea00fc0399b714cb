package door

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

func TestReadsOfALivingTokenAreNeverLimited(t *testing.T) {
	g := newGate(t)
	g.stopClock()
	for range clientBurst {
		g.ask("POST", "/v1/token/shop/refresh", `{"stale":"88_old"}`, with(g.sandbox))
	}
	w := g.ask("POST", "/v1/token/shop/refresh", `{"stale":"88_old"}`, with(g.sandbox))
	after, err := strconv.Atoi(w.Header().Get("Retry-After"))
	if w.Code != 429 || err != nil || after < 1 || !strings.Contains(w.Body.String(), "slower") {
		t.Fatalf("after %d refreshes: %d, Retry-After %q, %s", clientBurst, w.Code, w.Header().Get("Retry-After"), w.Body)
	}
	g.seen()
	for range 3 * clientBurst {
		if w := g.ask("GET", "/v1/token/shop", "", with(g.sandbox)); w.Code != 200 {
			t.Fatalf("a read of a living token: %d %s", w.Code, w.Body)
		}
	}
	if w := g.ask("GET", "/v1/token/shop?min_ttl=2h", "", with(g.sandbox)); w.Code != 429 || g.seen() != "" {
		t.Errorf("a read that must fetch: %d", w.Code)
	}
	if w := g.ask("POST", "/v1/token/shop/refresh", "", with(g.all)); w.Code != 200 {
		t.Errorf("another client: %d", w.Code)
	}
	if w := g.ask("POST", "/cgi-bin/stable_token", cgiBody("wxsandbox", g.sandbox, true)); !strings.Contains(w.Body.String(), "45011") || w.Code != 200 || w.Header().Get("Retry-After") == "" {
		t.Errorf("force_refresh: %d %s", w.Code, w.Body)
	}
	if w := g.ask("POST", "/cgi-bin/stable_token", cgiBody("wxsandbox", g.sandbox, false)); !strings.Contains(w.Body.String(), "88_sandbox") {
		t.Errorf("a read in WeChat's way: %s", w.Body)
	}
}

func TestFailuresAreLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(t)
		codes := map[int]int{}
		for range 2 * clientBurst {
			codes[g.ask("GET", "/v1/token/nothing", "", with(g.sandbox)).Code]++
		}
		if codes[403] != clientBurst || codes[429] != clientBurst {
			t.Errorf("answers: %v", codes)
		}
		time.Sleep(10 * time.Second)
		codes = map[int]int{}
		for range 20 {
			codes[g.ask("GET", "/v1/token/nothing", "", with(g.sandbox)).Code]++
		}
		if codes[403] != 10 {
			t.Errorf("after ten seconds: %v", codes)
		}
	})
}

// TestAStormOfWrongKeys: ten thousand wrong keys at once are slowed, logged
// once, and keep nobody with a right key from a token.
func TestAStormOfWrongKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(t)
		var wg sync.WaitGroup
		began := time.Now()
		for i := range 100 {
			wg.Go(func() {
				for j := range 100 {
					w := g.ask("GET", "/v1/token/shop", "", with(fmt.Sprintf("ttk_%043d", i*100+j)))
					if w.Code != 401 {
						t.Errorf("a wrong key: %d", w.Code)
					}
				}
			})
			if w := g.ask("GET", "/v1/token/shop", "", with(g.sandbox)); w.Code != 200 {
				t.Errorf("a right key meanwhile: %d", w.Code)
			}
		}
		wg.Wait()
		if took := time.Since(began); took < 30*time.Second {
			t.Errorf("it took %v; those who are held back wait a second each", took)
		}
		if n := strings.Count(g.log.String(), "wrong client keys"); n != 1 {
			t.Errorf("logged %d times:\n%s", n, g.log)
		}
		if lines := g.door.Accesses(1000); len(lines) > 2*100+1 {
			t.Errorf("%d lines in the access log", len(lines))
		}
		time.Sleep(2 * stormCalm)
		began = time.Now()
		if w := g.ask("GET", "/v1/token/shop", "", with("ttk_x")); w.Code != 401 || time.Since(began) != 0 {
			t.Errorf("a wrong key after the storm: %d after %v", w.Code, time.Since(began))
		}
	})
}

// TestAStormAtWeChatsPaths: an AppSecret in the place of a key, from an SDK that
// tries again without end, is slowed as any wrong key is; no key is not a wrong
// one.
func TestAStormAtWeChatsPaths(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(t)
		slowed := func(secret string) (n int) {
			for i := range 10 * stormBurst {
				began := time.Now()
				w := g.ask("POST", "/cgi-bin/stable_token", cgiBody("wxsandbox", secret, i%2 == 0))
				if w.Code != 200 || strings.Contains(w.Body.String(), "88_") {
					t.Fatalf("%d %s", w.Code, w.Body)
				}
				if time.Since(began) >= stormHold {
					n++
				}
			}
			return n
		}
		if n := slowed(""); n != 0 {
			t.Errorf("%d answers to calls without a key were slowed", n)
		}
		if n := slowed("0123456789abcdef0123456789abcdef"); n < 2*stormBurst {
			t.Errorf("%d answers were slowed", n)
		}
		if n := strings.Count(g.log.String(), "wrong client keys"); n != 1 {
			t.Errorf("logged %d times", n)
		}
		began := time.Now()
		if w := g.ask("POST", "/cgi-bin/stable_token", cgiBody("wxsandbox", g.sandbox, false)); !strings.Contains(w.Body.String(), "88_sandbox") || time.Since(began) != 0 {
			t.Errorf("a right key meanwhile: %s after %v", w.Body, time.Since(began))
		}
	})
}

func TestRevocationActsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(t)
		g.hang = true
		codes := make(chan int, 3)
		for _, call := range [][3]string{
			{"POST", "/v1/token/shop/refresh", ""},
			{"GET", "/v1/token/shop?min_ttl=2h", ""},
			{"GET", fmt.Sprintf("/v1/token/shop?newer_than=%d&wait=60s", time.Now().Add(time.Hour).Unix()), ""},
		} {
			go func() { codes <- g.ask(call[0], call[1], call[2], with(g.sandbox)).Code }()
		}
		synctest.Wait()
		g.door.RevokeKey("sandbox")
		for range 3 {
			if code := <-codes; code != 401 {
				t.Errorf("a call under way: %d", code)
			}
		}
		if w := g.ask("GET", "/v1/token/shop", "", with(g.sandbox)); w.Code != 401 {
			t.Errorf("a call after it: %d", w.Code)
		}
		if w := g.ask("GET", "/cgi-bin/token?grant_type=client_credential&appid=wxsandbox&secret="+g.sandbox, ""); !strings.Contains(w.Body.String(), "40125") {
			t.Errorf("in WeChat's way: %s", w.Body)
		}
		if w := g.ask("GET", "/v1/token/shop", "", with(g.all)); w.Code != 200 {
			t.Errorf("another key: %d", w.Code)
		}
	})
}

func TestTheAccessLogHoldsNoToken(t *testing.T) {
	g := newGate(t)
	g.ask("GET", "/v1/token/shop", "", with(g.sandbox))
	g.ask("GET", "/v1/token/shop", "", with(g.sandbox))
	g.ask("GET", "/v1/token/88_tokeninthepath", "", with(g.sandbox))
	g.ask("GET", "/v1/token/"+g.sandbox+"?key="+g.sandbox, "", with("ttk_wrong"))
	g.ask("GET", "/"+g.sandbox, "", with(g.sandbox))
	g.ask("POST", "/v1/token/shop/refresh", `{"stale":"88_reportedtoken"}`, with(g.all))
	g.ask("GET", "/cgi-bin/token?grant_type=client_credential&appid=wxsandbox&secret="+g.sandbox, "")
	g.ask("GET", "/cgi-bin/token?grant_type=client_credential&appid="+g.sandbox+"&secret="+g.sandbox, "")
	g.ask("GET", "/v1/status", "", with(g.all), "Host: evil.example")
	lines := g.door.Accesses(100)
	var got []string
	for _, l := range lines {
		if l.At.IsZero() {
			t.Errorf("%+v has no time", l)
		}
		got = append(got, fmt.Sprintf("%s %s %s %d %d ×%d", l.Key, l.Call, l.Account, l.Status, l.Errcode, l.Count))
	}
	want := []string{
		" other host  403 0 ×1",
		"sandbox cgi-bin/token  200 40013 ×1",
		"sandbox cgi-bin/token shop/sandbox 200 0 ×1",
		"all refresh shop/sandbox 200 0 ×1",
		"sandbox unknown path  404 0 ×1",
		" token  401 0 ×1",
		"sandbox token  403 0 ×1",
		"sandbox token shop/sandbox 200 0 ×2",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("log, newest first:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	all := fmt.Sprintf("%+v %s", lines, g.log)
	for _, secret := range []string{g.sandbox, g.all, "88_"} {
		if strings.Contains(all, secret) {
			t.Errorf("the logs hold %s", secret)
		}
	}
	for i := range 2 * maxAccess {
		g.door.log.add(api.Access{Call: fmt.Sprint(i)})
	}
	if lines := g.door.Accesses(10 * maxAccess); len(lines) != maxAccess || lines[0].Call != fmt.Sprint(2*maxAccess-1) || lines[maxAccess-1].Call != fmt.Sprint(maxAccess) {
		t.Errorf("the ring holds %d lines, from %q to %q", len(lines), lines[0].Call, lines[len(lines)-1].Call)
	}
}

func TestLastUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told := 0
		g := newGate(t)
		g.door.cfg.Used = func() { told++ }
		if !g.door.LastUse("sandbox").IsZero() || len(g.door.Uses()) != 0 {
			t.Error("a key was used before it was")
		}
		for range 3 {
			g.ask("GET", "/v1/token/shop", "", with(g.sandbox))
			time.Sleep(time.Second)
		}
		at := time.Now().Add(-time.Second)
		if got := g.door.LastUse("sandbox"); got.Unix() != at.Unix() || told != 1 {
			t.Errorf("last use %v, told %d times", got, told)
		}
		if uses := g.door.Uses(); len(uses) != 1 || uses["sandbox"].Unix() != at.Unix() {
			t.Errorf("uses %v", uses)
		}
		if len(g.door.Uses()) != 0 {
			t.Error("a use is told twice")
		}
	})
}

// opened opens a door on a free port, as far as the machine can.
func opened(t testing.TB, g *gate) (address string, port int) {
	t.Helper()
	if err := g.door.Open(0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.door.Close)
	address = g.door.Addresses()[0]
	_, p, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	if port, err = strconv.Atoi(p); err != nil {
		t.Fatal(err)
	}
	return address, port
}

func TestTheDoorIsOnTheLoopbackAlone(t *testing.T) {
	g := newGate(t)
	if g.door.Addresses() != nil {
		t.Error("a new door is open")
	}
	_, port := opened(t, g)
	for _, address := range g.door.Addresses() {
		host, _, err := net.SplitHostPort(address)
		if err != nil || host != "127.0.0.1" && host != "::1" {
			t.Errorf("it listens on %s", address)
		}
		req, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+address+"/v1/token/shop", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+g.sandbox)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != 200 || !strings.Contains(string(body), "88_sandbox") {
			t.Errorf("%s: %d %s", address, resp.StatusCode, body)
		}
	}
	if err := g.door.Open(port); err != nil {
		t.Errorf("to open it again at the same port: %v", err)
	}
	g.door.Close()
	if c, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", port)); err == nil {
		_ = c.Close()
		t.Error("a shut door listens")
	}
}

func TestATakenPort(t *testing.T) {
	for _, address := range []string{"127.0.0.1", "::1"} {
		t.Run(address, func(t *testing.T) {
			g, other := newGate(t), newGate(t)
			_, port := opened(t, other)
			if address == "::1" && len(other.door.Addresses()) < 2 {
				// Without IPv6 nobody can take it; another listener stands for it.
				g.door.cfg.Listen = func(network, address string) (net.Listener, error) {
					if network == "tcp6" {
						return nil, &net.OpError{Op: "listen", Err: os.NewSyscallError("bind", syscall.EADDRINUSE)}
					}
					return net.Listen(network, "127.0.0.1:0")
				}
			} else if address == "::1" {
				g.door.cfg.Listen = func(network, address string) (net.Listener, error) {
					if network == "tcp4" {
						return net.Listen("tcp4", "127.0.0.1:0") // free there
					}
					return net.Listen("tcp6", net.JoinHostPort("::1", strconv.Itoa(port)))
				}
			}
			before, _ := opened(t, newGate(t))
			err := g.door.Open(port)
			var e *core.Error
			if !errors.As(err, &e) || e.Remedy != core.RemedyPort || !strings.Contains(e.Message, "in use") || !strings.Contains(e.Message, "tokentray api on --port") {
				t.Fatalf("got %v, before %s", err, before)
			}
			if g.door.Addresses() != nil {
				t.Errorf("it listens on %v anyway", g.door.Addresses())
			}
		})
	}
}

func TestAMachineWithoutIPv6(t *testing.T) {
	for _, cause := range []error{syscall.EADDRNOTAVAIL, syscall.EAFNOSUPPORT} {
		g := newGate(t)
		g.door.cfg.Listen = func(network, address string) (net.Listener, error) {
			if network == "tcp6" {
				return nil, &net.OpError{Op: "listen", Err: os.NewSyscallError("socket", cause)}
			}
			return net.Listen(network, address)
		}
		if _, port := opened(t, g); len(g.door.Addresses()) != 1 || port == 0 {
			t.Errorf("%v: %v", cause, g.door.Addresses())
		}
	}
}

// raw sends bytes on a connection of its own and returns the answer's status
// line, or "" when the connection was closed without one.
func raw(t *testing.T, address string, send func(io.Writer)) string {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	go send(c)
	_ = c.SetReadDeadline(time.Now().Add(30 * time.Second))
	line, err := bufio.NewReader(c).ReadString('\n')
	if err != nil && errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("no answer in 30 s")
	}
	return strings.TrimSpace(line)
}

func TestFloods(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	address, _ := opened(t, g)
	head := "POST /v1/token/shop/refresh HTTP/1.1\r\nHost: " + address + "\r\n" + with(g.all) + "\r\n"
	flood := func(w io.Writer) {
		chunk := []byte(strings.Repeat("x", 8<<10))
		for range 1000 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}
	for _, tt := range []struct {
		name string
		send func(io.Writer)
		want string
	}{
		{"headers of 1 MB", func(w io.Writer) {
			_, _ = io.WriteString(w, head+"X: ")
			flood(w)
		}, "431"},
		{"a path of 1 MB", func(w io.Writer) {
			_, _ = io.WriteString(w, "GET /v1/token/")
			flood(w)
		}, "431"},
		{"a body of 8 MB", func(w io.Writer) {
			_, _ = io.WriteString(w, head+"Content-Length: 8192000\r\n\r\n")
			flood(w)
		}, "413"},
		{"a body without end", func(w io.Writer) {
			_, _ = io.WriteString(w, head+"Transfer-Encoding: chunked\r\n\r\n")
			for range 10000 {
				if _, err := io.WriteString(w, "400\r\n"+strings.Repeat("x", 1024)+"\r\n"); err != nil {
					return
				}
			}
		}, "413"},
		{"a body without end, in WeChat's way", func(w io.Writer) {
			_, _ = io.WriteString(w, "POST /cgi-bin/stable_token HTTP/1.1\r\nHost: "+address+"\r\nContent-Length: 8192000\r\n\r\n")
			flood(w)
		}, "200"},
		{"no HTTP", func(w io.Writer) { _, _ = io.WriteString(w, "hello\r\n\r\n") }, "400"},
	} {
		if got := raw(t, address, tt.send); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q, want %s", tt.name, got, tt.want)
		}
	}
	if w := g.ask("GET", "/v1/token/shop", "", with(g.all)); w.Code != 200 {
		t.Errorf("afterwards: %d", w.Code)
	}
}

// TestSlowSenders: whoever sends a header or a body drop by drop is cut off.
func TestSlowSenders(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	address, _ := opened(t, g)
	drip := func(w io.Writer) {
		for {
			if _, err := io.WriteString(w, "x"); err != nil {
				return
			}
			time.Sleep(500 * time.Millisecond)
		}
	}
	var wg sync.WaitGroup
	for _, tt := range []struct{ head, want string }{
		{"GET /v1/status HTTP/1.1\r\nHost: " + address + "\r\nX: ", ""},
		{"POST /v1/token/shop/refresh HTTP/1.1\r\nHost: " + address + "\r\n" + with(g.all) + "\r\nContent-Length: 1000\r\n\r\n", "408"},
		{"POST /cgi-bin/stable_token HTTP/1.1\r\nHost: " + address + "\r\nContent-Length: 1000\r\n\r\n", "200"},
		{"GET /v1/status HTTP/1.1\r\nHost: " + address + "\r\nContent-Length: 1000\r\n\r\n", "401"},
	} {
		wg.Go(func() {
			began := time.Now()
			got := raw(t, address, func(w io.Writer) {
				_, _ = io.WriteString(w, tt.head)
				drip(w)
			})
			if took := time.Since(began); took > readTime+15*time.Second || !strings.Contains(got, tt.want) {
				t.Errorf("%.40q: %q after %v", tt.head, got, took)
			}
		})
	}
	wg.Wait()
}

// TestClosingEndsWhoWaits: a shut door leaves nobody waiting.
func TestClosingEndsWhoWaits(t *testing.T) {
	g := newGate(t)
	address, _ := opened(t, g)
	over := make(chan error, 1)
	go func() {
		req, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), "GET",
			fmt.Sprintf("http://%s/v1/token/shop?newer_than=%d&wait=60s", address, time.Now().Add(time.Hour).Unix()), nil)
		if err == nil {
			req.Header.Set("Authorization", "Bearer "+g.sandbox)
			var resp *http.Response
			if resp, err = http.DefaultClient.Do(req); err == nil {
				if resp.StatusCode != 503 {
					err = fmt.Errorf("status %d", resp.StatusCode)
				}
				_ = resp.Body.Close()
			}
		}
		over <- err
	}()
	for {
		g.mu.Lock()
		waiting := len(g.changes) > 0
		g.mu.Unlock()
		if waiting {
			break
		}
	}
	began := time.Now()
	g.door.Close()
	if err := <-over; err != nil || time.Since(began) > drainTime+20*time.Second { // and not the minute that it would wait
		t.Errorf("%v after %v", err, time.Since(began))
	}
}
