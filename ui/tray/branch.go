package tray

import (
	"slices"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/ui/text"
)

// branch is a submenu of accounts. The zero value is hidden.
type branch struct {
	label  string
	lines  []line
	more   string    // opens the window
	expiry time.Time // of the first token of its accounts to expire; zero: none lives
}

// keepsUntil reports whether only times left would differ in the branch at now.
func (b branch) keepsUntil(now time.Time) bool { return b.expiry.IsZero() || now.Before(b.expiry) }

// keepBranches keeps the submenus of the menu that is shown, if only time passed since
// and no token in them expired: they are renewed when the menu is opened, so each
// minute brings nothing on the bus about lines that nobody sees.
func (m *menu) keepBranches(shown menu, now time.Time) {
	if shown.liveOnes.keepsUntil(now) {
		m.liveOnes = shown.liveOnes
	}
	for i, b := range shown.groups {
		if i < len(m.groups) && b.keepsUntil(now) {
			m.groups[i] = b
		}
	}
}

// branchOf is the submenu of the accounts at some indexes, the last used first. Its
// label says how many of them need a person. It is hidden without accounts. It takes two
// steps to copy from it, so with "ask before live copy" on, an entry only repeats what
// it copies.
func branchOf(p *picture, name string, all []int32, now time.Time, t *text.Text) branch {
	if len(all) == 0 {
		return branch{}
	}
	b := branch{label: name}
	need := 0
	for _, i := range all {
		a := p.at(int(i))
		if a.remaining(now) > 0 && (b.expiry.IsZero() || a.expires.Before(b.expiry)) {
			b.expiry = a.expires
		}
		if a.stateAt(now) == core.StateBlocked {
			need++
		}
	}
	if need > 0 {
		b.label = t.Say("tray.item", "account", name, "left", count(need, "tray.tip.need_one", "tray.tip.need_many", t))
	}
	shown := p.choose(all, now)
	for _, a := range shown {
		l := lineOf(a, p.PausedAll, now, t)
		if p.asks(a.ref) && !l.show {
			l.label = t.Say("tray.live_ask", "line", l.label)
		}
		b.lines = append(b.lines, l)
	}
	if more := len(all) - len(shown); more > 0 {
		b.more = t.Say("tray.more", "n", more)
	}
	return b
}

// groups returns the submenus of the groups that a person made, and of the owners of
// several accounts, by name, and how many accounts stand neither there nor among those
// shown. If there is no place for all, it takes those that were used last.
func groups(p *picture, all []int32, shown []account, now time.Time, t *text.Text) (out []branch, left int) {
	type key struct {
		name string
		own  bool
	}
	var keys []key // the last used first
	members := map[key][]int32{}
	for _, i := range all {
		k := key{p.Accounts[i].group.Value(), p.Accounts[i].own}
		if k.name == "" {
			continue
		}
		if members[k] == nil {
			keys = append(keys, k)
		}
		members[k] = append(members[k], i)
	}
	keys = slices.DeleteFunc(keys, func(k key) bool { return !k.own && len(members[k]) < 2 })
	keys = keys[:min(len(keys), mostGroups)]
	slices.SortFunc(keys, func(a, b key) int {
		switch {
		case a.own == b.own:
			return strings.Compare(a.name, b.name)
		case a.own:
			return -1
		}
		return 1
	})
	left = len(all) - len(shown)
	for _, k := range keys {
		label := short(k.name)
		if kind := p.Accounts[members[k][0]].kind.Value(); !k.own {
			owner, _ := t.Spec(kind).GroupField()
			label = t.Field(kind, owner) + " " + label
		}
		b := branchOf(p, label, members[k], now, t)
		out = append(out, b)
		for _, l := range b.lines {
			if !slices.ContainsFunc(shown, func(a account) bool { return a.ref == l.ref }) {
				left--
			}
		}
	}
	return out, left
}
