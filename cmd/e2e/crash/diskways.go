//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// The ways in which a disk fails.

func fullDisk(ctx context.Context, w *world, b *backups) error {
	ballast := filepath.Join(w.home.Dir(), "ballast")
	for range w.rounds(3) {
		if err := fill(ballast); err != nil {
			return err
		}
		if w.strain(ctx) == 0 {
			w.t.fault("a full disk refused nothing")
		}
		w.agent.Kill()
		if !b.fresh { // the start wants to make one
			if err := w.ageBackups(); err != nil {
				return err
			}
		}
		err := w.start(true) // with no room left
		if err == nil {
			w.strain(ctx)
		} else if w.agent.Alive() {
			return err
		}
		if err := os.Remove(ballast); err != nil {
			return err
		}
		if err := w.anew(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

// fill writes a file until the disk is full.
func fill(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	for block := make([]byte, 4096); ; {
		if _, err := f.Write(block); errors.Is(err, unix.ENOSPC) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// readOnlyDisk starts an agent on a disk that cannot be written.
func readOnlyDisk(ctx context.Context, w *world, b *backups) error {
	w.agent.Kill()
	if !b.fresh {
		if err := w.ageBackups(); err != nil {
			return err
		}
	}
	if err := unix.Mount("", w.home.Dir(), "", unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		return fmt.Errorf("make the disk read-only: %w", err)
	}
	if err := w.refusesToStart(); err != nil {
		return err
	}
	if err := unix.Mount("", w.home.Dir(), "", unix.MS_REMOUNT, ""); err != nil {
		return fmt.Errorf("make the disk writable: %w", err)
	}
	return w.again(ctx)
}

// refusesToStart checks that an agent on a read-only disk ends, says why and changes
// nothing.
func (w *world) refusesToStart() error {
	before, err := os.ReadFile(w.home.DB())
	if err != nil {
		return err
	}
	if err := w.start(true); err == nil {
		w.t.fault("an agent started that cannot keep anything")
	} else if w.agent.Alive() {
		return err
	} else if said := w.agent.Output(); !strings.Contains(said, "cannot be written") && !strings.Contains(said, "read-only") {
		w.t.fault("the agent does not say that the disk is read-only:\n%s", tail(said))
	}
	if after, err := os.ReadFile(w.home.DB()); err != nil || !bytes.Equal(after, before) {
		w.t.fault("the database is another: %v", err)
	}
	return nil
}

// failingDisk makes the disk of a running agent read-only, as the kernel does after an
// error of the device.
func failingDisk(ctx context.Context, w *world, b *backups) error {
	for range w.rounds(2) {
		if err := w.disk.(*loop).fail(); err != nil {
			return err
		}
		if w.strain(ctx) == 0 {
			w.t.fault("a read-only disk refused nothing")
		}
		if !w.agent.Alive() {
			w.t.fault("the agent did not outlive the disk:\n%s", tail(w.agent.Output()))
		}
		w.agent.Kill()
		if err := w.refusesToStart(); err != nil {
			return err
		}
		if err := w.disk.(*loop).mend(); err != nil {
			return err
		}
		if err := w.anew(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

// fileLimit lets no file of the agent grow beyond the size of the database.
func fileLimit(ctx context.Context, w *world, b *backups) error {
	for range 3 {
		info, err := os.Stat(w.home.DB())
		if err != nil {
			return err
		}
		var was unix.Rlimit
		limit := func(l *unix.Rlimit, old *unix.Rlimit) error {
			return unix.Prlimit(w.agent.PID(), unix.RLIMIT_FSIZE, l, old)
		}
		if err := limit(nil, &was); err != nil {
			return err
		}
		if err := limit(&unix.Rlimit{Cur: uint64(info.Size()) / 4, Max: was.Max}, nil); err != nil {
			return err
		}
		if w.strain(ctx) == 0 {
			w.t.fault("a limit of %d bytes refused nothing", info.Size()/4)
		}
		if !w.agent.Alive() {
			w.t.fault("the agent did not outlive the limit:\n%s", tail(w.agent.Output()))
		} else if err := limit(&was, nil); err != nil {
			return err
		} else if err := w.try(ctx, w.addition()); err != nil {
			w.t.fault("with room again an addition is refused: %v", err)
		}
		if err := w.anew(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

// anew starts the agent again, and once more with these backups alone.
func (w *world) anew(ctx context.Context, b *backups) error {
	if err := w.again(ctx); err != nil {
		return err
	}
	return b.put(w)
}

// removedHome removes the folder of a running agent. The agent ends, and the next one
// starts with an empty home.
func removedHome(ctx context.Context, w *world, _ *backups) error {
	if err := os.RemoveAll(w.home.Dir()); err != nil {
		return err
	}
	if code, err := w.agent.Wait(60 * time.Second); err != nil {
		w.t.fault("the agent does not end with its home: %v", err)
		w.agent.Kill()
	} else if code != 0 {
		w.t.fault("the agent ended with %d:\n%s", code, tail(w.agent.Output()))
	}
	w.book = book{}
	return w.again(ctx)
}
