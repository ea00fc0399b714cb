package window

import (
	"time"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/kit"
)

// golden is a screen and how to get there.
type golden struct {
	name     string
	size     fyne.Size
	active   core.Env
	accounts []api.Account
	show     func(*stage)
}

func goldenScreens() []golden {
	usual, small := fyne.NewSize(460, 640), fyne.NewSize(360, 480)
	all := town(noon)
	busy, history := busyDay()
	busy.ID, busy.Name = "busy", "busy-shop"
	busy.Previous = &api.Previous{Mask: "85_ee••••5555", Until: noon.Add(130 * time.Second)}
	unchanged := func(*stage) {}
	return []golden{
		{"first", usual, core.Sandbox, nil, unchanged},
		{"sandbox", usual, core.Sandbox, all, unchanged},
		{"compact", usual, core.Sandbox, append(all, mixed(12)...), func(s *stage) {
			set := s.model.Settings
			set.ListDensity = core.DensityCompact
			s.event(api.Event{Type: api.EventSettings, Settings: &set})
			s.listing.setView(viewAll)
			s.listing.toggleBox("account 002-sandbox")
		}},
		{"marked", usual, core.Sandbox, all, func(s *stage) {
			s.listing.selectAccount("gate-sandbox")
			s.listing.markTo("new-sandbox")
			s.listing.toggleMark("测试商城-sandbox")
			s.removals.begin([]core.ID{"archive-sandbox"})
		}},
		{"live", small, core.Live, all, unchanged},
		{"wide", fyne.NewSize(1100, 700), busy.Env, append(all, busy), func(s *stage) {
			s.agent.change(func(f *fakeAgent) { f.history = history })
			s.listing.selectAccount(busy.ID)
			s.until("the history", func() bool { return s.pane.detail.historyLoaded && len(s.pane.detail.history) > 0 })
		}},
		{"sign", fyne.NewSize(460, 900), core.Sandbox, []api.Account{office()}, func(s *stage) {
			s.signs(office(), "http://mp.weixin.qq.com")
			s.until("the history", func() bool { return s.pane.detail.historyLoaded })
			s.pane.detail.page.Reveal(s.pane.detail.sign.good)
		}},
		{"today", fyne.NewSize(460, 1000), core.Sandbox, busyTown(), func(s *stage) {
			s.agent.change(func(f *fakeAgent) { f.failures = someFailures() })
			s.today.openToday()
			s.until("the failures", func() bool { return s.today.known })
		}},
		{"closer", fyne.NewSize(460, 640), busy.Env, append(all, busy), func(s *stage) {
			_, short := shortLives()
			s.agent.change(func(f *fakeAgent) { f.history = short })
			s.pane.openDetail(busy.ID)
			s.until("the history", func() bool { return s.pane.detail.historyLoaded && len(s.pane.detail.history) > 0 })
			s.pane.detail.chart.zoomHere(-8)
			s.focus(s.pane.detail.chart)
			s.pane.detail.chart.page(-1)
		}},
		{"add", usual, core.Sandbox, all, func(s *stage) { s.accounts.openAdd() }},
		{"kinds", usual, core.Sandbox, all, func(s *stage) {
			s.accounts.openAdd()
			p := s.accounts.form.fields["kind"].(*kit.Picker)
			s.win.Canvas().Focus(p)
			p.Unfold(true)
		}},
		{"settings", usual, core.Sandbox, all, func(s *stage) {
			s.until("the agent's state", func() bool { return s.link.status.Version != "" })
			s.settings.openSettings()
		}},
		{"agents", usual, core.Sandbox, all, func(s *stage) {
			s.agent.change(func(f *fakeAgent) { f.grants = someGrants() })
			s.settings.openSettings()
			s.settings.openAgents()
			s.until("the grants", func() bool { return s.settings.page.sub.(*agentsPage).known })
		}},
		{"teams", fyne.NewSize(460, 1000), core.Sandbox, all, func(s *stage) {
			s.agent.change(func(f *fakeAgent) { f.teams = someTeams() })
			s.settings.openSettings()
			s.settings.openTeams()
			s.until("the teams", func() bool { return s.settings.page.sub.(*teamsPage).known })
		}},
		{"join", usual, core.Sandbox, all, func(s *stage) {
			s.settings.openSettings()
			s.settings.openTeams()
			s.settings.openJoin().showRoster(someRoster())
		}},
		{"import", fyne.NewSize(460, 1000), core.Sandbox, all, func(s *stage) {
			s.agent.change(func(f *fakeAgent) { f.plans = []api.ImportPlan{somePlan()} })
			s.transfers.openTransfers()
			s.transfers.page.folder = "/home/someone/Downloads"
			s.transfers.page.written(noon)
			s.transfers.planText("shop.env", "WX_APPID=…")
			s.until("the plan", func() bool { return s.transfers.page.planned })
		}},
		{"ask", usual, core.Live, all, func(s *stage) { s.settings.openAsk(someGrants().Asks[0]) }},
		{"client-key", fyne.NewSize(460, 1000), core.Sandbox, all, func(s *stage) {
			s.settings.openSettings()
			s.until("the door", func() bool { return s.settings.page.known.known })
			s.settings.openKeyPage()
			p := s.keyPage()
			p.givesCalls()
			s.settings.redrawSettings()
		}},
		{"clients", fyne.NewSize(460, 1400), core.Sandbox, all, clientsDone},
		{"try", fyne.NewSize(460, 1200), core.Sandbox, all, func(s *stage) {
			s.answers(`{"errcode":40164,"errmsg":"invalid ip 203.0.113.9, not in whitelist"}`, api.CallResult{Status: 200, Code: 40164, Error: &api.Error{
				Class: core.Whitelist, Remedy: core.RemedyWhitelist, Kind: kinds.WeChat, UpstreamCode: 40164, CallerIP: "203.0.113.9", RID: "62a1b2c3-0123abcd-89ab0123",
			}})
			s.pane.openTry("shop-sandbox")
			s.pane.detail.try.of = "" // the picker is made anew
			s.pane.detail.try.choose("user_info")
			s.pane.state.try.values["openid"] = "oABC"
			s.pane.detail.try.show()
			s.pane.sendTry()
			s.until("the answer and the history", func() bool { return s.pane.state.try.answer != nil && s.pane.state.historyLoaded })
			s.pane.state.try.answer.took = 143 * time.Millisecond
			s.pane.fillDetail()
			s.pane.detail.page.Reveal(s.pane.detail.try.root)
		}},
		{"pushes", fyne.NewSize(460, 1200), core.Live, []api.Account{pushed()}, func(s *stage) {
			s.pane.openDetail("shop-live")
			s.pane.detail.page.Reveal(s.pane.detail.goes.root)
		}},
		{"push", fyne.NewSize(460, 1000), core.Live, []api.Account{pushed()}, func(s *stage) {
			s.pushing.open("shop-live", pushDraft{kind: core.PushRedis, redis: core.RedisPlace{URL: "rediss://tokentray@redis.example.com/2", Layout: "wxjava"}, password: "••••••••"})
		}},
		{"keys", usual, core.Sandbox, all, func(s *stage) { s.keys.openKeys() }},
	}
}
