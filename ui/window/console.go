package window

import (
	"net/url"

	"tokentray/core/api"
)

// openConsole shows the page where an account is administered in the browser.
func openConsole(sh *shell, a api.Account) {
	u, err := url.Parse(sh.look.Words.Spec(a.Kind).Console(a.Account))
	if err != nil || u.Host == "" {
		return
	}
	if err := sh.cfg.OpenURL(u); err != nil {
		sh.showInfo(sh.look.T("snack.browser", "url", u.String()))
	}
}
