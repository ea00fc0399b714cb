package home

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tokentray/core"
)

func TestWhereAHomeIs(t *testing.T) {
	user := t.TempDir()
	runtime := filepath.Join(user, "run")
	if err := os.Mkdir(runtime, 0o700); err != nil {
		t.Fatal(err)
	}
	open := filepath.Join(user, "open")
	if err := os.Mkdir(open, 0o755); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name            string
		dir             string // as --home
		env             map[string]string
		db, log, socket string
	}{
		{
			"the platform's folders", "",
			map[string]string{"XDG_RUNTIME_DIR": runtime},
			user + "/.local/share/tokentray/tokentray.db", user + "/.local/state/tokentray/tokentray.log", runtime + "/tokentray/agent.sock",
		},
		{
			"folders of the user's choice", "",
			map[string]string{"XDG_RUNTIME_DIR": runtime, "XDG_DATA_HOME": user + "/d", "XDG_STATE_HOME": user + "/s"},
			user + "/d/tokentray/tokentray.db", user + "/s/tokentray/tokentray.log", runtime + "/tokentray/agent.sock",
		},
		{
			"relative folders do not count", "",
			map[string]string{"XDG_RUNTIME_DIR": runtime, "XDG_DATA_HOME": "d"},
			user + "/.local/share/tokentray/tokentray.db", user + "/.local/state/tokentray/tokentray.log", runtime + "/tokentray/agent.sock",
		},
		{
			"a runtime folder that others may enter does not count", "",
			map[string]string{"XDG_RUNTIME_DIR": open},
			user + "/.local/share/tokentray/tokentray.db", user + "/.local/state/tokentray/tokentray.log", user + "/.local/state/tokentray/agent.sock",
		},
		{
			"all in one folder", "",
			map[string]string{"XDG_RUNTIME_DIR": runtime, Variable: user + "/one"},
			user + "/one/tokentray.db", user + "/one/tokentray.log", user + "/one/agent.sock",
		},
		{
			"--home goes before the variable", user + "/two/../three",
			map[string]string{Variable: user + "/one"},
			user + "/three/tokentray.db", user + "/three/tokentray.log", user + "/three/agent.sock",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("HOME", user)
			for _, name := range []string{"XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_STATE_HOME", Variable} {
				t.Setenv(name, tt.env[name])
			}
			h, err := Find(tt.dir)
			if err != nil {
				t.Fatal(err)
			}
			if h.DB() != tt.db || h.Log() != tt.log || h.Socket() != tt.socket {
				t.Errorf("database %s\nlog %s\nsocket %s", h.DB(), h.Log(), h.Socket())
			}
		})
	}
}

// By whatever link a home is reached, there is one agent.
func TestALinkToALongPathHasTheSameSocket(t *testing.T) {
	dir := t.TempDir()
	long := filepath.Join(dir, strings.Repeat("long", 30))
	link := filepath.Join(dir, "l")
	longLink := filepath.Join(dir, strings.Repeat("link", 30))
	if err := errors.Join(os.Mkdir(long, 0o700), os.Symlink(long, link), os.Symlink(long, longLink)); err != nil {
		t.Fatal(err)
	}
	for _, below := range []string{"", "not/yet"} {
		want, err := Find(filepath.Join(long, below))
		if err != nil {
			t.Fatal(err)
		}
		for _, by := range []string{link, longLink} {
			got, err := Find(filepath.Join(by, below))
			if err != nil || got.Socket() != want.Socket() || got.Dir() != filepath.Join(by, below) {
				t.Errorf("by %.40s: %s, %v; want %s", by, got.Socket(), err, want.Socket())
			}
		}
	}
	short := filepath.Join(dir, "short")
	toShort := filepath.Join(dir, strings.Repeat("name", 30))
	if err := errors.Join(os.Mkdir(short, 0o700), os.Symlink(short, toShort)); err != nil {
		t.Fatal(err)
	}
	if got, err := Find(toShort); err != nil || got.Socket() != filepath.Join(short, socketName) {
		t.Errorf("a long link to a short path: %s, %v", got.Socket(), err)
	}
}

func TestWithoutAHomeFolderTheErrorSaysWhatToSet(t *testing.T) {
	t.Setenv("HOME", "")
	t.Setenv(Variable, "")
	_, err := Find("")
	if e := core.AsError(err); e == nil || e.Remedy != core.RemedyNoHome || !strings.Contains(e.Message, Variable) {
		t.Errorf("got %v", err)
	}
	if _, err := Find(t.TempDir()); err != nil {
		t.Errorf("with --home: %v", err)
	}
}
