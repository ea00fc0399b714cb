package text

// mcpWords are the sentences about AI agents.
func mcpWords() table {
	return table{
		"cmd.mcp":        {"Let an AI agent use the accounts, without tokens (MCP)", "让 AI 智能体使用账号而不接触 token（MCP）"},
		"cmd.mcp.allow":  {"Allow an AI agent calls of an account, for a while", "允许 AI 智能体在一段时间内调用账号的接口"},
		"cmd.mcp.grants": {"List what AI agents may call", "列出 AI 智能体获准的调用"},
		"cmd.mcp.revoke": {"End all that an AI agent may call", "撤销 AI 智能体获准的全部调用"},
		"cmd.mcp.config": {"Print the entry of an AI client's file", "输出 AI 客户端配置文件中的条目"},
		"cmd.mcp.long": {
			"Serve the Model Context Protocol on standard input and output, for an AI agent that its\nclient starts (tokentray mcp config). Its tools list accounts, tell how they are, make\ncalls with the token put in, explain failed answers and sign for the JS-SDK. None returns\na token or takes a secret.\n\n" +
				"You allow an agent its calls at a terminal or in the window (settings, AI\nagents), for 8 hours at most and until TokenTray's agent ends. A call that nobody allowed\nis shown in the window, where you allow or decline it. Every call, refused ones too,\nstands in the account's history with the agent's name:\n\n" +
				"  tokentray mcp allow shop/sandbox --as claude-code\n" +
				"  tokentray mcp allow shop/sandbox --as claude-code --calls 'POST /cgi-bin/menu/create' --write\n\n" +
				"Calls of live accounts are allowed only in the window: those that read, or those that\nwrite for 20 calls or 10 minutes. This guards against an agent that does more than you\nasked; an agent with a shell of its own runs as you, and can do what you can.",
			"在标准输入输出上提供 MCP 服务，由 AI 客户端启动（见 tokentray mcp config）。其工具可以列出\n账号、查看状态、带 token 调用接口、解释失败应答和签名 JS-SDK；不返回 token，也不接收密钥。\n\n" +
				"智能体可以调用哪些接口，由你在终端或窗口（设置、AI 智能体）中允许，最长 8 小时，守护进程\n结束时失效。未获允许的调用会显示在窗口中，由你允许或拒绝。每次调用（包括被拒绝的）都会以\n智能体的名字记入账号历史：\n\n" +
				"  tokentray mcp allow shop/sandbox --as claude-code\n" +
				"  tokentray mcp allow shop/sandbox --as claude-code --calls 'POST /cgi-bin/menu/create' --write\n\n" +
				"生产账号只能在窗口中授权：读取，或者限 20 次或 10 分钟的写入。这可以防止智能体越权；但自带\nshell 的智能体以你的身份运行，你能做的它都能做。",
		},
		"flag.mcp_as":    {"`NAME` of the AI agent, to which you allow calls", "AI 智能体的`名称`，按它授权"},
		"flag.mcp_calls": {"allow `CALL`, such as \"GET /cgi-bin/menu/get\", or reads for all that reads (default)", "允许`调用`，如 \"GET /cgi-bin/menu/get\"；reads 表示全部读取（默认）"},
		"flag.mcp_write": {"those of --calls that may change something, too", "包括 --calls 中可能产生修改的调用"},
		"flag.mcp_for":   {"for how long, at most 8h", "有效时长，最长 8h"},

		"usage.mcp_for":      {"--for takes a time from 1s to 8h", "--for 的范围为 1s 到 8h"},
		"usage.mcp_write":    {"--write needs --calls, which says what may be called", "--write 需要与 --calls 一起使用，以说明可以调用什么"},
		"usage.mcp_terminal": {"a person allows calls at a terminal, and here is none; in a terminal: tokentray mcp allow", "须由人在终端中允许，而此处没有终端；请在终端中执行 tokentray mcp allow"},
		"usage.mcp_client":   {"name the AI agent: tokentray mcp revoke NAME", "请指定 AI 智能体：tokentray mcp revoke 名称"},
		"usage.mcp_config":   {"the client is one of: {clients}", "客户端须为以下之一：{clients}"},

		"mcp.allow":       {"The AI agent {client} may call of {account} for {left}: {calls}", "将允许 AI 智能体 {client} 在 {left} 内调用 {account}：{calls}"},
		"mcp.allow_write": {"These may change something at the upstream.", "其中的调用可能修改上游的数据。"},
		"mcp.allow_ask":   {"Allow it?", "允许吗？"},
		"mcp.allowed":     {"Allowed until {time}. End it earlier: tokentray mcp revoke {client}", "已允许，至 {time} 失效。提前撤销：tokentray mcp revoke {client}"},
		"mcp.no_grants":   {"No AI agent may call anything.", "没有任何 AI 智能体获准调用。"},
		"mcp.revoked":     {"The AI agent {client} may call nothing any more.", "AI 智能体 {client} 不再获准任何调用。"},
		"mcp.reads":       {"reads", "读取"},
		"mcp.writes":      {"reads and writes", "读写"},
		"mcp.writes_left": {"reads and writes, {n} more", "读写，还可写 {n} 次"},
		"mcp.client":      {"AGENT", "智能体"},
		"mcp.account":     {"ACCOUNT", "账号"},
		"mcp.calls":       {"CALLS", "调用"},
		"mcp.may":         {"MAY", "权限"},
		"mcp.until":       {"UNTIL", "有效至"},
		"mcp.asked":       {"ASKED LAST", "最近请求"},
		"mcp.config":      {"Put this into {file}:", "请写入 {file}："},

		"did.called":            {"called by an AI agent", "AI 智能体调用"},
		"did.not_called":        {"refused to an AI agent", "已拒绝 AI 智能体"},
		"history.by":            {"{call}, by agent {client}", "{call}，智能体 {client}"},
		"cause.no_grant":        {"No person has allowed this: {message}", "尚未获得允许：{message}"},
		"remedy.no_grant":       {"Only a person may allow it.", "只能由人来允许。"},
		"cause.grant_window":    {"Calls of live accounts can be allowed only in the window.", "AI 智能体调用生产账号只能在窗口中授权。"},
		"remedy.grant_window":   {"Open the window: settings, AI agents.", "请打开窗口：设置、AI 智能体。"},
		"cause.grant_declined":  {"A person said no: {message}", "已被拒绝：{message}"},
		"remedy.grant_declined": {"Go on without this call, or ask the person why.", "请在不调用它的情况下继续，或询问原因。"},
		"cause.grant_slower":    {"The AI agent makes too many calls.", "AI 智能体调用过于频繁。"},
		"remedy.grant_slower":   {"Make fewer calls, and wait a moment.", "请减少调用，稍候再试。"},
		"cause.no_program":      {"A program of TokenTray is missing: {message}", "缺少 TokenTray 的程序：{message}"},
		"remedy.no_program":     {"Install tokentray-mcp of the same version beside tokentray.", "请把同版本的 tokentray-mcp 安装到 tokentray 旁边。"},
	}
}
