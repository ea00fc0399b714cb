package wecom

import (
	"strconv"
	"time"

	"tokentray/core"
	"tokentray/core/upstream"
)

const (
	// barred is how long WeCom bars an address that calls too often, or sends many
	// wrong secrets.
	barred = time.Hour
	// crowded is how long to wait when too many calls are under way at once.
	crowded = 30 * time.Second
)

// unknownCode is the text for a code without a rule.
const unknownCode = "upstream refused with a code unknown here; try again in a moment"

// ruleFor is the meaning of an errcode. The codes are those of WeCom's table of
// return codes. Those for a wrong secret or CorpID stop everything until a person
// acts.
func ruleFor(code int) upstream.Rule {
	switch code {
	case -1:
		return upstream.Rule{Class: core.Temporary, Remedy: core.RemedyTryAgain, Message: "upstream is busy; try again in a moment"}
	case 40001, 40091:
		return upstream.Rule{Class: core.BadSecret, Remedy: core.RemedySecret, Message: "the secret does not belong to this CorpID, was reset, or its application is disabled; enter the right secret"}
	case 41004:
		return upstream.Rule{Class: core.BadSecret, Remedy: core.RemedySecret, Message: "upstream misses the secret; enter it again"}
	case 40013, 2000002:
		return upstream.Rule{Class: core.BadSecret, Remedy: core.RemedyAppID, Message: "upstream does not know this CorpID; correct it"}
	case 41002:
		return upstream.Rule{Class: core.BadSecret, Remedy: core.RemedyAppID, Message: "upstream misses the CorpID; enter it again"}
	case 60020:
		return upstream.Rule{Class: core.Whitelist, Remedy: core.RemedyWhitelist, IP: true, Message: "this computer's IP is none of the application's trusted ones; add it in WeCom's console"}
	case 45009:
		return upstream.Rule{Class: core.Quota, Remedy: core.RemedyQuotaMinute, Wait: barred, Message: "upstream bars this computer's IP or the corp for too many calls or wrong secrets; check the secrets and try again in an hour"}
	case 45033:
		return upstream.Rule{Class: core.Temporary, Remedy: core.RemedyTryAgain, Wait: crowded, Message: "too many calls of the corp are under way; try again in half a minute"}
	case 50003:
		return upstream.Rule{Class: core.Frozen, Remedy: core.RemedyFrozen, Message: "the application is disabled; enable it in WeCom's console"}
	case 301007:
		return upstream.Rule{Class: core.Frozen, Remedy: core.RemedyFrozen, Message: "the corp was dissolved or banned; see WeCom's console"}
	case 40056, 48002, 60011, 301002, 670001:
		return upstream.Rule{Class: core.Misuse, Remedy: core.RemedySecret, Message: "WeCom does not grant this to the application; check CorpID and secret, and what the application may see"}
	case 40035, 41001, 43001:
		return upstream.Rule{Class: core.Misuse, Remedy: core.RemedyUpdate, Message: "upstream did not understand the request; if the base URL is right, report this"}
	}
	return upstream.Rule{Class: core.Temporary, Remedy: core.RemedyTryAgain, Message: unknownCode}
}

// Explain implements core.Explainer. Codes about a request for a token are left to
// upstream's own message.
func (s source) Explain(code int, message string) *core.Error {
	r := ruleFor(code)
	if r.Message == unknownCode || r.Remedy == core.RemedyUpdate || r.Remedy == core.RemedySecret || r.Class == core.BadSecret {
		return nil
	}
	return s.Refused(r, upstream.Answer{Code: code, Message: message}, s.spec.Traits.Day, nil)
}

// Meanings implements core.Interpreter.
func (s source) Meanings(code, message string) []*core.Error {
	n, err := strconv.Atoi(code)
	if err != nil {
		return nil
	}
	r := ruleFor(n)
	switch {
	case s.spec.IsDead("errcode", code):
		r = upstream.TokenDead()
	case notGranted(n):
		r = upstream.Rule{Class: core.Misuse, Remedy: core.RemedyPermission, Message: "WeCom does not grant this call to the application, which says nothing against the token; see what the application may do"}
	case r.Message == unknownCode, r.Remedy == core.RemedyUpdate:
		return nil
	}
	return []*core.Error{s.Refused(r, upstream.Answer{Code: n, Message: message}, s.spec.Traits.Day, nil)}
}

// notGranted reports whether an errcode means that the application may not make a
// call, whatever its token.
func notGranted(code int) bool { return code == 48002 || code == 60011 || code == 301002 }
