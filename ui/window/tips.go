package window

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"tokentray/ui/kit"
)

// tipWait is how long the pointer rests on an icon before it is told what the
// icon does.
const tipWait = 600 * time.Millisecond

// tips show what an icon does, beside the pointer. They lie over everything but
// sheets, and take no clicks.
type tips struct {
	*shell
	layer  *fyne.Container
	ground *canvas.Rectangle
	words  *canvas.Text
	turn   int // counts the icons that the pointer came to and left
}

// draw makes the layer in the language of the settings.
func (tp *tips) draw() {
	p := tp.ui.Palette
	tp.ground = canvas.NewRectangle(p.Inverse)
	tp.ground.CornerRadius = kit.Radius
	tp.words = kit.Text("", 13, p.OnInv)
	tp.layer = container.NewWithoutLayout(tp.ground, tp.words)
	tp.layer.Hide()
}

// point is told that the pointer is on an icon, or has left it where there are no
// words.
func (tp *tips) point(icon fyne.CanvasObject, words string) {
	tp.turn++
	kit.Visible(tp.layer, false)
	if words == "" {
		return
	}
	turn := tp.turn
	tp.later(tipWait, func() {
		if turn == tp.turn && tp.win.Canvas().Overlays().Top() == nil {
			tp.show(icon, words)
		}
	})
}

// show shows the words under an icon, or over it where there is no room.
func (tp *tips) show(icon fyne.CanvasObject, words string) {
	kit.SetText(tp.words, words, tp.ui.Palette.OnInv)
	size, all := tp.words.MinSize(), tp.win.Canvas().Size()
	w, h := size.Width+4*kit.Grid, size.Height+2*kit.Grid
	at := tp.app.Driver().AbsolutePositionForObject(icon)
	x := max(kit.Grid, min(at.X+(icon.Size().Width-w)/2, all.Width-w-kit.Grid))
	y := at.Y + icon.Size().Height + kit.Grid
	if y+h > all.Height {
		y = at.Y - h - kit.Grid
	}
	kit.Place(tp.ground, x, y, w, h)
	kit.Place(tp.words, x+2*kit.Grid, y+kit.Grid-kit.Lift(13)/2, size.Width, size.Height)
	kit.Visible(tp.layer, true)
	tp.layer.Refresh()
}
