package window

import (
	"context"
	"slices"
	"strings"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// paste handles a text that is pasted while the list has the keyboard: it plans the
// import of a file or of a text with several accounts, explains a failed answer, and
// begins an account from a text with an AppSecret.
func (ed *accounts) paste() {
	ed.readClipboard(func(content string) {
		if strings.TrimSpace(content) == "" {
			return
		}
		if path, ok := pastedPath(content); ok {
			ed.transfers.dropped(path)
			return
		}
		ask(ed.shell, quickWait, func(ctx context.Context, g Agent) (api.Explanation, error) {
			return g.Explain(ctx, api.ExplainRequest{Text: content})
		}, func(got api.Explanation, err *core.Error) {
			switch {
			case err == nil:
				openExplanation(ed.shell, got, ed.clipboard.copyText)
			case err.Remedy != core.RemedyNoCode:
				ed.showError(err, api.Ref{})
			default:
				ed.pasteAccounts(content, err)
			}
		})
	})
}

// pasteAccounts plans the import of a text with several accounts, and begins an account
// from one with an AppSecret. none is what is said of any other text.
func (ed *accounts) pasteAccounts(content string, none *core.Error) {
	file := &api.ImportFile{Data: []byte(content)}
	ask(ed.shell, quickWait, func(ctx context.Context, g Agent) (api.ImportPlan, error) {
		return g.Import(ctx, api.ImportRequest{File: file})
	}, func(plan api.ImportPlan, err *core.Error) {
		switch {
		case err == nil && len(plan.Rows) > 1:
			ed.transfers.pasted(file)
		case !ed.listing.pastedInSearch(content):
			if err != nil || len(plan.Rows) == 0 {
				ed.showError(none, api.Ref{})
				return
			}
			ed.transfers.pasted(file) // an account that has no AppSecret, or another's form
		default:
			ed.clipboard.offerClear(content)
			return
		}
		if slices.ContainsFunc(plan.Rows, func(r api.ImportRow) bool { return !r.NoSecret }) {
			ed.clipboard.offerClear(content)
		}
	})
}

// openExplanation shows what a failed answer means. Nothing else of it is shown.
func openExplanation(sh *shell, got api.Explanation, copyText func(text, said string)) {
	if sh.win.Canvas().Overlays().Top() != nil {
		return
	}
	s := &sheet{Sheet: kit.NewLongSheet(sh.ui, 2*kit.Grid, kit.Title(sh.ui, sh.ui.Words.Say("explain.title")), sh.closeSheet)}
	ui := s.UI
	for _, e := range got.Meanings {
		m := ui.Words.Meaning(e, remedyText(ui, e, ""))
		s.Add(kit.Subhead(ui, m.Title), kit.NewProse(m.Cause, kit.SizeText, ui.Palette.Text))
		if m.Remedy != "" {
			s.Add(kit.NewProse(m.Remedy, kit.SizeText, ui.Palette.Text))
		}
		for _, c := range ui.Words.Codes(e) { // they have lines of their own
			m.Facts = slices.DeleteFunc(m.Facts, func(f string) bool { return strings.HasSuffix(f, " "+c.Value) })
		}
		if len(m.Facts) > 0 {
			s.Add(kit.NewProse(strings.Join(m.Facts, ui.Words.Say("cli.comma")), kit.SizeSmall, ui.Palette.Text))
		}
		lines := newCodes(ui, copyText)
		lines.show(e)
		s.Add(lines.Box)
		for _, p := range m.Pages {
			s.Add(kit.NewSmallButton(ui, kit.Quiet, pageLabel(ui, p), func() { openPage(sh, p.URL) }))
		}
	}
	closing := kit.NewButton(ui, kit.Quiet, ui.T("close"), sh.closeSheet)
	s.SetFoot(kit.AtRight(closing))
	s.first = closing
	sh.openSheet(s)
}
