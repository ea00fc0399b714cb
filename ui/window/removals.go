package window

import (
	"context"
	"slices"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// undoTime is how long a delete can be undone.
const undoTime = 10 * time.Second

// removals delete accounts. For some seconds after the question they are only out of the
// list, and can be brought back: the agent is told to delete when that time is over, or
// when the window closes. Until then account and secret are where they were, so that
// neither a crash of the window nor an end of the agent loses them.
type removals struct {
	*shell
	listing *listing
	going   []core.ID // what is going to be deleted
	at      time.Time // when
}

// ask asks before accounts are deleted, once for all of them.
func (rm *removals) ask(ids []core.ID) {
	var refs []api.Ref
	var accounts []api.Account
	live := false
	for _, id := range ids {
		if a, ok := rm.model.find(id); ok {
			accounts, refs, live = append(accounts, a), append(refs, a.Ref()), live || a.Env == core.Live
		}
	}
	if len(refs) == 0 {
		return
	}
	rm.question(func(ui *kit.UI) question {
		q := question{yes: ui.T("delete.go"), live: live, role: kit.Danger}
		if len(refs) == 1 {
			q.title, q.body = ui.T("delete.title", "account", refWords(refs[0])), ui.T("delete.body", ui.Words.Names(accounts[0].Kind)...)
		} else {
			q.title, q.body = ui.T("many.delete.title", "n", len(refs)), joined(ui, ui.T("many.delete.body"), rm.names(refs))
		}
		return q
	}, func() { rm.begin(ids) })
}

// begin takes accounts out of the list. They join those that are going already, and the
// time to undo begins anew for all of them.
func (rm *removals) begin(ids []core.ID) {
	rm.at = rm.now().Add(undoTime)
	for _, id := range ids {
		if !slices.Contains(rm.going, id) {
			rm.going = append(rm.going, id)
		}
	}
	rm.listing.hide(ids)
	rm.announce()
}

// announce says what is being deleted, with the way back.
func (rm *removals) announce() {
	refs := rm.refs()
	if len(refs) == 0 {
		return
	}
	say := func(ui *kit.UI) (string, string) {
		if len(refs) > 1 {
			return ui.T("undo.many", "n", len(refs)), ui.T("undo.go")
		}
		return ui.T("undo.one", "account", refWords(refs[0])), ui.T("undo.go")
	}
	rm.showMessage(message{Say: say, Until: rm.at, Ends: rm.at, Do: rm.undo})
}

// again says it again after another message, while there is time. It reports whether it
// did.
func (rm *removals) again() bool {
	if len(rm.going) == 0 || !rm.now().Before(rm.at) || !rm.snackbar.shown.Ends.IsZero() {
		return false
	}
	rm.announce()
	return true
}

// refs are the present names of what is going.
func (rm *removals) refs() []api.Ref {
	var out []api.Ref
	for _, id := range rm.going {
		if a, ok := rm.model.find(id); ok {
			out = append(out, a.Ref())
		}
	}
	return out
}

// undo brings back all that are going.
func (rm *removals) undo() {
	if len(rm.going) == 0 {
		return
	}
	ids := rm.going
	rm.going = nil
	rm.listing.unhide(ids)
	rm.listing.selectAccount(ids[0])
	rm.listing.focusList()
	rm.showInfo(rm.ui.T("undo.done"))
}

// tick deletes when the time to undo is over.
func (rm *removals) tick(now time.Time) {
	if len(rm.going) > 0 && !now.Before(rm.at) {
		rm.flush(func() {})
	}
}

// free calls then once none that is going has the name or asks for the token of an account
// that is to be saved. Others stay as they are.
func (rm *removals) free(a core.Account, then func()) {
	set := rm.ui.Words.Kinds()
	for _, id := range rm.going {
		if b, ok := rm.model.find(id); ok && (b.Name == a.Name && b.Env == a.Env || set.TokenID(b.Account) == set.TokenID(a)) {
			rm.flush(then)
			return
		}
	}
	then()
}

// flush deletes now what is going, and calls then afterwards.
func (rm *removals) flush(then func()) {
	refs, ids := rm.refs(), rm.going
	rm.going = nil
	if len(refs) == 0 {
		then()
		return
	}
	ask(rm.shell, quickWait*time.Duration(len(refs)), func(ctx context.Context, g Agent) (int, error) {
		return remove(ctx, g, refs)
	}, func(done int, err *core.Error) {
		if err != nil {
			rm.listing.unhide(ids) // what was deleted is gone by its event
			rm.showError(err, refs[min(done, len(refs)-1)])
		} else if len(refs) == 1 {
			rm.showInfo(rm.ui.T("snack.deleted", "account", refWords(refs[0])))
		} else {
			rm.showInfo(rm.ui.T("many.deleted", "n", len(refs)))
		}
		then()
	})
}

// remove deletes accounts, up to the first that cannot be deleted. It returns how many
// it deleted; one that is gone already counts.
func remove(ctx context.Context, g Agent, refs []api.Ref) (int, error) {
	for i, ref := range refs {
		if err := g.Remove(ctx, ref); err != nil && core.AsError(err).Class != core.NotFound {
			return i, err
		}
	}
	return len(refs), nil
}

// closing deletes what is going, for a window that ends now; Stop waits for it.
func (rm *removals) closing() {
	refs, agent := rm.refs(), rm.agent
	rm.going = nil
	if len(refs) == 0 || agent == nil {
		return
	}
	rm.work.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(rm.ctx), quickWait)
		defer cancel()
		if _, err := remove(ctx, agent, refs); err != nil {
			rm.cfg.Log.Warn("accounts stay that were to be deleted when the window closed", "err", err)
		}
	})
}
