package local

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/windows"
)

// pipePrefix begins the name of every pipe of this machine.
const pipePrefix = `\\.\pipe\`

// pipeBuffer is what the system keeps of a pipe in each direction before a write
// waits, in bytes.
const pipeBuffer = 16 << 10

// busyPause is how long Dial waits before it tries again when all instances of a
// pipe are taken. The agent makes a new one as soon as one is taken.
const busyPause = 2 * time.Millisecond

// Address is where the agent of the home in dir listens: a pipe whose name holds the
// user's SID and a hash of the folder. dir is without links.
func Address(dir string) string {
	user := "unknown" // Listen says why
	if sid, err := ownSID(); err == nil {
		user = sid.String()
	}
	sum := sha256.Sum256([]byte(strings.ToLower(dir)))
	return pipePrefix + "tokentray-" + user + "-" + hex.EncodeToString(sum[:8])
}

// Dial connects to the agent that listens on address, and refuses a pipe that
// another user made. Its error is os.ErrNotExist when nobody listens. An address
// that is a path is a socket, on which older agents listened.
func Dial(ctx context.Context, address string) (net.Conn, error) {
	if !strings.HasPrefix(address, pipePrefix) {
		return (&net.Dialer{}).DialContext(ctx, "unix", address)
	}
	failed := func(err error) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "pipe", Addr: pipeAddr(address), Err: err}
	}
	name, err := windows.UTF16PtrFromString(address)
	if err != nil {
		return failed(err)
	}
	for {
		// The agent may ask who we are, and no more.
		const mode = windows.FILE_FLAG_OVERLAPPED | windows.SECURITY_SQOS_PRESENT | windows.SECURITY_IDENTIFICATION
		h, err := windows.CreateFile(name, windows.GENERIC_READ|windows.GENERIC_WRITE, 0, nil, windows.OPEN_EXISTING, mode, 0)
		if err == nil {
			if err := madeByUs(h); err != nil {
				_ = windows.CloseHandle(h)
				return failed(err)
			}
			return newPipe(h, address, false), nil
		}
		switch {
		case errors.Is(err, windows.ERROR_ACCESS_DENIED): // our own would accept us
			return failed(errors.Join(ErrForeign, err))
		case !errors.Is(err, windows.ERROR_PIPE_BUSY):
			return failed(err)
		}
		select {
		case <-ctx.Done():
			return failed(ctx.Err())
		case <-time.After(busyPause):
		}
	}
}

// Listener listens on the pipe of an agent.
type Listener struct {
	name string
	sa   *windows.SecurityAttributes

	mu   sync.Mutex     // held by Accept
	next windows.Handle // the instance for the next caller

	ended windows.Handle // an event: Close was called
	once  sync.Once
}

// Listen makes the pipe address, which the user and the system may open, and which
// no other machine reaches. If another program has the name, the error has
// ErrForeign in its chain.
func Listen(address string) (*Listener, error) {
	sid, err := ownSID()
	if err != nil {
		return nil, err
	}
	sd, err := windows.SecurityDescriptorFromString(fmt.Sprintf("O:%[1]sD:P(A;;GA;;;%[1]s)(A;;GA;;;SY)", sid))
	if err != nil {
		return nil, fmt.Errorf("describe who may open the pipe: %w", err)
	}
	l := &Listener{name: address, sa: &windows.SecurityAttributes{SecurityDescriptor: sd}}
	l.sa.Length = uint32(securityAttributesSize)
	if l.next, err = l.instance(windows.FILE_FLAG_FIRST_PIPE_INSTANCE); err != nil {
		if errors.Is(err, windows.ERROR_ACCESS_DENIED) || errors.Is(err, windows.ERROR_PIPE_BUSY) {
			err = errors.Join(ErrForeign, err)
		}
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	var instances uint32
	if err := windows.GetNamedPipeHandleState(l.next, nil, &instances, nil, nil, nil, 0); err == nil && instances > 1 {
		_ = windows.CloseHandle(l.next)
		return nil, fmt.Errorf("listen on %s: %w", address, ErrForeign)
	}
	if l.ended, err = windows.CreateEvent(nil, 1, 0, nil); err != nil {
		_ = windows.CloseHandle(l.next)
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return l, nil
}

// instance makes one more end of the pipe.
func (l *Listener) instance(flags uint32) (windows.Handle, error) {
	name, err := windows.UTF16PtrFromString(l.name)
	if err != nil {
		return 0, err
	}
	return windows.CreateNamedPipe(name, windows.PIPE_ACCESS_DUPLEX|windows.FILE_FLAG_OVERLAPPED|flags,
		windows.PIPE_TYPE_BYTE|windows.PIPE_REJECT_REMOTE_CLIENTS, windows.PIPE_UNLIMITED_INSTANCES, pipeBuffer, pipeBuffer, 0, l.sa)
}

// Accept returns the next caller. It makes the instance for the following one first,
// so that the name always exists.
func (l *Listener) Accept() (net.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		if l.next == 0 {
			return nil, l.failed(net.ErrClosed)
		}
		err := l.await()
		if errors.Is(err, net.ErrClosed) {
			_ = windows.CloseHandle(l.next)
			l.next = 0
			return nil, l.failed(err)
		}
		caller := l.next
		next, more := l.instance(0)
		if more != nil { // out of memory, for example: this caller is dropped, and the server tries again
			_ = windows.DisconnectNamedPipe(caller)
			return nil, l.failed(passing{more})
		}
		l.next = next
		if err == nil {
			return newPipe(caller, l.name, true), nil
		}
		_ = windows.CloseHandle(caller) // it has gone already
	}
}

// await waits until a client opens the next instance.
func (l *Listener) await() error {
	came, err := windows.CreateEvent(nil, 1, 0, nil)
	if err != nil {
		return err
	}
	defer windows.CloseHandle(came)
	o := &windows.Overlapped{HEvent: came}
	err = windows.ConnectNamedPipe(l.next, o)
	var n uint32
	switch {
	case errors.Is(err, windows.ERROR_IO_PENDING):
		which, err := windows.WaitForMultipleObjects([]windows.Handle{l.ended, came}, false, windows.INFINITE)
		if err != nil || which == windows.WAIT_OBJECT_0 {
			_ = windows.CancelIoEx(l.next, o)
			_ = windows.GetOverlappedResult(l.next, o, &n, true) // the system writes to o until then
			return net.ErrClosed
		}
		return windows.GetOverlappedResult(l.next, o, &n, false)
	case errors.Is(err, windows.ERROR_PIPE_CONNECTED):
		err = nil
	}
	if which, _ := windows.WaitForSingleObject(l.ended, 0); which == windows.WAIT_OBJECT_0 {
		return net.ErrClosed
	}
	return err
}

func (l *Listener) failed(err error) error {
	return &net.OpError{Op: "accept", Net: "pipe", Addr: l.Addr(), Err: err}
}

// Close ends listening. Connections stay.
func (l *Listener) Close() error {
	l.once.Do(func() {
		_ = windows.SetEvent(l.ended)
		l.mu.Lock() // Accept has seen it
		defer l.mu.Unlock()
		if l.next != 0 {
			_ = windows.CloseHandle(l.next)
			l.next = 0
		}
		_ = windows.CloseHandle(l.ended)
	})
	return nil
}

// Addr is the name of the pipe.
func (l *Listener) Addr() net.Addr { return pipeAddr(l.name) }

// Reachable reports whether the address leads to this listener. Nobody can take a
// pipe away.
func (l *Listener) Reachable() bool { return true }

// GiveUp does nothing: a pipe leaves no name behind.
func (l *Listener) GiveUp() {}

// passing is an error that may be gone at the next try; http.Server waits a little.
type passing struct{ error }

func (e passing) Unwrap() error { return e.error }
func (passing) Timeout() bool   { return false }
func (passing) Temporary() bool { return true }

// pipeAddr is the name of a pipe.
type pipeAddr string

func (pipeAddr) Network() string  { return "pipe" }
func (a pipeAddr) String() string { return string(a) }

// pipe is one end of a connection.
type pipe struct {
	file   *os.File
	name   string
	server bool // the agent's end
}

func newPipe(h windows.Handle, name string, server bool) *pipe {
	return &pipe{os.NewFile(uintptr(h), name), name, server}
}

func (p *pipe) LocalAddr() net.Addr                { return pipeAddr(p.name) }
func (p *pipe) RemoteAddr() net.Addr               { return pipeAddr(p.name) }
func (p *pipe) Close() error                       { return netError("close", p.name, p.file.Close()) }
func (p *pipe) SetDeadline(t time.Time) error      { return p.file.SetDeadline(t) }
func (p *pipe) SetReadDeadline(t time.Time) error  { return p.file.SetReadDeadline(t) }
func (p *pipe) SetWriteDeadline(t time.Time) error { return p.file.SetWriteDeadline(t) }

// Read reads as a network connection does, whose errors package net/http knows.
func (p *pipe) Read(b []byte) (int, error) {
	n, err := p.file.Read(b)
	return n, netError("read", p.name, err)
}

// Write writes as a network connection does.
func (p *pipe) Write(b []byte) (int, error) {
	n, err := p.file.Write(b)
	return n, netError("write", p.name, err)
}

// netError turns the error of a file into one of the network.
func netError(op, name string, err error) error {
	file := (*os.PathError)(nil)
	if !errors.As(err, &file) {
		return err // io.EOF
	}
	cause := file.Err
	if errors.Is(cause, os.ErrClosed) {
		cause = net.ErrClosed
	}
	return &net.OpError{Op: op, Net: "pipe", Addr: pipeAddr(name), Err: cause}
}
