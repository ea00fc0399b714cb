package push

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"

	"tokentray/core/job"
)

// group is a command and everything it starts.
type group struct {
	cmd *exec.Cmd
	job *job.Job
}

// newGroup gives a command no console window, and a job with all that it starts.
func newGroup(cmd *exec.Cmd) (*group, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{HideWindow: true, CreationFlags: windows.CREATE_NO_WINDOW | windows.CREATE_NEW_PROCESS_GROUP}
	j, err := job.New(false)
	if err != nil {
		return nil, err
	}
	return &group{cmd, j}, nil
}

func (g *group) start() error { return g.job.Start(g.cmd) }

// ask ends the group: without a console there is no way to ask. The command is not in
// the job yet if it is only just starting.
func (g *group) ask() error {
	_ = g.job.End()
	return g.cmd.Process.Kill()
}

// finish ends what is left of the group.
func (g *group) finish() { _ = g.job.End() }

// close gives the group up; what is left of it lives on.
func (g *group) close() { _ = g.job.Close() }
