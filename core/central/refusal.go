package central

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/upstream"
)

// rest is how long to leave a server alone that has no token to give, or is asked
// too often and names no time.
const (
	rest    = 30 * time.Second
	aMinute = time.Minute
)

// refused is a refusal, by its errcode in WeChat's form, else by its status.
func refused(reply upstream.Reply, code int, text string) answer {
	rule := ruleFor(code, reply.Status)
	if rule.Class == core.Quota || reply.Status == http.StatusServiceUnavailable {
		if n, err := strconv.Atoi(strings.TrimSpace(reply.Header.Get("Retry-After"))); err == nil && n > 0 && n <= 3600 {
			rule.Wait = time.Duration(n) * time.Second
		}
	}
	return answer{rule: &rule, code: code, text: text}
}

// ruleFor is the meaning of an errcode, or of a status without one.
func ruleFor(code, status int) upstream.Rule {
	switch {
	case code == 40001, code == 40125, code == 40091, code == 41004, code == 0 && (status == 401 || status == 403):
		return upstream.Rule{Class: core.BadSecret, Remedy: core.RemedySecret, Message: core.SaysServerRefusesKey + "; enter the right key"}
	case code == 40013, code == 41002, code == 40066, code == 40002, code == 43001, code == 43002, code == 44002, code == 47001,
		code == 0 && (status == 400 || status == 404 || status == 405 || status == 410 || status == 415 || status == 422):
		return upstream.Rule{Class: core.Misuse, Remedy: core.RemedyServerURL, Message: "the team's server has no token there; " + core.SaysServerPlace}
	case code == 45009, code == 45011, code == 0 && status == 429:
		return upstream.Rule{Class: core.Quota, Remedy: core.RemedyQuotaMinute, Wait: aMinute, Message: core.SaysServerBusy + "; try again in a minute"}
	}
	return upstream.Rule{Class: core.Temporary, Remedy: core.RemedyServerEmpty, Wait: rest, Message: core.SaysServerHasNone + "; ask whoever runs it, and try again in a moment"}
}

var _ core.Secondhand = source{}

// Secondhand implements core.Secondhand: the codes are those of the API that the token
// is for, and the server's own refusals in their form.
func (s source) Secondhand() {}

// Meanings implements core.Interpreter. A code of a dead token is one of a call; from the
// server itself 40001 means that it does not accept the key.
func (s source) Meanings(code, message string) []*core.Error {
	n, err := strconv.Atoi(code)
	if err != nil || n == 0 {
		return nil
	}
	a := upstream.Answer{Code: n, Message: message}
	var out []*core.Error
	if s.spec.IsDead("errcode", code) {
		out = append(out, s.Refused(upstream.TokenDead(), a, "", nil))
	}
	if rule := ruleFor(n, 0); rule.Remedy != core.RemedyServerEmpty {
		out = append(out, s.Refused(rule, a, "", nil))
	}
	return out
}

// words are the server's words about a refusal, wherever servers put them.
func words(d upstream.Document) string {
	for _, p := range []upstream.Path{"errmsg", "error.message", "message", "msg", "error_description", "error"} {
		if text, ok := d.At(p).Text(); ok && text != "" {
			return text
		}
	}
	return ""
}
