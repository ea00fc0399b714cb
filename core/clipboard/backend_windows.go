package clipboard

import (
	"context"
	"encoding/binary"
	"errors"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"

	"tokentray/core"
)

const (
	cfUnicodeText = 13
	gmemMoveable  = 0x0002
	maxText       = 1 << 20 // bytes of UTF-16
)

// The formats by which a program asks Windows and clipboard histories to leave
// a text alone, and the 32-bit value each takes.
var concealment = []struct {
	name  string
	value uint32
}{
	{"ExcludeClipboardContentFromMonitorProcessing", 1},
	{"CanIncludeInClipboardHistory", 0},
	{"CanUploadToCloudClipboard", 0},
}

func (m *Manager) backend(Session, habits) (string, board) { return "windows", winBoard{} }

// winBoard is the clipboard of Windows.
type winBoard struct{}

func (winBoard) acquire(ctx context.Context, text string, secret bool) (owner, error) {
	return acquireWindows(ctx, text, secret)
}

// look reads and empties the clipboard while it is open, when nobody else can
// change it.
func (winBoard) look(ctx context.Context, text fingerprint, how lookHow) (found verdict, _ owner, err error) {
	p := loadProcs()
	err = p.opened(ctx, func() error {
		content, err := p.text(2 * (text.size + 1))
		if err != nil || content == nil {
			return err
		}
		found = other
		if text.matches([]byte(windows.UTF16ToString(content))) {
			found = same
		}
		clear(content)
		if found != same || !how.empty {
			return nil
		}
		if r, _, err := p.empty.Call(); r == 0 {
			return err
		}
		return nil
	})
	if ctx.Err() != nil {
		return nothing, nil, errSilent
	}
	return found, nil, err
}

// text is the text on the open clipboard, nil if there is none: no more than limit
// bytes of it.
func (p procs) text(limit int) ([]uint16, error) {
	h, _, _ := p.get.Call(cfUnicodeText)
	if h == 0 {
		return nil, nil
	}
	size, _, _ := p.size.Call(h)
	ptr, _, err := p.lock.Call(h)
	if ptr == 0 {
		return nil, err
	}
	defer p.unlock.Call(h)
	n := min(int(size), limit) &^ 1
	if n == 0 {
		return []uint16{0}, nil
	}
	raw := make([]byte, n)
	var read uintptr
	if err := windows.ReadProcessMemory(windows.CurrentProcess(), ptr, &raw[0], uintptr(n), &read); err != nil {
		return nil, err
	}
	out := make([]uint16, n/2)
	for i := range out {
		out[i] = binary.LittleEndian.Uint16(raw[2*i:])
	}
	clear(raw)
	return out, nil
}

// procs are the calls of user32 and kernel32 that x/sys/windows lacks.
type procs struct {
	open, close, empty, set, register, sequence *windows.LazyProc
	formats, get, size                          *windows.LazyProc
	alloc, lock, unlock, free                   *windows.LazyProc
}

func loadProcs() procs {
	user, kernel := windows.NewLazySystemDLL("user32.dll"), windows.NewLazySystemDLL("kernel32.dll")
	return procs{
		open: user.NewProc("OpenClipboard"), close: user.NewProc("CloseClipboard"), empty: user.NewProc("EmptyClipboard"),
		set: user.NewProc("SetClipboardData"), register: user.NewProc("RegisterClipboardFormatW"),
		sequence: user.NewProc("GetClipboardSequenceNumber"), formats: user.NewProc("CountClipboardFormats"),
		get: user.NewProc("GetClipboardData"), size: kernel.NewProc("GlobalSize"),
		alloc: kernel.NewProc("GlobalAlloc"), lock: kernel.NewProc("GlobalLock"),
		unlock: kernel.NewProc("GlobalUnlock"), free: kernel.NewProc("GlobalFree"),
	}
}

// winText is a text on the clipboard of Windows, which numbers its changes.
type winText struct {
	p     procs
	after uintptr // sequence number once our change was complete
	never chan struct{}
}

func acquireWindows(ctx context.Context, text string, secret bool) (owner, error) {
	u, err := windows.UTF16FromString(text)
	if err != nil {
		return nil, &core.Error{Class: core.Invalid, Remedy: core.RemedyInput, Message: "the text holds a NUL character, which the clipboard of Windows cannot take; remove it"}
	}
	data := make([]byte, 0, len(u)*2)
	for _, c := range u {
		data = binary.LittleEndian.AppendUint16(data, c)
	}
	if len(data) > maxText {
		return nil, tooBig(maxText)
	}
	w := &winText{p: loadProcs(), never: make(chan struct{})}
	err = w.p.opened(ctx, func() error {
		if r, _, err := w.p.empty.Call(); r == 0 {
			return err
		}
		// Concealment first: a clipboard history that reads at once must find it.
		for _, c := range concealment {
			if !secret {
				break
			}
			name, err := windows.UTF16PtrFromString(c.name)
			if err != nil {
				return err
			}
			format, _, err := w.p.register.Call(uintptr(unsafe.Pointer(name)))
			if format == 0 {
				return err
			}
			if err := w.p.put(format, binary.LittleEndian.AppendUint32(nil, c.value)); err != nil {
				return err
			}
		}
		return w.p.put(cfUnicodeText, data)
	})
	if ctx.Err() != nil {
		return nil, core.AsError(ctx.Err())
	}
	if err != nil {
		return nil, noClipboard("another program holds it open", err)
	}
	w.after, _, _ = w.p.sequence.Call()
	return w, nil
}

func (w *winText) lost() <-chan struct{}   { return w.never }
func (w *winText) pasted() <-chan struct{} { return nil }

func (w *winText) ours() bool {
	now, _, _ := w.p.sequence.Call()
	return now == w.after
}

// release empties the clipboard if nothing has changed it since. While we have it
// open nobody else can.
func (w *winText) release() bool {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	ours := false
	err := w.p.opened(ctx, func() error {
		now, _, _ := w.p.sequence.Call()
		if now != w.after {
			return nil
		}
		r, _, err := w.p.empty.Call()
		if r == 0 {
			return err
		}
		ours = true
		return nil
	})
	return err == nil && ours
}

// opened runs f with the clipboard open, which only one program at a time can have:
// it tries until ctx ends, at most a second. Clipboard calls belong to a thread.
func (p procs) opened(ctx context.Context, f func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for try := 0; ; try++ {
		r, _, err := p.open.Call(0)
		if r != 0 {
			break
		}
		if try == 20 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	defer p.close.Call()
	return f()
}

// put gives data to the clipboard, which then owns the memory.
func (p procs) put(format uintptr, data []byte) error {
	h, _, err := p.alloc.Call(gmemMoveable, uintptr(len(data)))
	if h == 0 {
		return err
	}
	ptr, _, err := p.lock.Call(h)
	if ptr == 0 {
		p.free.Call(h)
		return err
	}
	var written uintptr
	err = windows.WriteProcessMemory(windows.CurrentProcess(), ptr, &data[0], uintptr(len(data)), &written)
	p.unlock.Call(h)
	if err == nil {
		if r, _, e := p.set.Call(format, h); r == 0 {
			err = e
		}
	}
	if err != nil {
		p.free.Call(h)
		return errors.Join(errors.New("hand data to the clipboard"), err)
	}
	return nil
}
