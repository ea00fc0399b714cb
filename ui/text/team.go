package text

import (
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// Team says which team shares an account's token, and which machine renewed it last
// and when. It is empty without a team. at formats a time.
func (t *Text) Team(a *api.AccountTeam, at func(time.Time) string) string {
	switch {
	case a == nil:
		return ""
	case a.Error != nil:
		return t.Say("team.fact_away", "team", a.Name)
	case a.At.IsZero():
		return a.Name
	}
	return t.Say("team.fact", "team", a.Name, "member", Isolated(a.By), "time", at(a.At))
}

// teams are the sentences about teams, whose machines share tokens.
func teams() table {
	return table{
		"cause.team_key":     {said(core.SaysNotTheTeams), "团队的 token 使用了本机没有的密钥加密。"},
		"cause.team_value":   {said(core.SaysNotOfTheTeam), "Redis 中的团队 token 并非由团队成员写入。"},
		"cause.team_secret":  {"No machine of the team has a token for {account} just now, and this one has no secret to fetch one.", "团队目前没有 {account} 的 token，而本机没有密钥，无法自行获取。"},
		"cause.team_consent": {"No machine of the team has a token for {account} just now, and this one is not allowed to fetch one for production.", "团队目前没有 {account} 的 token，而本机未获准为生产账号获取。"},
		"cause.no_team":      {said(core.SaysNoSuchTeam), "本机不在该团队中。"},
		"cause.team_there":   {"There is a team of that name already.", "已有同名团队。"},
		"cause.team_plain":   {"Without TLS, what goes to this Redis can be read on its way, the password too.", "未使用 TLS，发往该 Redis 的内容（包括密码）可能在途中被读取。"},
		"cause.team_invite":  {"The file is not a usable invite: it is damaged, cut off or of another version.", "该文件不是可用的邀请：可能已损坏、不完整或来自其他版本。"},
		"cause.team_pass":    {said(core.SaysInvitePassphrase), "口令无法打开该邀请文件。"},
		"cause.team_shared":  {"Another team shares the token of {account}.", "{account} 的 token 已由另一个团队共享。"},
		"cause.team_other":   {said(core.SaysSeveralTeams), "本机加入了多个团队。"},

		"remedy.team_key":     {"Ask a member of the team for a new invite: tokentray team join FILE", "请向团队成员索取新的邀请文件：tokentray team join 文件"},
		"remedy.team_value":   {"Look who else can write to that Redis. To replace the value: tokentray refresh {account} --force", "请检查还有谁能写入该 Redis。要覆盖该值：tokentray refresh {account} --force"},
		"remedy.team_secret":  {"It comes as soon as another machine renews. To let this one fetch too: tokentray edit {account} --secret", "其他机器续期后即可使用。若要本机也能获取：tokentray edit {account} --secret"},
		"remedy.team_consent": {"It comes as soon as another machine renews. To let this one fetch too: tokentray edit {account} --allow-live", "其他机器续期后即可使用。若要本机也能获取：tokentray edit {account} --allow-live"},
		"remedy.no_team":      {"See the teams of this machine: tokentray team status", "查看本机的团队：tokentray team status"},
		"remedy.team_there":   {said(core.SaysJoinTheTeam), "请用邀请文件加入，或换一个名称。"},
		"remedy.team_plain":   {"Use rediss://. If you know that network and agree: --plaintext", "请使用 rediss://。如果了解该网络并同意：--plaintext"},
		"remedy.team_invite":  {"Ask a member of the team for a new one: tokentray team invite --out FILE", "请团队成员重新生成：tokentray team invite --out 文件"},
		"remedy.team_pass":    {"Enter the passphrase that was chosen for this invite.", "请输入为该邀请设定的口令。"},
		"remedy.team_shared":  {"Unshare it there first: tokentray team unshare {account}", "请先取消共享：tokentray team unshare {account}"},
		"remedy.team_other":   {"Say which one: --team TEAM", "请指明团队：--team 团队"},

		"did.taken": {"renewed by the team", "由团队续期"},

		"ask.team_password": {"Password of the Redis (empty: none)", "Redis 密码（没有则留空）"},

		"team.created":      {"Made the team {team}. This machine is {member} in it.", "已创建团队 {team}。本机在团队中名为 {member}。"},
		"team.next_share":   {"Share an account: tokentray team share NAME/ENV", "共享账号：tokentray team share 名称/环境"},
		"team.next_invite":  {"Invite another machine: tokentray team invite {team} --out FILE", "邀请其他机器：tokentray team invite {team} --out 文件"},
		"team.plain":        {"Without TLS, what goes to the Redis can be read on its way. Tokens are sealed; the Redis' password is not.", "未使用 TLS，发往 Redis 的内容可能在途中被读取。token 已加密，但 Redis 密码没有。"},
		"team.invited":      {"Wrote an invite to {team}: {file}", "已写入 {team} 的邀请：{file}"},
		"team.invited_next": {"Bring it to the other machine, and tell the passphrase in another way. There: tokentray team join FILE", "请把文件带到另一台机器，口令通过其他途径告知。在那里执行：tokentray team join 文件"},
		"team.rotated":      {"{team} has a new key. Wrote a new invite: {file}", "{team} 已更换密钥，新的邀请已写入：{file}"},
		"team.rotated_next": {"Every other machine joins again by it: tokentray team join FILE. Until then it keeps its last tokens.", "其他机器须用它重新加入：tokentray team join 文件。在此之前只能使用各自最后的 token。"},
		"team.rotated_password": {
			"Whoever had an old invite still knows the password of the Redis. Change it there, enter the new one on every machine (tokentray team edit {team} --redis-password-stdin), and only then give out invites.",
			"持有旧邀请的人仍知道 Redis 密码。请在 Redis 上更换密码，在每台机器上录入新密码（tokentray team edit {team} --redis-password-stdin），之后再发放邀请。",
		},
		"team.edited":          {"{team} uses what you entered; its Redis has answered.", "{team} 已采用新的设置，Redis 已应答。"},
		"team.old_key":         {"Still with the team's old key: {members}. There: tokentray team join FILE, with an invite that was made after the change", "仍使用旧的团队密钥：{members}。请在这些机器上执行：tokentray team join 文件（须为更换密钥之后生成的邀请）"},
		"team.reported":        {"The token of {account} was reported as dead; the team checks or renews it.", "{account} 的 token 已被报告失效，团队正在检查或续期。"},
		"team.join_ask":        {"Join {team}?", "加入 {team}？"},
		"team.joined":          {"Joined {team}.", "已加入 {team}。"},
		"team.joined_new":      {"New accounts are paused and have no secret: they use the team's tokens. To let this machine renew too, enter the secret (tokentray edit NAME/ENV --secret), then: tokentray resume NAME/ENV", "新增的账号处于暂停状态且没有密钥，只使用团队的 token。若要本机也参与续期，请先填写密钥（tokentray edit 名称/环境 --secret），再执行：tokentray resume 名称/环境"},
		"team.roster":          {"The team {team} on {redis} shares:", "位于 {redis} 的团队 {team} 共享："},
		"team.roster_empty":    {"nothing yet", "暂无"},
		"team.roster_new":      {"new here: {account}", "将新增：{account}"},
		"team.roster_here":     {"here: {account}", "本机：{account}"},
		"team.roster_unknown":  {"left out: its kind is not known here", "略过：本机不认识该类型"},
		"team.roster_odd":      {"Entries of the list that are not the team's: {n}. They are left out; look who else writes to that Redis.", "列表中有 {n} 项不是团队写入的，已略过；请检查还有谁能写入该 Redis。"},
		"team.leave_ask":       {"Leave {team}? Its key and the Redis' password are removed from this machine.", "退出 {team}？其密钥和 Redis 密码将从本机删除。"},
		"team.left":            {"Left {team}. Its accounts stay here.", "已退出 {team}，账号保留在本机。"},
		"team.left_paused":     {"Paused, because a fetch from here would kill the team's token: {accounts}", "以下账号已暂停，因为从本机获取会使团队的 token 失效：{accounts}"},
		"team.shared":          {"The token of {account} is {team}'s by now.", "{account} 的 token 现由 {team} 共享。"},
		"team.unshared":        {"The token of {account} is this machine's own again.", "{account} 的 token 已改回本机自用。"},
		"team.unshared_paused": {"{account} is paused, because a fetch from here may kill the team's token. To renew from here: tokentray resume {account}", "{account} 已暂停，因为从本机获取可能使团队的 token 失效。若要由本机续期：tokentray resume {account}"},
		"team.none":            {"This machine is in no team. Make one: tokentray team create TEAM --redis URL", "本机不在任何团队中。创建：tokentray team create 团队 --redis URL"},

		"team.name":      {"team", "团队"},
		"team.redis":     {"Redis", "Redis"},
		"team.self":      {"this machine", "本机"},
		"team.latency":   {"round trip", "往返延迟"},
		"team.ms":        {"{ms} ms", "{ms} 毫秒"},
		"team.eviction":  {"when its memory is full", "内存已满时"},
		"team.evicts":    {"This Redis throws away any key when its memory is full, and so the team's too. Set maxmemory-policy to noeviction or volatile-lru.", "该 Redis 内存已满时会淘汰任意键，包括团队的键。请将 maxmemory-policy 设为 noeviction 或 volatile-lru。"},
		"team.member":    {"MEMBER", "成员"},
		"team.version":   {"VERSION", "版本"},
		"team.seen":      {"LAST SEEN", "最近出现"},
		"team.ago":       {"{time} ago", "{time}前"},
		"team.account":   {"ACCOUNT", "账号"},
		"team.renewed":   {"RENEWED", "最近续期"},
		"team.expires":   {"EXPIRES", "到期"},
		"team.next":      {"NEXT RENEWAL", "下次续期"},
		"team.holder":    {"HOLDER", "持有者"},
		"team.fence":     {"FENCE", "序号"},
		"team.calls":     {"CALLS TODAY", "今日调用"},
		"team.by_at":     {"{member}, {time}", "{member}，{time}"},
		"team.fact":      {"{team}, renewed by {member}, {time}", "{team}，由 {member} 续期，{time}"},
		"team.fact_away": {"{team}; its Redis cannot be used now, this is the team's last token", "{team}；其 Redis 暂不可用，这是团队最后的 token"},
		"list.team":      {"{member} renewed {time}", "{member} 于 {time} 续期"},
		"list.team_away": {"the team's last token", "团队最后的 token"},
		"show.team":      {"team", "团队"},

		"usage.one_team":        {"name one team", "请指定一个团队"},
		"usage.team_redis":      {"say on which Redis: --redis rediss://USER@HOST:PORT", "请指定 Redis：--redis rediss://用户@主机:端口"},
		"usage.team_out":        {"say where the invite goes: --out FILE", "请指定邀请文件的位置：--out 文件"},
		"usage.team_file":       {"name the file with the invite", "请指定邀请文件"},
		"usage.team_none":       {"this machine is in no team; make one with tokentray team create", "本机不在任何团队中；可用 tokentray team create 创建"},
		"usage.team_edit":       {"say what changes: --redis-password-stdin, --redis URL", "请指明要修改的内容：--redis-password-stdin、--redis URL"},
		"usage.team_not_shared": {"the token of {account} is not shared with {team}", "{account} 的 token 未与 {team} 共享"},
		"usage.team_which":      {"this machine is in several teams; name one", "本机加入了多个团队，请指定一个"},

		"cmd.team": {"One account on many machines: a team on Redis", "多台机器共用账号：基于 Redis 的团队"},
		"cmd.team.long": {
			"The machines of a team have one token of an account together, by way of a Redis, Valkey\n" +
				"or cloud service that you run already. One machine asks the upstream, all use what it\n" +
				"got, and nobody kills anyone's token. Tokens are sealed there under the team's key;\n" +
				"secrets never leave the machine they were entered on.\n\n" +
				"  tokentray team create shop --redis rediss://tt@redis.example:6380\n" +
				"  tokentray team share shop/live\n" +
				"  tokentray team invite shop --out shop.invite\n" +
				"  tokentray team join shop.invite                  on another machine\n" +
				"  tokentray team status\n\n" +
				"A machine without the secret uses the tokens and never fetches. Consent to fetch for a\n" +
				"live account whose token dies by it is each machine's own.",
			"团队中的机器通过已有的 Redis、Valkey 或云服务共用账号的 token：由一台机器向上游获取，\n" +
				"全体使用，互不影响。token 以团队密钥加密后存放；密钥（AppSecret）不会离开录入它的机器。\n\n" +
				"  tokentray team create shop --redis rediss://tt@redis.example:6380\n" +
				"  tokentray team share shop/live\n" +
				"  tokentray team invite shop --out shop.invite\n" +
				"  tokentray team join shop.invite                  在另一台机器上\n" +
				"  tokentray team status\n\n" +
				"没有密钥的机器只使用 token，从不获取。对于获取会使旧 token 失效的生产账号，\n" +
				"每台机器须各自同意。",
		},
		"cmd.team.create": {"Make a team on a Redis and join it", "在 Redis 上创建团队并加入"},
		"cmd.team.create.long": {
			"Make a team on a Redis and join it. The URL has no password: it is asked for, or read\n" +
				"from standard input.\n\n" +
				"  rediss://USER@HOST:PORT/DB?ca=FILE     TLS\n" +
				"  rediss://S1,S2,S3?master=NAME          through Sentinels\n" +
				"  rediss://N1:7000,N2:7000?cluster=true  a Cluster\n" +
				"  unix:///run/redis/redis.sock           a socket of this machine\n\n" +
				"redis:// to another host sends everything in the clear and needs --plaintext.",
			"在 Redis 上创建团队并加入。URL 中不含密码：密码会询问，或从标准输入读取。\n\n" +
				"  rediss://USER@HOST:PORT/DB?ca=FILE    TLS\n" +
				"  rediss://S1,S2,S3?master=NAME          经由 Sentinel\n" +
				"  rediss://N1:7000,N2:7000?cluster=true  集群\n" +
				"  unix:///run/redis/redis.sock           本机套接字\n\n" +
				"用 redis:// 连接其他主机时以明文传输，需要 --plaintext。",
		},
		"cmd.team.invite": {"Write an invite for another machine", "为其他机器生成邀请文件"},
		"cmd.team.invite.long": {
			"Write an invite for another machine: an age file under a passphrase. It holds the team's\n" +
				"key and the Redis' password, so tell the passphrase in another way than the file.",
			"为其他机器生成邀请文件（以口令加密的 age 文件）。其中含有团队密钥和 Redis 密码，\n请通过与文件不同的途径告知口令。",
		},
		"cmd.team.join": {"Join a team by an invite", "通过邀请文件加入团队"},
		"cmd.team.join.long": {
			"Join a team by an invite. What the team shares is shown first, and then asked for. An\n" +
				"account that is not here yet is added, paused and without a secret. A machine that is\n" +
				"in the team already gets its new key.",
			"通过邀请文件加入团队。先显示团队共享的账号，再询问。本机没有的账号会被添加，\n处于暂停状态且没有密钥。已在团队中的机器会得到新的密钥。",
		},
		"cmd.team.leave": {"Leave a team; its accounts stay", "退出团队，账号保留"},
		"cmd.team.edit":  {"Enter another password or URL of a team's Redis", "修改团队 Redis 的密码或 URL"},
		"cmd.team.edit.long": {
			"Enter the password of a team's Redis anew, or its URL after it has moved. The Redis is\n" +
				"asked first; unless it answers, nothing changes.\n\n" +
				"  tokentray team edit shop --redis-password-stdin < password\n" +
				"  tokentray team edit shop --redis rediss://tt@redis2.example:6380",
			"重新录入团队 Redis 的密码，或在 Redis 迁移后修改 URL。先询问 Redis，若无应答则不作任何修改。\n\n" +
				"  tokentray team edit shop --redis-password-stdin < password\n" +
				"  tokentray team edit shop --redis rediss://tt@redis2.example:6380",
		},
		"cmd.team.rotate-key": {"Give the team a new key, and write an invite with it", "更换团队密钥并生成新的邀请"},
		"cmd.team.rotate-key.long": {
			"Give the team a new key, as after somebody has left, and write an invite with it. Every\n" +
				"other machine joins again by that. Change the password of the Redis too.",
			"更换团队密钥（例如有人离开之后）并生成新的邀请。其他机器须用它重新加入。\n请同时更换 Redis 密码。",
		},
		"cmd.team.share": {"Share the token of an account with a team", "与团队共享账号的 token"},
		"cmd.team.share.long": {
			"Share the token of an account with a team. Its name, kind, AppID, base URL and parameters\n" +
				"are put on the team's list, sealed; the secret is not.",
			"与团队共享账号的 token。账号的名称、类型、AppID、基础地址和参数会加密后放入团队列表，\n密钥不会。",
		},
		"cmd.team.unshare": {"Use a token of this machine's own again", "改回使用本机自己的 token"},
		"cmd.team.status":  {"Show the teams: members, who renewed, what is wrong", "显示团队：成员、续期情况和问题"},

		"flag.team_redis":     {"`URL` of the Redis, without a password", "Redis 的 `URL`，不含密码"},
		"flag.team_member":    {"`NAME` of this machine for the others; the host's if not given", "本机在团队中的`名称`；默认为主机名"},
		"flag.team_plaintext": {"agree to a Redis on another host without TLS", "同意不用 TLS 连接其他主机上的 Redis"},
		"flag.team_out":       {"the `FILE` that gets the invite", "写入邀请的`文件`"},
		"flag.team_force":     {"overwrite the file", "覆盖已有文件"},
		"flag.add_paused":     {"fetch nothing now, and do not renew in the background", "暂不获取，也不在后台续期"},
		"flag.team_of":        {"only if it is shared with this `TEAM`", "仅当与该`团队`共享时"},
		"flag.team":           {"the `TEAM`, where this machine is in several", "加入多个团队时指定`团队`"},
	}
}
