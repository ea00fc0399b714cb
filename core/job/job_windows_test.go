package job

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/windows"
)

// act makes the test binary play a part: "parent" starts a "child" and tells its
// process ID; both live until they are ended.
const act = "TOKENTRAY_TEST_ACT"

func TestMain(m *testing.M) {
	switch os.Getenv(act) {
	case "":
		os.Exit(m.Run())
	case "starter": // starts a parent in a job that ends with this process
		j, err := New(true)
		if err != nil {
			os.Exit(1)
		}
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), act+"=parent")
		cmd.Stdout = os.Stdout
		if j.Start(cmd) != nil {
			os.Exit(1)
		}
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	case "parent":
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), act+"=child")
		if err := cmd.Start(); err != nil {
			os.Exit(1)
		}
		_, _ = os.Stdout.WriteString(strconv.Itoa(cmd.Process.Pid) + "\n")
		time.Sleep(time.Hour)
	case "child":
		time.Sleep(time.Hour)
	}
}

// playing is a command that plays a part.
func playing(t *testing.T, part string) (*exec.Cmd, *bufio.Reader) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), act+"="+part)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout = w
	t.Cleanup(func() { _ = r.Close(); _ = w.Close() })
	return cmd, bufio.NewReader(r)
}

// childOf opens the process whose ID somebody tells.
func childOf(t *testing.T, told *bufio.Reader) windows.Handle {
	t.Helper()
	line, err := told.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(line[:len(line)-1])
	if err != nil {
		t.Fatal(err)
	}
	process, err := windows.OpenProcess(windows.SYNCHRONIZE|windows.PROCESS_TERMINATE, false, uint32(pid))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = windows.TerminateProcess(process, 1)
		_ = windows.CloseHandle(process)
	})
	return process
}

// ended waits for a process's end.
func ended(t *testing.T, process windows.Handle) {
	t.Helper()
	const within = 20_000 // ms
	if got, err := windows.WaitForSingleObject(process, within); err != nil || got != windows.WAIT_OBJECT_0 {
		t.Fatalf("it still runs: %d, %v", got, err)
	}
}

func TestAJobEndsWithAllThatWasStarted(t *testing.T) {
	j, err := New(false)
	if err != nil {
		t.Fatal(err)
	}
	cmd, told := playing(t, "parent")
	if err := j.Start(cmd); err != nil {
		t.Fatal(err)
	}
	child := childOf(t, told)
	if err := j.End(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("it ended by itself")
	}
	ended(t, child)
	if err := j.Close(); err != nil {
		t.Error(err)
	}
}

// What was started lives on when its job is given up.
func TestAJobThatIsGivenUpLetsLive(t *testing.T) {
	j, err := New(true)
	if err != nil {
		t.Fatal(err)
	}
	cmd, told := playing(t, "parent")
	if err := j.Start(cmd); err != nil {
		t.Fatal(err)
	}
	child := childOf(t, told)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := windows.WaitForSingleObject(child, 0); err != nil || got != uint32(windows.WAIT_TIMEOUT) {
		t.Errorf("the child ended: %d, %v", got, err)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}

func TestAJobEndsWithTheProcessThatMadeIt(t *testing.T) {
	starter, told := playing(t, "starter")
	stdin, err := starter.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	if err := starter.Start(); err != nil {
		t.Fatal(err)
	}
	child := childOf(t, told)
	if err := starter.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = starter.Wait()
	ended(t, child)
}

func TestAProgramThatIsNotThere(t *testing.T) {
	j, err := New(false)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if err := j.Start(exec.Command(`C:\none\none.exe`)); err == nil {
		t.Error("it started")
	}
}
