package agent

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"tokentray/core/api"
	"tokentray/core/launch"
)

// Session implements api.Agent. If the agent has no display or no session bus, or
// cannot reach its own any more, it takes the client's.
func (s *Service) Session(ctx context.Context, theirs api.Session) error {
	s.mu.RLock()
	ours := s.session
	s.mu.RUnlock()
	next := merge(ctx, ours, theirs, reachable)
	if next == ours {
		return nil
	}
	s.mu.Lock()
	s.session = next
	s.mu.Unlock()
	s.log.Info("desktop taken from a client", "display", next.Display, "wayland", next.WaylandDisplay, "bus", next.DBus != "")
	s.parts.OnSession(next)
	if next.DBus != ours.DBus {
		select {
		case s.busMoved <- struct{}{}:
		default: // it is known already
		}
		s.retryVault(ctx) // there is a bus now, and perhaps a keyring on it
	}
	return nil
}

// followScreen watches the screen lock of the agent's session until ctx ends.
func (s *Service) followScreen(ctx context.Context, away func(why string)) {
	for ctx.Err() == nil {
		s.mu.RLock()
		address := s.session.DBus
		s.mu.RUnlock()
		one, cancel := context.WithCancel(ctx)
		var watch sync.WaitGroup
		watch.Go(func() { watchScreen(one, s.log, address, away) })
		select {
		case <-s.busMoved:
		case <-ctx.Done():
		}
		cancel()
		watch.Wait()
	}
}

// merge is our session, with the client's display or bus if we have none or ours
// cannot be reached. A display and its authority go together.
func merge(ctx context.Context, ours, theirs api.Session, reach func(context.Context, string) bool) api.Session {
	next := ours
	shown := ours.Display != "" && reach(ctx, displaySocket(ours.Display)) ||
		ours.WaylandDisplay != "" && reach(ctx, waylandSocket(ours.WaylandDisplay))
	if !shown && (theirs.Display != "" || theirs.WaylandDisplay != "") {
		next.Display, next.WaylandDisplay, next.XAuthority = theirs.Display, theirs.WaylandDisplay, theirs.XAuthority
	}
	if theirs.DBus != "" && (ours.DBus == "" || !reach(ctx, busSocket(ours.DBus))) {
		next.DBus = theirs.DBus
	}
	return next
}

// displaySocket is the socket of an X server on this machine, empty for another
// machine's.
func displaySocket(display string) string {
	host, number, ok := strings.Cut(display, ":")
	if !ok || host != "" && host != "unix" {
		return ""
	}
	number, _, _ = strings.Cut(number, ".")
	return "/tmp/.X11-unix/X" + filepath.Base(number)
}

// waylandSocket is where a compositor listens: a path, or a name in the runtime
// folder.
func waylandSocket(display string) string {
	if filepath.IsAbs(display) {
		return display
	}
	dir := os.Getenv("XDG_RUNTIME_DIR")
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, display)
}

// busSocket is the path or the abstract name in a D-Bus address, empty without
// either.
func busSocket(address string) string {
	for one := range strings.SplitSeq(address, ";") {
		rest, ok := strings.CutPrefix(one, "unix:")
		if !ok {
			continue
		}
		for pair := range strings.SplitSeq(rest, ",") {
			if path, ok := strings.CutPrefix(pair, "path="); ok {
				return path
			}
			if name, ok := strings.CutPrefix(pair, "abstract="); ok {
				return "@" + name
			}
		}
	}
	return ""
}

// reachable reports whether a program listens on a unix socket. An address that
// cannot be tested counts as reachable: ours is given up only when it is dead.
func reachable(ctx context.Context, socket string) bool {
	if socket == "" {
		return true
	}
	return launch.Listens(ctx, socket)
}
