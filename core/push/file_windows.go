package push

import (
	"io/fs"
	"os"
)

// A file's owner does not matter on Windows: folders pass on who may read.

func ours(fs.FileInfo) bool { return true }

func mayReplace(fs.FileInfo) bool { return true }

func keepOwner(*os.File, fs.FileInfo) error { return nil }

func isMountPoint(error) bool { return false }

func mountedAlone(string, fs.FileInfo) bool { return false }

// sameMode: a file has no mode bits there.
func sameMode(fs.FileMode, fs.FileMode) bool { return true }
