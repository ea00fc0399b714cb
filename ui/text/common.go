package text

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
	}
}
