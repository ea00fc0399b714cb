package text

import "tokentray/core"

// redisTexts are the sentences about a Redis.
func redisTexts() table {
	return table{
		"cmd.redis":      {"Tokens that backends keep in a Redis", "后端保存在 Redis 中的 token"},
		"cmd.redis.long": {"Find the tokens that backends keep in a Redis.", "查找后端保存在 Redis 中的 token。"},
		"cmd.redis.scan": {"Find the tokens in a Redis, and offer an account for each", "在 Redis 中查找 token，并给出添加账号的命令"},
		"cmd.redis.scan.long": {
			"Look through a Redis for the entries of SDKs that are known, and print for each the\n" +
				"command that adds an account which reads it. Nothing is written: PTTL, GETRANGE,\n" +
				"HSTRLEN, HMGET and SCAN are all that is sent. At most 500,000 keys of a server are\n" +
				"looked at, and 200 entries are found. What may be a secret in the name of a key is\n" +
				"not shown.\n\n" +
				"  tokentray redis scan rediss://reader@redis.example.com/0 --redis-password",
			"在 Redis 中查找已知 SDK 保存的 token，并为每个给出添加只读账号的命令。不会写入任何\n" +
				"内容，只发送 PTTL、GETRANGE、HSTRLEN、HMGET 和 SCAN。每台服务器最多查看 50 万个键，\n" +
				"最多列出 200 个。键名中可能是密钥的部分不会显示。\n\n" +
				"  tokentray redis scan rediss://reader@redis.example.com/0 --redis-password",
		},
		"usage.redis_scan": {"give the URL of one Redis: rediss://USER@HOST:PORT/DB", "请指定一个 Redis 地址：rediss://用户@主机:端口/库号"},
		"redis.sdk":        {"SDK", "SDK"},
		"redis.app":        {"APP", "应用"},
		"redis.key":        {"KEY", "键"},
		"redis.left":       {"LEFT", "剩余"},
		"redis.partial":    {"the Redis has more keys than were looked at; there may be other tokens.", "键的数量超出查找范围，可能还有其他 token。"},
		"redis.none":       {"No token of a known SDK is there.", "没有找到已知 SDK 的 token。"},
		"redis.offer":      {"To add an account that reads one (you are asked for the password):", "添加只读账号（会询问密码）："},

		"cause.redis_url":   {"No Redis answers at that address, or it is not written as that of a Redis.", "该地址上应答的不是 Redis，或地址写法不对。"},
		"cause.redis_tls":   {"The Redis does not prove by TLS that it is the right one.", "无法通过 TLS 确认该 Redis 的身份。"},
		"cause.redis_plain": {said(core.SaysRedisPlain), "未使用 TLS，因此不会向该 Redis 地址所指向的机器发送任何内容。"},
		"cause.redis_auth":  {"The Redis refuses the user or the password.", "Redis 拒绝了用户名或密码。"},
		"cause.redis_acl":   {"The Redis does not allow its user everything that is needed.", "Redis 未授予该用户所需的权限。"},
		"cause.redis_away":  {"The Redis cannot be reached, or takes no writes just now.", "无法连接 Redis，或它暂时不接受写入。"},
		"cause.redis_full":  {"The memory or the disk of the Redis is full, so that it takes no writes.", "Redis 的内存或磁盘已满，无法写入。"},
		"cause.redis_type":  {said(core.SaysOtherKeyType), "Redis 的该键下存放的是其他数据。"},

		"cause.redis_password":  {"The URL holds a password, which others can see in the list of processes.", "URL 中含有密码，其他人可在进程列表中看到。"},
		"remedy.redis_password": {"Leave it out of the URL, and change it if others use this machine. It is asked for, or read with --redis-password-stdin.", "请从 URL 中去掉密码；如果本机有其他用户，请更换它。密码会询问，或用 --redis-password-stdin 读取。"},

		"remedy.redis_url":   {"Correct host and port. Write it as rediss://USER@HOST:PORT/DB, without a password; several hosts need ?master=NAME (Sentinels) or ?cluster=true.", "请检查主机和端口，并写成 rediss://用户@主机:端口/库号，不含密码；多个主机需要加 ?master=名称（Sentinel）或 ?cluster=true。"},
		"remedy.redis_tls":   {"Name the file with the Redis' authority: ?ca=FILE. If its certificate is for another host: ?name=HOST. If it speaks no TLS: redis://.", "请用 ?ca=文件 指定 Redis 的 CA 证书；如果证书属于其他主机名，请加 ?name=主机名；如果它不使用 TLS，请写 redis://。"},
		"remedy.redis_plain": {"Use rediss://. In a network that you know you can agree to go without: --private-redis true for an account that reads (private addresses alone), --plaintext for a team, a push or a scan. Where Sentinels or a Cluster lead from localhost to other addresses, write this machine's own address in the place of localhost, too.", "请使用 rediss://。在了解的网络中可以同意不加密：只读账号用 --private-redis true（仅限内网地址），团队、推送和扫描用 --plaintext。如果 Sentinel 或集群从 localhost 指向其他地址，请将 localhost 也换成本机在该网络中的地址。"},
		"remedy.redis_auth":  {"Ask whoever runs the Redis for user and password, and enter them again.", "请向 Redis 管理员确认用户名和密码，然后重新输入。"},
		"remedy.redis_acl":   {"Ask whoever runs the Redis to extend the user's ACL; README has the line.", "请让 Redis 管理员扩大该用户的 ACL 权限，README 中有完整的一行配置。"},
		"remedy.redis_away":  {"See that the Redis runs and can be reached from here, by rediss:// where it wants TLS, else by redis://. It is tried again by itself.", "请确认 Redis 正在运行且可从本机访问；要求 TLS 的地址以 rediss:// 开头，否则用 redis://。会自动重试。"},
		"remedy.redis_full":  {"Give the Redis more memory or disk. It is tried again by itself.", "请为 Redis 增加内存或磁盘空间；会自动重试。"},
		"remedy.redis_type":  {"Another program uses that key. Choose another one.", "其他程序正在使用该键，请换一个。"},
	}
}
