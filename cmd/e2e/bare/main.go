// Command bare is the smallest Fyne window there is: one label in a window of
// TokenTray's size. It is what the window is measured against by make bench.
package main

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"
)

func main() {
	a := app.NewWithID("io.tokentray.bare")
	w := a.NewWindow("bare")
	w.SetContent(container.NewVBox(layout.NewSpacer(), widget.NewLabel("a bare window")))
	w.Resize(fyne.NewSize(460, 640))
	w.ShowAndRun()
}
