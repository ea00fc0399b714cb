package text

import "tokentray/core"

// windowHelp is what the window says where a person must act. Keys start with
// "window.". Names of places in WeChat's consoles are those of the consoles.
func windowHelp() table {
	return table{
		"window.act.copy_details": {"Copy what the upstream said", "复制上游的应答"},
		"window.act.copy_rid":     {"Copy rid", "复制 rid"},
		"window.snack.details":    {"What the upstream said is copied", "已复制上游的应答"},
		"window.snack.fact":       {"{what} copied", "已复制{what}"},
		"window.snack.rid":        {"{rid} copied", "已复制 {rid}"},
		"window.snack.browser":    {"Open it yourself: {url}", "请自行打开：{url}"},

		"window.help.prior_ip": {
			"The last refusal named {ip}: this machine's address has changed since. If it changes often, put a range on the whitelist or give the account a proxy with a fixed address.",
			"上次被拒的是 {ip}，此后本机的 IP 发生了变化。如果经常变化，请将网段加入白名单，或为账号设置出口 IP 固定的代理。",
		},
		"window.help.retry_from": {
			"A retry makes sense from {time}; one before that sends the administrator another message.",
			"{time} 之后再重试才有意义；提前重试会再次向管理员推送消息。",
		},
		"window.help.retry_barred": {
			"The upstream refuses this IP until {time}; before that a retry changes nothing.",
			"上游在 {time} 之前会一直拒绝此 IP，提前重试没有作用。",
		},
		"window.help.retry_now":   {"A retry makes sense now.", "现在可以重试。"},
		"window.help.reset":       {"It resets at {beijing} Beijing time, which is {local} here: in {time}.", "将于北京时间 {beijing} 重置，即本地时间 {local}，还有 {time}。"},
		"window.help.reset_here":  {"It resets at {beijing} Beijing time, in {time}.", "将于北京时间 {beijing} 重置，还有 {time}。"},
		"window.help.reset_local": {"It resets at {local}, in {time}.", "将于 {local} 重置，还有 {time}。"},
		"window.help.reset_over":  {"It should be reset by now.", "现在应该已经重置。"},

		"cause.away":            {"There is no agent at the moment; nothing was sent.", "目前没有连接到守护进程，请求没有发出。"},
		"window.remedy.away":    {"Try again once the window has connected. What you typed stays.", "请在窗口重新连接后再试，已填写的内容会保留。"},
		"cause.cut_off":         {said(core.SaysCutOff), "守护进程在应答之前断开了。"},
		"window.remedy.cut_off": {"See whether it was done, then try again. What you typed stays.", "请先确认是否已经完成，再重试。已填写的内容会保留。"},

		"window.menu.duplicate":            {"Duplicate as {env}…", "复制为{env}账号…"},
		"window.form.copy_of":              {"{env} copy of {account}", "{env}账号，复制自 {account}"},
		"window.form.proxy_password.other": {"the kept one is not sent to another proxy", "已保存的密码不会发往其他代理"},
		"window.form.proxy_password.again": {"not copied; enter it again if the proxy wants one", "未复制；如果代理需要密码，请重新填写"},
		"window.form.clipboard":            {"From clipboard", "从剪贴板填写"},
		"window.form.from.both":            {"{id} and {secret} filled in from the clipboard.", "已从剪贴板填入 {id} 和 {secret}。"},
		"window.form.from.appid":           {"{id} filled in from the clipboard; the text has no {secret}.", "已从剪贴板填入 {id}；文本中没有 {secret}。"},
		"window.form.from.secret":          {"{secret} filled in from the clipboard; the text has no {id}.", "已从剪贴板填入 {secret}；文本中没有 {id}。"},
		"window.form.from.several":         {"The text holds more than one {id}. The first was filled in; check it.", "文本中有多个 {id}，已填入第一个，请核对。"},
		"window.form.from.none":            {"The clipboard holds no text with {id} and {secret}.", "剪贴板中没有包含 {id} 和 {secret} 的文本。"},

		"window.bar.version.older": {"An older agent runs, which this window cannot speak with. Restart it to go on; no token is lost.", "正在运行的守护进程版本较旧，无法与此窗口通信。重新启动后即可继续，不会丢失 token。"},
		"window.bar.version.newer": {"The agent is newer than this window. Close the window and open it again, or restart the agent with this version; no token is lost.", "守护进程的版本比此窗口新。请关闭窗口后重新打开，或用当前版本重新启动守护进程，不会丢失 token。"},

		"window.secret.title": {"New {secret} for {account}", "为 {account} 填写新的 {secret}"},
		"window.secret.body":  {"It is tried with one call first, and saved only when the upstream accepts it.", "会先调用一次进行验证，上游接受后才保存。"},
		"window.secret.host":  {"It is sent to {host}.", "将发送到 {host}。"},
		"window.secret.lives": {"The token you have stays, and lives until {time}.", "现有的 token 不受影响，有效至 {time}。"},
		"window.secret.go":    {"Test and save", "测试并保存"},
		"window.secret.force": {"Save untested", "不验证直接保存"},
		"window.secret.other": {"This text is about {id} {appid}, not about this account's. Nothing was filled in.", "这段文本属于 {id} {appid}，与此账号不符，未填入任何内容。"},
	}
}
