package autostart

import (
	"errors"
	"testing"

	"golang.org/x/sys/windows/registry"
)

// TestTheRunKey writes the user's own entry and puts back what was there.
func TestTheRunKey(t *testing.T) {
	run, approved := opened(t, runPath), opened(t, approvedPath)
	keep(t, run, approved)
	l := New(func(name string) (string, error) { return `C:\Program Files\小店\` + name + ".exe", nil })
	wantOn := func(want bool) {
		t.Helper()
		if on, err := l.Enabled(); err != nil || on != want {
			t.Errorf("on: %v, %v; want %v", on, err, want)
		}
	}
	for _, on := range []bool{false, false, true, true} {
		if err := l.Set(on); err != nil {
			t.Fatal(err)
		}
		wantOn(on)
	}
	if got, _, err := run.GetStringValue(valueName); err != nil || got != `"C:\Program Files\小店\tokentray-window.exe" --agent-only` {
		t.Errorf("the entry is %s, %v", got, err)
	}

	// What Task Manager writes when somebody switches it off, and on again.
	for first, on := range map[byte]bool{2: true, 3: false, 6: true, 7: false} {
		if err := approved.SetBinaryValue(valueName, []byte{first, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8}); err != nil {
			t.Fatal(err)
		}
		wantOn(on)
	}
	if err := l.Set(true); err != nil {
		t.Fatal(err)
	}
	wantOn(true)
	if _, _, err := approved.GetBinaryValue(valueName); !errors.Is(err, registry.ErrNotExist) {
		t.Errorf("Task Manager's word stays: %v", err)
	}
	if err := l.Set(false); err != nil {
		t.Fatal(err)
	}
	if _, _, err := run.GetStringValue(valueName); !errors.Is(err, registry.ErrNotExist) {
		t.Errorf("the entry stays: %v", err)
	}
}

func opened(t *testing.T, path string) registry.Key {
	t.Helper()
	key, _, err := registry.CreateKey(registry.CURRENT_USER, path, registry.QUERY_VALUE|registry.SET_VALUE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = key.Close() })
	return key
}

// keep puts our values back at the end.
func keep(t *testing.T, run, approved registry.Key) {
	entry, _, noEntry := run.GetStringValue(valueName)
	word, _, noWord := approved.GetBinaryValue(valueName)
	t.Cleanup(func() {
		err := errors.Join(forget(runPath), forget(approvedPath))
		if noEntry == nil {
			err = errors.Join(err, run.SetStringValue(valueName, entry))
		}
		if noWord == nil {
			err = errors.Join(err, approved.SetBinaryValue(valueName, word))
		}
		if err != nil {
			t.Error(err)
		}
	})
}
