package store

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"time"

	"go.etcd.io/bbolt"

	"tokentray/core"
)

// MaxHistory is how many lines of history an account keeps: more than five weeks of
// renewals of a token that lives two hours. Lines younger than dayKept stay beyond
// that, up to MaxDay, so that a day of tokens that live two minutes can be shown
// completely.
const (
	MaxHistory = 500
	MaxDay     = 2000
	dayKept    = 25 * time.Hour
)

// A line's key is the account's ID and a number that only grows, so that an
// account's lines are adjacent and in order.
func historyKey(id core.ID, n uint64) []byte {
	return binary.BigEndian.AppendUint64(historyPrefix(id), n)
}

func historyPrefix(id core.ID) []byte { return append([]byte(id), '/') }

// Append adds a line to an account's history and drops the oldest beyond the limit.
// A line for an account that is gone is dropped, because the fetch may outlive it.
func (s *Store) Append(id core.ID, e core.Entry) error {
	const doing = "save the history"
	return s.update(doing, func(tx *bbolt.Tx) error { return appendLine(tx, id, e) })
}

func appendLine(tx *bbolt.Tx, id core.ID, e core.Entry) error {
	e.At, e.Expires, e.PrevUntil, e.RetryAt = e.At.UTC(), e.Expires.UTC(), e.PrevUntil.UTC(), e.RetryAt.UTC()
	value, err := json.Marshal(e)
	if err != nil {
		return err
	}
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
		if i >= len(keys)-MaxDay && young(b.Get(keys[i]), e.At) {
			break
		}
		if err := b.Delete(keys[i]); err != nil {
			return err
		}
	}
	return nil
}

// young reports whether a line belongs to the day that is kept completely.
func young(line []byte, now time.Time) bool {
	var e core.Entry
	return json.Unmarshal(line, &e) == nil && now.Sub(e.At) < dayKept
}

// historyKeys are the keys of an account's lines, oldest first. They are valid until
// the bucket is written to page, that is, within the transaction.
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

// LastLines returns the newest line of each account's history that tells of the account
// itself, and not of a push or a call. Accounts without one are left out, as is a line
// that does not decode.
func (s *Store) LastLines() (map[core.ID]core.Entry, error) {
	out := map[core.ID]core.Entry{}
	err := s.view("read the history", func(tx *bbolt.Tx) error {
		c := tx.Bucket([]byte(bucketHistory)).Cursor()
		return tx.Bucket([]byte(bucketAccounts)).ForEach(func(id, _ []byte) error {
			prefix := historyPrefix(core.ID(id))
			for k, v := lastOf(c, core.ID(id)); bytes.HasPrefix(k, prefix); k, v = c.Prev() {
				var e core.Entry
				if err := json.Unmarshal(v, &e); err == nil && e.Target != "" {
					continue
				} else if err == nil {
					out[core.ID(id)] = e
				}
				break
			}
			return nil
		})
	})
	return out, err
}

// History returns an account's newest lines that are not older than since, newest
// first; the zero time and a limit of 0 or less mean all. Lines that do not decode
// are skipped.
func (s *Store) History(id core.ID, since time.Time, limit int) ([]core.Entry, error) {
	if limit <= 0 || limit > MaxDay {
		limit = MaxDay
	}
	var out []core.Entry
	err := s.view("read the history", func(tx *bbolt.Tx) error {
		b := tx.Bucket([]byte(bucketHistory))
		keys := historyKeys(b, id)
		for i := len(keys) - 1; i >= 0 && len(out) < limit; i-- {
			var e core.Entry
			if json.Unmarshal(b.Get(keys[i]), &e) != nil {
				continue
			}
			if e.At.Before(since) {
				break
			}
			out = append(out, e)
		}
		return nil
	})
	return out, err
}

// RefusedIP is the address in the newest of an account's failures that name an
// address other than ip; "" when there is none.
func (s *Store) RefusedIP(id core.ID, ip string) (string, error) {
	lines, err := s.History(id, time.Time{}, 0)
	for _, e := range lines {
		if e.What == core.DidFail && e.CallerIP != "" && e.CallerIP != ip {
			return e.CallerIP, err
		}
	}
	return "", err
}

// dayRecord counts an account's calls to upstream on one of its days.
type dayRecord struct {
	Day   string    `json:"day"`
	N     int       `json:"n"`    // forced fetches
	Last  time.Time `json:"last"` // forced fetch, on whichever day
	Calls int       `json:"calls,omitempty"`
	// Looked is when the watch last asked about a token, on whichever day.
	Looked time.Time `json:"looked,omitzero"`
}

// on is the record as it counts on day: the counts of another day are gone.
func (r dayRecord) on(day string) dayRecord {
	if r.Day != day {
		r = dayRecord{Day: day, Last: r.Last, Looked: r.Looked}
	}
	return r
}

// Forced returns how many forced fetches of the account count on day, and when
// the last one was, on whichever day.
func (s *Store) Forced(id core.ID, day string) (n int, last time.Time, err error) {
	var r dayRecord
	err = s.view("read the forced refreshes", func(tx *bbolt.Tx) error {
		r = readDay(tx.Bucket([]byte(bucketForced)).Get([]byte(id))).on(day)
		return nil
	})
	return r.N, r.Last, err
}

// CountForce counts a forced fetch at the time given.
func (s *Store) CountForce(id core.ID, day string, at time.Time) error {
	return s.update("count the forced refresh", func(tx *bbolt.Tx) error {
		return count(tx, id, day, func(r *dayRecord) { r.N, r.Last = r.N+1, at.UTC() })
	})
}

// Counts returns each account's calls to upstream on its last day with any.
func (s *Store) Counts() (map[core.ID]core.DayCounts, error) {
	out := map[core.ID]core.DayCounts{}
	err := s.view("read what was asked today", func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(bucketForced)).ForEach(func(k, v []byte) error {
			if r := readDay(v); r.Day != "" {
				out[core.ID(k)] = core.DayCounts{Day: r.Day, Counts: core.Counts{Calls: r.Calls, Forced: r.N}, Looked: r.Looked}
			}
			return nil
		})
	})
	return out, err
}

func count(tx *bbolt.Tx, id core.ID, day string, add func(*dayRecord)) error {
	b := tx.Bucket([]byte(bucketForced))
	r := readDay(b.Get([]byte(id))).on(day)
	add(&r)
	value, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return b.Put([]byte(id), value)
}

// mostADay is more than anyone counts.
const mostADay = 1 << 30

// readDay decodes a record. One that does not decode, or counts what nobody counts, counts
// nothing.
func readDay(v []byte) dayRecord {
	var r dayRecord
	if v == nil || json.Unmarshal(v, &r) != nil || min(r.N, r.Calls) < 0 || max(r.N, r.Calls) > mostADay {
		return dayRecord{}
	}
	return r
}
