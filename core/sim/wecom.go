package sim

import (
	crand "crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
)

const pathWeCom = "/cgi-bin/gettoken"

// contentTypeWeCom is what WeCom sends.
const contentTypeWeCom = "application/json; charset=UTF-8"

// wecomRepeats are the simulated behaviours when WeCom is asked again. Its
// documentation promised the same token for years and no longer does; the other two
// were not seen, but a client must handle them.
func wecomRepeats() []core.Repeat {
	return []core.Repeat{"", core.RepeatSame, core.RepeatSameRenewed, core.RepeatNewTwoLive}
}

// Key names the account in calls of the simulator: its AppID, or CorpID/agent.
func (a Account) Key() string {
	if a.Agent == "" {
		return a.AppID
	}
	return a.AppID + "/" + a.Agent
}

// ofWeCom reports whether the account is an application of WeCom.
func (a *account) ofWeCom() bool { return a != nil && a.Agent != "" }

// application finds a corp's application by its secret; known reports whether the
// corp has any. s.mu is held.
func (s *Server) application(corp, secret string) (found *account, known bool) {
	for _, a := range s.accounts {
		if a.AppID == corp && a.ofWeCom() {
			known = true
			if subtle.ConstantTimeCompare([]byte(secret), []byte(a.Secret.Reveal())) == 1 {
				found = a
			}
		}
	}
	return found, known
}

// KeyOf is the Key of a corp's application with the secret; if there is none, the
// CorpID.
func (s *Server) KeyOf(corp, secret string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a, _ := s.application(corp, secret); a != nil {
		return a.Key()
	}
	return corp
}

// serveWeCom is GET /cgi-bin/gettoken. Every address may ask, unless it sent many
// wrong secrets: WeCom guards the calls with the token instead.
func (s *Server) serveWeCom(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	corp, secret := q.Get("corpid"), q.Get("corpsecret")
	var known bool
	acc, f, going := s.begin(w, r, func() *account {
		var acc *account
		acc, known = s.application(corp, secret)
		if acc == nil && s.cfg.OpenRegistration && corp != "" && secret != "" {
			// Each secret is another application.
			acc = s.add(Account{AppID: corp, Agent: fmt.Sprint(1000001 + len(s.accounts)), Secret: core.NewSecret(secret), Product: kinds.ProductCorpOwn})
		}
		return acc
	})
	if !going {
		return
	}
	defer s.mu.Unlock()
	now := s.now()
	ip := s.callerOf(r, acc)
	code := f.Code
	switch {
	case code != 0:
	case s.barred(ip, now):
		code = 45009
	case r.Method != http.MethodGet:
		code = 43001
	case corp == "":
		code = 41002
	case secret == "":
		code = 41004
	case acc == nil && known:
		code = 40001
	case acc == nil:
		code = 40013
	case acc.Frozen:
		code = 50003
	default:
		acc.turn(now)
		if acc.overMinute(r.URL.Path) {
			code = 45009
		}
	}
	if code == 40001 || code == 40013 {
		s.blame(ip, now)
	}
	if code != 0 {
		refuseWeCom(w, code, ip)
		return
	}
	m := s.wecomToken(acc, now)
	answerWeCom(w, struct {
		Code    int    `json:"errcode"`
		Message string `json:"errmsg"`
		Token   string `json:"access_token"`
		Expires int64  `json:"expires_in"`
	}{0, "ok", m.value, int64(m.expires.Sub(now) / time.Second)})
}

// wecomToken is the application's token: the same until it ends, unless the account
// is set to behave differently. s.mu is held.
func (s *Server) wecomToken(a *account, now time.Time) minted {
	c := &a.stable.current
	if !c.inTime(now) || c.expires.Sub(now) < time.Second || a.Repeat == core.RepeatNewTwoLive {
		return s.mint(a, &a.stable, now)
	}
	if a.Repeat == core.RepeatSameRenewed {
		c.expires = now.Add(s.life(a))
		c.dies = c.expires
	}
	return *c
}

// wecomCheck is the errcode for a call with a token, 0 when it is accepted. s.mu is
// held.
func (a *account) wecomCheck(token string, ip netip.Addr, path string, now time.Time) int {
	a.turn(now)
	if a.overMinute(path) {
		return 45009
	}
	switch code := a.verdict(token, now); {
	case code == 42001:
		return code
	case code != 0:
		return 40014
	case !a.allows(ip):
		return 60020
	}
	return 0
}

// wecomText is WeCom's message for an errcode, without the part about the call.
func wecomText(code int) string {
	switch code {
	case -1:
		return "system busy"
	case 40001:
		return "invalid credential"
	case 40013:
		return "invalid corpid"
	case 40014:
		return "invalid access_token"
	case 40035:
		return "invalid parameter"
	case 40091:
		return "secret is invalid"
	case 41001:
		return "access_token missing"
	case 41002:
		return "corpid missing"
	case 41004:
		return "corpsecret missing"
	case 42001:
		return "access_token expired"
	case 43001:
		return "require GET method"
	case 45009:
		return "api freq out of limit"
	case 45033:
		return "api concurrent out of limit"
	case 48002:
		return "no permission to call this api"
	case 50003:
		return "app is disabled"
	case 60020:
		return "not allow to access from your ip"
	case 301007:
		return "corp is dissolved or banned"
	}
	return "error"
}

// refuseWeCom answers with an errcode. WeCom always tells the caller's address.
func refuseWeCom(w http.ResponseWriter, code int, ip netip.Addr) {
	hint := fmt.Sprintf("%020d", rand.Uint64())
	answerWeCom(w, refusal{code, fmt.Sprintf("%s, hint: [%s], from ip: %s, more info at https://open.work.weixin.qq.com/devtool/query?e=%d", wecomText(code), hint, ip, code)})
}

func answerWeCom(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", contentTypeWeCom)
	raw, _ := json.Marshal(v) // strings and numbers always marshal
	_, _ = w.Write(raw)       // the caller may be gone
}

// wecomTokenValue looks like a real token of WeCom's, which has no series before it.
func wecomTokenValue() string {
	var b [160]byte
	crand.Read(b[:]) // never fails, see crypto/rand
	return base64.RawURLEncoding.EncodeToString(b[:])
}
