package door

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// The door speaks two paths of WeChat's own, so that any SDK whose base URL can
// be set takes its token from TokenTray and fights with nobody: the secret is a
// client key, and the AppID chooses the account within the key's scope. Shapes
// and errcodes are WeChat's: but for refusals of Host and Origin every answer
// is HTTP 200, with errcode and errmsg when it is no token.

// The paths, as the access log names them.
const (
	callCGIToken  = "cgi-bin/token"
	callCGIStable = "cgi-bin/stable_token"
	callCGIOther  = "cgi-bin, another path"
)

// WeChat's errcodes that the door gives by itself, with WeChat's words.
const (
	codeBusy       = -1    // system error: try again
	codeGrantType  = 40002 // invalid grant_type
	codeAppID      = 40013 // invalid appid
	codePath       = 40066 // invalid url
	codeSecret     = 40125 // invalid appsecret
	codeIP         = 40164 // invalid ip
	codeNoAppID    = 41002 // appid missing
	codeNoSecret   = 41004 // appsecret missing
	codeNotGET     = 43001 // require GET method
	codeNotPOST    = 43002 // require POST method
	codeQuota      = 45009 // reach max api daily quota limit
	codeSlower     = 45011 // api minute-quota reach limit
	codeData       = 47001 // data format error
	codeNotAllowed = 48001 // api unauthorized
	codeFrozen     = 50002 // user limited
	codeConfirm    = 89503 // the administrator must confirm the caller's IP
)

// cgiRequest is what WeChat's two calls take.
type cgiRequest struct {
	GrantType    string `json:"grant_type"`
	AppID        string `json:"appid"`
	Secret       string `json:"secret"` // a client key
	ForceRefresh bool   `json:"force_refresh"`
}

// cgiToken is WeChat's success.
type cgiToken struct {
	AccessToken string `json:"access_token"`
	ExpiresIn   int64  `json:"expires_in"`
}

// cgiError is WeChat's failure.
type cgiError struct {
	Errcode int    `json:"errcode"`
	Errmsg  string `json:"errmsg"`
}

// cgi serves WeChat's own paths.
func (v *visit) cgi() {
	v.line.Call = callCGIOther
	if v.r.Method == http.MethodOptions && v.preflight() {
		return
	}
	// The key comes in the query or the body, and a stranger's body is not read.
	if origins := v.r.Header["Origin"]; len(origins) > 0 && !v.d.clients.anyAllows(origins[0]) {
		v.sameSite()
		return
	}
	req, wrong := v.cgiRequest()
	v.client = v.d.clients.find(req.Secret)
	if !v.sameSite() {
		return
	}
	if v.client != nil {
		v.known()
	} else {
		v.hangUp()
		if req.Secret != "" {
			v.slowDown()
		}
	}
	if wrong == nil {
		wrong = v.cgiJudge(req)
	}
	if wrong != nil {
		v.cgiFail(*wrong)
		return
	}
	refs := v.permitted(req.AppID)
	if len(refs) != 1 {
		v.cgiFail(cgiError{codeAppID, fmt.Sprintf("invalid appid: %d accounts that this client key allows have it, and it must be one", len(refs))})
		return
	}
	v.line.Account = refs[0].String()
	v.cgiHand(v.cgiGet(refs[0], req.ForceRefresh))
}

// cgiRequest reads the call; wrong tells why it cannot be served.
func (v *visit) cgiRequest() (req cgiRequest, wrong *cgiError) {
	switch v.r.URL.Path {
	case "/cgi-bin/token":
		v.line.Call = callCGIToken
		q := v.r.URL.Query()
		req = cgiRequest{GrantType: q.Get("grant_type"), AppID: q.Get("appid"), Secret: q.Get("secret")}
		if v.r.Method != http.MethodGet {
			return req, &cgiError{codeNotGET, "require GET method"}
		}
	case "/cgi-bin/stable_token":
		v.line.Call = callCGIStable
		if v.r.Method != http.MethodPost {
			return req, &cgiError{codeNotPOST, "require POST method"}
		}
		raw, err := v.readBody()
		if err != nil || json.Unmarshal(raw, &req) != nil {
			return cgiRequest{}, &cgiError{codeData, "data format error"}
		}
	default:
		return req, &cgiError{codePath, "invalid url: TokenTray serves /cgi-bin/token and /cgi-bin/stable_token"}
	}
	return req, nil
}

// cgiJudge says what is wrong with a call that could be read.
func (v *visit) cgiJudge(req cgiRequest) *cgiError {
	switch {
	case req.GrantType != "client_credential":
		return &cgiError{codeGrantType, "invalid grant_type"}
	case req.AppID == "":
		return &cgiError{codeNoAppID, "appid missing"}
	case req.Secret == "":
		return &cgiError{codeNoSecret, "appsecret missing: send a client key of TokenTray as the secret"}
	case v.client == nil:
		return &cgiError{codeSecret, "invalid appsecret: it is no client key of TokenTray, or was revoked"}
	}
	return nil
}

// permitted are the accounts of an AppID that the key may use.
func (v *visit) permitted(appID string) []api.Ref {
	var out []api.Ref
	for _, ref := range v.d.cfg.Agent.ByAppID(appID) {
		if v.client.Permits(ref.Name, ref.Env) {
			out = append(out, ref)
		}
	}
	return out
}

// freshTime is how old a token is at least when force_refresh asks about it.
// One that came a moment ago came for the same reason: WeChat's own does not
// refresh twice within 30 s either.
const freshTime = 30 * time.Second

// cgiGet is the current token. force_refresh counts as a report that it is
// stale, and forces nothing.
func (v *visit) cgiGet(ref api.Ref, stale bool) (api.Token, error) {
	t, living := v.d.cfg.Agent.Living(ref, api.DefaultTTL)
	if !stale || living && v.now.Sub(t.ObtainedAt) < freshTime {
		return v.get(v.r.Context(), ref, api.DefaultTTL)
	}
	if wait := v.client.costly.take(v.now); wait > 0 {
		return api.Token{}, errSlower(v.now.Add(wait))
	}
	ctx, done, err := v.wait(v.r.Context())
	if err != nil {
		return api.Token{}, err
	}
	defer done()
	return v.d.cfg.Agent.Refresh(ctx, ref, api.RefreshRequest{Stale: t.AccessToken})
}

// cgiHand writes a token or why there is none.
func (v *visit) cgiHand(t api.Token, err error) {
	var e *core.Error
	switch {
	case v.client.revoked.Err() != nil:
		v.cgiWrite(cgiError{codeSecret, "invalid appsecret: the client key was revoked"})
	case err == nil:
		v.answer(cgiToken{t.AccessToken, t.ExpiresIn})
	case errors.As(err, &e) && e.Remedy == core.RemedySlower:
		v.cgiSlower(e.RetryAt)
	default:
		v.cgiFail(cgiErrorOf(core.AsError(err)))
	}
}

// cgiFail writes a failure and counts it against the client, if it is known.
func (v *visit) cgiFail(e cgiError) {
	if v.client != nil {
		if wait := v.client.costly.take(v.now); wait > 0 {
			v.cgiSlower(v.now.Add(wait))
			return
		}
	}
	v.cgiWrite(e)
}

func (v *visit) cgiSlower(at time.Time) {
	v.w.Header().Set("Retry-After", strconv.Itoa(api.RetryAfter(at, v.now)))
	v.cgiWrite(cgiError{codeSlower, "api minute-quota reach limit, mustslower, retry next minute: this client refreshes or fails too often"})
}

func (v *visit) cgiWrite(e cgiError) {
	v.line.Status, v.line.Errcode = http.StatusOK, e.Errcode
	api.WriteJSON(v.w, http.StatusOK, e)
}

// cgiErrorOf says a failure as WeChat would: with upstream's own errcode and
// words where it gave some.
func cgiErrorOf(e *core.Error) cgiError {
	out := cgiError{e.Code, e.Message}
	if e.Upstream != "" {
		out.Errmsg = e.Upstream + " (TokenTray: " + e.Message + ")"
	}
	if out.Errcode != 0 {
		return out
	}
	switch e.Class {
	case core.NotFound, core.Invalid:
		out.Errcode = codeAppID
	case core.BadSecret:
		out.Errcode = codeSecret
	case core.Whitelist:
		out.Errcode = codeIP
	case core.Confirm:
		out.Errcode = codeConfirm
	case core.Quota:
		out.Errcode = codeQuota
	case core.Frozen:
		out.Errcode = codeFrozen
	case core.Misuse:
		out.Errcode = codeNotAllowed
	default:
		out.Errcode = codeBusy
	}
	return out
}
