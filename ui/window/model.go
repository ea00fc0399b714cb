package window

import (
	"slices"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/search"
)

// view is which accounts the list shows. All exists only in the window and does not
// change the active environment.
type view string

const (
	viewSandbox view = view(core.Sandbox)
	viewLive    view = view(core.Live)
	viewAll     view = "all"
)

// model is the agent's state according to its events.
type model struct {
	*api.Picture[api.Account]
	// going are accounts that are about to be deleted: nothing lists them, and their
	// names and tokens are free.
	going map[core.ID]bool
}

func newModel() model { return model{Picture: api.NewPicture(api.Whole), going: map[core.ID]bool{}} }

// find returns the account of an ID.
func (m *model) find(id core.ID) (api.Account, bool) {
	if a := m.Find(id); a != nil {
		return *a, true
	}
	return api.Account{}, false
}

// byRef returns the account of a name, nil where there is none. It is valid until the next
// event.
func (m *model) byRef(ref api.Ref) *api.Account {
	i, ok := slices.BinarySearchFunc(m.Accounts, ref, func(a api.Account, ref api.Ref) int { return a.Ref().Compare(ref) })
	if !ok {
		return nil
	}
	return &m.Accounts[i]
}

// pair is the account of the same name in the other environment. The two are
// adjacent in the list's order.
func (m *model) pair(id core.ID) (api.Account, bool) {
	i, ok := m.Index(id)
	if !ok {
		return api.Account{}, false
	}
	for _, j := range []int{i - 1, i + 1} {
		if j >= 0 && j < len(m.Accounts) && !m.going[m.Accounts[j].ID] && m.Accounts[j].Name == m.Accounts[i].Name {
			return m.Accounts[j], true
		}
	}
	return api.Account{}, false
}

// shown are the accounts of a view and a search, in order, at now.
func (m *model) shown(v view, q *search.Query, now time.Time) []*api.Account {
	var out []*api.Account
	for i := range m.Accounts {
		if a := &m.Accounts[i]; !m.going[a.ID] && (v == viewAll || view(a.Env) == v) && (q.Empty() || q.Matches(a, now)) {
			out = append(out, a)
		}
	}
	return out
}

// sharesToken is another account that asks for the same token as the one being
// entered, which may have no ID yet.
func (m *model) sharesToken(set kinds.Set, a core.Account) (api.Account, bool) {
	spec, _ := set.Of(a.Kind)
	if f, ok := spec.Field(spec.IDField()); !ok || f.Value(a) == "" {
		return api.Account{}, false // half typed
	}
	for _, b := range m.Accounts {
		if b.ID != a.ID && !m.going[b.ID] && set.TokenID(b.Account) == set.TokenID(a) {
			return b, true
		}
	}
	return api.Account{}, false
}
