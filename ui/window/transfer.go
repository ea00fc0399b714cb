package window

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// transfers bring accounts in from files, and take them out: lists for a team, which hold
// no secret, and backups. A file is planned first and shown; nothing is saved before a
// person says so.
type transfers struct {
	*shell
	pages *pages
	page  *transferPage // nil when it is not open
}

// openTransfers shows the page.
func (tr *transfers) openTransfers() {
	if tr.page != nil || !tr.pages.closePage() {
		return
	}
	tr.page = &transferPage{folder: exportFolder(), own: tr.model.Vault.Kind == "file", on: transferActions{
		back: tr.back, choose: tr.chooseFile, plan: tr.plan, apply: tr.apply, forget: tr.forget,
		list: tr.saveList, backup: tr.saveBackup, browsed: tr.browsed,
	}}
	tr.pages.openPage(tr)
	tr.focus(tr.page.choose)
}

func (tr *transfers) draw()          { tr.page.draw(tr.ui, tr.now()) }
func (tr *transfers) top() *kit.Page { return tr.page.page }
func (tr *transfers) closed()        { tr.page = nil }
func (tr *transfers) back()          { tr.pages.closePage() }

func (tr *transfers) unsaved() (question, bool) {
	return discardTyped(tr.ui), tr.page.file != nil && !tr.page.plan.Done
}

// chooseFile lets a person choose a file.
func (tr *transfers) chooseFile() {
	home, _ := os.UserHomeDir()
	tr.choose(choosing{at: home}, tr.take)
}

// dropped takes a file that was dropped on the window, or whose path was pasted.
func (tr *transfers) dropped(path string) {
	tr.openTransfers()
	if tr.page != nil {
		tr.take(path)
	}
}

// pasted takes a text with accounts.
func (tr *transfers) pasted(file *api.ImportFile) {
	tr.openTransfers()
	if tr.page != nil {
		tr.page.begin(file)
		tr.plan()
	}
}

// drop takes the first of the files that were dropped on the window.
func (tr *transfers) drop(files []fyne.URI) {
	if len(files) > 0 && files[0].Scheme() == "file" && tr.sheet == nil {
		tr.dropped(files[0].Path())
	}
}

// pastedPath is the path of a file that was copied in a file manager, or typed in full.
func pastedPath(content string) (string, bool) {
	path := strings.TrimSpace(content)
	if u, err := url.Parse(path); err == nil && u.Scheme == "file" {
		path = u.Path
	}
	if strings.ContainsAny(path, "\n\r") || !filepath.IsAbs(path) {
		return "", false
	}
	info, err := os.Stat(path)
	return path, err == nil && info.Mode().IsRegular()
}

// take reads a file and plans its import.
func (tr *transfers) take(path string) {
	page := tr.page
	tr.work.Go(func() {
		file, err := readBounded(path, api.MaxImportFile)
		tr.do(func() {
			if tr.page == nil || tr.page != page {
				return
			}
			if err != nil {
				tr.page.wrong(tr.ui.T("presets.unread", "cause", cause(err)))
				return
			}
			tr.takeText(filepath.Base(path), file)
		})
	})
}

// takeText plans the import of a file's contents.
func (tr *transfers) takeText(name, content string) {
	tr.page.begin(&api.ImportFile{Name: name, Data: []byte(content)})
	tr.plan()
}

// forget drops the file.
func (tr *transfers) forget() { tr.page.begin(nil) }

// plan asks what an import would do.
func (tr *transfers) plan() {
	page := tr.page
	req := page.request()
	page.wait(tr.ui.T("transfer.reading"))
	ask(tr.shell, quickWait, func(ctx context.Context, g Agent) (api.ImportPlan, error) { return g.Import(ctx, req) }, func(plan api.ImportPlan, err *core.Error) {
		switch {
		case tr.page != page || page.file != req.File:
		case err != nil && err.Remedy == core.RemedyBackupAsk:
			page.askPassphrase()
		case err != nil:
			page.wrong(importTrouble(tr.ui, err))
		default:
			page.showPlan(plan)
		}
	})
}

// apply carries out the plan that is shown.
func (tr *transfers) apply() {
	page := tr.page
	req := page.request()
	req.Apply = page.plan.Digest
	page.wait(tr.ui.T("transfer.importing"))
	ask(tr.shell, personWait, func(ctx context.Context, g Agent) (api.ImportPlan, error) { return g.Import(ctx, req) }, func(plan api.ImportPlan, err *core.Error) {
		if tr.page != page {
			return
		}
		if err != nil {
			page.wrong(importTrouble(tr.ui, err))
			return
		}
		page.showPlan(plan)
		tr.showInfo(tr.ui.Words.Say("import.done", "count", saves(plan)))
	})
}

// saveList writes the accounts, without secrets, for others.
func (tr *transfers) saveList(format, path string) {
	ask(tr.shell, quickWait, func(ctx context.Context, g Agent) (api.Export, error) {
		return g.Export(ctx, api.ExportRequest{Format: format})
	}, func(out api.Export, err *core.Error) {
		if err != nil {
			tr.showError(err, api.Ref{})
			return
		}
		tr.write(path, out.Data, out.Accounts)
	})
}

// saveBackup writes everything, encrypted under the passphrase.
func (tr *transfers) saveBackup(passphrase core.Secret, path string) {
	ask(tr.shell, personWait, func(ctx context.Context, g Agent) (api.Backup, error) { return g.Backup(ctx, passphrase) }, func(out api.Backup, err *core.Error) {
		if err != nil {
			tr.showError(err, api.Ref{})
			return
		}
		tr.write(path, out.Age, out.Accounts)
	})
}

// write writes a new file that only the person can read; an existing one stays.
func (tr *transfers) write(path string, data []byte, accounts int) {
	tr.work.Go(func() {
		path, err := writeNew(strings.TrimSpace(path), string(data))
		tr.do(func() {
			switch {
			case errors.Is(err, os.ErrExist):
				tr.showMessage(message{Text: tr.ui.T("export.exists"), Bad: true, Until: tr.now().Add(errorTime)})
			case err != nil:
				tr.showMessage(message{Text: tr.ui.T("export.failed", "cause", cause(err)), Bad: true, Until: tr.now().Add(errorTime)})
			default:
				if tr.page != nil {
					tr.page.written(tr.now())
				}
				tr.showInfo(tr.ui.T("transfer.saved", "n", accounts, "file", path))
			}
		})
	})
}

// saves counts the accounts that a plan saves.
func saves(plan api.ImportPlan) (n int) {
	for _, r := range plan.Rows {
		if slices.Contains([]string{api.ImportAdd, api.ImportRename, api.ImportReplace}, r.Action) {
			n++
		}
	}
	return n
}

// importTrouble says what is wrong with a file, line by line.
func importTrouble(ui *kit.UI, err *core.Error) string {
	var faults api.ImportFaults
	if !errors.As(err, &faults) {
		return explained(ui, wire(err), "")
	}
	lines := []string{ui.Words.Say("import.faults")}
	for _, f := range faults {
		lines = append(lines, placeIn(ui, f.Line, f.Key)+ui.Words.Say(text.Key("fault."+f.Code), "other", f.Other))
	}
	return strings.Join(lines, "\n")
}

// placeIn names a line, and a key on it, before a sentence about them.
func placeIn(ui *kit.UI, line int, key string) string {
	var parts []string
	if line > 0 {
		parts = append(parts, ui.Words.Say("import.at", "line", line))
	}
	if key != "" {
		parts = append(parts, text.Isolated(key))
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, ui.Words.Say("cli.comma")) + ui.Words.Say("cli.colon")
}

// planLines say what would become of a file, an account a line.
func planLines(ui *kit.UI, plan api.ImportPlan) []string {
	var out []string
	for i, r := range plan.Rows {
		name := text.Isolated(r.Name + "/" + string(r.Env))
		if r.As != "" {
			name += " → " + text.Isolated(r.As)
		}
		words := importWord(ui, r.Status, r.Action) + "  " + name
		details := importDetails(ui, r)
		if i < len(plan.Lines) && len(r.Problems) > 0 {
			details = append([]string{ui.Words.Say("import.at", "line", plan.Lines[i])}, details...)
		}
		if len(details) > 0 {
			words += ui.Words.Say("cli.paren", "text", strings.Join(details, ui.Words.Say("cli.comma")))
		}
		out = append(out, words)
		for _, m := range r.Addresses {
			none := ui.Words.Say("import.no_url")
			out = append(out, ui.Words.Say("import.moves", "account", name, "field", fieldWord(ui, r.Kind, m.Field), "from", orNone(m.From, none), "to", orNone(m.To, none)))
		}
		if r.SecretAgain {
			out = append(out, ui.Words.Say("import.secret_again", "account", name))
		}
	}
	for _, p := range plan.Presets {
		if p.Status == api.ImportNew || p.Status == api.ImportConflict {
			out = append(out, ui.Words.Say(text.Key("import.preset."+p.Status), "name", string(p.Kind), "hosts", strings.Join(p.Hosts, " ")))
		}
	}
	for _, s := range plan.Settings {
		if s.Status != api.ImportSame {
			out = append(out, importWord(ui, s.Status, s.Action)+"  "+ui.Words.Say("import.setting", "key", text.Isolated(s.Key))+"  "+text.Isolated(s.Value))
		}
	}
	for _, r := range plan.Remarks {
		place := placeIn(ui, r.Line, r.Key)
		if r.Code == "column" { // its line is the number of a column
			place = ""
		}
		out = append(out, place+ui.Words.Say(text.Key("remark."+r.Code), "line", r.Line))
	}
	return out
}

func orNone(address, none string) string {
	if address == "" {
		return none
	}
	return text.Isolated(address)
}

// fieldWord is what the platform of a kind calls a field of its accounts.
func fieldWord(ui *kit.UI, kind core.Kind, key string) string {
	if f, ok := ui.Words.Spec(kind).Field(key); ok {
		return ui.Words.Field(kind, f)
	}
	if k := text.Key("window.form." + key); ui.Words.Has(k) {
		return ui.Words.Say(k)
	}
	return key
}

// importWord says in a word what happens.
func importWord(ui *kit.UI, status, action string) string {
	say := func(key string) string { return ui.Words.Say(text.Key("import.row." + key)) }
	switch {
	case status == api.ImportProblem, status == api.ImportSame, status == api.ImportNew:
		return say(status)
	case action == api.ImportUndecided:
		return say("conflict")
	}
	return say("conflict") + ui.Words.Say("cli.paren", "text", say(action))
}

// importDetails say why, and what a person still has to do.
func importDetails(ui *kit.UI, r api.ImportRow) []string {
	var out []string
	if r.With != "" && r.With != r.Name+"/"+string(r.Env) {
		out = append(out, ui.T("transfer.shared", "account", text.Isolated(r.With)))
	}
	if len(r.Changes) > 0 {
		var fields []string
		for _, key := range r.Changes {
			fields = append(fields, fieldWord(ui, r.Kind, key))
		}
		out = append(out, ui.Words.Say("import.differs", "fields", strings.Join(fields, ui.Words.Say("cli.comma"))))
	}
	for _, p := range r.Problems {
		if p.Key != core.ProblemAppIDTwice || !p.Warn || r.With == "" { // else it was said
			out = append(out, ui.Words.Problem(r.Kind, p))
		}
	}
	if r.Action == api.ImportAdd || r.Action == api.ImportRename {
		if r.NoSecret {
			out = append(out, ui.Words.Say("import.no_secret"))
		}
		if !r.Auto {
			out = append(out, ui.Words.Say("import.paused"))
		}
	}
	return out
}
