package text

// doctor are the findings of tokentray doctor. "doctor.check." names what was
// checked. The others say what was found, and those that end in _fix say what to do.
func doctor() table {
	return table{
		"doctor.check.folders":   {"folders", "文件夹"},
		"doctor.check.agent":     {"agent", "守护进程"},
		"doctor.check.database":  {"database", "数据库"},
		"doctor.check.keyring":   {"keyring", "密钥环"},
		"doctor.check.port":      {"API port", "接口端口"},
		"doctor.check.bus":       {"session bus", "会话总线"},
		"doctor.check.tray":      {"tray", "托盘"},
		"doctor.check.clipboard": {"clipboard", "剪贴板"},
		"doctor.check.manager":   {"clipboard manager", "剪贴板管理器"},
		"doctor.check.upstream":  {"upstream", "上游"},
		"doctor.check.clock":     {"clock", "时钟"},
		"doctor.check.window":    {"window", "窗口程序"},

		"doctor.bundle_ask":   {"Write this report to {file}?", "将此报告写入 {file}？"},
		"doctor.bundle_wrote": {"Wrote {file}. Read it before you pass it on; nothing was sent.", "已写入 {file}。转发前请先阅读；没有发送任何内容。"},

		"doctor.folders_ok":     {"{home} is yours alone.", "{home} 仅你可访问。"},
		"doctor.folders_new":    {"{home} does not exist yet; the first command makes it.", "{home} 尚不存在，首次使用时会创建。"},
		"doctor.folders_remote": {"{home} is on another machine: its database may be damaged when the connection breaks.", "{home} 位于其他机器上，连接中断时数据库可能损坏。"},
		"doctor.folders_remote_fix": {
			"Choose a folder of this machine with --home or TOKENTRAY_HOME. Backups are made beside the database, and a damaged one is replaced.",
			"请用 --home 或 TOKENTRAY_HOME 选择本机的文件夹。数据库旁有自动备份，损坏时会自动恢复。",
		},
		"doctor.folders_open": {"{home} can be entered by others.", "{home} 可被其他用户访问。"},
		"doctor.folders_bad":  {"{home} cannot be used: {error}.", "{home} 无法使用：{error}。"},
		"doctor.folders_fix":  {"Run: chmod 700 {home}", "请执行：chmod 700 {home}"},
		"doctor.folders_fix_windows": {
			"Run tokentray stop: the next command closes the folder. If it holds other things, choose an empty one with --home.",
			"请执行 tokentray stop，下一条命令会禁止他人访问该文件夹。若其中有其他内容，请用 --home 选择空文件夹。",
		},
		"doctor.folders_own":    {"Choose another folder with --home, or make this one yours.", "请用 --home 指定其他文件夹，或取得此文件夹的所有权。"},
		"doctor.folders_socket": {"The folder of the socket {path} cannot be used: {error}.", "套接字 {path} 所在的文件夹无法使用：{error}。"},

		"doctor.agent_ok":    {"version {version} runs as process {pid}.", "版本 {version} 正在运行，进程 {pid}。"},
		"doctor.agent_none":  {"not running; a command that needs it starts it.", "未运行；需要它的命令会自动启动。"},
		"doctor.agent_bad":   {"does not answer: {error}.", "没有应答：{error}。"},
		"doctor.agent_fix":   {"Run: tokentray stop", "请执行：tokentray stop"},
		"doctor.agent_other": {"another version runs.", "正在运行的是另一个版本。"},
		"doctor.agent_log":   {"Its log: {log}", "日志：{log}"},

		"doctor.database_ok":     {"readable ({path}).", "可读取（{path}）。"},
		"doctor.database_new":    {"none yet; the first command makes it.", "尚不存在，首次使用时会创建。"},
		"doctor.database_in_use": {"the agent has it open, as it should.", "守护进程正在使用，这是正常状态。"},
		"doctor.database_held":   {"another process has it open and no agent answers.", "被其他进程占用，且没有守护进程应答。"},
		"doctor.database_held_fix": {
			"Find it: fuser -v {path}",
			"查找该进程：fuser -v {path}",
		},
		"doctor.database_bad": {"{error}.", "{error}。"},
		"doctor.database_fix": {"See the backups beside it; tokentray agent tells more.", "请查看同目录下的备份；运行 tokentray agent 可了解详情。"},

		"doctor.keyring_ok":          {"answers.", "可用。"},
		"doctor.keyring_locked":      {"locked.", "已锁定。"},
		"doctor.keyring_unavailable": {"there is none here: {error}.", "不可用：{error}。"},
		"doctor.keyring_file":        {"not used; the secrets are in {path}.", "未使用；密钥保存在 {path}。"},
		"doctor.keyring_fix":         {"Unlock it: tokentray vault unlock", "请解锁：tokentray vault unlock"},
		"doctor.keyring_file_bad":    {"not used; the secrets should be in {path}: {error}.", "未使用；密钥应保存在 {path}：{error}。"},
		"doctor.keyring_file_fix":    {"Put a copy of it back; without one: tokentray vault init", "请放回其副本；若无副本：tokentray vault init"},
		"doctor.keyring_init":        {"Start the desktop's keyring (gnome-keyring or KWallet), or keep secrets in a file under a passphrase: tokentray vault init", "请启动桌面的密钥环（gnome-keyring 或 KWallet），或用口令保护的文件保存密钥：tokentray vault init"},

		"doctor.port_ok":        {"the agent listens on {port}.", "守护进程正在监听 {port}。"},
		"doctor.port_shut":      {"nobody listens on {port}; the API is off.", "{port} 无人监听；接口未开启。"},
		"doctor.port_other":     {"a program of another user, {user}, listens on {port}, where your programs send client keys.", "另一用户 {user} 的程序正在监听 {port}，你的程序会把客户端密钥发到那里。"},
		"doctor.port_other_fix": {"Revoke the keys that were sent there (tokentray api key revoke NAME) and choose another port: tokentray api on --port NUMBER", "请吊销已发往那里的密钥（tokentray api key revoke 名称），并换一个端口：tokentray api on --port 端口"},
		"doctor.port_own":       {"another program of yours listens on {port}.", "你的另一个程序正在监听 {port}。"},
		"doctor.port_taken":     {"another program listens on {port}; this system does not tell whose.", "其他程序正在监听 {port}，此系统不显示其所属用户。"},
		"doctor.port_fix":       {"End it, or choose another port: tokentray api on --port NUMBER", "请结束该程序，或换一个端口：tokentray api on --port 端口"},

		"doctor.bus_ok":     {"answers.", "可用。"},
		"doctor.bus_none":   {"there is none here; no tray icon, no keyring.", "没有会话总线，因此没有托盘图标和密钥环。"},
		"doctor.bus_bad":    {"does not answer: {error}.", "没有应答：{error}。"},
		"doctor.bus_fix":    {"Run it from a desktop session; over ssh this is normal.", "请在桌面会话中运行；通过 ssh 登录时属正常情况。"},
		"doctor.bus_native": {"not used on this system.", "此系统不使用会话总线。"},

		"doctor.tray_ok":          {"the desktop shows tray icons.", "桌面支持托盘图标。"},
		"doctor.tray_no_host":     {"no panel shows tray icons.", "没有面板显示托盘图标。"},
		"doctor.tray_no_bus":      {"unknown without a session bus.", "没有会话总线，无法得知。"},
		"doctor.tray_fix":         {"On GNOME install the extension AppIndicator and KStatusNotifierItem Support; elsewhere add a status tray to the panel.", "GNOME 请安装扩展 AppIndicator and KStatusNotifierItem Support；其他桌面请在面板中添加状态托盘。"},
		"doctor.tray_native":      {"part of this system.", "系统自带。"},
		"doctor.manager_none":     {"none runs.", "未运行。"},
		"doctor.manager_honoured": {"{name} runs; it keeps no tokens, since it honours the mark of confidential content.", "{name} 正在运行；它遵循机密标记，不保存 token。"},
		"doctor.manager_since": {
			"{name} runs; it honours the mark of confidential content from version {since} on. An older one keeps copied tokens in its history.",
			"{name} 正在运行；自 {since} 版起遵循机密标记，旧版会把复制的 token 留在历史中。",
		},
		"doctor.manager_ignored": {
			"{name} runs and keeps copied tokens in its history: it ignores the mark of confidential content. TokenTray only clears the clipboard itself.",
			"{name} 正在运行；它忽略机密标记，会把复制的 token 留在历史中。TokenTray 只能清除剪贴板本身。",
		},
		"doctor.manager_unknown": {
			"{name} runs and may keep copied tokens in its history.",
			"{name} 正在运行，可能会把复制的 token 留在历史中。",
		},
		"doctor.manager_needless": {"{name} runs; it keeps no history.", "{name} 正在运行；它不保存历史。"},
		"doctor.manager_buffer":   {"{name} runs and puts tokens into the cut buffer; TokenTray clears that too.", "{name} 正在运行，会把 token 放入剪切缓冲区；TokenTray 会一并清除。"},
		"doctor.manager_fix": {
			"Have it leave TokenTray out if it can, or end it while you copy tokens; then clear its history.",
			"若支持，请在其中排除 TokenTray；否则复制 token 时先结束它，之后清空其历史。",
		},
		"doctor.manager_clipman_fix": {
			"It cannot leave a program out. Switch it off while you copy tokens, then clear its history: xfconf-query -c xfce4-panel -np /plugins/clipman/tweaks/inhibit -t bool -s true",
			"它无法排除某个程序。复制 token 时请先停用，之后清空其历史：xfconf-query -c xfce4-panel -np /plugins/clipman/tweaks/inhibit -t bool -s true",
		},
		"doctor.manager_copyq_fix": {
			"Take version {since} or newer, or switch it off while you copy tokens: copyq disable",
			"请使用 {since} 或更新的版本，或在复制 token 时停用：copyq disable",
		},
		"doctor.manager_gpaste_fix": {
			"Switch it off while you copy tokens: gpaste-client stop",
			"复制 token 时请停用：gpaste-client stop",
		},

		"doctor.clipboard_ok":  {"{name}.", "{name}。"},
		"doctor.clipboard_no":  {"there is none here.", "这里没有剪贴板。"},
		"doctor.clipboard_fix": {"Run it from a desktop session; tokentray get still prints tokens.", "请在桌面会话中运行；tokentray get 仍可直接输出 token。"},
		"doctor.clipboard_wl":  {"Wayland, but wl-copy is missing.", "Wayland 环境，但缺少 wl-copy。"},
		"doctor.clipboard_wl_fix": {
			"Install wl-clipboard: apt install wl-clipboard",
			"请安装 wl-clipboard：apt install wl-clipboard",
		},

		"doctor.upstream_ok":   {"{host} answers in {ms} ms.", "{host} 在 {ms} 毫秒内应答。"},
		"doctor.upstream_no":   {"{host} does not answer: {error}.", "{host} 没有应答：{error}。"},
		"doctor.upstream_fix":  {"Check network, DNS and firewall; accounts can have a proxy of their own.", "请检查网络、DNS 和防火墙；也可为账号单独设置代理。"},
		"doctor.clock_ok":      {"within {s} s of the upstream's.", "与上游相差不到 {s} 秒。"},
		"doctor.clock_off":     {"{s} s away from the upstream's; countdowns are wrong by that.", "与上游相差 {s} 秒，倒计时会有同样的误差。"},
		"doctor.clock_unknown": {"cannot be compared without the upstream.", "无法连接上游，不能比较。"},
		"doctor.clock_fix":     {"Switch on time synchronisation: timedatectl set-ntp true", "请开启时间同步：timedatectl set-ntp true"},
		"doctor.clock_fix_any": {"Switch on time synchronisation in the system's settings.", "请在系统设置中开启自动对时。"},

		"doctor.window_ok":  {"found ({path}).", "已找到（{path}）。"},
		"doctor.window_no":  {"tokentray-window is neither beside tokentray nor in PATH.", "tokentray-window 既不在 tokentray 旁，也不在 PATH 中。"},
		"doctor.window_fix": {"Install it, or use the command line.", "请安装它，或使用命令行。"},
	}
}
