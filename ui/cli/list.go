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
	"tokentray/ui/text"
)

func (a *app) listCommand() *cobra.Command {
	var o listed
	var env string
	cmd := &cobra.Command{
		Use:               "list [NAME[/ENV]…]",
		Aliases:           []string{"ls"},
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: a.completeRefs,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if slices.ContainsFunc(args, core.HoldsSecret) {
				return usage("usage.too_many")
			}
			if env != "" {
				if o.env, err = parseEnv(env); err != nil {
					return err
				}
			}
			o.names = args
			return a.list(cmd.Context(), o)
		},
	}
	cmd.Flags().StringVar(&env, "env", "", "flag.list_env")
	cmd.Flags().StringSliceVar(&o.states, "state", nil, "flag.list_state")
	cmd.Flags().StringVar(&o.group, "group", "", "flag.list_group")
	_ = cmd.RegisterFlagCompletionFunc("group", a.completeGroup)
	_ = cmd.RegisterFlagCompletionFunc("env", completeWords(words(core.Envs())...))
	_ = cmd.RegisterFlagCompletionFunc("state", completeWords(words(core.States())...))
	return cmd
}

// listed says which accounts are listed; the zero value: all.
type listed struct {
	names  []string // NAME or NAME/ENV; a bare name is of both environments here
	env    core.Env
	group  string
	states []string // the beginning of the word for a state, in either language
}

// of are the accounts of a list that are meant. An account that is named and not there
// is an error.
func (o listed) of(a *app, all []api.Account) ([]api.Account, error) {
	states, err := a.statesOf(o.states)
	if err != nil {
		return nil, err
	}
	refs := make([]api.Ref, len(o.names))
	there := make([]bool, len(o.names))
	for i, name := range o.names {
		if refs[i], err = a.ref(name); err != nil {
			return nil, err
		}
	}
	now := a.Now()
	out := make([]api.Account, 0, len(all))
	for _, acc := range all {
		named := len(refs) == 0
		for i, r := range refs {
			if acc.Name == r.Name && (r.Env == "" || acc.Env == r.Env) {
				named, there[i] = true, true
			}
		}
		if named && (o.group == "" || strings.EqualFold(acc.Group, o.group)) && (o.env == "" || acc.Env == o.env) && (len(states) == 0 || slices.Contains(states, acc.StateAt(now))) {
			out = append(out, acc)
		}
	}
	if i := slices.Index(there, false); i >= 0 {
		a.account = refs[i].String()
		return nil, &core.Error{Class: core.NotFound, Remedy: core.RemedyAccount, Message: "there is no account " + refs[i].String()}
	}
	return out, nil
}

// statesOf are the states that words begin, as the program or the list calls them.
func (a *app) statesOf(typed []string) ([]core.State, error) {
	var out []core.State
	for _, word := range typed {
		known := len(out)
		for _, s := range core.States() {
			for _, called := range []string{string(s), a.say(text.Key("state." + string(s)))} {
				if word != "" && strings.HasPrefix(strings.ToLower(called), strings.ToLower(word)) {
					out = append(out, s)
					break
				}
			}
		}
		if len(out) == known {
			return nil, usage("usage.list_state", "states", strings.Join(words(core.States()), ", "))
		}
	}
	return out, nil
}

func (a *app) list(ctx context.Context, o listed) error {
	agent, err := a.connect(ctx)
	if err != nil {
		return err
	}
	l, err := agent.List(ctx)
	if err != nil {
		return err
	}
	all := len(l.Accounts)
	if l.Accounts, err = o.of(a, l.Accounts); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(l)
	}
	switch {
	case all == 0:
		a.note(a.say("list.empty"), "", a.say("list.empty_add"), a.say("list.empty_demo"))
	case len(l.Accounts) == 0 && o.env != "" && len(o.states) == 0 && len(o.names) == 0 && o.group == "":
		a.note(a.say("list.empty_env", "env", a.envName(o.env)))
	case len(l.Accounts) == 0:
		a.note(a.say("list.empty_search"))
	default:
		t := a.accountTable(l, a.Now(), a.colour(), false)
		width := 0
		if a.Term.OutIsTerminal() {
			width, _ = a.Term.Size()
		}
		if err := a.print(t.lines(width)...); err != nil {
			return err
		}
	}
	a.noteVault(l.Vault)
	a.noteNotice(l.Notice)
	a.noteRecovered(l.Recovered)
	return nil
}

// colour reports whether the answer may be coloured.
func (a *app) colour() bool {
	return a.Term.OutIsTerminal() && a.Getenv("NO_COLOR") == "" && a.Getenv("TERM") != "dumb"
}

// accountTable is a table of accounts at now; bar adds the remaining life as a bar. A
// star marks those that a bare name means.
func (a *app) accountTable(l api.List, now time.Time, colour, bar bool) *table {
	t := &table{colour: colour, elastic: 1, spare: []int{5}} // the mask
	head := func(key text.Key) cell { return styled(a.say(key), styleHead) }
	row := []cell{plain(""), head("list.name"), head("list.env"), head("list.state"), head("list.left")}
	if bar {
		row = append(row, plain(""))
		t.spare = []int{5, 6} // bar and mask
	}
	t.add(append(row, head("list.token"), head("list.note"))...)
	for _, acc := range l.Accounts {
		star := ""
		if acc.Env == l.Active {
			star = "*"
		}
		state := acc.StateAt(now)
		row := []cell{
			plain(star), plain(acc.Name),
			styled(string(acc.Env), envStyle(acc.Env)),
			styled(a.say(text.Key("state."+string(state))), stateStyle(state)),
		}
		problem := styled(a.problemWords(acc), styleWarn)
		if acc.Mask == "" { // what stands about a token is empty, and the reason has its room
			problem.spans = true
			t.add(append(row, problem)...)
			continue
		}
		row = append(row, plain(left(acc, now)))
		if bar {
			row = append(row, styled(lifeBar(acc, now), envStyle(acc.Env)))
		}
		note := problem
		if note.text == "" && acc.FailingPushes() > 0 {
			note = styled(a.say("window.state.push"), styleWarn)
		}
		if note.text == "" && state == core.StateFresh {
			note = plain(a.teamWords(acc.Team))
		}
		t.add(append(row, plain(acc.Mask), note)...)
		for _, ticket := range acc.Tickets {
			t.add(plain(""), plain("  "+a.text().Ticket(acc.Kind, ticket.Name)), plain(""), plain(""), plain(text.Clock(ticket.Remaining(now))))
		}
	}
	return t
}

// left is the remaining life in figures, empty if there never was a token.
func left(acc api.Account, now time.Time) string {
	if acc.Mask == "" {
		return ""
	}
	return text.Clock(acc.Remaining(now))
}

// teamWords say who of a team renewed a token that lives, and when.
func (a *app) teamWords(team *api.AccountTeam) string {
	switch {
	case team == nil:
		return ""
	case team.Error != nil:
		return a.say("list.team_away")
	case team.At.IsZero():
		return ""
	}
	return clean(a.say("list.team", "member", text.Isolated(team.By), "time", when(team.At)))
}

// problemWords is the last failure in a few words.
func (a *app) problemWords(acc api.Account) string {
	e := acc.ErrorAt(a.Now())
	if e == nil {
		return ""
	}
	return cmp.Or(a.text().ShortOf(e), string(e.Class))
}

func envStyle(e core.Env) style {
	if e == core.Live {
		return styleLive
	}
	return styleSandbox
}

func stateStyle(s core.State) style {
	switch s {
	case core.StateLocked, core.StateBlocked, core.StateExpired, core.StateRetrying:
		return styleWarn
	case core.StatePaused, core.StateEmpty:
		return styleDim
	}
	return noStyle
}

// lifeBar draws the part of the token's life that is left in ten cells.
func lifeBar(acc api.Account, now time.Time) string {
	const width = 10
	life := time.Duration(acc.Life) * time.Second
	if acc.Mask == "" || life <= 0 {
		return ""
	}
	full := int(min(width, (acc.Remaining(now)*width+life-1)/life))
	out := make([]rune, width)
	for i := range out {
		out[i] = '░'
		if i < full {
			out[i] = '█'
		}
	}
	return string(out)
}
