//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"tokentray/cmd/e2e/desktop"
	"tokentray/cmd/e2e/upstream"
	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/sim"
)

// soak is the stage: a desktop, an upstream, an agent with its accounts, and what
// was counted.
type soak struct {
	*desktop.Desktop
	bin     string
	up      *upstream.Upstream
	agent   *desktop.Process
	client  *api.Client
	backend *backend
	key     string // of the loopback
	door    string // its URL
	screen  bool

	all   []account
	byRef map[api.Ref]account

	sockets, doors, failed atomic.Int64 // answers with a token, and refusals
	pushed                 atomic.Int64
	ended                  atomic.Int64 // tokens that ended on the way to a client
	windows                int
	mu                     sync.Mutex
	wrong                  []string

	before, after figures   // at rest
	early, late   figures   // at work
	series        []float64 // MB, the private memory in between
	cpu           time.Duration
	worked        time.Duration
	calls, good   int
}

func newSoak(bin string, accounts int) (*soak, error) {
	_, err := exec.LookPath("Xvfb")
	screen := err == nil
	if !screen {
		fmt.Println("NOT RUN: there is no Xvfb, and so no window is opened")
	}
	d, err := desktop.Start(desktop.Options{Keyring: desktop.Unlocked, Panel: screen, NoScreen: !screen})
	if err != nil {
		return nil, err
	}
	up, err := upstream.Start(sim.Config{Faults: sim.Faults{ErrorPercent: 3, Latency: 20 * time.Millisecond}})
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	s := &soak{Desktop: d, bin: bin, up: up, screen: screen, all: newAccounts(accounts), byRef: map[api.Ref]account{}}
	for _, a := range s.all {
		s.byRef[a.ref()] = a
		if err := up.Sim.Put(a.upstream); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *soak) close() {
	if s.backend != nil {
		s.backend.close()
	}
	s.up.Close()
	if err := s.Desktop.Close(); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
	}
}

func (s *soak) startAgent(ctx context.Context) error {
	var err error
	if s.agent, err = s.Start("agent", filepath.Join(s.bin, "tokentray"), "agent"); err != nil {
		return err
	}
	s.client = api.Dial(filepath.Join(s.Dir, "run", "tokentray", "agent.sock"))
	err = desktop.Until(60*time.Second, "the agent", func() error {
		_, err := s.client.Status(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("%w\n%s", err, s.agent.Output())
	}
	set, err := s.client.Kinds(ctx)
	if err != nil {
		return err
	}
	var without []string
	for _, spec := range set.All() {
		if !slices.ContainsFunc(s.all, func(a account) bool { return a.spec.Kind == spec.Kind }) {
			without = append(without, string(spec.Kind))
		}
	}
	if len(without) > 0 {
		return fmt.Errorf("no account is of the kind %s; give -accounts more", strings.Join(without, ", "))
	}
	return nil
}

// addAccounts imports the accounts, fifty at a time, and waits until each has had
// a token.
func (s *soak) addAccounts(ctx context.Context) error {
	began := time.Now()
	var in []api.AccountInput
	for _, a := range s.all {
		in = append(in, a.input(s.up.URL, s.backend.url))
	}
	for some := range slices.Chunk(in, 50) {
		plan, err := s.client.Import(ctx, api.ImportRequest{Accounts: some, RenewLive: true})
		if err == nil {
			_, err = s.client.Import(ctx, api.ImportRequest{Accounts: some, RenewLive: true, Apply: plan.Digest})
		}
		if err != nil {
			return fmt.Errorf("import the accounts: %w", err)
		}
	}
	err := desktop.Until(10*time.Minute, "a token of every account", func() error {
		list, err := s.client.List(ctx)
		if err != nil {
			return err
		}
		for _, a := range list.Accounts {
			if a.Mask == "" {
				return fmt.Errorf("%s is %s", a.Ref(), a.State)
			}
		}
		return nil
	})
	fmt.Printf("%d accounts in %v\n", len(s.all), time.Since(began).Round(time.Second))
	return err
}

// addPushes gives every tenth account a push, most of them into files.
func (s *soak) addPushes(ctx context.Context) error {
	for i := 0; i < len(s.all); i += 10 {
		in := api.PushInput{Kind: core.PushFile, Path: s.pushPath(i), Form: core.PushPlain}
		if i%100 == 50 {
			in = api.PushInput{Kind: core.PushCommand, Command: []string{"/bin/sh", "-c", "exit 0"}}
		}
		if _, err := s.client.AddPush(ctx, s.all[i].ref(), in); err != nil {
			return fmt.Errorf("add a push: %w", err)
		}
	}
	return nil
}

func (s *soak) pushPath(i int) string { return filepath.Join(s.Dir, fmt.Sprintf("push-%04d", i)) }

// openLoopback switches the loopback on, on a free port, with a key.
func (s *soak) openLoopback(ctx context.Context) error {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	port := ln.Addr().(*net.TCPAddr).Port
	if err := ln.Close(); err != nil {
		return err
	}
	if _, err := s.client.SetLoopback(ctx, api.LoopbackRequest{On: true, Port: port}); err != nil {
		return fmt.Errorf("switch the loopback on: %w", err)
	}
	key, err := s.client.AddClientKey(ctx, api.ClientKeyInput{Name: "soak", Envs: core.Envs()})
	if err != nil {
		return err
	}
	s.key, s.door = key.Key, fmt.Sprintf("http://127.0.0.1:%d", port)
	return nil
}
