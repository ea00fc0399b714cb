//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"tokentray/cmd/e2e/desktop"
	"tokentray/cmd/e2e/upstream"
	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/sim"
)

// pause is how long a client rests between two reads.
const pause = 250 * time.Millisecond

// work is what the soak is about.
func (s *soak) work(ctx context.Context, length time.Duration, clients int) error {
	s.calls, s.good = s.up.Calls()
	cpu, err := desktop.CPUTime(s.agent.PID())
	if err != nil {
		return err
	}
	began := time.Now()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	watching := make(chan error, 1)
	go func() { watching <- s.watch(ctx) }()
	var wg sync.WaitGroup
	for n := range clients {
		if n%2 == 0 {
			wg.Go(func() { s.readSocket(ctx) })
		} else {
			wg.Go(func() { s.readLoopback(ctx) })
		}
	}
	wg.Go(func() { s.fail(ctx) })
	wg.Go(func() { s.reports(ctx) })
	wg.Go(func() { s.lookAtPushes(ctx) })
	if s.screen {
		wg.Go(func() { s.openWindows(ctx) })
	}
	if err := s.measureMemory(ctx, length); err != nil {
		return err
	}
	cancel()
	wg.Wait()
	err = <-watching
	now, cpuErr := desktop.CPUTime(s.agent.PID())
	all, good := s.up.Calls()
	s.cpu, s.worked = now-cpu, time.Since(began)
	s.calls, s.good = all-s.calls, good-s.good
	return errors.Join(err, cpuErr)
}

// lookEach is how long the agent works between two measurements of its memory.
const lookEach = 5 * time.Minute

// measureMemory measures the agent after a minute of work, every lookEach after that, and at the
// end.
func (s *soak) measureMemory(ctx context.Context, length time.Duration) (err error) {
	first := min(time.Minute, length/3)
	for at, next := time.Duration(0), first; at < length; next = min(next+lookEach, length) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(next - at):
		}
		at = next
		if s.late, err = s.look(); err != nil {
			return err
		}
		s.series = append(s.series, s.late.private)
		if at == first {
			s.early = s.late
		}
	}
	return nil
}

// blame notes something that must not be.
func (s *soak) blame(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if text := fmt.Sprintf(format, args...); len(s.wrong) < 100 {
		s.wrong = append(s.wrong, text)
		fmt.Println("WRONG:", text)
	}
}

// watch tells the witness at upstream which tokens the agent has stored.
func (s *soak) watch(ctx context.Context) error {
	events, err := s.client.Events(ctx, false)
	if err != nil {
		return err
	}
	for e := range events {
		list := []api.Account(nil)
		switch {
		case e.Snapshot != nil:
			list = e.Snapshot.Accounts
		case e.Account != nil:
			list = []api.Account{*e.Account}
		}
		for _, a := range list {
			mine := s.byRef[a.Ref()]
			s.up.Keep(mine.key(), upstream.Stored{
				Obtained: a.ObtainedAt, Expires: a.ExpiresAt, Life: time.Duration(a.Life) * time.Second, Window: mine.spec.Traits.Window,
			})
		}
	}
	if ctx.Err() == nil {
		return errors.New("the event stream ended")
	}
	return nil
}

// next is an account, after a rest.
func (s *soak) next(ctx context.Context) (account, bool) {
	select {
	case <-ctx.Done():
		return account{}, false
	case <-time.After(pause/2 + rand.N(pause)):
		return s.all[rand.IntN(len(s.all))], true
	}
}

// judge holds a token that a client asked for and got against upstream.
func (s *soak) judge(way string, a account, asked time.Time, token string, expires time.Time) {
	left := time.Until(expires)
	switch {
	case left <= 0 && expires.After(asked) && a.spec.Traits.Window < time.Second:
		s.ended.Add(1) // on its way: upstream has no other one before the end of this
	case left <= 0:
		s.blame("%s gave a token of %s that expired %v ago", way, a.name, -left)
	case !s.up.Issued(a.key(), token):
		s.blame("%s gave a token for %s that upstream never issued for it", way, a.name)
	case left > time.Second && !s.up.Sim.Accepts(a.key(), token):
		s.blame("%s gave a token of %s that upstream refuses, with %v left", way, a.name, left)
	}
}

func (s *soak) readSocket(ctx context.Context) {
	client := api.Dial(filepath.Join(s.Dir, "run", "tokentray", "agent.sock"))
	defer client.Close()
	for a, ok := s.next(ctx); ok; a, ok = s.next(ctx) {
		end, asked := s.up.Ask(a.key()), time.Now() // it may have come to its end while upstream was away
		t, err := client.Token(ctx, a.ref(), time.Second)
		end()
		switch {
		case ctx.Err() != nil:
		case err != nil:
			s.refused("the socket", a, err)
		default:
			s.sockets.Add(1)
			s.judge("the socket", a, asked, t.AccessToken, t.ExpiresAt)
		}
	}
}

// refused counts a refusal, which only an upstream that fails can be the cause of.
func (s *soak) refused(way string, a account, err error) {
	s.failed.Add(1)
	var e *core.Error
	if !errors.As(err, &e) || e.Class != core.Temporary {
		s.blame("%s refuses %s: %v", way, a.name, err)
	}
}

func (s *soak) readLoopback(ctx context.Context) {
	transport := &http.Transport{MaxIdleConnsPerHost: 1}
	defer transport.CloseIdleConnections()
	client := http.Client{Transport: transport}
	for a, ok := s.next(ctx); ok; a, ok = s.next(ctx) {
		end := s.up.Ask(a.key())
		err := s.readOnce(ctx, &client, a)
		end()
		if err != nil && ctx.Err() == nil {
			s.refused("the loopback", a, err)
		}
	}
}

func (s *soak) readOnce(ctx context.Context, client *http.Client, a account) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.door+"/v1/token/"+a.name+"/"+string(a.env)+"?min_ttl=1s", nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+s.key)
	asked := time.Now()
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	var answer struct {
		api.Token
		Error *api.Error `json:"error"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return fmt.Errorf("HTTP %d: %w", resp.StatusCode, err)
	}
	if answer.Error != nil {
		return answer.Error.Core()
	}
	s.doors.Add(1)
	s.judge("the loopback", a, asked, answer.AccessToken, answer.ExpiresAt)
	return nil
}

// fail cuts off one account for a while, over and over.
func (s *soak) fail(ctx context.Context) {
	for ctx.Err() == nil {
		a := s.all[rand.IntN(len(s.all))]
		s.up.Sim.SetFaults(a.key(), sim.Faults{Outage: true})
		select {
		case <-ctx.Done():
		case <-time.After(10 * time.Second):
		}
		s.up.Sim.SetFaults(a.key(), sim.Faults{})
	}
}

// reports tells the agent now and then of a token that it is dead, which it is not.
func (s *soak) reports(ctx context.Context) {
	for ctx.Err() == nil {
		a := s.all[rand.IntN(len(s.all))]
		end, asked := s.up.Ask(a.key()), time.Now()
		t, err := s.client.Refresh(ctx, a.ref(), api.RefreshRequest{})
		end()
		if err == nil {
			s.judge("a report", a, asked, t.AccessToken, t.ExpiresAt)
		}
		select {
		case <-ctx.Done():
		case <-time.After(5 * time.Second):
		}
	}
}

// lookAtPushes reads what the pushes into files wrote: a whole token each time.
func (s *soak) lookAtPushes(ctx context.Context) {
	last := map[int]string{}
	for ctx.Err() == nil {
		for i := 0; i < len(s.all); i += 10 {
			data, err := os.ReadFile(s.pushPath(i))
			if errors.Is(err, os.ErrNotExist) {
				continue
			}
			token := strings.TrimSpace(string(data))
			if err != nil || !s.up.Issued(s.all[i].key(), token) {
				s.blame("what is pushed for %s is no token of its own: %d bytes, %v", s.all[i].name, len(data), err)
			}
			if last[i] != "" && last[i] != token {
				s.pushed.Add(1)
			}
			last[i] = token
		}
		select {
		case <-ctx.Done():
		case <-time.After(2 * time.Second):
		}
	}
}

// openWindows opens the window each minute and closes it again.
func (s *soak) openWindows(ctx context.Context) {
	for {
		p, err := s.Start("window", filepath.Join(s.bin, "tokentray-window"))
		if err == nil {
			err = s.WaitPainted("TokenTray", 320, time.Minute)
		}
		if err != nil {
			s.blame("the window does not open: %v", err)
			return
		}
		s.windows++
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Second):
		}
		p.Stop()
		select {
		case <-ctx.Done():
			return
		case <-time.After(40 * time.Second):
		}
	}
}
