package text

// detail is what the window says about the day and the history of one account.
func detail() table {
	return table{
		"window.chart.last.minutes": {"The last {m} minutes", "最近 {m} 分钟"},
		"window.chart.last.hours":   {"The last {h} hours", "最近 {h} 小时"},
		"window.chart.last.days":    {"The last {d} days", "最近 {d} 天"},
		"window.chart.now":          {"now", "现在"},
		"window.chart.in":           {"Show less time", "缩短时间范围"},
		"window.chart.out":          {"Show more time", "扩大时间范围"},
		"window.chart.hint":         {"Point at it, or use ← and →, to read it. The wheel, + and - zoom.", "将指针移到图上，或用 ← → 键查看；滚轮或 + - 键缩放。"},
		"window.chart.empty":        {"No token, and nothing that happened.", "没有 token，也没有任何记录。"},
		"window.chart.none":         {"no token", "无 token"},
		"window.chart.life":         {"{token} from {from} to {to}", "{token}，{from} 至 {to}"},
		"window.chart.current":      {"{token} since {from}, expires {to}", "{token}，{from} 起，{to} 到期"},
		"window.chart.many":         {"tokens from {from} to {to}: {n}", "{from} 至 {to} 共 {n} 个 token"},
		"window.chart.over":         {"the one before may work until {time}", "上一个可能用到 {time}"},
		"window.chart.times":        {"{what} {n}× from {from} to {to}", "{what} {n} 次，{from} 至 {to}"},
		"window.chart.key.life":     {"token", "token"},
		"window.chart.key.left":     {"life left", "剩余有效期"},
		"window.chart.key.over":     {"previous may still work", "上一个可能仍有效"},
		"window.chart.key.renewed":  {"renewed", "续期"},
		"window.chart.key.forced":   {"forced", "强制换新"},
		"window.chart.key.reported": {"reported stale", "被报失效"},
		"window.chart.key.failed":   {"failed", "失败"},

		"window.detail.today": {"Today", "今日"},

		"window.push.title":       {"Where its tokens go", "推送"},
		"window.push.run":         {"Push now", "立即推送"},
		"window.history.all":      {"All", "全部"},
		"window.history.renewals": {"Renewals", "续期"},
		"window.history.failures": {"Failures", "失败"},
		"window.history.others":   {"Other", "其他"},
		"window.history.none":     {"Nothing of this kind.", "没有此类记录。"},
		"window.history.more":     {"Show {n} more", "再显示 {n} 条"},
		"window.history.export":   {"Export…", "导出…"},
		"window.export.title":     {"Export the history as CSV", "将历史导出为 CSV"},
		"window.export.body":      {"{account}, lines: {n}. Tokens are masked.", "{account}，共 {n} 条记录，token 均已遮盖。"},
		"window.export.file":      {"File", "文件"},
		"window.export.save":      {"Save", "保存"},
		"window.export.copy":      {"Copy", "复制"},
		"window.export.copied":    {"History copied as CSV, lines: {n}", "已将 {n} 条历史记录复制为 CSV"},
		"window.export.saved":     {"Saved to {file}", "已保存到 {file}"},
		"window.export.exists":    {"There is a file of this name already; choose another.", "已有同名文件，请换一个名称。"},
		"window.export.failed":    {"It cannot be written: {cause}", "无法写入：{cause}"},
	}
}
