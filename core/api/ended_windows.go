package api

import (
	"context"

	"golang.org/x/sys/windows"
)

// watchEnd returns wait, which returns when the process pid has ended or with
// ctx, and forget, which must be called at last. A process that is unknown, or
// this one, is not waited for. Call it while the process surely lives: later the
// number may be another's.
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
		const step = 50 // ms between two looks at ctx
		for ctx.Err() == nil {
			if event, err := windows.WaitForSingleObject(process, step); err != nil || event == windows.WAIT_OBJECT_0 {
				return
			}
		}
	}
	return wait, func() { _ = windows.CloseHandle(process) }
}
