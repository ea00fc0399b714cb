package window

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/durable"
	"tokentray/core/format"
	"tokentray/ui/kit"
)

// exports writes an account's data into files.
type exports struct {
	*shell
}

// exportHistory offers lines of the history of an account, as CSV, to a file or
// the clipboard.
func (ex *exports) exportHistory(a api.Account, lines []api.HistoryEntry) {
	var csv strings.Builder
	if err := format.HistoryCSV(&csv, lines); err != nil {
		ex.showError(core.AsError(err), a.Ref())
		return
	}
	ex.offerHistory(a, csv.String(), len(lines), shortPath(freeName(exportFolder(), exportName(a.Ref(), ex.now()))))
}

// offerHistory asks for the file of a history's lines.
func (ex *exports) offerHistory(a api.Account, csv string, lines int, to string) {
	s := ex.newSheet()
	ui := s.UI
	say := kit.NewProse("", 13, ui.Palette.LiveText)
	say.Hide()
	file := kit.NewEntry(ui, "", to, nil)
	save := func() {
		path := strings.TrimSpace(file.Text)
		ex.saveExport(path, csv, func(words string) {
			if ex.sheet != s {
				return
			}
			say.SetOrHide(words, ui.Palette.LiveText)
			s.Reflow()
		})
	}
	file.OnSubmitted = func(string) { save() }
	s.Add(kit.Title(ui, ui.T("export.title")), kit.NewProse(ui.T("export.body", "account", refWords(a.Ref()), "n", lines), kit.SizeText, ui.Palette.Text),
		kit.Stack(kit.Grid, kit.Text(ui.T("export.file"), 13, ui.Palette.Muted), ex.browsed(ui, file)), say, kit.Space(0, kit.Grid),
		kit.AtRight(
			kit.NewButton(ui, kit.Quiet, ui.T("cancel"), ex.closeSheet),
			kit.NewButton(ui, kit.Quiet, ui.T("export.copy"), func() {
				ex.closeSheet()
				ex.app.Clipboard().SetContent(csv)
				ex.showInfo(ui.T("export.copied", "n", lines))
			}),
			kit.NewButton(ui, kit.Filled, ui.T("export.save"), save)))
	s.first, s.again = file, func() { ex.offerHistory(a, csv, lines, file.Text) }
	ex.openSheet(s)
}

// exportList offers accounts, without secrets, as a file for others.
func (ex *exports) exportList(ids []core.ID) {
	name := "tokentray-" + ex.now().Local().Format("20060102-1504") + "." + api.ExportJSON
	ex.offerList(ids, api.ExportJSON, shortPath(freePath(exportFolder(), name)))
}

// offerList asks for the format and the file of a list.
func (ex *exports) offerList(ids []core.ID, as, to string) {
	s := ex.newSheet()
	ui := s.UI
	say := kit.NewProse("", 13, ui.Palette.LiveText)
	say.Hide()
	file := kit.NewEntry(ui, "", to, nil)
	wrong := func(words string) {
		if ex.sheet == s {
			say.SetOrHide(words, ui.Palette.LiveText)
			s.Reflow()
		}
	}
	save := func() {
		path, req := strings.TrimSpace(file.Text), api.ExportRequest{Format: as, Accounts: ids}
		ask(ex.shell, quickWait, func(ctx context.Context, g Agent) (api.Export, error) { return g.Export(ctx, req) }, func(out api.Export, err *core.Error) {
			if err != nil {
				wrong(explained(ui, wire(err), ""))
				return
			}
			ex.saveExport(path, string(out.Data), wrong)
		})
	}
	file.OnSubmitted = func(string) { save() }
	forms := kit.NewSegment(ui, as, func(v string) {
		as = v
		file.SetText(strings.TrimSuffix(file.Text, filepath.Ext(file.Text)) + "." + v)
	}, kit.Choice{Value: api.ExportJSON, Label: "JSON"}, kit.Choice{Value: api.ExportCSV, Label: "CSV"})
	s.Add(kit.Title(ui, ui.T("many.export.title", "n", len(ids))), kit.NewProse(ui.T("transfer.list.say"), kit.SizeText, ui.Palette.Text), forms,
		kit.Stack(kit.Grid, kit.Text(ui.T("export.file"), 13, ui.Palette.Muted), ex.browsed(ui, file)), say, kit.Space(0, kit.Grid),
		kit.AtRight(kit.NewButton(ui, kit.Quiet, ui.T("cancel"), ex.closeSheet), kit.NewButton(ui, kit.Filled, ui.T("export.save"), save)))
	s.first, s.again = file, func() { ex.offerList(ids, as, file.Text) }
	ex.openSheet(s)
}

// saveExport writes a new file that only the person can read; an existing one stays.
// wrong is called with the fault.
func (ex *exports) saveExport(path, content string, wrong func(words string)) {
	ui := ex.ui
	ex.work.Go(func() {
		path, err := writeNew(path, content)
		ex.do(func() {
			switch {
			case errors.Is(err, fs.ErrExist):
				wrong(ui.T("export.exists"))
			case err != nil:
				wrong(ui.T("export.failed", "cause", cause(ui, err)))
			default:
				ex.closeSheet()
				ex.showInfo(ui.T("export.saved", "file", shortPath(path)))
			}
		})
	})
}

// cause is a file's error without the path, which the person has just typed.
func cause(ui *kit.UI, err error) string {
	if errors.Is(err, durable.ErrNotPlain) {
		return ui.T("not_plain")
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return ui.Words.System(err.Error())
}

// writeNew writes a new file and returns where it is. A partial file is removed
// again.
func writeNew(path, content string) (string, error) {
	path = fromHome(path)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return path, err
	}
	_, err = f.WriteString(content)
	if err = cmp.Or(err, f.Close()); err != nil {
		_ = os.Remove(path)
	}
	return path, err
}

// fromHome is a path that a person typed: relative ones begin in the home folder,
// and ~ is that.
func fromHome(path string) string {
	home, _ := os.UserHomeDir()
	if rest, ok := strings.CutPrefix(path, "~"); ok && (rest == "" || os.IsPathSeparator(rest[0])) {
		return home + rest
	} else if !filepath.IsAbs(path) {
		return filepath.Join(home, path)
	}
	return path
}

// shortPath is a path as people write it, so that it fits its field: ~ is the home
// folder. fromHome reverses it.
func shortPath(path string) string {
	home, err := os.UserHomeDir()
	if rest, ok := strings.CutPrefix(path, home); err == nil && ok && home != "" && (rest == "" || os.IsPathSeparator(rest[0])) {
		return "~" + rest
	}
	return path
}

// exportFolder is where people look for exported files.
func exportFolder() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	if at := filepath.Join(home, "Downloads"); isFolder(at) {
		return at
	}
	return home
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// exportName is a file name that is valid on every system.
func exportName(ref api.Ref, now time.Time) string {
	return "tokentray-" + exportSafe(ref.Name) + "-" + string(ref.Env) + "-" + now.Local().Format("20060102-1504")
}

// exportSafe is a name with what some systems do not take in a file's name replaced.
func exportSafe(name string) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`<>:"/\|?*% `, r) || r < ' ' {
			return '-'
		}
		return r
	}, name)
	if r := []rune(name); len(r) > 60 {
		name = string(r[:60])
	}
	return name
}

// freeName is a CSV file in a folder that does not exist yet.
func freeName(folder, name string) string {
	for i := 1; ; i++ {
		path := filepath.Join(folder, name)
		if i > 1 {
			path += "-" + strconv.Itoa(i)
		}
		if _, err := os.Lstat(path + ".csv"); errors.Is(err, fs.ErrNotExist) || i > 99 {
			return path + ".csv"
		}
	}
}

// freePath is a name in a folder that does not exist yet.
func freePath(folder, name string) string {
	bare, ending := name, ""
	if i := strings.IndexByte(name, '.'); i > 0 {
		bare, ending = name[:i], name[i:]
	}
	for i := 1; ; i++ {
		path := filepath.Join(folder, name)
		if i > 1 {
			path = filepath.Join(folder, bare+"-"+strconv.Itoa(i)+ending)
		}
		if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) || i > 99 {
			return path
		}
	}
}
