package agent

import (
	"errors"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// watchProcess returns ended, which returns when a process has ended or after giveUp.
// A number that another process gets later is not taken for it.
func watchProcess(pid int) (ended, giveUp func(), err error) {
	fd, err := unix.PidfdOpen(pid, unix.PIDFD_NONBLOCK)
	if err != nil {
		return nil, nil, err
	}
	f := os.NewFile(uintptr(fd), "process")
	raw, err := f.SyscallConn()
	if err != nil {
		_ = f.Close()
		return nil, nil, err
	}
	ended = func() {
		_ = raw.Read(func(fd uintptr) bool { // waits without a thread of its own
			n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
			return n > 0 || err != nil && !errors.Is(err, unix.EINTR)
		})
	}
	return ended, sync.OnceFunc(func() { _ = f.Close() }), nil
}
