package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/term"
)

// Terminal is the person's terminal: three streams, and what only a real terminal can
// do.
type Terminal interface {
	In() io.Reader
	Out() io.Writer
	Err() io.Writer
	// InIsTerminal reports whether questions can be asked: answers are typed,
	// and the questions are seen.
	InIsTerminal() bool
	// InIsTyped reports whether standard input is a keyboard, which shows what
	// is typed, whether or not questions are seen.
	InIsTyped() bool
	OutIsTerminal() bool
	// Size is the terminal's width and height in cells.
	Size() (width, height int)
	// ReadLine reads a typed line. ReadHidden asks for one and does not show it: the
	// terminal hides what is typed before the question is seen. If ctx or the input
	// ends first, the error is that of ctx or io.EOF, and the terminal is as it was.
	ReadLine(ctx context.Context) (string, error)
	ReadHidden(ctx context.Context, question string) (string, error)
	// Keys hands over the keys that are pressed, and shows none of them, until end is
	// called, which restores the terminal. Without a keyboard there are none.
	Keys() (keys <-chan Key, end func())
}

// Key is a key that is pressed.
type Key string

// The keys that have names; any other is itself.
const (
	KeyUp     Key = "up"
	KeyDown   Key = "down"
	KeyPageUp Key = "pageup"
	KeyPageDn Key = "pagedown"
	KeyHome   Key = "home"
	KeyEnd    Key = "end"
	KeyCtrlC  Key = "ctrl-c"
)

// keyOf is the key of what a terminal sends for it.
func keyOf(sent string) Key {
	switch sent {
	case "\x03":
		return KeyCtrlC
	case "\x1b[A", "\x1bOA":
		return KeyUp
	case "\x1b[B", "\x1bOB":
		return KeyDown
	case "\x1b[5~":
		return KeyPageUp
	case "\x1b[6~":
		return KeyPageDn
	case "\x1b[H", "\x1bOH", "\x1b[1~":
		return KeyHome
	case "\x1b[F", "\x1bOF", "\x1b[4~":
		return KeyEnd
	}
	return Key(sent)
}

// Console is the Terminal of a process.
type Console struct {
	in       *os.File
	out, err *os.File
	lines    *bufio.Reader
}

// NewConsole returns the Terminal over the given files, as os.Stdin, os.Stdout
// and os.Stderr.
func NewConsole(in, out, err *os.File) *Console {
	prepareConsole(out)
	return &Console{in: in, out: out, err: err, lines: bufio.NewReader(in)}
}

// In is standard input.
func (c *Console) In() io.Reader { return c.lines }

// Out is standard output.
func (c *Console) Out() io.Writer { return endsWithReader(c.out) }

// Err is standard error.
func (c *Console) Err() io.Writer { return c.err }

// InIsTerminal implements Terminal.
func (c *Console) InIsTerminal() bool { return isTerminal(c.in) && isTerminal(c.err) }

// InIsTyped implements Terminal.
func (c *Console) InIsTyped() bool { return isTerminal(c.in) }

// OutIsTerminal implements Terminal.
func (c *Console) OutIsTerminal() bool { return isTerminal(c.out) }

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// Size implements Terminal; 80 by 24 if it is not known.
func (c *Console) Size() (width, height int) {
	w, h, err := term.GetSize(int(c.out.Fd()))
	if err != nil || w <= 0 || h <= 0 {
		return 80, 24
	}
	return w, h
}

// ReadLine implements Terminal.
func (c *Console) ReadLine(ctx context.Context) (string, error) {
	return c.wait(ctx, func() (string, error) {
		s, err := c.lines.ReadString('\n')
		if s != "" && errors.Is(err, io.EOF) {
			err = nil
		}
		return strings.TrimRight(s, "\r\n"), err
	})
}

// ReadHidden implements Terminal.
func (c *Console) ReadHidden(ctx context.Context, question string) (string, error) {
	s, err := c.wait(ctx, func() (string, error) {
		before, err := term.MakeRaw(int(c.in.Fd()))
		if err != nil {
			return "", err
		}
		_, _ = fmt.Fprint(c.err, question)
		s, err := hiddenLine(c.in)
		return s, errors.Join(err, term.Restore(int(c.in.Fd()), before))
	})
	_, _ = fmt.Fprintln(c.err) // the line end that was typed was not shown
	return s, err
}

// Keys implements Terminal. Its reader cannot be interrupted and is abandoned with the
// last key: the process is about to end.
func (c *Console) Keys() (<-chan Key, func()) {
	if !c.InIsTyped() {
		return nil, func() {}
	}
	before, err := term.MakeRaw(int(c.in.Fd()))
	if err != nil {
		return nil, func() {}
	}
	keys, ended := make(chan Key), make(chan struct{})
	go func() {
		for {
			sent := make([]byte, 16)
			n, err := c.in.Read(sent)
			if n == 0 || err != nil {
				return
			}
			select {
			case keys <- keyOf(string(sent[:n])):
			case <-ended:
				return
			}
		}
	}()
	return keys, sync.OnceFunc(func() {
		close(ended)
		_ = term.Restore(int(c.in.Fd()), before)
	})
}

// maxHidden limits a hidden line; a terminal's own lines are no longer.
const maxHidden = 4095

// hiddenLine reads one line of a raw terminal, byte by byte, so that what was typed
// ahead is left for the next question. It handles the keys that terminals handle in a
// line: Backspace, Ctrl-U, Ctrl-D on an empty line (Ctrl-Z on Windows), and Ctrl-C,
// which ends the input too.
func hiddenLine(r io.Reader) (string, error) {
	const (
		ctrlC, ctrlD, backspace, ctrlU, ctrlZ, del = 0x03, 0x04, 0x08, 0x15, 0x1a, 0x7f
	)
	line := make([]byte, 0, maxHidden) // one piece of memory, which is wiped
	defer func() { clear(line[:cap(line)]) }()
	for {
		var b [1]byte
		n, err := r.Read(b[:])
		if n == 0 && err == nil {
			err = io.EOF // a terminal that hung up
		}
		if n == 0 {
			return "", err
		}
		switch c := b[0]; c {
		case '\r', '\n':
			return string(line), nil
		case ctrlC:
			return "", io.EOF
		case ctrlD, 0: // Linux keeps a Ctrl-D that was typed ahead as a zero
			if len(line) == 0 {
				return "", io.EOF
			}
		case ctrlZ:
			if len(line) == 0 && runtime.GOOS == "windows" {
				return "", io.EOF
			}
		case backspace, del:
			_, last := utf8.DecodeLastRune(line)
			line = line[:len(line)-last]
		case ctrlU:
			line = line[:0]
		default:
			if len(line) < maxHidden {
				line = append(line, c)
			}
		}
	}
}

// wait runs a read that cannot be interrupted. If ctx ends first, the terminal is
// restored and the read is abandoned: the process is about to end.
func (c *Console) wait(ctx context.Context, read func() (string, error)) (string, error) {
	before, stateErr := term.GetState(int(c.in.Fd()))
	type answer struct {
		s   string
		err error
	}
	done := make(chan answer, 1)
	go func() {
		s, err := read()
		done <- answer{s, err}
	}()
	select {
	case a := <-done:
		return a.s, a.err
	case <-ctx.Done():
		if stateErr == nil {
			_ = term.Restore(int(c.in.Fd()), before)
		}
		return "", ctx.Err()
	}
}
