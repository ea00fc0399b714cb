//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"tokentray/cmd/e2e/desktop"
	"tokentray/core"
	"tokentray/core/api"
)

// apart runs failingDisks in a mount namespace, and in a user namespace unless we are
// root, so that its mounts disappear with it.
func apart(ctx context.Context, o options) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, self, "-disk", "-bin", o.bin, "-seed", fmt.Sprint(o.seed))
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	if uid := os.Getuid(); uid != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: uid, Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	err = cmd.Start()
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSPC) {
		fmt.Println("NOT RUN: this machine gives no namespace to mount in; full and read-only disks are tested by a limit on the size of files alone")
		return limited(ctx, o)
	}
	if err != nil {
		return err
	}
	return cmd.Wait()
}

// failingDisks makes the disk fail in every way, with a new home each time.
func failingDisks(ctx context.Context, o options) error {
	if err := unix.Mount("", "/", "", unix.MS_PRIVATE|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("keep our mounts to ourselves: %w", err)
	}
	t := &tally{}
	for _, part := range []struct {
		name string
		size string // of a file system for the home; empty: none
		work func(context.Context, *world) error
	}{
		{"a full disk", "3m", fullDisk},
		{"a read-only disk", "8m", readOnlyDisk},
		{"a limit on the size of files", "", fileLimit},
		{"a home that is removed", "", removedHome},
	} {
		if err := onDisk(ctx, o, t, part.size, part.work); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
		fmt.Printf("%-58s %10s\n", part.name, "done")
	}
	return t.verdict()
}

// limited is failingDisks without mounts.
func limited(ctx context.Context, o options) error {
	t := &tally{}
	if err := errors.Join(onDisk(ctx, o, t, "", fileLimit), onDisk(ctx, o, t, "", removedHome)); err != nil {
		return err
	}
	return t.verdict()
}

// onDisk makes a home with a few accounts and calls work, which makes its disk fail.
func onDisk(ctx context.Context, o options, t *tally, size string, work func(context.Context, *world) error) error {
	d, err := desktop.Start(desktop.Options{Keyring: desktop.Unlocked, NoScreen: true})
	if err != nil {
		return err
	}
	defer d.Close()
	w, err := newWorld(d, o.bin, o.seed, t)
	if err != nil {
		return err
	}
	defer w.close()
	if size != "" {
		if err := os.Mkdir(w.home.Dir(), 0o700); err != nil {
			return err
		}
		if err := unix.Mount("tmpfs", w.home.Dir(), "tmpfs", 0, "mode=0700,size="+size); err != nil {
			return fmt.Errorf("mount a small disk: %w", err)
		}
		defer func() { _ = unix.Unmount(w.home.Dir(), unix.MNT_DETACH) }()
	}
	if err := w.start(true); err != nil {
		return err
	}
	for range 6 {
		if err := w.try(ctx, w.addition()); err != nil {
			return err
		}
	}
	return work(ctx, w)
}

// try makes a change and records the result.
func (w *world) try(ctx context.Context, d deed) error {
	end := w.up.Ask(d.asks...)
	defer end()
	err := d.do(ctx)
	if err == nil {
		w.book = d.after
		w.t.acknowledged++
	}
	return err
}

// strain tries every change on a full disk. A refused change must be refused because
// of the disk. An acknowledged change must be there later. Living tokens are still
// served.
func (w *world) strain(ctx context.Context) (refused int) {
	for range 4 {
		for _, make := range []func() deed{
			w.addition, w.importing,
			func() deed { return w.edit("note", w.book.ids()[0], false, func(k *kept) { k.Note = w.word() }) },
			func() deed {
				return w.edit("AppSecret and note", w.book.ids()[1], true, func(k *kept) { k.Secret = w.secret() })
			},
			func() deed { return w.push(w.book.ids()[2]) },
			func() deed { return w.report(w.book.ids()[3]) },
		} {
			d := make()
			err := w.try(ctx, d)
			var e *core.Error
			switch {
			case err == nil:
				continue
			case !errors.As(err, &e) || errors.Is(err, api.ErrNoAgent):
				w.t.fault("%s ended with %v", d.what, err)
			case e.Remedy != core.RemedyFull && e.Remedy != core.RemedyDisk && e.Remedy != core.RemedyImportLeft:
				w.t.fault("%s is refused and the disk is not named: %v (%s)", d.what, err, e.Remedy)
			}
			refused++
			if d.what == "edit AppSecret and note" { // the person resets it at the upstream, or the next edit does
				w.unsure = append(w.unsure, d.touches...)
			}
		}
	}
	w.serves(ctx)
	return refused
}

// serves checks that every account gets its living token.
func (w *world) serves(ctx context.Context) {
	list, err := w.client.List(ctx)
	if err != nil {
		w.t.fault("the list is refused: %v", err)
		return
	}
	for _, a := range list.Accounts {
		if a.Remaining(time.Now()) < 5*time.Second {
			continue
		}
		t, err := w.client.Token(ctx, a.Ref(), time.Second)
		if err != nil || !w.up.Sim.Accepts(a.AppID, t.AccessToken) {
			w.t.fault("%s has a living token and does not get it: %v", a.AppID, err)
		}
	}
}

// again starts the agent on a working disk and checks that everything is there.
func (w *world) again(ctx context.Context) error {
	if w.agent.Alive() {
		w.agent.Kill()
	}
	if err := w.start(true); err != nil {
		return err
	}
	list, err := w.client.List(ctx)
	if err != nil {
		return err
	}
	if len(list.Accounts) < len(w.book) {
		w.t.fault("%d accounts are there, %d were acknowledged", len(list.Accounts), len(w.book))
	}
	for _, id := range w.unsure { // an edit was refused, but its AppSecret may have been saved
		w.book = w.book.without(id)
	}
	entries, err := w.entries()
	if err != nil {
		return err
	}
	there := w.there(list, entries)
	for _, id := range w.book.ids() {
		if there[id] != w.book[id] {
			w.t.fault("%s is %+v, and was acknowledged as %+v", id, there[id], w.book[id])
		}
	}
	w.book, w.unsure = there, nil
	w.learn(list)
	return w.try(ctx, w.addition())
}

func fullDisk(ctx context.Context, w *world) error {
	ballast := filepath.Join(w.home.Dir(), "ballast")
	for range 3 {
		if err := fill(ballast); err != nil {
			return err
		}
		if w.strain(ctx) == 0 {
			w.t.fault("a full disk refused nothing")
		}
		w.agent.Kill()
		err := w.start(true) // with no room left
		if err == nil {
			w.strain(ctx)
		} else if w.agent.Alive() {
			return err
		}
		if err := os.Remove(ballast); err != nil {
			return err
		}
		if err := w.again(ctx); err != nil {
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

func readOnlyDisk(ctx context.Context, w *world) error {
	w.agent.Kill()
	before, err := os.ReadFile(w.home.DB())
	if err != nil {
		return err
	}
	if err := unix.Mount("", w.home.Dir(), "", unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		return fmt.Errorf("make the disk read-only: %w", err)
	}
	if err := w.start(true); err == nil {
		w.t.fault("an agent started that cannot keep anything")
	}
	if after, err := os.ReadFile(w.home.DB()); err != nil || string(after) != string(before) {
		w.t.fault("the database is another: %v", err)
	}
	if err := unix.Mount("", w.home.Dir(), "", unix.MS_REMOUNT, ""); err != nil {
		return fmt.Errorf("make the disk writable: %w", err)
	}
	return w.again(ctx)
}

// fileLimit lets no file of the agent grow beyond the size of the database.
func fileLimit(ctx context.Context, w *world) error {
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
		if err := w.again(ctx); err != nil {
			return err
		}
	}
	return nil
}

// removedHome removes the folder of a running agent. The agent ends, and the next one
// starts with an empty home.
func removedHome(ctx context.Context, w *world) error {
	if err := os.RemoveAll(w.home.Dir()); err != nil {
		return err
	}
	if code, err := w.agent.Wait(10 * time.Second); err != nil {
		w.t.fault("the agent does not end with its home: %v", err)
		w.agent.Kill()
	} else if code != 0 {
		w.t.fault("the agent ended with %d:\n%s", code, tail(w.agent.Output()))
	}
	w.book = book{}
	return w.again(ctx)
}
