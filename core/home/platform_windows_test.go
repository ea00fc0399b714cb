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

// Files that another user made are no home of ours, and a program of theirs is not
// our agent. On a real Windows the system's own folder belongs to TrustedInstaller.
func TestAHomeOfSomebodyElsesIsRefused(t *testing.T) {
	dir := os.Getenv("TOKENTRAY_TEST_FOREIGN") // wine makes no owners; make test-wine does
	if dir == "" {
		dir = os.Getenv("SystemRoot")
	}
	h, err := Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{"start": h.Mkdirs(), "meet": h.CheckSocket()} {
		if e := core.AsError(err); err == nil || e.Remedy != core.RemedyHomeOwner || !strings.Contains(e.Message, "belongs to another user; choose another with --home") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestWhereAHomeIs(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	drive := filepath.VolumeName(here)
	tests := []struct{ name, local, dir, want string }{
		{"the profile", `C:\Users\小明\AppData\Local`, "", `C:\Users\小明\AppData\Local\TokenTray`},
		{"a profile on a server", `\\files\profiles$\ming\AppData\Local`, "", `\\files\profiles$\ming\AppData\Local\TokenTray`},
		{"a folder", "", `C:\one/two\..`, `C:\one`},
		{"a folder on a server", "", `\\files\share\home`, `\\files\share\home`},
		{"a drive without its folder", "", drive + "here", filepath.Join(here, "here")},
		{"a folder without its drive", "", `\top`, drive + `\top`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("LOCALAPPDATA", tt.local)
			t.Setenv(Variable, "")
			h, err := Find(tt.dir)
			if err != nil {
				t.Fatal(err)
			}
			if h.Dir() != tt.want || h.DB() != filepath.Join(tt.want, dbName) || !strings.HasPrefix(h.Socket(), `\\.\pipe\tokentray-S-1-`) {
				t.Errorf("%s with %s", h.DB(), h.Socket())
			}
		})
	}
	t.Run("without a profile", func(t *testing.T) {
		t.Setenv("LOCALAPPDATA", "")
		t.Setenv(Variable, "")
		_, err := Find("")
		if e := core.AsError(err); err == nil || e.Remedy != core.RemedyNoHome || !strings.Contains(e.Message, Variable) {
			t.Errorf("got %v", err)
		}
	})
}

// A profile that takes no folder of ours: a file is in its place.
func TestAProfileThatTakesNoFiles(t *testing.T) {
	local := filepath.Join(t.TempDir(), "Local")
	if err := os.WriteFile(local, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("LOCALAPPDATA", local)
	t.Setenv(Variable, "")
	h, err := Find("")
	if err != nil {
		t.Fatal(err)
	}
	if e := core.AsError(h.Mkdirs()); e == nil || e.Remedy != core.RemedyReadOnly || !strings.Contains(e.Message, "choose another with --home") {
		t.Errorf("got %+v", e)
	}
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

// An agent that was started by a command prints into the log, and removes it at a reset.
func TestTheLogThatItPrintsIntoIsRemoved(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "home")
	h := newHome(dir, dir, dir)
	if err := h.Mkdirs(); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(h.Log(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	was := os.Stderr
	os.Stderr = f
	err = h.RemoveLog()
	os.Stderr = was
	if _, gone := os.Stat(dir); err != nil || !os.IsNotExist(gone) {
		t.Errorf("%v, the folder: %v", err, gone)
	}
}
