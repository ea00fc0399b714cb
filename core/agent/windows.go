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

// Open implements api.Agent. If there is no window, the request waits for the one
// that is started.
func (s *Service) Open(ctx context.Context, what api.Showing) (int, error) {
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
