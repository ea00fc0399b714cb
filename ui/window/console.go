package window

import (
	"net/url"
	"strings"

	"tokentray/core/api"
	"tokentray/ui/kit"
	"tokentray/ui/text"
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

// pageLabel is the text of a button that opens a page: its line, or a shorter one, with
// only the host.
func pageLabel(ui *kit.UI, p text.Page) string {
	u, err := url.Parse(p.URL)
	if err != nil {
		return p.Line
	}
	if short := "window." + p.Name; ui.Words.Has(short) {
		return ui.Words.Say(short, "url", u.Host)
	}
	return strings.ReplaceAll(p.Line, p.URL, u.Host)
}
