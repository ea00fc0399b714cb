package text

// today are the words of the window's page over all accounts.
func today() table {
	return table{
		"window.today.none":        {"There is no account yet.", "还没有账号。"},
		"window.today.sum":         {"Accounts: {accounts} · calls: {calls}", "{accounts} 个账号 · 调用 {calls} 次"},
		"window.today.needs":       {"need you: {n}", "{n} 个需要处理"},
		"window.today.failed":      {"Failed since midnight", "零点以来的失败"},
		"window.today.failed.none": {"Nothing failed.", "没有失败。"},
		"window.today.lines":       {"lines in the history: {n}", "历史中有 {n} 条"},
		"window.today.calls":       {"Calls against quota", "调用与配额"},
		"window.today.calls.none":  {"Nothing was asked for yet.", "今天还没有调用。"},
		"window.today.asked":       {"calls: {n}", "调用 {n}"},
		"window.today.forced":      {"forced: {n}", "强制 {n}"},
		"window.today.budget":      {"budget: {n}", "额度 {n}"},
		"window.today.next":        {"Expires next", "即将到期"},
		"window.today.next.none":   {"No token lives.", "没有有效的 token。"},
		"window.today.expires":     {"in {left}, at {time}", "{left} 后，{time}"},
		"window.today.kinds":       {"By kind", "按类型"},
		"window.today.kind":        {"calls: {calls} · accounts: {accounts}", "调用 {calls} 次 · {accounts} 个账号"},
		"window.today.more":        {"and {n} more", "另有 {n} 个"},
		"window.today.open":        {"Show {account}", "查看 {account}"},
	}
}
