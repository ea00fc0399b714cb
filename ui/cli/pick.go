package cli

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/format"
	"tokentray/ui/search"
)

func (a *app) pickCommand() *cobra.Command {
	var (
		p   pick
		as  outform
		env string
	)
	cmd := &cobra.Command{
		Use:  "pick [WORDS]",
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if err := a.checkForm(&as); err != nil {
				return err
			}
			if !p.print && as.name == format.Export {
				return unknownFormat()
			}
			if env != "" {
				if p.env, err = parseEnv(env); err != nil {
					return err
				}
			}
			p.as, p.words = as, strings.Join(args, " ")
			return a.pick(cmd.Context(), p)
		},
	}
	s := cmd.Flags()
	s.StringVar(&p.menu, "dmenu", "", "flag.pick_dmenu")
	s.BoolVar(&p.print, "print", false, "flag.pick_print")
	s.StringVar(&env, "env", "", "flag.list_env")
	as.register(cmd)
	_ = cmd.RegisterFlagCompletionFunc("env", completeWords(words(core.Envs())...))
	return cmd
}

// pick is how an account is picked, and what becomes of its token.
type pick struct {
	words string   // what is looked for at first
	env   core.Env // only those of it; empty: all
	menu  string   // the command of a launcher's menu; empty: at the terminal
	print bool     // print the token instead of copying it
	as    outform
}

// pick lets a person pick an account, and copies or prints its token.
func (a *app) pick(ctx context.Context, p pick) error {
	if p.menu == "" && !a.Term.InIsTerminal() {
		return usage("usage.pick_terminal")
	}
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	l, err := agent.List(ctx)
	if err != nil {
		return err
	}
	if p.env != "" {
		l.Accounts = slices.DeleteFunc(l.Accounts, func(acc api.Account) bool { return acc.Env != p.env })
	}
	offered := a.pickable(l, p.words)
	if len(offered) == 0 {
		return usage("usage.pick_none")
	}
	if p.menu != "" {
		return a.pickFromMenu(ctx, l, p, offered)
	}
	acc, err := a.pickHere(ctx, l, p)
	if err != nil {
		return err
	}
	return a.taken(ctx, acc, p)
}

// taken copies or prints the token of the account that was picked.
func (a *app) taken(ctx context.Context, acc api.Account, p pick) error {
	const life = 30 * time.Second // as for get
	a.account = acc.Ref().String()
	if p.print {
		return a.get(ctx, acc.Ref(), life, p.as)
	}
	return a.copyToken(ctx, acc.Ref(), life, p.as)
}

// pickable are the accounts that have the words, the likeliest first: those of the
// active environment, those that are pinned, those whose name begins with the words, those
// used last.
func (a *app) pickable(l api.List, typed string) []api.Account {
	q, now := search.New(a.text(), typed), a.Now()
	var out []api.Account
	for i := range l.Accounts {
		if q.Matches(&l.Accounts[i], now) {
			out = append(out, l.Accounts[i])
		}
	}
	begins := strings.ToLower(strings.TrimSpace(typed))
	last := func(no bool) int {
		if no {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(out, func(x, y api.Account) int {
		return cmp.Or(
			last(x.Env != l.Active)-last(y.Env != l.Active),
			last(!x.Pinned)-last(!y.Pinned),
			last(!strings.HasPrefix(strings.ToLower(x.Name), begins))-last(!strings.HasPrefix(strings.ToLower(y.Name), begins)),
			y.LastUsed.Compare(x.LastUsed),
		)
	})
	return out
}

// pickLine is what is told of an account where one is picked.
func (a *app) pickLine(acc api.Account) string {
	parts := []string{acc.Ref().String()}
	if acc.Env == core.Live {
		parts = append(parts, a.say("pick.live"))
	}
	switch words := a.problemWords(acc); {
	case acc.Mask != "":
		parts = append(parts, left(acc, a.Now()))
	case words != "":
		parts = append(parts, words)
	}
	return clean(strings.Join(append(parts, a.text().KindLine(acc.Kind, acc.Product)), "  "))
}

// asksLive reports whether a person wants to be asked before the token is copied.
func asksLive(l api.List, acc api.Account, p pick) bool {
	return !p.print && acc.Env == core.Live && l.Settings.AskLiveCopy
}
