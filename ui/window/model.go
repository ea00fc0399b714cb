package window

import (
	"cmp"
	"slices"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// view is which accounts the list shows. All is the window's alone and leaves
// the active environment as it was.
type view string

const (
	viewSandbox view = view(core.Sandbox)
	viewLive    view = view(core.Live)
	viewAll     view = "all"
)

// model is the agent's picture, kept current by its events.
type model struct {
	loaded    bool // a snapshot came
	accounts  []api.Account
	index     map[core.ID]int // where each account stands among them
	active    core.Env
	pausedAll bool
	vault     api.Vault
	clip      api.Clipboard
	settings  core.Settings
	demo      bool
	notice    string
	recovered []string // accounts that came back from the vault
}

func newModel() model {
	return model{active: core.Sandbox, settings: core.DefaultSettings(), index: map[core.ID]int{}}
}

// arrange puts the accounts in their order and notes where each stands.
func (m *model) arrange() {
	slices.SortStableFunc(m.accounts, byName)
	m.index = make(map[core.ID]int, len(m.accounts))
	for i := range m.accounts {
		m.index[m.accounts[i].ID] = i
	}
}

// change says what an event touched, so that no more is drawn again.
type change struct {
	rows     bool    // accounts came, went or moved
	account  core.ID // this one alone changed
	env      bool
	banner   bool
	clip     bool
	settings bool
	raise    bool
	bye      bool
}

// apply takes one event in.
func (m *model) apply(e api.Event) change {
	switch e.Type {
	case api.EventSnapshot:
		if e.Snapshot == nil {
			return change{}
		}
		l := e.Snapshot
		*m = model{
			loaded: true, accounts: slices.Clone(l.Accounts), active: l.Active, pausedAll: l.PausedAll,
			vault: l.Vault, clip: l.Clipboard, settings: l.Settings, demo: l.Demo, notice: l.Notice, recovered: l.Recovered,
		}
		m.arrange()
		return change{rows: true, env: true, banner: true, clip: true, settings: true}
	case api.EventAccount:
		if e.Account != nil {
			return m.put(*e.Account)
		}
	case api.EventRemoved:
		m.accounts = slices.DeleteFunc(m.accounts, func(a api.Account) bool { return a.ID == e.Removed })
		m.arrange()
		return change{rows: true}
	case api.EventEnv:
		m.active = e.Env
		return change{env: true, rows: true}
	case api.EventClipboard:
		m.clip = api.Clipboard{}
		if e.Clipboard != nil {
			m.clip = *e.Clipboard
		}
		return change{clip: true}
	case api.EventVault:
		if e.Vault != nil {
			m.vault = *e.Vault
		}
		return change{banner: true, rows: true}
	case api.EventSettings:
		if e.Settings != nil {
			m.settings = *e.Settings
			m.pausedAll = e.Settings.PausedAll
			return change{settings: true, banner: true}
		}
	case api.EventRaise:
		return change{raise: true}
	case api.EventBye:
		return change{bye: true}
	}
	return change{}
}

func (m *model) put(a api.Account) change {
	i, known := m.index[a.ID]
	if known && m.accounts[i].Name == a.Name && m.accounts[i].Env == a.Env {
		m.accounts[i] = a
		return change{account: a.ID}
	}
	if known {
		m.accounts[i] = a
	} else {
		m.accounts = append(m.accounts, a)
	}
	m.arrange()
	return change{rows: true}
}

// byName is the order of the list: by name, sandbox before live.
func byName(a, b api.Account) int {
	if c := cmp.Compare(a.Name, b.Name); c != 0 {
		return c
	}
	return cmp.Compare(envRank(a.Env), envRank(b.Env))
}

func envRank(e core.Env) int { return slices.Index(core.Envs(), e) }

// find returns the account of an ID.
func (m *model) find(id core.ID) (api.Account, bool) {
	if a := m.at(id); a != nil {
		return *a, true
	}
	return api.Account{}, false
}

// at is the account of an ID where it stands, nil when there is none.
func (m *model) at(id core.ID) *api.Account {
	if i, ok := m.index[id]; ok {
		return &m.accounts[i]
	}
	return nil
}

// pair is the account of the same name in the other environment. The two stand
// beside each other, as the order is.
func (m *model) pair(id core.ID) (api.Account, bool) {
	i, ok := m.index[id]
	if !ok {
		return api.Account{}, false
	}
	for _, j := range []int{i - 1, i + 1} {
		if j >= 0 && j < len(m.accounts) && m.accounts[j].Name == m.accounts[i].Name {
			return m.accounts[j], true
		}
	}
	return api.Account{}, false
}

// shown are the accounts that a view and a search leave, in order, as they stand
// at now.
func (m *model) shown(v view, q query, now time.Time) []*api.Account {
	var out []*api.Account
	for i := range m.accounts {
		if a := &m.accounts[i]; (v == viewAll || view(a.Env) == v) && (q.empty() || q.matches(a, now)) {
			out = append(out, a)
		}
	}
	return out
}

// twin is another account with the same kind, upstream and AppID.
func (m *model) twin(id core.ID, kind core.Kind, baseURL, appID string) (api.Account, bool) {
	for _, a := range m.accounts {
		if a.ID != id && a.Kind == kind && a.BaseURL == baseURL && a.AppID == appID && appID != "" {
			return a, true
		}
	}
	return api.Account{}, false
}

// soon is how much life is left when a token counts as ending soon: where its
// renewal begins, and a quarter of the life of short tokens.
func soon(a api.Account) time.Duration {
	return min(300*time.Second, time.Duration(a.Life)*time.Second/4)
}
