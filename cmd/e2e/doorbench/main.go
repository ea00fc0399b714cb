//go:build linux

// Command doorbench puts load on the loopback door of the built program and
// prints each number beside its bound: reads of a living token against a bare
// net/http handler that returns the same bytes and against GET of a local
// redis-server, all in one run with the same tool, and what two hundred clients
// that wait for the next token cost. Run it by make bench; the ratios mean
// little while the machine does other things. Built without cgo, as the agent
// is, for that makes a difference to both.
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
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/sim"
)

// The load: connections of the load generators, how long a run takes and how
// often all are run in turn; the best run counts, for others use the machine.
const (
	conns   = 32
	runTime = 4 * time.Second
	rounds  = 3
	waiting = 200 // clients that wait for the next token
)

// The bounds.
const (
	leastOfBare  = 0.7 // of a bare handler's requests a second
	leastOfRedis = 0.1 // of redis-server's: the same order
	mostWaiting  = 10  // MB
)

// bareVariable makes this program the bare handler: it names the file with the
// bytes to return.
const bareVariable = "TOKENTRAY_BENCH_BARE"

func main() {
	if file := os.Getenv(bareVariable); file != "" {
		exit(bare(file))
	}
	bin := flag.String("bin", "bin", "folder of tokentray")
	flag.Parse()
	exit(run(*bin))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "doorbench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// bare serves the bytes of a file and prints where.
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

// bench is an agent with an open door, and what it is measured against.
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

func run(bin string) (err error) {
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
	defer func() { err = errors.Join(err, b.client.Stop(context.Background())) }()
	for _, step := range []func() error{b.wait, b.load} {
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

// ---- reads under load

// speed is what a load generator measured.
type speed struct {
	perSecond float64
	p99       string
}

func (s *speed) better(o speed) {
	if o.perSecond > s.perSecond {
		*s = o
	}
}

func (b *bench) load() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	handler := exec.Command(self)
	handler.Env = append(os.Environ(), bareVariable+"="+b.body)
	handler.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // as the agent is, for the system shares its time by session
	pipe, err := handler.StdoutPipe()
	if err != nil {
		return err
	}
	if err := handler.Start(); err != nil {
		return err
	}
	defer end(handler)
	var address string
	if _, err := fmt.Fscanln(pipe, &address); err != nil {
		return fmt.Errorf("start the bare handler: %w", err)
	}
	redis, stop, err := b.redis()
	if err != nil {
		return err
	}
	defer stop()
	var door, bare, get speed
	for range rounds {
		for _, one := range []struct {
			best *speed
			run  func() (speed, error)
		}{
			{&bare, func() (speed, error) { return b.wrk("http://" + address + "/v1/token/shop") }},
			{&door, func() (speed, error) { return b.wrk(b.url) }},
			{&get, redis},
		} {
			s, err := one.run()
			if err != nil {
				return err
			}
			one.best.better(s)
		}
	}
	fmt.Printf("%-58s %10.4g /s     p99 %s\n", "a bare net/http handler with the same bytes", bare.perSecond, bare.p99)
	fmt.Printf("%-58s %10.4g /s\n", "GET of redis-server with the same bytes", get.perSecond)
	fmt.Printf("%-58s %10.4g /s     p99 %s\n", "a living token over the loopback", door.perSecond, door.p99)
	ratio, order := door.perSecond/bare.perSecond, door.perSecond/get.perSecond
	b.report("a living token, in bare handlers", ratio, "", fmt.Sprint("at least ", leastOfBare), ratio >= leastOfBare)
	b.report("a living token, in GETs of redis-server", order, "", fmt.Sprint("at least ", leastOfRedis), order >= leastOfRedis)
	return nil
}

func end(cmd *exec.Cmd) {
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}

var (
	wrkSpeed = regexp.MustCompile(`Requests/sec:\s+([0-9.]+)`)
	wrkP99   = regexp.MustCompile(`99%\s+(\S+)`)
	wrkBad   = regexp.MustCompile(`Non-2xx or 3xx responses: \d+|Socket errors: .*`)
)

func (b *bench) wrk(url string) (speed, error) {
	out, err := b.command("", "wrk", "-t1", "-c"+strconv.Itoa(conns), "-d"+strconv.Itoa(int(runTime/time.Second))+"s", "--latency",
		"-H", "Authorization: Bearer "+b.key, url)
	if err != nil {
		return speed{}, err
	}
	if bad := wrkBad.FindString(out); bad != "" {
		return speed{}, errors.New(bad)
	}
	rate, p99 := wrkSpeed.FindStringSubmatch(out), wrkP99.FindStringSubmatch(out)
	if rate == nil || p99 == nil {
		return speed{}, fmt.Errorf("wrk says nothing known:\n%s", out)
	}
	n, err := strconv.ParseFloat(rate[1], 64)
	return speed{n, p99[1]}, err
}

// redis starts a redis-server that keeps nothing and returns a run of GETs.
func (b *bench) redis() (run func() (speed, error), stop func(), err error) {
	port, err := freePort()
	if err != nil {
		return nil, nil, err
	}
	body, err := os.ReadFile(b.body)
	if err != nil {
		return nil, nil, err
	}
	p := strconv.Itoa(port)
	server := exec.Command("redis-server", "--port", p, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", b.dir)
	if err := server.Start(); err != nil {
		return nil, nil, err
	}
	stop = func() { end(server) }
	var failed error
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		if _, failed = b.command(string(body), "redis-cli", "-p", p, "-x", "set", "token"); failed == nil {
			break
		}
	}
	if failed != nil {
		stop()
		return nil, nil, failed
	}
	return func() (speed, error) {
		out, err := b.command("", "redis-benchmark", "-p", p, "-c", strconv.Itoa(conns), "-n", "200000", "-q", "--csv", "get", "token")
		if err != nil {
			return speed{}, err
		}
		lines := strings.Split(strings.TrimSpace(out), "\n")
		fields := strings.Split(lines[len(lines)-1], `","`)
		if len(fields) < 2 {
			return speed{}, fmt.Errorf("redis-benchmark says nothing known:\n%s", out)
		}
		n, err := strconv.ParseFloat(strings.Trim(fields[1], `"`), 64)
		return speed{perSecond: n}, err
	}, stop, nil
}

// ---- clients that wait

// wait measures what clients that wait for the next token cost the agent, and
// that all of them get it.
func (b *bench) wait() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	status, err := b.client.Status(ctx)
	if err != nil {
		return err
	}
	token, err := b.client.Token(ctx, api.Ref{Name: "shop"}, 0)
	if err != nil {
		return err
	}
	if err := b.settle(status.PID); err != nil {
		return err
	}
	before, err := resident(status.PID)
	if err != nil {
		return err
	}
	url := fmt.Sprintf("%s?newer_than=%d&wait=60s", b.url, token.ExpiresAtUnix)
	var wg sync.WaitGroup
	got := make(chan error, waiting)
	for range waiting {
		wg.Go(func() {
			code, _, err := b.get(ctx, url)
			if err == nil && code != http.StatusOK {
				err = fmt.Errorf("status %d", code)
			}
			got <- err
		})
	}
	if err := connected(b.url, waiting); err != nil {
		return err
	}
	after, err := resident(status.PID)
	if err != nil {
		return err
	}
	mb := float64(after-before) / (1 << 20)
	b.report(fmt.Sprintf("%d clients that wait for the next token", waiting), mb, "MB", fmt.Sprint("at most ", mostWaiting), mb <= mostWaiting)

	began := time.Now()
	if _, err := b.client.Refresh(ctx, api.Ref{Name: "shop", Env: core.Sandbox}, api.RefreshRequest{Force: true, Person: true}); err != nil {
		return fmt.Errorf("force the next token: %w", err)
	}
	wg.Wait()
	close(got)
	for err := range got {
		if err != nil {
			return fmt.Errorf("a client that waited: %w", err)
		}
	}
	fmt.Printf("%-58s %10.4g ms\n", "until the last of them had it", float64(time.Since(began).Microseconds())/1000)
	return nil
}

// settle waits until the agent's memory no longer moves.
func (b *bench) settle(pid int) error {
	last := 0
	for range 20 {
		now, err := resident(pid)
		if err != nil {
			return err
		}
		if now == last {
			return nil
		}
		last = now
		time.Sleep(time.Second)
	}
	return nil
}

// resident is the memory of a process, in bytes.
func resident(pid int) (int, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(raw))
	pages, err := strconv.Atoi(fields[1])
	return pages * os.Getpagesize(), err
}

// connected waits until n connections to the door stand.
func connected(url string, n int) error {
	_, rest, _ := strings.Cut(url, "127.0.0.1:")
	port, _, _ := strings.Cut(rest, "/")
	p, err := strconv.Atoi(port)
	if err != nil {
		return err
	}
	here := fmt.Sprintf("0100007F:%04X", p)
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		raw, err := os.ReadFile("/proc/net/tcp")
		if err != nil {
			return err
		}
		have := 0
		for line := range strings.Lines(string(raw)) {
			f := strings.Fields(line)
			if len(f) > 3 && f[1] == here && f[3] == "01" {
				have++
			}
		}
		if have >= n {
			time.Sleep(time.Second) // until the calls are with their handlers
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%d of %d clients are connected", have, n)
		}
	}
}
