//go:build linux

package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// runner is one of the servers that are compared, with its measurements.
type runner struct {
	name string
	run  func() (speed, error)
	runs []speed
}

// speed is the result of a load generator.
type speed struct {
	perSecond float64
	p99       time.Duration
}

// perSecond is the median of its runs; p99 is the median of their p99.
func (r *runner) perSecond() float64 {
	return median(r.runs, func(s speed) float64 { return s.perSecond })
}

func (r *runner) p99() time.Duration {
	return median(r.runs, func(s speed) time.Duration { return s.p99 })
}

// median returns the median of a value of each element.
func median[E any, V cmp.Ordered](all []E, of func(E) V) V {
	var values []V
	for _, one := range all {
		values = append(values, of(one))
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// load runs all servers in turn and compares them.
func (b *bench) load() error {
	address, stopBare, err := b.bare()
	if err != nil {
		return err
	}
	defer stopBare()
	redis, stopRedis, err := b.redis()
	if err != nil {
		return err
	}
	defer stopRedis()
	get := &runner{name: "GET of redis-server with the same bytes", run: redis}
	door := &runner{name: "a living token over the loopback", run: func() (speed, error) { return b.wrk(b.url) }}
	bare := &runner{name: "a bare net/http handler with the same bytes", run: func() (speed, error) { return b.wrk("http://" + address + "/v1/token/shop") }}
	all := []*runner{get, door, bare}
	for range rounds {
		slices.Reverse(all)
		for _, r := range all {
			s, err := r.run()
			if err != nil {
				return err
			}
			r.runs = append(r.runs, s)
		}
	}
	for _, r := range all {
		p99 := ""
		if r != get {
			p99 = "p99 " + r.p99().String()
		}
		fmt.Printf("%-58s %10.4g /s     %s\n", r.name+", median", r.perSecond(), p99)
	}
	b.compare(door, bare, "bare handlers", leastOfBare)
	b.compare(door, get, "GETs of redis-server", leastOfRedis)
	return nil
}

// compare reports how fast r is relative to than: the median of the ratios of each
// round, and the ratio of the medians.
func (b *bench) compare(r, than *runner, unit string, least float64) {
	var ratios []float64
	for i := range r.runs {
		ratios = append(ratios, r.runs[i].perSecond/than.runs[i].perSecond)
	}
	ratio := median(ratios, func(v float64) float64 { return v })
	fmt.Printf("%-58s %10.4g (rounds from %.2f to %.2f)\n", "… ratio of the medians, in "+unit, r.perSecond()/than.perSecond(), slices.Min(ratios), slices.Max(ratios))
	b.report(r.name+", in "+unit, ratio, "", fmt.Sprint("at least ", least), ratio >= least)
}

// bare starts the bare handler.
func (b *bench) bare() (address string, stop func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), bareVariable+"="+b.body)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // like the agent, because the system shares its time by session
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	if _, err := fmt.Fscanln(pipe, &address); err != nil {
		end(cmd)
		return "", nil, fmt.Errorf("start the bare handler: %w", err)
	}
	return address, func() { end(cmd) }, nil
}

func end(cmd *exec.Cmd) {
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}

var (
	wrkSpeed = regexp.MustCompile(`Requests/sec:\s+([0-9.]+)`)
	wrkP99   = regexp.MustCompile(`(?m)^\s+99%\s+(\S+)`)
	wrkBad   = regexp.MustCompile(`Non-2xx or 3xx responses: \d+|Socket errors: .*`)
)

func (b *bench) wrk(url string, more ...string) (speed, error) {
	out, err := b.command("", "wrk", append(append([]string{
		"-t1", "-c" + strconv.Itoa(conns), "-d" + strconv.Itoa(int(runTime/time.Second)) + "s", "--latency",
		"-H", "Authorization: Bearer " + b.key,
	}, more...), url)...)
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
	if err != nil {
		return speed{}, err
	}
	late, err := time.ParseDuration(p99[1]) // as 812.00us or 1.02ms
	return speed{n, late}, err
}

// redis starts a redis-server without persistence and returns a function that
// measures GETs.
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
		out, err := b.command("", "redis-benchmark", "-p", p, "-c", strconv.Itoa(conns), "-n", "100000", "-q", "--csv", "get", "token")
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
