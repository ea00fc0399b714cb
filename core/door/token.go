package door

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// maxWait is how long a client may wait for the next token in one call.
const maxWait = 5 * time.Minute

// Status is what a client learns about the agent, and about its own key.
type Status struct {
	Version   string        `json:"version"`
	API       int           `json:"api"`
	Active    core.Env      `json:"active"`
	PausedAll bool          `json:"paused_all"`
	Vault     string        `json:"vault"` // open, locked, unavailable, missing
	Key       api.ClientKey `json:"key"`
}

func (v *visit) status() {
	s, err := v.d.cfg.Agent.Status(v.r.Context())
	if err != nil {
		v.failed(err)
		return
	}
	v.answer(Status{
		Version: s.Version, API: api.Version, Active: s.Active, PausedAll: s.PausedAll, Vault: s.Vault.State,
		Key: api.ClientKey{Name: v.client.Name, Accounts: v.client.Accounts, Envs: v.client.Envs},
	})
}

func (v *visit) openAPI() {
	v.line.Status = http.StatusOK
	v.w.Header().Set("Content-Type", "application/json")
	v.w.Header().Set("Content-Length", strconv.Itoa(len(v.d.cfg.OpenAPI)))
	_, _ = v.w.Write(v.d.cfg.OpenAPI)
}

// token serves a token that lives for min_ttl, or with newer_than the next one.
func (v *visit) token(name, env string) {
	ref, ok := v.ref(name, env)
	if !ok || !v.takes() {
		return
	}
	var ttl time.Duration = api.DefaultTTL
	var next *following
	if v.r.URL.RawQuery != "" {
		q, err := readQuery(v.r.URL.RawQuery)
		if err == nil {
			ttl, err = api.MinTTL(q.Get("min_ttl"))
		}
		if err == nil {
			next, err = readFollowing(q.Get("newer_than"), q.Get("wait"))
		}
		if err != nil {
			v.failed(err)
			return
		}
	}
	if next != nil {
		v.follow(ref, ttl, *next)
		return
	}
	t, err := v.get(v.r.Context(), ref, ttl)
	v.hand(t, err)
}

// takes reports whether the client may take tokens, and refuses one that may not.
func (v *visit) takes() bool {
	if v.client.NoToken {
		v.fail(http.StatusForbidden, &core.Error{
			Class: core.Misuse, Remedy: core.RemedyScope,
			Message: "this client key makes calls and takes no token; make another with tokentray api key add",
		})
	}
	return !v.client.NoToken
}

// get is a living token, at no cost; else a token that the agent can fetch, within
// the client's limits.
func (v *visit) get(ctx context.Context, ref api.Ref, ttl time.Duration) (api.Token, error) {
	if t, ok := v.d.cfg.Agent.Living(ref, ttl); ok {
		return t, nil
	}
	if wait := v.client.costly.Wait(v.now); wait > 0 {
		return api.Token{}, errSlower(v.now.Add(wait))
	}
	ctx, done, err := v.wait(ctx)
	if err != nil {
		return api.Token{}, err
	}
	defer done()
	return v.d.cfg.Agent.Token(ctx, ref, ttl)
}

// wait begins slow work: ctx also ends with the key. It fails when the door or the
// client has too many waiting calls.
func (v *visit) wait(ctx context.Context) (_ context.Context, done func(), err error) {
	over := func() {}
	if !v.waits {
		var ok bool
		if over, ok = v.d.seats.wait(v.client); !ok || v.crowded {
			if ok {
				over()
			}
			return nil, nil, errCrowded(v.now.Add(crowdTime))
		}
		v.waits = true
	}
	ctx, end := v.client.during(ctx)
	return ctx, func() { end(); over() }, nil
}

// hand writes a token, unless the key was revoked meanwhile.
func (v *visit) hand(t api.Token, err error) {
	switch {
	case v.revoked():
	case err == nil:
		v.write(t)
	default:
		v.failedOr(err)
	}
}

// revoked answers a call whose key was revoked meanwhile, and reports whether it was.
func (v *visit) revoked() bool {
	if v.client.revoked.Err() == nil {
		return false
	}
	v.refuse(http.StatusUnauthorized, core.RemedyClientKey, "this client key was revoked")
	return true
}

// failedOr answers a call that failed, or whose client must wait.
func (v *visit) failedOr(err error) {
	var e *core.Error
	switch {
	case v.revoked():
	case errors.As(err, &e) && e.Remedy == core.RemedySlower:
		v.slower(e)
	default:
		v.failed(err)
	}
}

func (v *visit) write(t api.Token) {
	v.line.Status = http.StatusOK
	v.w.Header()["Content-Type"] = v.d.jsonType
	err := json.NewEncoder(v.w).Encode(t)
	if bad := new(json.MarshalerError); errors.As(err, &bad) { // its times cannot be written as JSON; nothing was sent
		v.failed(err)
	}
}

// refresh serves a report of a token that failed.
func (v *visit) refresh(name, env string) {
	raw, ok := v.wholeBody()
	if !ok {
		return
	}
	ref, ok := v.ref(name, env)
	if !ok || !v.takes() {
		return
	}
	var in struct {
		Stale string `json:"stale"`
		Force bool   `json:"force"`
	}
	if err := api.Decode(bytes.NewReader(raw), true, &in); err != nil {
		v.failed(err)
		return
	}
	if in.Force {
		v.fail(http.StatusForbidden, &core.Error{
			Class: core.Misuse, Remedy: core.RemedyScope,
			Message: "nothing is forced over the loopback; report the token that failed as stale, or run tokentray refresh --force",
		})
		return
	}
	if wait := v.client.costly.Take(v.now); wait > 0 {
		v.slower(errSlower(v.now.Add(wait)))
		return
	}
	ctx, done, err := v.wait(v.r.Context())
	if err != nil {
		v.hand(api.Token{}, err)
		return
	}
	defer done()
	t, err := v.d.cfg.Agent.Refresh(ctx, ref, api.RefreshRequest{Stale: in.Stale})
	v.hand(t, err)
}

// readQuery reads the query of a call for a token. A parameter that cannot be read,
// or is repeated, must not be ignored: the client could get a token that is not as
// good as it asked for. Unknown parameters do no harm.
func readQuery(raw string) (url.Values, error) {
	q, err := url.ParseQuery(raw)
	if err != nil {
		return nil, api.Invalid("the query cannot be read; it must be like min_ttl=300&wait=30s, with %%XX for what is special")
	}
	for _, name := range []string{"min_ttl", "newer_than", "wait"} {
		if len(q[name]) > 1 {
			return nil, api.Invalid("%s stands twice in the query; say it once", name)
		}
	}
	return q, nil
}

// following is a client's question for the next token: one that expires later than
// the one it has, for which it waits.
type following struct {
	newer int64 // unix seconds
	wait  time.Duration
}

func readFollowing(newer, wait string) (*following, error) {
	if newer == "" && wait == "" {
		return nil, nil
	}
	n, err := strconv.ParseInt(newer, 10, 64)
	if err != nil || n < 0 {
		return nil, api.Invalid("newer_than must be the expires_at_unix of the token you have")
	}
	if wait == "" {
		return &following{newer: n}, nil
	}
	d, err := time.ParseDuration(wait)
	if seconds, bare := strconv.ParseInt(wait, 10, 32); bare == nil {
		d, err = time.Duration(seconds)*time.Second, nil
	}
	if err != nil || d < 0 || d > maxWait {
		return nil, api.Invalid("wait must be seconds, as 30, or a duration, as 30s, up to %s", maxWait)
	}
	return &following{n, d}, nil
}

// follow waits for a token that is newer than the client's, on the agent's events
// and on the end of the current one's life, and answers 204 when none came in time.
// It also waits while a temporary failure lasts.
func (v *visit) follow(ref api.Ref, ttl time.Duration, f following) {
	rc := http.NewResponseController(v.w)
	_ = rc.SetReadDeadline(time.Time{}) // a test's recorder has neither
	_ = rc.SetWriteDeadline(time.Now().Add(f.wait + writeTime))
	ctx, done, err := v.wait(v.r.Context())
	if err != nil {
		v.hand(api.Token{}, err)
		return
	}
	defer done()
	over := time.NewTimer(f.wait)
	defer over.Stop()
	ageing := time.NewTimer(f.wait) // the token at hand becomes too old to hand out
	defer ageing.Stop()
	for {
		changed := v.d.cfg.Agent.Changed(ref) // before reading, so that no change is missed
		t, err := v.get(ctx, ref, ttl)
		if err == nil && t.ExpiresAtUnix > f.newer {
			v.hand(t, nil)
			return
		}
		if err != nil && core.AsError(err).Class != core.Temporary {
			v.hand(t, err)
			return
		}
		left := f.wait
		if err == nil {
			now := v.d.cfg.Now()
			if left = t.ExpiresAt.Add(-ttl).Sub(now); left <= 0 { // the upstream gives no newer one before its end
				left = max(0, t.ExpiresAt.Sub(now))
			}
			left += time.Millisecond
		}
		ageing.Reset(left)
		select {
		case <-changed:
		case <-ageing.C:
		case <-over.C:
			v.nothingNewer(t, err)
			return
		case <-ctx.Done():
			v.hand(t, core.AsError(ctx.Err()))
			return
		}
		v.now = v.d.cfg.Now().Round(0)
	}
}

// nothingNewer ends a wait: 204 when the client's token is still the one to
// use.
func (v *visit) nothingNewer(t api.Token, err error) {
	if err != nil || v.client.revoked.Err() != nil {
		v.hand(t, err)
		return
	}
	v.line.Status = http.StatusNoContent
	v.w.WriteHeader(http.StatusNoContent)
}
