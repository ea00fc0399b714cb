package window

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// Accounts that a person put into a group, as those of a project, are listed together
// under a line that names it, and so are those of one owner at the upstream, such as the
// applications of one corp: see kinds.Field.Groups. A group is where its first account
// would be. A single account makes none of an owner. Pinned accounts stand above all
// groups, under a line of their own. An account of no group that follows one stands apart
// from it.

const (
	headHeight = 26           // of the line over a group
	apartGap   = 4 * kit.Grid // between a group and an account of none
)

// groups say which accounts of a list are in which group.
type groups struct {
	heads   map[core.ID]string // the line over the first account of each group
	members map[core.ID]bool
	apart   map[core.ID]bool // it follows a group, and belongs to none
}

// groupKey names a group: a person's own has no kind.
type groupKey struct{ kind, value string }

// pinnedKey is the group of what is pinned.
var pinnedKey = groupKey{kind: "\x00pinned"}

// grouped are accounts in their order with those of one group together, and the groups.
func grouped(ui *kit.UI, accounts []*api.Account) ([]*api.Account, groups) {
	by := groupFields(ui.Words.Kinds())
	keyOf := func(a *api.Account) (groupKey, bool) {
		switch f, ok := by[a.Kind]; {
		case a.Pinned:
			return pinnedKey, true
		case a.Group != "":
			return groupKey{value: a.Group}, true
		case ok && f.Value(a.Account) != "":
			return groupKey{string(a.Kind), f.Value(a.Account)}, true
		}
		return groupKey{}, false
	}
	counts := map[groupKey]int{}
	for _, a := range accounts {
		if key, ok := keyOf(a); ok {
			counts[key]++
		}
	}
	g := groups{heads: map[core.ID]string{}, members: map[core.ID]bool{}, apart: map[core.ID]bool{}}
	if len(counts) == 0 {
		return accounts, g
	}
	of := make(map[groupKey][]*api.Account, len(counts))
	for _, a := range accounts {
		if key, ok := keyOf(a); ok {
			of[key] = append(of[key], a)
		}
	}
	out := make([]*api.Account, 0, len(accounts))
	for _, a := range accounts {
		key, ok := keyOf(a)
		switch {
		case !ok || counts[key] < 2 && key.kind != "" && key != pinnedKey:
			if n := len(out); n > 0 && g.members[out[n-1].ID] {
				g.apart[a.ID] = true
			}
			out = append(out, a)
			continue
		case of[key] == nil: // it is placed
			continue
		}
		g.heads[a.ID] = headWords(ui, key, by[a.Kind], a.Kind, counts[key])
		for _, b := range of[key] {
			out = append(out, b)
			g.members[b.ID] = true
		}
		of[key] = nil
	}
	return out, g
}

// headWords is the line over a group of n accounts.
func headWords(ui *kit.UI, key groupKey, f kinds.Field, kind core.Kind, n int) string {
	switch {
	case key == pinnedKey:
		return ui.T("group.pinned", "n", n)
	case key.kind == "":
		return ui.T("group.own", "group", text.Isolated(key.value), "n", n)
	}
	return ui.T("group.head", "field", ui.Words.Field(kind, f), "value", key.value, "n", n)
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

// headOf is how high what stands over a row is: a line, a gap, or nothing.
func headOf(r row) float32 {
	switch {
	case r.Head != "":
		return headHeight
	case r.Apart:
		return apartGap
	}
	return 0
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

// standing is what an account says of its place in the list.
type standing struct {
	pinned bool
	group  string
}

func standingOf(a *api.Account) standing { return standing{a.Pinned, a.Group} }
