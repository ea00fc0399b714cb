package home

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tokentray/core"
)

func TestMkdirsClosesWhatItOwnsAndRefusesTheRest(t *testing.T) {
	t.Run("a new home", func(t *testing.T) {
		h := testHome(t)
		if err := h.Mkdirs(); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(h.Dir()); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("mode = %v, %v; want 0700", info.Mode(), err)
		}
	})
	t.Run("an empty folder that others may enter", func(t *testing.T) {
		h := testHome(t)
		if err := os.Mkdir(h.Dir(), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := h.Mkdirs(); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(h.Dir()); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("mode = %v, %v; want 0700", info.Mode(), err)
		}
	})
	t.Run("a folder with other things that others may enter", func(t *testing.T) {
		h := testHome(t)
		if err := os.MkdirAll(filepath.Join(h.Dir(), "letters"), 0o755); err != nil {
			t.Fatal(err)
		}
		err := h.Mkdirs()
		if err == nil || !strings.Contains(err.Error(), "chmod 700") || core.AsError(err).Remedy != core.RemedyHomeShared {
			t.Errorf("got %v, want a refusal with the remedy", err)
		}
	})
	t.Run("a file in its place", func(t *testing.T) {
		h := testHome(t)
		if err := os.WriteFile(h.Dir(), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := h.Mkdirs(); err == nil || core.AsError(err).Remedy != core.RemedyReadOnly {
			t.Errorf("a file in its place: %+v", err)
		}
	})
}

func TestAFolderOfSomebodyElsesIsRefused(t *testing.T) {
	h := Home{data: "/", state: "/", run: "/"} // whoever is not root does not own it
	if os.Geteuid() == 0 {
		dir := t.TempDir()
		if err := os.Chown(dir, 65534, 65534); err != nil {
			t.Fatal(err)
		}
		h = Home{data: dir, state: dir, run: dir}
	}
	for what, err := range map[string]error{"start": h.Mkdirs(), "meet": h.CheckSocket()} {
		if err == nil || !strings.Contains(err.Error(), "another user") {
			t.Errorf("%s: got %v, want a refusal", what, err)
		}
	}
	if os.Geteuid() != 0 {
		return
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(h.run, link); err != nil {
		t.Fatal(err)
	}
	h.run = link
	if err := h.CheckSocket(); err == nil {
		t.Error("a link to a folder of somebody else's was trusted")
	}
}

func testHome(t *testing.T) Home {
	t.Helper()
	h, err := Find(filepath.Join(t.TempDir(), "home"))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func ExampleHome() {
	h, err := Find("/srv/tray")
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println(h.DB())
	fmt.Println(h.Socket())
	// Output:
	// /srv/tray/tokentray.db
	// /srv/tray/agent.sock
}

// TestWhatAHomeHolds: whatever name leads to it.
func TestWhatAHomeHolds(t *testing.T) {
	dir := t.TempDir()
	h := Home{data: filepath.Join(dir, "h"), state: filepath.Join(dir, "h"), run: filepath.Join(dir, "h")}
	if err := h.Mkdirs(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{h.PassphraseFile(), filepath.Join(dir, "other")} {
		if err := os.WriteFile(name, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	at := func(names ...string) string { return filepath.Join(append([]string{dir}, names...)...) }
	for name, want := range map[string]bool{
		h.PassphraseFile(): true, h.DB(): true, at("h"): true, at("h", "new"): true, at("h", "backups", "a"): true, dir + "/x/../h/new": true,
		at("other"): false, at("hh"): false, at("none"): false, dir: false, dir + "/h/../other": false,
	} {
		if got := h.Holds(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if err := os.Link(h.PassphraseFile(), at("hard")); err != nil || !h.Holds(at("hard")) {
		t.Errorf("a second name of the vault's file: %v", err)
	}
	for link, to := range map[string]string{"link": at("h"), "dangling": at("h", "new"), "relative": "h/new", "loop": "loop"} {
		if err := os.Symlink(to, at(link)); err != nil {
			t.Skip(err)
		}
	}
	if !h.Holds(at("link", "new")) || !h.Holds(at("link", "secrets.age")) || !h.Holds(at("dangling")) || !h.Holds(at("relative")) || h.Holds(at("loop")) {
		t.Error("behind a link")
	}
}
