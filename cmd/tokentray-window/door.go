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

// door is the way to the home's agent.
type door struct {
	home home.Home
	join bool // an agent is there or none; start none
	once sync.Once

	answered chan struct{} // closed when the rest is known
	client   *api.Client
	err      error
	windows  int       // that were there, and were raised
	list     *api.List // the first picture
}

// knock looks for the agent, starts it when none runs unless it is only to be
// joined, raises the windows that are there and fetches the first picture.
func knock(ctx context.Context, h home.Home, join bool) *door {
	d := &door{home: h, join: join, answered: make(chan struct{})}
	go func() { // ends by the agent's own deadlines; awaited by connect
		defer close(d.answered)
		if d.client, d.err = d.reach(ctx); d.err != nil {
			return
		}
		if d.windows, d.err = d.client.Open(ctx, api.Showing{}); d.err != nil {
			return
		}
		if list, err := d.client.List(ctx); err == nil {
			d.list = &list
		}
	}()
	return d
}

// reach connects and tells the agent where the desktop is.
func (d *door) reach(ctx context.Context) (*api.Client, error) {
	client, err := d.agent(ctx)
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

func (d *door) agent(ctx context.Context) (*api.Client, error) {
	if !d.join {
		return launch.Ensure(ctx, d.home, launch.Start{})
	}
	if err := d.home.CheckSocket(); err != nil {
		return nil, err
	}
	at, _ := launch.Find(ctx, d.home)
	return api.Dial(at.Socket()), nil
}

// shut is why the agent could not be reached, if that is known already.
func (d *door) shut() error {
	select {
	case <-d.answered:
		return d.err
	default:
		return nil
	}
}

// otherWindow reports whether a window was there already. It waits only so long
// for an agent that starts slowly: before that one ran, there was no window.
func (d *door) otherWindow(limit time.Duration) bool {
	select {
	case <-d.answered:
		return d.windows > 0
	case <-time.After(limit):
		return false
	}
}

// first is the picture that came before the window was made, or nil.
func (d *door) first() *api.List {
	select {
	case <-d.answered:
		return d.list
	default:
		return nil
	}
}

// connect gives what knock found, and every later time connects anew.
func (d *door) connect(ctx context.Context) (window.Agent, error) {
	var client *api.Client
	var err error
	d.once.Do(func() {
		select {
		case <-d.answered:
			client, err = d.client, d.err
		case <-ctx.Done():
			err = ctx.Err()
		}
	})
	if client == nil && err == nil {
		client, err = d.reach(ctx)
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
