package window

import (
	"image/color"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/text"
)

// tone is what a word's colour means; the word itself says it too.
type tone int

const (
	toneText tone = iota
	toneMuted
	toneSoon
	toneBad
	toneSandbox
)

func (p palette) tone(t tone) color.NRGBA {
	switch t {
	case toneMuted:
		return p.Muted
	case toneSoon:
		return p.SoonText
	case toneBad:
		return p.LiveText
	case toneSandbox:
		return p.SandboxText
	}
	return p.Text
}

// row is everything that a row of the list shows, as values that can be
// compared.
type row struct {
	ID        core.ID
	Name      string
	Kind      string
	Live      bool
	Tag       string // the word LIVE, or the environment's where both are listed
	Mask      string
	State     string
	StateTone tone
	Time      string
	TimeTone  tone
	Fill      float32 // 0 to 1 of the token's life
	Soon      bool
	Problem   problem
}

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

// rowOf is the row of an account at now. mixed is set where both environments
// are listed.
func rowOf(l *look, a api.Account, mixed bool, now time.Time) row {
	r := row{
		ID: a.ID, Name: a.Name, Kind: kindLine(l.say, a), Live: a.Env == core.Live,
		Mask: a.Mask,
	}
	switch {
	case r.Live:
		r.Tag = l.t("tag.live")
	case mixed:
		r.Tag = l.t("tag.sandbox")
	}
	left := a.Remaining(now)
	r.Time, r.TimeTone = timeLeft(a, now)
	if a.Life > 0 {
		r.Fill = min(1, float32(left.Seconds()/float64(a.Life)))
	}
	r.Soon = left > 0 && left <= soon(a)
	r.State, r.StateTone = stateLine(l, a, now)
	if r.Problem = problemOf(l, a, now); r.Problem.Act == actUnlock || r.Problem.Act == actVaultInit {
		r.Problem = problem{} // one banner says it for all
	} else if r.Problem.Act != actNone && a.Error != nil && l.say.Has(text.Key("window.row."+a.Error.Remedy)) {
		r.Problem.Remedy = l.t("row." + a.Error.Remedy)
	}
	return r
}

// timeLeft is the countdown's text, in seconds, and its tone.
func timeLeft(a api.Account, now time.Time) (string, tone) {
	left := a.Remaining(now)
	switch {
	case a.Mask == "":
		return "–", toneMuted
	case left <= 0:
		return text.Clock(0), toneBad
	case left <= soon(a):
		return text.Clock(left), toneSoon
	}
	return text.Clock(left), toneText
}

func kindLine(say *text.Text, a api.Account) string {
	return say.Say(text.Key("product."+string(a.Product))) + " · " + say.Say(text.Key("kind."+string(a.Kind)))
}

// stateLine says how renewal stands.
func stateLine(l *look, a api.Account, now time.Time) (string, tone) {
	state := a.StateAt(now)
	if undecided(a, now) {
		state = core.StateBlocked
	}
	word := l.say.Say(text.Key("state." + string(state)))
	switch state {
	case core.StateRetrying:
		if wait := a.NextTry.Sub(now); !a.NextTry.IsZero() && wait > 0 {
			word = l.t("state.retry_in", "time", l.say.Coarse(wait))
		}
		return word, toneSoon
	case core.StateRenewing:
		return word, toneSandbox
	case core.StateBlocked, core.StateLocked:
		return word, toneSoon
	case core.StateExpired:
		return word, toneBad
	}
	return word, toneMuted
}

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
	return a.Env == core.Live && a.Kind == core.KindWeChatLegacy && !a.AllowLive && a.Error == nil &&
		a.State != core.StateLocked && a.Remaining(now) == 0
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
