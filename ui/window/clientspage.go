package window

import (
	"cmp"
	"image/color"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// clientsPage draws the steps of setting up an API client, each with its state.
type clientsPage struct {
	on    clientActions
	setup *clientSetup
	door  doorView
	busy  bool // a key is being made

	ui    *kit.UI
	page  *kit.Page
	steps [5]*clientStep

	doorSay, doorWrong *kit.Prose
	openDoor           *kit.Button
	toSettings         *kit.Button

	accounts   *kit.Picker
	clients    *kit.Picker
	clientSay  *kit.Prose
	follow     *kit.Toggle
	all        *kit.Segment
	allWarning *kit.Prose

	which     *kit.Segment // a new key, or one that is there
	fresh     *fyne.Container
	name      *kit.Entry
	scope     *kit.Prose
	makeKey   *kit.Button
	madeBox   *fyne.Container
	made      *kit.Prose
	copyKey   *kit.Button
	there     *fyne.Container
	keys      *kit.Picker
	keyScope  *kit.Prose
	entered   *kit.Entry
	keyWrong  *kit.Prose
	keysKnown string

	fileBox   *fyne.Container
	fileLabel *kit.Prose
	file      *kit.Entry
	codeBox   *fyne.Container
	codeText  *kit.Prose
	codeSay   *kit.Prose
	saved     *kit.Prose
	saveWrong *kit.Prose
	keyPlace  *kit.Prose

	test     *kit.Button
	missing  *kit.Prose
	asked    *kit.Prose
	called   *kit.Prose
	testSays *kit.Prose
}

// clientActions are what the page needs of the window.
type clientActions struct {
	back, door, settings, makeKey, copyKey, save, copyCode, test func()

	account func(core.ID)
	browsed func(*kit.UI, *kit.Entry) fyne.CanvasObject
}

// clientStep is a step with its state.
type clientStep struct {
	root    *fyne.Container
	state   *canvas.Text
	ticked  fyne.CanvasObject
	crossed fyne.CanvasObject
}

func newClientStep(ui *kit.UI, number int, title string, parts ...fyne.CanvasObject) *clientStep {
	icon := func(paths string, tone tone) fyne.CanvasObject {
		return container.New(&kit.Fixed{Size: fyne.NewSize(16, 16)}, kit.Icon(paths, tone.in(ui.Palette)))
	}
	s := &clientStep{state: kit.Text("", 13, ui.Palette.Muted), ticked: icon(kit.IconCheck, toneSandbox), crossed: icon(kit.IconClose, toneBad)}
	head := container.New(&kit.Bar{Gap: kit.Grid}, kit.BoldText(strconv.Itoa(number)+"  "+title, kit.SizeText, ui.Palette.Text), s.ticked, s.crossed, s.state)
	s.root = kit.Stack(2*kit.Grid, append([]fyne.CanvasObject{head}, parts...)...)
	return s
}

// set shows a state.
func (s *clientStep) set(ui *kit.UI, state stepState) {
	words, tone := "clients.step.todo", toneMuted
	switch state {
	case stepDone:
		words, tone = "clients.step.done", toneSandbox
	case stepFailed:
		words, tone = "clients.step.failed", toneBad
	}
	kit.SetText(s.state, ui.T(words), tone.in(ui.Palette))
	kit.Visible(s.ticked, state == stepDone)
	kit.Visible(s.crossed, state == stepFailed)
}

// first is what has the keyboard at first: what is to be done first, as far as that is
// known.
func (p *clientsPage) first() fyne.Focusable {
	if p.openDoor.Visible() {
		return p.openDoor
	}
	return p.clients
}

func (p *clientsPage) draw(ui *kit.UI, accounts []api.Account) {
	before := p.page
	p.page = kit.NewPage(ui, 5*kit.Grid, kit.NewHead(ui, kit.NewIconButton(ui, kit.IconBack, ui.T("back"), p.on.back).Keyed(ui.KeyOf("back")), ui.T("clients.title")))
	p.ui, p.keysKnown = p.page.UI, ""
	ui = p.ui
	p.steps = [5]*clientStep{
		newClientStep(ui, 1, ui.T("door"), p.drawDoor()),
		newClientStep(ui, 2, ui.T("clients.choose"), p.drawClient(accounts)),
		newClientStep(ui, 3, ui.T("clients.key"), p.drawKey()),
		newClientStep(ui, 4, ui.T("clients.save"), p.drawSave()),
		newClientStep(ui, 5, ui.T("clients.test"), p.drawTest()),
	}
	p.page.Add(kit.NewProse(ui.T("clients.body"), 13, ui.Palette.Muted))
	for i, s := range p.steps {
		if i > 0 {
			p.page.Add(canvas.NewRectangle(ui.Palette.Line))
		}
		p.page.Add(s.root)
	}
	p.page.Replace(before)
}

func (p *clientsPage) note() *kit.Prose { return kit.NewProse("", 13, p.ui.Palette.Muted) }

func (p *clientsPage) label(key string) fyne.CanvasObject {
	return kit.Text(p.ui.T(key), 13, p.ui.Palette.Muted)
}

func (p *clientsPage) drawDoor() fyne.CanvasObject {
	ui := p.ui
	p.doorSay, p.doorWrong = p.note(), p.note()
	p.openDoor = kit.NewSmallButton(ui, kit.Filled, ui.T("clients.open"), p.on.door)
	p.toSettings = kit.NewSmallButton(ui, kit.Quiet, ui.T("settings"), p.on.settings)
	return kit.Stack(2*kit.Grid, p.doorSay, p.doorWrong, kit.Beside(p.openDoor, p.toSettings))
}

func (p *clientsPage) drawClient(accounts []api.Account) fyne.CanvasObject {
	ui, s := p.ui, p.setup
	var choices []kit.Choice
	for _, a := range accounts {
		choices = append(choices, kit.Choice{Value: string(a.ID), Label: kit.MiddleCut(a.Name, mostName) + "/" + string(a.Env)})
	}
	p.accounts = kit.NewPicker(ui, string(s.account.ID), func(id string) { p.on.account(core.ID(id)) }, choices...)
	p.clients = kit.NewPicker(ui, s.client, func(v string) { s.client, s.path, s.wrong = v, "", nil; p.show() }, clientChoices(ui, s.account)...)
	p.accounts.Resized, p.clients.Resized = p.page.Reflow, p.page.Reflow
	p.clientSay = p.note()
	p.follow = kit.NewToggle(ui, ui.T("clients.follow"), s.follow, func(on bool) { s.follow, s.path = on, ""; p.show() })
	p.all = kit.NewSegment(ui, "", func(v string) { s.all = v == "all"; p.show() }, kit.Choice{Value: "reads", Label: ui.T("clients.reads")}, kit.Choice{Value: "all", Label: ui.T("clients.all")})
	p.allWarning = p.note()
	return kit.Stack(2*kit.Grid, p.label("clients.account"), p.accounts, p.label("clients.client"), p.clients, p.clientSay, p.follow, p.all, p.allWarning)
}

func (p *clientsPage) drawKey() fyne.CanvasObject {
	ui, s := p.ui, p.setup
	p.which = kit.NewSegment(ui, "", func(v string) { s.existing = v == "there"; p.show() }, kit.Choice{Value: "new", Label: ui.T("clients.key.new")}, kit.Choice{Value: "there", Label: ui.T("clients.key.there")})
	p.name = kit.NewEntry(ui, "", "", func(v string) { s.name = v; p.show() })
	p.name.OnSubmitted = func(string) { p.on.makeKey() }
	p.scope, p.made = p.note(), kit.NewProse("", 13, ui.Palette.Text)
	p.makeKey = kit.NewSmallButton(ui, kit.Filled, ui.T("clientkey.make"), p.on.makeKey)
	p.fresh = kit.Stack(2*kit.Grid, p.label("clientkey.name"), p.name, p.scope, kit.Beside(p.makeKey))
	p.copyKey = kit.NewSmallButton(ui, kit.Filled, ui.T("clientkey.copy"), p.on.copyKey)
	p.madeBox = kit.Stack(2*kit.Grid, p.made, kit.Beside(p.copyKey))
	p.there = kit.Stack(2 * kit.Grid)
	p.keyScope, p.keyWrong = p.note(), p.note()
	p.entered = kit.NewSecretEntry(ui, ui.T("clients.key.enter"), "", func(v string) { s.entered = v; p.show() })
	p.entered.OnSubmitted = func(string) { p.on.test() }
	return kit.Stack(2*kit.Grid, p.which, p.fresh, p.madeBox, p.there, p.keyWrong)
}

func (p *clientsPage) drawSave() fyne.CanvasObject {
	ui, s := p.ui, p.setup
	p.fileLabel = p.note()
	p.file = kit.NewEntry(ui, "", "", func(v string) { s.path = v })
	p.file.OnSubmitted = func(string) { p.on.save() }
	p.fileBox = kit.Stack(2*kit.Grid, p.fileLabel, p.on.browsed(ui, p.file), kit.Beside(kit.NewSmallButton(ui, kit.Filled, ui.T("export.save"), p.on.save)))
	p.codeText, p.codeSay = kit.NewProse("", 13, ui.Palette.Text), p.note()
	p.codeText.Style.Monospace = true
	ground := canvas.NewRectangle(ui.Palette.Hover)
	ground.CornerRadius = kit.Radius
	p.codeBox = kit.Stack(2*kit.Grid, container.New(&kit.Backed{PadX: 3 * kit.Grid, PadY: 2 * kit.Grid}, ground, p.codeText), p.codeSay,
		kit.Beside(kit.NewSmallButton(ui, kit.Filled, ui.T("clients.copy_code"), p.on.copyCode)))
	p.saved, p.saveWrong, p.keyPlace = kit.NewProse("", 13, ui.Palette.Text), p.note(), p.note()
	return kit.Stack(2*kit.Grid, p.fileBox, p.codeBox, p.saveWrong, p.saved, p.keyPlace)
}

func (p *clientsPage) drawTest() fyne.CanvasObject {
	ui := p.ui
	p.test = kit.NewSmallButton(ui, kit.Filled, ui.T("clients.test.go"), p.on.test)
	p.missing = p.note()
	p.asked, p.called, p.testSays = kit.NewProse("", 13, ui.Palette.Text), kit.NewProse("", 13, ui.Palette.Text), p.note()
	return kit.Stack(2*kit.Grid, kit.NewProse(ui.T("clients.test.say"), 13, ui.Palette.Muted), kit.Beside(p.test), p.missing, p.asked, p.called, p.testSays)
}

func (p *clientsPage) port() int {
	return cmp.Or(p.door.loop.Port, core.DefaultLoopbackPort)
}

// code are the lines for the chosen SDK.
func (p *clientsPage) code() string {
	one, _ := p.setup.sdk()
	return one.Code(p.setup.callURL(p.port()), p.setup.account.AppID)
}

// show updates everything to what is known.
func (p *clientsPage) show() {
	p.showDoor()
	p.showClient()
	p.showKey()
	p.showSave()
	p.showTest()
	p.page.Reflow()
}

func (p *clientsPage) showDoor() {
	ui, d := p.ui, p.door
	on := d.loop.State == api.DoorOn
	state := stepTodo
	words, wrong := ui.T("clients.door.wait"), ""
	var ink color.Color = ui.Palette.Muted
	switch {
	case d.lost != nil:
		words, ink, state = ui.T("door.unknown", "cause", causeOf(ui, d.lost)), ui.Palette.SoonText, stepFailed
	case d.known:
		words, ink = doorWords(ui, d.loop)
		if on {
			state = stepDone
		}
		for _, e := range []*api.Error{api.FromError(errorOrNil(d.refused)), d.loop.Error} {
			if e != nil && !on {
				wrong, state = doorTrouble(ui, e), stepFailed
				break
			}
		}
		if d.loop.State == api.DoorTaken && wrong == "" {
			wrong, state = ui.T("door.taken.say"), stepFailed
		}
	}
	p.doorSay.Set(words, ink)
	p.doorWrong.SetOrHide(wrong, ui.Palette.LiveText)
	kit.Visible(p.openDoor, d.known && !on)
	kit.Visible(p.toSettings, state == stepFailed)
	p.steps[0].set(ui, state)
}

func (p *clientsPage) showClient() {
	ui, s := p.ui, p.setup
	say := ui.T("clients.say.sdk", "account", s.account.Name)
	if !s.calls() {
		say = ui.T("clients.say." + s.client)
	}
	p.clientSay.Set(say, ui.Palette.Muted)
	kit.Visible(p.follow, !s.calls() && !s.kind().Pinned() && s.isPaired)
	p.follow.Set(s.follow)
	kit.Visible(p.all, s.calls())
	p.all.Choose(map[bool]string{false: "reads", true: "all"}[s.all])
	warning := ""
	if s.calls() && s.all && s.account.Env == core.Live {
		warning = ui.T("clients.all.live")
	}
	p.allWarning.SetOrHide(warning, ui.Palette.SoonText)
	p.steps[1].set(ui, stepDone)
}

// drawKeys offers the keys that there are.
func (p *clientsPage) drawKeys() {
	names := ""
	var choices []kit.Choice
	for _, k := range p.door.keys {
		names += k.Name + "\n"
		choices = append(choices, kit.Choice{Value: k.Name, Label: k.Name})
	}
	if names == p.keysKnown {
		return
	}
	p.keysKnown = names
	s := p.setup
	p.keys = kit.NewPicker(p.ui, s.chosen, func(v string) { s.chosen, s.entered = v, ""; p.show() }, choices...)
	p.keys.Resized = p.page.Reflow
	p.there.Objects = []fyne.CanvasObject{p.keys, p.keyScope, kit.NewProse(p.ui.T("clients.key.enter.say"), 13, p.ui.Palette.Muted), p.entered}
}

func (p *clientsPage) showKey() {
	ui, s := p.ui, p.setup
	p.drawKeys()
	if len(p.door.keys) == 0 {
		s.existing = false
	} else if s.existing && s.chosen == "" {
		s.chosen = p.door.keys[0].Name
		p.keysKnown = ""
		p.drawKeys()
	}
	key, _, have := s.key(p.door.keys)
	kit.Visible(p.which, len(p.door.keys) > 0)
	p.which.Choose(map[bool]string{false: "new", true: "there"}[s.existing])
	made := s.made[s.calls()]
	isMade := made != nil && have && !s.existing && s.misfit(key) == ""
	kit.Visible(p.fresh, !s.existing && !isMade)
	kit.Visible(p.madeBox, isMade)
	kit.Visible(p.there, s.existing && p.keys != nil)
	if s.name == "" {
		p.name.Write("")
		p.name.SetPlaceHolder(s.keyName(p.door.keys))
	}
	wish := s.wish(p.door.keys)
	p.scope.Set(scopeOf(ui, api.ClientKey{Accounts: wish.Accounts, Envs: wish.Envs, CallRights: wish.CallRights}), ui.Palette.Muted)
	p.makeKey.Enable(!p.busy && p.door.known)
	state, wrong := stepTodo, s.refused.in(ui)
	if isMade {
		words := ui.T("clients.key.made", "name", text.Isolated(made.Name), "scope", scopeOf(ui, key))
		if made.kept {
			words += "\n" + ui.T("clients.key.kept")
		} else {
			words += "\n" + ui.T("clientkey.once.copy")
		}
		p.made.Set(words, ui.Palette.Text)
		state = stepDone
	}
	if s.existing && have {
		p.keyScope.Set(scopeOf(ui, key), ui.Palette.Muted)
		p.entered.Write(s.entered)
		state, wrong = stepDone, ""
		if why := s.misfit(key); why != "" {
			state, wrong = stepFailed, ui.T(why, "account", text.Isolated(s.account.Name), "env", envWord(ui, s.account.Env), "client", s.title(ui))
		}
	}
	if wrong != "" {
		state = stepFailed
	}
	p.keyWrong.SetOrHide(wrong, ui.Palette.LiveText)
	p.steps[2].set(ui, state)
}

func (p *clientsPage) showSave() {
	ui, s := p.ui, p.setup
	kit.Visible(p.fileBox, !s.calls())
	kit.Visible(p.codeBox, s.calls())
	if one, ok := s.sdk(); ok {
		p.codeText.Set(indented(p.code()), ui.Palette.Text)
		say := ""
		if !one.Run {
			say = ui.Words.Say("env.not_run")
		}
		p.codeSay.SetOrHide(say, ui.Palette.Muted)
	} else {
		label := "clients.file"
		if s.kind().Folder() {
			label = "clients.folder"
		}
		p.fileLabel.Set(ui.T(label), ui.Palette.Muted)
		if s.path == "" {
			p.file.Write(s.target(s.input(ui, p.port())))
		}
	}
	state, saved := stepTodo, ""
	if at := s.saved[s.client]; at != "" {
		state, saved = stepDone, ui.T("clients.saved", "file", shortPath(at))
		if s.calls() {
			saved = ui.T("clients.code_copied", "sdk", s.title(ui))
		}
	}
	if s.wrong != nil {
		state = stepFailed
	}
	p.saved.SetOrHide(saved, ui.Palette.Text)
	p.saveWrong.SetOrHide(s.wrong.in(ui), ui.Palette.LiveText)
	place := ui.T("clients.key.place", "place", s.place(ui))
	if _, key, have := s.key(p.door.keys); have && !key.Empty() && !s.calls() && s.kind().Folder() {
		place = ui.T("clients.key.inside", "place", s.place(ui))
	}
	p.keyPlace.Set(place, ui.Palette.Muted)
	p.steps[3].set(ui, state)
}

func (p *clientsPage) showTest() {
	ui, s := p.ui, p.setup
	_, key, have := s.key(p.door.keys)
	missing := ""
	switch {
	case p.door.loop.State != api.DoorOn:
		missing = ui.T("clients.test.door")
	case !have:
		missing = ui.T("clients.test.key")
	case key.Empty():
		missing = ui.T("clients.test.enter")
	}
	t := s.tried[s.client]
	p.missing.SetOrHide(missing, ui.Palette.Muted)
	p.test.Enable(missing == "" && (t == nil || !t.busy))
	state, asked, called, says := stepTodo, "", "", ""
	ink := ui.Palette.Muted
	switch {
	case t == nil:
	case t.busy:
		says = ui.T("clients.test.busy")
	default:
		asked, called, says = testLines(ui, t, s.account)
		state, ink = stepDone, ui.Palette.SandboxText
		if !t.good() {
			state, ink = stepFailed, ui.Palette.LiveText
		}
	}
	p.asked.SetOrHide(asked, ui.Palette.Text)
	p.called.SetOrHide(called, ui.Palette.Text)
	p.testSays.SetOrHide(says, ink)
	p.steps[4].set(ui, state)
}

// testLines say what the door answered, what the upstream answered, and what that means.
func testLines(ui *kit.UI, t *clientTest, a api.Account) (asked, called, says string) {
	ref := refWords(a.Ref())
	if t.err != nil {
		return "", "", explained(ui, wire(t.err), ref)
	}
	asked = ui.T("clients.test.answer", "call", "GET "+pathAlone(t.at), "status", t.door.Status, "time", milliseconds(ui, t.door.Took))
	code := codePart(ui.Words.Spec(a.Kind), t.code)
	if t.call == "" && t.door.ExpiresIn == 0 && (t.code != 0 || t.door.Error == nil) {
		asked += code
	}
	if t.door.ExpiresIn > 0 {
		asked += " · " + ui.T("clients.test.good_for", "time", ui.Words.Coarse(t.door.ExpiresIn))
	}
	switch {
	case t.call != "" && t.callErr != nil:
		called, says = t.call, explained(ui, wire(t.callErr), ref)
	case t.call != "":
		called = ui.T("clients.test.answer", "call", t.call, "status", t.status, "time", milliseconds(ui, t.took)) + code
	}
	switch {
	case t.explains != nil:
		says = explained(ui, t.explains, ref)
	case says == "" && t.good():
		says = ui.T("clients.test.fine")
	case says == "" && t.call != "":
		says = ui.T("clients.test.refused")
	case says == "":
		says = ui.T("clients.test.odd")
	}
	return asked, called, says
}

// milliseconds is how long an answer took.
func milliseconds(ui *kit.UI, d time.Duration) string {
	return ui.Words.Say("team.ms", "ms", strconv.FormatInt(max(1, d.Milliseconds()), 10))
}

// indented keeps the blanks at the beginning of lines, where wrapped text has none.
func indented(code string) string {
	lines := strings.Split(code, "\n")
	for i, line := range lines {
		rest := strings.TrimLeft(line, " \t")
		lead := strings.ReplaceAll(line[:len(line)-len(rest)], "\t", "  ")
		lines[i] = strings.Repeat("\u00a0", len(lead)) + rest
	}
	return strings.Join(lines, "\n")
}
