package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"go.etcd.io/bbolt"

	"tokentray/core"
)

// An account lies here and its secret lies in the vault, and a crash can come
// between any two steps. What is about to be done is written down first:
//
//	to save:   1 the intent   2 the secret into the vault   3 the account, and the intent goes, in one transaction
//	to remove: 1 the account goes and the intent is written, in one transaction   2 the secret leaves the vault   3 the intent goes
//
// So an account that can be seen always has its secret, and a secret without an
// account always has an intent by which Clean finds it. The vault's key of a
// secret is the account's ID.
//
// An intent to save is no reason to delete anything: it may come from a backup
// that was made in the middle of a successful addition, and what a person
// entered is worth more than a tidy vault.

// intentRecord is an intent on disk.
type intentRecord struct {
	Op string    `json:"op"`
	At time.Time `json:"at"`
}

const (
	opSave   = "save"
	opRemove = "remove"
)

func decodeIntent(id, value []byte) (intentRecord, error) {
	var r intentRecord
	if err := json.Unmarshal(value, &r); err != nil {
		return r, err
	}
	if len(id) == 0 || r.Op != opSave && r.Op != opRemove {
		return r, errors.New("an intent of an unknown kind")
	}
	return r, nil
}

// Save saves an account, new or changed, together with its secret, which set puts
// into the vault. When set fails the database is as it was; for a new account unset
// then removes what set may have left, now or, if that fails too, at the next Clean.
// unset of a missing secret must not fail. Without a new secret use Update.
func (s *Store) Save(ctx context.Context, a core.Account, set, unset func(context.Context) error) error {
	isNew, err := s.begin(a)
	if err != nil {
		return err
	}
	if err := set(ctx); err != nil {
		return s.abandon(ctx, a.ID, isNew, unset, err)
	}
	if err := s.commit(a); err != nil {
		return s.abandon(ctx, a.ID, isNew, unset, err)
	}
	return nil
}

// abandon undoes a Save that failed with cause, which it returns.
func (s *Store) abandon(ctx context.Context, id core.ID, isNew bool, unset func(context.Context) error, cause error) error {
	if isNew {
		if err := unset(context.WithoutCancel(ctx)); err != nil {
			s.log.Warn("a secret may be left in the vault and is removed at the next start", "account", id, "err", err)
			s.giveUp(id)
			return fail("save the account", cause)
		}
	}
	if err := s.EndIntents(id); err != nil {
		s.log.Warn("an intent stays until the next start", "account", id, "err", err)
	}
	return fail("save the account", cause)
}

// Remove removes an account with everything stored about it, and its secret, which
// unset deletes from the vault. When unset fails the account is still removed, the
// secret is deleted at the next Clean, and the error, of class VaultClosed with
// core.RemedySecretLeft, says so.
func (s *Store) Remove(ctx context.Context, id core.ID, unset func(context.Context) error) error {
	if err := s.drop(id); err != nil {
		return err
	}
	if err := unset(ctx); err != nil {
		return &core.Error{
			Class: core.VaultClosed, Remedy: core.RemedySecretLeft, Err: err,
			Message: core.SaysSecretLeft + " and goes when the vault is next opened: " + core.AsError(err).Message,
		}
	}
	return s.EndIntents(id)
}

// giveUp turns the intents of failed additions into intents to remove: the user was
// told that the accounts do not exist.
func (s *Store) giveUp(ids ...core.ID) {
	err := s.digested("finish", func(tx *bbolt.Tx) error {
		for _, id := range ids {
			if tx.Bucket([]byte(bucketAccounts)).Get([]byte(id)) != nil {
				continue // an edit: its secret stays
			}
			if err := s.putIntent(tx, id, opRemove); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.log.Warn("what was not added may come back at the next start", "accounts", ids, "err", err)
	}
}

// Clean finishes what a crash interrupted: it deletes the secrets of removed
// accounts from the vault through unset, which gets all of them in one call, since a
// passphrase file takes a second for each change. It touches no other secret. It
// returns the accounts whose edit was interrupted, and whose secret may be the old
// or the new one, and those whose addition was, and whose secrets may be in the
// vault: these stay pending until they are saved or EndIntents is called. When the
// vault refuses, all removals stay for the next Clean, and its error is returned;
// unset of a missing secret must not fail.
func (s *Store) Clean(ctx context.Context, unset func(context.Context, []core.ID) error) (edited []core.Account, added []core.ID, err error) {
	pending, have, err := s.intents()
	if err != nil || len(pending) == 0 {
		return nil, nil, err
	}
	var over, gone []core.ID
	for _, p := range pending {
		a, there := have[p.id]
		switch {
		case there:
			edited, over = append(edited, a), append(over, p.id)
		case p.op == opRemove:
			gone = append(gone, p.id)
		default:
			added = append(added, p.id)
		}
	}
	var refused error
	if len(gone) > 0 {
		refused = unset(ctx, gone)
	}
	if refused != nil {
		gone = nil
	}
	if err := s.EndIntents(append(over, gone...)...); err != nil {
		return edited, added, err
	}
	return edited, added, fail("remove the secrets of accounts that are gone", refused)
}

// Pending returns the IDs of accounts with an unfinished intent. Their secrets
// may be in the vault although no account shows them.
func (s *Store) Pending() ([]core.ID, error) {
	pending, _, err := s.intents()
	ids := make([]core.ID, 0, len(pending))
	for _, p := range pending {
		ids = append(ids, p.id)
	}
	return ids, err
}

// intent is an unfinished one.
type intent struct {
	id core.ID
	op string
}

// intents returns all of them, and the accounts of those that have one.
func (s *Store) intents() (all []intent, have map[core.ID]core.Account, err error) {
	have = map[core.ID]core.Account{}
	err = s.view("read the intents", func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(bucketIntents)).ForEach(func(k, v []byte) error {
			r, err := decodeIntent(k, v)
			if err != nil {
				return damage("intent %q: %v", k, err)
			}
			all = append(all, intent{core.ID(k), r.Op})
			v = tx.Bucket([]byte(bucketAccounts)).Get(k)
			if v == nil {
				return nil
			}
			a, err := decodeAccount(k, v)
			if err != nil {
				return damage("account %q: %v", k, err)
			}
			have[a.ID] = a
			return nil
		})
	})
	return all, have, err
}

// begin writes the intent to save a, and refuses a taken name before the secret was
// sent anywhere.
func (s *Store) begin(a core.Account) (isNew bool, err error) {
	err = s.digested("prepare to save the account", func(tx *bbolt.Tx) error {
		if err := free(tx, a); err != nil {
			return err
		}
		isNew = tx.Bucket([]byte(bucketAccounts)).Get([]byte(a.ID)) == nil
		return s.putIntent(tx, a.ID, opSave)
	})
	return isNew, err
}

func (s *Store) putIntent(tx *bbolt.Tx, id core.ID, op string) error {
	value, err := json.Marshal(intentRecord{Op: op, At: s.now().UTC()})
	if err != nil {
		return err
	}
	return tx.Bucket([]byte(bucketIntents)).Put([]byte(id), value)
}

// commit saves the account and ends its intent.
func (s *Store) commit(a core.Account) error {
	return s.change("save the account", func(tx *bbolt.Tx) error {
		if err := s.putAccount(tx, a); err != nil {
			return err
		}
		return tx.Bucket([]byte(bucketIntents)).Delete([]byte(a.ID))
	})
}

// drop removes the account and writes the intent to remove its secret.
func (s *Store) drop(id core.ID) error {
	return s.change("remove the account", func(tx *bbolt.Tx) error {
		if tx.Bucket([]byte(bucketAccounts)).Get([]byte(id)) == nil {
			return noAccount(id)
		}
		if err := forget(tx, id); err != nil {
			return err
		}
		return s.putIntent(tx, id, opRemove)
	})
}

// EndIntents forgets the intents of accounts.
func (s *Store) EndIntents(ids ...core.ID) error {
	if len(ids) == 0 {
		return nil
	}
	return s.digested("finish", func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(bucketIntents))
		for _, id := range ids {
			if err := b.Delete([]byte(id)); err != nil {
				return err
			}
		}
		return nil
	})
}
