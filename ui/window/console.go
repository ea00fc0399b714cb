package window

import (
	"net/url"
	"strings"

	"tokentray/core/api"
	"tokentray/core/kinds"
)

// consoleURL is where the account is administered, "" when it asks a machine of
// the user's own.
func consoleURL(a api.Account) string {
	if !atWeChat(a.BaseURL) {
		return ""
	}
	switch a.Product {
	case kinds.ProductTest:
		return "https://mp.weixin.qq.com/debug/cgi-bin/sandbox?t=sandbox/login"
	case kinds.ProductOfficial:
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

// upstreamBase is where tokens of accounts without a base URL are of use.
const upstreamBase = "https://api.weixin.qq.com"

// openConsole shows the page where an account is administered in the browser.
func openConsole(sh *shell, a api.Account) {
	u, err := url.Parse(consoleURL(a))
	if err != nil || u.Host == "" {
		return
	}
	if err := sh.cfg.OpenURL(u); err != nil {
		sh.tell(sh.look.T("snack.browser", "url", u.String()))
	}
}
