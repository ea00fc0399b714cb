package text

import "tokentray/core"

// problems says what is wrong or unusual with a field that a person filled in. A key
// is "problem." and the key of a core.Problem.
func problems() table {
	return table{
		"problem.name_empty": {"Give the account a name.", "请填写账号名称。"},
		"problem.name_long":  {"A name has at most 200 characters.", "名称最多 200 个字符。"},
		"problem.name_slash": {"A name holds no slash: shop/live means the account shop in the environment live.", "名称不能包含斜杠：shop/live 表示环境 live 中的账号 shop。"},
		"problem.name_chars": {"A name is not . or .. and holds no slash, no control or invisible characters and nothing that is not UTF-8.", "名称不能是 . 或 ..，也不能包含斜杠、控制字符、不可见字符或非 UTF-8 字符。"},
		"problem.name_secret": {
			"This holds what looks like an AppSecret. A name is shown everywhere; choose another.",
			"其中含有疑似 AppSecret 的内容。名称会显示在各处，请换一个。",
		},
		"problem.env_unknown":     {"The environment is sandbox or live.", "环境只能是沙箱（sandbox）或生产（live）。"},
		"problem.kind_unknown":    {"The kind is one of: {kinds}.", "类型只能是 {kinds} 之一。"},
		"problem.product_unknown": {"The product is one of: {products}.", "产品只能是 {products} 之一。"},
		"problem.field_empty":     {"This must not be empty.", "此项不能为空。"},
		"problem.field_unknown":   {"This kind has no such field or value.", "该类型没有这个字段或取值。"},
		"problem.field_bad":       {"Write it as https://host or https://host/path; http:// only for this machine.", "应写作 https://主机 或 https://主机/路径，http:// 仅限本机。"},
		"problem.field_https":     {"It must begin with https:// unless it is this machine.", "除本机外必须以 https:// 开头。"},
		"problem.field_long":      {"It has at most 2,000 bytes.", "最多 2,000 字节。"},
		"problem.secret_long":     {"A secret has at most 512 bytes; copy it again.", "密钥最多 512 字节，请重新复制。"},
		"problem.secret_trimmed":  {"Blanks and line ends around the secret were removed.", "已去除密钥首尾的空白和换行。"},
		"problem.base_url_bad":    {"Write the base URL as https://host or https://host/path; http:// only for this machine.", "基础地址应写作 https://主机 或 https://主机/路径，http:// 仅限本机。"},
		"problem.base_url_https":  {said(core.SaysBaseURLHTTPS), "除本机外，基础地址必须以 https:// 开头。"},
		"problem.proxy_bad":       {"Write the proxy as http://host:port or socks5://host:port.", "代理应写作 http://主机:端口 或 socks5://主机:端口。"},
		"problem.proxy_password":  {"Enter the proxy's password in its own field, not in the URL.", "请在单独的字段填写代理密码，不要写进地址。"},
		"problem.ca_bad":          {"Choose a file with certificates in PEM (-----BEGIN CERTIFICATE-----).", "请选择 PEM 格式的证书文件（-----BEGIN CERTIFICATE-----）。"},
		"problem.ca_key":          {"This file holds a private key, which must stay with its owner. Choose the file with only the certificate.", "该文件含有私钥，私钥不应交给任何人。请选择只含证书的文件。"},
		"problem.ca_long":         {"A CA file has at most 16 KiB: keep only the CA's certificate.", "CA 文件最多 16 KiB，请只保留 CA 证书。"},
		"problem.budget_bad":      {"Enter a whole number of calls from 1 to 1,000,000, or leave it empty.", "请填写 1 至 1,000,000 的整数，或留空。"},
		"problem.watch_unable":    {"Tokens of this kind cannot be checked, so they are not watched.", "此类型的 token 无法检查，因此不会监测。"},
		"problem.note_long":       {"A note has at most 2,000 characters.", "备注最多 2,000 个字符。"},
		"problem.note_secret": {
			"This holds what looks like an AppSecret. Notes are stored and shown in clear.",
			"其中含有疑似 AppSecret 的内容。备注以明文保存和显示。",
		},
		"problem.name_taken":   {"Another account of that environment has this name.", "该环境中已有同名账号。"},
		"problem.secret_other": {"The other account of this token has another {secret}. If it was reset, enter the new one there too.", "使用同一个 token 的另一个账号填写的是不同的 {secret}。若已重置，请在那里也填写新的。"},
		"problem.appid_twice":  {"Another account has this AppID. The two ask for the same token.", "已有账号使用此 AppID，两者获取的是同一个 token。"},

		"problem.setting_unknown":     {"There is no such setting; see tokentray settings.", "没有这个设置项，请查看 tokentray settings。"},
		"problem.setting_flag":        {"Use true or false.", "取值只能是 true 或 false。"},
		"problem.setting_language":    {"Use one of: auto, en, zh.", "取值只能是 auto、en 或 zh。"},
		"problem.setting_confirm":     {"Use icon, notification or off.", "取值只能是 icon、notification 或 off。"},
		"problem.setting_density":     {"Use comfortable or compact.", "取值只能是 comfortable 或 compact。"},
		"problem.setting_order":       {"Use one of: name, need, time, used.", "取值只能是 name、need、time 或 used。"},
		"problem.setting_theme":       {"Use one of: system, light, dark.", "取值只能是 system、light 或 dark。"},
		"problem.setting_format":      {"There is no such format; see them with tokentray get --help.", "没有这种格式，请查看 tokentray get --help。"},
		"problem.setting_log_level":   {"Use one of: debug, info, warn, error.", "取值只能是 debug、info、warn 或 error。"},
		"problem.setting_text_size":   {"Use a number from 80 to 200.", "取值为 80 到 200 的整数。"},
		"problem.setting_hotkey":      {"Use off, or a key with Ctrl, Alt or Super, such as Ctrl+Alt+K. Keys: A to Z, 0 to 9, Space, F1 to F12.", "取 off，或含 Ctrl、Alt 或 Super 的组合键，例如 Ctrl+Alt+K。按键可为 A 至 Z、0 至 9、Space、F1 至 F12。"},
		"problem.setting_clear_after": {"Use 0s for never, or 5s to 1h.", "0s 表示从不，否则取 5s 到 1h。"},
	}
}
