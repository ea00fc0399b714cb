package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/ui/text"
)

// helpKey is the key of a command's sentences: cmd.vault.unlock for tokentray
// vault unlock, cmd.tokentray for the program itself.
func helpKey(cmd *cobra.Command) string {
	path := strings.Fields(cmd.CommandPath())
	if len(path) == 1 {
		return "cmd.tokentray"
	}
	return "cmd." + strings.Join(path[1:], ".")
}

// localise sets the words of every command and flag in the person's language. Before
// that a flag's usage is the key of its sentence.
func (a *app) localise(root *cobra.Command) {
	flags := func(f *pflag.Flag) {
		if f.Name == "help" {
			f.Usage = "flag.help"
		}
		if key, ok := strings.CutPrefix(f.Usage, "flag."); ok && !a.text().Has(text.Key(f.Usage)) {
			f.Usage = a.fieldUsage(key)
		} else if ok {
			f.Usage = a.say(text.Key(f.Usage), "formats", strings.Join(core.Formats(), ", "), "path", a.kinds().Default().TryPath,
				"kinds", strings.Join(words(a.kinds().Names()), ", "), "products", strings.Join(words(a.kinds().Products()), ", "))
		}
	}
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		key := helpKey(cmd)
		cmd.Short = a.say(text.Key(key))
		if long := text.Key(key + ".long"); a.text().Has(long) {
			cmd.Long = a.say(long, "fields", strings.Join(a.paramKeys(), ", "), "example", example(a.kinds().Default(), false), "token_paths", a.tokenPaths())
		}
		if cmd.Use == "exit-codes" {
			cmd.Long = strings.Join(a.exitCodesPage(), "\n")
		}
		cmd.InitDefaultHelpFlag()
		cmd.Flags().VisitAll(flags)
		cmd.PersistentFlags().VisitAll(flags)
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(root)
}

// tokenPaths lists the calls at which the loopback answers as the upstreams do.
func (a *app) tokenPaths() string {
	var out []string
	for _, spec := range a.kinds().All() {
		if spec.Door == nil {
			continue
		}
		for _, p := range spec.Door.Paths {
			line := fmt.Sprintf("  %-4s %s", p.Method, p.Path)
			if p.Reads == kinds.InQuery {
				sep := "?"
				for _, pair := range append(slices.Clone(p.Fixed), kinds.Pair{Name: p.ID, Value: "ID"}, kinds.Pair{Name: p.Secret, Value: "KEY"}) {
					line += sep + pair.Name + "=" + pair.Value
					sep = "&"
				}
			}
			if !slices.Contains(out, line) {
				out = append(out, line)
			}
		}
	}
	return strings.Join(out, "\n")
}

// help prints the help page of a command.
func (a *app) help(cmd *cobra.Command) {
	a.localise(cmd.Root())
	a.onlyOf(cmd)
	_ = a.print(a.helpPage(cmd)...)
}

func (a *app) helpPage(cmd *cobra.Command) []string {
	about := cmd.Long
	if about == "" {
		about = cmd.Short
	}
	out := []string{about}
	if !cmd.Runnable() && !cmd.HasSubCommands() {
		return out // a topic
	}
	out = append(out, "", a.say("help.usage"))
	if cmd.Runnable() {
		out = append(out, "  "+cmd.UseLine())
	}
	if cmd.HasAvailableSubCommands() {
		out = append(out, "  "+cmd.CommandPath()+" "+a.say("help.command"), "", a.say("help.commands"))
		out = append(out, CommandRows(cmd)...)
	}
	if rows := a.flagRows(cmd.LocalNonPersistentFlags()); len(rows) > 0 {
		out = append(append(out, "", a.say("help.flags")), rows...)
	}
	global := cmd.InheritedFlags()
	if !cmd.HasParent() {
		global = cmd.PersistentFlags()
	}
	if rows := a.flagRows(global); len(rows) > 0 {
		out = append(append(out, "", a.say("help.global")), rows...)
	}
	if !cmd.HasParent() {
		out = append(out, "", a.say("help.more"))
	}
	return out
}

// CommandRows are the commands below one, a line each, with what they are for.
func CommandRows(cmd *cobra.Command) []string {
	t := table{indent: 2}
	for _, sub := range cmd.Commands() {
		if sub.Hidden {
			continue
		}
		t.add(plain(sub.Name()), plain(sub.Short))
	}
	return t.lines(0)
}

func (a *app) flagRows(flags *pflag.FlagSet) []string {
	t := table{indent: 2}
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		name, usage := FlagWords(a.text(), f)
		if f.Shorthand == "" {
			name = "    " + name
		}
		t.add(plain(name), plain(usage))
	})
	return t.lines(0)
}

// FlagWords are a flag as it is typed with its value's name, and its purpose.
func FlagWords(words *text.Text, f *pflag.Flag) (name, usage string) {
	value, usage := pflag.UnquoteUsage(f)
	name = strings.TrimSpace("--" + f.Name + " " + value)
	if f.Shorthand != "" {
		name = "-" + f.Shorthand + ", " + name
	}
	if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" && f.DefValue != "[]" {
		usage += words.Say("help.default", "value", f.DefValue)
	}
	return name, usage
}

// helpCommand is tokentray help [COMMAND].
func (a *app) helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				u := usage("usage.help_unknown", "name", strings.Join(args, " "))
				u.command = root.Name()
				return u
			}
			a.localise(root)
			return a.print(a.helpPage(cmd)...)
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			cmd, _, err := root.Find(args)
			if err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			var out []string
			a.localise(root)
			for _, sub := range cmd.Commands() {
				out = append(out, fmt.Sprintf("%s\t%s", sub.Name(), sub.Short))
			}
			return out, cobra.ShellCompDirectiveNoFileComp
		},
	}
}
