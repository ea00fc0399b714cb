package cli

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/text"
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
	return kinds.Builtin() // a program composed without a set has no other
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
	all := args
	for len(args) > 0 && slices.Contains([]string{"help", cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd}, args[0]) {
		args = args[1:]
	}
	called, _, _ := root.Find(args)
	for cmd, register := range a.ofKinds {
		switch {
		case cmd == called:
			register(a.kinds())
			root.SetArgs(joinSwitches(all, a.kinds()))
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
	called map[string]bool    // the other names that were used
	once   []*onceValue       // of the flags that have other names
}

// onceValue is a flag's value that notes whether it was given twice, and differently:
// under two names nobody can tell which is meant.
type onceValue struct {
	pflag.Value
	flag    string
	names   []string // its other names
	given   bool
	differs bool
}

func (v *onceValue) Set(s string) error {
	if v.given && v.String() != s {
		v.differs = true
	}
	v.given = true
	return v.Value.Set(s)
}

// flagOf is the flag of a field.
func flagOf(key string) string { return strings.ReplaceAll(key, "_", "-") }

// register adds the flags of a set's fields. A field whose flag has another meaning
// gets none, and is set by --param.
func (k *kindFlags) register(cmd *cobra.Command, set kinds.Set) {
	k.values = map[string]*string{}
	also := aliases(set)
	k.called = map[string]bool{}
	cmd.Flags().SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		if flag, ok := also[name]; ok {
			k.called[name] = true
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
	names := map[string][]string{}
	for alias, flag := range also {
		names[flag] = append(names[flag], alias)
	}
	for name, others := range names {
		if flag := cmd.Flags().Lookup(name); flag != nil {
			slices.Sort(others)
			v := &onceValue{Value: flag.Value, flag: name, names: others}
			flag.Value, k.once = v, append(k.once, v)
		}
	}
}

// joinSwitches writes --private-http true as --private-http=true: a flag that can stand
// alone takes no next word by itself.
func joinSwitches(args []string, set kinds.Set) []string {
	isSwitch := map[string]bool{}
	for _, f := range set.Fields() {
		isSwitch["--"+flagOf(f.Key)] = f.Input == kinds.Bool
	}
	for _, p := range core.Plains() {
		isSwitch["--"+flagOf(p.Key)] = p.Switch
	}
	var out []string
	for i := 0; i < len(args); i++ {
		switch next := args[min(i+1, len(args)-1)]; {
		case args[i] == "--":
			return append(out, args[i:]...)
		case isSwitch[args[i]] && i+1 < len(args) && (next == "true" || next == "false"):
			out = append(out, args[i]+"="+next)
			i++
		default:
			out = append(out, args[i])
		}
	}
	return out
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
	for _, v := range k.once {
		if v.differs {
			return nil, usage("usage.flag_twice", "flags", "--"+strings.Join(append([]string{v.flag}, v.names...), ", --"))
		}
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

// checkNames refuses another name of a flag that is not the account's kind's: --corpid
// for a client of OAuth 2.0 is a slip.
func (a *app) checkNames(k kindFlags, kind core.Kind) error {
	spec, known := a.kinds().Of(kind)
	if !known {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(k.called)) {
		var of, takes []string
		for _, one := range a.kinds().All() {
			if slices.ContainsFunc(one.Fields, func(f kinds.Field) bool { return flagOf(f.Alias) == name }) {
				of = append(of, string(one.Kind))
			}
		}
		if slices.Contains(of, string(kind)) {
			continue
		}
		for _, f := range spec.Fields {
			if f.Input != kinds.SecretText && !f.Rare {
				takes = append(takes, "--"+flagOf(cmp.Or(f.Alias, f.Key)))
			}
		}
		return usage("usage.flag_kind", "flag", "--"+name, "of", strings.Join(of, ", "), "kind", kind, "takes", strings.Join(takes, ", "))
	}
	return nil
}

// example is how an account of a kind is added, from its spec. named says whether the
// kind has to be named.
func example(spec kinds.Spec, named bool) string {
	out := ""
	if named {
		out = " --kind " + string(spec.Kind)
	}
	for _, f := range spec.Fields {
		if f.Required && f.Input != kinds.SecretText && (f.Key != kinds.BaseURL || spec.BaseURL == "") {
			out += " --" + flagOf(cmp.Or(f.Alias, f.Key)) + " " + cmp.Or(f.Hint, "…")
		}
	}
	return out
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
	var products []string
	for _, p := range spec.Products {
		products = append(products, string(p.Product))
	}
	if len(products) == 0 {
		hide("product")
	}
	again := func(flag string, usage string) {
		if f := cmd.Flags().Lookup(flag); f != nil {
			f.Usage = usage
		}
	}
	again("product", a.say("flag.product", "products", strings.Join(products, ", ")))
	again("secret-stdin", a.say("flag.secret_stdin_of", a.text().Names(spec.Kind)...))
	copyPath := a.say("flag.copy_path_none")
	if spec.TryPath != "" {
		copyPath = a.say("flag.copy_path", "path", spec.TryPath)
	}
	again("copy-path", copyPath)
	if long := text.Key(helpKey(cmd) + ".long"); a.text().Has(long) {
		cmd.Long = a.say(long, "fields", strings.Join(a.paramKeys(), ", "), "example", example(spec, true))
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
