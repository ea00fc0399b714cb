package window

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// someGrants are grants and asks of every sort.
func someGrants() api.Grants {
	return api.Grants{
		Grants: []api.Grant{
			{Number: 1, Client: "claude-code", Account: "shop", Env: core.Sandbox, Calls: []string{core.CallReads}, Until: noon.Add(8 * time.Hour), Used: 12, LastUsed: noon.Add(-time.Minute)},
			{Number: 2, Client: "cursor", Account: "shop", Env: core.Live, Calls: []string{"POST /cgi-bin/menu/create"}, Write: true, Until: noon.Add(9 * time.Minute), Left: 17},
		},
		Asks: []api.Ask{
			{Number: 4, Client: "claude-code", Account: "shop", Env: core.Live, Call: "POST /cgi-bin/message/custom/send", Write: true, At: noon.Add(-time.Minute), Count: 3},
			{Number: 3, Client: "cursor", Account: "shop", Env: core.Sandbox, Call: "GET /cgi-bin/menu/get", At: noon.Add(-2 * time.Minute), Count: 1},
			{Number: 5, Client: "codex", Account: "gate", Env: core.Live, At: noon.Add(-time.Hour), Count: 1, Declined: noon.Add(time.Minute)},
		},
	}
}

// agentsStage is the page of AI agents.
func agentsStage(t *testing.T) *stage {
	t.Helper()
	s := newStage(t, town(noon)...)
	s.agent.change(func(f *fakeAgent) { f.grants = someGrants() })
	s.open()
	s.seat = "a seat"
	s.settings.openSettings()
	s.press("Show what is allowed")
	s.untilSays("claude-code · shop/sandbox", "All that reads", "used 12×", "cursor · shop/live", "POST /cgi-bin/menu/create · may change something", "writes left: 17",
		"POST /cgi-bin/message/custom/send", "×3", "Sign a page for the JS-SDK", "declined until")
	return s
}

// What AI agents may call is listed, withdrawn after a question, and given for any
// account, for live ones with the window's seat.
func TestGrantsAreGivenAndWithdrawn(t *testing.T) {
	s := agentsStage(t)
	page := s.settings.page.sub.(*agentsPage)
	page.on.withdraw(page.all.Grants[1])
	s.mustSay("Withdraw what cursor may call of shop/live?")
	s.press("Withdraw")
	s.untilCalled("revoke grant 2")
	s.until("one grant less", func() bool { return len(page.all.Grants) == 1 })

	s.press("Allow an AI agent…")
	s.mustSay("Allow an AI agent calls", "For")
	s.press("Allow")
	s.untilCalled("grant archive/sandbox {Client:claude-code Calls:[] Write:false Seconds:28800 Seat:a seat}")
	s.until("the sheet is gone", func() bool { return s.sheet == nil })

	g := &grantSheet{st: s.settings, client: "codex", account: "shop/live", write: true, calls: "POST /a\n\n  POST /b/* \n", life: time.Hour}
	g.begin("")
	g.end(kit.NewButton(s.ui, kit.Quiet, "", nil))
	s.openSheet(g.sheet)
	s.mustSay("Writing of a live account ends with call 20 or after 10 min")
	g.allow()
	s.untilCalled("grant shop/live {Client:codex Calls:[POST /a POST /b/*] Write:true Seconds:0 Seat:a seat}")
	g.calls = " \n"
	s.openSheet(g.sheet)
	g.busy = false
	g.allow()
	s.mustSay("Enter the calls, one a line")
}

// An AI agent's call is asked about over whatever the window shows; the keyboard stands
// on Decline, and what stands over the window already stays there.
func TestAnAgentsCallIsAsked(t *testing.T) {
	s := newStage(t, town(noon)...)
	s.agent.change(func(f *fakeAgent) { f.grants = someGrants() })
	s.open()
	s.seat = "a seat"
	s.raise(api.Showing{Account: &api.Ref{Name: "shop", Env: core.Live}, Asks: true})
	s.untilSays("claude-code wants to call shop/live", "POST /cgi-bin/message/custom/send", "This call may change something.", "Writing of a live account ends")
	if s.win.Canvas().Focused() != s.sheet.first || s.sheet.first == nil {
		t.Error("the keyboard is not on Decline")
	}
	first := s.sheet
	s.until("the agent's state", func() bool { return s.link.status.Version != "" }) // which may read the clock too
	s.raise(api.Showing{Asks: true})
	read, now := 0, s.cfg.Now
	s.cfg.Now = func() time.Time { read++; return now() }
	s.until("the second answer, which reads the clock", func() bool { return read > 0 })
	if s.sheet != first {
		t.Error("another question took its place")
	}
	s.press("Decline")
	s.untilCalled("decline 4")
	s.untilSays("cursor wants to call shop/sandbox", "GET /cgi-bin/menu/get", "This call reads.")
	for _, o := range kit.Focusables(s.sheet.Box) {
		if g, ok := o.(*kit.Segment); ok {
			g.Pick(1)
			break
		}
	}
	s.press("Allow")
	s.untilCalled("grant shop/sandbox {Client:cursor Calls:[] Write:false Seconds:28800 Seat:a seat}")
	s.until("no further question", func() bool { return s.sheet == nil })
	if log := strings.Join(s.agent.log(), "|"); strings.Contains(log, "decline 5") {
		t.Error(log)
	}
}

// TestAnAskThatIsRefusedSaysWhy: the sheet stays, with the reason.
func TestAnAskThatIsRefusedSaysWhy(t *testing.T) {
	s := newStage(t, town(noon)...)
	s.agent.change(func(f *fakeAgent) { f.grants = someGrants() })
	s.open()
	s.agent.fails("grant ", &core.Error{Class: core.Misuse, Remedy: core.RemedyGrantWindow})
	s.settings.openAsk(someGrants().Asks[0])
	s.press("Allow")
	s.untilSays("allowed only in the window")
	if s.sheet == nil {
		t.Error("the sheet is gone")
	}
}

func countOf(log []string, call string) int {
	return len(slices.DeleteFunc(log, func(c string) bool { return c != call }))
}
