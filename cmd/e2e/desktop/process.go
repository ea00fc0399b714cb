//go:build linux

package desktop

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Process is a program that runs on a desktop.
type Process struct {
	Name string

	d     *Desktop
	cmd   *exec.Cmd
	stdin io.Closer
	log   string
	done  chan struct{}
	err   error // of Wait; read after done
}

// Start starts a program on the desktop; its output goes to log/NAME.log.
func (d *Desktop) Start(name, program string, args ...string) (*Process, error) {
	p := d.command(name, program, args...)
	return p, p.start()
}

// command prepares a process. It dies with us even if we are killed.
func (d *Desktop) command(name, program string, args ...string) *Process {
	cmd := exec.Command(program, args...)
	cmd.Env, cmd.Dir = d.env, d.Home()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	return &Process{
		Name: name, d: d, cmd: cmd, done: make(chan struct{}),
		log: filepath.Join(d.Dir, "log", name+".log"),
	}
}

func (p *Process) start() error {
	f, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	p.cmd.Stdout, p.cmd.Stderr = f, f
	if err := p.cmd.Start(); err != nil {
		return fmt.Errorf("starting %s: %w", p.Name, err)
	}
	p.d.mu.Lock()
	p.d.procs = append(p.d.procs, p)
	p.d.mu.Unlock()
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	return nil
}

// PID is the process's number.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Output is what the process, and those of the same name before it, printed.
func (p *Process) Output() string {
	b, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// Alive reports whether the process has not ended.
func (p *Process) Alive() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// Signal sends a signal to the process.
func (p *Process) Signal(s syscall.Signal) error { return p.cmd.Process.Signal(s) }

// Wait waits until the process ended and returns its exit code, or an error
// after limit.
func (p *Process) Wait(limit time.Duration) (int, error) {
	select {
	case <-p.done:
		return p.cmd.ProcessState.ExitCode(), nil
	case <-time.After(limit):
		return 0, fmt.Errorf("%s (process %d) did not end within %v", p.Name, p.PID(), limit)
	}
}

// Stop ends the process, gently first.
func (p *Process) Stop() {
	if p.stdin != nil {
		p.stdin.Close()
	} else {
		p.Signal(syscall.SIGTERM)
	}
	if _, err := p.Wait(15 * time.Second); err != nil {
		p.Kill()
	}
}

// Kill ends the process at once, as a crash would.
func (p *Process) Kill() {
	p.Signal(syscall.SIGKILL)
	<-p.done
}

// Info tells about a process of the desktop, whoever started it.
type Info struct {
	PID     int
	Exe     string // base name of the program
	Args    []string
	Environ []string
}

func (i Info) String() string { return fmt.Sprintf("%d %s", i.PID, strings.Join(i.Args, " ")) }

// Processes lists the living processes of the desktop, those that the session
// bus or the programs started among them. Names, when given, are the base names
// of the programs wanted.
func (d *Desktop) Processes(names ...string) []Info {
	var out []Info
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		env, err := os.ReadFile(filepath.Join(dir, "environ"))
		if err != nil || !bytes.Contains(env, []byte(marker+"="+d.Dir+"\x00")) {
			continue
		}
		pid, _ := strconv.Atoi(filepath.Base(dir))
		cmdline, _ := os.ReadFile(filepath.Join(dir, "cmdline"))
		if len(cmdline) == 0 { // it is just ending
			continue
		}
		exe, _ := os.Readlink(filepath.Join(dir, "exe"))
		i := Info{PID: pid, Exe: filepath.Base(exe), Args: split(cmdline), Environ: split(env)}
		if len(names) == 0 || contains(names, i.Exe) {
			out = append(out, i)
		}
	}
	return out
}

// waits tells for what each thread of the process waits in the kernel.
func (i Info) waits() string {
	var out []string
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", i.PID))
	for _, dir := range threads {
		name, _ := os.ReadFile(filepath.Join(dir, "comm"))
		where, _ := os.ReadFile(filepath.Join(dir, "wchan"))
		out = append(out, strings.TrimSpace(string(name))+": "+string(where))
	}
	return strings.Join(out, ", ")
}

// CPUTime is the CPU time that the living threads of a process have used, which
// the scheduler counts in nanoseconds where ticks are ten milliseconds.
func CPUTime(pid int) (time.Duration, error) {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || len(files) == 0 {
		return 0, fmt.Errorf("process %d has no threads to watch", pid)
	}
	var sum time.Duration
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			continue // the thread has ended
		}
		var ran int64
		if _, err := fmt.Sscan(string(b), &ran); err != nil {
			return 0, fmt.Errorf("read the CPU time of process %d: %q", pid, b)
		}
		sum += time.Duration(ran)
	}
	return sum, nil
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func split(b []byte) []string {
	return strings.Split(strings.TrimRight(string(b), "\x00"), "\x00")
}
