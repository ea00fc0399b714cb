package agent

import (
	"context"
	"sync"
	"time"

	"tokentray/core/api"
)

// backlog is how many events a reader may lag behind before the agent drops
// them and sends a new snapshot instead.
const backlog = 64

// byeTime is how long a stream's end waits for a reader to take what is left.
const byeTime = time.Second

// hub hands every event to every open stream. Publishing never blocks.
type hub struct {
	closing chan struct{} // closed when the hub is
	wg      sync.WaitGroup

	mu      sync.Mutex
	streams map[*stream]struct{}
	closed  bool
}

// stream is one reader. Its fields are guarded by the hub's mutex.
type stream struct {
	window bool
	queue  []api.Event
	stale  bool          // a snapshot goes before the queue
	ended  bool          // nothing comes after the queue
	wake   chan struct{} // something is to be sent
}

func newHub() *hub { return &hub{closing: make(chan struct{}), streams: map[*stream]struct{}{}} }

// publish sends an event to every stream, or to windows alone. make is called
// only when somebody listens.
func (h *hub) publish(windows bool, build func() api.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.streams) == 0 {
		return
	}
	e := build()
	for s := range h.streams {
		if windows && !s.window {
			continue
		}
		s.push(e)
	}
}

// push queues an event, or gives up the queue for a snapshot. What is no part
// of a snapshot survives.
func (s *stream) push(e api.Event) {
	if len(s.queue) >= backlog {
		var keep []api.Event
		for _, q := range s.queue {
			if q.Type == api.EventRaise {
				keep = append(keep[:0], q)
			}
		}
		s.queue, s.stale = keep, true
		if e.Type != api.EventRaise {
			e = api.Event{}
		}
	}
	if e.Type != "" {
		s.queue = append(s.queue, e)
	}
	s.poke()
}

func (s *stream) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// windows is how many windows are open.
func (h *hub) windows() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for s := range h.streams {
		if s.window {
			n++
		}
	}
	return n
}

// open starts a stream that begins with a snapshot and ends with ctx, or after
// a bye. It returns false when the hub is closed.
func (h *hub) open(ctx context.Context, window bool, snapshot func() api.List) (<-chan api.Event, bool) {
	s := &stream{window: window, stale: true, wake: make(chan struct{}, 1)}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, false
	}
	h.streams[s] = struct{}{}
	s.poke()
	out := make(chan api.Event)
	h.wg.Go(func() {
		defer close(out)
		defer h.drop(s)
		h.pump(ctx, s, out, snapshot)
	})
	return out, true
}

func (h *hub) drop(s *stream) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.streams, s)
}

// pump sends what is queued until the stream ends.
func (h *hub) pump(ctx context.Context, s *stream, out chan<- api.Event, snapshot func() api.List) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		}
		for {
			stale, queue, ended := h.take(s)
			if stale {
				list := snapshot()
				queue = append([]api.Event{{Type: api.EventSnapshot, Snapshot: &list}}, queue...)
			}
			if !h.send(ctx, out, queue) || ended {
				return
			}
			if len(queue) == 0 {
				break
			}
		}
	}
}

// take empties the queue. A snapshot made after take holds all that was dropped
// before it; what is queued meanwhile repeats some of it, which is harmless.
func (h *hub) take(s *stream) (stale bool, queue []api.Event, ended bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	stale, queue, ended = s.stale, s.queue, s.ended
	s.stale, s.queue = false, nil
	return stale, queue, ended
}

// send hands events to the reader, who may take as long as it likes until the
// hub closes, and byeTime from then on.
func (h *hub) send(ctx context.Context, out chan<- api.Event, queue []api.Event) bool {
	closing, late := h.closing, (<-chan time.Time)(nil)
	for len(queue) > 0 {
		select {
		case out <- queue[0]:
			queue = queue[1:]
		case <-closing:
			closing, late = nil, time.After(byeTime)
		case <-late:
			return false
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// close says bye to every stream and waits for them to end, which a reader that
// takes nothing holds up for byeTime at most.
func (h *hub) close() {
	h.mu.Lock()
	h.closed = true
	close(h.closing)
	for s := range h.streams {
		s.queue = append(s.queue, api.Event{Type: api.EventBye})
		s.ended = true
		s.poke()
	}
	h.mu.Unlock()
	h.wg.Wait()
}
