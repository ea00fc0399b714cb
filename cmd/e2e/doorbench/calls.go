//go:build linux

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// The bounds of calls.
const (
	leastOfProxy = 0.6 // of httputil.ReverseProxy's requests a second
	callKeys     = 50  // a key makes 1,000 calls a second at most
)

// upstreamVariable makes this program the upstream of calls. proxyVariable makes it a
// httputil.ReverseProxy for the URL in it.
const (
	upstreamVariable = "TOKENTRAY_BENCH_UPSTREAM"
	proxyVariable    = "TOKENTRAY_BENCH_PROXY"
)

// callUpstream gives out a token, answers calls, and serves a file of a gigabyte.
func callUpstream() error {
	menu := []byte(`{"menu":{"button":[` + strings.Repeat(`{"type":"click","name":"today","key":"V1001_TODAY","sub_button":[]},`, 6) + `{}]}}`)
	chunk := make([]byte, 64<<10)
	for i := range chunk {
		chunk[i] = byte(i*7 + i>>8)
	}
	var mint tokenMint
	return serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if mint.refuses(w, r) {
			return
		}
		switch r.URL.Path {
		case "/cgi-bin/stable_token":
			mint.hand(w)
		case "/bench/kill":
			mint.dead.Store(mint.current.Load())
			_, _ = fmt.Fprint(w, mint.asked.Load())
		case "/bench/asked":
			_, _ = fmt.Fprint(w, mint.asked.Load())
		case "/cgi-bin/media/get":
			w.Header().Set("Content-Type", "video/mp4")
			size := download
			if r.URL.Query().Has("short") {
				size = transfer
			}
			w.Header().Set("Content-Length", strconv.Itoa(size))
			for sent := 0; sent < size; sent += len(chunk) {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		case "/cgi-bin/media/upload":
			n, err := io.Copy(io.Discard, r.Body)
			if err != nil {
				return
			}
			w.Header().Set("Content-Type", "application/json")
			_, _ = fmt.Fprintf(w, `{"size":%d}`, n)
		default:
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(menu)
		}
	}))
}

// callProxy is the same hop without the work that a call needs.
func callProxy(to string) error {
	u, err := url.Parse(to)
	if err != nil {
		return err
	}
	p := httputil.NewSingleHostReverseProxy(u)
	p.Transport = &http.Transport{MaxIdleConnsPerHost: conns, DisableCompression: true}
	return serve(p)
}

func serve(h http.Handler) error {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	return http.Serve(l, h)
}

// other starts this program in another role and returns its address.
func (b *bench) other(variable, value string) (address string, stop func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), variable+"="+value)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	if _, err := fmt.Fscanln(pipe, &address); err != nil {
		end(cmd)
		return "", nil, fmt.Errorf("start %s: %w", variable, err)
	}
	return address, func() { end(cmd) }, nil
}

// calls measures calls at the door.
func (b *bench) calls() error {
	upstream, stop, err := b.other(upstreamVariable, "yes")
	if err != nil {
		return err
	}
	defer stop()
	proxy, stopProxy, err := b.other(proxyVariable, "http://"+upstream)
	if err != nil {
		return err
	}
	defer stopProxy()
	if _, err := b.command("0123456789abcdef0123456789abcdea\n", b.exe, "add", "caller", "--appid", "wx0123456789abcdea", "--secret-stdin", "--base-url", "http://"+upstream); err != nil {
		return err
	}
	var keys []string
	for i := range callKeys {
		k, err := b.client.AddClientKey(context.Background(), api.ClientKeyInput{
			Name: fmt.Sprint("caller", i), CallRights: core.CallRights{Calls: []string{"reads", "GET /cgi-bin/media/get", "POST /cgi-bin/media/upload"}, Rate: 1000, Burst: 1000},
		})
		if err != nil {
			return err
		}
		keys = append(keys, k.Key)
	}
	script := filepath.Join(b.dir, "keys.lua")
	lua := "local keys = {\"" + strings.Join(keys, `","`) + "\"}\nlocal n = 0\nrequest = function() n = n + 1; return wrk.format(\"GET\", nil, {[\"Authorization\"] = \"Bearer \" .. keys[n % #keys + 1]}) end\n"
	if err := os.WriteFile(script, []byte(lua), 0o600); err != nil {
		return err
	}
	base := strings.TrimSuffix(b.url, "/v1/token/shop")
	door := &runner{name: "a call at the door", run: func() (speed, error) {
		return b.wrk(base+"/call/caller/sandbox/cgi-bin/menu/get", "-s", script)
	}}
	plain := &runner{name: "the same hop by httputil.ReverseProxy", run: func() (speed, error) {
		return b.wrk("http://"+proxy+"/cgi-bin/menu/get", "-s", script)
	}}
	all := []*runner{door, plain}
	for range callRounds {
		for _, r := range all {
			s, err := r.run()
			if err != nil {
				return err
			}
			r.runs = append(r.runs, s)
		}
	}
	for _, r := range all {
		fmt.Printf("%-58s %10.4g /s     p99 %s\n", r.name+", median", r.perSecond(), r.p99())
	}
	b.compare(door, plain, "hops of httputil.ReverseProxy", leastOfProxy)
	if err := b.large(base+"/call/caller/sandbox", keys[0]); err != nil {
		return err
	}
	if err := b.deadToken(upstream, base+"/call/caller/sandbox/cgi-bin/menu/get", keys); err != nil {
		return err
	}
	return b.callCommand(base+"/call/caller/sandbox/cgi-bin/menu/get", keys[0])
}

const callRounds = 15

// callCommand measures how much longer tokentray call takes than curl.
func (b *bench) callCommand(url, key string) error {
	const runs, most = 31, 15 // milliseconds
	timed := func(name string, args ...string) (time.Duration, error) {
		var all []time.Duration
		for range runs {
			start := time.Now()
			if _, err := b.command("header = \"Authorization: Bearer "+key+"\"\n", name, args...); err != nil {
				return 0, err
			}
			all = append(all, time.Since(start))
		}
		return median(all, func(d time.Duration) time.Duration { return d }), nil
	}
	curl, err := timed("curl", "-sS", "--config", "-", url)
	if err != nil {
		return err
	}
	own, err := timed(b.exe, "call", "caller/sandbox", "/cgi-bin/menu/get")
	if err != nil {
		return err
	}
	fmt.Printf("%-58s %10.4g ms, curl %.4g ms\n", "tokentray call, median", ms(own), ms(curl))
	b.report("tokentray call takes more than curl", ms(own-curl), "ms", fmt.Sprint("under ", most), own-curl < most*time.Millisecond)
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
