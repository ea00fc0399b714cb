package window

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/text"
)

// form adds or edits an account. What was typed is in its draft; drawing it
// anew, in another language say, loses nothing.
type form struct {
	look  *look
	on    formActions
	model *model

	draft   draft
	touched map[string]bool // fields whose problems may be said
	pressed bool            // Save was pressed: all may
	verdict issue           // what Test or Save answered
	good    bool            // the verdict is a success
	ip      string          // that the verdict is about, for the account's whitelist
	busy    bool

	from  string // what was filled in from the clipboard
	noted bool   // that is only a note that nothing was found

	page    *fyne.Container
	scroll  *scroller
	says    map[string]*prose
	words   *prose // the verdict
	kindSay *prose
	fromSay *prose
	boxes   map[string]fyne.CanvasObject // the fields with their labels
	consent *fyne.Container
	fields  map[string]fyne.Focusable
	save    *button
	test    *button
	copyIP  *button
}

// formActions are what the form asks of the window.
type formActions struct {
	back func()
	save func(*form)
	test func(*form)
	ip   func(ip string) // copies it
}

func newForm(l *look, m *model, d draft, on formActions) *form {
	return &form{look: l, model: m, draft: d, on: on, touched: map[string]bool{}}
}

// draw builds the form from its draft.
func (f *form) draw() fyne.CanvasObject {
	l, d := f.look, &f.draft
	f.says, f.fields, f.boxes = map[string]*prose{}, map[string]fyne.Focusable{}, map[string]fyne.CanvasObject{}
	column := container.New(&column{gap: 4 * grid, padX: rowLeft, padY: 4 * grid})

	column.Add(f.entry("name", newEntry(l, l.t("form.name.hint"), d.name, f.typed("name", &d.name))))
	column.Add(f.field("env", newSegment(l, string(d.env), func(v string) { d.env = core.Env(v); f.touch("env") }, envChoices(l)...)))
	column.Add(f.field("product", newSegment(l, string(d.product), func(v string) { d.product = core.Product(v); f.touch("product") }, productChoices(l)...)))
	f.fromSay = newProse("", 13, l.pal.SandboxText)
	appID := newEntry(l, "wx…", d.appID, f.typed("appid", &d.appID))
	column.Add(stack(2*grid, f.fromSay, f.entry("appid", appID)))
	secret := newSecretEntry(l, "", d.secret, f.typed("secret", &d.secret))
	column.Add(f.entry("secret", secret))

	f.kindSay = newProse("", 13, l.pal.Muted)
	kind := newSegment(l, string(d.kind), func(v string) { d.kind = core.Kind(v); f.touch("kind") }, kindChoices(l)...)
	column.Add(stack(2*grid, f.field("kind", kind), f.kindSay))
	f.consent = f.drawConsent()
	column.Add(f.consent)
	column.Add(newToggle(l, l.t("form.auto"), d.auto, func(on bool) { d.auto = on; f.check() }))

	column.Add(canvas.NewRectangle(l.pal.Line))
	column.Add(f.entry("base_url", newEntry(l, l.t("form.base_url.hint"), d.baseURL, f.typed("base_url", &d.baseURL))))
	column.Add(f.entry("proxy", newEntry(l, l.t("form.proxy.hint"), d.proxy, f.typed("proxy", &d.proxy))))
	column.Add(f.entry("proxy_password", newSecretEntry(l, "", d.proxyPassword, f.typed("proxy_password", &d.proxyPassword))))
	column.Add(f.field("copy_format", beside(f.drawFormats())))
	column.Add(f.entry("note", newNoteEntry(l, d.note, f.typed("note", &d.note))))
	f.scroll = newScroller(column)

	title := l.t("form.add")
	switch {
	case d.editing:
		title = l.t("form.edit", "account", refWords(d.ref))
	case d.origin != nil:
		title = l.t("form.twin_of", "account", refWords(d.origin.Ref()), "env", l.say.Say(text.Key("env."+string(d.env))))
	}
	back := iconButton(l, iconBack, l.t("back"), f.on.back)
	clip := smallButton(l, quiet, l.t("form.clipboard"), func() {
		if !f.pasted(fyne.CurrentApp().Clipboard().Content()) {
			f.from, f.noted = "form.from.none", true
			f.check()
		}
	})
	head := pageHead(l, back, title, clip)
	f.page = container.New(&page{}, head, f.scroll, f.drawFoot())
	f.check()
	return f.page
}

// drawFoot is the line with Test and Save, under what they answered.
func (f *form) drawFoot() fyne.CanvasObject {
	l := f.look
	f.words = newProse("", 13, l.pal.Text)
	f.test = newButton(l, quiet, l.t("form.test"), func() { f.on.test(f) })
	f.save = newButton(l, filled, l.t("form.save"), func() { f.on.save(f) })
	f.copyIP = newButton(l, quiet, l.t("act.copy_ip"), func() { f.on.ip(f.ip) })
	line := container.New(&bar{gap: 2 * grid}, beside(f.copyIP), f.test, f.save)
	inner := container.New(&column{gap: 2 * grid, padX: rowLeft, padY: 2 * grid}, f.words, line)
	ground := canvas.NewRectangle(l.pal.Raised)
	return container.New(&backed{}, ground, stack(0, hairline(l), inner))
}

// drawFormats is a button that names the format in which the account's token is
// copied, and lists the others when it is pressed: eight of them in sight would
// outweigh the fields that everybody needs.
func (f *form) drawFormats() *button {
	l, d := f.look, &f.draft
	var b *button
	b = newButton(l, quiet, formatLabel(l, d.copyFormat), func() {
		pick := func(name string) func() {
			return func() {
				d.copyFormat = name
				b.rename(formatLabel(l, name))
				f.touch("copy_format")
			}
		}
		items := []*fyne.MenuItem{fyne.NewMenuItem(formatWord(l, ""), pick("")), fyne.NewMenuItemSeparator()}
		for _, name := range core.Formats() {
			items = append(items, fyne.NewMenuItem(formatWord(l, name), pick(name)))
		}
		driver := fyne.CurrentApp().Driver()
		at := driver.AbsolutePositionForObject(b).AddXY(0, b.Size().Height)
		widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), driver.CanvasForObject(b), at)
	})
	return b
}

func formatLabel(l *look, name string) string { return formatWord(l, name) + " ▾" }

// formatWord is the word for a format; the empty one is that of the settings.
func formatWord(l *look, name string) string {
	if name == "" {
		return l.t("form.as_settings")
	}
	return l.t("format." + name)
}

func hairline(l *look) fyne.CanvasObject {
	return container.New(&fixed{size: fyne.NewSize(0, 1)}, canvas.NewRectangle(l.pal.Line))
}

func (f *form) drawConsent() *fyne.Container {
	l, d := f.look, &f.draft
	ground := canvas.NewRectangle(l.pal.Warn)
	ground.CornerRadius = radius
	allow := newToggle(l, l.t("form.consent"), d.consent, func(on bool) { d.consent = on; f.check() })
	f.fields["consent"] = allow
	inner := stack(2*grid, allow,
		newProse(l.t("form.live_needs"), 13, l.pal.Muted))
	return container.New(&backed{padX: 3 * grid, padY: 3 * grid}, ground, inner)
}

// field is a label over a control over what is wrong with it.
func (f *form) field(name string, o fyne.CanvasObject) fyne.CanvasObject {
	l := f.look
	say := newProse("", 13, l.pal.LiveText)
	say.Hide()
	f.says[name] = say
	if o, ok := o.(fyne.Focusable); ok {
		f.fields[name] = o
	}
	f.boxes[name] = stack(grid, boldWord(l.t("form."+name), 13, l.pal.Text), o, say)
	return f.boxes[name]
}

// pasted takes a text that holds more than one value apart and fills in what it
// has; false leaves the text to whoever pasted it.
func (f *form) pasted(content string) bool {
	p, ok := readPasted(content)
	if ok {
		f.fill(p)
	}
	return ok
}

// fill fills in what a pasted text has, and says so.
func (f *form) fill(p pasted) {
	fill := func(field, value string) {
		if e, ok := f.fields[field].(*entry); ok && value != "" {
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
	for _, field := range []string{"secret", "appid"} { // where it went
		f.scroll.show(f.fields[field].(*entry))
	}
}

// entry is a field to type in. Each knows a text with names and values when it
// is pasted: the form opens with the keyboard in the name, and a secret must not
// stand there in clear.
func (f *form) entry(name string, e *entry) fyne.CanvasObject {
	e.paste = f.pastedInto(name)
	return f.field(name, e)
}

// pastedInto is what the form does with a text that is pasted into a field; see
// entry.paste. Outside of the fields for AppID and secret, only a text with a
// secret is taken apart.
func (f *form) pastedInto(field string) func(string) bool {
	return func(content string) bool {
		switch field {
		case "appid", "secret":
			return f.pasted(content)
		case "name", "base_url", "proxy":
			if core.LooksSecret(content) {
				f.fill(pasted{Secret: strings.TrimSpace(content)})
				return true
			}
		}
		p, ok := readPasted(content)
		if !ok || p.Secret == "" {
			return false
		}
		f.fill(p)
		return true
	}
}

// typed takes what is typed into a field.
func (f *form) typed(name string, into *string) func(string) {
	return func(s string) {
		*into = s
		f.touch(name)
	}
}

func (f *form) touch(name string) {
	f.touched[name] = true
	f.from = ""
	f.verdict, f.good, f.ip = issue{}, false, ""
	f.check()
}

// check says below each field what is wrong with it, as far as it was typed in.
func (f *form) check() {
	l, p := f.look, f.look.pal
	problems := f.draft.problems(l, f.model)
	for name, say := range f.says {
		words, ink := "", p.SoonText
		if f.pressed || f.touched[name] {
			for _, one := range problems[name] {
				if words != "" {
					words += "\n"
				}
				words += one.Text
				if !one.Warn {
					ink = p.LiveText
				}
			}
		}
		say.set(words, ink)
		say.Hidden = words == ""
	}
	key := "form.kind.wechat"
	if f.draft.kind == core.KindWeChatLegacy {
		key = "form.kind.legacy"
	}
	f.kindSay.set(l.t(key), p.Muted)
	f.hints()
	f.consent.Hidden = !f.draft.needsConsent()
	for name, box := range f.boxes {
		visible(box, f.draft.has(name))
	}
	ink := p.SandboxText
	if f.noted {
		ink = p.SoonText
	}
	words := ""
	if f.from != "" {
		words = l.t(f.from)
	}
	f.fromSay.set(words, ink)
	f.fromSay.Hidden = words == ""

	ink = p.Text
	switch {
	case f.good:
		ink = p.SandboxText
	case f.verdict.Text != "" && !f.verdict.Warn:
		ink = p.LiveText
	}
	f.words.set(f.verdict.Text, ink)
	f.words.Hidden = f.verdict.Text == ""
	visible(f.copyIP, f.ip != "")
	f.save.enable(!f.busy)
	f.test.enable(!f.busy)
	f.reflow()
}

// hints say in an empty field what becomes of the secret that is kept.
func (f *form) hints() {
	l, d := f.look, f.draft
	hint := func(field, words string) {
		if e, ok := f.fields[field].(*entry); ok && e.PlaceHolder != words {
			e.SetPlaceHolder(words)
		}
	}
	secret, password := "", ""
	switch {
	case d.editing:
		secret = l.t("form.secret.keep")
		password = secret
	case d.origin != nil:
		password = l.t("form.proxy_password.again")
	}
	if _, leaves := d.leavesSecret(); leaves {
		_, next := d.destinations()
		secret = l.t("form.secret.for", "host", next.String())
	}
	if d.leavesPassword() {
		password = l.t("form.proxy_password.other")
	}
	hint("secret", secret)
	hint("proxy_password", password)
}

func (f *form) reflow() {
	if f.page != nil {
		f.page.Refresh()
		f.scroll.reflow()
	}
}

// ready reports whether the draft may go to the agent. If not, its problems are
// said and the first field at fault has the keyboard. A test wants no name: who
// tests has often not yet thought of one.
func (f *form) ready(focus func(fyne.Focusable), test bool) bool {
	problems := f.draft.problems(f.look, f.model)
	if test {
		delete(problems, "name")
		for _, field := range formFields() {
			f.touched[field] = f.touched[field] || field != "name"
		}
	} else {
		f.pressed = true
	}
	f.check()
	field, bad := fatal(problems)
	if bad && f.fields[field] != nil {
		focus(f.fields[field])
	}
	return !bad
}

// wait shows that the agent was asked.
func (f *form) wait(words string) {
	f.busy, f.good, f.verdict, f.ip = true, false, issue{words, true}, ""
	f.check()
}

// answer shows what came of it, with a button for the IP that upstream refused.
func (f *form) answer(words string, good bool, ip string) {
	f.busy, f.good, f.verdict, f.ip = false, good, issue{words, false}, ip
	f.check()
}

// testWords is what a test's answer says.
func testWords(l *look, r api.TestResult, account string) (string, bool) {
	if r.Error != nil {
		words := explained(l, r.Error, account)
		code := api.Error{UpstreamCode: r.Error.UpstreamCode, RID: r.Error.RID}
		if known := l.say.Details(&code); len(known) > 0 {
			words += "\n" + strings.Join(known, " · ")
		}
		return words, false
	}
	return l.t("form.test.ok", "mask", r.Mask, "time", l.say.Coarse(time.Duration(r.ExpiresIn)*time.Second)), true
}

func envChoices(l *look) []choice {
	return []choice{
		{value: string(core.Sandbox), label: l.say.Say("env.sandbox"), paths: iconSandbox, hue: l.pal.Sandbox},
		{value: string(core.Live), label: l.say.Say("env.live"), paths: iconLive, hue: l.pal.Live},
	}
}

func productChoices(l *look) []choice {
	var out []choice
	for _, p := range core.Products() {
		out = append(out, choice{value: string(p), label: l.t("product." + string(p))})
	}
	return out
}

func kindChoices(l *look) []choice {
	var out []choice
	for _, k := range core.Kinds() {
		out = append(out, choice{value: string(k), label: l.say.Say(text.Key("kind." + string(k)))})
	}
	return out
}
