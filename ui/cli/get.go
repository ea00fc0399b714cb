package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/format"
)

func (a *app) getCommand() *cobra.Command {
	var (
		minTTL, form string
		toClipboard  bool
	)
	cmd := &cobra.Command{
		Use:               "get NAME[/ENV]",
		Args:              oneAccount,
		ValidArgsFunction: a.completeRef,
		RunE: func(cmd *cobra.Command, args []string) error {
			life, err := parseLife(minTTL)
			if err != nil {
				return err
			}
			if form != "" && !format.Valid(form) {
				return unknownFormat()
			}
			ref, err := a.ref(args[0])
			if err != nil {
				return err
			}
			if toClipboard {
				return a.copyToken(cmd.Context(), ref, life, form)
			}
			return a.get(cmd.Context(), ref, life, form)
		},
	}
	cmd.Flags().StringVar(&minTTL, "min-ttl", "30s", "flag.min_ttl")
	cmd.Flags().StringVar(&form, "format", "", "flag.format")
	cmd.Flags().BoolVar(&toClipboard, "copy", false, "flag.copy")
	_ = cmd.RegisterFlagCompletionFunc("format", completeWords(format.Names()...))
	return cmd
}

func (a *app) get(ctx context.Context, ref api.Ref, life time.Duration, form string) error {
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	t, err := agent.Token(ctx, ref, life)
	if err != nil {
		return a.notGot(ctx, agent, ref, err)
	}
	return a.printToken(t, form)
}

// copyToken leaves the token with the clipboard's owner, the agent; it does not
// pass through here.
func (a *app) copyToken(ctx context.Context, ref api.Ref, life time.Duration, form string) error {
	agent, err := a.onDesktop(ctx)
	if err != nil {
		return err
	}
	if _, err := agent.Token(ctx, ref, life); err != nil {
		return a.notGot(ctx, agent, ref, err)
	}
	c, err := agent.Copy(ctx, ref, api.CopyRequest{Format: form})
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(c)
	}
	line := a.say("get.copied", "account", api.Ref{Name: c.Account, Env: c.Env}, "format", c.Format)
	if !c.ClearsAt.IsZero() {
		line += a.say("get.clears", "left", a.text().Coarse(c.ClearsAt.Sub(a.Now()).Round(time.Second)))
	}
	a.note(line)
	return nil
}

// notGot completes an error: remedies name the account with its environment.
func (a *app) notGot(ctx context.Context, agent api.Agent, ref api.Ref, err error) error {
	switch core.AsError(err).Class {
	case core.NotFound:
		return a.onlyElsewhere(ctx, agent, ref, err)
	case core.Internal:
		return err
	}
	if acc, accErr := agent.Account(ctx, ref); accErr == nil {
		a.account = acc.Ref().String()
	}
	return err
}

// printToken writes a token to standard output, the one place where it may go.
func (a *app) printToken(t api.Token, form string) error {
	if a.json && form == "" || form == format.JSON {
		return a.printJSON(t)
	}
	s, err := format.Token(form, format.Input{
		AccessToken: t.AccessToken, ExpiresIn: t.ExpiresIn, ExpiresAt: t.ExpiresAt, ObtainedAt: t.ObtainedAt,
		Account: t.Account, Env: t.Env, AppID: t.AppID,
	})
	if err != nil {
		return err
	}
	return a.print(s)
}
