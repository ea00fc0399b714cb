package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"tokentray/core"
)

// Route is a call that the server takes on the socket.
type Route struct {
	Pattern  string       // method and path, as "GET /v1/accounts/{name}/{env}"
	In       reflect.Type // of the body; nil: there is none
	Optional bool         // the body may be left out
	Out      reflect.Type // of the answer; of Event it is a stream
}

// Routes lists the routes that NewHandler binds. The description of the API is made
// from them.
func Routes() []Route {
	var out []Route
	h := &handler{mux: http.NewServeMux(), agent: listed{}, onRoute: func(r Route) { out = append(out, r) }}
	h.routes()
	return out
}

// listed is the agent with which the routes are listed. It is never called.
type listed struct{ Agent }

// bound is a handler with the types of its request and its answer.
type bound struct {
	http.Handler
	Route
}

func (h *handler) bind(pattern string, b bound) {
	h.mux.Handle(pattern, b.Handler)
	if h.onRoute != nil {
		b.Pattern = pattern
		h.onRoute(b.Route)
	}
}

// takes sets the type of the body that a handler reads.
func takes[In any](optional bool, b bound) bound {
	b.In, b.Optional = reflect.TypeFor[In](), optional
	return b
}

// answer turns a function into a handler that writes its result or its error.
func answer[Out any](do func(*http.Request) (Out, error)) bound {
	return bound{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out, err := do(r)
		if err != nil {
			e := core.AsError(err)
			WriteError(w, HTTPStatus(e.Class), e, time.Now())
			return
		}
		WriteJSON(w, http.StatusOK, out)
	}), Route{Out: reflect.TypeFor[Out]()}}
}

func body[In, Out any](optional bool, do func(context.Context, In) (Out, error)) bound {
	return takes[In](optional, answer(func(r *http.Request) (Out, error) {
		var in In
		if err := Decode(r.Body, optional, &in); err != nil {
			var zero Out
			return zero, err
		}
		return do(r.Context(), in)
	}))
}

func onRef[Out any](do func(context.Context, Ref) (Out, error)) bound {
	return answer(func(r *http.Request) (Out, error) {
		ref, err := refOf(r)
		if err != nil {
			var zero Out
			return zero, err
		}
		return do(r.Context(), ref)
	})
}

func onRefBody[In, Out any](optional bool, do func(context.Context, Ref, In) (Out, error)) bound {
	return takes[In](optional, answer(func(r *http.Request) (Out, error) {
		var in In
		var zero Out
		ref, err := refOf(r)
		if err != nil {
			return zero, err
		}
		if err := Decode(r.Body, optional, &in); err != nil {
			return zero, err
		}
		return do(r.Context(), ref, in)
	}))
}

// readBody reads the whole body, at most limit bytes in at most bodyTime, so that a
// slow sender cannot block a handler.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) error {
	if r.ContentLength == 0 {
		return nil
	}
	rc := http.NewResponseController(w)
	_ = rc.SetReadDeadline(time.Now().Add(bodyTime)) // a test's recorder has no such method
	defer func() { _ = rc.SetReadDeadline(time.Time{}) }()
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(raw))
	return nil
}

// Decode reads a JSON body: one value, no unknown fields. Its errors never
// quote the body, which may hold a secret.
func Decode(r io.Reader, optional bool, into any) error {
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	err := dec.Decode(into)
	if err == nil {
		if _, err = dec.Token(); errors.Is(err, io.EOF) {
			return nil
		}
		return Invalid("the body must be one JSON value and nothing more")
	}
	var kind *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.EOF) && optional:
		return nil
	case errors.Is(err, io.EOF):
		return Invalid("the body is empty; send JSON")
	case errors.As(err, &kind) && kind.Field != "":
		return Invalid("field %s of the body must be a %s", kind.Field, kind.Type)
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return Invalid("the body has an unknown field %.60s; correct or remove it", name)
	}
	return Invalid("the body is not the JSON that is expected; see the API's description")
}

// WriteJSON answers a call with v as JSON and a line end.
func WriteJSON(w http.ResponseWriter, status int, v any) {
	raw, err := json.Marshal(v)
	if err != nil { // a type of ours that cannot be encoded: our own fault
		raw, status = []byte(`{"error":{"class":"internal","message":"the answer cannot be encoded; see the log","remedy":"log"}}`), http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(raw, '\n'))
}

// WriteError answers a call with a refusal, {"error":{…}}, and with Retry-After if the
// error has a time; now is the wall clock.
func WriteError(w http.ResponseWriter, status int, e *core.Error, now time.Time) {
	if !e.RetryAt.IsZero() {
		w.Header().Set("Retry-After", strconv.Itoa(RetryAfter(e.RetryAt, now)))
	}
	WriteJSON(w, status, errorBody{FromError(e)})
}
