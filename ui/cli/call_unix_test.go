//go:build unix

package cli

import (
	"context"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestAPipeThatNobodyWrites is waited for until the person ends the command.
func TestAPipeThatNobodyWrites(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--input", pipe}, {"--form", "media=@" + pipe}, {"-F", "x=@" + pipe}} {
		r, c := calling()
		ctx, interrupt := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Millisecond, interrupt)
		if code, _, errOut := r.do(ctx, append([]string{"call", "shop", "/x"}, args...)...); code != 130 || len(c.sent) > 0 {
			t.Errorf("%q: code %d, %q, %s", args, code, c.sent, errOut)
		}
	}
}
