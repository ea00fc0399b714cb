package api

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestTheEndOfAProcessIsWaitedFor(t *testing.T) {
	cmd := exec.Command("cat")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	wait, forget := watchEnd(cmd.Process.Pid)
	defer forget()
	short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	wait(short)
	if !errors.Is(short.Err(), context.DeadlineExceeded) {
		t.Error("the wait ended before the process and before its context")
	}
	if err := stdin.Close(); err != nil { // which ends it
		t.Fatal(err)
	}
	wait(t.Context()) // it has ended although nobody has reaped it
	if state, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", cmd.Process.Pid)); err != nil || !strings.Contains(string(state), ") Z ") {
		t.Errorf("the process: %s, %v", state, err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	for _, pid := range []int{0, -1} {
		wait, forget := watchEnd(pid)
		wait(t.Context())
		forget()
	}
}
