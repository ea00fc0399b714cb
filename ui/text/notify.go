package text

import "tokentray/core"

// notify is what desktop notifications say. They contain names and times, never a
// token or a text of an upstream.
func notify() table {
	return table{
		"cause.own_home":  {said(core.SaysOtherHome), "只有默认数据目录的守护进程可以在登录时启动，自选目录的不可以。"},
		"remedy.own_home": {said(core.SaysLeaveHomeOut), "请去掉 --home 和 TOKENTRAY_HOME。"},

		"notify.person.one":       {"{account} needs you", "{account} 需要处理"},
		"notify.person.many":      {"{n} accounts need you", "{n} 个账号需要处理"},
		"notify.failing.one":      {"{account} cannot be renewed", "{account} 无法续期"},
		"notify.failing.many":     {"{n} accounts cannot be renewed", "{n} 个账号无法续期"},
		"notify.failing.lives":    {"{cause} It is tried again; the token lives until {time}.", "{cause}正在重试；现有 token 可用到 {time}。"},
		"notify.failing.gone":     {"{cause} It is tried again; until then there is no token.", "{cause}正在重试；目前没有可用的 token。"},
		"notify.push.one":         {"The token of {account} does not get where it goes", "{account} 的 token 推送失败"},
		"notify.push.many":        {"The tokens of {n} accounts do not get where they go", "{n} 个账号的 token 推送失败"},
		"notify.push.body":        {"A file or a program still has the token before. It is tried again.", "文件或程序中仍是之前的 token。正在重试。"},
		"notify.expiry.one":       {"The token of {account} expires at {time}", "{account} 的 token 将于 {time} 过期"},
		"notify.expiry.many":      {"{n} tokens expire soon", "{n} 个 token 即将过期"},
		"notify.expiry.paused":    {"It is not renewed, because renewal is paused.", "续期已暂停，不会自动换新。"},
		"notify.expiry.locked":    {"It is not renewed, because the vault is locked.", "保险库已锁定，无法续期。"},
		"notify.lost.one":         {"{account} lost its token", "{account} 的 token 提前失效"},
		"notify.lost.many":        {"{n} accounts lost their tokens", "{n} 个账号的 token 提前失效"},
		"notify.lost.next":        {"The next one is fetched without force.", "正在获取下一个（不强制）。"},
		"notify.line":             {"{account}: {cause}", "{account}：{cause}"},
		"notify.more":             {"and {n} more", "另有 {n} 个"},
		"notify.unknown":          {"an unknown reason", "原因未知"},
		"notify.see_log":          {"TokenTray's log tells why.", "原因见 TokenTray 的日志。"},
		"notify.kept.one":         {"What was copied may still be on the clipboard", "复制的内容可能仍在剪贴板中"},
		"notify.kept.returned":    {"What was copied came back to the clipboard", "复制的内容被放回剪贴板"},
		"notify.late.one":         {"The token of {account} is ready", "{account} 的 token 已就绪"},
		"notify.late.body":        {"Something else was copied in the meantime, and the clipboard keeps that.", "其间复制了其他内容，剪贴板保持不变。"},
		"notify.late.copy":        {"Copy it", "复制 token"},
		"notify.copied.one":       {"Copied: {account} · {format}", "已复制：{account} · {format}"},
		"notify.copied.clears":    {"The clipboard is cleared in {time}.", "{time}后清除剪贴板。"},
		"notify.copied.stays":     {"It stays on the clipboard until you clear it.", "不会自动清除，请手动清除剪贴板。"},
		"notify.copy_ip":          {"Copy IP", "复制 IP"},
		"settings.notify-person":  {"tell on the desktop when an account needs you", "账号需要处理时发送桌面通知"},
		"settings.notify-failing": {"tell on the desktop when a renewal or a push goes on failing", "续期或推送持续失败时发送桌面通知"},
		"settings.notify-expiry":  {"tell on the desktop when a token expires soon and is not renewed", "token 即将过期且不会续期时发送桌面通知"},
		"settings.clipboard-once": {
			"what is copied is cleared after its first paste; not on Windows and macOS",
			"首次粘贴后即清除；Windows 和 macOS 不支持",
		},
		"settings.clipboard-primary": {
			"what is copied goes to the middle mouse button's clipboard too, and is cleared there",
			"同时复制到鼠标中键的剪贴板，并一并清除",
		},
		"settings.confirm-copy":        {"how a copy from the tray is confirmed: icon (a tick for two seconds), notification or off", "从托盘复制后如何提示：icon（图标显示对勾两秒）、notification（桌面通知）或 off（不提示）"},
		"settings.hide-after-copy":     {"the window hides itself once you copied a token in it", "在窗口中复制 token 后自动隐藏窗口"},
		"settings.clipboard-follow":    {"while a copied token is on the clipboard, its renewal replaces it there", "已复制的 token 续期后，同步更新剪贴板中的内容"},
		"settings.start-at-login":      {"start the agent when you log in, without a window", "登录时启动（不打开窗口）"},
		"window.set.notify-person":     {"Notify when an account needs you", "账号需要处理时通知"},
		"window.set.notify-failing":    {"Notify when a renewal or a push goes on failing", "续期或推送持续失败时通知"},
		"window.set.notify-expiry":     {"Notify before a token expires without renewal", "token 即将过期且不会续期时通知"},
		"window.set.clipboard-once":    {"Clear it after the first paste", "首次粘贴后清除"},
		"window.set.clipboard-primary": {"Copy for the middle mouse button too", "同时复制到鼠标中键的剪贴板"},
		"window.set.clipboard.native": {
			"This system does not tell when something is pasted, so it cannot be cleared after the first paste.",
			"此系统无法得知何时发生粘贴，因此不支持首次粘贴后清除。",
		},
		"window.set.confirm-copy":              {"After a copy from the tray", "从托盘复制后"},
		"window.set.confirm-copy.icon":         {"Tick on the icon", "图标显示对勾"},
		"window.set.confirm-copy.notification": {"Notification", "桌面通知"},
		"window.set.confirm-copy.off":          {"Nothing", "不提示"},
		"window.set.hide-after-copy":           {"Hide the window after a copy", "复制后隐藏窗口"},
		"window.set.clipboard-follow":          {"Keep a copied token fresh on the clipboard", "剪贴板中的 token 随续期更新"},
		"window.set.start-at-login":            {"Start at login, hidden", "登录时在后台启动"},
	}
}
