package agent

import (
	"context"
	"maps"
	"slices"
	"sync/atomic"

	"tokentray/core"
)

// refreshes are the vault entries that are out of date: written by an earlier
// version, or before the account was renamed. Each of them takes two child processes
// with a keyring. So a few are refreshed each minute, and each only once: the index
// remembers that. A passphrase file takes a second for each change, so all are
// written in one.
type refreshes struct {
	busy  atomic.Bool
	count atomic.Int64
	ids   map[core.ID]bool // guarded by the edit lock
}

// refreshAtOnce is how many entries of a keyring are refreshed in a minute.
const refreshAtOnce = 4

func (r *refreshes) outdated(ids ...core.ID) {
	if r.ids == nil {
		r.ids = map[core.ID]bool{}
	}
	for _, id := range ids {
		r.ids[id] = true
	}
	r.count.Store(int64(len(r.ids)))
}

func (r *refreshes) done(ids ...core.ID) {
	for _, id := range ids {
		delete(r.ids, id)
	}
	r.count.Store(int64(len(r.ids)))
}

// outdate notes in the index that accounts are about to change while their entries
// stay the same. The caller holds the edit lock.
func (s *Service) outdate(accounts ...core.Account) error {
	index, marks := s.vault.parts.Index, map[string]string{}
	for _, a := range accounts {
		if mark, listed := index.Mark(string(a.ID)); listed && mark != s.vault.markOf(a) {
			marks[string(a.ID)] = markUnknown
		}
	}
	if err := index.Keep(marks); err != nil {
		return core.AsError(err)
	}
	return nil
}

// noteOutdated plans to refresh the entries of accounts that need it. The caller
// holds the edit lock.
func (s *Service) noteOutdated(accounts ...core.Account) {
	for _, a := range accounts {
		mark, listed := s.vault.parts.Index.Mark(string(a.ID))
		if listed && !isRecovered(mark) && a.BaseURL != unknownHost && mark != s.vault.markOf(a) {
			s.entries.outdated(a.ID)
		}
	}
}

// refreshEntries refreshes entries that are out of date, while the vault is open, on
// a goroutine that run starts. It never raises a prompt.
func (s *Service) refreshEntries(ctx context.Context, run func(func())) {
	if s.entries.count.Load() == 0 || s.now().Sub(s.started) < upkeepEvery { // the vault is busy enough at a start
		return
	}
	if s.vault.closed() != nil || !s.entries.busy.CompareAndSwap(false, true) {
		return
	}
	run(func() {
		defer s.entries.busy.Store(false)
		s.edit.Lock()
		defer s.edit.Unlock()
		s.refreshSome(ctx)
	})
}

func (s *Service) refreshSome(ctx context.Context) {
	ids := slices.Sorted(maps.Keys(s.entries.ids))
	if _, atOnce := s.vault.inUse().(batcher); !atOnce {
		ids = ids[:min(len(ids), refreshAtOnce)]
	}
	set, marks := map[core.ID]kept{}, map[string]string{}
	for _, id := range ids {
		a, there := s.accounts.get(id)
		if !there {
			continue
		}
		e, err := s.vault.entry(ctx, id)
		if err != nil && !isMissing(err) {
			return // goes on when the vault is open again
		}
		marks[string(id)] = s.vault.markOf(a)
		if err == nil {
			set[id] = s.vault.kept(a, e.bind(s.goes(a)))
		}
	}
	if err := s.vault.putAll(ctx, set, nil, nil); err != nil {
		s.log.Warn("entries of the vault do not tell yet to which accounts they belong", "error", err)
		if core.AsError(err).Class == core.VaultClosed {
			return
		}
	}
	if err := s.vault.parts.Index.Keep(marks); err != nil {
		s.log.Warn("the list of vault entries is not up to date", "error", err)
	}
	s.entries.done(ids...)
}
