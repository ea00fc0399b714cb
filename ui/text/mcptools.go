package text

// mcpToolWords are the sentences that an AI agent reads.
func mcpToolWords() table {
	return table{
		"mcp.instructions": {
			"TokenTray keeps the access tokens of accounts and makes calls with them; you never see a token. Kinds of accounts: {kinds}.\n" +
				"Accounts are named NAME/ENV, such as shop/sandbox. A call needs a person's grant. An answer that refuses one says where a person can allow it, and shows it to them: wait for them, and do not run a command that allows it yourself.\n" +
				"Never ask anybody for an AppSecret or a token, and pass none: secrets are entered only in TokenTray's window.",
			"TokenTray 保管账号的 access_token 并代为调用接口；你看不到任何 token。账号类型：{kinds}。\n" +
				"账号写作 名称/环境，如 shop/sandbox。调用须由人授权；被拒绝时应答会说明在哪里授权并提示用户：请等待用户，不要自行执行授权命令。\n" +
				"不要向任何人索要 AppSecret 或 token，也不要传入它们：密钥只在 TokenTray 窗口中输入。",
		},
		"mcp.tool.accounts":       {"List the accounts whose tokens TokenTray keeps: name, environment, kind, state. No tokens.", "列出 TokenTray 保管的账号：名称、环境、类型、状态，不含 token。"},
		"mcp.tool.accounts.title": {"Accounts", "账号"},
		"mcp.tool.status":         {"Tell how an account's token is: alive or not, until when, and what is wrong with it and helps. Asks nobody.", "查看账号 token 的状态：是否有效、何时到期、出了什么问题及如何解决。不访问上游。"},
		"mcp.tool.status.title":   {"Status of an account", "账号状态"},
		"mcp.tool.read":           {"Make a call that the account's upstream lists as reading, with the token put in, and return the answer. Needs a person's grant.", "调用账号上游中只读的接口（自动带上 token）并返回应答。须由人授权。"},
		"mcp.tool.read.title":     {"Call that reads", "只读调用"},
		"mcp.tool.write":          {"Make a call that may change something at the account's upstream, with the token put in, and return the answer. Needs a person's grant that includes writing.", "调用账号上游中可能产生修改的接口（自动带上 token）并返回应答。须由人授予写入权限。"},
		"mcp.tool.write.title":    {"Call that writes", "写入调用"},
		"mcp.tool.explain":        {"Say what a failed answer of an upstream means and what to do: JSON, a line of a log, an exception's text or a bare errcode. Offline.", "说明上游的失败应答是什么意思、该怎么办：JSON、日志行、异常文本或错误码。离线。"},
		"mcp.tool.explain.title":  {"Explain a failed answer", "解释失败应答"},
		"mcp.tool.sign":           {"Sign a page's address for the JS-SDK and return the parameters of wx.config; the ticket stays in TokenTray. Needs a person's grant for the account.", "为 JS-SDK 签名页面地址，返回 wx.config 参数；ticket 不离开 TokenTray。须由人授权该账号。"},
		"mcp.tool.sign.title":     {"Sign for the JS-SDK", "JS-SDK 签名"},

		"mcp.not_reading":   {"{call} is not on the list of calls that read; use tokentray_write", "{call} 不在只读接口之列，请用 tokentray_write"},
		"mcp.no_env":        {"name the account as NAME/sandbox or NAME/live; tokentray_accounts lists them", "请写作 名称/sandbox 或 名称/live；可用 tokentray_accounts 查看"},
		"mcp.http":          {"HTTP {status}", "HTTP {status}"},
		"mcp.no_text":       {"HTTP {status}; the answer is not text ({kind}, at least {size}); a person can save it: tokentray call --output FILE", "HTTP {status}；应答不是文本（{kind}，至少 {size}），可由人保存：tokentray call --output 文件"},
		"mcp.cut":           {"(cut off; {size} are shown)", "（已截断，仅前 {size}）"},
		"mcp.no_token":      {"No AI agent gets a token or a secret; make the call itself that you need, without a token.", "AI 智能体得不到 token 或密钥；请直接调用需要的接口，无需 token。"},
		"mcp.none":          {"TokenTray keeps no account yet.", "TokenTray 还没有账号。"},
		"mcp.raised":        {"This needs a person; TokenTray's window now shows {account}.", "这需要人来处理；TokenTray 窗口已显示 {account}。"},
		"mcp.raised_none":   {"This needs a person; TokenTray's window is open.", "这需要人来处理；TokenTray 窗口已打开。"},
		"mcp.raised_ask":    {"TokenTray's window now asks a person; once they allowed it, make the call again.", "TokenTray 窗口正在询问用户；获得允许后请重新调用。"},
		"mcp.raised_before": {"A person was asked a moment ago, in TokenTray's window; wait for them.", "刚刚已在 TokenTray 窗口中询问用户，请等待。"},
		"mcp.not_raised":    {"This needs a person: have them open TokenTray.", "这需要人来处理：请用户打开 TokenTray。"},
	}
}
