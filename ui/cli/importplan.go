package cli

import (
	"strconv"
	"strings"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/text"
)

// remarkColumn is the remark whose line is the number of a column.
const remarkColumn = "column"

// showPlan prints what would become of each account.
func (a *app) showPlan(plan api.ImportPlan) error {
	if a.json {
		return nil // one answer, at the end
	}
	for _, r := range plan.Remarks {
		place := a.place(r.Line, r.Key)
		if r.Code == remarkColumn {
			place = "" // its line is the column's number
		}
		a.note(a.say("cli.warning") + place + a.say(text.Key("remark."+r.Code), "line", r.Line))
	}
	t := table{elastic: 5, wraps: true, colour: a.colour()}
	t.add(
		styled(a.say("import.what"), styleHead), styled(a.say("list.name"), styleHead), styled(a.say("list.env"), styleHead),
		styled(a.say("cli.field.appid"), styleHead), styled(a.say("import.line"), styleHead), styled(a.say("import.detail"), styleHead),
	)
	for i, r := range plan.Rows {
		name := text.Seen(r.Name)
		if r.As != "" {
			name += " → " + clean(r.As)
		}
		line := ""
		if i < len(plan.Lines) {
			line = strconv.Itoa(plan.Lines[i])
		}
		t.add(a.rowWord(r.Status, r.Action), plain(bounded(name)), styled(clean(string(r.Env)), envStyle(r.Env)), plain(bounded(text.Seen(r.AppID))), plain(line), plain(strings.Join(a.rowDetails(r), a.say("cli.comma"))))
	}
	for _, p := range plan.Presets {
		t.add(a.rowWord(p.Status, p.Action), plain(a.say("import.preset", "name", clean(string(p.Kind)))), plain(""), plain(""), plain(""), plain(clean(strings.Join(p.Hosts, " "))))
	}
	for _, s := range plan.Settings {
		if s.Status != api.ImportSame {
			detail := bounded(clean(s.Value))
			if s.Status == api.ImportProblem {
				detail = a.say("import.no_setting")
			}
			t.add(a.rowWord(s.Status, s.Action), plain(a.say("import.setting", "key", bounded(text.Seen(s.Key)))), plain(""), plain(""), plain(""), plain(detail))
		}
	}
	width := 0
	if a.Term.OutIsTerminal() {
		width, _ = a.Term.Size()
	}
	lines := t.lines(width)
	for _, p := range plan.Presets {
		if p.Status == api.ImportNew || p.Status == api.ImportConflict {
			lines = append(lines, clean(a.say(text.Key("import.preset."+p.Status), "name", p.Kind, "hosts", strings.Join(p.Hosts, " "))))
		}
	}
	for _, r := range plan.Rows {
		lines = append(lines, a.addressLines(r)...)
	}
	return a.print(lines...)
}

// bounded cuts what is longer than any name may be: the table is as wide as its widest
// cell, and a file may hold megabytes in one.
func bounded(s string) string { return shorten(s, core.MaxName) }

// addressLines say where the calls of an account would go, in full and on lines of
// their own: a table cuts long cells, and a person must see this before agreeing.
func (a *app) addressLines(r api.ImportRow) []string {
	account := clean(r.With)
	switch r.Action {
	case api.ImportReplace, api.ImportUndecided:
	case api.ImportAdd:
		account = clean(r.Name + "/" + string(r.Env))
	case api.ImportRename:
		account = clean(r.As + "/" + string(r.Env))
	default:
		return nil
	}
	url := func(s string) string {
		if s == "" {
			return a.say("import.no_url")
		}
		return clean(s)
	}
	var out []string
	for _, m := range r.Addresses {
		out = append(out, a.say("import.moves", "account", account, "field", a.fieldName(r.Kind, m.Field), "from", url(m.From), "to", url(m.To)))
	}
	if r.SecretAgain {
		out = append(out, a.say("import.secret_again", "account", account))
	}
	return out
}

// rowWord says in a word what happens to a row.
func (a *app) rowWord(status, action string) cell {
	switch {
	case status == api.ImportProblem:
		return styled(a.say("import.row.problem"), styleLive)
	case action == api.ImportUndecided:
		return styled(a.say("import.row.conflict"), styleWarn)
	case status == api.ImportSame, status == api.ImportNew:
		return plain(a.say(text.Key("import.row." + status)))
	}
	return styled(a.say("import.row.conflict")+a.say("cli.paren", "text", a.say(text.Key("import.row."+action))), styleWarn)
}

// rowDetails says why, and what a person still has to do.
func (a *app) rowDetails(r api.ImportRow) []string {
	var out []string
	if r.With != "" && r.With != r.Name+"/"+string(r.Env) {
		out = append(out, a.say("import.shared", "account", clean(r.With)))
	}
	if len(r.Changes) > 0 {
		names := make([]string, len(r.Changes))
		for i, field := range r.Changes {
			names[i] = a.fieldName(r.Kind, field)
		}
		out = append(out, a.say("import.differs", "fields", strings.Join(names, a.say("cli.comma"))))
	}
	for _, p := range r.Problems {
		if p.Key == core.ProblemAppIDTwice && p.Warn && r.With != "" {
			continue // said already
		}
		out = append(out, a.problem(r.Kind, p))
	}
	saved := r.Action == api.ImportAdd || r.Action == api.ImportRename
	if saved && r.NoSecret {
		out = append(out, a.say("import.no_secret"))
	}
	if saved && !r.Auto {
		out = append(out, a.say("import.paused"))
	}
	return out
}

// imported says what was done, or that nothing was.
func (a *app) imported(plan api.ImportPlan) error {
	if a.json {
		return a.printJSON(plan)
	}
	if !plan.Done {
		if !a.changesAnything(plan) {
			a.note(a.say("import.nothing"))
		} else {
			a.note(a.say("import.dry", "count", saves(plan)))
		}
		return nil
	}
	a.note(a.say("import.done", "count", saves(plan)))
	secret, paused := "", ""
	for _, r := range plan.Rows {
		ref := r.Name + "/" + string(r.Env)
		if r.As != "" {
			ref = r.As + "/" + string(r.Env)
		}
		if r.Action == api.ImportReplace && r.SecretAgain && secret == "" {
			secret = r.With
		}
		if r.Action != api.ImportAdd && r.Action != api.ImportRename {
			continue
		}
		if r.NoSecret && secret == "" {
			secret = ref
		}
		if !r.Auto && paused == "" {
			paused = ref
		}
	}
	if secret != "" {
		a.note(a.say("import.then_secret", "account", clean(secret)))
	}
	if paused != "" {
		a.note(a.say("import.then_resume", "account", clean(paused)))
	}
	return nil
}

// notReady ends a command whose plan cannot be carried out as it is.
func (a *app) notReady(plan api.ImportPlan, why text.Key) error {
	if a.json {
		if err := a.printJSON(plan); err != nil {
			return err
		}
	}
	return usage(why)
}

// place names a line, and a key on it, in front of a sentence about them.
func (a *app) place(line int, key string) string {
	out := ""
	if line > 0 {
		out = a.say("import.at", "line", line)
	}
	if key != "" {
		if out != "" {
			out += a.say("cli.comma")
		}
		out += clean(key)
	}
	if out != "" {
		out += a.say("cli.colon")
	}
	return out
}

// faultLines says what is wrong with a file, with the lines.
func (a *app) faultLines(faults api.ImportFaults) []string {
	out := []string{"tokentray: " + a.say("import.faults")}
	for _, says := range a.text().Faults(faults, clean) {
		out = append(out, "  "+says)
	}
	return out
}
