//go:build unix

package push

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"tokentray/core"
)

func shell(script string, args ...string) Job {
	return tokenJob(core.Push{
		Number: 1, Kind: core.PushCommand, Timeout: 20 * time.Second,
		Command: append([]string{"/bin/sh", "-c", script, "sh"}, args...),
	})
}

func TestACommandGetsTheTokenOnItsStandardInput(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	t.Setenv("TOKENTRAY_PASSPHRASE_FILE", "/secret")
	job := shell(`cat >"$1"; env >>"$1"; tr '\0' ' ' </proc/$$/cmdline >>"$1" 2>/dev/null; pwd >>"$1"; echo noise`, out)
	if err := Deliver(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	if !strings.HasPrefix(text, newToken+"\n") || strings.Count(text, newToken) != 1 {
		t.Errorf("the token stands elsewhere too: %s", text)
	}
	for _, want := range []string{
		"TOKENTRAY_ACCOUNT=商店\n", "TOKENTRAY_ENV=live\n", "TOKENTRAY_APPID=wx0123456789abcdef\n", "TOKENTRAY_BASE_URL=https://api.example.com\n",
		"TOKENTRAY_EXPIRES_AT=" + job.Token.ExpiresAt.Format(time.RFC3339) + "\n",
		"TOKENTRAY_EXPIRES_AT_UNIX=" + strconv.FormatInt(job.Token.ExpiresAt.Unix(), 10) + "\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	if strings.Contains(text, "/secret") {
		t.Error("the passphrase's file is told")
	}
}

func TestWhatACommandSaysOfItsFailure(t *testing.T) {
	for name, tt := range map[string]struct{ script, want string }{
		"a code":             {"exit 3", "sh ended with exit status 3"},
		"its last line":      {"echo one >&2; echo two >&2; exit 1", "sh ended with exit status 1: two"},
		"not the token":      {"read t; echo \"got $t\" >&2; exit 1", "sh ended with exit status 1: got •••"},
		"not a piece either": {"read t; echo \"got ${t#88_} and ${t%9}\" >&2; exit 1", "sh ended with exit status 1: got ••• and •••"},
		"not another way":    {"printf 'Basic ' >&2; base64 -w0 >&2; exit 1", "sh ended with exit status 1: Basic •••"},
		"a flood":            {"i=0; while [ $i -lt 3000 ]; do echo xxxxxxxxxxxxxxxxx >&2; i=$((i+1)); done; echo end >&2; exit 1", "sh ended with exit status 1: end"},
		"a signal":           {"kill -9 $$", "sh ended with signal: killed"},
	} {
		t.Run(name, func(t *testing.T) {
			e := core.AsError(Deliver(t.Context(), shell(tt.script)))
			if e == nil || e.Message != tt.want || e.Class != core.PushFailed || e.Remedy != core.RemedyPushCommand {
				t.Errorf("got %v, want %q", e, tt.want)
			}
		})
	}
	job := shell("")
	job.Push.Command = []string{"/no/such/program"}
	if e := core.AsError(Deliver(t.Context(), job)); e == nil || e.Message != "program cannot be started: no such file or directory" {
		t.Errorf("got %v", e)
	}
}

func TestACommandThatReadsNothingIsFine(t *testing.T) {
	job := shell("exit 0")
	job.Token.Value = strings.Repeat("x", 1<<20) // more than a pipe holds
	if err := Deliver(t.Context(), job); err != nil {
		t.Error(err)
	}
}

// TestACommandThatTakesTooLongEndsWithAllItStarted, even where it does not want
// to.
func TestACommandThatTakesTooLongEndsWithAllItStarted(t *testing.T) {
	pid := filepath.Join(t.TempDir(), "pid")
	job := shell(`trap '' TERM; sh -c 'trap "" TERM; echo $$ >"$1.new"; mv "$1.new" "$1"; while :; do sleep 1; done' sh "$1"`, pid)
	job.Push.Timeout = time.Second
	began := time.Now()
	e := core.AsError(Deliver(t.Context(), job))
	if e == nil || e.Remedy != core.RemedyPushTimeout || e.Message != "sh did not end within 1s" || time.Since(began) > 10*time.Second {
		t.Errorf("after %v: %v", time.Since(began), e)
	}
	raw, err := os.ReadFile(pid)
	if err != nil {
		t.Skip("the machine was too slow to start it:", err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	for range 500 { // it is gone when the system has taken it apart
		stat, err := os.ReadFile("/proc/" + strconv.Itoa(n) + "/stat")
		if syscall.Kill(n, 0) != nil || err == nil && strings.Contains(string(stat), ") Z ") {
			return
		}
		<-time.After(10 * time.Millisecond)
	}
	t.Errorf("process %d lives on", n)
}

func TestAStopEndsACommand(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	e := core.AsError(Deliver(ctx, shell("exec sleep 30")))
	if e == nil || e.Message != "sh was ended because the agent stops" {
		t.Errorf("got %v", e)
	}
}

// TestWhatACommandLeavesRunning does not hold up the queue.
func TestWhatACommandLeavesRunning(t *testing.T) {
	began := time.Now()
	if err := Deliver(t.Context(), shell("sleep 20 & exit 0")); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
}
