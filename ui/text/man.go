package text

// man are the headings of the manual pages and the sentences that only they have.
func man() table {
	return table{
		"man.title":       {"TokenTray manual", "TokenTray 手册"},
		"man.name":        {"NAME", "名称"},
		"man.synopsis":    {"SYNOPSIS", "用法"},
		"man.description": {"DESCRIPTION", "说明"},
		"man.commands":    {"COMMANDS", "命令"},
		"man.options":     {"OPTIONS", "选项"},
		"man.global":      {"GLOBAL OPTIONS", "全局选项"},
		"man.exit":        {"EXIT STATUS", "退出码"},
		"man.exit_see":    {"As tokentray(1) lists them, unless it says otherwise above.", "见 tokentray(1)，除非上文另有说明。"},
		"man.environment": {"ENVIRONMENT", "环境变量"},
		"man.see":         {"SEE ALSO", "参见"},

		"man.env.tokentray_home":            {"The folder of all data, instead of the platform's own; --home takes precedence.", "存放全部数据的目录，代替系统默认位置；--home 优先。"},
		"man.env.tokentray_lang":            {"The language, en or zh, before the setting.", "语言：en 或 zh，优先于设置。"},
		"man.env.tokentray_passphrase_file": {"A file with the passphrase of the vault.", "保存保险库口令的文件。"},
	}
}
