package core

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// rooted is a path from the root on, as this system writes it.
func rooted(path string) string {
	abs, err := filepath.Abs(filepath.FromSlash("/" + path))
	if err != nil {
		panic(err)
	}
	return abs
}

func TestPushesAreFilledIn(t *testing.T) {
	for name, tt := range map[string]struct{ in, want Push }{
		"a .env file": {
			Push{Kind: PushFile, Path: rooted("srv/x/../.env")},
			Push{Kind: PushFile, Path: rooted("srv/.env"), Form: PushDotenv, Key: "ACCESS_TOKEN"},
		},
		"a json file": {Push{Kind: PushFile, Path: rooted("t.JSON")}, Push{Kind: PushFile, Path: rooted("t.JSON"), Form: PushJSON}},
		"any file":    {Push{Kind: PushFile, Path: rooted("中文 token")}, Push{Kind: PushFile, Path: rooted("中文 token"), Form: PushPlain}},
		"a command": {
			Push{Kind: PushCommand, Command: []string{rooted("bin/sh"), "", "a\nb"}},
			Push{Kind: PushCommand, Command: []string{rooted("bin/sh"), "", "a\nb"}, Timeout: 30 * time.Second},
		},
	} {
		got, problems := tt.in.Clean()
		if d := cmp.Diff(tt.want, got); d != "" || len(problems) > 0 {
			t.Errorf("%s: %v %s", name, problems, d)
		}
		if again, problems := got.Clean(); len(problems) > 0 || cmp.Diff(got, again) != "" {
			t.Errorf("%s: a second time it becomes %+v, %v", name, again, problems)
		}
	}
	for name, want := range map[string]PushForm{".env": PushDotenv, ".env.local": PushDotenv, "prod.env": PushDotenv, "env": PushPlain, "x.json": PushJSON, "json": PushPlain} {
		if got := GuessPushForm(rooted(name)); got != want {
			t.Errorf("%s is written as %s, want %s", name, got, want)
		}
	}
}

func TestWhatIsWrongWithAPush(t *testing.T) {
	sh := rooted("bin/sh")
	for want, all := range map[string][]Push{
		ProblemPushKind: {{}, {Kind: "mail"}},
		ProblemPushPath: {
			{Kind: PushFile},
			{Kind: PushFile, Path: "relative"},
			{Kind: PushFile, Path: rooted("a\nb")},
			{Kind: PushFile, Path: rooted("x") + "\u202e"},
			{Kind: PushFile, Path: rooted("x") + "/"},
			{Kind: PushFile, Path: rooted(strings.Repeat("x", MaxPushPath))},
		},
		ProblemPushForm: {{Kind: PushFile, Path: rooted("x"), Form: "yaml"}},
		ProblemPushKey:  {{Kind: PushFile, Path: rooted(".env"), Key: "1A"}, {Kind: PushFile, Path: rooted(".env"), Key: "A-B"}, {Kind: PushFile, Path: rooted(".env"), Key: "Ä"}},
		ProblemPushMixed: {
			{Kind: PushFile, Path: rooted("x"), Command: []string{sh}},
			{Kind: PushFile, Path: rooted("x"), Key: "A"},
			{Kind: PushCommand, Command: []string{sh}, Path: rooted("x")},
		},
		ProblemPushCommand: {
			{Kind: PushCommand},
			{Kind: PushCommand, Command: []string{"sh"}},
			{Kind: PushCommand, Command: []string{sh, "a\x00"}},
			{Kind: PushCommand, Command: []string{sh, strings.Repeat("x", MaxPushCommand)}},
			{Kind: PushCommand, Command: make([]string, 1000)},
		},
		ProblemPushTimeout: {
			{Kind: PushCommand, Command: []string{sh}, Timeout: time.Millisecond}, {Kind: PushCommand, Command: []string{sh}, Timeout: time.Hour},
		},
	} {
		for _, p := range all {
			if _, problems := p.Clean(); len(problems) == 0 || problems[0].Key != want || strings.HasSuffix(problems.Error(), want) {
				t.Errorf("%+v: %v, want %s", p, problems, want)
			}
		}
	}
}

func TestWhichPushesUndoEachOther(t *testing.T) {
	a := Push{Kind: PushFile, Path: "/a/.env", Form: PushDotenv, Key: "T"}
	other, whole, elsewhere, command := a, a, a, Push{Kind: PushCommand}
	other.Key, whole.Form, elsewhere.Path = "U", PushPlain, "/b/.env"
	for _, tt := range []struct {
		p, q Push
		want bool
	}{{a, a, true}, {a, other, false}, {a, whole, true}, {whole, other, true}, {a, elsewhere, false}, {a, command, false}, {command, command, false}} {
		if got := tt.p.Same(tt.q); got != tt.want || tt.q.Same(tt.p) != got {
			t.Errorf("%+v and %+v: %v", tt.p, tt.q, got)
		}
	}
}

// TestAPushOfAnotherSystem may have been kept there, is not taken here, and is known
// for what it is.
func TestAPushOfAnotherSystem(t *testing.T) {
	paths := []string{"/srv/.env", `C:\srv\.env`, "d:/srv/.env", `\/server\share\.env`, `\??\C:\srv\.env`, `\\server\share\.env`}
	for _, path := range paths {
		here := filepath.IsAbs(path)
		for _, p := range []Push{{Kind: PushFile, Path: path}, {Kind: PushCommand, Command: []string{path}}} {
			if problems := p.CheckKept(); len(problems) > 0 {
				t.Errorf("%+v: %v", p, problems)
			}
			if _, problems := p.Clean(); len(problems) == 0 != here || p.Foreign() == here {
				t.Errorf("%+v: foreign %v, %v", p, p.Foreign(), problems)
			}
		}
	}
	for _, path := range []string{"", "srv", `srv\.env`, `\srv`, "C:", "C:srv", `C:\srv\`, "C:/srv/", "/srv/", "C:/a\nb", "/a\u202e", "C:/" + strings.Repeat("x", MaxPushPath)} {
		for _, p := range []Push{{Kind: PushFile, Path: path}, {Kind: PushCommand, Command: []string{path}}} {
			if problems := p.CheckKept(); len(problems) == 0 || p.Foreign() {
				t.Errorf("%+v: foreign %v, %v", p, p.Foreign(), problems)
			}
		}
	}
}
