package text

import "tokentray/core/kinds"

// kindWeCom are the sentences of the kind wecom.
func kindWeCom() table {
	return table{
		"window.family.wecom": {"WeCom", "企业微信"},
		"kind.wecom":          {"WeCom", "企业微信"},
		"kind.wecom.say":      {"WeCom (企业微信): a token for each application's secret. Disturbs nobody: everyone who asks gets the same token.", "每个应用的 Secret 对应一个 token。互不干扰：每次获取得到的是同一个 token。"},
		"kind.wecom.force":    {"WeCom cannot be made to give another token: while the current one lives, it hands out the same, and that is normal.", "企业微信不支持强制刷新：有效期内重复获取得到的是同一个 token，这是正常的。"},
		"kind.wecom.force_live": {
			"Nothing breaks: while the current token lives, WeCom hands out the same one.",
			"不会影响任何程序：有效期内重复获取得到的是同一个 token。",
		},

		"product.corp-own":           {"Internal app", "自建应用"},
		"product.corp-own.short":     {"Internal", "自建"},
		"product.corp-managed":       {"App developed by a provider", "代开发应用"},
		"product.corp-managed.short": {"Provider", "代开发"},

		// Names of places are those of the console.
		"where.wecom.corp-own": {
			"In work.weixin.qq.com: 应用管理 > the application > 开发者接口 > 企业可信IP. It first wants a trusted domain (可信域名) or a URL that receives messages; entries are separated by ; and act in about a minute.",
			"在 work.weixin.qq.com：应用管理 > 对应应用 > 开发者接口 > 企业可信 IP。需先设置可信域名或接收消息服务器 URL；多个 IP 以 ; 分隔，约 1 分钟后生效。",
		},
		"where.wecom.corp-managed": {
			"In the service provider's console: 代开发应用 > the application > 企业可信IP. Entries are separated by ; and act in about a minute.",
			"在服务商后台：代开发应用 > 对应应用 > 企业可信 IP。多个 IP 以 ; 分隔，约 1 分钟后生效。",
		},

		"field.wecom.appid":  {"CorpID", "企业 ID"},
		"field.wecom.secret": {"Secret", "Secret"},
		"field.wecom.agent":  {"AgentId", "AgentId"},
		"field.wecom.label":  {"Label, for a secret without AgentId (contacts, customers)", "标签（没有 AgentId 的 Secret，例如通讯录、客户联系）"},

		"problem.wecom.appid_empty":  {"Copy the CorpID from WeCom's console: 我的企业 > 企业信息 > 企业ID.", "请从企业微信管理后台复制：我的企业 > 企业信息 > 企业 ID。"},
		"problem.wecom.appid_chars":  {"A CorpID is at most 128 letters, digits and signs of ASCII: no blanks, no Chinese, nothing invisible. Copy it again.", "企业 ID 只含英文字母、数字和半角符号，最多 128 个；不含空白、汉字或不可见字符，请重新复制。"},
		"problem.wecom.appid_secret": {"This looks like a secret, not like a CorpID.", "这看起来是 Secret，不是企业 ID。"},
		"problem.wecom.appid_odd":    {"Unusual for a CorpID: expected ww and 16 hexadecimal digits; older ones begin with wx.", "企业 ID 格式少见：通常是 ww 加 16 位十六进制数字，较早的以 wx 开头。"},
		"problem.wecom.agent_empty":  {"Enter the application's AgentId, or a label for a secret that has none (contacts, customers).", "请填写应用的 AgentId；没有 AgentId 的 Secret（通讯录、客户联系）请改填标签。"},
		"problem.wecom.agent_number": {"The AgentId is a number, such as 1000002.", "AgentId 是数字，例如 1000002。"},
		"problem.wecom.label_long":   {"A label is one line of at most 100 characters.", "标签为一行，最多 100 个字符。"},
		"problem.wecom.label_both":   {"With an AgentId there is no label: it names the application already.", "已填写 AgentId，不需要标签。"},
		"problem.wecom.secret_empty": {said(kinds.SaysCopySecret), "请从企业微信管理后台复制应用的 Secret。"},
		"problem.wecom.secret_chars": {"A secret is letters, digits and signs of ASCII: no blanks inside, no Chinese, nothing invisible. Copy it again.", "Secret 只含英文字母、数字和半角符号，不含空白、汉字或不可见字符，请重新复制。"},
		"problem.wecom.secret_odd":   {"Unusual for a secret of WeCom: expected 43 letters, digits, - and _.", "Secret 格式少见：通常是 43 位字母、数字、- 和 _。"},

		"problem.wecom.appid_twice": {"Another account is of this application. The two share one token.", "已有账号属于同一应用，两者共用一个 token。"},

		"remedy.wecom.whitelist": {
			"Add {ip} to the application's trusted IPs (企业可信IP) in work.weixin.qq.com, wait a minute, then: tokentray refresh {account}",
			"请在 work.weixin.qq.com 把 {ip} 加入应用的企业可信 IP，1 分钟后执行：tokentray refresh {account}",
		},
		"remedy.wecom.secret": {
			"Enter the application's Secret again and see that the application is enabled; WeCom bars an IP for an hour that sends many wrong ones: tokentray edit {account} --secret",
			"请重新填写应用的 Secret，并确认应用已启用；多次发送错误的 Secret 会使 IP 被封禁一小时：tokentray edit {account} --secret",
		},
		"remedy.wecom.appid": {
			"Copy the CorpID again: 我的企业 > 企业信息 > 企业ID in work.weixin.qq.com; capitals count: tokentray edit {account} --appid ID",
			"请从 work.weixin.qq.com 的 我的企业 > 企业信息 > 企业 ID 重新复制（区分大小写）：tokentray edit {account} --appid ID",
		},
		"remedy.wecom.frozen": {
			"Enable the application in work.weixin.qq.com, then: tokentray refresh {account}",
			"请在 work.weixin.qq.com 启用应用，然后执行：tokentray refresh {account}",
		},
		"code.wecom.301007": {"The corp was dissolved or banned at WeCom; its applications get no tokens.", "该企业已解散或被企业微信封禁，其应用无法获取 token。"},
		"fix.wecom.301007": {
			"The application itself is in order. Ask the corp's administrator, who sees the notice in work.weixin.qq.com and can appeal there; a dissolved corp needs a new CorpID.",
			"应用本身没有问题。请联系企业管理员：在 work.weixin.qq.com 查看通知并申诉；企业若已解散，需要使用新的企业 ID。",
		},
		"remedy.wecom.quota_minute": {
			"It resets within an hour. Check the secrets of this corp's accounts; the corp's admin may lift it at open.work.weixin.qq.com/wwopen/devtool/checkCorpSpamBlock and then try again.",
			"一小时内恢复。请检查此企业各账号的 Secret；企业管理员可在 open.work.weixin.qq.com/wwopen/devtool/checkCorpSpamBlock 自助解封。",
		},
		"cause.wecom.secret":       {"The secret is wrong or was reset, or the application is disabled.", "Secret 有误或已重置，或应用已停用。"},
		"cause.wecom.appid":        {"WeCom does not know this CorpID.", "企业微信不认识这个企业 ID。"},
		"cause.wecom.whitelist":    {"{ip} is not among the application's trusted IPs.", "{ip} 不在应用的企业可信 IP 中。"},
		"cause.wecom.quota_minute": {"WeCom bars calls for now: too many of them, or wrong secrets.", "企业微信暂时拒绝调用：调用过多，或 Secret 多次有误。"},

		"window.remedy.wecom.whitelist":    {"Add it to the application's 企业可信IP in the console; that takes about a minute to act.", "请在管理后台将其加入应用的企业可信 IP，约 1 分钟后生效。"},
		"window.remedy.wecom.secret":       {"Enter the application's Secret again, and see that the application is enabled.", "请重新填写应用的 Secret，并确认应用已启用。"},
		"window.remedy.wecom.appid":        {"Copy the CorpID again: 我的企业 > 企业信息 > 企业ID; capitals count.", "请从 我的企业 > 企业信息 > 企业 ID 重新复制（区分大小写）。"},
		"window.remedy.wecom.frozen":       {"Enable the application in the console.", "请在管理后台启用应用。"},
		"window.remedy.wecom.quota_minute": {"It ends within an hour. Check the Secrets of this corp's accounts first.", "一小时内恢复。请先检查此企业各账号的 Secret。"},
		"window.row.wecom.quota_minute":    {"It ends within an hour; check the Secrets.", "一小时内恢复，请检查 Secret。"},

		"starter.wecom.title":           {"WeCom with TokenTray", "企业微信接口（TokenTray）"},
		"starter.wecom.rest.again":      {"After errcode 40014 or 42001: send the second request, then the first again.", "遇到 errcode 40014、42001：先发送第二个请求，再重新发送第一个。"},
		"starter.wecom.jetbrains.again": {"After errcode 40014 or 42001: send the second request, which also takes the token that works.", "遇到 errcode 40014、42001：发送第二个请求，它同时取得有效的 token。"},

		"flag.ticket_corp":  {"with the corp's ticket, for wx.config", "使用企业的 jsapi_ticket，用于 wx.config"},
		"flag.ticket_agent": {"with the application's ticket, for wx.agentConfig", "使用应用的 jsapi_ticket，用于 wx.agentConfig"},
		"ticket.corp":       {"Corp (wx.config)", "企业（wx.config）"},
		"ticket.agent":      {"App (wx.agentConfig)", "应用（wx.agentConfig）"},
		"remedy.wecom.no_ticket": {
			"The application's ticket needs its AgentId: tokentray edit {account} --agent NUMBER",
			"应用的 jsapi_ticket 需要填写 AgentId：tokentray edit {account} --agent 数字",
		},

		"starter.group.wecom":            {"WeCom: only reads", "企业微信：只读"},
		"starter.group.wecom_write":      {"WeCom: changes something", "企业微信：会产生改动"},
		"starter.call.wecom_agent":       {"The application", "应用详情"},
		"starter.call.wecom_departments": {"Departments", "部门列表"},
		"starter.call.wecom_message":     {"Send a message", "发送应用消息"},
	}
}
