package agent

import (
	"bytes"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"
)

// watchProcess returns ended, which returns when a process has ended or after
// giveUp. It is not confused when another process gets the same number later.
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

// startOf is when a process started, in the kernel's ticks since boot, combined with
// the boot's ID: a later process with the same number differs.
func startOf(pid int) (uint64, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	ticks, err := ticksOf(raw)
	if err != nil {
		return 0, err
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return 0, err
	}
	h := fnv.New64a()
	h.Write(boot)
	return h.Sum64() ^ ticks, nil
}

// ticksOf is the start time in the form of /proc/PID/stat (proc(5)).
func ticksOf(stat []byte) (uint64, error) {
	// The name, which may hold anything, is in brackets; the start time is the 22nd
	// field.
	const afterName = 19
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) <= afterName {
		return 0, errors.New("the process's state is not as expected")
	}
	if state := fields[0][0]; state == 'Z' || state == 'X' {
		return 0, errors.New("the process has ended")
	}
	return strconv.ParseUint(string(fields[afterName]), 10, 64)
}
