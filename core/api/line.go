package api

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// How many lines to the agent are kept for the next calls, and for how long.
const (
	maxLines = 4
	lineIdle = time.Minute
)

// lines are the connections of a client to its agent. A call is made by the one
// who needs it, start to end: http.Transport has two goroutines for each
// connection, and to wake them takes longer than the agent needs for a token.
type lines struct {
	socket string

	mu    sync.Mutex
	idle  []*line // the one used last at the end
	sweep *time.Timer
}

// line is a connection that carries one call at a time.
type line struct {
	net.Conn
	in    *bufio.Reader
	out   *bufio.Writer
	since time.Time // when it came to rest
}

// do makes a call. Its context ends it, the reading of the body included, which
// the caller must close.
//
// A line that rested may be dead, for the agent may have ended meanwhile, and
// whether a call that was lost on it arrived nobody knows: so only what reads
// takes such a line, and tries again on a new one. Everything else gets a new
// one at once.
func (s *lines) do(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodGet {
		if l := s.take(); l != nil {
			resp, err := s.call(l, req)
			if err == nil || req.Context().Err() != nil {
				return resp, err
			}
			s.close() // the others are no younger
		}
	}
	c, err := (&net.Dialer{}).DialContext(req.Context(), "unix", s.socket)
	if err != nil {
		return nil, err
	}
	return s.call(&line{Conn: c, in: bufio.NewReader(c), out: bufio.NewWriter(c)}, req)
}

// call makes a call on a line, which it closes when that fails.
func (s *lines) call(l *line, req *http.Request) (*http.Response, error) {
	unwatch := context.AfterFunc(req.Context(), func() { _ = l.Close() })
	err := req.Write(l.out)
	if err == nil {
		err = l.out.Flush()
	}
	var resp *http.Response
	if err == nil {
		resp, err = http.ReadResponse(l.in, req)
	}
	if err != nil {
		unwatch()
		_ = l.Close()
		return nil, err
	}
	resp.Body = &lineBody{ReadCloser: resp.Body, done: func(whole bool) {
		if unwatch() && whole && !resp.Close && l.in.Buffered() == 0 {
			s.rest(l)
			return
		}
		_ = l.Close()
	}}
	return resp, nil
}

// lineBody is the body of an answer. Read to its end, its line can be used
// again. It is read and closed by one goroutine.
type lineBody struct {
	io.ReadCloser
	whole bool
	done  func(whole bool) // nil once it was called
}

func (b *lineBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.whole = b.whole || errors.Is(err, io.EOF)
	return n, err
}

func (b *lineBody) Close() error {
	if b.done == nil {
		return nil
	}
	b.done(b.whole)
	b.done = nil
	return nil
}

// take is a line that rests, nil when there is none.
func (s *lines) take() *line {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.idle)
	if n == 0 {
		return nil
	}
	l := s.idle[n-1]
	s.idle = s.idle[:n-1]
	return l
}

// rest keeps a line for the next call.
func (s *lines) rest(l *line) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.idle) == maxLines {
		_ = l.Close()
		return
	}
	l.since = time.Now()
	s.idle = append(s.idle, l)
	if s.sweep == nil {
		s.sweep = time.AfterFunc(lineIdle, s.expire)
	}
}

// expire closes the lines that rested for lineIdle.
func (s *lines) expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep = nil
	for len(s.idle) > 0 && time.Since(s.idle[0].since) >= lineIdle {
		_ = s.idle[0].Close()
		s.idle = slices.Delete(s.idle, 0, 1)
	}
	if len(s.idle) > 0 {
		s.sweep = time.AfterFunc(lineIdle-time.Since(s.idle[0].since), s.expire)
	}
}

// close closes the lines that rest.
func (s *lines) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.idle {
		_ = l.Close()
	}
	s.idle = nil
	if s.sweep != nil {
		s.sweep.Stop()
		s.sweep = nil
	}
}
