package window

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/format"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// historyPage is how many lines of a history are drawn at first, and with each
// wish for more.
const historyPage = 30

// historyFilter says which lines of a history are shown.
type historyFilter string

const (
	historyAll      historyFilter = "all"
	historyRenewals historyFilter = "renewals"
	historyFailures historyFilter = "failures"
	historyOthers   historyFilter = "others" // reports, edits, and what a newer agent writes
)

func historyFilters() []historyFilter {
	return []historyFilter{historyAll, historyRenewals, historyFailures, historyOthers}
}

// of leaves the lines that the filter takes.
func (f historyFilter) of(history []api.HistoryEntry) []api.HistoryEntry {
	if f == historyAll {
		return history
	}
	var out []api.HistoryEntry
	for _, e := range history {
		if filterOf(e.What) == f {
			out = append(out, e)
		}
	}
	return out
}

// filterOf is the filter, but all, that takes what happened.
func filterOf(w core.What) historyFilter {
	switch w {
	case core.DidRenew, core.DidForce, core.DidKeep:
		return historyRenewals
	case core.DidFail, core.DidMiss:
		return historyFailures
	}
	return historyOthers
}

// drawHistory lists what happened, as the filter says.
func (d *detail) drawHistory(now time.Time) fyne.CanvasObject {
	l := d.look
	box := kit.Stack(kit.Grid, kit.Subhead(l, l.T("detail.history")))
	if len(d.history) == 0 {
		if d.asked {
			box.Add(kit.Text(l.T("detail.nohistory"), 13, l.Palette.Muted))
		}
		return box
	}
	box.Objects[0] = container.New(&kit.Bar{Gap: 2 * kit.Grid}, kit.BoldText(l.T("detail.history"), 13, l.Palette.Text), kit.NewSmallButton(l, kit.Quiet, l.T("history.export"), d.on.export))
	var choices []kit.Choice
	for _, f := range historyFilters() {
		choices = append(choices, kit.Choice{Value: string(f), Label: l.T("history." + string(f))})
	}
	box.Add(kit.NewSegment(l, string(d.filter), func(v string) { d.on.filter(historyFilter(v)) }, choices...))
	lines := d.filter.of(d.history)
	if len(lines) == 0 {
		box.Add(kit.Text(l.T("history.none"), 13, l.Palette.Muted))
	}
	shown := min(len(lines), max(historyPage, d.lines))
	for _, e := range lines[:shown] {
		what, tone := historyLine(l, e)
		box.Add(container.New(&kit.FactRow{}, kit.Text(moment(l, e.At, now), 13, l.Palette.Muted), kit.NewProse(what, 13, tone.in(l.Palette))))
	}
	if rest := len(lines) - shown; rest > 0 {
		box.Add(kit.Beside(kit.NewSmallButton(l, kit.Quiet, l.T("history.more", "n", min(rest, historyPage)), d.on.more)))
	}
	return box
}

// historyLine says what happened, and how good that is.
func historyLine(l *kit.Look, e api.HistoryEntry) (string, tone) {
	parts := []string{didWord(l, e.What)}
	switch e.What {
	case core.DidFail:
		return strings.Join(append(parts, failureWords(l, e)...), " · "), toneBad
	case core.DidPush:
		return strings.Join(append(parts, e.Target), " · "), toneText
	case core.DidMiss:
		return strings.Join(append(parts, e.Target, e.Message), " · "), toneBad
	case core.DidRenew, core.DidForce:
		if !e.Expires.IsZero() {
			// The line was written a moment after the token's life began.
			parts = append(parts, l.Words.Coarse(e.Expires.Sub(e.At).Round(lifeGrain)))
		}
	}
	if e.Mask != "" {
		parts = append(parts, e.Mask)
	}
	return strings.Join(parts, " · "), toneText
}

// lifeGrain is how exactly the history tells the length of a life.
const lifeGrain = 5 * time.Second

// failureWords are the class of a failure and what upstream called it.
func failureWords(l *kit.Look, e api.HistoryEntry) []string {
	var out []string
	if key := text.Key("class.short." + string(e.Class)); l.Words.Has(key) {
		out = append(out, l.Words.Say(key))
	}
	if e.Code != 0 {
		out = append(out, "errcode "+strconv.Itoa(e.Code))
	}
	if e.CallerIP != "" {
		out = append(out, "IP "+e.CallerIP)
	}
	return out
}

// filterHistory shows other lines of the history.
func (w *Window) filterHistory(f historyFilter) {
	w.detail.filter, w.detail.lines = f, 0
	w.fillDetail()
}

// moreHistory shows more lines.
func (w *Window) moreHistory() {
	w.detail.lines = max(historyPage, w.detail.lines) + historyPage
	w.fillDetail()
}

// exportHistory offers the lines that the filter leaves, as CSV, to a file or the
// clipboard.
func (w *Window) exportHistory() {
	l, a := w.look, w.detail.account
	lines := w.detail.filter.of(w.detail.history)
	var csv strings.Builder
	if err := format.HistoryCSV(&csv, lines); err != nil {
		w.fail(core.AsError(err), a.Ref())
		return
	}
	title := kit.NewProse(l.T("export.title"), 17, l.Palette.Text)
	title.Style.Bold = true
	say := kit.NewProse("", 13, l.Palette.LiveText)
	say.Hide()
	file := kit.NewEntry(l, "", freeName(exportFolder(), exportName(a.Ref(), w.now())), nil)
	var s *sheet
	save := func() {
		path := strings.TrimSpace(file.Text)
		w.saveExport(path, csv.String(), func(words string) {
			if w.sheet != s {
				return
			}
			say.Set(words, l.Palette.LiveText)
			say.Show()
			s.Refresh()
		})
	}
	file.OnSubmitted = func(string) { save() }
	s = newSheet(l, w.closeSheet, title, kit.NewProse(l.T("export.body", "account", refWords(a.Ref()), "n", len(lines)), kit.SizeText, l.Palette.Text),
		kit.Stack(kit.Grid, kit.Text(l.T("export.file"), 13, l.Palette.Muted), file), say, kit.Space(0, kit.Grid),
		atRight(
			kit.NewButton(l, kit.Quiet, l.T("cancel"), w.closeSheet),
			kit.NewButton(l, kit.Quiet, l.T("export.copy"), func() {
				w.closeSheet()
				w.app.Clipboard().SetContent(csv.String())
				w.tell(l.T("export.copied", "n", len(lines)))
			}),
			kit.NewButton(l, kit.Filled, l.T("export.save"), save)))
	w.openSheet(s, file)
}

// saveExport writes a new file that the person alone can read; one that is there
// already stays. wrong is told what went wrong.
func (w *Window) saveExport(path, content string, wrong func(words string)) {
	l := w.look
	w.work.Go(func() {
		path, err := writeNew(path, content)
		w.do(func() {
			switch {
			case errors.Is(err, fs.ErrExist):
				wrong(l.T("export.exists"))
			case err != nil:
				wrong(l.T("export.failed", "cause", cause(err)))
			default:
				w.closeSheet()
				w.tell(l.T("export.saved", "file", path))
			}
		})
	})
}

// cause is a file's error without the path, which the person has just typed.
func cause(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// writeNew writes a file that was not there before and returns where it is. What
// could be written only in part is removed again.
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

// fromHome is a path that a person typed: what is not absolute begins in the
// home folder, and ~ is that.
func fromHome(path string) string {
	home, _ := os.UserHomeDir()
	if rest, ok := strings.CutPrefix(path, "~"); ok && (rest == "" || os.IsPathSeparator(rest[0])) {
		return home + rest
	} else if !filepath.IsAbs(path) {
		return filepath.Join(home, path)
	}
	return path
}

// exportFolder is where people look for what they took away.
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

// exportName is a file's name that every system takes.
func exportName(ref api.Ref, now time.Time) string {
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`<>:"/\|?*% `, r) || r < ' ' {
			return '-'
		}
		return r
	}, ref.Name)
	if r := []rune(name); len(r) > 60 {
		name = string(r[:60])
	}
	return "tokentray-" + name + "-" + string(ref.Env) + "-" + now.Local().Format("20060102-1504")
}

// freeName is a CSV file in a folder that is not there yet.
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
