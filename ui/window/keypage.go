package window

import (
	"context"
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

// keyPage makes a client key and shows it once. What was entered is kept here,
// so that drawing it anew loses nothing.
type keyPage struct {
	model *model
	door  *doorView
	on    keyActions

	name, origins, search string
	some                  bool
	accounts              map[string]bool
	sandbox, live         bool

	pressed, busy bool
	refused       *core.Error
	made          *api.NewClientKey
	copied        bool

	look    *kit.Look
	scroll  *kit.Scroller
	says    map[string]*kit.Prose
	verdict *kit.Prose
	create  *kit.Button
	list    *fyne.Container // the accounts to choose from
}

// keyActions are what the page asks of the window.
type keyActions struct {
	create  func(*keyPage)
	copyKey func(*keyPage)
}

// maxOffered is how many accounts are offered at once; a search finds the rest.
const maxOffered = 30

func newKeyPage(m *model, d *doorView, on keyActions) *keyPage {
	return &keyPage{model: m, door: d, on: on, accounts: map[string]bool{}, sandbox: true}
}

func (p *keyPage) changed() bool {
	if p.made != nil {
		return !p.copied
	}
	return p.name != "" || p.origins != "" || len(p.accounts) > 0
}

func (p *keyPage) draw(l *kit.Look, back func(), _ time.Time) (fyne.CanvasObject, *kit.Scroller) {
	p.look, p.says = l, map[string]*kit.Prose{}
	title := l.T("door.key.add")
	parts := container.New(&kit.Column{Gap: 4 * kit.Grid, PadX: kit.RowLeft, PadY: 4 * kit.Grid})
	p.scroll = kit.NewScroller(parts)
	var foot fyne.CanvasObject
	if p.made != nil {
		title = l.T("clientkey.made", "name", p.made.Name)
		p.drawMade(parts)
		foot = atRight(kit.NewButton(l, kit.Quiet, l.T("clientkey.done"), back), kit.NewButton(l, kit.Filled, l.T("clientkey.copy"), func() { p.on.copyKey(p) }))
	} else {
		p.drawFields(parts)
		p.verdict = kit.NewProse("", 13, l.Palette.LiveText)
		p.create = kit.NewButton(l, kit.Filled, l.T("clientkey.make"), func() { p.on.create(p) })
		foot = kit.Stack(2*kit.Grid, p.verdict, atRight(p.create))
		p.check()
	}
	inner := container.New(&kit.Column{PadX: kit.RowLeft, PadY: 2 * kit.Grid}, foot)
	bottom := container.New(&backed{}, canvas.NewRectangle(l.Palette.Raised), kit.Stack(0, hairline(l), inner))
	head := kit.NewHead(l, kit.NewIconButton(l, kit.IconBack, l.T("back"), back), title).Root
	return container.New(&kit.PageLayout{}, head, p.scroll, bottom), p.scroll
}

func (p *keyPage) drawFields(column *fyne.Container) {
	l := p.look
	name := kit.NewEntry(l, l.T("clientkey.name.hint"), p.name, func(v string) { p.name = v; p.check() })
	name.OnPaste = p.pasted("name")
	column.Add(p.field("name", name))
	choice := kit.NewSegment(l, map[bool]string{false: "all", true: "some"}[p.some], func(v string) {
		p.some = v == "some"
		p.fillAccounts()
		p.check()
	}, kit.Choice{Value: "all", Label: l.T("clientkey.accounts.all")}, kit.Choice{Value: "some", Label: l.T("clientkey.accounts.some")})
	p.list = kit.Stack(2 * kit.Grid)
	column.Add(kit.Stack(2*kit.Grid, p.field("accounts", choice), p.list))
	p.fillAccounts()
	sandbox := kit.NewToggle(l, envWord(l, core.Sandbox), p.sandbox, func(on bool) { p.sandbox = on; p.check() })
	live := kit.NewToggle(l, envWord(l, core.Live), p.live, func(on bool) { p.live = on; p.check() })
	column.Add(p.field("envs", kit.Stack(2*kit.Grid, sandbox, live)))
	origins := kit.NewNoteEntry(l, p.origins, func(v string) { p.origins = v; p.check() })
	origins.OnPaste = p.pasted("origins")
	column.Add(kit.Stack(kit.Grid, p.field("origins", origins), kit.NewProse(l.T("clientkey.origins.say"), 13, l.Palette.Muted)))
}

// field is a label over a control over what is wrong with it.
func (p *keyPage) field(name string, o fyne.CanvasObject) fyne.CanvasObject {
	p.says[name] = kit.NewProse("", 13, p.look.Palette.LiveText)
	return kit.Stack(kit.Grid, kit.BoldText(p.look.T("clientkey."+name), 13, p.look.Palette.Text), o, p.says[name])
}

// pasted keeps a text that holds an AppSecret out of a field, and says why.
func (p *keyPage) pasted(field string) func(string) bool {
	return func(content string) bool {
		found, _ := readPasted(content)
		if found.Secret == "" && !core.HoldsSecret(content) {
			return false
		}
		p.says[field].Set(p.look.T("clientkey.secret"), p.look.Palette.LiveText)
		p.says[field].Show()
		p.scroll.Reflow()
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
	l := p.look
	all := p.names()
	if len(p.list.Objects) == 0 || !p.some {
		p.list.Objects = nil
	}
	p.list.Hidden = !p.some
	if !p.some {
		return
	}
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
	var rows []fyne.CanvasObject
	if len(all) > maxOffered/2 {
		finder := fyne.CanvasObject(kit.NewEntry(l, l.T("clientkey.accounts.find"), p.search, func(v string) { p.search = v; p.fillAccounts(); p.check() }))
		if len(p.list.Objects) > 0 {
			finder = p.list.Objects[0] // somebody types in it
		}
		rows = append(rows, finder)
	}
	for _, n := range offered {
		rows = append(rows, kit.NewToggle(l, n, p.accounts[n], func(on bool) {
			if on {
				p.accounts[n] = true
			} else {
				delete(p.accounts, n)
			}
			p.check()
		}))
	}
	if left > 0 {
		rows = append(rows, kit.NewProse(l.T("clientkey.accounts.more", "n", left), 13, l.Palette.Muted))
	}
	p.list.Objects = rows
}

// input is what the agent is asked for.
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
	return in
}

// problems are what is wrong with the fields.
func (p *keyPage) problems() map[string]string {
	l, in := p.look, p.input()
	out := map[string]string{}
	_, found := core.ClientKey{Name: in.Name, Accounts: in.Accounts, Envs: in.Envs, Origins: in.Origins}.Clean()
	fields := map[string]string{"account": "accounts", "env": "envs", "origin": "origins"}
	for _, f := range found {
		name := f.Field
		if ours, ok := fields[name]; ok {
			name = ours
		}
		out[name] = l.Words.Say(text.Key("problem." + f.Key))
	}
	if slices.ContainsFunc(p.door.keys, func(k api.ClientKey) bool { return k.Name == in.Name }) {
		out["name"] = l.Words.Say(text.Key("problem." + core.ProblemKeyTaken))
	}
	if in.Name == "" {
		out["name"] = l.T("clientkey.name.empty")
	}
	if p.some && len(in.Accounts) == 0 {
		out["accounts"] = l.T("clientkey.accounts.empty")
	}
	if len(in.Envs) == 0 {
		out["envs"] = l.T("clientkey.envs.empty")
	}
	return out
}

// check says below each field what is wrong with it; what is merely empty is
// said once the button was pressed.
func (p *keyPage) check() {
	l := p.look
	problems := p.problems()
	for name, say := range p.says {
		words, ink := problems[name], l.Palette.LiveText
		if !p.pressed && (name == "name" && p.name == "" || name == "accounts") {
			words = ""
		}
		if name == "envs" && words == "" && p.live {
			words, ink = l.T("clientkey.envs.live"), l.Palette.SoonText
		}
		say.Set(words, ink)
		say.Hidden = words == ""
	}
	if p.verdict != nil {
		words := ""
		if p.refused != nil {
			words = refusal(l, p.refused, "")
		}
		p.verdict.Set(words, l.Palette.LiveText)
		p.verdict.Hidden = words == ""
		p.create.Enable(!p.busy)
	}
	p.scroll.Reflow()
}

// ready reports whether the key may be made.
func (p *keyPage) ready() bool {
	p.pressed, p.refused = true, nil
	p.check()
	return len(p.problems()) == 0 && !p.busy
}

// drawMade shows the key.
func (p *keyPage) drawMade(column *fyne.Container) {
	l, k := p.look, p.made
	value := kit.NewProse(k.Key, kit.SizeText, l.Palette.Text)
	value.Style.Monospace = true
	ground := canvas.NewRectangle(l.Palette.Hover)
	ground.CornerRadius = kit.Radius
	column.Add(kit.NewProse(scopeOf(l, k.ClientKey), 13, l.Palette.Muted))
	column.Add(container.New(&backed{padX: 3 * kit.Grid, padY: 2 * kit.Grid}, ground, value))
	column.Add(kit.NewProse(l.T("clientkey.once"), kit.SizeText, l.Palette.Text))
	account := "NAME"
	if len(k.Accounts) > 0 {
		account = k.Accounts[0]
	} else if names := p.names(); len(names) > 0 {
		account = names[0]
	}
	use := kit.NewProse(l.Words.Say("api.key_use", "port", p.door.loop.Port, "account", url.PathEscape(account)), 13, l.Palette.Muted)
	use.Style.Monospace = l.Words.Lang() == text.English // the fixed-width face has no Chinese
	column.Add(use)
	if p.door.loop.State != api.DoorOn {
		column.Add(kit.NewProse(l.T("clientkey.shut"), 13, l.Palette.SoonText))
	}
}

// openKeyPage begins a client key over the settings.
func (w *Window) openKeyPage() {
	if w.settings != nil {
		w.enter(newKeyPage(&w.model, &w.settings.door, keyActions{create: w.makeKey, copyKey: w.copyKey}))
	}
}

// makeKey has the agent make the key that was described.
func (w *Window) makeKey(p *keyPage) {
	if !p.ready() {
		return
	}
	p.busy = true
	p.check()
	in := p.input()
	ask(w, quickWait, func(ctx context.Context, g Agent) (api.NewClientKey, error) {
		return g.AddClientKey(ctx, in)
	}, func(k api.NewClientKey, err *core.Error) {
		if w.settings == nil || w.settings.room != room(p) {
			return
		}
		p.busy, p.refused = false, err
		if err == nil {
			p.made = &k
			w.loadDoor()
		}
		w.redrawSettings()
	})
}

// copyKey has the agent put the new key on the clipboard, concealed from
// histories, and take it away again after the time that tokens have there.
func (w *Window) copyKey(p *keyPage) {
	key := p.made
	ask(w, quickWait, func(ctx context.Context, g Agent) (api.Clipboard, error) {
		return g.CopyText(ctx, api.TextRequest{Text: core.NewSecret(key.Key), Secret: true, Key: key.Name})
	}, func(c api.Clipboard, err *core.Error) {
		if err != nil && err.Remedy == core.RemedyClipboard {
			// The agent has no clipboard. The key is shown this once, so better
			// unconcealed than not at all.
			w.app.Clipboard().SetContent(key.Key)
			p.copied = true
			w.tell(w.look.T("clientkey.copied"))
			return
		}
		if err != nil {
			w.fail(err, api.Ref{})
			return
		}
		p.copied = true
		w.model.Clipboard, w.clipClosed = c, false
		w.message(w.clipMessage())
	})
}
