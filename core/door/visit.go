package door

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// visit is one call at the door.
type visit struct {
	d      *Server
	w      http.ResponseWriter
	r      *http.Request
	now    time.Time
	client *client     // nil without a right key
	door   *kinds.Door // in whose form the answer is; nil: in our own
	line   api.Access  // for the log

	crowded bool // there is no room for the connection beyond this call
	waits   bool // the call has its place among those that wait

	port     string // of the door
	strange  bool   // Host is no name of the loopback, or the call came by another address: the key must name it
	mismatch bool   // the key does not name it

	foreign *foreigns // the token paths at the time of the call
}

// Handler serves the loopback door at port without listening.
func (d *Server) Handler(port int) http.Handler {
	p := strconv.Itoa(port)
	hosts := map[string]bool{"127.0.0.1:" + p: true, "localhost:" + p: true, "[::1]:" + p: true}
	// WeChat and WeCom send none of these three, but their own paths have them too:
	// SDKs ignore unknown headers, while an older browser, which sends no fetch
	// metadata that would reveal a page, would cache what it may. They are made
	// once, because every answer has them; nobody appends to them.
	noStore, noSniff, sameOrigin := []string{"no-store"}, []string{"nosniff"}, []string{"same-origin"}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h["Cache-Control"], h["X-Content-Type-Options"], h["Cross-Origin-Resource-Policy"] = noStore, noSniff, sameOrigin
		c, _ := r.Context().Value(connKey{}).(*conn)
		v := &visit{d: d, w: w, r: r, now: d.cfg.Now().Round(0), foreign: d.foreign.Load(), port: p, strange: !hosts[r.Host] || c != nil && c.lan}
		language, own := v.foreign.owns(r.URL.Path)
		v.door = language
		switch {
		case v.strange && !d.clients.anyNames(r.Host):
			v.mismatch = true
			v.otherHost()
		case strings.HasPrefix(r.URL.Path, callFolder):
			v.call()
		case own:
			v.cgi(language)
		default:
			v.v1()
		}
		d.log.add(v.finished())
	})
}

// v1 serves our own paths.
func (v *visit) v1() {
	// A base URL that ends in a slash makes two at the beginning. Elsewhere two
	// slashes mean a missing name.
	call, name, env := splitPath("/" + strings.TrimLeft(v.r.URL.EscapedPath(), "/"))
	v.line.Call = call
	if v.r.Method == http.MethodOptions && v.preflight() {
		return
	}
	key, given := bearer(v.r)
	v.client = v.find(key)
	switch {
	case !v.sameSite(): // before a wrong key is delayed: a page must not block anything
		return
	case v.otherHost():
		return
	case v.client == nil && given:
		v.slowDown()
		v.w.Header().Set("WWW-Authenticate", "Bearer")
		v.refuse(http.StatusUnauthorized, core.RemedyClientKey, "this client key is not known, or was revoked; tokentray api key add makes another")
		return
	case v.client == nil:
		v.w.Header().Set("WWW-Authenticate", "Bearer")
		v.refuse(http.StatusUnauthorized, core.RemedyClientKey, "send a client key as Authorization: Bearer KEY; tokentray api key add makes one")
		return
	}
	v.known()
	method := http.MethodGet
	if call == callRefresh || call == callSign {
		method = http.MethodPost
	}
	if v.r.Method != method && call != callUnknown {
		v.w.Header().Set("Allow", method)
		v.fail(http.StatusMethodNotAllowed, api.Invalid("this path takes %s alone", method))
		return
	}
	switch call {
	case callStatus:
		v.status()
	case callOpenAPI:
		v.openAPI()
	case callToken:
		v.token(name, env)
	case callRefresh:
		v.refresh(name, env)
	case callSign:
		v.sign(name, env)
	default:
		v.fail(http.StatusNotFound, api.Invalid("there is no such path here; see GET /v1/openapi.json"))
	}
}

// The names of the calls in the access log.
const (
	callStatus  = "status"
	callOpenAPI = "openapi.json"
	callToken   = "token"
	callRefresh = "refresh"
	callSign    = "sign"
	callUnknown = "unknown path"
)

// splitPath finds out what a path asks for and of which account. Names stay escaped.
// An account may have any name except . and .., including refresh: /v1/token/refresh
// is its token.
func splitPath(escaped string) (call, name, env string) {
	rest, ok := strings.CutPrefix(escaped, "/v1/")
	if !ok {
		return callUnknown, "", ""
	}
	switch rest {
	case "status":
		return callStatus, "", ""
	case "openapi.json":
		return callOpenAPI, "", ""
	}
	if account, ok := strings.CutPrefix(rest, "sign/"); ok {
		name, env, more := strings.Cut(account, "/")
		if name == "" || more && (env == "" || strings.Contains(env, "/")) {
			return callUnknown, "", ""
		}
		return callSign, name, env
	}
	rest, ok = strings.CutPrefix(rest, "token/")
	if !ok || rest == "" {
		return callUnknown, "", ""
	}
	name, rest, more := strings.Cut(rest, "/")
	if !more {
		return callToken, name, ""
	}
	if rest == "refresh" {
		return callRefresh, name, ""
	}
	env, rest, more = strings.Cut(rest, "/")
	switch {
	case env == "" || name == "":
		return callUnknown, "", ""
	case !more:
		return callToken, name, env
	case rest == "refresh":
		return callRefresh, name, env
	}
	return callUnknown, "", ""
}

// bearer is the key that a request presents; given says whether it presents any. A
// key in the query would end up in logs and histories, so it is ignored.
func bearer(r *http.Request) (key string, given bool) {
	values := r.Header["Authorization"]
	if len(values) == 0 {
		return "", false
	}
	scheme, key, _ := strings.Cut(values[0], " ")
	if len(values) > 1 || !strings.EqualFold(scheme, "Bearer") {
		return "", true
	}
	return strings.TrimSpace(key), true
}

// find is the client with this key, if it may be used at this Host.
func (v *visit) find(key string) *client {
	c := v.d.clients.find(key)
	if c == nil && v.d.cfg.Adopt != nil && len(key) <= maxKeyLength && strings.HasPrefix(key, core.ChildKeyPrefix) && v.d.cfg.Adopt(key) {
		c = v.d.clients.find(key)
	}
	if c == nil || !v.fits(c) {
		return nil
	}
	return c
}

// fits reports whether a client may call at this Host, and notes it if not.
func (v *visit) fits(c *client) bool {
	if c != nil && !onlyKey(v.r, c) {
		return false
	}
	if c == nil || !v.strange || c.NamesHost(v.r.Host) {
		return true
	}
	v.mismatch = true
	return false
}

// onlyKey reports whether a client may call by a socket that was made for one key.
func onlyKey(r *http.Request, c *client) bool {
	names := r.Header[api.OnlyKeyHeader]
	return len(names) == 0 || len(names) == 1 && names[0] == c.Name
}

// otherHost refuses a call at a name that neither the loopback nor its key has, and
// reports whether it did.
func (v *visit) otherHost() bool {
	if !v.mismatch {
		return false
	}
	v.line.Call = "other host"
	seen, allow := "this Host", "HOST:PORT"
	if host, ok := core.CleanHost(v.r.Host); ok {
		seen, allow = "Host "+host, host
	}
	v.refuse(http.StatusForbidden, core.RemedyHost, "the loopback API does not answer at "+seen+
		"; call it as http://127.0.0.1:"+v.port+", or make a key for that name: tokentray api key add NAME --host "+allow)
	return true
}

// known notes that the client has presented its key.
func (v *visit) known() {
	v.d.used(v.client, v.now)
	if c, ok := v.r.Context().Value(connKey{}).(*conn); ok && !v.d.seats.keep(c, v.client) {
		v.crowded = true
		v.hangUp()
	}
}

// hangUp ends the connection with the answer.
func (v *visit) hangUp() { v.w.Header().Set("Connection", "close") }

// slowDown delays the answer to a wrong key when there are many.
func (v *visit) slowDown() {
	v.d.storm.slow(v.r.Context(), v.now)
}

// sameSite answers a request that a browser sends for a page of another site with
// 403 and reports false, unless the key allows that origin. Only browsers send these
// headers by themselves.
func (v *visit) sameSite() bool {
	origins := v.r.Header["Origin"]
	if len(origins) == 1 && v.client != nil && v.client.AllowsOrigin(origins[0]) {
		v.w.Header().Set("Access-Control-Allow-Origin", origins[0])
		v.w.Header().Set("Access-Control-Expose-Headers", "Retry-After")
		v.w.Header().Set("Vary", "Origin")
		return true
	}
	sites := v.r.Header["Sec-Fetch-Site"]
	if len(origins) == 0 && !slices.ContainsFunc(sites, func(site string) bool { return site != "none" && site != "same-origin" }) {
		return true
	}
	v.refuse(http.StatusForbidden, core.RemedyScope, "pages of this origin may not call; tokentray api key add --origin makes a key that allows one")
	return false
}

// preflight answers a browser that asks beforehand whether a page may call. It sends
// no key then, so some key must allow the origin; the call itself is judged by its
// own key.
func (v *visit) preflight() bool {
	origins := v.r.Header["Origin"]
	if len(origins) != 1 || v.r.Header.Get("Access-Control-Request-Method") == "" || !v.d.clients.anyAllows(origins[0]) {
		return false
	}
	h := v.w.Header()
	h.Set("Access-Control-Allow-Origin", origins[0])
	h.Set("Access-Control-Allow-Methods", "GET, POST")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
	h.Set("Vary", "Origin, Access-Control-Request-Method")
	if v.r.Header.Get("Access-Control-Request-Private-Network") == "true" {
		h.Set("Access-Control-Allow-Private-Network", "true")
	}
	v.line.Call = "preflight"
	v.line.Status = http.StatusNoContent
	v.w.WriteHeader(http.StatusNoContent)
	return true
}

// answer writes a success.
func (v *visit) answer(body any) {
	v.line.Status = http.StatusOK
	api.WriteJSON(v.w, http.StatusOK, body)
}

// refuse answers a caller who may not call at all, and hangs up: connections are for
// those who may.
func (v *visit) refuse(status int, remedy, message string) {
	v.hangUp()
	if v.door != nil {
		v.cgiRefuse(status, remedy, message)
		return
	}
	v.line.Status = status
	api.WriteError(v.w, status, &core.Error{Class: core.Misuse, Message: message, Remedy: remedy}, v.now)
}

// fail answers a known client's call that failed, and counts it. A client that fails
// all the time is told to wait.
func (v *visit) fail(status int, err error) {
	e := core.AsError(err)
	if e.Class == core.NotFound {
		v.line.Account = "" // whatever the caller wrote, perhaps a key in the wrong place
	}
	if wait := v.client.costly.Take(v.now); wait > 0 {
		v.slower(errSlower(v.now.Add(wait)))
		return
	}
	v.line.Status = status
	api.WriteError(v.w, status, e, v.now)
}

// failed is fail with the status of the error's class.
func (v *visit) failed(err error) {
	e := core.AsError(err)
	v.fail(api.HTTPStatus(e.Class), e)
}

// slower answers a client that must wait.
func (v *visit) slower(e *core.Error) {
	v.line.Status = http.StatusTooManyRequests
	api.WriteError(v.w, http.StatusTooManyRequests, e, v.now)
}

func errSlower(at time.Time) *core.Error {
	return &core.Error{
		Class: core.Temporary, Remedy: core.RemedySlower, RetryAt: at,
		Message: core.SaysTooOften + "; wait as Retry-After says (reading a living token is not limited)",
	}
}

// crowdTime is when a client that found no place to wait may try again.
const crowdTime = 5 * time.Second

func errCrowded(at time.Time) *core.Error {
	return &core.Error{
		Class: core.Temporary, Remedy: core.RemedySlower, RetryAt: at,
		Message: "too many calls wait at the loopback; wait as Retry-After says (reading a living token is not limited)",
	}
}

// ref reads which account is meant and whether the key may use it. A key must not
// reveal which other accounts exist: outside its scope everything is refused alike.
func (v *visit) ref(escapedName, escapedEnv string) (api.Ref, bool) {
	name, err := url.PathUnescape(escapedName)
	if err == nil {
		name, err = core.CleanName(name)
	}
	if err != nil {
		v.failed(api.BadRef(core.Problems{{Field: "name", Key: core.ProblemNameChars}}))
		return api.Ref{}, false
	}
	part, err := url.PathUnescape(escapedEnv)
	env := core.Env(part)
	if env == "" {
		env = v.d.cfg.Agent.Active()
	}
	if err != nil || !env.Valid() {
		v.failed(api.BadRef(core.Problems{{Field: "env", Key: core.ProblemEnv}}))
		return api.Ref{}, false
	}
	if !v.client.Permits(name, env) {
		v.fail(http.StatusForbidden, errScope(env))
		return api.Ref{}, false
	}
	ref := api.Ref{Name: name, Env: env}
	v.line.Account = ref.String()
	return ref, true
}

// readBody reads the body off the connection. ReadTimeout limits the time.
func (v *visit) readBody() ([]byte, error) {
	raw, err := io.ReadAll(http.MaxBytesReader(v.w, v.r.Body, maxBody))
	if err != nil {
		v.hangUp() // the rest of it is not waited for
		if big := new(http.MaxBytesError); errors.As(err, &big) {
			return nil, errTooBig
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return nil, errTooSlow
		}
		return nil, errCutShort
	}
	// From here on the connection is read only to see whether the client is still
	// there, and that may take as long as the answer does.
	_ = http.NewResponseController(v.w).SetReadDeadline(time.Time{}) // a test's recorder has none
	return raw, nil
}

// The possible faults of a body on its way.
var (
	errTooBig   = errors.New("the body is over the limit")
	errTooSlow  = errors.New("the body did not come in time")
	errCutShort = errors.New("the body is cut short")
)

// errScope refuses a key that does not allow an account in this environment.
func errScope(env core.Env) *core.Error {
	return &core.Error{
		Class: core.Misuse, Remedy: core.RemedyScope,
		Message: core.SaysKeyForbids + " account in environment " + string(env) + "; make one that does with tokentray api key add",
	}
}
