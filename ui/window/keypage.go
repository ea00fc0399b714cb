package window

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
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

// keyPage makes a client key and shows it once. Its input is stored apart from the
// fields, so that another language loses nothing.
type keyPage struct {
	model *model
	door  *doorView
	on    keyActions

	name, origins, search string
	some                  bool
	accounts              map[string]bool
	sandbox, live         bool
	rights                keyRights

	pressed, busy bool
	refused       *core.Error
	made          *api.NewClientKey
	copied        bool

	ui   *kit.UI
	page *kit.Page

	fields   *fyne.Container
	says     map[string]*kit.Prose
	verdict  *kit.Prose
	create   *kit.Button
	nameOf   *kit.Entry
	which    *kit.Segment // all accounts, or some
	envs     map[core.Env]*kit.Toggle
	pages    *kit.Entry // the origins
	pagesBox *fyne.Container
	list     *fyne.Container // the accounts to choose from
	finder   *kit.Entry      // among many of them
	offered  *kit.Rows[string, *kit.Toggle]
	left     *kit.Prose // how many more there are

	key        *fyne.Container // the key that was made
	value      *kit.Prose
	scope      *kit.Prose
	use        *kit.Prose
	closedNote *kit.Prose
	keyEnd     *fyne.Container // its buttons
	fieldEnd   *fyne.Container // and those of the fields
}

// keyActions are what the page needs of the window.
type keyActions struct {
	create  func(*keyPage)
	copyKey func(p *keyPage, content string) // the key, or a text that holds it
}

// maxOffered is how many accounts are offered at once; a search finds the others.
const maxOffered = 30

func newKeyPage(m *model, d *doorView, on keyActions) *keyPage {
	return &keyPage{model: m, door: d, on: on, accounts: map[string]bool{}, sandbox: true, rights: keyRights{what: keyTakes}}
}

func (p *keyPage) changed() bool {
	if p.made != nil {
		return !p.copied
	}
	return p.name != "" || p.origins != "" || len(p.accounts) > 0 || p.rights.changed()
}

func (p *keyPage) top() *kit.Page        { return p.page }
func (p *keyPage) first() fyne.Focusable { return p.nameOf }

func (p *keyPage) draw(ui *kit.UI, back func()) {
	head := kit.NewHead(ui, kit.NewIconButton(ui, kit.IconBack, ui.T("back"), back).Keyed(ui.KeyOf("back")), "")
	p.page = kit.NewPage(ui, 4*kit.Grid, head)
	p.ui, p.says = p.page.UI, map[string]*kit.Prose{}
	ui = p.ui
	p.drawFields()
	p.drawKey()
	p.page.Add(p.fields, p.key)
	p.verdict = kit.NewProse("", 13, ui.Palette.LiveText)
	p.create = kit.NewButton(ui, kit.Filled, ui.T("clientkey.make"), func() { p.on.create(p) })
	p.fieldEnd = kit.Stack(2*kit.Grid, p.verdict, kit.AtRight(p.create))
	p.keyEnd = kit.AtRight(kit.NewButton(ui, kit.Quiet, ui.T("clientkey.done"), back), kit.NewButton(ui, kit.Filled, ui.T("clientkey.copy"), func() { p.on.copyKey(p, p.made.Key) }))
	p.page.SetFoot(p.fieldEnd, p.keyEnd)
}

// show shows the fields, or the key once it is made.
func (p *keyPage) show(time.Time) {
	made := p.made != nil
	for _, o := range []*fyne.Container{p.fields, p.fieldEnd} {
		kit.Visible(o, !made)
	}
	for _, o := range []*fyne.Container{p.key, p.keyEnd} {
		kit.Visible(o, made)
	}
	if made {
		p.page.Head.SetTitle(p.ui.T("clientkey.made", "name", p.made.Name))
		p.showKey()
	} else {
		p.page.Head.SetTitle(p.ui.T("door.key.add"))
		p.nameOf.Write(p.name)
		p.which.Choose(map[bool]string{false: "all", true: "some"}[p.some])
		p.envs[core.Sandbox].Set(p.sandbox)
		p.envs[core.Live].Set(p.live)
		p.pages.Write(p.origins)
		p.showRights()
		p.fillAccounts()
		p.check()
	}
	p.page.Reflow()
}

func (p *keyPage) drawFields() {
	ui := p.ui
	p.nameOf = kit.NewEntry(ui, ui.T("clientkey.name.hint"), p.name, func(v string) { p.name = v; p.check() })
	p.nameOf.OnPaste = p.pasted("name")
	p.nameOf.OnSubmitted = func(string) { p.on.create(p) }
	p.which = kit.NewSegment(ui, "all", func(v string) {
		p.some = v == "some"
		p.fillAccounts()
		p.check()
	}, kit.Choice{Value: "all", Label: ui.T("clientkey.accounts.all")}, kit.Choice{Value: "some", Label: ui.T("clientkey.accounts.some")})
	p.finder = kit.NewEntry(ui, ui.T("clientkey.accounts.find"), p.search, func(v string) { p.search = v; p.fillAccounts(); p.check() })
	p.offered = kit.NewRows(kit.Stack(2*kit.Grid), func(name string) (fyne.CanvasObject, *kit.Toggle) {
		t := kit.NewToggle(ui, name, false, func(on bool) { p.chosen(name, on) })
		return t, t
	})
	p.left = kit.NewProse("", 13, ui.Palette.Muted)
	p.list = kit.Stack(2*kit.Grid, p.finder, p.offered.Box, p.left)
	sandbox := kit.NewToggle(ui, envWord(ui, core.Sandbox), p.sandbox, func(on bool) { p.sandbox = on; p.check() })
	live := kit.NewToggle(ui, envWord(ui, core.Live), p.live, func(on bool) { p.live = on; p.check() })
	p.envs = map[core.Env]*kit.Toggle{core.Sandbox: sandbox, core.Live: live}
	p.pages = kit.NewNoteEntry(ui, p.origins, func(v string) { p.origins = v; p.check() })
	p.pages.OnPaste = p.pasted("origins")
	p.pagesBox = kit.Stack(kit.Grid, p.field("origins", p.pages), kit.NewProse(ui.T("clientkey.origins.say"), 13, ui.Palette.Muted))
	p.fields = kit.Stack(4*kit.Grid, p.field("name", p.nameOf), kit.Stack(2*kit.Grid, p.field("accounts", p.which), p.list),
		p.field("envs", kit.Stack(2*kit.Grid, sandbox, live)), p.drawRights(), p.pagesBox, p.drawHosts())
}

// chosen adds an account to those of the key, or removes it.
func (p *keyPage) chosen(name string, on bool) {
	if on {
		p.accounts[name] = true
	} else {
		delete(p.accounts, name)
	}
	p.check()
}

// field is a label over a control over what is wrong with it.
func (p *keyPage) field(name string, o fyne.CanvasObject) fyne.CanvasObject {
	p.says[name] = kit.NewProse("", 13, p.ui.Palette.LiveText)
	return kit.Stack(kit.Grid, kit.BoldText(p.ui.T("clientkey."+name), 13, p.ui.Palette.Text), o, p.says[name])
}

// pasted keeps a text with an AppSecret out of a field, and says why.
func (p *keyPage) pasted(field string) func(string) bool {
	return func(content string) bool {
		found, _ := readPasted(p.ui.Words.Kinds(), content)
		if found.Secret == "" && !core.HoldsSecret(content) {
			return false
		}
		p.says[field].Set(p.ui.T("clientkey.secret"), p.ui.Palette.LiveText)
		p.says[field].Show()
		p.page.Reflow()
		return true
	}
}

// names are the names of accounts, in order, each once.
func (p *keyPage) names() []string {
	seen := map[string]bool{}
	for _, a := range p.model.Accounts {
		seen[a.Name] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// fillAccounts lists the accounts to choose from, those that are chosen first.
func (p *keyPage) fillAccounts() {
	kit.Visible(p.list, p.some)
	if !p.some {
		return
	}
	all := p.names()
	var offered []string
	for _, n := range all {
		if p.accounts[n] {
			offered = append(offered, n)
		}
	}
	needle := strings.ToLower(strings.TrimSpace(p.search))
	left := 0
	for _, n := range all {
		switch {
		case p.accounts[n] || !strings.Contains(strings.ToLower(n), needle):
		case len(offered) < maxOffered:
			offered = append(offered, n)
		default:
			left++
		}
	}
	kit.Visible(p.finder, len(all) > maxOffered/2)
	p.offered.Show(offered, func(name string, t *kit.Toggle) { t.Set(p.accounts[name]) })
	more := ""
	if left > 0 {
		more = p.ui.T("clientkey.accounts.more", "n", left)
	}
	p.left.SetOrHide(more, p.ui.Palette.Muted)
}

// input is the request to the agent.
func (p *keyPage) input() api.ClientKeyInput {
	in := api.ClientKeyInput{Name: strings.TrimSpace(p.name), Origins: strings.Fields(p.origins)}
	if p.some {
		in.Accounts = slices.Sorted(maps.Keys(p.accounts))
	}
	if p.sandbox {
		in.Envs = append(in.Envs, core.Sandbox)
	}
	if p.live {
		in.Envs = append(in.Envs, core.Live)
	}
	p.rights.put(&in)
	return in
}

// problems are what is wrong with the fields.
func (p *keyPage) problems() map[string]string {
	ui, in := p.ui, p.input()
	out := map[string]string{}
	_, found := core.ClientKey{Name: in.Name, Accounts: in.Accounts, Envs: in.Envs, Origins: in.Origins, Hosts: in.Hosts, CallRights: in.CallRights}.Clean()
	fields := map[string]string{"account": "accounts", "env": "envs", "origin": "origins", "host": "hosts"}
	for _, f := range found {
		name := f.Field
		if ours, ok := fields[name]; ok {
			name = ours
		}
		out[name] = ui.Words.Say(text.Key("problem." + f.Key))
	}
	if slices.ContainsFunc(p.door.keys, func(k api.ClientKey) bool { return k.Name == in.Name }) {
		out["name"] = ui.Words.Say(text.Key("problem." + core.ProblemKeyTaken))
	}
	if in.Name == "" {
		out["name"] = ui.T("clientkey.name.empty")
	}
	if p.some && len(in.Accounts) == 0 {
		out["accounts"] = ui.T("clientkey.accounts.empty")
	}
	if p.rights.makesCalls() && len(in.Calls) == 0 {
		out["calls"] = ui.T("clientkey.calls.empty")
	}
	if len(in.Envs) == 0 {
		out["envs"] = ui.T("clientkey.envs.empty")
	}
	return out
}

// check says below each field what is wrong with it; empty fields are only reported
// after the button was pressed.
func (p *keyPage) check() {
	ui := p.ui
	problems := p.problems()
	for name, say := range p.says {
		words, ink := problems[name], ui.Palette.LiveText
		if !p.pressed && (name == "name" && p.name == "" || name == "accounts") {
			words = ""
		}
		if name == "envs" && words == "" && p.live {
			words, ink = ui.T("clientkey.envs.live"), ui.Palette.SoonText
			if p.rights.what == keyCalls {
				words = ui.T("clientkey.envs.live.calls")
			}
		}
		say.SetOrHide(words, ink)
	}
	words := ""
	if p.refused != nil {
		words = refusal(ui, p.refused, "")
	}
	p.verdict.SetOrHide(words, ui.Palette.LiveText)
	p.create.Enable(!p.busy)
	p.page.Reflow()
}

// ready reports whether the key may be made.
func (p *keyPage) ready() bool {
	p.pressed, p.refused = true, nil
	p.check()
	return len(p.problems()) == 0 && !p.busy
}

// drawKey is the place of the key that was made.
func (p *keyPage) drawKey() {
	ui := p.ui
	p.scope = kit.NewProse("", 13, ui.Palette.Muted)
	p.value = kit.NewProse("", kit.SizeText, ui.Palette.Text)
	p.value.Style.Monospace = true
	ground := canvas.NewRectangle(ui.Palette.Hover)
	ground.CornerRadius = kit.Radius
	p.use = kit.NewProse("", 13, ui.Palette.Muted)
	p.use.Style.Monospace = ui.Words.Lang() == text.English // the fixed-width face has no Chinese
	p.closedNote = kit.NewProse("", 13, ui.Palette.SoonText)
	p.key = kit.Stack(4*kit.Grid, p.scope, container.New(&kit.Backed{PadX: 3 * kit.Grid, PadY: 2 * kit.Grid}, ground, p.value),
		kit.NewProse(ui.T("clientkey.once"), kit.SizeText, ui.Palette.Text), container.New(&kit.Bar{Gap: 2 * kit.Grid}, p.use,
			kit.NewLineIconButton(ui, kit.IconCopy, ui.T("clientkey.copy_call"), func() { p.on.copyKey(p, p.call()) })), p.closedNote)
}

// showKey shows the key and how it is used.
func (p *keyPage) showKey() {
	ui, k := p.ui, p.made
	p.scope.Set(scopeOf(ui, k.ClientKey), ui.Palette.Muted)
	p.value.Set(k.Key, ui.Palette.Text)
	use := text.Key("api.key_use")
	if len(k.Calls) > 0 {
		use = "api.key_call"
	}
	p.use.Set(ui.Words.Say(use, "port", p.port(), "account", url.PathEscape(p.account())), ui.Palette.Muted)
	note := ""
	if p.door.loop.State != api.DoorOn {
		note = ui.T("clientkey.shut")
	}
	p.closedNote.SetOrHide(note, ui.Palette.SoonText)
}

// account is an example of an account that the key may use.
func (p *keyPage) account() string {
	if len(p.made.Accounts) > 0 {
		return p.made.Accounts[0]
	}
	if names := p.names(); len(names) > 0 {
		return names[0]
	}
	return "NAME"
}

// port is where the API listens, or will: the door's own answer may not be there
// yet.
func (p *keyPage) port() int { return cmp.Or(p.door.loop.Port, p.model.Settings.LoopbackPort) }

// call is a command that takes a token with the key, or makes a call.
func (p *keyPage) call() string {
	if len(p.made.Calls) > 0 {
		return fmt.Sprintf("curl -H 'Authorization: Bearer %s' http://127.0.0.1:%d/call/%s/%s/", p.made.Key, p.port(), url.PathEscape(p.account()), p.made.Envs[0])
	}
	return fmt.Sprintf("curl -H 'Authorization: Bearer %s' http://127.0.0.1:%d/v1/token/%s", p.made.Key, p.port(), url.PathEscape(p.account()))
}
