package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// inputFlags are the flags of add and edit: what a person enters of an account.
type inputFlags struct {
	name, env, kind, product, appid, baseURL, proxy, note string
	copyFormat, copyPath                                  string
	allowLive, apart, yes                                 bool
	secretStdin, proxyPasswordStdin                       bool
	askSecret, askProxyPassword                           bool
	own                                                   kindFlags
}

func (a *app) registerInput(cmd *cobra.Command, f *inputFlags) {
	a.ofKinds[cmd] = func(set kinds.Set) { f.own.register(cmd, set) }
	s := cmd.Flags()
	s.StringVar(&f.env, "env", "", "flag.env")
	s.StringVar(&f.kind, "kind", "", "flag.kind")
	s.StringVar(&f.product, "product", "", "flag.product")
	s.StringVar(&f.appid, "appid", "", "flag.appid")
	s.StringVar(&f.baseURL, "base-url", "", "flag.base_url")
	s.StringVar(&f.proxy, "proxy", "", "flag.proxy")
	s.StringVar(&f.note, "note", "", "flag.note")
	s.StringVar(&f.copyFormat, "copy-format", "", "flag.copy_format")
	s.StringVar(&f.copyPath, "copy-path", "", "flag.copy_path")
	s.BoolVar(&f.allowLive, "allow-live", false, "flag.allow_live")
	s.BoolVar(&f.apart, "apart", false, "flag.apart")
	s.BoolVar(&f.secretStdin, "secret-stdin", false, "flag.secret_stdin")
	s.BoolVar(&f.askProxyPassword, "proxy-password", false, "flag.proxy_password")
	s.BoolVar(&f.proxyPasswordStdin, "proxy-password-stdin", false, "flag.proxy_password_stdin")
	s.BoolVar(&f.yes, "yes", false, "flag.yes")
	_ = cmd.RegisterFlagCompletionFunc("copy-format", completeWords(core.Formats()...))
	_ = cmd.RegisterFlagCompletionFunc("env", completeWords(words(core.Envs())...))
	a.completeKinds(cmd)
}

// input is what the given flags ask for.
func (f *inputFlags) input(set *pflag.FlagSet) (api.AccountInput, error) {
	var in api.AccountInput
	var err error
	if in.Params, err = f.own.params(set); err != nil {
		return in, err
	}
	text := func(flag string, value string, field **string) {
		if set.Changed(flag) {
			*field = &value
		}
	}
	text("name", f.name, &in.Name)
	text("appid", f.appid, &in.AppID)
	text("base-url", f.baseURL, &in.BaseURL)
	text("proxy", f.proxy, &in.Proxy)
	text("note", f.note, &in.Note)
	text("copy-format", f.copyFormat, &in.CopyFormat)
	text("copy-path", f.copyPath, &in.CopyPath)
	if set.Changed("env") {
		in.Env = ptr(core.Env(f.env))
	}
	if set.Changed("kind") {
		in.Kind = ptr(core.Kind(f.kind))
	}
	if set.Changed("product") {
		in.Product = ptr(core.Product(f.product))
	}
	if set.Changed("allow-live") {
		in.AllowLive = &f.allowLive
	}
	in.Apart = f.apart
	return in, nil
}

func ptr[T any](v T) *T { return &v }

// readSecrets reads the secrets from standard input or asks for them. If both come
// from standard input, the AppSecret is the first line and the proxy's password the
// second.
func (a *app) readSecrets(ctx context.Context, f *inputFlags, in *api.AccountInput) error {
	if a.Term.InIsTyped() { // one hidden line for each
		if f.secretStdin {
			s, err := a.stdin(ctx, "ask.secret")
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
		s, err := a.stdin(ctx, "ask.secret")
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
		s, err := a.hiddenOrUsage(ctx, "ask.secret", "usage.secret_stdin")
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
