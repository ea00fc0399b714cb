//go:build unix

package push

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// ours reports whether a file belongs to us or to the system.
func ours(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return !ok || st.Uid == 0 || int(st.Uid) == os.Geteuid()
}

// mayReplace reports whether a file may be replaced: it is ours, or we are the
// system and can give the new one to the same owner.
func mayReplace(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return !ok || int(st.Uid) == os.Geteuid() || os.Geteuid() == 0
}

// keepOwner gives a new file the owner and the group of the one it replaces.
func keepOwner(f *os.File, before fs.FileInfo) error {
	old, ok := before.Sys().(*syscall.Stat_t)
	info, err := f.Stat()
	if !ok || err != nil {
		return err
	}
	now, ok := info.Sys().(*syscall.Stat_t)
	if !ok || now.Uid == old.Uid && now.Gid == old.Gid {
		return nil
	}
	return f.Chown(int(old.Uid), int(old.Gid))
}

// isMountPoint reports whether a file could not be replaced because something is
// mounted on it.
func isMountPoint(err error) bool { return errors.Is(err, syscall.EBUSY) }

// sameMode reports whether a file already has the mode that it should have.
func sameMode(has, shall fs.FileMode) bool { return has == shall }
