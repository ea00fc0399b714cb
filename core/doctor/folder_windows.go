package doctor

import "io/fs"

// writable is not asked here: a folder in the profile is its user's.
func writable(string) error { return nil }

// othersMayEnter cannot be read from mode bits on this system.
func othersMayEnter(fs.FileInfo) bool { return false }
