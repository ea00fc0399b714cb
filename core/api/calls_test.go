package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"tokentray/core"
	"tokentray/core/local"
)

// TestACallOverTheSocket: head and body of a call reach the agent as they are, and
// its answer the caller.
func TestACallOverTheSocket(t *testing.T) {
	agent := &fakeAgent{}
	c := serve(t, agent, local.SameUser)
	big := strings.Repeat("0123456789abcdef", 1<<16) // over what other requests may have
	for _, tt := range []struct {
		ref    Ref
		body   io.Reader
		length int64
		want   string
		seen   string
	}{
		{Ref{Name: "商店 a%b", Env: core.Live}, strings.NewReader(big), int64(len(big)), big, fmt.Sprintf("call 商店 a%%b/live POST /x?a=b map[X-A:[1 é]] live true dry false, %d", len(big))},
		{Ref{Name: "shop"}, iotest.HalfReader(strings.NewReader("unknown length")), -1, "unknown length", "call shop POST /x?a=b map[X-A:[1 é]] live true dry false, -1"},
		{Ref{Name: "shop"}, nil, 0, "", "call shop POST /x?a=b map[X-A:[1 é]] live true dry false, 0"},
	} {
		agent.calls = nil
		head := CallHead{Method: "POST", Target: "/x?a=b", Header: http.Header{"X-A": {"1", "é"}}, LiveWrite: true}
		got, err := c.Call(t.Context(), tt.ref, CallRequest{CallHead: head, Body: tt.body, Length: tt.length})
		if err != nil {
			t.Fatalf("%s: %v", tt.ref, err)
		}
		raw, err := io.ReadAll(got.Body)
		_ = got.Body.Close()
		if err != nil || string(raw) != tt.want || agent.calls[0] != tt.seen {
			t.Errorf("%s: %d bytes, %v, the agent saw %q", tt.ref, len(raw), err, agent.calls)
		}
		if got.Status != 201 || got.Header.Get("X-Request-Id") != "é" || got.Code != 47001 || got.Error == nil || got.Error.Class != core.Misuse || !got.Renewed || !got.NotAgain || !got.Reading || got.Plan == nil {
			t.Errorf("%s: %+v", tt.ref, got.CallResult)
		}
	}
}

func TestACallThatIsRefused(t *testing.T) {
	agent := &fakeAgent{err: &core.Error{Class: core.Misuse, Message: "closed", Remedy: core.RemedyCallClosed}}
	c := serve(t, agent, local.SameUser)
	// The body is never asked for.
	_, err := c.Call(t.Context(), Ref{Name: "shop"}, CallRequest{CallHead: CallHead{Method: "POST", Target: "/x"}, Body: iotest.ErrReader(errors.New("read")), Length: 1 << 40})
	if e := core.AsError(err); e.Class != core.Misuse || e.Remedy != core.RemedyCallClosed {
		t.Errorf("%v", err)
	}
	for _, head := range []CallHead{{Method: "GET", Target: "/" + strings.Repeat("x", 2<<20)}, {Method: "GET", Target: "/x", Header: http.Header{"X-A": {strings.Repeat("x", 2<<20)}}}} {
		if _, err := c.Call(t.Context(), Ref{Name: "shop"}, CallRequest{CallHead: head}); core.AsError(err).Class != core.Invalid || core.AsError(err).Remedy != core.RemedyCallPath {
			t.Errorf("a head of 2 MB: %.200v", err)
		}
	}
	if _, err := c.Call(t.Context(), Ref{Name: ".."}, CallRequest{}); core.AsError(err).Class != core.Invalid {
		t.Errorf("a name that is none: %v", err)
	}
}

// TestAnAnswerThatBreaksOff is told from a whole one.
func TestAnAnswerThatBreaksOff(t *testing.T) {
	agent := &fakeAgent{answer: func(io.Reader) io.ReadCloser {
		return io.NopCloser(io.MultiReader(strings.NewReader("begin"), iotest.ErrReader(errors.New("cut off"))))
	}}
	c := serve(t, agent, local.SameUser)
	got, err := c.Call(t.Context(), Ref{Name: "shop"}, CallRequest{CallHead: CallHead{Method: "GET", Target: "/x"}})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(got.Body)
	if e := core.AsError(err); err == nil || e.Class != core.Temporary || string(raw) != "begin" {
		t.Errorf("%q, %v", raw, err)
	}
	_ = got.Body.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Call(ctx, Ref{Name: "shop"}, CallRequest{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a call that was given up: %v", err)
	}
}

// earlyAgent answers a call before it read the call's body.
type earlyAgent struct{ *fakeAgent }

func (earlyAgent) Call(_ context.Context, _ Ref, req CallRequest) (CallAnswer, error) {
	_, _ = io.ReadFull(req.Body, make([]byte, 1<<20))
	return CallAnswer{CallResult: CallResult{Status: 413}, Body: io.NopCloser(strings.NewReader("too large")), Length: 9}, nil
}

// TestAnAnswerThatComesBeforeTheBodyIsRead: a caller that still sends sees the answer, and
// no broken connection.
func TestAnAnswerThatComesBeforeTheBodyIsRead(t *testing.T) {
	c := serve(t, earlyAgent{&fakeAgent{}}, local.SameUser)
	for range 20 {
		got, err := c.Call(t.Context(), Ref{Name: "shop"}, CallRequest{CallHead: CallHead{Method: "POST", Target: "/x"}, Body: endless{}, Length: -1})
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(got.Body)
		_ = got.Body.Close()
		if err != nil || string(body) != "too large" || got.Status != 413 || got.Length != 9 {
			t.Fatalf("%d, %d bytes told, %q, %v", got.Status, got.Length, body, err)
		}
	}
}

// headAgent answers as an upstream answers HEAD: with the length of what it does not send.
type headAgent struct{ *fakeAgent }

func (headAgent) Call(context.Context, Ref, CallRequest) (CallAnswer, error) {
	return CallAnswer{CallResult: CallResult{Status: 200}, Body: http.NoBody, Length: 1000}, nil
}

func TestAnAnswerToHEAD(t *testing.T) {
	c := serve(t, headAgent{&fakeAgent{}}, local.SameUser)
	got, err := c.Call(t.Context(), Ref{Name: "shop"}, CallRequest{CallHead: CallHead{Method: "HEAD", Target: "/x"}})
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(got.Body)
	_ = got.Body.Close()
	if err != nil || len(body) > 0 || got.Status != 200 {
		t.Errorf("%d, %q, %v", got.Status, body, err)
	}
}

// endless is a body without an end.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
