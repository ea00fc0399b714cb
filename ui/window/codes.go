package window

import (
	"strconv"

	"fyne.io/fyne/v2"

	"tokentray/core/api"
	"tokentray/ui/kit"
)

// code is what people look a failure up by, and its name.
type code struct{ Name, Value string }

// codesOf are those of a failure that are known.
func codesOf(e *api.Error) []code {
	if e == nil {
		return nil
	}
	var out []code
	if e.UpstreamCode != 0 {
		out = append(out, code{"errcode", strconv.Itoa(e.UpstreamCode)})
	}
	if e.CallerIP != "" {
		out = append(out, code{"IP", e.CallerIP})
	}
	if e.RID != "" {
		out = append(out, code{"rid", e.RID})
	}
	return out
}

// newCodes are lines with the codes of a failure, each with a button that copies it.
func newCodes(ui *kit.UI, copyText func(text, said string)) *kit.Rows[code, *kit.Fact] {
	return kit.NewRows(kit.Stack(kit.Grid), func(c code) (fyne.CanvasObject, *kit.Fact) {
		name := func(label string) string { return ui.T("detail.copy_fact", "what", label) }
		f := kit.NewCopiedFact(ui, c.Name, name, func(label, value string) { copyText(value, ui.T("snack.fact", "what", label)) })
		f.Set(c.Value, ui.Palette.Text)
		return f.Root, f
	})
}

// showCodes brings such lines to a failure, or to none.
func showCodes(rows *kit.Rows[code, *kit.Fact], e *api.Error) bool {
	return rows.Show(codesOf(e), func(code, *kit.Fact) {})
}
