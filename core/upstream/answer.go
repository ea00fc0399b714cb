package upstream

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"tokentray/core"
)

const (
	maxBody  = 1 << 20 // bytes of an answer that are read
	maxToken = 8 << 10 // bytes; upstream asks to reserve 512, JWTs need more
	maxLife  = 30 * 24 * time.Hour
)

// Answer is a body of WeChat's form, which its sister platforms share. The JSON
// types differ between gateways, so numbers may come as strings.
type Answer struct {
	Token   string
	Ticket  string
	life    time.Duration
	lifeErr string // what is wrong with expires_in
	Code    int    // errcode; 0 where there is none
	HasCode bool
	Message string // errmsg as upstream wrote it; not to be shown
	HasIPs  bool   // it has a list of addresses
}

// Decode reads a body. A reason that is not empty says what it is instead of a JSON
// object of upstream's; it quotes nothing of the body.
func Decode(body []byte) (Answer, string) {
	body, reason := object(body)
	if reason != "" {
		return Answer{}, reason
	}
	var raw struct {
		Token   json.RawMessage `json:"access_token"`
		Ticket  json.RawMessage `json:"ticket"`
		Expires json.RawMessage `json:"expires_in"`
		Code    json.RawMessage `json:"errcode"`
		Message json.RawMessage `json:"errmsg"`
		IPs     json.RawMessage `json:"ip_list"`
	}
	if err := json.Unmarshal(body, &raw); err != nil {
		return Answer{}, brokenJSON
	}
	var a Answer
	if present(raw.Code) {
		code, ok := integer(raw.Code)
		if !ok || int64(int32(code)) != code {
			return Answer{}, "an errcode that is no number"
		}
		a.Code, a.HasCode = int(code), true
	}
	if present(raw.Token) && json.Unmarshal(raw.Token, &a.Token) != nil {
		return Answer{}, "an access_token that is no text"
	}
	if present(raw.Ticket) && json.Unmarshal(raw.Ticket, &a.Ticket) != nil {
		return Answer{}, "a ticket that is no text"
	}
	// A message of another type must not cost the errcode.
	if json.Unmarshal(raw.Message, &a.Message) != nil {
		a.Message = ""
	}
	a.HasIPs = len(raw.IPs) > 0 && raw.IPs[0] == '['
	a.life, a.lifeErr = lifetime(raw.Expires)
	return a, ""
}

// Grant is the token of a successful answer, or the reason why there is none.
func (a Answer) Grant() (core.Grant, string) { return a.grant("an access_token", a.Token) }

// TicketGrant is the ticket of a successful answer, or the reason why there is none.
func (a Answer) TicketGrant() (core.Grant, string) { return a.grant("a ticket", a.Ticket) }

// grant is a value, by its name, with the answer's life.
func (a Answer) grant(what, value string) (core.Grant, string) {
	switch fault := TokenFault(value); {
	case fault == TokenMissing:
		return core.Grant{}, "neither " + what + " nor an error"
	case fault != "":
		return core.Grant{}, what + " that " + fault
	case a.lifeErr != "":
		return core.Grant{}, what + " " + a.lifeErr
	}
	return core.Grant{Value: value, ExpiresIn: a.life}, ""
}

// lifetime reads expires_in: whole seconds from 1 to 30 days.
func lifetime(raw json.RawMessage) (time.Duration, string) {
	if !present(raw) {
		return 0, "without expires_in"
	}
	n, ok := integer(raw)
	switch {
	case !ok:
		return 0, "with an expires_in that is no number"
	case n <= 0:
		return 0, "with an expires_in that is not above zero"
	case n > int64(maxLife/time.Second):
		return 0, "with an expires_in of more than 30 days"
	}
	return time.Duration(n) * time.Second, ""
}

func present(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// integer reads a JSON number without a fraction, or a string of digits.
func integer(raw json.RawMessage) (int64, bool) {
	if raw[0] == '"' {
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return 0, false
		}
		n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
		return n, err == nil
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, false
	}
	return int64(f), true
}
