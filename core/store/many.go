package store

import (
	"context"

	"go.etcd.io/bbolt"

	"tokentray/core"
)

// SaveAll saves accounts, new and changed, together with their secrets, all or none:
// set puts the secrets into the vault, undo reverts what set may have done. Each
// account gets its line of history. The steps are those of Save, each done once for
// all. With an error undone tells whether the vault is as it was; if not, intents
// stay by which Clean finds what is left.
func (s *Store) SaveAll(ctx context.Context, accounts []core.Account, lines []core.Entry, set, undo func(context.Context) error) (undone bool, err error) {
	if err := s.beginAll(accounts); err != nil {
		return true, err
	}
	err = set(ctx)
	if err == nil {
		err = s.commitAll(accounts, lines)
	}
	if err == nil {
		return true, nil
	}
	if failed := undo(context.WithoutCancel(ctx)); failed != nil {
		s.log.Warn("secrets may be left in the vault; those of accounts that are not there go at the next start", "err", failed)
		ids := make([]core.ID, 0, len(accounts))
		for _, a := range accounts {
			ids = append(ids, a.ID)
		}
		s.giveUp(ids...)
		return false, fail("save the accounts", err)
	}
	if failed := s.doneAll(accounts); failed != nil {
		s.log.Warn("intents stay until the next start", "err", failed)
	}
	return true, fail("save the accounts", err)
}

func (s *Store) beginAll(accounts []core.Account) error {
	return s.digested("prepare to save the accounts", func(tx *bbolt.Tx) error {
		if err := free(tx, accounts...); err != nil {
			return err
		}
		for _, a := range accounts {
			if err := s.putIntent(tx, a.ID, opSave); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Store) commitAll(accounts []core.Account, lines []core.Entry) error {
	return s.change("save the accounts", func(tx *bbolt.Tx) error {
		if err := free(tx, accounts...); err != nil {
			return err
		}
		for i, a := range accounts {
			if err := s.writeAccount(tx, a); err != nil {
				return err
			}
			if err := appendLine(tx, a.ID, lines[i]); err != nil {
				return err
			}
		}
		return endIntents(tx, accounts)
	})
}

func (s *Store) doneAll(accounts []core.Account) error {
	return s.digested("finish", func(tx *bbolt.Tx) error { return endIntents(tx, accounts) })
}

func endIntents(tx *bbolt.Tx, accounts []core.Account) error {
	b := tx.Bucket([]byte(bucketIntents))
	for _, a := range accounts {
		if err := b.Delete([]byte(a.ID)); err != nil {
			return err
		}
	}
	return nil
}
