package window

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// openKeys shows what every key does, as the table of keys has it, and what can
// be searched for.
func (w *Window) openKeys() {
	if w.win.Canvas().Overlays().Top() != nil {
		return
	}
	l := w.look
	title := newProse(l.t("keys.title"), 17, l.pal.Text)
	title.style.Bold = true
	inner := container.New(&column{gap: 2 * grid, padX: sheetAir})
	lines := w.bindings()
	for _, g := range keyGroups() {
		inner.Add(subhead(l, l.t("keys."+string(g))))
		for _, b := range lines {
			if b.group == g {
				inner.Add(keyLine(l, b.labels(l), l.t("keys.do."+b.name)))
			}
		}
		if g == keysList {
			inner.Add(keyLine(l, l.t("keys.letters"), l.t("keys.do.letters")))
		}
	}
	inner.Add(subhead(l, l.t("keys.search")))
	for _, example := range searchExamples() {
		inner.Add(keyLine(l, example, l.t("keys.search."+newQuery(l.say, example).terms[0].field)))
	}
	inner.Add(subhead(l, l.t("keys.marks")))
	inner.Add(keyLine(l, pairMark, l.t("keys.marks.pair")))
	closing := newButton(l, quiet, l.t("close"), w.closeSheet)
	w.openSheet(newLongSheet(l, w.closeSheet, title, inner, atRight(closing)), closing)
}

// searchExamples are terms that a search knows, one for each field.
func searchExamples() []string { return []string{"state:blocked", "env:live", "kind:legacy"} }

// keyLine is a key and what it does.
func keyLine(l *look, key, does string) fyne.CanvasObject {
	return container.New(&keyLedger{}, boldWord(key, 13, l.pal.Text), newProse(does, 13, l.pal.Text))
}

// keyColumn is the width of the keys.
const keyColumn = 124

// keyLedger stands what a key does beside the key, or under it where that is too
// wide for its column.
type keyLedger struct{}

func (k *keyLedger) places(o []fyne.CanvasObject, width float32) (x, y float32) {
	if w := o[0].MinSize().Width; w > keyColumn-2*grid || width < 2*keyColumn {
		return 0, o[0].MinSize().Height
	}
	return keyColumn, 0
}

func (k *keyLedger) Layout(o []fyne.CanvasObject, size fyne.Size) {
	m := o[0].MinSize()
	put(o[0], 0, 0, m.Width, m.Height)
	x, y := k.places(o, size.Width)
	put(o[1], x, y, size.Width-x, size.Height-y)
}

func (k *keyLedger) heightOf(o []fyne.CanvasObject, width float32) float32 {
	x, y := k.places(o, width)
	return max(o[0].MinSize().Height, y+heightFor(o[1], width-x))
}

func (k *keyLedger) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(o[0].MinSize().Width, o[0].MinSize().Height)
}

// sheetAir is what the middle of a long sheet has at either side, so that the
// bar by which it scrolls and the frame of what has the keyboard have room.
const sheetAir = 3 * grid

// letter lays out a sheet whose middle scrolls where it is too long.
type letter struct{ gap, pad, width float32 }

func (y *letter) Layout(o []fyne.CanvasObject, size fyne.Size) {
	w := size.Width - 2*y.pad
	top, bottom := heightFor(o[0], w), heightFor(o[2], w)
	put(o[0], y.pad, y.pad, w, top)
	put(o[2], y.pad, size.Height-y.pad-bottom, w, bottom)
	put(o[1], y.pad-sheetAir, y.pad+top+y.gap, w+2*sheetAir, max(0, size.Height-2*y.pad-2*y.gap-top-bottom))
}

func (y *letter) heightOf(o []fyne.CanvasObject, width float32) float32 {
	return y.with(o, width, heightFor(o[1].(*scroller).inner, width-2*y.pad+2*sheetAir))
}

func (y *letter) with(o []fyne.CanvasObject, width, middle float32) float32 {
	w := width - 2*y.pad
	return 2*y.pad + 2*y.gap + heightFor(o[0], w) + middle + heightFor(o[2], w)
}

func (y *letter) fitWidth(width float32) { y.width = width }

// MinSize leaves the middle enough to scroll in.
func (y *letter) MinSize(o []fyne.CanvasObject) fyne.Size {
	const enough = 20 * grid
	return fyne.NewSize(0, min(y.heightOf(o, y.width), y.with(o, y.width, enough)))
}

// newLongSheet is a sheet whose middle scrolls; that is a column with sheetAir.
func newLongSheet(l *look, gone func(), head fyne.CanvasObject, middle *fyne.Container, foot fyne.CanvasObject) *sheet {
	s := newSheet(l, gone)
	s.scroll = newScroller(middle)
	s.box = container.New(&letter{gap: 3 * grid, pad: 5 * grid}, head, s.scroll, foot)
	return s
}

// scrollBy scrolls a long sheet by a key that nothing in it had a use for.
func (s *sheet) scrollBy(key fyne.KeyName) {
	if s.scroll == nil {
		return
	}
	by := map[fyne.KeyName]float32{
		fyne.KeyDown: 10 * grid, fyne.KeyUp: -10 * grid, fyne.KeyPageDown: s.scroll.Size().Height, fyne.KeyPageUp: -s.scroll.Size().Height,
		fyne.KeyHome: -s.scroll.inner.Size().Height, fyne.KeyEnd: s.scroll.inner.Size().Height,
	}[key]
	y := s.scroll.scroll.Offset.Y + by
	s.scroll.scroll.ScrollToOffset(fyne.NewPos(0, max(0, min(y, s.scroll.inner.Size().Height-s.scroll.Size().Height))))
}
