package text

import "tokentray/core"

// tray is what the tray's menu and tooltip say. Times have no seconds, because they
// are updated once a minute at most.
func tray() table {
	return table{
		"tray.item":        {"{account} · {left}", "{account} · {left}"},
		"tray.item.state":  {"{account} · {left} · {state}", "{account} · {left} · {state}"},
		"tray.under_min":   {"under 1 min", "不到 1 分钟"},
		"tray.copy_live":   {"Copy LIVE token", "复制生产 token"},
		"tray.more":        {"{n} more in the window…", "在窗口中查看其余 {n} 个…"},
		"tray.none_in_env": {"No account in {env}", "{env}环境没有账号"},
		"tray.live_menu":   {"Live accounts", "生产账号"},
		"tray.live_ask":    {"Copy LIVE: {line}", "复制生产 token：{line}"},
		"tray.add":         {"Add an account…", "添加账号…"},
		"tray.today":       {"Today…", "今日…"},
		"tray.settings":    {"Settings…", "设置…"},
		"tray.open":        {"Open TokenTray", "打开 TokenTray"},
		"tray.pause":       {"Pause all renewal", "暂停全部续期"},
		"tray.resume":      {"Resume all renewal", "恢复全部续期"},
		"tray.quit":        {"Quit", "退出"},

		// A live account is marked as live wherever a click copies it.
		"tray.in_env": {"{account} ({env})", "{account}（{env}）"},
		"tray.live":   {"LIVE", "生产"},

		"tray.as":         {"Copy {account} as", "以其他格式复制：{account}"},
		"tray.as.live":    {"LIVE: {format}", "生产：{format}"},
		"tray.clip":       {"Clipboard: {account} · {format} · clears within {time}", "剪贴板：{account} · {format} · {time}内清除"},
		"tray.clip.key":   {"Clipboard: {what}", "剪贴板：{what}"},
		"tray.clip.stays": {"Clipboard: {account} · {format} · stays", "剪贴板：{account} · {format} · 不会自动清除"},
		"tray.clear":      {"Clear the clipboard now", "立即清除剪贴板"},

		// Without a tray, the window says so when it is closed.
		"window.no_tray.title": {"TokenTray goes on without a window", "窗口关闭后 TokenTray 继续运行"},
		"window.no_tray.body":  {"This desktop shows no tray icons, so you will not see it, but it still renews tokens. Open it again from the applications menu or with the command tokentray; end it with tokentray stop. GNOME shows the icon with the extension AppIndicator and KStatusNotifierItem Support.", "此桌面不显示托盘图标，关闭窗口后看不到 TokenTray，但 token 会照常续期。可从应用菜单或用命令 tokentray 再次打开；tokentray stop 可结束它。GNOME 安装扩展 AppIndicator and KStatusNotifierItem Support 后会显示图标。"},
		"window.no_tray.go":    {"Close window", "关闭窗口"},

		"tray.failed":              {"{account}: {cause}", "{account}：{cause}"},
		"tray.tip":                 {"TokenTray, {env}: {facts}", "TokenTray，{env}：{facts}"},
		"tray.tip.one":             {"1 account", "1 个账号"},
		"tray.tip.many":            {"{n} accounts", "{n} 个账号"},
		"tray.tip.need_one":        {"1 needs you", "1 个需要处理"},
		"tray.tip.need_many":       {"{n} need you", "{n} 个需要处理"},
		"tray.tip.other_one":       {"1 in {env} needs you", "{env}环境 1 个需要处理"},
		"tray.tip.other_many":      {"{n} in {env} need you", "{env}环境 {n} 个需要处理"},
		"tray.tip.locked":          {core.SaysVaultLocked, "保险库已锁定"},
		"tray.tip.push_one":        {"1 push fails", "1 个推送失败"},
		"tray.tip.push_many":       {"{n} pushes fail", "{n} 个推送失败"},
		"tray.tip.push_other_one":  {"1 push in {env} fails", "{env}环境 1 个推送失败"},
		"tray.tip.push_other_many": {"{n} pushes in {env} fail", "{env}环境 {n} 个推送失败"},
		"tray.tip.paused":          {"renewal paused", "续期已暂停"},
		"tray.tip.next":            {"{account} expires in {left}", "{account} 最先过期（{left}）"},
		"tray.tip.and":             {", ", "，"},
	}
}
