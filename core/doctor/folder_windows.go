package doctor

import (
	"io/fs"

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
