package launch

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/format"
	"tokentray/core/home"
)

// actVariable makes the test binary play the part of an agent that does not
// start. How a real one starts is tested in core/agent.
const actVariable = "TOKENTRAY_TEST_ACT"

func TestMain(m *testing.M) {
	switch os.Getenv(actVariable) {
	case "":
		os.Exit(m.Run())
	case "environment": // tells what it was started with
		Announce().Fail(&core.Error{Class: core.Internal, Message: strings.Join(os.Environ(), " ")})
	case "running":
		Announce().Running()
	case "fail":
		Announce().Fail(&core.Error{Class: core.Internal, Message: "the database is of a newer version; update", Remedy: core.RemedyUpdate})
	case "silent": // ends without a word
	case "hang":
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer stop()
		parent := os.Getppid()
		for os.Getppid() == parent && ctx.Err() == nil { // as long as the test lives
			time.Sleep(10 * time.Millisecond)
			if runtime.GOOS != "windows" {
				continue
			}
			if _, err := os.Stdout.WriteString(" "); err != nil { // there, as long as somebody waits
				return
			}
		}
	}
}

// acting is a Start that plays a part in home.
func acting(t *testing.T, act string) Start {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Start{Exe: exe, Args: []string{}, Env: []string{actVariable + "=" + act}}
}

func testHome(t *testing.T) home.Home {
	t.Helper()
	h, err := home.Find(filepath.Join(t.TempDir(), "home"))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// A starter tells an agent that is one too many from one that cannot start.
func TestAnotherAgentRunsAlready(t *testing.T) {
	if err := start(t.Context(), testHome(t), acting(t, "running")); !errors.Is(err, errRunning) {
		t.Errorf("got %v, want running", err)
	}
}

// A program that the agent starts may keep the pipe to the starter open.
func TestOneLineIsWaitedForAndNotTheEnd(t *testing.T) {
	r, w := io.Pipe()
	heard := make(chan error, 1)
	go func() { heard <- readAnnouncement(r) }()
	if _, err := io.WriteString(w, wordReady+"\n"); err != nil {
		t.Fatal(err)
	}
	if err := <-heard; err != nil { // w is open still
		t.Errorf("got %v, want ready", err)
	}
	if err := readAnnouncement(strings.NewReader(wordReady[:3])); !errors.Is(err, ErrCannotStart) {
		t.Errorf("half a word: %v", err)
	}
}

// Whoever starts the agent hears what is wrong with the home.
func TestTheRemedyOfACauseIsKept(t *testing.T) {
	cause := &core.Error{Class: core.Internal, Message: "others may enter it", Remedy: core.RemedyHomeShared}
	if e := CannotStart(cause); e.Remedy != core.RemedyHomeShared || !errors.Is(e, ErrCannotStart) {
		t.Errorf("told as %+v", e)
	}
}

func TestWhyAnAgentDoesNotStart(t *testing.T) {
	tests := []struct {
		name, act, says string
	}{
		{"it says why", "fail", "the database is of a newer version; update"},
		{"it ends without a word", "silent", "the agent ended before it was ready"},
		{"it takes too long", "hang", "it was not ready within"},
		// An agent of Windows that is older than pipes, where sockets do not work.
		{"another one holds the home and is not heard", "running", "another agent holds this home but does not answer; end it with tokentray stop"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			how := acting(t, tt.act)
			switch tt.act {
			case "hang":
				how.Wait = 300 * time.Millisecond
			case "running":
				how.Wait = 8 * time.Second // two starts of it at least
			}
			_, err := Ensure(t.Context(), testHome(t), how)
			if !errors.Is(err, ErrCannotStart) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want ErrCannotStart that says %q", err, tt.says)
			}
		})
	}
	t.Run("there is no such program", func(t *testing.T) {
		_, err := Ensure(t.Context(), testHome(t), Start{Exe: filepath.Join(t.TempDir(), "tokentray")})
		if !errors.Is(err, ErrCannotStart) {
			t.Errorf("got %v, want ErrCannotStart", err)
		}
	})
}

// An agent that is started inside tokentray exec gets no token along.
func TestTheTokenOfAnExecIsNotHandedOn(t *testing.T) {
	t.Setenv("SHOP_TOKEN", "88_secret")
	t.Setenv("SHOP_TOKEN_APPID", "wx0")
	t.Setenv("SHOP_OTHER", "stays")
	t.Setenv(format.ExecVariable, "SHOP_TOKEN")
	_, err := Ensure(t.Context(), testHome(t), acting(t, "environment"))
	if err == nil || !strings.Contains(err.Error(), "SHOP_OTHER=stays") {
		t.Fatalf("the child says %v", err)
	}
	for _, word := range []string{"88_secret", "SHOP_TOKEN", format.ExecVariable} {
		if strings.Contains(err.Error(), word) {
			t.Errorf("the child has %s", word)
		}
	}
	DropTokens()
	if env := strings.Join(os.Environ(), " "); strings.Contains(env, "SHOP_TOKEN") || !strings.Contains(env, "SHOP_OTHER=stays") {
		t.Error("this process still has the token")
	}
}

func TestAFolderOfSomebodyElsesIsRefused(t *testing.T) {
	dir := "/" // whoever is not root does not own it
	if os.Geteuid() == 0 {
		dir = t.TempDir()
		if err := os.Chown(dir, 65534, 65534); err != nil {
			t.Fatal(err)
		}
	}
	h, err := home.Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Ensure(t.Context(), h, Start{}); !errors.Is(err, ErrCannotStart) || !errors.Is(err, api.ErrNoAgent) {
		t.Errorf("Ensure: got %v, want ErrCannotStart", err)
	}
}

func TestTheNeighbourGoesBeforeThePath(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	suffix := ""
	if runtime.GOOS == "windows" {
		suffix = ".exe"
	}
	if got, err := FindProgram(strings.TrimSuffix(filepath.Base(self), suffix)); err != nil || got != self {
		t.Errorf("this very program: %s, %v; want %s", got, err, self)
	}
	dir := t.TempDir()
	elsewhere := filepath.Join(dir, "tokentray-elsewhere"+suffix)
	if err := os.WriteFile(elsewhere, nil, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	if got, err := FindProgram("tokentray-elsewhere"); err != nil || got != elsewhere {
		t.Errorf("a program in PATH: %s, %v; want %s", got, err, elsewhere)
	}
	if _, err := FindProgram("tokentray-nowhere"); err == nil || !strings.Contains(err.Error(), "install it") {
		t.Errorf("a program that is nowhere: %v", err)
	}
}

func FuzzReadAnnouncement(f *testing.F) {
	for _, s := range []string{"ready\n", "running\n", `error {"class":"internal","message":"m"}` + "\n", "error {", "", "readyready"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, said string) {
		err := readAnnouncement(strings.NewReader(said))
		switch strings.TrimSuffix(said, "\n") {
		case wordReady:
			if err != nil {
				t.Errorf("%q: %v", said, err)
			}
		case wordRunning:
			if !errors.Is(err, errRunning) {
				t.Errorf("%q: %v", said, err)
			}
		default:
			if !errors.Is(err, ErrCannotStart) {
				t.Errorf("%q: %v", said, err)
			}
		}
	})
}
