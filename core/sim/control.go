package sim

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
)

// state is the answer of GET /sim/state.
type state struct {
	Now      time.Time      `json:"now"`
	Faults   faults         `json:"faults"` // of all accounts
	Accounts []accountState `json:"accounts"`
	Unknown  map[string]int `json:"unknown_calls"` // by path, calls for no account
}

type accountState struct {
	AppID    string         `json:"appid"`
	Agent    string         `json:"agent,omitempty"`  // of WeCom
	Client   *Client        `json:"client,omitempty"` // of OAuth 2.0
	Platform string         `json:"platform,omitempty"`
	Product  core.Product   `json:"product"`
	Life     float64        `json:"life"` // seconds
	Frozen   bool           `json:"frozen"`
	Faults   faults         `json:"faults"`
	Calls    map[string]int `json:"calls"` // by path
	Minted   int            `json:"minted"`
	Stable   []tokenState   `json:"stable"` // that live, the newest first
	Legacy   []tokenState   `json:"legacy"`
	Issued   []tokenState   `json:"issued,omitempty"` // of other platforms and clients
}

type tokenState struct {
	Mask string  `json:"mask"`
	Left float64 `json:"left"` // seconds until upstream refuses it
}

// faults are Faults on the wire, and with AppID a request to set them.
type faults struct {
	AppID        string  `json:"appid,omitempty"`
	ErrorPercent float64 `json:"error_percent"`
	Outage       bool    `json:"outage"`
	Latency      float64 `json:"latency"` // seconds
	HTML         bool    `json:"html"`
	Code         int     `json:"code"`
	Error        string  `json:"error,omitempty"` // of OAuth 2.0
}

// settings are an Account on the wire.
type settings struct {
	AppID        string       `json:"appid"`
	Agent        string       `json:"agent"`
	Platform     string       `json:"platform"`
	TextLife     bool         `json:"text_life"`
	TokenBytes   int          `json:"token_bytes"`
	Client       *Client      `json:"client"`
	Repeat       core.Repeat  `json:"repeat"`
	Secret       string       `json:"secret"`
	Product      core.Product `json:"product"`
	Life         float64      `json:"life"` // seconds
	TicketLife   float64      `json:"ticket_life"`
	Whitelist    []string     `json:"whitelist"`
	CallerIP     string       `json:"caller_ip"`
	Frozen       bool         `json:"frozen"`
	Dead         *Answer      `json:"dead"`
	Refused      *Answer      `json:"refused"`
	Central      Central      `json:"central"`
	LegacyPerDay int          `json:"legacy_per_day"`
	PerMinute    int          `json:"per_minute"`
}

var errNoAccount = errors.New("there is no such account; see GET /sim/state")

// maxWait bounds what a caller may put into a duration.
const maxWait = 10 * 365 * 24 * 3600 // seconds

// serveControl steers the simulator.
func (s *Server) serveControl(w http.ResponseWriter, r *http.Request) {
	if !local(r) {
		control(w, http.StatusForbidden, errors.New("only programs on this machine may steer the simulator"), nil)
		return
	}
	switch r.Method + " " + r.URL.Path {
	case "GET /sim/state":
		control(w, http.StatusOK, nil, s.state())
	case "POST /sim/accounts":
		var in settings
		steer(w, r, &in, func() error { return s.putSettings(in) })
	case "DELETE /sim/accounts":
		if !s.Remove(r.URL.Query().Get("appid")) {
			control(w, http.StatusNotFound, errNoAccount, nil)
			return
		}
		control(w, http.StatusOK, nil, struct{}{})
	case "POST /sim/faults":
		var in faults
		steer(w, r, &in, func() error { return s.putFaults(in) })
	case "POST /sim/revoke":
		var in struct {
			AppID string `json:"appid"`
		}
		steer(w, r, &in, func() error {
			if !s.Revoke(in.AppID) {
				return errNoAccount
			}
			return nil
		})
	case "POST /sim/break":
		var in struct {
			AppID string `json:"appid"`
		}
		steer(w, r, &in, func() error {
			if !s.Break(in.AppID) {
				return errNoAccount
			}
			return nil
		})
	case "POST /sim/signature":
		var in struct {
			AppID     string `json:"appid"`
			Nonce     string `json:"nonce"`
			Timestamp int64  `json:"timestamp"`
			URL       string `json:"url"`
			Signature string `json:"signature"`
		}
		steer(w, r, &in, func() error {
			if !s.Signed(in.AppID, in.Nonce, in.Timestamp, in.URL, in.Signature) {
				return errors.New("invalid signature; no living ticket of the account signs this so")
			}
			return nil
		})
	case "POST /sim/advance":
		var in struct {
			Seconds float64 `json:"seconds"`
		}
		steer(w, r, &in, func() error {
			if in.Seconds < 0 || in.Seconds > maxWait {
				return errors.New("the clock moves on by 0 seconds to ten years; change seconds")
			}
			s.Advance(seconds(in.Seconds))
			return nil
		})
	default:
		control(w, http.StatusMethodNotAllowed, errors.New("the path does not take this method"), nil)
	}
}

// local reports whether the caller is a program on this machine, and not a page in a
// browser.
func local(r *http.Request) bool {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return remote(r).IsLoopback() && core.Loopback(strings.Trim(host, "[]")) &&
		r.Header.Get("Origin") == "" && r.Header.Get("Sec-Fetch-Site") == ""
}

// steer reads the body into in, acts, and answers {} or the error.
func steer(w http.ResponseWriter, r *http.Request, in any, act func() error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxPost))
	if err != nil {
		control(w, http.StatusBadRequest, errors.New("the body cannot be read"), nil)
		return
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(in); err != nil {
		// The decoder's messages name fields, never values of other fields.
		control(w, http.StatusBadRequest, errors.New("the body is not the JSON this path takes; see the documentation"), nil)
		return
	}
	switch err := act(); {
	case errors.Is(err, errNoAccount):
		control(w, http.StatusNotFound, err, nil)
	case err != nil:
		control(w, http.StatusBadRequest, err, nil)
	default:
		control(w, http.StatusOK, nil, struct{}{})
	}
}

func control(w http.ResponseWriter, status int, err error, v any) {
	if err != nil {
		v = map[string]string{"error": err.Error()}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the caller may be gone
}

func (s *Server) putSettings(in settings) error {
	switch {
	case in.Product != "":
	case in.Agent != "":
		in.Product = kinds.ProductCorpOwn
	case in.Platform != "":
	case in.Client != nil:
		in.Product = kinds.ProductOAuthServer
	default:
		in.Product = kinds.ProductOfficial
	}
	// The simulator speaks the built-in kinds' own forms; others have no products here.
	if in.Product != "" && !slices.Contains(kinds.Builtin().Products(), in.Product) {
		return fmt.Errorf("the product is one of %q; change product", kinds.Builtin().Products())
	}
	if in.Life < 0 || in.Life > maxWait || in.TicketLife < 0 || in.TicketLife > maxWait || in.LegacyPerDay < 0 || in.PerMinute < 0 {
		return errors.New("life and quotas are not below zero; change them")
	}
	a := Account{
		AppID: in.AppID, Agent: in.Agent, Repeat: in.Repeat, Secret: core.NewSecret(in.Secret), Product: in.Product, Life: seconds(in.Life), TicketLife: seconds(in.TicketLife), Whitelist: in.Whitelist,
		Platform: in.Platform, Client: in.Client, TextLife: in.TextLife, TokenBytes: in.TokenBytes, Dead: in.Dead, Refused: in.Refused,
		CallerIP: in.CallerIP, Frozen: in.Frozen, Central: in.Central, LegacyPerDay: in.LegacyPerDay, PerMinute: in.PerMinute,
	}
	s.mu.Lock()
	if old := s.accounts[a.Key()]; old != nil {
		a.Faults = old.Faults // they have a path of their own
	}
	s.mu.Unlock()
	return s.Put(a)
}

func (s *Server) putFaults(in faults) error {
	if in.ErrorPercent < 0 || in.ErrorPercent > 100 || in.Latency < 0 || in.Latency > 3600 {
		return errors.New("error_percent is 0 to 100 and latency 0 to 3600 seconds; change them")
	}
	f := Faults{in.ErrorPercent, in.Outage, seconds(in.Latency), in.HTML, in.Code, in.Error}
	if in == (faults{}) {
		s.clearFaults()
		return nil
	}
	if !s.SetFaults(in.AppID, f) {
		return errNoAccount
	}
	return nil
}

// clearFaults ends all faults, including those of single accounts.
func (s *Server) clearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = Faults{}
	for _, a := range s.accounts {
		a.Faults = Faults{}
	}
}

func (s *Server) state() state {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	out := state{Now: now, Faults: wireFaults(s.faults), Accounts: []accountState{}, Unknown: copyCounts(s.unknown)}
	for _, a := range s.accounts {
		out.Accounts = append(out.Accounts, accountState{
			AppID: a.AppID, Agent: a.Agent, Client: a.Client, Platform: a.Platform, Product: a.Product, Life: s.life(a).Seconds(), Frozen: a.Frozen, Faults: wireFaults(a.Faults),
			Calls: copyCounts(a.calls), Minted: a.minted, Stable: a.stable.state(now), Legacy: a.legacy.state(now), Issued: living(a.issued, now),
		})
	}
	slices.SortFunc(out.Accounts, func(a, b accountState) int {
		return cmp.Or(strings.Compare(a.AppID, b.AppID), strings.Compare(a.Agent, b.Agent))
	})
	return out
}

// state lists the tokens of a space that live.
func (sp space) state(now time.Time) []tokenState {
	return living([]minted{sp.current, sp.previous}, now)
}

func living(tokens []minted, now time.Time) []tokenState {
	out := []tokenState{}
	for _, m := range tokens {
		if m.inTime(now) && !m.broken {
			out = append(out, tokenState{core.Mask(m.value), m.dies.Sub(now).Seconds()})
		}
	}
	return out
}

func wireFaults(f Faults) faults {
	return faults{ErrorPercent: f.ErrorPercent, Outage: f.Outage, Latency: f.Latency.Seconds(), HTML: f.HTML, Code: f.Code, Error: f.Error}
}

func copyCounts(m map[string]int) map[string]int {
	out := make(map[string]int, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

func seconds(f float64) time.Duration { return time.Duration(f * float64(time.Second)) }
