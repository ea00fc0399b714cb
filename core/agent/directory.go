package agent

import (
	"slices"
	"sync"

	"tokentray/core"
	"tokentray/core/api"
)

// directory holds every account, by ID and by name. It is safe for concurrent use
// and takes no other lock.
type directory struct {
	mu    sync.RWMutex
	byID  map[core.ID]core.Account
	named map[api.Ref]core.ID // with the environment
}

func newDirectory() directory {
	return directory{byID: map[core.ID]core.Account{}, named: map[api.Ref]core.ID{}}
}

// put adds an account or replaces it, under its present name alone.
func (d *directory) put(a core.Account) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if was, ok := d.byID[a.ID]; ok {
		delete(d.named, refOf(was))
	}
	d.byID[a.ID] = a
	d.named[refOf(a)] = a.ID
}

func (d *directory) drop(a core.Account) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.byID, a.ID)
	delete(d.named, refOf(a))
}

func (d *directory) get(id core.ID) (core.Account, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	a, ok := d.byID[id]
	return a, ok
}

func (d *directory) has(id core.ID) bool {
	_, ok := d.get(id)
	return ok
}

// find is the account of a name in the environment that ref names.
func (d *directory) find(ref api.Ref) (core.Account, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	a, ok := d.byID[d.named[ref]]
	return a, ok
}

// all is every account, in no order.
func (d *directory) all() []core.Account {
	d.mu.RLock()
	defer d.mu.RUnlock()
	out := make([]core.Account, 0, len(d.byID))
	for _, a := range d.byID {
		out = append(out, a)
	}
	return out
}

// withAppID are the names of the accounts of some kinds that have an AppID, in no
// order.
func (d *directory) withAppID(appID string, among []core.Kind) []api.Ref {
	d.mu.RLock()
	defer d.mu.RUnlock()
	var out []api.Ref
	for _, a := range d.byID {
		if a.AppID == appID && slices.Contains(among, a.Kind) {
			out = append(out, refOf(a))
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
