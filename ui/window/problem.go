package window

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/text"
)

// problem is what needs a person: cause, remedy, and the button that helps.
type problem struct {
	Cause, Remedy, Button string
	Act                   act
}

// act is what the button of a problem does.
type act int

const (
	actNone act = iota
	actCopyIP
	actConsole
	actSecret
	actEdit
	actConsent
	actUnlock
	actVaultInit
	actRetry
)

// problemOf is the problem to show with an account, the zero problem when it
// does not need anybody: what is tried again by itself counts only once no token
// lives.
func problemOf(l *look, a api.Account, now time.Time) problem {
	if undecided(a, now) {
		a.State, a.Error = core.StateBlocked, &api.Error{Class: core.Misuse, Remedy: core.RemedyAllowLive}
	}
	if a.Error == nil {
		return problem{}
	}
	switch a.StateAt(now) {
	case core.StateBlocked, core.StateLocked:
	case core.StateRetrying:
		if a.Remaining(now) > 0 {
			return problem{}
		}
	default:
		return problem{}
	}
	p := problem{
		Cause:  causeLine(l, a),
		Remedy: remedyText(l, a.Error, a.Ref().String()),
		Act:    helps(a.Error, consoleURL(a) != ""),
	}
	p.Button = l.t(buttonKey(p.Act))
	return p
}

// undecided reports whether nothing is fetched for an account, ever, until its
// owner has allowed it: the agent says so only once somebody asks for a token.
func undecided(a api.Account, now time.Time) bool {
	return mayBeUndecided(&a) && a.Error == nil && a.State != core.StateLocked && a.Remaining(now) == 0
}

// mayBeUndecided reports whether an account is of those that are fetched for
// only once their owner has allowed it, and was not allowed.
func mayBeUndecided(a *api.Account) bool {
	return a.Env == core.Live && a.Kind == core.KindWeChatLegacy && !a.AllowLive
}

// causeLine is what went wrong in words that fit a row.
func causeLine(l *look, a api.Account) string {
	if key := text.Key("window.cause." + a.Error.Remedy); l.say.Has(key) {
		return l.say.Say(key)
	}
	return l.say.Cause(a.Error, a.Ref().String())
}

// remedyText is what can be done, in the window's own words where the command
// line's would name a command.
func remedyText(l *look, e *api.Error, ref string) string {
	if key := text.Key("window.remedy." + e.Remedy); l.say.Has(key) {
		ip := e.CallerIP
		if ip == "" {
			ip = l.say.Say("word.this_ip")
		}
		return l.say.Say(key, "ip", ip)
	}
	return l.say.Remedy(e, ref)
}

// helps is the one action that helps with an error. console tells whether the
// account has a console to open.
func helps(e *api.Error, console bool) act {
	switch e.Remedy {
	case core.RemedyWhitelist:
		if e.CallerIP != "" {
			return actCopyIP
		}
	case core.RemedySecret, core.RemedyReenter:
		return actSecret
	case core.RemedyAppID, core.RemedyComponent, core.RemedyProxy, core.RemedyInput:
		return actEdit
	case core.RemedyAllowLive:
		return actConsent
	case core.RemedyVaultUnlock:
		return actUnlock
	case core.RemedyVaultInit:
		return actVaultInit
	case core.RemedyConfirm, core.RemedyRefused, core.RemedyTryAgain, core.RemedyNetwork, core.RemedyTLS, core.RemedyAnswer,
		core.RemedyQuotaDay, core.RemedyQuotaMinute:
		return actRetry
	}
	if e.Class == core.VaultClosed {
		return actUnlock
	}
	if console && (e.Class == core.Frozen || e.Class == core.Whitelist) {
		return actConsole
	}
	return actRetry
}

func buttonKey(a act) string {
	switch a {
	case actCopyIP:
		return "act.copy_ip"
	case actConsole:
		return "act.console"
	case actSecret:
		return "act.secret"
	case actEdit:
		return "act.edit"
	case actConsent:
		return "act.consent"
	case actUnlock:
		return "act.unlock"
	case actVaultInit:
		return "act.vault_init"
	}
	return "act.retry"
}

// consoleURL is where the account is administered, "" when it asks a machine of
// the user's own.
func consoleURL(a api.Account) string {
	if a.BaseURL != "" {
		return ""
	}
	switch a.Product {
	case core.ProductTest:
		return "https://mp.weixin.qq.com/debug/cgi-bin/sandbox?t=sandbox/login"
	case core.ProductOfficial:
		return "https://developers.weixin.qq.com/platform"
	}
	return "https://mp.weixin.qq.com/"
}

// drawProblem tells cause and remedy in full, with the buttons that help.
func (d *detail) drawProblem(p problem) fyne.CanvasObject {
	l, a := d.look, d.account
	cause := newProse(p.Cause, sizeText, l.pal.Text)
	cause.style.Bold = true
	inner := stack(grid, cause, newProse(p.Remedy, sizeText, l.pal.Text))
	if a.Error != nil {
		for _, s := range l.say.Details(a.Error) {
			inner.Add(newProse(s, sizeSmall, l.pal.Muted))
		}
	}
	buttons := beside(smallButton(l, quiet, p.Button, func() { d.on.act(a.ID, p.Act) }))
	if a.Error != nil && consoleURL(a) != "" && p.Act != actConsole && p.Act != actUnlock && p.Act != actVaultInit && a.Error.Class.NeedsPerson() {
		buttons.Add(smallButton(l, quiet, l.t("act.console"), func() { d.on.act(a.ID, actConsole) }))
	}
	if p.Act != actRetry && p.Act != actUnlock && p.Act != actVaultInit && p.Act != actConsent {
		buttons.Add(smallButton(l, quiet, l.t("act.retry"), func() { d.on.act(a.ID, actRetry) }))
	}
	inner.Add(gap(0, grid))
	inner.Add(buttons)
	ground := canvas.NewRectangle(l.pal.Warn)
	ground.CornerRadius = radius
	return container.New(&backed{padX: 3 * grid, padY: 3 * grid}, ground, inner)
}
