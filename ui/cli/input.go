package cli

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// inputFlags are the flags of add and edit: what a person enters of an account.
type inputFlags struct {
	plain                           map[string]*string // the account's own fields, by key
	apart, yes                      bool
	secretStdin, proxyPasswordStdin bool
	askSecret, askProxyPassword     bool
	own                             kindFlags
}

// hasFlag reports whether a plain field of accounts has a flag: the name is an
// argument, and renewal in the background is switched by commands of its own.
func hasFlag(p core.Plain) bool { return p.Key != "name" && p.Key != "auto" }

func (a *app) registerInput(cmd *cobra.Command, f *inputFlags) {
	a.ofKinds[cmd] = func(set kinds.Set) { f.own.register(cmd, set) }
	s := cmd.Flags()
	f.plain = map[string]*string{}
	for _, p := range core.Plains() {
		switch value := new(string); {
		case !hasFlag(p):
		case p.Switch:
			s.Var((*switchValue)(value), flagOf(p.Key), "flag."+p.Key)
			s.Lookup(flagOf(p.Key)).NoOptDefVal = "true"
			f.plain[p.Key] = value
		default:
			s.StringVar(value, flagOf(p.Key), "", "flag."+p.Key)
			f.plain[p.Key] = value
		}
	}
	s.BoolVar(&f.apart, "apart", false, "flag.apart")
	s.BoolVar(&f.secretStdin, "secret-stdin", false, "flag.secret_stdin")
	s.BoolVar(&f.askProxyPassword, "proxy-password", false, "flag.proxy_password")
	s.BoolVar(&f.proxyPasswordStdin, "proxy-password-stdin", false, "flag.proxy_password_stdin")
	s.BoolVar(&f.yes, "yes", false, "flag.yes")
	_ = cmd.RegisterFlagCompletionFunc("copy-format", completeWords(core.Formats()...))
	_ = cmd.MarkFlagFilename(certificates)
	_ = cmd.RegisterFlagCompletionFunc("group", a.completeGroup)
	_ = cmd.RegisterFlagCompletionFunc("env", completeWords(words(core.Envs())...))
	a.completeKinds(cmd)
}

// input is what the given flags ask for.
func (f *inputFlags) input(ctx context.Context, a *app, set *pflag.FlagSet) (api.AccountInput, error) {
	var in api.AccountInput
	var err error
	if in.Params, err = f.own.params(set); err != nil {
		return in, err
	}
	for _, p := range core.Plains() {
		if value, has := f.plain[p.Key]; has && set.Changed(flagOf(p.Key)) {
			if p.Key == certificates {
				if *value, err = a.certificateFile(ctx, *value); err != nil {
					return in, err
				}
			}
			p.Put(&in.Input, *value)
		}
	}
	in.Apart = f.apart
	return in, nil
}

// certificates is the key of the plain field whose flag names a file.
const certificates = "ca"

// certificateFile reads the file that --ca names; without a name there is none. What
// is in it is checked with the other fields.
func (a *app) certificateFile(ctx context.Context, path string) (string, error) {
	if path == "" {
		return "", nil
	}
	data, err := a.readFile(ctx, path, core.MaxCA)
	if err == nil && strings.TrimSpace(string(data)) == "" {
		return "", usage("usage.ca_empty", "file", path)
	}
	return string(data), err
}

// switchValue is a flag that is on or off, kept as true or false.
type switchValue string

func (v *switchValue) String() string { return cmp.Or(string(*v), "false") }

func (v *switchValue) Type() string { return "bool" }

func (v *switchValue) Set(s string) error {
	on, err := strconv.ParseBool(s)
	*v = switchValue(strconv.FormatBool(on))
	return err
}

func ptr[T any](v T) *T { return &v }

// readSecrets reads the secrets of an account of a kind from standard input or asks for them. If both come
// from standard input, the AppSecret is the first line and the proxy's password the
// second.
func (a *app) readSecrets(ctx context.Context, f *inputFlags, kind core.Kind, in *api.AccountInput) error {
	names := a.text().Names(kind)
	if a.Term.InIsTyped() { // one hidden line for each
		if f.secretStdin {
			s, err := a.stdin(ctx, "ask.secret", names...)
			if err != nil {
				return err
			}
			in.Secret = &s
		}
		if f.proxyPasswordStdin {
			s, err := a.stdin(ctx, "ask.proxy_password")
			if err != nil {
				return err
			}
			in.ProxyPassword = &s
		}
	} else if f.secretStdin || f.proxyPasswordStdin {
		s, err := a.stdin(ctx, "ask.secret", names...)
		if err != nil {
			return err
		}
		switch {
		case !f.proxyPasswordStdin:
			in.Secret = &s
		case !f.secretStdin:
			in.ProxyPassword = &s
		default:
			first, second, ok := strings.Cut(s, "\n")
			if !ok {
				return usage("usage.two_lines")
			}
			in.Secret, in.ProxyPassword = ptr(strings.TrimSuffix(first, "\r")), &second
		}
	}
	if f.askSecret && in.Secret == nil {
		s, err := a.hiddenOrUsage(ctx, "ask.secret", "usage.secret_stdin", names...)
		if err != nil {
			return err
		}
		in.Secret = ptr(s.Reveal())
	}
	if f.askProxyPassword && in.ProxyPassword == nil {
		s, err := a.hiddenOrUsage(ctx, "ask.proxy_password", "usage.proxy_password_stdin")
		if err != nil {
			return err
		}
		in.ProxyPassword = ptr(s.Reveal())
	}
	return nil
}

// saved prints the result of saving an account: warnings, and how the fetch that
// followed ended. A refusal by upstream undoes nothing, so the exit code is 0.
func (a *app) saved(s api.Saved, done string) error {
	if a.json {
		return a.printJSON(s)
	}
	a.account = s.Account.Ref().String()
	for _, line := range a.problemLines(s.Account.Kind, s.Warnings) {
		a.note(a.say("cli.warning") + strings.TrimSpace(line))
	}
	a.note(done)
	switch acc := s.Account; {
	case acc.Error != nil:
		a.note(a.accountError(acc)...)
	case acc.Mask != "":
		a.note(a.say("add.token", "mask", acc.Mask, "left", a.text().Coarse(acc.Remaining(a.Now()))))
	}
	return nil
}
