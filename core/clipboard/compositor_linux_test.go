package clipboard

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// compositor starts sway without a screen and returns the name of its display.
// The real wl-copy and wl-paste find it there.
func compositor(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "tt") // short: a socket's path has little room
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	t.Setenv("XDG_RUNTIME_DIR", dir)
	t.Setenv("WAYLAND_DISPLAY", "")
	config := filepath.Join(dir, "config")
	if err := os.WriteFile(config, []byte("xwayland disable\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sway", "--config", config)
	cmd.Env = append(os.Environ(), "WLR_BACKENDS=headless", "WLR_LIBINPUT_NO_DEVICES=1", "WLR_RENDERER=pixman", "DISPLAY=", "SWAYSOCK=")
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if os.Getuid() == 0 { // it refuses to run as root
		const nobody = 65534
		if err := os.Chown(dir, nobody, nobody); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(config, 0o644); err != nil {
			t.Fatal(err)
		}
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("starting the compositor: %v", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait(); log.Close() }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		<-ended
	})
	var display string
	eventually(t, "the compositor's socket", func() error {
		files, err := filepath.Glob(filepath.Join(dir, "wayland-*"))
		for _, f := range files {
			if info, err := os.Stat(f); err == nil && info.Mode().Type() == fs.ModeSocket {
				display = filepath.Base(f)
				return nil
			}
		}
		said, _ := os.ReadFile(log.Name())
		return errors.Join(err, fmt.Errorf("there is none; it says\n%s", said))
	})
	t.Setenv("WAYLAND_DISPLAY", display)
	return display
}

// eventually fails the test unless try succeeds in time.
func eventually(t *testing.T, what string, try func() error) {
	t.Helper()
	for limit := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		err := try()
		if err == nil {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("waited for %s: %v", what, err)
		}
	}
}

// pasted is what another program finds on the clipboard.
func pasted(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "wl-paste", append([]string{"--no-newline"}, args...)...).Output()
	return string(out), err
}

func wantPasted(t *testing.T, want string) {
	t.Helper()
	eventually(t, "the paste", func() error {
		if got, err := pasted(); got != want || want != "" && err != nil {
			return fmt.Errorf("what is pasted is not what was copied (%d bytes, %v)", len(got), err)
		}
		return nil
	})
}

// TestOnARealCompositor copies under a real Wayland compositor: another program
// pastes the token, it is gone when its time is over or the agent ends, and what
// somebody else copied since is left alone.
func TestOnARealCompositor(t *testing.T) {
	display := compositor(t)
	token := token + rand.Text() // wl-copy keeps it in /tmp, where others may run this test
	due, gone := make(chan time.Time), make(chan Gone, 10)
	m := New(Options{Session: Session{WaylandDisplay: display}, Gone: func(g Gone) { gone <- g }})
	m.after = func(time.Duration) (<-chan time.Time, func() bool) { return due, func() bool { return true } }
	defer m.Close()
	wantGone := func(want Reason) {
		t.Helper()
		select {
		case got := <-gone:
			if got.Reason != want {
				t.Errorf("gone because %q, want %q", got, want)
			}
		case <-time.After(time.Minute):
			t.Fatal("nobody said that the text is gone")
		}
	}
	copyIt := func() {
		t.Helper()
		if err := m.Copy(t.Context(), token, time.Minute); err != nil {
			t.Fatal(err)
		}
		wantPasted(t, token)
	}

	copyIt()
	copyIt() // the end of the first takes nothing from the second, which has the same text
	types, err := pasted("--list-types")
	if err != nil || !slices.Contains(strings.Fields(types), "text/plain") {
		t.Errorf("the types are %q, %v", types, err)
	}
	due <- time.Time{}
	wantGone(Cleared)
	wantPasted(t, "")

	copyIt()
	other := exec.Command("wl-copy", "mine")
	if err := other.Run(); err != nil {
		t.Fatal(err)
	}
	wantGone(Replaced)
	m.Clear(t.Context())
	wantPasted(t, "mine")

	// Another program takes the token over: it is cleared by its content.
	takeOver := func() {
		t.Helper()
		copyIt()
		other := exec.Command("wl-copy")
		other.Stdin = strings.NewReader(token)
		if err := other.Run(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the loss to be seen", func() error {
			m.mu.Lock()
			defer m.mu.Unlock()
			if m.cur == nil || !m.cur.taken.Load() {
				return errors.New("not yet")
			}
			return nil
		})
	}
	takeOver()
	due <- time.Time{}
	wantGone(Cleared)
	wantPasted(t, "")
	takeOver()
	if err := exec.Command("wl-copy", strings.ToUpper(token)).Run(); err != nil {
		t.Fatal(err)
	}
	m.Clear(t.Context())
	wantGone(Replaced)
	wantPasted(t, strings.ToUpper(token))

	m.SetHabits(true, true) // and the first paste takes it away
	if err := m.Copy(t.Context(), token, time.Minute); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the paste of PRIMARY", func() error { // its owner may need a moment, too
		if got, err := pasted("--primary"); err != nil || got != token {
			return fmt.Errorf("PRIMARY has %d bytes, %v", len(got), err)
		}
		return nil
	})
	wantPasted(t, token)
	wantGone(Pasted)
	wantPasted(t, "")
	m.SetHabits(false, false)

	copyIt()
	m.Close()
	wantPasted(t, "")
}
