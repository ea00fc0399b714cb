//go:build linux

package engines

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/redisconn/redistest"
	"tokentray/core/sim"
)

const (
	appID     = "wx0123456789abcdef"
	appSecret = "0123456789abcdef0123456789abcdef"
	legacy    = "wechat-legacy" // a fetch kills the token of others
	stable    = "wechat"
)

// rig is an upstream, a Redis, and the machines of a team.
type rig struct {
	t        *testing.T
	exe      string
	upstream *httptest.Server
	redis    *redistest.Server

	mu      sync.Mutex
	calls   int // for tokens, of all machines, at their gates
	arrived int // of them, at the upstream
}

// newRig starts a Redis with further options of redis.conf, and an upstream whose
// tokens live for life; 0 is the usual time.
func newRig(t *testing.T, life time.Duration, options ...string) *rig {
	t.Helper()
	dir := os.Getenv("TOKENTRAY_E2E_BIN")
	if dir == "" {
		t.Fatal("TOKENTRAY_E2E_BIN names the folder with the programs: make test-engines")
	}
	r := &rig{t: t, exe: filepath.Join(dir, "tokentray"), redis: redistest.StartPort(t, options...)}
	world := sim.New(sim.Config{OpenRegistration: true})
	r.upstream = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if strings.Contains(req.URL.Path, "token") {
			r.mu.Lock()
			r.arrived++
			r.mu.Unlock()
		}
		world.ServeHTTP(w, req)
	}))
	t.Cleanup(r.upstream.Close)
	body := map[string]any{"appid": appID, "secret": appSecret, "product": "test"}
	if life > 0 {
		body["life"] = life.Seconds()
	}
	r.steer("/sim/accounts", body)
	return r
}

// steer changes the upstream.
func (r *rig) steer(path string, body any) {
	r.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		r.t.Fatal(err)
	}
	resp, err := http.Post(r.upstream.URL+path, "application/json", bytes.NewReader(raw))
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(resp.Body)
		r.t.Fatalf("%s: %s %s", path, resp.Status, text)
	}
}

// get reads the answer to a call.
func get(url string) (string, error) {
	resp, err := http.Get(url)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return string(text), err
}

// asked returns how often the upstream was asked for a token.
func (r *rig) asked() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.calls
}

// answered returns how often the upstream was asked for a token, past the gates too: an
// account that came with an invite has no proxy.
func (r *rig) answered() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.arrived
}

// machine is an agent in a home of its own. Its connections pass two gates.
type machine struct {
	*rig
	name   string
	dir    string
	env    []string
	socket string
	cmd    *exec.Cmd
	client *api.Client
	web    *webGate
	net    *netGate
}

// machine starts an agent in a home of its own, whose vault a passphrase file opens.
func (r *rig) machine(name string) *machine {
	r.t.Helper()
	m := r.home(name)
	passphrase := filepath.Join(m.dir, "passphrase")
	if err := os.WriteFile(passphrase, []byte("correct horse battery staple "+name+"\n"), 0o600); err != nil {
		r.t.Fatal(err)
	}
	m.env = append(m.env, "TOKENTRAY_PASSPHRASE_FILE="+passphrase)
	m.start()
	m.run("", "vault", "init")
	return m
}

// home is a machine whose agent does not run yet.
func (r *rig) home(name string) *machine {
	r.t.Helper()
	dir, err := os.MkdirTemp("", "tt-m-")
	if err != nil {
		r.t.Fatal(err)
	}
	m := &machine{rig: r, name: name, dir: dir, socket: filepath.Join(dir, "h", "agent.sock"), web: newWebGate(r), net: newNetGate(r.t, r.redis.Port)}
	m.env = []string{
		"PATH=" + filepath.Dir(r.exe) + ":" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + dir, "XDG_RUNTIME_DIR=" + dir,
		"TOKENTRAY_HOME=" + filepath.Join(dir, "h"), "TOKENTRAY_LANG=en",
	}
	r.t.Cleanup(func() {
		m.kill()
		log, _ := os.ReadFile(filepath.Join(dir, "log"))
		if bytes.Contains(log, []byte("DATA RACE")) { // of an agent with the race detector
			r.t.Errorf("%s has a data race", name)
		}
		if r.t.Failed() {
			kept, _ := os.ReadFile(filepath.Join(dir, "h", "tokentray.log"))
			r.t.Logf("the log of %s:\n%s%s", name, log, kept)
		}
		_ = os.RemoveAll(dir)
	})
	return m
}

// start starts the agent and waits until it answers.
func (m *machine) start() {
	m.t.Helper()
	m.cmd = exec.Command(m.exe, "agent", "--no-tray")
	m.cmd.Env = m.env
	log, err := os.OpenFile(filepath.Join(m.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		m.t.Fatal(err)
	}
	m.cmd.Stderr = log
	err = m.cmd.Start()
	_ = log.Close()
	if err != nil {
		m.t.Fatal(err)
	}
	m.client = api.Dial(m.socket)
	for deadline := time.Now().Add(60 * time.Second); ; {
		if _, err := m.client.Status(context.Background()); err == nil {
			return
		} else if time.Now().After(deadline) {
			m.t.Fatalf("%s does not answer: %v", m.name, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (m *machine) signal(s syscall.Signal) {
	m.t.Helper()
	if err := m.cmd.Process.Signal(s); err != nil {
		m.t.Fatal(err)
	}
}

// kill ends the agent at once.
func (m *machine) kill() {
	if m.cmd == nil {
		return
	}
	_ = m.cmd.Process.Kill()
	_ = m.cmd.Wait()
	m.client.Close()
	m.cmd = nil
}

// stop stops the agent with tokentray stop.
func (m *machine) stop() {
	m.t.Helper()
	m.signal(syscall.SIGTERM)
	_ = m.cmd.Wait()
	m.client.Close()
	m.cmd = nil
}

// try runs the program and returns its result.
func (m *machine) try(stdin string, args ...string) (code int, out, errOut string) {
	m.t.Helper()
	cmd := exec.Command(m.exe, args...)
	cmd.Env, cmd.Dir, cmd.Stdin = m.env, m.dir, strings.NewReader(stdin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		m.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()
}

// run runs the program, which must succeed.
func (m *machine) run(stdin string, args ...string) string {
	m.t.Helper()
	code, out, errOut := m.try(stdin, args...)
	if code != 0 {
		m.t.Fatalf("%s: tokentray %v: code %d\n%s", m.name, args, code, errOut)
	}
	return out
}

// add adds the shop, paused, of a kind.
func (m *machine) add(kind string, more ...string) {
	m.t.Helper()
	m.run(appSecret+"\n", append([]string{
		"add", "shop", "--kind", kind, "--appid", appID, "--secret-stdin", "--base-url", m.upstream.URL, "--proxy", m.web.url, "--paused",
	}, more...)...)
}

func (m *machine) redisURL() string { return m.net.url }

const invitePass = "an invite of the team's own"

// token gets the shop's token.
func (m *machine) token(ctx context.Context) (string, error) {
	got, err := m.client.Token(ctx, shop(), 0)
	return got.AccessToken, err
}

func (m *machine) mustToken() string {
	m.t.Helper()
	got, err := m.token(m.t.Context())
	if err != nil {
		m.t.Fatalf("%s: %v", m.name, err)
	}
	return got
}

func (m *machine) account() api.Account {
	m.t.Helper()
	a, err := m.client.Account(m.t.Context(), shop())
	if err != nil {
		m.t.Fatal(err)
	}
	return a
}

func shop() api.Ref { return api.Ref{Name: "shop", Env: core.Sandbox} }

// until waits for a condition, for a limited time.
func (r *rig) until(what string, limit time.Duration, ok func() bool) time.Duration {
	r.t.Helper()
	began := time.Now()
	for !ok() {
		if time.Since(began) > limit {
			r.t.Fatalf("after %v still not: %s", limit, what)
		}
		time.Sleep(20 * time.Millisecond)
	}
	return time.Since(began)
}

// webGate is a machine's proxy to the upstream. It counts the calls for tokens and
// can break them.
type webGate struct {
	url string

	mu     sync.Mutex
	calls  int
	before func() bool // called before a call for a token is passed on; false: the connection is cut
	after  func()      // called after the answer was sent
	answer string      // replaces the upstream's
}

func newWebGate(r *rig) *webGate {
	g := &webGate{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		token := strings.Contains(req.URL.Path, "token")
		g.mu.Lock()
		before, after, answer := g.before, g.after, g.answer
		if token {
			g.calls++
			r.mu.Lock()
			r.calls++
			r.mu.Unlock()
		}
		g.mu.Unlock()
		if token && before != nil && !before() {
			panic(http.ErrAbortHandler)
		}
		if token && answer != "" {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, answer)
			return
		}
		out := req.Clone(req.Context())
		out.RequestURI = ""
		resp, err := http.DefaultTransport.RoundTrip(out)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		for k, v := range resp.Header {
			w.Header()[k] = v
		}
		w.WriteHeader(resp.StatusCode)
		_, _ = w.Write(body)
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
		if token && after != nil {
			after()
		}
	}))
	r.t.Cleanup(func() {
		g.set(nil, nil, "")
		s.CloseClientConnections()
		s.Close()
	})
	g.url = s.URL
	return g
}

func (g *webGate) set(before func() bool, after func(), answer string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.before, g.after, g.answer = before, after, answer
}

func (g *webGate) asked() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.calls
}

// netGate is a machine's connection to the Redis. It can be cut.
type netGate struct {
	url string

	mu    sync.Mutex
	port  int // of the Redis
	cut   bool
	conns map[net.Conn]bool
}

func newNetGate(t *testing.T, port int) *netGate {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &netGate{url: "redis://" + l.Addr().String(), port: port, conns: map[net.Conn]bool{}}
	var wg sync.WaitGroup
	t.Cleanup(func() {
		_ = l.Close()
		g.set(true)
		wg.Wait()
	})
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { g.serve(c) })
		}
	})
	return g
}

func (g *netGate) keep(c net.Conn) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.cut {
		_ = c.Close()
		return false
	}
	g.conns[c] = true
	return true
}

func (g *netGate) serve(c net.Conn) {
	if !g.keep(c) {
		return
	}
	g.mu.Lock()
	port := g.port
	g.mu.Unlock()
	to, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil || !g.keep(to) {
		_ = c.Close()
		return
	}
	var wg sync.WaitGroup
	pass := func(a, b net.Conn) {
		_, _ = io.Copy(a, b)
		_ = a.Close()
		_ = b.Close()
	}
	wg.Go(func() { pass(c, to) })
	pass(to, c)
	wg.Wait()
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.conns, c)
	delete(g.conns, to)
}

// lead makes another Redis the one behind the gate.
func (g *netGate) lead(port int) {
	g.mu.Lock()
	g.port = port
	g.mu.Unlock()
	g.set(true)
	g.set(false)
}

// set cuts or restores the connection.
func (g *netGate) set(cut bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.cut = cut
	if cut {
		for c := range g.conns {
			_ = c.Close()
		}
	}
}
