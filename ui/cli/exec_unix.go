//go:build unix

package cli

import (
	"context"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// RunChild runs a child and returns its exit code: 128 and the signal's number
// if a signal ended it. With nothing to do beside it, the child takes the place
// of this process, so that terminal, signals and job control are its own.
func RunChild(c Child) (int, error) {
	if c.Beside == nil {
		return 0, syscall.Exec(c.Path, c.Args, c.Env)
	}
	cmd := &exec.Cmd{Path: c.Path, Args: c.Args, Env: c.Env, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	signals := make(chan os.Signal, 16)
	for _, s := range passedOn() {
		if !signal.Ignored(s) { // as under nohup, which the child inherits
			signal.Notify(signals, s)
		}
	}
	defer signal.Stop(signals)
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() { c.Beside(ctx) })
	wg.Go(func() { passOn(ctx, signals, cmd.Process) })
	_ = cmd.Wait() // its state tells more
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if ok && status.Signaled() {
		return 128 + int(status.Signal()), nil
	}
	return cmd.ProcessState.ExitCode(), nil
}

// passedOn are the signals by which others steer a program.
func passedOn() []os.Signal {
	return []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGUSR2}
}

// passOn hands signals to the child. What a terminal sends by a key it sends to
// the child too, so that the child would get it twice, and many programs take a
// second Ctrl-C for impatience.
func passOn(ctx context.Context, signals <-chan os.Signal, child *os.Process) {
	for {
		select {
		case s := <-signals:
			if (s == syscall.SIGINT || s == syscall.SIGQUIT) && inForeground() {
				continue
			}
			_ = child.Signal(s)
		case <-ctx.Done():
			return
		}
	}
}

// inForeground reports whether our process group, which is the child's, is the
// one that the keys of our terminal reach.
func inForeground() bool {
	tty, err := os.OpenFile("/dev/tty", os.O_RDONLY|syscall.O_NOCTTY, 0)
	if err != nil {
		return false
	}
	defer func() { _ = tty.Close() }()
	group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && group == syscall.Getpgrp()
}
