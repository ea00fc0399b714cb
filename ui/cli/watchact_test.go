package cli

import (
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// TestKeysOfTheLiveTable: arrows move the mark, Enter copies what is marked, twice where
// a live copy is to be asked for, and s switches the environment.
func TestKeysOfTheLiveTable(t *testing.T) {
	for _, tt := range []struct {
		keys []Key
		ask  bool
		want string
		says string
	}{
		{[]Key{KeyEnter}, false, "copy shop00/sandbox ", "shop"},
		{[]Key{KeyDown, KeyEnter}, false, "copy shop01/sandbox ", "shop"},
		{[]Key{KeyEnd, KeyUp, KeyEnter}, false, "copy gate/sandbox ", "shop"},
		{[]Key{"/", "p", "0", "3", KeyEnter, KeyEnter}, false, "copy shop03/sandbox ", "shop"},
		{[]Key{KeyPageDn, KeyEnter, KeyUp, KeyDown, KeyEnter, KeyEnter}, true, "copy gate/live ", "shop"},
		{[]Key{"s"}, false, "use live", "Live"},
	} {
		r := picks()
		r.agent.clip = api.Clipboard{Account: "shop", Env: core.Sandbox}
		l := r.agent.list
		l.Accounts = l.Accounts[:14] // without the one that needs a person
		l.Settings.AskLiveCopy = tt.ask
		a := &app{Parts: Parts{Term: r.term, Getenv: func(k string) string { return r.env[k] }, Now: start}, agent: r.agent}
		v, c := &view{keys: true, page: 12}, newActs(t.Context())
		for _, k := range tt.keys {
			switch {
			case v.filter.press(k):
			case k == KeyEnter, k == "s":
				a.act(c, l, v, k)
			default:
				v.move(k)
			}
		}
		if tt.ask && !strings.Contains(v.said, "Copying") {
			t.Errorf("%q: %q", tt.keys, v.said)
		}
		if said := <-c.said; !strings.Contains(said, tt.says) || strings.Contains(said, r.agent.token.AccessToken) {
			t.Errorf("%q: %q", tt.keys, said)
		}
		c.wait()
		if last := r.agent.calls[len(r.agent.calls)-1]; last != tt.want {
			t.Errorf("%q: %q", tt.keys, r.agent.calls)
		}
	}
}

// TestWhatAKeyDidIsSaidInFull, in 80 columns and where many accounts need a person.
func TestWhatAKeyDidIsSaidInFull(t *testing.T) {
	r := picks()
	l := r.agent.list
	for range 9 {
		l.Accounts = append(l.Accounts, whitelisted("gate", core.Live))
	}
	a := &app{Parts: Parts{Term: r.term, Getenv: func(k string) string { return r.env[k] }, Now: start}}
	const words = "Copied the token of spring-festival-campaign/sandbox as raw. The clipboard is cleared in 45 s."
	for height := 4; height < 30; height++ {
		v := &view{keys: true, said: words, until: start().Add(time.Second)}
		lines := a.screen(l, v, 80, height)
		told := strings.Contains(strings.Join(strings.Fields(strings.Join(lines, " ")), " "), words)
		if height >= 9 && !told || len(lines) > max(height, 8) {
			t.Errorf("in %d lines:\n%s", height, strings.Join(lines, "\n"))
		}
	}
}

// TestALiveCopyIsAskedInTheTable and another key takes the first Enter back.
func TestALiveCopyIsAskedInTheTable(t *testing.T) {
	r := picks()
	l := r.agent.list
	l.Accounts, l.Settings.AskLiveCopy = l.Accounts[12:13], true
	a := &app{Parts: Parts{Term: r.term, Getenv: func(k string) string { return r.env[k] }, Now: start}, agent: r.agent}
	v, c := &view{keys: true}, newActs(t.Context())
	for range 2 {
		a.act(c, l, v, KeyEnter)
		if screen := strings.Join(a.screen(l, v, 80, 24), "\n"); !strings.Contains(screen, "Enter once more copies the token of gate/live") || !strings.Contains(screen, ">") {
			t.Error(screen)
		}
		v.move(KeyUp)
	}
	c.wait()
	if len(r.agent.calls) > 0 {
		t.Error(r.agent.calls)
	}
}

// TestTheMarkedLineIsInSight where accounts have tickets, which take lines of their own.
func TestTheMarkedLineIsInSight(t *testing.T) {
	a, b := account("shop", core.Sandbox, time.Hour), account("gate", core.Sandbox, 0)
	a.Tickets = make([]api.Ticket, 2)
	for at, want := range []int{0, 3, 4} {
		if got := markedLine([]api.Account{a, b, b}, at); got != want {
			t.Errorf("%d: line %d, want %d", at, got, want)
		}
	}
}
