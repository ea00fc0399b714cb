//go:build unix

package vault

import (
	"context"
	"os"
	"syscall"
	"time"

	"tokentray/core/durable"
)

// A child outlives a killed agent, and the next agent would not find what it still
// writes, because it has looked by then. Killing the child with its agent does not
// help: gnome-keyring sometimes does not survive a caller that goes in the middle of
// a call. So each child holds a lock as long as it runs, and the next agent waits
// for that before its first call.

// markBusy returns a file with a lock for the child to hold; nil without a path.
func markBusy(path string) (*os.File, error) {
	if path == "" {
		return nil, nil
	}
	f, err := durable.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// waitBusy waits until no child of an earlier agent runs, at most limit, which is
// how long such a child may take.
func waitBusy(ctx context.Context, path string, limit time.Duration) {
	f, err := durable.OpenFile(path, os.O_RDWR, 0o600)
	if err != nil {
		return // nobody has ever called
	}
	defer func() { _ = f.Close() }() // and with it the lock
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		select {
		case <-look.C:
		case <-ctx.Done():
			return
		}
	}
}
