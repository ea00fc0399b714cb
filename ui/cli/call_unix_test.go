//go:build unix

package cli

import (
	"context"
	"io"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// impatient is the terminal of a person who ends the command once told of a pipe.
type impatient struct {
	*terminal
	end func()
}

func (i impatient) Err() io.Writer { return i }

func (i impatient) Write(p []byte) (int, error) {
	n, err := i.terminal.err.Write(p)
	if strings.Contains(i.terminal.err.String(), "Waiting for a program") {
		i.end()
	}
	return n, err
}

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
		ctx, interrupt := context.WithTimeout(t.Context(), time.Minute)
		r.parts = func(p *Parts) {
			p.Environ = func() []string { return nil }
			p.Term = impatient{r.term, interrupt}
		}
		code, _, errOut := r.do(ctx, args...)
		interrupt()
		if code != 130 || len(c.sent) > 0 {
			t.Errorf("%q: code %d, %q, %s", args, code, c.sent, errOut)
		}
		if !strings.Contains(errOut, "Waiting for a program that writes into the pipe "+pipe) {
			t.Errorf("%q: the person is not told: %q", args, errOut)
		}
	}
}
