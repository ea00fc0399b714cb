package agent

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"slices"
	"sync"
	"time"

	"tokentray/core/api"
)

// backlog is how many events a reader may lag behind before the agent drops
// them and sends a new snapshot instead.
const backlog = 64

// byeTime is how long the end of a stream waits for its reader.
const byeTime = time.Second

// hub hands every event to every open stream. Publishing never blocks.
type hub struct {
	closing chan struct{} // closed when the hub is
	wg      sync.WaitGroup

	mu            sync.Mutex
	streams       map[*stream]struct{}
	closed        bool
	come          chan struct{} // closed when a window comes; nil: nobody waits for one
	expected      api.Event     // is for the next window, if it comes before expectedUntil
	expectedUntil time.Time
}

// stream is one reader. Its fields are guarded by the hub's mutex.
type stream struct {
	window bool
	seat   string // of a window
	queue  []api.Event
	stale  bool          // a snapshot goes before the queue
	ended  bool          // bye goes after the queue, and nothing else
	wake   chan struct{} // something is to be sent
}

func newHub() *hub { return &hub{closing: make(chan struct{}), streams: map[*stream]struct{}{}} }

// publish sends an event to every stream. build is called only if there is one.
func (h *hub) publish(build func() api.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.streams) == 0 {
		return
	}
	e := build()
	for s := range h.streams {
		s.push(e)
	}
}

// push queues an event. When the queue is full, it drops the queue for a snapshot.
// After the last event of a stream it queues nothing.
func (s *stream) push(e api.Event) {
	if s.ended {
		return
	}
	s.queue = append(s.queue, e)
	if len(s.queue) > backlog {
		s.queue, s.stale = outsideSnapshot(s.queue), true
	}
	s.poke()
}

// outsideSnapshot are the events of a queue that a snapshot does not replace: the
// newest of each such type, in their order.
func outsideSnapshot(queue []api.Event) []api.Event {
	var kept []api.Event
	for _, e := range queue {
		if e.Type == api.EventRaise || e.Type == api.EventCopyLate || e.Type == api.EventKinds {
			kept = slices.DeleteFunc(kept, func(k api.Event) bool { return k.Type == e.Type })
			kept = append(kept, e)
		}
	}
	return kept
}

// restate sends a new snapshot to every stream, for a change that has no event.
func (h *hub) restate() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.streams {
		s.stale = true
		s.poke()
	}
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

// windowComes is closed when there is a window.
func (h *hub) windowComes() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.come == nil {
		h.come = make(chan struct{})
	}
	out := h.come
	for s := range h.streams {
		if s.window && h.come != nil {
			close(h.come)
			h.come = nil
		}
	}
	return out
}

// seated reports whether an open window has the seat.
func (h *hub) seated(seat string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.streams {
		if s.window && seat != "" && subtle.ConstantTimeCompare([]byte(s.seat), []byte(seat)) == 1 {
			return true
		}
	}
	return false
}

// open starts a stream that begins with a snapshot and ends with ctx, or after a
// bye. It returns false when the hub is closed. snapshot calls begin once, at the
// moment that its answer describes: during begin no account's event may be
// published, and events published later are sent after the snapshot.
func (h *hub) open(ctx context.Context, window bool, now time.Time, snapshot func(begin func()) api.List) (<-chan api.Event, bool) {
	s := &stream{window: window, stale: true, wake: make(chan struct{}, 1)}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, false
	}
	if window {
		s.seat = rand.Text()
		if h.expected.Show != nil && now.Before(h.expectedUntil) {
			s.queue = append(s.queue, h.expected)
		}
		h.expected = api.Event{}
		if h.come != nil {
			close(h.come)
			h.come = nil
		}
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

// raise sends an event to the windows and returns how many there are. If there is
// none, it keeps the event for the next window until a time.
func (h *hub) raise(e api.Event, until time.Time) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for s := range h.streams {
		if s.window {
			s.push(e)
			n++
		}
	}
	if n == 0 {
		h.expectLocked(e, until)
	}
	return n
}

// expect keeps an event for the next window until a time.
func (h *hub) expect(e api.Event, until time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.expectLocked(e, until)
}

func (h *hub) expectLocked(e api.Event, until time.Time) {
	if e.Show != nil { // a starting window asks to raise others too, and shows nothing in particular
		h.expected, h.expectedUntil = e, until
	}
}

func (h *hub) drop(s *stream) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.streams, s)
}

// pump sends what is queued until the stream ends.
func (h *hub) pump(ctx context.Context, s *stream, out chan<- api.Event, snapshot func(begin func()) api.List) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		}
		for {
			queue, stale, ended := h.dequeue(s)
			if stale {
				list := snapshot(func() { queue, ended = h.restart(s) })
				queue = slices.Insert(queue, 0, api.Event{Type: api.EventSnapshot, Snapshot: &list, Seat: s.seat})
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

// dequeue empties the queue of a stream, unless a snapshot goes before it.
func (h *hub) dequeue(s *stream) (queue []api.Event, stale, ended bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if s.stale {
		return nil, true, false
	}
	return s.drain(), false, s.ended
}

// restart empties the queue of a stream at the moment that its snapshot describes:
// the snapshot covers everything queued before.
func (h *hub) restart(s *stream) (queue []api.Event, ended bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s.stale, s.queue = false, outsideSnapshot(s.queue)
	return s.drain(), s.ended
}

// drain returns the events to send now. The hub's lock is held.
func (s *stream) drain() []api.Event {
	queue := s.queue
	s.queue = nil
	if s.ended {
		queue = append(queue, api.Event{Type: api.EventBye})
	}
	return queue
}

// send hands events to the reader. The reader may take any time until the hub closes,
// and byeTime after that.
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

// close says bye to every stream and waits until all have ended. A reader that takes
// nothing delays that by at most byeTime.
func (h *hub) close() {
	h.mu.Lock()
	h.closed = true
	close(h.closing)
	for s := range h.streams {
		s.ended = true
		s.poke()
	}
	h.mu.Unlock()
	h.wg.Wait()
}
