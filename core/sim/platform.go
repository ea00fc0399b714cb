package sim

import (
	"cmp"
	crand "crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tokentray/core"
)

// platform describes how one of the platforms beside WeChat and WeCom gives and
// refuses tokens. What their documentation does not say can be set on an account:
// what asking again does, whether a life is a text, how long a token is, how a dead
// token and a call for one are refused.
type platform struct {
	name         string
	method, path string
	id, secret   string // the parameters' names
	grant        string // the one valid grant_type, empty if there is none
	encoding     string // query, form or json
	repeat       core.Repeat
	window       time.Duration // of a platform that hands out the same token
	life         time.Duration // of its tokens, instead of the simulator's
	prefix       string        // of a token
	calls        []string      // path prefixes of calls with a token
	header       string        // that carries the token; empty: the query's access_token
	bearer       string        // the prefix of its value

	granted func(token string, life any) any
	refused func(why refusedFor) (status int, answer any)
	dead    func(path string) (status int, answer any)
	worked  any
}

// refusedFor is why a platform gives no token.
type refusedFor struct {
	why  string // secret, id, grant, method, quota, frozen, ip, fault
	code int    // of a fault
	ip   string
}

type object = map[string]any

// maxLive is how many tokens of an account live at the same time at most.
const maxLive = 32

func (s *Server) platformOf(path string) (p platform, isCall, ok bool) {
	for _, p := range platforms() {
		if p.path == path {
			return p, false, true
		}
	}
	for _, p := range platforms() {
		if slices.ContainsFunc(p.calls, func(begin string) bool { return strings.HasPrefix(path, begin) }) {
			return p, true, true
		}
	}
	return platform{}, false, false
}

// platformNames are the platforms that an account can be of.
func platformNames() []string {
	var out []string
	for _, p := range platforms() {
		out = append(out, p.name)
	}
	return out
}

// servePlatform answers a platform's call for a token.
func (s *Server) servePlatform(w http.ResponseWriter, r *http.Request, p platform) {
	params := p.params(r)
	id, secret := params(p.id), params(p.secret)
	acc, f, going := s.begin(w, r, func() *account {
		acc := s.accounts[id]
		if acc != nil && acc.Platform != p.name {
			acc = nil
		}
		if acc == nil && s.cfg.OpenRegistration && id != "" && secret != "" && s.accounts[id] == nil {
			acc = s.add(Account{AppID: id, Secret: core.NewSecret(secret), Platform: p.name})
		}
		return acc
	})
	if !going {
		return
	}
	defer s.mu.Unlock()
	now := s.now()
	no := refusedFor{code: f.Code, ip: s.callerOf(r, acc).String()}
	switch {
	case f.Code != 0:
		no.why = "fault"
	case r.Method != p.method:
		no.why = "method"
	case p.grant != "" && params("grant_type") != p.grant:
		no.why = "grant"
	case acc == nil:
		no.why = "id"
	case subtle.ConstantTimeCompare([]byte(secret), []byte(acc.Secret.Reveal())) != 1:
		no.why = "secret"
	case acc.Frozen:
		no.why = "frozen"
	case !acc.allows(s.callerOf(r, acc)):
		no.why = "ip"
	default:
		acc.turn(now)
		if acc.overMinute(r.URL.Path) {
			no.why = "quota"
		}
	}
	if no.why != "" {
		if acc != nil && acc.Refused != nil {
			acc.Refused.send(w)
			return
		}
		send(w, p.refused, no)
		return
	}
	m := s.platformToken(acc, p, now)
	var life any = int64(m.expires.Sub(now) / time.Second)
	if acc.TextLife {
		life = fmt.Sprint(life)
	}
	sendJSON(w, http.StatusOK, p.granted(m.value, life))
}

func send(w http.ResponseWriter, refuse func(refusedFor) (int, any), why refusedFor) {
	status, answer := refuse(why)
	sendJSON(w, status, answer)
}

func (a *Answer) send(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(cmp.Or(a.Status, http.StatusOK))
	_, _ = w.Write(a.Body) // the caller may be gone
}

func sendJSON(w http.ResponseWriter, status int, v any) {
	raw, _ := json.Marshal(v) // texts, numbers and maps of them always marshal
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(raw) // the caller may be gone
}

// params reads the parameters of a call from where the platform wants them.
func (p platform) params(r *http.Request) func(string) string {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxPost))
	if err != nil {
		body = nil
	}
	switch p.encoding {
	case "query":
		return r.URL.Query().Get
	case "form":
		values, err := url.ParseQuery(string(body))
		if err != nil || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
			values = nil
		}
		return values.Get
	}
	var all map[string]any
	_ = json.Unmarshal(body, &all) // a body that is no JSON has no parameters
	return func(name string) string {
		text, _ := all[name].(string)
		return text
	}
}

// platformToken is the token for an account: what asking again does is set by the
// account, else by the platform. s.mu is held.
func (s *Server) platformToken(a *account, p platform, now time.Time) minted {
	life := s.life(a)
	if a.Life == 0 && p.life > 0 && s.cfg.Life == defaultLife {
		life = p.life
	}
	window := p.window
	if life < window || window == 0 {
		window = windowOf(life)
	}
	repeat := p.repeat
	if a.Repeat != "" {
		repeat = a.Repeat
	}
	var current *minted
	if len(a.issued) > 0 && a.issued[0].inTime(now) {
		current = &a.issued[0]
	}
	switch {
	case current == nil:
	case repeat == core.RepeatSame && current.expires.Sub(now) > window:
		return *current
	case repeat == core.RepeatSameRenewed:
		current.expires = now.Add(life)
		current.dies = current.expires
		return *current
	case repeat == core.RepeatDestructive:
		if limit := now.Add(windowOf(life)); limit.Before(current.dies) {
			current.dies = limit
		}
	}
	m := minted{value: a.platformValue(p), expires: now.Add(life), dies: now.Add(life)}
	s.issue(a, m, maxLive)
	for i := range a.issued {
		if i > 1 && (repeat == core.RepeatDestructive || repeat == core.RepeatNewTwoLive) {
			a.issued[i].dies = time.Time{}
		}
	}
	return m
}

// platformValue looks like one of the platform's tokens.
func (a *account) platformValue(p platform) string {
	n := 64
	if a.TokenBytes > 0 {
		n = a.TokenBytes
	}
	raw := make([]byte, n)
	crand.Read(raw) // never fails, see crypto/rand
	return (p.prefix + base64.RawURLEncoding.EncodeToString(raw))[:max(n, len(p.prefix)+16)]
}

// servePlatformCall answers a call with a token: it works, or the token is dead.
func (s *Server) servePlatformCall(w http.ResponseWriter, r *http.Request, p platform) {
	token := r.URL.Query().Get("access_token")
	if p.header != "" {
		token = strings.TrimPrefix(r.Header.Get(p.header), p.bearer)
	}
	acc, f, going := s.begin(w, r, func() *account {
		acc := s.owners[token]
		if acc != nil && acc.Platform != p.name {
			acc = nil
		}
		return acc
	})
	if !going {
		return
	}
	defer s.mu.Unlock()
	if f.Code != 0 {
		send(w, p.refused, refusedFor{why: "fault", code: f.Code, ip: s.callerOf(r, acc).String()})
		return
	}
	if acc != nil && acc.Dead != nil && acc.verdict(token, s.now()) != 0 {
		acc.Dead.send(w)
		return
	}
	if acc == nil || acc.verdict(token, s.now()) != 0 {
		status, answer := p.dead(r.URL.Path)
		sendJSON(w, status, answer)
		return
	}
	sendJSON(w, http.StatusOK, p.worked)
}

// code selects the code of a refusal; a fault's code is the one that was set.
func (r refusedFor) codeOf(by map[string]int) int {
	if r.why == "fault" {
		return r.code
	}
	return by[r.why]
}

// message is a platform's message beside a code.
func (r refusedFor) message() string {
	switch r.why {
	case "secret":
		return "invalid secret"
	case "id":
		return "unknown app id"
	case "grant":
		return "invalid grant_type"
	case "method":
		return "method not allowed"
	case "quota":
		return "too many requests"
	case "frozen":
		return "app is disabled"
	case "ip":
		return "ip " + r.ip + " is not in the whitelist"
	}
	return "error " + strconv.Itoa(r.code)
}
