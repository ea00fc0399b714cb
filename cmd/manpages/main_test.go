package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tokentray/ui/text"
)

// TestManualPages: every command has a page in each language. A formatter reads the
// page without complaint, the page names every flag, and it is the same each time.
func TestManualPages(t *testing.T) {
	lint, err := exec.LookPath("mandoc")
	if err != nil {
		t.Log("no mandoc here: the pages are not linted")
	}
	for _, lang := range []string{"en", "zh"} {
		dirs := []string{filepath.Join(t.TempDir(), "man1"), filepath.Join(t.TempDir(), "again")}
		for _, dir := range dirs {
			if err := (manual{text.New(text.Choose(lang)), "1.0", "1767225600"}).write(commands(lang), dir); err != nil {
				t.Fatal(err)
			}
		}
		root := commands(lang)
		root.InitDefaultHelpCmd()
		all := withPages(root)
		for _, cmd := range all {
			name := strings.ReplaceAll(cmd.CommandPath(), " ", "-") + ".1"
			page, err := os.ReadFile(filepath.Join(dirs[0], name))
			if err != nil {
				t.Errorf("%s: %v", lang, err)
				continue
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
		}
		if files, _ := os.ReadDir(dirs[0]); len(files) != len(all) || len(all) < 40 {
			t.Errorf("%s: %d pages of %d commands", lang, len(files), len(all))
		}
	}
}

// checkManPage: the page has everything of the command's help. Neither Markdown nor
// roff changed a character.
func checkManPage(t *testing.T, cmd *cobra.Command, page string) {
	t.Helper()
	if !strings.HasPrefix(page, ".TH ") || !strings.Contains(page, " \"2026-01-01\" ") || strings.Contains(page, "flag.") || strings.Contains(page, "\"man.") {
		t.Errorf("%s begins %.120q", cmd.CommandPath(), page)
	}
	if strings.Contains(page, "NAME\n") == strings.Contains(page, "名称\n") || strings.Contains(page, "SYNOPSIS") == strings.Contains(page, "用法") {
		t.Errorf("%s has headings of two languages", cmd.CommandPath())
	}
	read := strings.NewReplacer(`\-`, "-", `\&`, "", `\e`, `\`, `\\`, `\`, `\(ha`, "^", `\(ti`, "~", `\(ga`, "`", `\(aq`, "'", `\fB`, "", `\fI`, "", `\fP`, "", `\fR`, "").Replace(page)
	want := strings.Split(cmd.Short+"\n"+cmd.Long, "\n")
	flags := func(f *pflag.Flag) {
		value, usage := pflag.UnquoteUsage(f)
		want = append(want, strings.TrimSpace("--"+f.Name+" "+value)+"\n"+usage)
	}
	cmd.LocalFlags().VisitAll(flags)
	cmd.InheritedFlags().VisitAll(flags)
	for _, line := range want {
		if !strings.Contains(read, strings.TrimSpace(line)) {
			t.Errorf("%s does not tell %q", cmd.CommandPath(), line)
		}
	}
}

// TestManualPagesTakeNoCharacterForTheirOwn: neither Markdown nor roff interprets a
// character in a paragraph, an indented line or a flag.
func TestManualPagesTakeNoCharacterForTheirOwn(t *testing.T) {
	odd := `.a\b *c* **d** _e_ <f> [g](h) & &amp; ~i~ ~~j~~ ^k^ {l} !m | n : o # p "q" 'r' ` + "`s`" + " http://example.com/ --t\n1. u\n- v\n+ w\n# x\n: y\n'z\n\n  .A\\B *C* 'D' --e\n\n中文 *甲*\n接着"
	cmd := &cobra.Command{Use: "odd [*A*] <B> _C_", Short: "an odd *one* _or_ <two>", Long: odd, Run: func(*cobra.Command, []string) {}}
	cmd.Flags().String("file", "*.md", "the `<FILE>` *or* _none_")
	dir := t.TempDir()
	cmd.InitDefaultHelpFlag()
	same := *cmd
	if err := (manual{text.New(text.English), "1.0", "1767225600"}).write(&same, dir); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(dir, "odd.1"))
	if err != nil {
		t.Fatal(err)
	}
	cmd.Flags().VisitAll(func(f *pflag.Flag) { f.Hidden = false })
	checkManPage(t, cmd, string(page))
	if !strings.Contains(string(page), "odd [*A*] <B> _C_ [flags]") || !strings.Contains(string(page), "\n.EX\n  .A") && !strings.Contains(string(page), "\n.EX\n  \\&.A") {
		t.Errorf("%s", page)
	}
}
