package doctor

import (
	"errors"
	"io/fs"
	"os"
)

// LookAtFolder checks the home's folder, and changes nothing.
func LookAtFolder(path string) Folders {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Folders{Missing: true}
	case err != nil:
		return Folders{Err: bareFile(err)}
	case !info.IsDir():
		return Folders{Err: errors.New("it is no folder")}
	}
	if err := writable(path); err != nil {
		return Folders{Err: err}
	}
	return Folders{Open: othersMayEnter(path, info), Remote: elsewhere(path)}
}

// bareFile drops the path that a *fs.PathError repeats.
func bareFile(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
