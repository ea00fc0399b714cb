package store

import (
	"strings"

	"go.etcd.io/bbolt"
)

// teamKey begins the keys of the teams that this machine is in, which stand among the
// settings: an earlier version passes them over.
const teamKey = "team/"

// Teams returns the records of the teams, by name. They hold nothing secret.
func (s *Store) Teams() (map[string][]byte, error) {
	out := map[string][]byte{}
	err := s.view("read the teams", func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(bucketSettings)).ForEach(func(k, v []byte) error {
			if name, ok := strings.CutPrefix(string(k), teamKey); ok {
				out[name] = append([]byte(nil), v...)
			}
			return nil
		})
	})
	return out, err
}

// PutTeam saves the record of a team.
func (s *Store) PutTeam(name string, record []byte) error {
	return s.change("save the team", func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(bucketSettings)).Put([]byte(teamKey+name), record)
	})
}

// RemoveTeam forgets a team. One that is not there is no error.
func (s *Store) RemoveTeam(name string) error {
	return s.change("remove the team", func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(bucketSettings)).Delete([]byte(teamKey + name))
	})
}
