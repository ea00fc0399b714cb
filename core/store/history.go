package store

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"time"

	"go.etcd.io/bbolt"

	"tokentray/core"
)

// MaxHistory is how many lines of history an account keeps: more than five
// weeks of renewals of a token that lives two hours.
const MaxHistory = 500

// A line's key is the account's ID and a number that only grows, so that an
// account's lines lie side by side in the order they came.
func historyKey(id core.ID, n uint64) []byte {
	return binary.BigEndian.AppendUint64(historyPrefix(id), n)
}

func historyPrefix(id core.ID) []byte { return append([]byte(id), '/') }

// Append adds a line to an account's history and drops the oldest beyond
// MaxHistory. A line for an account that is gone is dropped, for the fetch it
// tells of may outlive it.
func (s *Store) Append(id core.ID, e core.Entry) error {
	const doing = "save the history"
	e.At, e.Expires = e.At.UTC(), e.Expires.UTC()
	value, err := json.Marshal(e)
	if err != nil {
		return fail(doing, err)
	}
	return s.update(doing, func(tx *bbolt.Tx) error {
		if tx.Bucket([]byte(bucketAccounts)).Get([]byte(id)) == nil {
			return nil
		}
		b := tx.Bucket([]byte(bucketHistory))
		n, err := b.NextSequence()
		if err != nil {
			return err
		}
		if err := b.Put(historyKey(id, n), value); err != nil {
			return err
		}
		keys := historyKeys(b, id)
		for i := range max(0, len(keys)-MaxHistory) {
			if err := b.Delete(keys[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// historyKeys are the keys of an account's lines, oldest first. They are good
// until the bucket is written to page, that is, within the transaction.
func historyKeys(b *bbolt.Bucket, id core.ID) [][]byte {
	var keys [][]byte
	prefix, c := historyPrefix(id), b.Cursor()
	for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = c.Next() {
		keys = append(keys, k)
	}
	return keys
}

// dropHistory removes all lines of an account.
func dropHistory(tx *bbolt.Tx, id core.ID) error {
	b := tx.Bucket([]byte(bucketHistory))
	for _, k := range historyKeys(b, id) {
		if err := b.Delete(k); err != nil {
			return err
		}
	}
	return nil
}

// History returns an account's newest lines, newest first; limit 0 or less
// means all. A line that does not decode is left out.
func (s *Store) History(id core.ID, limit int) ([]core.Entry, error) {
	if limit <= 0 || limit > MaxHistory {
		limit = MaxHistory
	}
	var out []core.Entry
	err := s.view("read the history", func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(bucketHistory))
		keys := historyKeys(b, id)
		for i := len(keys) - 1; i >= 0 && len(out) < limit; i-- {
			var e core.Entry
			if json.Unmarshal(b.Get(keys[i]), &e) == nil {
				out = append(out, e)
			}
		}
		return nil
	})
	return out, err
}

// RefusedIP is the address that the newest of an account's failures names, of
// those that name another than ip; "" when none does.
func (s *Store) RefusedIP(id core.ID, ip string) (string, error) {
	lines, err := s.History(id, 0)
	for _, e := range lines {
		if e.What == core.DidFail && e.CallerIP != "" && e.CallerIP != ip {
			return e.CallerIP, err
		}
	}
	return "", err
}

// forcedRecord counts the forced fetches of an account on one day of Beijing.
type forcedRecord struct {
	Day  string    `json:"day"`
	N    int       `json:"n"`
	Last time.Time `json:"last"`
}

// Forced returns how many forced fetches of the account count on day, and when
// the last one was, on whichever day.
func (s *Store) Forced(id core.ID, day string) (n int, last time.Time, err error) {
	var r forcedRecord
	err = s.view("read the forced refreshes", func(tx *bbolt.Tx) error {
		r = readForced(tx, id)
		return nil
	})
	if r.Day != day {
		r.N = 0
	}
	return r.N, r.Last, err
}

// CountForce counts a forced fetch at the time given.
func (s *Store) CountForce(id core.ID, day string, at time.Time) error {
	return s.update("count the forced refresh", func(tx *bbolt.Tx) error {
		r := readForced(tx, id)
		if r.Day != day {
			r = forcedRecord{Day: day}
		}
		r.N, r.Last = r.N+1, at.UTC()
		value, err := json.Marshal(r)
		if err != nil {
			return err
		}
		return tx.Bucket([]byte(bucketForced)).Put([]byte(id), value)
	})
}

func readForced(tx *bbolt.Tx, id core.ID) forcedRecord {
	var r forcedRecord
	v := tx.Bucket([]byte(bucketForced)).Get([]byte(id))
	if v == nil || json.Unmarshal(v, &r) != nil {
		return forcedRecord{}
	}
	return r
}
