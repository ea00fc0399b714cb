package agent

import (
	"cmp"
	"slices"
	"sync"

	"tokentray/core"
	"tokentray/core/api"
)

// directory holds every account, by ID and by name. It is safe for concurrent use
// and takes no other lock. Nobody changes an account that is in it: an edit puts
// another in its place. Sorted slices of pointers take a tenth of the memory of maps,
// and a lookup among a thousand accounts less than a microsecond.
type directory struct {
	mu     sync.RWMutex
	byID   []*core.Account
	byName []*core.Account
}

func compareID(a *core.Account, id core.ID) int { return cmp.Compare(a.ID, id) }

func compareRef(a *core.Account, ref api.Ref) int {
	return core.CompareNames(a.Name, a.Env, ref.Name, ref.Env)
}

// put adds an account or replaces it, under its present name alone.
func (d *directory) put(a *core.Account) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.replace(a) {
		return
	}
	d.remove(a.ID)
	i, _ := slices.BinarySearchFunc(d.byID, a.ID, compareID)
	d.byID = slices.Insert(d.byID, i, a)
	i, _ = slices.BinarySearchFunc(d.byName, refOf(*a), compareRef)
	d.byName = slices.Insert(d.byName, i, a)
}

// replace puts an account where it stands already, if it has kept its name. The lock
// is held.
func (d *directory) replace(a *core.Account) bool {
	i, there := slices.BinarySearchFunc(d.byID, a.ID, compareID)
	j, named := slices.BinarySearchFunc(d.byName, refOf(*a), compareRef)
	if !there || !named || d.byID[i] != d.byName[j] {
		return false
	}
	d.byID[i], d.byName[j] = a, a
	return true
}

func (d *directory) drop(id core.ID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.remove(id)
}

// remove takes an account out. The lock is held.
func (d *directory) remove(id core.ID) {
	i, there := slices.BinarySearchFunc(d.byID, id, compareID)
	if !there {
		return
	}
	was := d.byID[i]
	d.byID = slices.Delete(d.byID, i, i+1)
	// Its name tells where it stands; but while two accounts swap their names both
	// have the same one for a moment.
	if i := slices.Index(d.byName, was); i >= 0 {
		d.byName = slices.Delete(d.byName, i, i+1)
	}
}

func (d *directory) get(id core.ID) (core.Account, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if i, ok := slices.BinarySearchFunc(d.byID, id, compareID); ok {
		return *d.byID[i], true
	}
	return core.Account{}, false
}

func (d *directory) has(id core.ID) bool {
	_, ok := d.get(id)
	return ok
}

// find is the account of a name in the environment that ref names.
func (d *directory) find(ref api.Ref) (core.Account, bool) {
	if a := d.listed(ref); a != nil {
		return *a, true
	}
	return core.Account{}, false
}

// listed is find for those who ask the Keeper about its own copy.
func (d *directory) listed(ref api.Ref) *core.Account {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if i, ok := slices.BinarySearchFunc(d.byName, ref, compareRef); ok {
		return d.byName[i]
	}
	return nil
}

// all is every account, by name, sandbox before live.
func (d *directory) all() []core.Account {
	d.mu.RLock()
	defer d.mu.RUnlock()
	out := make([]core.Account, 0, len(d.byName))
	for _, a := range d.byName {
		out = append(out, *a)
	}
	return out
}

// which are the accounts that one wants, in the order of all. The copies of a thousand
// accounts are 0.3 MB, so what is done again and again asks for those it needs.
func (d *directory) which(wanted func(*core.Account) bool) []core.Account {
	d.mu.RLock()
	defer d.mu.RUnlock()
	var out []core.Account
	for _, a := range d.byName {
		if wanted(a) {
			out = append(out, *a)
		}
	}
	return out
}

// withAppID are the names of the accounts of some kinds that have an AppID, in
// their order.
func (d *directory) withAppID(appID string, among []core.Kind) []api.Ref {
	d.mu.RLock()
	defer d.mu.RUnlock()
	var out []api.Ref
	for _, a := range d.byName {
		if a.AppID == appID && slices.Contains(among, a.Kind) {
			out = append(out, refOf(*a))
		}
	}
	return out
}

func (d *directory) count() int {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return len(d.byID)
}

func refOf(a core.Account) api.Ref { return api.Ref{Name: a.Name, Env: a.Env} }
