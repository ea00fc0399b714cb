package tray

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/format"
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
	p := newPicture()
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

// TestTheTooltipSaysWhereSomebodyIsNeeded: it has separate counts for the active
// environment and the other one. An account that waits for its owner's consent counts
// once its token is dead.
func TestTheTooltipSaysWhereSomebodyIsNeeded(t *testing.T) {
	consent := acc("old", core.Live, core.StateFresh, time.Minute, 0)
	consent.NeedsConsent = true
	l := listOf(core.Live, acc("gate", core.Live, core.StateBlocked, 0, 0), consent,
		acc("gate", core.Sandbox, core.StateBlocked, 0, 0), acc("mall", core.Sandbox, core.StateBlocked, 0, 0), acc("shop", core.Sandbox, core.StateLocked, 0, 0))
	for _, tt := range []struct {
		at   time.Duration
		lang text.Lang
		want string
	}{
		{0, text.English, "TokenTray, Live: 2 accounts, 1 needs you, 2 in Sandbox need you, old expires in 1 min"},
		{time.Hour, text.English, "TokenTray, Live: 2 accounts, 2 need you, 2 in Sandbox need you"},
		{time.Hour, text.Chinese, "TokenTray，生产：2 个账号，2 个需要处理，沙箱环境 2 个需要处理"},
	} {
		m := build(pictureOf(l), "", noon.Add(tt.at), text.New(tt.lang))
		if m.tooltip != tt.want || !m.look.Badge {
			t.Errorf("%s (badge %v), want %s", m.tooltip, m.look.Badge, tt.want)
		}
	}
	m := build(pictureOf(l), "", noon.Add(time.Hour), text.New(text.English))
	if m.accounts[1].label != "old (LIVE) · needs you" {
		t.Errorf("its line is %q", m.accounts[1].label)
	}
}

// TestAFailingPushShows: the tooltip and the badge show it.
func TestAFailingPushShows(t *testing.T) {
	a := acc("shop", core.Live, core.StateFresh, time.Hour, 0)
	a.Pushes = []api.Push{{Number: 1, Last: &api.PushResult{Error: &api.Error{Class: core.PushFailed}}}}
	m := build(pictureOf(listOf(core.Sandbox, a)), "", noon, text.New(text.English))
	if m.tooltip != "TokenTray, Sandbox: 0 accounts, 1 push in Live fails" || !m.look.Badge {
		t.Errorf("%s, badge %v", m.tooltip, m.look.Badge)
	}
}

// TestWhatCameBackIsTold: the menu says that accounts came back from the vault, until
// something more urgent went wrong.
func TestWhatCameBackIsTold(t *testing.T) {
	l := listOf(core.Sandbox, acc("shop", core.Sandbox, core.StatePaused, 0, 0))
	for _, c := range []struct {
		back   []string
		en, zh string
	}{
		{nil, "", ""},
		{[]string{"shop/sandbox"}, "shop/sandbox came back from the vault, paused: see the window", "shop/sandbox 已从保险库找回并暂停，请打开窗口查看"},
		{[]string{"a", "b"}, "2 accounts came back from the vault, paused: see the window", "2 个账号已从保险库找回并暂停，请打开窗口查看"},
	} {
		l.Recovered = c.back
		p := pictureOf(l)
		for lang, want := range map[text.Lang]string{text.English: c.en, text.Chinese: c.zh} {
			m := build(p, "", noon, text.New(lang))
			if m.message != want || m.look.Badge != (len(c.back) > 0) {
				t.Errorf("%v: %q, badge %v", c.back, m.message, m.look.Badge)
			}
			if m := build(p, "wrong", noon, text.New(lang)); m.message != "wrong" {
				t.Errorf("%v: %q", c.back, m.message)
			}
		}
	}
}

func TestLinesNameTheirAccount(t *testing.T) {
	l := listOf(core.Live, acc("shop", core.Sandbox, core.StateFresh, time.Hour, 9), acc("shop", core.Live, core.StateFresh, time.Hour, 0))
	m := build(pictureOf(l), "", noon, text.New(text.English))
	if len(m.accounts) != 1 || m.accounts[0].ref != (api.Ref{Name: "shop", Env: core.Live}) || m.accounts[0].confirm != "" {
		t.Errorf("lines are %+v", m.accounts)
	}
}

func TestEveryFormatHasAnEntry(t *testing.T) {
	if n := len(format.Names()); n != formats {
		t.Fatalf("there are %d formats and room for %d", n, formats)
	}
}

// The shown time until the clipboard is cleared is an upper bound that stays true for
// a minute.
func TestClipboardLine(t *testing.T) {
	for _, tt := range []struct {
		c      api.Clipboard
		en, zh string
	}{
		{api.Clipboard{Account: "shop", Env: core.Sandbox, Format: "raw", ClearsAt: noon.Add(45 * time.Second)}, "Clipboard: shop (Sandbox) · Token · clears within 1 min", "剪贴板：shop（沙箱） · 仅 token · 1 分钟内清除"},
		{api.Clipboard{Account: "shop", Env: core.Sandbox, Format: "raw", ClearsAt: noon.Add(-time.Second)}, "Clipboard: shop (Sandbox) · Token · clears within 1 min", "剪贴板：shop（沙箱） · 仅 token · 1 分钟内清除"},
		{api.Clipboard{Key: "ci", ClearsAt: noon.Add(45 * time.Second)}, "Clipboard: client key ci", "剪贴板：客户端密钥 ci"},
		{api.Clipboard{Account: "shop", Env: core.Live, Format: "curl", ClearsAt: noon.Add(61 * time.Second)}, "Clipboard: shop (LIVE) · curl command · clears within 2 min", "剪贴板：shop（生产） · curl 命令 · 2 分钟内清除"},
		{api.Clipboard{Account: "shop", Env: core.Live, Format: "hologram"}, "Clipboard: shop (LIVE) · hologram · stays", "剪贴板：shop（生产） · hologram · 不会自动清除"},
	} {
		for lang, want := range map[text.Lang]string{text.English: tt.en, text.Chinese: tt.zh} {
			if got := clip(tt.c, noon, text.New(lang)); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		}
	}
}

// TestAMenuLeavesLittleGarbage: it is built again every few minutes all day, of
// thousands of accounts, and the agent collects its garbage after half a megabyte.
func TestAMenuLeavesLittleGarbage(t *testing.T) {
	var all []api.Account
	for i := range 1000 {
		all = append(all, acc(fmt.Sprintf("shop-%04d", i), core.Envs()[i%2], core.StateFresh, time.Hour, i))
	}
	p, words := pictureOf(listOf(core.Sandbox, all...)), text.New(text.English)
	build(p, "", noon, words)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	const times = 20
	for range times {
		build(p, "", noon, words)
	}
	runtime.ReadMemStats(&after)
	const most = 64 << 10
	if n := (after.TotalAlloc - before.TotalAlloc) / times; n > most {
		t.Errorf("a menu of %d accounts leaves %d bytes of garbage, want at most %d", len(all), n, most)
	}
}
