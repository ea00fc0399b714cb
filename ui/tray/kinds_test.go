package tray

import (
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/text"
)

// inHeader returns the builtin kinds and a user's own kind whose token goes in a
// header.
func inHeader(t *testing.T, label string) kinds.Set {
	t.Helper()
	set, err := kinds.Builtin().With(kinds.Spec{
		Kind: "mine", Label: kinds.Label{"en": label}, BaseURL: "https://api.example.com",
		Fields: []kinds.Field{{Key: kinds.AppID, Input: kinds.Text, Required: true}, {Key: kinds.Secret, Input: kinds.SecretText, Required: true}},
		Traits: core.Traits{Repeat: core.RepeatSame, Window: time.Minute}, Token: kinds.Place{Header: "Authorization", Prefix: "Bearer "},
	})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestFormatsOfTheKind: a kind whose token goes in a header has no URL format, and
// the lines of the other formats keep their places.
func TestFormatsOfTheKind(t *testing.T) {
	words := text.New(text.English).Knowing(inHeader(t, "Mine"))
	a := acc("shop", core.Sandbox, core.StateFresh, time.Hour, 1)
	all := build(pictureOf(listOf(core.Sandbox, a)), "", noon, words).as.entries
	a.Kind = "mine"
	some := build(pictureOf(listOf(core.Sandbox, a)), "", noon, words).as.entries
	url := slices.Index(core.Formats(), core.FormatURL)
	for i := range all {
		if i == url && (some[i] != "" || all[i] == "") || i != url && some[i] != all[i] {
			t.Errorf("%s: %q, and of other kinds %q", core.Formats()[i], some[i], all[i])
		}
	}
}

// TestWordsFollowTheKinds: when the agent gets other kinds, and only then, the menu
// uses sentences that know them.
func TestWordsFollowTheKinds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var made atomic.Int64
		agent := newFakeAgent(listOf(core.Sandbox, acc("shop", core.Sandbox, core.StateFresh, time.Hour, 1)))
		tr := newTray(Config{
			Agent: agent, Now: func() time.Time { return noon },
			Words: func(lang text.Lang) *text.Text { made.Add(1); return text.New(lang) },
		}, &fakeDisplay{click: make(chan action), open: make(chan struct{})})
		ended := make(chan error, 1)
		go func() { ended <- tr.loop(t.Context(), func() {}) }()
		synctest.Wait()
		agent.change(acc("shop", core.Sandbox, core.StateFresh, 2*time.Hour, 2))
		time.Sleep(time.Minute)
		if n := made.Load(); n != 1 {
			t.Errorf("the sentences were made %d times", n)
		}
		agent.events <- api.Event{Type: api.EventKinds}
		time.Sleep(time.Minute)
		if n := made.Load(); n != 2 {
			t.Errorf("after other kinds came they were made %d times", n)
		}
		agent.events <- api.Event{Type: api.EventBye}
		close(agent.events)
		<-ended
	})
}
