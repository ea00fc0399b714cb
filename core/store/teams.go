package store

import (
	"bytes"

	"go.etcd.io/bbolt"

	"tokentray/core"
)

// Teams returns the records of the teams that this machine is in, by name. They hold
// nothing secret.
func (s *Store) Teams() (map[string][]byte, error) {
	out := map[string][]byte{}
	err := s.view("read the teams", func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(bucketTeams)).ForEach(func(k, v []byte) error {
			out[string(k)] = bytes.Clone(v)
			return nil
		})
	})
	return out, err
}

// PutTeam saves the record of a team, and accounts that are there and change with it, in
// one transaction.
func (s *Store) PutTeam(name string, record []byte, changed ...core.Account) error {
	return s.change("save the team", func(tx *bbolt.Tx) error {
		for _, a := range changed {
			if tx.Bucket([]byte(bucketAccounts)).Get([]byte(a.ID)) == nil {
				return noAccount(a.ID)
			}
			if err := s.putAccount(tx, a); err != nil {
				return err
			}
		}
		return putTeam(tx, name, record)
	})
}

// JoinTeam saves the record of a team and adds accounts, with a line of history each, in
// one transaction.
func (s *Store) JoinTeam(name string, record []byte, made []core.Account, lines []core.Entry) error {
	return s.change("join the team", func(tx *bbolt.Tx) error {
		if err := free(tx, made...); err != nil {
			return err
		}
		for i, a := range made {
			if err := s.writeAccount(tx, a); err != nil {
				return err
			}
			if err := appendLine(tx, a.ID, lines[i]); err != nil {
				return err
			}
		}
		return putTeam(tx, name, record)
	})
}

func putTeam(tx *bbolt.Tx, name string, record []byte) error {
	return tx.Bucket([]byte(bucketTeams)).Put([]byte(name), record)
}

// RemoveTeam forgets a team. One that is not there is no error.
func (s *Store) RemoveTeam(name string) error {
	return s.change("remove the team", func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(bucketTeams)).Delete([]byte(name))
	})
}
