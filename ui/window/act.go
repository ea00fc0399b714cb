package window

import (
	"net/url"

	"tokentray/core"
)

// help does what the button of a row's problem says.
func (w *Window) help(id core.ID) {
	if a, ok := w.model.find(id); ok {
		w.act(id, problemOf(w.look, a, w.now()).Act)
	}
}

func (w *Window) act(id core.ID, what act) {
	a, ok := w.model.find(id)
	if !ok {
		return
	}
	switch what {
	case actCopyIP:
		w.copyIP(a.Error.CallerIP)
	case actConsole:
		if u, err := url.Parse(w.look.Words.Spec(a.Kind).Console(a.Account)); err == nil && u.Host != "" {
			if err := w.cfg.OpenURL(u); err != nil {
				w.tell(w.look.T("snack.browser", "url", u.String()))
			}
		}
	case actSecret:
		w.askSecret(id)
	case actEdit:
		w.openEdit(id)
	case actConsent:
		w.openEdit(id)
		if w.form != nil && w.form.fields["consent"] != nil {
			w.win.Canvas().Focus(w.form.fields["consent"])
		}
	case actSibling:
		w.useSibling(id)
	case actCopyRID:
		w.copyText(a.Error.RID, w.look.T("snack.rid", "rid", a.Error.RID))
	case actUnlock:
		w.unlock()
	case actVaultInit:
		w.askInit()
	case actRetry:
		w.renew(id)
	}
}
