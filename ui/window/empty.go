package window

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"tokentray/ui/kit"
)

// emptyList replaces the list when there is nothing to list.
type emptyList struct {
	ui   *kit.UI
	root *fyne.Container

	message *fyne.Container // one sentence, and what can be done
	words   *kit.Prose
	buttons map[emptyButton]*fyne.Container

	welcome *kit.Scroller // greets a home without accounts
	demo    *fyne.Container
}

// emptyButton is what can be done where nothing is listed.
type emptyButton int

const (
	emptyNone    emptyButton = iota
	emptyAll                 // search in both environments
	emptyUnfound             // end the search
	emptyAdd
)

// emptyActions are what it asks of the window.
type emptyActions struct {
	add, all, unfound func()
	transfer          func() // imports
	demo              func() // nil where there is none
}

func newEmptyList(ui *kit.UI, on emptyActions) *emptyList {
	e := &emptyList{ui: ui, words: centred("", kit.SizeText, ui.Palette.Muted)}
	e.buttons = map[emptyButton]*fyne.Container{
		emptyAll:     container.NewCenter(kit.NewButton(ui, kit.Quiet, ui.T("search.all"), on.all)),
		emptyUnfound: container.NewCenter(kit.NewButton(ui, kit.Quiet, ui.T("search.clear"), on.unfound)),
		emptyAdd:     container.NewCenter(kit.NewButton(ui, kit.Quiet, ui.T("add"), on.add)),
	}
	e.message = container.New(&kit.Centered{Width: 320}, kit.Stack(4*kit.Grid, e.words, e.buttons[emptyAll], e.buttons[emptyUnfound], e.buttons[emptyAdd]))
	e.drawWelcome(on)
	e.root = container.NewStack(e.message, e.welcome)
	return e
}

func (e *emptyList) drawWelcome(on emptyActions) {
	column := container.New(&kit.Centered{Width: 340})
	e.welcome = kit.NewScroller(column)
	ui := e.ui.Within(e.welcome)
	mark := kit.Icon(kit.IconKey, ui.Palette.Sandbox)
	title := centred(ui.T("first.title"), kit.SizeHeading, ui.Palette.Text)
	title.Style.Bold = true
	parts := kit.Stack(3*kit.Grid, container.NewCenter(container.New(&kit.Fixed{Size: fyne.NewSquareSize(64)}, mark)),
		title, centred(ui.T("first.body"), kit.SizeText, ui.Palette.Muted),
		kit.Space(0, kit.Grid), container.NewCenter(kit.NewButton(ui, kit.Filled, ui.T("add"), on.add)),
		container.NewCenter(kit.NewButton(ui, kit.Quiet, ui.T("first.import"), on.transfer)))
	if on.demo != nil {
		e.demo = kit.Stack(3*kit.Grid, container.NewCenter(kit.NewButton(ui, kit.Quiet, ui.T("first.demo"), on.demo)),
			centred(ui.T("first.demo.note"), kit.SizeSmall, ui.Palette.Muted))
		parts.Add(e.demo)
	}
	column.Add(parts)
}

// say shows a sentence and what can be done.
func (e *emptyList) say(words string, what emptyButton) {
	kit.Visible(e.welcome, false)
	kit.Visible(e.message, true)
	e.words.Set(words, e.ui.Palette.Muted)
	for b, button := range e.buttons {
		kit.Visible(button, b == what)
	}
	e.message.Refresh()
}

// greet shows the welcome; demo is whether the simulator is offered.
func (e *emptyList) greet(demo bool) {
	kit.Visible(e.message, false)
	kit.Visible(e.welcome, true)
	if e.demo != nil && kit.Visible(e.demo, demo) {
		e.welcome.Reflow()
	}
}

func centred(s string, size float32, c color.Color) *kit.Prose {
	p := kit.NewProse(s, size, c)
	p.Center = true
	return p
}
