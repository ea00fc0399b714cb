//go:build linux

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// disk is a file system of its own for a home.
type disk interface {
	mount(dir string) error
	unmount() error
}

// memory is a small disk in memory. It can be full, or read-only from the start: the
// kernel does not make it read-only while a file is open for writing.
type memory struct{ size, dir string }

func tmpfs(size string) *memory { return &memory{size: size} }

func (m *memory) mount(dir string) error {
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "mode=0700,size="+m.size); err != nil {
		return fmt.Errorf("%w: mount a tmpfs: %w", errNoMount, err)
	}
	m.dir = dir
	return nil
}

func (m *memory) unmount() error { return unix.Unmount(m.dir, unix.MNT_DETACH) }

// loop is a file with an ext4 in it, which becomes read-only when it meets an error, as
// the systems' own disks do: also for files that are open for writing.
type loop struct{ dir, image string }

func (l *loop) mount(dir string) error {
	l.dir, l.image = dir, dir+".img"
	if err := errors.Join(os.WriteFile(l.image, nil, 0o600), os.Truncate(l.image, 16<<20)); err != nil {
		return err
	}
	if err := command("mkfs.ext4", "-q", "-F", l.image); err != nil {
		return fmt.Errorf("make a file system: %w", err)
	}
	if err := l.attach(); err != nil {
		return fmt.Errorf("%w: %w", errNoMount, err)
	}
	return errors.Join(os.Chmod(dir, 0o700), os.Remove(filepath.Join(dir, "lost+found")))
}

func (l *loop) attach() error {
	return command("mount", "-t", "ext4", "-o", "loop,errors=remount-ro", l.image, l.dir)
}

// fail has the kernel find an error.
func (l *loop) fail() error {
	name, err := exec.Command("findmnt", "-n", "-o", "SOURCE", l.dir).Output()
	if err != nil {
		return fmt.Errorf("find the device of %s: %w", l.dir, err)
	}
	trigger := filepath.Join("/sys/fs/ext4", filepath.Base(strings.TrimSpace(string(name))), "trigger_fs_error")
	if err := os.WriteFile(trigger, []byte("1"), 0); err != nil {
		return fmt.Errorf("%w: %w", errNoMount, err)
	}
	if err := os.WriteFile(filepath.Join(l.dir, "try"), nil, 0o600); !errors.Is(err, unix.EROFS) {
		return fmt.Errorf("the disk is not read-only after its error: %v", err)
	}
	return nil
}

// mend repairs the disk, with no agent on it.
func (l *loop) mend() error {
	if err := unix.Unmount(l.dir, 0); err != nil {
		return fmt.Errorf("unmount the disk: %w", err)
	}
	var ended *exec.ExitError
	if err := command("e2fsck", "-fy", l.image); errors.As(err, &ended) && ended.ExitCode() > 2 { // 1 and 2: errors were repaired
		return err
	}
	return l.attach()
}

func (l *loop) unmount() error {
	return errors.Join(unix.Unmount(l.dir, unix.MNT_DETACH), os.Remove(l.image))
}

// command runs a program of the administrator.
func command(name string, args ...string) error {
	path, err := exec.LookPath(name)
	if err != nil {
		path = filepath.Join("/usr/sbin", name) // not in everybody's PATH
	}
	if out, err := exec.Command(path, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, tail(string(out)))
	}
	return nil
}

// backups are those that a home has when its disk fails.
type backups struct {
	fresh bool   // of the newest state, and new; else of an earlier one, half an hour old
	then  []byte // the earlier state
}

func (b *backups) String() string {
	if b.fresh {
		return "a fresh backup"
	}
	return "a stale backup"
}

// put starts the agent again with these backups alone.
func (b *backups) put(w *world) error {
	w.agent.Kill()
	data, at := b.then, time.Now().Add(-30*time.Minute)
	if b.fresh {
		var err error
		if data, err = os.ReadFile(w.home.DB()); err != nil {
			return err
		}
		at = time.Now()
	}
	for _, path := range w.backups() {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	path := filepath.Join(w.home.Dir(), "backups", "accounts-"+at.UTC().Format(stamp)+".db")
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, data, 0o600)); err != nil {
		return err
	}
	return w.start(true)
}
