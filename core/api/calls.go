package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"sync/atomic"
	"time"

	"tokentray/core"
)

// UpstreamCalls make calls to an account's upstream. The caller never gets the token.
type UpstreamCalls interface {
	// Call makes a call with the account's token in it. An error means that there is
	// no answer; a refusal by the upstream is an answer. The caller closes the
	// answer's body, whose errors are *core.Error.
	Call(ctx context.Context, ref Ref, req CallRequest) (CallAnswer, error)
}

// CallRequest is a call to make.
type CallRequest struct {
	CallHead
	Body   io.Reader // nil: none
	Length int64     // of Body; -1: not known
	// Hide is something else that must not appear in the answer. It is not sent over
	// the socket.
	Hide []core.Secret
}

// CallHead is a call without its body.
type CallHead struct {
	Method string `json:"method"`
	// Target is path and query of the call, without the token.
	Target string      `json:"target"`
	Header http.Header `json:"header,omitempty"`
	// LiveWrite allows a call that may change a live account.
	LiveWrite bool `json:"live_write,omitempty"`
	// Agent is the name of the AI agent that makes the call, which needs a grant.
	// Empty: a person or a person's program.
	Agent string `json:"agent,omitempty"`
	// Dry makes no call; the answer's Plan shows what would be sent.
	Dry bool `json:"dry,omitempty"`
}

// CallAnswer is the answer to a call.
type CallAnswer struct {
	CallResult
	Body   io.ReadCloser
	Length int64 // of Body; -1: not known
}

// CallResult is an answer without its body.
type CallResult struct {
	Status int         `json:"status"` // of HTTP; 0 for a dry call
	Header http.Header `json:"header,omitempty"`
	// Path is the path that was called, with every encoding decoded.
	Path string `json:"path"`
	// Reading says that the kind lists the call as one that changes nothing.
	Reading bool `json:"reading"`
	// Code is the upstream's own code for the failure, and Error its meaning.
	Code  int    `json:"code,omitempty"`
	Error *Error `json:"error,omitempty"`
	// Renewed says that the token was dead and the call was made again with another.
	// NotAgain says that it was not made again, because its body was too long to be
	// kept.
	Renewed  bool `json:"renewed,omitempty"`
	NotAgain bool `json:"not_again,omitempty"`
	// Plan is what a dry call would send.
	Plan *CallPlan `json:"plan,omitempty"`
}

// CallPlan is a call as it would go out, with masks for the token.
type CallPlan struct {
	Method string      `json:"method"`
	URL    string      `json:"url"`
	Header http.Header `json:"header"`
}

// The headers that carry a CallHead and a CallResult as JSON: the bodies are those
// of the call and of its answer, and are streamed.
const (
	headerCall   = "Tokentray-Call"
	resultHeader = "Tokentray-Result"
)

// callPath is where calls are made, before the account.
const callPath = "call"

// maxHead bounds a CallHead on its way, in bytes; what it can hold is bounded further.
const maxHead = 256 << 10

// unlimited is the limit of a body that its handler reads as needed.
const unlimited = -1

// callRoutes binds the call. Its body is read by the call itself.
func (h *handler) callRoutes(a UpstreamCalls) {
	h.ref("POST", callPath, "", bound{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		head, answer, err := serveCall(a, r)
		if err != nil {
			e := core.AsError(err)
			WriteError(w, HTTPStatus(e.Class), e, time.Now())
			return
		}
		defer answer.Body.Close()
		raw, err := json.Marshal(answer.CallResult)
		if err != nil {
			WriteError(w, http.StatusInternalServerError, core.AsError(err), time.Now())
			return
		}
		w.Header().Set(resultHeader, string(raw))
		w.Header().Set("Content-Type", "application/octet-stream")
		if answer.Length >= 0 && head.Method != http.MethodHead { // whose answer has a length and no body
			w.Header().Set("Content-Length", strconv.FormatInt(answer.Length, 10))
		}
		rc := http.NewResponseController(w)
		if _, err := io.Copy(flushing{w, rc}, answer.Body); err != nil {
			panic(http.ErrAbortHandler) // this way the caller sees that the answer is incomplete
		}
		Linger(rc, r.Body)
	}), Route{In: reflect.TypeFor[CallHead](), Out: reflect.TypeFor[CallResult]()}})
}

func serveCall(a UpstreamCalls, r *http.Request) (head CallHead, _ CallAnswer, _ error) {
	ref, err := refOf(r)
	if err != nil {
		return head, CallAnswer{}, err
	}
	if json.Unmarshal([]byte(r.Header.Get(headerCall)), &head) != nil {
		return head, CallAnswer{}, Invalid("the header %s must say as JSON what is to be called", headerCall)
	}
	answer, err := a.Call(r.Context(), ref, CallRequest{CallHead: head, Body: r.Body, Length: r.ContentLength})
	return head, answer, err
}

// Arriving is the body of a call on its way from the caller, which knows whether it was read
// to its end. An upstream can answer before that. On a connection that is kept the server
// would then read the rest itself before it answers, and the upstream would miss that part.
type Arriving struct {
	from  io.Reader
	whole atomic.Bool
}

// Arrive is the body of a request.
func Arrive(r *http.Request) *Arriving {
	a := &Arriving{from: r.Body}
	a.whole.Store(r.Body == nil || r.ContentLength == 0)
	return a
}

func (a *Arriving) Read(p []byte) (int, error) {
	if a.Whole() {
		return 0, io.EOF
	}
	n, err := a.from.Read(p)
	if errors.Is(err, io.EOF) {
		a.whole.Store(true)
	}
	return n, err
}

// Whole reports whether the body was read to its end.
func (a *Arriving) Whole() bool { return a.whole.Load() }

// Answer makes an answer that begins now end the connection, unless the body is whole.
func (a *Arriving) Answer(h http.Header) {
	if !a.Whole() {
		h.Set("Connection", "close")
	}
}

// lingerTime is how long a caller may take to notice its answer.
const lingerTime = time.Second

// Linger reads what a caller still sends after its answer, for a moment: an upstream can
// answer before it has the whole body. A caller that sent into a closed connection would
// see that, and not the answer. What comes later is not waited for.
func Linger(rc *http.ResponseController, body io.Reader) {
	if body == nil || body == http.NoBody {
		return
	}
	_ = rc.SetReadDeadline(time.Now().Add(lingerTime)) // a test's recorder has none
	_, err := body.Read(make([]byte, 1))               // nearly always it was read to its end
	if err == nil {
		_, err = io.Copy(io.Discard, body)
	}
	if err == nil || errors.Is(err, io.EOF) {
		_ = rc.SetReadDeadline(time.Time{})
	}
}

// flushing sends what was written at once: an answer may come in pieces.
type flushing struct {
	to    io.Writer
	flush *http.ResponseController
}

func (f flushing) Write(p []byte) (int, error) {
	n, err := f.to.Write(p)
	if err == nil {
		err = f.flush.Flush()
	}
	return n, err
}

// Call implements Agent.
func (c *Client) Call(ctx context.Context, ref Ref, req CallRequest) (CallAnswer, error) {
	name, err := core.CleanName(ref.Name)
	if err != nil {
		return CallAnswer{}, BadRef(err)
	}
	path := "/v1/" + callPath + "/" + url.PathEscape(name)
	if ref.Env != "" {
		path += "/" + string(ref.Env)
	}
	raw, err := json.Marshal(req.CallHead)
	if err != nil {
		return CallAnswer{}, core.AsError(err)
	}
	if len(raw) > maxHead { // the agent's server would refuse it without a word that helps
		return CallAnswer{}, &core.Error{Class: core.Invalid, Remedy: core.RemedyCallPath, Message: "path, query and headers of the call are too long; shorten them, or send it in the body"}
	}
	hr, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://tokentray"+path, req.Body)
	if err != nil {
		return CallAnswer{}, core.AsError(err)
	}
	hr.Header.Set(headerCall, string(raw))
	if req.Body != nil {
		hr.ContentLength = req.Length
		hr.Header.Set("Expect", "100-continue") // a refused request is not sent
	}
	resp, err := c.calls.RoundTrip(hr)
	if err != nil {
		return CallAnswer{}, c.notCalled(ctx, err)
	}
	if err := c.refused(resp); err != nil {
		_ = resp.Body.Close()
		return CallAnswer{}, err
	}
	out := CallAnswer{Body: callBody{resp.Body, c, ctx}, Length: resp.ContentLength}
	if err := json.Unmarshal([]byte(resp.Header.Get(resultHeader)), &out.CallResult); err != nil {
		_ = resp.Body.Close()
		return CallAnswer{}, &core.Error{Class: core.Internal, Remedy: core.RemedyRestart, Message: "the agent's answer cannot be read; run tokentray stop and try again"}
	}
	return out, nil
}

// notCalled explains a call without an answer. If the caller's own body reported an
// error, that is the cause.
func (c *Client) notCalled(ctx context.Context, err error) *core.Error {
	if own := new(core.Error); errors.As(err, &own) {
		return own
	}
	return c.broken(ctx, err, true)
}

// callBody is an answer's body on its way over the socket.
type callBody struct {
	io.ReadCloser
	c   *Client
	ctx context.Context
}

func (b callBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		if b.ctx.Err() != nil {
			return n, core.AsError(b.ctx.Err())
		}
		err = &core.Error{Class: core.Temporary, Remedy: core.RemedyNetwork, Message: "the answer broke off before its end; check network and proxy, and try again"}
	}
	return n, err
}
