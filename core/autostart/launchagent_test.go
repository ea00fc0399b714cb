//go:build !windows

package autostart

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestLaunchAgent(t *testing.T) {
	root := t.TempDir()
	exe := programIn(t, filepath.Join(root, "a <b> & c"), "tokentray")
	l := &launchAgent{dir: filepath.Join(root, "Library", "LaunchAgents")}
	is(t, l, "nothing is there", false)
	if err := l.remove(); err != nil {
		t.Errorf("remove what is not there: %v", err)
	}
	if err := l.write([]string{exe, "agent"}); err != nil {
		t.Fatal(err)
	}
	is(t, l, "written", true)
	p, err := parsePlist(plist([]string{exe, "agent"}))
	if err != nil || p.program != exe || !p.runAtLoad {
		t.Errorf("read back: %+v, %v", p, err)
	}
	if err := l.remove(); err != nil {
		t.Fatal(err)
	}
	is(t, l, "removed", false)
}

func TestWhatLaunchdStarts(t *testing.T) {
	root := t.TempDir()
	exe := programIn(t, root, "tokentray")
	l := &launchAgent{dir: root}
	whole := string(plist([]string{exe, "agent"}))
	for _, tt := range []struct {
		what, body string
		want, bad  bool
	}{
		{"ours", whole, true, false},
		{"switched off by hand", strings.Replace(whole, "<key>RunAtLoad</key>", "<key>Disabled</key><true/><key>RunAtLoad</key>", 1), false, false},
		{"not at login", strings.Replace(whole, "<true/>", "<false/>", 1), false, false},
		{"a program that is gone", strings.Replace(whole, exe, exe+"-gone", 1), false, false},
		{"another key of that value", strings.Replace(whole, "RunAtLoad", "KeepAlive", 1), false, false},
		{"binary", "bplist00\xd1\x01\x02", false, true},
		{"empty", "", false, true},
		{"cut off", whole[:len(whole)/2], false, true},
	} {
		put(t, l.file(), tt.body)
		got, err := l.enabled()
		if got != tt.want || (err != nil) != tt.bad {
			t.Errorf("%s: %v, %v; want %v", tt.what, got, err, tt.want)
		}
	}
}

func FuzzPlist(f *testing.F) {
	f.Add(plist([]string{"/a", "b"}))
	f.Add([]byte("<plist><dict><key>RunAtLoad</key><true/></dict></plist>"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := parsePlist(raw)
		if err == nil && p.runAtLoad && !strings.Contains(string(raw), "plist") {
			t.Errorf("read %+v from %q", p, raw)
		}
	})
}
