package tray

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/format"
	"tokentray/ui/text"
)

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
