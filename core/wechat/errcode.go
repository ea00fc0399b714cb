package wechat

import (
	"strconv"
	"time"

	"tokentray/core"
	"tokentray/core/upstream"
)

// confirmWait is how long an admin has to confirm an address before the next try;
// each try sends another message.
const confirmWait = 10 * time.Minute

// ruleFor is the meaning of an errcode in the answer to a request for a token. The
// codes are those of WeChat's documentation of both calls and of its table of return
// codes.
func ruleFor(code int) upstream.Rule {
	switch code {
	case -1:
		return upstream.Rule{Class: core.Temporary, Remedy: core.RemedyTryAgain, Message: "upstream is busy; try again in a moment"}
	case 40001, 40125: // a wrong secret can be either
		return upstream.Rule{Class: core.BadSecret, Remedy: core.RemedySecret, Message: "the AppSecret does not belong to this AppID; enter the right AppSecret"}
	case 41004:
		return upstream.Rule{Class: core.BadSecret, Remedy: core.RemedySecret, Message: "upstream misses the AppSecret; enter it again"}
	case 40013:
		return upstream.Rule{Class: core.BadSecret, Remedy: core.RemedyAppID, Message: "upstream does not know this AppID; correct it"}
	case 41002:
		return upstream.Rule{Class: core.BadSecret, Remedy: core.RemedyAppID, Message: "upstream misses the AppID; enter it again"}
	case 40164, 61004:
		return upstream.Rule{Class: core.Whitelist, Remedy: core.RemedyWhitelist, IP: true, Message: "this computer's IP is not on the account's whitelist; add it in the WeChat console"}
	case 89501, 89503, 89504, 89505:
		return upstream.Rule{Class: core.Confirm, Remedy: core.RemedyConfirm, IP: true, Wait: confirmWait, Message: "the account's admin must confirm this computer's IP; ask them to, or add it to the whitelist"}
	case 89507:
		return upstream.Rule{Class: core.Confirm, Remedy: core.RemedyRefused, IP: true, Wait: time.Hour, Message: "the account's admin refused this computer's IP; talk to them and try again in an hour"}
	case 89506:
		return upstream.Rule{Class: core.Confirm, Remedy: core.RemedyRefused, IP: true, Wait: 24 * time.Hour, Message: "the account's admin refused this computer's IP twice; talk to them and try again in 24 hours"}
	case 45009:
		return upstream.Rule{Class: core.Quota, Remedy: core.RemedyQuotaDay, Day: true, Message: "today's calls for this AppID are used up; try again after midnight in Beijing"}
	case 45011:
		return upstream.Rule{Class: core.Quota, Remedy: core.RemedyQuotaMinute, Wait: time.Minute, Message: core.SaysTooManyNow + "; try again in the next"}
	case 40243:
		return upstream.Rule{Class: core.Frozen, Remedy: core.RemedyFrozenSecret, Message: "the AppSecret is frozen; unfreeze it in the WeChat console, which takes about ten minutes to act"}
	case 50002, 50007:
		return upstream.Rule{Class: core.Frozen, Remedy: core.RemedyFrozen, Message: "the account is frozen, migrated or being closed; see the WeChat console"}
	case 50004:
		return upstream.Rule{Class: core.Frozen, Remedy: core.RemedyFrozen, Message: "WeChat forbids this account to use access tokens; see the WeChat console"}
	case 61024:
		return upstream.Rule{Class: core.Misuse, Remedy: core.RemedyComponent, Message: "this AppID is a third-party platform's, which has tokens of its own; use another AppID"}
	case 48001:
		return refusedKind()
	case 40002, 41001, 43002, 44002, 47001:
		return upstream.Rule{Class: core.Misuse, Remedy: core.RemedyUpdate, Message: "upstream did not understand the request; if the base URL is right, report this"}
	}
	if code >= 61000 && code <= 61999 {
		return refusedKind() // permissions of the account, or of its third-party platform
	}
	return upstream.Rule{Class: core.Temporary, Remedy: core.RemedyUnknownCode, Message: "upstream refused with a code unknown here; look it up, and try again in a moment"}
}

// refusedKind is for an account to which WeChat does not grant the call for a token.
func refusedKind() upstream.Rule {
	return upstream.Rule{Class: core.Misuse, Remedy: core.RemedyKind, Message: "WeChat does not grant this interface to the account; check the AppID, its product and the kind"}
}

// refusedFetch is the error for an answer with an errcode to a request for a
// token.
func (c *caller) refusedFetch(a upstream.Answer, redact upstream.Redactor, forced bool) *core.Error {
	r := ruleFor(a.Code)
	if forced && a.Code == 45009 {
		// Forced calls have a small quota of their own; asking without force may
		// still work.
		r.Remedy = core.RemedyForceBudget
		r.Message = "today's forced refreshes are used up; ask without force"
	}
	return c.refused(r, a, redact)
}

// Explain implements core.Explainer. Codes about a request for a token are left to
// upstream's own message.
func (c *caller) Explain(code int, message string) *core.Error {
	a := upstream.Answer{Code: code, Message: message}
	if code == 48001 {
		return c.notGranted(a, nil)
	}
	switch r := ruleFor(code); {
	case r.Remedy == core.RemedyUnknownCode, r.Remedy == core.RemedyUpdate, r.Remedy == core.RemedyKind, r.Class == core.BadSecret:
		return nil
	default:
		return c.refused(r, a, nil)
	}
}

// Meanings implements core.Interpreter. 40001 means a wrong secret in a request for
// a token, and a dead token in any other call.
func (c *caller) Meanings(code, message string) []*core.Error {
	n, err := strconv.Atoi(code)
	if err != nil {
		return nil
	}
	a := upstream.Answer{Code: n, Message: message}
	secret, token := upstream.SpeaksOf(message)
	var out []*core.Error
	if dead := c.spec.IsDead("errcode", code); dead && !secret {
		out = append(out, c.refused(upstream.TokenDead(), a, nil))
		if token || n != 40001 {
			return out
		}
	}
	switch r := ruleFor(n); {
	case n == 48001:
		return append(out, c.notGranted(a, nil))
	case r.Remedy == core.RemedyUnknownCode, r.Remedy == core.RemedyUpdate:
		return out
	default:
		return append(out, c.refused(r, a, nil))
	}
}

// refusedCheck is the error for an answer with an errcode to a check. Only the codes
// of the spec say that the token is dead; every other leaves it as it is.
func (c *caller) refusedCheck(a upstream.Answer, redact upstream.Redactor) *core.Error {
	if c.spec.IsDead("errcode", strconv.Itoa(a.Code)) {
		e := c.refused(upstream.Rule{
			Class: core.Temporary, Remedy: core.RemedyTryAgain,
			Message: "upstream no longer accepts this token: it expired, or another program fetched a newer one; refresh it",
		}, a, redact)
		e.Err = upstream.WhyDead(a.Code, a.Message)
		return e
	}
	return c.refused(ruleFor(a.Code), a, redact)
}

// notGranted is the error for a check whose call the account may not make.
func (c *caller) notGranted(a upstream.Answer, redact upstream.Redactor) *core.Error {
	e := c.refused(upstream.Rule{
		Class: core.Misuse, Remedy: core.RemedyPermission,
		Message: "WeChat does not grant this interface to the account, which says nothing against the token; check its product",
	}, a, redact)
	e.Err = core.ErrNotGranted
	return e
}

func (c *caller) refused(r upstream.Rule, a upstream.Answer, redact upstream.Redactor) *core.Error {
	return c.Refused(r, a, c.spec.Traits.Day, redact)
}
