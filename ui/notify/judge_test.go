package notify

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/text"
)

// noon is the start of every test, in UTC.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// scene is an agent whose state a test changes.
type scene struct {
	t    *testing.T
	j    *judge
	now  time.Time
	list api.List
	next time.Time
}

func newScene(t *testing.T, accounts ...api.Account) *scene {
	s := &scene{t: t, j: newJudge(memory{}), now: noon}
	s.list = api.List{Settings: core.DefaultSettings(), Accounts: accounts}
	s.j.onEvent(api.Event{Type: api.EventSnapshot, Snapshot: &s.list}, s.now)
	return s
}

// acc returns an account whose token lives for life more.
func acc(name string, state core.State, life time.Duration) api.Account {
	a := api.Account{Account: core.Account{ID: core.ID("id-" + name), Name: name, Env: core.Live, Auto: true}, State: state, Life: 7200}
	if life > 0 {
		a.Mask, a.ExpiresAt = "88_…", noon.Add(life)
	}
	return a
}

// but returns the account with an error of a class.
func but(a api.Account, class core.Class, remedy, ip string) api.Account {
	a.Error = &api.Error{Class: class, Remedy: remedy, CallerIP: ip, Message: "secret 88_token", Upstream: "88_token", RID: "r"}
	return a
}

func blocked(name, ip string) api.Account {
	return but(acc(name, core.StateBlocked, time.Hour), core.Whitelist, core.RemedyWhitelist, ip)
}

func retrying(name string, life time.Duration) api.Account {
	return but(acc(name, core.StateRetrying, life), core.Temporary, core.RemedyNetwork, "")
}

func (s *scene) account(a api.Account) {
	s.j.onEvent(api.Event{Type: api.EventAccount, Account: &a}, s.now)
}

func (s *scene) set(key, value string) {
	s.t.Helper()
	if err := s.list.Settings.Set(key, value); err != nil {
		s.t.Fatal(err)
	}
	s.j.onEvent(api.Event{Type: api.EventSettings, Settings: &s.list.Settings}, s.now)
}

// remembered counts the accounts of which the judge knows more than the ID.
func (s *scene) remembered() int {
	n := 0
	for _, a := range s.j.Accounts {
		if a != nil {
			n++
		}
	}
	return n
}

// says fails unless a look at a time after noon shows exactly these. Each is "kind
// names", or "kind -" for a withdrawal.
func (s *scene) says(after time.Duration, want ...string) {
	s.t.Helper()
	s.now = noon.Add(after)
	var decisions []decision
	decisions, s.next = s.j.decide(s.now)
	var got []string
	for _, o := range decisions {
		var names []string
		for _, a := range o.accounts {
			names = append(names, a.ref.Name)
		}
		if len(names) == 0 {
			names = []string{"-"}
		}
		got = append(got, o.kind.String()+" "+strings.Join(names, ","))
	}
	if !slices.Equal(got, want) {
		s.t.Errorf("after %v: told %q, want %q", after, got, want)
	}
}

// sleeps fails unless the judge wants to be called then; 0 is never.
func (s *scene) sleeps(until time.Duration) {
	s.t.Helper()
	want := time.Time{}
	if until > 0 {
		want = noon.Add(until)
	}
	if !s.next.Equal(want) {
		s.t.Errorf("the next look is at %v, want %v", s.next, want)
	}
}

func TestNeedsAPerson(t *testing.T) {
	s := newScene(t, acc("shop", core.StateFresh, time.Hour), acc("blog", core.StateFresh, time.Hour))
	s.says(0)
	s.sleeps(0) // no timer while there are no problems
	s.account(blocked("shop", "1.2.3.4"))
	s.says(time.Second, "person shop")
	s.says(time.Minute)
	s.account(blocked("blog", "1.2.3.4"))
	s.says(2*time.Minute, "person blog,shop") // one notification, of both
	s.account(acc("shop", core.StateFresh, time.Hour))
	s.says(3 * time.Minute)
	s.account(acc("blog", core.StateFresh, time.Hour))
	s.says(4*time.Minute, "person -")
	s.says(5 * time.Minute)
	if s.remembered() != 2 {
		t.Errorf("%d accounts are remembered, want 2 until the spacing is over", s.remembered())
	}
	s.says(40 * time.Minute)
	if s.remembered() != 0 {
		t.Error("accounts that recovered are never forgotten")
	}
}

func TestRepeatedNewsIsSpaced(t *testing.T) {
	s := newScene(t, acc("shop", core.StateFresh, 3*time.Hour))
	s.account(blocked("shop", ""))
	s.says(0, "person shop")
	for _, m := range []time.Duration{1, 2, 10, 20} {
		s.account(acc("shop", core.StateFresh, 3*time.Hour))
		if m == 1 {
			s.says(m*time.Minute, "person -")
		} else {
			s.says(m * time.Minute)
		}
		s.account(blocked("shop", ""))
		s.says(m*time.Minute + time.Second)
		s.sleeps(spacing)
	}
	s.says(spacing, "person shop")
	s.says(5 * time.Hour) // it lasts, and nobody is reminded
	s.sleeps(0)
}

func TestKnownStatesAreNotTold(t *testing.T) {
	s := newScene(t, blocked("shop", ""), acc("blog", core.StateLocked, time.Hour))
	s.says(0)
	s.sleeps(55 * time.Minute) // blog's token, and shop's, will end
	s.account(blocked("shop", ""))
	s.says(time.Minute)
	s.list.Accounts[1] = blocked("blog", "")
	s.j.onEvent(api.Event{Type: api.EventSnapshot, Snapshot: &s.list}, s.now) // a later snapshot is news
	s.says(2*time.Minute, "person blog")
}

func TestWhoAddsAnAccountIsLooking(t *testing.T) {
	s := newScene(t)
	s.account(acc("shop", core.StateEmpty, 0))
	s.account(but(acc("shop", core.StateBlocked, 0), core.BadSecret, core.RemedySecret, ""))
	s.says(time.Second)
	s.says(2 * time.Hour)
	s.account(acc("shop", core.StateFresh, 5*time.Hour))
	s.says(3 * time.Hour)
	s.account(blocked("shop", ""))
	s.says(4*time.Hour, "person shop")
}

func TestRenewalGoesOnFailing(t *testing.T) {
	s := newScene(t, acc("shop", core.StateFresh, 4*time.Minute), acc("blog", core.StateFresh, time.Hour))
	s.account(retrying("shop", 4*time.Minute))
	s.says(0)
	s.sleeps(patience)
	renewing := retrying("shop", 4*time.Minute)
	renewing.State = core.StateRenewing
	s.account(renewing) // the next try does not restart the time
	s.says(30 * time.Second)
	s.sleeps(patience)
	s.says(patience, "failing shop")
	s.sleeps(0)
	s.account(acc("shop", core.StateFresh, 2*time.Hour))
	s.says(2*time.Minute, "failing -")

	s.account(retrying("blog", time.Hour)) // a short failure is not shown
	s.says(2*time.Minute + 30*time.Second)
	s.account(acc("blog", core.StateFresh, 2*time.Hour))
	s.says(3 * time.Minute)
	s.sleeps(0)
	s.says(10 * time.Minute)
}

// TestAPushGoesOnFailing: a push that keeps failing is shown after a while, for as
// long as it fails.
func TestAPushGoesOnFailing(t *testing.T) {
	working := acc("shop", core.StateFresh, time.Hour)
	working.Pushes = []api.Push{{Number: 1, Last: &api.PushResult{At: noon}}}
	failing := working
	failing.Pushes = []api.Push{{Number: 1, Last: &api.PushResult{At: noon, Error: &api.Error{Class: core.PushFailed, Message: "88_token"}}}}
	s := newScene(t, working)
	s.account(failing)
	s.says(0)
	s.sleeps(patience)
	s.says(patience, "push shop")
	s.account(working)
	s.says(2*time.Minute, "push -")
	s.set("notify-failing", "false")
	s.account(failing)
	s.says(10 * time.Minute)
	m := compose(decision{kind: pushing, accounts: []account{**s.j.Find("id-shop")}}, noon, text.New(text.English))
	if m.title != "The token of shop/live does not get where it goes" || strings.Contains(m.body, "88_token") {
		t.Errorf("told %q, %q", m.title, m.body)
	}
}

func TestAboutToExpire(t *testing.T) {
	s := newScene(
		t, acc("fresh", core.StateFresh, time.Hour), acc("paused", core.StatePaused, time.Hour),
		acc("empty", core.StatePaused, 0), acc("over", core.StatePaused, -time.Minute),
	)
	s.says(0)
	s.sleeps(55 * time.Minute)
	s.says(54 * time.Minute)
	s.account(blocked("fresh", ""))
	s.says(55*time.Minute, "person fresh", "expiry fresh,paused")
	s.says(61 * time.Minute) // it stays when the token has expired
	s.account(acc("paused", core.StatePaused, 3*time.Hour))
	s.account(acc("fresh", core.StateFresh, 3*time.Hour))
	s.says(62*time.Minute, "person -", "expiry -")
	s.sleeps(175 * time.Minute)

	short := acc("short", core.StatePaused, 100*time.Second)
	short.Life = 100
	s = newScene(t, short)
	s.says(0)
	s.sleeps(75 * time.Second) // a quarter of its life
}

func TestEachKindCanBeOff(t *testing.T) {
	for key, kind := range map[string]string{"notify-person": "person", "notify-failing": "failing", "notify-expiry": "expiry"} {
		s := newScene(t, acc("a", core.StateFresh, time.Hour), acc("b", core.StateFresh, time.Hour), acc("c", core.StatePaused, 4*time.Minute))
		s.set(key, "false")
		s.account(blocked("a", ""))
		s.account(retrying("b", time.Hour))
		want := []string{"person a", "failing b", "expiry c"}
		s.says(0, slices.DeleteFunc([]string{"person a", "expiry c"}, func(w string) bool { return strings.HasPrefix(w, kind) })...)
		s.says(patience, slices.DeleteFunc([]string{"failing b"}, func(w string) bool { return strings.HasPrefix(w, kind) })...)
		s.set(key, "true")
		s.says(2*time.Minute, slices.DeleteFunc(want, func(w string) bool { return !strings.HasPrefix(w, kind) })...)
		s.set(key, "false")
		s.says(3*time.Minute, kind+" -")
	}
}

func TestRemovedAccountsAreNotToldOf(t *testing.T) {
	s := newScene(t, acc("a", core.StateFresh, time.Hour), acc("b", core.StateFresh, time.Hour))
	s.account(blocked("a", ""))
	s.says(0, "person a")
	if !s.j.onEvent(api.Event{Type: api.EventRemoved, Removed: "id-a"}, s.now) {
		t.Error("the end of an account that was told of is nothing to look at")
	}
	s.says(time.Second, "person -")
	s.account(blocked("b", ""))
	s.says(2*time.Second, "person b")
	s.list.Accounts = nil
	s.j.onEvent(api.Event{Type: api.EventSnapshot, Snapshot: &s.list}, s.now)
	s.says(3*time.Second, "person -")
	if len(s.j.Accounts) != 0 {
		t.Error("accounts that are gone are remembered")
	}
}

// An account that was added is forgotten a minute later, even if nothing happens.
func TestAnAddedAccountIsForgotten(t *testing.T) {
	s := newScene(t)
	s.now = noon
	s.account(acc("shop", core.StateFresh, time.Hour))
	s.says(0)
	s.sleeps(attention)
	s.says(attention)
	s.sleeps(0)
	if n := s.remembered(); n != 0 {
		t.Errorf("%d accounts are remembered", n)
	}
}

func TestManyAtOnceAreOneNotification(t *testing.T) {
	var list []api.Account
	for i := range 1000 {
		list = append(list, acc(fmt.Sprintf("shop-%03d", i), core.StateFresh, time.Hour))
	}
	s := newScene(t, list...)
	if s.remembered() != 0 {
		t.Errorf("%d healthy accounts take room", s.remembered())
	}
	for _, a := range list {
		s.account(blocked(a.Name, "1.2.3.4"))
	}
	decisions, _ := s.j.decide(s.now)
	if len(decisions) != 1 || len(decisions[0].accounts) != 1000 {
		t.Fatalf("%d notifications", len(decisions))
	}
	m := compose(decisions[0], s.now, text.New(text.English))
	if m.title != "1,000 accounts need you" || m.body != "shop-000/live: IP not on the whitelist\nshop-001/live: IP not on the whitelist\nshop-002/live: IP not on the whitelist\nand 997 more" {
		t.Errorf("told %q, %q", m.title, m.body)
	}
}

// TestWhatTheAgentFoundBeforeTheFirstSnapshot: the first renewals can be refused before
// the first snapshot. That is news. What was there when the agent started is not.
func TestWhatTheAgentFoundBeforeTheFirstSnapshot(t *testing.T) {
	found := blocked("shop", "")
	found.HistoryLines = 1
	s := newScene(t, found, blocked("blog", ""))
	s.says(time.Second, "person shop")
	s = s.again(found) // shown a moment ago
	s.says(2 * time.Second)
}
