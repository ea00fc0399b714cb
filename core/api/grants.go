package api

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"tokentray/core"
)

// GrantCalls say which calls of an account an AI agent may make, for a while. The agent
// that keeps the tokens enforces them; they end with it.
type GrantCalls interface {
	Grants(ctx context.Context) ([]Grant, error)
	// Grant allows calls. It replaces an earlier grant of the same client for the
	// account. Only sandbox accounts can have grants.
	Grant(ctx context.Context, ref Ref, in GrantInput) (Grant, error)
	// RevokeGrants ends all grants of a client.
	RevokeGrants(ctx context.Context, client string) error
}

// MaxGrant is how long a grant lasts at most.
const MaxGrant = 8 * time.Hour

// GrantInput is what a person allows a client.
type GrantInput struct {
	Client string `json:"client"`
	// Calls are as in core.CallRights; none: every call that the kind lists as
	// reading.
	Calls []string `json:"calls,omitempty"`
	// Write allows those of Calls that are not listed as reading.
	Write   bool  `json:"write,omitempty"`
	Seconds int64 `json:"seconds,omitempty"` // 0: MaxGrant
}

// Grant is what a client may call.
type Grant struct {
	Client  string    `json:"client"`
	Account string    `json:"account"`
	Env     core.Env  `json:"env"`
	Calls   []string  `json:"calls"`
	Write   bool      `json:"write,omitempty"`
	Until   time.Time `json:"until"`
}

func (h *handler) grantRoutes(a GrantCalls) {
	h.bind("GET /v1/grants", answer(func(r *http.Request) ([]Grant, error) { return a.Grants(r.Context()) }))
	h.ref("POST", "grants", "", onRefBody(false, a.Grant))
	h.bind("DELETE /v1/grants/{client}", answer(func(r *http.Request) (nothing, error) {
		return nothing{}, a.RevokeGrants(r.Context(), r.PathValue("client"))
	}))
}

// Grants implements Agent.
func (c *Client) Grants(ctx context.Context) ([]Grant, error) {
	return call[[]Grant](ctx, c, http.MethodGet, "/v1/grants", nil)
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
	_, err = call[nothing](ctx, c, http.MethodDelete, "/v1/grants/"+url.PathEscape(name), nil)
	return err
}
