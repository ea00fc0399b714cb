package api

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// streamer is an agent that has an event stream and nothing else.
type streamer struct {
	events chan Event
	err    error
	window bool
	closed int
}

func (s *streamer) Events(_ context.Context, window bool) (<-chan Event, error) {
	s.window = window
	return s.events, s.err
}

func (s *streamer) Close() { s.closed++ }

// journey is Follow over agents that come and go.
type journey struct {
	t     *testing.T
	began time.Time
	tries []time.Duration // when an agent was looked for
	next  func() (*streamer, error)
	news  <-chan News[*streamer]
}

func follow(ctx context.Context, t *testing.T, how Following, next func() (*streamer, error)) *journey {
	j := &journey{t: t, began: time.Now(), next: next}
	j.news = Follow(ctx, func(context.Context) (*streamer, error) {
		j.tries = append(j.tries, time.Since(j.began))
		return j.next()
	}, how)
	return j
}

// wants fails unless this is told next: the type of an event, "lost", or "end".
func (j *journey) wants(want ...string) (last News[*streamer]) {
	j.t.Helper()
	for _, w := range want {
		n, open := <-j.news
		got := n.Event.Type
		switch {
		case !open:
			got = "end"
		case n.Lost != nil:
			got = "lost"
		}
		if got != w {
			j.t.Fatalf("told %q (%v), want %q", got, n.Lost, w)
		}
		last = n
	}
	return last
}

func TestFollowOutlivesAgents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second := &streamer{events: make(chan Event, 9)}, &streamer{events: make(chan Event, 9)}
		agents := []*streamer{first, second}
		refused := errors.New("refused")
		fails := 0
		j := follow(t.Context(), t, Following{Window: true}, func() (*streamer, error) {
			if fails > 0 {
				fails--
				return nil, refused
			}
			agent := agents[0]
			agents = agents[1:]
			return agent, nil
		})
		first.events <- Event{Type: EventSnapshot, Snapshot: &List{}}
		first.events <- Event{Type: EventRaise}
		if n := j.wants(EventSnapshot, EventRaise); n.Agent != first || !first.window {
			t.Errorf("told of %p, a window: %v; want %p, true", n.Agent, first.window, first)
		}
		fails = 5
		close(first.events) // it crashed
		if n := j.wants("lost"); !errors.Is(n.Lost, ErrNoAgent) {
			t.Errorf("lost: %v, want ErrNoAgent", n.Lost)
		}
		for range 5 {
			if n := j.wants("lost"); !errors.Is(n.Lost, refused) {
				t.Errorf("lost: %v, want what connect said", n.Lost)
			}
		}
		second.events <- Event{Type: EventSnapshot, Snapshot: &List{}}
		second.events <- Event{Type: EventBye}
		second.events <- Event{Type: EventRaise} // nothing follows a bye
		if n := j.wants(EventSnapshot, EventBye, "end"); n.Agent != nil {
			t.Error("the end tells of an agent")
		}
		sec := time.Second
		want := []time.Duration{0, sec / 2, 3 * sec / 2, 7 * sec / 2, 15 * sec / 2, 25 * sec / 2, 35 * sec / 2}
		if !slices.Equal(j.tries, want) {
			t.Errorf("an agent was looked for at %v, want %v", j.tries, want)
		}
		if first.closed != 1 || second.closed != 1 {
			t.Errorf("the connections were closed %d and %d times, want once each", first.closed, second.closed)
		}
	})
}

func TestFollowWaitsAnewAfterAConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		agent := &streamer{}
		j := follow(ctx, t, Following{}, func() (*streamer, error) {
			agent.events = make(chan Event, 1)
			agent.events <- Event{Type: EventSnapshot, Snapshot: &List{}}
			close(agent.events)
			return agent, nil
		})
		for range 4 {
			j.wants(EventSnapshot, "lost")
		}
		if last := j.tries[3]; last != 3*firstWait {
			t.Errorf("the fourth connection came after %v, want %v", last, 3*firstWait)
		}
		cancel()
		j.wants("end")
	})
}

func TestFollowTriesAgainWhenAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		again := make(chan struct{})
		down := errors.New("down")
		j := follow(ctx, t, Following{Again: again}, func() (*streamer, error) { return nil, down })
		j.wants("lost", "lost", "lost", "lost", "lost")
		asked := time.Now()
		again <- struct{}{}
		if j.wants("lost"); time.Since(asked) != 0 {
			t.Errorf("the next try came %v after it was asked for", time.Since(asked))
		}
		cancel()
		j.wants("end")
	})
}

// A stream that refuses, or a reader that takes nothing: the end of the context
// ends everything.
func TestFollowEndsWithItsContext(t *testing.T) {
	for name, source := range map[string]func() *streamer{
		"quiet":      func() *streamer { return &streamer{events: make(chan Event)} },
		"refused":    func() *streamer { return &streamer{err: errors.New("stopping")} },
		"not taken":  func() *streamer { c := make(chan Event, 1); c <- Event{Type: EventRaise}; return &streamer{events: c} },
		"other ends": func() *streamer { c := make(chan Event); close(c); return &streamer{events: c} },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				agent := source()
				ctx, cancel := context.WithCancel(t.Context())
				news := Follow(ctx, func(context.Context) (*streamer, error) { return agent, nil }, Following{})
				synctest.Wait()
				cancel()
				synctest.Wait()
				for n := range news {
					t.Errorf("told after the end: %+v", n)
				}
			})
		})
	}
}
