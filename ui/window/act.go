package window

import (
	"tokentray/core"
)

// acts do what the buttons of problems and banners say.
type acts struct {
	*shell
	link     *link
	copies   *copies
	renewals *renewals
	vault    *vault
	settings *settings
	edits    *edits
}

// help does what the button of a row's problem says.
func (ac *acts) help(id core.ID) {
	if a, ok := ac.model.find(id); ok {
		ac.act(id, problemOf(ac.look, a, ac.now()).Act)
	}
}

func (ac *acts) act(id core.ID, what act) {
	a, ok := ac.model.find(id)
	if !ok {
		return
	}
	switch what {
	case actCopyIP:
		ac.copies.copyIP(a.Error.CallerIP)
	case actConsole:
		openConsole(ac.shell, a)
	case actSecret:
		ac.edits.askSecret(id)
	case actEdit:
		ac.edits.openEdit(id)
	case actConsent:
		ac.edits.openEdit(id)
		if ac.edits.form != nil && ac.edits.form.fields["consent"] != nil {
			ac.win.Canvas().Focus(ac.edits.form.fields["consent"])
		}
	case actSibling:
		ac.edits.useSibling(id)
	case actCopyRID:
		ac.copies.copyText(a.Error.RID, ac.look.T("snack.rid", "rid", a.Error.RID))
	case actUnlock:
		ac.vault.unlock()
	case actVaultInit:
		ac.vault.askInit()
	case actRetry:
		ac.renewals.renew(id)
	}
}

// bannerAct does what a banner's button says.
func (ac *acts) bannerAct(what bannerAct) {
	switch what {
	case barRestart:
		ac.link.restart()
	case barResume:
		ac.settings.pauseAll(false)
	case barStart:
		ac.link.startAgain()
	default:
		ac.vault.act(what)
	}
}
