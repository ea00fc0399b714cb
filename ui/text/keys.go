package text

// keys are the words on the sheet of shortcuts: the names of the keys, where they
// work and what they do. The window has one table of the keys.
func keys() table {
	return table{
		"window.keys.title":    {"Keys", "快捷键"},
		"window.keys.list":     {"In the list", "列表中"},
		"window.keys.account":  {"The selected account", "所选账号"},
		"window.keys.form":     {"While an account is entered", "填写账号时"},
		"window.keys.anywhere": {"Anywhere", "任何位置"},
		"window.keys.letters":  {"Letters", "字母"},
		"window.keys.search":   {"In the search", "搜索"},
		"window.keys.marks":    {"Marks", "标记"},

		"window.keys.search.state": {"what needs you; also fresh, expired, paused, retrying…", "需要处理的账号；也可用 fresh、expired、paused、retrying 等"},
		"window.keys.search.env":   {"one environment, where all are listed", "列出全部账号时，只看一个环境"},
		"window.keys.search.kind":  {"a kind or a product, such as stable, mini, test", "按类型或产品，例如 stable、mini、test"},
		"window.keys.marks.pair":   {"This name stands in the other environment too.", "另一环境中也有同名账号。"},
		"window.keys.do.letters":   {"search", "搜索"},
		"window.keys.do.down":      {"next account", "下一个账号"},
		"window.keys.do.up":        {"account before", "上一个账号"},
		"window.keys.do.page":      {"a page down", "向下翻页"},
		"window.keys.do.page_back": {"a page up", "向上翻页"},
		"window.keys.do.first":     {"first account", "第一个账号"},
		"window.keys.do.last":      {"last account", "最后一个账号"},
		"window.keys.do.copy":      {"copy the token", "复制 token"},
		"window.keys.do.details":   {"details and history", "详情与历史"},
		"window.keys.do.menu":      {"menu of what can be done", "打开菜单"},
		"window.keys.do.paste":     {"paste: a failed answer is explained, an AppSecret begins an account", "粘贴：解释失败的应答，或用 AppSecret 新建账号"},
		"window.keys.do.delete":    {"delete, after a question", "删除（会先询问）"},
		"window.keys.do.flip":      {"sandbox or live: the other one of the same name", "在同名的沙箱与生产账号之间切换"},
		"window.keys.do.copy_as":   {"copy in another form, or for a call", "以其他格式复制，或生成调用"},
		"window.keys.do.renew":     {"renew", "续期"},
		"window.keys.do.edit":      {"edit", "编辑"},
		"window.keys.do.help":      {"do what the button under it says", "执行账号下方按钮的操作"},
		"window.keys.do.save":      {"save", "保存"},
		"window.keys.do.test":      {"test without saving", "测试（不保存）"},
		"window.keys.do.find":      {"search", "搜索"},
		"window.keys.do.sandbox":   {"sandbox, in tray and command line too", "切换到沙箱，托盘和命令行同步"},
		"window.keys.do.live":      {"live, in tray and command line too", "切换到生产，托盘和命令行同步"},
		"window.keys.do.all":       {"all accounts, in this window alone", "全部账号，仅影响本窗口"},
		"window.keys.do.add":       {"add an account", "添加账号"},
		"window.keys.do.settings":  {"settings", "设置"},
		"window.keys.do.keys":      {"this sheet", "显示本页"},
		"window.keys.do.back":      {"back, or close what is open", "返回，或关闭当前页面"},
		"window.keys.do.close":     {"close the window; renewal goes on", "关闭窗口，后台继续续期"},

		"window.key.space": {"Space", "空格"},
		"window.key.menu":  {"Menu", "菜单键"},
	}
}
