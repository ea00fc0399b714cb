package window

import (
	"strings"

	"tokentray/core"
)

// actions do what the buttons of problems and banners say.
type actions struct {
	*shell
	link      *link
	clipboard *clipboard
	renewals  *renewals
	vault     *vault
	settings  *settings
	accounts  *accounts
}

// help does what the button of a row's problem says.
func (ac *actions) help(id core.ID) {
	if a, ok := ac.model.find(id); ok {
		ac.perform(id, problemOf(ac.ui, a, ac.now()).Action)
	}
}

func (ac *actions) perform(id core.ID, what action) {
	a, ok := ac.model.find(id)
	if !ok {
		return
	}
	switch what {
	case actionCopyIP:
		ac.clipboard.copyIP(a.Error.CallerIP)
	case actionConsole:
		openConsole(ac.shell, a)
	case actionSecret:
		ac.accounts.askSecret(id)
	case actionEdit:
		ac.accounts.openEdit(id)
	case actionConsent:
		ac.accounts.openEdit(id)
		if ac.accounts.form != nil && ac.accounts.form.fields["consent"] != nil {
			ac.win.Canvas().Focus(ac.accounts.form.fields["consent"])
		}
	case actionOffer:
		ac.accounts.askOffer(id)
	case actionDiagnosis: // the page takes no rid in its address: it is to be pasted there
		page := ac.ui.Words.Spec(a.Kind).DiagnosisOf(a.Account, a.Error.RID)
		ac.clipboard.copyTextThen(a.Error.RID, ac.ui.T("snack.rid", "rid", a.Error.RID), func() { openPage(ac.shell, page) })
	case actionCodePage:
		openPage(ac.shell, ac.ui.Words.Spec(a.Kind).CodePageOf(a.Account, a.Error.UpstreamCode))
	case actionCopyRID:
		ac.clipboard.copyText(a.Error.RID, ac.ui.T("snack.rid", "rid", a.Error.RID))
	case actionCopyDetails:
		ac.clipboard.copyText(strings.Join(ac.ui.Words.Details(a.Error), "\n"), ac.ui.T("snack.details"))
	case actionUnlock:
		ac.vault.unlock()
	case actionVaultInit:
		ac.vault.askInit()
	case actionRetry:
		ac.renewals.renew(id)
	}
}

// bannerAct does what a banner's button says.
func (ac *actions) performBanner(what bannerAction) {
	switch what {
	case barRestart:
		ac.link.restart()
	case barResume:
		ac.settings.pauseAll(false)
	case barStart:
		ac.link.startAgain()
	default:
		ac.vault.perform(what)
	}
}
