package notify

import (
	"encoding/json"
	"maps"
	"time"

	"tokentray/core"
)

// memory is when each account was shown last, by kind, so that a restarted agent does
// not show everything again.
type memory map[core.ID]map[string]time.Time

// readMemory reads what an earlier agent wrote. It ignores what it cannot read, and
// times in the future, which come from a wrong clock.
func readMemory(raw []byte, now time.Time) memory {
	var m memory
	if json.Unmarshal(raw, &m) != nil || m == nil {
		return memory{}
	}
	m.forget(func(at time.Time) bool { return at.After(now) })
	m.fade(now)
	return m
}

// fade drops entries that are too old to matter.
func (m memory) fade(now time.Time) {
	m.forget(func(at time.Time) bool { return !now.Before(at.Add(spacing)) })
}

func (m memory) forget(old func(time.Time) bool) {
	for id, kinds := range m {
		maps.DeleteFunc(kinds, func(_ string, at time.Time) bool { return old(at) })
		if len(kinds) == 0 {
			delete(m, id)
		}
	}
}

func (m memory) note(id core.ID, k kind, at time.Time) {
	if m[id] == nil {
		m[id] = map[string]time.Time{}
	}
	m[id][k.String()] = at
}

// recall gives an account its entries from an earlier agent.
func (m memory) recall(acc *account) {
	for k := range kinds {
		if at, ok := m[acc.id][k.String()]; ok {
			acc.news[k].told, acc.news[k].earlier = at, true
		}
	}
}
