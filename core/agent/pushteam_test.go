//go:build linux

package agent

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/core/rediscache"
	"tokentray/core/redisconn/redistest"
	"tokentray/core/team"
	calls "tokentray/core/upstream"
)

// written notes the tokens that a RedisTarget was given to write.
type written struct {
	RedisTarget
	mu     sync.Mutex
	tokens []string
}

func (w *written) Write(ctx context.Context, in core.RedisWrite) (core.RedisEntry, error) {
	w.mu.Lock()
	w.tokens = append(w.tokens, in.Token.Value)
	w.mu.Unlock()
	return w.RedisTarget.Write(ctx, in)
}

func (w *written) has(token string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Contains(w.tokens, token)
}

// overtaken is an upstream before whose answer another machine publishes.
type overtaken struct {
	*upstream
	mu     sync.Mutex
	before func()
}

func (o *overtaken) Fetch(ctx context.Context, req core.Request) (core.Grant, error) {
	o.mu.Lock()
	before := o.before
	o.before = nil
	o.mu.Unlock()
	if before != nil {
		before()
	}
	return o.upstream.Fetch(ctx, req)
}

// TestATokenThatTheTeamRefusedGoesToNoBackend: another machine published while this one
// was asking, and one of the two tokens is dead. This machine keeps its own and writes it
// nowhere; the team's is written when the team has settled.
func TestATokenThatTheTeamRefusedGoesToNoBackend(t *testing.T) {
	c := newCrew(t)
	w := newWorld(t)
	up := &overtaken{upstream: c.up}
	target := &written{RedisTarget: rediscache.NewWriter(testKinds, rediscache.Options{Upstream: calls.Options{Now: w.now}})}
	w.kinds, w.sources, w.redis = testKinds(), map[core.Kind]core.Source{kinds.WeChat: up, kinds.WeChatLegacy: up}, target
	one, ref := c.founderIn(w, kinds.WeChatLegacy)
	shop := redistest.Start(t)
	backend := shop.Client()
	defer backend.Close()
	held := func() string { return backend.Get(t.Context(), "shop:token").Val() }
	push, err := one.client.AddPush(t.Context(), ref, api.PushInput{Kind: core.PushRedis, Redis: &core.RedisPlace{URL: shop.URL, Layout: "plain", Key: "shop:token"}})
	first := one.token(ref)
	if err != nil || push.Failing() || held() != first {
		t.Fatalf("%+v, %v; the entry holds %s", push.Last, err, core.Mask(held()))
	}

	// The other machine takes the lease, as if this one had slept, and publishes.
	l := one.teams.find("five")
	made, err := team.New("five", l.invite.Keys, c.redis, team.Options{Self: team.Self{Name: "other"}})
	if err != nil {
		t.Fatal(err)
	}
	defer made.Close()
	a, _ := one.accounts.get(core.ID(one.row(ref).ID))
	other := made.Account(a.Kind, one.keeper.TokenID(a))
	const theirs = "88_theirs_0000_tokentokentokentoken"
	up.mu.Lock()
	up.before = func() {
		for _, part := range []string{"lease", "next", "rep"} {
			for _, key := range c.redis.Keys(t.Context(), "{tt:five:*}:"+part).Val() {
				c.redis.Del(t.Context(), key)
			}
		}
		before, err := other.Read(t.Context(), "")
		if err != nil {
			t.Error(err)
			return
		}
		lease, _, err := other.Acquire(t.Context())
		if err != nil || lease == nil {
			t.Errorf("the other has no lease: %v", err)
			return
		}
		if err := lease.Publish(t.Context(), before, core.Grant{Value: theirs, ExpiresIn: time.Hour}); err != nil {
			t.Error(err)
		}
		if err := lease.Release(t.Context()); err != nil {
			t.Error(err)
		}
	}
	up.mu.Unlock()
	if err := one.client.PauseAll(t.Context(), true); err != nil { // else it answers the report itself, a second later
		t.Fatal(err)
	}
	c.kill()
	w.pass(time.Minute)
	got, err := one.client.Refresh(t.Context(), ref, api.RefreshRequest{Stale: first, Person: true})
	if err != nil {
		t.Fatal(err)
	}
	kept := got.AccessToken
	if kept == first || kept == theirs || one.token(ref) != kept {
		t.Fatalf("this machine has %s and gives out %s, not its own token; %s was the first", kept, one.token(ref), first)
	}
	p, err := one.client.RunPush(t.Context(), ref, push.Number)
	if err != nil || !p.Failing() || p.Last.Error.Remedy != core.RemedyTryAgain || held() == kept {
		t.Errorf("a person's try: %+v, %v", p.Last, err)
	}

	place := api.PushInput{Kind: core.PushRedis, DryRun: true, Redis: &core.RedisPlace{URL: shop.URL, Layout: "plain", Key: "shop:another"}}
	if plan, err := one.client.AddPush(t.Context(), ref, place); err != nil || plan.Plan == nil || plan.Plan.Error == nil {
		t.Errorf("a dry run would write it: %+v, %v", plan.Plan, err)
	}

	// The other finds that its token lives.
	p2, err := other.Read(t.Context(), "")
	if err != nil || !p2.Wanted || p2.Value != theirs {
		t.Fatalf("the team's token was not reported: wanted %v, %v", p2.Wanted, err)
	}
	lease, _, err := other.Acquire(t.Context())
	if err != nil || lease == nil {
		t.Fatal(err)
	}
	if err := lease.Settle(t.Context(), p2); err != nil {
		t.Fatal(err)
	}
	if err := lease.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	for held() != theirs {
		if t.Context().Err() != nil {
			t.Fatal("the team's token does not reach the backend")
		}
		time.Sleep(10 * time.Millisecond) // the test's time ends it
	}
	if target.has(kept) {
		t.Error("a token that the team refused was written for a backend")
	}
	if one.token(ref) != theirs {
		t.Error("this machine has another token than its team")
	}
}
