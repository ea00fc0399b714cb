package format

import "tokentray/core"

// CommonPaths are API paths that people try a token with, the cheapest first.
// They are offered, no more: any other path will do.
func CommonPaths(p core.Product) []string {
	paths := []string{DefaultPath}
	switch p {
	case core.ProductMini:
		return append(paths,
			"/wxa/getwxacodeunlimit",
			"/wxa/business/getuserphonenumber",
			"/cgi-bin/message/subscribe/send",
			"/wxa/msg_sec_check",
		)
	case core.ProductOfficial, core.ProductTest:
		return append(paths,
			"/cgi-bin/menu/get",
			"/cgi-bin/user/get",
			"/cgi-bin/ticket/getticket?type=jsapi",
			"/cgi-bin/message/template/send",
			"/cgi-bin/material/get_materialcount",
		)
	}
	return paths
}
