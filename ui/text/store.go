package text

// store tells what had to be repaired in the database file.
func store() table {
	return table{
		"notice.store_restored": {
			"The database was damaged. The newest backup was restored, and the damaged file kept beside it; look whether recent accounts are missing.",
			"数据库曾损坏，现已恢复最近的备份，损坏的文件保留在旁。请检查最近添加的账号是否缺失。",
		},
		"notice.store_refound": {
			"The database file was gone. The newest backup was restored; look whether recent accounts are missing.",
			"数据库文件不见了，现已恢复最近的备份。请检查最近添加的账号是否缺失。",
		},
		"notice.store_emptied": {
			"The database was damaged and there was no backup. It begins empty; the damaged file is kept beside it.",
			"数据库已损坏且没有备份，现从空白开始；损坏的文件保留在旁。",
		},
	}
}
