//go:build !windows

package durable

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestFirstLine(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		name, text string
		mode       os.FileMode
		want       string
		open       bool
		err        error
	}{
		{"one", "word", 0o600, "word", false, nil},
		{"two", "word\r\nmore\n", 0o400, "word", false, nil},
		{"empty", "", 0o600, "", false, nil},
		{"of a group", "word\n", 0o640, "word", true, nil},
		{"of all", "word\n", 0o644, "word", true, nil},
		{"big", strings.Repeat("x", maxLine+1), 0o600, "", false, ErrTooBig},
	} {
		path := filepath.Join(dir, c.name)
		if err := errors.Join(os.WriteFile(path, []byte(c.text), 0o600), os.Chmod(path, c.mode)); err != nil {
			t.Fatal(err)
		}
		got, open, err := FirstLine(path)
		if got != c.want || open != c.open || !errors.Is(err, c.err) {
			t.Errorf("%s: %.10q, open %v, %v", c.name, got, open, err)
		}
	}
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{pipe, dir, "/dev/zero"} {
		if _, _, err := FirstLine(path); !errors.Is(err, ErrNotPlain) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, _, err := FirstLine(filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("none: %v", err)
	}
	if _, err := OpenFile(pipe, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600); err == nil {
		t.Error("a pipe without a reader is opened for writing")
	}
}
