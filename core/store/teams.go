package store

import (
	"bytes"

	"go.etcd.io/bbolt"
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

// PutTeam saves the record of a team.
func (s *Store) PutTeam(name string, record []byte) error {
	return s.change("save the team", func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(bucketTeams)).Put([]byte(name), record)
	})
}

// RemoveTeam forgets a team. One that is not there is no error.
func (s *Store) RemoveTeam(name string) error {
	return s.change("remove the team", func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(bucketTeams)).Delete([]byte(name))
	})
}
