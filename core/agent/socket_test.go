package agent

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/home"
)

// answers waits until the agent answers where clients of the home look now.
func answers(t *testing.T, h home.Home) {
	t.Helper()
	until := time.Now().Add(time.Minute)
	for {
		_, err := apiStatus(t, h)
		if err == nil {
			return
		}
		if time.Now().After(until) {
			t.Fatalf("nobody answers on %s: %v", h.Socket(), err)
		}
		runtime.Gosched()
	}
}

// The end of a session removes the runtime folder, and people remove files.
func TestAnAgentWhoseSocketWentListensAgain(t *testing.T) {
	tests := []struct {
		name string
		lose func(home.Home) error
	}{
		{"the socket is removed", func(h home.Home) error { return os.Remove(h.Socket()) }},
		{"the socket is renamed", func(h home.Home) error { return os.Rename(h.Socket(), h.Socket()+".old") }},
		{"its folder is removed", func(h home.Home) error { return removed(filepath.Dir(h.Socket())) }},
		{"the runtime folder is removed", func(h home.Home) error { return removed(filepath.Dir(filepath.Dir(h.Socket()))) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := platform(t)
			w := newWorld(t)
			w.home = h
			r := w.start()
			r.upkeep.now(t.Context()) // the first look, which could have begun before the loss and listen where nobody looks
			if err := tt.lose(h); err != nil {
				t.Fatal(err)
			}
			if runtime.GOOS != "linux" { // elsewhere the upkeep looks
				r.upkeep.now(t.Context())
			}
			h = h.Again()
			answers(t, h)
			if err := r.end(); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Lstat(h.Socket()); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("after the end the socket is there: %v", err)
			}
		})
	}
}

// removed moves a folder away in one step, so that the agent cannot recreate it half
// way, and then removes it.
func removed(folder string) error {
	away := folder + ".away"
	return errors.Join(os.Rename(folder, away), os.RemoveAll(away))
}

// After the next login clients look in the runtime folder again.
func TestAnAgentFollowsTheRuntimeFolder(t *testing.T) {
	h := platform(t)
	folder := os.Getenv("XDG_RUNTIME_DIR")
	w := newWorld(t)
	w.home = h
	r := w.start()
	if err := removed(folder); err != nil {
		t.Fatal(err)
	}
	r.upkeep.now(t.Context())
	answers(t, h.Again())
	if err := os.MkdirAll(folder, 0o700); err != nil { // an agent that looked just before has made it anew
		t.Fatal(err)
	}
	r.upkeep.now(t.Context())
	if got := h.Again(); got != h {
		t.Fatalf("clients look at %s", got.Socket())
	}
	answers(t, h)
	if r.listener.where() != h {
		t.Errorf("the agent says %s", r.listener.where().Socket())
	}
	if err := r.Reset(core.Attended(t.Context())); err != nil {
		t.Fatal(err)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(filepath.Dir(h.Socket())); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a reset leaves the socket's folder: %v", err)
	}
}

// A socket that is there is left alone, however often it is looked at.
func TestAnAgentKeepsItsSocket(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	before, err := os.Lstat(w.home.Socket())
	if err != nil {
		t.Fatal(err)
	}
	r.upkeep.now(t.Context())
	after, err := os.Lstat(w.home.Socket())
	if err != nil || !os.SameFile(before, after) {
		t.Errorf("the socket was replaced: %v", err)
	}
}

// platform is the platform's own home of a user whose folders are the test's.
func platform(t *testing.T) home.Home {
	t.Helper()
	user := t.TempDir()
	folder := filepath.Join(user, "run")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"HOME": user, "LocalAppData": user, "XDG_RUNTIME_DIR": folder, "XDG_DATA_HOME": "", "XDG_STATE_HOME": "", home.Variable: "",
	} {
		t.Setenv(name, value)
	}
	h, err := home.Find("")
	if err == nil {
		err = h.Mkdirs()
	}
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func apiStatus(t *testing.T, h home.Home) (api.Status, error) {
	t.Helper()
	client := api.Dial(h.Socket())
	defer client.Close()
	return client.Status(t.Context())
}

// An agent whose home was removed, or got another database, ends by itself and
// leaves what the next one makes alone.
func TestAnAgentWithoutItsDatabaseEnds(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no open file can be removed there")
	}
	for name, lose := range map[string]func(h home.Home) error{
		"the home is removed": func(h home.Home) error {
			err := os.RemoveAll(h.Dir())
			for range 20 { // while the database was there, the agent listened again
				if err == nil {
					break
				}
				err = os.RemoveAll(h.Dir())
			}
			return err
		},
		"the home is renamed":      func(h home.Home) error { return os.Rename(h.Dir(), h.Dir()+".old") },
		"the database is removed":  func(h home.Home) error { return os.Remove(h.DB()) },
		"the database is replaced": func(h home.Home) error { return os.Rename(filepath.Join(h.Dir(), "other"), h.DB()) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if err := os.WriteFile(filepath.Join(w.home.Dir(), "other"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			r := w.start()
			r.add("shop", core.Sandbox)
			if err := lose(w.home); err != nil {
				t.Fatal(err)
			}
			if runtime.GOOS != "linux" { // elsewhere the upkeep looks
				r.upkeep.now(t.Context())
			}
			select {
			case <-r.stop:
			case <-time.After(20 * time.Second):
				t.Fatal("the agent goes on")
			}
			if err := errors.Join(os.MkdirAll(w.home.Dir(), 0o700), os.RemoveAll(w.home.DB())); err != nil {
				t.Fatal(err)
			}
			next := w.start()
			_ = r.end() // what it could not save nobody looks for
			answers(t, w.home)
			if n := len(next.accounts.all()); n > 0 && strings.Contains(name, "home") { // else the backups are still there
				t.Errorf("the next agent has %d accounts", n)
			}
		})
	}
}
