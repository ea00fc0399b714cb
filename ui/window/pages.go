package window

import (
	"context"
	"errors"
	"net/url"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

func (w *Window) detailActions() detailActions {
	return detailActions{
		back:   w.closeDetail,
		copy:   w.copyDefault,
		prev:   func(id core.ID) { w.copyAs(id, "", true) },
		reveal: w.reveal,
		menu:   w.openMenu,
		act:    w.act,
		renew:  w.renew,
		check:  w.check,
		edit:   w.openEdit,
		flip:   w.flip,
		filter: w.filterHistory,
		more:   w.moreHistory,
		export: w.exportHistory,
	}
}

// openDetail shows an account, over the list where the window is narrow.
func (w *Window) openDetail(id core.ID) {
	if !w.closePage() {
		return
	}
	w.selected = id
	w.list.choose(id)
	w.opened = true
	w.fillDetail()
	w.root.Refresh()
	w.loadHistory()
	if w.detail.back.Visible() {
		w.win.Canvas().Focus(w.detail.back)
	}
}

func (w *Window) closeDetail() {
	w.opened, w.revealing = false, ""
	w.detail.clear()
	w.fillDetail()
	w.focusList()
}

// openAdd begins an account, in the environment that is shown.
func (w *Window) openAdd() {
	env := w.model.active
	if w.view == viewLive {
		env = core.Live
	}
	w.openForm(newDraft(env))
}

func (w *Window) openEdit(id core.ID) {
	if a, ok := w.model.find(id); ok {
		w.openForm(draftOf(a))
	}
}

// twinItem begins the account's twin in the other environment.
func (w *Window) twinItem(a api.Account) *fyne.MenuItem {
	env := w.look.Words.Say(text.Key("env." + string(otherEnv(a.Env))))
	return fyne.NewMenuItem(w.look.T("menu.twin", "env", env), func() { w.openForm(twinDraft(a)) })
}

func (w *Window) openForm(d draft) {
	if w.form != nil || !w.closePage() {
		return
	}
	w.form = newForm(w.look, &w.model, d, formActions{back: w.leaveForm, save: w.saveForm, test: w.testForm, ip: w.copyIP})
	w.holder.Objects = []fyne.CanvasObject{w.form.draw()}
	w.holder.Refresh()
	w.root.Refresh()
	w.form.reflow()
	first := "name"
	if d.origin != nil {
		first = "appid"
	}
	w.win.Canvas().Focus(w.form.fields[first])
}

// leaveForm closes the form, after a question when something was typed.
func (w *Window) leaveForm() {
	if w.form == nil || !w.form.draft.changed() {
		w.dropPage()
		return
	}
	w.question(discardTyped(w.look), w.dropPage)
}

// closePage closes the page that is open; false when it holds what was typed
// and asks first.
func (w *Window) closePage() bool {
	if w.form != nil && w.form.draft.changed() {
		w.leaveForm()
		return false
	}
	if w.settings != nil && w.settings.room != nil && w.settings.room.changed() {
		w.leaveSettings()
		return false
	}
	w.dropPage()
	return true
}

func (w *Window) dropPage() {
	if w.form == nil && w.settings == nil {
		return
	}
	w.form, w.settings = nil, nil
	w.holder.Objects = nil
	w.holder.Refresh()
	w.root.Refresh()
	w.focusList()
}

// testForm asks upstream once with what was typed, and saves nothing.
func (w *Window) testForm(f *form) {
	if !f.ready(w.focus, true) {
		return
	}
	if f.draft.needsConsent() && !f.draft.consent {
		f.answer(w.look.T("form.test.legacy"), false, "")
		return
	}
	req := api.TestRequest{Input: f.draft.input()}
	if f.draft.editing {
		req.Ref = &f.draft.ref
	}
	f.wait(w.look.T("form.testing"))
	ask(w, upstreamWait, func(ctx context.Context, g Agent) (api.TestResult, error) {
		return g.Test(ctx, req)
	}, func(r api.TestResult, err *core.Error) {
		if w.form != f {
			return
		}
		if err != nil {
			r = api.TestResult{Error: wire(err)}
		}
		words, good := testWords(w.look, r, f.draft.account().Ref())
		ip := ""
		if r.Error != nil && r.Error.Class == core.Whitelist {
			ip = r.Error.CallerIP
		}
		f.answer(words, good, ip)
	})
}

// saveForm gives the draft to the agent, which saves it and then fetches once.
func (w *Window) saveForm(f *form) {
	if !f.ready(w.focus, false) {
		return
	}
	in, ref, editing := f.draft.input(), f.draft.ref, f.draft.editing
	name := f.draft.account().Ref()
	f.wait(w.look.T("form.saving"))
	ask(w, upstreamWait, func(ctx context.Context, g Agent) (api.Saved, error) {
		if editing {
			return g.Edit(ctx, ref, in)
		}
		return g.Add(ctx, in)
	}, func(s api.Saved, err *core.Error) {
		if w.form != f {
			return
		}
		if err != nil {
			f.answer(refusal(w.look, err, name), false, "")
			return
		}
		w.dropPage()
		w.saved(s)
	})
}

// saved shows the account that was just saved, wherever it is listed.
func (w *Window) saved(s api.Saved) {
	w.model.put(s.Account)
	aside := w.bringInView(s.Account)
	w.fillList()
	w.list.choose(s.Account.ID)
	w.fillDetail()
	w.focusList()
	if aside && s.Account.Error == nil {
		w.tell(w.look.T("snack.saved_aside", "account", refWords(s.Account.Ref()), "env", envWord(w.look, w.model.active)))
		return
	}
	w.tellSaved(s.Account)
}

// bringInView selects an account and makes sure that the list has it. An account
// of the other environment is shown among all: the view Live would be the active
// environment, which only a person switches, since a bare name means another
// token from then on, in the tray and in scripts too. It reports whether it
// changed the view.
func (w *Window) bringInView(a api.Account) (changed bool) {
	if w.view != viewAll && w.view != view(a.Env) {
		w.setView(viewAll)
		changed = true
	}
	w.selected = a.ID
	if q := newQuery(w.look.Words, w.search); !q.empty() && !q.matches(&a, w.now()) {
		w.closeFinder()
	}
	return changed
}

// tellSaved says that an account was saved, and what upstream said of it.
func (w *Window) tellSaved(a api.Account) {
	ref := refWords(a.Ref())
	if e := a.Error; e != nil { // saved all the same: a refusal undoes nothing
		w.message(snack{Text: w.look.T("snack.saved_but", "account", ref, "cause", w.look.Words.Cause(e, ref)), Bad: true, Until: w.now().Add(errorTime)})
		return
	}
	w.tell(w.look.T("snack.saved", "account", ref))
}

// refusal says why the agent did not take what was typed: field by field where
// it knows the fields.
func refusal(l *kit.Look, err *core.Error, account string) string {
	var fields core.Problems
	if errors.As(err, &fields) && len(fields.Fatal()) > 0 {
		return problemWords(l, fields.Fatal())
	}
	return explained(l, wire(err), account)
}

// problemWords says what is wrong with fields, a line each.
func problemWords(l *kit.Look, found core.Problems) string {
	var words []string
	for _, p := range found {
		words = append(words, l.Words.Say(text.Key("problem."+p.Key)))
	}
	return strings.Join(words, "\n")
}

func (w *Window) focus(o fyne.Focusable) { w.win.Canvas().Focus(o) }

func (w *Window) openSettings() {
	if w.settings != nil || !w.closePage() {
		return
	}
	w.settings = &settingsPage{look: w.look, on: settingsActions{
		back: w.leaveSettings, set: w.setSetting, pause: w.pauseAll, vault: w.bannerAct, lock: w.lockVault,
		door: w.setDoor, newKey: w.openKeyPage, revoke: w.askRevoke, log: w.openLog, folder: w.openFolder,
	}}
	w.redrawSettings()
	w.loadDoor()
}

// enter opens a page over the settings.
func (w *Window) enter(r room) {
	w.settings.room, w.settings.scroll = r, nil
	w.redrawSettings()
	if in := kit.Focusables(w.holder); len(in) > 1 { // past the way back
		w.focus(in[1])
	}
}

// leaveSettings goes back from a page over the settings, after a question when
// something would be lost, and from the settings themselves.
func (w *Window) leaveSettings() {
	s := w.settings
	if s == nil || s.room == nil {
		w.dropPage()
		return
	}
	leave := func() {
		s.room, s.scroll = nil, nil
		w.redrawSettings()
		w.loadDoor()
	}
	if !s.room.changed() {
		leave()
		return
	}
	w.question(discardRoom(w.look, s.room), leave)
}

// discardRoom asks before what a page over the settings holds is lost.
func discardRoom(l *kit.Look, r room) question {
	if k, ok := r.(*keyPage); ok && k.made != nil {
		return question{title: l.T("clientkey.leave"), body: l.T("clientkey.leave.say"), yes: l.T("clientkey.leave.go"), no: l.T("clientkey.leave.no"), role: kit.Danger}
	}
	return discardTyped(l)
}

// openFolder shows the folder that holds the data.
func (w *Window) openFolder() {
	path := filepath.ToSlash(w.status.Home)
	if !strings.HasPrefix(path, "/") { // a drive of Windows
		path = "/" + path
	}
	if err := w.cfg.OpenURL(&url.URL{Scheme: "file", Path: path}); err != nil {
		w.tell(w.status.Home)
	}
}

func (w *Window) redrawSettings() {
	if w.settings == nil {
		return
	}
	focused, before := w.win.Canvas().Focused(), kit.Focusables(w.holder)
	w.settings.look = w.look
	w.holder.Objects = []fyne.CanvasObject{w.settings.draw(&w.model, w.status, w.now())}
	w.holder.Refresh()
	w.root.Refresh()
	w.refocus(kit.Successor(focused, before, kit.Focusables(w.holder)))
}

func (w *Window) setSetting(key, value string) {
	ask(w, quickWait, func(ctx context.Context, g Agent) (core.Settings, error) {
		return g.SetSetting(ctx, key, value)
	}, func(s core.Settings, err *core.Error) {
		if err != nil {
			w.fail(err, api.Ref{})
			w.redrawSettings()
			return
		}
		w.event(api.Event{Type: api.EventSettings, Settings: &s})
	})
}

func (w *Window) pauseAll(paused bool) {
	ask(w, quickWait, func(ctx context.Context, g Agent) (none, error) {
		return nothing(g.PauseAll(ctx, paused))
	}, func(_ none, err *core.Error) {
		if err != nil {
			w.fail(err, api.Ref{})
			w.redrawSettings()
			return
		}
		w.model.pausedAll = paused
		w.fillBanners()
	})
}

// bannerAct does what a banner's button says.
func (w *Window) bannerAct(what bannerAct) {
	switch what {
	case barRestart:
		w.restart()
	case barUnlock:
		w.unlock()
	case barInit:
		w.askInit()
	case barResume:
		w.pauseAll(false)
	case barStart:
		w.startAgain()
	}
}

// restart replaces an agent of another version.
func (w *Window) restart() {
	if w.cfg.Restart == nil {
		return
	}
	w.phase = phaseRestart
	w.fillBanners()
	w.work.Go(func() {
		ctx, cancel := context.WithTimeout(w.ctx, personWait)
		defer cancel()
		err := w.cfg.Restart(ctx)
		w.do(func() {
			if err != nil {
				w.phase = phaseVersion
				w.fillBanners()
				w.fail(core.AsError(err), api.Ref{})
			}
		})
		select {
		case w.again <- struct{}{}:
		default:
		}
	})
}

func (w *Window) startDemo() {
	if err := w.cfg.Demo(); err != nil {
		w.fail(core.AsError(err), api.Ref{})
		return
	}
	w.tell(w.look.T("first.started"))
}

// unlock opens the vault: a keyring asks by itself, a file wants its passphrase.
func (w *Window) unlock() {
	if w.model.vault.Kind != "file" {
		w.tell(w.look.T("vault.waiting"))
		w.unlockWith(core.Secret{})
		return
	}
	w.askPassphrase("")
}

// askPassphrase asks for the passphrase of the vault's file. wrong is what was
// wrong with the last one, "" at first.
func (w *Window) askPassphrase(wrong string) {
	l := w.look
	field := kit.NewSecretEntry(l, l.T("vault.passphrase"), "", nil)
	title := kit.NewProse(l.T("vault.unlock.title"), 17, l.Palette.Text)
	title.Style.Bold = true
	goOn := func() {
		if field.Text != "" {
			pass := core.NewSecret(field.Text)
			w.closeSheet()
			w.tell(l.T("vault.wait"))
			w.unlockWith(pass)
		}
	}
	field.OnSubmitted = func(string) { goOn() }
	say := kit.NewProse(wrong, 13, l.Palette.LiveText)
	say.Hidden = wrong == ""
	w.openSheet(newSheet(l, w.closeSheet, title, kit.NewProse(l.T("vault.unlock.body"), kit.SizeText, l.Palette.Text), field, say,
		atRight(kit.NewButton(l, kit.Quiet, l.T("cancel"), w.closeSheet), kit.NewButton(l, kit.Filled, l.T("bar.unlock"), goOn))), field)
}

func (w *Window) unlockWith(pass core.Secret) {
	w.changeVault(func(ctx context.Context, g Agent) (api.Vault, error) { return g.VaultUnlock(ctx, pass) })
}

func (w *Window) lockVault() {
	w.changeVault(func(ctx context.Context, g Agent) (api.Vault, error) { return g.VaultLock(ctx) })
}

func (w *Window) changeVault(question func(context.Context, Agent) (api.Vault, error)) {
	ask(w, personWait, question, func(v api.Vault, err *core.Error) {
		switch {
		case err != nil && w.model.vault.Kind == "file" && err.Remedy == core.RemedyVaultUnlock: // that it is locked is known
			w.dismiss()
			w.askPassphrase(w.look.T("vault.unlock.wrong"))
			return
		case err != nil:
			w.fail(err, api.Ref{})
			return
		}
		w.dismiss()
		w.event(api.Event{Type: api.EventVault, Vault: &v})
	})
}

// askInit makes the passphrase file, where the desktop has no keyring.
func (w *Window) askInit() {
	l := w.look
	first := kit.NewSecretEntry(l, l.T("vault.passphrase"), "", nil)
	second := kit.NewSecretEntry(l, l.T("vault.again"), "", nil)
	title := kit.NewProse(l.T("vault.init.title"), 17, l.Palette.Text)
	title.Style.Bold = true
	say := kit.NewProse("", 13, l.Palette.LiveText)
	say.Hide()
	var s *sheet
	goOn := func() {
		words := passphraseProblem(l, first.Text, second.Text)
		say.Set(words, l.Palette.LiveText)
		say.Hidden = words == ""
		s.Refresh()
		if words != "" {
			return
		}
		pass := core.NewSecret(first.Text)
		w.closeSheet()
		w.tell(l.T("vault.wait"))
		w.changeVault(func(ctx context.Context, g Agent) (api.Vault, error) { return g.VaultInit(ctx, pass) })
	}
	second.OnSubmitted = func(string) { goOn() }
	s = newSheet(l, w.closeSheet, title, kit.NewProse(l.T("vault.init.body"), kit.SizeText, l.Palette.Text), first, second, say,
		atRight(kit.NewButton(l, kit.Quiet, l.T("cancel"), w.closeSheet), kit.NewButton(l, kit.Filled, l.T("vault.init.go"), goOn)))
	w.openSheet(s, first)
}

// minPassphrase is what scrypt cannot make up for.
const minPassphrase = 8

// passphraseProblem says what is wrong with a new passphrase, "" when nothing is.
func passphraseProblem(l *kit.Look, first, second string) string {
	switch {
	case len([]rune(first)) < minPassphrase:
		return l.T("vault.init.short")
	case first != second:
		return l.T("vault.init.differ")
	}
	return ""
}

// question asks before something is done. The keyboard stands on No.
func (w *Window) question(q question, yes func()) {
	s, first := drawQuestion(w.look, q, w.closeSheet, func() {
		w.closeSheet()
		yes()
	})
	w.openSheet(s, first)
}

func (w *Window) openSheet(s *sheet, first fyne.Focusable) {
	w.closeSheet()
	w.sheet, s.first = s, first
	c := w.win.Canvas()
	s.Resize(c.Size())
	c.Overlays().Add(s)
	c.Focus(first)
}

func (w *Window) closeSheet() {
	if w.sheet != nil {
		w.win.Canvas().Overlays().Remove(w.sheet)
		w.sheet = nil
	}
}
