package window

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"tokentray/ui/kit"
)

// openKeys shows what every key does, as the table of keys has it, and what can
// be searched for.
func (w *Window) openKeys() {
	if w.win.Canvas().Overlays().Top() != nil {
		return
	}
	l := w.look
	title := kit.NewProse(l.T("keys.title"), 17, l.Palette.Text)
	title.Style.Bold = true
	inner := container.New(&kit.Column{Gap: 2 * kit.Grid, PadX: sheetAir})
	lines := w.bindings()
	for _, g := range keyGroups() {
		inner.Add(kit.Subhead(l, l.T("keys."+string(g))))
		for _, b := range lines {
			if b.group == g {
				inner.Add(keyLine(l, b.labels(l), l.T("keys.do."+b.name)))
			}
		}
		if g == keysList {
			inner.Add(keyLine(l, l.T("keys.letters"), l.T("keys.do.letters")))
		}
	}
	inner.Add(kit.Subhead(l, l.T("keys.search")))
	for _, example := range searchExamples() {
		inner.Add(keyLine(l, example, l.T("keys.search."+newQuery(l.Words, example).terms[0].field)))
	}
	inner.Add(kit.Subhead(l, l.T("keys.marks")))
	inner.Add(keyLine(l, pairMark, l.T("keys.marks.pair")))
	closing := kit.NewButton(l, kit.Quiet, l.T("close"), w.closeSheet)
	w.openSheet(newLongSheet(l, w.closeSheet, title, inner, atRight(closing)), closing)
}

// searchExamples are terms that a search knows, one for each field.
func searchExamples() []string { return []string{"state:blocked", "env:live", "kind:legacy"} }

// keyLine is a key and what it does.
func keyLine(l *kit.Look, key, does string) fyne.CanvasObject {
	return container.New(&keyLedger{}, kit.BoldText(key, 13, l.Palette.Text), kit.NewProse(does, 13, l.Palette.Text))
}

// keyColumn is the width of the keys.
const keyColumn = 124

// keyLedger stands what a key does beside the key, or under it where that is too
// wide for its column.
type keyLedger struct{}

func (k *keyLedger) places(o []fyne.CanvasObject, width float32) (x, y float32) {
	if w := o[0].MinSize().Width; w > keyColumn-2*kit.Grid || width < 2*keyColumn {
		return 0, o[0].MinSize().Height
	}
	return keyColumn, 0
}

func (k *keyLedger) Layout(o []fyne.CanvasObject, size fyne.Size) {
	m := o[0].MinSize()
	kit.Place(o[0], 0, 0, m.Width, m.Height)
	x, y := k.places(o, size.Width)
	kit.Place(o[1], x, y, size.Width-x, size.Height-y)
}

func (k *keyLedger) HeightOf(o []fyne.CanvasObject, width float32) float32 {
	x, y := k.places(o, width)
	return max(o[0].MinSize().Height, y+kit.HeightFor(o[1], width-x))
}

func (k *keyLedger) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(o[0].MinSize().Width, o[0].MinSize().Height)
}

// sheetAir is what the middle of a long sheet has at either side, so that the
// bar by which it scrolls and the frame of what has the keyboard have room.
const sheetAir = 3 * kit.Grid

// letter lays out a sheet whose middle scrolls where it is too long.
type letter struct{ gap, pad, width float32 }

func (y *letter) Layout(o []fyne.CanvasObject, size fyne.Size) {
	w := size.Width - 2*y.pad
	top, bottom := kit.HeightFor(o[0], w), kit.HeightFor(o[2], w)
	kit.Place(o[0], y.pad, y.pad, w, top)
	kit.Place(o[2], y.pad, size.Height-y.pad-bottom, w, bottom)
	kit.Place(o[1], y.pad-sheetAir, y.pad+top+y.gap, w+2*sheetAir, max(0, size.Height-2*y.pad-2*y.gap-top-bottom))
}

func (y *letter) HeightOf(o []fyne.CanvasObject, width float32) float32 {
	return y.with(o, width, kit.HeightFor(o[1].(*kit.Scroller).Inner, width-2*y.pad+2*sheetAir))
}

func (y *letter) with(o []fyne.CanvasObject, width, middle float32) float32 {
	w := width - 2*y.pad
	return 2*y.pad + 2*y.gap + kit.HeightFor(o[0], w) + middle + kit.HeightFor(o[2], w)
}

func (y *letter) FitWidth(width float32) { y.width = width }

// MinSize leaves the middle enough to scroll in.
func (y *letter) MinSize(o []fyne.CanvasObject) fyne.Size {
	const enough = 20 * kit.Grid
	return fyne.NewSize(0, min(y.HeightOf(o, y.width), y.with(o, y.width, enough)))
}

// newLongSheet is a sheet whose middle scrolls; that is a column with sheetAir.
func newLongSheet(l *kit.Look, gone func(), head fyne.CanvasObject, middle *fyne.Container, foot fyne.CanvasObject) *sheet {
	s := newSheet(l, gone)
	s.scroll = kit.NewScroller(middle)
	s.box = container.New(&letter{gap: 3 * kit.Grid, pad: 5 * kit.Grid}, head, s.scroll, foot)
	return s
}

// scrollBy scrolls a long sheet by a key that nothing in it had a use for.
func (s *sheet) scrollBy(key fyne.KeyName) {
	if s.scroll == nil {
		return
	}
	by := map[fyne.KeyName]float32{
		fyne.KeyDown: 10 * kit.Grid, fyne.KeyUp: -10 * kit.Grid, fyne.KeyPageDown: s.scroll.Size().Height, fyne.KeyPageUp: -s.scroll.Size().Height,
		fyne.KeyHome: -s.scroll.Inner.Size().Height, fyne.KeyEnd: s.scroll.Inner.Size().Height,
	}[key]
	y := s.scroll.Scroll.Offset.Y + by
	s.scroll.Scroll.ScrollToOffset(fyne.NewPos(0, max(0, min(y, s.scroll.Inner.Size().Height-s.scroll.Size().Height))))
}
