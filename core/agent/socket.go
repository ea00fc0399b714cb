package agent

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"

	"tokentray/core/home"
	"tokentray/core/launch"
	"tokentray/core/local"
)

// listener is the socket that the agent listens on. The system removes the runtime
// folder when its user logs out, and people remove sockets. An agent that keeps
// running listens again where its clients look for it.
type listener struct {
	log *slog.Logger

	mu     sync.Mutex
	home   home.Home // where clients look
	socket *local.Listener
	failed string // why it could not listen again, as last logged
}

// start listens for the first time.
func (l *listener) start() (net.Listener, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	socket, err := listen(l.home)
	if err != nil {
		return nil, err
	}
	l.socket = socket
	l.note()
	return socket, nil
}

// note writes down where clients with another runtime folder find the socket. The
// lock is held.
func (l *listener) note() {
	if err := l.home.NoteSocket(); err != nil {
		l.log.Warn("cannot note in the home where the agent listens", "error", err)
	}
}

// forget removes the note, when the agent ends.
func (l *listener) forget() {
	if err := l.where().ForgetSocket(); err != nil {
		l.log.Warn("cannot remove the note where the agent listened", "error", err)
	}
}

// listen listens on the socket of a home and removes a stale one.
func listen(h home.Home) (*local.Listener, error) {
	if err := h.CheckSocket(); err != nil {
		return nil, launch.CannotStart(err)
	}
	l, err := local.Listen(h.Socket())
	if err != nil {
		return nil, launch.CannotStart(err)
	}
	return l, nil
}

// where is the home as clients find it.
func (l *listener) where() home.Home {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.home
}

// reachable reports whether clients of h find the socket of this listener. The lock
// is held.
func (l *listener) reachable(h home.Home) bool {
	return h.Socket() == l.home.Socket() && l.socket.Reachable()
}

// ensure listens again when the socket is gone, or when clients look elsewhere now,
// and gives the new one to serve. A failure is logged once; the next call tries
// again.
func (l *listener) ensure(ctx context.Context, serve func(net.Listener)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.home.Again()
	if ctx.Err() != nil || l.reachable(h) {
		return
	}
	err := h.Mkdirs()
	var socket *local.Listener
	if err == nil {
		socket, err = listen(h)
	}
	if err != nil {
		if l.failed != err.Error() {
			l.failed = err.Error()
			l.log.Error("the socket is gone and cannot be made again", "socket", h.Socket(), "error", err)
		}
		return
	}
	if h.Socket() == l.home.Socket() {
		l.socket.GiveUp() // that path belongs to the new one
	}
	_ = l.socket.Close()
	l.home, l.socket, l.failed = h, socket, ""
	l.note()
	l.log.Warn("the socket was gone; listening again", "socket", h.Socket())
	serve(socket)
}

// disown leaves the socket's path alone when another agent listens there.
func (l *listener) disown() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.socket != nil && !l.reachable(l.home) {
		l.socket.GiveUp()
	}
}

// endWithHome ends the agent when its home was removed or has another database, and
// reports whether it did: the next agent may start a new home there, or has started
// one, and this one must not disturb it.
func (s *Service) endWithHome() bool {
	if !s.parts.Store.Gone() {
		return false
	}
	s.listener.disown()
	s.log.Error("the database was removed or replaced; this agent ends", "database", s.parts.Home.DB())
	_ = s.Stop(context.Background())
	return true
}

// replacedSocket reports whether a server ended because ensure closed its socket.
func replacedSocket(err error) bool {
	return errors.Is(err, net.ErrClosed) && !errors.Is(err, http.ErrServerClosed)
}
