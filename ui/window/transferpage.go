package window

import (
	"path/filepath"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// transferPage is the page of imports and exports.
type transferPage struct {
	ui *kit.UI
	on transferActions

	folder     string          // where files are written
	own        bool            // the vault has a passphrase, which is a backup's too
	file       *api.ImportFile // that was chosen; nil: none
	plan       api.ImportPlan  // for it, once that is known
	planned    bool
	conflict   string // what to do with conflicts
	paused     bool
	skip       bool
	busy       bool
	says       saying // what is done, or wrong; nil: nothing
	bad        bool
	asks       bool // for the passphrase of a backup
	passphrase string
	listAs     string // the format of the list for others
	list       writing
	backup     writing

	page      *kit.Page
	choose    *kit.Button
	name      *kit.Prose
	rows      *planBox
	place     *kit.Segment // where accounts belong whose file does not tell
	places    *fyne.Container
	say       *kit.Prose
	pass      *kit.Entry
	passBox   *fyne.Container
	conflicts *fyne.Container
	choices   *fyne.Container
	skipping  *kit.Toggle
	run       *kit.Button
	buttons   *fyne.Container
	lists     *kit.Entry
	backups   *kit.Entry
	first     *kit.Entry
	second    *kit.Entry
	trouble   *kit.Prose // of the passphrase of a new backup
}

// writing is what is said of a file that is written, under the button that does so.
type writing struct {
	says saying // nil: nothing
	busy bool   // it is being written
	line *kit.Prose
}

// begins reports whether a file can be written now, and says that it is.
func (w *writing) begins() bool {
	if w.busy {
		return false
	}
	w.busy, w.says = true, func(ui *kit.UI) string { return ui.T("transfer.writing") }
	return true
}

// ends says what became of it.
func (w *writing) ends(says saying) { w.busy, w.says = false, says }

// draw makes the line.
func (w *writing) draw(ui *kit.UI) *kit.Prose {
	w.line = kit.NewProse("", 13, ui.Palette.Muted)
	w.show(ui)
	return w.line
}

// show brings the line to what is said.
func (w *writing) show(ui *kit.UI) {
	w.line.SetOrHide(w.says.in(ui), ui.Palette.Muted)
}

// transferActions are what the page needs of the window.
type transferActions struct {
	back, choose, plan, apply, forget func()

	list    func(format, path string)
	backup  func(passphrase core.Secret, path string)
	browsed func(*kit.UI, *kit.Entry) fyne.CanvasObject
}

func (p *transferPage) draw(ui *kit.UI, now time.Time) {
	typed, troubled := p.typed(), p.trouble != nil && p.trouble.Visible()
	p.page = kit.NewPage(ui, 4*kit.Grid, kit.NewHead(ui, kit.NewIconButton(ui, kit.IconBack, ui.T("back"), p.on.back).Keyed(ui.KeyOf("back")), ui.T("transfer")))
	p.ui = p.page.UI
	p.page.Add(p.drawImport(), canvas.NewRectangle(p.ui.Palette.Line), p.drawList(), canvas.NewRectangle(p.ui.Palette.Line), p.drawBackup())
	if typed == nil {
		p.written(now)
	} else {
		for i, e := range p.entries() {
			e.SetText(typed[i])
		}
		if troubled {
			p.checkPassphrase()
		}
	}
	p.show()
}

// entries are the fields of what is written.
func (p *transferPage) entries() []*kit.Entry {
	return []*kit.Entry{p.lists, p.backups, p.first, p.second}
}

// typed is what stands in them, which another language keeps; nil before the page is made.
func (p *transferPage) typed() (out []string) {
	if p.page != nil {
		for _, e := range p.entries() {
			out = append(out, e.Text)
		}
	}
	return out
}

func (p *transferPage) drawImport() fyne.CanvasObject {
	ui := p.ui
	p.choose = kit.NewSmallButton(ui, kit.Quiet, ui.T("transfer.choose"), p.on.choose)
	p.name = kit.NewProse("", kit.SizeText, ui.Palette.Text)
	p.name.Style.Bold = true
	p.rows, p.say = newPlanBox(ui), kit.NewProse("", 13, ui.Palette.Muted)
	p.pass = kit.NewSecretEntry(ui, "", p.passphrase, func(s string) { p.passphrase = s })
	p.pass.OnSubmitted = func(string) { p.open() }
	p.passBox = kit.Stack(kit.Grid, kit.Text(ui.T("transfer.passphrase"), 13, ui.Palette.Muted), kit.WithButton(p.pass, kit.NewSmallButton(ui, kit.Filled, ui.T("transfer.open"), p.open)))
	again := func() { p.on.plan() }
	p.conflicts = kit.Stack(kit.Grid, kit.Text(ui.T("transfer.conflict"), 13, ui.Palette.Muted), kit.NewSegment(ui, p.conflict, func(v string) { p.conflict = v; again() },
		kit.Choice{Value: api.ConflictSkip, Label: ui.T("transfer.skip")}, kit.Choice{Value: api.ConflictRename, Label: ui.T("transfer.rename")}, kit.Choice{Value: api.ConflictReplace, Label: ui.T("transfer.replace")}))
	p.skipping = kit.NewToggle(ui, ui.T("transfer.skip_problems"), p.skip, func(on bool) { p.skip = on; again() })
	p.place = kit.NewSegment(ui, "", func(v string) { p.file.Env = core.Env(v); again() }, envChoices(ui)...)
	p.places = kit.Stack(kit.Grid, kit.Text(ui.T("transfer.place"), 13, ui.Palette.Muted), p.place)
	p.choices = kit.Stack(2*kit.Grid, p.places, p.conflicts, p.skipping, kit.NewToggle(ui, ui.T("transfer.paused"), p.paused, func(on bool) { p.paused = on; again() }))
	p.run = kit.NewSmallButton(ui, kit.Filled, "", p.on.apply)
	p.buttons = kit.Beside(p.run, kit.NewSmallButton(ui, kit.Quiet, ui.T("cancel"), p.on.forget))
	return kit.Stack(3*kit.Grid, kit.Subhead(ui, ui.T("transfer.import")), kit.NewProse(ui.T("transfer.import.say"), 13, ui.Palette.Muted),
		kit.Beside(p.choose), p.name, p.passBox, p.rows.root, p.choices, p.say, p.buttons)
}

func (p *transferPage) drawList() fyne.CanvasObject {
	ui := p.ui
	p.lists = kit.NewEntry(ui, "", "", nil)
	save := func() { p.on.list(p.listAs, p.lists.Text) }
	p.lists.OnSubmitted = func(string) { save() }
	if p.listAs == "" {
		p.listAs = api.ExportJSON
	}
	kinds := kit.NewSegment(ui, p.listAs, func(v string) {
		p.listAs = v
		path := strings.TrimSuffix(p.lists.Text, filepath.Ext(p.lists.Text))
		p.lists.SetText(path + "." + v)
	}, kit.Choice{Value: api.ExportJSON, Label: "JSON"}, kit.Choice{Value: api.ExportCSV, Label: "CSV"})
	return kit.Stack(2*kit.Grid, kit.Subhead(ui, ui.T("transfer.list")), kit.NewProse(ui.T("transfer.list.say"), 13, ui.Palette.Muted), kinds,
		p.on.browsed(ui, p.lists), kit.Beside(kit.NewSmallButton(ui, kit.Quiet, ui.T("transfer.list.save"), save)), p.list.draw(ui))
}

func (p *transferPage) drawBackup() fyne.CanvasObject {
	ui := p.ui
	p.backups = kit.NewEntry(ui, "", "", nil)
	p.first, p.second = kit.NewSecretEntry(ui, ui.T("vault.passphrase"), "", nil), kit.NewSecretEntry(ui, ui.T("vault.again"), "", nil)
	p.trouble = kit.NewProse("", 13, ui.Palette.LiveText)
	p.trouble.Hide()
	say := ui.T("transfer.backup.say")
	if p.own {
		say = joined(ui, say, ui.Words.Say("export.vault_passphrase"))
	}
	save := func() {
		if p.checkPassphrase() {
			p.on.backup(core.NewSecret(p.first.Text), p.backups.Text)
		}
	}
	p.second.OnSubmitted = func(string) { save() }
	return kit.Stack(2*kit.Grid, kit.Subhead(ui, ui.T("transfer.backup")), kit.NewProse(say, 13, ui.Palette.Muted),
		p.first, p.second, p.trouble, p.on.browsed(ui, p.backups), kit.Beside(kit.NewSmallButton(ui, kit.Quiet, ui.T("transfer.backup.save"), save)), p.backup.draw(ui))
}

// checkPassphrase says what is wrong with the passphrase of a backup. It reports whether
// nothing is.
func (p *transferPage) checkPassphrase() bool {
	words := passphraseProblem(p.ui, p.first.Text, p.second.Text)
	p.trouble.SetOrHide(words, p.ui.Palette.LiveText)
	p.page.Reflow()
	return words == ""
}

// written offers new names of files, and forgets a passphrase: a file was written, or the
// page was made.
func (p *transferPage) written(now time.Time) {
	path := func(what, ending string) string {
		return shortPath(freePath(p.folder, "tokentray-"+what+"-"+now.Local().Format("20060102-1504")+ending))
	}
	p.lists.SetText(path("accounts", "."+p.listAs))
	p.backups.SetText(path("backup", ".age"))
	p.first.SetText("")
	p.second.SetText("")
}

// begin takes another file, or none.
func (p *transferPage) begin(file *api.ImportFile) {
	p.file, p.plan, p.planned, p.busy, p.says, p.bad, p.asks = file, api.ImportPlan{}, false, false, nil, false, false
	p.passphrase, p.conflict, p.skip, p.paused = "", "", false, false
	p.pass.SetText("")
	p.show()
	if file != nil {
		p.page.ScrollTo(0) // where the file is told, wherever the page was
	}
}

// open opens a backup.
func (p *transferPage) open() {
	p.file.Passphrase = p.passphrase
	p.on.plan()
}

// request is the import as it is chosen.
func (p *transferPage) request() api.ImportRequest {
	return api.ImportRequest{File: p.file, OnConflict: p.conflict, Paused: p.paused, SkipProblems: p.skip}
}

// wait says that the agent was asked.
func (p *transferPage) wait(key string) {
	p.busy, p.says, p.bad = true, func(ui *kit.UI) string { return ui.T(key) }, false
	p.show()
}

// wrong says what is wrong. Nothing was changed.
func (p *transferPage) wrong(words saying) { p.busy, p.says, p.bad = false, words, true; p.show() }

// askPassphrase asks for that of a backup.
func (p *transferPage) askPassphrase() { p.busy, p.asks, p.says = false, true, nil; p.show() }

// showPlan shows what would be done, or was.
func (p *transferPage) showPlan(plan api.ImportPlan) {
	p.plan, p.planned, p.busy, p.asks, p.bad = plan, true, false, false, !plan.Done && !plan.Ready
	p.says = func(ui *kit.UI) string { return planWords(ui, plan) }
	p.show()
}

// planWords say what was done, or what keeps a plan from being carried out.
func planWords(ui *kit.UI, plan api.ImportPlan) string {
	switch n := saves(plan); {
	case plan.Done:
		return ui.Words.Say("import.done", "count", n)
	case !plan.Ready && undecided(plan):
		return ui.T("transfer.decide")
	case !plan.Ready:
		return ui.T("transfer.problems")
	case n == 0 && !setsAnything(plan):
		return ui.Words.Say("import.nothing")
	}
	return ""
}

// undecided reports whether a person must say what to do with conflicts.
func undecided(plan api.ImportPlan) bool {
	return slices.ContainsFunc(plan.Rows, func(r api.ImportRow) bool { return r.Action == api.ImportUndecided }) ||
		slices.ContainsFunc(plan.Settings, func(s api.ImportSetting) bool { return s.Action == api.ImportUndecided })
}

// setsAnything reports whether a plan changes a setting.
func setsAnything(plan api.ImportPlan) bool {
	return slices.ContainsFunc(plan.Settings, func(s api.ImportSetting) bool { return s.Action == api.ImportReplace })
}

// show brings the page to what is known.
func (p *transferPage) show() {
	ui := p.ui
	name := ""
	switch {
	case p.file != nil && p.file.Name == "":
		name = ui.T("transfer.pasted")
	case p.file != nil:
		name = text.Isolated(p.file.Name)
	}
	p.name.SetOrHide(name, ui.Palette.Text)
	p.rows.show(p.plan)
	ink := ui.Palette.Muted
	if p.bad {
		ink = ui.Palette.LiveText
	}
	p.say.SetOrHide(p.says.in(ui), ink)
	open := p.planned && !p.plan.Done
	conflict := slices.ContainsFunc(p.plan.Rows, func(r api.ImportRow) bool { return r.Status == api.ImportConflict }) || undecided(p.plan)
	kit.Visible(p.passBox, p.asks)
	kit.Visible(p.choices, open && len(p.plan.Rows) > 0)
	kit.Visible(p.places, p.file != nil && (p.file.Env != "" || asksEnv(p.plan)))
	if p.file != nil {
		p.place.Choose(string(p.file.Env))
	}
	kit.Visible(p.conflicts, conflict)
	kit.Visible(p.skipping, slices.ContainsFunc(p.plan.Rows, func(r api.ImportRow) bool { return r.Status == api.ImportProblem }))
	kit.Visible(p.buttons, p.file != nil && !p.plan.Done)
	p.list.show(ui)
	p.backup.show(ui)
	p.run.Rename(ui.T("transfer.go", "n", saves(p.plan)))
	p.run.Enable(open && p.plan.Ready && !p.busy && (saves(p.plan) > 0 || setsAnything(p.plan)))
	p.page.Reflow()
}
