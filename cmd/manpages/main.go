// Command manpages writes the manual pages of the command line into a folder. It
// makes them from the help of the commands. It is a separate program, so that the
// agent does not contain what formats the pages.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"github.com/spf13/pflag"

	"tokentray/core/kinds"
	"tokentray/core/preset"
	"tokentray/ui/cli"
	"tokentray/ui/text"
)

func main() {
	m := manual{}
	lang := flag.String("lang", "en", "language of the pages, en or zh")
	flag.StringVar(&m.version, "version", "dev", "version of the program")
	flag.StringVar(&m.date, "date", "", "date of the pages, in seconds since 1970; empty: none")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: manpages [flags] FOLDER")
		os.Exit(2)
	}
	root := commands(*lang)
	m.words = text.New(text.Choose(*lang))
	if err := m.write(root, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "manpages:", err)
		os.Exit(1)
	}
}

// commands returns all commands of the command line, in a language.
func commands(lang string) *cobra.Command {
	return cli.New(cli.Parts{
		Kinds: func() kinds.Set { return preset.With(kinds.Builtin()) },
		Term:  cli.NewConsole(os.Stdin, os.Stdout, os.Stderr),
		Getenv: func(key string) string {
			if key == "TOKENTRAY_LANG" {
				return lang
			}
			return ""
		},
	})
}

// manual is what all pages have in common.
type manual struct {
	words   *text.Text
	version string
	date    string
}

// write writes the pages of a command and its subcommands into a folder, which it
// creates. It changes the commands' texts, so they cannot be used afterwards.
func (m manual) write(root *cobra.Command, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	pages := withPages(root)
	for _, cmd := range pages {
		cmd.Long = m.body(cmd)
	}
	for _, cmd := range pages {
		name, rest, _ := strings.Cut(strings.TrimSuffix(cmd.Use, " [flags]"), " ")
		cmd.Use, cmd.Short = name+" "+escapeMarkdown(strings.TrimSpace(rest+" [flags]")), escapeMarkdown(cmd.Short)
		cmd.DisableAutoGenTag = true
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) { f.Hidden = true }) // body lists them
	}
	for _, cmd := range pages {
		if err := m.page(cmd, dir); err != nil {
			return err
		}
	}
	return nil
}

// withPages returns a command and those of its subcommands that have a page. A help
// topic has none: its text is part of the program's page.
func withPages(cmd *cobra.Command) []*cobra.Command {
	out := []*cobra.Command{cmd}
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() && !sub.IsAdditionalHelpTopicCommand() {
			out = append(out, withPages(sub)...)
		}
	}
	return out
}

// page lets cobra write a page and then sets the headings of the language and the
// date. It keeps formatters from splitting names and from replacing characters that
// people copy.
func (m manual) page(cmd *cobra.Command, dir string) error {
	var made strings.Builder
	if err := doc.GenMan(cmd, &doc.GenManHeader{Date: &time.Time{}, Source: "TokenTray " + m.version, Manual: m.words.Say("man.title")}, &made); err != nil {
		return err
	}
	date := ""
	if seconds, err := strconv.ParseInt(m.date, 10, 64); err == nil {
		date = time.Unix(seconds, 0).UTC().Format(time.DateOnly)
	}
	heading := func(key text.Key) string { return ".SH " + m.words.Say(key) + "\n" }
	done := strings.NewReplacer(
		".nh\n.TH", ".TH", `"Jan 0001"`, `"`+date+`"`,
		".SH NAME\n", ".nh\n.ad l\n"+heading("man.name"), ".SH SYNOPSIS\n", heading("man.synopsis"),
		".SH DESCRIPTION\n", heading("man.description"), ".SH SEE ALSO\n", heading("man.see"), ".EE\n", ".EE\n.nh\n",
		`\-`, `\-`, "-", `\-`, "^", `\(ha`, "~", `\(ti`, "`", `\(ga`, "'", `\(aq`,
	).Replace(made.String())
	return os.WriteFile(filepath.Join(dir, strings.ReplaceAll(cmd.CommandPath(), " ", "-")+".1"), []byte(done), 0o644)
}

// body is a page from its description to its exit codes, as Markdown. It includes the
// flags, because cobra leaves out the names of their values.
func (m manual) body(cmd *cobra.Command) string {
	out := &markdown{}
	out.prose(cmp.Or(cmd.Long, cmd.Short))
	if cmd.HasAvailableSubCommands() {
		out.heading(m.words.Say("man.commands"))
		out.prose(strings.Join(cli.CommandRows(cmd), "\n"))
	}
	flags := func(title text.Key, set *pflag.FlagSet) {
		if set.HasAvailableFlags() {
			out.heading(m.words.Say(title))
		}
		set.VisitAll(func(f *pflag.Flag) {
			if name, usage := cli.FlagWords(m.words, f); !f.Hidden {
				out.item(name, usage)
			}
		})
	}
	flags("man.options", cmd.LocalNonPersistentFlags())
	if cmd.HasParent() {
		flags("man.global", cmd.InheritedFlags())
		out.heading(m.words.Say("man.exit"))
		out.prose(m.words.Say("man.exit_see"))
		return out.String()
	}
	flags("man.global", cmd.PersistentFlags())
	out.heading(m.words.Say("man.exit"))
	for _, code := range cli.ExitCodes() {
		n := strconv.Itoa(code)
		out.item(n, m.words.Say(text.Key("exit."+n)))
	}
	out.prose(m.words.Say("exit.errors"))
	out.heading(m.words.Say("man.environment"))
	for _, name := range []string{"TOKENTRAY_HOME", "TOKENTRAY_LANG", "TOKENTRAY_PASSPHRASE_FILE"} {
		out.item(name, m.words.Say(text.Key("man.env."+strings.ToLower(name))))
	}
	return out.String()
}

// markdown writes plain text as Markdown.
type markdown struct{ strings.Builder }

func (m *markdown) heading(s string) { m.WriteString("# " + s + "\n") }

func (m *markdown) item(term, about string) {
	m.WriteString("**" + escapeMarkdown(term) + "**\n: " + escapeMarkdown(about) + "\n\n")
}

// prose writes a help text: paragraphs, and indented lines, which stay as they are.
func (m *markdown) prose(s string) {
	const cjk = 0x2E80 // formatters put a space between two lines of Chinese and cannot break Chinese lines
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

// escapeMarkdown escapes a line of text, so that Markdown keeps every character.
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
