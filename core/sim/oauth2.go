package sim

import (
	"cmp"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tokentray/core"
)

const (
	pathOAuth = "/oauth2/token"
	pathAsk   = "/oauth2/token/introspect"
	pathWho   = "/oauth2/whoami"
)

// PathOAuth is the path of the token endpoint for client credentials.
const PathOAuth = pathOAuth

// Client makes an account a client of an OAuth 2.0 server, whose AppID is its client ID.
type Client struct {
	// Auth is the client's one way of authenticating, "basic" or "body"; empty:
	// either.
	Auth string `json:"auth,omitempty"`
	// Scopes are the allowed ones; none: any. Audience is the one that it must ask
	// for; empty: any.
	Scopes   []string `json:"scopes,omitempty"`
	Audience string   `json:"audience,omitempty"`
	JWT      bool     `json:"jwt,omitempty"` // its tokens are JWTs, signed by nobody
	// Expires is how expires_in is written: "text", "fraction", "negative" or
	// "missing"; empty: as a number.
	Expires   string `json:"expires,omitempty"`
	TokenType string `json:"token_type,omitempty"` // empty: Bearer
	Status200 bool   `json:"status_200,omitempty"` // errors come with status 200
}

// maxClientTokens bounds the known tokens of a client.
const maxClientTokens = 100

// oauthRepeats are what asking an OAuth 2.0 server again can do here.
func oauthRepeats() []core.Repeat {
	return []core.Repeat{"", core.RepeatNewAllLive, core.RepeatSame, core.RepeatNewTwoLive}
}

// checkClient says what is wrong with a client of an OAuth 2.0 server.
func (a Account) checkClient() error {
	switch {
	case a.Agent != "" || a.Platform != "" || a.TokenBytes != 0 || a.TextLife:
		return errors.New("a client is no account of WeCom or of another platform; leave out agent, platform, text_life and token_bytes")
	case !slices.Contains(oauthRepeats(), a.Repeat):
		return fmt.Errorf("asking a server again does one of %q; change repeat", oauthRepeats())
	case !slices.Contains([]string{"", "basic", "body"}, a.Client.Auth):
		return errors.New("a client proves itself by basic or body; change auth")
	case !slices.Contains([]string{"", "text", "fraction", "negative", "missing"}, a.Client.Expires):
		return errors.New("expires_in is written as text, fraction, negative or missing; change expires")
	}
	return nil
}

// serveOAuth is POST /oauth2/token (RFC 6749, section 4.4).
func (s *Server) serveOAuth(w http.ResponseWriter, r *http.Request) {
	form, id, secret, auth, readable := clientForm(r)
	acc, f, going := s.begin(w, r, func() *account {
		acc := s.accounts[id]
		if acc == nil && s.cfg.OpenRegistration && id != "" && secret != "" {
			acc = s.add(Account{AppID: id, Secret: core.NewSecret(secret), Client: &Client{}})
		}
		if acc != nil && acc.Client == nil {
			acc = nil // it is of another kind
		}
		return acc
	})
	if !going {
		return
	}
	defer s.mu.Unlock()
	now := s.now()
	code := f.Error
	switch {
	case code != "":
	case f.Code != 0:
		code = "temporarily_unavailable"
	case r.Method != http.MethodPost || !readable:
		code = "invalid_request"
	case !acc.isClient(secret, auth):
		code = "invalid_client"
	default:
		code = s.clientCode(acc, form, s.callerOf(r, acc))
	}
	if code != "" {
		refuseOAuth(w, acc, code)
		return
	}
	m := s.clientToken(acc, form, now)
	grantOAuth(w, acc.Client, m, m.expires.Sub(now))
}

// clientForm is the form of a request, and the client's claimed identity.
func clientForm(r *http.Request) (form url.Values, id, secret, auth string, readable bool) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxPost+1))
	form, bad := url.ParseQuery(string(raw))
	id, secret, auth = form.Get("client_id"), form.Get("client_secret"), "body"
	if user, pass, ok := r.BasicAuth(); ok {
		id, secret, auth = unescape(user), unescape(pass), "basic"
	}
	return form, id, secret, auth, err == nil && bad == nil && len(raw) <= maxPost && !repeated(form)
}

// isClient reports whether a client is authentic; a is nil if there is none.
func (a *account) isClient(secret, auth string) bool {
	return a != nil && a.Client != nil && subtle.ConstantTimeCompare([]byte(secret), []byte(a.Secret.Reveal())) == 1 &&
		(a.Client.Auth == "" || a.Client.Auth == auth)
}

// serveAsk is POST /oauth2/token/introspect (RFC 7662): a client asks about its own
// tokens. One of another client is not active to it.
func (s *Server) serveAsk(w http.ResponseWriter, r *http.Request) {
	form, id, secret, auth, readable := clientForm(r)
	acc, f, going := s.begin(w, r, func() *account { return s.accounts[id] })
	if !going {
		return
	}
	defer s.mu.Unlock()
	token := form.Get("token")
	switch {
	case f.Error != "":
		refuseOAuth(w, nil, f.Error)
	case r.Method != http.MethodPost || !readable || token == "":
		refuseOAuth(w, nil, "invalid_request")
	case !acc.isClient(secret, auth):
		refuseOAuth(w, nil, "invalid_client")
	case s.owners[token] != acc || acc.verdict(token, s.now()) != 0:
		answerOAuth(w, http.StatusOK, map[string]any{"active": false})
	default:
		answerOAuth(w, http.StatusOK, map[string]any{"active": true, "client_id": acc.AppID, "token_type": "Bearer"})
	}
}

// clientCode is the error for a known client's request, empty when it is valid. s.mu
// is held.
func (s *Server) clientCode(a *account, form url.Values, ip netip.Addr) string {
	a.turn(s.now())
	wanted := strings.Fields(form.Get("scope"))
	switch {
	case a.overMinute(pathOAuth):
		return "too_many_requests"
	case form.Get("grant_type") != "client_credentials":
		return "unsupported_grant_type"
	case a.Frozen:
		return "unauthorized_client"
	case !a.allows(ip):
		return "access_denied"
	case len(a.Client.Scopes) > 0 && slices.ContainsFunc(wanted, func(one string) bool { return !slices.Contains(a.Client.Scopes, one) }):
		return "invalid_scope"
	case a.Client.Audience != "" && form.Get("audience") != a.Client.Audience:
		return "invalid_target"
	}
	return ""
}

// clientToken is the token for a client: a new one each time, and those before live
// on, unless the account is set to behave differently. s.mu is held.
func (s *Server) clientToken(a *account, form url.Values, now time.Time) minted {
	if len(a.issued) > 0 && a.Repeat == core.RepeatSame && a.issued[0].expires.Sub(now) >= time.Second && a.issued[0].inTime(now) {
		return a.issued[0]
	}
	end := now.Add(s.life(a))
	m := minted{value: a.clientTokenValue(form, now, end), expires: end, dies: end}
	s.issue(a, m, maxClientTokens)
	if a.Repeat == core.RepeatNewTwoLive && len(a.issued) > 2 {
		a.issued[2].dies = time.Time{}
	}
	return m
}

// clientTokenValue is a random text, or a JWT with a random ID.
func (a *account) clientTokenValue(form url.Values, now, end time.Time) string {
	var b [32]byte
	rand.Read(b[:]) // never fails, see crypto/rand
	random := base64.RawURLEncoding.EncodeToString(b[:])
	if !a.Client.JWT {
		return random
	}
	part := func(v any) string {
		raw, _ := json.Marshal(v) // strings and numbers always marshal
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	claims := map[string]any{
		"iss": "https://sso.example", "sub": a.AppID, "client_id": a.AppID, "iat": now.Unix(), "exp": end.Unix(), "jti": random[:16],
	}
	for claim, value := range map[string]string{"scope": form.Get("scope"), "aud": form.Get("audience")} {
		if value != "" {
			claims[claim] = value
		}
	}
	return part(map[string]string{"alg": "RS256", "typ": "at+jwt"}) + "." + part(claims) + "." + random
}

// grantOAuth answers with a token and its remaining life.
func grantOAuth(w http.ResponseWriter, c *Client, m minted, left time.Duration) {
	seconds := int64(left / time.Second)
	body := map[string]any{"access_token": m.value, "token_type": cmp.Or(c.TokenType, "Bearer"), "expires_in": seconds}
	switch c.Expires {
	case "text":
		body["expires_in"] = strconv.FormatInt(seconds, 10)
	case "fraction":
		body["expires_in"] = float64(seconds) + 0.5
	case "negative":
		body["expires_in"] = -seconds
	case "missing":
		delete(body, "expires_in")
	}
	answerOAuth(w, http.StatusOK, body)
}

// refuseOAuth answers with an error (RFC 6749, section 5.2).
func refuseOAuth(w http.ResponseWriter, a *account, code string) {
	status, text := http.StatusBadRequest, ""
	switch code {
	case "invalid_client":
		status, text = http.StatusUnauthorized, "Client authentication failed"
		w.Header().Set("WWW-Authenticate", `Basic realm="sim"`)
	case "invalid_scope":
		text = "The client may not have this scope"
	case "invalid_target":
		text = "The client may not have a token for this audience"
	case "unauthorized_client":
		status, text = http.StatusForbidden, "The client may not use client credentials"
	case "temporarily_unavailable", "server_error":
		status, text = http.StatusServiceUnavailable, "Try again later"
	case "too_many_requests":
		status = http.StatusTooManyRequests
	}
	if a != nil && a.Client.Status200 {
		status = http.StatusOK
	}
	body := map[string]any{"error": code}
	if text != "" {
		body["error_description"] = text
	}
	answerOAuth(w, status, body)
}

// serveWho is GET /oauth2/whoami, a call that any token may make (RFC 6750).
func (s *Server) serveWho(w http.ResponseWriter, r *http.Request) {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	acc, _, going := s.begin(w, r, func() *account { return s.owners[token] })
	if !going {
		return
	}
	defer s.mu.Unlock()
	if acc == nil || acc.Client == nil || acc.verdict(token, s.now()) != 0 {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		answerOAuth(w, http.StatusUnauthorized, map[string]any{"error": "invalid_token"})
		return
	}
	answerOAuth(w, http.StatusOK, map[string]any{"client_id": acc.AppID})
}

func answerOAuth(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	raw, _ := json.Marshal(body) // strings and numbers always marshal
	_, _ = w.Write(raw)          // the caller may be gone
}

// repeated reports whether a parameter is repeated, which RFC 6749 forbids.
func repeated(form url.Values) bool {
	for _, all := range form {
		if len(all) > 1 {
			return true
		}
	}
	return false
}

// unescape undoes what a client does to ID and secret before Basic (RFC 6749, 2.3.1).
func unescape(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}
