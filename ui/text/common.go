package text

// system are the operating system's answers about files and connections.
func system() table {
	return table{
		"system.absent":      {"no such file or directory", "文件或目录不存在"},
		"system.exists":      {"file exists", "文件已存在"},
		"system.denied":      {"permission denied", "权限不足"},
		"system.not_allowed": {"operation not permitted", "操作不被允许"},
		"system.folder":      {"is a directory", "这是一个目录"},
		"system.no_folder":   {"not a directory", "路径中有一级不是目录"},
		"system.read_only":   {"read-only file system", "文件系统为只读"},
		"system.full":        {"no space left on device", "磁盘空间不足"},
		"system.quota":       {"disk quota exceeded", "已超出磁盘配额"},
		"system.long":        {"file name too long", "文件名过长"},
		"system.loop":        {"too many levels of symbolic links", "符号链接层级过多"},
		"system.io":          {"input/output error", "读写错误"},
		"system.refused":     {"connection refused", "连接被拒绝"},
		"system.reset":       {"connection reset by peer", "连接被对方重置"},
		"system.unreachable": {"no route to host", "无法到达该主机"},
		"system.late":        {"i/o timeout", "连接超时"},
	}
}

// common are words used everywhere: environments, kinds, states, durations.
func common() table {
	return table{
		"duration.s":  {"{s} s", "{s} 秒"},
		"duration.m":  {"{m} min", "{m} 分钟"},
		"duration.h":  {"{h} h", "{h} 小时"},
		"duration.hm": {"{h} h {m} min", "{h} 小时 {m} 分钟"},
		"duration.d":  {"{d} d", "{d} 天"},
		"duration.dh": {"{d} d {h} h", "{d} 天 {h} 小时"},

		"env.sandbox": {"Sandbox", "沙箱"},
		"env.live":    {"Live", "生产"},
		"env.all":     {"All", "全部"},

		"state.locked":   {"locked", "已锁定"},
		"state.blocked":  {"needs you", "需要处理"},
		"state.paused":   {"paused", "已暂停"},
		"state.renewing": {"renewing", "续期中"},
		"state.retrying": {"retrying", "重试中"},
		"state.empty":    {"no token yet", "尚无 token"},
		"state.expired":  {"expired", "已过期"},
		"state.fresh":    {"fresh", "有效"},
		"state.soon":     {"ends soon", "即将到期"},
		"state.push":     {"push failed", "推送失败"},
		"state.retry_in": {"retrying in {time}", "{time}后重试"},
	}
}
