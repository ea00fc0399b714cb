package window

import (
	"fyne.io/fyne/v2"

	"tokentray/core/api"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// codes are lines with the codes of a failure, each with a button that copies it.
type codes struct {
	*kit.Rows[text.Code, *kit.Fact]
	words *text.Text
}

func newCodes(ui *kit.UI, copyText func(text, said string)) codes {
	return codes{kit.NewRows(kit.Stack(kit.Grid), func(c text.Code) (fyne.CanvasObject, *kit.Fact) {
		name := func(label string) string { return ui.T("detail.copy_fact", "what", label) }
		f := kit.NewCopiedFact(ui, c.Name, name, func(label, value string) { copyText(value, ui.T("snack.fact", "what", label)) })
		f.Set(c.Value, ui.Palette.Text)
		return f.Root, f
	}), ui.Words}
}

// show brings the lines to a failure, or to none. It reports whether anything changed.
func (c codes) show(e *api.Error) bool {
	return c.Rows.Show(c.words.Codes(e), func(text.Code, *kit.Fact) {})
}
