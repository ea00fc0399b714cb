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
	ui := tr.ui
	return question{
		title: ui.T("transfer.leave"), body: ui.T("transfer.leave.say"), yes: ui.T("transfer.leave.go"), no: ui.T("transfer.leave.no"), role: kit.Danger,
	}, tr.page.file != nil && !tr.page.plan.Done
}

// chooseFile lets a person choose a file.
func (tr *transfers) chooseFile() {
	home, _ := os.UserHomeDir()
	tr.choose(choosing{at: home}, tr.planFile)
}

// dropped takes a file that was dropped on the window, or whose path was pasted.
func (tr *transfers) dropped(path string) {
	tr.openTransfers()
	if tr.page != nil {
		tr.planFile(path)
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
		if len(files) > 1 && tr.page != nil {
			tr.showInfo(tr.ui.T("transfer.one", "file", filepath.Base(files[0].Path())))
		}
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

// planFile reads a file and plans its import.
func (tr *transfers) planFile(path string) {
	page := tr.page
	tr.work.Go(func() {
		file, err := readBounded(path, api.MaxImportFile)
		tr.do(func() {
			if tr.page == nil || tr.page != page {
				return
			}
			if err != nil {
				tr.page.wrong(func(ui *kit.UI) string { return ui.T("presets.unread", "cause", cause(ui, err)) })
				return
			}
			tr.planText(filepath.Base(path), file)
		})
	})
}

// planText plans the import of a file's contents.
func (tr *transfers) planText(name, content string) {
	tr.page.begin(&api.ImportFile{Name: name, Data: []byte(content)})
	tr.plan()
}

// forget drops the file.
func (tr *transfers) forget() { tr.page.begin(nil) }

// plan asks what an import would do. A passphrase is slow to try on a busy machine.
func (tr *transfers) plan() {
	page := tr.page
	req := page.request()
	page.wait("transfer.reading")
	ask(tr.shell, personWait, func(ctx context.Context, g Agent) (api.ImportPlan, error) { return g.Import(ctx, req) }, func(plan api.ImportPlan, err *core.Error) {
		switch {
		case tr.page != page || page.file != req.File:
		case err != nil && err.Remedy == core.RemedyBackupAsk:
			page.askPassphrase()
			tr.focus(page.pass)
		case err != nil:
			page.wrong(func(ui *kit.UI) string { return importTrouble(ui, err) })
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
	page.wait("transfer.importing")
	ask(tr.shell, personWait, func(ctx context.Context, g Agent) (api.ImportPlan, error) { return g.Import(ctx, req) }, func(plan api.ImportPlan, err *core.Error) {
		if tr.page != page {
			return
		}
		if err != nil {
			page.wrong(func(ui *kit.UI) string { return importTrouble(ui, err) })
			return
		}
		page.showPlan(plan)
		tr.showInfo(tr.ui.Words.Say("import.done", "count", saves(plan)))
	})
}

// saveList writes the accounts, without secrets, for others.
func (tr *transfers) saveList(format, path string) {
	page := tr.page
	if !page.list.begins() {
		return
	}
	page.show()
	ask(tr.shell, quickWait, func(ctx context.Context, g Agent) (api.Export, error) {
		return g.Export(ctx, api.ExportRequest{Format: format})
	}, func(out api.Export, err *core.Error) {
		if err != nil {
			page.list.ends(nil)
			page.show()
			tr.showError(err, api.Ref{})
			return
		}
		tr.write(page, &page.list, path, out.Data, out.Accounts)
	})
}

// saveBackup writes everything, encrypted under the passphrase.
func (tr *transfers) saveBackup(passphrase core.Secret, path string) {
	page := tr.page
	if !page.backup.begins() {
		return
	}
	page.show()
	ask(tr.shell, personWait, func(ctx context.Context, g Agent) (api.Backup, error) { return g.Backup(ctx, passphrase) }, func(out api.Backup, err *core.Error) {
		if err != nil {
			page.backup.ends(nil)
			page.show()
			tr.showError(err, api.Ref{})
			return
		}
		tr.write(page, &page.backup, path, out.Age, out.Accounts)
	})
}

// write writes a new file that only the person can read; an existing one stays. The page
// says where it is; a message does if that is closed by now.
func (tr *transfers) write(page *transferPage, w *writing, path string, data []byte, accounts int) {
	tr.work.Go(func() {
		path, err := writeNew(strings.TrimSpace(path), string(data))
		tr.do(func() {
			w.ends(nil)
			switch {
			case errors.Is(err, os.ErrExist):
				tr.showMessage(message{Text: tr.ui.T("export.exists"), Bad: true, Until: tr.now().Add(errorTime)})
			case err != nil:
				tr.showMessage(message{Text: tr.ui.T("export.failed", "cause", cause(tr.ui, err)), Bad: true, Until: tr.now().Add(errorTime)})
			default:
				saved := func(ui *kit.UI) string { return ui.T("transfer.saved", "n", accounts, "file", shortPath(path)) }
				w.ends(saved)
				page.written(tr.now())
				if tr.page != page {
					tr.showInfo(saved(tr.ui))
				}
			}
			page.show()
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

// importTrouble says what is wrong with a file, with the lines.
func importTrouble(ui *kit.UI, err *core.Error) string {
	var faults api.ImportFaults
	if !errors.As(err, &faults) {
		return explained(ui, wire(err), "")
	}
	lines := append([]string{ui.Words.Say("import.faults")}, ui.Words.Faults(faults, text.Isolated)...)
	return strings.Join(lines, "\n")
}
