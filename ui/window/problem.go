package window

import (
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// problem is something that needs a person: cause, remedy, and the button that
// helps.
type problem struct {
	Cause, Remedy, Button string
	Action                action
}

// action is what the button of a problem does.
type action int

const (
	actionNone action = iota
	actionCopyIP
	actionConsole
	actionSecret
	actionEdit
	actionConsent
	actionUnlock
	actionVaultInit
	actionRetry
	actionOffer
	actionCopyRID
	actionDiagnosis
	actionCodePage
	actionCopyDetails
)

// problemOf is the problem to show with an account, the zero problem when it needs
// nobody: what is retried automatically counts only once no token lives. It stays
// during retries, or everything below would move up and down with each of them.
func problemOf(ui *kit.UI, a api.Account, now time.Time) problem {
	a.State, a.Error = a.StateAt(now), a.ErrorAt(now)
	if a.Error == nil {
		return problem{}
	}
	switch a.State {
	case core.StateBlocked, core.StateLocked:
	case core.StateRetrying, core.StateRenewing:
		if a.Remaining(now) > 0 {
			return problem{}
		}
	default:
		return problem{}
	}
	p := problem{
		Cause:  causeLine(ui, a),
		Remedy: remedyText(ui, a.Error, refWords(a.Ref())),
		Action: helps(ui.Words, a),
	}
	p.Button = buttonWord(ui, a, p.Action)
	return p
}

// offered is the kind to which a button changes an account: the one that the agent
// offers, or the harmless one instead of one that breaks production.
func offered(say *text.Text, a api.Account) core.Kind {
	if a.Offer == "" && a.Error != nil && (a.Error.Remedy == core.RemedyAllowLive || a.Error.Remedy == core.RemedyReplaced) {
		return say.Spec(a.Kind).Sibling
	}
	return a.Offer
}

// helps is the action that helps most with an account's problem.
func helps(say *text.Text, a api.Account) action {
	e := a.Error
	switch e.Remedy {
	case core.RemedyWhitelist:
		if e.CallerIP != "" {
			return actionCopyIP
		}
	case core.RemedySecret, core.RemedyReenter, core.RemedySecretAgain, core.RemedyTeamSecret:
		return actionSecret
	case core.RemedyServerURL, core.RemedyAppID, core.RemedyComponent, core.RemedyProxy, core.RemedyInput, core.RemedyNoHost:
		return actionEdit
	case core.RemedyAllowLive, core.RemedyTeamConsent:
		return actionConsent
	case core.RemedyVaultUnlock:
		return actionUnlock
	case core.RemedyVaultInit, core.RemedyVaultEmpty:
		return actionVaultInit
	case core.RemedyQuotaKind:
		if a.Offer != "" {
			return actionOffer
		}
		return actionRetry
	case core.RemedyKind:
		if a.Offer != "" {
			return actionOffer
		}
		return actionEdit
	case core.RemedyUnknownCode:
		if say.Spec(a.Kind).CodePageOf(a.Account, e.UpstreamCode) != "" {
			return actionCodePage
		}
		return actionRetry
	case core.RemedyConfirm, core.RemedyRefused, core.RemedyTryAgain, core.RemedyNetwork, core.RemedyTLS, core.RemedyAnswer, core.RemedyPath, core.RemedyPart,
		core.RemedyQuotaDay, core.RemedyQuotaMinute:
		return actionRetry
	}
	if e.Class == core.VaultClosed {
		return actionUnlock
	}
	if say.Spec(a.Kind).Console(a.Account) != "" && (e.Class == core.Frozen || e.Class == core.Whitelist) {
		return actionConsole
	}
	return actionRetry
}

// helpsToo are further actions in the detail, the most helpful first.
func helpsToo(say *text.Text, a api.Account, first action) []action {
	var out []action
	add := func(what action, when bool) {
		if when && what != first {
			out = append(out, what)
		}
	}
	e := a.Error
	if e == nil || first == actionUnlock || first == actionVaultInit {
		return nil
	}
	add(actionOffer, offered(say, a) != "")
	add(actionCopyIP, e.CallerIP != "" && (e.Class == core.Whitelist || e.Class == core.Confirm))
	add(actionConsole, say.Spec(a.Kind).Console(a.Account) != "" && e.Class.NeedsPerson() && first != actionConsent)
	add(actionEdit, e.Class == core.BadSecret || e.Remedy == core.RemedyKind || e.Remedy == core.RemedySecretAgain || e.Remedy == core.RemedyNetwork || e.Path != "")
	add(actionRetry, first != actionConsent)
	return out
}

// buttonWord is the text of the button for an action.
func buttonWord(ui *kit.UI, a api.Account, do action) string {
	return ui.T(buttonKey(do), "kind", ui.Words.Kind(offered(ui.Words, a)))
}

func buttonKey(a action) string {
	switch a {
	case actionCopyIP:
		return "act.copy_ip"
	case actionConsole:
		return "act.console"
	case actionSecret:
		return "act.secret"
	case actionEdit:
		return "act.edit"
	case actionConsent:
		return "act.consent"
	case actionUnlock:
		return "act.unlock"
	case actionVaultInit:
		return "act.vault_init"
	case actionOffer:
		return "act.offer"
	case actionCopyRID:
		return "act.copy_rid"
	case actionDiagnosis:
		return "act.diagnosis"
	case actionCodePage:
		return "act.code_page"
	case actionCopyDetails:
		return "act.copy_details"
	}
	return "act.retry"
}

// advice is what the detail adds to cause and remedy: where the console has the
// setting, and what changed since the last refusal.
func advice(ui *kit.UI, a api.Account) []string {
	e := a.Error
	if e == nil {
		return nil
	}
	var out []string
	spec := ui.Words.Spec(a.Kind)
	if where := ui.Words.Where(e, a.Product); where != "" && (spec.AtHome(a.Account) || spec.Through(a.Account) && text.OfUpstream(e)) {
		out = append(out, where)
	}
	if e.PriorIP != "" {
		out = append(out, ui.T("help.prior_ip", "ip", e.PriorIP))
	}
	if what := ui.Words.KindSays(a.Offer, "instead"); what != "" {
		out = append(out, what)
	}
	return out
}

// timing says when another try makes sense, "" when any time is as good. A quota is
// reset where the day of the account's upstream ends.
func timing(ui *kit.UI, e *api.Error, now time.Time, here *time.Location) string {
	if e == nil || e.RetryAt.IsZero() {
		return ""
	}
	left := e.RetryAt.Sub(now)
	switch e.Remedy {
	case core.RemedyQuotaDay, core.RemedyQuotaKind, core.RemedyBudget:
		if left <= 0 {
			return ui.T("help.reset_over")
		}
		beijing, local := e.RetryAt.In(text.Beijing()), e.RetryAt.In(here)
		key := "help.reset"
		switch {
		case !text.InBeijing(ui.Words.Spec(e.Kind).Traits.Day):
			key = "help.reset_local"
		case beijing.Format(time.DateTime) == local.Format(time.DateTime):
			key = "help.reset_here"
		}
		return ui.T(key, "beijing", beijing.Format("01-02 15:04"), "local", local.Format("01-02 15:04"), "time", ui.Words.Coarse(left))
	case core.RemedyConfirm, core.RemedyRefused:
		if left <= 0 {
			return ui.T("help.retry_now")
		}
		key := "help.retry_from"
		if e.Remedy == core.RemedyRefused {
			key = "help.retry_barred"
		}
		return ui.T(key, "time", moment(ui, e.RetryAt, now))
	}
	return ""
}
