package window

import "tokentray/ui/kit"

// question is a sheet that asks before something is done.
type question struct {
	title, body, yes string
	no               string // empty: Cancel
	live             bool   // a tag says that it is about production
	role             kit.Role
}

// newQuestion is the sheet of a question. The keyboard stands on No.
func newQuestion(l *kit.Look, q question, no, yes func()) *sheet {
	s := &sheet{Sheet: kit.NewSheet(l, no)}
	l = s.Look
	stay := q.no
	if stay == "" {
		stay = l.T("cancel")
	}
	cancel := kit.NewButton(l, kit.Quiet, stay, no)
	if q.live {
		s.Add(newTag(l, true))
	}
	s.Add(kit.Title(l, q.title), kit.NewProse(q.body, kit.SizeText, l.Palette.Text), kit.Space(0, kit.Grid),
		kit.AtRight(cancel, kit.NewButton(l, q.role, q.yes, yes)))
	s.first = cancel
	return s
}

// discardTyped asks before what was typed is thrown away.
func discardTyped(l *kit.Look) question {
	return question{title: l.T("form.discard"), body: l.T("form.discard.say"), yes: l.T("form.discard.go"), no: l.T("form.discard.no"), role: kit.Danger}
}
