package api

import (
	"cmp"
	"slices"

	"tokentray/core"
)

// Picture is the agent's state according to its events. For each account it keeps
// what the function given to NewPicture returns, since there may be thousands of
// accounts and few readers need all fields. It is not safe for concurrent use.
type Picture[A any] struct {
	Loaded    bool // a snapshot came
	Active    core.Env
	PausedAll bool
	Vault     Vault
	Clipboard Clipboard
	Settings  core.Settings
	Demo      bool
	Notice    string
	Recovered []string // see Status
	Accounts  []A      // by name, sandbox before live

	keep  func(a Account, was A, known bool) A
	names []accountName // parallel to Accounts
	byID  []int32       // the index of each account, sorted by ID; a map would take ten times the memory
}

type accountName struct {
	id  core.ID
	ref Ref
}

// NewPicture is a picture before the first event: no account, sandbox active,
// default settings. keep converts an account to what is kept of it; was is what was
// kept before, if the account is known.
func NewPicture[A any](keep func(a Account, was A, known bool) A) *Picture[A] {
	return &Picture[A]{Active: core.Sandbox, Settings: core.DefaultSettings(), keep: keep}
}

// Whole keeps the whole account; for NewPicture.
func Whole(a, _ Account, _ bool) Account { return a }

// Change tells what an event touched.
type Change struct {
	Snapshot  bool    // everything
	Accounts  bool    // the set of accounts, or their order
	Account   core.ID // this account alone, which had the same name before; else empty
	Active    bool    // the active environment
	Vault     bool
	Clipboard bool
	Settings  bool
	Kinds     bool // the kinds; ask the agent for them
	Raise     bool // the window should come to the front
	Bye       bool // the agent ends on purpose
}

// Apply applies an event. An event that this version does not know changes nothing.
func (p *Picture[A]) Apply(e Event) Change {
	switch {
	case e.Type == EventSnapshot && e.Snapshot != nil:
		p.reset(*e.Snapshot)
		return Change{Snapshot: true, Accounts: true, Active: true, Vault: true, Clipboard: true, Settings: true}
	case e.Type == EventAccount && e.Account != nil:
		return p.put(*e.Account)
	case e.Type == EventRemoved && e.Removed != "":
		return p.remove(e.Removed)
	case e.Type == EventEnv && e.Env != "":
		p.Active = e.Env
		return Change{Active: true}
	case e.Type == EventVault && e.Vault != nil:
		p.Vault = *e.Vault
		return Change{Vault: true}
	case e.Type == EventClipboard && e.Clipboard != nil:
		p.Clipboard = *e.Clipboard
		return Change{Clipboard: true}
	case e.Type == EventSettings && e.Settings != nil:
		return p.set(*e.Settings)
	}
	return Change{Kinds: e.Type == EventKinds, Raise: e.Type == EventRaise, Bye: e.Type == EventBye}
}

// set applies the settings; the active environment and the pause are among them.
func (p *Picture[A]) set(s core.Settings) Change {
	moved := s.Active.Valid() && s.Active != p.Active
	if moved {
		p.Active = s.Active
	}
	p.Settings, p.PausedAll = s, s.PausedAll
	return Change{Settings: true, Active: moved}
}

// Index is the index of an account in Accounts.
func (p *Picture[A]) Index(id core.ID) (int, bool) {
	at, ok := p.find(id)
	if !ok {
		return 0, false
	}
	return int(p.byID[at]), true
}

// find is where byID has an account, or would have it.
func (p *Picture[A]) find(id core.ID) (int, bool) {
	return slices.BinarySearchFunc(p.byID, id, func(i int32, id core.ID) int { return cmp.Compare(p.names[i].id, id) })
}

// Name is the ID and the name of the account at an index of Accounts.
func (p *Picture[A]) Name(i int) (core.ID, Ref) { return p.names[i].id, p.names[i].ref }

// Find is the account with an ID, in place; nil when there is none. It is valid
// until the next event.
func (p *Picture[A]) Find(id core.ID) *A {
	if i, ok := p.Index(id); ok {
		return &p.Accounts[i]
	}
	return nil
}

func (p *Picture[A]) reset(l List) {
	told, byName := l.Accounts, func(a, b Account) int { return a.Ref().Compare(b.Ref()) }
	if !slices.IsSortedFunc(told, byName) { // agents send them sorted
		told = slices.SortedStableFunc(slices.Values(told), byName)
	}
	accounts := make([]A, 0, len(told))
	names := make([]accountName, 0, len(told))
	for _, a := range told {
		accounts = append(accounts, p.kept(a))
		names = append(names, accountName{a.ID, a.Ref()})
	}
	p.Accounts, p.names, p.byID = accounts, names, make([]int32, len(names))
	for i := range p.byID {
		p.byID[i] = int32(i)
	}
	slices.SortFunc(p.byID, func(i, j int32) int { return cmp.Compare(names[i].id, names[j].id) })
	p.Loaded, p.Active, p.PausedAll, p.Vault, p.Clipboard = true, l.Active, l.PausedAll, l.Vault, l.Clipboard
	p.Settings, p.Demo, p.Notice, p.Recovered = l.Settings, l.Demo, l.Notice, l.Recovered
}

// kept is what is kept of an account.
func (p *Picture[A]) kept(a Account) A {
	var was A
	i, known := p.Index(a.ID)
	if known {
		was = p.Accounts[i]
	}
	return p.keep(a, was, known)
}

func (p *Picture[A]) put(a Account) Change {
	kept := p.kept(a)
	i, known := p.Index(a.ID)
	if known && p.names[i].ref == a.Ref() {
		p.Accounts[i] = kept
		return Change{Account: a.ID}
	}
	if known {
		p.delete(i)
	}
	i, _ = slices.BinarySearchFunc(p.names, a.Ref(), func(n accountName, ref Ref) int { return n.ref.Compare(ref) })
	p.Accounts = slices.Insert(p.Accounts, i, kept)
	p.names = slices.Insert(p.names, i, accountName{a.ID, a.Ref()})
	p.shift(i, 1)
	at, _ := p.find(a.ID)
	p.byID = slices.Insert(p.byID, at, int32(i))
	return Change{Accounts: true}
}

func (p *Picture[A]) remove(id core.ID) Change {
	i, known := p.Index(id)
	if !known {
		return Change{}
	}
	p.delete(i)
	return Change{Accounts: true}
}

func (p *Picture[A]) delete(i int) {
	at, _ := p.find(p.names[i].id)
	p.byID = slices.Delete(p.byID, at, at+1)
	p.Accounts = slices.Delete(p.Accounts, i, i+1)
	p.names = slices.Delete(p.names, i, i+1)
	p.shift(i, -1)
}

// shift corrects the indexes of the accounts that moved from i on.
func (p *Picture[A]) shift(i, by int) {
	for at := range p.byID {
		if p.byID[at] >= int32(i) {
			p.byID[at] += int32(by)
		}
	}
}
