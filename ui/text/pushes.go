package text

// pushes are the sentences about the places that get each new token.
func pushes() table {
	return table{
		"class.push":          {"A token could not be pushed: {message}", "token 未能推送到目标：{message}"},
		"class.short.push":    {"not pushed", "推送失败"},
		"cause.push_file":     {"The file of a push could not be written: {message}", "无法写入推送文件：{message}"},
		"cause.push_in_place": {"The file of a push could not be replaced: {message}", "无法替换推送文件：{message}"},
		"cause.push_command":  {"The command of a push failed: {message}", "推送命令执行失败：{message}"},
		"cause.push_timeout":  {"The command of a push took too long: {message}", "推送命令超时：{message}"},
		"cause.review_push":   {"The database was restored from a backup, so pushes that were removed since may be back. This one waits until you agree.", "数据库已从备份恢复，此后删除的推送可能重新出现，因此已暂停此推送，等待您确认。"},
		"cause.push_fetchers": {"Two programs fetch tokens of this account: {message}", "有两个程序在获取该账号的 token：{message}"},
		"cause.push_redis":    {"The token could not be written into the Redis: {message}", "token 未能写入 Redis：{message}"},
		"cause.no_push":       {"{account} has no push of that number.", "{account} 没有这个编号的推送。"},
		"remedy.push_file":    {"Check that its folder exists and that you may write to it; then: tokentray push test {account}", "请确认目录存在且可写，然后执行：tokentray push test {account}"},
		"remedy.push_in_place": {
			"Mount the folder of the file instead of the file. Or remove the push and add it with --in-place, which overwrites the file: tokentray push add {account} --file FILE --in-place",
			"请改为挂载文件所在的目录；或删除此推送，用 --in-place 重新添加（直接改写原文件）：tokentray push add {account} --file 文件 --in-place",
		},
		"remedy.push_command":  {"Check that the command works; then: tokentray push test {account}", "请确认命令可以正常执行，然后执行：tokentray push test {account}"},
		"remedy.push_timeout":  {"Make it quicker, or add it again with more time (--timeout); then: tokentray push test {account}", "请加快命令，或用更长的 --timeout 重新添加，然后执行：tokentray push test {account}"},
		"remedy.review_push":   {"To go on with it: tokentray push test {account} NUMBER. To remove it: tokentray push rm {account} NUMBER", "继续推送：tokentray push test {account} 编号；删除推送：tokentray push rm {account} 编号"},
		"remedy.push_fetchers": {"Give the backend no AppSecret, or point its base URL at TokenTray. If nothing else writes the entry, delete its key; then: tokentray push test {account}", "请不要给后端 AppSecret，或将其接口地址指向 TokenTray。如果没有其他程序写入，请删除该键，然后执行：tokentray push test {account}"},
		"remedy.push_redis":    {"See that the layout is the backend's; then: tokentray push test {account}", "请确认 --layout 与后端一致，然后执行：tokentray push test {account}"},
		"remedy.push_taken":    {"Remove this push and the other account's (tokentray push rm), and add them again: each then gets a key of its own, with its AgentID", "请用 tokentray push rm 删除本推送和另一账号的推送，再重新添加：键名会带上各自的 AgentID，互不覆盖"},
		"remedy.no_push":       {"List the pushes: tokentray push list {account}", "查看已有推送：tokentray push list {account}"},

		"problem.push_kind":           {"A push is for a file, a command or a Redis.", "推送目标只能是文件、命令或 Redis。"},
		"problem.push_path":           {"Write the whole path of a file, from the root on.", "请填写文件的绝对路径。"},
		"problem.push_form":           {"Use one of: dotenv, json, plain.", "取值只能是 dotenv、json 或 plain。"},
		"problem.push_key":            {"A variable's name has letters, digits and underscores, and no digit first. A section may stand before it: WECHAT.TOKEN", "变量名由字母、数字和下划线组成，且不以数字开头；前面可加小节名：WECHAT.TOKEN"},
		"problem.push_command":        {"Begin the command with the whole path of a program.", "命令须以程序的绝对路径开头。"},
		"problem.push_timeout":        {"A command gets 1s to 10m.", "命令的时限为 1s 到 10m。"},
		"problem.push_mixed":          {"This does not belong to a push of this kind; leave it out.", "此项不适用于这种推送，请去掉。"},
		"problem.push_many":           {"The account has 20 pushes already; remove one first.", "该账号已有 20 个推送，请先删除一个。"},
		"problem.push_twice":          {"Another push writes this already; remove that one, or choose another place.", "已有推送写入此处；请先删除它，或改用其他位置。"},
		"problem.push_exists":         {"This file exists already and would be overwritten. If you mean it: --overwrite", "文件已存在，将被整个覆盖。确需如此请加 --overwrite"},
		"problem.push_redis_url":      {"Write the Redis as rediss://USER@HOST:PORT/DB, redis://… for this machine, or unix:///PATH.", "请将 Redis 写成 rediss://用户@主机:端口/库号；本机可用 redis://… 或 unix:///路径。"},
		"problem.push_redis_password": {"The URL of the Redis holds a password, and others can read the arguments of a command. Leave it out, and give --redis-password or --redis-password-stdin.", "Redis 地址中含有密码，而命令行参数可被其他用户看到。请去掉密码，改用 --redis-password 或 --redis-password-stdin。"},
		"problem.push_redis_plain":    {"Tokens would go to another machine without encryption. Use rediss://, or agree with --plaintext.", "token 将以明文发往其他机器。请使用 rediss://，或加 --plaintext 表示同意。"},
		"problem.push_redis_layout":   {"This layout is not known, or its entries hold what only the SDK knows, so that they can only be read.", "未知的方式；或其内容只有 SDK 自己才能生成，只能读取。"},
		"problem.push_redis_family":   {"This layout has no entries that can be written for such an app. Say which it is: --app official-account, mini-program or work.", "该方式没有这类应用可写入的内容。请用 --app 指明：official-account、mini-program 或 work。"},
		"problem.push_redis_key":      {"This layout has no key of its own: give the whole key with --redis-key.", "该方式没有固定键名：请用 --redis-key 指定完整键名。"},
		"problem.push_redis_secret":   {"The key holds the AppSecret, and keys are kept in the clear. Let the backend choose another one, as with the setKey of its SDK.", "键名中含有 AppSecret，而键名以明文保存。请让后端改用其他键名（如通过 SDK 的 setKey）。"},
		"problem.push_redis_own_key":  {"This layout names its keys itself: leave --redis-key out. What stands before them is --key-prefix.", "该方式自行决定键名：请去掉 --redis-key；前缀用 --key-prefix 指定。"},
		"problem.push_redis_word":     {"Prefix and AgentID are printable, without blanks, and at most 200 bytes long.", "前缀和 AgentID 须为可打印字符，不含空格，最长 200 字节。"},
		"problem.push_redis_agent":    {"This is not the account's own AgentID: its token would go to another app. Leave --agent out, or give --agent - where the backend's key has none.", "这不是该账号的 AgentID，token 会写到其他应用名下。请去掉 --agent；后端键名不含 AgentID 时用 --agent - 表示不带。"},
		"problem.push_redis_taken":    {"Another account, with another token, writes this key of this Redis already; the two would overwrite each other. Choose another key, prefix or database.", "另一账号已在此 Redis 写入同一个键，而两者的 token 不同，会互相覆盖。请改用其他键名、前缀或库。"},
		"problem.push_home":           {"This file lies in TokenTray's own folder; choose another.", "此文件位于 TokenTray 自己的数据目录中，请另选位置。"},

		"did.pushed":      {"pushed", "已推送"},
		"did.push_failed": {"push failed", "推送失败"},

		"cli.field.path":        {"file", "文件"},
		"cli.field.form":        {"form", "格式"},
		"cli.field.key":         {"variable", "变量"},
		"cli.field.command":     {"command", "命令"},
		"cli.field.timeout":     {"time", "时限"},
		"cli.field.redis":       {"Redis", "Redis"},
		"cli.field.layout":      {"layout", "方式"},
		"cli.field.family":      {"app", "应用"},
		"cli.field.key_prefix":  {"prefix", "前缀"},
		"cli.field.redis_key":   {"key", "键"},
		"cli.field.dry_run":     {"dry run", "试运行"},
		"cli.field.push":        {"pushes", "推送"},
		"status.failing_pushes": {"failing pushes", "失败的推送"},

		"push.number":     {"NO", "编号"},
		"push.account":    {"ACCOUNT", "账号"},
		"push.target":     {"TO", "目标"},
		"push.how":        {"AS", "方式"},
		"push.last":       {"LAST", "最近结果"},
		"push.command":    {"command", "命令"},
		"push.waits":      {"at the next renewal", "下次续期时"},
		"push.fine":       {"fine, {time}", "成功，{time}"},
		"push.failed":     {"failed, {time}", "失败，{time}"},
		"push.held":       {"held since {time}", "已暂停，{time}"},
		"push.again":      {"next try {time}", "将于 {time} 重试"},
		"push.fact":       {"{n} to {target}", "{n}（{target}）"},
		"push.added":      {"Added push {n} of {account}: {target}", "已为 {account} 添加推送 {n}：{target}"},
		"push.added_now":  {"The current token is there.", "当前 token 已送达。"},
		"push.open":       {"others than its owner can read {file}, and so the token; --private takes it away from them.", "{file} 可被其他用户读取，token 也会被看到；--private 可仅限所有者。"},
		"push.added_on":   {"It has no token now; the next renewal brings it.", "目前没有 token，下次续期时推送。"},
		"push.removed":    {"Removed push {n} of {account}. What it wrote stays.", "已删除 {account} 的推送 {n}。已写入的内容保留。"},
		"push.done":       {"{account}: push {n} to {target} is done.", "{account}：推送 {n} 到 {target} 已完成。"},
		"push.plan":       {"Nothing was written. These commands would be sent.", "未写入任何内容；以上为将要发送的命令。"},
		"push.plan_there": {"Nothing would be written: the token is there already.", "无需写入：token 已在其中。"},
		"push.plan_lock":  {"{lock} is the SDK's lock. It is held while a token is fetched, for 25 seconds at most; while the backend holds it, nothing is written.", "{lock} 是该 SDK 的锁：获取 token 期间持有它，最多 25 秒；后端持有期间不写入。"},
		"push.none":       {"{account} has no pushes. Add one: tokentray push add {account} --file PATH", "{account} 没有推送。添加：tokentray push add {account} --file 路径"},
		"push.none_all":   {"There are no pushes. Add one: tokentray push add NAME --file PATH", "还没有推送。添加：tokentray push add 名称 --file 路径"},

		"usage.push_number":    {"name the account and the push by its number; tokentray push list shows them", "请指定账号和推送的编号；tokentray push list 可列出全部"},
		"usage.push_what":      {"say where the token goes: --file PATH, --redis URL, or -- and a command", "请指定推送目标：--file 路径、--redis 地址，或 -- 后接命令"},
		"usage.push_both":      {"a push is for a file, a Redis or a command; give one of them", "推送目标只能是文件、Redis 或命令之一"},
		"usage.push_program":   {"there is no program {name}; give its path, or check PATH", "找不到程序 {name}；请给出路径，或检查 PATH"},
		"usage.push_redis":     {"these flags are for a push into a Redis; give its URL too: --redis URL", "这些选项用于推送到 Redis，请同时指定 --redis 地址"},
		"usage.push_layout":    {"say how the backend's SDK keeps a token: --layout with one of {layouts}", "请用 --layout 指明后端 SDK 保存 token 的方式：{layouts}"},
		"usage.redis_password": {"the password of the Redis is missing; run this at a terminal, or give --redis-password-stdin", "缺少 Redis 密码；请在终端中运行，或使用 --redis-password-stdin"},
		"ask.redis_password":   {"Password of the Redis (not shown)", "Redis 密码（输入不显示）"},
		"usage.push_as":        {"--as takes dotenv, json or plain", "--as 只能是 dotenv、json 或 plain"},

		"cmd.push": {"Write each new token into a file or a Redis, or hand it to a command", "把每个新 token 写入文件或 Redis，或交给命令"},
		"cmd.push.long": {
			"Each time the token of an account is renewed, TokenTray writes it into a file or into\n" +
				"the Redis of a backend, or hands it to a command. What failed is tried again and shown\n" +
				"by push list, show and status.\n\n" +
				"  tokentray push add shop/sandbox --file ~/shop/.env --key WX_TOKEN\n" +
				"  tokentray push add shop/live --file /srv/shop/token.json\n" +
				"  tokentray push add shop/live -- /usr/local/bin/set-token --site shop\n" +
				"  tokentray push add shop/live --redis rediss://redis.example.com --layout silenceper\n" +
				"  tokentray push list",
			"账号的 token 每次续期后，TokenTray 会把它写入文件或后端的 Redis，或交给命令。\n" +
				"失败会自动重试，结果可用 push list、show 和 status 查看。\n\n" +
				"  tokentray push add shop/sandbox --file ~/shop/.env --key WX_TOKEN\n" +
				"  tokentray push add shop/live --file /srv/shop/token.json\n" +
				"  tokentray push add shop/live -- /usr/local/bin/set-token --site shop\n" +
				"  tokentray push add shop/live --redis rediss://redis.example.com --layout silenceper\n" +
				"  tokentray push list",
		},
		"cmd.push.add": {"Add a push to a file, a Redis or a command, and do it once", "添加推送（文件、Redis 或命令）并立即执行一次"},
		"cmd.push.add.long": {
			"Add a push. The current token goes there at once, if there is one, and every later one.\n\n" +
				"A file is replaced as a whole or not at all. One that was there keeps its owner, group\n" +
				"and mode; --private takes it away from others. A new one is 0600. In a dotenv file only\n" +
				"the variable changes: comments, order, quotes and line ends stay. In a file with\n" +
				"[sections], --key WECHAT.TOKEN names the section too. json and plain files are written\n" +
				"whole. A link is followed and stays, if it is yours. The folder must be there.\n\n" +
				"A container that has the file mounted by itself keeps the old one when it is replaced:\n" +
				"mount its folder. Where that cannot be, --in-place overwrites the file; a reader may\n" +
				"then meet it half written.\n\n" +
				"A command runs without a shell, in your home folder, with the token and a line end on\n" +
				"its standard input and these variables: TOKENTRAY_ACCOUNT, TOKENTRAY_ENV,\n" +
				"TOKENTRAY_APPID, TOKENTRAY_BASE_URL, TOKENTRAY_EXPIRES_AT, TOKENTRAY_EXPIRES_AT_UNIX.\n" +
				"What it prints is dropped; the last line of its standard error explains a failure.\n\n" +
				"Into a Redis the token goes under the key and in the form in which the backend's SDK\n" +
				"looks for it: --layout names the SDK. One command writes it together with its time to\n" +
				"live. The entry is read before: one that somebody else wrote later than the token came\n" +
				"is left as it is, and you are told that two programs fetch. An entry that vanishes\n" +
				"before its time is a report that the token is dead; where no call checks tokens and\n" +
				"each makes another, it is only written again. --dry-run shows the commands and writes\n" +
				"nothing. Give the backend no AppSecret, or let it ask TokenTray: an SDK that has one\n" +
				"fetches too.\n\n" +
				"  tokentray push add shop --redis rediss://tokentray@redis.example.com/2 --layout wxjava \\\n" +
				"      --key-prefix shop: --redis-password\n" +
				"  tokentray push add shop --redis redis://127.0.0.1 --layout plain --redis-key wx:token --dry-run\n\n" +
				"Export does not contain pushes.",
			"添加推送。如有 token，立即推送当前的，此后每次续期都推送。\n\n" +
				"文件整体替换，要么成功要么不变。已有文件的所有者、组和权限保持不变，--private 可仅限\n" +
				"所有者读取；新建文件为 0600。dotenv 文件只修改指定的变量，注释、顺序、引号和换行保持\n" +
				"不变；文件有 [小节] 时，--key WECHAT.TOKEN 同时指明小节。json 和 plain 文件整个写入。\n" +
				"属于你的符号链接会被跟随并保留。目录必须已存在。\n\n" +
				"容器单独挂载某个文件时，替换文件后容器内仍是旧文件：请改为挂载目录。无法如此时用\n" +
				"--in-place 直接改写原文件，此时可能被读到一半。\n\n" +
				"命令不经过 shell，在主目录中执行；token 和换行从标准输入传入，并设置环境变量\n" +
				"TOKENTRAY_ACCOUNT、TOKENTRAY_ENV、TOKENTRAY_APPID、TOKENTRAY_BASE_URL、\n" +
				"TOKENTRAY_EXPIRES_AT、TOKENTRAY_EXPIRES_AT_UNIX。标准输出被丢弃，标准错误的最后一行\n" +
				"用于说明失败原因。\n\n" +
				"推送到 Redis 时，token 会以后端 SDK 使用的键名和格式写入，--layout 指明是哪种 SDK。\n" +
				"写入与过期时间由一条命令完成；写入前先读取：如果其他程序在此之后写入过更新的 token，\n" +
				"则保持不变，并提示有两个程序在获取。键提前消失视为 token 已失效的报告；若 token 无法\n" +
				"检查且每次获取都产生新的，则只重新写入原 token。--dry-run 只显示命令，不写入。请不要\n" +
				"给后端 AppSecret，或让它向 TokenTray 获取：持有密钥的 SDK 也会自行获取。\n\n" +
				"  tokentray push add shop --redis rediss://tokentray@redis.example.com/2 --layout wxjava \\\n" +
				"      --key-prefix shop: --redis-password\n" +
				"  tokentray push add shop --redis redis://127.0.0.1 --layout plain --redis-key wx:token --dry-run\n\n" +
				"导出文件不包含推送。",
		},
		"cmd.push.list": {"List the pushes, and how each ended last", "列出推送及最近一次的结果"},
		"cmd.push.rm":   {"Remove a push; what it wrote stays", "删除推送，已写入的内容保留"},
		"cmd.push.test": {"Do the pushes of an account now, or one of them", "立即执行账号的全部推送或其中一个"},
		"cmd.push.test.long": {
			"Do the pushes of an account now, or the one of that number, with the current token. The\n" +
				"exit code is 1 if one fails.",
			"用当前 token 立即执行账号的全部推送，或指定编号的推送。有失败时退出码为 1。",
		},
		"flag.push_file":            {"the `FILE` to write", "要写入的`文件`"},
		"flag.push_as":              {"how to write it, as `FORM`: dotenv, json or plain; if not given, by the file's name", "写入`格式`：dotenv、json 或 plain；不指定则按文件名判断"},
		"flag.push_key":             {"the variable `NAME` in a dotenv file, or SECTION.NAME; ACCESS_TOKEN if not given", "dotenv 文件中的变量`名`，或 小节.变量名；默认为 ACCESS_TOKEN"},
		"flag.push_in_place":        {"overwrite the file itself, for one that is mounted into a container by itself", "直接改写原文件，用于单独挂载到容器中的文件"},
		"flag.push_private":         {"take the file away from others than its owner (0600)", "仅允许所有者读取文件（0600）"},
		"flag.push_replace":         {"take the place of the account's push of this `NUMBER`, which goes", "替换该账号中此`编号`的推送"},
		"flag.push_overwrite":       {"overwrite an existing json or plain file", "允许覆盖已存在的 json 或 plain 文件"},
		"flag.push_redis":           {"the `URL` of the Redis to write to, without a password: rediss://user@host:port/db", "要写入的 Redis `地址`（不含密码）：rediss://用户@主机:端口/库号"},
		"flag.push_layout":          {"how the backend's SDK keeps a token, as `LAYOUT`: silenceper, silenceper-stable, powerwechat, wxjava, plain, json or php", "后端 SDK 保存 token 的`方式`：silenceper、silenceper-stable、powerwechat、wxjava、plain、json 或 php"},
		"flag.push_app":             {"the `FAMILY` of apps, where it differs from the account's: official-account, mini-program or work", "应用`类别`（与账号不同时填写）：official-account、mini-program 或 work"},
		"flag.push_key_prefix":      {"what stands before the SDK's own key, as `PREFIX`; - for nothing", "SDK 键名前的`前缀`；- 表示没有"},
		"flag.push_agent":           {"the app's number in the key, as `AGENT`, where the SDK puts it there; the account's own unless given, - for none", "键名中的应用编号 `AgentID`（如有）；默认取账号自己的，- 表示不带"},
		"flag.push_redis_key":       {"the whole `KEY`, for the layouts plain, json and php", "完整`键名`，用于 plain、json 和 php"},
		"flag.redis_password":       {"ask for the password of the Redis", "填写 Redis 密码"},
		"flag.redis_password_stdin": {"read the password of the Redis from standard input", "从标准输入读取 Redis 密码"},
		"flag.plaintext":            {"agree that tokens go to another machine without encryption", "同意将 token 以明文发往其他机器"},
		"flag.push_dry_run":         {"show the commands for the Redis, with the token masked, and write nothing", "仅显示将发往 Redis 的命令（token 已遮盖），不写入"},
		"flag.push_timeout":         {"the `TIME` a command gets, as 90s or 5m", "命令的`时限`，如 90s 或 5m"},
	}
}
