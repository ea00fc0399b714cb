package window

import (
	"time"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/ui/kit"
)

// claimsBox shows the claims of a JWT token. Its lines are made when there are
// claims to show.
type claimsBox struct {
	ui    *kit.UI
	root  *fyne.Container
	shown []*kit.Fact
}

func newClaimsBox(ui *kit.UI) *claimsBox {
	b := &claimsBox{ui: ui, root: kit.Stack(kit.Grid)}
	b.root.Hide()
	return b
}

// show brings the box to the claims of a token; nil hides it.
func (b *claimsBox) show(c *core.Claims, now time.Time) {
	lines := b.ui.Words.Claims(c, func(at time.Time) string { return moment(b.ui, at, now) })
	kit.Visible(b.root, len(lines) > 0)
	for len(b.shown) < len(lines) {
		one := kit.NewFact(b.ui, "")
		b.shown = append(b.shown, one)
		b.root.Add(one.Root)
	}
	for i, one := range b.shown {
		label, value := "", ""
		if i < len(lines) {
			label, value = b.ui.Words.Say(lines[i].Label), lines[i].Value
		}
		one.SetLabel(label)
		one.Set(value, b.ui.Palette.Text)
	}
}
