package cli

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"github.com/spf13/pflag"

	"tokentray/ui/text"
)

// manCommand writes the manual pages into a folder, for packages and installers. It is
// hidden, since nobody else needs it.
func (a *app) manCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:    "man DIR",
		Hidden: true,
		Args:   func(cmd *cobra.Command, args []string) error { return counted(cmd, args, 1, "usage.man") },
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return fmt.Errorf("make the folder for the manual pages: %w", err)
			}
			a.keepOwnKinds()
			a.localise(root)
			if err := a.manPages(root, args[0]); err != nil {
				return fmt.Errorf("write a manual page: %w", err)
			}
			return nil
		},
	}
}

// manPages writes the pages of a command and of those below it. It spoils their
// words for anything else.
func (a *app) manPages(root *cobra.Command, dir string) error {
	pages := withPages(root)
	for _, cmd := range pages {
		cmd.Long = a.manBody(cmd)
	}
	for _, cmd := range pages {
		name, rest, _ := strings.Cut(strings.TrimSuffix(cmd.Use, " [flags]"), " ")
		cmd.Use, cmd.Short = name+" "+escapeMarkdown(strings.TrimSpace(rest+" [flags]")), escapeMarkdown(cmd.Short)
		cmd.DisableAutoGenTag = true
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) { f.Hidden = true }) // manBody told of them
	}
	for _, cmd := range pages {
		if err := a.manPage(cmd, dir); err != nil {
			return err
		}
	}
	return nil
}

// withPages are a command and those below it that have a page of their own. A
// topic has none: its text stands in the page of the program.
func withPages(cmd *cobra.Command) []*cobra.Command {
	out := []*cobra.Command{cmd}
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() && !sub.IsAdditionalHelpTopicCommand() {
			out = append(out, withPages(sub)...)
		}
	}
	return out
}

// manPage has cobra write a page, and gives it the headings of our language and
// its date: the day of SOURCE_DATE_EPOCH, as reproducible builds set it, or none.
// No formatter may break a name in two, or replace characters that people copy.
func (a *app) manPage(cmd *cobra.Command, dir string) error {
	var page strings.Builder
	if err := doc.GenMan(cmd, &doc.GenManHeader{Date: &time.Time{}, Source: "TokenTray " + a.Version, Manual: a.say("man.title")}, &page); err != nil {
		return err
	}
	date := ""
	if seconds, err := strconv.ParseInt(a.Getenv("SOURCE_DATE_EPOCH"), 10, 64); err == nil {
		date = time.Unix(seconds, 0).UTC().Format(time.DateOnly)
	}
	heading := func(key text.Key) string { return ".SH " + a.say(key) + "\n" }
	done := strings.NewReplacer(
		".nh\n.TH", ".TH", `"Jan 0001"`, `"`+date+`"`,
		".SH NAME\n", ".nh\n.ad l\n"+heading("man.name"), ".SH SYNOPSIS\n", heading("man.synopsis"),
		".SH DESCRIPTION\n", heading("man.description"), ".SH SEE ALSO\n", heading("man.see"), ".EE\n", ".EE\n.nh\n",
		`\-`, `\-`, "-", `\-`, "^", `\(ha`, "~", `\(ti`, "`", `\(ga`, "'", `\(aq`,
	).Replace(page.String())
	return os.WriteFile(filepath.Join(dir, strings.ReplaceAll(cmd.CommandPath(), " ", "-")+".1"), []byte(done), 0o644)
}

// manBody is a page from its description to its exit codes, as Markdown. It holds
// the flags too, for cobra leaves out what their values are called.
func (a *app) manBody(cmd *cobra.Command) string {
	m := &markdown{}
	m.prose(cmp.Or(cmd.Long, cmd.Short))
	if cmd.HasAvailableSubCommands() {
		m.heading(a.say("man.commands"))
		m.prose(strings.Join(commandRows(cmd), "\n"))
	}
	flags := func(title text.Key, set *pflag.FlagSet) {
		if set.HasAvailableFlags() {
			m.heading(a.say(title))
		}
		set.VisitAll(func(f *pflag.Flag) {
			if name, usage := a.flagWords(f); !f.Hidden {
				m.item(name, usage)
			}
		})
	}
	flags("man.options", cmd.LocalNonPersistentFlags())
	if cmd.HasParent() {
		flags("man.global", cmd.InheritedFlags())
		m.heading(a.say("man.exit"))
		m.prose(a.say("man.exit_see"))
		return m.String()
	}
	flags("man.global", cmd.PersistentFlags())
	m.heading(a.say("man.exit"))
	for _, code := range exitCodes() {
		n := strconv.Itoa(code)
		m.item(n, a.say(text.Key("exit."+n)))
	}
	m.prose(a.say("exit.errors"))
	m.heading(a.say("man.environment"))
	for _, name := range []string{"TOKENTRAY_HOME", "TOKENTRAY_LANG", "TOKENTRAY_PASSPHRASE_FILE"} {
		m.item(name, a.say(text.Key("man.env."+strings.ToLower(name))))
	}
	return m.String()
}

// markdown writes plain text as Markdown.
type markdown struct{ strings.Builder }

func (m *markdown) heading(s string) { m.WriteString("# " + s + "\n") }

func (m *markdown) item(term, about string) {
	m.WriteString("**" + escapeMarkdown(term) + "**\n: " + escapeMarkdown(about) + "\n\n")
}

// prose writes text as the help pages have it: paragraphs, and indented lines,
// which stay as they are.
func (m *markdown) prose(s string) {
	const cjk = 0x2E80 // formatters put a blank between two lines of Chinese, and know no place to break one
	indented := false
	for line := range strings.SplitSeq(s, "\n") {
		before := indented
		switch indented = strings.HasPrefix(line, "  "); {
		case indented && !before:
			m.WriteString("\n    " + line)
		case indented:
			m.WriteString("    " + line)
		case strings.ContainsFunc(line, func(r rune) bool { return r >= cjk }):
			m.WriteString(escapeMarkdown(line) + "  ")
		default:
			m.WriteString(escapeMarkdown(line))
		}
		m.WriteString("\n")
	}
	m.WriteString("\n")
}

// escapeMarkdown makes a line of text of which Markdown takes nothing for its own.
func escapeMarkdown(s string) string {
	var out strings.Builder
	for _, r := range s {
		if strings.ContainsRune("\\`*_{}[]()#+-.!:|&<>~", r) {
			out.WriteByte('\\')
		}
		out.WriteRune(r)
	}
	return out.String()
}
