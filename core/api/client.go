package api

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/local"
)

// maxAnswer bounds an answer and one event: some 100,000 accounts.
const maxAnswer = 64 << 20

// endTime is how long an agent may take to end after it closed its socket: it
// clears the clipboard and closes the database then.
const endTime = 10 * time.Second

// Client is an Agent in another process, reached over its socket. It is safe for
// concurrent use. Only contexts limit its calls in time.
type Client struct {
	// Revive starts the agent after it went away. A call without an answer is then
	// made once more, if that is harmless. nil: nothing starts it. It must be set
	// before the first call.
	Revive func(context.Context) error

	reads, writes http.Transport
	calls         http.Transport // of upstreams
	socket        string
}

// How many connections are kept for later reads, and for how long.
const (
	maxKept  = 4
	keptTime = time.Minute
)

// Dial returns the client of the agent that listens on socket. It connects at
// the first call; without an agent that call's error is ErrNoAgent.
func Dial(socket string) *Client {
	c := &Client{socket: socket}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return local.Dial(ctx, socket)
	}
	c.reads = http.Transport{DialContext: dial, MaxIdleConnsPerHost: maxKept, IdleConnTimeout: keptTime, DisableCompression: true}
	// An idle connection may be dead, since the agent may have ended meanwhile, and
	// then nobody knows whether a call on it arrived. So calls that change something
	// use a new connection.
	c.writes = http.Transport{DialContext: dial, DisableKeepAlives: true, DisableCompression: true}
	c.calls = http.Transport{DialContext: dial, DisableKeepAlives: true, DisableCompression: true, ExpectContinueTimeout: time.Minute}
	return c
}

// Close ends idle connections.
func (c *Client) Close() { c.reads.CloseIdleConnections() }

// Status implements Agent.
func (c *Client) Status(ctx context.Context) (Status, error) {
	return call[Status](ctx, c, http.MethodGet, "/v1/status", nil)
}

// Kinds implements Agent.
func (c *Client) Kinds(ctx context.Context) (kinds.Set, error) {
	body, err := call[Kinds](ctx, c, http.MethodGet, "/v1/kinds", nil)
	if err != nil {
		return kinds.Set{}, err
	}
	set, err := kinds.New(body.Kinds...)
	if err != nil {
		return kinds.Set{}, &core.Error{Class: core.Internal, Remedy: core.RemedyUpdate, Message: "the agent's kinds cannot be read: " + err.Error(), Err: err}
	}
	return set, nil
}

// List implements Agent.
func (c *Client) List(ctx context.Context) (List, error) {
	return call[List](ctx, c, http.MethodGet, "/v1/accounts", nil)
}

// Account implements Agent.
func (c *Client) Account(ctx context.Context, ref Ref) (Account, error) {
	return callRef[Account](ctx, c, http.MethodGet, "accounts", ref, "", nil)
}

// Add implements Agent.
func (c *Client) Add(ctx context.Context, in AccountInput) (Saved, error) {
	return call[Saved](ctx, c, http.MethodPost, "/v1/accounts", in)
}

// Edit implements Agent.
func (c *Client) Edit(ctx context.Context, ref Ref, in AccountInput) (Saved, error) {
	return callRef[Saved](ctx, c, http.MethodPut, "accounts", ref, "", in)
}

// Remove implements Agent.
func (c *Client) Remove(ctx context.Context, ref Ref) error {
	_, err := callRef[nothing](ctx, c, http.MethodDelete, "accounts", ref, "", nil)
	return err
}

// Test implements Agent.
func (c *Client) Test(ctx context.Context, req TestRequest) (TestResult, error) {
	return call[TestResult](ctx, c, http.MethodPost, "/v1/test", req)
}

// Token implements Agent.
func (c *Client) Token(ctx context.Context, ref Ref, minTTL time.Duration) (Token, error) {
	query := "?min_ttl=" + url.QueryEscape(minTTL.String())
	return callRef[Token](ctx, c, http.MethodGet, "token", ref, query, nil)
}

// Refresh implements Agent.
func (c *Client) Refresh(ctx context.Context, ref Ref, req RefreshRequest) (Token, error) {
	return callRef[Token](ctx, c, http.MethodPost, "token", ref, "/refresh", req)
}

// Quota implements Agent.
func (c *Client) Quota(ctx context.Context, ref Ref, req QuotaRequest) (QuotaResult, error) {
	return callRef[QuotaResult](ctx, c, http.MethodPost, "accounts", ref, "/quota", req)
}

// ResetQuota implements Agent.
func (c *Client) ResetQuota(ctx context.Context, ref Ref) (Account, error) {
	return callRef[Account](ctx, c, http.MethodPost, "accounts", ref, "/quota/reset", nil)
}

// Check implements Agent.
func (c *Client) Check(ctx context.Context, ref Ref) (CheckResult, error) {
	return callRef[CheckResult](ctx, c, http.MethodPost, "accounts", ref, "/check", nil)
}

// History implements Agent.
func (c *Client) History(ctx context.Context, ref Ref, q HistoryQuery) ([]HistoryEntry, error) {
	query := "/history?limit=" + strconv.Itoa(q.Limit)
	if !q.Since.IsZero() {
		query += "&since=" + url.QueryEscape(q.Since.Format(time.RFC3339Nano))
	}
	got, err := callRef[historyBody](ctx, c, http.MethodGet, "accounts", ref, query, nil)
	return got.History, err
}

// Failures implements Agent.
func (c *Client) Failures(ctx context.Context, since time.Time) ([]Failure, error) {
	got, err := call[failuresBody](ctx, c, http.MethodGet, "/v1/failures?since="+url.QueryEscape(since.Format(time.RFC3339Nano)), nil)
	return got.Failures, err
}

// Copy implements Agent.
func (c *Client) Copy(ctx context.Context, ref Ref, req CopyRequest) (Clipboard, error) {
	return callRef[Clipboard](ctx, c, http.MethodPost, "accounts", ref, "/copy", req)
}

// CopyText implements Agent.
func (c *Client) CopyText(ctx context.Context, req TextRequest) (Clipboard, error) {
	return call[Clipboard](ctx, c, http.MethodPut, "/v1/clipboard", textBody{req.Text.Reveal(), req.Secret, req.Key})
}

// ClearClipboard implements Agent.
func (c *Client) ClearClipboard(ctx context.Context) error {
	return c.do(ctx, http.MethodDelete, "/v1/clipboard", nil)
}

// Use implements Agent.
func (c *Client) Use(ctx context.Context, env core.Env) error {
	return c.do(ctx, http.MethodPut, "/v1/env", envBody{env})
}

// PauseAll implements Agent.
func (c *Client) PauseAll(ctx context.Context, paused bool) error {
	return c.do(ctx, http.MethodPut, "/v1/pause", pauseBody{&paused})
}

// Settings implements Agent.
func (c *Client) Settings(ctx context.Context) (core.Settings, error) {
	return call[core.Settings](ctx, c, http.MethodGet, "/v1/settings", nil)
}

// SetSetting implements Agent.
func (c *Client) SetSetting(ctx context.Context, key, value string) (core.Settings, error) {
	if key == "" || key == "." || key == ".." {
		e := Invalid("there is no setting %q; see tokentray settings", key)
		e.Err = core.Problems{{Field: key, Key: core.ProblemSettingUnknown}}
		return core.Settings{}, e
	}
	return call[core.Settings](ctx, c, http.MethodPut, "/v1/settings/"+url.PathEscape(key), valueBody{value})
}

// VaultInit implements Agent.
func (c *Client) VaultInit(ctx context.Context, passphrase core.Secret) (Vault, error) {
	return call[Vault](ctx, c, http.MethodPost, "/v1/vault/init", passphraseBody{passphrase.Reveal()})
}

// VaultUnlock implements Agent.
func (c *Client) VaultUnlock(ctx context.Context, passphrase core.Secret) (Vault, error) {
	return call[Vault](ctx, c, http.MethodPost, "/v1/vault/unlock", passphraseBody{passphrase.Reveal()})
}

// VaultLock implements Agent.
func (c *Client) VaultLock(ctx context.Context) (Vault, error) {
	return call[Vault](ctx, c, http.MethodPost, "/v1/vault/lock", nil)
}

// Open implements Agent.
func (c *Client) Open(ctx context.Context, what Showing) (int, error) {
	got, err := call[windowsBody](ctx, c, http.MethodPost, "/v1/open", what)
	return got.Windows, err
}

// Session implements Agent.
func (c *Client) Session(ctx context.Context, s Session) error {
	return c.do(ctx, http.MethodPost, "/v1/session", s)
}

// Reset implements Agent. It returns when the agent no longer listens.
func (c *Client) Reset(ctx context.Context) error { return c.last(ctx, "/v1/reset") }

// Stop implements Agent, whatever API number the agent speaks. It returns when the
// agent no longer listens and, if the system can tell, its process has ended.
func (c *Client) Stop(ctx context.Context) error {
	err := c.last(ctx, "/v1/stop")
	if errors.Is(err, ErrVersion) {
		return nil
	}
	return err
}

// last makes a call that ends the agent, on a connection of its own, and waits until
// the agent closes it, which it does after it has closed its socket. To check
// whether somebody listens would not work: another client may have started the next
// agent.
func (c *Client) last(ctx context.Context, path string) error {
	c.Close()
	erases := path == "/v1/reset"
	conn, err := local.Dial(ctx, c.socket)
	if err != nil {
		return c.broken(ctx, err, false)
	}
	defer conn.Close()
	unwatch := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer unwatch()
	ended, forget := watchEnd(local.PeerPID(conn))
	defer forget()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://tokentray"+path, nil)
	if err != nil {
		return core.AsError(fmt.Errorf("make the request: %w", err))
	}
	if err := req.Write(conn); err != nil {
		return c.broken(ctx, err, false)
	}
	answers := bufio.NewReader(conn)
	resp, err := http.ReadResponse(answers, req)
	if err != nil {
		return c.broken(ctx, err, erases)
	}
	refusal := c.refused(resp)
	if refusal != nil && !errors.Is(refusal, ErrVersion) {
		return refusal
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return c.broken(ctx, err, erases)
	}
	_, _ = answers.ReadByte() // returns when the connection is closed
	ends, cancel := context.WithTimeout(ctx, endTime)
	defer cancel()
	ended(ends)
	if ctx.Err() != nil {
		return core.AsError(ctx.Err())
	}
	return refusal
}

// Events implements Agent. It does not reconnect; see Follow. A stream that ends
// without a bye ended by accident.
func (c *Client) Events(ctx context.Context, window bool) (<-chan Event, error) {
	path := "/v1/events"
	if window {
		path += "?window=1"
	}
	resp, err := c.send(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	if err := c.refused(resp); err != nil {
		_ = resp.Body.Close()
		return nil, err
	}
	out := make(chan Event)
	go func() { // ends with ctx or the stream
		defer close(out)
		defer resp.Body.Close()
		_ = readEvents(resp.Body, func(e Event) bool {
			select {
			case out <- e:
				return true
			case <-ctx.Done():
				return false
			}
		})
	}()
	return out, nil
}
