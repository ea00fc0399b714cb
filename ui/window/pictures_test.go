//go:build !race

package window

import (
	"image"
	"image/draw"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"tokentray/ui/kit"
)

// TestGoldenPictures holds what people see, pixel by pixel, against pictures that
// somebody has looked at: each kind of screen in both themes and both languages,
// as the software renderer draws it. Where a picture has changed on purpose, look
// at the new one, which the failed test has written, and take it by make golden. Under
// the race detector, where to draw them takes minutes, other tests go to these screens.
func TestGoldenPictures(t *testing.T) {
	for _, theme := range []string{"light", "dark"} {
		for _, lang := range []string{"en", "zh"} {
			for _, screen := range goldenScreens() {
				name := screen.name + "-" + theme + "-" + lang
				t.Run(name, func(t *testing.T) {
					inZone(t, time.UTC)
					s := newStage(t, screen.accounts...)
					s.agent.list.Settings.Language, s.agent.list.Settings.Theme = lang, theme
					s.agent.list.Active = screen.active
					s.win.Resize(screen.size)
					// Fyne drops what was not drawn for a minute, by a clock that only a
					// drawing sets: without this one the minute began with the last picture.
					s.win.Canvas().Capture()
					s.open()
					screen.show(s)
					test.AssertImageMatches(t, "golden/"+name+".png", s.picture())
				})
			}
		}
	}
}

// picture is what the canvas shows. Fyne's software renderer lets what scrolls in a
// line of text be seen outside of the page that scrolls the line, which the window on
// a screen does not. So all that stands beside the pages is taken without them, and
// each page by itself.
func (s *stage) picture() image.Image {
	pages := map[*kit.Scroller]image.Rectangle{}
	walk(s.win.Content(), func(o fyne.CanvasObject) {
		if page, ok := o.(*kit.Scroller); ok {
			at, size := fyne.CurrentApp().Driver().AbsolutePositionForObject(page), page.Size()
			pages[page] = image.Rect(int(at.X), int(at.Y), int(at.X+size.Width), int(at.Y+size.Height))
		}
	})
	shown := func(only *kit.Scroller) image.Image {
		for page := range pages {
			page.Hidden = page != only
		}
		return s.win.Canvas().Capture()
	}
	full := shown(nil)
	out := image.NewNRGBA(full.Bounds())
	draw.Draw(out, out.Bounds(), full, image.Point{}, draw.Src)
	for page, box := range pages {
		draw.Draw(out, box, shown(page), box.Min, draw.Src)
	}
	for page := range pages {
		page.Hidden = false
	}
	return out
}
