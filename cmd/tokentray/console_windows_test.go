package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"

	"tokentray/core/api"
	"tokentray/core/home"
	"tokentray/core/vault"
	"tokentray/ui/cli"
)

// actVariable makes the test binary the program itself, or a test in a console.
const actVariable = "TOKENTRAY_TEST_ACT"

func TestMain(m *testing.M) {
	if os.Getenv(actVariable) == "main" || len(os.Args) == 2 && os.Args[1] == vault.ChildCommand {
		main()
		return
	}
	os.Exit(m.Run())
}

var (
	kernel32         = windows.NewLazySystemDLL("kernel32.dll")
	outputCodePage   = kernel32.NewProc("GetConsoleOutputCP")
	setOutputPage    = kernel32.NewProc("SetConsoleOutputCP")
	makeScreenBuffer = kernel32.NewProc("CreateConsoleScreenBuffer")
	readScreen       = kernel32.NewProc("ReadConsoleOutputCharacterW")
)

// inAConsole runs the test once more, in a console of its own without a window, and
// says whether this is that run.
func inAConsole(t *testing.T) bool {
	t.Helper()
	if os.Getenv(actVariable) == "console" {
		if page, _, err := outputCodePage.Call(); page == 0 {
			t.Fatalf("there is no console: %v", err)
		}
		return true
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe, "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), actVariable+"=console")
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NO_WINDOW}
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("in a console: %v\n%s", err, out)
	}
	return false
}

// Ctrl+C and Ctrl+Break end an agent in the foreground in order, with its files closed.
func TestCtrlCEndsTheAgent(t *testing.T)     { testEnding(t, windows.CTRL_C_EVENT) }
func TestCtrlBreakEndsTheAgent(t *testing.T) { testEnding(t, windows.CTRL_BREAK_EVENT) }

func testEnding(t *testing.T, event uint32) {
	if !inAConsole(t) {
		return
	}
	dir := filepath.Join(t.TempDir(), "home")
	h, err := home.Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, exe, "agent", "--no-tray")
	cmd.Env = append(os.Environ(), actVariable+"=main", home.Variable+"="+dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	client := api.Dial(h.Socket())
	defer client.Close()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := client.Status(ctx); err == nil {
			break
		}
		select {
		case <-ctx.Done():
			t.Fatal("the agent does not start")
		case <-tick.C:
		}
	}
	pressed := make(chan os.Signal, 1) // the test has the same console
	signal.Notify(pressed, os.Interrupt)
	defer signal.Stop(pressed)
	if err := windows.GenerateConsoleCtrlEvent(event, 0); err != nil {
		_ = cmd.Process.Kill()
		t.Error(err)
	}
	err = cmd.Wait()
	log, _ := os.ReadFile(h.Log())
	if ctx.Err() != nil || !strings.Contains(string(log), "agent stopped") {
		t.Errorf("it ended with %v, and its log is\n%s", err, log)
	}
}

// A console shows Chinese whatever its code page is, and keeps that code page.
func TestAConsoleShowsChinese(t *testing.T) {
	if !inAConsole(t) {
		return
	}
	const write = uintptr(windows.GENERIC_READ | windows.GENERIC_WRITE)
	const share = uintptr(windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE)
	const text = "小店 é"
	for _, page := range []uintptr{437, 936, 65001} {
		if ok, _, err := setOutputPage.Call(page); ok == 0 {
			if page != 936 { // a Windows without Chinese may not have it
				t.Errorf("code page %d: %v", page, err)
			}
			continue
		}
		screen, _, err := makeScreenBuffer.Call(write, share, 0, 1, 0)
		if windows.Handle(screen) == windows.InvalidHandle {
			t.Fatal(err)
		}
		f := os.NewFile(screen, "console")
		defer f.Close()
		if _, err := fmt.Fprint(cli.NewConsole(os.Stdin, f, f).Out(), text); err != nil {
			t.Fatal(err)
		}
		shown := make([]uint16, 80)
		var n uint32
		if ok, _, err := readScreen.Call(screen, uintptr(unsafe.Pointer(&shown[0])), uintptr(len(shown)), 0, uintptr(unsafe.Pointer(&n))); ok == 0 {
			t.Fatal(err)
		}
		got := windows.UTF16ToString(shown[:n])
		for _, sign := range text { // a wide one may be read as two
			if !strings.ContainsRune(got, sign) {
				t.Errorf("code page %d shows %q", page, got)
			}
		}
		if now, _, _ := outputCodePage.Call(); now != page {
			t.Errorf("the code page is %d after %d", now, page)
		}
	}
}
