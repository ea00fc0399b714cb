package text

// presets are the words about presets: the command, and what can be wrong with a file.
func presets() table {
	return table{
		"cmd.preset": {"Kinds of token that a file describes: list, show, try, add, remove", "由文件描述的 token 类型：列出、查看、试用、添加、删除"},
		"cmd.preset.long": {
			"A preset is a JSON file that says how an upstream is asked for a token and where its\n" +
				"answer has it. Each is a kind of its own: tokentray add NAME --kind PRESET. Those of\n" +
				"this version are read with show, and a copy under another name is a good beginning.\n\n" +
				"  tokentray preset show feishu > mine.json\n" +
				"  tokentray preset try mine.json --appid ID\n" +
				"  tokentray preset add mine.json\n\n" +
				"A preset makes one request to the host that its url names. No import brings one, but\n" +
				"a backup does.",
			"预设是一个 JSON 文件，说明如何向上游获取 token，以及应答中 token 的位置。每个预设\n" +
				"都是一种类型：tokentray add 名称 --kind 预设。可用 show 查看自带的预设，复制后改名\n" +
				"即可作为起点。\n\n" +
				"  tokentray preset show feishu > mine.json\n" +
				"  tokentray preset try mine.json --appid ID\n" +
				"  tokentray preset add mine.json\n\n" +
				"预设只向其 url 中的主机发出一个请求。导入不会带来预设，备份会。",
		},
		"cmd.preset.list": {"List the presets, their hosts and how many accounts are of each", "列出预设、主机和使用它的账号数"},
		"cmd.preset.show": {"Print the file of a preset", "输出预设的文件"},
		"cmd.preset.add":  {"Add a preset, or replace one of yours", "添加预设，或替换自己的预设"},
		"cmd.preset.add.long": {
			"The file is checked first: what is wrong is shown with its line, and nothing is changed.\n" +
				"Where a preset that asks another host, or something else, takes the place of one, its\n" +
				"accounts are paused and wait until you enter their secret again.",
			"先检查文件：有误时逐行说明，且不做任何更改。替换后的预设若请求另一主机或另一内容，\n" +
				"使用它的账号会暂停，直到重新填写密钥。",
		},
		"cmd.preset.rm":  {"Remove a preset of yours that no account is of", "删除自己的、没有账号使用的预设"},
		"cmd.preset.try": {"Make a preset's request once, and show what each path found; nothing is saved", "试用一次预设的请求，显示每个路径找到的内容，不保存"},
		"cmd.preset.try.long": {
			"The secret is asked for, or read from standard input with --secret-stdin. What is shown\n" +
				"has no secret and no token in it.\n\n" +
				"  tokentray preset try mine.json --appid ID\n" +
				"  tokentray preset try feishu --appid cli_a1 --base-url http://127.0.0.1:8900",
			"密钥会提示输入，或用 --secret-stdin 从标准输入读取。显示的内容不含密钥和 token。\n\n" +
				"  tokentray preset try mine.json --appid ID\n" +
				"  tokentray preset try feishu --appid cli_a1 --base-url http://127.0.0.1:8900",
		},
		"flag.preset_replace": {"replace the preset of that name", "替换同名的预设"},
		"flag.preset_env":     {"the environment whose host is asked: sandbox or live", "请求哪个环境的主机：sandbox 或 live"},

		"usage.preset_name":  {"name one preset; tokentray preset list shows them", "请指定一个预设；tokentray preset list 可列出全部"},
		"usage.preset_file":  {"name one file with a preset", "请指定一个预设文件"},
		"usage.preset_try":   {"name one file with a preset, or a preset that is known", "请指定一个预设文件或已有的预设"},
		"usage.preset_appid": {"name the AppID to try it with: --appid ID", "请指定用于试用的 AppID：--appid ID"},

		"preset.head.name":     {"PRESET", "预设"},
		"preset.head.label":    {"NAME", "名称"},
		"preset.head.hosts":    {"HOSTS", "主机"},
		"preset.head.accounts": {"ACCOUNTS", "账号"},
		"preset.own":           {"yours", "自有"},
		"preset.added":         {"The preset {name} is there. Secrets and tokens of its accounts go to: {hosts}", "已添加预设 {name}。其账号的密钥和 token 会发往：{hosts}"},
		"preset.next":          {"Add an account: tokentray add NAME --kind {name} --appid ID", "添加账号：tokentray add 名称 --kind {name} --appid ID"},
		"preset.paused":        {"{account} is paused: enter its secret again for what the preset asks now: tokentray edit {account} --secret, then tokentray resume {account}", "{account} 已暂停：预设的请求已改变，请重新填写密钥：tokentray edit {account} --secret，然后 tokentray resume {account}"},
		"preset.removed":       {"Removed the preset {name}.", "已删除预设 {name}。"},
		"preset.ask_replace":   {"Replace it?", "替换它？"},
		"preset.status":        {"Answer: HTTP {status}", "应答：HTTP {status}"},
		"preset.found":         {"{field}: {path} = {value}", "{field}：{path} = {value}"},
		"preset.not_found":     {"{field}: nothing at {path}", "{field}：{path} 处没有内容"},
		"preset.works":         {"It works: the token {token} lives {time}.", "可用：token {token} 有效期 {time}。"},

		"window.presets":                {"Kinds of your own", "自定义类型"},
		"window.presets.say":            {"Presets: a file describes how a platform that is not listed gives its tokens.", "预设：用一个文件描述列表之外的平台如何发放 token。"},
		"window.presets.open":           {"Show them", "查看"},
		"window.presets.about":          {"A preset is a JSON file that says what to ask and where the answer has the token. Each is a kind in the form for accounts. tokentray preset show feishu prints one to begin with.", "预设是一个 JSON 文件，说明请求内容以及应答中 token 的位置。每个预设都会成为账号表单中的一种类型。可用 tokentray preset show feishu 输出一个作为起点。"},
		"window.presets.add":            {"Add from a file…", "从文件添加…"},
		"window.presets.none":           {"There is none yet.", "还没有。"},
		"window.presets.goes":           {"{kind} · secrets and tokens go to {hosts}", "{kind} · 密钥和 token 发往 {hosts}"},
		"window.presets.used":           {"Accounts of it: {n}", "使用它的账号：{n}"},
		"window.presets.unread":         {"The file cannot be read: {cause}", "无法读取文件：{cause}"},
		"window.presets.ask":            {"Add the kind {name}?", "添加类型 {name}？"},
		"window.presets.ask.go":         {"Add", "添加"},
		"window.presets.ask.say":        {"The secrets that you enter for its accounts, and their tokens, go to:\n{hosts}", "为其账号填写的密钥以及 token 会发往：\n{hosts}"},
		"window.presets.replace":        {"Replace the kind {name}?", "替换类型 {name}？"},
		"window.presets.replace.go":     {"Replace", "替换"},
		"window.presets.replace.paused": {"It asks something else than the one that is there. These accounts are paused until you enter their secret again: {accounts}", "它的请求与现有的不同。以下账号会暂停，直到重新填写密钥：{accounts}"},
		"window.presets.added":          {"{name} is a kind now: add an account of it.", "{name} 已可用：可以添加此类型的账号了。"},
		"window.presets.remove":         {"Remove", "删除"},
		"window.presets.remove.ask":     {"Remove the kind {name}?", "删除类型 {name}？"},
		"window.presets.remove.say":     {"No account is of it. The file it came from stays where it is.", "没有账号使用它。原来的文件不受影响。"},

		"window.family.other": {"Other platforms and servers", "其他平台和服务器"},
		"window.family.own":   {"Your own", "自定义"},

		"cause.kind_missing":  {"There is no kind for this account here: its preset is missing, or is of a newer version.", "此账号的类型不存在：缺少它的预设，或需要更新的版本。"},
		"remedy.kind_missing": {"Add the preset again (tokentray preset add FILE), or update TokenTray. The account is kept.", "请重新添加预设（tokentray preset add 文件），或更新 TokenTray。账号会保留。"},
		"cause.no_preset":     {"There is no such preset.", "没有这个预设。"},
		"remedy.no_preset":    {"See which there are: tokentray preset list", "查看全部预设：tokentray preset list"},
		"cause.preset_there":  {"There is a preset of that name already, which asks something else. Its accounts will be paused and need their secret again.", "已有同名的预设，且请求内容不同。替换后它的账号会暂停，需要重新填写密钥。"},
		"remedy.preset_there": {"Replace it knowingly: tokentray preset add FILE --replace. Or give the file another name.", "确认替换：tokentray preset add 文件 --replace。或在文件中改名。"},

		"preset.faults":             {"the preset cannot be used; nothing was changed", "预设不能使用，未做任何更改"},
		"preset.fault.big":          {"the file is longer than {other}", "文件超过 {other}"},
		"preset.fault.json":         {"from here on it is not JSON: look for a missing comma, quote or bracket", "从这里起不是 JSON：请检查缺少的逗号、引号或括号"},
		"preset.fault.cut":          {"the file ends too early: a bracket is not closed", "文件提前结束：有括号没有闭合"},
		"preset.fault.deep":         {"lists and objects are nested too deep", "列表和对象嵌套过深"},
		"preset.fault.object":       {"the file must be one JSON object: { … }", "文件必须是一个 JSON 对象：{ … }"},
		"preset.fault.unknown":      {"there is no such field; did you mean {other}?", "没有这个字段，是否想写 {other}？"},
		"preset.fault.unknown.bare": {"there is no such field; see tokentray preset show feishu", "没有这个字段；可参考 tokentray preset show feishu"},
		"preset.fault.twice":        {"it is there twice; keep one", "重复出现，请只保留一个"},
		"preset.type.text":          {"text", "文本"},
		"preset.type.number":        {"number", "数字"},
		"preset.type.list":          {"list", "列表"},
		"preset.type.object":        {"object", "对象"},
		"preset.type.bool":          {"true or false", "true 或 false"},
		"preset.fault.type":         {"it must be of another type: {other}", "类型不对，应为 {other}"},
		"preset.fault.missing":      {"it is missing", "缺少此字段"},
		"preset.fault.name":         {"a name has lower-case letters, digits and dashes, at most 40: my-gateway", "名称只含小写字母、数字和连字符，最多 40 个：my-gateway"},
		"preset.fault.builtin":      {"{other} is a kind of TokenTray's own; choose another name", "{other} 是 TokenTray 自带的类型，请换一个名称"},
		"preset.fault.url":          {"it must be a URL of the form https://host/path", "必须是 https://主机/路径 形式的 URL"},
		"preset.fault.https":        {"it must begin with https:// unless it is this machine: the secret would cross the network in the clear", "除本机外必须以 https:// 开头，否则密钥会以明文传输"},
		"preset.fault.elsewhere":    {"a host must be written out: with a placeholder in it the secret could go anywhere", "主机必须写明：含占位符时密钥可能被发往任何地方"},
		"preset.fault.foreign":      {"this host is not of {other}; secrets and tokens of a preset go to one owner", "此主机不属于 {other}；一个预设的密钥和 token 只能发往同一所有者"},
		"preset.fault.query":        {"the URL has a query; put its parameters into fields, with encoding query", "URL 含查询参数，请放入 fields，并设 encoding 为 query"},
		"preset.fault.placeholder":  {"there is no placeholder {other}; there are appid and secret, in double braces", "没有占位符 {other}；只有双花括号中的 appid 和 secret"},
		"preset.fault.secret_place": {"the secret must not be in a URL, which others log; put it into fields or headers", "密钥不能出现在 URL 中（会被他人记入日志），请放入 fields 或 headers"},
		"preset.fault.no_secret":    {"the secret is sent nowhere: put the placeholder secret, in double braces, into fields or headers", "没有发送密钥：请在 fields 或 headers 中写入双花括号的 secret 占位符"},
		"preset.fault.literal":      {"this looks like a secret itself; write the placeholder secret, in double braces, in its place", "这看起来就是密钥，请改写为双花括号的 secret 占位符"},
		"preset.fault.header":       {"this header belongs to HTTP itself, or says where the request goes; leave it out", "此请求头属于 HTTP 本身或决定请求去向，请去掉"},
		"preset.fault.signs":        {"it is empty, too long, or holds characters that cannot be printed", "为空、过长或含不可打印的字符"},
		"preset.fault.value":        {"it must be one of: {other}", "必须是其中之一：{other}"},
		"preset.fault.duration":     {"it must be a time such as 90s, 5m or 24h, or a number of seconds", "必须是时间，例如 90s、5m、24h，或秒数"},
		"preset.fault.path":         {"a path is made of names with dots between: data.access_token", "路径由名称和点组成：data.access_token"},
		"preset.fault.call_path":    {"it must be the path of a call: /me", "必须是接口路径：/me"},
		"preset.fault.pattern":      {"it must be a method and a path: GET /users/*", "必须是方法和路径：GET /users/*"},
		"preset.fault.number":       {"it must be a number: {other}", "必须是数字：{other}"},
		"preset.fault.host":         {"it must be only a host, without a path: https://host", "只能是主机，不含路径：https://主机"},
		"preset.fault.no_code":      {"values of success need the path of the code: add code", "按值判断成功需要错误码的路径，请添加 code"},
		"preset.fault.place":        {"say where a call carries the token: header or query, one of the two", "请说明调用时 token 的位置：header 或 query，二选一"},
		"preset.fault.zone":         {"it must be an offset from UTC: +08:00", "必须是与 UTC 的时差：+08:00"},
		"preset.fault.both":         {"this code is in {other} as well; keep it in one of the two", "此处的代码也写在 {other} 中，请只保留一处"},
		"preset.fault.spec":         {"it contradicts itself: {other}", "内容自相矛盾：{other}"},
	}
}

// PresetFault says what is wrong in the file of a preset. other is what should be there,
// or what is there.
func (t *Text) PresetFault(code, other string) string {
	key := Key("preset.fault." + code)
	switch {
	case other == "" && t.Has(key+".bare"):
		key += ".bare"
	case code == "type" && t.Has(Key("preset.type."+other)):
		other = t.Say(Key("preset.type." + other))
	}
	return t.Say(key, "other", other)
}
