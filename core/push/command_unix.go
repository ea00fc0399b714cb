//go:build unix

package push

import (
	"os"
	"os/exec"
	"syscall"
)

// apart puts a command into a process group of its own, so that everything it
// started ends with it.
func apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// ask asks a command and its children to end.
func ask(p *os.Process) error { return syscall.Kill(-p.Pid, syscall.SIGTERM) }

// finish ends what is left of a command's group.
func finish(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGKILL) }
