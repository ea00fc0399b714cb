package text

// store speaks of the database file: what keeps it closed, and what was
// repaired in it.
func store() table {
	return table{
		"cause.in_use":     {"Another TokenTray has this home open.", "另一个 TokenTray 正在使用此数据目录。"},
		"cause.newer_home": {"This home was written by a newer TokenTray.", "此数据目录由更新版本的 TokenTray 写入。"},
		"cause.damaged":    {"The database is damaged.", "数据库已损坏。"},

		"remedy.in_use":     {"Use that one, or end it first: tokentray stop", "请使用正在运行的那个，或先结束它：tokentray stop"},
		"remedy.newer_home": {"Update TokenTray. Nothing was changed.", "请更新 TokenTray。数据未做任何改动。"},
		"remedy.damaged": {
			"Restart TokenTray (tokentray stop); it then restores the newest backup.",
			"请重启 TokenTray（tokentray stop），启动时会恢复最近的备份。",
		},

		"notice.store_restored": {
			"The database was damaged. The newest backup was restored, and the damaged file kept beside it; look whether recent accounts are missing.",
			"数据库曾损坏，现已恢复最近的备份，损坏的文件保留在旁。请检查最近添加的账号是否缺失。",
		},
		"notice.store_emptied": {
			"The database was damaged and there was no backup. It begins empty; the damaged file is kept beside it.",
			"数据库已损坏且没有备份，现从空白开始；损坏的文件保留在旁。",
		},
	}
}
