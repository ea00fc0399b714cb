package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"tokentray/core"
)

// Loopback is the state of the loopback door.
type Loopback struct {
	State     string   `json:"state"` // off, on, taken
	Port      int      `json:"port"`
	Addresses []string `json:"addresses,omitempty"` // where it listens
	Keys      int      `json:"keys"`                // client keys there are
	Error     *Error   `json:"error,omitempty"`     // why it is shut although somebody opened it, or that another program listens there
	// Holder is the owner of the program that listens there instead of the agent, if
	// the system tells; else nil.
	Holder *Holder `json:"holder,omitempty"`
	// Address is where it shall listen beside the loopback, for containers; empty:
	// nowhere. AddressError is why it does not although it is on.
	Address      string `json:"address,omitempty"`
	AddressError *Error `json:"address_error,omitempty"`
}

// Holder is the user of the program that listens at a port.
type Holder struct {
	User string `json:"user"` // name, or number
	Own  bool   `json:"own"`  // the agent's own user
}

// The states of the loopback door.
const (
	DoorOff   = "off"
	DoorOn    = "on"
	DoorTaken = "taken" // it is switched on, but another program has the port
)

// LoopbackRequest opens or shuts the door. Port 0 leaves the port as it is, and an empty
// Address the further address; NoAddress takes that away.
type LoopbackRequest struct {
	On      bool   `json:"on"`
	Port    int    `json:"port,omitempty"`
	Address string `json:"address,omitempty"`
}

// NoAddress is the loopback alone.
const NoAddress = "none"

// ClientKey is a client key without its secret. No Accounts means every account.
type ClientKey struct {
	Name     string     `json:"name"`
	Accounts []string   `json:"accounts,omitempty"`
	Envs     []core.Env `json:"envs"`
	Origins  []string   `json:"origins,omitempty"`
	Hosts    []string   `json:"hosts,omitempty"` // host:port, in addition to the loopback's own names
	core.CallRights
	Created  time.Time `json:"created,omitzero"`
	LastUsed time.Time `json:"last_used,omitzero"`
}

// ClientKeyInput is a new key. No Envs means the sandbox only.
type ClientKeyInput struct {
	Name     string     `json:"name"`
	Accounts []string   `json:"accounts,omitempty"`
	Envs     []core.Env `json:"envs,omitempty"`
	Origins  []string   `json:"origins,omitempty"`
	Hosts    []string   `json:"hosts,omitempty"` // host:port, in addition to the loopback's own names
	core.CallRights
}

// NewClientKey is the one answer that holds the key itself.
type NewClientKey struct {
	ClientKey
	Key string `json:"key"`
}

// ChildKey is a key of a process, and where it makes its calls.
type ChildKey struct {
	Key string `json:"key"`
	URL string `json:"url"` // without a slash at its end; the upstream's path follows
}

// Access is a line of the access log: one call, or several similar ones in a row. It
// holds no token and no key. From the caller's input it has only the name of an
// account that the key may use and, for a call to an upstream, method and path.
type Access struct {
	At      time.Time `json:"at"`            // of the last call
	Key     string    `json:"key,omitempty"` // name; empty: none, or a wrong one
	Call    string    `json:"call"`
	Account string    `json:"account,omitempty"`
	Status  int       `json:"status"`            // HTTP
	Errcode int       `json:"errcode,omitempty"` // in an answer of an upstream's form
	Refused string    `json:"refused,omitempty"` // why a call to an upstream was refused: the key of a remedy
	Count   int       `json:"count"`
}

// LoopbackCalls manage the API on the loopback. Every error is a *core.Error.
type LoopbackCalls interface {
	Loopback(ctx context.Context) (Loopback, error)
	// SetLoopback opens or shuts the door, also for later starts. If the port is
	// taken nothing changes.
	SetLoopback(ctx context.Context, req LoopbackRequest) (Loopback, error)
	ClientKeys(ctx context.Context) ([]ClientKey, error)
	AddClientKey(ctx context.Context, in ClientKeyInput) (NewClientKey, error)
	// AddChildKey makes a key that lives as long as a process, for every call of one
	// account; it gets no token. The API must be open.
	AddChildKey(ctx context.Context, ref Ref, pid int) (ChildKey, error)
	// RevokeClientKey ends a key at once, with its calls under way.
	RevokeClientKey(ctx context.Context, name string) error
	// AccessLog is the newest part of the access log, newest first.
	AccessLog(ctx context.Context, limit int) ([]Access, error)
	// OpenAPI is the description of both doors, as OpenAPI 3.1.
	OpenAPI(ctx context.Context) (json.RawMessage, error)
}

// OnlyKeyHeader names a client key in a request to the loopback door, which then
// accepts no other. A proxy in front of the door sets it. It can only take rights
// away.
const OnlyKeyHeader = "Tokentray-Only"

// ShowClientKey is a key without its hash.
func ShowClientKey(k core.ClientKey) ClientKey {
	return ClientKey{k.Name, k.Accounts, k.Envs, k.Origins, k.Hosts, k.CallRights, k.Created, k.LastUsed}
}

type (
	processBody struct {
		PID int `json:"pid"`
	}
	keysBody struct {
		Keys []ClientKey `json:"keys"`
	}
	logBody struct {
		Log []Access `json:"log"`
	}
)

// doorRoutes binds the routes that manage the door.
func (h *handler) doorRoutes(d LoopbackCalls) {
	h.bind("GET /v1/openapi.json", answer(func(r *http.Request) (json.RawMessage, error) { return d.OpenAPI(r.Context()) }))
	h.bind("GET /v1/loopback", answer(func(r *http.Request) (Loopback, error) { return d.Loopback(r.Context()) }))
	h.bind("PUT /v1/loopback", body(false, d.SetLoopback))
	h.bind("GET /v1/loopback/log", answer(func(r *http.Request) (logBody, error) {
		limit, err := limitOf(r)
		if err != nil {
			return logBody{}, err
		}
		lines, err := d.AccessLog(r.Context(), limit)
		if lines == nil {
			lines = []Access{}
		}
		return logBody{lines}, err
	}))
	h.bind("GET /v1/keys", answer(func(r *http.Request) (keysBody, error) {
		keys, err := d.ClientKeys(r.Context())
		if keys == nil {
			keys = []ClientKey{}
		}
		return keysBody{keys}, err
	}))
	h.bind("POST /v1/keys", body(false, d.AddClientKey))
	h.ref("POST", "childkeys", "", onRefBody(false, func(ctx context.Context, ref Ref, b processBody) (ChildKey, error) {
		return d.AddChildKey(ctx, ref, b.PID)
	}))
	h.bind("DELETE /v1/keys/{name}", answer(func(r *http.Request) (nothing, error) {
		name, err := core.CleanName(r.PathValue("name"))
		if err != nil {
			return nothing{}, BadRef(err)
		}
		return nothing{}, d.RevokeClientKey(r.Context(), name)
	}))
}

// limitOf reads how many lines are wanted.
func limitOf(r *http.Request) (int, error) {
	raw := r.URL.Query().Get("limit")
	if raw == "" {
		return defaultPast, nil
	}
	limit, err := strconv.Atoi(raw)
	if err != nil || limit < 0 || limit > maxPast {
		return 0, Invalid("limit must be a number from 0 to %d", maxPast)
	}
	return limit, nil
}

// OpenAPI implements Agent.
func (c *Client) OpenAPI(ctx context.Context) (json.RawMessage, error) {
	return call[json.RawMessage](ctx, c, http.MethodGet, "/v1/openapi.json", nil)
}

// Loopback implements Agent.
func (c *Client) Loopback(ctx context.Context) (Loopback, error) {
	return call[Loopback](ctx, c, http.MethodGet, "/v1/loopback", nil)
}

// SetLoopback implements Agent.
func (c *Client) SetLoopback(ctx context.Context, req LoopbackRequest) (Loopback, error) {
	return call[Loopback](ctx, c, http.MethodPut, "/v1/loopback", req)
}

// ClientKeys implements Agent.
func (c *Client) ClientKeys(ctx context.Context) ([]ClientKey, error) {
	got, err := call[keysBody](ctx, c, http.MethodGet, "/v1/keys", nil)
	return got.Keys, err
}

// AddClientKey implements Agent.
func (c *Client) AddClientKey(ctx context.Context, in ClientKeyInput) (NewClientKey, error) {
	return call[NewClientKey](ctx, c, http.MethodPost, "/v1/keys", in)
}

// AddChildKey implements Agent.
func (c *Client) AddChildKey(ctx context.Context, ref Ref, pid int) (ChildKey, error) {
	return callRef[ChildKey](ctx, c, http.MethodPost, "childkeys", ref, "", processBody{pid})
}

// RevokeClientKey implements Agent.
func (c *Client) RevokeClientKey(ctx context.Context, name string) error {
	clean, err := core.CleanName(name)
	if err != nil {
		return BadRef(err)
	}
	return c.do(ctx, http.MethodDelete, "/v1/keys/"+url.PathEscape(clean), nil)
}

// AccessLog implements Agent.
func (c *Client) AccessLog(ctx context.Context, limit int) ([]Access, error) {
	got, err := call[logBody](ctx, c, http.MethodGet, "/v1/loopback/log?limit="+strconv.Itoa(limit), nil)
	return got.Log, err
}
