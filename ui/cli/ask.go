package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/ui/text"
)

// maxStdin limits a secret or a token from standard input. It is far above any real
// length, so that a value that is too long is refused and not cut.
const maxStdin = 64 << 10

// errDeclined means that a question was answered with no.
var errDeclined = errors.New("declined")

// ask asks a question and returns the trimmed answer, or fallback for an empty one.
func (a *app) ask(ctx context.Context, question, fallback string) (string, error) {
	if fallback != "" {
		question += " [" + fallback + "]"
	}
	_, _ = fmt.Fprint(a.Term.Err(), question+": ")
	s, err := a.Term.ReadLine(ctx)
	if err != nil {
		return "", fmt.Errorf("%w: %w", errInterrupted, err)
	}
	if s = strings.TrimSpace(s); s == "" {
		return fallback, nil
	}
	return s, nil
}

// askHidden asks for a secret without showing it.
func (a *app) askHidden(ctx context.Context, question string) (core.Secret, error) {
	s, err := a.Term.ReadHidden(ctx, question+": ")
	if err != nil {
		return core.Secret{}, fmt.Errorf("%w: %w", errInterrupted, err)
	}
	return core.NewSecret(s), nil
}

// confirm says what is about to happen and asks for consent. The flag yes gives it
// beforehand; without the flag and without a terminal nothing is done.
func (a *app) confirm(ctx context.Context, yes bool, warning []string, question text.Key, args ...any) error {
	if yes {
		return nil
	}
	if !a.Term.InIsTerminal() || a.json {
		return usage("usage.need_yes")
	}
	for _, line := range warning {
		_, _ = fmt.Fprintln(a.Term.Err(), line)
	}
	_, _ = fmt.Fprint(a.Term.Err(), a.say(question, args...)+" [y/N] ")
	s, err := a.Term.ReadLine(ctx)
	if err != nil {
		return fmt.Errorf("%w: %w", errInterrupted, err)
	}
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "y", "yes", "是":
		return nil
	}
	a.note(a.say("cli.nothing_done"))
	return &errSilent{errDeclined}
}

// stdin reads all of standard input, without the line end that echo and editors
// append. Typed input is a secret and is not shown.
func (a *app) stdin(ctx context.Context, question text.Key, args ...any) (string, error) {
	if a.Term.InIsTyped() {
		s, err := a.askHidden(ctx, a.say(question, args...))
		return s.Reveal(), err
	}
	b, err := reading(ctx, func() ([]byte, error) { return io.ReadAll(io.LimitReader(a.Term.In(), maxStdin+1)) })
	defer clear(b)
	switch {
	case errors.Is(err, errInterrupted):
		return "", err
	case err != nil:
		return "", fmt.Errorf("read standard input: %w", err)
	}
	if len(b) > maxStdin {
		return "", usage("usage.stdin_long")
	}
	// Windows PowerShell can put a byte order mark before what it pipes.
	s := strings.TrimSuffix(strings.TrimPrefix(string(b), "\ufeff"), "\n")
	return strings.TrimSuffix(s, "\r"), nil
}

// reading reads until the end of the input or until ctx ends, as after Ctrl-C, since
// the other end of a pipe may never be closed. The read itself cannot be cancelled;
// it ends with its input or with the program.
func reading[T any](ctx context.Context, read func() (T, error)) (T, error) {
	return readingSlowly(ctx, read, nil, nil)
}

// readingSlowly is reading that calls what when slow fires.
func readingSlowly[T any](ctx context.Context, read func() (T, error), slow <-chan time.Time, what func()) (T, error) {
	type result struct {
		data T
		err  error
	}
	done := make(chan result, 1)
	go func() {
		data, err := read()
		done <- result{data, err}
	}()
	for {
		select {
		case r := <-done:
			return r.data, r.err
		case <-slow:
			what()
		case <-ctx.Done():
			var none T
			return none, fmt.Errorf("%w: %w", errInterrupted, ctx.Err())
		}
	}
}

// tellAfter is how long a named pipe is waited for before the person is told; tests
// shorten it.
var tellAfter = 2 * time.Second

// readingPath is reading of a file. It tells the person that it waits for a named pipe
// that nobody writes to.
func readingPath[T any](ctx context.Context, a *app, path string, read func() (T, error)) (T, error) {
	if info, err := os.Stat(path); err != nil || info.Mode()&fs.ModeNamedPipe == 0 {
		return reading(ctx, read)
	}
	timer := time.NewTimer(tellAfter)
	defer timer.Stop()
	return readingSlowly(ctx, read, timer.C, func() { a.note(clean(a.say("cli.waiting_pipe", "file", path))) })
}

// readFile reads a file up to a limit.
func (a *app) readFile(ctx context.Context, path string, limit int64) ([]byte, error) {
	return readingPath(ctx, a, path, func() ([]byte, error) { return readSmall(path, limit) })
}

// hiddenOrUsage asks for a secret at the terminal. Without a terminal its error names
// the flag that reads the secret from standard input.
func (a *app) hiddenOrUsage(ctx context.Context, question, instead text.Key, args ...any) (core.Secret, error) {
	if !a.Term.InIsTerminal() || a.json {
		return core.Secret{}, usage(instead)
	}
	return a.askHidden(ctx, a.say(question, args...))
}
