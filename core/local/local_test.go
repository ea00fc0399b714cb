package local

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// listening serves a handler on an address of its own, which it returns.
func listening(t *testing.T, do http.HandlerFunc) string {
	t.Helper()
	address := Address(t.TempDir())
	l, err := Listen(address)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: do}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	t.Cleanup(func() {
		_ = server.Close()
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("the server ended: %v", err)
		}
	})
	return address
}

// client asks on an address.
func client(t *testing.T, address string) *http.Client {
	t.Helper()
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return Dial(ctx, address) }}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// pair is both ends of a connection.
func pair(t *testing.T) (ours, theirs net.Conn) {
	t.Helper()
	l, err := Listen(Address(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	came := make(chan net.Conn, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			t.Error(err)
		}
		came <- c
	}()
	ours, err = Dial(t.Context(), l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	theirs = <-came
	t.Cleanup(func() { _, _ = ours.Close(), theirs.Close() })
	return ours, theirs
}

func TestNobodyListens(t *testing.T) {
	c, err := Dial(t.Context(), Address(t.TempDir()))
	if err == nil {
		_ = c.Close()
	}
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want not found", err)
	}
}

func TestManyAskAtOnce(t *testing.T) {
	address := listening(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		_, _ = w.Write(body)
	})
	c := client(t, address)
	var asked sync.WaitGroup
	for i := range 100 {
		asked.Go(func() {
			want := strings.Repeat(fmt.Sprint(i), 1+i*1000) // more than a pipe keeps
			resp, err := c.Post("http://tokentray/", "text/plain", strings.NewReader(want))
			if err != nil {
				t.Error(err)
				return
			}
			defer resp.Body.Close()
			if got, err := io.ReadAll(resp.Body); err != nil || string(got) != want {
				t.Errorf("call %d: %d bytes, %v; want %d", i, len(got), err, len(want))
			}
		})
	}
	asked.Wait()
}

// A thousand windows and scripts that stay connected are all served.
func TestAThousandConnections(t *testing.T) {
	address := listening(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "fine") })
	const many = 1000
	var open []net.Conn
	defer func() {
		for _, c := range open {
			_ = c.Close()
		}
	}()
	for range many {
		c, err := Dial(t.Context(), address)
		if err != nil {
			t.Fatalf("connection %d: %v", len(open), err)
		}
		open = append(open, c)
	}
	for i, c := range open {
		if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: tokentray\r\n\r\n"); err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("connection %d: %v, %v", i, resp, err)
		}
	}
}

func TestAStreamComesPieceByPieceAndItsEndIsSeen(t *testing.T) {
	next, gone := make(chan string), make(chan struct{})
	address := listening(t, func(w http.ResponseWriter, r *http.Request) {
		defer close(gone)
		for {
			select {
			case piece := <-next:
				_, _ = io.WriteString(w, piece)
				_ = http.NewResponseController(w).Flush()
			case <-r.Context().Done():
				return
			}
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://tokentray/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	go func() { next <- "data: 0\n" }()
	resp, err := client(t, address).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewReader(resp.Body)
	for i := range 3 {
		want := fmt.Sprintf("data: %d\n", i)
		if i > 0 {
			next <- want
		}
		if got, err := lines.ReadString('\n'); err != nil || got != want {
			t.Fatalf("got %q, %v; want %q", got, err, want)
		}
	}
	cancel()
	if _, err := lines.ReadString('\n'); !errors.Is(err, context.Canceled) {
		t.Errorf("after the cancel: %v", err)
	}
	<-gone // the server's handler has ended
}

// Package net/http waits for deadlines of connections, and tells them by their type.
func TestADeadlineIsOneOfTheNetwork(t *testing.T) {
	ours, theirs := pair(t)
	if err := ours.SetReadDeadline(time.Now().Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
	_, err := ours.Read(make([]byte, 1))
	if e := net.Error(nil); !errors.As(err, &e) || !e.Timeout() {
		t.Errorf("got %v, want a timeout", err)
	}
	if e, ok := err.(net.Error); !ok || !e.Timeout() {
		t.Errorf("got a %T, want a net.Error", err)
	}
	if err := ours.SetReadDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	if _, err := theirs.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if n, err := ours.Read(make([]byte, 1)); n != 1 || err != nil {
		t.Errorf("after the deadline was taken back: %d, %v", n, err)
	}
}

// What was written before an end was closed arrives, and then the end.
func TestWhatWasWrittenBeforeTheEndArrives(t *testing.T) {
	ours, theirs := pair(t)
	if _, err := theirs.Write([]byte("the last words")); err != nil {
		t.Fatal(err)
	}
	if err := theirs.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(ours); err != nil || string(got) != "the last words" {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := theirs.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a write after the close: %v", err)
	}
}

func TestBothEndsKnowEachOther(t *testing.T) {
	ours, theirs := pair(t)
	if err := SameUser(theirs); err != nil {
		t.Errorf("our own connection: %v", err)
	}
	for _, c := range []net.Conn{ours, theirs} {
		if pid := PeerPID(c); pid != os.Getpid() {
			t.Errorf("the other end is process %d, want %d", pid, os.Getpid())
		}
	}
	plain, other := net.Pipe()
	defer plain.Close()
	defer other.Close()
	if err := SameUser(plain); !errors.Is(err, ErrPeer) {
		t.Errorf("a connection that tells nothing: got %v, want a refusal", err)
	}
	if pid := PeerPID(plain); pid != 0 {
		t.Errorf("its other end is process %d", pid)
	}
}

func TestACloseEndsTheWaitForCallers(t *testing.T) {
	address := Address(t.TempDir())
	for range 3 { // the address is free again each time
		l, err := Listen(address)
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() {
			_, err := l.Accept()
			ended <- err
		}()
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if err := <-ended; !errors.Is(err, net.ErrClosed) {
			t.Errorf("got %v, want closed", err)
		}
		if c, err := Dial(t.Context(), address); err == nil {
			_ = c.Close()
			t.Error("somebody listens still")
		}
	}
}
