//go:build linux

package engines

import (
	"context"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tokentray/core"
)

// TestHoldersEnd kills the machine that holds the lease before, during and after its
// call, and stops it for longer than the lease. Another machine takes over, no older
// token replaces a newer one, and the upstream is asked only as often as the failures
// require.
func TestHoldersEnd(t *testing.T) {
	t.Parallel()
	c := newCrew(t, legacy)
	a, b, plain := c.hire("a", true), c.hire("b", true), c.hire("plain", false)
	token := a.mustToken()
	agree(token, b, plain)
	if n := c.asked(); n != 1 || plain.web.asked() != 0 {
		t.Fatalf("the upstream was asked %d times, %d of them without a secret", n, plain.web.asked())
	}
	defer c.watchTokens(a, b, plain)()
	asked := c.asked()
	calls := func(what string, want int) {
		t.Helper()
		if n := c.asked() - asked; n != want {
			t.Errorf("%s: the upstream was asked for a token %d times, not %d", what, n, want)
		}
		asked = c.asked()
	}

	t.Log("killed before its call: its lease ends by itself")
	dead, _ := c.member("dead")
	if l, _, err := dead.Account(c.kind, c.id).Acquire(t.Context()); l == nil || err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	token = b.next(token)
	followed(t, began, 10500*time.Millisecond)
	agree(token, a, plain)
	calls("killed before its call", 1)

	t.Log("killed during its call")
	reached := make(chan struct{})
	hang := make(chan struct{})
	a.web.set(func() bool { close(reached); <-hang; return false }, nil, "")
	c.revoke()
	go func() { _, _ = a.report(context.WithoutCancel(t.Context()), token) }()
	<-reached
	a.kill()
	began = time.Now()
	close(hang)
	a.web.set(nil, nil, "")
	got, err := b.report(t.Context(), token)
	if err != nil || got == token {
		t.Fatalf("b: %v", err)
	}
	followed(t, began, 25500*time.Millisecond)
	token = got
	agree(token, plain)
	calls("killed during its call", 2)
	a.start()
	agree(token, a)
	calls("started again", 0)

	t.Log("killed after its call")
	a.web.set(nil, func() { _ = a.cmd.Process.Kill() }, "")
	c.revoke()
	_, _ = a.report(t.Context(), token)
	a.kill()
	a.web.set(nil, nil, "")
	if got, err = b.report(t.Context(), token); err != nil || got == token {
		t.Fatalf("b: %v", err)
	}
	token = got
	agree(token, plain)
	if n := c.asked() - asked; n > 2 {
		t.Errorf("killed after its call: the upstream was asked %d times", n)
	}
	a.start()
	agree(token, a)

	t.Log("stopped for longer than its lease")
	b.run("", "resume", "shop") // it answers reports of others from now on
	asked = c.asked()
	reached, hang = make(chan struct{}), make(chan struct{})
	a.web.set(func() bool { close(reached); <-hang; return true }, nil, "")
	c.revoke()
	go func() { _, _ = a.report(context.WithoutCancel(t.Context()), token) }()
	<-reached
	a.signal(syscall.SIGSTOP)
	if got, err = b.report(t.Context(), token); err != nil || got == token {
		t.Fatalf("b: %v", err)
	}
	token = got
	a.web.set(nil, nil, "")
	close(hang) // its call arrives now and kills b's token
	a.signal(syscall.SIGCONT)
	// What came too late is not published. If it came, or nobody knows, b's token is
	// checked once, after the pause between two reports, and all get a living one.
	token = c.oneLiving(90*time.Second, a, b, plain)
	if n := c.asked() - asked; n > 3 {
		t.Errorf("stopped: the upstream was asked %d times", n)
	}

	t.Log("ended as a person ends it, during its call: followed at once")
	reached, hang = make(chan struct{}), make(chan struct{})
	defer close(hang)
	a.web.set(func() bool { close(reached); <-hang; return false }, nil, "")
	c.revoke()
	go func() { _, _ = a.report(context.WithoutCancel(t.Context()), token) }()
	<-reached
	answer := make(chan error)
	go func() {
		var err error
		got, err = b.report(t.Context(), token)
		answer <- err
	}()
	time.Sleep(4 * time.Second) // a report waits that long for the one before
	began = time.Now()
	a.signal(syscall.SIGTERM)
	if err := <-answer; err != nil || got == token {
		t.Fatalf("b: %v", err)
	}
	followed(t, began, time.Second)
	a.stop()
	agree(got, plain)
}

// followed fails unless another machine followed in time. A busy machine has three
// seconds more, with which a lease that ran out is still too late.
func followed(t *testing.T, began time.Time, bound time.Duration) {
	t.Helper()
	took := time.Since(began)
	t.Logf("followed after %v", took)
	if took > bound+3*time.Second {
		t.Errorf("followed after %v, at most %v", took, bound)
	}
}

// TestTheRedisLosesAndLies removes keys, one or all, changes values, and disconnects
// machines. Living tokens are still served, the upstream is not flooded, and no
// machine accepts what the team has not written.
func TestTheRedisLosesAndLies(t *testing.T) {
	t.Parallel()
	c := newCrew(t, legacy)
	a, b := c.hire("a", true), c.hire("b", true)
	token := a.mustToken()
	agree(token, b)
	_, client := c.member("thief")
	ctx := t.Context()
	key := func(part string) string {
		t.Helper()
		found, err := client.Keys(ctx, "{tt:five:*}:"+part).Result()
		if err != nil || len(found) != 1 {
			t.Fatalf("keys of %s: %q, %v", part, found, err)
		}
		return found[0]
	}
	there := func() bool {
		return len(client.Keys(ctx, "{tt:five:*}:tok").Val()) == 1 && client.HExists(ctx, key("tok"), "tok").Val()
	}

	for what, lose := range map[string]func() error{
		"the fence": func() error { return client.Del(ctx, key("fence")).Err() },
		"the token": func() error { return client.Del(ctx, key("tok")).Err() },
		"both":      func() error { return client.Del(ctx, key("tok"), key("fence")).Err() },
		"all":       func() error { return client.FlushAll(ctx).Err() },
		"scripts":   func() error { return client.ScriptFlush(ctx).Err() },
	} {
		if err := lose(); err != nil {
			t.Fatal(err)
		}
		token = a.next(token)
		agree(token, b)
		if !there() {
			t.Errorf("%s lost: the team has no token", what)
		}
	}
	if n := c.asked(); n != 6 {
		t.Errorf("after five losses the upstream was asked %d times, not 6", n)
	}

	t.Log("all is lost, and a machine comes back from a short cut: the team has its token again, and the upstream is not asked")
	if err := client.FlushAll(ctx).Err(); err != nil {
		t.Fatal(err)
	}
	a.net.set(true)
	a.net.set(false)
	c.until("the team has a token", 60*time.Second, there)
	agree(token, a, b)
	if n := c.asked(); n != 6 {
		t.Errorf("the upstream was asked %d times, not 6", n)
	}

	t.Log("changed, swapped and lengthened values")
	good := client.HGetAll(ctx, key("tok")).Val()
	for what, change := range map[string]map[string]any{
		"tampered":     {"tok": good["tok"][:len(good["tok"])-1] + "x"},
		"10 MB":        {"tok": strings.Repeat("x", 10<<20)},
		"another kid":  {"kid": "00000000"},
		"in mid-write": {"tok": good["tok"][:10]},
	} {
		if err := client.HSet(ctx, key("tok"), change).Err(); err != nil {
			t.Fatal(err)
		}
		if got := a.mustToken(); got != token {
			t.Errorf("%s: the living token is not served", what)
		}
		_, err := b.report(ctx, token)
		if e := core.AsError(err); e == nil || e.Remedy != core.RemedyTeamValue && e.Remedy != core.RemedyTeamKey {
			t.Errorf("%s: %v", what, err)
		}
		if err := client.HSet(ctx, key("tok"), "tok", good["tok"], "kid", good["kid"]).Err(); err != nil {
			t.Fatal(err)
		}
	}
	if err := client.HSet(ctx, key("tok"), "exp", "99999999999999").Err(); err != nil {
		t.Fatal(err)
	}
	if n := c.asked(); n != 6 {
		t.Errorf("values that are not the team's had the upstream asked: %d times", n)
	}
	if err := client.HSet(ctx, key("tok"), "exp", good["exp"]).Err(); err != nil {
		t.Fatal(err)
	}
	old := good
	token = a.next(token)
	agree(token, b)
	if err := client.HSet(ctx, key("tok"), "tok", old["tok"], "kid", old["kid"]).Err(); err != nil { // replayed
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond) // nothing should happen
	if got := b.mustToken(); got != token {
		t.Error("an older token took the place of a newer one")
	}
	token = a.next(token)
	agree(token, b)

	t.Log("the Redis is away")
	asked := c.asked()
	a.net.set(true)
	b.net.set(true)
	c.until("the rows say so", 60*time.Second, func() bool { x, y := a.account(), b.account(); return x.Team.Error != nil && y.Team.Error != nil })
	if a.mustToken() != token || b.mustToken() != token {
		t.Error("living tokens are not served")
	}
	if out := a.run("", "show", "shop"); !strings.Contains(out, "last token") {
		t.Errorf("show says\n%s", out)
	}
	if _, err := a.report(ctx, token); core.AsError(err) == nil || core.AsError(err).Remedy != core.RemedyRedisAway {
		t.Errorf("a destructive kind without the Redis: %v", err)
	}
	if n := c.asked(); n != asked {
		t.Error("a destructive kind asked alone")
	}
	a.net.set(false)
	b.net.set(false)
	c.until("the rows recover", 60*time.Second, func() bool { x, y := a.account(), b.account(); return x.Team.Error == nil && y.Team.Error == nil })

	t.Log("cut off from the Redis during its call: what came is published later")
	reached := make(chan struct{})
	var once sync.Once
	a.web.set(func() bool { a.net.set(true); once.Do(func() { close(reached) }); return true }, nil, "")
	c.revoke()
	got, err := a.report(ctx, token)
	if err != nil || got == token {
		t.Fatalf("a: %v", err)
	}
	<-reached
	a.web.set(nil, nil, "")
	a.net.set(false)
	agree(got, b)
	token = got

	t.Log("refused for its address: handed over at once")
	a.web.set(nil, nil, `{"errcode":40164,"errmsg":"invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist rid: 1"}`)
	c.revoke()
	if _, err := a.report(ctx, token); core.AsError(err) == nil || core.AsError(err).Class != core.Whitelist {
		t.Errorf("a: %v", err)
	}
	began := time.Now()
	if got, err = b.report(ctx, token); err != nil || got == token {
		t.Fatalf("b: %v", err)
	}
	t.Logf("handed over after %v", time.Since(began))
	agree(got, a)
}
