package api

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// peerUID asks the kernel who connected.
func peerUID(c syscall.Conn) (uid int, known bool, err error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, false, err
	}
	var cred *unix.Xucred
	var inner error
	err = raw.Control(func(fd uintptr) { cred, inner = unix.GetsockoptXucred(int(fd), unix.SOL_LOCAL, unix.LOCAL_PEERCRED) })
	if err != nil {
		return 0, false, err
	}
	if inner != nil {
		return 0, false, inner
	}
	return int(cred.Uid), true, nil
}

// peerPID asks the kernel for the process at the other end, 0 when it is not
// known.
func peerPID(c syscall.Conn) (pid int) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0
	}
	_ = raw.Control(func(fd uintptr) {
		if n, err := unix.GetsockoptInt(int(fd), unix.SOL_LOCAL, unix.LOCAL_PEERPID); err == nil {
			pid = n
		}
	})
	return pid
}
