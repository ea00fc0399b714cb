package sim

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

const (
	pathUsage = "/cgi-bin/openapi/quota/get"
	pathRID   = "/cgi-bin/openapi/rid/get"
	pathReset = "/cgi-bin/clear_quota/v2"
)

const (
	// resetsPerMonth is how often an account may reset its counters.
	resetsPerMonth = 10
	// otherPerDay stands for the limits that upstream does not publish.
	otherPerDay = 10_000
	// maxRIDs is how many refusals are remembered, and ridDays for how long.
	maxRIDs = 512
	ridTime = 7 * 24 * time.Hour
)

// ridForm is the shape of a request ID.
var ridForm = lazily(`^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$`)

// refused is a refused call, kept for questions about its request ID.
type refused struct {
	rid   string
	owner *account // nil: of no known account
	at    time.Time
	query string // without token and secret
	body  string // of the answer
	ip    netip.Addr
}

// remember keeps a refusal. s.mu is held.
func (s *Server) remember(r refused) {
	s.refusals = append(s.refusals, r)
	if len(s.refusals) > maxRIDs {
		s.refusals = append(s.refusals[:0], s.refusals[1:]...)
	}
}

// serveUsage is POST /cgi-bin/openapi/quota/get: how much of a call's quota is used.
func (s *Server) serveUsage(w http.ResponseWriter, r *http.Request) {
	var want struct {
		Path string `json:"cgi_path"`
	}
	s.serveAbout(w, r, &want, func(acc *account, now time.Time) (any, int) {
		limit, used, code := acc.usage(want.Path)
		if code != 0 {
			return nil, code
		}
		type quota struct {
			Limit int `json:"daily_limit"`
			Used  int `json:"used"`
			Left  int `json:"remain"`
		}
		type rate struct {
			Calls   int `json:"call_count"`
			Seconds int `json:"refresh_second"`
		}
		perMinute := callsPerMinute
		if acc.PerMinute > 0 {
			perMinute = acc.PerMinute
		}
		return struct {
			refusal
			Quota quota `json:"quota"`
			Rate  rate  `json:"rate_limit"`
		}{refusal{0, "ok"}, quota{limit, used, max(0, limit-used)}, rate{perMinute, 60}}, 0
	})
}

// usage is the quota of a call to a path, or the errcode if there is none.
func (a *account) usage(path string) (limit, used, code int) {
	switch {
	case !strings.HasPrefix(path, "/"):
		return 0, 0, 76003
	case path == pathLegacy:
		return a.legacyLimit(), a.legacyN, 0
	case path == pathStable:
		return stablePerDay, a.stableN, 0
	case strings.HasPrefix(path, "/sns/"):
		return 0, 0, 76022
	}
	for _, known := range []string{pathDomainIP, pathCallbackIP, pathTicket, pathUsage, pathRID} {
		if path == known {
			return otherPerDay, a.dayN[path], 0
		}
	}
	return 0, 0, 76021
}

// serveRID is POST /cgi-bin/openapi/rid/get: what a request ID was about.
func (s *Server) serveRID(w http.ResponseWriter, r *http.Request) {
	var want struct {
		RID string `json:"rid"`
	}
	s.serveAbout(w, r, &want, func(acc *account, now time.Time) (any, int) {
		if !ridForm().MatchString(want.RID) {
			return nil, 76002
		}
		for _, one := range s.refusals {
			if one.rid != want.RID || now.Sub(one.at) > ridTime {
				continue
			}
			if one.owner != acc {
				return nil, 76003
			}
			type request struct {
				At    int64  `json:"invoke_time"`
				Cost  int    `json:"cost_in_ms"`
				URL   string `json:"request_url"`
				Asked string `json:"request_body"`
				Said  string `json:"response_body"`
				IP    string `json:"client_ip"`
			}
			return struct {
				refusal
				Request request `json:"request"`
			}{refusal{0, "ok"}, request{one.at.Unix(), 1, one.query, "", one.body, one.ip.String()}}, 0
		}
		return nil, 76001
	})
}

// serveAbout is the common part of the questions about an account's calls: faults
// first, then upstream's checks of the token, then the answer.
func (s *Server) serveAbout(w http.ResponseWriter, r *http.Request, want any, about func(*account, time.Time) (any, int)) {
	if chunked(w, r) {
		return
	}
	bad := readPost(r, want)
	token := r.URL.Query().Get("access_token")
	acc, f, going := s.begin(w, r, func() *account {
		acc := s.owners[token]
		if acc.ofWeCom() { // it has no such call
			acc = nil
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
		code = checkCode(acc, token, ip, r.URL.Path, now)
	}
	var said any
	if code == 0 {
		said, code = about(acc, now)
	}
	if code != 0 {
		s.refuse(w, r, acc, code, ip, now)
		return
	}
	answer(w, said)
}

// readPost reads a POST of JSON; the result is the errcode when it cannot be used.
func readPost(r *http.Request, into any) int {
	if r.Method != http.MethodPost {
		return 43002
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxPost+1))
	switch {
	case err != nil || len(body) > maxPost:
		return 47001
	case len(bytes.TrimSpace(body)) == 0:
		return 44002
	case json.Unmarshal(body, into) != nil:
		return 47001
	}
	return 0
}

// serveReset is POST /cgi-bin/clear_quota/v2: it resets the day's counters, ten
// times a month. Its documentation has AppID and AppSecret in the body, and in its
// example in the URL; only the body is served.
func (s *Server) serveReset(w http.ResponseWriter, r *http.Request) {
	if chunked(w, r) {
		return
	}
	var want struct {
		AppID  string `json:"appid"`
		Secret string `json:"appsecret"`
	}
	bad := readPost(r, &want)
	acc, f, going := s.begin(w, r, func() *account { return s.accounts[want.AppID] })
	if !going {
		return
	}
	defer s.mu.Unlock()
	now := s.now()
	ip := s.callerOf(r, acc)
	code := cmp.Or(f.Code, bad)
	if code == 0 {
		code = wanted{GrantType: grantType, AppID: want.AppID, Secret: want.Secret}.check(acc, r.URL.Path, ip, now)
	}
	if code == 0 && !acc.reset(now) {
		code = 48006
	}
	if code != 0 {
		s.refuse(w, r, acc, code, ip, now)
		return
	}
	answer(w, refusal{0, "ok"})
}

// reset resets the day's counters; false: the month's resets are used up.
func (a *account) reset(now time.Time) bool {
	if month := now.In(beijing.Location()).Format("2006-01"); month != a.month {
		a.month, a.resets = month, 0
	}
	if a.resets >= resetsPerMonth {
		return false
	}
	a.resets++
	a.legacyN, a.stableN = 0, 0
	clear(a.dayN)
	return true
}

// harmless is a query without the values that must not be kept.
func harmless(r *http.Request) string {
	q := r.URL.Query()
	for _, key := range []string{"access_token", "secret", "appsecret"} {
		if q.Has(key) {
			q.Set(key, "***")
		}
	}
	return q.Encode()
}
