package window

import (
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// planMost is how many accounts of a plan are listed. Those that need a decision stand
// first.
const planMost = 200

// planBox shows what would become of a file, an account a line.
type planBox struct {
	ui    *kit.UI
	root  *fyne.Container
	rows  *kit.Rows[int, *planRow]
	more  *kit.Prose
	notes *kit.Prose
}

// planRow is an account of a plan.
type planRow struct {
	word      *canvas.Text
	who, what *kit.Prose
	live      fyne.CanvasObject
}

// planLine is what a row says.
type planLine struct {
	Word string
	Tone tone
	Who  string
	Live bool
	What []string
}

func newPlanBox(ui *kit.UI) *planBox {
	b := &planBox{ui: ui, more: kit.NewProse("", 13, ui.Palette.Muted), notes: kit.NewProse("", 13, ui.Palette.Muted)}
	b.rows = kit.NewRows(kit.Stack(2*kit.Grid), func(int) (fyne.CanvasObject, *planRow) {
		r := &planRow{word: kit.BoldText("", 13, ui.Palette.Text), who: kit.NewProse("", 13, ui.Palette.Text), what: kit.NewProse("", 13, ui.Palette.Muted), live: newTag(ui, true)}
		r.who.Style.Bold = true
		said := kit.Stack(0, container.New(&tagged{}, r.who, r.live), r.what)
		return container.New(&kit.FactRow{}, r.word, said), r
	})
	b.root = kit.Stack(3*kit.Grid, b.rows.Box, b.more, b.notes)
	return b
}

// show shows a plan, or nothing.
func (b *planBox) show(plan api.ImportPlan) {
	ui := b.ui
	lines := planLines(ui, plan)
	keys := make([]int, min(planMost, len(lines)))
	for i := range keys {
		keys[i] = i
	}
	b.rows.Show(keys, func(i int, r *planRow) {
		l := lines[i]
		kit.SetText(r.word, l.Word, l.Tone.in(ui.Palette))
		r.who.Set(l.Who, ui.Palette.Text)
		kit.Visible(r.live, l.Live)
		r.what.SetOrHide(strings.Join(l.What, "\n"), ui.Palette.Muted)
	})
	more := ""
	if n := len(lines) - len(keys); n > 0 {
		more = ui.T("transfer.more", "n", n)
	}
	b.more.SetOrHide(more, ui.Palette.Muted)
	notes := planNotes(ui, plan)
	b.notes.SetOrHide(strings.Join(notes, "\n"), ui.Palette.Muted)
	kit.Visible(b.root, len(lines)+len(notes) > 0)
}

// planLines say what would become of the accounts of a file: first those that need a
// decision.
func planLines(ui *kit.UI, plan api.ImportPlan) []planLine {
	var first, rest []planLine
	for i, r := range plan.Rows {
		l := planLine{Word: importWord(ui, r.Status, r.Action), Who: text.Isolated(r.Name + "/" + string(r.Env)), Live: r.Env == core.Live}
		name := l.Who
		if r.As != "" {
			l.Who += " → " + text.Isolated(r.As)
		}
		details := importDetails(ui, r)
		if i < len(plan.Lines) && len(r.Problems) > 0 {
			details = append([]string{ui.Words.Say("import.at", "line", plan.Lines[i])}, details...)
		}
		if len(details) > 0 {
			l.What = append(l.What, strings.Join(details, " · "))
		}
		for _, m := range r.Addresses {
			none := ui.Words.Say("import.no_url")
			l.What = append(l.What, ui.T("transfer.moves", "field", fieldWord(ui, r.Kind, m.Field), "from", orNone(m.From, none), "to", orNone(m.To, none)))
		}
		if r.SecretAgain {
			l.What = append(l.What, ui.Words.Say("import.secret_again", "account", name))
		}
		switch r.Status {
		case api.ImportProblem:
			l.Tone = toneBad
		case api.ImportConflict:
			l.Tone = toneSoon
		case api.ImportNew:
			l.Tone = toneSandbox
		default:
			l.Tone = toneMuted
		}
		if r.Status == api.ImportProblem || r.Status == api.ImportConflict {
			first = append(first, l)
			continue
		}
		rest = append(rest, l)
	}
	return slices.Concat(first, rest)
}

// planNotes say what else a file brings, and what was left out of it.
func planNotes(ui *kit.UI, plan api.ImportPlan) []string {
	var out []string
	for _, p := range plan.Presets {
		if p.Status == api.ImportNew || p.Status == api.ImportConflict {
			out = append(out, ui.Words.Say(text.Key("import.preset."+p.Status), "name", string(p.Kind), "hosts", strings.Join(p.Hosts, " ")))
		}
	}
	for _, s := range plan.Settings {
		if s.Status != api.ImportSame {
			detail := text.Isolated(s.Value)
			if s.Status == api.ImportProblem {
				detail = ui.Words.Say("import.no_setting")
			}
			out = append(out, importWord(ui, s.Status, s.Action)+"  "+ui.Words.Say("import.setting", "key", text.Isolated(s.Key))+"  "+detail)
		}
	}
	return append(out, remarkLines(ui, plan.Remarks)...)
}

// remarkLines tell the remarks about a file. The same of several lines is told once.
func remarkLines(ui *kit.UI, remarks []api.ImportRemark) []string {
	type about struct{ code, key string }
	var order []about
	at := map[about][]int{}
	for _, r := range remarks {
		a := about{r.Code, r.Key}
		column := r.Code == "column" // its line is the number of a column
		if column {
			a.key = strconv.Itoa(r.Line)
		}
		if _, seen := at[a]; !seen {
			order = append(order, a)
			at[a] = nil
		}
		if r.Line > 0 && !column {
			at[a] = append(at[a], r.Line)
		}
	}
	var out []string
	for _, a := range order {
		key := text.Key("window.remark." + a.code)
		if !ui.Words.Has(key) {
			key = text.Key("remark." + a.code)
		}
		if a.code == "column" {
			out = append(out, ui.Words.Say(key, "line", a.key))
			continue
		}
		var place []string
		if lines := at[a]; len(lines) > 0 {
			place = append(place, ui.Words.Lines(lines))
		}
		if a.key != "" {
			place = append(place, text.Isolated(a.key))
		}
		words := ui.Words.Say(key)
		if len(place) > 0 {
			words = strings.Join(place, " · ") + ui.Words.Say("cli.colon") + words
		}
		out = append(out, words)
	}
	return out
}

// asksEnv reports whether a file does not tell where its accounts belong.
func asksEnv(plan api.ImportPlan) bool {
	return slices.ContainsFunc(plan.Remarks, func(r api.ImportRemark) bool { return r.Code == "env" })
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
