//go:build linux

package engines

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// TestOneMemberIsRefused: by a wrong secret, or for its address. It asks once and hands
// over; if all are refused, each asks once, and then nobody does.
func TestOneMemberIsRefused(t *testing.T) {
	t.Parallel()
	c := newCrew(t, legacy)
	a, b := c.machine("a"), c.machine("b")
	a.run(strings.Repeat("f", 32)+"\n", "add", "shop", "--kind", legacy, "--appid", appID, "--secret-stdin", "--base-url", a.upstream.URL, "--proxy", a.web.url, "--paused")
	b.add(legacy)
	c.join(a)
	c.join(b)
	if _, err := a.token(t.Context()); core.AsError(err) == nil || core.AsError(err).Class != core.BadSecret {
		t.Errorf("a wrong secret: %v", err)
	}
	began := time.Now()
	token, err := b.token(t.Context())
	if err != nil {
		t.Fatalf("b: %v", err)
	}
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("b waited %v for a machine that cannot fetch", took)
	}
	agree(token, a, b)
	if x, y := a.web.asked(), b.web.asked(); x != 1 || y != 1 {
		t.Errorf("a asked %d times, and b %d times", x, y)
	}
	if out := a.run("", "team", "status"); !strings.Contains(out, "shop/sandbox") {
		t.Errorf("status says\n%s", out)
	}

	t.Log("all are refused for their addresses")
	if _, err := a.client.Edit(t.Context(), shop(), api.AccountInput{Secret: ptr(appSecret)}); err != nil {
		t.Fatal(err)
	}
	agree(token, a)
	refusal := `{"errcode":40164,"errmsg":"invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist rid: 1"}`
	a.web.set(nil, nil, refusal)
	b.web.set(nil, nil, refusal)
	before := []int{a.web.asked(), b.web.asked()}
	c.revoke()
	for _, m := range []*machine{a, b} {
		if _, err := m.report(t.Context(), token); core.AsError(err) == nil {
			t.Errorf("%s is refused, and has a token", m.name)
		}
	}
	time.Sleep(10 * time.Second) // longer than a lease, and than what keeps reports apart
	for range 3 {
		_, _ = a.token(t.Context())
		_, _ = b.token(t.Context())
	}
	if x, y := a.web.asked()-before[0], b.web.asked()-before[1]; x > 1 || y > 1 {
		t.Errorf("a asked %d times, and b %d times", x, y)
	}
	a.web.set(nil, nil, "")
	b.web.set(nil, nil, "")
	got, err := b.report(t.Context(), token)
	if err != nil || got == token {
		t.Fatalf("after the whitelist was mended: %v", err)
	}
	agree(got, a, b)
}

// TestASilentUpstream: packets of the machine that asks go nowhere, while its Redis answers.
// Its call ends by its own limit, and another machine brings the token, which both have.
func TestASilentUpstream(t *testing.T) {
	t.Parallel()
	c := newCrew(t, legacy)
	a, b := c.hire("a", true), c.hire("b", true)
	token := a.mustToken()
	agree(token, b)
	asked := b.web.asked()

	reached, end := make(chan struct{}), make(chan struct{})
	var once sync.Once
	a.web.set(func() bool { once.Do(func() { close(reached) }); <-end; return false }, nil, "")
	defer a.web.set(nil, nil, "")
	defer close(end)
	c.revoke()
	began := time.Now()
	failed := make(chan error, 1)
	go func() {
		_, err := a.report(t.Context(), token)
		failed <- err
	}()
	<-reached
	var got string
	took := c.until("b has the next token", 90*time.Second, func() bool {
		var err error
		got, err = b.report(t.Context(), token)
		if e := core.AsError(err); err != nil && e.Class != core.Temporary {
			t.Fatalf("b: %v", err)
		}
		return err == nil && got != token
	})
	t.Logf("b had the next token after %v, %v after the call began", took, time.Since(began))
	if err := <-failed; err != nil && core.AsError(err).Class != core.Temporary {
		t.Errorf("a: %v", err)
	}
	agree(got, a, b) // a has it from the Redis
	if !c.lives(got) {
		t.Error("upstream does not know the token")
	}
	if n := b.web.asked() - asked; n != 1 {
		t.Errorf("b asked %d times", n)
	}
}

// TestTwentyLives has five machines ask for each of twenty tokens at the same time
// and then report it at the same time: one call each.
func TestTwentyLives(t *testing.T) {
	t.Parallel()
	c := newCrew(t, stable)
	var five []*machine
	for i := range 5 {
		five = append(five, c.hire(fmt.Sprint("m", i), true))
	}
	token := five[0].mustToken()
	for life := range 20 {
		var wg sync.WaitGroup
		for _, m := range five {
			wg.Go(func() {
				if got, err := m.token(t.Context()); err != nil || got != token {
					t.Errorf("life %d: %s has %s, %v", life, m.name, core.Mask(got), err)
				}
			})
		}
		wg.Wait()
		if n := c.asked(); n != life+1 {
			t.Fatalf("in life %d the upstream was asked %d times", life+1, n)
		}
		if life == 19 {
			break
		}
		c.revoke()
		next := make([]string, len(five))
		for i, m := range five {
			wg.Go(func() {
				got, err := m.report(t.Context(), token)
				if err != nil {
					t.Errorf("life %d: %s: %v", life, m.name, err)
				}
				next[i] = got
			})
		}
		wg.Wait()
		for i := range next {
			if next[i] != next[0] || next[i] == token {
				t.Fatalf("life %d: after the report %s has another token", life, five[i].name)
			}
		}
		token = next[0]
	}
}
