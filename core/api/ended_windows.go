package api

import (
	"context"

	"golang.org/x/sys/windows"
)

// watchEnd returns wait, which returns when the process pid has ended or with ctx,
// and forget, which the caller must call in the end. It does not wait for an unknown
// process or this one. Call it while the process certainly lives: later another
// process may have the number.
func watchEnd(pid int) (wait func(context.Context), forget func()) {
	nothing := func(context.Context) {}
	if pid <= 0 || uint32(pid) == windows.GetCurrentProcessId() {
		return nothing, func() {}
	}
	process, err := windows.OpenProcess(windows.SYNCHRONIZE, false, uint32(pid))
	if err != nil {
		return nothing, func() {}
	}
	wait = func(ctx context.Context) {
		const step = 50 // ms between two checks of ctx
		for ctx.Err() == nil {
			if event, err := windows.WaitForSingleObject(process, step); err != nil || event == windows.WAIT_OBJECT_0 {
				return
			}
		}
	}
	return wait, func() { _ = windows.CloseHandle(process) }
}
