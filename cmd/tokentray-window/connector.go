package main

import (
	"context"
	"os"
	"sync"
	"time"

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

	answered chan struct{} // closed when the fields below are set
	client   *api.Client
	err      error
	windows  int       // windows that were open already and were raised
	list     *api.List // the first list of accounts
}

// startConnecting connects to the agent, starts it if none runs and join is not set,
// raises windows that are open and fetches the first list.
func startConnecting(ctx context.Context, h home.Home, join bool) *connector {
	c := &connector{home: h, join: join, answered: make(chan struct{})}
	go func() { // limited by the agent's own deadlines; connect waits for it
		defer close(c.answered)
		if c.client, c.err = c.reach(ctx); c.err != nil {
			return
		}
		if c.windows, c.err = c.client.Open(ctx, api.Showing{}); c.err != nil {
			return
		}
		if list, err := c.client.List(ctx); err == nil {
			c.list = &list
		}
	}()
	return c
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
	case <-c.answered:
		return c.err
	default:
		return nil
	}
}

// otherWindow reports whether a window is open already. It waits at most limit for
// the answer: an agent that starts slowly was not running, so it has no window.
func (c *connector) otherWindow(limit time.Duration) bool {
	select {
	case <-c.answered:
		return c.windows > 0
	case <-time.After(limit):
		return false
	}
}

// first returns the list that arrived before the window was made, or nil.
func (c *connector) first() *api.List {
	select {
	case <-c.answered:
		return c.list
	default:
		return nil
	}
}

// connect returns the client that startConnecting found. Each later call connects
// again.
func (c *connector) connect(ctx context.Context) (window.Agent, error) {
	var client *api.Client
	var err error
	c.once.Do(func() {
		select {
		case <-c.answered:
			client, err = c.client, c.err
		case <-ctx.Done():
			err = ctx.Err()
		}
	})
	if client == nil && err == nil {
		client, err = c.reach(ctx)
	}
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
