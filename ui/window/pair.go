package window

import (
	"context"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// Sandbox and live. The views Sandbox and Live are the active environment, here
// as in the tray and on the command line: whoever switches it, all follow. The
// view All is this window's alone.
//
// What is selected always belongs to the view, so that no token of the other
// environment stays on the screen after a switch: the account of the same name
// takes its place, and where there is none, nothing is selected.

// switchView follows the switch at the top and its keys. Nothing else may call it
// for a person: it makes the environment the active one everywhere.
func (w *Window) switchView(v view) {
	w.setView(v)
	if v != viewAll && (w.using || core.Env(v) != w.model.active) {
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
	if w.selected != before || w.detail.account.ID != w.selected {
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
				w.setView(view(w.model.active))
			}
			w.fail(err, api.Ref{})
		case w.follow && w.view != view(env): // a person switched again meanwhile
			w.use(core.Env(w.view))
		case w.follow && w.heard && w.model.active != env: // somebody else did
			w.setView(view(w.model.active))
		}
	})
}

// settle sees to it that what is selected belongs to the view.
func (w *Window) settle() {
	a := w.model.at(w.selected)
	if a == nil || w.view == viewAll || view(a.Env) == w.view {
		return
	}
	other, _ := w.model.pair(w.selected)
	w.selected = other.ID
	w.list.selected = other.ID
}

// flip shows the other one of a pair. In the views Sandbox and Live that is the
// other environment, which becomes the active one: nobody then works with the
// live list while the tray and the command line still mean the sandbox. In the
// view All the selection moves, and the active environment stays.
func (w *Window) flip() {
	if w.form != nil || w.settings != nil || w.sheet != nil {
		return
	}
	a, chosen := w.model.find(w.selected)
	if !chosen {
		if w.view != viewAll {
			w.switchView(view(otherEnv(core.Env(w.view))))
		}
		return
	}
	other, ok := w.model.pair(a.ID)
	if !ok {
		w.tell(w.look.T("pair.none", "account", refWords(api.Ref{Name: a.Name}), "env", envWord(w.look, otherEnv(a.Env))))
		return
	}
	if w.view == viewAll {
		w.pick(other.ID)
	} else {
		w.selected = other.ID
		w.switchView(view(other.Env))
	}
	if w.search != "" && w.list.index(other.ID) < 0 {
		w.closeFinder()
	}
	w.list.choose(other.ID)
}

// showOther shows the other one of a pair, as its menu entry says, and leaves the
// active environment as it is.
func (w *Window) showOther(id core.ID) {
	other, ok := w.model.pair(id)
	if !ok || !w.closePage() {
		return
	}
	w.bringInView(other)
	w.fillList()
	w.list.choose(other.ID)
	w.fillDetail()
	w.loadHistory()
	w.focusList()
}

func otherEnv(e core.Env) core.Env {
	if e == core.Live {
		return core.Sandbox
	}
	return core.Live
}

// envWord is the word for an environment.
func envWord(l *kit.Look, e core.Env) string { return l.Words.Say(text.Key("env." + string(e))) }

// pairMark stands in the row of an account whose name both environments have.
const pairMark = "↔"
