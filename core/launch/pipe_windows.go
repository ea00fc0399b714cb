package launch

import (
	"io"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"
)

// Apart makes a child live on its own: without a console, and in a process group that
// Ctrl-C does not reach. A window of its own is shown as it asks.
func Apart() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.CREATE_NO_WINDOW | windows.CREATE_NEW_PROCESS_GROUP}
}

// detach makes the agent live on its own. The pipe is its standard output.
func detach(cmd *exec.Cmd, ready *os.File) {
	cmd.SysProcAttr = Apart()
	cmd.Stdout = ready
	cmd.Env = append(cmd.Env, readyVariable+"=stdout")
}

// readyPipe takes standard output for the pipe; what is printed later goes
// nowhere.
func readyPipe(value string) io.WriteCloser {
	if value != "stdout" {
		return nil
	}
	pipe := os.Stdout
	if null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		os.Stdout = null
	}
	return pipe
}
