//go:build !windows

package autostart

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tokentray/core"
)

// programIn makes a file that can be run.
func programIn(t *testing.T, dir, name string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func put(t *testing.T, path, body string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
}

// is fails unless the entry is on, or off.
func is(t *testing.T, p place, what string, want bool) {
	t.Helper()
	got, err := p.enabled()
	if err != nil || got != want {
		t.Errorf("%s: enabled is %v, %v; want %v", what, got, err, want)
	}
}

func TestXDGEntry(t *testing.T) {
	root := t.TempDir()
	exe := programIn(t, filepath.Join(root, "my apps", `100% "odd" $dir\`), "tokentray")
	x := &xdg{dir: filepath.Join(root, "config", "autostart"), system: []string{filepath.Join(root, "etc", "autostart")}}
	file := filepath.Join(x.dir, entryName)

	is(t, x, "nothing is there", false)
	if err := x.remove(); err != nil {
		t.Errorf("remove what is not there: %v", err)
	}
	if err := x.write([]string{exe, "agent"}); err != nil {
		t.Fatal(err)
	}
	is(t, x, "written", true)
	raw, err := os.ReadFile(file)
	if err != nil || !strings.HasPrefix(string(raw), "[Desktop Entry]\nType=Application\n") {
		t.Errorf("the file is %q, %v", raw, err)
	}
	want := `Exec="` + root + `/my apps/100%% \\"odd\\" \\$dir\\\\/tokentray" agent` + "\n"
	if !strings.Contains(string(raw), want) {
		t.Errorf("Exec is not quoted as the specification says, %s\n%s", want, raw)
	}
	if got := parseEntry(string(raw))["TryExec"]; got != exe {
		t.Errorf("TryExec is %q, want %q", got, exe)
	}
	if err := os.Remove(exe); err != nil {
		t.Fatal(err)
	}
	is(t, x, "the program was removed", false)
	if err := x.remove(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
	}
}

// A package may install an entry for everybody: the user's own stands before it
// and can hide it.
func TestXDGEntryOfTheSystem(t *testing.T) {
	root := t.TempDir()
	exe := programIn(t, filepath.Join(root, "bin"), "tokentray")
	x := &xdg{dir: filepath.Join(root, "config"), system: []string{filepath.Join(root, "a"), filepath.Join(root, "b")}, path: []string{filepath.Dir(exe)}}
	put(t, filepath.Join(root, "b", entryName), "[Desktop Entry]\nType=Application\nExec=tokentray agent\nTryExec=tokentray\n")
	is(t, x, "the system's alone", true)
	if err := x.remove(); err != nil {
		t.Fatal(err)
	}
	is(t, x, "hidden by the user", false)
	if err := x.remove(); err != nil {
		t.Fatal(err)
	}
	is(t, x, "hidden twice", false)
	if err := x.write([]string{exe, "agent"}); err != nil {
		t.Fatal(err)
	}
	is(t, x, "on again", true)
}

func TestWhatADesktopStarts(t *testing.T) {
	bin := filepath.Dir(programIn(t, t.TempDir(), "tokentray"))
	x := &xdg{path: []string{bin}, desktop: []string{"ubuntu", "GNOME"}}
	for _, tt := range []struct {
		body string
		want bool
	}{
		{"[Desktop Entry]\nExec=tokentray agent\n", true},
		{"# a comment\n[Desktop Entry]\n  Exec = tokentray agent\r\n", true},
		{"[Desktop Entry]\nExec=tokentray agent\nHidden=true\n", false},
		{"[Desktop Entry]\nExec=tokentray agent\nHidden=false\nHidden=true\n", true},
		{"[Desktop Entry]\nExec=tokentray agent\n[Other]\nHidden=true\n", true},
		{"[Desktop Entry]\nExec=tokentray agent\n#Hidden=true\n", true},
		{"[Desktop Entry]\nExec=tokentray agent\nX-GNOME-Autostart-enabled=false\n", false},
		{"[Desktop Entry]\nExec=tokentray agent\nTryExec=tokentray\n", true},
		{"[Desktop Entry]\nExec=tokentray agent\nTryExec=another\n", false},
		{"[Desktop Entry]\nExec=tokentray agent\nTryExec=/nowhere/tokentray\n", false},
		{"[Desktop Entry]\nExec=tokentray agent\nOnlyShowIn=KDE;GNOME;\n", true},
		{"[Desktop Entry]\nExec=tokentray agent\nOnlyShowIn=KDE;\n", false},
		{"[Desktop Entry]\nExec=tokentray agent\nNotShowIn=ubuntu;\n", false},
		{"[Desktop Entry]\nExec=tokentray agent\nNotShowIn=KDE;\n", true},
		{"[Desktop Entry]\nHidden=false\n", false},
		{"[Other]\nExec=tokentray agent\n", false},
		{"", false},
	} {
		if got := x.starts(parseEntry(tt.body)); got != tt.want {
			t.Errorf("starts is %v, want %v:\n%s", got, tt.want, tt.body)
		}
	}
}

func TestExecLine(t *testing.T) {
	for _, tt := range []struct {
		command []string
		want    string // empty: refused
	}{
		{[]string{"/usr/bin/tokentray", "agent"}, "/usr/bin/tokentray agent"},
		{[]string{"/opt/my apps/tokentray"}, `"/opt/my apps/tokentray"`},
		{[]string{"/a%f", "x=y"}, "/a%%f x=y"},
		{[]string{`/a"b`}, `"/a\\"b"`},
		{[]string{"/a`b"}, "\"/a\\\\`b\""},
		{[]string{`/a\b`}, `"/a\\\\b"`},
		{[]string{"/a$b"}, `"/a\\$b"`},
		{[]string{"/中文"}, "/中文"},
		{[]string{"/a", ""}, `/a ""`},
		{[]string{"/a=b"}, ""},
		{[]string{"/a\nHidden=true"}, ""},
	} {
		got, err := execLine(tt.command)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%q: %s, %v; want %s", tt.command, got, err, tt.want)
		}
	}
}

// FuzzExecLine: a desktop that reads Exec as the specification says gets the
// words back, and an entry stays one line.
func FuzzExecLine(f *testing.F) {
	for _, s := range []string{"/usr/bin/a", `/a b\"c`, "/%f$`", "~", `\\s`, "中"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		line, err := execLine([]string{a, b})
		if err != nil {
			return
		}
		entry := parseEntry("[Desktop Entry]\nExec=" + line + "\nTryExec=" + escapeValue(a) + "\n")
		if got := words(entry["Exec"]); len(got) != 2 || got[0] != a || got[1] != b {
			t.Errorf("%q and %q became %q and so %q", a, b, line, got)
		}
		if strings.Trim(a, blanks) == a && entry["TryExec"] != a {
			t.Errorf("TryExec %q became %q", a, entry["TryExec"])
		}
	})
}

// words reads the key Exec: words between blanks, or in double quotes with
// backslashes before what they escape; then %% is a percent sign.
func words(s string) []string {
	var out []string
	for s = strings.TrimLeft(s, " "); s != ""; s = strings.TrimLeft(s, " ") {
		var b strings.Builder
		if s[0] != '"' {
			word, rest, _ := strings.Cut(s, " ")
			s = rest
			b.WriteString(word)
		} else {
			i := 1
			for ; i < len(s) && s[i] != '"'; i++ {
				if s[i] == '\\' && i+1 < len(s) {
					i++
				}
				b.WriteByte(s[i])
			}
			s = s[min(i+1, len(s)):]
		}
		out = append(out, strings.ReplaceAll(b.String(), "%%", "%"))
	}
	return out
}

func TestLogin(t *testing.T) {
	root := t.TempDir()
	t.Setenv("HOME", root)
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(root, "config"))
	t.Setenv("XDG_CONFIG_DIRS", filepath.Join(root, "etc"))
	t.Setenv("XDG_CURRENT_DESKTOP", "")
	exe := programIn(t, root, "tokentray")
	gone := errors.New("it is not installed")
	found, asked := "", error(gone)
	l := New(func(name string) (string, error) {
		if name != program {
			t.Errorf("asked for %q", name)
		}
		return found, asked
	})
	if on, err := l.Enabled(); on || err != nil {
		t.Errorf("before: %v, %v", on, err)
	}
	err := l.Set(true)
	if e := core.AsError(err); !errors.Is(err, gone) || e.Class != core.Internal || !strings.Contains(e.Message, "start at login") {
		t.Errorf("without the program: %v", err)
	}
	found, asked = exe, nil
	for _, want := range []bool{true, true, false, false} {
		if err := l.Set(want); err != nil {
			t.Fatal(err)
		}
		if on, err := l.Enabled(); on != want || err != nil {
			t.Errorf("set to %v: %v, %v", want, on, err)
		}
	}
	if err := os.RemoveAll(filepath.Join(root, "config")); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(root, "config"), "a file where a folder should be")
	if err := l.Set(true); core.AsError(err) == nil || core.AsError(err).Class != core.Internal {
		t.Errorf("into a file: %v", err)
	}
}
