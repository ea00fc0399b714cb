package window

import (
	"context"
	"slices"
	"strings"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// accounts adds, edits and deletes accounts. The form of the account being entered
// is the open page.
type accounts struct {
	*shell
	pages     *pages
	listing   *listing
	clipboard *clipboard
	removals  *removals
	transfers *transfers
	form      *form // nil when none is open
	waits     bool  // it was refused because the vault is closed
}

// openAdd begins an account, in the environment that is shown.
func (ed *accounts) openAdd() {
	env := ed.model.Active
	if ed.listing.view == viewLive {
		env = core.Live
	}
	ed.openForm(newDraft(ed.kinds, env))
}

// openPasted begins an account with the contents of a pasted text.
func (ed *accounts) openPasted(p pasted) {
	ed.openAdd()
	ed.form.fill(p)
}

func (ed *accounts) openEdit(id core.ID) {
	if a, ok := ed.model.find(id); ok {
		ed.openForm(draftOf(ed.kinds, a))
	}
}

func (ed *accounts) openForm(d draft) {
	if ed.form != nil || !ed.pages.closePage() {
		return
	}
	ed.form = newForm(&ed.model, d, formActions{back: ed.back, save: ed.saveForm, test: ed.testForm, copyText: ed.clipboard.copyText, redraw: ed.redrawForm, focus: ed.focus, read: ed.readClipboard, tookSecret: ed.clipboard.offerClear, chooseCA: ed.chooseCA})
	ed.pages.openPage(ed)
	first := "name"
	if d.origin != nil {
		first = d.spec().IDField()
	}
	ed.focus(ed.form.fields[first])
}

func (ed *accounts) draw()          { ed.form.draw(ed.ui) }
func (ed *accounts) top() *kit.Page { return ed.form.page }
func (ed *accounts) closed()        { ed.form = nil }

// vaultOpened removes a refusal that no longer holds.
func (ed *accounts) vaultOpened() {
	if ed.form != nil && ed.waits && !ed.form.busy {
		ed.form.answer(nil, false, nil)
	}
	ed.waits = false
}

// redrawForm redraws the form, with the fields of another kind.
func (ed *accounts) redrawForm(f *form) {
	ed.draw()
	ed.pages.showPage()
	ed.focus(f.fields["kind"])
}

// back closes the form, after a question if something was typed.
func (ed *accounts) back() { ed.pages.closePage() }

func (ed *accounts) unsaved() (question, bool) { return discardTyped(ed.ui), ed.form.draft.changed() }

// testForm asks upstream once with what was typed, and saves nothing.
func (ed *accounts) testForm(f *form) {
	if !f.ready(ed.focus, true) {
		return
	}
	if f.draft.needsConsent() && !f.draft.consent {
		f.answer(func() string { return ed.ui.T("form.test.harm") }, false, nil)
		return
	}
	req := api.TestRequest{Input: f.draft.input()}
	if f.draft.editing {
		req.Ref = &f.draft.ref
	}
	f.wait(func() string { return ed.ui.T("form.testing") })
	ask(ed.shell, upstreamWait, func(ctx context.Context, g Agent) (api.TestResult, error) {
		return g.Test(ctx, req)
	}, func(r api.TestResult, err *core.Error) {
		if ed.form != f {
			return
		}
		if err != nil {
			r = api.TestResult{Error: wire(err)}
		}
		account := f.draft.account().Ref()
		f.answer(func() string { return testWords(ed.ui, r, account) }, r.Error == nil, r.Error)
	})
}

// saveForm gives the draft to the agent, which saves it and then fetches once.
func (ed *accounts) saveForm(f *form) {
	if !f.ready(ed.focus, false) {
		return
	}
	in, ref, editing := f.draft.input(), f.draft.ref, f.draft.editing
	a := f.draft.account()
	f.wait(func() string { return ed.ui.T("form.saving") })
	ed.removals.free(a, func() { ed.give(f, ref, in, a.Ref(), editing) })
}

// give has the agent save what was entered.
func (ed *accounts) give(f *form, ref api.Ref, in api.AccountInput, name string, editing bool) {
	ask(ed.shell, upstreamWait, func(ctx context.Context, g Agent) (api.Saved, error) {
		if editing {
			return g.Edit(ctx, ref, in)
		}
		return g.Add(ctx, in)
	}, func(s api.Saved, err *core.Error) {
		if ed.form != f {
			return
		}
		if err != nil {
			f.answer(func() string { return refusal(ed.ui, err, name) }, false, nil)
			ed.waits = err.Class == core.VaultClosed
			return
		}
		ed.pages.dropPage()
		ed.saved(s)
	})
}

// saved shows the account that was just saved, wherever it is listed.
func (ed *accounts) saved(s api.Saved) {
	ed.put(s.Account)
	aside := ed.listing.bringInView(s.Account)
	ed.listing.focusList()
	if aside && s.Account.Error == nil && len(s.Warnings) == 0 {
		ed.showInfo(ed.ui.T("snack.saved_aside", "account", refWords(s.Account.Ref()), "env", envWord(ed.ui, ed.model.Active)))
		return
	}
	ed.tellSaved(s, ed.ui.T("snack.saved", "account", refWords(s.Account.Ref())))
}

// tellSaved says that an account was saved, what upstream answered, and the one warning
// that no form can give, because it compares secrets; done says it when all is well.
func (ed *accounts) tellSaved(s api.Saved, done string) {
	a := s.Account
	ref := refWords(a.Ref())
	warn := func(cause string) {
		ed.showMessage(message{Text: ed.ui.T("snack.saved_but", "account", ref, "cause", cause), Bad: true, Until: ed.now().Add(errorTime)})
	}
	other := slices.IndexFunc(s.Warnings, func(p core.Problem) bool { return p.Key == core.ProblemSecretOther })
	if e := a.Error; e != nil { // saved anyway: a refusal undoes nothing
		warn(ed.ui.Words.Cause(e, ref))
		return
	}
	if other >= 0 {
		warn(ed.ui.Words.Problem(a.Kind, s.Warnings[other]))
		return
	}
	ed.showInfo(done)
}

// edited shows an account that was changed where it stands.
func (ed *accounts) edited(s api.Saved) {
	ed.put(s.Account)
	ed.tellSaved(s, ed.ui.T("snack.saved", "account", refWords(s.Account.Ref())))
}

// setAuto pauses or resumes the renewal of one account.
func (ed *accounts) setAuto(id core.ID, on bool) {
	a, ok := ed.model.find(id)
	if !ok {
		return
	}
	ref := a.Ref()
	ask(ed.shell, upstreamWait, func(ctx context.Context, g Agent) (api.Saved, error) {
		return g.Edit(ctx, ref, api.AccountInput{Input: core.Input{Auto: &on}})
	}, func(_ api.Saved, err *core.Error) {
		if err != nil {
			ed.showError(err, ref)
		}
	})
}

// setPinned pins an account to the top of the list, or takes it from there.
func (ed *accounts) setPinned(id core.ID, on bool) {
	a, ok := ed.model.find(id)
	if !ok {
		return
	}
	ref := a.Ref()
	ask(ed.shell, upstreamWait, func(ctx context.Context, g Agent) (api.Saved, error) {
		return g.Edit(ctx, ref, api.AccountInput{Input: core.Input{Pinned: &on}})
	}, func(_ api.Saved, err *core.Error) {
		if err != nil {
			ed.showError(err, ref)
		}
	})
}

// pinOrUnpin changes whether an account is pinned.
func (ed *accounts) pinOrUnpin(id core.ID) {
	if a, ok := ed.model.find(id); ok {
		ed.setPinned(id, !a.Pinned)
	}
}

// askOffer asks whether to change an account to the offered kind. No is remembered;
// closing the question is no answer.
func (ed *accounts) askOffer(id core.ID) {
	a, ok := ed.model.find(id)
	if !ok {
		return
	}
	ui := ed.ui
	to := offered(ui.Words, a)
	if to == "" {
		return
	}
	body := strings.TrimSpace(ui.Words.KindSays(to, "instead") + "\n" + ui.T("offer.body"))
	next := a.Account
	next.Kind = to
	next = ui.Words.Kinds().Fit(next)
	other, apart := ed.model.sharesToken(ui.Words.Kinds(), next)
	if apart {
		key := "form.shared"
		if ui.Words.Spec(to).Traits.Destructive() {
			key, apart = "form.shared.harm", false // the agent refuses it
		}
		body += "\n" + ui.T(key, "account", refWords(other.Ref()))
	}
	q := question{
		title: ui.T("offer.title", "account", refWords(a.Ref()), "kind", ui.Words.Kind(to)),
		body:  body,
		yes:   ui.T("act.offer", "kind", ui.Words.Kind(to)), live: a.Env == core.Live, role: kit.Filled,
	}
	decline := ed.closeSheet
	if a.Offer != "" {
		q.no = ui.T("offer.no", "kind", ui.Words.Kind(a.Kind))
		decline = func() {
			ed.closeSheet()
			ed.settleOffer(a.Ref(), api.AccountInput{Input: core.Input{Declined: &to}}, "snack.declined", to)
		}
	}
	s := newQuestion(ui, q, decline, func() {
		ed.closeSheet()
		ed.settleOffer(a.Ref(), api.AccountInput{Input: core.Input{Kind: &to}, Apart: apart}, "snack.offer", to)
	})
	s.Close, s.again = ed.closeSheet, func() { ed.askOffer(id) }
	ed.openSheet(s)
}

// settleOffer saves the answer to an offer.
func (ed *accounts) settleOffer(ref api.Ref, in api.AccountInput, done string, kind core.Kind) {
	ed.showInfo(ed.ui.T("snack.busy", "account", refWords(ref)))
	ask(ed.shell, upstreamWait, func(ctx context.Context, g Agent) (api.Saved, error) {
		return g.Edit(ctx, ref, in)
	}, func(s api.Saved, err *core.Error) {
		if err != nil {
			ed.showError(err, ref)
			return
		}
		ed.put(s.Account)
		said := ed.ui.T(done, "account", refWords(ref), "kind", ed.ui.Words.Kind(kind))
		if in.Kind == nil {
			ed.showInfo(said)
			return
		}
		ed.tellSaved(s, said)
	})
}

// askRemove deletes an account, after a question.
func (ed *accounts) askRemove(id core.ID) { ed.removals.ask([]core.ID{id}) }
