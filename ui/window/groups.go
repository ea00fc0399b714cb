package window

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/kit"
)

// Accounts of one owner at the upstream, such as the applications of one corp, are
// listed together under a line that names the owner: see kinds.Field.Groups. The
// group is where its first account would be, and a single account makes none.

// headHeight is how high the line over a group is.
const headHeight = 26

// groups say which accounts of a list are in which group.
type groups struct {
	heads   map[core.ID]string // the line over the first account of each group
	members map[core.ID]bool
}

// groupKey names a group.
type groupKey struct{ kind, value string }

// grouped are accounts in their order with those of one group together, and the groups.
func grouped(ui *kit.UI, accounts []*api.Account) ([]*api.Account, groups) {
	by := groupFields(ui.Words.Kinds())
	keyOf := func(a *api.Account) (groupKey, bool) {
		f, ok := by[a.Kind]
		if !ok || f.Value(a.Account) == "" {
			return groupKey{}, false
		}
		return groupKey{string(a.Kind), f.Value(a.Account)}, true
	}
	counts := map[groupKey]int{}
	for _, a := range accounts {
		if key, ok := keyOf(a); ok {
			counts[key]++
		}
	}
	g := groups{heads: map[core.ID]string{}, members: map[core.ID]bool{}}
	out, placed := make([]*api.Account, 0, len(accounts)), map[groupKey]bool{}
	for i, a := range accounts {
		key, ok := keyOf(a)
		switch {
		case !ok || counts[key] < 2:
			out = append(out, a)
			continue
		case placed[key]:
			continue
		}
		placed[key] = true
		g.heads[a.ID] = ui.T("group.head", "field", ui.Words.Field(a.Kind, by[a.Kind]), "value", key.value, "n", counts[key])
		for _, b := range accounts[i:] {
			if other, ok := keyOf(b); ok && other == key {
				out = append(out, b)
				g.members[b.ID] = true
			}
		}
	}
	return out, g
}

// groupFields are the fields by which the accounts of kinds are grouped.
func groupFields(set kinds.Set) map[core.Kind]kinds.Field {
	out := map[core.Kind]kinds.Field{}
	for _, spec := range set.All() {
		if f, ok := spec.GroupField(); ok {
			out[spec.Kind] = f
		}
	}
	return out
}

// headOf is how high the line over a row is; 0 where there is none.
func headOf(r row) float32 {
	if r.Head == "" {
		return 0
	}
	return headHeight
}

// drawHead places the line over a row, where it has one, and returns it; nil where
// it has none.
func (v *listView) drawHead(r row, top, width float32) *canvas.Text {
	if r.Head == "" {
		return nil
	}
	t := kit.BoldText(kit.Ellipsize(r.Head, width-2*kit.RowLeft, kit.SizeSmall, fyne.TextStyle{Bold: true}), kit.SizeSmall, v.ui.Palette.Muted)
	h := t.MinSize().Height
	kit.Place(t, kit.RowLeft, top+headHeight-h-kit.Grid/2, width-2*kit.RowLeft, h)
	return t
}
