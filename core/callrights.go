package core

import (
	"regexp"
	"strings"
)

// CallRights are the calls that a client key may make without seeing a token. A key
// without Calls makes none, and takes tokens.
type CallRights struct {
	// Calls are "METHOD PATH". * stands for any method, for one segment of the path,
	// and at the end of the path for everything that follows. CallReads is allowed
	// too.
	Calls []string `json:"calls,omitempty"`
	// LiveWrite allows calls that may change a live account.
	LiveWrite bool `json:"live_write,omitempty"`
	// NoToken: the key makes calls and takes no token.
	NoToken bool `json:"no_token,omitempty"`
	// Rate is how many calls it may make in a second, and Burst how many in a row; 0:
	// DefaultCallRate and DefaultCallBurst.
	Rate  int `json:"rate,omitempty"`
	Burst int `json:"burst,omitempty"`
}

// CallReads stands for every call that the account's kind lists as reading.
const CallReads = "reads"

// Limits of calls.
const (
	MaxKeyCalls      = 100
	DefaultCallRate  = 20
	DefaultCallBurst = 50
	maxCallRate      = 1000
)

var callForm = regexp.MustCompile(`^([A-Z]+|\*) (/[A-Za-z0-9_.~!$&'()*+,=:@-]+)+/?$`)

// clean normalises the rights and reports what is wrong with them.
func (r CallRights) clean(origins bool, add func(field, key string)) CallRights {
	given := len(r.Calls) > 0
	var calls []string
	for _, c := range r.Calls {
		c = strings.Join(strings.Fields(c), " ")
		if method, path, ok := strings.Cut(c, " "); ok {
			c = strings.ToUpper(method) + " " + path
		} else {
			c = strings.ToLower(c)
		}
		if c != CallReads && (!callForm.MatchString(c) || len(c) > MaxParam || strings.Contains(c+"/", "/./") || strings.Contains(c+"/", "/../")) {
			add("calls", ProblemKeyCalls)
			break
		}
		calls = append(calls, c)
	}
	r.Calls = distinct(calls)
	if len(r.Calls) > MaxKeyCalls {
		add("calls", ProblemKeyCalls)
	}
	switch {
	case given && origins:
		add("calls", ProblemKeyCallsOrigin)
	case !given && (r.LiveWrite || r.NoToken || r.Rate != 0 || r.Burst != 0):
		add("calls", ProblemKeyNoCalls)
	}
	if r.Rate < 0 || r.Rate > maxCallRate {
		add("rate", ProblemKeyRate)
	}
	if r.Burst < 0 || r.Burst > maxCallRate {
		add("burst", ProblemKeyRate)
	}
	return r
}
