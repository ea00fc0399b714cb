package api

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"tokentray/core"
)

// GrantCalls say which calls of an account an AI agent may make, for a while. The agent
// that keeps the tokens enforces them; they end with it.
type GrantCalls interface {
	// Grants are what AI agents may call, and what they were refused.
	Grants(ctx context.Context) (Grants, error)
	// Grant allows calls. A grant of the same client for the account, for reading or for
	// writing as this one, is replaced. One for a live account is given in a window
	// alone.
	Grant(ctx context.Context, ref Ref, in GrantInput) (Grant, error)
	// RevokeGrants ends all grants of a client, RevokeGrant that of a number.
	RevokeGrants(ctx context.Context, client string) error
	RevokeGrant(ctx context.Context, number int) error
	// DeclineAsk answers what an AI agent asked for with no, for AskQuiet.
	DeclineAsk(ctx context.Context, number int) error
}

// Limits of grants.
const (
	MaxGrant = 8 * time.Hour
	// Writing of a live account ends after so long, or after so many calls.
	MaxLiveWrite   = 10 * time.Minute
	LiveWriteCalls = 20
	// AskQuiet is how long a person who declined is not asked for the same again.
	AskQuiet = 10 * time.Minute
)

// GrantInput is what a person allows a client.
type GrantInput struct {
	Client string `json:"client"`
	// Calls are as in core.CallRights; none: every call that the kind lists as reading.
	Calls []string `json:"calls,omitempty"`
	// Write allows those of Calls that are not listed as reading.
	Write   bool  `json:"write,omitempty"`
	Seconds int64 `json:"seconds,omitempty"` // 0: as long as it can be
	// Seat is that of a window, see Event. A grant for a live account needs it.
	Seat string `json:"seat,omitempty"`
}

// Grant is what a client may call.
type Grant struct {
	Number  int       `json:"number"`
	Client  string    `json:"client"`
	Account string    `json:"account"`
	Env     core.Env  `json:"env"`
	Calls   []string  `json:"calls"`
	Write   bool      `json:"write,omitempty"`
	Until   time.Time `json:"until"`
	// Left is how many calls that write are left where they are counted, else 0.
	Left int `json:"left,omitempty"`
	// Used is how many calls were made with it, and LastUsed when the last was.
	Used     int       `json:"used,omitempty"`
	LastUsed time.Time `json:"last_used,omitzero"`
}

// Ref names the grant's account.
func (g Grant) Ref() Ref { return Ref{g.Account, g.Env} }

// Ask is what an AI agent was refused since nobody had allowed it.
type Ask struct {
	Number  int      `json:"number"`
	Client  string   `json:"client"`
	Account string   `json:"account"`
	Env     core.Env `json:"env"`
	// Call is METHOD and PATH; empty: a signature for the JS-SDK.
	Call     string    `json:"call,omitempty"`
	Write    bool      `json:"write,omitempty"`
	At       time.Time `json:"at"`                // the last time
	Count    int       `json:"count"`             // how many times
	Declined time.Time `json:"declined,omitzero"` // until when a no holds
}

// Ref names the account that was asked for.
func (a Ask) Ref() Ref { return Ref{a.Account, a.Env} }

// Grants are what AI agents may call, and what they were refused last, newest first.
type Grants struct {
	Grants []Grant `json:"grants"`
	Asks   []Ask   `json:"asks"`
}

func (h *handler) grantRoutes(a GrantCalls) {
	h.bind("GET /v1/grants", answer(func(r *http.Request) (Grants, error) { return a.Grants(r.Context()) }))
	h.ref("POST", "grants", "", onRefBody(false, a.Grant))
	h.bind("DELETE /v1/grants/{client}", answer(func(r *http.Request) (nothing, error) {
		return nothing{}, a.RevokeGrants(r.Context(), r.PathValue("client"))
	}))
	numbered := func(do func(context.Context, int) error) bound {
		return answer(func(r *http.Request) (nothing, error) {
			n, err := strconv.Atoi(r.PathValue("number"))
			if err != nil {
				return nothing{}, Invalid("the number must be that of a grant or of what was asked for; see GET /v1/grants")
			}
			return nothing{}, do(r.Context(), n)
		})
	}
	h.bind("DELETE /v1/grant/{number}", numbered(a.RevokeGrant))
	h.bind("DELETE /v1/asks/{number}", numbered(a.DeclineAsk))
}

// Grants implements Agent.
func (c *Client) Grants(ctx context.Context) (Grants, error) {
	return call[Grants](ctx, c, http.MethodGet, "/v1/grants", nil)
}

// Grant implements Agent.
func (c *Client) Grant(ctx context.Context, ref Ref, in GrantInput) (Grant, error) {
	return callRef[Grant](ctx, c, http.MethodPost, "grants", ref, "", in)
}

// RevokeGrants implements Agent.
func (c *Client) RevokeGrants(ctx context.Context, client string) error {
	name, err := core.CleanName(client)
	if err != nil {
		return core.AsError(err)
	}
	return c.do(ctx, http.MethodDelete, "/v1/grants/"+url.PathEscape(name), nil)
}

// RevokeGrant implements Agent.
func (c *Client) RevokeGrant(ctx context.Context, number int) error {
	return c.do(ctx, http.MethodDelete, "/v1/grant/"+strconv.Itoa(number), nil)
}

// DeclineAsk implements Agent.
func (c *Client) DeclineAsk(ctx context.Context, number int) error {
	return c.do(ctx, http.MethodDelete, "/v1/asks/"+strconv.Itoa(number), nil)
}
