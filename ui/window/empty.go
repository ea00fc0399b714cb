package window

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// centered stands a column in the middle of the room.
type centered struct {
	width float32 // of the column at most
	room  float32 // that it scrolls in, for MinSize
}

func (c *centered) Layout(o []fyne.CanvasObject, size fyne.Size) {
	w := min(c.width, size.Width-8*kit.Grid)
	h := kit.HeightFor(o[0], w)
	kit.Place(o[0], (size.Width-w)/2, max(4*kit.Grid, (size.Height-h)*2/5), w, h)
}

func (c *centered) MinSize(o []fyne.CanvasObject) fyne.Size {
	if c.room > 0 {
		return fyne.NewSize(0, kit.HeightFor(o[0], min(c.width, c.room-8*kit.Grid))+8*kit.Grid)
	}
	return fyne.NewSize(240, 120)
}

func (c *centered) FitWidth(width float32) { c.room = width }

// drawEmpty stands in the list's place when there is nothing to list.
func (w *Window) drawEmpty() fyne.CanvasObject {
	l := w.look
	switch {
	case !w.model.Loaded && w.phase == phaseConnecting:
		return container.New(&centered{width: 320}, middle(l.T("connecting"), kit.SizeText, l.Palette.Muted))
	case !w.model.Loaded:
		return container.NewStack()
	case len(w.model.Accounts) == 0:
		return w.drawFirstRun()
	case w.search != "":
		parts := []fyne.CanvasObject{middle(l.T("empty.search", "search", w.search), kit.SizeText, l.Palette.Muted)}
		if w.view != viewAll && len(w.model.shown(viewAll, newQuery(l.Words, w.search), w.now())) > 0 {
			parts = append(parts, inMiddle(kit.NewButton(l, kit.Quiet, l.T("search.all"), func() { w.switchView(viewAll) })))
		} else {
			parts = append(parts, inMiddle(kit.NewButton(l, kit.Quiet, l.T("search.clear"), w.closeFinder)))
		}
		return container.New(&centered{width: 320}, kit.Stack(4*kit.Grid, parts...))
	}
	words := l.T("empty.sandbox")
	if w.view == viewLive {
		words = l.T("empty.live")
	}
	return container.New(&centered{width: 320}, kit.Stack(4*kit.Grid,
		middle(words, kit.SizeText, l.Palette.Muted),
		inMiddle(kit.NewButton(l, kit.Quiet, l.T("add"), w.openAdd))))
}

// drawFirstRun greets a home without accounts.
func (w *Window) drawFirstRun() fyne.CanvasObject {
	l := w.look
	mark := kit.Icon(kit.IconKey, l.Palette.Sandbox)
	title := middle(l.T("first.title"), kit.SizeHeading, l.Palette.Text)
	title.Style.Bold = true
	parts := []fyne.CanvasObject{
		inMiddle(container.New(&kit.Fixed{Size: fyne.NewSquareSize(64)}, mark)),
		title, middle(l.T("first.body"), kit.SizeText, l.Palette.Muted),
		kit.Space(0, kit.Grid), inMiddle(kit.NewButton(l, kit.Filled, l.T("add"), w.openAdd)),
	}
	if w.cfg.Demo != nil && !w.model.Demo {
		parts = append(parts, inMiddle(kit.NewButton(l, kit.Quiet, l.T("first.demo"), w.startDemo)),
			middle(l.T("first.demo.note"), kit.SizeSmall, l.Palette.Muted))
	}
	w.welcome = kit.NewScroller(container.New(&centered{width: 340}, kit.Stack(3*kit.Grid, parts...)))
	return w.welcome
}

func middle(s string, size float32, c color.Color) *kit.Prose {
	p := kit.NewProse(s, size, c)
	p.Center = true
	return p
}

// inMiddle centres one object in a line of its own.
func inMiddle(o fyne.CanvasObject) fyne.CanvasObject { return container.NewCenter(o) }

func (w *Window) startDemo() {
	if err := w.cfg.Demo(); err != nil {
		w.fail(core.AsError(err), api.Ref{})
		return
	}
	w.tell(w.look.T("first.started"))
}
