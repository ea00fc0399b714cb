package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"tokentray/core"
	"tokentray/core/kinds"
)

// Preset is a kind of token that a file describes, as clients see it.
type Preset struct {
	Kind     core.Kind   `json:"kind"`
	Label    kinds.Label `json:"label,omitempty"`
	Own      bool        `json:"own"`   // a user's; else one of this version
	Hosts    []string    `json:"hosts"` // where secrets and tokens go
	Repeat   core.Repeat `json:"repeat"`
	Accounts int         `json:"accounts"`       // accounts of this kind
	File     []byte      `json:"file,omitempty"` // the preset's file; base64 on the wire, only in the answer for one preset
}

// PresetFile is a preset to add. An error about its contents has PresetFaults in its
// chain.
type PresetFile struct {
	File []byte `json:"file"` // JSON; base64 on the wire
	// Replace is consent to replace an existing preset of that name.
	Replace bool `json:"replace,omitempty"`
	// Check only checks the file: the answer tells what saving it would do, and
	// nothing changes.
	Check bool `json:"check,omitempty"`
}

// PresetSaved is a preset that was added.
type PresetSaved struct {
	Preset   Preset `json:"preset"`
	Replaced bool   `json:"replaced,omitempty"`
	// Paused are the accounts, as NAME/ENV, that wait for their secret because the
	// preset had another host or another request before.
	Paused []string `json:"paused,omitempty"`
}

// PresetTry tries a preset once, without saving anything: one in a file, or one that
// the agent knows.
type PresetTry struct {
	File    []byte    `json:"file,omitempty"` // base64 on the wire
	Kind    core.Kind `json:"kind,omitempty"`
	AppID   string    `json:"appid"`
	Env     core.Env  `json:"env,omitempty"` // chooses the host; empty: sandbox
	BaseURL string    `json:"base_url,omitempty"`
	Secret  string    `json:"secret"`
	// Proxy carries the request, as an account's does; its password is a field of
	// its own.
	Proxy         string `json:"proxy,omitempty"`
	ProxyPassword string `json:"proxy_password,omitempty"`
}

// PresetTrial is what was sent and what came back. It shows no secret and no token.
type PresetTrial struct {
	Method    string        `json:"method"`
	URL       string        `json:"url"`
	Headers   []kinds.Pair  `json:"headers,omitempty"`
	Body      string        `json:"body,omitempty"`
	Status    int           `json:"status,omitempty"` // of HTTP; 0: no answer
	Found     []PresetFound `json:"found,omitempty"`
	Mask      string        `json:"mask,omitempty"`       // of the token
	ExpiresIn int64         `json:"expires_in,omitempty"` // seconds
	Error     *Error        `json:"error,omitempty"`      // why there is no token
}

// PresetFound is what a path of a preset found.
type PresetFound struct {
	Field string `json:"field"` // token, expires, code or text
	Path  string `json:"path"`
	There bool   `json:"there"`
	Value string `json:"value,omitempty"` // for a token, its mask
}

// PresetFault is an error at one place of a preset's file. ui/text has a sentence for
// each code, preset.fault. and the code.
type PresetFault struct {
	Line  int    `json:"line"` // from 1
	Field string `json:"field,omitempty"`
	Code  string `json:"code"`
	Other string `json:"other,omitempty"` // what should be there, or what is there if it may be shown
}

// PresetFaults are all errors of a file.
type PresetFaults []PresetFault

func (f PresetFaults) Error() string {
	if len(f) == 0 {
		return "the file is fine"
	}
	return fmt.Sprintf("line %d: %s", f[0].Line, f[0].Code)
}

// PresetCalls read and change the presets. Every error is a *core.Error.
type PresetCalls interface {
	// Presets lists those of this version and the user's own.
	Presets(ctx context.Context) ([]Preset, error)
	// Preset is one of them with its file.
	Preset(ctx context.Context, kind core.Kind) (Preset, error)
	// AddPreset saves a preset, which is a kind from then on. If it replaces one and
	// asks something else, its accounts are paused and wait for their secret.
	AddPreset(ctx context.Context, in PresetFile) (PresetSaved, error)
	// RemovePreset removes a user's preset that no account uses.
	RemovePreset(ctx context.Context, kind core.Kind) error
	// TryPreset makes a preset's request once and saves nothing.
	TryPreset(ctx context.Context, in PresetTry) (PresetTrial, error)
}

// presetList is the answer of GET /v1/presets.
type presetList struct {
	Presets []Preset `json:"presets"`
}

// presetRoutes binds the routes of presets, for the socket alone.
func (h *handler) presetRoutes(a PresetCalls) {
	h.bind("GET /v1/presets", answer(func(r *http.Request) (presetList, error) {
		all, err := a.Presets(r.Context())
		return presetList{all}, err
	}))
	h.bind("POST /v1/presets", body(false, a.AddPreset))
	h.bind("POST /v1/presets/try", body(false, a.TryPreset))
	h.bind("GET /v1/presets/{kind}", answer(func(r *http.Request) (Preset, error) {
		return a.Preset(r.Context(), core.Kind(r.PathValue("kind")))
	}))
	h.bind("DELETE /v1/presets/{kind}", answer(func(r *http.Request) (nothing, error) {
		return nothing{}, a.RemovePreset(r.Context(), core.Kind(r.PathValue("kind")))
	}))
}

// Presets implements Agent.
func (c *Client) Presets(ctx context.Context) ([]Preset, error) {
	all, err := call[presetList](ctx, c, http.MethodGet, "/v1/presets", nil)
	return all.Presets, err
}

// Preset implements Agent.
func (c *Client) Preset(ctx context.Context, kind core.Kind) (Preset, error) {
	return call[Preset](ctx, c, http.MethodGet, presetPath(kind), nil)
}

// AddPreset implements Agent.
func (c *Client) AddPreset(ctx context.Context, in PresetFile) (PresetSaved, error) {
	return call[PresetSaved](ctx, c, http.MethodPost, "/v1/presets", in)
}

// RemovePreset implements Agent.
func (c *Client) RemovePreset(ctx context.Context, kind core.Kind) error {
	_, err := call[nothing](ctx, c, http.MethodDelete, presetPath(kind), nil)
	return err
}

// TryPreset implements Agent.
func (c *Client) TryPreset(ctx context.Context, in PresetTry) (PresetTrial, error) {
	return call[PresetTrial](ctx, c, http.MethodPost, "/v1/presets/try", in)
}

func presetPath(kind core.Kind) string { return "/v1/presets/" + url.PathEscape(string(kind)) }
