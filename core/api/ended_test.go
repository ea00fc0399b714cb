package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync/atomic"
	"testing"

	"tokentray/core"
	"tokentray/core/local"
)

// dying is a socket that reads one request of each connection and hangs up, as an
// agent that is killed in the middle of a call. calls counts the requests.
func dying(t *testing.T, socket string) (stop func(), calls *atomic.Int32) {
	t.Helper()
	l, err := local.Listen(socket)
	if err != nil {
		t.Fatal(err)
	}
	calls, done := new(atomic.Int32), make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if n, _ := c.Read(make([]byte, 64<<10)); n > 0 {
				calls.Add(1)
			}
			_ = c.Close()
		}
	}()
	stop = func() {
		_ = l.Close()
		<-done
	}
	t.Cleanup(stop)
	return stop, calls
}

// An agent that ends in the middle of a call: what changes nothing is asked once
// more of the next agent, of everything else the caller hears what may have come
// of it.
func TestAnAgentThatEndsDuringACall(t *testing.T) {
	for _, c := range []struct {
		name  string
		do    func(context.Context, *Client) error
		again bool
	}{
		{"a read", func(ctx context.Context, c *Client) error { _, err := c.List(ctx); return err }, true},
		{"a token", func(ctx context.Context, c *Client) error { _, err := c.Token(ctx, Ref{Name: "shop"}, 0); return err }, true},
		{"a check", func(ctx context.Context, c *Client) error { _, err := c.Check(ctx, Ref{Name: "shop"}); return err }, true},
		{"a plan", func(ctx context.Context, c *Client) error { _, err := c.Import(ctx, ImportRequest{}); return err }, true},
		{"a report of one token", func(ctx context.Context, c *Client) error {
			_, err := c.Refresh(ctx, Ref{Name: "shop"}, RefreshRequest{Stale: "88_a"})
			return err
		}, true},
		{"a report of the current token", func(ctx context.Context, c *Client) error {
			_, err := c.Refresh(ctx, Ref{Name: "shop"}, RefreshRequest{})
			return err
		}, false},
		{"a force", func(ctx context.Context, c *Client) error {
			_, err := c.Refresh(ctx, Ref{Name: "shop"}, RefreshRequest{Force: true})
			return err
		}, false},
		{"an import", func(ctx context.Context, c *Client) error {
			_, err := c.Import(ctx, ImportRequest{Apply: "00"})
			return err
		}, false},
		{"an addition", func(ctx context.Context, c *Client) error { _, err := c.Add(ctx, AccountInput{}); return err }, false},
		{"a removal", func(ctx context.Context, c *Client) error { return c.Remove(ctx, Ref{Name: "shop"}) }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			socket := local.Address(t.TempDir())
			stop, calls := dying(t, socket)
			client := Dial(socket)
			defer client.Close()
			revived := 0
			client.Revive = func(context.Context) error {
				revived++
				stop()
				l, err := local.Listen(socket)
				if err != nil {
					return err
				}
				server := NewServer(&fakeAgent{}, anyone, slog.New(slog.DiscardHandler))
				go func() { _ = server.Serve(l) }()
				t.Cleanup(func() { _ = server.Close() })
				return nil
			}
			err := c.do(t.Context(), client)
			switch {
			case calls.Load() != 1:
				t.Errorf("the agent that ended was asked %d times", calls.Load())
			case c.again && (err != nil || revived != 1):
				t.Errorf("got %v after %d starts", err, revived)
			case !c.again && (revived > 0 || !errors.Is(err, ErrEnded) || !errors.Is(err, ErrNoAgent)):
				t.Errorf("got %v after %d starts, want ErrEnded", err, revived)
			case !c.again && (core.AsError(err).Class != Ended || core.AsError(err).Remedy != core.RemedyAgentEnded):
				t.Errorf("told as %+v", core.AsError(err))
			}
		})
	}
}

// Where nothing was sent yet, a change is made by the agent that comes next; one
// that does not come is the error.
func TestAnAgentThatEndedBeforeACall(t *testing.T) {
	socket := local.Address(t.TempDir())
	client := Dial(socket)
	defer client.Close()
	no := errors.New("no such program")
	client.Revive = func(context.Context) error { return no }
	if err := client.Remove(t.Context(), Ref{Name: "shop"}); !errors.Is(err, no) {
		t.Errorf("got %v, want why no agent starts", err)
	}
	client.Revive = func(context.Context) error {
		l, err := local.Listen(socket)
		if err != nil {
			return err
		}
		server := &http.Server{Handler: NewHandler(&fakeAgent{}, slog.New(slog.DiscardHandler))}
		go func() { _ = server.Serve(l) }()
		t.Cleanup(func() { _ = server.Close() })
		return nil
	}
	if err := client.Remove(t.Context(), Ref{Name: "shop"}); err != nil {
		t.Error(err)
	}
	silent := Dial(socket + "x")
	if err := silent.Remove(t.Context(), Ref{Name: "shop"}); !errors.Is(err, ErrNoAgent) || errors.Is(err, ErrEnded) {
		t.Errorf("with nobody to start one: %v", err)
	}
}
