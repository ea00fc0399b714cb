package text

// execWords are the sentences about running a command with a token.
func execWords() table {
	return table{
		"usage.exec":                {"name the account, then -- and the command: tokentray exec NAME -- COMMAND", "请指定账号，再写 -- 和命令：tokentray exec 名称 -- 命令"},
		"usage.exec_vars":           {"several accounts need a --var NAME each, and no two the same", "多个账号时，每个账号各需一个 --var 名称，且互不相同"},
		"usage.exec_file":           {"--renew-file follows one account", "--renew-file 只能跟随一个账号"},
		"usage.exec_no_host":        {"the calls of {account} go to this machine, and no host is known that a proxy could answer for", "{account} 的接口在本机，没有可由代理应答的主机"},
		"usage.exec_live_write":     {"--live-write goes with --open-api", "--live-write 须与 --open-api 同用"},
		"usage.exec_exists":         {"the file of --renew-file is there already, and would be written over and removed at the end; choose another, or add --overwrite", "--renew-file 的文件已存在，会被覆盖并在结束时删除；请另选文件，或加 --overwrite"},
		"usage.exec_renew_here":     {"--restart-on-renew and --signal do not work on Windows, which has no such signals; use exec --renew-file", "Windows 没有这类信号，不支持 --restart-on-renew 和 --signal；请用 exec --renew-file"},
		"usage.exec_renew_one":      {"--restart-on-renew and --signal exclude each other", "--restart-on-renew 与 --signal 不能同用"},
		"usage.exec_renew_account":  {"--restart-on-renew and --signal follow one account", "--restart-on-renew 和 --signal 只能跟随一个账号"},
		"usage.exec_signal":         {"{name} is not a signal for --signal: {names}", "--signal 不支持 {name}，可用：{names}"},
		"usage.exec_not_executable": {"{name} cannot be executed", "{name} 无法执行"},

		"usage.run":           {"write -- and the command: tokentray run --env-file .env -- COMMAND", "请写 -- 和命令：tokentray run --env-file .env -- 命令"},
		"usage.run_line":      {"{file}, line {line}: this is not NAME=value; correct it", "{file} 第 {line} 行不是 名称=值，请修正"},
		"usage.run_reference": {"{name} ({where}) is not a reference of the form tokentray://NAME/ENV?format=FORMAT; correct it", "{name}（{where}）不是 tokentray://NAME/ENV?format=FORMAT 形式的引用，请修正"},
		"run.where":           {"{file}, line {line}", "{file} 第 {line} 行"},
		"run.inherited":       {"in the environment", "来自环境变量"},
		"run.failed":          {"{name} ({where}) has no token, and the command was not run:", "{name}（{where}）取不到 token，命令未运行："},
		"flag.env_file":       {"read variables from `FILE`; later files go before earlier ones", "从`文件`读取变量；后面的文件优先"},
		"flag.env_direnv":     {"print the function by which direnv has `use tokentray`", "输出供 direnv 使用的 use tokentray 函数"},
		"cmd.run":             {"Run a command with a .env file whose references become tokens", "用 .env 文件运行命令，其中的引用换成 token"},
		"cmd.run.long": {
			"Run a command with the variables of .env files. A value tokentray://NAME/ENV becomes the\naccount's token, only in the environment of the command; so the file can be shared:\n\n" +
				"  WX_TOKEN=tokentray://shop/sandbox\n" +
				"  WX_HEADER=tokentray://shop/sandbox?format=header\n\n" +
				"Later files go before earlier ones, and all before the environment, in which references\nwork too. The formats are those of get. $NAME is not filled in. Without ENV the active\n" +
				"environment is meant. If one of the tokens cannot be had, nothing is run, and the code is\nthat of get; else it is the command's own. --signal and --restart-on-renew are those of exec,\nfor each account that is referred to.\n\n" +
				"  tokentray run --env-file .env -- npm start\n" +
				"  tokentray run --env-file .env --env-file .env.local -- ./server",
			"使用 .env 文件中的变量运行命令。值为 tokentray://名称/环境 时会换成该账号的 token，\n且只出现在命令的环境变量中，因此文件可以共享：\n\n" +
				"  WX_TOKEN=tokentray://shop/sandbox\n" +
				"  WX_HEADER=tokentray://shop/sandbox?format=header\n\n" +
				"后面的文件优先，文件优先于已有的环境变量（其中的引用同样有效）。格式与 get 相同，\n不展开 $NAME。不写环境表示当前环境。任何一个 token 取不到时不会运行命令，退出码与 get\n相同；否则为命令自己的退出码。\n--signal 和 --restart-on-renew 与 exec 相同，跟随所引用的每个账号。\n\n" +
				"  tokentray run --env-file .env -- npm start\n" +
				"  tokentray run --env-file .env --env-file .env.local -- ./server",
		},

		"cmd.exec": {"Run a command with a token in its environment", "在环境变量中带上 token 运行命令"},
		"cmd.exec.long": {
			"Run a command with a token in its environment, never in its arguments:\n\n" +
				"  ACCESS_TOKEN                      the token\n" +
				"  ACCESS_TOKEN_EXPIRES_AT           when it expires, as 2026-03-01T12:00:00+08:00\n" +
				"  ACCESS_TOKEN_EXPIRES_AT_UNIX      the same in seconds since 1970\n" +
				"  ACCESS_TOKEN_ACCOUNT, _APPID, _BASE_URL\n" +
				"  ACCESS_TOKEN_FILE                 the file of --renew-file\n" +
				"  TOKENTRAY_CALL_URL, _CALL_KEY     where it makes calls without the token, and a key that\n" +
				"                                    ends with it (one account; api on; Linux)\n\n" +
				"--var NAME puts another name in the place of ACCESS_TOKEN. Several accounts need one\n" +
				"each, in their order. The token does not change while the command runs; --renew-file\n" +
				"keeps a file (0600; JSON if it ends in .json, else the bare token) current, also over\n" +
				"a restart of the agent, and removes it at the end.\n\n" +
				"For each new token, --signal NAME sends the command a signal (HUP, USR1, USR2, INT,\n" +
				"TERM), after the file is written. --restart-on-renew ends the command instead, with all\n" +
				"of its process group (TERM; after 10 s KILL), and starts it with the new token in its\n" +
				"environment; at a terminal it has no standard input. One that ends by itself is not\n" +
				"started again. Neither works on Windows.\n\n" +
				"  tokentray exec shop/live -- ./publish.sh\n" +
				"  tokentray exec shop/live blog/live --var SHOP_TOKEN --var BLOG_TOKEN -- make sync\n" +
				"  tokentray exec shop/live --renew-file /run/user/1000/shop.token -- ./server\n" +
				"  tokentray exec shop/live --restart-on-renew -- ./server\n\n" +
				"--open-api NAME runs code written for the 开放接口服务 of 微信云托管, which calls\n" +
				"http://api.weixin.qq.com without a token: its plain HTTP to the account's host goes to a\n" +
				"proxy of its own (HTTP_PROXY), which makes the call over HTTPS with the token in it. All\n" +
				"else passes as it is. On a live account it only reads, unless --live-write is given.\n\n" +
				"  tokentray exec --open-api shop/sandbox -- npm start\n\n" +
				"Signals reach the command, and the exit code is its own: 127 if there is no such\n" +
				"program, 126 if it cannot be executed, 128 and the signal's number if one ended it.\n" +
				"Without a token it is not run, and the code is that of get.",
			"在环境变量中带上 token 运行命令，token 不会出现在参数中：\n\n" +
				"  ACCESS_TOKEN                      token\n" +
				"  ACCESS_TOKEN_EXPIRES_AT           到期时间，如 2026-03-01T12:00:00+08:00\n" +
				"  ACCESS_TOKEN_EXPIRES_AT_UNIX      同上，自 1970 年起的秒数\n" +
				"  ACCESS_TOKEN_ACCOUNT、_APPID、_BASE_URL\n" +
				"  ACCESS_TOKEN_FILE                 --renew-file 的文件\n" +
				"  TOKENTRAY_CALL_URL、_CALL_KEY     不持 token 调用接口的地址，以及随命令结束而失效的密钥\n" +
				"                                    （单个账号、已 api on、Linux）\n\n" +
				"--var 名称 可替换 ACCESS_TOKEN。多个账号时按顺序各给一个。命令运行期间变量不变；\n" +
				"--renew-file 使文件（0600；以 .json 结尾为 JSON，否则只有 token）保持最新，\n" +
				"守护进程重启也不受影响，结束时删除。\n\n" +
				"每次换新 token 后，--signal 名称 会（在写好文件之后）向命令发送信号：HUP、USR1、\n" +
				"USR2、INT 或 TERM。--restart-on-renew 则结束命令及其整个进程组（先 TERM，10 秒后\n" +
				"KILL），再以新 token 的环境变量重新启动；在终端中命令没有标准输入。命令自行结束时\n" +
				"不会重启。两者均不支持 Windows。\n\n" +
				"  tokentray exec shop/live -- ./publish.sh\n" +
				"  tokentray exec shop/live blog/live --var SHOP_TOKEN --var BLOG_TOKEN -- make sync\n" +
				"  tokentray exec shop/live --renew-file /run/user/1000/shop.token -- ./server\n" +
				"  tokentray exec shop/live --restart-on-renew -- ./server\n\n" +
				"--open-api 名称 用于运行为微信云托管“开放接口服务”编写的代码：它不带 token 调用\n" +
				"http://api.weixin.qq.com。发往账号主机的明文 HTTP 由该命令专用的代理（HTTP_PROXY）\n" +
				"接管，带上 token 经 HTTPS 发出；其余请求原样通过。生产账号只读，除非加 --live-write。\n\n" +
				"  tokentray exec --open-api shop/sandbox -- npm start\n\n" +
				"信号会传给命令，退出码即命令的退出码：找不到程序为 127，无法执行为 126，\n" +
				"被信号终止为 128 加信号编号。取不到 token 时不运行命令，退出码与 get 相同。",
		},
		"flag.exec_var":        {"the variable `NAME` for the token; again for each account", "存放 token 的变量`名`；每个账号一个"},
		"flag.exec_restart":    {"end the command when the token is renewed, and start it with the new one", "token 更新后结束命令，并以新 token 重新启动"},
		"flag.exec_signal":     {"the signal `NAME` that the command gets when the token is renewed: HUP, USR1, USR2, INT, TERM", "token 更新后发给命令的信号`名`：HUP、USR1、USR2、INT、TERM"},
		"flag.renew_file":      {"a `FILE` that always has the current token while the command runs", "命令运行期间始终保存当前 token 的`文件`"},
		"flag.open_api":        {"the account, by `NAME`, for which the command's plain HTTP to its host is called", "以此`名称`的账号完成命令发往其主机的明文 HTTP 调用"},
		"flag.open_api_write":  {"calls of --open-api may also change a live account", "允许 --open-api 的调用改动生产账号"},
		"flag.renew_overwrite": {"write over the file of --renew-file if it is there", "允许覆盖已存在的 --renew-file 文件"},
	}
}
