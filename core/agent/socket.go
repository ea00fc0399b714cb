package agent

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"sync"

	"tokentray/core/home"
	"tokentray/core/launch"
)

// post is where the agent listens. The platform's runtime folder goes when its
// user logs out, and tidy people remove sockets: an agent that lives on listens
// again where its clients look for it.
type post struct {
	mu     sync.Mutex
	home   home.Home // as clients find it
	socket *net.UnixListener
	file   os.FileInfo // the socket as we made it
	failed string      // why it could not listen again, as it was told last
}

// listen takes the socket of a home.
func listen(h home.Home) (*net.UnixListener, os.FileInfo, error) {
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
	return l, file, nil
}

// where is the home as clients find it.
func (s *Service) where() home.Home {
	s.post.mu.Lock()
	defer s.post.mu.Unlock()
	return s.post.home
}

// there reports whether the socket that is listened on is the one that clients
// of h find.
func (p *post) there(h home.Home) bool {
	if h.Socket() != p.home.Socket() {
		return false
	}
	file, err := os.Lstat(h.Socket())
	// Windows knows no identity of a socket's file.
	return err == nil && (runtime.GOOS == "windows" || os.SameFile(file, p.file))
}

// stay listens again when the socket went, or when clients look elsewhere now,
// and hands the new one to serve. What keeps it from that is told once; the next
// look tries again.
func (s *Service) stay(ctx context.Context, serve func(net.Listener)) {
	p := &s.post
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.home.Again()
	if ctx.Err() != nil || p.there(h) {
		return
	}
	err := h.Mkdirs()
	var (
		socket *net.UnixListener
		file   os.FileInfo
	)
	if err == nil {
		socket, file, err = listen(h)
	}
	if err != nil {
		if p.failed != err.Error() {
			p.failed = err.Error()
			s.log.Error("the socket is gone and cannot be made again", "socket", h.Socket(), "error", err)
		}
		return
	}
	if h.Socket() == p.home.Socket() {
		p.socket.SetUnlinkOnClose(false) // that path is the new one's
	}
	_ = p.socket.Close()
	p.home, p.socket, p.file, p.failed = h, socket, file, ""
	s.log.Warn("the socket was gone; listening again", "socket", h.Socket())
	serve(socket)
}

// homeless reports whether somebody removed the home or put another database in
// its place, and then ends the agent: the next one may begin a new home there, or
// has begun one, and nothing of this one must come into its way.
func (s *Service) homeless() bool {
	if !s.parts.Store.Gone() {
		return false
	}
	s.post.mu.Lock()
	if s.post.socket != nil && !s.post.there(s.post.home) {
		s.post.socket.SetUnlinkOnClose(false) // what is at that path is another agent's
	}
	s.post.mu.Unlock()
	s.log.Error("the database was removed or replaced; this agent ends", "database", s.parts.Home.DB())
	_ = s.Stop(context.Background())
	return true
}

// replaced reports whether a server's end is that of a socket which stay closed.
func replaced(err error) bool {
	return errors.Is(err, net.ErrClosed) && !errors.Is(err, http.ErrServerClosed)
}
