package durable

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/windows"
)

// open holds a file as a virus scanner does: others may read and write it, and not
// replace it.
func open(t *testing.T, path string) windows.Handle {
	t.Helper()
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		t.Fatal(err)
	}
	h, err := windows.CreateFile(name, windows.GENERIC_READ, windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE, nil, windows.OPEN_EXISTING, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestAFileThatIsOpenForAMomentIsReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	h := open(t, path)
	err := Write(path, func(w io.Writer) error {
		// The other program lets go while the rename is tried.
		go func() {
			for names := []string(nil); len(names) < 2; names, _ = filepath.Glob(filepath.Join(filepath.Dir(path), "*")) {
			}
			_ = windows.CloseHandle(h)
		}()
		_, err := io.WriteString(w, "new")
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "new" {
		t.Errorf("it holds %q, %v", text, err)
	}
}

func TestAFileThatStaysOpenStaysAsItIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	h := open(t, path)
	err := Write(path, func(w io.Writer) error {
		_, err := io.WriteString(w, "new")
		return err
	})
	_ = windows.CloseHandle(h)
	if !openElsewhere(err) {
		t.Errorf("got %v, want that it is open elsewhere", err)
	}
	if names, err := os.ReadDir(filepath.Dir(path)); err != nil || len(names) != 1 {
		t.Errorf("%v, %v are left", names, err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "old" {
		t.Errorf("it holds %q, %v", text, err)
	}
}
