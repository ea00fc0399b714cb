package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"tokentray/core"
)

// accountRecord is an account on disk: its JSON without the ID, which is the key.
// Tests read the records of earlier versions, see testdata.
type accountRecord struct {
	core.Account
	ID *core.ID `json:"id,omitempty"` // replaces the account's own
}

// accountName is the unique part of it.
type accountName struct {
	Name string   `json:"name"`
	Env  core.Env `json:"env"`
}

func encodeAccount(a core.Account) ([]byte, error) {
	return json.Marshal(accountRecord{Account: a})
}

func decodeAccount(id, value []byte) (core.Account, error) {
	var a core.Account
	if err := json.Unmarshal(value, &a); err != nil {
		return core.Account{}, err
	}
	if len(id) == 0 || a.Name == "" || !a.Env.Valid() {
		return core.Account{}, errors.New("an account without id, name or environment")
	}
	a.ID = core.ID(id)
	return a, nil
}

// Accounts returns all accounts by name, sandbox before live. The data key is
// not needed.
func (s *Store) Accounts() ([]core.Account, error) {
	var out []core.Account
	err := s.view("read the accounts", func(tx *bbolt.Tx) (err error) {
		out, err = accounts(tx)
		return err
	})
	slices.SortFunc(out, func(a, b core.Account) int { return core.CompareNames(a.Name, a.Env, b.Name, b.Env) })
	return out, err
}

func accounts(tx *bbolt.Tx) ([]core.Account, error) {
	var out []core.Account
	err := tx.Bucket([]byte(bucketAccounts)).ForEach(func(k, v []byte) error {
		a, err := decodeAccount(k, v)
		if err != nil {
			return damage("account %q: %v", k, err)
		}
		out = append(out, a)
		return nil
	})
	return out, err
}

// Update saves a changed account whose secret stays as it is. A taken name is
// refused with Invalid, an unknown ID with NotFound.
func (s *Store) Update(a core.Account) error {
	return s.change("save the account", func(tx *bbolt.Tx) error {
		if tx.Bucket([]byte(bucketAccounts)).Get([]byte(a.ID)) == nil {
			return noAccount(a.ID)
		}
		return s.putAccount(tx, a)
	})
}

// change is a digested update that alters accounts and so calls for a backup.
func (s *Store) change(doing string, fn func(*bbolt.Tx) error) error {
	err := s.digested(doing, func(tx *bbolt.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return s.changed(tx)
	})
	if err == nil {
		s.touched.Store(s.now().Unix())
		s.due.Store(true)
		s.backupIfDue()
	}
	return err
}

// digested is an update of accounts or intents.
func (s *Store) digested(doing string, fn func(*bbolt.Tx) error) error {
	return s.update(doing, func(tx *bbolt.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return tx.Bucket([]byte(bucketMeta)).Put([]byte(keyDigest), digest(tx))
	})
}

// putAccount saves a after making sure, in the same transaction, that no other has
// its name and environment.
func (s *Store) putAccount(tx *bbolt.Tx, a core.Account) error {
	if err := free(tx, a); err != nil {
		return err
	}
	return s.writeAccount(tx, a)
}

// writeAccount saves a, whose name is free. If its TokenID changed, the token is
// dropped, with its tickets.
func (s *Store) writeAccount(tx *bbolt.Tx, a core.Account) error {
	value, err := encodeAccount(a)
	if err != nil {
		return err
	}
	if v := tx.Bucket([]byte(bucketAccounts)).Get([]byte(a.ID)); v != nil {
		was, err := decodeAccount([]byte(a.ID), v)
		if err != nil {
			return damage("account %q: %v", a.ID, err)
		}
		if s.tokenID(was) != s.tokenID(a) {
			if err := tx.Bucket([]byte(bucketTokens)).Delete([]byte(a.ID)); err != nil {
				return err
			}
			if err := dropTickets(tx, a.ID); err != nil {
				return err
			}
		}
	}
	return tx.Bucket([]byte(bucketAccounts)).Put([]byte(a.ID), value)
}

func (s *Store) tokenID(a core.Account) core.TokenID {
	if s.opt.TokenID == nil {
		return core.NewTokenID(a, "", a.Params.Keys())
	}
	return s.opt.TokenID(a)
}

// free refuses names and environments that other accounts have, or two of these.
func free(tx *bbolt.Tx, these ...core.Account) error {
	taken := func(ref string) error {
		return invalid(core.Problems{{Field: "name", Key: core.ProblemNameTaken}}, "there is already an account %s; choose another name or edit that one", ref)
	}
	wanted := make(map[string]core.ID, len(these))
	for _, a := range these {
		if a.ID == "" || a.Name == "" || !a.Env.Valid() {
			return invalid(core.Problems{{Field: "name", Key: core.ProblemNameEmpty}}, "an account needs an id, a name and an environment; enter them")
		}
		if id, twice := wanted[a.Ref()]; twice && id != a.ID {
			return taken(a.Ref())
		}
		wanted[a.Ref()] = a.ID
	}
	// Only names are read, with one decoder for all: whole accounts would be a
	// megabyte of garbage for each account added to a thousand.
	var value bytes.Reader
	decoder := json.NewDecoder(&value)
	return tx.Bucket([]byte(bucketAccounts)).ForEach(func(k, v []byte) error {
		value.Reset(v)
		var b accountName
		if err := decoder.Decode(&b); err != nil {
			return damage("account %q: %v", k, err)
		}
		ref := core.Account{Name: b.Name, Env: b.Env}.Ref()
		if id, there := wanted[ref]; there && id != core.ID(k) {
			return taken(ref)
		}
		return nil
	})
}

// Touch stores when callers last used accounts. The agent collects many uses into
// one call, because each call waits for the disk. Accounts that are gone are
// skipped.
func (s *Store) Touch(used map[core.ID]time.Time) error {
	if len(used) == 0 {
		return nil
	}
	err := s.update("save when accounts were used", func(tx *bbolt.Tx) error {
		have, times := tx.Bucket([]byte(bucketAccounts)), tx.Bucket([]byte(bucketUsed))
		for _, id := range slices.Sorted(maps.Keys(used)) {
			if have.Get([]byte(id)) == nil {
				continue
			}
			text, err := used[id].UTC().MarshalText()
			if err != nil {
				return err
			}
			if err := times.Put([]byte(id), text); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.backupIfDue()
	}
	return err
}

// LastUsed returns when accounts were last used, for those that ever were.
func (s *Store) LastUsed() (map[core.ID]time.Time, error) {
	out := map[core.ID]time.Time{}
	err := s.view("read when accounts were used", func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(bucketUsed)).ForEach(func(k, v []byte) error {
			var at time.Time
			if at.UnmarshalText(v) == nil {
				out[core.ID(k)] = at
			}
			return nil
		})
	})
	return out, err
}
