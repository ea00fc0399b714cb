package store

import (
	"bytes"
	"errors"
	"os"
	"testing"
	"time"

	"tokentray/core"
)

// TestDamageWhileOpen spoils the file under an open store: every call answers
// with an error, none hangs, and the next start repairs.
func TestDamageWhileOpen(t *testing.T) {
	h := newHome(t)
	ids := fill(t, h.Store, 300, 0)
	f, err := os.OpenFile(h.path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(bytes.Repeat([]byte{0xA5}, int(info.Size())-8192), 8192); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = h.Accounts()
	wantError(t, err, core.Internal, ErrDamaged)
	wantError(t, h.SaveToken(ids[0], core.Token{Value: "t"}), core.Internal, ErrDamaged)
	wantError(t, h.Append(ids[0], core.Entry{}), core.Internal, ErrDamaged)
	h.close()
	h.open()
	if len(h.refs()) != 300 || h.Repaired() == nil {
		t.Errorf("the next start: %d accounts, repaired %+v", len(h.refs()), h.Repaired())
	}
}

// TestCutWhileOpen takes pages away under the mapped file, which faults.
func TestCutWhileOpen(t *testing.T) {
	h := newHome(t)
	fill(t, h.Store, 300, 0)
	if err := os.Truncate(h.path, 8192); err != nil {
		t.Fatal(err)
	}
	_, err := h.Accounts()
	wantError(t, err, core.Internal, ErrDamaged)
	h.close()
	h.open()
	if len(h.refs()) != 300 {
		t.Errorf("%d accounts", len(h.refs()))
	}
}

func TestSecondProcessIsTold(t *testing.T) {
	h := newHome(t)
	_, err := Open(h.path, h.opt)
	wantError(t, err, core.Internal, ErrInUse)
	if h.add("still"); len(h.refs()) != 1 {
		t.Error("the first was disturbed")
	}
}

// TestTwoRepairersAtOnce starts two programs on one damaged file: one repairs
// and owns it, the other is told so.
func TestTwoRepairersAtOnce(t *testing.T) {
	h, _ := kept(t)
	h.write([]byte("damaged"))
	type result struct {
		s   *Store
		err error
	}
	results := make(chan result)
	opt := h.opt
	opt.Log, opt.LockWait = nil, time.Second // with less, each can meet the other's lock and leave
	for range 2 {
		go func() {
			s, err := Open(h.path, opt)
			results <- result{s, err}
		}()
	}
	owners := 0
	for range 2 {
		r := <-results
		switch {
		case r.err == nil:
			owners++
			defer func() { _ = r.s.Close() }()
		case !errors.Is(r.err, ErrInUse):
			t.Errorf("the other: %v", r.err)
		}
	}
	if owners != 1 || len(h.corrupt()) != 1 {
		t.Errorf("%d owners, moved aside: %v", owners, h.corrupt())
	}
}
