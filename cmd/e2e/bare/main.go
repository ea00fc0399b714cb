// Command bare is a minimal Fyne window: one label in a window of TokenTray's size.
// make bench measures our window against it.
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
