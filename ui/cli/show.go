package cli

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/text"
)

func (a *app) showCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "show NAME[/ENV]",
		Args:              oneAccount,
		ValidArgsFunction: a.completeRef,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.show(cmd.Context(), args[0]) },
	}
}

func (a *app) show(ctx context.Context, arg string) error {
	_, acc, err := a.findAccount(ctx, arg)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(acc)
	}
	return a.print(a.accountLines(acc)...)
}

// accountLines say everything about one account.
func (a *app) accountLines(acc api.Account) []string {
	now := a.Now()
	t := table{colour: a.colour()}
	row := func(key text.Key, value string) {
		if value != "" {
			t.add(plain(a.say(key)), plain(clean(value)))
		}
	}
	row("cli.field.name", acc.Name)
	t.add(plain(a.say("cli.field.env")), styled(a.envName(acc.Env), envStyle(acc.Env)))
	row("cli.field.kind", string(acc.Kind)+a.say("cli.paren", "text", a.text().Kind(acc.Kind)))
	row("cli.field.product", a.text().Product(acc.Kind, acc.Product))
	spec := a.text().Spec(acc.Kind)
	for _, f := range spec.Fields {
		if value := f.Value(acc.Account); value != "" {
			t.add(plain(a.fieldName(acc.Kind, f.Key)), plain(clean(value)))
		}
	}
	if !spec.Has(kinds.AppID) { // of a kind that is not known here
		row("cli.field.appid", acc.AppID)
	}
	if !spec.Has(kinds.BaseURL) {
		row("cli.field.base_url", acc.BaseURL)
	}
	row("cli.field.proxy", acc.Proxy)
	row("cli.field.ca", core.CAName(acc.CA))
	for _, p := range core.Drawn(core.FormLine, core.FormLines, core.FormSwitch) {
		row(text.Key("cli.field."+p.Key), a.text().Plain(p, acc.Account))
	}
	row("show.copy_format", acc.CopyFormat)
	row("show.copy_path", acc.CopyPath)
	row("show.declined", string(acc.Declined))
	if acc.Watch {
		row("show.watch", a.say("cli.yes"))
	}
	if acc.AllowLive {
		row("show.allow_live", a.say("cli.yes"))
	}
	words := a.text().RowOf(acc, now)
	state := []string{cmp.Or(words.Retry, words.Word), words.Died}
	if words.Died == "" {
		state = state[:1]
	}
	t.add(plain(a.say("show.state")), styled(strings.Join(state, a.say("cli.comma")), stateStyle(words)))
	row("show.token", acc.Mask)
	if acc.Mask != "" {
		row("show.obtained", when(acc.ObtainedAt))
		row("show.expires", a.say("show.at_left", "time", when(acc.ExpiresAt), "left", a.text().Coarse(acc.Remaining(now))))
	}
	for _, ticket := range acc.Tickets {
		lives := a.say("show.at_left", "time", when(ticket.ExpiresAt), "left", a.text().Coarse(ticket.Remaining(now)))
		row("show.ticket", a.text().Ticket(acc.Kind, ticket.Name)+a.say("cli.colon")+lives)
	}
	for _, line := range a.text().Claims(acc.Claims, when) {
		row(line.Label, line.Value)
	}
	if p := acc.Previous; p != nil && p.Until.After(now) {
		row("show.previous", a.say("show.until", "mask", p.Mask, "time", when(p.Until)))
	}
	if acc.Error == nil || !acc.Error.RetryAt.Equal(acc.NextTry) { // which is told with the failure
		row("show.next", whenSet(acc.NextTry))
	}
	row("show.used", whenSet(acc.LastUsed))
	if c := acc.Checked; c != nil {
		row("show.checked", a.text().CheckShort(*c, now)+a.say("cli.paren", "text", when(c.At)))
	}
	if c := acc.Lost; c != nil {
		row("show.lost", a.text().CheckShort(*c, now))
	}
	for _, line := range a.text().Quota(acc, now) {
		row(line.Label, line.Value)
	}
	row("show.team", a.text().Team(acc.Team, when))
	for _, p := range acc.Pushes {
		words, style := a.pushWords(p)
		fact := a.say("push.fact", "n", p.Number, "target", clean(p.Target)) + a.say("cli.colon") + words
		t.add(plain(a.say("cli.field.push")), styled(fact, style))
	}
	out := t.lines(0)
	if acc.Error != nil {
		out = append(append(out, ""), a.accountError(acc)...)
	}
	return out
}

// accountError is the last failure of an account with its remedy.
func (a *app) accountError(acc api.Account) []string {
	ref := acc.Ref().String()
	tx := a.text()
	out := []string{clean(tx.Cause(acc.Error, ref))}
	if r := tx.Remedy(acc.Error, ref); r != "" {
		out = append(out, "  "+clean(r))
	}
	for _, d := range tx.Details(acc.Error) {
		out = append(out, "  "+clean(d))
	}
	for _, line := range a.moreAbout(acc, acc.Error) {
		out = append(out, "  "+clean(line))
	}
	return out
}

func whenSet(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return when(t)
}
