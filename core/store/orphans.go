package store

import (
	"cmp"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"tokentray/core"
	"tokentray/core/durable"
)

// A backup lacks the accounts that were added after it, and no keyring can list its
// secrets. So before a damaged file is moved aside it is read once more, page by
// page without bbolt, for every account that it still names.

// remains is what can be read of a damaged file.
type remains struct {
	homes    map[string]bool                     // ids of the home, as a rule one
	accounts map[core.ID]map[string]core.Account // every ID, with each state of the account that is readable
	removed  map[core.ID]time.Time               // when a person removed it
}

// readRemains reads the file at path, which may contain anything. What cannot be
// read stays unknown.
func readRemains(path string, log *slog.Logger) *remains {
	f, err := durable.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		log.Warn("the damaged database cannot be read for the accounts in it", "err", err)
		return nil
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil
	}
	return scan(f, info.Size())
}

// takeRemains puts into the repair what only the damaged file has, and takes over
// the home's id if the database is new.
func (s *Store) takeRemains() error {
	r := s.remains
	if home := s.formerHome(); s.isNew && isID([]byte(home)) {
		err := s.update("keep the home's id", func(tx *bbolt.Tx) error {
			return tx.Bucket([]byte(bucketMeta)).Put([]byte(keyHome), []byte(home))
		})
		if err != nil {
			return err
		}
	}
	if s.repair == nil || r == nil {
		return nil
	}
	have, err := s.Accounts()
	if err != nil {
		return err
	}
	for _, a := range have {
		delete(r.accounts, a.ID)
	}
	s.repair.Lost = map[core.ID][]core.Account{}
	for id, states := range r.accounts {
		s.repair.Lost[id] = slices.Collect(maps.Values(states))
	}
	s.repair.Removed = r.lastRemoved()
	s.remains = nil
	return nil
}

// lastRemoved are the accounts that a person removed, the last first. The pages of a
// transaction are written before the meta page that commits it: after a kill between
// the two, they tell of a removal that never happened.
func (r *remains) lastRemoved() []core.ID {
	return slices.SortedFunc(maps.Keys(r.removed), func(a, b core.ID) int {
		return cmp.Or(r.removed[b].Compare(r.removed[a]), cmp.Compare(a, b))
	})
}

// FinishRemovals plans that the next Clean deletes from the vault the secrets of
// accounts that a person removed. Accounts that exist are skipped.
func (s *Store) FinishRemovals(ids ...core.ID) {
	if len(ids) > 0 {
		s.giveUp(ids...)
	}
}

// formerHome is the id under which the vault keeps what a lost database knew.
func (s *Store) formerHome() string {
	if s.remains != nil && len(s.remains.homes) == 1 {
		return slices.Collect(maps.Keys(s.remains.homes))[0]
	}
	return s.opt.Home
}

// Limits for a file that may contain anything, and for one of its pages: ours stay
// far below.
const (
	maxScan = 256 << 20
	maxLeaf = 1 << 20
)

// scan reads all leaf pages, free ones among them. An account that was removed long
// ago does no harm: its secret no longer exists.
func scan(r io.ReaderAt, length int64) *remains {
	size := int64(os.Getpagesize())
	if m, err := newestMeta(r, length); err == nil {
		size = int64(m.pageSize)
	}
	out := &remains{homes: map[string]bool{}, accounts: map[core.ID]map[string]core.Account{}, removed: map[core.ID]time.Time{}}
	head := make([]byte, pageHeader)
	for at := int64(0); at < min(length, maxScan); at += size {
		if _, err := r.ReadAt(head, at); err != nil {
			continue // a bad sector; the next page may be readable
		}
		if binary.NativeEndian.Uint64(head) != uint64(at/size) || binary.NativeEndian.Uint16(head[8:]) != flagLeaf {
			continue
		}
		pages := 1 + int64(binary.NativeEndian.Uint32(head[12:]))
		buf := make([]byte, min(pages*size, length-at, maxLeaf))
		n, _ := r.ReadAt(buf, at)
		out.leaf(buf[:n], true)
	}
	return out
}

// leaf reads the records of a leaf page, and of the buckets inside it.
func (r *remains) leaf(buf []byte, nested bool) {
	if len(buf) < pageHeader {
		return
	}
	e := binary.NativeEndian
	for i := range int(e.Uint16(buf[10:])) {
		if pageHeader+(i+1)*elementSize > len(buf) {
			return
		}
		el := buf[pageHeader+i*elementSize:]
		pos, ksize, vsize := uint64(e.Uint32(el[4:])), uint64(e.Uint32(el[8:])), uint64(e.Uint32(el[12:]))
		if pos+ksize+vsize > uint64(len(el)) {
			continue
		}
		key, value := el[pos:pos+ksize], el[pos+ksize:pos+ksize+vsize]
		switch {
		case e.Uint32(el)&flagBucket == 0:
			r.record(key, value)
		case nested && len(value) > bucketHeader:
			r.leaf(value[bucketHeader:], false) // ours are not nested
		}
	}
}

// record reads one record.
func (r *remains) record(key, value []byte) {
	if string(key) == keyHome && isID(value) {
		r.homes[string(value)] = true
	}
	if !isID(key) {
		return
	}
	id := core.ID(key)
	if r.accounts[id] == nil {
		r.accounts[id] = map[string]core.Account{}
	}
	if a, err := decodeAccount(key, value); err == nil {
		r.accounts[id][string(value)] = a
	}
	if in, err := decodeIntent(key, value); err == nil && in.Op == opRemove {
		r.removed[id] = later(in.At, r.removed[id])
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// isID reports whether key is written as core.NewID writes.
func isID(key []byte) bool {
	for _, c := range key {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return len(key) == len(core.NewID())
}
