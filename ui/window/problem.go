package window

import (
	"net/url"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
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
	actStable
	actCopyRID
)

// problemOf is the problem to show with an account, the zero problem when it
// does not need anybody: what is tried again by itself counts only once no token
// lives. It stays while it is tried again, or everything below it would move up
// and down with each try.
func problemOf(l *kit.Look, a api.Account, now time.Time) problem {
	if undecided(a, now) {
		a.State, a.Error = core.StateBlocked, &api.Error{Class: core.Misuse, Remedy: core.RemedyAllowLive}
	}
	if a.Error == nil {
		return problem{}
	}
	switch a.StateAt(now) {
	case core.StateBlocked, core.StateLocked:
	case core.StateRetrying, core.StateRenewing:
		if a.Remaining(now) > 0 {
			return problem{}
		}
	default:
		return problem{}
	}
	p := problem{
		Cause:  causeLine(l, a),
		Remedy: remedyText(l, a.Error, refWords(a.Ref())),
		Act:    helps(a),
	}
	p.Button = l.T(buttonKey(p.Act))
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
func causeLine(l *kit.Look, a api.Account) string {
	if key := text.Key("window.cause." + a.Error.Remedy); l.Words.Has(key) {
		return l.Words.Say(key)
	}
	return l.Words.Cause(a.Error, refWords(a.Ref()))
}

// remedyText is what can be done, in the window's own words where the command
// line's would name a command.
func remedyText(l *kit.Look, e *api.Error, ref string) string {
	if key := text.Key("window.remedy." + e.Remedy); l.Words.Has(key) {
		ip := e.CallerIP
		if ip == "" {
			ip = l.Words.Say("word.this_ip")
		}
		return l.Words.Say(key, "ip", ip)
	}
	return l.Words.Remedy(e, ref)
}

// explained is cause and remedy in one breath.
func explained(l *kit.Look, e *api.Error, account string) string {
	return joined(l, l.Words.Cause(e, account), remedyText(l, e, account))
}

// joined puts two sentences after one another, of which Chinese leaves no blank
// between.
func joined(l *kit.Look, a, b string) string {
	if l.Words.Lang() == text.Chinese {
		return a + b
	}
	return strings.TrimSpace(a + " " + b)
}

// helps is the one action that helps most with what is wrong with an account.
func helps(a api.Account) act {
	e := a.Error
	switch e.Remedy {
	case core.RemedyWhitelist:
		if e.CallerIP != "" {
			return actCopyIP
		}
	case core.RemedySecret, core.RemedyReenter, core.RemedySecretAgain:
		return actSecret
	case core.RemedyAppID, core.RemedyComponent, core.RemedyProxy, core.RemedyInput, core.RemedyNoHost:
		return actEdit
	case core.RemedyAllowLive:
		return actConsent
	case core.RemedyVaultUnlock:
		return actUnlock
	case core.RemedyVaultInit:
		return actVaultInit
	case core.RemedyQuotaKind:
		return actStable
	case core.RemedyConfirm, core.RemedyRefused, core.RemedyTryAgain, core.RemedyNetwork, core.RemedyTLS, core.RemedyAnswer,
		core.RemedyQuotaDay, core.RemedyQuotaMinute:
		return actRetry
	}
	if e.Class == core.VaultClosed {
		return actUnlock
	}
	if consoleURL(a) != "" && (e.Class == core.Frozen || e.Class == core.Whitelist) {
		return actConsole
	}
	return actRetry
}

// helpsToo are the further actions that the detail offers, in the order they
// help.
func helpsToo(a api.Account, first act) []act {
	var out []act
	add := func(what act, when bool) {
		if when && what != first {
			out = append(out, what)
		}
	}
	e := a.Error
	if e == nil || first == actUnlock || first == actVaultInit {
		return nil
	}
	legacy := a.Kind == core.KindWeChatLegacy
	add(actStable, legacy && (e.Class == core.Quota || e.Remedy == core.RemedyAllowLive))
	add(actCopyIP, e.CallerIP != "" && (e.Class == core.Whitelist || e.Class == core.Confirm))
	add(actConsole, consoleURL(a) != "" && e.Class.NeedsPerson() && first != actConsent)
	add(actEdit, e.Class == core.BadSecret || e.Remedy == core.RemedySecretAgain || e.Remedy == core.RemedyNetwork)
	add(actRetry, first != actConsent)
	return out
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
	case actStable:
		return "act.stable"
	case actCopyRID:
		return "act.copy_rid"
	}
	return "act.retry"
}

// consoleURL is where the account is administered, "" when it asks a machine of
// the user's own.
func consoleURL(a api.Account) string {
	if !atWeChat(a.BaseURL) {
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

// atWeChat reports whether a base URL is one of WeChat's own, as its hosts for
// other regions are.
func atWeChat(base string) bool {
	u, err := url.Parse(base)
	return base == "" || err == nil && strings.HasSuffix(u.Hostname(), ".weixin.qq.com")
}

// advice is what the detail says beyond cause and remedy: where the console has
// the thing, and what has changed since the last refusal.
func advice(l *kit.Look, a api.Account) []string {
	e := a.Error
	if e == nil {
		return nil
	}
	var out []string
	if e.Class == core.Whitelist && atWeChat(a.BaseURL) {
		out = append(out, l.T("where."+string(a.Product)))
	}
	if e.PriorIP != "" {
		out = append(out, l.T("help.prior_ip", "ip", e.PriorIP))
	}
	if e.Class == core.Quota && a.Kind == core.KindWeChatLegacy {
		out = append(out, l.T("help.stable_does"))
	}
	return out
}

// timing says when another try makes sense, "" when any time is as good. Days
// of quotas are Beijing's, whose time is told beside that of this machine.
func timing(l *kit.Look, e *api.Error, now time.Time, here *time.Location) string {
	if e == nil || e.RetryAt.IsZero() {
		return ""
	}
	left := e.RetryAt.Sub(now)
	switch e.Remedy {
	case core.RemedyQuotaDay, core.RemedyQuotaKind:
		if left <= 0 {
			return l.T("help.reset_over")
		}
		key, beijing, local := "help.reset", e.RetryAt.In(text.Beijing()), e.RetryAt.In(here)
		if beijing.Format(time.DateTime) == local.Format(time.DateTime) {
			key = "help.reset_here"
		}
		return l.T(key, "beijing", beijing.Format("01-02 15:04"), "local", local.Format("01-02 15:04"), "time", l.Words.Coarse(left))
	case core.RemedyConfirm, core.RemedyRefused:
		if left <= 0 {
			return l.T("help.retry_now")
		}
		key := "help.retry_from"
		if e.Remedy == core.RemedyRefused {
			key = "help.retry_barred"
		}
		return l.T(key, "time", moment(l, e.RetryAt, now))
	}
	return ""
}

// drawProblem tells cause and remedy in full, with the buttons that help.
func (d *detail) drawProblem(p problem) fyne.CanvasObject {
	l, a := d.look, d.account
	cause := kit.NewProse(p.Cause, kit.SizeText, l.Palette.Text)
	cause.Style.Bold = true
	inner := kit.Stack(kit.Grid, cause, kit.NewProse(p.Remedy, kit.SizeText, l.Palette.Text))
	for _, s := range advice(l, a) {
		inner.Add(kit.NewProse(s, kit.SizeText, l.Palette.Text))
	}
	d.timing = kit.NewProse(timing(l, a.Error, d.now, time.Local), kit.SizeText, l.Palette.Text)
	if d.timing.Content != "" {
		inner.Add(d.timing)
	}
	if a.Error != nil {
		inner.Add(d.drawUpstream(*a.Error))
	}
	buttons := kit.Beside(kit.NewSmallButton(l, kit.Quiet, p.Button, func() { d.on.act(a.ID, p.Act) }))
	for _, what := range helpsToo(a, p.Act) {
		buttons.Add(kit.NewSmallButton(l, kit.Quiet, l.T(buttonKey(what)), func() { d.on.act(a.ID, what) }))
	}
	inner.Add(kit.Space(0, kit.Grid))
	inner.Add(buttons)
	ground := canvas.NewRectangle(l.Palette.Warn)
	ground.CornerRadius = kit.Radius
	return container.New(&backed{padX: 3 * kit.Grid, padY: 3 * kit.Grid}, ground, inner)
}

// drawUpstream is what WeChat's support asks for: errcode, rid and its words.
func (d *detail) drawUpstream(e api.Error) fyne.CanvasObject {
	l, id := d.look, d.account.ID
	box := kit.Stack(kit.Grid)
	if timing(l, &e, d.now, time.Local) != "" {
		e.RetryAt = time.Time{} // said above
	}
	rid := e.RID
	e.PriorIP, e.RID = "", ""
	for _, s := range l.Words.Details(&e) {
		box.Add(kit.NewProse(s, kit.SizeSmall, l.Palette.Muted))
	}
	if rid != "" {
		box.Add(container.New(&kit.Bar{Gap: 2 * kit.Grid}, kit.NewProse(l.Words.Say("detail.rid", "rid", rid), kit.SizeSmall, l.Palette.Muted),
			kit.NewSmallButton(l, kit.Plain, l.T("act.copy_rid"), func() { d.on.act(id, actCopyRID) })))
	}
	return box
}

// tickProblem keeps what is said about the time of another try true.
func (d *detail) tickProblem(now time.Time) {
	if d.timing != nil && d.timing.Set(timing(d.look, d.account.Error, now, time.Local), d.look.Palette.Text) {
		d.scroll.Reflow()
	}
}
