package store

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
)

// This file reads the pages of a bbolt file without bbolt. bbolt checksums only its
// two meta pages and trusts every other page: a damaged one makes it panic, read
// beyond the file or loop for ever, and its own Check does so too. The format is
// bbolt's version 2, in the machine's byte order.

// readFrom is the release of bbolt whose sources this file was read from
// (internal/common: page.go, meta.go, inode.go, bucket.go). A test fails when
// go.mod names another: compare the format then.
const readFrom = "v1.5.0"

// Sizes and flags of the format (bbolt internal/common).
const (
	pageHeader   = 16 // id 8, flags 2, count 2, overflow 4
	elementSize  = 16 // of a branch and of a leaf page alike
	bucketHeader = 16 // root 8, sequence 8
	metaSize     = 64

	flagBranch   = 0x01
	flagLeaf     = 0x02
	flagFreelist = 0x10
	flagBucket   = 0x01 // of a leaf element

	metaMagic   = 0xED0CDAED
	metaVersion = 2
	noFreelist  = ^uint64(0)
)

// pages is a walk over every page that the newest valid meta page reaches.
type pages struct {
	r     io.ReaderAt
	size  uint64 // of a page
	count uint64 // of pages, the high-water mark
	seen  map[uint64]bool
}

// checkPages reports damage in the bbolt file r of the given length, as an error
// with ErrDamaged in its chain.
func checkPages(r io.ReaderAt, length int64) (*meta, error) {
	m, err := newestMeta(r, length)
	if err != nil {
		return nil, err
	}
	p := &pages{r, uint64(m.pageSize), m.count, map[uint64]bool{}}
	if p.count > uint64(length)/p.size {
		return nil, damage("the file is cut off: %d pages of %d bytes do not fit in %d", p.count, p.size, length)
	}
	if err := p.tree(m.root, 0, span{}); err != nil {
		return nil, err
	}
	return m, p.freelist(m.freelist)
}

func damage(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(format, args...))
}

// meta is one of the two meta pages, which the transactions write in turn.
type meta struct {
	pageSize              uint32
	root, freelist, count uint64
	tx                    uint64 // number of the transaction
	at                    int64  // its position
	alone                 bool   // the other meta page is not valid
	lostNewer             bool   // and may have belonged to the next transaction
}

// newPages is how many pages a new database of bbolt has.
const newPages = 4

// newestMeta returns the valid meta page of the newest transaction. The second one
// is a page further on, and only a valid one tells how long a page is.
func newestMeta(r io.ReaderAt, length int64) (*meta, error) {
	var best *meta
	valid := 0
	for at := int64(0); at+pageHeader+metaSize <= length; {
		if m := readMeta(r, at); m != nil {
			if valid++; best == nil || m.tx > best.tx {
				best = m
			}
		}
		switch {
		case at == 0:
			at = 1 << 10
		default:
			at <<= 1
		}
		if at > 1<<24 {
			break
		}
	}
	if best == nil {
		return nil, damage("it is no database")
	}
	if best.alone = valid < 2; best.alone {
		other := int64(best.pageSize) - best.at // in a backup the first is the newest, whatever its number
		best.lostNewer = numberAt(r, other) != best.tx-1
	}
	return best, nil
}

// numberAt is the number of the transaction that a meta page names, valid or not.
func numberAt(r io.ReaderAt, at int64) uint64 {
	buf := make([]byte, pageHeader+metaSize)
	if _, err := r.ReadAt(buf, at); err != nil {
		return 0
	}
	return binary.NativeEndian.Uint64(buf[pageHeader+48:])
}

func readMeta(r io.ReaderAt, at int64) *meta {
	buf := make([]byte, pageHeader+metaSize)
	if _, err := r.ReadAt(buf, at); err != nil {
		return nil
	}
	e, b := binary.NativeEndian, buf[pageHeader:]
	sum := fnv.New64a()
	_, _ = sum.Write(b[:metaSize-8])
	if e.Uint32(b) != metaMagic || e.Uint32(b[4:]) != metaVersion || e.Uint64(b[metaSize-8:]) != sum.Sum64() {
		return nil
	}
	m := &meta{
		pageSize: e.Uint32(b[8:]), root: e.Uint64(b[16:]), freelist: e.Uint64(b[32:]),
		count: e.Uint64(b[40:]), tx: e.Uint64(b[48:]),
	}
	m.at = at
	if m.pageSize < 1<<10 || m.pageSize > 1<<24 || at != 0 && at != int64(m.pageSize) {
		return nil
	}
	return m
}

// page reads a page with its overflow and marks it as seen.
func (p *pages) page(id uint64) ([]byte, error) {
	if id < 2 || id >= p.count {
		return nil, damage("page %d lies outside", id)
	}
	head := make([]byte, pageHeader)
	if _, err := p.r.ReadAt(head, int64(id*p.size)); err != nil {
		return nil, fmt.Errorf("read page %d: %w", id, err)
	}
	more := uint64(binary.NativeEndian.Uint32(head[12:]))
	if binary.NativeEndian.Uint64(head) != id || more >= p.count-id {
		return nil, damage("page %d has a wrong head", id)
	}
	for i := id; i <= id+more; i++ {
		if p.seen[i] {
			return nil, damage("page %d is used twice", i)
		}
		p.seen[i] = true
	}
	buf := make([]byte, (more+1)*p.size)
	if _, err := p.r.ReadAt(buf, int64(id*p.size)); err != nil {
		return nil, fmt.Errorf("read page %d: %w", id, err)
	}
	return buf, nil
}

// maxDepth bounds the tree; a page holds at least two entries, so a sound file never
// comes near it.
const maxDepth = 64

// span is the range of a page's keys, according to the page above: they begin with
// first and come before end. nil is no bound. bbolt finds a page by its first key
// when it writes the page above: with another key it would enter the page a second
// time, and keep using the old one, which is free by then.
type span struct{ first, end []byte }

// holds reports whether the i-th key of a page lies in the span.
func (s span) holds(i int, key []byte) bool {
	if i == 0 && s.first != nil && !bytes.Equal(key, s.first) {
		return false
	}
	return s.end == nil || slices.Compare(key, s.end) < 0
}

func (p *pages) tree(id uint64, depth int, keys span) error {
	if depth > maxDepth {
		return damage("the tree is too deep")
	}
	buf, err := p.page(id)
	if err != nil {
		return err
	}
	return p.node(buf, id, depth, keys)
}

// node checks the elements of a branch or leaf page, inline ones among them.
func (p *pages) node(buf []byte, id uint64, depth int, keys span) error {
	if len(buf) < pageHeader {
		return damage("page %d is too short", id)
	}
	e := binary.NativeEndian
	flags, count := e.Uint16(buf[8:]), int(e.Uint16(buf[10:]))
	if flags != flagBranch && flags != flagLeaf {
		return damage("page %d is of no known kind", id)
	}
	if pageHeader+count*elementSize > len(buf) || flags == flagBranch && count == 0 {
		return damage("page %d has a wrong number of entries", id)
	}
	all := make([][2][]byte, count)
	for i := range count {
		key, value, ok := element(buf, i, flags)
		switch {
		case !ok:
			return damage("page %d: entry %d lies outside", id, i)
		case i > 0 && slices.Compare(all[i-1][0], key) >= 0:
			return damage("page %d is out of order", id)
		case !keys.holds(i, key):
			return damage("page %d has a key of another", id)
		}
		all[i] = [2][]byte{key, value}
	}
	for i, entry := range all {
		el, value := buf[pageHeader+i*elementSize:], entry[1]
		var err error
		switch {
		case flags == flagBranch:
			below := span{entry[0], keys.end}
			if i+1 < count {
				below.end = all[i+1][0]
			}
			err = p.tree(e.Uint64(el[8:]), depth+1, below)
		case e.Uint32(el)&flagBucket != 0:
			err = p.bucket(value, id, depth)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// element is the key and the value of an entry; ok is false when it lies outside
// of its page.
func element(buf []byte, i int, flags uint16) (key, value []byte, ok bool) {
	e, el := binary.NativeEndian, buf[pageHeader+i*elementSize:]
	pos, ksize, vsize := uint64(e.Uint32(el)), uint64(e.Uint32(el[4:])), uint64(0)
	if flags == flagLeaf {
		pos, ksize, vsize = uint64(e.Uint32(el[4:])), uint64(e.Uint32(el[8:])), uint64(e.Uint32(el[12:]))
	}
	if pos < elementSize || pos+ksize+vsize > uint64(len(el)) {
		return nil, nil, false
	}
	return el[pos : pos+ksize], el[pos+ksize : pos+ksize+vsize], true
}

// bucket follows a bucket to its root page, or into the page kept inline.
func (p *pages) bucket(value []byte, id uint64, depth int) error {
	if len(value) < bucketHeader {
		return damage("page %d: a bucket is cut off", id)
	}
	root := binary.NativeEndian.Uint64(value)
	switch {
	case root != 0:
		return p.tree(root, depth+1, span{})
	case depth > maxDepth:
		return damage("the tree is too deep")
	}
	return p.node(value[bucketHeader:], id, depth+1, span{})
}

// freelist checks that no page is both free and in use: the next write would destroy
// it.
func (p *pages) freelist(id uint64) error {
	if id == noFreelist {
		return nil
	}
	buf, err := p.page(id)
	if err != nil {
		return err
	}
	e := binary.NativeEndian
	if e.Uint16(buf[8:]) != flagFreelist {
		return damage("page %d is not the list of free pages", id)
	}
	ids, count := buf[pageHeader:], uint64(e.Uint16(buf[10:]))
	if count == 0xFFFF { // a long list keeps its length in the first entry
		count, ids = e.Uint64(ids), ids[8:]
	}
	if count > uint64(len(ids))/8 {
		return damage("the list of free pages is cut off")
	}
	for i := range count {
		free := e.Uint64(ids[i*8:])
		if free < 2 || free >= p.count || p.seen[free] {
			return damage("page %d is both free and in use", free)
		}
		p.seen[free] = true
	}
	return nil
}
