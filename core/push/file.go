package push

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"tokentray/core"
	"tokentray/core/durable"
	"tokentray/core/format"
)

// maxFile bounds a .env file, every byte of which is kept.
const maxFile = 1 << 20

// attempts is how often a file is read again that another program writes.
const attempts = 3

var (
	errChanged = errors.New("it changes while it is written; try again")
	errLink    = errors.New("the link belongs to another user; name the file itself")
	errOwner   = errors.New("it belongs to another user; choose a file of your own")
	errMounted = errors.New("it is mounted by itself, as a container does it, and whoever has it so would keep the old one")
	errGroup   = errors.New("a new file cannot have its owner and group")
)

// writeFile does a job whose push is a file.
func writeFile(job Job) error {
	var err error
	for range attempts {
		if err = replaceFile(job); !errors.Is(err, errChanged) {
			break
		}
	}
	if err == nil {
		return nil
	}
	remedy := core.RemedyPushFile
	if errors.Is(err, errMounted) || errors.Is(err, errGroup) {
		remedy = core.RemedyPushInPlace
	}
	return &core.Error{
		Class: core.PushFailed, Remedy: remedy, Err: err,
		Message: fmt.Sprintf("%s: %s", job.Push.Path, reason(err)),
	}
}

// reason is an error without the path, which stands before it already.
func reason(err error) string {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err.Error()
	case errors.As(err, &link):
		return link.Err.Error()
	}
	return err.Error()
}

// replaceFile reads the file, if it is there, and replaces it with one that has
// the token.
func replaceFile(job Job) error {
	path, err := follow(job.Push.Path)
	if err != nil {
		return err
	}
	before, old, err := read(path, job.Push.Form == core.PushDotenv)
	if err != nil {
		return err
	}
	text, err := content(job, old)
	if err != nil {
		return err
	}
	mode := fs.FileMode(0o600)
	if before != nil {
		mode = before.Mode().Perm()
		if job.Push.Private {
			mode &= 0o600 // rights that its owner removed stay removed
		}
		if !job.Push.Whole() && text == old && sameMode(before.Mode().Perm(), mode) {
			return nil // programs that watch it are not disturbed
		}
		if job.Push.InPlace {
			return overwrite(path, before, text, mode)
		}
		if mountedAlone(path, before) {
			return errMounted
		}
	}
	err = durable.WriteFile(path, func(f *os.File) error {
		if _, err := io.WriteString(f, text); err != nil {
			return err
		}
		if before != nil {
			if err := keepOwner(f, before); err != nil {
				return fmt.Errorf("%w: %s", errGroup, reason(err))
			}
		}
		if err := f.Chmod(mode); err != nil {
			return err
		}
		return unchanged(path, before)
	})
	if isMountPoint(err) {
		return errMounted
	}
	return err
}

// overwrite writes a file that cannot be replaced: it is mounted by itself, or has
// an owner and access rules that no other file can be given. A reader may see it
// half written, and so may a machine that loses its power in that moment. A failure
// is undone.
func overwrite(path string, before fs.FileInfo, text string, mode fs.FileMode) (err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := isFile(f, before); err != nil {
		return err
	}
	old, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return err
	}
	if err := unchanged(path, before); err != nil {
		return err
	}
	if before.Mode().Perm() != mode {
		if err := f.Chmod(mode); err != nil {
			return err
		}
	}
	put := func(text []byte) error {
		if _, err := f.WriteAt(text, 0); err != nil {
			return err
		}
		if err := f.Truncate(int64(len(text))); err != nil {
			return err
		}
		return f.Sync()
	}
	if err := put([]byte(text)); err != nil {
		if len(old) <= maxFile {
			_ = put(old) // into the blocks that it has
		}
		return err
	}
	return nil
}

// OpenToOthers reports whether others than the owner of a file may read it.
func OpenToOthers(path string) bool {
	info, err := os.Stat(path)
	return err == nil && runtime.GOOS != "windows" && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0
}

// content is the file's new content.
func content(job Job, old string) (string, error) {
	switch job.Push.Form {
	case core.PushDotenv:
		return setVariable(old, job.Push.Key, job.Token.Value)
	case core.PushJSON:
		line, err := format.Token(format.JSON, job.input())
		return line + "\n", err
	}
	return job.Token.Value + "\n", nil
}

// follow is the file that a path leads to. A link is followed and stays, if it is
// ours: a link in a shared folder that another user made could lead to any file of
// ours. A link that leads nowhere is refused.
func follow(path string) (string, error) {
	for range 40 { // as the systems do
		info, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return path, nil
		}
		if err != nil || info.Mode()&fs.ModeSymlink == 0 {
			return path, err
		}
		if !ours(info) {
			return "", errLink
		}
		to, err := os.Readlink(path)
		if err != nil {
			return "", err
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		if _, err := os.Stat(to); err != nil {
			return "", fmt.Errorf("the link leads to %s: %s", to, reason(err))
		}
		path = to
	}
	return "", errors.New("too many links; name the file itself")
}

// read examines the file, and reads it if its text must be kept. Without a file
// everything is empty.
func read(path string, whole bool) (fs.FileInfo, string, error) {
	before, err := os.Lstat(path) // a link that came meanwhile is not followed
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, "", nil
	case err != nil:
		return nil, "", err
	case before.IsDir():
		return nil, "", errors.New("it is a folder; name a file in it")
	case !before.Mode().IsRegular():
		return nil, "", errors.New("it is no ordinary file")
	case !mayReplace(before):
		return nil, "", errOwner
	case !whole:
		return before, "", nil
	case before.Size() > maxFile:
		return nil, "", errors.New("it is over 1 MB; choose another file")
	}
	f, err := durable.Open(path)
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = f.Close() }()
	if err := isFile(f, before); err != nil {
		return nil, "", err
	}
	raw, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, "", err
	}
	return before, string(raw), unchanged(path, before)
}

// isFile fails if what was opened is not the file that was examined: its path may have
// become a link to another one.
func isFile(f *os.File, before fs.FileInfo) error {
	now, err := f.Stat()
	if err == nil && !os.SameFile(before, now) {
		err = errChanged
	}
	return err
}

// unchanged fails if the file is not the one that was examined.
func unchanged(path string, before fs.FileInfo) error {
	now, err := os.Lstat(path)
	switch {
	case before == nil && errors.Is(err, fs.ErrNotExist):
		return nil
	case before == nil || err != nil:
		return errChanged
	case !os.SameFile(before, now) || before.Size() != now.Size() || !before.ModTime().Equal(now.ModTime()):
		return errChanged
	}
	return nil
}

// place is where a job of a file ends up, so that two jobs do not write one file at
// the same time.
func place(path string) string {
	real, err := follow(path)
	if err != nil {
		return path
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(real)); err == nil {
		real = filepath.Join(dir, filepath.Base(real))
	}
	return real
}

// Exists reports whether something is at path that is not empty.
func Exists(path string) bool {
	info, err := os.Stat(path)
	return err == nil && (!info.Mode().IsRegular() || info.Size() > 0)
}
