package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tokentray/ui/text"
)

// manCommand writes the manual pages into a folder, for who installs or packages
// the program. It is hidden: nobody else has a use for it.
func (a *app) manCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:    "man DIR",
		Hidden: true,
		Args:   func(cmd *cobra.Command, args []string) error { return counted(cmd, args, 1, "usage.man") },
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
		RunE: func(_ *cobra.Command, args []string) error {
			a.localise(root)
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return fmt.Errorf("make the folder for the manual pages: %w", err)
			}
			for name, page := range a.manPages(root) {
				if err := os.WriteFile(filepath.Join(args[0], name), []byte(page), 0o644); err != nil {
					return fmt.Errorf("write a manual page: %w", err)
				}
			}
			return nil
		},
	}
}

// manPages are the manual pages of all commands by their files' names. They say
// the same at every call: their date is that of SOURCE_DATE_EPOCH, or none.
func (a *app) manPages(root *cobra.Command) map[string]string {
	out := map[string]string{}
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		if cmd.Hidden || !cmd.Runnable() && !cmd.HasSubCommands() {
			return // a topic; its text stands in the page of the program
		}
		out[manName(cmd)+".1"] = a.manPage(cmd)
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(root)
	return out
}

func manName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

func (a *app) manPage(cmd *cobra.Command) string {
	m := &roff{}
	name := manName(cmd)
	m.macro("TH", strings.ToUpper(name), "1", a.manDate(), "TokenTray "+a.Version, a.say("man.title"))
	m.macro("nh") // a name that is broken in two cannot be looked for
	m.macro("ad", "l")
	m.macro("SH", a.say("man.name"))
	m.line(name + ` \- ` + escapeRoff(cmd.Short))
	m.macro("SH", a.say("man.synopsis"))
	if cmd.Runnable() {
		m.bold(cmd.UseLine())
	}
	if cmd.HasAvailableSubCommands() {
		if cmd.Runnable() {
			m.macro("br")
		}
		m.bold(cmd.CommandPath() + " " + a.say("help.command"))
	}
	m.macro("SH", a.say("man.description"))
	about := cmd.Long
	if about == "" {
		about = cmd.Short
	}
	m.prose(about)
	a.manCommands(m, cmd)
	a.manFlags(m, "man.options", cmd.LocalNonPersistentFlags())
	global := cmd.InheritedFlags()
	if !cmd.HasParent() {
		global = cmd.PersistentFlags()
	}
	a.manFlags(m, "man.global", global)
	a.manEnd(m, cmd)
	return m.String()
}

// manDate is the day of SOURCE_DATE_EPOCH, as reproducible builds set it.
func (a *app) manDate() string {
	seconds, err := strconv.ParseInt(a.Getenv("SOURCE_DATE_EPOCH"), 10, 64)
	if err != nil {
		return ""
	}
	return time.Unix(seconds, 0).UTC().Format(time.DateOnly)
}

func (a *app) manCommands(m *roff, cmd *cobra.Command) {
	if !cmd.HasAvailableSubCommands() {
		return
	}
	m.macro("SH", a.say("man.commands"))
	for _, sub := range cmd.Commands() {
		if sub.Hidden || !sub.Runnable() && !sub.HasSubCommands() {
			continue
		}
		m.macro("TP")
		m.macro("BR", manName(sub), "(1)")
		m.line(escapeRoff(sub.Short))
	}
}

func (a *app) manFlags(m *roff, title text.Key, flags *pflag.FlagSet) {
	first := true
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		if first {
			m.macro("SH", a.say(title))
			first = false
		}
		value, usage := pflag.UnquoteUsage(f)
		name := `\fB` + escapeRoff("--"+f.Name) + `\fR`
		if f.Shorthand != "" {
			name = `\fB` + escapeRoff("-"+f.Shorthand) + `\fR, ` + name
		}
		if value != "" {
			name += ` \fI` + escapeRoff(value) + `\fR`
		}
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" && f.DefValue != "[]" {
			usage += a.say("help.default", "value", f.DefValue)
		}
		m.macro("TP")
		m.line(name)
		m.line(escapeRoff(usage))
	})
}

// manEnd tells the exit codes and what there is besides.
func (a *app) manEnd(m *roff, cmd *cobra.Command) {
	m.macro("SH", a.say("man.exit"))
	if cmd.HasParent() {
		m.line(escapeRoff(a.say("man.exit_see")))
		m.macro("SH", a.say("man.see"))
		m.macro("BR", manName(cmd.Parent()), "(1)")
		return
	}
	for _, c := range exitCodes() {
		n := strconv.Itoa(c)
		m.macro("TP")
		m.line(`\fB` + n + `\fR`)
		m.line(escapeRoff(a.say(text.Key("exit." + n))))
	}
	m.macro("PP")
	m.prose(a.say("exit.errors"))
	m.macro("SH", a.say("man.environment"))
	for _, name := range []string{"TOKENTRAY_HOME", "TOKENTRAY_LANG", "TOKENTRAY_PASSPHRASE_FILE"} {
		m.macro("TP")
		m.line(`\fB` + name + `\fR`)
		m.line(escapeRoff(a.say(text.Key("man.env." + strings.ToLower(name)))))
	}
}

// roff writes the language of manual pages.
type roff struct{ strings.Builder }

func (m *roff) line(s string) { m.WriteString(s + "\n") }

// macro writes a request with its arguments, quoted. The heading's are taken as
// they are, the date among them.
func (m *roff) macro(name string, args ...string) {
	for i, arg := range args {
		if name != "TH" && name != "ad" {
			arg = escapeRoff(arg)
		}
		args[i] = `"` + strings.ReplaceAll(arg, `"`, `\(dq`) + `"`
	}
	m.line(strings.TrimSpace("." + name + " " + strings.Join(args, " ")))
}

func (m *roff) bold(s string) { m.line(`\fB` + escapeRoff(s) + `\fR`) }

// prose writes text as the help pages have it: paragraphs, which are filled
// anew, and indented lines, which stay as they are.
func (m *roff) prose(s string) {
	paragraph := ""
	end := func() {
		if paragraph != "" {
			m.line(escapeRoff(paragraph))
		}
		paragraph = ""
	}
	as, gap := false, false
	for line := range strings.SplitSeq(s, "\n") {
		if strings.TrimSpace(line) == "" {
			end()
			gap = true
			continue
		}
		if example := strings.HasPrefix(line, "  "); example != as {
			end()
			as = example
			m.macro(map[bool]string{true: "PP", false: "fi"}[example])
			if example {
				m.macro("nf")
			} else if gap {
				m.macro("PP")
			}
		} else if gap {
			m.macro(map[bool]string{true: "sp", false: "PP"}[example])
		}
		gap = false
		if as {
			m.line(escapeRoff(line))
			continue
		}
		if paragraph != "" && isCJK(line) {
			m.line(escapeRoff(paragraph))
			m.macro("br") // formatters would put a blank between, and know no place to break
			paragraph = ""
		}
		paragraph = strings.TrimSpace(paragraph + " " + line)
	}
	end()
	if as {
		m.macro("fi")
	}
}

// isCJK reports whether a line has Chinese characters in it.
func isCJK(line string) bool {
	const first = 0x2E80
	return strings.ContainsFunc(line, func(r rune) bool { return r >= first })
}

// escapeRoff makes a line of text of which roff takes nothing for its own.
func escapeRoff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "^", `\(ha`, "~", `\(ti`, "`", `\(ga`, "'", `\(aq`).Replace(s)
	if strings.HasPrefix(s, ".") {
		s = `\&` + s
	}
	return s
}
