package text

// commands are the help pages: "cmd." and a command's words, "flag." and a flag's
// name. A word in backquotes names the flag's value.
func commands() table {
	return table{
		"help.usage":    {"Usage:", "用法："},
		"help.command":  {"COMMAND", "命令"},
		"help.commands": {"Commands:", "命令："},
		"help.flags":    {"Flags:", "选项："},
		"help.global":   {"Flags of every command:", "通用选项："},
		"help.default":  {" (default {value})", "（默认 {value}）"},
		"help.more": {
			"More: tokentray COMMAND --help, tokentray help exit-codes",
			"更多：tokentray 命令 --help，tokentray help exit-codes",
		},

		"cmd.tokentray": {
			"TokenTray keeps the access tokens of your test and production accounts at hand.",
			"TokenTray 让测试与生产账号的 access token 随时可用。",
		},
		"cmd.tokentray.long": {
			"TokenTray keeps the access tokens of your test and production accounts at hand:\nit fetches them, renews them before they expire, and copies them on demand.\n\n" +
				"Without a command it opens the window; without a display it prints the list.\n" +
				"An account is written NAME or NAME/ENV: shop/live. NAME alone means the active\nenvironment (tokentray use). Put -- before a name that begins with a dash.",
			"TokenTray 让测试与生产账号的 access token 随时可用：自动获取、到期前续期、按需复制。\n\n" +
				"不带命令时打开窗口；没有显示器时输出账号列表。\n" +
				"账号写作 名称 或 名称/环境，如 shop/live。只写名称表示当前环境（见 tokentray use）。\n名称以短横线开头时，请在前面加 --。",
		},
		"cmd.agent": {"Run the agent in the foreground", "在前台运行守护进程"},
		"cmd.agent.long": {
			"Run the agent in the foreground. It owns the database, renews tokens in the\nbackground and answers the window and every command. Other commands start it by\nthemselves when they need it; run it here to see why it does not start.\n\nIt logs into a file of its home; with --json it logs to standard error, a JSON object\na line, as services want it.",
			"在前台运行守护进程。它独占数据库，在后台续期 token，并应答窗口和各个命令。\n其他命令需要时会自动启动它；想查看无法启动的原因时可在此运行。\n\n日志写入数据目录中的文件；加 --json 时改为输出到标准错误，每行一个 JSON 对象，适合作为服务运行。",
		},
		"cmd.status": {"Show the state of the agent; starts nothing", "显示守护进程的状态（不会启动它）"},
		"cmd.stop":   {"End the agent, the tray icon and the window", "结束守护进程、托盘图标和窗口"},
		"cmd.open":   {"Open the window", "打开窗口"},
		"cmd.add":    {"Add an account", "添加账号"},
		"cmd.list":   {"List the accounts with their tokens' time left", "列出账号及其 token 的剩余时间"},
		"cmd.show":   {"Show everything about an account but its secret", "显示账号的全部信息（不含密钥）"},
		"cmd.edit":   {"Change an account or its secret", "修改账号或其密钥"},
		"cmd.rm":     {"Remove an account, its token and its secret", "删除账号及其 token 和密钥"},
		"cmd.pause":  {"Stop renewing in the background", "暂停后台续期"},
		"cmd.resume": {"Renew in the background again", "恢复后台续期"},
		"cmd.get":    {"Print a living token, or copy it", "输出有效的 token，或复制到剪贴板"},
		"cmd.pick":   {"Pick an account from a small list and copy its token", "从列表中挑选账号并复制其 token"},
		"cmd.clear":  {"Take what TokenTray copied off the clipboard", "清除剪贴板中由 TokenTray 复制的内容"},
		"cmd.clear.long": {
			"Take what TokenTray copied, a token or another secret, off the clipboard now. What another\nprogram put there since stays.",
			"立即清除剪贴板中由 TokenTray 复制的 token 或其他机密。其他程序之后复制的内容会保留。",
		},
		"cmd.refresh": {"Report a token as dead and get the current one", "报告 token 已失效，并取得当前有效的 token"},
		"cmd.quota":   {"Ask the upstream how much of today's calls is used; reset the counters", "查询上游今日调用额度的使用情况，或重置计数"},
		"cmd.check":   {"Ask the upstream whether it accepts the token from here", "询问上游是否接受本机使用该 token"},
		"cmd.use":     {"Choose the active environment", "切换当前环境"},
		"cmd.watch":   {"Watch the tokens count down", "实时查看 token 倒计时"},
		"cmd.history": {"Show what happened to an account's token, or what failed today", "显示账号 token 的历史记录，或今天的失败"},
		"cmd.history.long": {
			"Show what happened to an account's token. Without a name, all accounts for which something\nfailed since midnight, or since --since: the newest failure of each, and how many lines of\nits history tell of one.",
			"显示账号 token 的历史记录。不指定账号时，列出零点（或 --since）以来有失败的所有账号：\n各自最近一次失败，以及历史中失败记录的条数。",
		},
		"cmd.settings":   {"Show or change the settings", "查看或修改设置"},
		"cmd.vault":      {"Where the secrets are, and whether they can be read", "密钥保存位置及其状态"},
		"cmd.doctor":     {"Check this machine and say what to repair", "检查本机环境并给出修复办法"},
		"cmd.reset":      {"Remove all accounts, tokens, secrets and settings", "删除全部账号、token、密钥和设置"},
		"cmd.demo":       {"Try everything with sample accounts and a simulator", "用示例账号和模拟器试用全部功能"},
		"cmd.sim":        {"Run only the simulator of the platforms' token services", "单独运行各平台 token 服务的模拟器"},
		"cmd.version":    {"Print the version", "输出版本"},
		"cmd.completion": {"Print a completion script for a shell", "输出 shell 补全脚本"},
		"cmd.help":       {"Help about a command", "查看命令的帮助"},
		"cmd.exit-codes": {"The exit codes, and errors as scripts see them", "退出码，以及脚本所见的错误格式"},

		"cmd.settings.get":      {"Print one setting", "输出一项设置"},
		"cmd.settings.set":      {"Change one setting", "修改一项设置"},
		"cmd.settings.folder":   {"Print the folder that holds the data", "输出存放数据的文件夹"},
		"cmd.settings.set.long": {"Change one setting. Durations are written 45s or 5m; tokentray settings lists the keys.", "修改一项设置。时长写作 45s 或 5m；tokentray settings 可列出所有设置项。"},

		"cmd.vault.status":      {"Show where the secrets are", "显示密钥的保存位置"},
		"cmd.vault.init":        {"Keep secrets in a file under a passphrase", "用口令保护的文件保存密钥"},
		"cmd.vault.init.long":   {"Keep secrets in a file under a passphrase, where there is no keyring (ssh, WSL,\nservers). The passphrase is typed, or read from standard input, or from the file\nthat TOKENTRAY_PASSPHRASE_FILE names.", "在没有密钥环的环境（ssh、WSL、服务器）中，用口令保护的文件保存密钥。\n口令可直接输入、从标准输入读取，或由 TOKENTRAY_PASSPHRASE_FILE 指定的文件提供。"},
		"cmd.vault.unlock":      {"Open the vault", "解锁保险库"},
		"cmd.vault.unlock.long": {"Open the vault. A keyring asks in a window of its own; for the file the passphrase\nis typed, or read from standard input, or from the file that\nTOKENTRAY_PASSPHRASE_FILE names.", "解锁保险库。密钥环会弹出自己的窗口；文件保险库的口令可直接输入、\n从标准输入读取，或由 TOKENTRAY_PASSPHRASE_FILE 指定的文件提供。"},
		"cmd.vault.lock":        {"Close the vault; living tokens go on being served", "锁定保险库；仍有效的 token 照常提供"},

		"cmd.add.long": {
			"Add an account. At a terminal it asks for what is missing; the secret is\ntyped without being shown, or read from standard input:\n\n" +
				"  tokentray add shop --env sandbox{example}\n  tokentray add shop/live{example} --secret-stdin < secret.txt\n\n" +
				"The account is saved first, then a token is fetched. If the upstream refuses, its\nanswer is shown and the account stays; the exit code is 0, because it was added. With\n--test nothing is saved: the upstream is asked once, and the exit code tells its answer.",
			"添加账号。在终端中会询问缺少的内容；密钥输入时不显示，也可从标准输入读取：\n\n" +
				"  tokentray add shop --env sandbox{example}\n  tokentray add shop/live{example} --secret-stdin < secret.txt\n\n" +
				"先保存账号，再获取一次 token。上游拒绝时会显示原因，但账号仍已添加，退出码为 0。\n使用 --test 则不保存：只请求上游一次，退出码由其应答决定。",
		},
		"cmd.edit.long": {
			"Change an account. Only what a flag names is changed; an empty value clears a\nproxy, base URL or note. --secret asks for a new secret.\n\nA secret is sent only to the host it was entered for. With a --base-url of another\nhost, enter it again (--secret, --secret-stdin); until then the account waits and nothing\nis sent.",
			"修改账号。只改动所给选项；代理、基础地址、备注可用空值清除。\n用 --secret 重新填写密钥。\n\n密钥只发往填写它时的主机。--base-url 换成其他主机时，请重新填写\n（--secret、--secret-stdin）；在此之前账号会暂停，不发送任何内容。",
		},
		"cmd.get.long": {
			"Print a token that lives for at least --min-ttl, fetching one if need be; never an\nexpired one. With --copy it goes to the clipboard instead and is cleared later.\n\n" +
				"  curl \"https://api.weixin.qq.com/cgi-bin/get_api_domain_ip?$(tokentray get shop --format query)\"\n\n" +
				"Several accounts are one block for a .env file, with a variable for each:\n\n" +
				"  tokentray get shop gate/live --format dotenv\n\n" +
				"For what a shell starts from then on, as ACCESS_TOKEN:\n\n" +
				"  eval \"$(tokentray get shop --format export)\"                              bash, zsh\n" +
				"  tokentray get shop --format export --shell fish | source                   fish\n" +
				"  tokentray get shop --format powershell | Invoke-Expression                  PowerShell",
			"输出剩余有效期不少于 --min-ttl 的 token，必要时先获取；绝不输出已过期的 token。\n使用 --copy 则复制到剪贴板，并在稍后清除。\n\n" +
				"  curl \"https://api.weixin.qq.com/cgi-bin/get_api_domain_ip?$(tokentray get shop --format query)\"\n\n" +
				"多个账号输出为一段 .env 内容，每个账号一个变量：\n\n" +
				"  tokentray get shop gate/live --format dotenv\n\n" +
				"在 shell 中设为环境变量 ACCESS_TOKEN，供之后启动的程序使用：\n\n" +
				"  eval \"$(tokentray get shop --format export)\"                              bash、zsh\n" +
				"  tokentray get shop --format export --shell fish | source                   fish\n" +
				"  tokentray get shop --format powershell | Invoke-Expression                  PowerShell",
		},
		"cmd.refresh.long": {
			"Report that the current token no longer works, and print the one that does. If\nthe upstream still accepts it, it stays. With --stale - the token that failed is\nread from standard input, and nothing is fetched when a newer one is there:\n\n" +
				"  echo \"$TOKEN\" | tokentray refresh shop --stale -\n\n" +
				"--force asks for a new token although the current one lives, which breaks every\nprogram that uses it; on a live account it asks first.",
			"报告当前 token 已失效，并输出有效的 token。如果上游仍接受它，则保留不变。\n使用 --stale - 从标准输入读取失效的 token；若已有更新的 token 则不会重新获取：\n\n" +
				"  echo \"$TOKEN\" | tokentray refresh shop --stale -\n\n" +
				"--force 会在当前 token 仍有效时强制换新，正在使用它的程序会受影响；对生产账号会先询问。",
		},
		"cmd.check.long": {
			"Ask the upstream whether it accepts the current token from this machine, and say what\nit found: the token works; it is dead, and if the upstream tells, when somebody\nelse replaced it; it has expired; this machine is refused, and the token may be fine\nelsewhere; the account may not make the call that checks. The call counts as one of\ntoday. Exit code 0: accepted; 4: dead or refused; 5: not known.",
			"询问上游是否接受本机使用当前 token，并说明结果：有效；已失效（上游有提示时说明已被他人\n替换及时间）；已过期；本机被拒绝而 token 在别处可能有效；账号无权调用用于检查的接口。\n此次调用计入今日调用。退出码 0：接受；4：已失效或被拒绝；5：无法确认。",
		},
		"cmd.quota.long": {
			"Ask the upstream how much of a call's daily quota is used, as it counts for all who\nshare the AppID, and show beside it what TokenTray counted itself. The figures are shown\nas they were read; the question counts as a call of today. Without --path it is about\nthe call that fetches the account's tokens.\n\n" +
				"  tokentray quota shop --path /cgi-bin/message/custom/send\n\n" +
				"--reset resets the AppID's counters of today at the upstream (clear_quota/v2). It\nneeds the AppSecret and no token, so it works even when no token can be fetched. The\nupstream allows ten resets a month for all who share the AppID, so it says so and asks\nfirst, for a live account twice; --yes answers for scripts.",
			"查询上游某个接口今日额度的使用情况（由所有使用同一 AppID 的程序共享），并列出 TokenTray\n自己的计数。数字按读取时显示；查询本身计为一次调用。不带 --path 时查询获取 token 的接口。\n\n" +
				"  tokentray quota shop --path /cgi-bin/message/custom/send\n\n" +
				"--reset 让上游重置该 AppID 今日的调用计数（clear_quota/v2）。它使用 AppSecret 而不需要 token，\n因此在无法再获取 token 时也可用。上游每月只允许 10 次，由所有使用同一 AppID 的程序共享，\n所以会先说明并询问，生产账号询问两次；脚本可用 --yes。",
		},
		"cmd.use.long": {
			"Choose the active environment: the one that a bare NAME, the tray and the window\nmean. It fetches nothing and changes no account.",
			"切换当前环境，即只写名称时、托盘和窗口所指的环境。不会获取 token，也不改动账号。",
		},
		"cmd.watch.long": {
			"Watch the tokens count down, until q or Ctrl-C. Arrows, Page Up and Page Down move\nthe mark, Enter copies the token that is marked, s switches the environment. / filters\nby words of name, environment, state, kind, ID or note; Enter keeps the filter and Esc\nends it. If standard output is not a terminal, or with --json, it prints one line\nfor each change.",
			"实时查看 token 倒计时，按 q 或 Ctrl-C 结束，方向键和翻页键移动标记，\n回车复制所标记账号的 token，s 切换环境；/ 按名称、环境、状态、类型、ID\n或备注筛选，回车保留，Esc 退出筛选。标准输出不是终端或使用 --json 时，每次变化输出一行。",
		},
		"cmd.doctor.long": {
			"Check keyring, session bus, tray, clipboard, database, clock, network, the port of the\nlocal API and folders, one line each with what to do. It needs no agent. Exit code 1 if\nsomething fails.\n\n" +
				"With --bundle it writes a report to attach to a bug report: versions, the system, these\nfindings, settings, the last lines of the log, and of each account its kind, state, errors\nand counts. It has no secret, token, name, AppID, host or address. The report is shown\nfirst, and written when you agree; nothing is sent.\n\n" +
				"  tokentray doctor --bundle\n  tokentray doctor --bundle report.txt --yes",
			"检查密钥环、会话总线、托盘、剪贴板、数据库、时钟、网络、本机接口端口和文件夹，\n每项一行并附修复办法。无需守护进程。有失败项时退出码为 1。\n\n" +
				"用 --bundle 生成可附在问题反馈中的报告：版本、系统、以上结果、设置、日志的最后部分，\n以及各账号的类型、状态、错误和次数。报告不含密钥、token、名称、AppID、主机和地址。\n先显示报告，确认后才写入；不会发送到任何地方。\n\n" +
				"  tokentray doctor --bundle\n  tokentray doctor --bundle report.txt --yes",
		},
		"cmd.demo.long": {
			"Try everything with sample accounts of every platform family and a simulator inside this\nprocess. Your own accounts are not touched. Ctrl-C ends it and leaves nothing behind.",
			"用各平台的示例账号和本进程内的模拟器试用全部功能，不影响你自己的账号。\n按 Ctrl-C 结束，不留下任何东西。",
		},
		"cmd.sim.long": {
			"Run only the simulator of WeChat's and other platforms' token services, and point\nTokenTray or your own tests at it. It prints its base URL on standard output, and\naccepts any AppID with any secret at first sight, unless --closed is given.",
			"单独运行微信等平台 token 服务的模拟器，供 TokenTray 或你自己的测试使用。基础地址输出到标准输出。\n默认接受任意 AppID 与密钥（首次出现即登记），除非使用 --closed。",
		},
		"cmd.reset.long": {
			"Remove all accounts, tokens, secrets, keyring entries, backups and settings of this\nhome, and end the agent. It says what that is and asks.",
			"删除此数据目录的全部账号、token、密钥、密钥环条目、备份和设置，并结束守护进程。\n会先说明内容并询问。",
		},
		"cmd.completion.long": {
			"Print a completion script. For bash: source <(tokentray completion bash)",
			"输出补全脚本。bash 用法：source <(tokentray completion bash)",
		},

		"flag.help":      {"this page", "显示此帮助"},
		"flag.version":   {"print the version", "输出版本"},
		"flag.home":      {"keep everything in this `FOLDER` (or set TOKENTRAY_HOME)", "把全部数据放在此`文件夹`（或设置 TOKENTRAY_HOME）"},
		"flag.json":      {"print JSON; errors too, on standard error", "输出 JSON；错误也以 JSON 输出到标准错误"},
		"flag.no_tray":   {"show no tray icon", "不显示托盘图标"},
		"flag.no_window": {"run the table in the terminal, with no window", "不打开窗口，在终端中显示列表"},
		"flag.env":       {"`ENV`ironment: sandbox or live", "`环境`：sandbox（沙箱）或 live（生产）"},
		"cmd.list.long": {
			"List the accounts with their tokens' time left: all, or those that are named. A bare\nNAME is the account in both environments here.\n\n  tokentray list shop gate/live\n  tokentray list --env live --state needs\n  tokentray list --state soon --sort time",
			"列出账号及其 token 的剩余时间：全部，或指定的账号。这里只写名称表示两个环境中的同名账号。\n\n  tokentray list shop gate/live\n  tokentray list --env live --state 需要处理\n  tokentray list --state 即将到期 --sort time",
		},
		"cmd.pick.long": {
			"Pick an account from a small list: type a few letters, Enter copies its token. Arrows\nmove, Esc ends. WORDS are what is typed at first; state:blocked, env:live and kind:mini\neach match one thing.\n\n" +
				"In the menu of a launcher, as for a key of the desktop:\n\n  tokentray pick --dmenu 'rofi -dmenu -i'\n  tokentray pick --dmenu 'fuzzel --dmenu'\n\nNo token is in the menu.",
			"从列表中挑选账号：输入几个字母，按 Enter 复制其 token。方向键移动，Esc 退出。WORDS 为初始输入；\nstate:blocked、env:live、kind:mini 只匹配相应的内容。\n\n" +
				"在启动器的菜单中挑选（例如绑定桌面快捷键）：\n\n  tokentray pick --dmenu 'rofi -dmenu -i'\n  tokentray pick --dmenu 'fuzzel --dmenu'\n\n菜单中不含 token。",
		},
		"flag.open_search":          {"with the keyboard in its search; for a shortcut of the desktop", "直接进入搜索；可绑定到桌面的快捷键"},
		"flag.pick_dmenu":           {"pick in the menu that this `COMMAND` shows", "用此`命令`显示的菜单挑选"},
		"flag.pick_print":           {"print the token instead of copying it", "输出 token，而不复制"},
		"flag.list_state":           {"only those in this `STATE`, such as needs or soon; may be given again", "只列出处于此`状态`（如 需要处理、即将到期）的账号；可多次指定"},
		"flag.list_sort":            {"in this `ORDER`: name, need (what needs you first), time (what expires next) or used; what is pinned comes first", "按此`顺序`：name（名称）、need（需要处理的在前）、time（最先到期的在前）或 used（最近使用）；置顶的总在最前"},
		"flag.add_test":             {"ask the upstream once whether the secret works, and save nothing", "只向上游请求一次，验证密钥是否有效，不保存"},
		"flag.list_env":             {"only this `ENV`ironment", "只列出此`环境`"},
		"flag.kind":                 {"`KIND`: {kinds}; with --help only what that kind takes is shown", "`类型`：{kinds}；与 --help 同用时只列出该类型的选项"},
		"flag.product":              {"`PRODUCT`: {products}", "`产品`：{products}"},
		"flag.field":                {"`VALUE`: {label}", "`值`：{label}"},
		"flag.also":                 {"also {flag}", "也可写作 {flag}"},
		"flag.param":                {"a field of a kind that you added yourself, or a further parameter of oauth2's request, as `KEY=VALUE`", "你自行添加的类型的字段，或 oauth2 请求的其他参数，写作 `键=值`"},
		"flag.appid":                {"the `APPID` from the console", "管理后台的 `APPID`"},
		"flag.base_url":             {"`URL` of the upstream, if not the kind's own", "上游的`地址`，默认为该类型的官方地址"},
		"flag.proxy":                {"`URL` of a proxy (http, https, socks5), without its password", "代理`地址`（http、https、socks5），不含密码"},
		"flag.ca":                   {"`FILE` with the CA certificate (PEM) of a private deployment, trusted beside those of this machine; \"\" removes it", "私有部署的 CA 证书`文件`（PEM），与本机信任的证书一并使用；\"\" 表示移除"},
		"flag.watch":                {"ask the upstream every half hour whether it still accepts the token, and tell when others replaced it; at most 48 calls a day", "每半小时询问上游是否仍接受 token，被他人替换时通知；每天最多 48 次调用"},
		"flag.quota_path":           {"ask about the API `PATH`; may be given again", "查询此接口`路径`，可重复使用"},
		"flag.quota_reset":          {"reset today's counters, one of ten resets a month", "重置今日计数，每月共 10 次机会"},
		"flag.budget":               {"stop automatic calls after this `NUMBER` a day; 0 for no budget", "每天自动调用的`次数`上限；0 表示不限"},
		"flag.group":                {"the `GROUP` it stands in, such as a project; empty: none", "所在`分组`，例如项目；留空表示不分组"},
		"flag.pinned":               {"it stands before the others", "置顶"},
		"flag.list_group":           {"only those of this `GROUP`", "只列出此`分组`的账号"},
		"flag.note":                 {"a `TEXT` for yourself", "备注`文字`"},
		"flag.doctor_base_url":      {"check this `URL` instead of WeChat's", "改为检查此`地址`而非微信官方"},
		"flag.doctor_bundle":        {"write a report for a bug report to FILE: no secrets, names or addresses", "生成用于反馈问题的报告并写入文件，不含密钥、名称和地址"},
		"flag.doctor_yes":           {"write the report without showing it first", "不预览，直接写入报告"},
		"flag.new_name":             {"the new `NAME`", "新`名称`"},
		"flag.allow_live":           {"allow fetching for a live account with a kind that kills production's token", "允许以会使生产 token 失效的方式为生产账号获取 token"},
		"flag.apart":                {"add it although another account asks for the same token", "即使已有账号获取同一个 token 也添加"},
		"flag.secret_stdin_of":      {"read the {secret} from standard input", "从标准输入读取 {secret}"},
		"flag.secret_stdin":         {"read the secret (AppSecret, Client secret) from standard input", "从标准输入读取密钥（AppSecret、Client secret）"},
		"flag.ask_secret":           {"ask for a new secret (AppSecret, Client secret)", "重新填写密钥（AppSecret、Client secret）"},
		"flag.proxy_password":       {"ask for the proxy's password", "填写代理密码"},
		"flag.proxy_password_stdin": {"read the proxy's password from standard input (after the secret, on a line of its own)", "从标准输入读取代理密码（位于密钥之后，单独一行）"},
		"flag.passphrase_stdin":     {"read the passphrase from standard input", "从标准输入读取口令"},
		"flag.yes":                  {"do not ask", "不再询问"},
		"flag.pause_all":            {"pause all accounts, also over a restart", "暂停全部账号，重启后仍有效"},
		"flag.resume_all":           {"end the pause of all accounts", "结束全部账号的暂停"},
		"flag.min_ttl":              {"the least `TIME` it must still live: 90s, 5m", "至少剩余的有效`时长`，如 90s、5m"},
		"flag.format":               {"`FORMAT`: {formats}; export sets ACCESS_TOKEN in a shell, and so does the name of one, such as powershell", "`格式`：{formats}；export 用于在 shell 中设置 ACCESS_TOKEN，也可直接写 shell 的名称，如 powershell"},
		"flag.shell":                {"the `SHELL` that the format export is for, where its quoting differs: bash, zsh, fish or powershell", "export 格式所用的 `shell`（引号规则不同时）：bash、zsh、fish 或 powershell"},
		"usage.shell_format":        {"--shell belongs to --format export, and is one of {shells}", "--shell 须与 --format export 同用，可为 {shells}"},
		"flag.copy":                 {"copy it to the clipboard, print nothing", "复制到剪贴板，不输出"},
		"flag.previous":             {"the token that was replaced, while it may still work", "已被替换、可能仍有效的上一个 token"},
		"flag.since":                {"only what is not older than this `TIME`: 90m, 24h", "只看此`时长`以内的记录，如 90m、24h"},
		"flag.csv":                  {"print CSV for a spreadsheet, all there is", "输出 CSV 表格（全部记录）"},
		"flag.stale":                {"`-`: read the token that failed from standard input", "`-`：从标准输入读取失效的 token"},
		"flag.force":                {"ask for a new token although the current one may live", "即使当前 token 仍有效也强制换新"},
		"flag.limit":                {"at most this `NUMBER` of lines, the newest first", "最多输出的`行数`，最新的在前"},
		"flag.listen":               {"`ADDRESS` to listen on; port 0 picks a free one", "监听`地址`；端口 0 表示任选空闲端口"},
		"flag.life":                 {"`TIME` a token lives, from 1s", "token 的有效`时长`，最短 1s"},
		"flag.closed":               {"know only accounts added through the control endpoint", "只接受通过控制接口添加的账号"},
		"flag.caller_ip":            {"the `IP` that callers are seen as", "视为调用方的 `IP`"},
		"flag.error_percent":        {"`PERCENT` of the calls that fail", "失败调用的`百分比`"},
		"flag.latency":              {"`TIME` before each answer", "每次应答前的`延迟`"},
	}
}
