package text

import (
	"strconv"
	"strings"

	"tokentray/core"
)

// windowTeams are the sentences of the window about teams. What the command line says
// of them too stands in teams.
func windowTeams() table {
	return table{
		"window.teams":      {"Teams", "团队"},
		"window.teams.say":  {"Several machines use one token of an account, by way of a Redis.", "多台机器通过 Redis 共用同一个账号的 token。"},
		"window.teams.open": {"Show the teams", "查看团队"},
		"window.teams.about": {
			"The machines of a team have one token of an account together, on a Redis that you run already. One asks the upstream, all use what it got. Tokens are sealed there; secrets stay where they were entered.",
			"团队中的机器通过已有的 Redis 共用账号的 token：由一台机器向上游获取，全体使用。token 加密存放，密钥（AppSecret）不离开录入它的机器。",
		},
		"window.teams.none":    {"This machine is in no team.", "本机不在任何团队中。"},
		"window.teams.create":  {"Create a team…", "创建团队…"},
		"window.teams.join":    {"Join by an invite…", "用邀请文件加入…"},
		"window.teams.share":   {"Share an account…", "共享账号…"},
		"window.teams.unshare": {"Unshare", "取消共享"},
		"window.teams.invite":  {"Invite…", "邀请…"},
		"window.teams.rotate":  {"New key…", "更换密钥…"},
		"window.teams.edit":    {"Redis…", "Redis…"},
		"window.teams.leave":   {"Leave…", "退出…"},

		"window.teams.full":       {"if full", "内存满时"},
		"window.teams.members":    {"Members", "成员"},
		"window.teams.accounts":   {"Shared accounts", "共享的账号"},
		"window.teams.noaccounts": {"No account of this machine is shared with it.", "本机没有与该团队共享的账号。"},
		"window.teams.seen":       {"seen {time}", "最近出现：{time}"},
		"window.teams.this":       {"this machine", "本机"},
		"window.teams.unnamed":    {"(unknown)", "（未知）"},
		"window.teams.oldkey":     {"still with the old key", "仍使用旧密钥"},
		"window.teams.renewed":    {"renewed by {member}, {time}", "由 {member} 续期，{time}"},
		"window.teams.notoken":    {"no token yet", "还没有 token"},
		"window.teams.until":      {"expires {time}", "{time} 到期"},
		"window.teams.next":       {"next renewal {time}", "下次续期 {time}"},
		"window.teams.holder":     {"{member} may fetch now", "{member} 正在获取"},
		"window.teams.fence":      {"fence {n}", "序号 {n}"},
		"window.teams.calls":      {"calls today: {n}", "今日调用：{n}"},
		"window.teams.forced":     {"forced: {n}", "强制：{n}"},
		"window.teams.reported":   {"reported as failing", "已被报告失效"},

		"window.teams.name":       {"Name of the team", "团队名称"},
		"window.teams.redis":      {"Redis, without the password", "Redis 地址（不含密码）"},
		"window.teams.password":   {"Password of the Redis (empty: none)", "Redis 密码（没有则留空）"},
		"window.teams.self":       {"This machine's name in the team (empty: its host name)", "本机在团队中的名称（留空则用主机名）"},
		"window.teams.name.empty": {"Name the team.", "请填写团队名称。"},
		"window.teams.redis.none": {"Enter the Redis: rediss://USER@HOST:PORT", "请填写 Redis：rediss://用户@主机:端口"},
		"window.teams.anyway":     {"Go on without TLS", "不用 TLS 继续"},
		"window.teams.wait":       {"Asking the Redis…", "正在连接 Redis…"},

		"window.teams.create.title": {"Create a team", "创建团队"},
		"window.teams.create.go":    {"Create", "创建"},
		"window.teams.created":      {"{team} is there. Share an account with it, and invite the other machines.", "{team} 已创建。接下来共享账号，并邀请其他机器。"},

		"window.teams.edit.title": {"The Redis of {team}", "{team} 的 Redis"},
		"window.teams.edit.body":  {"It is asked first; unless it answers, nothing changes.", "先询问 Redis，若无应答则不作任何修改。"},
		"window.teams.edit.none":  {"It has no password", "没有密码"},
		"window.teams.edit.kept":  {"Another password (empty: as it is)", "新密码（留空则不变）"},
		"window.teams.edit.go":    {"Save", "保存"},

		"window.teams.invite.title": {"Invite another machine to {team}", "邀请其他机器加入 {team}"},
		"window.teams.invite.body": {
			"The invite is a file under a passphrase. It holds the team's key and the Redis' password: tell the passphrase in another way than the file.",
			"邀请是以口令加密的文件，其中含有团队密钥和 Redis 密码。请通过与文件不同的途径告知口令。",
		},
		"window.teams.invite.go":    {"Write the invite", "生成邀请文件"},
		"window.teams.rotate.title": {"Give {team} a new key?", "为 {team} 更换密钥？"},
		"window.teams.rotate.body": {
			"As after somebody has left. Every other machine joins again by the new invite; until then it keeps its last tokens.",
			"例如有人离开之后。其他机器须用新的邀请重新加入，在此之前只能使用各自最后的 token。",
		},
		"window.teams.rotate.go":   {"Change the key", "更换密钥"},
		"window.teams.pass.made":   {"Made here, shown once", "自动生成，只显示一次"},
		"window.teams.pass.own":    {"My own", "自己设定"},
		"window.teams.pass":        {"Passphrase", "口令"},
		"window.teams.written":     {"The invite is in {file}.", "邀请已写入 {file}。"},
		"window.teams.written.say": {"Bring it to the other machine. There: Settings, Teams, Join by an invite.", "请把它带到另一台机器，在那里打开“设置 > 团队 > 用邀请文件加入”。"},
		"window.teams.rotated.say": {
			"Whoever had an old invite still knows the Redis' password: change that too, and enter the new one on every machine, by the button Redis.",
			"持有旧邀请的人仍知道 Redis 密码。请同时更换，并在每台机器上用“Redis”按钮录入新密码。",
		},
		"window.teams.pass.once": {"The passphrase, which is shown only now:", "口令（仅此一次显示）："},
		"window.teams.pass.copy": {"Copy the passphrase", "复制口令"},

		"window.teams.join.title":  {"Join a team", "加入团队"},
		"window.teams.join.file":   {"File with the invite", "邀请文件"},
		"window.teams.join.look":   {"Look inside", "查看内容"},
		"window.teams.join.unread": {"The file cannot be read: {cause}", "无法读取文件：{cause}"},
		"window.teams.join.empty":  {"Choose the file and enter its passphrase.", "请选择文件并填写口令。"},
		"window.teams.join.roster": {"{team} on {redis} shares:", "位于 {redis} 的 {team} 共享："},
		"window.teams.join.again":  {"This machine is in the team already, and gets its new key.", "本机已在该团队中，将得到新的密钥。"},
		"window.teams.join.go":     {"Join", "加入"},
		"window.teams.joined":      {"Joined {team}.", "已加入 {team}。"},
		"window.teams.joined.new":  {"Joined {team}. New accounts are paused and use the team's tokens; to let this machine renew too, enter their secrets.", "已加入 {team}。新增的账号处于暂停状态，使用团队的 token；若要本机也参与续期，请填写其密钥。"},

		"window.teams.leave.ask": {"Leave {team}?", "退出 {team}？"},
		"window.teams.leave.say": {
			"Its key and the Redis' password are removed from this machine. The accounts stay; one for which a fetch from here would kill the team's token is paused.",
			"其密钥和 Redis 密码将从本机删除。账号保留；如果从本机获取会使团队的 token 失效，相应账号将暂停。",
		},
		"window.teams.leave.go":    {"Leave", "退出"},
		"window.teams.unshare.ask": {"Use a token of this machine's own for {account}?", "{account} 改用本机自己的 token？"},
		"window.teams.unshare.say": {
			"It is no longer shared with {team}. Where a fetch from here would kill the team's token, the account is paused.",
			"不再与 {team} 共享。如果从本机获取会使团队的 token 失效，该账号将暂停。",
		},

		"window.teams.share.title": {"Share an account with {team}", "与 {team} 共享账号"},
		"window.teams.share.body":  {"Its name, kind, AppID, base URL and parameters are put on the team's list, sealed. Its secret is not.", "账号的名称、类型、AppID、基础地址和参数会加密后放入团队列表，密钥不会。"},
		"window.teams.share.go":    {"Share", "共享"},
		"window.teams.share.none":  {"All accounts are shared already.", "所有账号都已共享。"},

		"window.teams.paused":    {"It is paused.", "该账号已暂停。"},
		"window.state.team":      {"{member} renewed {time}", "{member} 于 {time} 续期"},
		"window.state.team_away": {"the team's last token", "团队最后的 token"},

		"copied.key":      {"client key {key}", "客户端密钥 {key}"},
		"copied.env":      {"tokens as .env: {n}", "{n} 个 token（.env）"},
		"copied.env.live": {"tokens as .env: {n}, LIVE among them", "{n} 个 token（.env，含生产）"},
		"copied.invite":   {"passphrase of the invite to {team}", "{team} 的邀请口令"},

		"window.remedy.team_key":     {"Ask a member of the team for a new invite, and join by it in the settings.", "请向团队成员索取新的邀请文件，并在设置中用它加入。"},
		"window.remedy.team_value":   {"Look who else can write to that Redis. To replace the value, force a new token.", "请检查还有谁能写入该 Redis。要覆盖该值，请强制获取新的 token。"},
		"window.remedy.team_secret":  {"It comes as soon as another machine renews. To let this one fetch too, enter the secret.", "其他机器续期后即可使用。若要本机也能获取，请填写密钥。"},
		"window.remedy.team_consent": {"It comes as soon as another machine renews. To let this one fetch too, allow it.", "其他机器续期后即可使用。若要本机也能获取，请允许获取。"},
		"window.remedy.no_team":      {"It may have been left meanwhile.", "可能已在别处退出。"},
		"window.remedy.team_plain":   {"Use rediss://. Go on only if you know that network and agree.", "请使用 rediss://。只有了解该网络并同意时才继续。"},
		"window.remedy.team_invite":  {said(core.SaysAskForAnInvite), "请团队成员重新生成。"},
		"window.remedy.team_shared":  {said(core.SaysUnshareThere), "请先在那里取消共享。"},
	}
}

// inviteKey begins the name of a passphrase on the clipboard.
const inviteKey = "invite "

// InviteKey names the passphrase of an invite for CopiedSecret.
func InviteKey(team string) string { return inviteKey + team }

// envKey begins the name of several tokens on the clipboard, envLive that of such with
// live ones among them.
const (
	envKey  = "env "
	envLive = "env+live "
)

// EnvKey names so many tokens, copied as a .env file, for CopiedSecret.
func EnvKey(n int, live bool) string {
	if live {
		return envLive + strconv.Itoa(n)
	}
	return envKey + strconv.Itoa(n)
}

// CopiedSecret says what secret is on the clipboard, by the name it was copied under: a client
// key's, or that of InviteKey or EnvKey.
func (t *Text) CopiedSecret(key string) string {
	if team, ok := strings.CutPrefix(key, inviteKey); ok {
		return t.Say("copied.invite", "team", Isolated(team))
	}
	if n, ok := strings.CutPrefix(key, envKey); ok {
		return t.Say("copied.env", "n", n)
	}
	if n, ok := strings.CutPrefix(key, envLive); ok {
		return t.Say("copied.env.live", "n", n)
	}
	return t.Say("copied.key", "key", key)
}
