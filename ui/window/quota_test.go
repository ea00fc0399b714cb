package window

import (
	"slices"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// TestQuotaIsReadAndReset: the details ask upstream, show what it told with the time,
// and reset the counters after saying what that spends, for a live account twice.
func TestQuotaIsReadAndReset(t *testing.T) {
	s := openBusy(t, func(*api.Account) {})
	s.press("Ask the upstream")
	s.untilCalled("quota shop/sandbox")
	s.becomes(func() api.Account {
		a, _ := s.model.find(s.listing.selected)
		a.Usage = []core.Usage{{Path: "/cgi-bin/stable_token", Limit: 500_000, Used: 12, Left: 499_988, At: noon}}
		a.Budget = 2
		return a
	}())
	s.untilSays("2 are used up; nothing asks by itself today")
	s.mustSay("stable_token", "12 of 500,000 used, 499,988 left")
	s.press("Reset counters…")
	s.mustSay("Reset the counters of shop/sandbox?", "The upstream allows 10 resets a month for all who share this AppID; this spends one.", "The AppSecret is sent to https://api.weixin.qq.com.")
	s.press("Cancel")
	s.press("Reset counters…")
	s.press("Reset")
	s.untilCalled("reset quota shop/sandbox")

	busy, _ := busyDay()
	busy.Env = core.Live
	live := newStage(t, busy).open()
	live.renewals.resetQuota(busy.ID)
	live.press("Reset")
	live.mustSay("shop/live is LIVE. Spend one of its resets anyway?")
	if slices.Contains(live.agent.log(), "reset quota shop/live") {
		t.Error("a live account is asked once")
	}
	live.press("Reset")
	live.untilCalled("reset quota shop/live")
}

// TestWhatAWatchFound: row and details tell it, and for an hour also beside the next
// token.
func TestWhatAWatchFound(t *testing.T) {
	s := openBusy(t, func(a *api.Account) {
		a.Lost = &api.CheckResult{Dead: true, Finding: core.FoundReplaced, At: noon.Add(-5 * time.Minute), WorkedAt: noon.Add(-35 * time.Minute)}
		a.Checked = &api.CheckResult{Accepted: true, Finding: core.FoundWorks, At: noon.Add(-time.Minute)}
	})
	s.mustSay("replaced by somebody else, 11:55", "replaced by somebody else between 11:25 and 11:55", "works, 11:59:00")
	s.time = noon.Add(time.Hour)
	s.tick()
	s.mustNotSay("replaced by somebody else, 11:55")
}
