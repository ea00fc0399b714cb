package window

import (
	"context"
	"image/color"
	"reflect"
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

// loopbackAgent is what the page of the local API asks of the agent.
type loopbackAgent interface {
	Loopback(ctx context.Context) (api.Loopback, error)
	SetLoopback(ctx context.Context, req api.LoopbackRequest) (api.Loopback, error)
	ClientKeys(ctx context.Context) ([]api.ClientKey, error)
	AddClientKey(ctx context.Context, in api.ClientKeyInput) (api.NewClientKey, error)
	RevokeClientKey(ctx context.Context, name string) error
	AccessLog(ctx context.Context, limit int) ([]api.Access, error)
}

// doorEvery is how often, in seconds, the settings ask how the door stands:
// neither its keys nor their uses are told by events.
const doorEvery = 5

// doorView is what the settings page knows of the loopback door.
type doorView struct {
	known   bool
	loop    api.Loopback
	keys    []api.ClientKey
	lost    *core.Error // why it could not be asked
	refused *core.Error // why the last change was not made
}

// drawDoor is the part of the settings about the HTTP API on this machine.
func (s *settingsPage) drawDoor(now time.Time) fyne.CanvasObject {
	l, d := s.look, &s.door
	box := kit.Stack(3*kit.Grid, kit.Stack(kit.Grid, kit.BoldText(l.T("door"), 13, l.Palette.Text), kit.NewProse(l.T("door.say"), 13, l.Palette.Muted)))
	if !d.known {
		if d.lost != nil {
			box.Add(kit.NewProse(l.T("door.unknown", "cause", causeOf(l, d.lost)), 13, l.Palette.SoonText))
		}
		return box
	}
	open := d.loop.State != api.DoorOff
	words, ink := doorState(l, d.loop)
	line := kit.Stack(kit.Grid, kit.NewToggle(l, l.T("set.loopback"), open, func(on bool) { s.on.door(on, 0) }), kit.NewProse(words, 13, ink))
	for _, e := range []*api.Error{d.loop.Error, api.FromError(errorOrNil(d.refused))} {
		if e != nil {
			line.Add(kit.NewProse(doorTrouble(l, e), 13, l.Palette.LiveText))
			break
		}
	}
	box.Add(line)
	box.Add(s.drawPort())
	box.Add(s.drawKeys(now))
	return box
}

// errorOrNil is an error that is nil when e is.
func errorOrNil(e *core.Error) error {
	if e == nil {
		return nil
	}
	return e
}

// doorState says how the door stands.
func doorState(l *kit.Look, d api.Loopback) (string, color.NRGBA) {
	switch d.State {
	case api.DoorOn:
		return l.T("door.on", "addresses", strings.Join(d.Addresses, "  ")), l.Palette.SandboxText
	case api.DoorTaken:
		return l.T("door.taken", "port", d.Port), l.Palette.LiveText
	}
	return l.T("door.off"), l.Palette.Muted
}

// doorTrouble says why the door is not as somebody wants it, and what to do.
func doorTrouble(l *kit.Look, e *api.Error) string {
	if e.Remedy == core.RemedyPort {
		return joined(l, l.Words.Cause(e, ""), l.T("door.taken.say"))
	}
	return explained(l, e, "")
}

// drawPort is the port with a button that appears when another is entered.
func (s *settingsPage) drawPort() fyne.CanvasObject {
	l := s.look
	shown := s.port
	if shown == "" {
		shown = strconv.Itoa(s.door.loop.Port)
	}
	say := kit.NewProse("", 13, l.Palette.LiveText)
	var use *kit.Button
	judge := func() {
		port, ok := portOf(s.port)
		say.Set("", l.Palette.LiveText)
		if s.port != "" && !ok {
			say.Set(l.Words.Say(text.Key("problem."+core.ProblemPort)), l.Palette.LiveText)
		}
		say.Hidden = say.Content == ""
		use.Enable(ok && port != s.door.loop.Port)
	}
	apply := func() {
		if port, ok := portOf(s.port); ok {
			s.on.door(s.door.loop.State != api.DoorOff, port)
		}
	}
	use = kit.NewSmallButton(l, kit.Quiet, l.T("door.port.use"), apply)
	e := kit.NewEntry(l, strconv.Itoa(core.DefaultLoopbackPort), shown, func(v string) {
		s.port = v
		judge()
		if s.scroll != nil {
			s.scroll.Reflow()
		}
	})
	e.OnSubmitted = func(string) { apply() }
	judge()
	return kit.Stack(kit.Grid, kit.BoldText(l.T("set.loopback-port"), 13, l.Palette.Text), container.New(&kit.Bar{Gap: 2 * kit.Grid}, e, use), say)
}

// portOf reads a port.
func portOf(s string) (int, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	return n, err == nil && core.ValidPort(n)
}

// drawKeys lists the client keys, with what each may do.
func (s *settingsPage) drawKeys(now time.Time) fyne.CanvasObject {
	l := s.look
	box := kit.Stack(2*kit.Grid, kit.BoldText(l.T("door.keys"), 13, l.Palette.Text))
	if len(s.door.keys) == 0 {
		box.Add(kit.NewProse(l.T("door.keys.none"), 13, l.Palette.Muted))
	}
	for _, k := range s.door.keys {
		name := []fyne.CanvasObject{kit.NewProse(k.Name, 13, l.Palette.Text)}
		name[0].(*kit.Prose).Style.Bold = true
		if slices.Contains(k.Envs, core.Live) {
			name = append(name, newTag(l, true))
		}
		words := kit.Stack(0, container.New(&kit.Bar{Gap: 2 * kit.Grid}, name...),
			kit.NewProse(scopeOf(l, k), 13, l.Palette.Muted), kit.NewProse(lastUse(l, k, now), 13, l.Palette.Muted))
		box.Add(container.New(&kit.Bar{Gap: 2 * kit.Grid}, words, kit.NewSmallButton(l, kit.Quiet, l.T("door.revoke"), func() { s.on.revoke(k.Name) })))
	}
	box.Add(kit.Beside(kit.NewSmallButton(l, kit.Quiet, l.T("door.key.add"), s.on.newKey), kit.NewSmallButton(l, kit.Quiet, l.T("door.log"), s.on.log)))
	return box
}

// scopeOf says what a key may do.
func scopeOf(l *kit.Look, k api.ClientKey) string {
	comma := l.Words.Say("cli.comma")
	accounts := l.T("door.all")
	if len(k.Accounts) > 0 {
		accounts = strings.Join(k.Accounts, comma)
	}
	var envs []string
	for _, e := range k.Envs {
		envs = append(envs, envWord(l, e))
	}
	out := accounts + " · " + strings.Join(envs, comma)
	if len(k.Origins) > 0 {
		out += " · " + l.T("door.pages", "origins", strings.Join(k.Origins, comma))
	}
	return out
}

func lastUse(l *kit.Look, k api.ClientKey, now time.Time) string {
	if k.LastUsed.IsZero() {
		return l.T("door.unused")
	}
	return l.T("door.used", "time", moment(l, k.LastUsed, now))
}

// loadDoor asks how the door stands, and draws the settings anew only if that is
// news: somebody may be typing there.
func (w *Window) loadDoor() {
	if w.settings == nil || w.agent == nil {
		return
	}
	page := w.settings
	ask(w, quickWait, func(ctx context.Context, g Agent) (doorView, error) {
		loop, err := g.Loopback(ctx)
		if err != nil {
			return doorView{}, err
		}
		keys, err := g.ClientKeys(ctx)
		return doorView{known: true, loop: loop, keys: keys}, err
	}, func(d doorView, err *core.Error) {
		if w.settings != page {
			return
		}
		if err != nil {
			d = doorView{lost: err}
		}
		d.refused = page.door.refused
		if !reflect.DeepEqual(d, page.door) {
			page.door = d
			w.redrawSettings()
		}
	})
}

// setDoor opens, shuts or moves the door. Port 0 leaves it where it is.
func (w *Window) setDoor(on bool, port int) {
	page := w.settings
	ask(w, quickWait, func(ctx context.Context, g Agent) (api.Loopback, error) {
		return g.SetLoopback(ctx, api.LoopbackRequest{On: on, Port: port})
	}, func(l api.Loopback, err *core.Error) {
		if w.settings != page || page == nil {
			return
		}
		page.door.refused = err
		if err == nil {
			page.door.loop, page.door.known = l, true
			if port != 0 {
				page.port = ""
			}
		}
		w.redrawSettings()
	})
}

// askRevoke ends a client key, after a question.
func (w *Window) askRevoke(name string) {
	l := w.look
	w.question(question{
		title: l.T("door.revoke.ask", "name", name), body: l.T("door.revoke.say"), yes: l.T("door.revoke"), role: kit.Danger,
	}, func() {
		ask(w, quickWait, func(ctx context.Context, g Agent) (none, error) {
			return nothing(g.RevokeClientKey(ctx, name))
		}, func(_ none, err *core.Error) {
			if err != nil {
				w.fail(err, api.Ref{})
			} else {
				w.tell(w.look.T("door.revoked", "name", name))
			}
			w.loadDoor()
		})
	})
}
