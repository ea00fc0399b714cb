package agent

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// watchFile returns true when the file at path or its folder is removed, renamed or
// replaced, and false when it cannot be watched or ctx ends first. It is a hint, so
// that clients need not wait for the next upkeep. It costs no wake-ups.
func watchFile(ctx context.Context, path string) bool {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return false
	}
	events := os.NewFile(uintptr(fd), "inotify")
	defer events.Close()
	const what = unix.IN_DELETE | unix.IN_MOVED_FROM | unix.IN_MOVED_TO | unix.IN_DELETE_SELF | unix.IN_MOVE_SELF | unix.IN_ONLYDIR
	if _, err := unix.InotifyAddWatch(fd, filepath.Dir(path), what); err != nil {
		return errors.Is(err, unix.ENOENT) // the folder was removed before the watch began
	}
	unwatch := context.AfterFunc(ctx, func() { _ = events.Close() })
	defer unwatch()
	if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
		return true // the file was removed before the watch began
	}
	buf := make([]byte, 4<<10) // an event with the longest name takes 272
	for {
		n, err := events.Read(buf)
		if err != nil {
			return false
		}
		if tellsOf(filepath.Base(path), buf[:n]) {
			return true
		}
	}
}

// tellsOf reports whether events of a folder are about the file name in it, or about
// the folder itself.
func tellsOf(name string, events []byte) bool {
	for len(events) >= unix.SizeofInotifyEvent {
		mask := binary.NativeEndian.Uint32(events[4:])
		end := unix.SizeofInotifyEvent + int(binary.NativeEndian.Uint32(events[12:]))
		if end > len(events) {
			return true // cannot happen; checking costs little
		}
		of := strings.TrimRight(string(events[unix.SizeofInotifyEvent:end]), "\x00")
		if of == name || mask&(unix.IN_DELETE|unix.IN_MOVED_FROM|unix.IN_MOVED_TO) == 0 {
			return true
		}
		events = events[end:]
	}
	return false
}
