package text

import "tokentray/core/kinds"

// kindWeChat are the sentences of WeChat's two kinds, wechat and wechat-legacy.
func kindWeChat() table {
	return table{
		"window.family.wechat": {"WeChat", "微信"},
		"kind.wechat":          {"stable_token", "stable_token"},
		"kind.wechat.choice":   {"WeChat: stable_token", "微信：stable_token"},
		"kind.wechat.say":      {"Disturbs nobody: everyone who asks gets the same token.", "互不干扰：每次获取得到的是同一个 token。"},
		"kind.wechat.force":    {"The current token dies within five minutes, wherever it is used. WeChat allows this 20 times a day.", "当前 token 会在五分钟内失效，无论它正在哪里使用。微信每天允许 20 次。"},
		"kind.wechat.force_live": {
			"A forced token kills the current one of stable_token at once: whoever uses that gets 40001 until they ask again. WeChat allows 20 a day.",
			"强制刷新会使当前的 stable_token 立即失效：正在使用它的程序会收到 40001，直到重新获取。微信每天只允许 20 次。",
		},
		"kind.wechat.instead": {"stable_token has a quota of its own, 500,000 calls a day, and disturbs no other program.", "stable_token 有独立的配额，每天 50 万次，并且不影响其他程序。"},

		"kind.wechat-legacy":        {"legacy token", "旧版 token"},
		"kind.wechat-legacy.choice": {"WeChat: legacy token", "微信：旧版 token"},
		"kind.wechat-legacy.say":    {"Each fetch kills the token that others hold. Take it only where stable_token does not work.", "每次获取都会使他人持有的 token 失效。仅在 stable_token 不可用时使用。"},
		"kind.wechat-legacy.instead": {
			"A test account may get a token by the legacy call where it gets no stable_token. Each fetch makes a new token and kills the one that other programs hold; a test account has 200 a day.",
			"测试号无法获取 stable_token 时，可能仍可用旧版接口获取。每次获取都会生成新的 token，并使其他程序持有的 token 失效；测试号每天 200 次。",
		},
		"kind.wechat-legacy.force": {"The legacy call kills the token that every other program holds, within five minutes.", "旧版接口会使其他程序持有的 token 在五分钟内失效。"},
		"kind.wechat-legacy.force_live": {
			"A new token kills the one that production holds, within five minutes at best.",
			"新的 token 会使生产环境持有的 token 失效，最多 5 分钟。",
		},
		"kind.wechat-legacy.consent": {
			"I allow legacy fetches for this live account. Each one kills the token that production servers hold; servers that do not fetch again will fail.",
			"我允许用旧版接口为此生产账号获取 token。每次获取都会使生产服务器持有的 token 失效，不会重新获取的服务器将会出错。",
		},
		"kind.wechat-legacy.consent_live": {
			"Each fetch by TokenTray will kill the token that production holds, within five minutes at best; production must then fetch again, and that kills TokenTray's. The kind wechat (stable_token) disturbs nobody.",
			"TokenTray 每次获取都会使生产环境持有的 token 失效（最多 5 分钟内）；生产环境随后重新获取，又会使 TokenTray 的失效。wechat（stable_token）类型互不干扰。",
		},

		// A product has a short name for places with little room.
		"product.official":       {"Official Account", "公众号"},
		"product.official.short": {"Official", "公众号"},
		"product.test":           {"Test account", "测试号"},
		"product.test.short":     {"Test", "测试号"},
		"product.mini":           {"Mini Program", "小程序"},
		"product.mini.short":     {"Mini", "小程序"},
		"product.other":          {"Other", "其他"},
		"product.other.short":    {"Other", "其他"},
		"product.test.only":      {"A test account under Live: production calls will not work with it.", "测试号放在生产环境：它无法用于正式业务的调用。"},

		// Where the console shows the list of addresses. Names of places are those of
		// the console.
		"where.wechat.official": {
			"In developers.weixin.qq.com/platform: 我的业务 > 公众号 or 服务号 > 基础信息 > 开发密钥 > API IP 白名单. It takes addresses and ranges such as 203.0.113.0/24, and no * here.",
			"在 developers.weixin.qq.com/platform：我的业务 > 公众号或服务号 > 基础信息 > 开发密钥 > API IP 白名单。可填 IP 或网段，例如 203.0.113.0/24，此处不支持 *。",
		},
		"where.wechat.mini": {
			"In mp.weixin.qq.com: 管理 > 开发管理 > 开发设置 > 开发者ID > IP白名单. Up to ten entries, such as 203.0.113.* or 203.0.113.1/24.",
			"在 mp.weixin.qq.com：管理 > 开发管理 > 开发设置 > 开发者ID > IP白名单。最多 10 条，例如 203.0.113.* 或 203.0.113.1/24。",
		},
		"where.wechat.test": {
			"Test accounts are known to have no whitelist: see that the AppID is the test account's and not a real one's.",
			"据了解测试号没有 IP 白名单：请确认 AppID 属于测试号，而不是正式账号。",
		},
		"where.wechat.other": {
			"The whitelist is beside the AppSecret: for Official Accounts in developers.weixin.qq.com/platform, for Mini Programs in mp.weixin.qq.com.",
			"IP 白名单与 AppSecret 在同一页：公众号在 developers.weixin.qq.com/platform，小程序在 mp.weixin.qq.com。",
		},

		"where_secret.wechat.official": {
			"The AppSecret is in developers.weixin.qq.com/platform: 我的业务 > 公众号 or 服务号 > 基础信息 > 开发密钥.",
			"AppSecret 在 developers.weixin.qq.com/platform：我的业务 > 公众号或服务号 > 基础信息 > 开发密钥。",
		},
		"where_secret.wechat.mini": {
			"The AppSecret is in mp.weixin.qq.com: 管理 > 开发管理 > 开发设置 > 开发者ID.",
			"AppSecret 在 mp.weixin.qq.com：管理 > 开发管理 > 开发设置 > 开发者 ID。",
		},
		"where_secret.wechat.other": {
			"The AppSecret: for Official Accounts in developers.weixin.qq.com/platform, 我的业务 > 公众号 or 服务号 > 基础信息 > 开发密钥; for Mini Programs in mp.weixin.qq.com.",
			"AppSecret：公众号在 developers.weixin.qq.com/platform 的我的业务 > 公众号或服务号 > 基础信息 > 开发密钥，小程序在 mp.weixin.qq.com。",
		},
		"where_secret.wechat.test": {
			"AppID and AppSecret of a test account are together on its page.",
			"测试号的 AppID 和 AppSecret 都在测试号管理页面上。",
		},

		"field.appid":  {"AppID", "AppID"},
		"field.secret": {"AppSecret", "AppSecret"},

		"problem.wechat.appid_empty":  {said(kinds.SaysCopyAppID), "请从微信后台复制 AppID。"},
		"problem.appid_gh":            {"This is the original ID (gh_…). The AppID begins with wx.", "这是原始 ID（gh_…）。AppID 以 wx 开头。"},
		"problem.appid_chars":         {"An AppID is at most 128 letters, digits and signs of ASCII: no blanks, no Chinese, nothing invisible. Copy it again.", "AppID 只含英文字母、数字和半角符号，最多 128 个；不含空白、汉字或不可见字符，请重新复制。"},
		"problem.wechat.appid_odd":    {"Unusual for an AppID: expected wx and 16 hexadecimal digits.", "AppID 格式少见：通常是 wx 加 16 位十六进制数字。"},
		"problem.appid_secret":        {"This looks like an AppSecret, not like an AppID.", "这看起来是 AppSecret，不是 AppID。"},
		"problem.wechat.secret_empty": {said(kinds.SaysCopyAppSecret), "请从微信后台复制 AppSecret。"},
		"problem.secret_chars":        {"An AppSecret is letters, digits and signs of ASCII: no blanks inside, no Chinese, nothing invisible. Copy it again.", "AppSecret 只含英文字母、数字和半角符号，不含空白、汉字或不可见字符，请重新复制。"},
		"problem.wechat.secret_odd":   {"Unusual for an AppSecret: expected 32 hexadecimal digits.", "AppSecret 格式少见：通常是 32 位十六进制数字。"},

		"remedy.wechat.whitelist": {
			"Add {ip} to the API IP whitelist (Official Account: developers.weixin.qq.com/platform; Mini Program: mp.weixin.qq.com), wait a few minutes, then: tokentray refresh {account}",
			"请把 {ip} 加入 API IP 白名单（公众号在 developers.weixin.qq.com/platform，小程序在 mp.weixin.qq.com），几分钟后执行：tokentray refresh {account}",
		},
		"remedy.wechat.confirm": {
			"WeChat has sent the administrator a message: ask for its confirmation, then: tokentray refresh {account}",
			"微信已向管理员推送确认消息，请联系管理员确认，然后执行：tokentray refresh {account}",
		},
		"remedy.wechat.secret": {
			"Enter the AppSecret again; if it was lost, reset it in the WeChat console: tokentray edit {account} --secret",
			"请重新填写 AppSecret；如已遗失，请在微信后台重置：tokentray edit {account} --secret",
		},
		"remedy.wechat.appid": {
			"Copy the AppID again from the WeChat console; capitals count: tokentray edit {account} --appid ID",
			"请从微信后台重新复制 AppID（区分大小写）：tokentray edit {account} --appid ID",
		},
		"remedy.wechat.frozen_secret": {
			"Unfreeze the AppSecret in the WeChat console; it takes about ten minutes to act. Then: tokentray refresh {account}",
			"请在微信后台解冻 AppSecret，约 10 分钟后生效，然后执行：tokentray refresh {account}",
		},
		"remedy.wechat.frozen": {
			"Sign in to the WeChat console and read the notices there; then: tokentray refresh {account}",
			"请登录微信后台查看通知，处理后执行：tokentray refresh {account}",
		},
		"remedy.wechat.kind_refused": {
			"Check the AppID and the product; capitals count: tokentray edit {account} --appid ID",
			"请检查 AppID（区分大小写）和产品类型：tokentray edit {account} --appid ID",
		},
		"remedy.wechat.component": {
			"Use the AppID of an Official Account or a Mini Program instead: tokentray edit {account} --appid ID",
			"请改用公众号或小程序的 AppID：tokentray edit {account} --appid ID",
		},
		"remedy.wechat.quota_day": {
			"It resets at midnight, Beijing time. Find out who else fetches tokens for this AppID.",
			"北京时间零点重置。请查明还有谁在为此 AppID 获取 token。",
		},
		"remedy.wechat.quota_kind": {
			"It resets at midnight, Beijing time. Find out who else fetches tokens for this AppID, or change to the kind wechat (stable_token), which is allowed far more calls: tokentray edit {account} --kind wechat",
			"北京时间零点重置。请查明还有谁在为此 AppID 获取 token，或改用调用额度大得多的 wechat（stable_token）类型：tokentray edit {account} --kind wechat",
		},
		"remedy.wechat.allow_live": {
			"Better: use the kind wechat, which disturbs nobody: tokentray edit {account} --kind wechat. To take the risk once: tokentray refresh {account} --force. To allow it for good: tokentray edit {account} --allow-live",
			"建议改用互不干扰的 wechat 类型：tokentray edit {account} --kind wechat。只冒险一次：tokentray refresh {account} --force。长期允许：tokentray edit {account} --allow-live",
		},
		"remedy.wechat.force_budget": {
			"WeChat allows 20 forced refreshes a day, 30 s apart. Refresh without --force, or wait.",
			"微信每天允许 20 次强制刷新，间隔 30 秒。请不带 --force 刷新，或稍后再试。",
		},

		"window.remedy.wechat.confirm":      {"Ask the administrator to confirm WeChat's message.", "微信已向管理员推送确认消息，请联系管理员确认后重试。"},
		"window.remedy.wechat.component":    {"Use an Official Account's or a Mini Program's.", "请改用公众号或小程序的 AppID。"},
		"window.remedy.wechat.allow_live":   {"Better: use stable_token. Or allow it knowingly.", "建议改用 stable_token，或在了解后果后允许。"},
		"window.remedy.wechat.quota_kind":   {"It resets at midnight, Beijing time. Find out who else fetches tokens for this AppID.", "北京时间零点重置。请查明还有谁在为此 AppID 获取 token。"},
		"window.row.wechat.quota_kind":      {"It resets at midnight, Beijing time.", "北京时间零点重置。"},
		"window.row.wechat.quota_day":       {"It resets at midnight, Beijing time.", "北京时间零点重置。"},
		"window.remedy.wechat.force_budget": {"WeChat allows 20 forced refreshes a day, 30 s apart. Wait, or renew without force.", "微信每天允许 20 次强制刷新，间隔 30 秒。请稍候，或改用普通续期。"},

		"starter.wechat.title":           {"WeChat with TokenTray", "微信接口（TokenTray）"},
		"starter.wechat.rest.again":      {"After errcode 40001, 40014 or 42001: send the second request, then the first again.", "遇到 errcode 40001、40014、42001：先发送第二个请求，再重新发送第一个。"},
		"starter.wechat.jetbrains.again": {"After errcode 40001, 40014 or 42001: send the second request, which also takes the token that works.", "遇到 errcode 40001、40014、42001：发送第二个请求，它同时取得有效的 token。"},
		"starter.wechat.shell.about":     {"Each call takes the token from TokenTray, and once more if WeChat says that it is dead. The answer goes to standard output; the exit code is 1 for an errcode.", "每次调用都从 TokenTray 获取 token；微信报告失效时换新并重试一次。应答输出到标准输出，有 errcode 时退出码为 1。"},
		"starter.wechat.say.still_valid": {"WeChat accepts this token when TokenTray asks, so the refusal has another cause", "TokenTray 询问时微信仍接受此 token，拒绝另有原因"},
		"starter.wechat.say.accepted":    {"WeChat accepts the call", "微信接受此调用"},
		"starter.wechat.about_postman": {
			"Calls of WeChat's whose token comes from TokenTray when you send them. Nothing here holds a token or an AppSecret, so the collection may be committed.\n\n" +
				"1. `tokentray api on`, then `tokentray api key add postman`.\n" +
				"2. Import this collection and the environment of an account, and choose that environment.\n" +
				"3. Put the key into the variable `tokentray_key` as its current value; that stays on this machine.\n\n" +
				"`tokentray_account` is an account's name: `shop` is shop in the active environment, and follows the switch in the tray; `shop/live` stays there.",
			"调用微信接口，发送时从 TokenTray 获取 token。此集合不含 token 和 AppSecret，可以提交到版本库。\n\n" +
				"1. 运行 `tokentray api on`，再运行 `tokentray api key add postman`。\n" +
				"2. 导入此集合和账号的环境，并选中该环境。\n" +
				"3. 把密钥填入变量 `tokentray_key` 的当前值，它只保存在本机。\n\n" +
				"`tokentray_account` 是账号名称：`shop` 表示当前环境中的 shop，随托盘中的切换而变；`shop/live` 固定为生产环境。",
		},
		"starter.wechat.about_bruno": {
			"Calls of WeChat's whose token comes from TokenTray when you send them. Nothing here holds a token or an AppSecret, so the folder may be committed; .env holds the client key and is ignored by git.\n\n" +
				"1. Run `tokentray api on`, then `tokentray api key add bruno`.\n" +
				"2. Put the key into a file .env in this folder, as TOKENTRAY_KEY=…, or into the secret variable tokentray_key of an environment.\n" +
				"3. Choose the environment of an account.\n\n" +
				"`tokentray_account` is an account's name: `shop` is shop in the active environment, and follows the switch in the tray; `shop/live` stays there.",
			"调用微信接口，发送时从 TokenTray 获取 token。此文件夹不含 token 和 AppSecret，可以提交到版本库；.env 含有客户端密钥，已被 git 忽略。\n\n" +
				"1. 运行 `tokentray api on`，再运行 `tokentray api key add bruno`。\n" +
				"2. 把密钥写入此文件夹的 .env：TOKENTRAY_KEY=…，或填入环境的私密变量 tokentray_key。\n" +
				"3. 选中账号的环境。\n\n" +
				"`tokentray_account` 是账号名称：`shop` 表示当前环境中的 shop，随托盘中的切换而变；`shop/live` 固定为生产环境。",
		},

		"ticket.jsapi":      {"jsapi_ticket", "jsapi_ticket"},
		"flag.ticket_jsapi": {"with the jsapi_ticket of an Official Account, for wx.config", "使用公众号的 jsapi_ticket，用于 wx.config"},
		"remedy.wechat.no_ticket": {
			"Official Accounts and test accounts have pages; Mini Programs have none. If the product is wrong, correct it: tokentray edit {account} --product official",
			"只有公众号和测试号能开发网页，小程序没有。如果产品选错了，请更正：tokentray edit {account} --product official",
		},

		"starter.group.token":          {"Is the token accepted?", "token 是否有效"},
		"starter.group.quota":          {"Quota and errors", "额度与错误"},
		"starter.group.official":       {"Official Account: only reads", "公众号：只读"},
		"starter.group.official_write": {"Official Account: changes something", "公众号：会产生改动"},
		"starter.group.mini":           {"Mini Program: only reads", "小程序：只读"},
		"starter.group.mini_write":     {"Mini Program: changes something", "小程序：会产生改动"},
		"starter.call.domain_ip":       {"API server IPs", "接口服务器 IP"},
		"starter.call.callback_ip":     {"Callback server IPs", "推送服务器 IP"},
		"starter.call.quota":           {"Quota of a call", "查询接口额度"},
		"starter.call.rid":             {"What a rid was about", "查询 rid 详情"},
		"starter.call.user_list":       {"Followers", "关注者列表"},
		"starter.call.user_info":       {"One follower", "用户信息"},
		"starter.call.menu":            {"Menu", "自定义菜单"},
		"starter.call.material_count":  {"Number of materials", "素材总数"},
		"starter.call.draft_count":     {"Number of drafts", "草稿总数"},
		"starter.call.draft_list":      {"Drafts", "草稿列表"},
		"starter.call.jsapi_ticket":    {"jsapi_ticket", "jsapi_ticket"},
		"starter.call.custom_send":     {"Send a customer service message", "发送客服消息"},
		"starter.call.draft_add":       {"Add a draft", "新建草稿"},
		"starter.call.qrcode":          {"Make a temporary QR code", "新建临时二维码"},
		"starter.call.wxacode":         {"Mini Program code (a picture)", "小程序码（图片）"},
		"starter.call.url_link":        {"URL Link", "URL Link"},
		"starter.call.sec_check":       {"Check a text", "文本内容检查"},
		"starter.call.subscribe_send":  {"Send a subscribed message", "发送订阅消息"},
	}
}
