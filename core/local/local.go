// Package local connects the agent with its clients on one machine: over a unix
// socket, and on Windows over a named pipe. Both serve only the user who started the
// agent. Dial and Listen are the same on every system; an address is a path, or the
// name of a pipe.
//
// Each end checks the other. The agent asks the system who called, see SameUser. A
// client of a socket trusts its folder, which only its owner can write to. A pipe
// has no folder, and any user may be the first to take a name: Dial refuses a pipe
// that another user made.
package local

import "errors"

// ErrPeer is the reason for refusing a caller of another user.
var ErrPeer = errors.New("this socket serves the user who started the agent; run the command as that user")

// ErrForeign is in the chain of Dial's error when another user listens on the address,
// and of Listen's when somebody does.
var ErrForeign = errors.New("another program has taken the agent's address")
