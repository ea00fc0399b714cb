package cli

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/text"
)

func (a *app) signCommand() *cobra.Command {
	var (
		req     api.SignRequest
		tickets map[string]*bool // by the ticket's name
		yes     bool
	)
	cmd := &cobra.Command{
		Use:               "sign NAME[/ENV]",
		Args:              oneAccount,
		ValidArgsFunction: a.completeRef,
		RunE: func(cmd *cobra.Command, args []string) error {
			if strings.TrimSpace(req.URL) == "" {
				return usage("usage.sign_url")
			}
			if cmd.Flags().Changed("timestamp") && req.Timestamp <= 0 {
				return usage("usage.sign_timestamp")
			}
			for name, wanted := range tickets {
				if *wanted && req.Ticket != "" {
					return usage("usage.sign_tickets")
				}
				if *wanted {
					req.Ticket = name
				}
			}
			return a.sign(cmd.Context(), args[0], req, yes)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&req.URL, "url", "", "flag.sign_url")
	flags.StringVar(&req.Nonce, "nonce", "", "flag.sign_nonce")
	flags.Int64Var(&req.Timestamp, "timestamp", 0, "flag.sign_timestamp")
	flags.BoolVar(&req.Renew, "renew", false, "flag.sign_renew")
	flags.BoolVar(&req.Reveal, "reveal", false, "flag.sign_reveal")
	flags.BoolVar(&yes, "yes", false, "flag.yes")
	a.ofKinds[cmd] = func(set kinds.Set) {
		tickets = map[string]*bool{}
		for _, name := range set.TicketNames() {
			if flags.Lookup(name) == nil && cmd.InheritedFlags().Lookup(name) == nil {
				tickets[name] = flags.Bool(name, false, "flag.ticket_"+name)
			}
		}
	}
	return cmd
}

// sign prints what a page needs for the JS-SDK: the call on standard output,
// everything else on standard error. With reveal the signed string is printed
// instead of the call: it holds the ticket, so the person is asked first.
func (a *app) sign(ctx context.Context, arg string, req api.SignRequest, yes bool) error {
	agent, acc, err := a.findAccount(ctx, arg)
	if err != nil {
		return err
	}
	if req.Reveal {
		if err := a.confirm(ctx, yes, nil, "sign.reveal_ask", "account", acc.Ref()); err != nil {
			return err
		}
	}
	req.Person = true
	s, err := agent.Sign(ctx, acc.Ref(), req)
	var found core.Problems
	if !a.json && errors.As(err, &found) && len(found.Fatal()) > 0 {
		return usage(text.Key("problem." + found.Fatal()[0].Key)) // of a flag, because nothing is saved here
	}
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(s)
	}
	left := a.text().Coarse(max(0, s.ExpiresAt.Sub(a.Now())).Truncate(time.Second))
	a.note(a.say("sign.done", "url", clean(s.URL), "account", acc.Ref(), "left", left))
	for _, h := range s.Hints {
		h.Detail = clean(h.Detail)
		a.note("  ! " + clean(a.text().SignHint(h)))
	}
	if s.Browser != "" {
		a.note("  ! " + a.say("sign.browser", "url", clean(s.Browser)))
	}
	if req.Reveal {
		return a.print(s.Text)
	}
	a.note(a.say("sign.string", "text", clean(s.Signed)))
	if s.Checker != "" {
		a.note(a.say("sign.check", "url", s.Checker))
	}
	return a.print(strings.TrimSuffix(s.Script, "\n"))
}
