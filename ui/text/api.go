package text

import "tokentray/core"

// apiDoor are the sentences about the loopback door, its client keys and its
// access log.
func apiDoor() table {
	return table{
		"cause.port_taken":     {"Another program listens on that port.", "该端口已被其他程序占用。"},
		"remedy.port_taken":    {"End that program, or choose another port: tokentray api on --port NUMBER", "请结束占用的程序，或换一个端口：tokentray api on --port 端口"},
		"cause.no_client_key":  {said(core.SaysNoClientKey), "没有这个客户端密钥。"},
		"remedy.no_client_key": {"List the keys: tokentray api key list", "查看已有密钥：tokentray api key list"},
		"cause.key_scope":      {said(core.SaysKeyForbids), "此客户端密钥没有该权限。"},
		"remedy.key_scope":     {"Make a key that does: tokentray api key add NAME --account NAME --env live", "请另建有权限的密钥：tokentray api key add 名称 --account 账号 --env live"},
		"cause.review_keys":    {"The database was restored from a backup, so client keys that were revoked since may be back. The loopback API was switched off.", "数据库已从备份恢复，此后吊销的客户端密钥可能重新有效，因此已关闭本机 HTTP 接口。"},
		"remedy.review_keys":   {"Look through the keys, revoke those you do not know, and switch it on again: tokentray api key list; tokentray api on", "请查看现有密钥，吊销多余的，再重新开启：tokentray api key list；tokentray api on"},
		"cause.slower":         {said(core.SaysTooOften), "该客户端刷新或失败过于频繁。"},
		"remedy.slower":        {"Wait a moment, and see why it does.", "请稍候，并查明原因。"},

		"problem.key_taken":        {"There is a client key of this name; choose another, or revoke that one first.", "已有同名的客户端密钥；请换一个名称，或先吊销它。"},
		"problem.key_many":         {said(core.SaysManyKeys), "客户端密钥已达 200 个；请先吊销不再使用的。"},
		"problem.key_accounts":     {"Name accounts without an environment; --env chooses that. At most 200.", "账号只写名称，不带环境；环境用 --env 指定。最多 200 个。"},
		"problem.key_calls":        {"Write a call as 'GET /cgi-bin/menu/get', with * for any method or part of a path, or reads for all that the kind lists as reading. At most 100.", "接口写作 'GET /cgi-bin/menu/get'，* 表示任意方法或一段路径；reads 表示该类型列为读取的全部接口。最多 100 个。"},
		"problem.key_calls_origin": {"A key with --calls takes no --origin: no page in a browser makes calls. Make two keys.", "--calls 与 --origin 不能同时使用：浏览器网页不能调用接口。请创建两个密钥。"},
		"problem.key_no_calls":     {"Say what the key may call: --calls.", "请用 --calls 指定密钥可调用的接口。"},
		"problem.key_rate":         {"Choose a number from 1 to 1000.", "请填 1 到 1000 之间的数。"},
		"problem.key_host":         {"Write a host as host.docker.internal:17278, with its port and no *. At most 20.", "主机写作 host.docker.internal:17278，须带端口，不能用 *。最多 20 个。"},
		"problem.key_origin":       {"Write an origin as https://host or http://localhost:3000. At most 20.", "来源写作 https://主机 或 http://localhost:3000。最多 20 个。"},
		"problem.address_bad": {
			"An address beside the loopback is one that this machine has, such as 172.17.0.1 of Docker's bridge: not 0.0.0.0 or ::, not the loopback, not ::ffff:a.b.c.d; none takes it away.",
			"本机回环之外的监听地址应是本机拥有的一个地址，如 Docker 网桥的 172.17.0.1；不能是 0.0.0.0、::、回环地址或 ::ffff:a.b.c.d；none 表示取消。",
		},
		"problem.port_bad": {"A port is a number from 1 to 65535.", "端口是 1 到 65535 之间的数字。"},

		"status.loopback.on":    {"on", "已开启"},
		"status.loopback.taken": {"off: its port is taken", "未开启：端口被占用"},
		"cli.field.account":     {"account", "账号"},
		"cli.field.origin":      {"origin", "来源"},
		"cli.field.calls":       {"calls", "接口"},
		"cli.field.rate":        {"rate", "频率"},
		"cli.field.burst":       {"burst", "连续次数"},
		"cli.field.port":        {"port", "端口"},
		"usage.one_key":         {"name the client key; tokentray api key list shows those there are", "请指定客户端密钥的名称；tokentray api key list 可列出全部"},

		"settings.loopback":      {"the HTTP API on this machine is open, as with tokentray api on", "开启本机 HTTP 接口，与 tokentray api on 相同"},
		"settings.loopback-port": {"its port, 1 to 65535", "本机 HTTP 接口的端口：1 到 65535"},

		"window.set.loopback":      {"Open the HTTP API on this machine", "开启本机 HTTP 接口"},
		"window.set.loopback-port": {"Port", "端口"},

		"api.address":      {"address", "地址"},
		"api.keys":         {"client keys", "客户端密钥"},
		"api.open":         {"The loopback API is off. Open it: tokentray api on", "本机 HTTP 接口未开启。开启：tokentray api on"},
		"api.first_key":    {"There is no client key yet, so nobody may call. Make one: tokentray api key add NAME", "还没有客户端密钥，因此无人可以调用。新建：tokentray api key add 名称"},
		"api.key_made":     {"Made the client key {name}. It may use: {scope}", "已新建客户端密钥 {name}，可用范围：{scope}"},
		"api.key_once":     {"The key is shown only once; TokenTray keeps only its hash.", "密钥仅显示这一次；TokenTray 只保存其哈希。"},
		"api.port":         {"Port {port} of this machine cannot be used.", "无法使用本机的端口 {port}。"},
		"api.holder_own":   {"The program there is one of yours.", "占用端口的是你自己的程序。"},
		"api.holder_other": {"The program there is of another user: {user}. It may have taken the client keys that your programs sent; revoke those: tokentray api key revoke NAME", "占用端口的是另一用户 {user} 的程序。你的程序发出的客户端密钥可能已被其获取，请吊销：tokentray api key revoke 名称"},
		"api.key_use":      {"Use it:  curl -H \"Authorization: Bearer KEY\" http://127.0.0.1:{port}/v1/token/{account}", "使用：curl -H \"Authorization: Bearer 密钥\" http://127.0.0.1:{port}/v1/token/{account}"},
		"api.all_accounts": {"all accounts", "全部账号"},
		"api.scope":        {"MAY USE", "可用范围"},
		"api.used":         {"LAST USED", "上次使用"},
		"api.never":        {"never", "从未"},
		"api.revoked":      {"Revoked the client key {name}; it no longer works.", "已吊销客户端密钥 {name}，立即失效。"},
		"api.log_key":      {"KEY", "密钥"},
		"api.log_call":     {"CALL", "调用"},
		"api.log_account":  {"ACCOUNT", "账号"},
		"api.log_answer":   {"ANSWER", "应答"},
		"api.log_count":    {"", ""},
		"api.log_empty":    {"Nobody has called since the agent started.", "守护进程启动以来还没有调用。"},

		"cmd.api":              {"The HTTP API on this machine, for Postman, SDKs and scripts", "本机 HTTP 接口，供 Postman、SDK 和脚本使用"},
		"cmd.api.on":           {"Open the loopback API", "开启本机 HTTP 接口"},
		"cmd.api.on.long":      {"Open the loopback API on 127.0.0.1 and ::1, now and after each restart. Without a\nclient key nobody may call.", "在 127.0.0.1 和 ::1 上开启本机 HTTP 接口，重启后仍然开启。没有客户端密钥则无人可以调用。"},
		"cmd.api.off":          {"Shut the loopback API; client keys stay", "关闭本机 HTTP 接口，客户端密钥保留"},
		"cmd.api.status":       {"Show where the loopback API listens", "显示本机 HTTP 接口的状态和地址"},
		"cmd.api.log":          {"Show the last calls; no token is in it", "显示最近的调用，不含 token"},
		"cmd.api.log.long":     {"Show the last calls over the loopback, newest first: who, what, which account, how\nit ended. Repeated calls share one line. It is kept in memory and holds no token.", "显示本机 HTTP 接口最近的调用，最新在前：密钥、调用、账号和结果。\n连续相同的调用合并为一行。只保存在内存中，不含 token。"},
		"cmd.api.key":          {"The keys of programs that may call", "管理调用方的客户端密钥"},
		"cmd.api.key.add":      {"Make a client key; it is shown only once", "新建客户端密钥，仅显示一次"},
		"cmd.api.key.add.long": {"Make a key for one program. Without flags it may read the sandbox tokens of all\naccounts; live only where --env live says so. The key is printed on standard output,\nonce; TokenTray keeps only its hash.\n\n  tokentray api key add postman\n  tokentray api key add ci --account shop --env live\n\nWith --calls the key also makes calls, at /call/NAME/ENV/PATH, and never sees the token; with\n--no-token it does nothing else. On live accounts it only reads, unless --live-write is given:\n\n  tokentray api key add ci --calls 'GET /cgi-bin/menu/get' --calls 'POST /cgi-bin/draft/*' --no-token\n  tokentray api key add board --calls reads --no-token", "为一个程序新建密钥。不带选项时可读取全部账号的沙箱 token；只有写明 --env live 才能读取生产 token。\n密钥输出到标准输出，仅此一次；TokenTray 只保存其哈希。\n\n  tokentray api key add postman\n  tokentray api key add ci --account shop --env live\n\n使用 --calls 时，该密钥还可通过 /call/名称/环境/路径 调用接口而不接触 token；加 --no-token 则只能调用。\n对生产账号默认只能读取，除非使用 --live-write：\n\n  tokentray api key add ci --calls 'GET /cgi-bin/menu/get' --calls 'POST /cgi-bin/draft/*' --no-token\n  tokentray api key add board --calls reads --no-token"},
		"cmd.api.key.list":     {"List the client keys, with scope and last use", "列出客户端密钥、可用范围和上次使用时间"},
		"cmd.api.key.revoke":   {"End a client key at once", "立即吊销客户端密钥"},

		"flag.api_address":    {"the `ADDRESS` to listen at beside the loopback, for containers: only for callers of its subnet, and only with keys made with --host; none removes it (Linux)", "除回环外还监听的`地址`，供容器使用：只接受同一子网的调用方，且只认用 --host 新建的密钥；none 表示取消（Linux）"},
		"flag.api_port":       {"the `PORT` to listen on, from now on; 17278 unless changed", "监听`端口`，此后一直使用；默认为 17278"},
		"flag.key_account":    {"an account it may use, by `NAME`; again for more; all if not given", "可用账号的`名称`，可重复；不指定则为全部"},
		"flag.key_env":        {"an `ENV`ironment it may use; again for both; sandbox if not given", "可用`环境`，可重复；不指定则为 sandbox"},
		"flag.key_calls":      {"a `CALL` that it may make without a token in hand, as 'POST /cgi-bin/message/custom/send'; again for more; reads: all that read", "可不持 token 调用的`接口`，如 'POST /cgi-bin/message/custom/send'，可重复；reads 表示全部读取类接口"},
		"flag.key_live_write": {"its calls may also change live accounts", "允许其调用改动生产账号"},
		"flag.key_no_token":   {"it makes calls and takes no token", "只能调用接口，不能取 token"},
		"flag.key_rate":       {"at most this `NUMBER` of calls a second (20)", "每秒最多调用`次数`（默认 20）"},
		"flag.key_burst":      {"at most this `NUMBER` of calls in a row (50)", "连续调用的最多`次数`（默认 50）"},
		"cmd.api.socket":      {"Serve the local API at a socket, for a container", "在套接字上提供本机 HTTP 接口，供容器使用"},
		"cmd.api.socket.long": {
			"Make a unix socket at PATH, to be mounted into a container, and serve it until it is\ninterrupted. It serves what 127.0.0.1 serves and nothing else; it takes only\nthe client key NAME, which programs still have to send. Nothing listens on a network.\n\n" +
				"  tokentray api key add box --calls reads --no-token\n  tokentray api socket /run/user/1000/box.sock --key box --mode 0660 --group docker\n" +
				"  docker run -v /run/user/1000/box.sock:/tokentray.sock … \\\n    curl --unix-socket /tokentray.sock -H \"Authorization: Bearer $KEY\" \\\n      http://localhost/call/shop/sandbox/cgi-bin/menu/get",
			"在 PATH 创建 unix 套接字以便挂载到容器，并持续服务直到被中断。\n其后只有 127.0.0.1 上的内容；它只接受客户端密钥 NAME，程序仍须发送该密钥。\n不监听任何网络。\n\n" +
				"  tokentray api key add box --calls reads --no-token\n  tokentray api socket /run/user/1000/box.sock --key box --mode 0660 --group docker\n" +
				"  docker run -v /run/user/1000/box.sock:/tokentray.sock … \\\n    curl --unix-socket /tokentray.sock -H \"Authorization: Bearer $KEY\" \\\n      http://localhost/call/shop/sandbox/cgi-bin/menu/get",
		},
		"flag.socket_key":       {"the client key that it takes, by `NAME`", "它接受的客户端密钥`名称`"},
		"flag.socket_mode":      {"permissions of the socket, as `OCTAL`; never for everybody", "套接字的`八进制`权限，不能对所有人可写"},
		"flag.socket_group":     {"the `GROUP` of the socket", "套接字所属的`组`"},
		"usage.socket":          {"name the socket: tokentray api socket PATH --key NAME", "请指定套接字：tokentray api socket 路径 --key 名称"},
		"usage.socket_key":      {"name the client key that it takes: --key NAME; tokentray api key add makes one", "请用 --key 名称 指定它接受的客户端密钥；tokentray api key add 可新建"},
		"usage.socket_mode":     {"--mode is octal, as 0600 or 0660, and nothing for everybody to write", "--mode 为八进制，如 0600 或 0660，不能让所有人可写"},
		"usage.socket_group":    {"there is no group {group} here", "本机没有组 {group}"},
		"usage.socket_path":     {"no socket can be made at {path}; its folder must be there and yours, and the path short", "无法在 {path} 创建套接字；其文件夹须存在且属于你，路径不能太长"},
		"usage.socket_taken":    {"{path} is there already, or is served; choose another", "{path} 已存在或正在使用；请另选"},
		"api.socket":            {"The local API is at {path}, for the key {key}, until this ends (Ctrl-C).", "本机 HTTP 接口已在 {path} 提供给密钥 {key}，结束请按 Ctrl-C。"},
		"flag.key_host":         {"a `HOST:PORT` at which it may be used beside 127.0.0.1, as host.docker.internal:17278; again for more", "除 127.0.0.1 外可用的`主机:端口`，如 host.docker.internal:17278，可重复"},
		"api.scope_hosts":       {"; at {hosts}", "；可经由 {hosts}"},
		"api.scope_calls":       {"; calls {calls}", "；调用 {calls}"},
		"api.scope_live_write":  {"; may change live accounts", "；可改动生产账号"},
		"api.scope_no_token":    {"; takes no token", "；不能取 token"},
		"api.key_call":          {"Use it: curl -H \"Authorization: Bearer $KEY\" http://127.0.0.1:{port}/call/{account}/sandbox/cgi-bin/…", "使用：curl -H \"Authorization: Bearer $KEY\" http://127.0.0.1:{port}/call/{account}/sandbox/cgi-bin/…"},
		"refused.call_path":     {"odd path", "路径有误"},
		"refused.call_method":   {"odd method", "方法有误"},
		"refused.call_header":   {"odd header", "请求头有误"},
		"refused.call_body":     {"the body broke off", "请求体中断"},
		"refused.call_token":    {"brought a token of its own", "自带 token"},
		"refused.call_closed":   {"closed call", "禁止调用的接口"},
		"refused.live_write":    {"may not change live", "不可改动生产账号"},
		"refused.key_calls":     {"not among the key's calls", "不在密钥的接口范围内"},
		"refused.key_scope":     {"account outside the key's scope", "账号不在密钥范围内"},
		"refused.slower":        {"too many calls", "调用过多"},
		"refused.no_client_key": {"no key, or a wrong one", "没有密钥或密钥有误"},
		"refused.host":          {"another Host", "其他 Host"},
		"refused.browser":       {"a page in a browser", "来自浏览器网页"},
		"refused.no_account":    {"no such account", "没有此账号"},
		"flag.key_origin":       {"a web page's origin that may call with it, as `URL`; again for more", "允许用它调用的网页来源`地址`，可重复"},
		"flag.log_key":          {"only calls with the key of this `NAME`", "只显示此`名称`的密钥的调用"},

		"cmd.api.long": {
			"The HTTP API on this machine: Postman, SDKs, scripts and CI take the current token from\n" +
				"it and never need the AppSecret. It is off until tokentray api on, listens only on\n" +
				"127.0.0.1 and ::1, and answers only to client keys (tokentray api key add).\n\n" +
				"  GET  /v1/token/NAME[/ENV]            the current token, fetched first if need be\n" +
				"         ?min_ttl=300 or 5m            one that lives that long, or an error (default 30s)\n" +
				"         ?newer_than=UNIX&wait=30s     wait for the next one: newer_than is the\n" +
				"                                       expires_at_unix you have; 204 if none came\n" +
				"  POST /v1/token/NAME[/ENV]/refresh    {\"stale\":\"TOKEN\"}: report a token that failed and\n" +
				"                                       get the one that works; it forces nothing\n" +
				"  POST /v1/sign/NAME[/ENV]             {\"url\":\"https://…\"}: wx.config or wx.agentConfig for\n" +
				"                                       a page; WeCom has \"ticket\":\"corp\" and \"agent\"\n" +
				"  ANY  /call/NAME/ENV/PATH             a call with the token in it, for keys with --calls: the\n" +
				"                                       upstream's own method, path, query and body\n" +
				"  GET  /v1/status                      version, active environment, what the key may do\n" +
				"  GET  /v1/openapi.json                all of this as OpenAPI 3.1\n\n" +
				"Send the key as Authorization: Bearer KEY. Without /ENV the account is the one in the\n" +
				"active environment. Answers: access_token, expires_in, expires_at, expires_at_unix,\n" +
				"account, env, appid, previous. Errors: {\"error\":{\"class\",\"message\",\"remedy\",…}} with 401 for a\n" +
				"wrong key, 403 for a page or an account that the key does not allow, 404, 429 and 503\n" +
				"with Retry-After. Reading a living token is never limited.\n\n" +
				"For SDKs whose base URL can be set to http://127.0.0.1:17278, the upstreams' own calls,\n" +
				"with a client key instead of the secret. The AppID or CorpID chooses the account, so the\n" +
				"key of a corp's SDK must allow only one of its applications. A forced refresh only reports\n" +
				"the token as stale:\n\n" +
				"{token_paths}\n\n" +
				"Set to http://127.0.0.1:17278/call/NAME/ENV, with the key of --calls instead of the AppSecret,\n" +
				"they never hold a token: they get a stand-in, and the real one goes out in its place.\n\n" +
				"tokentray export writes files for Postman, Newman, Bruno, editors and curl that do all this.",
			"本机 HTTP 接口：Postman、SDK、脚本和 CI 从这里获取当前 token，无需 AppSecret。\n" +
				"默认关闭，用 tokentray api on 开启；只监听 127.0.0.1 和 ::1，只接受客户端密钥\n" +
				"（tokentray api key add）。\n\n" +
				"  GET  /v1/token/名称[/环境]           当前 token，必要时先获取\n" +
				"         ?min_ttl=300 或 5m            剩余有效期不少于此值，否则返回错误（默认 30s）\n" +
				"         ?newer_than=UNIX&wait=30s     等待下一个 token：newer_than 为手中 token 的\n" +
				"                                       expires_at_unix；未等到则返回 204\n" +
				"  POST /v1/token/名称[/环境]/refresh   {\"stale\":\"TOKEN\"}：报告失效的 token，并取得有效的\n" +
				"                                       token；不会强制刷新\n" +
				"  POST /v1/sign/名称[/环境]            {\"url\":\"https://…\"}：页面所需的 wx.config 或 wx.agentConfig，\n" +
				"                                       企业微信用 \"ticket\":\"corp\" 或 \"agent\" 指定\n" +
				"  ANY  /call/名称/环境/路径            带上 token 调用上游接口，需密钥带 --calls：方法、路径、\n" +
				"                                       查询参数和请求体与上游一致\n" +
				"  GET  /v1/status                      版本、当前环境、密钥的可用范围\n" +
				"  GET  /v1/openapi.json                以上接口的 OpenAPI 3.1 描述\n\n" +
				"密钥以 Authorization: Bearer KEY 发送。不写环境时为当前环境中的账号。\n" +
				"应答字段：access_token、expires_in、expires_at、expires_at_unix、account、env、appid、previous。\n" +
				"错误：{\"error\":{\"class\",\"message\",\"remedy\",…}}；401 密钥错误，403 网页或账号不在密钥范围内，\n" +
				"404 无此账号，429 与 503 带 Retry-After。读取有效的 token 不受限制。\n\n" +
				"对于可设置基础地址的 SDK，设为 http://127.0.0.1:17278，用客户端密钥代替 AppSecret，\n" +
				"由 AppID 或 CorpID 选择账号（企业的密钥须只允许其中一个应用），即可使用上游自己的接口；\n" +
				"强制刷新仅表示报告 token 失效：\n\n" +
				"{token_paths}\n\n" +
				"把基础地址设为 http://127.0.0.1:17278/call/名称/环境，并用带 --calls 的密钥代替 AppSecret，\n" +
				"SDK 就不会接触 token：它拿到的是替身，发往上游时才换成真正的 token。\n\n" +
				"tokentray export 可为 Postman、Newman、Bruno、编辑器和 curl 生成现成的文件。",
		},
	}
}
