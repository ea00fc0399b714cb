package text

import (
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// TestRowOf: the words of a row in both languages, over the life of a token.
func TestRowOf(t *testing.T) {
	noon := time.Date(2026, 7, 1, 12, 0, 0, 0, time.Local)
	with := func(left time.Duration, change func(*api.Account)) api.Account {
		a := api.Account{State: core.StateFresh, Mask: "84_ab••••wxyz", Life: 7200, ExpiresAt: noon.Add(left)}
		if change != nil {
			change(&a)
		}
		return a
	}
	lost := func(ago time.Duration) func(*api.Account) {
		return func(a *api.Account) {
			a.Lost = &api.CheckResult{Dead: true, Finding: core.FoundReplaced, At: noon.Add(-ago)}
		}
	}
	for name, c := range map[string]struct {
		account api.Account
		en, zh  Row
	}{
		"fresh":         {with(301*time.Second, nil), Row{Word: "fresh"}, Row{Word: "有效"}},
		"ends soon":     {with(300*time.Second, nil), Row{Soon: true, Word: "ends soon"}, Row{Soon: true, Word: "即将到期"}},
		"a short life":  {with(100*time.Second, func(a *api.Account) { a.Life = 300 }), Row{Word: "fresh"}, Row{Word: "有效"}},
		"its end":       {with(75*time.Second, func(a *api.Account) { a.Life = 300 }), Row{Soon: true, Word: "ends soon"}, Row{Soon: true, Word: "即将到期"}},
		"paused at end": {with(time.Minute, func(a *api.Account) { a.State = core.StatePaused }), Row{State: core.StatePaused, Word: "paused"}, Row{State: core.StatePaused, Word: "已暂停"}},
		"replaced":      {with(time.Hour, lost(time.Minute)), Row{Word: "fresh", Died: "replaced by somebody else, 11:59"}, Row{Word: "有效", Died: "11:59 被他人替换"}},
		"long ago":      {with(time.Hour, lost(time.Hour)), Row{Word: "fresh"}, Row{Word: "有效"}},
		"died early": {with(-time.Second, func(a *api.Account) {
			a.Checked = &api.CheckResult{Dead: true, Finding: core.FoundDead, At: noon.Add(-time.Minute)}
		}), Row{State: core.StateExpired, Word: "expired", Died: "died early, 11:59"}, Row{State: core.StateExpired, Word: "已过期", Died: "11:59 提前失效"}},
		"retrying": {with(time.Hour, func(a *api.Account) {
			a.State, a.NextTry = core.StateRetrying, noon.Add(20*time.Second)
		}), Row{State: core.StateRetrying, Word: "retrying", Retry: "retrying in 20 s"}, Row{State: core.StateRetrying, Word: "重试中", Retry: "20 秒后重试"}},
		"a failing push": {with(time.Hour, func(a *api.Account) {
			a.Pushes = []api.Push{{Last: &api.PushResult{Error: &api.Error{Class: core.PushFailed}}}}
		}), Row{Word: "fresh", Push: "push failed"}, Row{Word: "有效", Push: "推送失败"}},
	} {
		for lang, want := range map[Lang]Row{English: c.en, Chinese: c.zh} {
			if want.State == "" {
				want.State = core.StateFresh
			}
			if got := New(lang).RowOf(c.account, noon); got != want {
				t.Errorf("%s, language %d: %+v, want %+v", name, lang, got, want)
			}
		}
	}
}
