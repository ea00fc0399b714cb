package window

import (
	"context"
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// pushesBox lists the pushes of an account and their last results. It is hidden for
// accounts without one.
type pushesBox struct {
	ui   *kit.UI
	root *fyne.Container
	rows *kit.Rows[int, *pushRow]
}

// pushRow is one push, by its number.
type pushRow struct {
	target, last *kit.Prose
	again        *kit.Button
	deed         *fyne.Container // holds it
}

func newPushesBox(ui *kit.UI, s *paneState, run func(core.ID, int)) *pushesBox {
	b := &pushesBox{ui: ui}
	b.rows = kit.NewRows(kit.Stack(2*kit.Grid), func(number int) (fyne.CanvasObject, *pushRow) {
		r := &pushRow{target: kit.NewProse("", 13, ui.Palette.Text), last: kit.NewProse("", 13, ui.Palette.Muted)}
		r.again = kit.NewSmallButton(ui, kit.Quiet, ui.T("push.run"), func() { run(s.account.ID, number) })
		r.deed = kit.Beside(r.again)
		return kit.Stack(kit.Grid/2, r.target, r.last, r.deed), r
	})
	b.root = kit.Stack(kit.Grid, kit.Subhead(ui, ui.T("push.title")), b.rows.Box)
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
	changed = kit.Visible(b.root, len(numbers) > 0)
	b.rows.Show(numbers, func(number int, r *pushRow) {
		p := byNumber[number]
		words, tone := pushLine(b.ui, p, now)
		moved := r.target.Set(fmt.Sprintf("%d. %s", p.Number, p.Target), b.ui.Palette.Text)
		moved = r.last.Set(words, tone.in(b.ui.Palette)) || moved
		moved = kit.Visible(r.deed, p.Failing()) || moved
		changed = changed || moved
	})
	return changed
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
	return strings.Join(words, " · ") + "\n" + ui.Words.Cause(p.Last.Error, ""), toneBad
}

// push does a push now.
func (rn *renewals) push(id core.ID, number int) {
	a, ok := rn.model.find(id)
	if !ok {
		return
	}
	ref := a.Ref()
	rn.showInfo(rn.ui.T("snack.busy", "account", refWords(ref)))
	ask(rn.shell, upstreamWait, func(ctx context.Context, g Agent) (api.Push, error) {
		return g.RunPush(ctx, ref, number)
	}, func(p api.Push, err *core.Error) {
		switch {
		case err != nil:
			rn.showError(err, ref)
		case p.Failing():
			rn.showError(p.Last.Error.Core(), ref)
		default:
			rn.showInfo(rn.ui.Words.Say("push.done", "account", refWords(ref), "n", p.Number, "target", p.Target))
		}
	})
}
