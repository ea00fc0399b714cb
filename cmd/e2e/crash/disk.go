//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"tokentray/cmd/e2e/desktop"
	"tokentray/core"
	"tokentray/core/api"
)

// apart runs failingDisks in a mount namespace, and in a user namespace unless we are
// root, so that its mounts disappear with it. Where nothing can be mounted it fails,
// unless the options say that a limit on the size of files is enough.
func apart(ctx context.Context, o options) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, self, "-disk", "-bin", o.bin, "-seed", fmt.Sprint(o.seed), fmt.Sprintf("-no-mounts=%v", o.noMounts))
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	if uid := os.Getuid(); uid != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: uid, Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	err = cmd.Start()
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSPC) {
		if !o.noMounts {
			return fmt.Errorf("%w: this machine gives no namespace to mount in (%w)", errNoMount, err)
		}
		fmt.Println("NOT RUN: full and read-only disks; this machine gives no namespace to mount in")
		return limited(ctx, o)
	}
	if err != nil {
		return err
	}
	return cmd.Wait()
}

// errNoMount means that a disk which fails cannot be made here.
var errNoMount = errors.New("full and read-only disks cannot be tried; run this as root, or leave them out with make soak-crash DISKS=possible")

// failingDisks makes the disk fail in every way, with a new home each time.
func failingDisks(ctx context.Context, o options) error {
	if err := unix.Mount("", "/", "", unix.MS_PRIVATE|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("keep our mounts to ourselves: %w", err)
	}
	t := &tally{}
	for _, part := range []struct {
		name  string
		disk  disk
		moved bool // the secrets are in a passphrase file on that disk
		work  func(context.Context, *world, *backups) error
	}{
		{"a full disk", tmpfs("3m"), false, fullDisk},
		{"a full disk with the passphrase file", tmpfs("3m"), true, fullDisk},
		{"a disk that is read-only at the start", tmpfs("8m"), false, readOnlyDisk},
		{"a disk that becomes read-only", &loop{}, false, failingDisk},
		{"a disk with the passphrase file that becomes read-only", &loop{}, true, failingDisk},
		{"a limit on the size of files", nil, false, fileLimit},
	} {
		for _, b := range []*backups{{}, {fresh: true}} {
			name := part.name + ", " + b.String()
			err := patiently(t, func(t *tally) error { return onDisk(ctx, o, t, part.disk, part.moved, b, part.work) })
			if errors.Is(err, errNoMount) && o.noMounts {
				fmt.Printf("%-78s %10s\n", name, "NOT RUN: "+err.Error())
				continue
			}
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			fmt.Printf("%-78s %10s\n", name, "done")
		}
	}
	if err := patiently(t, func(t *tally) error { return onDisk(ctx, o, t, nil, false, nil, removedHome) }); err != nil {
		return fmt.Errorf("a home that is removed: %w", err)
	}
	fmt.Printf("%-78s %10s\n", "a home that is removed", "done")
	return t.verdict()
}

// limited is failingDisks without mounts.
func limited(ctx context.Context, o options) error {
	t := &tally{}
	err := errors.Join(
		patiently(t, func(t *tally) error { return onDisk(ctx, o, t, nil, false, &backups{}, fileLimit) }),
		patiently(t, func(t *tally) error { return onDisk(ctx, o, t, nil, false, &backups{fresh: true}, fileLimit) }),
		patiently(t, func(t *tally) error { return onDisk(ctx, o, t, nil, false, nil, removedHome) }),
	)
	if err != nil {
		return err
	}
	return t.verdict()
}

// patiently does a part again, in another home, if its keyring crashed. What was found
// until then is not counted.
func patiently(t *tally, do func(*tally) error) error {
	for tries := 0; ; tries++ {
		one := &tally{}
		err := do(one)
		if errors.Is(err, errKeyring) && tries < 3 {
			fmt.Println("the keyring itself crashed: another home")
			continue
		}
		t.faults = append(t.faults, one.faults...)
		return err
	}
}

// onDisk makes a home with a few accounts and the wanted backups on a disk, nil for the
// machine's, and calls work, which makes the disk fail.
func onDisk(ctx context.Context, o options, t *tally, on disk, move bool, b *backups, work func(context.Context, *world, *backups) error) (err error) {
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
	defer func() {
		if (err != nil || len(t.faults) > 0) && !d.HasName(keyringName) {
			err = fmt.Errorf("%w: %w", errKeyring, errors.Join(err, t.verdict()))
		}
	}()
	if on != nil {
		if err := os.Mkdir(w.home.Dir(), 0o700); err != nil {
			return err
		}
		if err := on.mount(w.home.Dir()); err != nil {
			return err
		}
		w.disk = on
		defer func() {
			if w.agent != nil && w.agent.Alive() {
				w.agent.Kill()
			}
			err = errors.Join(err, on.unmount())
		}()
	}
	if err := w.start(true); err != nil {
		return err
	}
	if move {
		if err := w.try(ctx, w.move()); err != nil {
			return err
		}
	}
	if err := w.add(ctx, 2); err != nil {
		return err
	}
	if b != nil {
		w.agent.Kill()
		if b.then, err = os.ReadFile(w.home.DB()); err != nil {
			return err
		}
		if err := w.start(true); err != nil {
			return err
		}
	}
	if err := w.add(ctx, 4); err != nil {
		return err
	}
	if b != nil {
		if err := b.put(w); err != nil {
			return err
		}
	}
	return work(ctx, w, b)
}

// add adds n accounts.
func (w *world) add(ctx context.Context, n int) error {
	for range n {
		if err := w.try(ctx, w.addition()); err != nil {
			return err
		}
	}
	return nil
}

// try makes a change and records the result. A change that was refused may have been
// made, but not by half.
func (w *world) try(ctx context.Context, d deed) error {
	end := w.up.Ask(d.asks...)
	defer end()
	err := d.do(ctx)
	if err == nil {
		w.book = d.after
		w.t.acknowledged++
	} else if len(d.touches) > 0 {
		w.refused = append(w.refused, d)
	}
	return err
}

// strain tries every change on a failing disk. A refused change must be refused because
// of the disk. An acknowledged change must be there later. Living tokens are still
// served.
func (w *world) strain(ctx context.Context) (refused int) {
	for range w.rounds(4) {
		for _, make := range []func() deed{
			w.addition, w.importing,
			func() deed { return w.edit("note", w.book.ids()[0], false, func(k *kept) { k.Note = w.word() }) },
			func() deed {
				return w.edit("AppSecret and note", w.book.ids()[1], true, func(k *kept) { k.Secret = w.secret() })
			},
			func() deed { return w.push(w.leastPushed()) },
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
			case !slices.Contains([]string{core.RemedyFull, core.RemedyReadOnly, core.RemedyDisk, core.RemedyImportLeft}, e.Remedy):
				w.t.fault("%s is refused and the disk is not named: %v (%s)", d.what, err, e.Remedy)
			}
			refused++
		}
	}
	w.serves(ctx)
	return refused
}

// leastPushed is the account with the fewest pushes. One takes no more than twenty.
func (w *world) leastPushed() string {
	return slices.MinFunc(w.book.ids(), func(a, b string) int { return w.book[a].Pushes - w.book[b].Pushes })
}

// rounds is n, or one where each change of the passphrase file takes a second.
func (w *world) rounds(n int) int {
	if w.moved {
		return 1
	}
	return n
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
	entries, err := w.entries()
	if err != nil {
		return err
	}
	there := w.there(list, entries)
	for _, text := range whole(there, w.book, w.refused) {
		w.t.fault("%s", text)
	}
	w.book, w.refused = there, nil
	w.learn(list)
	return w.try(ctx, w.addition())
}

// whole compares what exists with what was acknowledged, where changes were refused that
// may have been made, or may have changed the vault alone. It returns what is wrong.
func whole(got, acknowledged book, refused []deed) (wrong []string) {
	may := map[string][]kept{} // by AppID, besides what was acknowledged
	gone := map[string]bool{}  // by a removal that was refused
	for _, d := range refused {
		for _, id := range d.touches {
			if k, is := d.after[id]; is {
				may[id] = append(may[id], k)
			} else {
				gone[id] = true
			}
		}
	}
	for _, id := range acknowledged.ids() {
		was := acknowledged[id]
		is, there := got[id]
		switch {
		case !there && !gone[id]:
			wrong = append(wrong, fmt.Sprintf("%s is lost: %+v", id, was))
		case there && is != was && !slices.ContainsFunc(may[id], func(k kept) bool { return is == k || is == onlySecret(was, k) }):
			wrong = append(wrong, fmt.Sprintf("%s is %+v, and was acknowledged as %+v", id, is, was))
		}
	}
	for _, id := range got.ids() {
		if _, was := acknowledged[id]; was {
			continue
		}
		is := got[id]
		if !slices.ContainsFunc(may[id], func(k kept) bool { return is == k || is.sameButNote(k) && !is.Auto }) {
			wrong = append(wrong, fmt.Sprintf("%s is there by half, or nobody added it: %+v, wanted %+v", id, is, may[id]))
		}
	}
	return wrong
}
