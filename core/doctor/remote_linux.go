package doctor

import "golang.org/x/sys/unix"

// elsewhere reports whether a folder is on another machine: a mount of NFS or of a share
// of Windows.
func elsewhere(path string) bool {
	var at unix.Statfs_t
	if unix.Statfs(path, &at) != nil {
		return false
	}
	switch uint32(at.Type) {
	case unix.NFS_SUPER_MAGIC, unix.SMB_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC:
		return true
	}
	return false
}
