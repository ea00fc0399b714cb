package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tokentray/core"
	"tokentray/core/kinds"
)

// kinds are the kinds that the program knows without an agent.
func (a *app) kinds() kinds.Set {
	if a.tx != nil {
		return a.tx.Kinds()
	}
	if len(a.Kinds.All()) > 0 {
		return a.Kinds
	}
	return kinds.Builtin()
}

// kindFlags are the flags for the fields of the kinds' own: one for each key of a
// kind that the program knows, and --param for those that only the agent does.
type kindFlags struct {
	fields []kinds.Field
	values map[string]*string // by key
	more   []string           // KEY=VALUE
}

// flagOf is the flag of a field.
func flagOf(key string) string { return strings.ReplaceAll(key, "_", "-") }

func (k *kindFlags) register(cmd *cobra.Command, set kinds.Set) {
	k.values = map[string]*string{}
	for _, f := range set.Fields() {
		if f.Own() {
			continue
		}
		k.fields = append(k.fields, f)
		k.values[f.Key] = cmd.Flags().String(flagOf(f.Key), "", "flag."+f.Key)
		if f.Input == kinds.Bool {
			cmd.Flags().Lookup(flagOf(f.Key)).NoOptDefVal = "true"
		}
		if len(f.Choices) > 0 {
			_ = cmd.RegisterFlagCompletionFunc(flagOf(f.Key), completeWords(f.Choices...))
		}
	}
	cmd.Flags().StringArrayVar(&k.more, "param", nil, "flag.param")
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

// onlyOf hides the flags that the kind which --kind names has no use for, so that
// its help page is its own.
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

// fieldUsage is what the help says of the flag of a kind's field that has no
// sentence of its own.
func (a *app) fieldUsage(key string) string {
	for _, spec := range a.kinds().All() {
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
