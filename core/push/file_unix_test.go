//go:build unix

package push

import (
	"io/fs"
	"syscall"
)

// ownerOf are the ids of a file's owner and group.
func ownerOf(info fs.FileInfo) [2]int {
	st := info.Sys().(*syscall.Stat_t)
	return [2]int{int(st.Uid), int(st.Gid)}
}
