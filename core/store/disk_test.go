package store

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tokentray/core"
)

func TestFolderInPlaceOfTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "db")
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := Open(path, Options{})
	if e := wantError(t, err, core.Internal, ErrReadOnly); e.Remedy != core.RemedyReadOnly {
		t.Errorf("remedy %s", e.Remedy)
	}
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		t.Error("the folder was moved")
	}
}

func TestFileInPlaceOfTheFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "home")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(filepath.Join(file, "db"), Options{})
	wantError(t, err, core.Internal, ErrReadOnly)
}

func TestFullDiskKeepsTheOldToken(t *testing.T) {
	h := newHome(t)
	a := h.add("shop")
	old := core.Token{Value: "the old token"}
	if err := h.SaveToken(a.ID, old); err != nil {
		t.Fatal(err)
	}
	h.close()
	h.opt.MaxSize = 64 << 10
	h.open()
	e := wantError(t, h.SaveToken(a.ID, core.Token{Value: strings.Repeat("n", 256<<10)}), core.Internal, ErrFull)
	if strings.Contains(e.Error(), "nnnn") {
		t.Error("the error holds the token")
	}
	for range 2 {
		got, err := h.Tokens()
		if err != nil || got[a.ID].Value != old.Value {
			t.Fatalf("the old token is gone: %v", err)
		}
		h.reopen()
	}
	if err := h.SaveToken(a.ID, core.Token{Value: "small"}); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

func TestErrorTextsOfAFullDisk(t *testing.T) {
	for _, no := range fullErrnos() {
		wrapped := fmt.Errorf("file resize error: %s", no) // as bbolt words it
		if e := wantError(t, fail("save", wrapped), core.Internal, ErrFull); e.Remedy != core.RemedyFull {
			t.Errorf("remedy %s", e.Remedy)
		}
		wantError(t, fail("save", &os.PathError{Op: "write", Path: "x", Err: no}), core.Internal, ErrFull)
	}
}

// TestNoRoomToStart needs a process of its own: the limit on file size is the
// process's.
func TestNoRoomToStart(t *testing.T) {
	sh, err := exec.LookPath("bash")
	if err != nil {
		t.Fatal("bash is missing; install the Debian package bash")
	}
	if path := os.Getenv("STORE_TEST_NO_ROOM"); path != "" {
		_, err := Open(path, Options{})
		wantError(t, err, core.Internal, nil)
		return
	}
	path := filepath.Join(t.TempDir(), "db")
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), sh, "-c", `ulimit -f 4; exec "$0" -test.run='^TestNoRoomToStart$'`, exe)
	cmd.Env = append(os.Environ(), "STORE_TEST_NO_ROOM="+path)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if s, err := Open(path, Options{}); err != nil {
		t.Errorf("with room again: %v", err)
	} else {
		_ = s.Close()
	}
}
