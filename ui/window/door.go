package window

import (
	"image/color"
	"slices"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// doorView is what the settings page knows of the loopback door.
type doorView struct {
	known   bool
	loop    api.Loopback
	keys    []api.ClientKey
	lost    *core.Error // why it could not be asked
	refused *core.Error // why the last change was not made
}

// doorState is what the settings page knows about the door, and the input there.
type doorState struct {
	known doorView
	port  string // as typed, "" when nobody types
}

// doorActions are what it needs of the window.
type doorActions struct {
	door   func(on bool, port int)
	newKey func()
	revoke func(name string)
	log    func()
	client func() // sets an API client up
	reflow func() // redoes the page's layout
}

// doorBox is the part of the settings about the HTTP API on this machine.
type doorBox struct {
	*doorState
	ui   *kit.UI
	on   doorActions
	root *fyne.Container

	lost    *kit.Prose // why nothing is known of it
	all     *fyne.Container
	open    *kit.Toggle
	state   *kit.Prose
	trouble *kit.Prose

	entry   *kit.Entry
	portSay *kit.Prose
	portUse *kit.Button

	none *kit.Prose // there are no keys
	keys *kit.Rows[string, *keyRow]
}

// keyRow is a client key and what it may do.
type keyRow struct {
	live        fyne.CanvasObject
	scope, used *kit.Prose
}

func newDoorBox(ui *kit.UI, state *doorState, on doorActions) *doorBox {
	d := &doorBox{doorState: state, ui: ui, on: on}
	prose := func() *kit.Prose { return kit.NewProse("", 13, ui.Palette.Muted) }
	d.lost, d.state, d.trouble, d.none = prose(), prose(), prose(), prose()
	d.open = kit.NewToggle(ui, ui.T("set.loopback"), false, func(open bool) { on.door(open, 0) })
	d.keys = kit.NewRows(kit.Stack(2*kit.Grid), d.newKeyRow)
	d.all = kit.Stack(3*kit.Grid, kit.Stack(kit.Grid, d.open, d.state, d.trouble), d.drawPort(),
		kit.Stack(2*kit.Grid, kit.BoldText(ui.T("door.keys"), 13, ui.Palette.Text), d.none, d.keys.Box,
			kit.Beside(kit.NewSmallButton(ui, kit.Quiet, ui.T("door.key.add"), on.newKey), kit.NewSmallButton(ui, kit.Quiet, ui.T("door.log"), on.log), kit.NewSmallButton(ui, kit.Quiet, ui.T("door.clients"), on.client))))
	d.root = kit.Stack(3*kit.Grid, kit.Stack(kit.Grid, kit.BoldText(ui.T("door"), 13, ui.Palette.Text), kit.NewProse(ui.T("door.say"), 13, ui.Palette.Muted)), d.lost, d.all)
	return d
}

// show updates it to the known state of the door.
func (d *doorBox) show(now time.Time) {
	ui, v := d.ui, d.known
	lost := ""
	if !v.known && v.lost != nil {
		lost = ui.T("door.unknown", "cause", causeOf(ui, v.lost))
	}
	d.lost.SetOrHide(lost, ui.Palette.SoonText)
	kit.Visible(d.all, v.known)
	if !v.known {
		return
	}
	d.open.Set(v.loop.State != api.DoorOff)
	d.state.Set(doorWords(ui, v.loop))
	trouble := ""
	for _, e := range []*api.Error{v.loop.Error, v.loop.AddressError, api.FromError(errorOrNil(v.refused))} {
		if e != nil {
			trouble = doorTrouble(ui, e)
			break
		}
	}
	if h := v.loop.Holder; h != nil && !h.Own {
		trouble = joined(ui, trouble, ui.T("door.holder", "user", h.User))
	}
	d.trouble.SetOrHide(trouble, ui.Palette.LiveText)
	if d.port == "" {
		d.entry.Write(strconv.Itoa(v.loop.Port))
	}
	d.checkPort()
	d.showKeys(now)
}

// errorOrNil is an error that is nil when e is.
func errorOrNil(e *core.Error) error {
	if e == nil {
		return nil
	}
	return e
}

// doorWords says how the door stands.
func doorWords(ui *kit.UI, d api.Loopback) (string, color.Color) {
	switch d.State {
	case api.DoorOn:
		return ui.T("door.on", "addresses", strings.Join(d.Addresses, "  ")), ui.Palette.SandboxText
	case api.DoorTaken:
		return ui.T("door.taken", "port", d.Port), ui.Palette.LiveText
	}
	return ui.T("door.off"), ui.Palette.Muted
}

// doorTrouble says why the door is not as it was set, and what to do.
func doorTrouble(ui *kit.UI, e *api.Error) string {
	if e.Remedy == core.RemedyPort {
		return joined(ui, ui.Words.Cause(e, ""), ui.T("door.taken.say"))
	}
	return explained(ui, e, "")
}

// drawPort is the port with a button for another one.
func (d *doorBox) drawPort() fyne.CanvasObject {
	ui := d.ui
	d.portSay = kit.NewProse("", 13, ui.Palette.LiveText)
	use := func() {
		if port, ok := portOf(d.port); ok {
			d.on.door(d.known.loop.State != api.DoorOff, port)
		}
	}
	d.portUse = kit.NewSmallButton(ui, kit.Quiet, ui.T("door.port.use"), use)
	d.entry = kit.NewEntry(ui, strconv.Itoa(core.DefaultLoopbackPort), d.port, func(v string) {
		d.port = v
		d.checkPort()
		d.on.reflow()
	})
	d.entry.OnSubmitted = func(string) { use() }
	return kit.Stack(kit.Grid, kit.BoldText(ui.T("set.loopback-port"), 13, ui.Palette.Text), container.New(&kit.Bar{Gap: 2 * kit.Grid}, d.entry, d.portUse), d.portSay)
}

// checkPort says what is wrong with the port that is typed.
func (d *doorBox) checkPort() {
	typed := d.port
	port, ok := portOf(typed)
	words := ""
	if typed != "" && !ok {
		words = d.ui.Words.Say(text.Key("problem." + core.ProblemPort))
	}
	d.portSay.SetOrHide(words, d.ui.Palette.LiveText)
	d.portUse.Enable(ok && port != d.known.loop.Port)
}

// portOf reads a port.
func portOf(s string) (int, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	return n, err == nil && core.ValidPort(n)
}

// newKeyRow is the row of a client key.
func (d *doorBox) newKeyRow(name string) (fyne.CanvasObject, *keyRow) {
	ui := d.ui
	r := &keyRow{live: newTag(ui, true), scope: kit.NewProse("", 13, ui.Palette.Muted), used: kit.NewProse("", 13, ui.Palette.Muted)}
	title := kit.NewProse(name, 13, ui.Palette.Text)
	title.Style.Bold = true
	words := kit.Stack(0, container.New(&kit.Bar{Gap: 2 * kit.Grid}, title, r.live), r.scope, r.used)
	revoke := kit.NewSmallButton(ui, kit.Quiet, ui.T("door.revoke"), func() { d.on.revoke(name) })
	return container.New(&kit.Bar{Gap: 2 * kit.Grid}, words, revoke), r
}

// showKeys lists the client keys, with what each may do.
func (d *doorBox) showKeys(now time.Time) {
	ui, keys := d.ui, map[string]api.ClientKey{}
	var names []string
	for _, k := range d.known.keys {
		keys[k.Name] = k
		names = append(names, k.Name)
	}
	none := ""
	if len(names) == 0 {
		none = ui.T("door.keys.none")
	}
	d.none.SetOrHide(none, ui.Palette.Muted)
	d.keys.Show(names, func(name string, r *keyRow) {
		k := keys[name]
		kit.Visible(r.live, slices.Contains(k.Envs, core.Live))
		r.scope.Set(scopeOf(ui, k), ui.Palette.Muted)
		r.used.Set(lastUse(ui, k, now), ui.Palette.Muted)
	})
}

// scopeOf says what a key may do.
func scopeOf(ui *kit.UI, k api.ClientKey) string {
	comma := ui.Words.Say("cli.comma")
	accounts := ui.T("door.all")
	if len(k.Accounts) > 0 {
		accounts = strings.Join(k.Accounts, comma)
	}
	var envs []string
	for _, e := range k.Envs {
		envs = append(envs, envWord(ui, e))
	}
	out := accounts + " · " + strings.Join(envs, comma)
	if len(k.Origins) > 0 {
		out += " · " + ui.T("door.pages", "origins", strings.Join(k.Origins, comma))
	}
	if len(k.Hosts) > 0 {
		out += ui.Words.Say("api.scope_hosts", "hosts", strings.Join(k.Hosts, comma))
	}
	if len(k.Calls) > 0 {
		out += ui.Words.Say("api.scope_calls", "calls", strings.Join(k.Calls, comma))
	}
	if k.LiveWrite {
		out += ui.Words.Say("api.scope_live_write")
	}
	if k.NoToken {
		out += ui.Words.Say("api.scope_no_token")
	}
	return out
}

func lastUse(ui *kit.UI, k api.ClientKey, now time.Time) string {
	if k.LastUsed.IsZero() {
		return ui.T("door.unused")
	}
	return ui.T("door.used", "time", moment(ui, k.LastUsed, now))
}
