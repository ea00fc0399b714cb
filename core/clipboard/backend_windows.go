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

func (m *Manager) backend(Session) (string, acquire) { return "windows", acquireWindows }

// procs are the calls of user32 and kernel32 that x/sys/windows lacks.
type procs struct {
	open, close, empty, set, register, sequence *windows.LazyProc
	formats                                     *windows.LazyProc
	alloc, lock, unlock, free                   *windows.LazyProc
}

func loadProcs() procs {
	user, kernel := windows.NewLazySystemDLL("user32.dll"), windows.NewLazySystemDLL("kernel32.dll")
	return procs{
		open: user.NewProc("OpenClipboard"), close: user.NewProc("CloseClipboard"), empty: user.NewProc("EmptyClipboard"),
		set: user.NewProc("SetClipboardData"), register: user.NewProc("RegisterClipboardFormatW"),
		sequence: user.NewProc("GetClipboardSequenceNumber"), formats: user.NewProc("CountClipboardFormats"),
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
		// Concealment first: a history that looks at once must find it.
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

func (w *winText) lost() <-chan struct{} { return w.never }

func (w *winText) ours() bool {
	now, _, _ := w.p.sequence.Call()
	return now == w.after
}

// release empties the clipboard if nothing has changed it since. While it is
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

// opened runs f with the clipboard open, which one program at a time can have:
// it is tried until ctx ends, a second at most. Clipboard calls belong to a
// thread.
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

// put hands data to the clipboard, which then owns the memory.
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
