package api

import (
	"context"
	"errors"

	"golang.org/x/sys/unix"
)

// watchEnd returns wait, which returns when the process pid has ended or with
// ctx, and forget, which must be called at last. A process that is unknown, or
// this one, is not waited for. Call it while the process surely lives: later the
// number may be another's.
func watchEnd(pid int) (wait func(context.Context), forget func()) {
	nothing := func(context.Context) {}
	if pid <= 0 || pid == unix.Getpid() {
		return nothing, func() {}
	}
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return nothing, func() {}
	}
	wait = func(ctx context.Context) {
		const step = 50 // ms between two looks at ctx
		for ctx.Err() == nil {
			n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, step)
			if n > 0 || err != nil && !errors.Is(err, unix.EINTR) {
				return
			}
		}
	}
	return wait, func() { _ = unix.Close(fd) }
}
