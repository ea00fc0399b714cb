package tray

import (
	"iter"
	"slices"
	"strings"
	"time"
	"unique"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// picture is what the tray knows about the agent's accounts.
type picture struct {
	*api.Picture[kept]
	// copyAs is the account in the submenu of formats, for each environment: the one
	// that was copied last. Before the first copy it is the one that was used last
	// when the menu was first built. It does not change with each use, because
	// programs use accounts too, and a line must not change while a person clicks it.
	copyAs map[core.Env]core.ID
	// copied is what was copied last in each environment, for a middle click.
	copied map[core.Env]copied
}

// copied is a copy of an account's token.
type copied struct {
	id     core.ID
	format string
}

// newPicture returns an empty picture. spec returns what is known of a kind.
func newPicture(spec func(core.Kind) kinds.Spec) *picture {
	return &picture{Picture: api.NewPicture(keeping(spec)), copyAs: map[core.Env]core.ID{}, copied: map[core.Env]copied{}}
}

// kept is what a menu shows of an account. It is small, because the agent may have
// thousands of accounts.
type kept struct {
	kind     unique.Handle[core.Kind]
	state    unique.Handle[core.State] // at the last event
	group    unique.Handle[string]     // that a person made, else its owner at the upstream, as the corp of an application
	expires  moment                    // none without a token
	lastUsed moment
	failing  int32 // number of failing pushes
	own      bool  // a person made its group
	consent  bool  // it needs its owner's consent once its token is dead
}

// moment is a time in nanoseconds since 1970. It takes a third of the memory of a
// time.Time. 0 is none.
type moment int64

func momentOf(t time.Time) moment {
	if t.IsZero() {
		return 0
	}
	return moment(t.UnixNano())
}

func (m moment) time() time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.Unix(0, int64(m))
}

// keeping returns what makes a kept of an account, given the spec of each kind.
func keeping(spec func(core.Kind) kinds.Spec) func(api.Account, kept, bool) kept {
	return func(a api.Account, _ kept, _ bool) kept {
		group := a.Group
		if f, ok := spec(a.Kind).GroupField(); ok && group == "" {
			group = f.Value(a.Account)
		}
		return keep(a, group)
	}
}

func keep(a api.Account, group string) kept {
	out := kept{
		kind: unique.Make(a.Kind), state: unique.Make(a.State), group: unique.Make(group), own: a.Group != "",
		consent: a.NeedsConsent && a.Error == nil, failing: int32(a.FailingPushes()), lastUsed: momentOf(a.LastUsed),
	}
	if a.Mask != "" {
		out.expires = momentOf(a.ExpiresAt)
	}
	return out
}

// account is a kept account with its name.
type account struct {
	id       core.ID
	ref      api.Ref
	kind     core.Kind
	state    core.State
	consent  bool
	expires  time.Time
	failing  int
	lastUsed time.Time
}

// all returns the accounts by name, sandbox before live.
func (p *picture) all() iter.Seq[account] {
	return func(yield func(account) bool) {
		for i := range p.Accounts {
			if !yield(p.at(i)) {
				return
			}
		}
	}
}

// at returns the account at an index.
func (p *picture) at(i int) account {
	id, ref := p.Name(i)
	k := p.Accounts[i]
	return account{id: id, ref: ref, kind: k.kind.Value(), state: k.state.Value(), consent: k.consent, expires: k.expires.time(), failing: int(k.failing), lastUsed: k.lastUsed.time()}
}

// find returns the account with an ID.
func (p *picture) find(id core.ID) (account, bool) {
	i, ok := p.Index(id)
	if !ok {
		return account{}, false
	}
	return p.at(i), true
}

// remaining returns the time left, 0 without a living token.
func (a account) remaining(now time.Time) time.Duration {
	if a.expires.IsZero() {
		return 0
	}
	return max(0, a.expires.Sub(now))
}

// apply processes an event and reports whether the display may have changed.
func (p *picture) apply(e api.Event) bool {
	c := p.Apply(e)
	c.Raise, c.Bye = false, false
	if c == (api.Change{}) {
		return false
	}
	p.noteCopy()
	p.chooseCopyAs()
	return true
}

// noteCopy remembers what is on the clipboard of ours.
func (p *picture) noteCopy() {
	c := p.Clipboard
	was, known := p.find(p.copied[c.Env].id)
	if c.Account == "" || known && was.ref == (api.Ref{Name: c.Account, Env: c.Env}) && p.copied[c.Env].format == c.Format {
		return
	}
	for a := range p.all() {
		if a.ref == (api.Ref{Name: c.Account, Env: c.Env}) {
			p.copied[c.Env] = copied{a.id, c.Format}
			return
		}
	}
}

// again is the action of a middle click: what was copied last in the active
// environment is copied again in the same format. Where a copy takes a second step,
// the window shows the account instead. Nothing happens before the first copy.
func (p *picture) again() action {
	c := p.copied[p.Active]
	a, ok := p.find(c.id)
	switch {
	case !ok || a.ref.Env != p.Active:
		return action{}
	case p.asks(a.ref):
		return action{verb: doShow, ref: a.ref}
	}
	return action{verb: doCopy, ref: a.ref, format: c.format}
}

// chooseCopyAs chooses the account of the submenu.
func (p *picture) chooseCopyAs() {
	if c := p.Clipboard; c.Account != "" && !p.isCopyAs(c.Env, api.Ref{Name: c.Account, Env: c.Env}) {
		for a := range p.all() {
			if a.ref == (api.Ref{Name: c.Account, Env: c.Env}) {
				p.copyAs[c.Env] = a.id
			}
		}
	}
	if a, ok := p.find(p.copyAs[p.Active]); ok && a.ref.Env == p.Active {
		return
	}
	delete(p.copyAs, p.Active)
	var last account
	for a := range p.all() {
		if a.ref.Env == p.Active && (last.ref.Name == "" || later(a, last) < 0) {
			last, p.copyAs[p.Active] = a, a.id
		}
	}
}

// isCopyAs reports whether the submenu of an environment is about an account.
func (p *picture) isCopyAs(env core.Env, ref api.Ref) bool {
	a, ok := p.find(p.copyAs[env])
	return ok && a.ref == ref
}

// later orders accounts by last use, the latest first, then by name.
func later(a, b account) int {
	if c := b.lastUsed.Compare(a.lastUsed); c != 0 {
		return c
	}
	return strings.Compare(a.ref.Name, b.ref.Name)
}

// in returns the indexes of an environment's accounts, the last used first. They take a
// fortieth of the memory of the accounts, of which there may be thousands.
func (p *picture) in(e core.Env) []int32 {
	var out []int32
	for i := range p.Accounts {
		if _, ref := p.Name(i); ref.Env == e {
			out = append(out, int32(i))
		}
	}
	slices.SortFunc(out, func(i, j int32) int { return later(p.at(int(i)), p.at(int(j))) })
	return out
}

// stateAt returns the state at now; see api.Account.
func (a account) stateAt(now time.Time) core.State {
	whole := api.Account{State: a.state, ExpiresAt: a.expires, NeedsConsent: a.consent}
	if !a.expires.IsZero() {
		whole.Mask = core.Mask("there")
	}
	return whole.StateAt(now)
}

// needPerson counts the accounts that need a person at now, in the active environment
// and in the other.
func (p *picture) needPerson(now time.Time) (here, elsewhere int) {
	for a := range p.all() {
		switch {
		case a.stateAt(now) != core.StateBlocked:
		case a.ref.Env == p.Active:
			here++
		default:
			elsewhere++
		}
	}
	return here, elsewhere
}

// failingPushes counts the pushes whose last try failed, in the active environment and
// in the other.
func (p *picture) failingPushes() (here, elsewhere int) {
	for a := range p.all() {
		if a.ref.Env == p.Active {
			here += a.failing
		} else {
			elsewhere += a.failing
		}
	}
	return here, elsewhere
}
