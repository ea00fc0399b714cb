//go:build unix

package home

import (
	"bytes"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// What is no plain file in the place of the log, or of the old one, holds nobody
// up: a named pipe without and with somebody at its other end, a folder, a device.
func TestWhatIsNoPlainFileIsNoLog(t *testing.T) {
	pipe := func(path string) error { return syscall.Mkfifo(path, 0o600) }
	for name, place := range map[string]func(path string) error{
		"a named pipe": pipe,
		"a named pipe that is read": func(path string) error {
			if err := pipe(path); err != nil {
				return err
			}
			r, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
			if err == nil {
				t.Cleanup(func() { _ = r.Close() })
			}
			return err
		},
		"a folder":           func(path string) error { return os.Mkdir(path, 0o700) },
		"a link to a device": func(path string) error { return os.Symlink(os.DevNull, path) },
		"a link to a pipe": func(path string) error {
			other := filepath.Join(filepath.Dir(path), "other")
			if err := pipe(other); err != nil {
				return err
			}
			return os.Symlink(other, path)
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := testHome(t)
			if err := h.Mkdirs(); err != nil {
				t.Fatal(err)
			}
			if err := place(h.Log()); err != nil {
				t.Fatal(err)
			}
			if f, err := OpenLogFile(h); err == nil {
				f.Close()
				t.Error("it was opened")
			}
		})
		t.Run(name+" for the old one", func(t *testing.T) {
			h := testHome(t)
			if err := h.Mkdirs(); err != nil {
				t.Fatal(err)
			}
			if err := place(h.Log() + oldLog); err != nil {
				t.Fatal(err)
			}
			l, ok := OpenLog(h).file.(*logFile)
			if !ok {
				t.Fatal("there is no log file")
			}
			for range maxLog / 1000 * 2 {
				if _, err := l.Write(bytes.Repeat([]byte("x"), 1000)); err != nil {
					t.Fatal(err)
				}
			}
			if err := l.Close(); err != nil {
				t.Error(err)
			}
			if info, err := os.Stat(h.Log()); err != nil || info.Size() < maxLog {
				t.Errorf("the log was not kept: %v", err)
			}
		})
	}
}
