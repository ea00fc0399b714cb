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
	"tokentray/ui/search"
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
			if orders := core.SettingValues(settingOrder); o.sort != "" && !slices.Contains(orders, o.sort) {
				return usage("usage.list_sort", "orders", strings.Join(orders, ", "))
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
	cmd.Flags().StringVar(&o.sort, "sort", "", "flag.list_sort")
	orders := core.SettingValues(settingOrder)
	_ = cmd.RegisterFlagCompletionFunc("state", completeWords(text.StateWords()...))
	_ = cmd.RegisterFlagCompletionFunc("sort", completeWords(orders...))
	return cmd
}

// settingOrder is the setting of the window's order.
const settingOrder = "list-order"

// listed says which accounts are listed; the zero value: all.
type listed struct {
	names  []string // NAME or NAME/ENV; a bare name is of both environments here
	env    core.Env
	group  string
	states []string // the beginning of the word for a state, in either language
	sort   string   // an order of the settings; empty: by name, whatever is pinned
}

// of are the accounts of a list that are meant. An account that is named and not there
// is an error.
func (o listed) of(a *app, all []api.Account) ([]api.Account, error) {
	for _, word := range o.states {
		if !search.IsState(a.text(), word) {
			return nil, usage("usage.list_state", "states", strings.Join(text.StateWords(), ", "))
		}
	}
	var err error
	refs := make([]api.Ref, len(o.names))
	there := make([]bool, len(o.names))
	for i, name := range o.names {
		if refs[i], err = a.ref(name); err != nil {
			return nil, err
		}
	}
	now := a.Now()
	inState := func(acc *api.Account) bool {
		return len(o.states) == 0 || slices.ContainsFunc(o.states, func(word string) bool { return search.InState(a.text(), word, acc, now) })
	}
	out := make([]api.Account, 0, len(all))
	for _, acc := range all {
		named := len(refs) == 0
		for i, r := range refs {
			if acc.Name == r.Name && (r.Env == "" || acc.Env == r.Env) {
				named, there[i] = true, true
			}
		}
		if named && (o.group == "" || strings.EqualFold(acc.Group, o.group)) && (o.env == "" || acc.Env == o.env) && inState(&acc) {
			out = append(out, acc)
		}
	}
	if i := slices.Index(there, false); i >= 0 {
		a.account = refs[i].String()
		return nil, &core.Error{Class: core.NotFound, Remedy: core.RemedyAccount, Message: "there is no account " + refs[i].String()}
	}
	return sorted(out, o.sort, now), nil
}

// sorted are accounts in an order of the settings, as the window lists them.
func sorted(accounts []api.Account, order string, now time.Time) []api.Account {
	if order == "" {
		return accounts
	}
	at := make([]*api.Account, len(accounts))
	for i := range accounts {
		at[i] = &accounts[i]
	}
	out := make([]api.Account, len(accounts))
	for i, acc := range search.Ordered(order, now, at) {
		out[i] = *acc
	}
	return out
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
		words := a.text().RowOf(acc, now)
		row := []cell{
			plain(star), plain(acc.Name),
			styled(string(acc.Env), envStyle(acc.Env)),
			styled(words.Word, stateStyle(words)),
		}
		note := styled(a.noteWords(acc, words), styleWarn)
		if acc.Mask == "" { // what stands about a token is empty, and the reason has its room
			note.spans = true
			t.add(append(row, note)...)
			continue
		}
		row = append(row, plain(left(acc, now)))
		if bar {
			row = append(row, styled(lifeBar(acc, now), envStyle(acc.Env)))
		}
		if note.text == "" && words.State == core.StateFresh {
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

// noteWords are what is said beside the state: the last failure, when it is tried again,
// that a token died before its time, and that a push failed.
func (a *app) noteWords(acc api.Account, words text.Row) string {
	said := []string{a.problemWords(acc), words.Retry, words.Died, words.Push}
	return strings.Join(slices.DeleteFunc(said, func(s string) bool { return s == "" }), a.say("cli.comma"))
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

// stateStyle is the colour of the word of a state.
func stateStyle(words text.Row) style {
	if words.Soon {
		return styleWarn
	}
	switch words.State {
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
