//go:build !windows

package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"tokentray/core"
)

// scripted is a Keyring whose child is a shell script. The script has HOME, for
// the test to find what it left there.
func scripted(t *testing.T, script string) (k *Keyring, home string) {
	t.Helper()
	home = t.TempDir()
	t.Setenv("HOME", home)
	exe := filepath.Join(home, "child")
	if err := os.WriteFile(exe, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return NewKeyring(KeyringConfig{Exe: exe, Home: "home", DBus: "unix:path=/nowhere"}), home
}

func TestChildAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		script string
		class  core.Class
		cause  error
	}{
		"found":         {`echo '{"outcome":"ok","value":"dmFsdWU="}'`, "", nil},
		"not found":     {`echo '{"outcome":"not_found"}'`, core.VaultClosed, ErrNotFound},
		"locked":        {`echo '{"outcome":"locked","detail":"why"}'`, core.VaultClosed, ErrLocked},
		"unavailable":   {`echo '{"outcome":"unavailable"}'`, core.VaultClosed, ErrUnavailable},
		"no collection": {`echo '{"outcome":"no_collection"}'`, core.VaultClosed, ErrUnavailable},
		"too big":       {`echo '{"outcome":"too_big"}'`, core.Invalid, ErrTooBig},
		"silent":        {`cat >/dev/null`, core.VaultClosed, ErrUnavailable},
		"crashed":       {`exit 3`, core.VaultClosed, ErrUnavailable},
		"killed":        {`kill -9 $$`, core.VaultClosed, ErrUnavailable},
		"nonsense":      {`echo hello`, core.VaultClosed, ErrUnavailable},
		"other outcome": {`echo '{"outcome":"maybe"}'`, core.VaultClosed, ErrUnavailable},
		"endless":       {`exec cat /dev/zero`, core.VaultClosed, ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			k, _ := scripted(t, c.script)
			value, err := k.Get(t.Context(), "key")
			if c.cause == nil {
				if err != nil || string(value) != "value" {
					t.Errorf("Get = %q, %v", value, err)
				}
				return
			}
			wantError(t, err, c.class, c.cause)
			if empty := core.AsError(err).Remedy == core.RemedyVaultEmpty; empty != (name == "no collection") {
				t.Errorf("the remedy is %q", core.AsError(err).Remedy)
			}
		})
	}
}

// TestKeyringMayStumble: one failure of the bus or of the child closes no vault;
// but a locked keyring is asked once and no more.
func TestKeyringMayStumble(t *testing.T) {
	const script = `echo x >> "$HOME/calls"; if [ ! -e "$HOME/fell" ]; then touch "$HOME/fell"; %s; fi; echo '{"outcome":"ok","value":"dmFsdWU="}'`
	for name, c := range map[string]struct {
		fall  string
		cause error
		calls int
	}{
		"no service": {`echo '{"outcome":"unavailable","detail":"the connection was closed"}'; exit`, nil, 2},
		"crash":      {`kill -9 $$`, nil, 2},
		"locked":     {`echo '{"outcome":"locked"}'; exit`, ErrLocked, 1},
	} {
		t.Run(name, func(t *testing.T) {
			k, home := scripted(t, fmt.Sprintf(script, c.fall))
			value, err := k.Get(t.Context(), "key")
			if !errors.Is(err, c.cause) || c.cause == nil && string(value) != "value" {
				t.Errorf("Get = %q, %v", value, err)
			}
			calls, err := os.ReadFile(filepath.Join(home, "calls"))
			if n := bytes.Count(calls, []byte("x")); err != nil || n != c.calls {
				t.Errorf("%d children, %v; want %d", n, err, c.calls)
			}
		})
	}
}

func TestChildIsKilledAtItsDeadline(t *testing.T) {
	k, home := scripted(t, `echo $$ > "$HOME/pid"; exec sleep 600`)
	var pid int
	for k.callTime = 200 * time.Millisecond; pid == 0; k.callTime *= 2 { // a busy machine may not have started it by then
		if k.callTime > time.Minute {
			t.Fatal("the child is not started")
		}
		_, err := k.Get(t.Context(), "key")
		wantError(t, err, core.VaultClosed, ErrLocked)
		text, _ := os.ReadFile(filepath.Join(home, "pid"))
		pid, _ = strconv.Atoi(strings.TrimSpace(string(text)))
	}
	if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("the child %d is still there: %v", pid, err)
	}
}

func TestCallerWhoGivesUp(t *testing.T) {
	k, _ := scripted(t, `exec sleep 600`)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := k.Get(ctx, "key")
	if e := wantError(t, err, core.Temporary, nil); !errors.Is(e, context.DeadlineExceeded) {
		t.Errorf("%v, want the caller's own deadline", e)
	}
}

// TestWaitersShareAFailure: calls that pile up behind one that fails do not each
// start a child of their own.
func TestWaitersShareAFailure(t *testing.T) {
	k, home := scripted(t, `echo x >> "$HOME/calls"; while [ ! -e "$HOME/go" ]; do sleep 0.02; done; echo '{"outcome":"locked"}'`)
	k.callTime = 30 * time.Second
	var wg sync.WaitGroup
	started := make(chan struct{}, 20)
	for range 20 {
		wg.Go(func() {
			started <- struct{}{}
			_, err := k.Get(context.WithoutCancel(t.Context()), "key")
			if !errors.Is(err, ErrLocked) {
				t.Error(err)
			}
		})
	}
	for range 20 {
		<-started
	}
	if err := os.WriteFile(filepath.Join(home, "go"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	calls := func() int {
		text, _ := os.ReadFile(filepath.Join(home, "calls"))
		return bytes.Count(text, []byte("x"))
	}
	first := calls()
	if first == 20 { // a caller who comes after the failure may ask anew
		t.Errorf("20 callers at once started %d children", first)
	}
	if _, err := k.Get(core.Attended(t.Context()), "key"); !errors.Is(err, ErrLocked) || calls() != first+1 {
		t.Errorf("a person's call: %v, %d children", err, calls()-first)
	}
}

// TestManyCallsTakeTheirTurns: eight workers at a slow keyring all get their
// answer, although the last waits longer than a call may take.
func TestManyCallsTakeTheirTurns(t *testing.T) {
	k, _ := scripted(t, `sleep 0.5; echo '{"outcome":"ok","value":"dmFsdWU="}'`)
	k.callTime = 3500 * time.Millisecond
	began := time.Now()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if value, err := k.Get(t.Context(), "key"); err != nil || string(value) != "value" {
				t.Errorf("Get = %q, %v", value, err)
			}
		})
	}
	wg.Wait()
	if took := time.Since(began); took < k.callTime {
		t.Errorf("the last waited %v, which proves nothing", took)
	}
}

// TestABusyKeyringIsNotALockedOne: whoever waits behind a prompt, or in vain, is told
// to try again, and a person waits longer than a program.
func TestABusyKeyringIsNotALockedOne(t *testing.T) {
	k, home := scripted(t, `touch "$HOME/started"; while [ ! -e "$HOME/go" ]; do sleep 0.02; done; echo '{"outcome":"ok","value":"dmFsdWU="}'`)
	k.callTime, k.promptTime = 50*time.Millisecond, 20*time.Second
	var wg sync.WaitGroup
	person := func() {
		if _, err := k.Get(core.Attended(t.Context()), "key"); err != nil {
			t.Errorf("a person's call: %v", err)
		}
	}
	wg.Go(person)
	for !k.prompting.Load() {
		time.Sleep(time.Millisecond)
	}
	wg.Go(person)
	_, err := k.Get(t.Context(), "key")
	if wantError(t, err, core.Temporary, nil); errors.Is(err, ErrLocked) {
		t.Errorf("told as locked: %v", err)
	}
	if err := os.WriteFile(filepath.Join(home, "go"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	wg.Wait()

	k.promptTime = 100 * time.Millisecond
	<-k.turn // it never comes back
	_, err = k.Get(t.Context(), "key")
	wantError(t, err, core.Temporary, nil)
	k.turn <- struct{}{}
}

func TestChildSeesOnlyWhatItNeeds(t *testing.T) {
	t.Setenv("OTHER_SECRET", "s3cret")
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/ours")
	k, home := scripted(t, `{ env; echo "args $*"; pwd; } > "$HOME/seen"; cat > "$HOME/input"; echo '{"outcome":"ok"}'`)
	k.SetDBus("")
	for _, want := range []string{"unix:path=/ours", "unix:path=/the/next/session"} {
		if err := k.Set(t.Context(), "key", []byte("the secret")); err != nil {
			t.Fatal(err)
		}
		seen, err := os.ReadFile(filepath.Join(home, "seen"))
		if err != nil {
			t.Fatal(err)
		}
		for _, no := range []string{"s3cret", "OTHER", "the secret", "dGhlIHNlY3JldA"} {
			if bytes.Contains(seen, []byte(no)) {
				t.Errorf("the child sees %q in\n%s", no, seen)
			}
		}
		if !bytes.Contains(seen, []byte("DBUS_SESSION_BUS_ADDRESS="+want)) || !bytes.Contains(seen, []byte("args "+ChildCommand+"\n/\n")) {
			t.Errorf("the child saw\n%s", seen)
		}
		k.SetDBus("unix:path=/the/next/session")
	}
	input, err := os.ReadFile(filepath.Join(home, "input"))
	if err != nil {
		t.Fatal(err)
	}
	req, err := decodeRequest(input)
	if err != nil || req.Service != "tokentray" || req.User != "home/key" || string(req.Value) != "the secret" || req.Attended {
		t.Errorf("request %+v, %v", req, err)
	}
}

func TestNoBusStartsNothing(t *testing.T) {
	k, home := scripted(t, `touch "$HOME/started"; echo '{"outcome":"ok"}'`)
	k.SetDBus("")
	runtime := t.TempDir()
	for name, env := range map[string][2]string{
		"nothing":       {"", ""},
		"no socket":     {"", runtime},
		"autolaunch":    {"autolaunch:", runtime},
		"a plain file":  {"", plainFile(t)},
		"runtime is no": {"", filepath.Join(runtime, "none")},
	} {
		t.Setenv("DBUS_SESSION_BUS_ADDRESS", env[0])
		t.Setenv("XDG_RUNTIME_DIR", env[1])
		_, err := k.Get(t.Context(), "key")
		wantError(t, err, core.VaultClosed, ErrUnavailable)
		if _, err := os.Stat(filepath.Join(home, "started")); err == nil {
			t.Fatalf("%s: a child was started", name)
		}
	}
}

// plainFile is a runtime folder where bus is a file and no socket.
func plainFile(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "bus"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestSecretsStayOutOfLogAndErrors(t *testing.T) {
	var log bytes.Buffer
	k, _ := scripted(t, `cat; exit 1`) // echoes the request, secret and all
	k.cfg.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	err := k.Set(t.Context(), "key", []byte("the secret"))
	if err == nil {
		t.Fatal("no error")
	}
	for _, no := range []string{"the secret", "dGhlIHNlY3JldA"} {
		if strings.Contains(err.Error()+errors.Unwrap(err).Error()+log.String(), no) {
			t.Errorf("%q shows in %v or\n%s", no, err, &log)
		}
	}
}

func TestJudge(t *testing.T) {
	for text, want := range map[string]outcome{
		"failed to unlock correct collection '/org/freedesktop/secrets/collection/login'": isLocked,
		"failed to unlock correct collection '/org/freedesktop/secrets/aliases/default'":  noKeyringAt,
		"The name org.freedesktop.secrets was not provided by any .service files":         isAbsent,
		"dial unix /nowhere: connect: no such file or directory":                          isAbsent,
		"exit status 36": isLocked,
		"exit status 1":  isAbsent,
	} {
		if got := judge(errors.New(text)); got.Outcome != want {
			t.Errorf("%q is %s, want %s", text, got.Outcome, want)
		}
	}
	if got := judge(keyring.ErrNotFound); got.Outcome != notThere {
		t.Error(got)
	}
	if got := judge(keyring.ErrSetDataTooBig); got.Outcome != isTooBig {
		t.Error(got)
	}
}

func FuzzDecodeRequest(f *testing.F) {
	f.Add([]byte(`{"op":"get","service":"tokentray","user":"h/k","limit":3000000000}`))
	f.Add([]byte(`{"op":"set","value":"AAAA","limit":-1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := decodeRequest(data)
		if err == nil && (r.Service == "" || r.User == "" || r.Limit <= 0) {
			t.Errorf("taken: %+v", r)
		}
	})
}

func FuzzDecodeAnswer(f *testing.F) {
	f.Add([]byte(`{"outcome":"ok","value":"AAAA"}`))
	f.Add([]byte(`{"outcome":"locked","detail":"x"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := decodeAnswer(data)
		if err == nil && (a.err() == nil) != (a.Outcome == didIt) {
			t.Errorf("answer %+v is %v", a, a.err())
		}
	})
}
