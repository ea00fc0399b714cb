//go:build unix

package push

import (
	"os/exec"
	"syscall"
)

// group is a command and everything it starts.
type group struct{ cmd *exec.Cmd }

// newGroup puts a command into a process group of its own, so that everything it
// started ends with it.
func newGroup(cmd *exec.Cmd) (*group, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return &group{cmd}, nil
}

func (g *group) start() error { return g.cmd.Start() }

// ask asks the group to end.
func (g *group) ask() error { return syscall.Kill(-g.cmd.Process.Pid, syscall.SIGTERM) }

// finish ends what is left of the group.
func (g *group) finish() { _ = syscall.Kill(-g.cmd.Process.Pid, syscall.SIGKILL) }

// close gives the group up; what is left of it lives on.
func (g *group) close() {}
