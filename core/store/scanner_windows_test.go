package store

import (
	"testing"
	"time"

	"golang.org/x/sys/windows"
)

// A virus scanner that keeps the database to itself for five seconds delays the start, and
// takes nothing away.
func TestAScannerHoldsTheDatabase(t *testing.T) {
	h := newHome(t)
	h.add("shop")
	h.close()
	name, err := windows.UTF16PtrFromString(h.path)
	if err != nil {
		t.Fatal(err)
	}
	const nobodyElse = 0
	scanner, err := windows.CreateFile(name, windows.GENERIC_READ, nobodyElse, nil, windows.OPEN_EXISTING, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := openAtOnce(h.path); !openElsewhere(err) {
		t.Fatalf("nobody has it open: %v", err)
	}
	time.AfterFunc(5*time.Second, func() { _ = windows.CloseHandle(scanner) })
	h.open()
	if got := h.refs(); len(got) != 1 || h.Repaired() != nil {
		t.Errorf("accounts %v, repaired %+v", got, h.Repaired())
	}
}

func openAtOnce(path string) (windows.Handle, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return 0, err
	}
	const share = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE
	return windows.CreateFile(name, windows.GENERIC_READ, share, nil, windows.OPEN_EXISTING, 0, 0)
}
