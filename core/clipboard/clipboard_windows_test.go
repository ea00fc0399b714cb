package clipboard

import (
	"context"
	"encoding/binary"
	"testing"
	"unsafe"

	"golang.org/x/sys/windows"
)

// valueOf is the 32-bit value of a format on the clipboard, and whether it is there.
func valueOf(t *testing.T, name string) (value uint32, there bool) {
	t.Helper()
	p := loadProcs()
	wide, err := windows.UTF16PtrFromString(name)
	if err != nil {
		t.Fatal(err)
	}
	format, _, _ := p.register.Call(uintptr(unsafe.Pointer(wide)))
	err = p.opened(t.Context(), func() error {
		h, _, _ := p.get.Call(format)
		if h == 0 {
			return nil
		}
		ptr, _, err := p.lock.Call(h)
		if ptr == 0 {
			return err
		}
		defer p.unlock.Call(h)
		raw := make([]byte, 4)
		var read uintptr
		if err := windows.ReadProcessMemory(windows.CurrentProcess(), ptr, &raw[0], 4, &read); err != nil {
			return err
		}
		value, there = binary.LittleEndian.Uint32(raw), true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return value, there
}

func holds(t *testing.T) string {
	t.Helper()
	text, err := ReadAsked(t.Context(), Session{})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// A secret is on the clipboard with what keeps it out of histories and the cloud; a
// plain text is not.
func TestWhatAHistoryIsAsked(t *testing.T) {
	m := New(Options{})
	defer m.Close()
	const secret = "88_密钥-secret"
	if err := m.Copy(t.Context(), secret, 0); err != nil {
		t.Fatal(err)
	}
	if got := holds(t); got != secret {
		t.Errorf("the clipboard holds %q", got)
	}
	for _, c := range concealment {
		if value, there := valueOf(t, c.name); !there || value != c.value {
			t.Errorf("%s: %d, %v; want %d", c.name, value, there, c.value)
		}
	}
	if err := m.CopyPlain(t.Context(), "1.2.3.4"); err != nil {
		t.Fatal(err)
	}
	for _, c := range concealment {
		if _, there := valueOf(t, c.name); there {
			t.Errorf("a plain text has %s", c.name)
		}
	}
}

// Close clears what is ours, and leaves what another program copied.
func TestOnlyOursIsCleared(t *testing.T) {
	m := New(Options{})
	if err := m.Copy(t.Context(), "88_secret", 0); err != nil {
		t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	if got := holds(t); got != "" {
		t.Errorf("left on the clipboard: %q", got)
	}

	m = New(Options{})
	if err := m.Copy(t.Context(), "88_secret", 0); err != nil {
		t.Fatal(err)
	}
	if _, err := acquireWindows(context.Background(), "mine", false); err != nil { // as another program does
		t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	if got := holds(t); got != "mine" {
		t.Errorf("the clipboard holds %q", got)
	}
}

func TestATextWithANulIsRefused(t *testing.T) {
	m := New(Options{})
	defer m.Close()
	if err := m.Copy(t.Context(), "a\x00b", 0); err == nil {
		t.Error("it was copied")
	}
}
