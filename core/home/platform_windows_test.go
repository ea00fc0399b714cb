package home

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/windows"

	"tokentray/core"
	"tokentray/core/acl"
)

// A home outside the profile inherits rights for everybody.
func TestAHomeIsClosedToOthers(t *testing.T) {
	open := func(t *testing.T, dir string) {
		t.Helper()
		sd, err := windows.SecurityDescriptorFromString("D:P(A;OICI;FA;;;WD)")
		if err != nil {
			t.Fatal(err)
		}
		list, _, err := sd.DACL()
		if err != nil {
			t.Fatal(err)
		}
		const alone = windows.DACL_SECURITY_INFORMATION | windows.PROTECTED_DACL_SECURITY_INFORMATION
		if err := windows.SetNamedSecurityInfo(dir, windows.SE_FILE_OBJECT, alone, nil, nil, list, nil); err != nil {
			t.Fatal(err)
		}
		if open, err := acl.Open(dir); err != nil || !open {
			t.Fatalf("not open: %v", err)
		}
	}
	for name, holds := range map[string]string{"empty": "", "a home": dbName, "a home of an older agent": socketName} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if holds != "" {
				if err := os.WriteFile(filepath.Join(dir, holds), nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			open(t, dir)
			if err := newHome(dir, dir, dir).Mkdirs(); err != nil {
				t.Fatal(err)
			}
			if open, err := acl.Open(dir); err != nil || open {
				t.Errorf("it is still open: %v", err)
			}
		})
	}
	t.Run("other things", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "letters"), 0o700); err != nil {
			t.Fatal(err)
		}
		open(t, dir)
		err := newHome(dir, dir, dir).Mkdirs()
		if err == nil || !strings.Contains(err.Error(), closing) || core.AsError(err).Remedy != core.RemedyHomeShared {
			t.Errorf("got %v, want a refusal with the remedy", err)
		}
	})
}

// An older agent listened on a socket in the home; its clients still find it.
func TestTheSocketOfAnOlderAgentIsFound(t *testing.T) {
	dir := t.TempDir()
	h := newHome(dir, dir, dir)
	if _, ok := h.Noted(); ok {
		t.Fatal("found before it is there")
	}
	sock := filepath.Join(dir, socketName)
	if err := os.WriteFile(sock, nil, 0o600); err != nil { // wine has no such sockets
		t.Fatal(err)
	}
	if at, ok := h.Noted(); !ok || at.Socket() != sock || at.DB() != h.DB() {
		t.Errorf("found %s, %v", at.Socket(), ok)
	}
	if err := h.ForgetSocket(); err != nil {
		t.Error(err)
	}
}
