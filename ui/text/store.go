package text

// store says what had to be repaired in the database file.
func store() table {
	return table{
		"notice.store_restored": {
			"The database was damaged. The newest backup was restored, and the damaged file kept beside it. Accounts that the backup lacks come back from the vault once it is open.",
			"数据库曾损坏，现已恢复最近的备份，损坏的文件保留在旁。备份中没有的账号会在保险库打开后从中找回。",
		},
		"notice.store_refound": {
			"The database file was gone. The newest backup was restored. Accounts that the backup lacks come back from the vault once it is open.",
			"数据库文件不见了，现已恢复最近的备份。备份中没有的账号会在保险库打开后从中找回。",
		},
		"notice.store_put_back": {
			"The database is older than its newest backup: somebody put a copy in its place. Accounts that it lacks come back from the vault once it is open; newer backups are kept.",
			"数据库比最近的备份更旧：有人用旧副本替换了它。其中没有的账号会在保险库打开后从中找回，较新的备份已保留。",
		},
		"notice.store_behind": {
			"The newest state of the database could not be read, and the one before it is used. Your last change may be missing: check it.",
			"数据库的最新状态无法读取，现使用上一个状态。您最近的一次修改可能已丢失，请检查。",
		},
		"notice.store_emptied": {
			"The database was damaged and there was no backup. A new one was made; the damaged file is kept beside it. Accounts come back from the vault once it is open, without their history and settings.",
			"数据库已损坏且没有备份，现重新开始；损坏的文件保留在旁。账号会在保险库打开后从中找回，但历史记录和设置无法恢复。",
		},
		"notice.recovered": {
			"Back from the vault, paused: {accounts}. The database lacked them, or their last change. Check what each one says, then resume it: tokentray resume {account}",
			"已从保险库找回并暂停：{accounts}。数据库缺少这些账号，或缺少其最近的修改。请逐一检查，然后恢复续期：tokentray resume {account}",
		},
		"notice.recovered.more": {"{accounts} and {n} more", "{accounts} 等，另有 {n} 个"},
		"window.bar.recovered": {
			"Back from the vault, paused: {accounts}. The database lacked them, or their last change. Check what each one says, then resume it from its menu.",
			"已从保险库找回并暂停：{accounts}。数据库缺少这些账号，或缺少其最近的修改。请逐一检查，然后在账号菜单中恢复续期。",
		},
		"tray.recovered.one":  {"{account} came back from the vault, paused: see the window", "{account} 已从保险库找回并暂停，请打开窗口查看"},
		"tray.recovered.many": {"{n} accounts came back from the vault, paused: see the window", "{n} 个账号已从保险库找回并暂停，请打开窗口查看"},
	}
}
