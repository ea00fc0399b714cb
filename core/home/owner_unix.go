//go:build unix

package home

import (
	"os"
	"syscall"

	"tokentray/core"
)

// closing is how people close a folder to others.
const closing = "run chmod 700 on it"

// closeFolder closes a folder to others.
func closeFolder(dir string) error { return os.Chmod(dir, 0o700) }

// checkOwner returns an error unless dir is a folder of ours, and tells whether
// others may enter it.
func checkOwner(dir string) (open bool, err error) {
	info, err := os.Lstat(dir)
	if err != nil {
		return false, unfit(unwritable(err), err, "look at the folder %s: %v; choose another with --home", dir, pathless(err))
	}
	if info.Mode()&os.ModeSymlink != 0 {
		// The folder may be a link of ours; the owner of the target counts.
		if st, ok := info.Sys().(*syscall.Stat_t); !ok || int(st.Uid) != os.Geteuid() {
			return false, unfit(core.RemedyHomeOwner, nil, "%s is a link that belongs to another user; remove it or choose another folder with --home", dir)
		}
		if info, err = os.Stat(dir); err != nil {
			return false, unfit(unwritable(err), err, "look at the folder %s: %v; choose another with --home", dir, pathless(err))
		}
	}
	if !info.IsDir() {
		return false, unfit(core.RemedyHomeKind, nil, "%s is no folder; choose another with --home", dir)
	}
	if st, ok := info.Sys().(*syscall.Stat_t); !ok || int(st.Uid) != os.Geteuid() {
		return false, unfit(core.RemedyHomeOwner, nil, "the folder %s belongs to another user; choose another with --home", dir)
	}
	return info.Mode().Perm()&0o077 != 0, nil
}
