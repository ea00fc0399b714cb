package window

import (
	"net/url"

	"tokentray/core/api"
)

// openConsole shows the page where an account is administered in the browser.
func openConsole(sh *shell, a api.Account) {
	openPage(sh, sh.ui.Words.Spec(a.Kind).Console(a.Account))
}

// openPage shows a page in the browser. If no browser can be started, it shows the
// address.
func openPage(sh *shell, page string) {
	u, err := url.Parse(page)
	if err != nil || u.Host == "" {
		return
	}
	if err := sh.cfg.OpenURL(u); err != nil {
		sh.showInfo(sh.ui.T("snack.browser", "url", u.String()))
	}
}
