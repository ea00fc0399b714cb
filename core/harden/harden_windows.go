package harden

import (
	"fmt"

	"golang.org/x/sys/windows"
)

// Limit is nothing on this system: Windows has no limit of core dumps.
type Limit struct{}

// Lift does nothing.
func (Limit) Lift() {}

// noHeap keeps the heap out of a crash report, see WerSetFlags in
// https://learn.microsoft.com/windows/win32/api/werapi.
const noHeap = 1 // WER_FAULT_REPORTING_FLAG_NOHEAP

// seal keeps the heap out of crash reports. The Go runtime lets Windows write
// one only if GOTRACEBACK is wer.
func seal() (Limit, error) {
	set := windows.NewLazySystemDLL("kernel32.dll").NewProc("WerSetFlags")
	if err := set.Find(); err != nil {
		return Limit{}, fmt.Errorf("keep the heap out of crash reports: %w", err)
	}
	if code, _, _ := set.Call(noHeap); code != 0 {
		return Limit{}, fmt.Errorf("keep the heap out of crash reports: result %#x", code)
	}
	return Limit{}, nil
}

// startAgain does nothing: Windows cannot replace a process, and the program that
// started the first one would not wait for a second.
func (Limit) startAgain() error { return nil }
