package cli

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/format"
	"tokentray/core/kinds"
)

func (a *app) getCommand() *cobra.Command {
	var (
		minTTL      string
		as          outform
		toClipboard bool
		previous    bool
	)
	cmd := &cobra.Command{
		Use: "get NAME[/ENV]…",
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) < 2 || previous || slices.ContainsFunc(args, core.HoldsSecret):
				return oneAccount(cmd, args)
			case as.name != format.Dotenv:
				return usage("usage.get_many")
			}
			return nil
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
			if as.name == format.Dotenv {
				return a.completeRefs(cmd, args, begun)
			}
			return a.completeRef(cmd, args, begun)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			life, err := parseLife(minTTL)
			if err != nil {
				return err
			}
			if err := a.checkForm(&as); err != nil {
				return err
			}
			if len(args) > 1 {
				return a.getMany(cmd.Context(), args, life, toClipboard)
			}
			ref, err := a.ref(args[0])
			if err != nil {
				return err
			}
			if previous && cmd.Flags().Changed("min-ttl") {
				return usage("usage.previous_ttl")
			}
			if toClipboard && as.name == format.Export {
				return unknownFormat()
			}
			switch {
			case previous:
				return a.getPrevious(cmd.Context(), ref, toClipboard, as)
			case toClipboard:
				return a.copyToken(cmd.Context(), ref, life, as)
			}
			return a.get(cmd.Context(), ref, life, as)
		},
	}
	cmd.Flags().StringVar(&minTTL, "min-ttl", "30s", "flag.min_ttl")
	as.register(cmd)
	cmd.Flags().BoolVar(&toClipboard, "copy", false, "flag.copy")
	cmd.Flags().BoolVar(&previous, "previous", false, "flag.previous")
	return cmd
}

// outform is the format in which a token is wanted.
type outform struct {
	name  string // empty: bare, or on the clipboard the account's own
	path  string // of the call that the formats url and curl make
	shell string // of the format export
}

func (f *outform) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.name, "format", "", "flag.format")
	cmd.Flags().StringVar(&f.path, "path", "", "flag.path")
	cmd.Flags().StringVar(&f.shell, "shell", "", "flag.shell")
	_ = cmd.RegisterFlagCompletionFunc("format", completeWords(printed()...))
	_ = cmd.RegisterFlagCompletionFunc("shell", completeWords(format.Shells()...))
}

// printed are the formats that can be printed: those that are copied, and export.
func printed() []string { return append(format.Names(), format.Export) }

// checkForm takes the name of a shell as the format export for it.
func (a *app) checkForm(f *outform) error {
	if f.shell == "" && slices.Contains(format.Shells(), f.name) {
		f.name, f.shell = format.Export, f.name
	}
	switch {
	case f.name != "" && f.name != format.Export && !format.Valid(f.name):
		return unknownFormat()
	case !format.ValidShell(f.shell), f.shell != "" && f.name != format.Export:
		return usage("usage.shell_format", "shells", strings.Join(format.Shells(), ", "))
	}
	if f.path == "" {
		return nil
	}
	// The kind decides where a call carries the token, and is known later.
	return format.CheckPath(kinds.Spec{TryPath: a.kinds().Default().TryPath}, f.path)
}

func (a *app) get(ctx context.Context, ref api.Ref, life time.Duration, as outform) error {
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	t, err := agent.Token(ctx, ref, life)
	if err != nil {
		return a.notGot(ctx, agent, ref, err)
	}
	return a.printToken(ctx, agent, t, as)
}

// copyToken lets the agent, which owns the clipboard, copy the token. The token does
// not come here.
func (a *app) copyToken(ctx context.Context, ref api.Ref, life time.Duration, as outform) error {
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	if _, err := agent.Token(ctx, ref, life); err != nil {
		return a.notGot(ctx, agent, ref, err)
	}
	return a.copyWith(ctx, agent, ref, api.CopyRequest{Format: as.name, Path: as.path})
}

// getPrevious gets the token that was replaced, while it may still work. It never
// fetches: that would replace the current one.
func (a *app) getPrevious(ctx context.Context, ref api.Ref, toClipboard bool, as outform) error {
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	acc, err := a.lookUp(ctx, agent, ref)
	if err != nil {
		return err
	}
	if toClipboard {
		return a.copyWith(ctx, agent, acc.Ref(), api.CopyRequest{Format: as.name, Path: as.path, Previous: true})
	}
	if acc.Previous == nil || !acc.Previous.Until.After(a.Now()) || acc.Remaining(a.Now()) == 0 {
		return noPrevious()
	}
	t, err := agent.Token(ctx, acc.Ref(), 0) // the current one lives, so nothing is fetched
	if err != nil {
		return err
	}
	if t.Previous == nil {
		return noPrevious()
	}
	p := t.Previous
	t.AccessToken, t.ExpiresAt, t.ObtainedAt = p.Token, p.Until, time.Time{}
	t.ExpiresIn = int64(max(0, p.Until.Sub(a.Now())) / time.Second)
	if a.json && as.name == "" {
		as.name = format.JSON
	}
	return a.printAs(acc.Kind, t, as)
}

func noPrevious() *core.Error {
	return &core.Error{Class: core.Misuse, Remedy: core.RemedyNoPrevious, Message: core.SaysNoPrevious}
}

// copyWith copies and says so.
func (a *app) copyWith(ctx context.Context, agent api.Agent, ref api.Ref, req api.CopyRequest) error {
	c, err := agent.Copy(ctx, ref, req)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(c)
	}
	a.note(a.copiedWords(c))
	return nil
}

// copiedWords say what is on the clipboard, and until when.
func (a *app) copiedWords(c api.Clipboard) string {
	line := a.say("get.copied", "account", api.Ref{Name: c.Account, Env: c.Env}, "format", c.Format)
	if !c.ClearsAt.IsZero() {
		line += a.say("get.clears", "left", a.text().Coarse(c.ClearsAt.Sub(a.Now()).Round(time.Second)))
	}
	return line
}

// notGot completes the error of a call for a token: remedies name the account with
// its environment.
func (a *app) notGot(ctx context.Context, agent api.Agent, ref api.Ref, err error) error {
	switch core.AsError(err).Class {
	case core.NotFound:
		return a.onlyElsewhere(ctx, agent, ref, err)
	case core.Internal:
		return err
	}
	if acc, accErr := agent.Account(ctx, ref); accErr == nil {
		a.account, a.about = acc.Ref().String(), &acc
	}
	return err
}

// printToken writes a token to standard output, the only place where it may go.
func (a *app) printToken(ctx context.Context, agent api.Agent, t api.Token, as outform) error {
	if a.json && as.name == "" || as.name == format.JSON {
		return a.printJSON(t)
	}
	kind := core.Kind("")
	if format.Placed(as.name) {
		acc, err := agent.Account(ctx, api.Ref{Name: t.Account, Env: t.Env})
		if err != nil {
			return err
		}
		kind = acc.Kind
	}
	return a.printAs(kind, t, as)
}

// printAs writes a token of a kind in a format.
func (a *app) printAs(kind core.Kind, t api.Token, as outform) error {
	if as.name == format.Export {
		line, err := format.ForShell(as.shell, t.AccessToken)
		if err != nil {
			return err
		}
		return a.print(line)
	}
	var spec kinds.Spec
	if format.Placed(as.name) {
		spec = a.text().Spec(kind)
	}
	s, err := format.Token(as.name, format.Input{
		AccessToken: t.AccessToken, ExpiresIn: t.ExpiresIn, ExpiresAt: t.ExpiresAt, ObtainedAt: t.ObtainedAt,
		Account: t.Account, Env: t.Env, AppID: t.AppID, BaseURL: t.BaseURL, Path: as.path, Spec: spec,
	})
	if err != nil {
		return err
	}
	return a.print(s)
}
