package window

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"tokentray/ui/kit"
)

// markBar stands under the list while rows are marked: how many, and what to do with
// them.
type markBar struct {
	ui    *kit.UI
	root  *fyne.Container
	words *kit.Prose
	more  *kit.Button
}

// markBarHeight is how high the bar is.
const markBarHeight = 44

func newMarkBar(ui *kit.UI, act func(at fyne.Position), end func()) *markBar {
	b := &markBar{ui: ui, words: kit.NewProse("", kit.SizeText, ui.Palette.Text)}
	b.more = kit.NewSmallButton(ui, kit.Filled, ui.T("many.act"), func() {
		act(fyne.CurrentApp().Driver().AbsolutePositionForObject(b.more))
	})
	line := container.New(&kit.Bar{Gap: 2 * kit.Grid, PadX: kit.RowLeft, Height: kit.SmallButtonHeight}, b.words, b.more, kit.NewIconButton(ui, kit.IconClose, ui.T("many.end"), end).Keyed(ui.KeyOf("back")))
	ground := canvas.NewRectangle(ui.Palette.Notice)
	b.root = container.New(&kit.Backed{PadY: (markBarHeight - kit.SmallButtonHeight) / 2}, ground, line)
	b.root.Hide()
	return b
}

// show shows the bar for so many rows. It reports whether it came or went.
func (b *markBar) show(n int) bool {
	b.words.Set(b.ui.T("many.n", "n", n), b.ui.Palette.Text)
	return kit.Visible(b.root, n > 0)
}
