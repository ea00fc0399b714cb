package window

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// form adds or edits an account. Its draft holds the input, so redrawing it, for
// example in another language, loses nothing.
type form struct {
	ui    *kit.UI
	on    formActions
	model *model

	draft   draft
	touched map[string]bool // fields whose problems may be shown
	pressed bool            // Save was pressed: all may
	verdict func() string   // the answer to Test or Save, in the language of now; nil: none
	good    bool            // the verdict is a success
	failed  *api.Error      // that the verdict is about
	busy    bool

	from  string // what was filled in from the clipboard
	noted bool   // it is only a note that nothing was found

	page    *kit.Page
	says    map[string]*kit.Prose
	words   *kit.Prose // the verdict
	kindSay *kit.Prose
	fromSay *kit.Prose
	boxes   map[string]fyne.CanvasObject // the fields with their labels
	consent *fyne.Container
	fields  map[string]fyne.Focusable
	save    *kit.Button
	test    *kit.Button
	codes   codes // what the verdict can be looked up by
}

// formActions are what the form needs of the window.
type formActions struct {
	back   func()
	save   func(*form)
	test   func(*form)
	redraw func(*form)
	focus  func(fyne.Focusable)
	// copyText copies a code of a failure.
	copyText func(text, said string)
	read     func(then func(content string)) // the clipboard
	// tookSecret is called with a text of the clipboard that filled in a secret.
	tookSecret func(content string)
	// chooseCA reads a file of certificates that a person chooses.
	chooseCA func(then func(ca string), wrong func(cause string))
}

func newForm(m *model, d draft, on formActions) *form {
	return &form{model: m, draft: d, on: on, touched: map[string]bool{}}
}

// draw makes the form from its draft, in the language of the settings.
func (f *form) draw(ui *kit.UI) {
	d, before := &f.draft, f.page
	d.kinds = ui.Words.Kinds() // there may be others since it was last drawn
	f.page = kit.NewPage(ui, 4*kit.Grid, f.drawHead(ui))
	f.ui = f.page.UI
	ui = f.ui
	f.says, f.fields, f.boxes = map[string]*kit.Prose{}, map[string]fyne.Focusable{}, map[string]fyne.CanvasObject{}

	f.page.Add(f.drawPlain("name"))
	f.page.Add(f.field("env", kit.NewSegment(ui, string(d.Env), func(v string) { f.choosePlace("env", func() { d.Env = core.Env(v) }) }, envChoices(ui)...)))
	f.kindSay = kit.NewProse("", 13, ui.Palette.Muted)
	f.page.Add(kit.Stack(2*kit.Grid, f.field("kind", f.oneOf(string(d.Kind), f.chooseKind, f.kindChoices())), f.kindSay)) // which tells what is below
	if len(d.spec().Products) > 0 {
		f.page.Add(f.field("product", kit.NewSegment(ui, string(d.Product), func(v string) { f.choosePlace("product", func() { d.Product = core.Product(v) }) }, f.productChoices()...)))
	}
	f.fromSay = kit.NewProse("", 13, ui.Palette.SandboxText)
	for i, one := range d.kindFields(false) {
		drawn := f.drawKindField(one)
		if i == 0 { // what was filled in is told above the first
			drawn = kit.Stack(2*kit.Grid, f.fromSay, drawn)
		}
		f.page.Add(drawn)
	}

	f.consent = f.drawConsent()
	f.page.Add(f.consent)
	f.page.Add(f.drawPlain("auto"))
	f.page.Add(f.drawPlain("watch"))

	f.page.Add(canvas.NewRectangle(ui.Palette.Line))
	for _, one := range d.kindFields(true) {
		f.page.Add(f.drawKindField(one))
	}
	f.page.Add(f.drawCA())
	f.page.Add(f.drawPlain("proxy"))
	f.page.Add(f.entry("proxy_password", kit.NewSecretEntry(ui, "", d.proxyPassword, f.typed("proxy_password", &d.proxyPassword))))
	f.page.Add(f.drawPlain("budget"))
	f.page.Add(f.field("copy_format", kit.Beside(f.drawFormats())))
	for _, p := range drawn() {
		f.page.Add(f.drawPlain(p.Key))
	}
	f.drawFoot()
	f.page.Replace(before)
	f.check()
}

// mostSegments is how many kinds, or values of a field, a switch shows at once; more
// are picked from a table.
const mostSegments = 4

// oneOf chooses among a few in a switch, or among many in a table.
func (f *form) oneOf(value string, on func(string), choices []kit.Choice) fyne.CanvasObject {
	if len(choices) <= mostSegments {
		return kit.NewSegment(f.ui, value, on, choices...)
	}
	p := kit.NewPicker(f.ui, value, on, choices...)
	p.Resized = f.page.Reflow
	return p
}

// drawHead is the title, with a button that fills in what the clipboard holds.
func (f *form) drawHead(ui *kit.UI) *kit.Head {
	d := &f.draft
	title := ui.T("form.add")
	switch {
	case d.editing:
		title = ui.T("form.edit", "account", refWords(d.ref))
	case d.origin != nil:
		title = ui.T("form.copy_of", "account", refWords(d.origin.Ref()), "env", ui.Words.Say(text.Key("env."+string(d.Env))))
	}
	clip := kit.NewSmallButton(ui, kit.Quiet, ui.T("form.clipboard"), func() {
		f.on.read(func(content string) {
			if !f.pasted(content) {
				f.from, f.noted = "form.from.none", true
				f.check()
			} else if secret := f.draft.secret; secret != "" && strings.Contains(content, secret) {
				f.on.tookSecret(content)
			}
			f.on.focus(f.next())
		})
	})
	return kit.NewHead(ui, kit.NewIconButton(ui, kit.IconBack, ui.T("back"), f.on.back).Keyed(ui.KeyOf("back")), title, clip)
}

// drawPlain is a plain field with its label, and with a hint if there is a sentence.
func (f *form) drawPlain(key string) fyne.CanvasObject {
	ui, d := f.ui, &f.draft
	p, _ := core.PlainOf(key)
	value := ui.Words.Plain(p, d.Account)
	if p.Switch {
		t := kit.NewToggle(ui, f.label(key), value != "", func(on bool) { d.set(p, strconv.FormatBool(on)); f.check() })
		f.fields[key], f.boxes[key] = t, t
		return t
	}
	set := func(typed string) { d.set(p, typed); f.touch(key) }
	if p.Form == core.FormLines {
		return f.entry(key, kit.NewNoteEntry(ui, value, set))
	}
	hint := ""
	if key := "form." + key + ".hint"; ui.Words.Has(text.Key("window." + key)) {
		hint = ui.T(key)
	}
	return f.entry(key, kit.NewEntry(ui, hint, value, set))
}

// drawKindField is a field of the kind's own with its label.
func (f *form) drawKindField(one kinds.Field) fyne.CanvasObject {
	ui, d := f.ui, &f.draft
	set := func(value string) {
		d.Account = one.Set(d.Account, value)
		f.touch(one.Key)
	}
	switch one.Input {
	case kinds.SecretText:
		return f.entry(one.Key, kit.NewSecretEntry(ui, "", d.secret, f.typed(one.Key, &d.secret)))
	case kinds.Choice:
		var choices []kit.Choice
		for _, v := range one.Choices {
			choices = append(choices, kit.Choice{Value: v, Label: ui.Words.Choice(d.Kind, one, v)})
		}
		return f.field(one.Key, f.oneOf(d.spec().Param(d.Account, one.Key), set, choices))
	case kinds.Bool:
		return f.field(one.Key, kit.NewToggle(ui, ui.Words.Field(d.Kind, one), one.Value(d.Account) == "true", func(on bool) { set(strconv.FormatBool(on)) }))
	}
	return f.entry(one.Key, kit.NewEntry(ui, d.spec().Hint(one, d.Account), one.Value(d.Account), set))
}

// choosePlace changes environment or product, and redraws the form if that changes
// the values of empty fields.
func (f *form) choosePlace(field string, choose func()) {
	before := f.draft.defaults()
	choose()
	if !slices.Equal(before, f.draft.defaults()) {
		f.on.redraw(f)
	}
	f.touch(field)
}

// chooseKind changes the kind, and redraws the form if the other kind has other
// fields, or calls them otherwise.
func (f *form) chooseKind(kind string) {
	before := f.ofKind()
	f.draft.choose(core.Kind(kind))
	if !slices.Equal(before, f.ofKind()) {
		f.on.redraw(f)
	}
	f.touch("kind")
}

// ofKind is what the chosen kind makes of the form: its fields, with their words and
// what stands in them while they are empty.
func (f *form) ofKind() []string {
	out := append(f.draft.formFields(), f.draft.defaults()...)
	for _, one := range f.draft.spec().Fields {
		out = append(out, f.label(one.Key), string(one.Input))
		out = append(out, one.Choices...)
	}
	for _, one := range f.draft.spec().Products {
		out = append(out, string(one.Product))
	}
	return out
}

// drawFoot is the line with Test and Save, under what they answered.
func (f *form) drawFoot() {
	ui := f.ui
	f.words = kit.NewProse("", 13, ui.Palette.Text)
	f.test = kit.NewButton(ui, kit.Quiet, ui.T("form.test"), func() { f.on.test(f) })
	f.save = kit.NewButton(ui, kit.Filled, ui.T("form.save"), func() { f.on.save(f) })
	line := container.New(&kit.Bar{Gap: 2 * kit.Grid}, kit.Space(0, 0), f.test, f.save)
	f.codes = newCodes(ui, f.on.copyText)
	f.page.SetFoot(f.words, f.codes.Box, line)
}

// drawFormats is a button with the format in which the account's token is copied,
// which lists the others when pressed: eight visible formats would outweigh the
// fields that everybody needs.
func (f *form) drawFormats() *kit.Button {
	ui, d := f.ui, &f.draft
	var b *kit.Button
	b = kit.NewButton(ui, kit.Quiet, formatLabel(ui, d.CopyFormat), func() {
		pick := func(name string) func() {
			return func() {
				d.CopyFormat = name
				b.Rename(formatLabel(ui, name))
				f.touch("copy_format")
			}
		}
		items := []*fyne.MenuItem{fyne.NewMenuItem(formatWord(ui, ""), pick("")), fyne.NewMenuItemSeparator()}
		for _, name := range core.Formats() {
			items = append(items, fyne.NewMenuItem(formatWord(ui, name), pick(name)))
		}
		driver := fyne.CurrentApp().Driver()
		at := driver.AbsolutePositionForObject(b).AddXY(0, b.Size().Height)
		widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), driver.CanvasForObject(b), at)
	})
	return b
}

func formatLabel(ui *kit.UI, name string) string { return formatWord(ui, name) + " ▾" }

// formatWord is the word for a format; the empty one is that of the settings.
func formatWord(ui *kit.UI, name string) string {
	if name == "" {
		return ui.T("form.as_settings")
	}
	return ui.T("format." + name)
}

func (f *form) drawConsent() *fyne.Container {
	ui, d := f.ui, &f.draft
	ground := canvas.NewRectangle(ui.Palette.Warn)
	ground.CornerRadius = kit.Radius
	allow := kit.NewToggle(ui, "", d.consent, func(on bool) { d.consent = on; f.check() })
	f.fields["consent"] = allow
	inner := kit.Stack(2*kit.Grid, allow,
		kit.NewProse(ui.T("form.live_needs"), 13, ui.Palette.Muted))
	return container.New(&kit.Backed{PadX: 3 * kit.Grid, PadY: 3 * kit.Grid}, ground, inner)
}

// field is a label over a control over what is wrong with it.
func (f *form) field(name string, o fyne.CanvasObject) fyne.CanvasObject {
	ui := f.ui
	say := kit.NewProse("", 13, ui.Palette.LiveText)
	say.Hide()
	f.says[name] = say
	if o, ok := o.(fyne.Focusable); ok {
		f.fields[name] = o
	}
	f.boxes[name] = kit.Stack(kit.Grid, kit.BoldText(f.label(name), 13, ui.Palette.Text), o, say)
	if _, labelled := o.(*kit.Toggle); labelled {
		f.boxes[name] = kit.Stack(kit.Grid, o, say)
	}
	return f.boxes[name]
}

// label is the word over a field.
func (f *form) label(name string) string {
	if one, ok := f.draft.spec().Field(name); ok {
		return f.ui.Words.Field(f.draft.Kind, one)
	}
	return f.ui.T("form." + name)
}

// pasted takes a text with more than one value and fills in its values; false leaves
// the text to the field it was pasted into.
func (f *form) pasted(content string) bool {
	p, ok := readPasted(f.draft.kinds, content)
	if ok {
		f.fill(p)
	}
	return ok
}

// fill fills in the values of a pasted text, and says so.
func (f *form) fill(p pasted) {
	if spec := f.draft.spec(); !f.draft.editing && p.Kind != "" && p.Kind != spec.Kind && p.Kind != spec.Sibling {
		f.chooseKind(string(p.Kind))
	}
	fill := func(field, value string) {
		if e, ok := f.fields[field].(*kit.Entry); ok && value != "" {
			e.SetText(value)
			e.CursorColumn = len(value)
		}
	}
	fill("appid", p.AppID)
	fill("secret", p.Secret)
	f.noted = false
	switch {
	case p.Several:
		f.from = "form.from.several"
	case p.Secret == "":
		f.from = "form.from.appid"
	case p.AppID == "":
		f.from = "form.from.secret"
	default:
		f.from = "form.from.both"
	}
	f.check()
	for _, field := range []string{kinds.Secret, kinds.AppID} { // where it went
		if e, ok := f.fields[field].(*kit.Entry); ok {
			f.page.Reveal(e)
		}
	}
}

// entry is a field to type in. Each recognises a pasted text with names and values:
// the form opens with the keyboard in the name, and a secret must not appear there
// in clear.
func (f *form) entry(name string, e *kit.Entry) fyne.CanvasObject {
	e.OnPaste = f.pastedInto(name)
	if !e.MultiLine {
		e.OnSubmitted = func(string) { f.submit() }
	}
	return f.field(name, e)
}

// submit saves, as Enter in a line does, unless an answer is still awaited.
func (f *form) submit() {
	if !f.busy {
		f.on.save(f)
	}
}

// next is where a person continues after filling in from the clipboard: the first
// empty required line, else Save.
func (f *form) next() fyne.Focusable {
	names := []string{"name"}
	for _, one := range f.draft.kindFields(false) {
		names = append(names, one.Key)
	}
	for _, name := range names {
		if e, ok := f.fields[name].(*kit.Entry); ok && e.Text == "" && !(f.draft.editing && e.Password) {
			return e
		}
	}
	return f.save
}

// pastedInto handles a text that is pasted into a field; see entry.paste. Outside of
// the fields for AppID and secret, only a text with a secret is split.
func (f *form) pastedInto(field string) func(string) bool {
	return func(content string) bool {
		if field == kinds.AppID || field == kinds.Secret {
			return f.pasted(content)
		}
		if of, plain := core.PlainOf(field); plain && !of.Number && of.Form != core.FormLines && f.draft.kinds.LooksSecret(content) {
			f.fill(pasted{Secret: strings.TrimSpace(content)})
			return true
		}
		p, ok := readPasted(f.draft.kinds, content)
		if !ok || p.Secret == "" {
			return false
		}
		f.fill(p)
		return true
	}
}

func (f *form) productChoices() []kit.Choice {
	var out []kit.Choice
	for _, p := range f.draft.spec().Products {
		out = append(out, kit.Choice{Value: string(p.Product), Label: f.ui.Words.ProductShort(f.draft.Kind, p.Product)})
	}
	return out
}

func (f *form) kindChoices() []kit.Choice {
	var out []kit.Choice
	for _, k := range f.draft.kinds.Names() {
		spec, _ := f.draft.kinds.Of(k)
		out = append(out, kit.Choice{Value: string(k), Label: f.ui.Words.KindChoice(k), Group: f.ui.T("family." + familyOf(spec))})
	}
	return out
}

// familyOf is the heading under which a kind is offered.
func familyOf(spec kinds.Spec) string {
	if spec.Own() {
		return "own"
	}
	return cmp.Or(spec.Family, "other")
}
