package tray

import (
	"slices"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// picture is what the tray knows of the agent: a snapshot kept up to date by
// events. It holds of an account only what a menu shows, since the agent may
// have thousands.
type picture struct {
	active      core.Env
	pausedAll   bool
	askLive     bool
	language    string
	vaultLocked bool
	clipboard   api.Clipboard
	accounts    map[core.ID]account
	// copyAs is the account of each environment that the submenu of formats is
	// about: the one that was copied last. Until there is one it is the one used
	// last when it was looked for, and stays that, since programs use accounts
	// too, and a line must not turn into another under the hand that clicks it.
	copyAs map[core.Env]core.ID
}

// account is a line of the menu to be.
type account struct {
	ref      api.Ref
	state    core.State
	expires  time.Time // zero without a token
	lastUsed time.Time
}

func newAccount(a api.Account) account {
	out := account{ref: a.Ref(), state: a.State, lastUsed: a.LastUsed}
	if a.Mask != "" {
		out.expires = a.ExpiresAt
	}
	return out
}

// remaining is the life left, 0 without a living token.
func (a account) remaining(now time.Time) time.Duration {
	if a.expires.IsZero() {
		return 0
	}
	return max(0, a.expires.Sub(now))
}

// apply takes an event in. It reports whether anything that is shown may have
// changed.
func (p *picture) apply(e api.Event) bool {
	switch e.Type {
	case api.EventSnapshot:
		p.reset(*e.Snapshot)
	case api.EventAccount:
		p.accounts[e.Account.ID] = newAccount(*e.Account)
	case api.EventRemoved:
		delete(p.accounts, e.Removed)
	case api.EventEnv:
		p.active = e.Env
	case api.EventClipboard:
		p.clipboard = *e.Clipboard
	case api.EventVault:
		p.vaultLocked = e.Vault.State == "locked"
	case api.EventSettings:
		p.set(*e.Settings)
	default:
		return false
	}
	p.aim()
	return true
}

// aim chooses the account of the submenu.
func (p *picture) aim() {
	if p.copyAs == nil {
		p.copyAs = map[core.Env]core.ID{}
	}
	if c := p.clipboard; c.Account != "" && p.accounts[p.copyAs[c.Env]].ref != (api.Ref{Name: c.Account, Env: c.Env}) {
		for id, a := range p.accounts {
			if a.ref == (api.Ref{Name: c.Account, Env: c.Env}) {
				p.copyAs[c.Env] = id
			}
		}
	}
	if p.accounts[p.copyAs[p.active]].ref.Env == p.active {
		return
	}
	delete(p.copyAs, p.active)
	var last account
	for id, a := range p.accounts {
		if a.ref.Env == p.active && (last.ref.Name == "" || later(a, last) < 0) {
			last, p.copyAs[p.active] = a, id
		}
	}
}

// later orders the most recently used first, then by name.
func later(a, b account) int {
	if c := b.lastUsed.Compare(a.lastUsed); c != 0 {
		return c
	}
	return strings.Compare(a.ref.Name, b.ref.Name)
}

func (p *picture) reset(l api.List) {
	p.set(l.Settings)
	p.active, p.pausedAll, p.clipboard = l.Active, l.PausedAll, l.Clipboard
	p.vaultLocked = l.Vault.State == "locked"
	p.accounts = make(map[core.ID]account, len(l.Accounts))
	for _, a := range l.Accounts {
		p.accounts[a.ID] = newAccount(a)
	}
}

func (p *picture) set(s core.Settings) {
	if s.Active.Valid() {
		p.active, p.pausedAll = s.Active, s.PausedAll
	}
	p.askLive, p.language = s.AskLiveCopy, s.Language
}

// inEnv lists the accounts of the active environment, the most recently used
// first.
func (p *picture) inEnv() []account {
	var out []account
	for _, a := range p.accounts {
		if a.ref.Env == p.active {
			out = append(out, a)
		}
	}
	slices.SortFunc(out, later)
	return out
}

// needPerson counts the accounts of both environments that wait for somebody.
func (p *picture) needPerson() int {
	n := 0
	for _, a := range p.accounts {
		if a.state == core.StateBlocked || a.state == core.StateLocked {
			n++
		}
	}
	return n
}
