package window

import (
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// pushed is an account whose tokens go to three places, of which one failed.
func pushed() api.Account {
	a := sample("shop", core.Live, noon, time.Hour, 2*time.Hour)
	a.Pushes = []api.Push{
		{Number: 1, Kind: core.PushFile, Target: "/srv/shop/token.json", Last: &api.PushResult{At: noon.Add(-time.Hour)}},
		{Number: 3, Kind: core.PushFile, Target: "/srv/shop/.env", Last: &api.PushResult{
			At: noon.Add(-time.Hour), NextTry: noon.Add(5 * time.Minute),
			Error: &api.Error{Class: core.PushFailed, Remedy: core.RemedyPushFile, Message: "no such folder"},
		}},
		{Number: 4, Kind: core.PushCommand, Target: "/usr/local/bin/set-token"},
	}
	return a
}

// TestPushesInTheDetail: where the tokens go and how it ended stands in the detail, a
// failure on the row too, and it can be tried at once.
func TestPushesInTheDetail(t *testing.T) {
	for lang, says := range map[string][]string{
		"en": {"push failed", "Where its tokens go", "1. /srv/shop/token.json", "fine,", "3. /srv/shop/.env", "failed,", "next try", "no such folder", "4. /usr/local/bin/set-token", "at the next renewal"},
		"zh": {"推送失败", "推送", "1. /srv/shop/token.json", "成功，", "3. /srv/shop/.env", "失败，", "no such folder", "下次续期时"},
	} {
		s := newStage(t, pushed()).in(lang, 460)
		s.agent.list.Active = core.Live
		s.open()
		s.mustSay(says[0])
		s.pane.openDetail("shop-live")
		s.mustSay(says[1:]...)
		s.press(map[string]string{"en": "Push now", "zh": "立即推送"}[lang])
		s.untilCalled("push shop/live 3")
		healed := pushed()
		healed.Pushes = nil
		s.agent.send(api.Event{Type: api.EventAccount, Account: &healed})
		s.until("the box to go", func() bool { return !s.pane.detail.goes.root.Visible() })
	}
}
