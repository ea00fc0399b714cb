package text

// remedies says what a person can do. A key is "remedy." and a remedy's key in
// package core. A command stands at the end of the sentence, so that it can be
// copied.
func remedies() table {
	return table{
		"remedy.try_again": {
			"Wait a moment, then try again. Renewal in the background tries again by itself.",
			"请稍候再试；后台续期会自动重试。",
		},
		"remedy.unknown_code": {
			"Look the code up in the upstream's documentation. Renewal in the background tries again by itself.",
			"请在上游的文档中查询该错误码；后台续期会自动重试。",
		},
		"remedy.kind_refused": {
			"Check what the account's AppID belongs to, and its kind: tokentray edit {account} --kind KIND",
			"请检查账号的 AppID 属于什么，以及账号类型：tokentray edit {account} --kind 类型",
		},
		"remedy.network": {
			"Check the network. If this machine reaches the internet through a proxy, set it: tokentray edit {account} --proxy URL",
			"请检查网络。如果本机需要通过代理上网，请设置代理：tokentray edit {account} --proxy URL",
		},
		"remedy.proxy": {
			"Check that the proxy runs and that its address and password are right: tokentray edit {account} --proxy URL",
			"请检查代理是否在运行、地址和密码是否正确：tokentray edit {account} --proxy URL",
		},
		"remedy.tls": {
			"Check this machine's clock and certificates. A proxy may be opening the connection; TokenTray never switches the check off. A private deployment has a CA of its own: tokentray edit {account} --ca FILE",
			"请检查本机的时钟和证书。也可能有代理在拆解连接；TokenTray 从不关闭证书校验。私有部署请指定其 CA 证书：tokentray edit {account} --ca 文件",
		},
		"remedy.odd_answer": {
			"Check the base URL and the proxy; a sign-in page of the network may stand in between.",
			"请检查基础地址和代理；也可能被网络的登录页面拦截。",
		},
		"remedy.answer_path": {
			"Check the base URL and what answers there. If the path is of a preset of your own, correct it: tokentray preset try FILE shows what each path finds.",
			"请检查基础地址，以及由谁应答。若路径来自你自己的预设，请更正：tokentray preset try 文件 会显示每个路径的结果。",
		},
		"remedy.answer_part": {
			"Check the base URL and what answers there. If the path is of a preset of your own, correct it: tokentray preset try FILE shows what each path finds.",
			"请检查基础地址，以及由谁应答。若路径来自你自己的预设，请更正：tokentray preset try 文件 会显示每个路径的结果。",
		},
		"remedy.whitelist": {
			"Add {ip} to the list of addresses that may call, in the upstream's console, then: tokentray refresh {account}",
			"请在上游的管理后台把 {ip} 加入允许调用的 IP 名单，然后执行：tokentray refresh {account}",
		},
		"remedy.confirm": {
			"Ask the account's administrator to confirm this machine's IP, then: tokentray refresh {account}",
			"请联系账号管理员确认本机的 IP，然后执行：tokentray refresh {account}",
		},
		"remedy.confirm_denied": {
			"A waiting time is imposed, an hour after the first refusal and a day after the second. Put the IP on the whitelist, or ask the administrator and try again later.",
			"拒绝后需要等待：第一次 1 小时，第二次 24 小时。请先把 IP 加入白名单，或与管理员沟通后再试。",
		},
		"remedy.usage_path": {
			"Name the path of an API that the account has, without host, as /cgi-bin/message/custom/send.",
			"请填写此账号有权使用的接口路径，不含主机名，如 /cgi-bin/message/custom/send。",
		},
		"remedy.resets": {
			"Wait for the upstream's midnight, when the counters start again, or for the next month.",
			"请等到上游时间零点计数重新开始，或等到下个月。",
		},
		"remedy.no_meter": {
			"Look at the account's console. What TokenTray asked for itself is shown with the account.",
			"请查看账号的管理后台。TokenTray 自己的调用次数见账号详情。",
		},
		"remedy.budget": {
			"Until the upstream's midnight TokenTray asks only when you do: tokentray refresh {account}. Or raise the budget.",
			"上游时间零点之前不再自动调用。你仍可手动换新：tokentray refresh {account}；也可以调高额度。",
		},
		"remedy.replaced": {
			"TokenTray does not fetch on its own, because that would kill the newer token, which others use. Find out who fetches; to fetch anyway: tokentray refresh {account}",
			"不会自动获取，否则他人正在使用的新 token 会失效。请查明还有谁在获取；仍要获取：tokentray refresh {account}",
		},
		"remedy.quota_day": {
			"It resets at the upstream's midnight. Find out who else fetches tokens for this account.",
			"上游时间零点重置。请查明还有谁在为此账号获取 token。",
		},
		"remedy.quota_kind": {
			"It resets at the upstream's midnight. Find out who else fetches tokens for this account, or change to a kind that is allowed more calls: tokentray edit {account} --kind KIND",
			"上游时间零点重置。请查明还有谁在为此账号获取 token，或改用额度更大的类型：tokentray edit {account} --kind 类型",
		},
		"remedy.quota_minute": {
			"It resets within a minute; then try again. Renewal in the background tries again by itself.",
			"一分钟内恢复，之后再试；后台续期会自动重试。",
		},
		"remedy.secret": {
			"Enter the secret again; if it was lost, reset it in the upstream's console: tokentray edit {account} --secret",
			"请重新填写密钥；如已遗失，请在上游的管理后台重置：tokentray edit {account} --secret",
		},
		"remedy.appid": {
			"Copy the {id} again from the upstream's console; capitals count: tokentray edit {account} --appid ID",
			"请从上游的管理后台重新复制 {id}（区分大小写）：tokentray edit {account} --appid ID",
		},
		"remedy.frozen_secret": {
			"Unfreeze the secret in the upstream's console, then: tokentray refresh {account}",
			"请在上游的管理后台解冻密钥，然后执行：tokentray refresh {account}",
		},
		"remedy.frozen": {
			"Sign in to the upstream's console and read the notices there; then: tokentray refresh {account}",
			"请登录上游的管理后台查看通知，处理后执行：tokentray refresh {account}",
		},
		"remedy.no_permission": {
			"Try the token with a call that the account may make.",
			"请用此账号有权调用的接口验证 token。",
		},
		"remedy.component": {
			"Use another AppID: tokentray edit {account} --appid ID",
			"请改用其他 AppID：tokentray edit {account} --appid ID",
		},
		"remedy.no_check": {
			"Try it in a call; where that is refused: tokentray refresh {account}",
			"请直接调用接口试用；如被拒绝，请执行：tokentray refresh {account}",
		},
		"remedy.grant": {
			"Correct what is asked for, or allow it in the upstream's console: tokentray edit {account}",
			"请更正请求的内容，或在上游的管理后台放行：tokentray edit {account}",
		},
		"remedy.token_type": {
			"Have the server give this client Bearer tokens, then: tokentray refresh {account}",
			"请在服务器上为此客户端改用 Bearer token，然后执行：tokentray refresh {account}",
		},
		"remedy.update": {
			"Look for a newer version of TokenTray, or report it with the errcode and the rid.",
			"请查看是否有新版 TokenTray，或附上 errcode 与 rid 反馈。",
		},
		"remedy.allow_live": {
			"To take the risk once: tokentray refresh {account} --force. To allow it for good: tokentray edit {account} --allow-live",
			"只冒险一次：tokentray refresh {account} --force。长期允许：tokentray edit {account} --allow-live",
		},
		"remedy.vault_unlock": {
			"Unlock it: tokentray vault unlock",
			"请解锁：tokentray vault unlock",
		},
		"remedy.vault_init": {
			"Start the desktop's keyring, or keep secrets in a file under a passphrase: tokentray vault init",
			"请启动桌面的密钥环服务，或用口令保护的文件保存密钥：tokentray vault init",
		},
		"remedy.vault_empty": {
			"Make a keyring called Login with the desktop's password manager (Passwords and Keys), or keep secrets in a file under a passphrase: tokentray vault init",
			"请用桌面的密码管理器（密码和密钥）新建名为“Login”的密钥环，或用口令保护的文件保存密钥：tokentray vault init",
		},
		"remedy.vault_damaged": {
			"Put a copy of it back, if you have one. Otherwise make a new one (the damaged one is kept beside it) and enter the AppSecrets again: tokentray vault init",
			"如有副本，请将其放回原处。否则请新建一个（损坏的文件会保留在旁），并重新填写 AppSecret：tokentray vault init",
		},
		"remedy.vault_hard": {
			"It was written by another program. Write it again with age and a work factor of 18.",
			"该文件由其他程序写入。请用 age 以 18 的工作因子重新加密。",
		},
		"remedy.plain_file": {
			"Move it away, then try again.",
			"请将其移走后重试。",
		},
		"remedy.vault_there": {
			"If it is locked, unlock it with tokentray vault unlock. Its state: tokentray vault",
			"若已锁定，请用 tokentray vault unlock 解锁。查看状态：tokentray vault",
		},
		"remedy.reset_locked": {
			"If the passphrase is lost, run tokentray stop and remove the home's folder, and TokenTray's entries in the keyring, by hand. Otherwise unlock it, then reset: tokentray vault unlock",
			"如果口令已遗失，请执行 tokentray stop，然后手动删除数据目录和密钥环中 TokenTray 的条目。否则请先解锁再重置：tokentray vault unlock",
		},
		"remedy.secret_missing": {
			"Enter it again: tokentray edit {account} --secret",
			"请重新填写：tokentray edit {account} --secret",
		},
		"remedy.no_host": {
			"Say what it is; leave the base URL empty for the usual one: tokentray edit {account} --appid ID --base-url URL",
			"请补充账号信息，基础地址留空表示默认地址：tokentray edit {account} --appid ID --base-url URL",
		},
		"remedy.secret_again": {
			"Change base URL or proxy back, or, if the new one is right, enter the {secret} again: tokentray edit {account} --secret",
			"请改回原来的基础地址或代理；如果新地址无误，请重新填写 {secret}：tokentray edit {account} --secret",
		},
		"remedy.secret_left": {
			"Nothing to do: it is removed when the vault is next opened.",
			"无需处理：下次解锁保险库时会自动清除。",
		},
		"remedy.no_account": {
			"List the accounts: tokentray list",
			"查看已有账号：tokentray list",
		},
		"remedy.min_ttl": {
			"Ask for a shorter life (up to 5m is always possible), or try again at the time given.",
			"请要求较短的有效期（5m 以内总能满足），或在所示时间之后再试。",
		},
		"remedy.copy_late": {
			"It is ready; copy it again: tokentray get {account} --copy",
			"token 已备好，可再次复制：tokentray get {account} --copy",
		},
		"remedy.no_previous": {
			"Take the current one: tokentray get {account}",
			"请使用当前的 token：tokentray get {account}",
		},
		"remedy.min_ttl_odd": {
			"Give seconds, such as 300, or a duration, such as 5m, up to 24h.",
			"请填写秒数（如 300）或时长（如 5m），最长 24h。",
		},
		"remedy.force_budget": {
			"Refresh without --force, or wait.",
			"请不带 --force 刷新，或稍后再试。",
		},
		"remedy.force_gap": {
			"See whether the current token works. If not, wait a moment and try again.",
			"请先确认当前 token 是否可用；如不可用，请稍候再试。",
		},
		"remedy.log": {
			"Read the log; tokentray doctor tells where it is and what else is wrong.",
			"请查看日志；tokentray doctor 会指出日志位置和其他问题。",
		},
		"remedy.input": {
			"Correct it and try again.",
			"请更正后重试。",
		},
		"remedy.disk": {
			"Check the disk, then try again. Nothing was lost.",
			"请检查磁盘是否正常后重试。数据没有丢失。",
		},
		"remedy.output": {
			"Make room there, or name another place, and try again.",
			"请腾出空间，或换一个位置后重试。",
		},
		"remedy.disk_full": {
			"Free some space and try again. Nothing was lost.",
			"请清理磁盘空间后重试。数据没有丢失。",
		},
		"remedy.read_only": {
			"Check that the folder belongs to you and can be written, or choose another with --home. Nothing was lost.",
			"请确认该文件夹和文件属于你且可写，或用 --home 另选文件夹。数据没有丢失。",
		},
		"remedy.in_use": {
			"Use that one, or end it first: tokentray stop",
			"请使用正在运行的那个，或先结束它：tokentray stop",
		},
		"remedy.agent_ended": {
			"Check before you repeat it: tokentray list, tokentray show NAME, tokentray history NAME.",
			"重复操作前请先查看：tokentray list、tokentray show 名称、tokentray history 名称。",
		},
		"remedy.hung_agent": {
			"End the process tokentray, in the system's task manager or with kill -9 and its PID; the next command starts a new one. What is stored stays.",
			"请结束 tokentray 进程：使用系统的任务管理器，或用 kill -9 加其 PID；下一条命令会启动新的进程。已保存的数据不受影响。",
		},
		"remedy.lost_agent": {
			"Try again in a minute. If that does not help, end the process tokentray yourself: in the system's task manager, or with kill and its PID, which the log names.",
			"请一分钟后再试。若仍无法连接，请自行结束 tokentray 进程：使用系统的任务管理器，或用 kill 加日志中记录的 PID。",
		},
		"remedy.newer_home": {
			"Update TokenTray. Nothing was changed.",
			"请更新 TokenTray。数据未做任何改动。",
		},
		"remedy.damaged": {
			"Restart TokenTray (tokentray stop); it then restores the newest backup.",
			"请重启 TokenTray（tokentray stop），启动时会恢复最近的备份。",
		},
		"remedy.no_home": {
			"Set HOME, or name a folder with --home DIR or TOKENTRAY_HOME.",
			"请设置 HOME，或用 --home DIR 或 TOKENTRAY_HOME 指定文件夹。",
		},
		"remedy.home_owner": {
			"Choose a folder of your own with --home; tokentray doctor names it",
			"请用 --home 选择你自己的文件夹；查看是哪个文件夹：tokentray doctor",
		},
		"remedy.home_kind": {
			"Choose another folder with --home; tokentray doctor names it",
			"请用 --home 另选文件夹；查看是哪个位置：tokentray doctor",
		},
		"remedy.home_shared": {
			"Close it to others, or choose an empty one with --home; how to close it: tokentray doctor",
			"请禁止他人访问它，或用 --home 选择空文件夹；查看方法：tokentray doctor",
		},
		"remedy.no_agent": {
			"Find out what keeps it from starting: tokentray doctor",
			"查看无法启动的原因：tokentray doctor",
		},
		"remedy.restart_agent": {
			"End it; the next command starts the right one: tokentray stop",
			"请先结束它，下一条命令会启动正确的版本：tokentray stop",
		},
		"remedy.silent_owner": {
			"Wait for that program or end it, then copy again.",
			"请等待该程序恢复，或结束它，然后重新复制。",
		},
		"remedy.not_here": {
			"Leave it off; the offer: tokentray settings",
			"请保持关闭；查看可用的设置：tokentray settings",
		},
		"remedy.hotkey_taken": {
			"Choose another key: tokentray settings set hotkey KEY",
			"请换一个组合键：tokentray settings set hotkey 组合键",
		},
		"remedy.no_hotkey": {
			"In the keyboard settings of the desktop, bind a shortcut to: tokentray open --search",
			"请在桌面的键盘设置中，把快捷键绑定到命令：tokentray open --search",
		},
		"remedy.no_clipboard": {
			"Run it from a desktop session (on Wayland install wl-clipboard), or print the token instead: tokentray get {account}",
			"请在桌面会话中运行（Wayland 需安装 wl-clipboard），或改为直接输出 token：tokentray get {account}",
		},
	}
}
