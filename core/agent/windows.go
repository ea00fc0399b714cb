package agent

import (
	"context"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// Events implements api.Agent.
func (s *Service) Events(ctx context.Context, window bool) (<-chan api.Event, error) {
	out, ok := s.hub.open(ctx, window, s.now(), s.list)
	if !ok {
		return nil, core.ErrStopping()
	}
	return out, nil
}

// raiseTime is how long Open waits until a window that was killed is no longer
// counted: its stream ends only when the system has ended the process.
const raiseTime = 150 * time.Millisecond

// startTime is how long a request to show something waits for the window.
const startTime = 30 * time.Second

// comeTime is how long Open waits for a window that it started.
const comeTime = 15 * time.Second

// Open implements api.Agent. If there is no window, the request waits for the one
// that is started.
func (s *Service) Open(ctx context.Context, what api.Showing) (int, error) {
	start := what.Start
	what.Start = false
	n, err := s.raise(ctx, what)
	if err == nil && n == 0 && start {
		return s.startWindow(ctx)
	}
	return n, err
}

// raise is Open for the windows that are there.
func (s *Service) raise(ctx context.Context, what api.Showing) (int, error) {
	raise := api.Event{Type: api.EventRaise}
	if what != (api.Showing{}) {
		raise.Show = &what
	}
	until := s.now().Add(startTime)
	if s.hub.raise(raise, until) == 0 {
		return 0, nil
	}
	late := time.NewTimer(raiseTime)
	defer late.Stop()
	select {
	case <-late.C:
	case <-ctx.Done():
	}
	n := s.hub.windows()
	if n == 0 { // the window was closing
		s.hub.expect(raise, until)
	}
	return n, nil
}

// startWindow starts a window on the agent's desktop, waits until it is there and
// returns how many there are.
func (s *Service) startWindow(ctx context.Context) (int, error) {
	if s.parts.OpenWindow == nil {
		return 0, nil
	}
	s.mu.RLock()
	on := s.session
	s.mu.RUnlock()
	ended, err := s.parts.OpenWindow(on)
	if err != nil {
		return 0, err
	}
	late := time.NewTimer(comeTime)
	defer late.Stop()
	select {
	case <-s.hub.windowComes():
	case <-ended: // it failed, or another window was faster
	case <-late.C:
	case <-s.hub.closing:
	case <-ctx.Done():
	}
	if n := s.hub.windows(); n > 0 || ctx.Err() != nil {
		return n, ctx.Err()
	}
	return 0, &core.Error{Class: core.Internal, Remedy: core.RemedyLog, Message: "the window was started and did not open; see the log"}
}
