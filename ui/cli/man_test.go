package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestManualPages: every command has a page in each language, that a formatter
// reads without a complaint, that names every flag, and that is the same each
// time.
func TestManualPages(t *testing.T) {
	lint, err := exec.LookPath("mandoc")
	if err != nil {
		t.Log("no mandoc here: the pages are not linted")
	}
	for _, lang := range []string{"en", "zh"} {
		dirs := []string{filepath.Join(t.TempDir(), "man1"), filepath.Join(t.TempDir(), "again")}
		for _, dir := range dirs {
			r := newRun()
			r.env["TOKENTRAY_LANG"], r.env["SOURCE_DATE_EPOCH"] = lang, "1767225600"
			r.try(t, 0, "man", dir)
			if r.started {
				t.Error("it started an agent")
			}
		}
		var commands int
		var walk func(*cobra.Command)
		walk = func(cmd *cobra.Command) {
			if cmd.Hidden || !cmd.Runnable() && !cmd.HasSubCommands() {
				return
			}
			commands++
			name := manName(cmd) + ".1"
			page, err := os.ReadFile(filepath.Join(dirs[0], name))
			if err != nil {
				t.Errorf("%s: %v", lang, err)
				return
			}
			again, err := os.ReadFile(filepath.Join(dirs[1], name))
			if err != nil || string(again) != string(page) {
				t.Errorf("%s: %s differs the next time (%v)", lang, name, err)
			}
			checkManPage(t, cmd, string(page))
			if lint != "" {
				if out, err := exec.Command(lint, "-T", "lint", "-W", "warning", filepath.Join(dirs[0], name)).CombinedOutput(); err != nil || len(out) > 0 {
					t.Errorf("%s: mandoc: %v\n%s", lang, err, out)
				}
			}
			for _, sub := range cmd.Commands() {
				walk(sub)
			}
		}
		r := newRun()
		root := New(Parts{Term: r.term, Getenv: func(string) string { return lang }})
		root.InitDefaultHelpCmd()
		walk(root)
		if files, _ := os.ReadDir(dirs[0]); len(files) != commands || commands < 40 {
			t.Errorf("%s: %d pages of %d commands", lang, len(files), commands)
		}
	}
}

func checkManPage(t *testing.T, cmd *cobra.Command, page string) {
	t.Helper()
	if !strings.HasPrefix(page, ".TH ") || !strings.Contains(page, " \"2026-01-01\" ") || strings.Contains(page, "flag.") || strings.Contains(page, "\"man.") {
		t.Errorf("%s begins %.120q", cmd.CommandPath(), page)
	}
	for _, set := range []string{"home", "json", "help"} {
		if !strings.Contains(page, `\-\-`+set) {
			t.Errorf("%s does not tell of --%s", cmd.CommandPath(), set)
		}
	}
}

func TestRoff(t *testing.T) {
	m := &roff{}
	m.prose(".a\\b -c\n'd'\n\n  x  \\n\n\n  y\nnext\n\n中文\n接着")
	want := "\\&.a\\eb \\-c \\(aqd\\(aq\n.PP\n.nf\n  x  \\en\n.sp\n  y\n.fi\nnext\n.PP\n中文\n.br\n接着\n"
	if got := m.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	m = &roff{}
	if m.macro("TH", `a"b`, "c d"); m.String() != ".TH \"a\\(dqb\" \"c d\"\n" {
		t.Errorf("%q", m.String())
	}
}
