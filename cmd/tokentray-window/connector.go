package main

import (
	"context"
	"os"
	"sync"

	"tokentray/core/api"
	"tokentray/core/home"
	"tokentray/core/launch"
	"tokentray/ui/window"
)

// connector connects the window to the home's agent.
type connector struct {
	home home.Home
	join bool // use a running agent; do not start one
	once sync.Once

	reached chan struct{} // closed when the next three fields are set
	client  *api.Client
	err     error
	windows int // windows that were open already and were raised

	answered chan struct{} // closed when the fields below are set
	begun    *begun        // its events, unless there are such windows
	list     *api.List     // their first snapshot
}

// startConnecting connects to the agent, starts it if none runs and join is not set,
// raises windows that are open, and otherwise begins to read events. With ten thousand
// accounts a list takes a fifth of the window's start: it is read once, as the first of
// the events.
func startConnecting(ctx context.Context, h home.Home, join bool) *connector {
	c := &connector{home: h, join: join, reached: make(chan struct{}), answered: make(chan struct{})}
	go func() { // limited by the agent's own deadlines; connect waits for it
		defer close(c.answered)
		if c.client, c.err = c.reach(ctx); c.err == nil {
			c.windows, c.err = c.client.Open(ctx, api.Showing{})
		}
		close(c.reached)
		if c.err != nil || c.windows > 0 {
			return
		}
		c.begun = begin(ctx, c.client)
		c.list = c.begun.first.Snapshot
	}()
	return c
}

// begun is a client whose events somebody began to read.
type begun struct {
	*api.Client
	cancel context.CancelFunc // ends the stream
	first  api.Event          // its type is empty if the stream failed
	rest   <-chan api.Event
	once   sync.Once
}

// begin reads the first event. If there is none, Events tries again.
func begin(ctx context.Context, client *api.Client) *begun {
	ctx, cancel := context.WithCancel(ctx)
	b := &begun{Client: client, cancel: cancel}
	if rest, err := client.Events(ctx, true); err == nil {
		b.first, b.rest = <-rest, rest
	}
	return b
}

// Events implements window.Agent. The first call continues the stream that has begun.
func (b *begun) Events(ctx context.Context, window bool) (<-chan api.Event, error) {
	var out chan api.Event
	b.once.Do(func() {
		if b.first.Type == "" {
			b.cancel()
			return
		}
		out = make(chan api.Event)
		go b.continueTo(ctx, out)
	})
	if out == nil {
		return b.Client.Events(ctx, window)
	}
	return out, nil
}

// continueTo passes the events on until ctx or the stream ends.
func (b *begun) continueTo(ctx context.Context, out chan<- api.Event) {
	defer close(out)
	defer b.cancel()
	e, ok := b.first, true
	b.first = api.Event{} // it can be megabytes
	for ok {
		select {
		case out <- e:
		case <-ctx.Done():
			return
		}
		select {
		case e, ok = <-b.rest:
		case <-ctx.Done():
			return
		}
	}
}

// reach connects and tells the agent about the desktop.
func (c *connector) reach(ctx context.Context) (*api.Client, error) {
	client, err := c.agent(ctx)
	if err != nil {
		return nil, err
	}
	err = client.Session(ctx, api.Session{
		Display:        os.Getenv("DISPLAY"),
		WaylandDisplay: os.Getenv("WAYLAND_DISPLAY"),
		XAuthority:     os.Getenv("XAUTHORITY"),
		DBus:           os.Getenv("DBUS_SESSION_BUS_ADDRESS"),
	})
	if err != nil {
		return nil, err
	}
	return client, nil
}

func (c *connector) agent(ctx context.Context) (*api.Client, error) {
	if !c.join {
		return launch.Ensure(ctx, c.home, launch.Start{})
	}
	if err := c.home.CheckSocket(); err != nil {
		return nil, err
	}
	at, _ := launch.Find(ctx, c.home)
	return api.Dial(at.Socket()), nil
}

// failure returns why the agent could not be reached, if that is known already.
func (c *connector) failure() error {
	select {
	case <-c.reached:
		return c.err
	default:
		return nil
	}
}

// otherWindow reports whether a window is open already. It waits for the answer until
// ctx ends: an agent that starts slowly was not running, so it has no window.
func (c *connector) otherWindow(ctx context.Context) bool {
	select {
	case <-c.reached:
		return c.windows > 0
	case <-ctx.Done():
		return false
	}
}

// first returns the list that is there or comes before ctx ends, or nil.
func (c *connector) first(ctx context.Context) *api.List {
	select {
	case <-c.answered:
		return c.list
	default:
	}
	select {
	case <-c.answered:
		return c.list
	case <-ctx.Done():
		return nil
	}
}

// connect returns the client that startConnecting found. Each later call connects
// again.
func (c *connector) connect(ctx context.Context) (window.Agent, error) {
	var first window.Agent
	var err error
	c.once.Do(func() {
		select {
		case <-c.answered:
			if err = c.err; c.begun != nil {
				first = c.begun
			}
		case <-ctx.Done():
			err = ctx.Err()
		}
	})
	if first != nil || err != nil {
		return first, err
	}
	client, err := c.reach(ctx)
	if err != nil {
		return nil, err
	}
	return client, nil
}

// stop ends an agent of another version. The next connect starts ours.
func stop(ctx context.Context, h home.Home) error {
	at, _ := launch.Find(ctx, h)
	client := api.Dial(at.Socket())
	defer client.Close()
	return client.Stop(ctx)
}
