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

// A database that is restored from a backup, or replaced by a copy, knows nothing
// of the accounts that were added since. Their secrets are still in the vault,
// and upstream never shows an AppSecret again. So the vault is asked for every
// account that the index, the passphrase file or the damaged database names, and
// what it still holds becomes an account again: paused, and told about until a
// person has looked at it. Nothing leaves the vault that a person did not remove.

// VaultIndex remembers, outside of the database, which entries a vault holds and
// which a person removed. Package vault has it.
type VaultIndex interface {
	Entries() map[string]string // key -> mark
	Mark(key string) (string, bool)
	Removed(key string) bool
	Keep(entries map[string]string) error
	Remove(keys ...string) error
	Forget(keys ...string) error
}

// lister is a vault that can tell what it holds.
type lister interface {
	Keys() ([]string, error)
}

// dropRemoved takes accounts out of a restored backup that a person removed after
// it was made. The edit lock is held.
func (s *Service) dropRemoved(ctx context.Context) {
	index := s.vault.parts.Index
	if err := index.Remove(names(s.parts.Removed)...); err != nil {
		s.log.Warn("what was removed may come back", "error", err)
	}
	if !s.parts.Restored || s.parts.PutBack {
		return
	}
	for _, a := range s.accounts.all() {
		if !index.Removed(string(a.ID)) && !slices.Contains(s.parts.Removed, a.ID) {
			continue
		}
		err := s.parts.Store.Remove(ctx, a.ID, func(ctx context.Context) error { return s.vault.drop(ctx, a.ID) })
		if err != nil && s.stillThere(a.ID) {
			s.log.Warn("an account that was removed is back with the backup", "account", a.ID, "error", err)
			continue
		}
		s.accounts.drop(a)
		s.uses.forget(a.ID)
		s.pushes.drop(a.ID, 0)
		s.log.Info("the backup held an account that was removed since; it is gone again", "account", a.ID)
	}
}

// listEntries makes sure that the index lists every account there is. The edit
// lock is held.
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

// recoverLost makes accounts again that the database has lost and of which the
// vault holds the secrets. begun are additions that a crash interrupted; credible
// tells that the vault is the one of before, so that what it does not have is
// looked for no more. The vault is open and the edit lock is held.
func (s *Service) recoverLost(ctx context.Context, begun []core.ID, credible bool) {
	wanted, err := s.lostIDs(begun)
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
			return // at the next opening
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
	if credible {
		s.lookNoMore(begun, missing)
	}
	found = append(found, s.newerEntries(ctx, taken)...)
	if err := s.saveRecovered(ctx, found); err != nil {
		s.log.Error("accounts were found in the vault and could not be saved", "error", err)
	}
}

// newerEntries are the accounts of which the vault tells a newer state than the
// database: they were edited after the backup that was restored.
func (s *Service) newerEntries(ctx context.Context, taken map[api.Ref]bool) []core.Account {
	index := s.vault.parts.Index
	var out []core.Account
	for _, a := range s.accounts.all() {
		mark, listed := index.Mark(string(a.ID))
		mark = strings.TrimPrefix(mark, recoveredMark("")) // a crash may have kept it from being saved
		if !listed || mark == s.vault.markOf(a) || !strings.HasPrefix(mark, markForm) {
			continue
		}
		e, err := s.vault.entry(ctx, a.ID)
		if err != nil && !isMissing(err) {
			return out
		}
		next := a
		if err == nil && e.Name != "" {
			next = s.remade(a.ID, e, []core.Account{a})
		}
		if mark != s.vault.markOf(next) { // it tells nothing newer
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
	return out
}

// lostIDs are the accounts that may have an entry in the vault and that the
// database does not have. Those that a person removed are none of them.
func (s *Service) lostIDs(begun []core.ID) ([]core.ID, error) {
	index := s.vault.parts.Index
	keys := slices.Collect(maps.Keys(index.Entries()))
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
		if key != dataKeyName && key != movedKey && !s.accounts.has(core.ID(key)) && !index.Removed(key) {
			out = append(out, core.ID(key))
		}
	}
	return out, failed
}

// lookNoMore forgets what the vault turned out not to have.
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
// database, of which nobody knows the newest: they say what an entry of an
// earlier version does not tell, but never where the secret may be sent.
func (s *Service) remade(id core.ID, e entry, known []core.Account) core.Account {
	a := s.blank()
	if len(known) > 0 {
		a = known[0]
	}
	if e.Name != "" {
		a.Name, a.Env, a.Kind, a.Product, a.AppID, a.Proxy, a.CA, a.Params = e.Name, e.Env, e.Kind, e.Product, e.AppID, e.Proxy, e.CA, e.Params.of()
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

// keptIDs are all accounts of which the vault may hold an entry.
func (s *Service) keptIDs() ([]core.ID, error) {
	ids, err := s.parts.Store.Pending()
	for _, a := range s.accounts.all() {
		ids = append(ids, a.ID)
	}
	for key := range s.vault.parts.Index.Entries() {
		ids = append(ids, core.ID(key))
	}
	slices.Sort(ids)
	return slices.Compact(ids), err
}

// takenNames are those of the accounts there are.
func (s *Service) takenNames() map[api.Ref]bool {
	out := map[api.Ref]bool{}
	for _, a := range s.accounts.all() {
		out[refOf(a)] = true
	}
	return out
}

// freeName is the account's name, with a number when another has it.
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
	// First, so that no crash keeps people from being told.
	if err := s.vault.parts.Index.Keep(marks); err != nil {
		s.log.Warn("accounts that came back may not be told about", "error", err)
	}
	nothing := func(context.Context) error { return nil }
	if _, err := s.parts.Store.SaveAll(ctx, found, lines, nothing, nothing); err != nil {
		return err
	}
	for _, a := range found {
		s.accounts.put(a)
		s.keeper.Put(a, core.Token{})
		if a.BaseURL == unknownHost {
			s.keeper.Refuse(a.ID, noHost())
		}
		s.log.Warn("an account that the database had lost is back from the vault, paused", "account", a.ID)
	}
	s.hub.restate()
	return nil
}

// mendVault writes a passphrase file again that was removed or damaged while its
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

// recovered names the accounts that came back from the vault and that no person
// has looked at since.
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

// lookedAt tells that a person has looked at an account that came back.
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
