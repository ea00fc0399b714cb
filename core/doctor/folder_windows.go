package doctor

import (
	"io/fs"
	"path/filepath"

	"golang.org/x/sys/windows"

	"tokentray/core/acl"
)

// writable asks the system whether we may make files in a folder, without trying.
func writable(path string) error { return acl.Writable(path) }

// othersMayEnter looks at the folder's list of rights. One that cannot be read is
// taken for open.
func othersMayEnter(path string, _ fs.FileInfo) bool {
	open, err := acl.Open(path)
	return open || err != nil
}

// elsewhere reports whether a folder is on another machine.
func elsewhere(path string) bool {
	root, err := windows.UTF16PtrFromString(filepath.VolumeName(path) + `\`)
	return err == nil && windows.GetDriveType(root) == windows.DRIVE_REMOTE
}
