package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/text"
)

// moreAbout adds to a refused account what its upstream's documentation says, and
// the kind to which it could be changed. e is its refusal.
func (a *app) moreAbout(acc api.Account, e *api.Error) []string {
	var out []string
	tx, spec := a.text(), a.text().Spec(acc.Kind)
	if where := tx.Where(e, acc.Product); where != "" && (spec.AtHome(acc.Account) || spec.Through(acc.Account) && text.OfUpstream(e)) {
		out = append(out, where)
	}
	if page := spec.DiagnosisOf(acc.Account, e.RID); page != "" {
		out = append(out, a.say("page.rid", "url", page))
	}
	if page := spec.CodePageOf(acc.Account, e.UpstreamCode); page != "" && e.Remedy == core.RemedyUnknownCode {
		out = append(out, a.say("page.code", "url", page))
	}
	if acc.Offer == "" {
		return out
	}
	if what := tx.KindSays(acc.Offer, "instead"); what != "" {
		out = append(out, what)
	}
	return append(
		out,
		a.say("offer.change", "kind", acc.Offer, "account", acc.Ref()),
		a.say("offer.decline", "kind", acc.Offer, "account", acc.Ref()),
	)
}

// refused completes the error of a call that asked upstream for an account's token,
// with the account's present state. A person at a terminal is asked about an offered
// kind; after yes the change is what the command did.
func (a *app) refused(ctx context.Context, agent api.Agent, ref api.Ref, err error) error {
	acc, lost := agent.Account(ctx, ref)
	if lost != nil || acc.Error == nil {
		return err
	}
	a.about = &acc
	if acc.Offer == "" || !a.asksOffers() {
		return err
	}
	a.note(a.explain(err)...)
	changed, asked := a.askOffer(ctx, agent, acc)
	if asked != nil || changed {
		return asked
	}
	return &errSilent{err}
}

// asksOffers reports whether a person is there to be asked.
func (a *app) asksOffers() bool { return a.Term.InIsTerminal() && !a.json }

// askOffer asks whether to change an account to the offered kind. No is remembered,
// an empty answer is none.
func (a *app) askOffer(ctx context.Context, agent api.Agent, acc api.Account) (changed bool, err error) {
	_, _ = fmt.Fprint(a.Term.Err(), a.say("offer.ask", "kind", acc.Offer, "account", acc.Ref())+" ")
	s, err := a.Term.ReadLine(ctx)
	if err != nil {
		return false, fmt.Errorf("%w: %w", errInterrupted, err)
	}
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "y", "yes", "是":
		return a.acceptOffer(ctx, agent, acc)
	case "n", "no", "否":
		if _, err := agent.Edit(ctx, acc.Ref(), api.AccountInput{Input: core.Input{Declined: &acc.Offer}}); err != nil {
			return false, err
		}
		a.note(a.say("offer.declined", "kind", acc.Offer, "account", acc.Ref()))
		return false, nil
	}
	a.note(a.say("cli.nothing_done"))
	return false, nil
}

// acceptOffer changes an account to the offered kind. If another account would ask for
// the same token then, the person is asked again: the yes so far was not about that.
func (a *app) acceptOffer(ctx context.Context, agent api.Agent, acc api.Account) (changed bool, err error) {
	in := api.AccountInput{Input: core.Input{Kind: &acc.Offer}}
	saved, err := agent.Edit(ctx, acc.Ref(), in)
	if p, shared := onlyShares(err); shared && !a.text().Spec(acc.Offer).Traits.Destructive() {
		warning := []string{clean(a.fieldName(acc.Offer, p.Field) + a.say("cli.colon") + a.problem(acc.Offer, p))}
		if err := a.confirm(ctx, false, warning, "offer.apart", "account", acc.Ref()); errors.Is(err, errDeclined) {
			return false, nil
		} else if err != nil {
			return false, err
		}
		in.Apart = true
		saved, err = agent.Edit(ctx, acc.Ref(), in)
	}
	if err != nil {
		return false, err
	}
	return true, a.saved(saved, a.say("offer.changed", "kind", acc.Offer, "account", acc.Ref()))
}

// onlyShares is the problem of an edit that was refused only because another account
// asks for the same token.
func onlyShares(err error) (core.Problem, bool) {
	if err == nil {
		return core.Problem{}, false
	}
	problems := api.FromError(err).Problems
	if len(problems) != 1 || problems[0].Key != core.ProblemAppIDTwice {
		return core.Problem{}, false
	}
	return problems[0], true
}

// savedAsking is saved, and asks about a kind that is offered.
func (a *app) savedAsking(ctx context.Context, agent api.Agent, s api.Saved, done string) error {
	if err := a.saved(s, done); err != nil || s.Account.Offer == "" || !a.asksOffers() {
		return err
	}
	_, err := a.askOffer(ctx, agent, s.Account)
	return err
}
