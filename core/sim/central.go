package sim

import (
	"bytes"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"tokentray/core"
)

// PathCentral is the path of a team's token server for an account; its AppID comes
// after it.
const PathCentral = pathCentral

// pathCentral is the path of a team's token server for an account's stable token,
// see serveCentral.
const pathCentral = "/central/"

// Central is how the team's token server of an account answers.
type Central string

// What a team's server can answer with.
const (
	CentralWeChat  Central = ""        // {"access_token","expires_in"}
	CentralMoment  Central = "moment"  // {"access_token","expires_at"}
	CentralJSON    Central = "json"    // {"code":0,"data":{"token","end"}}
	CentralText    Central = "text"    // the token and nothing else
	CentralBare    Central = "bare"    // {"access_token"}, without a life
	CentralExpired Central = "expired" // a token that has ended
)

// centrals lists them.
func centrals() []Central {
	return []Central{CentralWeChat, CentralMoment, CentralJSON, CentralText, CentralBare, CentralExpired}
}

// centralRepeats are what asking a team's server again can do here.
func centralRepeats() []core.Repeat {
	return []core.Repeat{"", core.RepeatSame, core.RepeatNewAllLive}
}

// centralToken is the token that a team's server gives out: the stable one as long as
// that lives, or another one each time, beside those before. s.mu is held.
func (s *Server) centralToken(a *account, now time.Time) minted {
	if a.Repeat != core.RepeatNewAllLive {
		return s.stableToken(a, now)
	}
	end := now.Add(s.life(a))
	m := minted{value: a.newToken(), expires: end, dies: end}
	s.issue(a, m, maxLive)
	return m
}

// serveCentral is GET or POST /central/APPID: a team's token server that asks the
// upstream for an account and gives the token to everybody who has the key, which is
// the account's secret: in the header Authorization, in the query, or in JSON as
// "key". POST /central/APPID/stale with {"stale":"…"} reports a failed token, and
// the server has another one made. A fault's code is an HTTP status here.
func (s *Server) serveCentral(w http.ResponseWriter, r *http.Request) {
	appid, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, pathCentral), "/")
	var in struct {
		Key   string `json:"key"`
		Stale string `json:"stale"`
	}
	if r.Method == http.MethodPost {
		raw, err := io.ReadAll(io.LimitReader(r.Body, maxPost))
		if raw = bytes.TrimSpace(raw); err != nil || len(raw) > 0 && json.Unmarshal(raw, &in) != nil {
			refuseCentral(w, http.StatusBadRequest, "the body is no JSON")
			return
		}
	}
	key := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	for _, other := range []string{r.URL.Query().Get("key"), in.Key} {
		if key == "" {
			key = other
		}
	}
	acc, f, going := s.begin(w, r, func() *account { return s.accounts[appid] })
	if !going {
		return
	}
	defer s.mu.Unlock()
	now := s.now()
	switch {
	case f.Code >= 400 && f.Code <= 599:
		refuseCentral(w, f.Code, "the server does as it was told")
	case f.Code != 0:
		refuseCentral(w, http.StatusServiceUnavailable, "the upstream gives no token")
	case acc == nil || rest != "" && rest != "stale":
		refuseCentral(w, http.StatusNotFound, "there is no such account")
	case r.Method != http.MethodGet && r.Method != http.MethodPost:
		refuseCentral(w, http.StatusMethodNotAllowed, "the method is GET or POST")
	case subtle.ConstantTimeCompare([]byte(key), []byte(acc.Secret.Reveal())) != 1:
		refuseCentral(w, http.StatusUnauthorized, "the key is wrong")
	default:
		m := s.centralToken(acc, now)
		if rest == "stale" && in.Stale == m.value {
			m = s.mint(acc, &acc.stable, now)
		}
		acc.Central.answer(w, m, now)
	}
}

// answer writes a token in the server's form.
func (c Central) answer(w http.ResponseWriter, m minted, now time.Time) {
	left := int64(m.expires.Sub(now) / time.Second)
	// The answer's times are by the simulator's clock, and so is its date.
	w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
	var v any
	switch c {
	case CentralText:
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = fmt.Fprintln(w, m.value) // the caller may be gone
		return
	case CentralMoment:
		v = map[string]any{"access_token": m.value, "expires_at": m.expires.UTC().Format(time.RFC3339)}
	case CentralJSON:
		v = map[string]any{"code": 0, "data": map[string]any{"token": m.value, "end": m.expires.Unix()}}
	case CentralBare:
		v = map[string]any{"access_token": m.value}
	case CentralExpired:
		v = map[string]any{"access_token": m.value, "expires_in": 0}
	default:
		v = map[string]any{"access_token": m.value, "expires_in": left}
	}
	centralJSON(w, v)
}

func refuseCentral(w http.ResponseWriter, status int, words string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	centralJSON(w, map[string]any{"error": map[string]any{"message": words}})
}

func centralJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	raw, _ := json.Marshal(v) // texts and numbers always marshal
	_, _ = w.Write(raw)       // the caller may be gone
}
