package window

import (
	"context"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// exportDone says that files for an API client were written. If they get no token
// yet, because the HTTP API is shut or there is no client key, it says so and offers
// both; else a message is enough.
func (ex *exports) exportDone(ref api.Ref, key keyWish, path, place string) {
	ask(ex.shell, quickWait, func(ctx context.Context, g Agent) (api.Loopback, error) {
		return g.Loopback(ctx)
	}, func(door api.Loopback, err *core.Error) {
		if err != nil || door.State == api.DoorOn && door.Keys > 0 || ex.sheet != nil {
			ex.showInfo(ex.ui.T("clients.saved", "file", path, "place", place))
			return
		}
		ex.openDone(ref, key, path, place, door)
	})
}

// doneSheet is what is left to do before an API client gets a token.
type doneSheet struct {
	exports *exports
	sheet   *sheet
	door    *kit.Prose
	open    *kit.Button
}

func (ex *exports) openDone(ref api.Ref, key keyWish, path, place string, door api.Loopback) {
	d := &doneSheet{exports: ex, sheet: ex.newSheet()}
	ui := d.sheet.UI
	d.door = kit.NewProse("", kit.SizeText, ui.Palette.Text)
	d.open = kit.NewButton(ui, kit.Filled, ui.T("clients.open"), d.openDoor)
	create := kit.NewButton(ui, kit.Quiet, ui.T("clients.key"), func() {
		ex.closeSheet()
		ex.settings.openSettings()
		ex.settings.openKeyPageFor(key)
	})
	d.sheet.Add(kit.Title(ui, ui.T("clients.done", "account", refWords(ref))), kit.NewProse(ui.T("clients.done.file", "file", path), kit.SizeText, ui.Palette.Text),
		kit.Stack(2*kit.Grid, d.door, kit.Beside(d.open)),
		kit.Stack(2*kit.Grid, kit.NewProse(ui.T("clients.done.key", "place", place), kit.SizeText, ui.Palette.Text), kit.Beside(create)),
		kit.AtRight(kit.NewButton(ui, kit.Quiet, ui.T("close"), ex.closeSheet)))
	d.stands(door, nil)
	d.sheet.first = create
	if !d.open.Hidden {
		d.sheet.first = d.open
	}
	ex.openSheet(d.sheet)
}

// stands says how the HTTP API is doing, or why it did not open.
func (d *doneSheet) stands(door api.Loopback, err *core.Error) {
	ui := d.exports.ui
	words, ink := ui.T("clients.done.open"), ui.Palette.Text
	switch {
	case err != nil:
		words, ink = doorTrouble(ui, api.FromError(err)), ui.Palette.LiveText
	case door.State == api.DoorTaken:
		words, ink = ui.T("door.taken", "port", door.Port), ui.Palette.LiveText
	case door.State != api.DoorOn:
		words = ui.T("clients.done.shut")
	}
	d.door.Set(words, ink)
	d.open.Hidden = err == nil && door.State == api.DoorOn
	d.sheet.Reflow()
}

func (d *doneSheet) openDoor() {
	d.open.Enable(false)
	ask(d.exports.shell, quickWait, func(ctx context.Context, g Agent) (api.Loopback, error) {
		return g.SetLoopback(ctx, api.LoopbackRequest{On: true})
	}, func(door api.Loopback, err *core.Error) {
		if d.exports.sheet != d.sheet {
			return
		}
		d.open.Enable(true)
		d.stands(door, err)
	})
}
