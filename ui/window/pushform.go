package window

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// pushDraft is a push as it is entered. It is stored apart from the fields, so that
// another language loses nothing.
type pushDraft struct {
	number    int // of the push that is edited; 0: a new one
	kind      core.PushKind
	path      string
	form      string // empty: by the file's name
	key       string
	inPlace   bool
	private   bool
	overwrite bool
	command   string // a line each
	timeout   string // seconds
	redis     core.RedisPlace
	password  string
}

// pushDraftOf is the draft of a push that is there.
func pushDraftOf(p api.Push) pushDraft {
	d := pushDraft{number: p.Number, kind: p.Kind, path: p.Path, form: string(p.Form), key: p.Key, inPlace: p.InPlace, private: p.Private, command: strings.Join(p.Command, "\n")}
	if p.Timeout > 0 {
		d.timeout = strconv.FormatInt(p.Timeout, 10)
	}
	if p.Redis != nil {
		d.redis = *p.Redis
	}
	return d
}

// input is the request to the agent. What does not belong to the kind stays out.
func (d pushDraft) input() api.PushInput {
	in := api.PushInput{Kind: d.kind, Replace: d.number}
	switch d.kind {
	case core.PushFile:
		in.Form, in.InPlace, in.Private, in.Overwrite = core.PushForm(d.form), d.inPlace, d.private, d.overwrite
		if path := strings.TrimSpace(d.path); path != "" {
			in.Path = filepath.Clean(fromHome(path))
		}
		if d.dotenv() {
			in.Key = strings.TrimSpace(d.key)
		}
	case core.PushCommand:
		for line := range strings.Lines(d.command) {
			if line = strings.TrimRight(line, "\r\n"); line != "" {
				in.Command = append(in.Command, line)
			}
		}
		if typed := strings.TrimSpace(d.timeout); typed != "" {
			n, err := strconv.ParseInt(typed, 10, 32)
			if err != nil || n < 1 {
				n = -1 // which the agent refuses
			}
			in.Timeout = n
		}
	case core.PushRedis:
		place := d.redis
		for _, s := range []*string{&place.URL, &place.Prefix, &place.Agent, &place.Key} {
			*s = strings.TrimSpace(*s)
		}
		place.Layout = cmp.Or(place.Layout, kinds.WritableLayouts()[0])
		in.Redis = &place
		if d.password != "" {
			in.RedisPassword = &d.password
		}
	}
	return in
}

// dotenv reports whether the file is written as one.
func (d pushDraft) dotenv() bool {
	form := core.PushForm(d.form)
	if form == "" {
		form = core.GuessPushForm(d.path)
	}
	return form == core.PushDotenv
}

// pushForm is the page of one push.
type pushForm struct {
	ref   api.Ref
	id    core.ID
	of    core.Kind
	draft pushDraft
	was   pushDraft
	on    pushFormActions

	busy  string // what is being done; empty: nothing
	says  saying
	bad   bool
	plan  []string // the commands that would be sent
	fault core.Problems

	ui      *kit.UI
	page    *kit.Page
	kind    *kit.Segment
	boxes   map[core.PushKind]*fyne.Container
	notes   map[string]*kit.Prose
	path    *kit.Entry
	keyBox  *fyne.Container
	program *kit.Entry
	url     *kit.Entry
	verdict *kit.Prose
	dry     *kit.Button
	dryLine *fyne.Container
	save    *kit.Button
}

// pushFormActions are what the form needs of the window.
type pushFormActions struct {
	back   func()
	save   func(*pushForm)
	dry    func(*pushForm)
	browse func(*kit.UI, *kit.Entry) fyne.CanvasObject
}

func (f *pushForm) draw(ui *kit.UI) {
	before := f.page
	title := ui.T("push.new", "account", refWords(f.ref))
	if f.draft.number > 0 {
		title = ui.T("push.change", "account", refWords(f.ref), "n", f.draft.number)
	}
	f.page = kit.NewPage(ui, 4*kit.Grid, kit.NewHead(ui, kit.NewIconButton(ui, kit.IconBack, ui.T("back"), f.on.back).Keyed(ui.KeyOf("back")), title))
	f.ui, f.notes = f.page.UI, map[string]*kit.Prose{}
	ui = f.ui
	d := &f.draft
	f.kind = kit.NewSegment(ui, string(d.kind), func(v string) { d.kind = core.PushKind(v); f.fault, f.says, f.plan = nil, nil, nil; f.show() },
		kit.Choice{Value: string(core.PushFile), Label: ui.T("push.to.file")}, kit.Choice{Value: string(core.PushCommand), Label: ui.T("push.to.command")}, kit.Choice{Value: string(core.PushRedis), Label: ui.T("push.to.redis")})
	f.boxes = map[core.PushKind]*fyne.Container{core.PushFile: f.drawFile(), core.PushCommand: f.drawCommand(), core.PushRedis: f.drawRedis()}
	f.page.Add(f.field("kind", "push.to", f.kind), f.boxes[core.PushFile], f.boxes[core.PushCommand], f.boxes[core.PushRedis])
	f.verdict = kit.NewProse("", 13, ui.Palette.LiveText)
	f.save = kit.NewButton(ui, kit.Filled, ui.T("push.save"), func() { f.on.save(f) })
	f.page.SetFoot(f.verdict, kit.AtRight(kit.NewButton(ui, kit.Quiet, ui.T("cancel"), f.on.back), f.save))
	f.show()
	f.page.Replace(before)
}

// field is a label over a control over what is wrong with it.
func (f *pushForm) field(name, label string, o fyne.CanvasObject) fyne.CanvasObject {
	f.notes[name] = kit.NewProse("", 13, f.ui.Palette.LiveText)
	return kit.Stack(kit.Grid, kit.BoldText(f.ui.T(label), 13, f.ui.Palette.Text), o, f.notes[name])
}

// entry is a field for a text.
func (f *pushForm) entry(hint string, value *string) *kit.Entry {
	e := kit.NewEntry(f.ui, hint, *value, func(v string) { *value = v; f.typed() })
	e.OnSubmitted = func(string) { f.on.save(f) }
	return e
}

func (f *pushForm) say(key string) fyne.CanvasObject {
	return kit.NewProse(f.ui.T(key), 13, f.ui.Palette.Muted)
}

func (f *pushForm) toggle(key string, value *bool) *kit.Toggle {
	return kit.NewToggle(f.ui, f.ui.T(key), *value, func(on bool) { *value = on; f.typed() })
}

func (f *pushForm) drawFile() *fyne.Container {
	ui, d := f.ui, &f.draft
	home, _ := os.UserHomeDir()
	f.path = f.entry(shortPath(filepath.Join(home, "shop", ".env")), &d.path)
	forms := []kit.Choice{{Value: "", Label: ui.T("push.form.guess")}}
	for _, one := range core.PushForms() {
		forms = append(forms, kit.Choice{Value: string(one), Label: ui.T("push.form." + string(one))})
	}
	form := kit.NewSegment(ui, d.form, func(v string) { d.form = v; f.typed() }, forms...)
	f.keyBox = kit.Stack(kit.Grid, f.field("key", "push.key", f.entry(core.DefaultPushKey, &d.key)), f.say("push.key.say"))
	return kit.Stack(3*kit.Grid, f.field("path", "push.path", f.on.browse(ui, f.path)), f.field("form", "push.form", form), f.keyBox,
		f.toggle("push.private", &d.private), f.toggle("push.in_place", &d.inPlace), f.toggle("push.overwrite", &d.overwrite))
}

func (f *pushForm) drawCommand() *fyne.Container {
	ui, d := f.ui, &f.draft
	f.program = kit.NewNoteEntry(ui, d.command, func(v string) { d.command = v; f.typed() })
	return kit.Stack(3*kit.Grid, kit.Stack(kit.Grid, f.field("command", "push.command", f.program), f.say("push.command.say")),
		f.field("timeout", "push.timeout", f.entry(strconv.Itoa(int(core.DefaultPushTime.Seconds())), &d.timeout)))
}

func (f *pushForm) drawRedis() *fyne.Container {
	ui, d := f.ui, &f.draft
	f.url = f.entry("rediss://redis.example.com", &d.redis.URL)
	var layouts []kit.Choice
	for _, one := range kinds.WritableLayouts() {
		layouts = append(layouts, kit.Choice{Value: one, Label: one})
	}
	layout := kit.NewPicker(ui, cmp.Or(d.redis.Layout, layouts[0].Value), func(v string) { d.redis.Layout = v; f.typed() }, layouts...)
	layout.Resized = func() { f.page.Reflow() }
	families := []kit.Choice{{Value: "", Label: ui.T("push.family.own")}}
	for _, one := range kinds.PushFamilies() {
		families = append(families, kit.Choice{Value: one, Label: ui.T("push.family." + one)})
	}
	family := kit.NewPicker(ui, d.redis.Family, func(v string) { d.redis.Family = v; f.typed() }, families...)
	family.Resized = func() { f.page.Reflow() }
	hint := ""
	if d.number > 0 {
		hint = ui.T("push.password.kept")
	}
	password := kit.NewSecretEntry(ui, hint, d.password, func(v string) { d.password = v; f.typed() })
	password.OnSubmitted = func(string) { f.on.save(f) }
	f.dry = kit.NewSmallButton(ui, kit.Quiet, ui.T("push.dry"), func() { f.on.dry(f) })
	f.dryLine = kit.Beside(f.dry)
	return kit.Stack(3*kit.Grid,
		kit.Stack(kit.Grid, f.field("redis", "push.redis", f.url), f.say("push.redis.say")),
		kit.Stack(kit.Grid, f.field("redis_password", "push.password", password), f.say("push.password.say")),
		f.field("layout", "push.layout", layout), f.field("family", "push.family", family),
		f.field("key_prefix", "push.key_prefix", f.entry("", &d.redis.Prefix)), f.field("agent", "push.agent", f.entry("", &d.redis.Agent)),
		f.field("redis_key", "push.redis_key", f.entry("", &d.redis.Key)), f.toggle("push.plain", &d.redis.Plain), f.dryLine)
}

// typed takes what was entered: what was said before is of another input.
func (f *pushForm) typed() {
	f.fault, f.says, f.plan = nil, nil, nil
	f.show()
}

// first is the field that has the keyboard at first.
func (f *pushForm) first() fyne.Focusable {
	switch {
	case f.draft.number == 0:
		return f.kind
	case f.draft.kind == core.PushCommand:
		return f.program
	case f.draft.kind == core.PushRedis:
		return f.url
	}
	return f.path
}

// show updates the form to what was entered and answered.
func (f *pushForm) show() {
	ui := f.ui
	for kind, box := range f.boxes {
		kit.Visible(box, kind == f.draft.kind)
	}
	kit.Visible(f.keyBox, f.draft.dotenv())
	for name, note := range f.notes {
		words := ""
		for _, p := range f.fault.Fatal() {
			if p.Field == name {
				words = pushProblem(ui, f.of, p)
			}
		}
		note.SetOrHide(words, ui.Palette.LiveText)
	}
	words, ink := f.says.in(ui), ui.Palette.LiveText
	switch {
	case f.busy != "":
		words, ink = f.busy, ui.Palette.Muted
	case !f.bad:
		ink = ui.Palette.Text
	}
	if len(f.plan) > 0 {
		words = strings.TrimSpace(strings.Join(f.plan, "\n") + "\n" + words)
	}
	f.verdict.SetOrHide(words, ink)
	f.save.Enable(f.busy == "")
	f.dry.Enable(f.busy == "")
	f.page.Reflow()
}

// answer says why something was refused, at its field where it names one.
func (f *pushForm) refuse(err *core.Error) {
	f.busy, f.bad, f.plan, f.fault = "", true, nil, nil
	f.says = func(ui *kit.UI) string { return refusal(ui, err, refWords(f.ref)) }
	if found := problemsIn(err); len(found) > 0 {
		f.fault, f.says = found, func(ui *kit.UI) string {
			words := ""
			for _, p := range found {
				if _, drawn := f.notes[p.Field]; !drawn {
					words = strings.TrimSpace(words + "\n" + pushProblem(ui, f.of, p))
				}
			}
			return words
		}
	}
	f.show()
	if f.path != nil && len(f.fault) > 0 {
		f.page.Reveal(f.notes[cmp.Or(f.drawnFault(), "kind")])
	}
}

// drawnFault is the first field with a fault.
func (f *pushForm) drawnFault() string {
	i := slices.IndexFunc(f.fault, func(p core.Problem) bool { return f.notes[p.Field] != nil })
	if i < 0 {
		return ""
	}
	return f.fault[i].Field
}

// pushProblem says what is wrong with a field, in the window's own words where those of the
// command line name a flag.
func pushProblem(ui *kit.UI, kind core.Kind, p core.Problem) string {
	if own := text.Key("window.problem." + p.Key); ui.Words.Has(own) {
		return ui.Words.Say(own)
	}
	return ui.Words.Problem(kind, p)
}

// problemsIn are the faults that an error names by their fields.
func problemsIn(err *core.Error) core.Problems {
	var found core.Problems
	if errors.As(err, &found) {
		return found.Fatal()
	}
	return nil
}
