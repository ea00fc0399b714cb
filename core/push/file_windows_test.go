package push

import "io/fs"

func ownerOf(fs.FileInfo) [2]int { return [2]int{} }
