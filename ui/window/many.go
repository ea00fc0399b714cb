package window

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/format"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// many does one thing with several accounts. A failure of one stops none of the others.
type many struct {
	*shell
	clipboard *clipboard
	removals  *removals
	exports   *exports
}

// menu is what can be done with several accounts.
func (mn *many) menu(ids []core.ID) *fyne.Menu {
	ui := mn.ui
	item := func(key string, do func([]core.ID)) *fyne.MenuItem {
		return fyne.NewMenuItem(ui.T("many."+key), func() { do(ids) })
	}
	return fyne.NewMenu("",
		item("copy_names", mn.copyNames),
		item("copy_env", mn.copyEnv),
		item("export", mn.exports.exportList),
		fyne.NewMenuItemSeparator(),
		item("renew", mn.renew),
		item("pause", func(ids []core.ID) { mn.setAuto(ids, false) }),
		item("resume", func(ids []core.ID) { mn.setAuto(ids, true) }),
		fyne.NewMenuItemSeparator(),
		item("pin", func(ids []core.ID) { mn.setPinned(ids, true) }),
		item("unpin", func(ids []core.ID) { mn.setPinned(ids, false) }),
		item("group", mn.askGroup),
		fyne.NewMenuItemSeparator(),
		item("delete", mn.removals.ask),
	)
}

// refs are the present names of accounts.
func (mn *many) refs(ids []core.ID) []api.Ref {
	var out []api.Ref
	for _, id := range ids {
		if a, ok := mn.model.find(id); ok {
			out = append(out, a.Ref())
		}
	}
	return out
}

// copyNames copies the names, one a line, as the command line takes them.
func (mn *many) copyNames(ids []core.ID) {
	var names []string
	for _, ref := range mn.refs(ids) {
		names = append(names, ref.String())
	}
	mn.clipboard.copyText(strings.Join(names, "\n"), mn.ui.T("many.copied", "n", len(names)))
}

// copyEnv copies the tokens as one block for a .env file, after a question where live
// ones are among them and that is set.
func (mn *many) copyEnv(ids []core.ID) {
	live := false
	for _, ref := range mn.refs(ids) {
		live = live || ref.Env == core.Live
	}
	if live && mn.model.Settings.AskLiveCopy {
		names := mn.names(mn.refs(ids))
		mn.question(func(ui *kit.UI) question {
			return question{title: ui.T("live.title"), body: ui.T("many.env.live", "accounts", names), yes: ui.T("live.go"), live: true, role: kit.Danger}
		}, func() { mn.copyEnvNow(ids) })
		return
	}
	mn.copyEnvNow(ids)
}

func (mn *many) copyEnvNow(ids []core.ID) {
	var accounts []api.Account
	for _, id := range ids {
		if a, ok := mn.model.find(id); ok {
			accounts = append(accounts, a)
		}
	}
	mn.showInfo(mn.ui.T("many.busy", "n", len(accounts)))
	live := slices.ContainsFunc(accounts, func(a api.Account) bool { return a.Env == core.Live })
	what := text.EnvKey(len(accounts), live)
	type result struct {
		clip api.Clipboard
		bad  api.Ref // whose token did not come
	}
	ask(mn.shell, upstreamWait*time.Duration(max(1, len(accounts))), func(ctx context.Context, g Agent) (result, error) {
		var tokens []format.Input
		for _, a := range accounts {
			t, err := g.Token(ctx, a.Ref(), 0)
			if err != nil {
				return result{bad: a.Ref()}, err
			}
			tokens = append(tokens, format.Input{AccessToken: t.AccessToken, Account: a.Name, Env: a.Env, AppID: a.AppID})
		}
		block, err := format.Dotenvs(tokens)
		if err != nil {
			return result{}, err
		}
		clip, err := g.CopyText(ctx, api.TextRequest{Text: core.NewSecret(block), Secret: true, Key: what})
		return result{clip: clip}, err
	}, func(r result, err *core.Error) {
		if err != nil { // a part would be taken for the whole
			mn.clipboard.failedCopy(err, r.bad)
			return
		}
		mn.model.Clipboard, mn.clipboard.clipClosed = r.clip, false
		mn.showMessage(mn.clipboard.clipMessage())
		mn.clipboard.hideAfter()
	})
}

// renew asks for a new token of each, never by force.
func (mn *many) renew(ids []core.ID) {
	mn.each("renewed", ids, upstreamWait, func(ctx context.Context, g Agent, ref api.Ref) error {
		_, err := g.Refresh(ctx, ref, api.RefreshRequest{Person: true})
		return err
	})
}

func (mn *many) setAuto(ids []core.ID, on bool) {
	done := "paused"
	if on {
		done = "resumed"
	}
	mn.edit(done, ids, core.Input{Auto: &on})
}

func (mn *many) setPinned(ids []core.ID, on bool) {
	done := "unpinned"
	if on {
		done = "pinned"
	}
	mn.edit(done, ids, core.Input{Pinned: &on})
}

// pinOrUnpin pins all, or unpins them where all are pinned.
func (mn *many) pinOrUnpin(ids []core.ID) {
	on := false
	for _, id := range ids {
		a, _ := mn.model.find(id)
		on = on || !a.Pinned
	}
	mn.setPinned(ids, on)
}

// askGroup asks for the group into which accounts are put; an empty one takes them out
// of theirs.
func (mn *many) askGroup(ids []core.ID) {
	groups := map[string]bool{}
	for _, id := range ids {
		a, _ := mn.model.find(id)
		groups[a.Group] = true
	}
	now := ""
	if len(groups) == 1 {
		for now = range groups {
		}
	}
	mn.offerGroup(ids, now)
}

// offerGroup asks for it; group stands in the field.
func (mn *many) offerGroup(ids []core.ID, group string) {
	s := mn.newSheet()
	ui := s.UI
	field := kit.NewEntry(ui, "", group, nil)
	save := func() {
		group := strings.TrimSpace(field.Text)
		mn.closeSheet()
		mn.edit("grouped", ids, core.Input{Group: &group})
	}
	field.OnSubmitted = func(string) { save() }
	s.Add(kit.Title(ui, ui.T("many.group.title", "n", len(ids))),
		kit.Stack(kit.Grid, kit.Text(ui.T("form.group"), 13, ui.Palette.Muted), field), kit.Space(0, kit.Grid),
		kit.AtRight(kit.NewButton(ui, kit.Quiet, ui.T("cancel"), mn.closeSheet), kit.NewButton(ui, kit.Filled, ui.T("form.save"), save)))
	s.first, s.again = field, func() { mn.offerGroup(ids, field.Text) }
	mn.openSheet(s)
}

func (mn *many) edit(done string, ids []core.ID, in core.Input) {
	mn.each(done, ids, quickWait, func(ctx context.Context, g Agent, ref api.Ref) error {
		_, err := g.Edit(ctx, ref, api.AccountInput{Input: in})
		return err
	})
}

// each does something with one account after the other, and then says how many it was
// done with, and what failed first.
func (mn *many) each(done string, ids []core.ID, wait time.Duration, do func(context.Context, Agent, api.Ref) error) {
	refs := mn.refs(ids)
	mn.showInfo(mn.ui.T("many.busy", "n", len(refs)))
	type failed struct {
		ref api.Ref
		err *core.Error
	}
	ask(mn.shell, wait*time.Duration(max(1, len(refs))), func(ctx context.Context, g Agent) ([]failed, error) {
		var out []failed
		for _, ref := range refs {
			if err := do(ctx, g, ref); err != nil {
				out = append(out, failed{ref, core.AsError(err)})
			}
		}
		return out, nil
	}, func(bad []failed, err *core.Error) {
		switch {
		case err != nil:
			mn.showError(err, api.Ref{})
		case len(bad) > 0:
			first := mn.errorMessage(bad[0].err, bad[0].ref)
			first.Text = joined(mn.ui, mn.ui.T("many.failed", "n", len(bad), "of", len(refs)), first.Text)
			mn.showMessage(first)
		default:
			mn.showInfo(mn.ui.T("many."+done, "n", len(refs)))
		}
	})
}

// names lists some of the accounts.
func (mn *shell) names(refs []api.Ref) string {
	var out []string
	for _, ref := range refs {
		out = append(out, text.Isolated(fmt.Sprint(ref)))
	}
	return mn.ui.Words.Some(out)
}
