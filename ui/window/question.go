package window

import "tokentray/ui/kit"

// saying is a sentence in the words of a UI: one that stands on a page follows the
// language.
type saying func(ui *kit.UI) string

// in is the sentence in the words of a UI; empty where there is none.
func (s saying) in(ui *kit.UI) string {
	if s == nil {
		return ""
	}
	return s(ui)
}

// question is a sheet that asks before something is done.
type question struct {
	title, body, yes string
	no               string // empty: Cancel
	live             bool   // a tag says that it is about production
	role             kit.Role
}

// asking is a question in the words of a UI.
type asking func(ui *kit.UI) question

// newQuestion is the sheet of a question. The keyboard stands on No.
func newQuestion(ui *kit.UI, q question, no, yes func()) *sheet {
	s := &sheet{Sheet: kit.NewSheet(ui, no)}
	ui = s.UI
	cancelText := q.no
	if cancelText == "" {
		cancelText = ui.T("cancel")
	}
	cancel := kit.NewButton(ui, kit.Quiet, cancelText, no)
	if q.live {
		s.Add(newTag(ui, true))
	}
	s.Add(kit.Title(ui, q.title), kit.NewProse(q.body, kit.SizeText, ui.Palette.Text), kit.Space(0, kit.Grid),
		kit.AtRight(cancel, kit.NewButton(ui, q.role, q.yes, yes)))
	s.first = cancel
	return s
}

// discardTyped asks before what was typed is thrown away.
func discardTyped(ui *kit.UI) question {
	return question{title: ui.T("form.discard"), body: ui.T("form.discard.say"), yes: ui.T("form.discard.go"), no: ui.T("form.discard.no"), role: kit.Danger}
}
