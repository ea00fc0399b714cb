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
	join bool // use a running agent; start none
	once sync.Once

	answered chan struct{} // closed when the rest is known
	client   *api.Client
	err      error
	windows  int       // how many were open already; they were raised
	list     *api.List // the first picture
}

// startConnecting looks for the agent, starts it when none runs unless join is
// set, raises the windows that are there and fetches the first picture.
func startConnecting(ctx context.Context, h home.Home, join bool) *connector {
	c := &connector{home: h, join: join, answered: make(chan struct{})}
	go func() { // ends by the agent's own deadlines; awaited by connect
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

// reach connects and tells the agent where the desktop is.
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

// failure is why the agent could not be reached, if that is known already.
func (c *connector) failure() error {
	select {
	case <-c.answered:
		return c.err
	default:
		return nil
	}
}

// otherWindow reports whether a window is open already. It waits for the answer at
// most for limit: an agent that starts slowly was not running, so it has no window.
func (c *connector) otherWindow(limit time.Duration) bool {
	select {
	case <-c.answered:
		return c.windows > 0
	case <-time.After(limit):
		return false
	}
}

// first is the picture that came before the window was made, or nil.
func (c *connector) first() *api.List {
	select {
	case <-c.answered:
		return c.list
	default:
		return nil
	}
}

// connect returns the client that startConnecting found; every later call connects anew.
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

// stop ends an agent of another version; the next connect starts ours.
func stop(ctx context.Context, h home.Home) error {
	at, _ := launch.Find(ctx, h)
	client := api.Dial(at.Socket())
	defer client.Close()
	return client.Stop(ctx)
}
