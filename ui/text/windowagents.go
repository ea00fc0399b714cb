package text

// windowAgents are the window's sentences about AI agents.
func windowAgents() table {
	return table{
		"window.agents":      {"AI agents", "AI 智能体"},
		"window.agents.say":  {"Which calls AI agents may make, without a token (tokentray mcp).", "AI 智能体可以调用哪些接口，且不接触 token（tokentray mcp）。"},
		"window.agents.open": {"Show what is allowed", "查看授权"},
		"window.agents.about": {
			"An AI agent calls nothing until you allow it, and never sees a token. What you allow ends after 8 hours at most and with TokenTray's agent. Every call stands in the account's history.",
			"未经允许，AI 智能体不能调用任何接口，也看不到 token。授权最长 8 小时，守护进程结束时失效。每次调用都记入账号历史。",
		},
		"window.agents.now":      {"Allowed now", "当前授权"},
		"window.agents.none":     {"No AI agent may call anything.", "没有任何 AI 智能体获准调用。"},
		"window.agents.asked":    {"Asked for last", "最近请求"},
		"window.agents.noasks":   {"Nothing that was not allowed.", "没有未获允许的请求。"},
		"window.agents.allow":    {"Allow an AI agent…", "授权 AI 智能体…"},
		"window.agents.withdraw": {"Withdraw", "撤销"},
		"window.agents.answer":   {"Answer…", "处理…"},
		"window.agents.reads":    {"All that reads", "全部读取"},
		"window.agents.writes":   {"may change something", "可能产生修改"},
		"window.agents.sign":     {"Sign a page for the JS-SDK", "为页面签名（JS-SDK）"},
		"window.agents.until":    {"until {time}", "至 {time}"},
		"window.agents.left":     {"writes left: {n}", "剩余写入次数：{n}"},
		"window.agents.used":     {"used {n}×, last {time}", "已用 {n} 次，上次 {time}"},
		"window.agents.declined": {"declined until {time}", "已拒绝，至 {time}"},

		"window.agents.withdraw.ask": {"Withdraw what {client} may call of {account}?", "撤销 {client} 对 {account} 的授权？"},

		"window.agents.ask":        {"{client} wants to call {account}", "{client} 请求调用 {account}"},
		"window.agents.ask.reads":  {"This call reads. The AI agent gets the answer, and no token.", "此接口只读。智能体只得到应答，得不到 token。"},
		"window.agents.ask.writes": {"This call may change something. The AI agent gets the answer, and no token.", "此接口可能产生修改。智能体只得到应答，得不到 token。"},
		"window.agents.ask.sign":   {"Signatures need any grant for the account: this allows all that reads, too.", "签名需要该账号的任一授权：允许后也可进行全部读取。"},
		"window.agents.only":       {"This call", "仅此接口"},
		"window.agents.decline":    {"Decline", "拒绝"},
		"window.agents.yes":        {"Allow", "允许"},
		"window.agents.for":        {"For", "时长"},
		"window.agents.short":      {"Writing of a live account ends with call {n} or after {time}, whichever comes first.", "生产账号的写入授权在 {n} 次调用或 {time} 后失效，以先到者为准。"},

		"window.agents.allow.title":   {"Allow an AI agent calls", "授权 AI 智能体"},
		"window.agents.client":        {"AI agent, as mcp --as names it", "AI 智能体（mcp --as 的名称）"},
		"window.agents.client.empty":  {"Name the AI agent.", "请填写 AI 智能体的名称。"},
		"window.agents.account":       {"Account", "账号"},
		"window.agents.account.empty": {"Choose an account.", "请选择账号。"},
		"window.agents.may":           {"May call", "可以调用"},
		"window.agents.some":          {"These that read", "指定读取"},
		"window.agents.write":         {"These, writing too", "指定读写"},
		"window.agents.calls.empty":   {"Enter the calls, one a line: METHOD /path", "请填写接口，每行一个：方法 /路径"},
	}
}
