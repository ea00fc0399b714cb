//go:build !windows

package store

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"tokentray/core"
)

// TestNothingWaitsForAPipe that stands in the place of the database, of a backup
// or of the lock of a repair; and nothing is moved or written for it.
func TestNothingWaitsForAPipe(t *testing.T) {
	pipe := func(t *testing.T, path string) {
		t.Helper()
		_ = os.Remove(path)
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("the database", func(t *testing.T) {
		h := newHome(t)
		h.add("a")
		h.close()
		pipe(t, h.path)
		for what, try := range map[string]func() error{
			"open":    func() error { _, err := Open(h.path, h.opt); return err },
			"inspect": func() error { return Inspect(h.path) },
		} {
			if e := wantError(t, try(), core.Internal, nil); e.Remedy != core.RemedyPlainFile {
				t.Errorf("%s: %v, remedy %s", what, e, e.Remedy)
			}
		}
		if info, err := os.Lstat(h.path); err != nil || info.Mode().IsRegular() || len(h.corrupt()) > 0 {
			t.Errorf("it was replaced: %v, %v", h.corrupt(), err)
		}
	})
	t.Run("a backup", func(t *testing.T) {
		h := newHome(t)
		h.add("a")
		h.close()
		pipe(t, filepath.Join(filepath.Dir(h.path), "backups", "accounts-"+h.clock.now().Add(time.Hour).Format(stamp)+".db"))
		if err := os.Remove(h.path); err != nil {
			t.Fatal(err)
		}
		h.open()
		if got := h.refs(); len(got) != 1 {
			t.Errorf("accounts %v", got)
		}
	})
	t.Run("the lock of a repair", func(t *testing.T) {
		h := newHome(t)
		h.add("a")
		h.close()
		h.write([]byte("notes"))
		pipe(t, h.path+lockMark)
		if _, err := Open(h.path, h.opt); err == nil {
			t.Error("a pipe was taken for a lock")
		}
	})
}
