package agent

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"tokentray/core"
	"tokentray/core/api"
)

// A database that is restored from a backup, or replaced by a copy, lacks the
// accounts that were added since. Their secrets are still in the vault, and the
// upstream never shows an AppSecret again. So the agent asks the vault for every
// account that the index, the passphrase file or the damaged database names. What the
// vault still has becomes an account again: it is paused, and people see it marked
// until they have checked it. Nothing is deleted from the vault unless a person
// removed the account.

// VaultIndex remembers, outside of the database, which entries a vault holds and
// which a person removed. Package vault implements it.
type VaultIndex interface {
	Entries() map[string]string // key -> mark
	Mark(key string) (string, bool)
	Removed(key string) bool
	Keep(entries map[string]string) error
	Remove(keys ...string) error
	Forget(keys ...string) error
}

// lister is a vault that can list its entries.
type lister interface {
	Keys() ([]string, error)
}

// mostUnfinished is how many removals of a damaged database are finished. Each costs
// a keyring two child processes, and nearly all of them were finished long ago.
const mostUnfinished = 32

// dropRemoved removes from a restored backup the accounts that a person removed
// after it was made. Only the index counts: a removal in the damaged database may
// never have been committed. The caller holds the edit lock.
func (s *Service) dropRemoved(ctx context.Context) {
	index := s.vault.parts.Index
	if !s.parts.Restored || s.parts.PutBack {
		return
	}
	var unfinished []core.ID
	for _, id := range s.parts.Removed {
		if index.Removed(string(id)) && len(unfinished) < mostUnfinished {
			unfinished = append(unfinished, id)
		}
	}
	s.parts.Store.FinishRemovals(unfinished...)
	for _, a := range s.accounts.all() {
		if index.Removed(string(a.ID)) {
			s.dropAgain(ctx, a)
		}
	}
}

// dropDoubtful removes from a restored backup the accounts that only the damaged
// database calls removed. The vault decides: a removal deletes the secret, so an
// account that still has one was not removed, or not completely.
func (s *Service) dropDoubtful(ctx context.Context) (whole bool) {
	index := s.vault.parts.Index
	if s.parts.PutBack {
		return true
	}
	for _, id := range s.parts.Removed {
		a, there := s.accounts.get(id)
		if !there || index.Removed(string(id)) {
			continue
		}
		raw, err := s.vault.inUse().Get(ctx, string(id))
		clear(raw)
		switch {
		case err == nil:
			s.log.Info("a removal that did not come to its end is not finished; the account stays", "account", id)
		case !errors.Is(err, s.vault.parts.NotFound):
			s.log.Warn("the vault cannot be asked for accounts that may have been removed", "error", s.vault.failed(ctx, err))
			return false
		case s.vault.sameAsBefore(ctx):
			s.dropAgain(ctx, a)
		}
	}
	return true
}

// dropAgain removes an account that was removed before.
func (s *Service) dropAgain(ctx context.Context, a core.Account) {
	err := s.parts.Store.Remove(ctx, a.ID, func(ctx context.Context) error { return s.vault.drop(ctx, a.ID) })
	if err != nil && s.stillThere(a.ID) {
		s.log.Warn("an account that was removed is back with the backup", "account", a.ID, "error", err)
		return
	}
	s.accounts.drop(a.ID)
	s.uses.forget(a.ID)
	s.pushes.drop(a.ID, 0)
	s.log.Info("the backup held an account that was removed since; it is gone again", "account", a.ID)
}

// listLost adds the accounts in the damaged database to the index, so that each
// opening of the vault looks for them, also by a later agent, until they are found
// or known to be gone. The caller holds the edit lock.
func (s *Service) listLost() {
	index, unlisted := s.vault.parts.Index, map[string]string{}
	for id := range s.parts.Lost {
		if _, listed := index.Mark(string(id)); !listed && !index.Removed(string(id)) && !s.accounts.has(id) {
			unlisted[string(id)] = markUnknown
		}
	}
	if err := index.Keep(unlisted); err != nil {
		s.log.Warn("the list of vault entries is not complete", "error", err)
	}
}

// listEntries makes sure that the index lists every account. The caller holds the
// edit lock.
func (s *Service) listEntries() {
	index := s.vault.parts.Index
	unlisted := map[string]string{}
	for _, a := range s.accounts.all() {
		if _, listed := index.Mark(string(a.ID)); !listed && !index.Removed(string(a.ID)) {
			unlisted[string(a.ID)] = markUnknown
		}
	}
	if err := index.Keep(unlisted); err != nil {
		s.log.Warn("the list of vault entries is not complete", "error", err)
	}
}

// recoverLost makes the accounts again that the database lost and whose secrets the
// vault has. begun are additions that a crash interrupted. credible says that this
// is the same vault as before, so that missing entries need not be looked for again.
// The vault is open and the caller holds the edit lock. whole is false when the
// vault did not answer for all of them; then it must be tried again.
func (s *Service) recoverLost(ctx context.Context, begun []core.ID, credible bool) (whole bool) {
	wanted, err := s.lostIDs(begun)
	whole = err == nil
	if err != nil {
		s.log.Warn("lost accounts cannot be looked for", "error", err)
	}
	var found []core.Account
	var missing []core.ID
	taken := s.takenNames()
	for _, id := range wanted {
		raw, err := s.vault.inUse().Get(ctx, string(id))
		if errors.Is(err, s.vault.parts.NotFound) {
			missing = append(missing, id)
			continue
		}
		if err != nil {
			s.log.Warn("lost accounts cannot be looked for in the vault", "error", s.vault.failed(ctx, err))
			whole, credible = false, false
			break // keep what was found so far
		}
		e, ok := decodeEntry(raw)
		if !ok {
			s.log.Warn("an entry of the vault cannot be read and stays as it is", "account", id)
			continue
		}
		a := s.remade(id, e, s.parts.Lost[id])
		a.Name = freeName(taken, a)
		taken[refOf(a)] = true
		found = append(found, a)
	}
	if credible && len(missing) > 0 && s.vault.sameAsBefore(ctx) {
		s.lookNoMore(begun, missing)
	}
	if whole {
		var newer []core.Account
		newer, whole = s.newerEntries(ctx, taken)
		found = append(found, newer...)
	}
	return s.saveAllRecovered(ctx, found) && whole
}

// saveAllRecovered saves accounts that were found in the vault: all at once, or one
// by one if the database refuses one of them.
func (s *Service) saveAllRecovered(ctx context.Context, found []core.Account) (whole bool) {
	err := s.saveRecovered(ctx, found)
	if err == nil {
		return true
	}
	s.log.Error("accounts were found in the vault and could not be saved", "error", err)
	if len(found) < 2 {
		return false
	}
	for _, a := range found {
		if err := s.saveRecovered(ctx, []core.Account{a}); err != nil {
			s.log.Error("an account was found in the vault and could not be saved", "account", a.ID, "error", err)
		}
	}
	return false
}

// newerEntries are the accounts for which the vault has a newer state than the
// database: they were edited after the restored backup was made. whole is false when
// the vault did not answer for all of them.
func (s *Service) newerEntries(ctx context.Context, taken map[api.Ref]bool) (out []core.Account, whole bool) {
	index := s.vault.parts.Index
	for _, a := range s.accounts.all() {
		mark, listed := index.Mark(string(a.ID))
		mark = strings.TrimPrefix(mark, recoveredMark("")) // a crash may have come before it was saved
		if !listed || mark == s.vault.markOf(a) || !strings.HasPrefix(mark, markForm) {
			continue
		}
		e, err := s.vault.entry(ctx, a.ID)
		if err != nil && !isMissing(err) {
			return out, false
		}
		next := a
		if err == nil && e.Name != "" {
			next = s.remade(a.ID, e, []core.Account{a})
		}
		if mark != s.vault.markOf(next) { // the entry is not newer
			if err := index.Keep(map[string]string{string(a.ID): markUnknown}); err != nil {
				s.log.Warn("the list of vault entries is not up to date", "error", err)
			}
			continue
		}
		delete(taken, refOf(a))
		next.Name = freeName(taken, next)
		taken[api.Ref{Name: next.Name, Env: next.Env}] = true
		out = append(out, next)
	}
	return out, true
}

// lostIDs are the accounts that may have an entry in the vault but are not in the
// database, without those that a person removed.
func (s *Service) lostIDs(begun []core.ID) ([]core.ID, error) {
	index := s.vault.parts.Index
	keys, teams := slices.Collect(maps.Keys(index.Entries())), s.teams.keys()
	var failed error
	if l, ok := s.vault.inUse().(lister); ok {
		listed, err := l.Keys()
		keys, failed = append(keys, listed...), err
	}
	for id := range s.parts.Lost {
		keys = append(keys, string(id))
	}
	keys = append(keys, names(begun)...)
	slices.Sort(keys)
	var out []core.ID
	for _, key := range slices.Compact(keys) {
		if key != dataKeyName && key != movedKey && !s.accounts.has(core.ID(key)) && !index.Removed(key) && !slices.Contains(teams, core.ID(key)) {
			out = append(out, core.ID(key))
		}
	}
	return out, failed
}

// lookNoMore forgets accounts that the vault does not have.
func (s *Service) lookNoMore(begun, missing []core.ID) {
	if err := s.vault.parts.Index.Forget(names(missing)...); err != nil {
		s.log.Warn("the list of vault entries was not put right", "error", err)
	}
	var over []core.ID
	for _, id := range begun {
		if slices.Contains(missing, id) {
			over = append(over, id)
		}
	}
	if err := s.parts.Store.EndIntents(over...); err != nil {
		s.log.Warn("intents stay until the next start", "error", err)
	}
}

// remade is an account made from its entry. known are its states in the damaged
// database, in no known order. They fill in what an entry of an earlier version lacks,
// but never say where the secret may be sent.
func (s *Service) remade(id core.ID, e entry, known []core.Account) core.Account {
	a := s.blank()
	if len(known) > 0 {
		a = known[0]
	}
	if e.Name != "" {
		a.Name, a.Env, a.Kind, a.Product, a.AppID, a.Proxy, a.CA, a.Params = e.Name, e.Env, e.Kind, e.Product, e.AppID, e.Proxy, e.CA, e.Params
	}
	plain := a
	plain.BaseURL = ""
	switch own := s.asks(plain); {
	case e.BaseURL == "" && e.SecretHost == "":
		a.BaseURL = unknownHost
	case e.BaseURL != "" && e.BaseURL != own:
		a.BaseURL = e.BaseURL
	case e.BaseURL == "" && e.SecretHost != s.goes(plain).Host:
		a.BaseURL = e.SecretHost
	default:
		a.BaseURL = ""
	}
	a.ID, a.Auto, a.AllowLive = id, false, false
	if !a.Env.Valid() {
		a.Env = core.Sandbox
	}
	a = s.kindSet().Clean(a)
	if _, err := core.CleanName(a.Name); err != nil {
		a.Name = "recovered-" + string(id[:min(len(id), 6)])
	}
	return a
}

// keptIDs are all accounts that may have an entry in the vault.
func (s *Service) keptIDs() ([]core.ID, error) {
	ids, err := s.parts.Store.Pending()
	for _, a := range s.accounts.all() {
		ids = append(ids, a.ID)
	}
	ids = append(ids, s.teams.keys()...)
	for key := range s.vault.parts.Index.Entries() {
		ids = append(ids, core.ID(key))
	}
	slices.Sort(ids)
	return slices.Compact(ids), err
}

// takenNames are the names of all accounts.
func (s *Service) takenNames() map[api.Ref]bool {
	out := map[api.Ref]bool{}
	for _, a := range s.accounts.all() {
		out[refOf(a)] = true
	}
	return out
}

// freeName is the account's name, with a number if another account has it.
func freeName(taken map[api.Ref]bool, a core.Account) string {
	name := a.Name
	for n := 2; taken[api.Ref{Name: name, Env: a.Env}]; n++ {
		name = numbered(a.Name, n)
	}
	return name
}

// saveRecovered saves accounts whose secrets are in the vault already.
func (s *Service) saveRecovered(ctx context.Context, found []core.Account) error {
	if len(found) == 0 {
		return nil
	}
	lines, marks := make([]core.Entry, len(found)), map[string]string{}
	for i, a := range found {
		lines[i] = core.Entry{At: s.now(), What: core.DidRecover}
		marks[string(a.ID)] = recoveredMark(s.vault.markOf(a))
	}
	// This comes first: after a crash people are still told.
	if err := s.vault.parts.Index.Keep(marks); err != nil {
		s.log.Warn("accounts that came back may not be told about", "error", err)
	}
	nothing := func(context.Context) error { return nil }
	if _, err := s.parts.Store.SaveAll(ctx, found, lines, nothing, nothing); err != nil {
		return err
	}
	for _, a := range found {
		s.handOver(a, core.Token{})
		if a.BaseURL == unknownHost {
			s.keeper.Refuse(a.ID, noHost())
		}
		s.log.Warn("an account that the database had lost is back from the vault, paused", "account", a.ID)
	}
	s.hub.restate()
	return nil
}

// mendVault writes the passphrase file again if it was removed or damaged while its
// entries are in memory.
func (s *Service) mendVault() {
	file := s.parts.Vaults.File
	if file == nil {
		return
	}
	switch mended, err := file.Mend(); {
	case err != nil:
		s.log.Error("the passphrase file is not as it should be", "error", err)
	case mended:
		s.log.Warn("the passphrase file was removed or damaged and is written again")
	}
}

// recovered names the accounts that came back from the vault and that nobody has
// looked at since.
func (s *Service) recovered() []string {
	var out []string
	for key, mark := range s.vault.parts.Index.Entries() {
		if !isRecovered(mark) {
			continue
		}
		a, there := s.accounts.get(core.ID(key))
		if there {
			out = append(out, a.Ref())
		}
	}
	slices.SortFunc(out, strings.Compare)
	return out
}

// lookedAt notes that a person has looked at an account that came back.
func (s *Service) lookedAt(id core.ID) {
	if mark, _ := s.vault.parts.Index.Mark(string(id)); !isRecovered(mark) {
		return
	}
	if err := s.vault.parts.Index.Keep(map[string]string{string(id): markUnknown}); err != nil {
		s.log.Warn("an account that came back is still told about", "error", err)
	}
	s.entries.outdated(id)
	s.hub.restate()
}
