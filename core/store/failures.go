package store

import (
	"bytes"
	"encoding/json"
	"math"
	"time"

	"go.etcd.io/bbolt"

	"tokentray/core"
)

// Failures returns what failed since a time, for each account for which something did.
// Lines that do not decode are skipped.
func (s *Store) Failures(since time.Time) (map[core.ID]core.Failures, error) {
	out := map[core.ID]core.Failures{}
	err := s.view("read the history", func(tx *bbolt.Tx) error {
		c := tx.Bucket([]byte(bucketHistory)).Cursor()
		return tx.Bucket([]byte(bucketAccounts)).ForEach(func(id, _ []byte) error {
			prefix := historyPrefix(core.ID(id))
			for k, v := lastOf(c, core.ID(id)); bytes.HasPrefix(k, prefix); k, v = c.Prev() {
				var line struct { // of many lines few are wanted whole
					At   time.Time `json:"at"`
					What core.What `json:"what"`
				}
				if json.Unmarshal(v, &line) != nil {
					continue
				}
				if line.At.Before(since) {
					break
				}
				if !line.What.Failed() {
					continue
				}
				f := out[core.ID(id)]
				if f.Lines == 0 && json.Unmarshal(v, &f.Newest) != nil {
					continue
				}
				f.Lines++
				out[core.ID(id)] = f
			}
			return nil
		})
	})
	return out, err
}

// lastOf moves a cursor to the newest line of an account, or to that of another where
// there is none.
func lastOf(c *bbolt.Cursor, id core.ID) (k, v []byte) {
	k, v = c.Seek(historyKey(id, math.MaxUint64)) // behind the last
	switch {
	case k == nil:
		return c.Last()
	case !bytes.HasPrefix(k, historyPrefix(id)):
		return c.Prev()
	}
	return k, v
}
