package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"tokentray/core"
)

// healthy is a machine on which everything is as it should be, but that it has
// no session bus.
func healthy(t *testing.T) Config {
	t.Helper()
	upstream := httptest.NewServer(http.NotFoundHandler()) // any answer is an answer
	t.Cleanup(upstream.Close)
	return Config{
		GOOS: "linux", Home: "/h", Log: "/h/log",
		Agent:        func(context.Context) Agent { return Agent{Running: true, Version: "1", PID: 7} },
		Database:     func() Database { return Database{InUse: true} },
		DatabasePath: "/h/db",
		Keyring:      func(context.Context) Keyring { return Keyring{} },
		Port:         func(context.Context) Port { return Port{Number: 17278} },
		Clipboard:    "x11", Window: "/bin/tokentray-window", Upstream: upstream.URL, Now: time.Now,
	}
}

// at is a machine with the port as it is told.
func at(p Port) func(*Config) {
	p.Number = 17278
	return func(c *Config) { c.Port = func(context.Context) Port { return p } }
}

func lines(findings []Finding) []string {
	var out []string
	for _, f := range findings {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", f.Check, f.Level, f.Says, f.Fix)))
	}
	return out
}

func TestHealthy(t *testing.T) {
	got := lines(Run(t.Context(), healthy(t)))
	want := []string{
		"folders ok folders_ok", "agent ok agent_ok", "database ok database_in_use", "keyring ok keyring_ok", "port ok port_shut",
		"bus warn bus_none bus_fix", "tray warn tray_no_bus", "clipboard ok clipboard_ok", "window ok window_ok",
		"upstream ok upstream_ok", "clock ok clock_ok",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestAnEmptyKeyringHasItsOwnSentences: the finding holds the cause, whose sentences are
// those that every other place has for it.
func TestAnEmptyKeyringHasItsOwnSentences(t *testing.T) {
	c := healthy(t)
	empty := &core.Error{Class: core.VaultClosed, Remedy: core.RemedyVaultEmpty}
	c.Keyring = func(context.Context) Keyring { return Keyring{Err: empty} }
	all := Run(t.Context(), c)
	at := slices.IndexFunc(all, func(f Finding) bool { return f.Check == "keyring" })
	if at < 0 || all[at].Level != Fail || !errors.Is(all[at].Err, empty) {
		t.Errorf("got %+v", all)
	}
}

// TestFindings: each thing that can be wrong is told with its remedy.
func TestFindings(t *testing.T) {
	bad := errors.New("it is broken")
	for _, tt := range []struct {
		want string
		sick func(*Config)
	}{
		{"folders ok folders_new", func(c *Config) { c.Folders.Missing = true }},
		{"folders warn folders_remote folders_remote_fix", func(c *Config) { c.Folders.Remote = true }},
		{"folders warn folders_open folders_fix_windows", func(c *Config) { c.Folders.Open, c.GOOS = true, "windows" }},
		{"folders warn folders_open folders_fix", func(c *Config) { c.Folders.Open = true }},
		{"folders fail folders_bad folders_own", func(c *Config) { c.Folders.Err = bad }},
		{"folders fail folders_socket folders_own", func(c *Config) { c.Folders.SocketErr = bad }},
		{"agent ok agent_none", func(c *Config) { c.Agent = func(context.Context) Agent { return Agent{} } }},
		{"agent fail agent_bad agent_log", func(c *Config) { c.Agent = func(context.Context) Agent { return Agent{Running: true, Err: bad} } }},
		{"agent fail agent_other agent_fix", func(c *Config) { c.Agent = func(context.Context) Agent { return Agent{Running: true, Other: true} } }},
		{"database fail database_held database_held_fix", func(c *Config) { c.Agent = func(context.Context) Agent { return Agent{} } }},
		{"database ok database_ok", func(c *Config) { c.Database = func() Database { return Database{} } }},
		{"database ok database_new", func(c *Config) {
			c.Database = func() Database { return Database{Err: fmt.Errorf("look: %w", fs.ErrNotExist)} }
		}},
		{"database fail database_bad database_fix", func(c *Config) { c.Database = func() Database { return Database{Err: bad} } }},
		{"keyring ok keyring_file", func(c *Config) { c.PassphraseFile = "/h/secrets.age" }},
		{"keyring fail keyring_file_bad keyring_file_fix", func(c *Config) { c.PassphraseFile, c.PassphraseErr = "/h/secrets.age", bad }},
		{"keyring warn keyring_locked keyring_fix", func(c *Config) {
			c.Keyring = func(context.Context) Keyring { return Keyring{Locked: true, Err: bad} }
		}},
		{"keyring fail keyring_unavailable keyring_init", func(c *Config) { c.Keyring = func(context.Context) Keyring { return Keyring{Err: bad} } }},
		{"port ok port_ok", at(Port{Open: true})},
		{"port fail port_other port_other_fix", at(Port{Taken: true, Known: true, User: "eve"})},
		{"port warn port_own port_fix", at(Port{Taken: true, Known: true, Own: true})},
		{"port warn port_taken port_fix", at(Port{Taken: true})},
		{"bus ok bus_native", func(c *Config) { c.GOOS = "windows" }},
		{"tray ok tray_native", func(c *Config) { c.GOOS = "darwin" }},
		{"bus warn bus_bad bus_fix", func(c *Config) { c.Bus = "unix:path=/nonexistent/bus" }},
		{"clipboard warn clipboard_no clipboard_fix", func(c *Config) { c.Clipboard = "none" }},
		{"clipboard warn clipboard_wl clipboard_wl_fix", func(c *Config) { c.Clipboard, c.Wayland = "none", true }},
		{"manager ok manager_none", managed(Manager{}, false)},
		{"manager ok manager_honoured", managed(Manager{ID: "klipper", Hint: "honoured"}, true)},
		{"manager ok manager_buffer", managed(Manager{ID: "autocutsel", Hint: "buffer"}, true)},
		{"manager ok manager_needless", managed(Manager{ID: "keeper", Hint: "needless"}, true)},
		{"manager warn manager_ignored manager_clipman_fix", managed(Manager{ID: "clipman", Hint: "ignored"}, true)},
		{"manager warn manager_since manager_copyq_fix", managed(Manager{ID: "copyq", Hint: "since"}, true)},
		{"manager warn manager_unknown manager_fix", managed(Manager{Hint: "unknown"}, true)},
		{"window warn window_no window_fix", func(c *Config) { c.Window = "" }},
		{"upstream warn upstream_no upstream_fix", func(c *Config) { c.Upstream = "http://127.0.0.1:1" }},
		{"clock ok clock_unknown", func(c *Config) { c.Upstream = "http://127.0.0.1:1" }},
		{"clock warn clock_off clock_fix", func(c *Config) { c.Now = func() time.Time { return time.Now().Add(30 * time.Second) } }},
		{"clock fail clock_off clock_fix", func(c *Config) { c.Now = func() time.Time { return time.Now().Add(-time.Hour) } }},
		{"clock fail clock_off clock_fix_any", func(c *Config) {
			c.GOOS, c.Now = "darwin", func() time.Time { return time.Now().Add(time.Hour) }
		}},
	} {
		t.Run(tt.want, func(t *testing.T) {
			c := healthy(t)
			tt.sick(&c)
			if got := lines(Run(t.Context(), c)); !slices.Contains(got, tt.want) {
				t.Errorf("got %q", got)
			}
		})
	}
}

// managed is a desktop with a clipboard manager, or without.
func managed(m Manager, runs bool) func(*Config) {
	return func(c *Config) {
		c.Manager = func(context.Context) (Manager, bool) { return m, runs }
	}
}

// TestClockIsComparedAtTheMiddleOfTheCall, so that a slow upstream does not make
// our clock look wrong.
func TestClockIsComparedAtTheMiddleOfTheCall(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	c := Config{GOOS: "linux", Now: func() time.Time { return now }}
	for _, tt := range []struct {
		theirs time.Time
		took   time.Duration
		want   string
	}{
		{now, 0, "clock_ok"},
		{now.Add(-5 * time.Second), 10 * time.Second, "clock_ok"},
		{now.Add(-5 * time.Second), 0, "clock_ok"},
		{now.Add(-7 * time.Second), 0, "clock_off"},
		{now.Add(7 * time.Second), 0, "clock_off"},
		{time.Time{}, 0, "clock_unknown"},
	} {
		if got := c.clock(tt.theirs, tt.took); got.Says != tt.want {
			t.Errorf("%v after %v: %+v", tt.theirs, tt.took, got)
		}
	}
}

// TestErrorsAreToldWithoutTheirURL: a base URL may hold what is nobody's business.
func TestErrorsAreToldWithoutTheirURL(t *testing.T) {
	c := healthy(t)
	c.Upstream = "http://127.0.0.1:1/private"
	c.Database = func() Database { return Database{Err: &core.Error{Message: "the message", RID: "rid-1"}} }
	for _, f := range Run(t.Context(), c) {
		if s := fmt.Sprint(f.Args...); strings.Contains(s, "private") || strings.Contains(s, "rid-1") {
			t.Errorf("%s: %s", f.Check, s)
		}
	}
}

func TestLookAtFolder(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := LookAtFolder(filepath.Join(dir, "none")); !got.Missing {
		t.Errorf("none: %+v", got)
	}
	if got := LookAtFolder(file); got.Err == nil {
		t.Errorf("a file: %+v", got)
	}
	for mode, open := range map[os.FileMode]bool{0o700: false, 0o755: true} {
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
		if got := LookAtFolder(dir); got.Err != nil || runtime.GOOS != "windows" && got.Open != open {
			t.Errorf("%v: %+v", mode, got)
		}
	}
}
