package text

import (
	"tokentray/core"
	"tokentray/core/kinds"
)

// kindCentral are the sentences of the kind central.
func kindCentral() table {
	return table{
		"kind.central":        {"from the team's server", "来自团队服务器"},
		"kind.central.choice": {"The team's token server", "团队的 token 服务器"},
		"kind.central.say":    {"A token that your team's own server (中控服务器) hands out: another TokenTray, a program or a file. TokenTray never renews it by itself.", "由团队自己的中控服务器发放的 token：另一个 TokenTray、某个程序或一个文件。TokenTray 不会自行让其换新。"},
		"kind.central.force":  {"If the team's server takes reports, it is told that this token fails; it decides whether everyone gets another one.", "如果团队服务器接受失效上报，将告知它此 token 已失效；是否为所有人换新由服务器决定。"},
		"kind.central.force_live": {
			"If the team's server takes reports, it is told that this token fails; it decides whether everyone gets another one.",
			"如果团队服务器接受失效上报，将告知它此 token 已失效；是否为所有人换新由服务器决定。",
		},

		"product.central-wechat":       {"WeChat's API", "微信接口"},
		"product.central-wechat.short": {"WeChat", "微信"},
		"product.central-wecom":        {"WeCom's API", "企业微信接口"},
		"product.central-wecom.short":  {"WeCom", "企业微信"},
		"product.central-other":        {"Another API", "其他接口"},
		"product.central-other.short":  {"Other", "其他"},

		"field.central.base_url":          {"URL at which the server gives the token", "服务器发放 token 的地址"},
		"field.central.secret":            {"Key that the server asks for", "服务器要求的密钥"},
		"field.central.query":             {"Parameters of the call", "请求参数"},
		"field.method.GET":                {"GET", "GET"},
		"field.method.POST":               {"POST", "POST"},
		"field.api_url":                   {"API URL, where calls go", "API 地址（调用发往此处）"},
		"field.method":                    {"Method", "请求方法"},
		"field.key_place":                 {"The key is sent", "密钥的位置"},
		"field.key_place.header":          {"in a header", "请求头"},
		"field.key_place.query":           {"in the query", "查询参数"},
		"field.key_place.json":            {"in the JSON body of a POST", "POST 的 JSON 请求体"},
		"field.key_name":                  {"Name of the header or parameter with the key", "存放密钥的请求头或参数名"},
		"field.answer":                    {"The answer is", "应答格式"},
		"field.answer.wechat":             {"JSON as WeChat's", "微信格式的 JSON"},
		"field.answer.json":               {"other JSON, by paths", "其他 JSON（按路径）"},
		"field.answer.text":               {"only the token", "只有 token 的文本"},
		"field.token_path":                {"Path of the token in the JSON", "token 在 JSON 中的路径"},
		"field.life_path":                 {"Path of its life or end", "有效期或到期时间的路径"},
		"field.stale_url":                 {"URL that takes reports of a token that fails", "上报 token 失效的地址"},
		"field.stale_name":                {"Parameter with the token that fails, or NAME=VALUE", "存放失效 token 的参数名，或 名称=值"},
		"field.poll":                      {"Seconds between two calls, if the answer tells no life", "应答没有有效期时的查询间隔（秒）"},
		"field.private_http":              {"http:// is allowed in a private network", "允许在内网使用 http://"},
		"problem.central.secret_chars":    {"A key holds no line ends and nothing beyond ASCII; copy it again.", "密钥不含换行，也只含 ASCII 字符，请重新复制。"},
		"problem.central.base_url_empty":  {said(kinds.SaysServerURL), "请填写团队服务器发放 token 的地址。"},
		"problem.central.base_url_https":  {"A URL must begin with https:// unless it is this machine, or http:// is allowed for a private network.", "地址必须以 https:// 开头，除非是本机，或已允许在内网使用 http://。"},
		"problem.central.stale_url_https": {"A URL must begin with https:// unless it is this machine, or http:// is allowed for a private network.", "地址必须以 https:// 开头，除非是本机，或已允许在内网使用 http://。"},
		"problem.query_bad":               {"Write it as name=value&name=value, with %26 for a & inside.", "应写作 名称=值&名称=值，值中的 & 写作 %26。"},
		"problem.path_chars":              {"A path is names with dots between, such as data.access_token.", "路径由名称和点组成，例如 data.access_token。"},
		"problem.key_name_chars":          {"The name of a header or parameter is letters, digits, dash and underscore.", "请求头或参数名由字母、数字、短横线和下划线组成。"},
		"problem.stale_name":              {"Write the name of a parameter, or NAME=VALUE.", "应写参数名，或 名称=值。"},
		"problem.poll":                    {"Write seconds, from 30 to 99999.", "应填写秒数，30 到 99999。"},

		"problem.central.appid_twice": {"Another account takes this very token.", "已有账号使用同一个 token。"},

		"cause.server_url":             {"The team's server has no token at this address.", "团队服务器在此地址没有 token。"},
		"cause.server_refuses":         {said(core.SaysServerHasNone), "团队服务器目前没有可发放的 token。"},
		"cause.server_expired":         {said(core.SaysServerExpired), "团队服务器发放的 token 已经过期。"},
		"cause.central.secret":         {said(core.SaysServerRefusesKey), "团队服务器不接受此密钥，或此密钥无权查看这个 token。"},
		"cause.central.secret_missing": {"The vault holds no key for this account.", "保险库中没有此账号的密钥。"},
		"cause.central.quota_minute":   {said(core.SaysServerBusy), "对团队服务器的请求过于频繁。"},
		"remedy.server_url": {
			"Correct the URL, its parameters or the method: tokentray edit {account} --base-url URL --query appid=ID",
			"请更正地址、参数或请求方法：tokentray edit {account} --base-url URL --query appid=ID",
		},
		"remedy.server_refuses": {
			"Ask whoever runs the server; its words are below. The token at hand stays in use to its end, and TokenTray asks again by itself.",
			"请联系服务器的维护者，它的原文见下。现有的 token 在到期前继续使用，TokenTray 会自动再次询问。",
		},
		"remedy.server_expired": {
			"Ask whoever runs the server why it does not renew. The token at hand stays in use to its end, and TokenTray asks again by itself.",
			"请联系服务器的维护者，确认它为何没有换新。现有的 token 在到期前继续使用，TokenTray 会自动再次询问。",
		},
		"remedy.central.secret": {
			"Enter the key again, or have whoever runs the server allow it this account: tokentray edit {account} --secret",
			"请重新填写密钥，或请服务器的维护者为其开通此账号：tokentray edit {account} --secret",
		},
		"remedy.central.quota_minute": {
			"Wait a minute; find out who else asks this server so often.",
			"请等待一分钟，并查明还有谁在频繁请求此服务器。",
		},
		"remedy.central.answer_path": {
			"Correct the address or where the parts stand: tokentray edit {account} --answer json --token-path PATH --life-path PATH",
			"请更正地址，或各部分所在的路径：tokentray edit {account} --answer json --token-path 路径 --life-path 路径",
		},
		"remedy.central.answer_part": {
			"Correct the address or where the parts stand: tokentray edit {account} --answer json --token-path PATH --life-path PATH",
			"请更正地址，或各部分所在的路径：tokentray edit {account} --answer json --token-path 路径 --life-path 路径",
		},
		"window.remedy.central.answer_path": {"Correct the address or the account's paths.", "请更正地址，或账号中填写的路径。"},
		"window.remedy.central.answer_part": {"Correct the address or the account's paths.", "请更正地址，或账号中填写的路径。"},
		"window.remedy.server_url":          {said(core.SaysServerPlace), "请更正地址、参数或请求方法。"},
		"window.remedy.server_refuses":      {"Ask whoever runs the server. TokenTray asks again by itself.", "请联系服务器的维护者。TokenTray 会自动再次询问。"},
		"window.remedy.server_expired":      {"Ask whoever runs the server why it does not renew.", "请联系服务器的维护者，确认它为何没有换新。"},
		"window.remedy.central.secret":      {"Enter the key again, or have it allowed this account.", "请重新填写密钥，或为其开通此账号。"},

		"starter.central.title": {"Calls with the team's token", "使用团队 token 的接口"},
	}
}
