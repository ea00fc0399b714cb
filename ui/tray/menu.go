package tray

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/text/width"

	"tokentray/assets/icons"
	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/format"
	"tokentray/ui/text"
)

const (
	mostAccounts = 10 // accounts in the menu, and in each submenu
	mostNeedy    = 5  // of them that need a person, while others want the place
	mostGroups   = 8  // submenus of groups
	maxName      = 32 // columns of an account's name in a label
	formats      = 8  // how many there are
)

// menu is everything the tray shows: icon, tooltip and menu. A line with an empty
// label is hidden.
type menu struct {
	look    icons.Look
	tooltip string

	message  string // what went wrong with the last click, or what needs attention; cannot be clicked
	accounts []line
	groups   []branch // where there are more accounts than the menu has lines
	more     string   // opens the window
	liveOnes branch   // the live accounts, while sandbox is active
	as       submenu
	clip     string // what the clipboard holds of ours; cannot be clicked
	clear    string
	open     string
	add      string // opens the form of a new account
	first    bool   // there is no account, and more opens that form
	today    string // opens the page of today over all accounts; empty while there is none
	settings string
	sandbox  string
	live     string
	isLive   bool // which of the two environments is ticked
	pause    string
	paused   bool // the pause entry says resume
	quit     string
}

// line is an account. A click copies its token, or opens the window at the account if
// show is set. If confirm is set, the line is a submenu, and its only entry, confirm,
// copies.
type line struct {
	ref     api.Ref
	label   string
	show    bool
	confirm string
}

// action is what a click on the line does.
func (l line) action() action {
	switch {
	case l.label == "":
		return action{}
	case l.show:
		return action{verb: doShow, ref: l.ref}
	}
	return action{verb: doCopy, ref: l.ref}
}

// submenu copies an account's token in another format than a click on the account's
// line does. Its label names the account. It has an entry for each format, empty if
// the account's kind does not have that format. The zero value is hidden.
type submenu struct {
	ref     api.Ref
	label   string
	entries [formats]string // in the order of format.Names
}

// build makes the menu at now.
func build(p *picture, failure string, now time.Time, t *text.Text) menu {
	all := p.in(p.Active)
	total := len(all)
	shown := p.choose(all, now)

	here, elsewhere := p.needPerson(now)
	pushHere, pushElsewhere := p.failingPushes()
	m := menu{
		look:    icons.Look{Live: p.Active == core.Live, Paused: p.PausedAll, Badge: here+elsewhere+pushHere+pushElsewhere > 0 || len(p.Recovered) > 0, Locked: p.Vault.State == "locked"},
		tooltip: tooltip(p, total, now, t),
		message: recovered(p, t),
		open:    t.Say("tray.open"),
		add:     t.Say("tray.add"), today: t.Say("tray.today"), settings: t.Say("tray.settings"),
		sandbox: t.Say("env.sandbox"),
		live:    t.Say("env.live"),
		isLive:  p.Active == core.Live,
		pause:   t.Say("tray.pause"),
		paused:  p.PausedAll,
		quit:    t.Say("tray.quit"),
	}
	if failure != "" {
		m.message, m.tooltip = failure, failure
	}
	for _, a := range shown {
		l := lineOf(a, p.PausedAll, now, t)
		if p.asks(a.ref) && !l.show {
			l.confirm = t.Say("tray.copy_live")
		}
		m.accounts = append(m.accounts, l)
	}
	left := total - len(shown)
	if left > 0 {
		m.groups, left = groups(p, all, shown, now, t)
	}
	switch {
	case len(p.Accounts) == 0:
		m.more, m.add, m.today, m.first = m.add, "", "", true
	case total == 0:
		m.more = t.Say("tray.none_in_env", "env", envName(p.Active, t))
	case left > 0:
		m.more = t.Say("tray.more", "n", left)
	}
	if p.Active != core.Live {
		m.liveOnes = branchOf(p, t.Say("tray.live_menu"), p.in(core.Live), now, t)
	}
	if p.PausedAll {
		m.pause = t.Say("tray.resume")
	}
	if a, ok := p.find(p.copyAs[p.Active]); ok {
		m.as = copyAs(a, p.Settings.AskLiveCopy, t)
	}
	if c := p.Clipboard; c.HasOurs() {
		m.clip, m.clear = clip(c, now, t), t.Say("tray.clear")
	}
	return m
}

// choose returns the accounts that have a line, of those at the given indexes, the last
// used first. Those that need a person come first. The rest are the most recently used.
// Both are in the order of their names, so that a line stays in its place while it is
// used.
func (p *picture) choose(all []int32, now time.Time) []account {
	var needy, rest []account
	for _, i := range all {
		a := p.at(int(i))
		which := &rest
		if a.stateAt(now) == core.StateBlocked {
			which = &needy
		}
		if len(*which) < mostAccounts {
			*which = append(*which, a)
		}
	}
	needy = needy[:min(len(needy), max(mostNeedy, mostAccounts-len(rest)))]
	rest = rest[:min(len(rest), mostAccounts-len(needy))]
	byName := func(a, b account) int { return strings.Compare(a.ref.Name, b.ref.Name) }
	slices.SortFunc(needy, byName)
	slices.SortFunc(rest, byName)
	return slices.Concat(needy, rest)
}

// lineOf is an account's line. One that needs a person and has no living token has
// nothing to copy, so a click shows it in the window.
func lineOf(a account, pausedAll bool, now time.Time, t *text.Text) line {
	show := a.stateAt(now) == core.StateBlocked && a.remaining(now) == 0
	return line{ref: a.ref, label: label(a, pausedAll, now, t), show: show}
}

// asks reports whether the copy of an account takes a second step.
func (p *picture) asks(ref api.Ref) bool { return p.Settings.AskLiveCopy && ref.Env == core.Live }

// count says a number of something.
func count(n int, one, many text.Key, t *text.Text, more ...any) string {
	if n == 1 {
		return t.Say(one, more...)
	}
	return t.Say(many, append(more, "n", n)...)
}

// recovered says that accounts came back from the vault and need a check by the
// person. It is empty if none did.
func recovered(p *picture, t *text.Text) string {
	switch n := len(p.Recovered); n {
	case 0:
		return ""
	case 1:
		return t.Say("tray.recovered.one", "account", short(p.Recovered[0]))
	default:
		return t.Say("tray.recovered.many", "n", n)
	}
}

// copyAs returns the submenu of an account with the formats of its kind. If ask is
// set, each entry of a live account repeats what it copies; getting there takes two
// steps anyway.
func copyAs(a account, ask bool, t *text.Text) submenu {
	s := submenu{ref: a.ref, label: t.Say("tray.as", "account", named(a.ref, t))}
	has := format.For(t.Spec(a.kind))
	for i, name := range format.Names() {
		if !slices.Contains(has, name) {
			continue
		}
		s.entries[i] = formatName(name, t)
		if ask && a.ref.Env == core.Live {
			s.entries[i] = t.Say("tray.as.live", "format", s.entries[i])
		}
	}
	return s
}

// clip says what is on the clipboard and for how long at most. The time is rounded
// up, so that it stays true until the line is updated.
func clip(c api.Clipboard, now time.Time, t *text.Text) string {
	if c.Key != "" {
		return t.Say("tray.clip.key", "what", t.CopiedSecret(short(c.Key)))
	}
	name := t.Say("tray.in_env", "account", short(c.Account), "env", envWord(c.Env, t))
	if c.ClearsAt.IsZero() {
		return t.Say("tray.clip.stays", "account", name, "format", formatName(c.Format, t))
	}
	minutes := (max(0, c.ClearsAt.Sub(now)) + time.Minute - 1).Truncate(time.Minute)
	return t.Say("tray.clip", "account", name, "format", formatName(c.Format, t), "time", t.Coarse(max(time.Minute, minutes)))
}

// formatName is the name of a format. A newer agent may have formats that are not
// known here.
func formatName(name string, t *text.Text) string {
	if key := text.Key("window.format." + name); t.Has(key) {
		return t.Say(key)
	}
	return name
}

// named is an account's name in a line. A live account is marked as live where it is
// clicked.
func named(ref api.Ref, t *text.Text) string {
	name := short(ref.Name)
	if ref.Env == core.Live {
		return t.Say("tray.in_env", "account", name, "env", envWord(ref.Env, t))
	}
	return name
}

// envWord is an environment's name where nobody must overlook it.
func envWord(e core.Env, t *text.Text) string {
	if e == core.Live {
		return t.Say("tray.live")
	}
	return envName(e, t)
}

func envName(e core.Env, t *text.Text) string { return t.Say(text.Key("env." + string(e))) }

// label is an account's line: name, time left, and the state if it is not the
// expected one. A renewal is not shown while the token lives.
func label(a account, pausedAll bool, now time.Time, t *text.Text) string {
	name, left := named(a.ref, t), a.remaining(now)
	state := a.stateAt(now)
	word := t.Say(text.Key("state." + string(state)))
	switch {
	case left == 0:
		return t.Say("tray.item", "account", name, "left", word)
	case state == core.StateFresh, state == core.StateRenewing, state == core.StatePaused && pausedAll:
		return t.Say("tray.item", "account", name, "left", coarse(left, t))
	}
	return t.Say("tray.item.state", "account", name, "left", coarse(left, t), "state", word)
}

// coarse formats the time left without seconds, which would soon be wrong.
func coarse(d time.Duration, t *text.Text) string {
	if d < time.Minute {
		return t.Say("tray.under_min")
	}
	return t.Coarse(d)
}

// tooltip is one line, because some panels show only one: how many accounts the
// environment has, how many need a person and how many pushes fail there and in the
// other environment, and what expires first.
func tooltip(p *picture, total int, now time.Time, t *text.Text) string {
	here, elsewhere := p.needPerson(now)
	other := core.Live
	if p.Active == core.Live {
		other = core.Sandbox
	}
	facts := []string{count(total, "tray.tip.one", "tray.tip.many", t)}
	if here > 0 {
		facts = append(facts, count(here, "tray.tip.need_one", "tray.tip.need_many", t))
	}
	if elsewhere > 0 {
		facts = append(facts, count(elsewhere, "tray.tip.other_one", "tray.tip.other_many", t, "env", envName(other, t)))
	}
	if p.Vault.State == "locked" {
		facts = append(facts, t.Say("tray.tip.locked"))
	}
	pushHere, pushElsewhere := p.failingPushes()
	if pushHere > 0 {
		facts = append(facts, count(pushHere, "tray.tip.push_one", "tray.tip.push_many", t))
	}
	if pushElsewhere > 0 {
		facts = append(facts, count(pushElsewhere, "tray.tip.push_other_one", "tray.tip.push_other_many", t, "env", envName(other, t)))
	}
	if p.PausedAll {
		facts = append(facts, t.Say("tray.tip.paused"))
	}
	if a, ok := p.nextToExpire(now); ok {
		facts = append(facts, t.Say("tray.tip.next", "account", short(a.ref.Name), "left", coarse(a.remaining(now), t)))
	}
	return t.Say("tray.tip", "env", envName(p.Active, t), "facts", strings.Join(facts, t.Say("tray.tip.and")))
}

// nextToExpire returns the account of the active environment whose token expires
// first.
func (p *picture) nextToExpire(now time.Time) (account, bool) {
	var first account
	for a := range p.all() {
		if a.ref.Env == p.Active && a.remaining(now) > 0 &&
			(first.expires.IsZero() || a.expires.Before(first.expires) || a.expires.Equal(first.expires) && a.ref.Name < first.ref.Name) {
			first = a
		}
	}
	return first, !first.expires.IsZero()
}

// tick returns how often to update the menu's times: every minute while a token of
// the active environment is in its last 15 minutes or one is on the clipboard for
// longer than that, every five minutes while one lives, and never (0) otherwise.
// Opening the menu updates them too.
func (p *picture) tick(now time.Time) time.Duration {
	a, ok := p.nextToExpire(now)
	switch {
	case p.Clipboard.ClearsAt.Sub(now) > time.Minute:
		return time.Minute
	case !ok:
		return 0
	case a.remaining(now) <= 15*time.Minute:
		return time.Minute
	}
	return 5 * time.Minute
}

// short is a name in a line of the panel, in either direction of writing.
func short(name string) string { return text.Isolated(shorten(name)) }

// shorten cuts a name to maxName columns. A Chinese character takes two. It cuts the
// middle, because names often differ at the ends.
func shorten(name string) string {
	r := []rune(name)
	if columns(r) <= maxName {
		return name
	}
	head, tail := 0, len(r)
	for used := 1; ; { // the ellipsis takes one column
		if w := columns(r[head : head+1]); used+w <= maxName*2/3 {
			used, head = used+w, head+1
			continue
		}
		for tail > head && used+columns(r[tail-1:tail]) <= maxName {
			used += columns(r[tail-1 : tail])
			tail--
		}
		return string(r[:head]) + "…" + string(r[tail:])
	}
}

func columns(rs []rune) int {
	n := 0
	for _, r := range rs {
		switch width.LookupRune(r).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}
