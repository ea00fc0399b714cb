package text

// starter are the texts inside the files that tokentray export writes for API
// clients, and those of the command. The former end up in files of other programs, so
// they are one line each, except for the description of the accounts.
func starter() table {
	return table{
		"starter.title": {"Calls with TokenTray", "接口调用（TokenTray）"},
		"starter.about_postman": {
			"Calls whose token comes from TokenTray when you send them. Nothing here holds a token or a secret, so the collection may be committed.\n\n" +
				"1. `tokentray api on`, then `tokentray api key add postman`.\n" +
				"2. Import this collection and the environment of an account, and choose that environment.\n" +
				"3. Put the key into the variable `tokentray_key` as its current value; that stays on this machine.\n\n" +
				"`tokentray_account` is an account's name: `shop` is shop in the active environment, and follows the switch in the tray; `shop/live` stays there.",
			"发送时从 TokenTray 获取 token。此集合不含 token 和密钥，可以提交到版本库。\n\n" +
				"1. 运行 `tokentray api on`，再运行 `tokentray api key add postman`。\n" +
				"2. 导入此集合和账号的环境，并选中该环境。\n" +
				"3. 把密钥填入变量 `tokentray_key` 的当前值，它只保存在本机。\n\n" +
				"`tokentray_account` 是账号名称：`shop` 表示当前环境中的 shop，随托盘中的切换而变；`shop/live` 固定为生产环境。",
		},
		"starter.about_bruno": {
			"Calls whose token comes from TokenTray when you send them. Nothing here holds a token or a secret, so the folder may be committed; .env holds the client key and is ignored by git.\n\n" +
				"1. Run `tokentray api on`, then `tokentray api key add bruno`.\n" +
				"2. Put the key into a file .env in this folder, as TOKENTRAY_KEY=…, or into the secret variable tokentray_key of an environment.\n" +
				"3. Choose the environment of an account.\n\n" +
				"`tokentray_account` is an account's name: `shop` is shop in the active environment, and follows the switch in the tray; `shop/live` stays there.",
			"发送时从 TokenTray 获取 token。此文件夹不含 token 和密钥，可以提交到版本库；.env 含有客户端密钥，已被 git 忽略。\n\n" +
				"1. 运行 `tokentray api on`，再运行 `tokentray api key add bruno`。\n" +
				"2. 把密钥写入此文件夹的 .env：TOKENTRAY_KEY=…，或填入环境的私密变量 tokentray_key。\n" +
				"3. 选中账号的环境。\n\n" +
				"`tokentray_account` 是账号名称：`shop` 表示当前环境中的 shop，随托盘中的切换而变；`shop/live` 固定为生产环境。",
		},
		"starter.about_apifox": {
			"Calls in Apifox (Apidog abroad) whose token comes from TokenTray when you send them. The collection holds no token and no secret and may be committed; the environment holds the client key and may not.\n\n" +
				"1. `tokentray api on`. If the environment file has no key yet: `tokentray api key add apifox`.\n" +
				"2. Project settings, Import data, Postman: tokentray-apifox.postman_collection.json. Keep the scripts ticked.\n" +
				"3. In the same menu, once more: tokentray-apifox.postman_environment.json. Choose the environment TokenTray at the upper right.\n" +
				"4. Put the key into the variable `tokentray_key` of that environment as its local value, if it is not there.\n\n" +
				"Each folder is one account and its scripts name it. URLs have their host in them: leave the base URL (前置 URL) of the environment empty, and import again when an account moves to another host. " +
				"`access_token` is set for the request that is sent and never saved. After an answer that says that the token is dead, a new one is there: send the request again. " +
				"An import of openapi.json brings no scripts.",
			"在 Apifox（海外版 Apidog）中调用接口，发送时从 TokenTray 获取 token。集合不含 token 和密钥，可以提交到版本库；环境文件含有客户端密钥，请勿提交。\n\n" +
				"1. 运行 `tokentray api on`。如果环境文件中还没有密钥：`tokentray api key add apifox`。\n" +
				"2. 项目设置 → 导入数据 → Postman：选择 tokentray-apifox.postman_collection.json，保留脚本。\n" +
				"3. 在同一菜单再次导入：tokentray-apifox.postman_environment.json，并在右上角选中环境 TokenTray。\n" +
				"4. 如果该环境的变量 `tokentray_key` 为空，把密钥填入它的本地值。\n\n" +
				"每个目录对应一个账号，其脚本中写明该账号。接口地址已含主机名：环境的“前置 URL”请留空；账号更换主机后请重新导入。" +
				"`access_token` 只用于当次请求，不会保存。应答表明 token 已失效时，新的 token 已就绪：请再次发送。" +
				"导入 openapi.json 不会带上脚本。",
		},
		"starter.dotenv": {"A client key of TokenTray. Keep this file out of version control.", "TokenTray 的客户端密钥，请勿提交此文件。"},

		"starter.rest.about":  {"The token comes from TokenTray. REST Client: send the first request, then any other; send it again after a renewal or a switch of the environment.", "token 来自 TokenTray。REST Client：先发送第一个请求，再发送其他请求；续期或切换环境后请重新发送。"},
		"starter.rest.key":    {"Make a key with: tokentray api key add vscode. Put it into a file .env beside this one, as TOKENTRAY_KEY=…, and keep that out of version control.", "新建密钥：tokentray api key add vscode。写入同一文件夹的 .env：TOKENTRAY_KEY=…，且不要提交该文件。"},
		"starter.rest.again":  {"After an answer that says that the token is dead: send the second request, then the first again.", "应答表明 token 已失效时：先发送第二个请求，再重新发送第一个。"},
		"starter.rest.token":  {"The token, as TokenTray has it now", "当前 token"},
		"starter.rest.report": {"Report that this token is dead", "报告此 token 已失效"},

		"starter.jetbrains.about":  {"The token comes from TokenTray: send the first request, then any other; send it again after a renewal or a switch of the environment.", "token 来自 TokenTray：先发送第一个请求，再发送其他请求；续期或切换环境后请重新发送。"},
		"starter.jetbrains.key":    {"Make a key with: tokentray api key add jetbrains. Put it into http-client.private.env.json as tokentray_key, and keep that out of version control.", "新建密钥：tokentray api key add jetbrains。填入 http-client.private.env.json 的 tokentray_key，且不要提交该文件。"},
		"starter.jetbrains.again":  {"After an answer that says that the token is dead: send the second request, which also takes the token that works.", "应答表明 token 已失效时：发送第二个请求，它同时取得有效的 token。"},
		"starter.jetbrains.token":  {"The token, as TokenTray has it now", "当前 token"},
		"starter.jetbrains.report": {"Report that this token is dead", "报告此 token 已失效"},

		"starter.shell.about": {"Each call takes the token from TokenTray, and once more if the answer says that it is dead. The answer goes to standard output; the exit code is 1 when the call failed.", "每次调用都从 TokenTray 获取 token；应答表明 token 失效时换新并重试一次。应答输出到标准输出，调用失败时退出码为 1。"},
		"starter.shell.key":   {"The client key is read from TOKENTRAY_KEY, else from a file .env beside this script.", "客户端密钥取自环境变量 TOKENTRAY_KEY，其次取自同一文件夹的 .env。"},

		"starter.say.no_key_env":  {"TOKENTRAY_KEY is empty; make a key with: tokentray api key add NAME", "TOKENTRAY_KEY 为空，请新建密钥：tokentray api key add 名称"},
		"starter.say.no_account":  {"the variable tokentray_account is empty; put the name of an account there", "变量 tokentray_account 为空，请填写账号名称"},
		"starter.say.no_key":      {"the variable tokentray_key is empty; make a key with: tokentray api key add NAME", "变量 tokentray_key 为空，请新建密钥：tokentray api key add 名称"},
		"starter.say.no_door":     {"TokenTray does not answer; run tokentray api on, compare the port, and behind a proxy set NO_PROXY=127.0.0.1:", "TokenTray 没有应答；请运行 tokentray api on 并核对端口，使用代理时请设置 NO_PROXY=127.0.0.1："},
		"starter.say.no_token":    {"TokenTray gives no token:", "TokenTray 未提供 token："},
		"starter.say.still_valid": {"the token is accepted when TokenTray asks, so the refusal has another cause", "TokenTray 询问时 token 仍有效，拒绝另有原因"},
		"starter.say.again":       {"The token was dead and TokenTray has a new one: send again", "token 已失效，TokenTray 已取得新的：请再次发送"},
		"starter.say.accepted":    {"The call is accepted", "调用成功"},
	}
}

// export is the command that writes files.
func export() table {
	return table{
		"cmd.export":      {"Write files for other programs", "为其他程序生成文件"},
		"cmd.export.long": {"Write files for other programs. No token and no AppSecret is ever in those for API\nclients: they take the token from this machine's HTTP API when a call is made.", "为其他程序生成文件。供 API 客户端使用的文件不含 token 和 AppSecret：调用时从本机 HTTP 接口获取。"},

		"cmd.export.postman": {"A collection and environments for Postman, Newman and Insomnia", "供 Postman、Newman 和 Insomnia 使用的集合与环境"},
		"cmd.export.postman.long": {
			"Write a collection of sample calls, and an environment for each account, for Postman\nand Newman; Insomnia imports the same files. Before each request a script takes the\ntoken from TokenTray; another reports a token that died, as after errcode 40001 of\nWeChat, and a run makes the call again.\n\n" +
				"NAME is the account in the active environment and follows tokentray use; NAME/ENV\nstays. Without an account all are exported. Without --out the collection for one account\ngoes to standard output.\n\n" +
				"The client key is left for you to fill in, unless --new-key makes one, or --key-stdin\nreads one: then the environments hold it and are not for version control, and not for\nPostman either, which sends initial values to its cloud: type it in as current value.\nNewman prints each URL with its token; in CI give it --silent or another reporter.\n\n" +
				"  tokentray export postman --out wechat --new-key postman\n  newman run wechat/tokentray.postman_collection.json \\\n    -e wechat/tokentray-shop.postman_environment.json --folder \"Is the token accepted?\"",
			"为 Postman 和 Newman 生成接口集合和各账号的环境；Insomnia 可导入同样的文件。\n发送前由脚本从 TokenTray 获取 token；token 失效时（如微信 errcode 40001）自动报告，批量运行时会重发。\n\n" +
				"只写名称表示当前环境中的账号，随 tokentray use 而变；名称/环境 则固定。不写账号时导出全部。\n不带 --out 时把一个账号的集合输出到标准输出。\n\n" +
				"客户端密钥留空由你填写；--new-key 新建密钥，--key-stdin 读取密钥，此时环境文件含有密钥，请勿提交到版本库，\n也不要导入 Postman：它会把初始值同步到云端，请手动填入当前值。\nNewman 会输出含 token 的地址，在 CI 中请加 --silent 或换用其他报告格式。\n\n" +
				"  tokentray export postman --out wechat --new-key postman\n  newman run wechat/tokentray.postman_collection.json \\\n    -e wechat/tokentray-shop.postman_environment.json --folder \"token 是否有效\"",
		},

		"cmd.export.apifox": {"A collection and an environment for Apifox (Apidog)", "供 Apifox（Apidog）使用的集合与环境"},
		"cmd.export.apifox.long": {
			"Write a collection with a folder for each account, an environment, and a note that says\nwhich menu of Apifox imports which file. URLs have the account's host in them, because no\nscript can set the base URL of an environment there. A bare name is the account in the\nenvironment that is active now.\n\nThe scripts were run with the functions that Apifox and Apipost offer to scripts, not in\nthe programs themselves, which have no version without a window.\n\n" +
				"  tokentray export apifox --out wechat --new-key apifox",
			"生成按账号分目录的集合、一个环境，以及说明用 Apifox 的哪个菜单导入哪个文件的文档。\n接口地址写有账号的主机名，因为脚本无法设置环境的前置 URL。\n只写名称时，指当前环境中的账号。\n\n脚本已用 Apifox 和 Apipost 提供给脚本的函数运行过，\n但未在这两个桌面程序中运行（它们没有无窗口的版本）。\n\n" +
				"  tokentray export apifox --out wechat --new-key apifox",
		},
		"cmd.export.bruno": {"A folder for Bruno and its command line", "供 Bruno 及其命令行使用的文件夹"},
		"cmd.export.bruno.long": {
			"Write a folder that Bruno opens as a collection: sample calls, an environment for each\naccount, and scripts that take the token from TokenTray and report one that died. The\nkey stands in its file .env, which git ignores.\n\n" +
				"  tokentray export bruno --out wechat --new-key bruno\n  cd wechat && bru run token --env tokentray-shop",
			"生成 Bruno 可直接打开的集合文件夹：示例接口、各账号的环境，以及获取 token 和报告失效的脚本。\n密钥位于其中的 .env，已被 git 忽略。\n\n" +
				"  tokentray export bruno --out wechat --new-key bruno\n  cd wechat && bru run token --env tokentray-shop",
		},
		"cmd.export.http":      {"Files for REST Client of VS Code", "供 VS Code REST Client 使用的文件"},
		"cmd.export.http.long": {"Write a .http file for each account. Its first request takes the token from TokenTray\nand the others use its answer: REST Client runs no scripts, so send that one first, and\nagain after a renewal or a switch. The key is read from the file .env beside it.", "为每个账号生成 .http 文件。第一个请求从 TokenTray 获取 token，其余请求使用其应答：\nREST Client 不运行脚本，请先发送第一个请求，续期或切换环境后重新发送。密钥取自同一文件夹的 .env。"},

		"cmd.export.jetbrains":      {"A file for the HTTP Client of JetBrains' editors, and httpYac", "供 JetBrains HTTP Client 和 httpYac 使用的文件"},
		"cmd.export.jetbrains.long": {"Write a .http file with its environments. Its first request takes the token from\nTokenTray and keeps it for the others: send it first, and again after a renewal or a\nswitch. The key stands in http-client.private.env.json, which git ignores.", "生成 .http 文件及其环境。第一个请求从 TokenTray 获取 token 供其余请求使用：\n请先发送它，续期或切换环境后重新发送。密钥位于 http-client.private.env.json，已被 git 忽略。"},

		"cmd.export.curl": {"A shell script that calls with curl", "使用 curl 调用的 shell 脚本"},
		"cmd.export.curl.long": {
			"Write a shell script for each account, which takes the token from TokenTray, makes one\ncall with curl, and reports a token that died. Neither the key nor the token is an\nargument of curl, where others on this machine could read it.\n\n" +
				"  tokentray export curl shop --out . --new-key scripts\n  sh tokentray-shop.sh GET /cgi-bin/get_api_domain_ip",
			"为每个账号生成 shell 脚本：从 TokenTray 获取 token，用 curl 调用一次，token 失效时报告并重试。\n密钥和 token 都不作为 curl 的参数，本机其他用户无法读取。\n\n" +
				"  tokentray export curl shop --out . --new-key scripts\n  sh tokentray-shop.sh GET /cgi-bin/get_api_domain_ip",
		},

		"flag.export_out":       {"write into this `FOLDER`", "写入此`文件夹`"},
		"flag.export_force":     {"replace files that are there", "替换已有的文件"},
		"flag.export_new_key":   {"make a client key of this `NAME` for these accounts and write it into the secret files", "为这些账号新建此`名称`的客户端密钥，并写入私密文件"},
		"flag.export_key_stdin": {"read the client key from standard input and write it into the secret files", "从标准输入读取客户端密钥，并写入私密文件"},
		"flag.export_env":       {"an `ENV`ironment that the new key may use; again for both; that of NAME/ENV, else sandbox, if not given", "新密钥可用的`环境`，可重复；不指定则为 名称/环境 中的环境，否则为 sandbox"},

		"export.wrote":        {"Files written into {folder}: {count}", "已写入 {folder} 的文件：{count}"},
		"export.secret":       {"The client key is in {files}: keep that out of version control. All else may be committed.", "客户端密钥在 {files} 中：请勿提交到版本库。其余文件可以提交。"},
		"export.elsewhere":    {"There is only {account}: these files get a token after tokentray use {env}. To name it whichever environment is active, export {account}.", "只存在 {account}：切换到该环境（tokentray use {env}）后这些文件才能获取 token。要固定使用它，请导出 {account}。"},
		"export.ignore":       {"You have a .gitignore already; add to it: {lines}", "已有你自己的 .gitignore，请在其中加入：{lines}"},
		"export.no_key":       {"No client key is in them yet. Make one with tokentray api key add NAME and put it into: {place}", "文件中还没有客户端密钥。用 tokentray api key add 名称 新建，并填入：{place}"},
		"export.no_live":      {"The new key may not use live: with tokentray use live these files get no token. For that, revoke it and export with --env sandbox --env live.", "新密钥不能用于生产环境：切换到 live 后这些文件无法获取 token。如需使用，请吊销它，并以 --env sandbox --env live 重新导出。"},
		"export.one":          {"standard output takes the file of one account; name one, or give --out FOLDER", "标准输出只能容纳一个账号的文件；请指定账号，或使用 --out 文件夹"},
		"export.folder":       {"this writes a folder; give --out FOLDER", "此命令生成文件夹；请使用 --out 文件夹"},
		"export.key_out":      {"a client key is written only into files; give --out FOLDER", "客户端密钥只写入文件；请使用 --out 文件夹"},
		"export.env_key":      {"--env is for the key that --new-key makes", "--env 用于 --new-key 新建的密钥"},
		"export.bad_key":      {"that is not a client key; tokentray api key add makes one", "这不是客户端密钥；请用 tokentray api key add 新建"},
		"export.exists":       {"already there: {files}; nothing was written; give --force to replace them, or another --out", "已存在：{files}；未写入任何文件；使用 --force 替换，或更换 --out"},
		"export.shared":       {"{files} holds things of yours and is never replaced; put TOKENTRAY_KEY=… into it yourself, or give another --out", "{files} 中有你自己的内容，不会被替换；请自行写入 TOKENTRAY_KEY=…，或更换 --out"},
		"export.no_accounts":  {"there is no account yet; add one first: tokentray add", "还没有账号；请先添加：tokentray add"},
		"export.ask_key":      {"The client key (not shown)", "客户端密钥（输入不显示）"},
		"export.place.env":    {"the variable tokentray_key", "变量 tokentray_key"},
		"export.place.dotenv": {"TOKENTRAY_KEY=… in a file .env beside them", "同一文件夹中 .env 文件的 TOKENTRAY_KEY=…"},
	}
}
