package text

import (
	"tokentray/core"
	"tokentray/core/api"
)

// sign is about signing pages for the JS-SDK: "sign.hint." and the key of a hint, and
// the problems of an address. The name of a ticket is with its kind: "ticket." and
// its name.
func sign() table {
	return table{
		"cause.no_ticket": {"The account has no such ticket for the JS-SDK.", "此账号没有这种 JS-SDK 的 jsapi_ticket。"},
		"remedy.no_ticket": {
			"Sign with an account that has one; kind and product decide that: tokentray show {account}",
			"请换用有 jsapi_ticket 的账号，这取决于类型和产品：tokentray show {account}",
		},

		"cause.quota_ticket":  {"Today's calls for the ticket are used up.", "今天获取 jsapi_ticket 的调用次数已用完。"},
		"remedy.quota_ticket": {"It resets at the upstream's midnight. Find out who else fetches this ticket.", "上游时间零点重置。请查明还有谁在获取此账号的 jsapi_ticket。"},

		"problem.sign_url_empty":   {"Enter the page's address, as location.href says it.", "请填写页面地址，以 location.href 的值为准。"},
		"problem.sign_url_long":    {"The address is longer than 8 KB; shorten it.", "地址超过 8 KB，请缩短。"},
		"problem.sign_url_bad":     {"Enter the whole address, such as https://shop.example.com/page.", "请填写完整地址，例如 https://shop.example.com/page。"},
		"problem.sign_url_encoded": {"The address is encoded as a whole; decode it, so that it begins with https://.", "整个地址被编码了，请先解码，使其以 https:// 开头。"},
		"problem.sign_url_chars":   {"The address holds line ends or characters that nobody sees; copy it again from the browser.", "地址含有换行或不可见字符，请从浏览器重新复制。"},
		"problem.sign_url_user":    {"Leave user and password out of the address; no page sees them.", "请去掉地址中的用户名和密码，页面看不到它们。"},
		"problem.sign_nonce":       {"A nonce is 1 to 64 letters, digits, dashes and underscores.", "随机串由 1 到 64 个字母、数字、短横线和下划线组成。"},
		"problem.sign_timestamp":   {"A timestamp is in unix seconds, such as 1414587457.", "时间戳以秒为单位，例如 1414587457。"},

		"cmd.sign": {"Sign a page's address for the JS-SDK", "为页面地址生成 JS-SDK 签名"},
		"cmd.sign.long": {
			"Sign a page's address for the JS-SDK and print the call for the page, wx.config or\nwx.agentConfig, ready to paste. The ticket is fetched once it is wanted, kept and renewed\nas tokens are.\n\n" +
				"  tokentray sign shop --url 'https://shop.example.com/page?id=7'\n" +
				"  tokentray sign office --agent --url https://oa.example.com/\n\n" +
				"The address must be the one that location.href says in the page, without #…. What makes\nits signature invalid is pointed out. With --nonce and --timestamp the same signature\ncomes again, to be compared.\n\n" +
				"The string that was signed is shown with the ticket masked, because a ticket is as\nsecret as a token. To check it with the upstream's own tool, --reveal prints it whole and\nasks first; the window has a button for that. Clients of the local API never get it whole.",
			"为页面地址生成 JS-SDK 签名，输出可直接粘贴到页面的 wx.config 或 wx.agentConfig。\njsapi_ticket 在首次使用时获取，并像 token 一样保存和续期。\n\n" +
				"  tokentray sign shop --url 'https://shop.example.com/page?id=7'\n" +
				"  tokentray sign office --agent --url https://oa.example.com/\n\n" +
				"地址须与页面中 location.href 的值一致，不含 #…。可能导致签名无效的问题会指出。\n指定 --nonce 和 --timestamp 可得到相同的签名，便于比对。\n\n" +
				"签名字符串中的 jsapi_ticket 以掩码显示，因为它与 token 一样需要保密。需要用上游的\n校验工具核对时，--reveal 会在询问后输出完整字符串，窗口中也有相应的按钮；本地 API\n的客户端始终得不到完整字符串。",
		},
		"flag.sign_url":       {"sign the page at this `URL`, as location.href says it", "页面`地址`，以 location.href 的值为准"},
		"flag.sign_nonce":     {"this `TEXT` instead of a random one, to have a signature again", "用此`文本`代替随机串，以得到相同的签名"},
		"flag.sign_timestamp": {"these unix `SECONDS` instead of now", "用此`秒数`代替当前时间"},
		"flag.sign_renew":     {"ask the upstream for the ticket even though the one at hand lives", "即使现有 jsapi_ticket 仍有效，也重新向上游获取"},
		"flag.sign_reveal":    {"print the string that was signed, with the ticket in it; asks first", "输出完整的签名字符串（含 jsapi_ticket），会先询问"},

		"usage.sign_url":       {"name the page's address: tokentray sign NAME --url https://shop.example.com/page", "请指定页面地址：tokentray sign 名称 --url https://shop.example.com/page"},
		"usage.sign_timestamp": {"--timestamp takes unix seconds, such as 1414587457", "--timestamp 的值是秒数，例如 1414587457"},
		"usage.sign_tickets":   {"name one ticket, not several", "jsapi_ticket 只能指定一种"},

		"sign.done":       {"Signed {url} for {account}. The ticket is good for {left}.", "已为 {account} 签名 {url}。jsapi_ticket 剩余 {left}。"},
		"sign.browser":    {"A browser writes this address as {url}. If the page says invalid signature, sign that.", "浏览器会把该地址写作 {url}。如果页面提示 invalid signature，请改为对它签名。"},
		"sign.string":     {"Signed string: {text}", "签名字符串：{text}"},
		"sign.check":      {"Check it at {url}; --reveal prints the string with the ticket in it.", "可在 {url} 校验；--reveal 会输出含 jsapi_ticket 的完整字符串。"},
		"sign.reveal_ask": {"Print the jsapi_ticket of {account}? It is as secret as a token.", "确定输出 {account} 的 jsapi_ticket？它与 token 一样需要保密。"},

		"window.format.signed":     {"signed string", "签名字符串"},
		"window.sign.title":        {"JS-SDK", "JS-SDK"},
		"window.sign.hint":         {"Page address: https://shop.example.com/page", "页面地址：https://shop.example.com/page"},
		"window.sign.go":           {"Sign", "签名"},
		"window.sign.busy":         {"Signing…", "正在签名…"},
		"window.sign.browser":      {"Sign as a browser writes it", "按浏览器的写法签名"},
		"window.sign.copy":         {"Copy the call", "复制调用代码"},
		"window.sign.copied":       {"The call is copied.", "已复制调用代码。"},
		"window.sign.string":       {"Signed string", "签名字符串"},
		"window.sign.copy_string":  {"Copy it whole", "复制完整字符串"},
		"window.sign.checker":      {"Open the checker", "打开校验工具"},
		"window.sign.renew":        {"Renew the ticket", "重新获取 jsapi_ticket"},
		"window.sign.good":         {"The ticket is good for {time}.", "jsapi_ticket 剩余 {time}。"},
		"window.sign.over":         {"The ticket has ended; sign again.", "jsapi_ticket 已过期，请重新签名。"},
		"window.sign.hint_browser": {"A browser writes it as {url}", "浏览器的写法：{url}"},

		"sign.hint.fragment": {
			"The part from # on is not signed and was cut: {detail}. In the page, sign location.href.split('#')[0].",
			"# 及其后的部分不参与签名，已去掉：{detail}。页面中请对 location.href.split('#')[0] 签名。",
		},
		"sign.hint.trimmed": {said(core.SaysBlanksCut), "已去掉地址首尾的空白。"},
		"sign.hint.encoding": {
			"A browser encodes {detail}, and the encoded address is what counts. Copy the address from location.href.",
			"浏览器会对 {detail} 编码，签名以编码后的地址为准。请从 location.href 复制地址。",
		},
		"sign.hint.html": {
			"{detail} is how HTML source writes &. Sign the address as location.href says it, with a bare &.",
			"{detail} 是 HTML 源码中 & 的写法。请按 location.href 的值签名，只写 &。",
		},
		"sign.hint.twice": {
			"{detail} is encoded twice. Sign what location.href says; encodeURIComponent is for sending it to a server, which must decode it.",
			"{detail} 被编码了两次。请对 location.href 的原值签名；encodeURIComponent 仅用于传给服务端，服务端须先解码。",
		},
		"sign.hint.slash":        {"A browser writes a slash after the host: {detail}.", "浏览器会在主机名后加上斜杠：{detail}。"},
		"sign.hint.dots":         {"A browser resolves . and .. in the path {detail}.", "浏览器会化简路径 {detail} 中的 . 和 ..。"},
		"sign.hint.http":         {"It begins with http://. If the page is served over https, sign the https address.", "地址以 http:// 开头。如果页面通过 https 访问，请对 https 地址签名。"},
		"sign.hint.port":         {"The port {detail} is signed too: the page's address must have it, and the domain in the console must allow it.", "端口 {detail} 也参与签名：页面地址须带有它，后台填写的域名须允许它。"},
		"sign.hint.port_default": {"A browser leaves the usual port {detail} out.", "浏览器会省略默认端口 {detail}。"},
		"sign.hint.host_case":    {"A browser writes {detail} in lower case.", "浏览器会把 {detail} 写成小写。"},
		"sign.hint.host_idn":     {"A browser writes {detail} as xn--…; copy the address from location.href.", "浏览器会把 {detail} 写成 xn--… 形式，请从 location.href 复制地址。"},
		"sign.hint.local":        {"{detail} is not a domain of the console's list; the JS-SDK works only on those.", "{detail} 不是后台填写的域名，JS-SDK 仅在这些域名下可用。"},
		"sign.hint.code":         {"The address has the code of a sign-in, which differs each time: sign the address that the page has at that moment.", "地址带有登录授权的 code，每次都不同：请对页面当时的地址签名。"},
	}
}

// SignHint says what can make the signature of an address invalid.
func (t *Text) SignHint(h api.SignHint) string {
	key := Key("sign.hint." + h.Key)
	if !t.Has(key) {
		return h.Message // a hint that a newer agent knows
	}
	return t.Say(key, "detail", h.Detail)
}

// Ticket is the name of a kind's ticket.
func (t *Text) Ticket(kind core.Kind, name string) string {
	if key := Key("ticket." + name); t.Has(key) {
		return t.Say(key)
	}
	if one, ok := t.Spec(kind).Ticket(name); ok {
		if label := t.label(one.Label); label != "" {
			return label
		}
	}
	return name
}
