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
	var cred *unix.Ucred
	var inner error
	err = raw.Control(func(fd uintptr) { cred, inner = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) })
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
		if cred, err := unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED); err == nil {
			pid = int(cred.Pid)
		}
	})
	return pid
}
