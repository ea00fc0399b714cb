package door

import (
	"cmp"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/call"
	"tokentray/core/kinds"
)

// Below /call/NAME/ENV the agent makes calls for a client, which gets the answer and
// never the token. A key names the calls that it may make; no page in a browser makes
// any. The call is authenticated by the key, or by a stand-in, see standin.go.
const callFolder = "/call/"

// stallTime is how long nothing may move in a call's body or its answer.
const stallTime = time.Minute

// maxLogged is how much of a path the access log shows, in bytes.
const maxLogged = 200

// calls are a client's rights, prepared for judging.
type calls struct {
	patterns []kinds.Pattern
	reads    bool
	limit    call.Limit
}

func newCalls(r core.CallRights) *calls {
	c := &calls{limit: call.Limit{
		Size: float64(cmp.Or(r.Burst, core.DefaultCallBurst)), Rate: float64(cmp.Or(r.Rate, core.DefaultCallRate)),
	}}
	for _, one := range r.Calls {
		method, path, ok := strings.Cut(one, " ")
		switch {
		case !ok:
			c.reads = c.reads || one == core.CallReads
		case method == "*":
			c.patterns = append(c.patterns, kinds.Pattern{Path: path})
		default:
			c.patterns = append(c.patterns, kinds.Pattern{Method: method, Path: path})
		}
	}
	return c
}

// allow reports whether a call is among those that the client may make.
func (c *calls) allow(j call.Judged) bool {
	return c.reads && j.Reading || j.Among(c.patterns)
}

// callTarget is a parsed request below callFolder. Name and environment stay
// escaped; target is the part for the upstream, as the client wrote it.
type callTarget struct{ name, env, target string }

// readCallTarget parses a request's target; ok is false for one in absolute form and
// one that names no account.
func readCallTarget(r *http.Request) (c callTarget, ok bool) {
	raw := cmp.Or(r.RequestURI, r.URL.RequestURI())
	rest, ok := strings.CutPrefix(raw, callFolder)
	if !ok {
		return c, false
	}
	path, query, asked := strings.Cut(rest, "?")
	var has bool
	if c.name, path, has = strings.Cut(path, "/"); !has {
		return c, false
	}
	c.env, path, has = strings.Cut(path, "/")
	c.target = "/" + path
	if asked {
		c.target += "?" + query
	}
	return c, has && c.name != "" && c.env != ""
}

// call serves a call to an upstream.
func (v *visit) call() {
	v.line.Call = "call"
	if v.fromBrowser() {
		v.callRefuse(http.StatusForbidden, core.RemedyBrowser, core.SaysNoPage+"; make them from a program")
		return
	}
	at, ok := readCallTarget(v.r)
	if !ok {
		v.hangUp()
		v.callFail(http.StatusBadRequest, &core.Error{Class: core.Invalid, Remedy: core.RemedyCallPath, Message: "a call is made at /call/NAME/ENV/PATH of this port; correct the URL"})
		return
	}
	if v.tokenPath(at) {
		return
	}
	key, ok := v.callClient(&at)
	if !ok {
		return
	}
	v.known()
	v.speak(at)
	if wait := v.client.calls.limit.Take(v.now); wait > 0 {
		v.callFail(http.StatusTooManyRequests, &core.Error{
			Class: core.Temporary, Remedy: core.RemedySlower, RetryAt: v.now.Add(wait),
			Message: "this client makes too many calls; wait as Retry-After says, or make a key with a higher --rate",
		})
		return
	}
	ref, ok := v.callRef(at)
	if !ok {
		return
	}
	if j, ok := v.mayCall(ref, at.target); ok {
		v.makeCall(ref, at.target, j, key)
	}
}

// fromBrowser reports whether a browser sends the request for a page, or because
// somebody opened an address.
func (v *visit) fromBrowser() bool {
	return len(v.r.Header["Origin"]) > 0 || len(v.r.Header["Sec-Fetch-Site"]) > 0 || v.r.Method == http.MethodOptions
}

// callClient finds the client: by the stand-in, which is removed from the call, else
// by the key.
func (v *visit) callClient(at *callTarget) (key core.Secret, ok bool) {
	if value, found := takeStandIn(v.r, at); found {
		owner, mine := v.d.standIns.owner(v.d.clients.all(), value, *at)
		mine = mine && v.fits(owner)
		if v.otherHost() {
			return core.Secret{}, false
		}
		if !mine {
			v.slowDown()
			v.hangUp()
			v.standInDead(*at)
			return core.Secret{}, false
		}
		v.client = owner
		return core.NewSecret(value), true
	}
	presented, given := bearer(v.r)
	v.client = v.find(presented)
	if v.client != nil {
		return core.NewSecret(presented), true
	}
	if v.otherHost() {
		return core.Secret{}, false
	}
	if given {
		v.slowDown()
	}
	v.w.Header().Set("WWW-Authenticate", "Bearer")
	v.callRefuse(http.StatusUnauthorized, core.RemedyClientKey, "send a client key as Authorization: Bearer KEY; tokentray api key add NAME --calls makes one")
	return core.Secret{}, false
}

// speak makes refusals use the account's kind's form too, for SDKs.
func (v *visit) speak(at callTarget) {
	if ref, err := at.ref(); err == nil && v.client.Permits(ref.Name, ref.Env) {
		_, spec, _ := v.d.cfg.Agent.Known(ref)
		v.door = spec.Door
	}
}

// callRef is the account that is called, if the key may use it.
func (v *visit) callRef(at callTarget) (api.Ref, bool) {
	ref, err := at.ref()
	if err != nil {
		v.callFail(http.StatusBadRequest, err)
		return ref, false
	}
	if !v.client.Permits(ref.Name, ref.Env) {
		v.callFail(http.StatusForbidden, errScope(ref.Env))
		return ref, false
	}
	v.line.Account = ref.String()
	return ref, true
}

// ref is the account that a call names.
func (at callTarget) ref() (api.Ref, error) {
	name, err := url.PathUnescape(at.name)
	if err == nil {
		name, err = core.CleanName(name)
	}
	if err != nil {
		return api.Ref{}, api.BadRef(core.Problems{{Field: "name", Key: core.ProblemNameChars}})
	}
	env := core.Env(at.env)
	if !env.Valid() {
		return api.Ref{}, api.BadRef(core.Problems{{Field: "env", Key: core.ProblemEnv}})
	}
	return api.Ref{Name: name, Env: env}, nil
}

// mayCall checks a call against its account's kind and its client's rights.
func (v *visit) mayCall(ref api.Ref, target string) (call.Judged, bool) {
	a, spec, ok := v.d.cfg.Agent.Known(ref)
	if !ok {
		v.line.Account = ""
		v.callFail(http.StatusNotFound, &core.Error{Class: core.NotFound, Remedy: core.RemedyAccount, Message: "there is no account " + ref.String()})
		return call.Judged{}, false
	}
	j, err := call.Judge(spec.ClosedFor(a), v.r.Method, target)
	v.line.Call = loggable(v.r.Method, j.Path.String())
	if err == nil && !v.client.calls.allow(j) {
		err = &core.Error{
			Class: core.Misuse, Remedy: core.RemedyKeyCalls,
			Message: core.SaysKeyForbids + " call; tokentray api key add NAME --calls 'METHOD PATH' makes one that does",
		}
	}
	if err == nil {
		err = j.Allow(a.Env, v.client.LiveWrite)
	}
	if err == nil {
		return j, true
	}
	status := http.StatusBadRequest
	if core.AsError(err).Class != core.Invalid {
		status = http.StatusForbidden
	}
	v.callFail(status, err)
	return j, false
}

// loggable is a call for the access log; parts of its path that look like secrets
// are hidden.
func loggable(method, path string) string {
	if core.HoldsSecret(path) || len(path) > maxLogged || len(method) > len(http.MethodOptions) {
		path, method = "…", ""
	}
	return strings.TrimSpace(method + " " + path)
}

// makeCall lets the agent make the call, and streams.
func (v *visit) makeCall(ref api.Ref, target string, j call.Judged, key core.Secret) {
	rc := http.NewResponseController(v.w)
	_ = rc.SetReadDeadline(time.Time{}) // a test's recorder has neither
	_ = rc.SetWriteDeadline(time.Time{})
	ctx, done := v.client.during(v.r.Context())
	defer done()
	body := &arriving{Arriving: api.Arrive(v.r), rc: rc}
	req := api.CallRequest{
		CallHead: api.CallHead{Method: j.Method, Target: target, Header: v.r.Header, LiveWrite: v.client.LiveWrite},
		Body:     body, Length: v.r.ContentLength, Hide: []core.Secret{key},
	}
	got, err := v.d.cfg.Agent.Call(ctx, ref, req)
	if v.client.revoked.Err() != nil && err != nil {
		v.callRefuse(http.StatusUnauthorized, core.RemedyClientKey, "this client key was revoked")
		return
	}
	if err != nil {
		body.over.Store(true)
		v.hangUp() // the rest of the body is not waited for
		v.callFail(api.HTTPStatus(core.AsError(err).Class), err)
		return
	}
	defer got.Body.Close()
	body.Answer(v.w.Header())
	v.handCall(got, rc)
	_ = got.Body.Close() // nothing goes up any more
	body.over.Store(true)
	api.Linger(rc, v.r.Body)
}

// handCall writes the upstream's answer. Our own headers are in it already; if it
// breaks off, so does the connection.
func (v *visit) handCall(got api.CallAnswer, rc *http.ResponseController) {
	h := v.w.Header()
	maps.Copy(h, got.Header)
	if got.NotAgain {
		h.Set("Tokentray-Not-Again", "the token was dead and is renewed; the body was too long to be kept, so make the call again")
	}
	if got.Length >= 0 {
		h.Set("Content-Length", strconv.FormatInt(got.Length, 10))
	}
	v.line.Status, v.line.Errcode = got.Status, got.Code
	v.w.WriteHeader(got.Status)
	if _, err := io.CopyBuffer(leaving{v.w, rc}, got.Body, copyBuffer(got)); err != nil {
		v.d.log.add(v.finished())
		panic(http.ErrAbortHandler)
	}
}

// copyBuffer is what an answer is copied by; nil for one that writes itself.
func copyBuffer(got api.CallAnswer) []byte {
	if _, writes := got.Body.(io.WriterTo); writes {
		return nil
	}
	size := int64(32 << 10)
	if got.Length >= 0 {
		size = min(size, got.Length+1)
	}
	return make([]byte, size)
}

// finished is the complete line of the log.
func (v *visit) finished() api.Access {
	v.line.At = v.now
	if v.client != nil {
		v.line.Key = v.client.Name
	}
	return v.line
}

// arriving is a body that may take any time, but must not stall.
type arriving struct {
	*api.Arriving
	rc   *http.ResponseController
	over atomic.Bool // nobody wants more of it
}

func (a *arriving) Read(p []byte) (int, error) {
	switch {
	case a.over.Load():
		return 0, http.ErrBodyReadAfterClose
	case a.Whole(): // from here on a deadline would end the answer
		return 0, io.EOF
	}
	_ = a.rc.SetReadDeadline(time.Now().Add(stallTime))
	return a.Arriving.Read(p)
}

// leaving is an answer that may take any time, but must not stall.
type leaving struct {
	io.Writer
	rc *http.ResponseController
}

func (l leaving) Write(p []byte) (int, error) {
	_ = l.rc.SetWriteDeadline(time.Now().Add(stallTime))
	n, err := l.Writer.Write(p)
	if err == nil {
		if err = l.rc.Flush(); errors.Is(err, http.ErrNotSupported) {
			err = nil
		}
	}
	return n, err
}

// callRefuse is callFail for a client that may not call at all.
func (v *visit) callRefuse(status int, remedy, message string) {
	v.hangUp()
	v.callFail(status, &core.Error{Class: core.Misuse, Message: message, Remedy: remedy})
}

// callFail answers a call that was not made: in our API's form, and in the kind's
// form too if it has one.
func (v *visit) callFail(status int, err error) {
	e := core.AsError(err)
	v.line.Status, v.line.Refused = status, e.Remedy
	body := map[string]any{"error": api.FromError(e)}
	if v.door != nil {
		said := cgiErrorOf(v.door, e)
		if e.Remedy == core.RemedySlower {
			said = *refusal(v.door, kinds.TooMany, "this client makes too many calls")
		}
		body[v.door.Code], body[v.door.Text] = said.code, said.text
		v.line.Errcode = said.code
	}
	h := v.w.Header()
	h.Set("Content-Security-Policy", "sandbox")
	if !e.RetryAt.IsZero() {
		h.Set("Retry-After", strconv.Itoa(api.RetryAfter(e.RetryAt, v.now)))
	}
	api.WriteJSON(v.w, status, body)
}
