package window

import (
	"testing"
	"time"

	"tokentray/core"
)

// TestARenewalThatBringsTheSameToken: that upstream keeps to its token is said as it
// is, with the way to another one, which asks first.
func TestARenewalThatBringsTheSameToken(t *testing.T) {
	for _, tt := range []struct{ lang, says, force, asks, goes, again string }{
		{"en", "shop/live keeps its token: the upstream still accepts it, for another 2 h", "Force a new token…", "Force a new token for shop/live?", "Force a new token", "shop/live keeps its token: the upstream gave the same again, good for 2 h"},
		{"zh", "shop/live 沿用当前 token：上游仍接受，还可用 2 小时", "强制获取新 token…", "强制为 shop/live 获取新 token？", "强制获取", "shop/live 沿用当前 token：上游再次给出同一个，有效期 2 小时"},
	} {
		s := newStage(t, sample("shop", core.Live, noon, time.Hour, 2*time.Hour)).in(tt.lang, 460).open()
		s.agent.change(func(f *fakeAgent) { f.same = true })
		s.renewals.renew("shop-live")
		s.untilSays(tt.says)
		s.press(tt.force)
		s.mustSay(tt.asks)
		s.press(tt.goes)
		s.untilSays(tt.again)
	}
}
