package window

import (
	"context"

	"tokentray/core"
	"tokentray/core/api"
)

// switchView follows the switch at the top and its keys. Nothing else may call it
// for a person: it makes the environment the active one everywhere.
func (ls *listing) switchView(v view) {
	ls.setView(v)
	if v != viewAll && (ls.using || core.Env(v) != ls.model.Active) {
		ls.use(core.Env(v))
	}
}

// setView shows a view, whoever chose it.
func (ls *listing) setView(v view) {
	ls.view, ls.follow = v, v != viewAll
	ls.on.closeMenu() // it may be of an account that goes out of sight
	ls.fillList()
	ls.list.choose(ls.selected)
	ls.on.selected()
}

// use makes an environment the active one. One question is asked at a time, so
// that of two quick switches the last one holds.
func (ls *listing) use(env core.Env) {
	if ls.using {
		return // asked once the answer is there
	}
	ls.using, ls.asked, ls.heard = true, env, false
	ask(ls.shell, quickWait, func(ctx context.Context, g Agent) (none, error) {
		return nothing(g.Use(ctx, env))
	}, func(_ none, err *core.Error) {
		ls.using = false
		switch {
		case err != nil:
			if ls.follow {
				ls.setView(view(ls.model.Active))
			}
			ls.fail(err, api.Ref{})
		case ls.follow && ls.view != view(env): // a person switched again meanwhile
			ls.use(core.Env(ls.view))
		case ls.follow && ls.heard && ls.model.Active != env: // somebody else did
			ls.setView(view(ls.model.Active))
		}
	})
}
