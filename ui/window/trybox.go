package window

import (
	"cmp"
	"net/http"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"tokentray/core"
	"tokentray/ui/kit"
)

// tryActions are what the box of calls needs of the pane.
type tryActions struct {
	send, save func()
	page       func(url string)
}

// tryBox lets a person try a call of an account, and shows and explains its answer.
type tryBox struct {
	ui    *kit.UI
	state *paneState
	on    tryActions
	root  *fyne.Container
	// reflow lays the page out anew, of which the box is a part.
	reflow func()

	of     core.ID // the account whose calls are offered
	holder *fyne.Container
	picker *kit.Picker
	method *kit.Segment
	target *kit.Entry
	fields *kit.Rows[string, *kit.Entry]
	body   *kit.Entry
	bodyOf *fyne.Container
	send   *kit.Button
	kind   *kit.Prose // that it reads, or may change something
	say    *kit.Prose
	result *fyne.Container
	status *kit.Prose
	means  *kit.Prose
	codes  codes
	pages  *kit.Rows[string, *kit.Button]
	notes  *kit.Prose
	text   *kit.Prose
	textOf fyne.CanvasObject
	more   *kit.Prose
	copy   *kit.Button
	save   *kit.Button
}

func newTryBox(ui *kit.UI, s *paneState, on tryActions, copyText func(text, said string), reflow func()) *tryBox {
	b := &tryBox{ui: ui, state: s, on: on, reflow: reflow, holder: kit.Stack(0)}
	note := func() *kit.Prose { return kit.NewProse("", 13, ui.Palette.Muted) }
	var methods []kit.Choice
	for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		methods = append(methods, kit.Choice{Value: m, Label: m})
	}
	b.method = kit.NewSegment(ui, http.MethodGet, func(m string) { s.try.method = m; b.changed() }, methods...)
	b.target = kit.NewEntry(ui, "", "", func(v string) { s.try.target = v; b.changed() })
	b.target.OnSubmitted = func(string) { on.send() }
	b.fields = kit.NewRows(kit.Stack(2*kit.Grid), func(name string) (fyne.CanvasObject, *kit.Entry) {
		e := kit.NewEntry(ui, "", s.try.values[name], func(v string) { s.try.values[name] = v; s.try.wrong = nil })
		e.OnSubmitted = func(string) { on.send() }
		return kit.Stack(kit.Grid, kit.Text(name, 13, ui.Palette.Muted), e), e
	})
	b.body = kit.NewNoteEntry(ui, "", func(v string) { s.try.body = v; b.changed() })
	b.bodyOf = kit.Stack(kit.Grid, kit.Text(ui.T("try.body"), 13, ui.Palette.Muted), b.body)
	b.send = kit.NewSmallButton(ui, kit.Filled, ui.T("try.send"), on.send)
	b.kind, b.say, b.status, b.notes, b.more = note(), note(), kit.NewProse("", 13, ui.Palette.Text), note(), note()
	b.means = kit.NewProse("", 13, ui.Palette.Text)
	b.codes = newCodes(ui, copyText)
	b.pages = kit.NewRows(kit.Stack(2*kit.Grid), func(page string) (fyne.CanvasObject, *kit.Button) {
		open := kit.NewSmallButton(ui, kit.Quiet, "", func() { on.page(page) })
		return kit.Beside(open), open
	})
	b.text = kit.NewProse("", 13, ui.Palette.Text)
	ground := canvas.NewRectangle(ui.Palette.Hover)
	ground.CornerRadius = kit.Radius
	b.textOf = container.New(&kit.Backed{PadX: 3 * kit.Grid, PadY: 2 * kit.Grid}, ground, b.text)
	b.copy = kit.NewSmallButton(ui, kit.Quiet, ui.T("try.copy"), func() { copyText(s.try.answer.text, ui.T("try.copied")) })
	b.save = kit.NewSmallButton(ui, kit.Quiet, ui.T("try.save"), on.save)
	b.result = kit.Stack(2*kit.Grid, b.status, b.means, b.codes.Box, b.pages.Box, b.notes, b.textOf, b.more, kit.Beside(b.copy, b.save))
	b.root = kit.Stack(2*kit.Grid, kit.Subhead(ui, ui.T("try.title")), kit.NewProse(ui.T("try.say"), 13, ui.Palette.Muted), b.holder, b.method, b.target,
		b.fields.Box, b.bodyOf, container.New(&kit.Bar{Gap: 2 * kit.Grid}, b.kind, b.send), b.say, b.result)
	return b
}

// first is the part that has the keyboard at first.
func (b *tryBox) first() fyne.Focusable { return b.picker }

// choose takes one of the calls.
func (b *tryBox) choose(key string) {
	a := b.state.account
	b.state.try.choose(b.ui.Words.Spec(a.Kind), a, key)
	b.show()
	b.reflow()
}

// changed takes what was typed.
func (b *tryBox) changed() {
	b.state.try.wrong = nil
	b.show()
	b.reflow()
}

// show updates it to the account and its call.
func (b *tryBox) show() {
	ui, a, s := b.ui, b.state.account, &b.state.try
	spec := ui.Words.Spec(a.Kind)
	folders := samplesOf(spec, a.Product)
	kit.Visible(b.root, len(folders) > 0 || spec.Token.Query != "" || spec.Token.Header != "")
	if s.sample == "" {
		first := ownCall
		if len(folders) > 0 {
			first = folders[0].Calls[0].Key
		}
		s.choose(spec, a, first)
	}
	if b.of != a.ID || b.picker == nil {
		b.of = a.ID
		b.target.SetPlaceHolder(ui.T("try.path", "path", cmp.Or(ui.Words.Spec(a.Kind).TryPath, "/path")))
		b.picker = kit.NewPicker(ui, s.sample, b.choose, tryChoices(ui, folders)...)
		b.picker.Resized = b.reflow
		b.holder.Objects = []fyne.CanvasObject{b.picker}
		b.holder.Refresh()
	}
	b.method.Choose(s.method)
	b.target.Write(s.target)
	b.fields.Show(s.variables(), func(name string, e *kit.Entry) { e.Write(s.values[name]) })
	b.body.Write(s.body)
	kit.Visible(b.bodyOf, hasBody(s.method))
	words, ink := ui.T("try.writes"), ui.Palette.SoonText
	if spec.Reading(s.method, pathAlone(strings.TrimSpace(s.target))) {
		words, ink = ui.T("try.reads"), ui.Palette.Muted
	}
	b.kind.Set(words, ink)
	b.send.Enable(!s.busy)
	words, ink = s.wrong.in(ui), ui.Palette.LiveText
	switch {
	case s.busy:
		words, ink = ui.T("try.sending"), ui.Palette.Muted
	case s.failed != nil:
		words = explained(ui, wire(s.failed), refWords(a.Ref()))
	}
	b.say.SetOrHide(words, ink)
	kit.Visible(b.result, s.answer != nil)
	if s.answer != nil {
		b.showAnswer(s.answer)
	}
}

// showAnswer shows an answer, and what its code means.
func (b *tryBox) showAnswer(t *tryAnswer) {
	ui := b.ui
	ink := ui.Palette.SandboxText
	status := ui.T("try.status", "status", t.Status, "time", milliseconds(ui, t.took)) + codePart(ui.Words.Spec(b.state.account.Kind), t.Code)
	if t.Error != nil || t.Status >= 400 {
		ink = ui.Palette.LiveText
	}
	b.status.Set(status, ink)
	means := ""
	var open []string
	labels := map[string]string{}
	if t.Error != nil {
		a := b.state.account
		m := ui.Words.Meaning(t.Error, remedyText(ui, t.Error, refWords(a.Ref())))
		means = strings.TrimSpace(m.Title + "\n" + joined(ui, m.Cause, m.Remedy))
		others := map[string]bool{} // consoles of other products
		for _, p := range ui.Words.Spec(a.Kind).Products {
			others[p.Console] = p.Product != a.Product
		}
		for _, p := range m.Pages {
			if others[p.URL] {
				continue
			}
			open, labels[p.URL] = append(open, p.URL), pageLabel(ui, p)
		}
	}
	b.means.SetOrHide(means, ui.Palette.Text)
	b.codes.show(t.Error)
	b.pages.Show(open, func(page string, one *kit.Button) { one.Rename(labels[page]) })
	var notes []string
	if t.Renewed {
		notes = append(notes, ui.T("try.renewed"))
	}
	if t.NotAgain {
		notes = append(notes, ui.T("try.not_again"))
	}
	if t.broken != nil {
		notes = append(notes, ui.T("try.broken", "cause", causeOf(ui, t.broken)))
	}
	switch {
	case len(t.raw) > 0:
		notes = append(notes, ui.T("try.binary", "type", kit.MiddleCut(cleanType(t.Header.Get("Content-Type")), 40), "bytes", len(t.raw)))
	case t.text == "":
		notes = append(notes, ui.T("try.empty"))
	}
	if t.cut {
		notes = append(notes, ui.T("try.cut"))
	}
	b.notes.SetOrHide(strings.Join(notes, "\n"), ui.Palette.SoonText)
	shown, left := excerptOf(t.text)
	b.text.Style.Monospace = !strings.ContainsFunc(shown, func(r rune) bool { return r > '~' }) // the fixed-width face has no Chinese
	b.text.Set(indented(shown), ui.Palette.Text)
	kit.Visible(b.textOf, t.text != "")
	more := ""
	if left > 0 {
		more = ui.T("try.more", "n", left)
	}
	b.more.SetOrHide(more, ui.Palette.Muted)
	kit.Visible(b.copy, t.text != "")
	kit.Visible(b.save, len(t.raw) > 0)
}

// cleanType is a media type of an answer; empty for none.
func cleanType(mediaType string) string {
	if mediaType == "" {
		return "?"
	}
	kind, _, _ := strings.Cut(mediaType, ";")
	return strings.TrimSpace(kind)
}
