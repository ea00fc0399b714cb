package window

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"tokentray/ui/kit"
)

// listHead is the bar over the list: the switch of environments, and search, add,
// settings. A band in the environment's colour runs along its top.
type listHead struct {
	ui   *kit.UI
	root *fyne.Container
	env  *kit.Segment
	band *canvas.Rectangle
}

// headActions are what it asks of the list.
type headActions struct {
	view                       func(view)
	find, add, today, settings func()
	more                       func(at fyne.Position)
}

func newListHead(ui *kit.UI, v view, on headActions) *listHead {
	h := &listHead{ui: ui, band: canvas.NewRectangle(color.Transparent)}
	choices := append(envChoices(ui), kit.Choice{Value: string(viewAll), Label: ui.Words.Say("env.all"), Hue: ui.Palette.Muted})
	h.env = kit.NewSegment(ui, string(v), func(v string) { on.view(view(v)) }, choices...)
	h.env.Single = true
	var more *kit.Button
	more = kit.NewIconButton(ui, kit.IconMore, ui.T("more"), func() {
		on.more(fyne.CurrentApp().Driver().AbsolutePositionForObject(more).AddXY(0, more.Size().Height))
	})
	row := container.New(&topRow{}, h.env,
		kit.NewIconButton(ui, kit.IconSearch, ui.T("find"), on.find).Keyed(ui.KeyOf("find")),
		kit.NewIconButton(ui, kit.IconAdd, ui.T("add"), on.add).Keyed(ui.KeyOf("add")),
		kit.NewIconButton(ui, kit.IconToday, ui.T("today"), on.today).Keyed(ui.KeyOf("today")),
		kit.NewIconButton(ui, kit.IconSettings, ui.T("settings"), on.settings).Keyed(ui.KeyOf("settings")), more)
	h.root = container.New(&headLayout{}, canvas.NewRectangle(ui.Palette.Raised), canvas.NewRectangle(ui.Palette.Line), row, h.band)
	return h
}

// show shows which view is listed; the band has no colour where both environments
// are.
func (h *listHead) show(v view) {
	h.env.Choose(string(v))
	c := color.NRGBA{}
	if v != viewAll {
		c = h.ui.Palette.Hue(v == viewLive)
	}
	if next := kit.UnlessClear(c); h.band.FillColor != next {
		h.band.FillColor = next
		h.band.Refresh()
	}
}

// headLayout lays out ground, hairline, what stands on them, and the band.
type headLayout struct{}

func (h *headLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	kit.Place(o[0], 0, 0, size.Width, size.Height)
	kit.Place(o[1], 0, size.Height-1, size.Width, 1)
	kit.Place(o[2], 0, 0, size.Width, size.Height-1)
	kit.Place(o[3], 0, 0, size.Width, barHeight)
}

func (h *headLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(o[2].MinSize().Width, kit.HeadHeight)
}

// topRow stands the switch at the left and the icons at the right. Where there is no
// room for all, a menu stands in the place of the last two.
type topRow struct{}

// The places of the icons that a narrow window leaves out, and of their menu.
const (
	spare    = 3
	headMore = 5
)

func (t *topRow) Layout(o []fyne.CanvasObject, size fyne.Size) {
	x := size.Width - kit.Grid
	all := t.wants(o) <= size.Width
	for i := spare; i < len(o); i++ {
		kit.Visible(o[i], all == (i != headMore))
	}
	for i := len(o) - 1; i > 0; i-- {
		if !o[i].Visible() {
			continue
		}
		s := o[i].MinSize()
		x -= s.Width
		kit.Place(o[i], x, (size.Height-s.Height)/2, s.Width, s.Height)
	}
	kit.Place(o[0], 3*kit.Grid, (size.Height-kit.SegmentHeight)/2, min(o[0].(*kit.Segment).LineWidth(), x-4*kit.Grid), kit.SegmentHeight)
}

// wants is the width that has room for all.
func (t *topRow) wants(o []fyne.CanvasObject) float32 {
	w := o[0].(*kit.Segment).LineWidth() + 5*kit.Grid
	for _, x := range o[1:headMore] {
		w += x.MinSize().Width
	}
	return w
}

func (t *topRow) MinSize(o []fyne.CanvasObject) fyne.Size {
	w := o[0].MinSize().Width + 4*kit.Grid
	for i, x := range o {
		if i != 0 && (i < spare || i == headMore) {
			w += x.MinSize().Width
		}
	}
	return fyne.NewSize(w, kit.HeadHeight)
}
