package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// kinds are the kinds that the running agent knows, else those of the program.
func (a *app) kinds() kinds.Set {
	if a.kindSet == nil {
		set, err := askRunning(a, api.Agent.Kinds)
		a.told = err == nil && len(set.All()) > 0
		if !a.told {
			set = a.ownKinds()
		}
		a.kindSet = &set
	}
	return *a.kindSet
}

// ownKinds are the kinds that the program knows without an agent.
func (a *app) ownKinds() kinds.Set {
	if a.Kinds != nil {
		return a.Kinds()
	}
	return kinds.Builtin()
}

// keepOwnKinds makes the program not ask an agent, so that generated files are the
// same everywhere.
func (a *app) keepOwnKinds() {
	set := a.ownKinds()
	a.kindSet, a.tx = &set, nil
}

// forgetKinds makes the program ask the agent again, whose kinds may have changed.
func (a *app) forgetKinds() { a.kindSet, a.tx = nil, nil }

// registerKinds gives the command that is called, completed or explained its flags
// for the kinds' own fields, by the kinds of the running agent; without arguments it
// gives them to every command. Most commands have none, and then it does not ask for
// the kinds.
func (a *app) registerKinds(root *cobra.Command, args []string) {
	for len(args) > 0 && slices.Contains([]string{"help", cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd}, args[0]) {
		args = args[1:]
	}
	called, _, _ := root.Find(args)
	for cmd, register := range a.ofKinds {
		switch {
		case cmd == called:
			register(a.kinds())
		case called == root:
			register(a.ownKinds())
		}
	}
}

// homeOf is the value of --home, which is needed before the flags can be parsed.
func homeOf(args []string) (dir string) {
	for i, arg := range args {
		value, set := strings.CutPrefix(arg, "--home=")
		switch {
		case arg == "--":
			return dir
		case set:
			dir = value
		case arg == "--home" && i+1 < len(args):
			dir = args[i+1]
		}
	}
	return dir
}

// kindFlags are the flags for the kinds' own fields: one for each key of a known
// kind, and --param for every other.
type kindFlags struct {
	fields []kinds.Field
	values map[string]*string // by key
	more   []string           // KEY=VALUE
}

// flagOf is the flag of a field.
func flagOf(key string) string { return strings.ReplaceAll(key, "_", "-") }

// register adds the flags of a set's fields. A field whose flag has another meaning
// gets none, and is set by --param.
func (k *kindFlags) register(cmd *cobra.Command, set kinds.Set) {
	k.values = map[string]*string{}
	also := aliases(set)
	cmd.Flags().SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		if flag, ok := also[name]; ok {
			name = flag
		}
		return pflag.NormalizedName(name)
	})
	cmd.Flags().StringArrayVar(&k.more, "param", nil, "flag.param")
	for _, f := range set.Fields() {
		name := flagOf(f.Key)
		if f.Own() || name == "help" || cmd.Flags().Lookup(name) != nil || cmd.InheritedFlags().Lookup(name) != nil {
			continue
		}
		k.fields = append(k.fields, f)
		k.values[f.Key] = cmd.Flags().String(name, "", "flag."+f.Key)
		if f.Input == kinds.Bool {
			cmd.Flags().Lookup(name).NoOptDefVal = "true"
		}
		if len(f.Choices) > 0 {
			_ = cmd.RegisterFlagCompletionFunc(name, completeWords(f.Choices...))
		}
	}
}

// aliases are the other names of flags, as the kinds' fields have them. A name that
// is a flag's own stays that.
func aliases(set kinds.Set) map[string]string {
	out := map[string]string{}
	for _, spec := range set.All() {
		for _, f := range spec.Fields {
			if f.Alias != "" {
				out[flagOf(f.Alias)] = flagOf(f.Key)
			}
		}
	}
	for _, f := range set.Fields() {
		delete(out, flagOf(f.Key))
	}
	return out
}

// params are those that were given; nil: none was.
func (k *kindFlags) params(set *pflag.FlagSet) (map[string]string, error) {
	var out map[string]string
	put := func(key, value string) {
		if out == nil {
			out = map[string]string{}
		}
		out[key] = value
	}
	for _, f := range k.fields {
		if set.Changed(flagOf(f.Key)) {
			put(f.Key, *k.values[f.Key])
		}
	}
	for _, one := range k.more {
		key, value, ok := strings.Cut(one, "=")
		if !ok || key == "" {
			return nil, usage("usage.param")
		}
		put(key, value)
	}
	return out, nil
}

// onlyOf hides the flags that the kind of --kind does not have, so that its help
// page is its own.
func (a *app) onlyOf(cmd *cobra.Command) {
	named := cmd.Flags().Lookup("kind")
	if named == nil || !named.Changed {
		return
	}
	spec, known := a.kinds().Of(core.Kind(named.Value.String()))
	if !known {
		return
	}
	hide := func(flag string) {
		if f := cmd.Flags().Lookup(flag); f != nil {
			f.Hidden = true
		}
	}
	for _, f := range a.kinds().Fields() {
		if !spec.Has(f.Key) {
			hide(flagOf(f.Key))
		}
	}
	for _, f := range spec.Fields { // every kind has such a flag, with a name of its own
		if flag := cmd.Flags().Lookup(flagOf(f.Key)); flag != nil && f.Own() {
			flag.Usage = a.say("flag.field", "label", a.text().Field(spec.Kind, f))
			if f.Alias != "" {
				flag.Usage += a.say("cli.paren", "text", a.say("flag.also", "flag", "--"+flagOf(f.Alias)))
			}
		}
	}
	if !spec.Has(kinds.Secret) {
		hide("secret-stdin")
	}
	if len(spec.Products) == 0 {
		hide("product")
	}
	if !spec.Traits.Destructive() {
		hide("allow-live")
	}
}

// paramKeys are the keys of the fields that only some kinds have.
func (a *app) paramKeys() []string {
	var out []string
	for _, f := range a.kinds().Fields() {
		if !f.Own() {
			out = append(out, f.Key)
		}
	}
	return out
}

// fieldUsage is what the help says of the flag of a kind's field or ticket that has
// no sentence of its own.
func (a *app) fieldUsage(key string) string {
	for _, spec := range a.kinds().All() {
		if name, ok := strings.CutPrefix(key, "ticket_"); ok {
			if _, has := spec.Ticket(name); has {
				return a.text().Ticket(spec.Kind, name)
			}
		}
		if f, ok := spec.Field(key); ok {
			label := a.text().Field(spec.Kind, f)
			if len(f.Choices) > 0 {
				label += a.say("cli.paren", "text", strings.Join(slices.Clone(f.Choices), ", "))
			}
			return a.say("flag.field", "label", label)
		}
	}
	return key
}
