package agent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"sync"

	"tokentray/core/home"
	"tokentray/core/launch"
)

// listener is the socket that the agent listens on. The system removes the runtime
// folder when its user logs out, and people remove sockets. An agent that goes on
// listens again where its clients look for it.
type listener struct {
	log *slog.Logger

	mu     sync.Mutex
	home   home.Home // where clients look
	socket *unixSocket
	file   os.FileInfo // the socket as we made it
	failed string      // why it could not listen again, as it was logged last
}

// start listens for the first time.
func (l *listener) start() (net.Listener, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	socket, file, err := listen(l.home)
	if err != nil {
		return nil, err
	}
	l.socket, l.file = socket, file
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
func listen(h home.Home) (*unixSocket, os.FileInfo, error) {
	path := h.Socket()
	if err := h.CheckSocket(); err != nil {
		return nil, nil, launch.CannotStart(err)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, nil, launch.CannotStart(fmt.Errorf("remove the stale socket: %w", err))
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, nil, launch.CannotStart(fmt.Errorf("listen on %s: %w", path, err))
	}
	err = os.Chmod(path, 0o600) // its folder is 0700 already
	if err != nil {
		_ = l.Close()
		return nil, nil, launch.CannotStart(fmt.Errorf("close the socket to others: %w", err))
	}
	file, err := os.Lstat(path)
	if err != nil {
		_ = l.Close()
		return nil, nil, launch.CannotStart(fmt.Errorf("look at the socket: %w", err))
	}
	return &unixSocket{UnixListener: l}, file, nil
}

// unixSocket is a socket that the server may close while the upkeep gives up its
// path.
type unixSocket struct {
	*net.UnixListener
	mu sync.Mutex
}

// Close ends listening, and removes the path unless it was given up.
func (s *unixSocket) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.UnixListener.Close()
}

// giveUp leaves the path to another agent's socket.
func (s *unixSocket) giveUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.SetUnlinkOnClose(false)
}

// where is the home as clients find it.
func (l *listener) where() home.Home {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.home
}

// reachable reports whether the socket that is listened on is the one that
// clients of h find. The lock is held.
func (l *listener) reachable(h home.Home) bool {
	if h.Socket() != l.home.Socket() {
		return false
	}
	file, err := os.Lstat(h.Socket())
	// Windows knows no identity of a socket's file.
	return err == nil && (runtime.GOOS == "windows" || os.SameFile(file, l.file))
}

// ensure listens again when the socket went, or when clients look elsewhere now,
// and hands the new one to serve. What keeps it from that is logged once; the next
// call tries again.
func (l *listener) ensure(ctx context.Context, serve func(net.Listener)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.home.Again()
	if ctx.Err() != nil || l.reachable(h) {
		return
	}
	err := h.Mkdirs()
	var (
		socket *unixSocket
		file   os.FileInfo
	)
	if err == nil {
		socket, file, err = listen(h)
	}
	if err != nil {
		if l.failed != err.Error() {
			l.failed = err.Error()
			l.log.Error("the socket is gone and cannot be made again", "socket", h.Socket(), "error", err)
		}
		return
	}
	if h.Socket() == l.home.Socket() {
		l.socket.giveUp() // that path is the new one's
	}
	_ = l.socket.Close()
	l.home, l.socket, l.file, l.failed = h, socket, file, ""
	l.note()
	l.log.Warn("the socket was gone; listening again", "socket", h.Socket())
	serve(socket)
}

// disown leaves the socket's path alone when another agent listens there.
func (l *listener) disown() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.socket != nil && !l.reachable(l.home) {
		l.socket.giveUp()
	}
}

// endWithHome ends the agent when somebody removed the home or put another
// database in its place, and reports whether it did: the next agent may begin a
// new home there, or has begun one, and this one must not disturb it.
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
