//go:build linux

// Command crash kills a real agent again and again while people work with it. Each
// time it checks what the next agent has: every acknowledged change, none of them
// half done, and no unnecessary call to the upstream. Between kills it damages the
// database, replaces new backups with stale ones, and makes the disk fail. Run it by
// make soak-crash.
//
// Each home starts with an empty database, a real keyring and a real Redis, in which it
// makes, joins and leaves teams. It lives for about sixty kills. In every third one the
// secrets move into a passphrase file. The seed determines a run, except for the times at
// which the system schedules the processes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"tokentray/cmd/e2e/desktop"
)

// options are those of a run.
type options struct {
	bin   string
	kills int
	limit time.Duration // 0: none
	seed  uint64
	life  int // kills of a home

	noMounts bool // leave out the disks that cannot be mounted here
}

func main() {
	o := options{}
	flag.StringVar(&o.bin, "bin", "bin", "folder of tokentray")
	flag.IntVar(&o.kills, "kills", 2000, "how often the agent is killed")
	flag.DurationVar(&o.limit, "for", 0, "end after this time, however many kills there were")
	flag.Uint64Var(&o.seed, "seed", uint64(time.Now().UnixNano()), "of the random numbers")
	flag.IntVar(&o.life, "life", 60, "how many kills a home lives for")
	flag.BoolVar(&o.noMounts, "no-mounts", false, "say which disks cannot be mounted here, instead of failing")
	disk := flag.Bool("disk", false, "test failing disks, in a mount namespace of our own")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	work := run
	if *disk {
		work = failingDisks
	}
	if err := work(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "crash:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	var err error
	if o.bin, err = filepath.Abs(o.bin); err != nil {
		return err
	}
	fmt.Printf("seed %d\n", o.seed)
	began := time.Now()
	var t tally
	for n := uint64(0); t.kills < o.kills && ctx.Err() == nil && (o.limit == 0 || time.Since(began) < o.limit); n++ {
		if err := liveAndDie(ctx, o, o.seed+n, &t, began); err != nil {
			return fmt.Errorf("home %d (seed %d), after %d kills: %w", n+1, o.seed+n, t.kills, err)
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	t.print(time.Since(began))
	if err := apart(ctx, o); err != nil {
		return err
	}
	return t.verdict()
}

// liveAndDie takes one home from its start to its end.
func liveAndDie(ctx context.Context, o options, seed uint64, t *tally, began time.Time) (err error) {
	d, err := desktop.Start(desktop.Options{Keyring: desktop.Unlocked, NoScreen: true})
	if err != nil {
		return err
	}
	defer d.Close()
	w, err := newWorld(d, o.bin, seed, t)
	if err != nil {
		return err
	}
	defer w.close()
	defer func() {
		if errors.Is(err, errKeyring) { // gnome-keyring fails now and then on a busy machine
			count(&t.open, "none, and the keyring itself crashed: home given up")
			err = nil
		}
	}()
	moves := t.homes%3 == 2
	t.homes++
	for n := range o.life {
		if t.kills >= o.kills || ctx.Err() != nil || o.limit > 0 && time.Since(began) > o.limit {
			break
		}
		w.mayMove = moves && n >= o.life*3/4
		if err := w.between(); err != nil {
			return err
		}
		if err := w.live(ctx); err != nil {
			return err
		}
	}
	return w.end(ctx)
}
