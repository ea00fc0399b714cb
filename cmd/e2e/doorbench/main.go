//go:build linux

// Command doorbench puts load on the loopback door of the built program and prints
// each number beside its bound. It compares calls with httputil.ReverseProxy, and
// reads of a living token with a bare net/http handler that returns the same bytes
// and with GET of a local redis-server, all in one run with the same tool. It also
// measures what two hundred clients cost that wait for the next token. Run it by make
// bench. It is built without cgo like the agent, because that makes a difference.
//
// On a machine with other load each run gets another share of the CPU. So runs are
// short, compared runs follow each other in alternating order, and the median of many
// rounds counts.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"tokentray/core/api"
	"tokentray/core/sim"
)

// The load: connections of the load generators, how long a run takes and how
// often all are run in turn.
const (
	conns   = 32
	runTime = time.Second
	rounds  = 25
	waiting = 200 // clients that wait for the next token
)

// The bounds.
const (
	leastOfBare  = 0.7 // of a bare handler's requests a second
	leastOfRedis = 0.1 // of redis-server's: the same order
	mostWaiting  = 10  // MB
)

// bareVariable makes this program the bare handler. It names the file with the bytes
// to return.
const bareVariable = "TOKENTRAY_BENCH_BARE"

func main() {
	if file := os.Getenv(bareVariable); file != "" {
		exit(bare(file))
	}
	if os.Getenv(upstreamVariable) != "" {
		exit(callUpstream())
	}
	if to := os.Getenv(proxyVariable); to != "" {
		exit(callProxy(to))
	}
	bin := flag.String("bin", "bin", "folder of tokentray")
	only := flag.Bool("calls", false, "measure calls alone")
	flag.Parse()
	exit(run(*bin, *only))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "doorbench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// bare serves the bytes of a file and prints its address.
func bare(file string) error {
	body, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	return http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	}))
}

// bench is an agent with an open door, and the servers it is compared with.
type bench struct {
	dir    string
	exe    string
	env    []string
	client *api.Client
	url    string // of a token
	key    string
	body   string // file with the bytes of the answer
	missed int
}

func run(bin string, callsAlone bool) (err error) {
	dir, err := os.MkdirTemp("", "tokentray-doorbench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	exe, err := filepath.Abs(filepath.Join(bin, "tokentray"))
	if err != nil {
		return err
	}
	b := &bench{dir: dir, exe: exe, body: filepath.Join(dir, "body")}
	upstream := httptest.NewServer(sim.New(sim.Config{OpenRegistration: true}))
	defer upstream.Close()
	if err := b.open(upstream.URL); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.stop()) }()
	steps := []func() error{b.wait, b.load, b.calls}
	if callsAlone {
		steps = steps[2:]
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	if b.missed > 0 {
		return fmt.Errorf("%d of the bounds were missed", b.missed)
	}
	return nil
}

// open starts the agent on a home of its own, with one account.
func (b *bench) open(upstream string) error {
	home, passphrase := filepath.Join(b.dir, "h"), filepath.Join(b.dir, "passphrase")
	if err := os.WriteFile(passphrase, []byte("correct horse battery staple\n"), 0o600); err != nil {
		return err
	}
	b.env = append(os.Environ(), "TOKENTRAY_HOME="+home, "TOKENTRAY_PASSPHRASE_FILE="+passphrase, "TOKENTRAY_LANG=en", "DISPLAY=", "WAYLAND_DISPLAY=")
	port, err := freePort()
	if err != nil {
		return err
	}
	for _, args := range [][]string{
		{"vault", "init"},
		{"add", "shop", "--appid", "wx0123456789abcdef", "--secret-stdin", "--base-url", upstream},
		{"api", "on", "--port", strconv.Itoa(port)},
	} {
		if _, err := b.command("0123456789abcdef0123456789abcdef\n", b.exe, args...); err != nil {
			return err
		}
	}
	b.client = api.Dial(filepath.Join(home, "agent.sock"))
	key, err := b.client.AddClientKey(context.Background(), api.ClientKeyInput{Name: "bench"})
	if err != nil {
		return err
	}
	b.key, b.url = key.Key, fmt.Sprintf("http://127.0.0.1:%d/v1/token/shop", port)
	code, body, err := b.get(context.Background(), b.url)
	if err != nil || code != http.StatusOK {
		return fmt.Errorf("the door answers %d: %w", code, err)
	}
	return os.WriteFile(b.body, body, 0o600)
}

// stop stops the agent and waits until it has ended: until then it has files open.
func (b *bench) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	status, err := b.client.Status(ctx)
	if err != nil {
		return err
	}
	if err := b.client.Stop(ctx); err != nil {
		return err
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", status.PID))
		if err != nil || strings.Contains(string(stat), ") Z ") { // ended, or a zombie
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("the agent %d has not ended", status.PID)
		}
	}
}

func freePort() (int, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func (b *bench) command(stdin, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Env, cmd.Stdin = b.env, strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out), nil
}

func (b *bench) get(ctx context.Context, url string) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+b.key)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, body, err
}

// report prints a number and whether its bound holds.
func (b *bench) report(what string, value float64, unit, bound string, ok bool) {
	verdict := "ok"
	if !ok {
		verdict = "MISSED"
		b.missed++
	}
	fmt.Printf("%-58s %10.4g %-6s (%s)  %s\n", what, value, unit, bound, verdict)
}
