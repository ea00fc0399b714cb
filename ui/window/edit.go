package window

import (
	"context"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// accountAgent is what the form and its sheets ask of the agent.
type accountAgent interface {
	Add(ctx context.Context, in api.AccountInput) (api.Saved, error)
	Edit(ctx context.Context, ref api.Ref, in api.AccountInput) (api.Saved, error)
	Remove(ctx context.Context, ref api.Ref) error
	Test(ctx context.Context, req api.TestRequest) (api.TestResult, error)
}

// openAdd begins an account, in the environment that is shown.
func (w *Window) openAdd() {
	env := w.model.Active
	if w.view == viewLive {
		env = core.Live
	}
	w.openForm(newDraft(w.kinds, env))
}

func (w *Window) openEdit(id core.ID) {
	if a, ok := w.model.find(id); ok {
		w.openForm(draftOf(w.kinds, a))
	}
}

func (w *Window) openForm(d draft) {
	if w.form != nil || !w.closePage() {
		return
	}
	w.form = newForm(&w.model, d, formActions{back: w.leaveForm, save: w.saveForm, test: w.testForm, ip: w.copyIP, redraw: w.redrawForm})
	w.form.draw(w.look)
	w.showPage(w.form.page.Root)
	first := "name"
	if d.origin != nil {
		first = d.spec().IDField()
	}
	w.win.Canvas().Focus(w.form.fields[first])
}

// redrawForm draws the form anew, with the fields of another kind.
func (w *Window) redrawForm(f *form) {
	f.draw(w.look)
	w.showPage(f.page.Root)
	w.win.Canvas().Focus(f.fields["kind"])
}

// leaveForm closes the form, after a question when something was typed.
func (w *Window) leaveForm() {
	if w.form == nil || !w.form.draft.changed() {
		w.dropPage()
		return
	}
	w.question(discardTyped(w.look), w.dropPage)
}

// testForm asks upstream once with what was typed, and saves nothing.
func (w *Window) testForm(f *form) {
	if !f.ready(w.focus, true) {
		return
	}
	if f.draft.needsConsent() && !f.draft.consent {
		f.answer(w.look.T("form.test.harm"), false, "")
		return
	}
	req := api.TestRequest{Input: f.draft.input()}
	if f.draft.editing {
		req.Ref = &f.draft.ref
	}
	f.wait(w.look.T("form.testing"))
	ask(w, upstreamWait, func(ctx context.Context, g Agent) (api.TestResult, error) {
		return g.Test(ctx, req)
	}, func(r api.TestResult, err *core.Error) {
		if w.form != f {
			return
		}
		if err != nil {
			r = api.TestResult{Error: wire(err)}
		}
		words, good := testWords(w.look, r, f.draft.account().Ref())
		ip := ""
		if r.Error != nil && r.Error.Class == core.Whitelist {
			ip = r.Error.CallerIP
		}
		f.answer(words, good, ip)
	})
}

// saveForm gives the draft to the agent, which saves it and then fetches once.
func (w *Window) saveForm(f *form) {
	if !f.ready(w.focus, false) {
		return
	}
	in, ref, editing := f.draft.input(), f.draft.ref, f.draft.editing
	name := f.draft.account().Ref()
	f.wait(w.look.T("form.saving"))
	ask(w, upstreamWait, func(ctx context.Context, g Agent) (api.Saved, error) {
		if editing {
			return g.Edit(ctx, ref, in)
		}
		return g.Add(ctx, in)
	}, func(s api.Saved, err *core.Error) {
		if w.form != f {
			return
		}
		if err != nil {
			f.answer(refusal(w.look, err, name), false, "")
			return
		}
		w.dropPage()
		w.saved(s)
	})
}

// saved shows the account that was just saved, wherever it is listed.
func (w *Window) saved(s api.Saved) {
	w.model.put(s.Account)
	aside := w.bringInView(s.Account)
	w.fillList()
	w.list.choose(s.Account.ID)
	w.fillDetail()
	w.focusList()
	if aside && s.Account.Error == nil {
		w.tell(w.look.T("snack.saved_aside", "account", refWords(s.Account.Ref()), "env", envWord(w.look, w.model.Active)))
		return
	}
	w.tellSaved(s.Account)
}

// bringInView selects an account and makes sure that the list has it. An account
// of the other environment is shown among all: the view Live would be the active
// environment, which only a person switches, since a bare name means another
// token from then on, in the tray and in scripts too. It reports whether it
// changed the view.
func (w *Window) bringInView(a api.Account) (changed bool) {
	if w.view != viewAll && w.view != view(a.Env) {
		w.setView(viewAll)
		changed = true
	}
	w.selected = a.ID
	if q := newQuery(w.look.Words, w.search); !q.empty() && !q.matches(&a, w.now()) {
		w.closeFinder()
	}
	return changed
}

// tellSaved says that an account was saved, and what upstream said of it.
func (w *Window) tellSaved(a api.Account) {
	ref := refWords(a.Ref())
	if e := a.Error; e != nil { // saved all the same: a refusal undoes nothing
		w.message(snack{Text: w.look.T("snack.saved_but", "account", ref, "cause", w.look.Words.Cause(e, ref)), Bad: true, Until: w.now().Add(errorTime)})
		return
	}
	w.tell(w.look.T("snack.saved", "account", ref))
}

// edited shows an account that was changed where it stands.
func (w *Window) edited(s api.Saved) {
	w.model.put(s.Account)
	w.accountChanged(s.Account.ID)
	w.tellSaved(s.Account)
}

// setAuto pauses or resumes the renewal of one account.
func (w *Window) setAuto(id core.ID, on bool) {
	a, ok := w.model.find(id)
	if !ok {
		return
	}
	ref := a.Ref()
	ask(w, upstreamWait, func(ctx context.Context, g Agent) (api.Saved, error) {
		return g.Edit(ctx, ref, api.AccountInput{Input: core.Input{Auto: &on}})
	}, func(_ api.Saved, err *core.Error) {
		if err != nil {
			w.fail(err, ref)
		}
	})
}

// useSibling changes an account to the harmless kind that goes with its own.
func (w *Window) useSibling(id core.ID) {
	a, ok := w.model.find(id)
	if !ok {
		return
	}
	ref, kind := a.Ref(), w.look.Words.Spec(a.Kind).Sibling
	w.tell(w.look.T("snack.busy", "account", refWords(ref)))
	ask(w, upstreamWait, func(ctx context.Context, g Agent) (api.Saved, error) {
		return g.Edit(ctx, ref, api.AccountInput{Input: core.Input{Kind: &kind}, Apart: true})
	}, func(s api.Saved, err *core.Error) {
		if err != nil {
			w.fail(err, ref)
			return
		}
		w.model.put(s.Account)
		w.accountChanged(s.Account.ID)
		if s.Account.Error != nil {
			w.tellSaved(s.Account)
			return
		}
		w.tell(w.look.T("snack.sibling", "account", refWords(ref), "kind", w.look.Words.Kind(kind)))
	})
}

func (w *Window) askRemove(id core.ID) {
	a, ok := w.model.find(id)
	if !ok {
		return
	}
	l, ref := w.look, a.Ref()
	w.question(question{
		title: l.T("delete.title", "account", refWords(ref)), body: l.T("delete.body"), yes: l.T("delete.go"),
		live: a.Env == core.Live, role: kit.Danger,
	}, func() {
		ask(w, quickWait, func(ctx context.Context, g Agent) (none, error) {
			return nothing(g.Remove(ctx, ref))
		}, func(_ none, err *core.Error) {
			if err != nil {
				w.fail(err, ref)
				return
			}
			w.tell(w.look.T("snack.deleted", "account", refWords(ref)))
		})
	})
}
