//go:build linux

package engines

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// answer is what a person enters when a prompt has come.
type answer struct{ prompt, text string }

// atTerminal runs a shell command at a terminal of its own, answers its prompts, and
// returns what the terminal shows. The command must work.
func (m *machine) atTerminal(command string, answers ...answer) string {
	m.t.Helper()
	master, slave := terminal(m.t)
	defer master.Close()
	cmd := exec.Command("sh", "-ec", command)
	cmd.Env, cmd.Dir = append([]string{"TERM=xterm", "NO_COLOR=1"}, m.env...), m.dir
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	_ = slave.Close()
	var mu sync.Mutex
	var shown strings.Builder
	read := make(chan struct{})
	go func() {
		defer close(read)
		buffer := make([]byte, 4096)
		for {
			n, err := master.Read(buffer)
			mu.Lock()
			shown.Write(buffer[:n])
			mu.Unlock()
			if err != nil { // the command ended
				return
			}
		}
	}()
	seen := 0
	for _, a := range answers {
		for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			mu.Lock()
			all := shown.String()
			mu.Unlock()
			if i := strings.Index(all[seen:], a.prompt); i >= 0 {
				seen += i + len(a.prompt)
				break
			}
			if time.Now().After(deadline) {
				_ = cmd.Process.Kill()
				m.t.Fatalf("%s: %s: no prompt with %q:\n%s", m.name, command, a.prompt, all)
			}
		}
		if _, err := master.WriteString(a.text + "\n"); err != nil {
			m.t.Fatal(err)
		}
	}
	err := cmd.Wait()
	<-read
	if err != nil {
		m.t.Fatalf("%s: %s: %v\n%s", m.name, command, err, shown.String())
	}
	return strings.ReplaceAll(shown.String(), "\r\n", "\n")
}

// terminal makes a pseudo-terminal.
func terminal(t *testing.T) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	slave, err = os.OpenFile("/dev/pts/"+strconv.Itoa(n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return master, slave
}
