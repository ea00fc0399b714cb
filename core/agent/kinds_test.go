package agent

import (
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// robin is a kind that a user adds: it has a field of its own, a header for the
// token and its own words.
func robin() kinds.Spec {
	return kinds.Spec{
		Kind: "robin", Label: kinds.Label{"en": "Robin", "zh": "知更鸟"},
		Fields: []kinds.Field{
			{Key: kinds.AppID, Input: kinds.Text, Required: true},
			{Key: kinds.Secret, Input: kinds.SecretText, Required: true},
			{Key: "nest", Input: kinds.Text, Identity: true, Required: true},
		},
		BaseURL: "https://robin.example", TryPath: "/me",
		Token:  kinds.Place{Header: "X-Robin"},
		Traits: core.Traits{Repeat: core.RepeatSame, Vouches: true, Window: time.Minute},
	}
}

func joined(t *testing.T, set kinds.Set, more ...kinds.Spec) kinds.Set {
	t.Helper()
	set, err := set.With(more...)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestAKindJoinsARunningAgent: from then on accounts of it can be added, every
// listener is told, and it cannot be removed while an account has it.
func TestAKindJoinsARunningAgent(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	stream := r.events(t)
	in := input("shop", core.Sandbox, appID)
	in.Kind, in.Params = ptr(core.Kind("robin")), map[string]string{"nest": "oak"}
	_, err := r.client.Add(t.Context(), in)
	wantClass(t, err, core.Invalid)

	before, sources := r.kindSet(), map[core.Kind]core.Source{kinds.WeChat: w.up, kinds.WeChatLegacy: w.up}
	with := joined(t, before, robin())
	wantClass(t, r.SetKinds(with, sources), core.Invalid) // nothing asks for its tokens
	if set, err := r.client.Kinds(t.Context()); err != nil || !set.Equal(before) {
		t.Errorf("what was refused is known: %v, %v", set.Names(), err)
	}
	sources["robin"] = w.up
	if err := r.SetKinds(with, sources); err != nil {
		t.Fatal(err)
	}
	next(t, stream, api.EventKinds)
	if set, err := r.client.Kinds(t.Context()); err != nil || !set.Equal(with) {
		t.Errorf("clients read %v, %v", set.Names(), err)
	}
	saved, err := r.client.Add(t.Context(), in)
	if err != nil || saved.Account.Error != nil || saved.Account.Mask == "" {
		t.Fatalf("%v: %+v", err, saved)
	}
	if _, err := r.client.Copy(t.Context(), saved.Account.Ref(), api.CopyRequest{Format: "curl"}); err != nil {
		t.Fatal(err)
	}
	if got := w.desk.holds(); !strings.HasPrefix(got, "curl -H 'X-Robin: 88_") || !strings.HasSuffix(got, "' 'https://robin.example/me'") {
		t.Error("the copy does not carry the token as the kind does")
	}
	e := wantClass(t, r.SetKinds(before, map[core.Kind]core.Source{kinds.WeChat: w.up, kinds.WeChatLegacy: w.up}), core.Misuse)
	if !strings.Contains(e.Message, "shop") {
		t.Errorf("the refusal names no account: %v", e)
	}
	if err := r.client.Remove(t.Context(), saved.Account.Ref()); err != nil {
		t.Fatal(err)
	}
	if err := r.SetKinds(before, map[core.Kind]core.Source{kinds.WeChat: w.up, kinds.WeChatLegacy: w.up}); err != nil {
		t.Errorf("after its last account went: %v", err)
	}
}

// A reader that lags behind gets a snapshot, which does not have the kinds.
func TestOtherKindsAreToldToSlowReaders(t *testing.T) {
	s := &stream{wake: make(chan struct{}, 1)}
	s.push(api.Event{Type: api.EventKinds})
	for range backlog {
		s.push(api.Event{Type: api.EventAccount})
	}
	if !s.stale || len(s.queue) != 1 || s.queue[0].Type != api.EventKinds {
		t.Errorf("stale %v, left %+v", s.stale, s.queue)
	}
}
