//go:build linux

package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// wait measures how much memory clients cost that wait for the next token, and checks
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

// settle waits until the agent's memory stays the same.
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

// connected waits until there are n connections to the door.
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
			time.Sleep(time.Second) // until the calls have reached their handlers
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%d of %d clients are connected", have, n)
		}
	}
}
