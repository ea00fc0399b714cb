package push

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/windows"

	"tokentray/core"
)

// actVariable makes the test binary play the part of a command.
const actVariable = "TOKENTRAY_TEST_ACT"

func TestMain(m *testing.M) {
	switch os.Getenv(actVariable) {
	case "":
		os.Exit(m.Run())
	case "file": // puts what it reads into a file
		in, err := io.ReadAll(os.Stdin)
		if err != nil || os.WriteFile(os.Args[1], in, 0o600) != nil {
			os.Exit(1)
		}
		os.Exit(0)
	case "complain": // repeats what it reads on standard error
		_, _ = io.Copy(os.Stderr, os.Stdin)
		os.Exit(3)
	case "child": // starts another, tells its process ID in a file, and stays
		_ = os.Setenv(actVariable, "stay")
		cmd := exec.Command(os.Args[0])
		if cmd.Start() != nil || os.WriteFile(os.Args[1], []byte(strconv.Itoa(cmd.Process.Pid)), 0o600) != nil {
			os.Exit(1)
		}
		time.Sleep(time.Hour)
	case "stay":
		time.Sleep(time.Hour)
	}
}

// acting is a job whose command is the test binary in a part.
func acting(t *testing.T, part string, args ...string) Job {
	t.Helper()
	t.Setenv(actVariable, part)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return tokenJob(core.Push{Number: 1, Kind: core.PushCommand, Timeout: 20 * time.Second, Command: append([]string{exe}, args...)})
}

func TestACommandGetsTheTokenAndTellsNothing(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	if err := Deliver(t.Context(), acting(t, "file", out)); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(out); err != nil || string(got) != newToken+"\n" {
		t.Errorf("it read %q, %v", got, err)
	}
	err := Deliver(t.Context(), acting(t, "complain"))
	if err == nil || !strings.Contains(err.Error(), "exit status 3: •••") || strings.Contains(err.Error(), newToken) {
		t.Errorf("told of a failure: %v", err)
	}
}

// A command that does not end in time ends with what it started.
func TestACommandEndsWithWhatItStarted(t *testing.T) {
	told := filepath.Join(t.TempDir(), "pid")
	job := acting(t, "child", told)
	job.Push.Timeout = 5 * time.Second
	err := Deliver(t.Context(), job)
	if e := (*core.Error)(nil); !errors.As(err, &e) || e.Remedy != core.RemedyPushTimeout {
		t.Fatalf("it ended with %v", err)
	}
	raw, err := os.ReadFile(told)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(string(raw))
	if err != nil {
		t.Fatal(err)
	}
	process, err := windows.OpenProcess(windows.SYNCHRONIZE, false, uint32(pid))
	if errors.Is(err, windows.ERROR_INVALID_PARAMETER) {
		return // there is no such process any more
	}
	if err != nil {
		t.Fatal(err)
	}
	defer windows.CloseHandle(process)
	const within = 20_000 // ms
	if got, err := windows.WaitForSingleObject(process, within); err != nil || got != windows.WAIT_OBJECT_0 {
		t.Errorf("its child still runs: %d, %v", got, err)
	}
}
