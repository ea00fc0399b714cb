package acl

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/windows"
)

// made makes a folder with an owner and a list of rights.
func made(t *testing.T, rights string) string {
	t.Helper()
	own, err := user()
	if err != nil {
		t.Fatal(err)
	}
	sd, err := windows.SecurityDescriptorFromString(strings.ReplaceAll("O:OWND:P"+rights, "OWN", own.String()))
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "folder")
	name, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		t.Fatal(err)
	}
	sa := &windows.SecurityAttributes{SecurityDescriptor: sd}
	sa.Length = uint32(unsafe.Sizeof(*sa))
	if err := windows.CreateDirectory(name, sa); err != nil {
		t.Fatal(err)
	}
	return dir
}

const (
	alone    = "(A;OICI;FA;;;OWN)"
	nobody   = alone + "(A;OICI;FA;;;SY)"
	mayRead  = alone + "(A;OICI;FRFX;;;WD)"
	mayWrite = alone + "(A;OICI;FA;;;WD)"
)

func TestWhoMayEnter(t *testing.T) {
	for rights, want := range map[string]bool{alone: false, nobody: false, mayRead: true, mayWrite: true} {
		dir := made(t, rights)
		if open, err := Open(dir); err != nil || open != want {
			t.Errorf("%s: open to others: %v, %v", rights, open, err)
		}
		if ours, err := Ours(dir); err != nil || !ours {
			t.Errorf("%s: ours: %v, %v", rights, ours, err)
		}
	}
}

func TestCloseKeepsOthersOut(t *testing.T) {
	for _, rights := range []string{alone, mayRead, mayWrite} {
		dir := made(t, rights)
		if err := Close(dir); err != nil {
			t.Fatal(err)
		}
		if open, err := Open(dir); err != nil || open {
			t.Errorf("%s: after Close it is open: %v, %v", rights, open, err)
		}
	}
}

func TestWhatIsClosedStaysOurs(t *testing.T) {
	dir := made(t, mayRead)
	if err := Close(dir); err != nil {
		t.Fatal(err)
	}
	if err := Writable(dir); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Error(err)
	}
}

func TestAFolderThatIsNotThere(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	if _, err := Open(dir); err == nil {
		t.Error("Open has no error")
	}
	if _, err := Ours(dir); err == nil {
		t.Error("Ours has no error")
	}
	if err := Writable(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Writable: %v", err)
	}
}

// Only rights that show or change the folder count, and only those of others than the
// system and the administrators.
func TestWhoIsTrusted(t *testing.T) {
	own, err := user()
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		own.String(): true, "S-1-5-18": true, "S-1-5-32-544": true, "S-1-3-0": true,
		"S-1-1-0": false, "S-1-5-11": false, "S-1-5-32-545": false, own.String() + "1": false,
	} {
		sid, err := windows.StringToSid(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := trusted(sid, own); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
