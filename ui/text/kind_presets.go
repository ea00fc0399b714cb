package text

// kindPresets are the sentences of the kinds that come as presets: Feishu and Lark,
// DingTalk, Douyin, QQ Mini Programs, Baidu AI, Huawei and Kuaishou.
func kindPresets() table {
	same := pair{"Nothing breaks: while the current token lives, upstream hands out the same one.", "不会影响任何程序：有效期内重复获取得到的是同一个 token。"}
	beside := pair{"Nothing breaks: the new token lives beside those that were fetched before.", "不会影响任何程序：新 token 与之前获取的 token 同时有效。"}
	return table{
		"kind.feishu":            {"Feishu", "飞书"},
		"kind.feishu.say":        {"Feishu (飞书): the tenant_access_token of an internal app. Disturbs nobody: everyone who asks gets the same token until its last 30 minutes.", "飞书企业自建应用的 tenant_access_token。互不干扰：最后 30 分钟之前，每次获取得到的是同一个 token。"},
		"kind.feishu.force":      {"Feishu cannot be made to give another token before the last 30 minutes of the current one.", "飞书不支持强制刷新：最后 30 分钟之前得到的是同一个 token。"},
		"kind.feishu.force_live": same,
		"kind.lark":              {"Lark", "Lark"},
		"kind.lark.say":          {"Lark, Feishu outside of China: the tenant_access_token of an internal app. Disturbs nobody: everyone who asks gets the same token until its last 30 minutes.", "Lark（飞书国际版）企业自建应用的 tenant_access_token。互不干扰：最后 30 分钟之前，每次获取得到的是同一个 token。"},
		"kind.lark.force":        {"Lark cannot be made to give another token before the last 30 minutes of the current one.", "Lark 不支持强制刷新：最后 30 分钟之前得到的是同一个 token。"},
		"kind.lark.force_live":   same,
		"starter.group.feishu":   {"Feishu: only reads", "飞书：只读"},
		"starter.group.lark":     {"Lark: only reads", "Lark：只读"},
		"starter.call.feishu_bot": {
			"The app's bot", "应用的机器人",
		},

		"kind.dingtalk":                {"DingTalk", "钉钉"},
		"kind.dingtalk.say":            {"DingTalk (钉钉), the older call: tokens for oapi.dingtalk.com. Disturbs nobody: each fetch gives the same token and renews its life.", "钉钉旧版接口，用于 oapi.dingtalk.com。互不干扰：每次获取得到的是同一个 token，并自动续期。"},
		"kind.dingtalk.force":          {"DingTalk cannot be made to give another token: each fetch renews the life of the same one.", "钉钉不支持强制刷新：每次获取都会为同一个 token 续期。"},
		"kind.dingtalk.force_live":     same,
		"kind.dingtalk-new":            {"DingTalk (new API)", "钉钉（新版）"},
		"kind.dingtalk-new.say":        {"DingTalk (钉钉), the newer call: tokens for api.dingtalk.com. Disturbs nobody, as far as is known.", "钉钉新版接口，用于 api.dingtalk.com。据了解互不干扰。"},
		"kind.dingtalk-new.force":      {"DingTalk is not known to give another token while the current one lives.", "据了解，钉钉在有效期内不会给出另一个 token。"},
		"kind.dingtalk-new.force_live": same,
		"field.dingtalk.appid":         {"Client ID (AppKey)", "Client ID（AppKey）"},
		"field.dingtalk.secret":        {"Client Secret (AppSecret)", "Client Secret（AppSecret）"},
		"starter.group.dingtalk":       {"DingTalk: only reads", "钉钉：只读"},
		"starter.group.dingtalk-new":   {"DingTalk, new API: only reads", "钉钉新版：只读"},
		"starter.call.dingtalk_scopes": {"What the app may see of the contacts", "通讯录权限范围"},
		"starter.call.dingtalk_apps":   {"All apps of the organisation", "企业应用列表"},

		"kind.douyin":                 {"Douyin", "抖音"},
		"kind.douyin.say":             {"Douyin (抖音) open platform: stable_client_token. Disturbs nobody: everyone who asks gets the same token.", "抖音开放平台 stable_client_token。互不干扰：每次获取得到的是同一个 token。"},
		"kind.douyin.force":           {"Douyin cannot be made to give another token while the current one lives.", "抖音不支持强制刷新：有效期内得到的是同一个 token。"},
		"kind.douyin.force_live":      same,
		"field.douyin.appid":          {"Client Key", "Client Key"},
		"field.douyin.secret":         {"Client Secret", "Client Secret"},
		"kind.douyin-mini":            {"Douyin Mini Program", "抖音小程序"},
		"kind.douyin-mini.say":        {"Douyin Mini Programs, call v2; a sandbox account asks the sandbox host. Each fetch cuts the token that others hold to five minutes. Take douyin where the calls allow it.", "抖音小程序 v2 接口，沙箱账号请求沙盒域名。每次获取都会使他人持有的 token 缩短为五分钟。接口允许时请改用 douyin。"},
		"kind.douyin-mini.force":      {"A new token cuts the one that every other program holds to five minutes.", "新的 token 会使其他程序持有的 token 在五分钟内失效。"},
		"kind.douyin-mini.force_live": {"A new token kills the one that production holds, within five minutes at best.", "新的 token 会使生产环境持有的 token 失效，最多 5 分钟。"},
		"kind.douyin-mini.consent": {
			"I allow fetches for this live account. Each one cuts the token that production servers hold to five minutes; servers that do not fetch again will fail.",
			"我允许为此生产账号获取 token。每次获取都会使生产服务器持有的 token 缩短为五分钟，不会重新获取的服务器将会出错。",
		},
		"kind.douyin-mini.consent_live": {
			"Each fetch by TokenTray will cut the token that production holds to five minutes at best; production must then fetch again, and that cuts TokenTray's. The kind douyin (stable_client_token) disturbs nobody.",
			"TokenTray 每次获取都会使生产环境持有的 token 缩短为最多 5 分钟；生产环境随后重新获取，又会使 TokenTray 的失效。douyin（stable_client_token）类型互不干扰。",
		},
		"field.douyin-mini.appid":   {"AppID", "AppID"},
		"field.douyin-mini.secret":  {"AppSecret", "AppSecret"},
		"starter.group.douyin":      {"Douyin: only reads", "抖音：只读"},
		"starter.group.douyin-mini": {"Douyin Mini Program: only reads", "抖音小程序：只读"},
		"starter.call.douyin_hot":   {"Trending searches", "热搜榜"},
		"starter.call.douyin_text":  {"Check a text", "内容安全检测"},

		"kind.qq":            {"QQ Mini Program", "QQ 小程序"},
		"kind.qq.say":        {"QQ Mini Programs and games. Each fetch kills the token that others hold, so let one program fetch: this one, and give the token to the others.", "QQ 小程序、小游戏。每次获取都会使他人持有的 token 失效，请只由一个程序获取，其他程序从它取用。"},
		"kind.qq.force":      {"A new token kills the one that every other program holds, within five minutes.", "新的 token 会使其他程序持有的 token 在五分钟内失效。"},
		"kind.qq.force_live": {"A new token kills the one that production holds, within five minutes at best.", "新的 token 会使生产环境持有的 token 失效，最多 5 分钟。"},
		"kind.qq.consent": {
			"I allow fetches for this live account. Each one kills the token that production servers hold; servers that do not fetch again will fail.",
			"我允许为此生产账号获取 token。每次获取都会使生产服务器持有的 token 失效，不会重新获取的服务器将会出错。",
		},
		"kind.qq.consent_live": {
			"Each fetch by TokenTray will kill the token that production holds, within five minutes at best; production must then fetch again, and that kills TokenTray's. Better: let production take the token from TokenTray, or fetch in only one place.",
			"TokenTray 每次获取都会使生产环境持有的 token 失效（最多 5 分钟内）；生产环境随后重新获取，又会使 TokenTray 的失效。建议生产环境从 TokenTray 取用，或只在一处获取。",
		},
		"starter.group.qq":     {"QQ Mini Program: only reads", "QQ 小程序：只读"},
		"starter.call.qq_text": {"Check a text", "文本安全检测"},

		"kind.baidu":               {"Baidu AI", "百度 AI"},
		"kind.baidu.say":           {"Baidu AI Cloud: tokens that live 30 days. Disturbs nobody: each fetch gives a new token, and those before live on.", "百度智能云 AI 接口，token 有效期 30 天。互不干扰：每次获取得到新的 token，之前的仍然有效。"},
		"kind.baidu.force":         beside,
		"kind.baidu.force_live":    beside,
		"field.baidu.appid":        {"API Key", "API Key"},
		"field.baidu.secret":       {"Secret Key", "Secret Key"},
		"starter.group.baidu":      {"Baidu AI: only reads", "百度 AI：只读"},
		"starter.call.baidu_lexer": {"Take a sentence apart", "词法分析"},

		"kind.huawei":              {"Huawei Push", "华为推送"},
		"kind.huawei.say":          {"Huawei push and account kit: tokens that live an hour. Disturbs nobody; Huawei allows 1,000 fetches in 5 minutes.", "华为推送、账号服务，token 有效期 1 小时。互不干扰；华为允许 5 分钟内获取 1000 次。"},
		"kind.huawei.force":        beside,
		"kind.huawei.force_live":   beside,
		"field.huawei.appid":       {"Client ID", "Client ID"},
		"field.huawei.secret":      {"Client Secret", "Client Secret"},
		"starter.group.huawei":     {"Huawei Push: sends nothing", "华为推送：不会真正发送"},
		"starter.call.huawei_push": {"Validate a message without sending it", "校验消息（不发送）"},

		"kind.kuaishou":               {"Kuaishou", "快手"},
		"kind.kuaishou.say":           {"Kuaishou Mini Programs: tokens that live 48 hours. Disturbs nobody: each fetch gives a new token, and those before live on.", "快手小程序，token 有效期 48 小时。互不干扰：每次获取得到新的 token，之前的仍然有效。"},
		"kind.kuaishou.force":         beside,
		"kind.kuaishou.force_live":    beside,
		"starter.group.kuaishou":      {"Kuaishou: only reads", "快手：只读"},
		"starter.call.kuaishou_order": {"Look up an order", "查询订单"},
	}
}
