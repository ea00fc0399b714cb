// Command bare is a minimal Fyne window: one label in a window of TokenTray's size, or,
// with -rows, a list of labels. make bench measures our window against it.
package main

import (
	"flag"
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"
)

func main() {
	rows := flag.Int("rows", 0, "show a list of so many rows")
	flag.Parse()
	a := app.NewWithID("io.tokentray.bare")
	w := a.NewWindow("bare")
	w.SetContent(container.NewVBox(layout.NewSpacer(), widget.NewLabel("a bare window")))
	if *rows > 0 {
		w.SetContent(widget.NewList(
			func() int { return *rows },
			func() fyne.CanvasObject { return widget.NewLabel("a row of the list") },
			func(i int, o fyne.CanvasObject) { o.(*widget.Label).SetText(fmt.Sprintf("row %05d of the list", i)) }))
	}
	w.Resize(fyne.NewSize(460, 640))
	w.ShowAndRun()
}
