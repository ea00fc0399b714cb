package wechat

import (
	"strconv"
	"time"

	"tokentray/core"
)

// rule says what an errcode means and what helps.
type rule struct {
	class   core.Class
	remedy  string
	message string
	wait    time.Duration // until the earliest next try
	day     bool          // the earliest next try is the next midnight in Beijing
	ip      bool          // the caller's IP is the matter
}

// confirmWait is how long an admin is given to confirm an address before the
// next try; each try sends them another message.
const confirmWait = 10 * time.Minute

// ruleFor is the meaning of an errcode in the answer to a request for a token.
// The codes are those of WeChat's pages on both calls and of its table of
// return codes.
func ruleFor(code int) rule {
	switch code {
	case -1:
		return rule{class: core.Temporary, remedy: core.RemedyTryAgain, message: "upstream is busy; try again in a moment"}
	case 40001, 40125: // a wrong secret comes as either
		return rule{class: core.BadSecret, remedy: core.RemedySecret, message: "the AppSecret does not belong to this AppID; enter the right AppSecret"}
	case 41004:
		return rule{class: core.BadSecret, remedy: core.RemedySecret, message: "upstream misses the AppSecret; enter it again"}
	case 40013:
		return rule{class: core.BadSecret, remedy: core.RemedyAppID, message: "upstream does not know this AppID; correct it"}
	case 41002:
		return rule{class: core.BadSecret, remedy: core.RemedyAppID, message: "upstream misses the AppID; enter it again"}
	case 40164, 61004:
		return rule{class: core.Whitelist, remedy: core.RemedyWhitelist, ip: true, message: "this computer's IP is not on the account's whitelist; add it in the WeChat console"}
	case 89501, 89503, 89504, 89505:
		return rule{class: core.Confirm, remedy: core.RemedyConfirm, ip: true, wait: confirmWait, message: "the account's admin must confirm this computer's IP; ask them to, or add it to the whitelist"}
	case 89507:
		return rule{class: core.Confirm, remedy: core.RemedyRefused, ip: true, wait: time.Hour, message: "the account's admin refused this computer's IP; talk to them and try again in an hour"}
	case 89506:
		return rule{class: core.Confirm, remedy: core.RemedyRefused, ip: true, wait: 24 * time.Hour, message: "the account's admin refused this computer's IP twice; talk to them and try again in 24 hours"}
	case 45009:
		return rule{class: core.Quota, remedy: core.RemedyQuotaDay, day: true, message: "today's calls for this AppID are used up; try again after midnight in Beijing"}
	case 45011:
		return rule{class: core.Quota, remedy: core.RemedyQuotaMinute, wait: time.Minute, message: "too many calls in this minute; try again in the next"}
	case 40243:
		return rule{class: core.Frozen, remedy: core.RemedyFrozenSecret, message: "the AppSecret is frozen; unfreeze it in the WeChat console, which takes about ten minutes to act"}
	case 50002, 50007:
		return rule{class: core.Frozen, remedy: core.RemedyFrozen, message: "the account is frozen, migrated or being closed; see the WeChat console"}
	case 50004:
		return rule{class: core.Frozen, remedy: core.RemedyFrozen, message: "WeChat forbids this account to use access tokens; see the WeChat console"}
	case 61024:
		return rule{class: core.Misuse, remedy: core.RemedyComponent, message: "this AppID is a third-party platform's, which has tokens of its own; use another AppID"}
	case 48001:
		return rule{class: core.Misuse, remedy: core.RemedyAppID, message: "WeChat does not grant this interface to the account; check the AppID, its product and the kind"}
	case 40002, 41001, 43002, 44002, 47001:
		return rule{class: core.Misuse, remedy: core.RemedyUpdate, message: "upstream did not understand the request; if the base URL is right, report this"}
	}
	return rule{class: core.Temporary, remedy: core.RemedyTryAgain, message: "upstream refused with a code unknown here; try again in a moment"}
}

// refusedFetch is the error for an answer with an errcode to a request for a
// token.
func (c *caller) refusedFetch(a answer, redact redactor, forced bool) *core.Error {
	r := ruleFor(a.code)
	if forced && a.code == 45009 {
		// Forced calls have a small quota of their own; asking without force
		// may still work.
		r.remedy = core.RemedyForceBudget
		r.message = "today's forced refreshes are used up; ask without force"
	}
	return c.refused(r, a, redact)
}

// refusedCheck is the error for an answer with an errcode to a check. The codes
// of the spec alone say that the token is dead; every other leaves it as it is.
func (c *caller) refusedCheck(a answer, redact redactor) *core.Error {
	if c.spec.IsDead("errcode", strconv.Itoa(a.code)) {
		e := c.refused(rule{
			class: core.Temporary, remedy: core.RemedyTryAgain,
			message: "upstream no longer accepts this token: it expired, or another program fetched a newer one; refresh it",
		}, a, redact)
		e.Err = core.ErrDead
		return e
	}
	return c.refused(ruleFor(a.code), a, redact)
}

func (c *caller) refused(r rule, a answer, redact redactor) *core.Error {
	text := append(redactor{a.token}, redact...).clean(a.message)
	e := &core.Error{
		Class: r.class, Remedy: r.remedy, Message: r.message,
		Code: a.code, Upstream: text, CallerIP: callerIP(text, r.ip), RID: rid(text),
	}
	now := c.now().Round(0)
	switch {
	case r.day:
		e.RetryAt = c.spec.Traits.Day.NextDay(now)
	case r.wait > 0:
		e.RetryAt = now.Add(r.wait)
	}
	return e
}
