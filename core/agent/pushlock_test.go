//go:build linux

package agent

import (
	"context"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

const (
	wxApp   = "wx0000000000000009"
	wxLock  = "wx:lock:" + wxApp + ":accessTokenLock"
	wxEntry = "wx:access_token:" + wxApp
)

// shortWait is a target that waits for locks a moment only.
type shortWait struct{ RedisTarget }

func (s shortWait) Hold(ctx context.Context, w core.RedisWrite) (core.RedisHold, error) {
	ctx, done := context.WithTimeout(ctx, 500*time.Millisecond)
	defer done()
	return s.RedisTarget.Hold(ctx, w)
}

func waitShort(r RedisTarget) RedisTarget { return shortWait{r} }

// asked is a target that tells when it is asked for a lock.
type asked struct {
	RedisTarget
	locks chan struct{}
}

func (a asked) Hold(ctx context.Context, w core.RedisWrite) (core.RedisHold, error) {
	select {
	case a.locks <- struct{}{}:
	default:
	}
	return a.RedisTarget.Hold(ctx, w)
}

// newWxJava is a backend on WxJava, to whose Redis an account of kind is pushed.
func newWxJava(t *testing.T, kind core.Kind, by func(RedisTarget) RedisTarget) *backend {
	t.Helper()
	b := newBackendWith(t, by)
	in := input("java", core.Sandbox, wxApp)
	in.Kind = &kind
	saved, err := b.client.Add(t.Context(), in)
	if err != nil || saved.Account.Error != nil {
		t.Fatalf("%+v, %v", saved.Account.Error, err)
	}
	b.ref = saved.Account.Ref()
	if added, err := b.client.AddPush(t.Context(), b.ref, b.input("wxjava", "")); err != nil || added.Failing() {
		t.Fatalf("%+v, %v", added, err)
	}
	return b
}

// renew has another token fetched.
func (b *backend) renew(t *testing.T) error {
	t.Helper()
	b.up.kill()
	b.world.pass(time.Minute)
	_, err := b.client.Refresh(t.Context(), b.ref, api.RefreshRequest{Force: true, Person: true})
	return err
}

func (b *backend) wait(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("still not: %s", what)
		}
	}
}

// TestTheSDKsLockIsHeldWhileATokenIsFetched: until the token is in the entry, and not at
// all when the fetch fails.
func TestTheSDKsLockIsHeldWhileATokenIsFetched(t *testing.T) {
	b := newWxJava(t, kinds.WeChatLegacy, func(r RedisTarget) RedisTarget { return r })
	ctx, during := t.Context(), ""
	b.up.set(func() {
		during = b.redis.Get(ctx, wxLock).Val()
		if left := b.redis.PTTL(ctx, wxLock).Val(); left <= 0 || left > 25*time.Second {
			t.Errorf("the lock ends by itself after %v", left)
		}
	})
	if err := b.renew(t); err != nil {
		t.Fatal(err)
	}
	if strings.Trim(during, "0123456789") != "" || during == "" {
		t.Errorf("during the call the lock holds %q", during)
	}
	b.wait(t, "the entry has the token", func() bool { return b.redis.Get(ctx, wxEntry).Val() == b.up.token() })
	b.wait(t, "the lock is free", func() bool { return b.redis.Exists(ctx, wxLock).Val() == 0 })

	b.up.fail(&core.Error{Class: core.Temporary, Message: "no answer"})
	during = ""
	if err := b.renew(t); err == nil || during == "" {
		t.Fatalf("upstream fails: %v, the lock held %q", err, during)
	}
	b.wait(t, "the lock is free after a failure", func() bool { return b.redis.Exists(ctx, wxLock).Val() == 0 })
}

// TestALockOfABackendThatWasKilledHoldsUpNoRenewal: it lasts for a minute.
func TestALockOfABackendThatWasKilledHoldsUpNoRenewal(t *testing.T) {
	b := newWxJava(t, kinds.WeChat, waitShort)
	ctx := t.Context()
	b.redis.Set(ctx, wxLock, "a thread that was killed", time.Minute)
	before := b.up.token()
	if err := b.renew(t); err != nil || b.up.token() == before {
		t.Fatalf("no renewal: %v", err)
	}
	if v := b.redis.Get(ctx, wxLock).Val(); v != "a thread that was killed" {
		t.Errorf("the backend's lock holds %q", v)
	}
}

// TestABackendThatFetchedMeanwhileKeepsItsToken: asking again would kill it. Where asking
// harms nothing, upstream is asked.
func TestABackendThatFetchedMeanwhileKeepsItsToken(t *testing.T) {
	for _, kind := range []core.Kind{kinds.WeChatLegacy, kinds.WeChat} {
		locks := make(chan struct{}, 1)
		b := newWxJava(t, kind, func(r RedisTarget) RedisTarget { return asked{r, locks} })
		ctx := t.Context()
		current, err := b.client.Token(ctx, b.ref, 0)
		if err != nil {
			t.Fatal(err)
		}
		const its = "93_theBackendsOwnTokenOfAnOfficialAccount-_0123456789AbCdEfGhIjKlMnOpQrSt"
		b.redis.Set(ctx, wxLock, "a thread that fetches", time.Minute)
		b.up.kill()
		b.world.pass(time.Hour)
		b.up.checked(func(token string) bool { return token == its })
		select {
		case <-locks: // of a call before
		default:
		}
		done := make(chan error, 1)
		got := ""
		before := b.up.fetches()
		go func() {
			answer, err := b.client.Refresh(ctx, b.ref, api.RefreshRequest{Stale: current.AccessToken, Person: true})
			got = answer.AccessToken
			done <- err
		}()
		<-locks
		time.Sleep(time.Second) // it waits for the backend
		select {
		case err := <-done:
			t.Fatalf("%s: it did not wait: %v", kind, err)
		default:
		}
		b.redis.Set(ctx, wxEntry, its, 2*time.Hour)
		b.redis.Del(ctx, wxLock)
		if err := <-done; err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		n := b.up.fetches() - before
		if kind == kinds.WeChatLegacy && (got != its || n != 0) || kind == kinds.WeChat && (got == its || n == 0) {
			t.Errorf("%s: it has %s after %d fetches", kind, core.Mask(got), n)
		}
		b.wait(t, "the lock is free", func() bool { return b.redis.Exists(ctx, wxLock).Val() == 0 })
		if v := b.redis.Get(ctx, wxEntry).Val(); kind == kinds.WeChatLegacy && v != its {
			t.Errorf("the backend's token was overwritten")
		}
	}
}
