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

// RunChild runs a child and returns its exit code: 128 plus the signal's number if a
// signal ended it. If there is nothing to do beside it, the child replaces this
// process, so that it has the terminal, signals and job control to itself.
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

// passedOn are the signals that are passed on to the child.
func passedOn() []os.Signal {
	return []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGUSR2}
}

// passOn passes signals on to the child, except those that the terminal sends for a
// key: it sends them to the child too. The child would get them twice, and many
// programs end at once at a second Ctrl-C.
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

// inForeground reports whether our process group, which is also the child's, gets the
// signals of the terminal's keys.
func inForeground() bool {
	tty, err := os.OpenFile("/dev/tty", os.O_RDONLY|syscall.O_NOCTTY, 0)
	if err != nil {
		return false
	}
	defer func() { _ = tty.Close() }()
	group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && group == syscall.Getpgrp()
}
