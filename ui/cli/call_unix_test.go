//go:build unix

package cli

import (
	"context"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestAPipeThatNobodyWrites is waited for until the person ends the command, who is told
// of it: by every command that reads a file.
func TestAPipeThatNobodyWrites(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	before := tellAfter
	tellAfter = time.Millisecond
	t.Cleanup(func() { tellAfter = before })
	for _, args := range [][]string{
		{"call", "shop", "/x", "--input", pipe},
		{"call", "shop", "/x", "--form", "media=@" + pipe},
		{"call", "shop", "/x", "-F", "x=@" + pipe},
		{"import", pipe},
		{"import", pipe, "--from", "dotenv", "--dry-run"},
		{"preset", "add", pipe},
		{"team", "join", pipe},
		{"edit", "shop", "--ca", pipe},
		{"run", "--env-file", pipe, "--", "true"},
	} {
		r, c := calling()
		r.parts = func(p *Parts) { p.Environ = func() []string { return nil } }
		ctx, interrupt := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, interrupt)
		code, _, errOut := r.do(ctx, args...)
		if code != 130 || len(c.sent) > 0 {
			t.Errorf("%q: code %d, %q, %s", args, code, c.sent, errOut)
		}
		if !strings.Contains(errOut, "Waiting for a program that writes into the pipe "+pipe) {
			t.Errorf("%q: the person is not told: %q", args, errOut)
		}
	}
}
