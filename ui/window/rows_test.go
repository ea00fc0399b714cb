package window

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/text"
)

// What a row shows, over the life of a token and of its renewal.
func TestRowOf(t *testing.T) {
	ui := uiIn(text.English)
	with := func(left, life time.Duration, change func(*api.Account)) api.Account {
		a := sample("shop", core.Sandbox, noon, left, life)
		if change != nil {
			change(&a)
		}
		return a
	}
	temporary := &api.Error{Class: core.Temporary, Remedy: core.RemedyNetwork}
	pushes := func(state core.State) func(*api.Account) {
		return func(a *api.Account) {
			a.State, a.NextTry = state, noon.Add(12*time.Second)
			a.Pushes = []api.Push{{Last: &api.PushResult{Error: &api.Error{Class: core.PushFailed}}}}
		}
	}
	for _, c := range []struct {
		name      string
		account   api.Account
		time      string
		timeTone  tone
		state     string
		fill      float32
		soon      bool
		isProblem bool
	}{
		{"fresh", with(2*time.Hour, 2*time.Hour, nil), "2:00:00", toneText, "fresh", 1, false, false},
		{"half", with(time.Hour, 2*time.Hour, nil), "1:00:00", toneText, "fresh", 0.5, false, false},
		{"soon", with(300*time.Second, 2*time.Hour, nil), "5:00", toneSoon, "ends soon", 300. / 7200, true, false},
		{"a short life is not soon at once", with(200*time.Second, 300*time.Second, nil), "3:20", toneText, "fresh", 200. / 300, false, false},
		{"a short life's end is soon", with(75*time.Second, 300*time.Second, nil), "1:15", toneSoon, "ends soon", 0.25, true, false},
		{"over since the last event", with(-time.Second, 2*time.Hour, nil), "0:00", toneBad, "expired", 0, false, false},
		{"never had one", api.Account{State: core.StateEmpty}, "–", toneMuted, "no token yet", 0, false, false},
		{"renewing", with(time.Minute, 2*time.Hour, func(a *api.Account) { a.State = core.StateRenewing }), "1:00", toneSoon, "renewing", 60. / 7200, true, false},
		{"retrying while the token lives", with(time.Minute, 2*time.Hour, func(a *api.Account) {
			a.State, a.Error, a.NextTry = core.StateRetrying, temporary, noon.Add(12*time.Second)
		}), "1:00", toneSoon, "retrying in 12 s", 60. / 7200, true, false},
		{"retrying without a token", with(-time.Minute, 2*time.Hour, func(a *api.Account) {
			a.State, a.Error, a.NextTry = core.StateRetrying, temporary, noon.Add(-time.Second)
		}), "0:00", toneBad, "retrying", 0, false, true},
		{"paused", with(time.Hour, 2*time.Hour, func(a *api.Account) { a.State = core.StatePaused }), "1:00:00", toneText, "paused", 0.5, false, false},
		{"a push failed", with(time.Hour, 2*time.Hour, pushes(core.StateFresh)), "1:00:00", toneText, "push failed", 0.5, false, false},
		{"a push failed, and it ends soon", with(300*time.Second, 2*time.Hour, pushes(core.StateFresh)), "5:00", toneSoon, "push failed", 300. / 7200, true, false},
		{"a push failed, and it is paused", with(time.Hour, 2*time.Hour, pushes(core.StatePaused)), "1:00:00", toneText, "push failed · paused", 0.5, false, false},
		{"a push failed, and it is tried again", with(time.Hour, 2*time.Hour, pushes(core.StateRetrying)), "1:00:00", toneText, "push failed · retrying in 12 s", 0.5, false, false},
		{"a push failed, and it is over", with(-time.Second, 2*time.Hour, pushes(core.StateFresh)), "0:00", toneBad, "push failed · expired", 0, false, false},
		{"a live legacy account that nobody has allowed", api.Account{
			Account: core.Account{Env: core.Live, Kind: kinds.WeChatLegacy},
			State:   core.StateEmpty, NeedsConsent: true,
		}, "–", toneMuted, "needs you", 0, false, true},
		{"the same, allowed", api.Account{
			Account: core.Account{Env: core.Live, Kind: kinds.WeChatLegacy, AllowLive: true},
			State:   core.StateEmpty,
		}, "–", toneMuted, "no token yet", 0, false, false},
		{"blocked", blocked("gate", core.Live), "–", toneMuted, "needs you", 0, false, true},
	} {
		r := rowOf(ui, c.account, false, noon)
		if r.Time != c.time || r.TimeTone != c.timeTone || r.State != c.state || r.Fill != c.fill || r.Soon != c.soon {
			t.Errorf("%s: %q %v %q %v %v", c.name, r.Time, r.TimeTone, r.State, r.Fill, r.Soon)
		}
		if got := r.Problem.Action != actionNone; got != c.isProblem {
			t.Errorf("%s: the problem is %+v", c.name, r.Problem)
		}
	}
}

// Every remedy has a button, and words that name no command to type.
func TestEveryProblemHelps(t *testing.T) {
	remedies := []string{
		core.RemedyTryAgain, core.RemedyNetwork, core.RemedyProxy, core.RemedyTLS, core.RemedyAnswer, core.RemedyPath, core.RemedyPart, core.RemedyWhitelist,
		core.RemedyConfirm, core.RemedyRefused, core.RemedyQuotaDay, core.RemedyQuotaKind, core.RemedyQuotaMinute, core.RemedyBudget, core.RemedyReplaced, core.RemedySecret, core.RemedyAppID,
		core.RemedyFrozenSecret, core.RemedyFrozen, core.RemedyComponent, core.RemedyKind, core.RemedyServerURL, core.RemedyServerEmpty, core.RemedyServerStale, core.RemedyUnknownCode, core.RemedyUpdate, core.RemedyAllowLive,
		core.RemedyVaultUnlock, core.RemedyVaultInit, core.RemedyVaultEmpty, core.RemedyReenter, core.RemedySecretAgain, core.RemedyNoHost, core.RemedyForceBudget, core.RemedyLog, core.RemedyClipboard,
	}
	for _, lang := range []text.Lang{text.English, text.Chinese} {
		ui := uiIn(lang)
		for _, remedy := range remedies {
			a := blocked("gate", core.Sandbox)
			a.Error = &api.Error{Class: core.Frozen, Remedy: remedy, Message: "m"}
			p := problemOf(ui, a, noon)
			if p.Action == actionNone || p.Button == "" || strings.HasPrefix(p.Button, "window.") || p.Cause == "" || p.Remedy == "" {
				t.Errorf("%s: %+v", remedy, p)
			}
			if strings.Contains(p.Remedy, "tokentray ") {
				t.Errorf("%s sends a person from the window to a command: %s", remedy, p.Remedy)
			}
		}
	}
}

// A row has no room for a long remedy and says a shorter one; the detail says
// the whole.
func TestRowsAreShort(t *testing.T) {
	ui := uiIn(text.English)
	a := blocked("gate", core.Sandbox)
	a.Error = &api.Error{Class: core.Quota, Remedy: core.RemedyQuotaDay}
	row, whole := rowOf(ui, a, false, noon).Problem.Remedy, problemOf(ui, a, noon).Remedy
	if row != "It resets at the upstream's midnight." || len(whole) <= len(row) {
		t.Errorf("the row says %q, the detail %q", row, whole)
	}
}

// An answer that lacks a part is named by it, and by where it should be.
func TestAGapIsInTheRow(t *testing.T) {
	a := blocked("gate", core.Sandbox)
	a.Error = &api.Error{Class: core.Temporary, Remedy: core.RemedyPath, Part: core.PartLife, Path: "data.end", Message: "m"}
	p := rowOf(uiIn(text.English), a, false, noon).Problem
	if p.Cause != "The answer has nothing at data.end, where the token's life should be." || p.Action != actionRetry || p.Remedy != "Check the path and the base URL." {
		t.Errorf("%+v", p)
	}
	if more := helpsToo(uiIn(text.English).Words, a, p.Action); !slices.Contains(more, actionEdit) {
		t.Errorf("the account cannot be edited from there: %v", more)
	}
}

// The kind is shown as far as it fits, and never cut within a word.
func TestKindThatFits(t *testing.T) {
	for _, c := range []struct {
		kind string
		room int
		want string
	}{
		{"Test account · stable_token", 40, "Test account · stable_token"},
		{"Test account · stable_token", 20, "Test account"},
		{"Test account · stable_token", 5, ""},
		{"↔ Test account · stable_token", 20, "↔ Test account"},
		{"↔ Test account · stable_token", 5, "↔"},
		{"", 5, ""},
	} {
		if got := kindThatFits(c.kind, func(s string) bool { return utf8.RuneCountInString(s) <= c.room }); got != c.want {
			t.Errorf("%q in %d: %q, want %q", c.kind, c.room, got, c.want)
		}
	}
}

func TestMoment(t *testing.T) {
	ui := uiIn(text.English)
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.Local)
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{time.Time{}, "never"},
		{now.Add(-time.Minute), "11:59:00"},
		{now.AddDate(0, 0, -1), "11-21 12:00"},
	} {
		if got := moment(ui, c.at, now); got != c.want {
			t.Errorf("%v: %q, want %q", c.at, got, c.want)
		}
	}
}
