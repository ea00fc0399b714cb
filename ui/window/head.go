package window

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"tokentray/ui/kit"
)

// drawHead is the bar over the list: the switch of environments, and search,
// add, settings. A band in the environment's colour runs along its top.
func (ls *listing) drawHead() fyne.CanvasObject {
	l := ls.look
	choices := append(envChoices(l), kit.Choice{Value: string(viewAll), Label: l.Words.Say("env.all"), Hue: l.Palette.Muted})
	ls.env = kit.NewSegment(l, string(ls.view), func(v string) { ls.switchView(view(v)) }, choices...)
	ls.env.Single = true
	ground := canvas.NewRectangle(l.Palette.Raised)
	line := canvas.NewRectangle(l.Palette.Line)
	ls.band = canvas.NewRectangle(color.Transparent)
	row := container.New(&topRow{}, ls.env,
		kit.NewIconButton(l, kit.IconSearch, l.T("find"), ls.toggleFinder),
		kit.NewIconButton(l, kit.IconAdd, l.T("add"), ls.on.add),
		kit.NewIconButton(l, kit.IconSettings, l.T("settings"), ls.on.settings))
	return container.New(&headOf{}, ground, line, row, ls.band)
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

// paintBand gives the band over the list the colour of the environment that is
// listed, none where both are.
func (ls *listing) paintBand() {
	c := color.NRGBA{}
	if ls.view != viewAll {
		c = ls.look.Palette.Hue(ls.view == viewLive)
	}
	if next := kit.UnlessClear(c); ls.band.FillColor != next {
		ls.band.FillColor = next
		ls.band.Refresh()
	}
}
