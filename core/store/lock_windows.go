package store

import (
	"os"
	"slices"
	"strings"
	"unsafe"

	"golang.org/x/sys/windows"
)

// release closes the file and with it gives up bbolt's lock. It first takes away the
// mapping that bbolt left behind when it panicked: Windows replaces no mapped file.
func release(f *os.File) error {
	if f == nil {
		return nil
	}
	unmap(windows.Handle(f.Fd()))
	return f.Close()
}

// maxName is how long a file's name may be, in UTF-16.
const maxName = 1 << 15

// unmap takes every view of a file out of this process's memory. bbolt has the address
// of its view but does not tell it, so the views are looked up by the file's name.
func unmap(file windows.Handle) {
	names := namesOf(file)
	nameOf := windows.NewLazySystemDLL("kernel32.dll").NewProc("K32GetMappedFileNameW")
	if len(names) == 0 || nameOf.Find() != nil {
		return
	}
	const mapped = 0x40000 // MEM_MAPPED
	view := make([]uint16, maxName)
	var at windows.MemoryBasicInformation
	for address := uintptr(0); windows.VirtualQuery(address, &at, unsafe.Sizeof(at)) == nil; address = at.BaseAddress + at.RegionSize {
		if at.Type != mapped || at.BaseAddress != at.AllocationBase {
			continue
		}
		n, _, _ := nameOf.Call(uintptr(windows.CurrentProcess()), at.BaseAddress, uintptr(unsafe.Pointer(&view[0])), maxName)
		if slices.Contains(names, windows.UTF16ToString(view[:n])) {
			_ = windows.UnmapViewOfFile(at.BaseAddress)
		}
	}
}

// namesOf are the names that a view of a file may have: Windows names it by its device,
// wine by its drive.
func namesOf(file windows.Handle) []string {
	const byDrive, byDevice = 0, 2 // VOLUME_NAME_DOS, VOLUME_NAME_NT
	var names []string
	for _, by := range []uint32{byDrive, byDevice} {
		name := make([]uint16, maxName)
		if n, err := windows.GetFinalPathNameByHandle(file, &name[0], maxName, by); err == nil && n < maxName {
			names = append(names, strings.Replace(windows.UTF16ToString(name), `\\?\`, `\??\`, 1))
		}
	}
	return names
}
