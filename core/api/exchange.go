package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tokentray/core"
	"tokentray/core/local"
)

// callRef calls /v1/<what>/name[/env]<rest>.
func callRef[T any](ctx context.Context, c *Client, method, what string, ref Ref, rest string, body any) (T, error) {
	var zero T
	name, err := core.CleanName(ref.Name)
	if err != nil {
		return zero, BadRef(err)
	}
	path := "/v1/" + what + "/" + url.PathEscape(name)
	if ref.Env != "" {
		if !ref.Env.Valid() {
			return zero, BadRef(core.Problems{{Field: "env", Key: core.ProblemEnv}})
		}
		path += "/" + string(ref.Env)
	}
	return call[T](ctx, c, method, path+rest, body)
}

// BadRef is why a name and an environment cannot be an account's; nil when they can.
func BadRef(cause error) *core.Error {
	return &core.Error{Class: core.Invalid, Remedy: core.RemedyInput, Message: cause.Error(), Err: cause}
}

func (c *Client) do(ctx context.Context, method, path string, body any) error {
	_, err := call[nothing](ctx, c, method, path, body)
	return err
}

// call makes a call and decodes its answer. Errors are *core.Error.
func call[T any](ctx context.Context, c *Client, method, path string, body any) (T, error) {
	var out T
	raw, err := c.exchange(ctx, method, path, body)
	if err != nil {
		return out, err
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		// The cause is left out: it could quote the answer.
		return out, &core.Error{Class: core.Internal, Remedy: core.RemedyRestart, Message: "the agent's answer cannot be read; run tokentray stop and try again"}
	}
	return out, nil
}

// exchange makes a call and returns its answer. If the agent went away and Revive
// started another, it makes the call once more, unless the first one may have
// changed something.
func (c *Client) exchange(ctx context.Context, method, path string, body any) ([]byte, error) {
	raw, err := c.once(ctx, method, path, body)
	if c.Revive == nil || ctx.Err() != nil || !errors.Is(err, ErrNoAgent) || errors.Is(err, ErrEnded) {
		return raw, err
	}
	if err := c.Revive(ctx); err != nil {
		return nil, err
	}
	return c.once(ctx, method, path, body)
}

func (c *Client) once(ctx context.Context, method, path string, body any) ([]byte, error) {
	resp, err := c.send(ctx, method, path, body)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if err := c.refused(resp); err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, c.broken(ctx, err, !harmless(method, path, body))
	}
	return raw, nil
}

// harmless reports whether making the call a second time changes nothing more.
func harmless(method, path string, body any) bool {
	if method == http.MethodGet || strings.HasSuffix(path, "/check") || path == "/v1/test" || path == "/v1/export" || path == "/v1/session" {
		return true
	}
	switch b := body.(type) {
	case ImportRequest:
		return b.Apply == "" // a plan
	case RefreshRequest:
		return !b.Force && b.Stale != "" // a report of one token
	}
	return false
}

func (c *Client) send(ctx context.Context, method, path string, body any) (*http.Response, error) {
	var reader io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return nil, core.AsError(fmt.Errorf("encode the request: %w", err))
		}
		reader = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://tokentray"+path, reader)
	if err != nil {
		return nil, core.AsError(fmt.Errorf("make the request: %w", err))
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	transport := &c.reads
	if method != http.MethodGet {
		transport = &c.writes
	}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		var op *net.OpError
		sent := !errors.As(err, &op) || op.Op != "dial"
		return nil, c.broken(ctx, err, sent && !harmless(method, path, body))
	}
	return resp, nil
}

// refused is the error in an answer, nil for a success. It checks the API number
// first: the rest of an answer of another version cannot be trusted.
func (c *Client) refused(resp *http.Response) error {
	if got := resp.Header.Get(versionHeader); got != strconv.Itoa(Version) {
		return otherVersion(got)
	}
	if resp.StatusCode < 300 {
		return nil
	}
	raw, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return decodeError(resp.StatusCode, raw)
}

// decodeError reads the body of a refusal.
func decodeError(status int, raw []byte) *core.Error {
	var body errorBody
	if err := json.Unmarshal(raw, &body); err != nil || body.Error == nil || body.Error.Class == "" {
		return &core.Error{Class: core.Internal, Remedy: core.RemedyLog, Message: fmt.Sprintf("the agent answered HTTP %d without saying why; see its log", status)}
	}
	return body.Error.Core()
}

// broken explains a call without an answer; changed: it may have changed something.
// The URL of a *url.Error is dropped: paths name accounts, queries may one day name
// more.
func (c *Client) broken(ctx context.Context, err error, changed bool) *core.Error {
	if ctx.Err() != nil {
		return core.AsError(ctx.Err())
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	if errors.Is(err, errForbidden) || errors.Is(err, local.ErrForeign) {
		return &core.Error{Class: core.Internal, Remedy: core.RemedyLog, Message: "the agent's socket belongs to somebody else; run this as the user who started the agent", Err: err}
	}
	if changed {
		return endedMeanwhile(err)
	}
	return noAgent(err)
}
