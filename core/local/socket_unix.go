//go:build unix

package local

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

// Address is where the agent of the home in dir listens: agent.sock in it.
func Address(dir string) string { return filepath.Join(dir, "agent.sock") }

// Dial connects to the agent that listens on address. Its error is os.ErrNotExist
// or ECONNREFUSED when nobody does.
func Dial(ctx context.Context, address string) (net.Conn, error) {
	return (&net.Dialer{}).DialContext(ctx, "unix", address)
}

// Listener listens on the socket of an agent. The server may close it while another
// goroutine gives up its path.
type Listener struct {
	*net.UnixListener
	file os.FileInfo // the socket as we made it
	mu   sync.Mutex
}

// Listen listens on the socket at path, 0600, and removes a stale one. The caller
// holds the home's lock, so that a socket there is a stale one.
func Listen(path string) (*Listener, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("remove the stale socket: %w", err)
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", path, err)
	}
	err = os.Chmod(path, 0o600) // its folder is 0700 already
	if err != nil {
		_ = l.Close()
		return nil, fmt.Errorf("close the socket to others: %w", err)
	}
	file, err := os.Lstat(path)
	if err != nil {
		_ = l.Close()
		return nil, fmt.Errorf("look at the socket: %w", err)
	}
	return &Listener{UnixListener: l, file: file}, nil
}

// Reachable reports whether the address still leads to this listener: the system
// removes the runtime folder when its user logs out, and people remove sockets.
func (l *Listener) Reachable() bool {
	file, err := os.Lstat(l.Addr().String())
	return err == nil && os.SameFile(file, l.file)
}

// Close ends listening, and removes the path unless it was given up.
func (l *Listener) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.UnixListener.Close()
}

// GiveUp leaves the path to another agent's socket.
func (l *Listener) GiveUp() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.SetUnlinkOnClose(false)
}

// SameUser returns an error unless the process at the other end of a connection
// runs as our own user.
func SameUser(c net.Conn) error {
	raw, ok := c.(syscall.Conn)
	if !ok {
		return fmt.Errorf("cannot tell who calls: %w", ErrPeer)
	}
	uid, known, err := peerUID(raw)
	switch {
	case err != nil:
		return fmt.Errorf("cannot tell who calls: %w", ErrPeer)
	case known && uid != os.Geteuid():
		return ErrPeer
	}
	return nil
}

// PeerPID is the process at the other end of a connection, 0 where the system does
// not tell.
func PeerPID(c net.Conn) int {
	if raw, ok := c.(syscall.Conn); ok {
		return peerPID(raw)
	}
	return 0
}
