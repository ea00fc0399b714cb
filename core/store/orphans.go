package store

import (
	"encoding/binary"
	"io"
	"os"

	"go.etcd.io/bbolt"

	"tokentray/core"
)

// A backup lacks the accounts that were added after it, and then nothing would
// remember their secrets in the vault. So after a restore the damaged file is
// read once more, page by page without bbolt, for every account that it still
// names.

// disown writes the intent to remove the secret of each account that the
// damaged file names and the restored backup does not have. What cannot be read
// stays unknown.
func (s *Store) disown(damaged string) {
	named, err := namedIDs(damaged)
	if err != nil {
		s.log.Warn("secrets of accounts that were lost may stay in the vault", "err", err)
	}
	if len(named) == 0 {
		return
	}
	err = s.digested("note the secrets of lost accounts", func(tx *bbolt.Tx) error {
		for id := range named {
			if tx.Bucket([]byte(bucketAccounts)).Get([]byte(id)) != nil || tx.Bucket([]byte(bucketIntents)).Get([]byte(id)) != nil {
				continue
			}
			if err := s.putIntent(tx, id, opRemove); err != nil {
				return err
			}
			s.log.Warn("an account was lost with the damaged database; its secret leaves the vault", "account", id)
		}
		return nil
	})
	if err != nil {
		s.log.Warn("secrets of accounts that were lost may stay in the vault", "err", err)
	}
}

func namedIDs(path string) (map[core.ID]bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return scanIDs(f, info.Size()), nil
}

// What is read of a file that may be anything, and of one of its pages: ours
// stay far below.
const (
	maxScan = 256 << 20
	maxLeaf = 1 << 20
)

// scanIDs returns the keys of all leaf pages, free ones among them, that look
// like the ID of an account. One that was removed long ago does no harm: its
// secret is not there any more.
func scanIDs(r io.ReaderAt, length int64) map[core.ID]bool {
	size := int64(os.Getpagesize())
	if m, err := newestMeta(r, length); err == nil {
		size = int64(m.pageSize)
	}
	out := map[core.ID]bool{}
	head := make([]byte, pageHeader)
	for at := int64(0); at < min(length, maxScan); at += size {
		if _, err := r.ReadAt(head, at); err != nil {
			continue // a bad sector; the next page may be well
		}
		if binary.NativeEndian.Uint64(head) != uint64(at/size) || binary.NativeEndian.Uint16(head[8:]) != flagLeaf {
			continue
		}
		pages := 1 + int64(binary.NativeEndian.Uint32(head[12:]))
		buf := make([]byte, min(pages*size, length-at, maxLeaf))
		n, _ := r.ReadAt(buf, at)
		leafIDs(buf[:n], out, true)
	}
	return out
}

// leafIDs adds the keys of a leaf page that look like IDs, and of the buckets
// that lie inside it.
func leafIDs(buf []byte, out map[core.ID]bool, nested bool) {
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
			if isID(key) {
				out[core.ID(key)] = true
			}
		case nested && len(value) > bucketHeader:
			leafIDs(value[bucketHeader:], out, false) // ours do not lie in one another
		}
	}
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
