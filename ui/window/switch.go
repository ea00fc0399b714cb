package window

import (
	"context"

	"tokentray/core"
	"tokentray/core/api"
)

// switchView follows the switch at the top and its keys. Nothing else may call it
// for a person: it makes the environment the active one everywhere.
func (w *Window) switchView(v view) {
	w.setView(v)
	if v != viewAll && (w.using || core.Env(v) != w.model.Active) {
		w.use(core.Env(v))
	}
}

// setView shows a view, whoever chose it.
func (w *Window) setView(v view) {
	before := w.selected
	w.view, w.follow = v, v != viewAll
	w.closeMenu() // it may be of an account that goes out of sight
	w.fillList()
	w.list.choose(w.selected)
	if w.selected != before || w.shown.account.ID != w.selected {
		w.fillDetail()
		w.loadHistory()
	}
}

// use makes an environment the active one. One question is asked at a time, so
// that of two quick switches the last one holds.
func (w *Window) use(env core.Env) {
	if w.using {
		return // asked once the answer is there
	}
	w.using, w.asked, w.heard = true, env, false
	ask(w, quickWait, func(ctx context.Context, g Agent) (none, error) {
		return nothing(g.Use(ctx, env))
	}, func(_ none, err *core.Error) {
		w.using = false
		switch {
		case err != nil:
			if w.follow {
				w.setView(view(w.model.Active))
			}
			w.fail(err, api.Ref{})
		case w.follow && w.view != view(env): // a person switched again meanwhile
			w.use(core.Env(w.view))
		case w.follow && w.heard && w.model.Active != env: // somebody else did
			w.setView(view(w.model.Active))
		}
	})
}
