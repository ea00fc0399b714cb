//go:build linux || darwin

package local

import "syscall"

// peerUID asks the kernel who connected.
func peerUID(c syscall.Conn) (uid int, known bool, err error) {
	err = onSocket(c, func(fd int) (err error) {
		uid, err = socketUID(fd)
		return err
	})
	return uid, err == nil, err
}

// peerPID asks the kernel for the process at the other end, 0 when it is not
// known.
func peerPID(c syscall.Conn) (pid int) {
	_ = onSocket(c, func(fd int) (err error) {
		pid, err = socketPID(fd)
		return err
	})
	return pid
}

// onSocket does something with the file descriptor of a connection.
func onSocket(c syscall.Conn, do func(fd int) error) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	if err := raw.Control(func(fd uintptr) { inner = do(int(fd)) }); err != nil {
		return err
	}
	return inner
}
