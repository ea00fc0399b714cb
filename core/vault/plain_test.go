//go:build !windows

package vault

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"tokentray/core"
	"tokentray/core/durable"
)

// TestNothingWaitsForAPipe that stands in the place of the passphrase file, or of
// the index.
func TestNothingWaitsForAPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	f := NewFile(path, cheap)
	for what, try := range map[string]func() error{
		"unlock": func() error { return f.Unlock(t.Context(), pass) },
		"read":   func() error { _, err := f.Get(t.Context(), "key"); return err },
		"write":  func() error { return f.Set(t.Context(), "key", nil) },
	} {
		if e := wantError(t, try(), core.VaultClosed, ErrUnavailable); e.Remedy != core.RemedyPlainFile {
			t.Errorf("%s: %v, remedy %s", what, e, e.Remedy)
		}
	}
	wantError(t, f.Create(t.Context(), pass, nil), core.Invalid, ErrExists)
	if _, err := OpenIndex(path); !errors.Is(err, durable.ErrNotPlain) {
		t.Errorf("the index: %v", err)
	}
	g := newFile(t)
	if err := errors.Join(os.Remove(g.path), syscall.Mkfifo(g.path, 0o600)); err != nil {
		t.Fatal(err)
	}
	if e := wantError(t, g.Set(t.Context(), "key", nil), core.VaultClosed, ErrUnavailable); e.Remedy != core.RemedyPlainFile {
		t.Errorf("while it is unlocked: %v, remedy %s", e, e.Remedy)
	}
}
