package window

import (
	"context"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// exportDone tells that files for an API client are written. Where they get no
// token yet, because the HTTP API is shut or there is no client key, it says so
// and offers both; else a message is enough.
func (w *Window) exportDone(s *clientSheet, path, place string) {
	ask(w, quickWait, func(ctx context.Context, g Agent) (api.Loopback, error) {
		return g.Loopback(ctx)
	}, func(door api.Loopback, err *core.Error) {
		if err != nil || door.State == api.DoorOn && door.Keys > 0 || w.sheet != nil {
			w.tell(w.look.T("clients.saved", "file", path, "place", place))
			return
		}
		w.openDone(s, path, place, door)
	})
}

// doneSheet is what is left to do before an API client gets a token.
type doneSheet struct {
	w     *Window
	sheet *sheet
	door  *kit.Prose
	open  *kit.Button
}

func (w *Window) openDone(s *clientSheet, path, place string, door api.Loopback) {
	d := &doneSheet{w: w, sheet: w.newSheet()}
	l := d.sheet.Look
	d.door = kit.NewProse("", kit.SizeText, l.Palette.Text)
	d.open = kit.NewButton(l, kit.Filled, l.T("clients.open"), d.openDoor)
	key := kit.NewButton(l, kit.Quiet, l.T("clients.key"), func() {
		w.closeSheet()
		w.openSettings()
		w.openKeyPageFor(s)
	})
	d.sheet.Add(kit.Title(l, l.T("clients.done", "account", refWords(s.account.Ref()))), kit.NewProse(l.T("clients.done.file", "file", path), kit.SizeText, l.Palette.Text),
		kit.Stack(2*kit.Grid, d.door, kit.Beside(d.open)),
		kit.Stack(2*kit.Grid, kit.NewProse(l.T("clients.done.key", "place", place), kit.SizeText, l.Palette.Text), kit.Beside(key)),
		kit.AtRight(kit.NewButton(l, kit.Quiet, l.T("close"), w.closeSheet)))
	d.stands(door, nil)
	d.sheet.first = key
	if !d.open.Hidden {
		d.sheet.first = d.open
	}
	w.openSheet(d.sheet)
}

// stands says how the HTTP API stands, or why it did not open.
func (d *doneSheet) stands(door api.Loopback, err *core.Error) {
	l := d.w.look
	words, ink := l.T("clients.done.open"), l.Palette.Text
	switch {
	case err != nil:
		words, ink = doorTrouble(l, api.FromError(err)), l.Palette.LiveText
	case door.State == api.DoorTaken:
		words, ink = l.T("door.taken", "port", door.Port), l.Palette.LiveText
	case door.State != api.DoorOn:
		words = l.T("clients.done.shut")
	}
	d.door.Set(words, ink)
	d.open.Hidden = err == nil && door.State == api.DoorOn
	d.sheet.Reflow()
}

func (d *doneSheet) openDoor() {
	d.open.Enable(false)
	ask(d.w, quickWait, func(ctx context.Context, g Agent) (api.Loopback, error) {
		return g.SetLoopback(ctx, api.LoopbackRequest{On: true})
	}, func(door api.Loopback, err *core.Error) {
		if d.w.sheet != d.sheet {
			return
		}
		d.open.Enable(true)
		d.stands(door, err)
	})
}

// openKeyPageFor begins a client key for the account that was exported, and for
// nothing else.
func (w *Window) openKeyPageFor(s *clientSheet) {
	if w.settings == nil { // a page that would lose something stayed
		return
	}
	p := newKeyPage(&w.model, &w.settings.known, keyActions{create: w.makeKey, copyKey: w.copyKey})
	p.name, p.some, p.accounts = string(s.kind), true, map[string]bool{s.account.Name: true}
	_, pair := w.model.pair(s.account.ID)
	p.sandbox = s.account.Env == core.Sandbox || s.follow && pair
	p.live = s.account.Env == core.Live
	w.enter(p)
}
