//go:build linux

// Command bench measures the built programs on a real desktop and prints each
// number beside its bound: the agent that sits in the tray all day, a token over
// the socket, and the window against a bare Fyne window. Run it by make bench;
// times mean little while the machine does other things.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"tokentray/cmd/e2e/desktop"
	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/core/preset"
	"tokentray/core/sim"
)

// accounts is how many accounts the agent and the window have. The bounds are for a
// thousand.
var accounts = 1000

// fewAccounts are what one person has; with them the window must be there sooner.
const fewAccounts = 40

// inMemory: the agent is that of a demo, which keeps secrets in memory. A keyring writes
// its whole file for each, which takes minutes for hundreds and hours for thousands. The
// parts that measure the agent have the keyring; no other part depends on it.
var inMemory bool

// half is a vertical position in the middle of the windows.
const half = 320

func main() {
	bin := flag.String("bin", "bin", "folder of tokentray, tokentray-window and bare")
	flag.IntVar(&accounts, "accounts", accounts, "how many accounts the agent has")
	only := flag.String("only", "", "measure these parts alone, with commas: token, agent, start, ticking, scroll")
	idle := flag.Bool("idle", false, "do nothing at all, until interrupted")
	flag.Parse()
	if *idle {
		wait()
		return
	}
	dir, err := filepath.Abs(*bin)
	if err == nil {
		inMemory = *only != "" && !strings.Contains(*only, "agent") && !strings.Contains(*only, "token")
		err = run(dir, *only)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// wait is a Go program that does nothing, to compare the agent with. Even its runtime
// wakes up now and then.
func wait() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	<-ctx.Done()
}

// bench is the running desktop with an agent that has many accounts.
type bench struct {
	*desktop.Desktop
	bin    string
	client *api.Client
	agent  *desktop.Process
	done   chan error // of the simulator

	upstream *sim.Server
	base     string // its URL

	memory map[string]memory // of the windows that were watched last
	missed int
}

func run(bin, only string) error {
	d, err := desktop.Start(desktop.Options{Keyring: desktop.Unlocked, Panel: true})
	if err != nil {
		return err
	}
	defer d.Close()
	b := &bench{Desktop: d, bin: bin, memory: map[string]memory{}}
	ctx, cancel := context.WithCancel(context.Background())
	if b.base, err = b.simulator(ctx); err != nil {
		cancel()
		return err
	}
	defer func() {
		cancel()
		<-b.done
	}()
	for _, part := range []struct {
		name string
		step func() error
	}{
		{"", b.startAgent},
		{"", b.addAccounts},
		{"agent", func() error { return b.measureAgent(false) }},
		{"token", b.measureToken},
		{"agent", b.restartAgent},
		{"agent", func() error { return b.measureAgent(true) }},
		{"start", b.measureStart},
		{"ticking", b.measureTicking},
		{"scroll", b.measureScroll},
	} {
		if part.name != "" && only != "" && !slices.Contains(strings.Split(only, ","), part.name) {
			continue
		}
		if err := part.step(); err != nil {
			return err
		}
	}
	if b.missed > 0 {
		return fmt.Errorf("%d of the bounds were missed", b.missed)
	}
	return nil
}

// report prints a number, its bound and whether it holds.
func (b *bench) report(what string, value, bound float64, unit string) {
	verdict := "ok"
	if value > bound {
		verdict = "MISSED"
		b.missed++
	}
	fmt.Printf("%-58s %10.4g %-6s (at most %.4g)  %s\n", what, value, unit, bound, verdict)
}

// ---- the agent

func (b *bench) startAgent() error {
	if inMemory {
		return b.startDemo()
	}
	var err error
	if b.agent, err = b.Start("agent", filepath.Join(b.bin, "tokentray"), "agent"); err != nil {
		return err
	}
	b.client = api.Dial(filepath.Join(b.Dir, "run", "tokentray", "agent.sock"))
	err = desktop.Until(20*time.Second, "the agent", func() error {
		_, err := b.client.Status(context.Background())
		return err
	})
	if err != nil {
		return fmt.Errorf("%w\n%s", err, b.agent.Output())
	}
	_, err = b.WaitTrayItem(20 * time.Second)
	return err
}

// startDemo starts the agent of a demo, without its accounts.
func (b *bench) startDemo() error {
	var err error
	if b.agent, err = b.Start("agent", filepath.Join(b.bin, "tokentray"), "demo", "--no-window"); err != nil {
		return err
	}
	var at string
	err = desktop.Until(20*time.Second, "the agent of the demo", func() error {
		found, err := filepath.Glob(filepath.Join(b.Dir, "tmp", "tokentray-demo-*", "*.sock"))
		if err != nil || len(found) != 1 {
			return fmt.Errorf("its sockets are %v, %v", found, err)
		}
		at = found[0]
		return nil
	})
	if err != nil {
		return fmt.Errorf("%w\n%s", err, b.agent.Output())
	}
	b.Setenv("TOKENTRAY_HOME", filepath.Dir(at))
	b.client = api.Dial(at)
	ctx := context.Background()
	return desktop.Until(20*time.Second, "the demo's accounts", func() error {
		list, err := b.client.List(ctx)
		if err != nil {
			return err
		}
		if len(list.Accounts) < len(sim.Samples()) {
			return fmt.Errorf("there are %d", len(list.Accounts))
		}
		for _, a := range list.Accounts {
			if err := b.client.Remove(ctx, a.Ref()); err != nil {
				return err
			}
		}
		return nil
	})
}

// addAccounts adds accounts whose tokens live for two hours.
func (b *bench) addAccounts() error {
	fmt.Printf("adding %d accounts of every kind…\n", accounts)
	began := time.Now()
	specs := slices.DeleteFunc(preset.With(kinds.Builtin()).All(), func(s kinds.Spec) bool { return len(s.Schemes) > 0 })
	var all []api.AccountInput
	for i := range accounts {
		s := sim.SampleOf(specs[i/2%len(specs)].Kind) // one for each environment
		if err := b.upstream.Put(s.Upstream); err != nil {
			return err
		}
		a, secret := s.At(b.base), s.Secret.Reveal()
		a.Name, a.Env = fmt.Sprintf("account-%04d", i), core.Envs()[i%2]
		all = append(all, api.AccountInput{Input: core.InputOf(a), Secret: &secret})
	}
	if err := b.save(all); err != nil {
		return err
	}
	fmt.Printf("%-58s %10.4g ms\n", "adding one account", ms(time.Since(began))/float64(accounts))
	return desktop.Until(10*time.Minute, "a token for every account", func() error {
		list, err := b.client.List(context.Background())
		if err != nil {
			return err
		}
		for _, a := range list.Accounts {
			waits := a.NeedsConsent && inMemory // an import brings no consent along
			if a.State != core.StateFresh && !waits {
				time.Sleep(time.Second) // asking is work for the agent too
				return fmt.Errorf("%s is %s", a.Ref(), a.State)
			}
		}
		return nil
	})
}

// save saves accounts: one by one, as a person adds them, or as an import does.
func (b *bench) save(all []api.AccountInput) error {
	ctx := context.Background()
	if inMemory {
		const atOnce = 1000
		for some := range slices.Chunk(all, atOnce) {
			req := api.ImportRequest{Accounts: some, Apart: true, RenewLive: true}
			plan, err := b.client.Import(ctx, req)
			if err == nil {
				req.Apply = plan.Digest
				_, err = b.client.Import(ctx, req)
			}
			if err != nil {
				return fmt.Errorf("importing accounts: %w", err)
			}
		}
		return nil
	}
	const beside = 4
	var group sync.WaitGroup
	failed := make([]error, beside)
	for one := range beside {
		group.Go(func() {
			for i := one; i < len(all) && failed[one] == nil; i += beside {
				if _, err := b.client.Add(ctx, all[i]); err != nil {
					failed[one] = fmt.Errorf("adding account %d, of %s: %w", i, *all[i].Kind, err)
				}
			}
		})
	}
	group.Wait()
	return errors.Join(failed...)
}

// measureToken measures the time to get a living token over the socket.
func (b *bench) measureToken() error {
	ctx := context.Background()
	var took []time.Duration
	for i := range 4000 {
		ref := api.Ref{Name: fmt.Sprintf("account-%04d", i*2%accounts), Env: core.Sandbox}
		began := time.Now()
		if _, err := b.client.Token(ctx, ref, 30*time.Second); err != nil {
			return err
		}
		took = append(took, time.Since(began))
	}
	b.report("a token over the socket, median", float64(median(took).Nanoseconds())/1000, 150, "µs")
	return nil
}

// restartAgent stops the agent and starts it again, as a sign-in does.
func (b *bench) restartAgent() error {
	if err := b.client.Stop(context.Background()); err != nil {
		return err
	}
	if _, err := b.agent.Wait(10 * time.Second); err != nil {
		return err
	}
	return b.startAgent()
}

// ---- the window

// measureStart compares the time from the start of the process until its lower half
// shows text: rows of the list in our window, the label in the bare one.
func (b *bench) measureStart() error {
	const rounds = 7
	var bare, ours []time.Duration
	for range rounds {
		d, err := b.timeWindow("bare", "^bare$")
		if err != nil {
			return err
		}
		bare = append(bare, d)
		if d, err = b.timeWindow("tokentray-window", "TokenTray"); err != nil {
			return err
		}
		ours = append(ours, d)
	}
	fmt.Printf("%-58s %10.4g ms\n", "a bare Fyne window, painted", ms(median(bare)))
	fmt.Printf("%-58s %10.4g ms\n", "the window, list painted", ms(median(ours)))
	bound := 2.0
	if accounts <= fewAccounts {
		bound = 1.6
	}
	b.report("… ratio", ms(median(ours))/ms(median(bare)), bound, "")
	return nil
}

func (b *bench) timeWindow(program, title string) (time.Duration, error) {
	began := time.Now()
	p, err := b.Start(program, filepath.Join(b.bin, program))
	if err != nil {
		return 0, err
	}
	defer p.Stop()
	if err := b.WaitPainted(title, half, 30*time.Second); err != nil {
		return 0, fmt.Errorf("%w\n%s", err, p.Output())
	}
	return time.Since(began), nil
}

// measureTicking compares the CPU time of the windows without input. Ours counts down
// a thousand accounts. A bare one whose only label changes each second says what of it is
// Fyne's, which paints all of a window again. They run alternately, so that other load
// affects all, and the medians are compared.
func (b *bench) measureTicking() error {
	const rounds, watch = 5, 20 * time.Second
	var bare, label, ours []time.Duration
	for range rounds {
		for _, w := range []struct {
			to      *[]time.Duration
			title   string
			command []string
		}{{&bare, "^bare$", []string{"bare"}}, {&label, "^bare$", []string{"bare", "-tick"}}, {&ours, "TokenTray", []string{"tokentray-window"}}} {
			d, err := b.windowCPU(watch, w.title, w.command[0], w.command[1:]...)
			if err != nil {
				return err
			}
			*w.to = append(*w.to, d)
		}
	}
	fmt.Printf("%-58s %10.4g ms  %v\n", "a bare Fyne window, CPU in 20 s", ms(median(bare)), bare)
	fmt.Printf("%-58s %10.4g ms  %v\n", "… with one label that changes each second", ms(median(label)), label)
	fmt.Printf("%-58s %10.4g ms  %v\n", fmt.Sprintf("the window with %d accounts ticking, CPU in 20 s", accounts), ms(median(ours)), ours)
	b.report("… ratio", ms(median(ours))/ms(median(bare)), 1.1, "")
	for _, program := range []string{"bare", "tokentray-window"} {
		m := b.memory[program]
		fmt.Printf("%-58s %10.4g MB, %.4g MB of it private\n", "memory of "+program, m.resident, m.private)
	}
	return nil
}

// windowCPU returns the CPU time that a window uses without input.
func (b *bench) windowCPU(watch time.Duration, title, program string, args ...string) (time.Duration, error) {
	p, err := b.Start(program, filepath.Join(b.bin, program), args...)
	if err != nil {
		return 0, err
	}
	defer p.Stop()
	if err := b.WaitPainted(title, half, 30*time.Second); err != nil {
		return 0, err
	}
	time.Sleep(3 * time.Second)
	before, err := desktop.CPUTime(p.PID())
	if err != nil {
		return 0, err
	}
	time.Sleep(watch)
	after, err := desktop.CPUTime(p.PID())
	if err != nil {
		return 0, err
	}
	m, err := memoryOf(p.PID())
	b.memory[strings.Join(append([]string{program}, args...), " ")] = m
	return after - before, err
}

// ---- small things

func median(d []time.Duration) time.Duration {
	d = slices.Sorted(slices.Values(d))
	return d[len(d)/2]
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// simulator starts a simulator in this process that accepts every AppID, and returns
// its base URL.
func (b *bench) simulator(ctx context.Context) (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	b.upstream = sim.New(sim.Config{})
	b.done = make(chan error, 1)
	go func() { b.done <- b.upstream.Serve(ctx, ln) }()
	return "http://" + ln.Addr().String(), nil
}
