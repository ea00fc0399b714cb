package window

import (
	"fyne.io/fyne/v2"

	"tokentray/ui/kit"
)

// windowLayout lays out the window: banners over everything, the message under
// everything, in between the list with its head, the detail and an opened page.
type windowLayout struct {
	pages *pages
	pane  *pane
	split *split
}

func (f *windowLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	banners, list, side, holder, snackbar, rule := o[0], o[1], o[2], o[3], o[4], o[5]
	top := float32(0)
	if banners.Visible() {
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
	wide, paged, opened := size.Width >= wideFrom, f.pages.open != nil, f.pane.opened

	kit.Visible(list, wide || !paged && !opened)
	kit.Visible(side, !paged && (wide || opened))
	kit.Visible(holder, paged)
	kit.Visible(rule, wide)
	kit.Visible(f.pane.detail.back, !wide)
	if !wide {
		for _, x := range []fyne.CanvasObject{list, side, holder} {
			kit.Place(x, 0, top, size.Width, high)
		}
		return
	}
	left := f.split.left(size.Width)
	kit.Place(list, 0, top, left, high)
	kit.Place(rule, left+0.5-kit.DividerGrip/2., top, kit.DividerGrip, high)
	kit.Place(side, left+1, top, size.Width-left-1, high)
	kit.Place(holder, left+1, top, size.Width-left-1, high)
}

// MinSize lets the window become as small as one row with its figures.
func (f *windowLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(320, 320) }

// tagged puts a tag right after words of size 13, which may take several lines.
type tagged struct{}

func (t *tagged) words(o []fyne.CanvasObject, width float32) float32 {
	if o[1].Visible() {
		width -= o[1].MinSize().Width + 2*kit.Grid
	}
	p := o[0].(*kit.Prose)
	return max(1, min(width, kit.Measure(p.Content(), 13, p.Style).Width+1))
}

func (t *tagged) Layout(o []fyne.CanvasObject, size fyne.Size) {
	w, tag := t.words(o, size.Width), o[1].MinSize()
	kit.Place(o[0], 0, 0, w, size.Height)
	kit.Place(o[1], w+2*kit.Grid, (kit.Measure("M", 13, fyne.TextStyle{Bold: true}).Height-tag.Height)/2, tag.Width, tag.Height)
}

func (t *tagged) HeightOf(o []fyne.CanvasObject, width float32) float32 {
	return kit.HeightFor(o[0], t.words(o, width))
}

func (t *tagged) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(o[1].MinSize().Width, o[0].MinSize().Height)
}
