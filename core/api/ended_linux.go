package api

import (
	"context"
	"errors"

	"golang.org/x/sys/unix"
)

// watchEnd returns wait, which returns when the process pid has ended or with ctx,
// and forget, which the caller must call in the end. It does not wait for an unknown
// process or this one. Call it while the process certainly lives: later another
// process may have the number.
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
		const step = 50 // ms between two checks of ctx
		for ctx.Err() == nil {
			n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, step)
			if n > 0 || err != nil && !errors.Is(err, unix.EINTR) {
				return
			}
		}
	}
	return wait, func() { _ = unix.Close(fd) }
}
