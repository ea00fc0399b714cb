package window

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"tokentray/core"
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
		top = heightFor(banners, size.Width)
	}
	put(banners, 0, 0, size.Width, top)
	bottom := size.Height
	if snackbar.Visible() {
		h := heightFor(snackbar, size.Width)
		bottom -= h
		put(snackbar, 0, bottom, size.Width, h)
	}
	high := max(0, bottom-top)
	f.wide = size.Width >= wideFrom
	paged := len(f.w.holder.Objects) > 0

	visible(shelf, f.wide || !paged && !f.w.opened)
	visible(side, !paged && (f.wide || f.w.opened))
	visible(holder, paged)
	visible(rule, f.wide)
	if f.w.detail.back != nil {
		visible(f.w.detail.back, !f.wide)
	}
	if !f.wide {
		for _, x := range []fyne.CanvasObject{shelf, side, holder} {
			put(x, 0, top, size.Width, high)
		}
		return
	}
	left := min(520, size.Width*0.45)
	put(shelf, 0, top, left, high)
	put(rule, left, top, 1, high)
	put(side, left+1, top, size.Width-left-1, high)
	put(holder, left+1, top, size.Width-left-1, high)
}

// MinSize lets the window become as small as one row with its figures.
func (f *frame) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(320, 320) }

func newRule(l *look) fyne.CanvasObject { return canvas.NewRectangle(l.pal.Line) }

// shelf lays out the list: head, search, body.
type shelf struct{}

func (s *shelf) Layout(o []fyne.CanvasObject, size fyne.Size) {
	put(o[0], 0, 0, size.Width, headHeight)
	y := float32(headHeight)
	if o[1].Visible() {
		put(o[1], 0, y, size.Width, finderHeight)
		y += finderHeight
	}
	put(o[2], 0, y, size.Width, max(0, size.Height-y))
}

func (s *shelf) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(320, headHeight+rowHeight)
}

const finderHeight = 52

// drawHead is the bar over the list: the switch of environments, and search,
// add, settings. A band in the environment's colour runs along its top.
func (w *Window) drawHead() fyne.CanvasObject {
	l := w.look
	choices := append(envChoices(l), choice{value: string(viewAll), label: l.say.Say("env.all"), hue: l.pal.Muted})
	w.env = newSegment(l, string(w.view), func(v string) { w.switchView(view(v)) }, choices...)
	w.env.single = true
	ground := canvas.NewRectangle(l.pal.Raised)
	line := canvas.NewRectangle(l.pal.Line)
	w.band = canvas.NewRectangle(color.Transparent)
	row := container.New(&topRow{}, w.env,
		iconButton(l, iconSearch, l.t("find"), w.toggleFinder),
		iconButton(l, iconAdd, l.t("add"), w.openAdd),
		iconButton(l, iconSettings, l.t("settings"), w.openSettings))
	return container.New(&headOf{}, ground, line, row, w.band)
}

type headOf struct{}

func (h *headOf) Layout(o []fyne.CanvasObject, size fyne.Size) {
	put(o[0], 0, 0, size.Width, size.Height)
	put(o[1], 0, size.Height-1, size.Width, 1)
	put(o[2], 0, 0, size.Width, size.Height-1)
	put(o[3], 0, 0, size.Width, barHeight)
}

func (h *headOf) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(o[2].MinSize().Width, headHeight)
}

// paintBand gives the band over the list the colour of the environment that is
// listed, none where both are.
func (w *Window) paintBand() {
	c := color.NRGBA{}
	if w.view != viewAll {
		c = w.look.pal.env(w.view == viewLive)
	}
	if next := unlessClear(c); w.band.FillColor != next {
		w.band.FillColor = next
		w.band.Refresh()
	}
}

// topRow stands the switch at the left and the icons at the right.
type topRow struct{}

func (t *topRow) Layout(o []fyne.CanvasObject, size fyne.Size) {
	x := size.Width - grid
	for i := len(o) - 1; i > 0; i-- {
		s := o[i].MinSize()
		x -= s.Width
		put(o[i], x, (size.Height-s.Height)/2, s.Width, s.Height)
	}
	put(o[0], 3*grid, (size.Height-segmentHeight)/2, min(o[0].(*segment).wide(), x-4*grid), segmentHeight)
}

func (t *topRow) MinSize(o []fyne.CanvasObject) fyne.Size {
	var w float32
	for _, x := range o {
		w += x.MinSize().Width
	}
	return fyne.NewSize(w+4*grid, headHeight)
}

// drawFinder is the line to search in, hidden until asked for.
func (w *Window) drawFinder() fyne.CanvasObject {
	l := w.look
	w.entry = newEntry(l, l.t("search"), w.search, func(s string) {
		w.search = s
		w.fillList()
		w.list.choose(w.selected) // in sight, if it is among what was found
		if w.list.index(w.selected) < 0 {
			w.list.scrollTo(0)
		}
	})
	w.entry.paste = w.pastedInSearch
	w.entry.down = w.toFound
	w.entry.OnSubmitted = func(string) {
		if len(w.list.ids) > 0 {
			w.pick(w.list.ids[0])
			w.toFound()
		}
	}
	closing := iconButton(l, iconClose, l.t("close"), w.closeFinder)
	w.finder = container.New(&bar{gap: grid, padX: 2 * grid, height: finderHeight}, w.entry, closing)
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
	w := min(c.width, size.Width-8*grid)
	h := heightFor(o[0], w)
	put(o[0], (size.Width-w)/2, max(4*grid, (size.Height-h)*2/5), w, h)
}

func (c *centered) MinSize(o []fyne.CanvasObject) fyne.Size {
	if c.room > 0 {
		return fyne.NewSize(0, heightFor(o[0], min(c.width, c.room-8*grid))+8*grid)
	}
	return fyne.NewSize(240, 120)
}

func (c *centered) fitWidth(width float32) { c.room = width }

// drawEmpty stands in the list's place when there is nothing to list.
func (w *Window) drawEmpty() fyne.CanvasObject {
	l := w.look
	switch {
	case !w.model.loaded && w.phase == phaseConnecting:
		return container.New(&centered{width: 320}, middle(l.t("connecting"), sizeText, l.pal.Muted))
	case !w.model.loaded:
		return container.NewStack()
	case len(w.model.accounts) == 0:
		return w.drawFirstRun()
	case w.search != "":
		parts := []fyne.CanvasObject{middle(l.t("empty.search", "search", w.search), sizeText, l.pal.Muted)}
		if w.view != viewAll && len(w.model.shown(viewAll, newQuery(l.say, w.search), w.now())) > 0 {
			parts = append(parts, inMiddle(newButton(l, quiet, l.t("search.all"), func() { w.switchView(viewAll) })))
		} else {
			parts = append(parts, inMiddle(newButton(l, quiet, l.t("search.clear"), w.closeFinder)))
		}
		return container.New(&centered{width: 320}, stack(4*grid, parts...))
	}
	words := l.t("empty.sandbox")
	if w.view == viewLive {
		words = l.t("empty.live")
	}
	return container.New(&centered{width: 320}, stack(4*grid,
		middle(words, sizeText, l.pal.Muted),
		inMiddle(newButton(l, quiet, l.t("add"), w.openAdd))))
}

// drawFirstRun greets a home without accounts.
func (w *Window) drawFirstRun() fyne.CanvasObject {
	l := w.look
	mark := glyph(iconKey, l.pal.Sandbox)
	title := middle(l.t("first.title"), sizeHeading, l.pal.Text)
	title.style.Bold = true
	parts := []fyne.CanvasObject{
		inMiddle(container.New(&fixed{size: fyne.NewSquareSize(64)}, mark)),
		title, middle(l.t("first.body"), sizeText, l.pal.Muted),
		gap(0, grid), inMiddle(newButton(l, filled, l.t("add"), w.openAdd)),
	}
	if w.cfg.Demo != nil && !w.model.demo {
		parts = append(parts, inMiddle(newButton(l, quiet, l.t("first.demo"), w.startDemo)),
			middle(l.t("first.demo.note"), sizeSmall, l.pal.Muted))
	}
	w.welcome = newScroller(container.New(&centered{width: 340}, stack(3*grid, parts...)))
	return w.welcome
}

// drawNothing stands in the detail's place when no account is chosen.
func (w *Window) drawNothing() fyne.CanvasObject {
	if len(w.model.accounts) == 0 {
		return container.NewStack()
	}
	return container.New(&centered{width: 320}, middle(w.look.t("detail.pick"), sizeText, w.look.pal.Muted))
}

func middle(s string, size float32, c color.Color) *prose {
	p := newProse(s, size, c)
	p.center = true
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
