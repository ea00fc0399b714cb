// Command bare is a minimal Fyne window: one label in a window of TokenTray's size, with
// -tick one that changes each second, or, with -rows, a list of labels. make bench
// measures our window against it.
package main

import (
	"flag"
	"fmt"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"
)

func main() {
	rows := flag.Int("rows", 0, "show a list of so many rows")
	tick := flag.Bool("tick", false, "change the label each second")
	flag.Parse()
	a := app.NewWithID("io.tokentray.bare")
	w := a.NewWindow("bare")
	label := widget.NewLabel("a bare window")
	w.SetContent(container.NewVBox(layout.NewSpacer(), label))
	if *tick {
		go func() {
			for now := range time.Tick(time.Second) {
				fyne.Do(func() { label.SetText(now.Format(time.TimeOnly)) })
			}
		}()
	}
	if *rows > 0 {
		w.SetContent(widget.NewList(
			func() int { return *rows },
			func() fyne.CanvasObject { return widget.NewLabel("a row of the list") },
			func(i int, o fyne.CanvasObject) { o.(*widget.Label).SetText(fmt.Sprintf("row %05d of the list", i)) }))
	}
	w.Resize(fyne.NewSize(460, 640))
	w.ShowAndRun()
}
