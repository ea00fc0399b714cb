package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"tokentray/core"
)

// kept makes a home of two accounts that is closed and has a backup of both,
// and returns the bytes of its file.
func kept(t *testing.T) (*home, []byte) {
	t.Helper()
	h := newHome(t)
	h.add("a")
	h.clock.add(2 * time.Hour)
	h.add("b")
	h.clock.add(2 * time.Hour)
	h.close()
	data, err := os.ReadFile(h.path)
	if err != nil {
		t.Fatal(err)
	}
	return h, data
}

func (h *home) write(data []byte) {
	h.t.Helper()
	if err := os.WriteFile(h.path, data, 0o600); err != nil {
		h.t.Fatal(err)
	}
}

func (h *home) corrupt() []string {
	files, _ := filepath.Glob(h.path + ".corrupt-*")
	return files
}

func TestDamagedFileIsReplacedByTheBackup(t *testing.T) {
	for name, spoil := range map[string]func([]byte) []byte{
		"text":       func([]byte) []byte { return bytes.Repeat([]byte("not a database\n"), 4096) },
		"short text": func([]byte) []byte { return []byte("hello") },
		"empty":      func([]byte) []byte { return nil },
		"zeros":      func(b []byte) []byte { return make([]byte, len(b)) },
		"cut":        func(b []byte) []byte { return b[:len(b)/2] },
		"cut inside": func(b []byte) []byte { return b[:len(b)/2-100] },
		"one page":   func(b []byte) []byte { return b[:4096] },
		"both metas": func(b []byte) []byte { clear(b[:8192]); return b },
		"data pages": func(b []byte) []byte {
			for i := 8192; i < len(b); i++ {
				b[i] ^= 0x55
			}
			return b
		},
	} {
		t.Run(name, func(t *testing.T) {
			h, data := kept(t)
			spoiled := spoil(bytes.Clone(data))
			h.write(spoiled)
			h.open()
			if got := h.refs(); !slices.Equal(got, []string{"a/sandbox", "b/sandbox"}) {
				t.Errorf("accounts after the repair: %v", got)
			}
			r := h.Repaired()
			if runtime.GOOS == "windows" && strings.HasPrefix(name, "cut") && r == nil {
				return // bbolt made the file long again, and no page in use was lost
			}
			if r == nil || r.Backup.IsZero() || r.Key() != "store_restored" {
				t.Fatalf("Repaired = %+v", r)
			}
			moved, err := os.ReadFile(r.Moved)
			if rest, ok := bytes.CutPrefix(moved, spoiled); ok && runtime.GOOS == "windows" && len(bytes.Trim(rest, "\x00")) == 0 {
				moved = spoiled // bbolt makes the file as long as its mapping
			}
			if err != nil || !bytes.Equal(moved, spoiled) {
				t.Errorf("the damaged file was not kept: %v", err)
			}
			h.add("c")
			h.RepairDone()
			h.reopen()
			if h.Repaired() != nil || len(h.refs()) != 3 {
				t.Errorf("the next start: repaired %+v, accounts %v", h.Repaired(), h.refs())
			}
			if left, _ := filepath.Glob(h.path + ".repair"); left != nil {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestDamagedFileWithoutBackup(t *testing.T) {
	h := newHome(t)
	h.close()
	h.write([]byte(strings.Repeat("somebody's diary\n", 1000)))
	h.open()
	r := h.Repaired()
	if r == nil || !r.Backup.IsZero() || r.Key() != "store_emptied" {
		t.Fatalf("Repaired = %+v", r)
	}
	if moved, err := os.ReadFile(r.Moved); err != nil || !bytes.HasPrefix(moved, []byte("somebody")) {
		t.Errorf("the file was not kept: %v", err)
	}
	h.add("shop")
}

// TestMissingFileIsRestored: a file that somebody removed comes back from its
// backup, and people are told. Without its backups, as after a reset, the home
// begins empty.
func TestMissingFileIsRestored(t *testing.T) {
	h, _ := kept(t)
	id := h.HomeID()
	if err := os.Remove(h.path); err != nil {
		t.Fatal(err)
	}
	h.open()
	if got := h.refs(); !slices.Equal(got, []string{"a/sandbox", "b/sandbox"}) || h.HomeID() != id {
		t.Errorf("accounts after the repair: %v", got)
	}
	r := h.Repaired()
	if r == nil || r.Backup.IsZero() || r.Moved != "" || r.Key() != "store_refound" || len(h.corrupt()) != 0 {
		t.Errorf("Repaired = %+v, moved aside: %v", r, h.corrupt())
	}
	h.RepairDone()
	h.close()
	for _, b := range listBackups(h.Store.opt.Backups) {
		if err := os.Remove(b.path); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(h.path); err != nil {
		t.Fatal(err)
	}
	h.open()
	if len(h.refs()) != 0 || h.Repaired() != nil || h.HomeID() == id {
		t.Errorf("without backups: accounts %v, repaired %+v", h.refs(), h.Repaired())
	}
}

// TestMissingFileWithBadBackups: backups that cannot be read keep nobody out.
func TestMissingFileWithBadBackups(t *testing.T) {
	h, _ := kept(t)
	for _, b := range listBackups(h.Store.opt.Backups) {
		if err := os.WriteFile(b.path, []byte("damaged"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(h.path); err != nil {
		t.Fatal(err)
	}
	h.open()
	if len(h.refs()) != 0 || h.Repaired() != nil {
		t.Errorf("accounts %v, repaired %+v", h.refs(), h.Repaired())
	}
}

func TestLeftoversOfAKilledStartAreSwept(t *testing.T) {
	h, _ := kept(t)
	dir := filepath.Dir(h.path)
	mine := []string{"notes.new-1", "tokentray.db.corrupt-1", "tokentray.db.repaired"}
	for _, name := range append([]string{"tokentray.db.new-00", "tokentray.db.repair", ".tokentray.db.1.tmp"}, mine...) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	h.open()
	var left []string
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if want := slices.Concat([]string{"backups"}, mine[:1], []string{"tokentray.db"}, mine[1:]); !slices.Equal(left, want) {
		t.Errorf("the home holds %v, want %v", left, want)
	}
}

func TestForeignDatabaseIsMovedAside(t *testing.T) {
	h := newHome(t)
	h.close()
	if err := os.Remove(h.path); err != nil {
		t.Fatal(err)
	}
	db, err := bbolt.Open(h.path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("theirs")); return err }); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	h.open()
	if len(h.corrupt()) != 1 || h.Repaired() == nil {
		t.Errorf("moved aside: %v", h.corrupt())
	}
}

func TestOlderBackupServesWhenTheNewestIsDamaged(t *testing.T) {
	h, _ := kept(t)
	h.clock.add(24 * time.Hour)
	h.open()
	h.add("c")
	h.close()
	backups := listBackups(filepath.Join(filepath.Dir(h.path), "backups"))
	if len(backups) < 2 {
		t.Fatalf("backups: %v", backups)
	}
	if err := os.WriteFile(backups[0].path, []byte("damaged too"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.write(nil)
	h.open()
	if got := h.refs(); !slices.Equal(got, []string{"a/sandbox", "b/sandbox"}) {
		t.Errorf("accounts: %v", got)
	}
	if !h.Repaired().Backup.Equal(backups[1].at) {
		t.Errorf("restored the backup of %v, want %v", h.Repaired().Backup, backups[1].at)
	}
}

// TestFlippedBytes damages one byte after another, and runs of them, all over
// the file of a large and a small home: whatever is hit, opening neither
// panics nor loses an account.
func TestFlippedBytes(t *testing.T) {
	small, data := kept(t)
	want := []string{"a/sandbox", "b/sandbox"}
	for at := 0; at < len(data); at += 1 + at/24 {
		survives(t, small, flip(data, at, 1, 0xFF), want, fmt.Sprint("byte ", at))
	}
	large := newHome(t)
	fill(t, large.Store, 300, 2)
	large.close()
	want = nil
	for i := range 300 {
		want = append(want, fmt.Sprintf("shop-%04d/sandbox", i))
	}
	data, err := os.ReadFile(large.path)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		at, n := r.IntN(len(data)), 1+r.IntN(64)
		survives(t, large, flip(data, at, n, byte(1+r.IntN(255))), want, fmt.Sprintf("%d bytes at %d", n, at))
	}
	for page := 0; page < len(data)/4096; page += 3 { // heads of pages, where the structure is
		survives(t, large, flip(data, page*4096+r.IntN(48), 1, 1<<r.IntN(8)), want, fmt.Sprint("head of page ", page))
	}
}

// TestAKeyThatLeadsElsewhere: a byte of a key in a branch page is another, so that
// bbolt looks for records where they are not, and at the next write enters a page
// twice, of which one is free.
func TestAKeyThatLeadsElsewhere(t *testing.T) {
	h := newHome(t)
	fill(t, h.Store, 300, 2)
	h.close()
	data, err := os.ReadFile(h.path)
	if err != nil {
		t.Fatal(err)
	}
	live, noticed := 0, 0
	for page := 2; page < len(data)/4096; page++ {
		buf := data[page*4096 : (page+1)*4096 : (page+1)*4096]
		if binary.NativeEndian.Uint16(buf[8:]) != flagBranch || !reaches(t, data, uint64(page)) {
			continue
		}
		for i := range int(binary.NativeEndian.Uint16(buf[10:])) {
			key, _, ok := element(buf, i, flagBranch)
			if !ok {
				t.Fatalf("page %d, entry %d cannot be read", page, i)
			}
			for _, by := range []byte{1, 0xFF} { // one more, one less
				live++
				key[len(key)-1] += by
				if _, err := checkPages(bytes.NewReader(data), int64(len(data))); errors.Is(err, ErrDamaged) {
					noticed++
				}
				key[len(key)-1] -= by
			}
		}
	}
	if live < 10 || noticed != live {
		t.Errorf("of %d keys that lead elsewhere %d were noticed", live, noticed)
	}
}

// TestAMetaPageThatIsUnreadable: without the newest one the last change is gone,
// which is told; without the one before it nothing is.
func TestAMetaPageThatIsUnreadable(t *testing.T) {
	h := newHome(t)
	h.add("a")
	h.clock.add(2 * time.Hour)
	h.add("b")
	data, err := os.ReadFile(h.path) // before Close backs it up
	if err != nil {
		t.Fatal(err)
	}
	h.close()
	m, err := newestMeta(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	page := int(m.pageSize)
	newest, before := int(m.tx%2)*page, int((m.tx+1)%2)*page
	for name, c := range map[string]struct {
		at   int
		tell bool
	}{
		"the newest":     {newest + pageHeader + 16, true},
		"the one before": {before + pageHeader + 16, false},
		"its number":     {before + pageHeader + 48, true}, // nobody knows any more which it was
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.RemoveAll(filepath.Join(filepath.Dir(h.path), "backups")); err != nil {
				t.Fatal(err)
			}
			h.write(flip(data, c.at, 1, 0x40))
			h.open()
			defer h.close()
			if r := h.Repaired(); (r != nil) != c.tell || r != nil && (r.Key() != "store_behind" || r.Moved != "") {
				t.Errorf("repaired: %+v", r)
			}
			if got := h.refs(); !slices.Contains(got, "a/sandbox") {
				t.Errorf("accounts: %q", got)
			}
			h.RepairDone()
		})
	}
}

// reaches reports whether a page is in use.
func reaches(t *testing.T, data []byte, page uint64) bool {
	t.Helper()
	m, err := newestMeta(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	p := &pages{bytes.NewReader(data), uint64(m.pageSize), m.count, map[uint64]bool{}}
	if err := p.tree(m.root, 0, span{}); err != nil {
		t.Fatal(err)
	}
	return p.seen[page]
}

func flip(data []byte, at, n int, mask byte) []byte {
	out := bytes.Clone(data)
	for i := at; i < min(at+n, len(out)); i++ {
		out[i] ^= mask
	}
	return out
}

// survives opens a damaged copy of the home with its backup and compares the
// accounts.
func survives(t *testing.T, h *home, data []byte, want []string, what string) {
	t.Helper()
	for _, f := range h.corrupt() {
		_ = os.Remove(f)
	}
	h.write(data)
	s, err := Open(h.path, h.opt)
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	h.Store = s
	defer func() { _ = s.Close() }()
	if got := h.refs(); !slices.Equal(got, want) {
		t.Errorf("%s: accounts %.100q, want %.100q (repaired %+v)", what, got, want, s.Repaired())
	}
	if _, err := s.Settings(); err != nil {
		t.Errorf("%s: settings: %v", what, err)
	}
	if err := s.Touch(map[core.ID]time.Time{"nobody": {}}); err != nil {
		t.Errorf("%s: a write after the repair: %v", what, err)
	}
}

// FuzzPages throws arbitrary bytes at the check that runs before bbolt.
func FuzzPages(f *testing.F) {
	path := filepath.Join(f.TempDir(), "db")
	s, err := Open(path, Options{})
	if err != nil {
		f.Fatal(err)
	}
	fill(f, s, 3, 1)
	if err := s.Close(); err != nil {
		f.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	if _, err := checkPages(bytes.NewReader(data), int64(len(data))); err != nil {
		f.Fatalf("a sound file: %v", err)
	}
	f.Add(uint32(8192), []byte{1, 2, 3}, uint16(0))
	f.Add(uint32(0), []byte{0xED}, uint16(4096))
	f.Fuzz(func(t *testing.T, at uint32, patch []byte, cut uint16) {
		b := bytes.Clone(data)
		copy(b[int(at)%len(b):], patch)
		b = b[:len(b)-min(int(cut), len(b))]
		if _, err := checkPages(bytes.NewReader(b), int64(len(b))); err != nil {
			return
		}
		// What passes the check must not make bbolt panic.
		path := filepath.Join(t.TempDir(), "db")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoSync: true})
		if err != nil {
			return
		}
		defer func() { _ = db.Close() }()
		_ = db.View(func(tx *bbolt.Tx) error {
			if _, err := schemaOf(tx); err == nil {
				_ = decodeAll(tx)
			}
			return nil
		})
	})
}
