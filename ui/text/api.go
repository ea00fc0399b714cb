package text

// apiDoor are the sentences about the loopback door, its client keys and its
// access log.
func apiDoor() table {
	return table{
		"cause.port_taken":     {"Another program listens on that port.", "该端口已被其他程序占用。"},
		"remedy.port_taken":    {"End that program, or choose another port: tokentray api on --port NUMBER", "请结束占用的程序，或换一个端口：tokentray api on --port 端口"},
		"cause.no_client_key":  {"There is no such client key.", "没有这个客户端密钥。"},
		"remedy.no_client_key": {"See what there is: tokentray api key list", "查看已有密钥：tokentray api key list"},
		"cause.key_scope":      {"The client key does not allow this.", "此客户端密钥没有该权限。"},
		"remedy.key_scope":     {"Make a key that does: tokentray api key add NAME --account NAME --env live", "请另建有权限的密钥：tokentray api key add 名称 --account 账号 --env live"},
		"cause.slower":         {"This client refreshes or fails too often.", "该客户端刷新或失败过于频繁。"},
		"remedy.slower":        {"Wait a moment, and see why it does.", "请稍候，并检查其原因。"},

		"problem.key_taken":    {"There is a client key of this name; choose another, or revoke that one first.", "已有同名的客户端密钥；请换一个名称，或先吊销它。"},
		"problem.key_many":     {"There are 200 client keys already; revoke one that is no longer used.", "客户端密钥已达 200 个；请先吊销不再使用的。"},
		"problem.key_accounts": {"Name accounts without an environment; --env chooses that. At most 200.", "账号只写名称，不带环境；环境用 --env 指定。最多 200 个。"},
		"problem.key_origin":   {"Write an origin as https://host or http://localhost:3000. At most 20.", "来源写作 https://主机 或 http://localhost:3000。最多 20 个。"},
		"problem.port_bad":     {"A port is a number from 1 to 65535.", "端口是 1 到 65535 之间的数字。"},
	}
}
