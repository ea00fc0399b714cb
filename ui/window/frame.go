package window

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"tokentray/core"
	"tokentray/ui/kit"
)

// wideFrom is the width from which list and detail stand side by side.
const wideFrom = 840

// frame lays out the window: banners over everything, the message under
// everything, in between the list with its head, the detail and an opened page.
type frame struct {
	w    *Window
	wide bool
}

func (f *frame) Layout(o []fyne.CanvasObject, size fyne.Size) {
	banners, shelf, side, holder, snackbar, rule := o[0], o[1], o[2], o[3], o[4], o[5]
	top := float32(0)
	if len(f.w.banners.Objects) > 0 {
		top = kit.HeightFor(banners, size.Width)
	}
	kit.Place(banners, 0, 0, size.Width, top)
	bottom := size.Height
	if snackbar.Visible() {
		h := kit.HeightFor(snackbar, size.Width)
		bottom -= h
		kit.Place(snackbar, 0, bottom, size.Width, h)
	}
	high := max(0, bottom-top)
	f.wide = size.Width >= wideFrom
	paged := len(f.w.holder.Objects) > 0

	kit.Visible(shelf, f.wide || !paged && !f.w.opened)
	kit.Visible(side, !paged && (f.wide || f.w.opened))
	kit.Visible(holder, paged)
	kit.Visible(rule, f.wide)
	if f.w.detail.back != nil {
		kit.Visible(f.w.detail.back, !f.wide)
	}
	if !f.wide {
		for _, x := range []fyne.CanvasObject{shelf, side, holder} {
			kit.Place(x, 0, top, size.Width, high)
		}
		return
	}
	left := min(520, size.Width*0.45)
	kit.Place(shelf, 0, top, left, high)
	kit.Place(rule, left, top, 1, high)
	kit.Place(side, left+1, top, size.Width-left-1, high)
	kit.Place(holder, left+1, top, size.Width-left-1, high)
}

// MinSize lets the window become as small as one row with its figures.
func (f *frame) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(320, 320) }

func newRule(l *kit.Look) fyne.CanvasObject { return canvas.NewRectangle(l.Palette.Line) }

// shelf lays out the list: head, search, body.
type shelf struct{}

func (s *shelf) Layout(o []fyne.CanvasObject, size fyne.Size) {
	kit.Place(o[0], 0, 0, size.Width, kit.HeadHeight)
	y := float32(kit.HeadHeight)
	if o[1].Visible() {
		kit.Place(o[1], 0, y, size.Width, finderHeight)
		y += finderHeight
	}
	kit.Place(o[2], 0, y, size.Width, max(0, size.Height-y))
}

func (s *shelf) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(320, kit.HeadHeight+rowHeight)
}

const finderHeight = 52

// drawHead is the bar over the list: the switch of environments, and search,
// add, settings. A band in the environment's colour runs along its top.
func (w *Window) drawHead() fyne.CanvasObject {
	l := w.look
	choices := append(envChoices(l), kit.Choice{Value: string(viewAll), Label: l.Words.Say("env.all"), Hue: l.Palette.Muted})
	w.env = kit.NewSegment(l, string(w.view), func(v string) { w.switchView(view(v)) }, choices...)
	w.env.Single = true
	ground := canvas.NewRectangle(l.Palette.Raised)
	line := canvas.NewRectangle(l.Palette.Line)
	w.band = canvas.NewRectangle(color.Transparent)
	row := container.New(&topRow{}, w.env,
		kit.NewIconButton(l, kit.IconSearch, l.T("find"), w.toggleFinder),
		kit.NewIconButton(l, kit.IconAdd, l.T("add"), w.openAdd),
		kit.NewIconButton(l, kit.IconSettings, l.T("settings"), w.openSettings))
	return container.New(&headOf{}, ground, line, row, w.band)
}

type headOf struct{}

func (h *headOf) Layout(o []fyne.CanvasObject, size fyne.Size) {
	kit.Place(o[0], 0, 0, size.Width, size.Height)
	kit.Place(o[1], 0, size.Height-1, size.Width, 1)
	kit.Place(o[2], 0, 0, size.Width, size.Height-1)
	kit.Place(o[3], 0, 0, size.Width, barHeight)
}

func (h *headOf) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(o[2].MinSize().Width, kit.HeadHeight)
}

// paintBand gives the band over the list the colour of the environment that is
// listed, none where both are.
func (w *Window) paintBand() {
	c := color.NRGBA{}
	if w.view != viewAll {
		c = w.look.Palette.Hue(w.view == viewLive)
	}
	if next := kit.UnlessClear(c); w.band.FillColor != next {
		w.band.FillColor = next
		w.band.Refresh()
	}
}

// topRow stands the switch at the left and the icons at the right.
type topRow struct{}

func (t *topRow) Layout(o []fyne.CanvasObject, size fyne.Size) {
	x := size.Width - kit.Grid
	for i := len(o) - 1; i > 0; i-- {
		s := o[i].MinSize()
		x -= s.Width
		kit.Place(o[i], x, (size.Height-s.Height)/2, s.Width, s.Height)
	}
	kit.Place(o[0], 3*kit.Grid, (size.Height-kit.SegmentHeight)/2, min(o[0].(*kit.Segment).Wide(), x-4*kit.Grid), kit.SegmentHeight)
}

func (t *topRow) MinSize(o []fyne.CanvasObject) fyne.Size {
	var w float32
	for _, x := range o {
		w += x.MinSize().Width
	}
	return fyne.NewSize(w+4*kit.Grid, kit.HeadHeight)
}

// drawFinder is the line to search in, hidden until asked for.
func (w *Window) drawFinder() fyne.CanvasObject {
	l := w.look
	w.entry = kit.NewEntry(l, l.T("search"), w.search, func(s string) {
		w.search = s
		w.fillList()
		w.list.choose(w.selected) // in sight, if it is among what was found
		if w.list.index(w.selected) < 0 {
			w.list.scrollTo(0)
		}
	})
	w.entry.OnPaste = w.pastedInSearch
	w.entry.OnDown = w.toFound
	w.entry.OnSubmitted = func(string) {
		if len(w.list.ids) > 0 {
			w.pick(w.list.ids[0])
			w.toFound()
		}
	}
	closing := kit.NewIconButton(l, kit.IconClose, l.T("close"), w.closeFinder)
	w.finder = container.New(&kit.Bar{Gap: kit.Grid, PadX: 2 * kit.Grid, Height: finderHeight}, w.entry, closing)
	w.finder.Hidden = w.search == ""
	return w.finder
}

// toFound takes the keyboard from the search to what was found: to the selected
// row, else to the first, and shows that it is there.
func (w *Window) toFound() {
	if len(w.list.ids) == 0 {
		return
	}
	if w.list.index(w.selected) < 0 {
		w.pick(w.list.ids[0])
	}
	w.list.keyed = true
	w.focusList()
}

func (w *Window) toggleFinder() {
	if w.finder.Visible() {
		w.closeFinder()
		return
	}
	w.openFinder()
}

func (w *Window) openFinder() {
	w.closePage()
	w.opened = false
	w.finder.Show()
	w.shelf.Refresh()
	w.root.Refresh()
	w.win.Canvas().Focus(w.entry)
}

// findFrom begins a search with what was typed.
func (w *Window) findFrom(start string) {
	w.openFinder()
	w.entry.SetText(w.entry.Text + start)
	w.entry.CursorColumn = len([]rune(w.entry.Text))
	w.entry.Refresh()
}

// pastedInSearch begins an account with a pasted text that holds an AppSecret. It
// finds nothing here, and would stand on the screen in clear.
func (w *Window) pastedInSearch(content string) bool {
	p, _ := readPasted(content)
	if core.LooksSecret(content) {
		p = pasted{Secret: strings.TrimSpace(content)}
	}
	if p.Secret == "" {
		return false
	}
	w.closeFinder()
	w.openAdd()
	w.form.fill(p)
	return true
}

func (w *Window) closeFinder() {
	w.finder.Hide()
	w.entry.SetText("") // which fills the list
	w.shelf.Refresh()
	w.focusList()
}

func (w *Window) focusList() {
	if c := w.win.Canvas(); c != nil && len(w.list.ids) > 0 && w.shelf.Visible() && w.form == nil && w.settings == nil {
		w.list.quietly = true
		c.Focus(w.list)
		w.list.quietly = false
	}
}

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
	case !w.model.loaded && w.phase == phaseConnecting:
		return container.New(&centered{width: 320}, middle(l.T("connecting"), kit.SizeText, l.Palette.Muted))
	case !w.model.loaded:
		return container.NewStack()
	case len(w.model.accounts) == 0:
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
	if w.cfg.Demo != nil && !w.model.demo {
		parts = append(parts, inMiddle(kit.NewButton(l, kit.Quiet, l.T("first.demo"), w.startDemo)),
			middle(l.T("first.demo.note"), kit.SizeSmall, l.Palette.Muted))
	}
	w.welcome = kit.NewScroller(container.New(&centered{width: 340}, kit.Stack(3*kit.Grid, parts...)))
	return w.welcome
}

// drawNothing stands in the detail's place when no account is chosen.
func (w *Window) drawNothing() fyne.CanvasObject {
	if len(w.model.accounts) == 0 {
		return container.NewStack()
	}
	return container.New(&centered{width: 320}, middle(w.look.T("detail.pick"), kit.SizeText, w.look.Palette.Muted))
}

func middle(s string, size float32, c color.Color) *kit.Prose {
	p := kit.NewProse(s, size, c)
	p.Center = true
	return p
}

// inMiddle centres one object in a line of its own.
func inMiddle(o fyne.CanvasObject) fyne.CanvasObject { return container.NewCenter(o) }

// point selects the account that was clicked.
func (w *Window) point(id core.ID) {
	w.list.keyed = false
	w.pick(id)
	w.focusList()
}

// pick selects an account; in a wide window the pane shows it.
func (w *Window) pick(id core.ID) {
	if w.selected == id {
		w.list.choose(id)
		return
	}
	w.selected = id
	w.list.choose(id)
	if w.wide() || w.opened {
		w.fillDetail()
		w.loadHistory()
	}
}
