package api

import (
	"context"
	"fmt"
	"time"
)

// How long Follow waits between two tries to reach the agent. The wait doubles from
// the first to the longest and starts over after a connection.
const (
	firstWait   = 500 * time.Millisecond
	longestWait = 5 * time.Second
)

// errLost is an event stream that ended without a bye.
var errLost = fmt.Errorf("the agent went away: %w", ErrNoAgent)

// EventSource is what Follow reads: an Agent.
type EventSource interface {
	// Events is that of Agent.
	Events(ctx context.Context, window bool) (<-chan Event, error)
}

// News is what Follow reports: an event, or that there is no agent.
type News[A EventSource] struct {
	Agent A // the agent of the event
	Event Event
	// Lost is why there is no agent: it cannot be reached, or its stream ended
	// without a bye, with ErrNoAgent in the chain. Event is empty then.
	Lost error
}

// Following says how Follow reads. The zero value is valid.
type Following struct {
	Window bool            // the reader is a window, see Agent.Events
	Again  <-chan struct{} // a value ends the wait before the next try; may be nil
}

// Follow reads the events of an agent. When the stream ends without a bye it reports
// that, waits and connects again, over and over; the first event after that is a
// snapshot, as at the beginning. connect finds the agent and may start it. An agent
// with a Close method is closed when its stream has ended.
//
// The channel is closed after a bye and when ctx ends, which also ends everything
// that Follow has begun. Follow waits until each News is taken.
func Follow[A EventSource](ctx context.Context, connect func(context.Context) (A, error), how Following) <-chan News[A] {
	news := make(chan News[A])
	go func() {
		defer close(news)
		wait := firstWait
		for {
			connected, err := read(ctx, connect, how.Window, news)
			if err == nil || !send(ctx, news, News[A]{Lost: err}) {
				return
			}
			if connected {
				wait = firstWait
			}
			timer := time.NewTimer(wait)
			select {
			case <-timer.C:
			case <-how.Again:
			case <-ctx.Done():
			}
			timer.Stop()
			wait = min(2*wait, longestWait)
		}
	}()
	return news
}

// read reports the events of one connection. It returns nil after a bye and when ctx
// has ended.
func read[A EventSource](ctx context.Context, connect func(context.Context) (A, error), window bool, news chan<- News[A]) (connected bool, err error) {
	agent, err := connect(ctx)
	if err != nil {
		return false, err
	}
	if closer, ok := any(agent).(interface{ Close() }); ok {
		defer closer.Close()
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	events, err := agent.Events(ctx, window)
	if err != nil {
		return false, err
	}
	for {
		select {
		case <-ctx.Done():
			return true, nil
		case e, open := <-events:
			switch {
			case !open && ctx.Err() != nil:
				return true, nil
			case !open:
				return true, errLost
			case !send(ctx, news, News[A]{Agent: agent, Event: e}), e.Type == EventBye:
				return true, nil
			}
		}
	}
}

// send delivers news. It returns false when ctx has ended.
func send[A EventSource](ctx context.Context, to chan<- News[A], n News[A]) bool {
	if ctx.Err() != nil {
		return false
	}
	select {
	case to <- n:
		return true
	case <-ctx.Done():
		return false
	}
}
