//go:build unix

package cli

import (
	"context"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// RunChild runs a child and returns its exit code: 128 plus the signal's number if a
// signal ended it. If there is nothing to do beside it, the child replaces this
// process, so that it has the terminal, signals and job control to itself.
func RunChild(c Child) (int, error) {
	if c.Beside == nil {
		return 0, syscall.Exec(c.Path, c.Args, c.Env)
	}
	signals := make(chan os.Signal, 16)
	for _, s := range passedOn() {
		if !signal.Ignored(s) { // as under nohup, which the child inherits
			signal.Notify(signals, s)
		}
	}
	defer signal.Stop(signals)
	p, err := c.start(c.Env)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() { c.Beside(ctx) })
	return c.live(p, signals)
}

// live runs a child, over renewals, until it ends by itself or by a signal.
func (c Child) live(p *process, signals <-chan os.Signal) (int, error) {
	renewed := c.Renewed
	for {
		select {
		case s := <-signals:
			if ends(s) {
				renewed = nil // what is asked to end is not started again
			}
			p.passOn(s)
		case env := <-renewed:
			if p.hasEnded() {
				return p.code(), nil
			}
			if c.Signal != nil {
				_ = p.cmd.Process.Signal(c.Signal)
				continue
			}
			if s := p.end(c.Grace, signals); s != 0 {
				return 128 + int(s), nil
			}
			next, err := c.start(env)
			if err != nil {
				return 0, err
			}
			p = next
		case <-p.ended:
			return p.code(), nil
		}
	}
}

// process is a child that runs, or one that ended.
type process struct {
	cmd   *exec.Cmd
	group bool          // it leads a process group of its own
	ended chan struct{} // closed then
}

// start starts a child. One that can be started again leads a process group, by which
// all that it started ends with it. That is not the terminal's group: its keys reach
// this process alone, and reading the terminal would stop the child. So it has no
// standard input there.
func (c Child) start(env []string) (*process, error) {
	cmd := &exec.Cmd{Path: c.Path, Args: c.Args, Env: env, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	p := &process{cmd: cmd, group: c.Renewed != nil && c.Signal == nil, ended: make(chan struct{})}
	if p.group {
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if term.IsTerminal(int(os.Stdin.Fd())) {
			cmd.Stdin = nil
		}
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(p.ended)
		_ = cmd.Wait() // its state tells more
	}()
	return p, nil
}

func (p *process) hasEnded() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// code is the exit code of a process that ended.
func (p *process) code() int {
	status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	if ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return p.cmd.ProcessState.ExitCode()
}

// end ends a process and all of its group, so that it can be started again. It returns
// the signal by which meanwhile the end was asked for; 0: there was none.
func (p *process) end(grace time.Duration, signals <-chan os.Signal) (asked syscall.Signal) {
	note := func(s os.Signal) {
		if ends(s) || s == syscall.SIGHUP { // the terminal is gone
			asked = s.(syscall.Signal)
		}
	}
	p.send(syscall.SIGTERM)
	timer := time.NewTimer(grace)
	defer timer.Stop()
	for !p.hasEnded() {
		select {
		case s := <-signals:
			note(s)
			p.passOn(s)
		case <-timer.C:
			p.send(syscall.SIGKILL)
		case <-p.ended:
		}
	}
	p.send(syscall.SIGKILL) // to what it left behind
	for {
		select {
		case s := <-signals:
			note(s)
		default:
			return asked
		}
	}
}

// send sends a signal to a process, and to its group if it leads one.
func (p *process) send(s os.Signal) {
	if number, ok := s.(syscall.Signal); ok && p.group {
		_ = syscall.Kill(-p.cmd.Process.Pid, number)
		return
	}
	_ = p.cmd.Process.Signal(s)
}

// passOn passes a signal on, except those that the terminal sends for a key to a child
// in our group. The child would get them twice, and many programs end at once at a
// second Ctrl-C.
func (p *process) passOn(s os.Signal) {
	if !p.group && (s == syscall.SIGINT || s == syscall.SIGQUIT) && inForeground() {
		return
	}
	p.send(s)
}

// ends reports whether a signal asks a program to end.
func ends(s os.Signal) bool {
	return s == syscall.SIGINT || s == syscall.SIGTERM || s == syscall.SIGQUIT
}

// tellsOfRenewal says that a command can be told of a renewal here.
const tellsOfRenewal = true

// signalNamed is the signal of one of the renewSignals.
func signalNamed(name string) os.Signal { return unix.SignalNum("SIG" + name) }

// passedOn are the signals that are passed on to the child.
func passedOn() []os.Signal {
	return []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGUSR2}
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
