package search

import (
	"cmp"
	"slices"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// Ordered are accounts, which come by name, in an order of the settings, those that are
// pinned before the others. The order is that of the last event: what counts down moves
// no row under the pointer.
func Ordered(order string, now time.Time, accounts []*api.Account) []*api.Account {
	by := map[string]func(x, y *api.Account) int{
		core.OrderNeed: func(x, y *api.Account) int { return cmp.Compare(need(x, now), need(y, now)) },
		core.OrderTime: func(x, y *api.Account) int { return cmp.Compare(timeKey(x, now), timeKey(y, now)) },
		core.OrderUsed: func(x, y *api.Account) int { return y.LastUsed.Compare(x.LastUsed) },
	}[order]
	if by == nil && !slices.ContainsFunc(accounts, func(a *api.Account) bool { return a.Pinned }) {
		return accounts
	}
	slices.SortStableFunc(accounts, func(x, y *api.Account) int {
		if x.Pinned != y.Pinned {
			return cmp.Compare(rank(!x.Pinned), rank(!y.Pinned))
		}
		if by == nil {
			return 0
		}
		return by(x, y)
	})
	return accounts
}

func rank(later bool) int {
	if later {
		return 1
	}
	return 0
}

// need is how much an account needs somebody: 0 the most.
func need(a *api.Account, now time.Time) int {
	switch state := a.StateAt(now); {
	case a.NeedsPerson(now):
		return 0
	case a.Remaining(now) <= 0 && state != core.StatePaused:
		return 1
	case state != core.StateFresh && state != core.StatePaused:
		return 2
	case state == core.StatePaused:
		return 4
	}
	return 3
}

// timeKey orders accounts by what expires next; one without a token comes last.
func timeKey(a *api.Account, now time.Time) time.Duration {
	if a.Mask == "" {
		return 1<<63 - 1
	}
	return a.Remaining(now)
}
