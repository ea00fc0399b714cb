//go:build unix

package launch

import (
	"io"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// Apart makes a child live on its own: in a new session, so that neither a
// terminal's end nor its Ctrl-C reaches it.
func Apart() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// detach makes the agent live on its own. The pipe is its descriptor 3.
func detach(cmd *exec.Cmd, ready *os.File) {
	cmd.SysProcAttr = Apart()
	cmd.ExtraFiles = []*os.File{ready}
	cmd.Env = append(cmd.Env, readyVariable+"=3")
}

// readyPipe opens the descriptor and keeps it from the child's own children.
func readyPipe(value string) io.WriteCloser {
	fd, err := strconv.Atoi(value)
	if err != nil || fd < 3 {
		return nil
	}
	syscall.CloseOnExec(fd)
	return os.NewFile(uintptr(fd), "ready")
}
