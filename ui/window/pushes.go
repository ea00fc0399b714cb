package window

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// pushActions are what the list of pushes needs of the window.
type pushActions struct {
	run, edit, remove func(id core.ID, number int)
	add               func(core.ID)
}

// pushesBox lists the pushes of an account and their last results.
type pushesBox struct {
	ui   *kit.UI
	root *fyne.Container
	none *kit.Prose
	rows *kit.Rows[int, *pushRow]
	add  *kit.Button
}

// pushRow is one push, by its number.
type pushRow struct {
	target, last *kit.Prose
}

func newPushesBox(ui *kit.UI, s *paneState, on pushActions) *pushesBox {
	b := &pushesBox{ui: ui, none: kit.NewProse(ui.T("push.none"), 13, ui.Palette.Muted)}
	b.rows = kit.NewRows(kit.Stack(3*kit.Grid), func(number int) (fyne.CanvasObject, *pushRow) {
		r := &pushRow{target: kit.NewProse("", 13, ui.Palette.Text), last: kit.NewProse("", 13, ui.Palette.Muted)}
		button := func(key string, do func(core.ID, int)) *kit.Button {
			return kit.NewSmallButton(ui, kit.Quiet, ui.T(key), func() { do(s.account.ID, number) })
		}
		return kit.Stack(kit.Grid, r.target, r.last, kit.Space(0, 0), kit.Beside(button("push.run", on.run), button("push.edit", on.edit), button("push.remove", on.remove))), r
	})
	b.add = kit.NewSmallButton(ui, kit.Quiet, ui.T("push.add"), func() { on.add(s.account.ID) })
	b.root = kit.Stack(2*kit.Grid, kit.Subhead(ui, ui.T("push.title")), b.none, b.rows.Box, kit.Beside(b.add))
	return b
}

// show updates it to the account; it reports whether something may have changed its
// size.
func (b *pushesBox) show(a api.Account, now time.Time) (changed bool) {
	byNumber := map[int]api.Push{}
	numbers := make([]int, 0, len(a.Pushes))
	for _, p := range a.Pushes {
		byNumber[p.Number] = p
		numbers = append(numbers, p.Number)
	}
	changed = kit.Visible(b.none, len(numbers) == 0)
	moved := b.rows.Show(numbers, func(number int, r *pushRow) {
		p := byNumber[number]
		words, tone := pushLine(b.ui, p, now)
		moved := r.target.Set(fmt.Sprintf("%d. %s", p.Number, p.Target), b.ui.Palette.Text)
		moved = r.last.Set(words, tone.in(b.ui.Palette)) || moved
		changed = changed || moved
	})
	return changed || moved
}

// pushLine says how the last try of a push ended, and what comes next.
func pushLine(ui *kit.UI, p api.Push, now time.Time) (string, tone) {
	switch {
	case p.Last == nil:
		return ui.Words.Say("push.waits"), toneMuted
	case p.Last.Error == nil:
		return ui.Words.Say("push.fine", "time", moment(ui, p.Last.At, now)), toneMuted
	}
	words := []string{ui.Words.Say("push.failed", "time", moment(ui, p.Last.At, now))}
	if p.Last.Error.Remedy == core.RemedyReviewPush {
		words[0] = ui.Words.Say("push.held", "time", moment(ui, p.Last.At, now))
	}
	if p.Last.NextTry.After(now) {
		words = append(words, ui.Words.Say("push.again", "time", moment(ui, p.Last.NextTry, now)))
	}
	return strings.TrimSpace(strings.Join([]string{strings.Join(words, " · "), ui.Words.Cause(p.Last.Error, ""), remedyText(ui, p.Last.Error, "")}, "\n")), toneBad
}

// pushing adds, changes, removes and tries pushes.
type pushing struct {
	*shell
	pages *pages
	pane  *pane
	form  *pushForm // nil when none is open
}

// run does a push now.
func (pu *pushing) run(id core.ID, number int) {
	a, ok := pu.model.find(id)
	if !ok {
		return
	}
	ref := a.Ref()
	pu.showInfo(pu.ui.T("snack.busy", "account", refWords(ref)))
	ask(pu.shell, upstreamWait, func(ctx context.Context, g Agent) (api.Push, error) {
		return g.RunPush(ctx, ref, number)
	}, func(p api.Push, err *core.Error) {
		switch {
		case err != nil:
			pu.showError(err, ref)
		case p.Failing():
			pu.showError(p.Last.Error.Core(), ref)
		case p.Open:
			pu.warn(pu.ui.T("push.open", "file", p.Path))
		default:
			pu.showInfo(pu.ui.Words.Say("push.done", "account", refWords(ref), "n", p.Number, "target", p.Target))
		}
	})
}

func (pu *pushing) warn(words string) {
	pu.showMessage(message{Text: words, Bad: true, Until: pu.now().Add(errorTime)})
}

// add begins a push of an account.
func (pu *pushing) add(id core.ID) { pu.open(id, pushDraft{kind: core.PushFile}) }

// edit changes a push.
func (pu *pushing) edit(id core.ID, number int) {
	if p, ok := pu.find(id, number); ok {
		pu.open(id, pushDraftOf(p))
	}
}

func (pu *pushing) find(id core.ID, number int) (api.Push, bool) {
	a, _ := pu.model.find(id)
	i := slices.IndexFunc(a.Pushes, func(p api.Push) bool { return p.Number == number })
	if i < 0 {
		return api.Push{}, false
	}
	return a.Pushes[i], true
}

func (pu *pushing) open(id core.ID, d pushDraft) {
	a, ok := pu.model.find(id)
	if !ok || pu.form != nil || !pu.pages.closePage() {
		return
	}
	pu.form = &pushForm{ref: a.Ref(), id: id, of: a.Kind, draft: d, was: d, on: pushFormActions{back: pu.back, save: pu.save, dry: pu.dry, browse: pu.browsed}}
	pu.pages.openPage(pu)
	pu.focus(pu.form.first())
}

func (pu *pushing) draw()          { pu.form.draw(pu.ui) }
func (pu *pushing) top() *kit.Page { return pu.form.page }
func (pu *pushing) closed()        { pu.form = nil }

// back closes the form, after a question if something was typed.
func (pu *pushing) back() {
	if id := pu.form.id; pu.pages.closePage() {
		pu.toList(id)
	}
}

// toList gives the keyboard back to the list of pushes from which the form was opened.
func (pu *pushing) toList(id core.ID) {
	if d := pu.pane.detail; pu.pane.side.Visible() && pu.pane.state.account.ID == id {
		d.page.Reveal(d.goes.root)
		pu.focus(d.goes.add)
	}
}

func (pu *pushing) unsaved() (question, bool) {
	return discardTyped(pu.ui), pu.form.draft != pu.form.was
}

// save has the agent keep the push and do it once.
func (pu *pushing) save(f *pushForm) {
	if f.busy != "" {
		return
	}
	in, ref := f.draft.input(), f.ref
	f.busy, f.fault, f.plan = pu.ui.T("push.saving"), nil, nil
	f.show()
	ask(pu.shell, upstreamWait, func(ctx context.Context, g Agent) (api.Push, error) {
		return g.AddPush(ctx, ref, in)
	}, func(p api.Push, err *core.Error) {
		if pu.form != f {
			return
		}
		if err != nil {
			f.refuse(err)
			return
		}
		pu.pages.dropPage()
		pu.toList(f.id)
		switch {
		case p.Failing():
			pu.warn(pu.ui.T("push.saved_but", "cause", pu.ui.Words.Cause(p.Last.Error, refWords(ref))))
		case p.Open:
			pu.warn(pu.ui.T("push.open", "file", p.Path))
		case p.Last == nil:
			pu.showInfo(pu.ui.T("push.saved_on", "target", p.Target))
		default:
			pu.showInfo(pu.ui.T("push.saved_now", "target", p.Target))
		}
	})
}

// dry asks what a push into a Redis would do. Nothing is saved or written.
func (pu *pushing) dry(f *pushForm) {
	if f.busy != "" || f.draft.kind != core.PushRedis {
		return
	}
	in, ref := f.draft.input(), f.ref
	in.DryRun = true
	f.busy, f.fault, f.plan = pu.ui.T("push.dry.busy"), nil, nil
	f.show()
	ask(pu.shell, upstreamWait, func(ctx context.Context, g Agent) (api.Push, error) {
		return g.AddPush(ctx, ref, in)
	}, func(p api.Push, err *core.Error) {
		switch {
		case pu.form != f:
		case err != nil:
			f.refuse(err)
		case p.Plan == nil:
			f.busy = ""
			f.show()
		default:
			f.planned(*p.Plan)
		}
	})
}

// planned shows what a push would do.
func (f *pushForm) planned(plan api.PushPlan) {
	f.busy, f.bad, f.plan = "", plan.Error != nil, plan.Commands
	f.says = func(ui *kit.UI) string { return pushPlanWords(ui, plan, f.ref) }
	f.show()
}

// pushPlanWords say what a push would do beside its commands, or why it would do nothing.
func pushPlanWords(ui *kit.UI, plan api.PushPlan, ref api.Ref) string {
	switch {
	case plan.Error != nil:
		return explained(ui, plan.Error, refWords(ref))
	case plan.There:
		return ui.Words.Say("push.plan_there")
	case plan.Lock != "":
		return ui.Words.Say("push.plan_lock", "lock", plan.Lock) + "\n" + ui.Words.Say("push.plan")
	}
	return ui.Words.Say("push.plan")
}

// remove removes a push, after a question.
func (pu *pushing) remove(id core.ID, number int) {
	a, known := pu.model.find(id)
	p, ok := pu.find(id, number)
	if !ok || !known {
		return
	}
	ref := a.Ref()
	pu.question(func(ui *kit.UI) question {
		return question{
			title: ui.T("push.remove.ask", "account", refWords(ref)), body: ui.T("push.remove.say", "target", p.Target), yes: ui.T("push.remove"),
			live: ref.Env == core.Live, role: kit.Danger,
		}
	}, func() {
		ask(pu.shell, quickWait, func(ctx context.Context, g Agent) (none, error) { return nothing(g.RemovePush(ctx, ref, number)) }, func(_ none, err *core.Error) {
			if err != nil {
				pu.showError(err, ref)
				return
			}
			pu.showInfo(pu.ui.T("push.removed", "n", number))
		})
	})
}
