package notify

import (
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/text"
)

// TestALostTokenIsTold: it is shown once, although the next token arrives within
// seconds, and only for a watched account. If nothing is fetched, that is shown
// instead.
func TestALostTokenIsTold(t *testing.T) {
	lost := func(name string, watch bool) api.Account {
		a := acc(name, core.StateFresh, 2*time.Hour)
		a.Watch = watch
		a.Lost = &api.CheckResult{
			Dead: true, Finding: core.FoundReplaced, At: noon, WorkedAt: noon.Add(-30 * time.Minute),
			Error: &api.Error{Message: "88_token", Upstream: "88_token"},
		}
		return a
	}
	fine := func(name string) api.Account { return acc(name, core.StateFresh, time.Hour) }
	s := newScene(t, fine("shop"), fine("blog"), fine("gate"))
	s.account(lost("shop", true))
	s.says(time.Second, "lost shop")
	s.account(lost("shop", true)) // the next token came
	s.says(10 * time.Second)
	s.account(lost("blog", false))
	s.says(20 * time.Second)
	held := lost("gate", true)
	held.State = core.StateBlocked
	s.account(but(held, core.Misuse, core.RemedyReplaced, ""))
	s.says(30*time.Second, "person gate")
	s.says(31*time.Minute, "lost -")
	s.set("notify-person", "false")

	for lang, want := range map[text.Lang]string{text.English: "somebody else replaced it between", text.Chinese: "被他人重新获取"} {
		m := compose(told(t, losing, lost("shop", true)), noon, text.New(lang))
		if !strings.Contains(m.body, want) || strings.Contains(m.title+m.body, "88_token") {
			t.Errorf("told %q, %q", m.title, m.body)
		}
	}
}
