package api

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
)

// errPeer is why a caller of another user is refused.
var errPeer = errors.New("this socket serves the user who started the agent; run the command as that user")

// SameUser returns an error unless the process at the other end of a unix
// socket runs as our own user. Where the platform cannot tell (Windows), the
// folder's permissions decide alone.
func SameUser(c net.Conn) error {
	raw, ok := c.(syscall.Conn)
	if !ok {
		return fmt.Errorf("cannot tell who calls: %w", errPeer)
	}
	uid, known, err := peerUID(raw)
	switch {
	case err != nil:
		return fmt.Errorf("cannot tell who calls: %w", errPeer)
	case known && uid != os.Geteuid():
		return errPeer
	}
	return nil
}
