package sim

import (
	"bytes"
	"cmp"
	"crypto/subtle"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"sync"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
)

const (
	pathLegacy     = "/cgi-bin/token"
	pathStable     = "/cgi-bin/stable_token"
	pathDomainIP   = "/cgi-bin/get_api_domain_ip"
	pathCallbackIP = "/cgi-bin/getcallbackip"
)

const (
	maxPost   = 64 << 10
	grantType = "client_credential"
)

var tokenShape = lazily(`^[0-9]{1,4}_([0-9A-Za-z_-]+)$`)

// plausible reports whether a text has the form of a real token; anything else is
// 40014 at a check.
func plausible(token string) bool {
	m := tokenShape().FindStringSubmatch(token)
	return m != nil && len(m[1]) >= 60 && len(m[1]) <= 600
}

// wanted is a request for a token.
type wanted struct {
	GrantType string `json:"grant_type"`
	AppID     string `json:"appid"`
	Secret    string `json:"secret"`
	Force     bool   `json:"force_refresh"`
}

// serveLegacy is GET /cgi-bin/token.
func (s *Server) serveLegacy(w http.ResponseWriter, r *http.Request) {
	if chunked(w, r) {
		return
	}
	q := r.URL.Query()
	want := wanted{GrantType: q.Get("grant_type"), AppID: q.Get("appid"), Secret: q.Get("secret")}
	s.serveToken(w, r, want, 0, func(a *account, now time.Time) (minted, int) {
		a.legacyN++
		if a.legacyN > a.legacyLimit() {
			return minted{}, 45009
		}
		return s.mint(a, &a.legacy, now), 0
	})
}

// serveStable is POST /cgi-bin/stable_token.
func (s *Server) serveStable(w http.ResponseWriter, r *http.Request) {
	if chunked(w, r) {
		return
	}
	want, bad := readWanted(r)
	s.serveToken(w, r, want, bad, func(a *account, now time.Time) (minted, int) {
		a.stableN++
		if a.stableN > stablePerDay {
			return minted{}, 45009
		}
		if !want.Force {
			return s.stableToken(a, now), 0
		}
		m, ok := s.forceStable(a, now)
		if !ok {
			return minted{}, 45009
		}
		return m, 0
	})
}

// readWanted reads a POST; bad is the errcode when it is invalid.
func readWanted(r *http.Request) (want wanted, bad int) {
	if r.Method != http.MethodPost {
		return want, 43002
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxPost+1))
	switch {
	case err != nil || len(body) > maxPost:
		return want, 47001
	case len(bytes.TrimSpace(body)) == 0:
		return want, 44002
	case json.Unmarshal(body, &want) != nil:
		return wanted{}, 47001
	}
	return want, 0
}

// chunked refuses a POST without a length as upstream does: HTTP 412 and no
// body.
func chunked(w http.ResponseWriter, r *http.Request) bool {
	if r.Method == http.MethodPost && slices.Contains(r.TransferEncoding, "chunked") {
		w.WriteHeader(http.StatusPreconditionFailed)
		return true
	}
	return false
}

// serveToken is the common part of both calls for a token: faults first, then
// upstream's checks, then the token from make. bad is an errcode found earlier.
func (s *Server) serveToken(w http.ResponseWriter, r *http.Request, want wanted, bad int, give func(*account, time.Time) (minted, int)) {
	acc, f, going := s.begin(w, r, func() *account {
		acc := s.accounts[want.AppID]
		if acc == nil && s.cfg.OpenRegistration && bad == 0 && want.AppID != "" && want.Secret != "" && want.GrantType == grantType {
			acc = s.add(Account{AppID: want.AppID, Secret: core.NewSecret(want.Secret), Product: kinds.ProductOfficial})
		}
		return acc
	})
	if !going {
		return
	}
	defer s.mu.Unlock()
	now := s.now()
	ip := s.callerOf(r, acc)
	code := cmp.Or(f.Code, bad)
	if code == 0 {
		code = want.check(acc, r.URL.Path, ip, now)
	}
	var m minted
	if code == 0 {
		m, code = give(acc, now)
	}
	if code != 0 {
		s.refuse(w, r, acc, code, ip, now)
		return
	}
	grant(w, m, now)
}

// check is the errcode for a request, 0 when it is valid. The order of upstream's
// checks is unknown; this one tells as little as possible to callers without the
// secret.
func (w wanted) check(acc *account, path string, ip netip.Addr, now time.Time) int {
	switch {
	case w.GrantType != grantType:
		return 40002
	case w.AppID == "":
		return 41002
	case w.Secret == "":
		return 41004
	case acc == nil:
		return 40013
	}
	acc.turn(now)
	switch {
	case acc.overMinute(path):
		return 45011
	case subtle.ConstantTimeCompare([]byte(w.Secret), []byte(acc.Secret.Reveal())) != 1:
		return 40125
	case acc.Frozen:
		return 40243
	case !acc.allows(ip):
		return 40164
	}
	return 0
}

// serveCheck answers whether a token is accepted. Upstream also guards calls with a
// token by the whitelist, but not those of Mini Programs.
func (s *Server) serveCheck(w http.ResponseWriter, r *http.Request) {
	if chunked(w, r) {
		return
	}
	token := r.URL.Query().Get("access_token")
	acc, f, going := s.begin(w, r, func() *account { return s.owners[token] })
	if !going {
		return
	}
	defer s.mu.Unlock()
	now := s.now()
	ip := s.callerOf(r, acc)
	code := f.Code
	if acc.ofWeCom() {
		if code == 0 {
			code = acc.wecomCheck(token, ip, r.URL.Path, now)
		}
		if code != 0 {
			refuseWeCom(w, code, ip)
			return
		}
		answerWeCom(w, struct {
			refusal
			IPs []string `json:"ip_list"`
		}{refusal{0, "ok"}, addresses()})
		return
	}
	if code == 0 {
		code = checkCode(acc, token, ip, r.URL.Path, now)
	}
	if code != 0 {
		s.refuse(w, r, acc, code, ip, now)
		return
	}
	answer(w, struct {
		IPs []string `json:"ip_list"`
	}{addresses()})
}

// these addresses stand for upstream's own
func addresses() []string { return []string{"198.51.100.10", "198.51.100.11", "198.51.100.12"} }

func checkCode(acc *account, token string, ip netip.Addr, path string, now time.Time) int {
	switch {
	case token == "":
		return 41001
	case !plausible(token):
		return 40014
	case acc == nil:
		return 40001
	}
	acc.turn(now)
	if acc.overMinute(path) {
		return 45011
	}
	if code := acc.verdict(token, now); code != 0 {
		return code
	}
	if acc.Product != kinds.ProductMini && !acc.allows(ip) {
		return 40164
	}
	return 0
}

// arrive counts a call and returns the faults that meet it: the account's own
// and those of all. s.mu is held.
func (s *Server) arrive(acc *account, path string) Faults {
	f := s.faults
	if acc == nil {
		s.unknown[path]++
		return f
	}
	acc.turn(s.now())
	acc.calls[path]++
	acc.dayN[path]++
	own := acc.Faults
	f.ErrorPercent = max(f.ErrorPercent, own.ErrorPercent)
	f.Outage = f.Outage || own.Outage
	f.Latency = max(f.Latency, own.Latency)
	f.HTML = f.HTML || own.HTML
	if own.Code != 0 {
		f.Code = own.Code
	}
	f.Error = cmp.Or(own.Error, f.Error)
	if f.ErrorPercent > 0 && s.rand()*100 < f.ErrorPercent {
		f.Code = -1
	}
	return f
}

// begin finds the account of a call, counts the call and applies the faults that do not
// depend on it. If going is false the call is answered. Otherwise s.mu is held, and the
// caller answers and unlocks it. find runs under s.mu.
func (s *Server) begin(w http.ResponseWriter, r *http.Request, find func() *account) (acc *account, f Faults, going bool) {
	s.mu.Lock()
	acc = find()
	f = s.arrive(acc, r.URL.Path)
	s.mu.Unlock()
	if s.spoil(w, r, f) {
		return nil, f, false
	}
	s.mu.Lock()
	return acc, f, true
}

// spoil applies faults that do not depend on the call, and reports whether the call
// is over.
func (s *Server) spoil(w http.ResponseWriter, r *http.Request, f Faults) bool {
	if f.Latency > 0 {
		s.sleep(r.Context(), f.Latency)
	}
	switch {
	case f.Outage || r.Context().Err() != nil:
		panic(http.ErrAbortHandler) // cuts the connection without an answer
	case f.HTML:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, gatewayPage) // the caller may be gone
		return true
	}
	return false
}

// callerOf is the address that upstream sees. Nobody on the internet sees a loopback
// address, so callers on this machine get a public one. s.mu is held.
func (s *Server) callerOf(r *http.Request, acc *account) netip.Addr {
	ip := remote(r)
	if !ip.IsLoopback() {
		return ip
	}
	shown := s.cfg.CallerIP
	if acc != nil && acc.CallerIP != "" {
		shown = acc.CallerIP
	}
	if p, err := netip.ParseAddr(shown); err == nil {
		return p.Unmap()
	}
	return ip
}

// remote is the address of the caller, the unspecified one if it has none.
func remote(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return netip.IPv4Unspecified()
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return netip.IPv4Unspecified()
	}
	return ip.Unmap().WithZone("")
}

// lazily compiles an expression at its first use: what an agent never uses costs it no
// memory.
func lazily(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
