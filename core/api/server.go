package api

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"path"
	"reflect"
	"strconv"
	"time"

	"tokentray/core"
)

// Limits of what the server accepts and how long it waits.
const (
	maxBody     = 1 << 20 // bytes of a request
	maxHeader   = 32 << 10
	headerTime  = 10 * time.Second
	bodyTime    = 10 * time.Second
	idleTime    = 5 * time.Minute
	maxTTL      = 24 * time.Hour
	defaultPast = 100 // lines of history
	maxPast     = 10000
)

// DefaultTTL is the least life of a token that is requested without a min_ttl.
const DefaultTTL = 30 * time.Second

// peerKey is the context key for the reason why a connection's peer is refused.
type peerKey struct{}

// NewServer returns the HTTP server of the local API for agent, with limits that
// suit a unix socket: headers and bodies must come in time, answers and streams may
// take as long as they need. peer judges each new connection; use local.SameUser.
// Log gets one line per request at debug.
func NewServer(agent Agent, peer func(net.Conn) error, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           NewHandler(agent, log),
		ReadHeaderTimeout: headerTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, peerKey{}, peer(c))
		},
	}
}

// handler serves the API. Requests that match no route get the error shape too.
type handler struct {
	mux     *http.ServeMux
	agent   Agent
	log     *slog.Logger
	onRoute func(Route) // called for each route; may be nil
}

// NewHandler returns the routes of the API. It does not check who calls; NewServer
// does.
func NewHandler(agent Agent, log *slog.Logger) http.Handler {
	h := &handler{mux: http.NewServeMux(), agent: agent, log: log}
	h.routes()
	return h
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set(versionHeader, strconv.Itoa(Version))
	w.Header().Set("Cache-Control", "no-store")
	if err, _ := r.Context().Value(peerKey{}).(error); err != nil {
		h.log.Warn("refused a caller", "error", err)
		WriteError(w, http.StatusForbidden, &core.Error{Class: core.Misuse, Message: err.Error(), Remedy: core.RemedyLog}, time.Now())
		return
	}
	// The mux would redirect an unclean path; no account has such a name.
	if path.Clean(r.URL.Path) != r.URL.Path {
		noRoute(w, http.StatusNotFound)
		return
	}
	found, pattern := h.mux.Handler(r)
	if pattern == "" {
		probe := statusProbe{header: http.Header{}}
		found.ServeHTTP(&probe, r)
		if allow := probe.header.Get("Allow"); allow != "" {
			w.Header().Set("Allow", allow)
		}
		noRoute(w, probe.status)
		return
	}
	limit := bodyLimit(pattern)
	if limit == unlimited {
		h.log.Debug("request", "route", pattern)
		h.mux.ServeHTTP(w, r)
		return
	}
	if err := readBody(w, r, limit); err != nil {
		status := http.StatusBadRequest
		if big := new(http.MaxBytesError); errors.As(err, &big) {
			status = http.StatusRequestEntityTooLarge
		}
		WriteError(w, status, Invalid("the body is over %d bytes or did not come in time", limit), time.Now())
		return
	}
	h.log.Debug("request", "route", pattern)
	h.mux.ServeHTTP(w, r)
}

// statusProbe finds out from the mux whether the path or the method is wrong.
type statusProbe struct {
	header http.Header
	status int
}

func (p *statusProbe) Header() http.Header         { return p.header }
func (p *statusProbe) WriteHeader(status int)      { p.status = status }
func (p *statusProbe) Write(b []byte) (int, error) { return len(b), nil }

func noRoute(w http.ResponseWriter, status int) {
	msg := "there is no such path; see GET /v1/status"
	if status == http.StatusMethodNotAllowed {
		msg = "this path does not take that method; the Allow header lists those it takes"
	}
	WriteError(w, status, &core.Error{Class: core.Invalid, Message: msg, Remedy: core.RemedyInput}, time.Now())
}

// routes binds every route. An account may be named without its environment:
// then it is the one in the active environment.
func (h *handler) routes() {
	a := h.agent
	h.bind("GET /v1/status", answer(func(r *http.Request) (Status, error) { return a.Status(r.Context()) }))
	h.bind("GET /v1/kinds", answer(func(r *http.Request) (Kinds, error) {
		set, err := a.Kinds(r.Context())
		return Kinds{set.All()}, err
	}))
	h.bind("GET /v1/accounts", answer(func(r *http.Request) (List, error) { return a.List(r.Context()) }))
	h.bind("POST /v1/accounts", body(false, a.Add))
	h.bind("POST /v1/test", body(false, a.Test))

	h.ref("GET", "accounts", "", onRef(a.Account))
	h.ref("PUT", "accounts", "", onRefBody(false, a.Edit))
	h.ref("DELETE", "accounts", "", onRef(func(ctx context.Context, ref Ref) (nothing, error) { return nothing{}, a.Remove(ctx, ref) }))
	h.ref("POST", "accounts", "/copy", onRefBody(true, a.Copy))
	h.ref("POST", "accounts", "/check", onRef(a.Check))
	h.ref("POST", "accounts", "/quota", onRefBody(true, a.Quota))
	h.ref("POST", "accounts", "/quota/reset", onRef(a.ResetQuota))
	h.ref("GET", "accounts", "/history", answer(h.history))
	h.bind("GET /v1/failures", answer(h.failures))
	h.ref("GET", "token", "", answer(h.token))
	h.ref("POST", "token", "/refresh", onRefBody(true, h.refresh))

	h.ref("POST", "sign", "", onRefBody(false, a.Sign))

	h.bind("POST /v1/explain", body(false, a.Explain))

	h.bind("PUT /v1/clipboard", body(false, func(ctx context.Context, b textBody) (Clipboard, error) {
		return a.CopyText(ctx, TextRequest{Text: core.NewSecret(b.Text), Secret: b.Secret, Key: b.Key})
	}))
	h.bind("DELETE /v1/clipboard", answer(func(r *http.Request) (nothing, error) { return nothing{}, a.ClearClipboard(r.Context()) }))
	h.bind("PUT /v1/env", body(false, func(ctx context.Context, b envBody) (nothing, error) {
		return nothing{}, a.Use(ctx, b.Active)
	}))
	h.bind("PUT /v1/pause", body(false, func(ctx context.Context, b pauseBody) (nothing, error) {
		if b.Paused == nil {
			return nothing{}, Invalid("paused must be true or false")
		}
		return nothing{}, a.PauseAll(ctx, *b.Paused)
	}))
	h.bind("GET /v1/settings", answer(func(r *http.Request) (core.Settings, error) { return a.Settings(r.Context()) }))
	h.bind("PUT /v1/settings/{key}", takes[valueBody](false, answer(h.setting)))

	h.bind("GET /v1/vault", answer(func(r *http.Request) (Vault, error) {
		status, err := a.Status(r.Context())
		return status.Vault, err
	}))
	h.bind("POST /v1/vault/init", body(false, func(ctx context.Context, b passphraseBody) (Vault, error) {
		return a.VaultInit(ctx, core.NewSecret(b.Passphrase))
	}))
	h.bind("POST /v1/vault/unlock", body(true, func(ctx context.Context, b passphraseBody) (Vault, error) {
		return a.VaultUnlock(ctx, core.NewSecret(b.Passphrase))
	}))
	h.bind("POST /v1/vault/lock", answer(func(r *http.Request) (Vault, error) { return a.VaultLock(r.Context()) }))

	h.bind("POST /v1/open", body(true, func(ctx context.Context, what Showing) (windowsBody, error) {
		n, err := a.Open(ctx, what)
		return windowsBody{n}, err
	}))
	h.bind("POST /v1/session", body(false, func(ctx context.Context, s Session) (nothing, error) {
		return nothing{}, a.Session(ctx, s)
	}))
	h.bind("POST /v1/stop", answer(func(r *http.Request) (nothing, error) { return nothing{}, a.Stop(r.Context()) }))
	h.bind("POST /v1/reset", answer(func(r *http.Request) (nothing, error) { return nothing{}, a.Reset(r.Context()) }))
	h.bind("GET /v1/events", bound{http.HandlerFunc(h.events), Route{Out: reflect.TypeFor[Event]()}})
	h.callRoutes(a)
	h.grantRoutes(a)
	h.doorRoutes(a)
	h.pushRoutes(a)
	h.presetRoutes(a)
	h.transferRoutes(a)
	h.teamRoutes(a)
}

// ref binds a route of one account, with and without the environment.
func (h *handler) ref(method, what, rest string, do bound) {
	h.bind(method+" /v1/"+what+"/{name}/{env}"+rest, do)
	h.bind(method+" /v1/"+what+"/{name}"+rest, do)
}

func (h *handler) token(r *http.Request) (Token, error) {
	ref, err := refOf(r)
	if err != nil {
		return Token{}, err
	}
	ttl, err := MinTTL(r.URL.Query().Get("min_ttl"))
	if err != nil {
		return Token{}, err
	}
	return h.agent.Token(r.Context(), ref, ttl)
}

// refresh refuses a report that also forces: a report asks whether the token is
// dead, a force renews it in any case.
func (h *handler) refresh(ctx context.Context, ref Ref, req RefreshRequest) (Token, error) {
	if req.Stale != "" && req.Force {
		return Token{}, Invalid("stale and force exclude each other; report the token, or force a new one")
	}
	return h.agent.Refresh(ctx, ref, req)
}

func (h *handler) history(r *http.Request) (historyBody, error) {
	ref, err := refOf(r)
	if err != nil {
		return historyBody{}, err
	}
	q, err := historyQuery(r)
	if err != nil {
		return historyBody{}, err
	}
	entries, err := h.agent.History(r.Context(), ref, q)
	if entries == nil {
		entries = []HistoryEntry{}
	}
	return historyBody{entries}, err
}

// failures answers what failed since a time, of all that is kept without one.
func (h *handler) failures(r *http.Request) (failuresBody, error) {
	since, err := sinceOf(r)
	if err != nil {
		return failuresBody{}, err
	}
	found, err := h.agent.Failures(r.Context(), since)
	if found == nil {
		found = []Failure{}
	}
	return failuresBody{found}, err
}

// sinceOf reads a time of the query; the zero time where there is none.
func sinceOf(r *http.Request) (time.Time, error) {
	raw := r.URL.Query().Get("since")
	if raw == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339Nano, raw)
	if err != nil {
		return time.Time{}, Invalid("since must be a time such as 2026-01-31T08:00:00Z")
	}
	return at, nil
}

// historyQuery reads which lines are wanted: by default the newest few, with only a
// time everything since.
func historyQuery(r *http.Request) (HistoryQuery, error) {
	limit, err := limitOf(r)
	if err != nil {
		return HistoryQuery{}, err
	}
	since, err := sinceOf(r)
	if err != nil {
		return HistoryQuery{}, err
	}
	if !since.IsZero() && r.URL.Query().Get("limit") == "" {
		limit = 0
	}
	return HistoryQuery{Limit: limit, Since: since}, nil
}

func (h *handler) setting(r *http.Request) (core.Settings, error) {
	var b valueBody
	if err := Decode(r.Body, false, &b); err != nil {
		return core.Settings{}, err
	}
	return h.agent.SetSetting(r.Context(), r.PathValue("key"), b.Value)
}

// MinTTL reads a minimum life: seconds as WeChat writes them, or a duration such as
// 5m; DefaultTTL when there is none.
func MinTTL(raw string) (time.Duration, error) {
	if raw == "" {
		return DefaultTTL, nil
	}
	var d time.Duration
	if n, err := strconv.ParseInt(raw, 10, 32); err == nil {
		d = time.Duration(n) * time.Second
	} else if d, err = time.ParseDuration(raw); err != nil {
		return 0, oddLife("min_ttl must be seconds, as 300, or a duration, as 5m")
	}
	if d < 0 || d > maxTTL {
		return 0, oddLife("min_ttl must lie between 0 and 24h")
	}
	return d, nil
}

func oddLife(message string) *core.Error {
	return &core.Error{Class: core.Invalid, Remedy: core.RemedyLifeOdd, Message: message}
}

// refOf reads which account a path names.
func refOf(r *http.Request) (Ref, error) {
	name, err := core.CleanName(r.PathValue("name"))
	if err != nil {
		return Ref{}, BadRef(err)
	}
	env := core.Env(r.PathValue("env"))
	if env != "" && !env.Valid() {
		return Ref{}, BadRef(core.Problems{{Field: "env", Key: core.ProblemEnv}})
	}
	return Ref{name, env}, nil
}
