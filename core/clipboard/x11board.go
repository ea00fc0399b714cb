//go:build !windows && !darwin

package clipboard

import (
	"bytes"
	"context"
	"errors"

	"github.com/jezek/xgb/xproto"

	"tokentray/core"
)

// x11Board is the clipboard of an X server.
type x11Board struct {
	session Session
	how     habits
}

// beside runs f on another goroutine, because a server that hangs cannot be
// interrupted: when ctx ends the caller goes on, and a late result is undone.
func beside[T any](ctx context.Context, f func() (T, error), undo func(T)) (out T, err error) {
	type result struct {
		out T
		err error
	}
	ready := make(chan result)
	go func() {
		out, err := f()
		select {
		case ready <- result{out, err}:
		case <-ctx.Done():
			if err == nil {
				undo(out)
			}
		}
	}()
	select {
	case r := <-ready:
		return r.out, r.err
	case <-ctx.Done():
		return out, ctx.Err()
	}
}

func (b x11Board) acquire(ctx context.Context, text string, secret bool) (owner, error) {
	o, err := beside(ctx, func() (*x11Owner, error) { return b.newOwner(text, secret) }, func(o *x11Owner) { o.release() })
	switch {
	case err == nil:
		return o, nil
	case ctx.Err() != nil:
		return nil, core.AsError(ctx.Err())
	}
	return nil, asNoClipboard(err)
}

func asNoClipboard(err error) error {
	var e *core.Error
	if errors.As(err, &e) {
		return e
	}
	return noClipboard("the X server does not answer", err)
}

// guard owns an empty clipboard.
func (b x11Board) guard(ctx context.Context) (owner, error) { return b.acquire(ctx, "", true) }

// x11Found is the result of a read, and the owner of the clipboard that it emptied.
type x11Found struct {
	verdict verdict
	guard   *x11Owner
}

func (b x11Board) look(ctx context.Context, text fingerprint, how lookHow) (verdict, owner, error) {
	found, err := beside(ctx, func() (x11Found, error) { return b.lookNow(ctx, text, how) }, func(f x11Found) {
		if f.guard != nil {
			f.guard.release()
		}
	})
	if ctx.Err() != nil && err != nil {
		return nothing, nil, errSilent
	}
	if found.guard == nil { // not an interface with a nil owner inside
		return found.verdict, nil, err
	}
	return found.verdict, found.guard, err
}

// lookNow is look without a deadline of its own.
func (b x11Board) lookNow(ctx context.Context, text fingerprint, how lookHow) (found x11Found, err error) {
	c, err := dialX11(b.session)
	if err != nil {
		return found, err
	}
	stop := c.endWith(ctx)
	defer func() {
		if stop(); found.guard == nil {
			c.conn.Close()
		}
	}()
	clip := c.atoms["CLIPBOARD"]
	if err := c.listen(clip); err != nil {
		return found, err
	}
	var by xproto.Window
	if found.verdict, by, err = c.holds(clip, text); err != nil || found.verdict != same || !how.empty {
		return found, err
	}
	if ctx.Err() != nil { // too late to do anything
		return found, ctx.Err()
	}
	taken, err := c.seize(clip, by)
	switch {
	case err != nil:
		return found, err
	case !taken: // another program copied in this moment
		found.verdict = other
		return found, nil
	}
	if how.guard {
		found.guard = b.owner(c, "", true)
		go found.guard.serve()
	}
	return found, nil
}

// sweep clears the text in the places beside the clipboard: the cut buffer and, if
// it was put there, PRIMARY.
func (b x11Board) sweep(ctx context.Context, text fingerprint) {
	_, _ = beside(ctx, func() (none struct{}, err error) {
		c, err := dialX11(b.session)
		if err != nil {
			return none, err
		}
		stop := c.endWith(ctx)
		defer func() {
			stop()
			c.conn.Close()
		}()
		if err := c.sweepCutBuffer(text); err != nil || !b.how.primary {
			return none, err
		}
		if err := c.listen(xproto.AtomPrimary); err != nil {
			return none, err
		}
		found, by, err := c.holds(xproto.AtomPrimary, text)
		if err == nil && found == same && ctx.Err() == nil {
			_, err = c.seize(xproto.AtomPrimary, by) // and leave it: it is empty then
		}
		return none, err
	}, func(struct{}) {})
}

// owner makes an owner of CLIPBOARD from a client. It must still take the selection,
// if the client has not, and serve.
func (x11Board) owner(c *x11Client, text string, secret bool) *x11Owner {
	return &x11Owner{
		x11Client: c, text: []byte(text), secret: secret, owns: []xproto.Atom{c.atoms["CLIPBOARD"]},
		away: make(chan struct{}), done: make(chan struct{}),
	}
}

// Read reads the text on the session's clipboard, empty if there is none. The error
// is Temporary with RemedySilentOwner if the program that owns it does not answer
// within readTime, and Misuse if there is no clipboard to read.
func Read(ctx context.Context, s Session) (string, error) {
	if s.Display == "" {
		return "", noClipboard("no display", nil)
	}
	ctx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	text, err := beside(ctx, func() (string, error) { return readX11(ctx, s) }, func(string) {})
	switch {
	case err != nil && ctx.Err() != nil:
		return "", silent()
	case err != nil:
		return "", noClipboard("the X server does not answer", err)
	}
	return text, nil
}

func readX11(ctx context.Context, s Session) (string, error) {
	c, err := dialX11(s)
	if err != nil {
		return "", err
	}
	stop := c.endWith(ctx)
	defer func() {
		stop()
		c.conn.Close()
	}()
	clip := c.atoms["CLIPBOARD"]
	if by, err := c.owner(clip); err != nil || by == xproto.WindowNone {
		return "", err
	}
	for _, target := range []string{"UTF8_STRING", "STRING"} {
		text, found, err := c.fetch(clip, c.atoms[target], -1)
		switch {
		case err != nil || found == other:
			return "", err
		case found == same:
			return decoded(target, text), nil
		}
	}
	return "", nil
}

// decoded is the text that a program gave for a target. What is not UTF-8 where that was
// promised is left out, as it is of other systems' clipboards.
func decoded(target string, b []byte) string {
	if target != "STRING" {
		return string(bytes.ToValidUTF8(b, nil))
	}
	return latin1(b)
}

// latin1 decodes the encoding of the type STRING.
func latin1(b []byte) string {
	out := make([]rune, len(b))
	for i, c := range b {
		out[i] = rune(c)
	}
	return string(out)
}
