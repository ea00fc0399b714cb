package text

// offers says which other kind an account could be changed to, and where a refusal is
// explained.
func offers() table {
	return table{
		"offer.change":    {"To change to {kind}: tokentray edit {account} --kind {kind}", "改用 {kind}：tokentray edit {account} --kind {kind}"},
		"offer.decline":   {"To stay and not be asked again: tokentray edit {account} --declined {kind}", "保持不变且不再提示：tokentray edit {account} --declined {kind}"},
		"offer.ask":       {"Change {account} to {kind} now? [y: yes, n: no, and do not ask again, Enter: not now]", "现在将 {account} 改用 {kind} 吗？[y：是，n：否且不再提示，回车：暂不]"},
		"offer.apart":     {"Change {account} anyway?", "仍要更改 {account} 吗？"},
		"offer.changed":   {"Changed {account} to {kind}.", "{account} 已改用 {kind}。"},
		"offer.declined":  {"{account} stays as it is; {kind} is not offered again.", "{account} 保持不变，不再提示改用 {kind}。"},
		"page.rid":        {"To have the rid explained, paste it at {url}", "查询 rid 的原因：把它粘贴到 {url}"},
		"window.page.rid": {"Look the rid up: {url}", "查询 rid：{url}"},
		"page.code":       {"What the code means: {url}", "错误码说明：{url}"},
		"flag.declined":   {"the `KIND` that is not offered to this account again; empty to be asked again", "不再提示此账号改用的`类型`；留空则恢复提示"},
		"show.declined":   {"not offered again", "不再提示改用"},

		"window.act.offer":      {"Use {kind}", "改用 {kind}"},
		"window.act.diagnosis":  {"Open diagnosis", "打开诊断页"},
		"window.act.code_page":  {"Look up the code", "查询错误码"},
		"window.snack.offer":    {"{account} now uses {kind}.", "{account} 已改用 {kind}。"},
		"window.snack.declined": {"{account} stays as it is; {kind} is not offered again.", "{account} 保持不变，不再提示改用 {kind}。"},
		"window.offer.title":    {"Change {account} to {kind}?", "将 {account} 改用 {kind}？"},
		"window.offer.body": {
			"AppID and AppSecret stay, and TokenTray asks for a token at once. It never changes the kind by itself, neither now nor back.",
			"AppID 和 AppSecret 保持不变，随即获取一次 token。TokenTray 不会自行更改类型，也不会自行改回。",
		},
		"window.offer.no": {"Keep {kind}", "继续使用 {kind}"},
	}
}
