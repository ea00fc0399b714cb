package window

import (
	"context"
	"reflect"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// doorEvery is how often, in seconds, the settings ask how the door stands:
// neither its keys nor their uses are told by events.
const doorEvery = 5

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
		d.refused = page.known.refused
		if !reflect.DeepEqual(d, page.known) {
			page.known = d
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
		page.known.refused = err
		if err == nil {
			page.known.loop, page.known.known = l, true
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

// openKeyPage begins a client key over the settings.
func (w *Window) openKeyPage() {
	if w.settings != nil {
		w.enter(newKeyPage(&w.model, &w.settings.known, keyActions{create: w.makeKey, copyKey: w.copyKey}))
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
		if w.settings == nil || w.settings.sub != subPage(p) {
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

// logLength is how many lines of the access log are asked for: all that the
// agent keeps.
const logLength = 500

// openLog shows the access log over the settings.
func (w *Window) openLog() {
	if w.settings == nil {
		return
	}
	w.enter(&logPage{load: w.loadLog})
	w.loadLog()
}

func (w *Window) loadLog() {
	ask(w, quickWait, func(ctx context.Context, g Agent) ([]api.Access, error) {
		return g.AccessLog(ctx, logLength)
	}, func(lines []api.Access, err *core.Error) {
		if w.settings == nil {
			return
		}
		if p, ok := w.settings.sub.(*logPage); ok {
			p.lines, p.known, p.lost = lines, err == nil, err
			w.redrawSettings()
		}
	})
}
