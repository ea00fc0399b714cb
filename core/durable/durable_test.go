package durable_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"tokentray/core/durable"
)

func TestWriteReplacesWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	put := func(s string, fail error) error {
		return durable.Write(path, func(w io.Writer) error {
			_, _ = io.WriteString(w, s)
			return fail
		})
	}
	if err := put("one", nil); err != nil {
		t.Fatal(err)
	}
	full := errors.New("disk is full")
	if err := put("two", full); !errors.Is(err, full) {
		t.Fatalf("Write = %v, want the cause", err)
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != "one" {
		t.Fatalf("after a failed write the file holds %q, %v", got, err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode = %v, want 0600", info.Mode())
	}
	names, _ := os.ReadDir(dir)
	if len(names) != 1 {
		t.Errorf("a failed write left %v", names)
	}
}

func TestSweepRemovesOnlyItsOwn(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"file", ".file.1.tmp", ".other.1.tmp"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	durable.Sweep(dir, "file.")
	names, _ := filepath.Glob(filepath.Join(dir, ".*"))
	if len(names) != 1 || filepath.Base(names[0]) != ".other.1.tmp" {
		t.Errorf("left: %v", names)
	}
}
