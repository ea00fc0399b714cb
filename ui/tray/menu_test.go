package tray

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/text"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// acc returns an account as it comes over the wire. If left is 0, it has no token.
func acc(name string, env core.Env, state core.State, left time.Duration, used int) api.Account {
	a := api.Account{Account: core.Account{ID: core.ID(name + "/" + string(env)), Name: name, Env: env}, State: state}
	if left != 0 {
		a.Mask, a.ExpiresAt = "57_Q…tok", noon.Add(left)
	}
	if used > 0 {
		a.LastUsed = noon.Add(time.Duration(used) * time.Second)
	}
	return a
}

func listOf(active core.Env, accounts ...api.Account) api.List {
	s := core.DefaultSettings()
	s.Active = active
	return api.List{Active: active, Accounts: accounts, Settings: s, Vault: api.Vault{Kind: "memory", State: "open"}}
}

func pictureOf(l api.List) *picture {
	p := newPicture(text.New(text.English).Spec)
	p.apply(api.Event{Type: api.EventSnapshot, Snapshot: &l})
	return p
}

// markup writes a menu as text: the icon, the tooltip, then one line for each line.
func markup(m menu) string {
	var b strings.Builder
	icon := []string{"sandbox"}
	if m.look.Live {
		icon[0] = "live"
	}
	if m.look.Paused {
		icon = append(icon, "paused")
	}
	if m.look.Badge {
		icon = append(icon, "badge")
	}
	if m.look.Locked {
		icon = append(icon, "locked")
	}
	fmt.Fprintf(&b, "(%s) %s\n", strings.Join(icon, " "), m.tooltip)
	put := func(prefix, label string) {
		if label != "" {
			fmt.Fprintf(&b, "%s%s\n", prefix, label)
		}
	}
	tick := func(on bool) string {
		if on {
			return "[x] "
		}
		return "[ ] "
	}
	put("! ", m.message)
	for _, l := range m.accounts {
		put("- ", l.label)
		put("  > ", l.confirm)
	}
	twig := func(of branch) {
		put("+ ", of.label)
		for _, l := range of.lines {
			put("  > ", l.label)
		}
		put("  > ", of.more)
	}
	for _, g := range m.groups {
		twig(g)
	}
	put("- ", m.more)
	twig(m.liveOnes)
	b.WriteString("--\n")
	if put("", m.as.label); m.as.label != "" {
		fmt.Fprintf(&b, "  > %s\n", strings.Join(m.as.entries[:], ", "))
	}
	put("! ", m.clip)
	put("", m.clear)
	put("", m.open)
	put("", m.add)
	put("", m.today)
	put("", m.settings)
	put("--\n"+tick(!m.isLive), m.sandbox)
	put(tick(m.isLive), m.live)
	put("--\n", m.pause)
	put("--\n", m.quit)
	return b.String()
}

func TestMenus(t *testing.T) {
	min := time.Minute
	mixed := listOf(
		core.Sandbox,
		acc("shop", core.Sandbox, core.StateFresh, 118*min+30*time.Second, 5),
		acc("mall", core.Sandbox, core.StateRetrying, 4*min, 4),
		acc("games", core.Sandbox, core.StateBlocked, 0, 3),
		acc("blog", core.Sandbox, core.StateRenewing, 20*time.Second, 2),
		acc("old", core.Sandbox, core.StateFresh, -min, 0),
		acc("idle", core.Sandbox, core.StatePaused, 40*min, 0),
		acc("shop", core.Live, core.StateFresh, 90*min, 9),
	)
	live := listOf(core.Live, acc("shop", core.Live, core.StateFresh, 90*min, 1), acc("shop", core.Sandbox, core.StateFresh, 10*min, 1))
	live.Settings.AskLiveCopy = true
	live.Clipboard = api.Clipboard{Account: "shop", Env: core.Live, Format: "header", ClearsAt: noon.Add(45 * time.Second)}
	paused := listOf(core.Sandbox, acc("shop", core.Sandbox, core.StatePaused, 2*min, 0))
	paused.PausedAll, paused.Settings.PausedAll = true, true
	locked := listOf(core.Sandbox, acc("shop", core.Sandbox, core.StateLocked, 0, 0))
	locked.Vault.State = "locked"
	var many []api.Account
	for i := range 13 {
		many = append(many, acc(fmt.Sprintf("acc%02d", i), core.Sandbox, core.StateEmpty, 0, 13-i))
	}

	tests := []struct {
		name    string
		list    api.List
		failure string
		en, zh  string
	}{
		{
			name: "states and times", list: mixed,
			en: `(sandbox badge) TokenTray, Sandbox: 6 accounts, 1 needs you, blog expires in under 1 min
- games · needs you
- blog · under 1 min
- idle · 40 min · paused
- mall · 4 min · retrying
- old · expired
- shop · 1 h 58 min
+ Live accounts
  > shop (LIVE) · 1 h 30 min
--
Copy shop as
  > Token, Query, URL of a call, Header, curl command, JSON, .env line, Postman environment
Open TokenTray
Add an account…
Today…
Settings…
--
[x] Sandbox
[ ] Live
--
Pause all renewal
--
Quit
`,
			zh: `(sandbox badge) TokenTray，沙箱：6 个账号，1 个需要处理，blog 最先过期（不到 1 分钟）
- games · 需要处理
- blog · 不到 1 分钟
- idle · 40 分钟 · 已暂停
- mall · 4 分钟 · 重试中
- old · 已过期
- shop · 1 小时 58 分钟
+ 生产账号
  > shop（生产） · 1 小时 30 分钟
--
以其他格式复制：shop
  > 仅 token, 查询参数, 调用地址, 请求头, curl 命令, JSON, .env 行, Postman 环境
打开 TokenTray
添加账号…
今日…
设置…
--
[x] 沙箱
[ ] 生产
--
暂停全部续期
--
退出
`,
		},
		{
			name: "live asks before it copies", list: live,
			en: `(live) TokenTray, Live: 1 account, shop expires in 1 h 30 min
- shop (LIVE) · 1 h 30 min
  > Copy LIVE token
--
Copy shop (LIVE) as
  > LIVE: Token, LIVE: Query, LIVE: URL of a call, LIVE: Header, LIVE: curl command, LIVE: JSON, LIVE: .env line, LIVE: Postman environment
! Clipboard: shop (LIVE) · Header · clears within 1 min
Clear the clipboard now
Open TokenTray
Add an account…
Today…
Settings…
--
[ ] Sandbox
[x] Live
--
Pause all renewal
--
Quit
`,
			zh: `(live) TokenTray，生产：1 个账号，shop 最先过期（1 小时 30 分钟）
- shop（生产） · 1 小时 30 分钟
  > 复制生产 token
--
以其他格式复制：shop（生产）
  > 生产：仅 token, 生产：查询参数, 生产：调用地址, 生产：请求头, 生产：curl 命令, 生产：JSON, 生产：.env 行, 生产：Postman 环境
! 剪贴板：shop（生产） · 请求头 · 1 分钟内清除
立即清除剪贴板
打开 TokenTray
添加账号…
今日…
设置…
--
[ ] 沙箱
[x] 生产
--
暂停全部续期
--
退出
`,
		},
		{
			name: "paused", list: paused, failure: "shop: that did not work",
			en: `(sandbox paused) shop: that did not work
! shop: that did not work
- shop · 2 min
--
Copy shop as
  > Token, Query, URL of a call, Header, curl command, JSON, .env line, Postman environment
Open TokenTray
Add an account…
Today…
Settings…
--
[x] Sandbox
[ ] Live
--
Resume all renewal
--
Quit
`,
			zh: `(sandbox paused) shop: that did not work
! shop: that did not work
- shop · 2 分钟
--
以其他格式复制：shop
  > 仅 token, 查询参数, 调用地址, 请求头, curl 命令, JSON, .env 行, Postman 环境
打开 TokenTray
添加账号…
今日…
设置…
--
[x] 沙箱
[ ] 生产
--
恢复全部续期
--
退出
`,
		},
		{
			name: "locked", list: locked,
			en: `(sandbox locked) TokenTray, Sandbox: 1 account, the vault is locked
- shop · locked
--
Copy shop as
  > Token, Query, URL of a call, Header, curl command, JSON, .env line, Postman environment
Open TokenTray
Add an account…
Today…
Settings…
--
[x] Sandbox
[ ] Live
--
Pause all renewal
--
Quit
`,
			zh: `(sandbox locked) TokenTray，沙箱：1 个账号，保险库已锁定
- shop · 已锁定
--
以其他格式复制：shop
  > 仅 token, 查询参数, 调用地址, 请求头, curl 命令, JSON, .env 行, Postman 环境
打开 TokenTray
添加账号…
今日…
设置…
--
[x] 沙箱
[ ] 生产
--
暂停全部续期
--
退出
`,
		},
		{
			name: "the ten most recently used, by name", list: listOf(core.Sandbox, many...),
			en: `(sandbox) TokenTray, Sandbox: 13 accounts
- acc00 · no token yet
- acc01 · no token yet
- acc02 · no token yet
- acc03 · no token yet
- acc04 · no token yet
- acc05 · no token yet
- acc06 · no token yet
- acc07 · no token yet
- acc08 · no token yet
- acc09 · no token yet
- 3 more in the window…
--
Copy acc00 as
  > Token, Query, URL of a call, Header, curl command, JSON, .env line, Postman environment
Open TokenTray
Add an account…
Today…
Settings…
--
[x] Sandbox
[ ] Live
--
Pause all renewal
--
Quit
`,
		},
		{
			name: "nothing here", list: listOf(core.Live, many[0]),
			en: `(live) TokenTray, Live: 0 accounts
- No account in Live
--
Open TokenTray
Add an account…
Today…
Settings…
--
[ ] Sandbox
[x] Live
--
Pause all renewal
--
Quit
`,
			zh: `(live) TokenTray，生产：0 个账号
- 生产环境没有账号
--
打开 TokenTray
添加账号…
今日…
设置…
--
[ ] 沙箱
[x] 生产
--
暂停全部续期
--
退出
`,
		},
		{
			name: "new home", list: listOf(core.Sandbox),
			en: `(sandbox) TokenTray, Sandbox: 0 accounts
- Add an account…
--
Open TokenTray
Settings…
--
[x] Sandbox
[ ] Live
--
Pause all renewal
--
Quit
`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for lang, want := range map[text.Lang]string{text.English: tt.en, text.Chinese: tt.zh} {
				if want == "" {
					continue
				}
				got := markup(build(pictureOf(tt.list), tt.failure, noon, text.New(lang)))
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("language %d (-want +got):\n%s", lang, diff)
				}
			}
		})
	}
}
