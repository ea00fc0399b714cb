//go:build linux

// Command soak lets the built programs work for a while as on a busy developer's
// machine, and counts: five hundred accounts with short lives, an upstream that
// fails now and then, clients on the socket and on the loopback, pushes, and the
// window opened and closed each minute. Run it by make soak.
//
// It fails when a client gets a token that upstream refuses or that has expired,
// when the agent asks upstream for a token that nobody needs, and when the agent's
// memory, goroutines or descriptors grow.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

func main() {
	bin := flag.String("bin", "bin", "folder of tokentray and tokentray-window")
	minutes := flag.Float64("minutes", 60, "how long it works")
	accounts := flag.Int("accounts", 500, "how many accounts the agent has")
	clients := flag.Int("clients", 50, "how many clients read, half of them over the loopback")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	dir, err := filepath.Abs(*bin)
	if err == nil {
		err = run(ctx, dir, time.Duration(*minutes*float64(time.Minute)), *accounts, *clients)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, bin string, length time.Duration, accounts, clients int) error {
	s, err := newSoak(bin, accounts)
	if err != nil {
		return err
	}
	defer s.close()
	for _, step := range []func(context.Context) error{
		s.startAgent, s.startBackend, s.addAccounts, s.addPushes, s.openLoopback,
		func(ctx context.Context) error { return s.measure(ctx, &s.before) },
		func(ctx context.Context) error { return s.work(ctx, length, clients) },
		func(ctx context.Context) error { return s.measure(ctx, &s.after) },
	} {
		if err := step(ctx); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return s.report(length)
}
