package cli

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// TestAChildLearnsOfEachNewToken: once, with all that stands beside the token, and not
// of one that only expires at another time.
func TestAChildLearnsOfEachNewToken(t *testing.T) {
	if !tellsOfRenewal {
		t.Skip("no command is told of a renewal on this system")
	}
	synctest.Test(t, func(t *testing.T) {
		r, written := execRun(nil)
		began := time.Now()
		r.agent.token = api.Token{AccessToken: "one-token-of-many-characters-aaaa", ObtainedAt: start(), ExpiresAt: start().Add(time.Hour), Account: "shop", Env: core.Sandbox}
		acc := account("shop", core.Sandbox, time.Hour)
		acc.Mask = core.Mask(r.agent.token.AccessToken)
		r.agent.list.Accounts = []api.Account{acc}
		events := make(chan api.Event)
		r.agent.events = events
		changed := func(token string, life time.Duration) {
			next := acc
			next.Mask, next.ExpiresAt = core.Mask(token), start().Add(life)
			r.agent.token.AccessToken, r.agent.token.ExpiresAt = token, next.ExpiresAt
			events <- api.Event{Type: api.EventAccount, Account: &next}
			synctest.Wait()
		}
		parts := r.parts
		r.parts = func(p *Parts) {
			parts(p)
			p.Now = func() time.Time { return start().Add(time.Since(began)) }
			p.RunChild = func(c Child) (int, error) {
				ctx, cancel := context.WithCancel(context.Background())
				done := make(chan struct{})
				go func() { defer close(done); c.Beside(ctx) }()
				changed("one-token-of-many-characters-aaaa", 2*time.Hour)
				if len(c.Renewed) != 0 {
					t.Error("the same token counts as a new one")
				}
				changed("two-token-of-many-characters-bbbb", 2*time.Hour)
				changed("three-token-of-many-character-cc", 3*time.Hour)
				env := <-c.Renewed
				for _, want := range []string{"A=1", "ACCESS_TOKEN=three-token-of-many-character-cc", "ACCESS_TOKEN_EXPIRES_AT=" + start().Add(3*time.Hour).Format(time.RFC3339)} {
					if !slices.Contains(env, want) {
						t.Errorf("%s is not in %q", want, env)
					}
				}
				if len(c.Renewed) != 0 || strings.Contains(strings.Join(env, " "), "one-token") {
					t.Errorf("%d more, or an old token in %q", len(c.Renewed), env)
				}
				if c.Signal != nil || c.Grace <= 0 {
					t.Errorf("signal %v, grace %v", c.Signal, c.Grace)
				}
				cancel()
				<-done
				return 7, nil
			}
		}
		r.try(t, 7, "exec", "shop", "--restart-on-renew", "--", "sh")
		if len(*written) > 0 {
			t.Errorf("written: %q", *written)
		}
	})
}

// TestAFileThatCannotBeWritten is tried again until it has the new token. The child
// hears of the token only then, and the reason is printed once.
func TestAFileThatCannotBeWritten(t *testing.T) {
	if !tellsOfRenewal {
		t.Skip("no command is told of a renewal on this system")
	}
	synctest.Test(t, func(t *testing.T) {
		r, _ := execRun(nil)
		began := time.Now()
		first := "one-token-of-many-characters-aaaa"
		r.agent.token = api.Token{AccessToken: first, ObtainedAt: start(), ExpiresAt: start().Add(time.Hour), Account: "shop", Env: core.Sandbox}
		acc := account("shop", core.Sandbox, time.Hour)
		acc.Mask = core.Mask(first)
		r.agent.list.Accounts = []api.Account{acc}
		events := make(chan api.Event)
		r.agent.events = events
		changed := func(token string) {
			next := acc
			next.Mask, next.ExpiresAt = core.Mask(token), start().Add(2*time.Hour)
			r.agent.token.AccessToken, r.agent.token.ExpiresAt = token, next.ExpiresAt
			events <- api.Event{Type: api.EventAccount, Account: &next}
			synctest.Wait()
		}
		dir := filepath.Join(t.TempDir(), "run")
		away, file := dir+"-away", filepath.Join(dir, "token")
		var tries atomic.Int32
		parts := r.parts
		r.parts = func(p *Parts) {
			parts(p)
			p.Now = func() time.Time { return start().Add(time.Since(began)) }
			p.WriteToken = func(path string, _ core.PushForm, token api.Token) error {
				tries.Add(1)
				return os.WriteFile(path, []byte(token.AccessToken), 0o600)
			}
			p.RunChild = func(c Child) (int, error) {
				ctx, cancel := context.WithCancel(context.Background())
				done := make(chan struct{})
				go func() { defer close(done); c.Beside(ctx) }()
				if err := os.Rename(dir, away); err != nil {
					t.Fatal(err)
				}
				changed("two-token-of-many-characters-bbbb")
				time.Sleep(time.Minute)
				changed("three-token-of-many-character-cc")
				time.Sleep(time.Minute + time.Second)
				synctest.Wait()
				if len(c.Renewed) != 0 {
					t.Error("the child is told of a token that is not in the file")
				}
				if n := tries.Load(); n < 10 || n > 20 {
					t.Errorf("%d tries in two minutes", n)
				}
				if err := os.Rename(away, dir); err != nil {
					t.Fatal(err)
				}
				time.Sleep(askAgain + time.Second)
				synctest.Wait()
				if raw, err := os.ReadFile(file); string(raw) != "three-token-of-many-character-cc" {
					t.Errorf("the file has %q, %v", raw, err)
				}
				if len(c.Renewed) != 1 || !slices.Contains(<-c.Renewed, "ACCESS_TOKEN=three-token-of-many-character-cc") {
					t.Error("the child is not told of the token that is in the file")
				}
				written := tries.Load()
				time.Sleep(time.Minute)
				synctest.Wait()
				if more := tries.Load() - written; more != 0 || len(c.Renewed) != 0 {
					t.Errorf("%d more writes, %d more notices", more, len(c.Renewed))
				}
				cancel()
				<-done
				return 7, nil
			}
		}
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		r.try(t, 7, "exec", "shop", "--renew-file", file, "--restart-on-renew", "--", "sh")
		if n := strings.Count(r.term.err.String(), "tokentray: "); n != 1 {
			t.Errorf("%d errors are printed, want 1: %s", n, r.term.err.String())
		}
	})
}

// TestWhatARenewalCannotDo is refused before any question.
func TestWhatARenewalCannotDo(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"shop", "--signal", "KILL"}, "KILL is not a signal for --signal: HUP, USR1"},
		{[]string{"shop", "--signal", "1"}, "HUP, USR1"},
		{[]string{"shop", "--signal", "HUP", "--restart-on-renew"}, "exclude each other"},
		{[]string{"shop", "blog", "--var", "A", "--var", "B", "--restart-on-renew"}, "follow one account"},
		{[]string{"--open-api", "shop", "--signal", "HUP"}, "follow one account"},
	} {
		if !tellsOfRenewal {
			tt.want = "Windows"
		}
		r, _ := execRun(func(Child) int { t.Error("it ran"); return 0 })
		r.try(t, 2, append(append([]string{"exec"}, tt.args...), "--", "sh")...)
		if !strings.Contains(r.term.err.String(), tt.want) {
			t.Errorf("%q: %s, want %q", tt.args, r.term.err.String(), tt.want)
		}
		if len(r.agent.calls) > 0 {
			t.Errorf("%q: the agent was asked %q", tt.args, r.agent.calls)
		}
	}
}

// TestAReferenceFollowsItsAccount: a command of run gets its whole environment anew, with
// each reference in its form.
func TestAReferenceFollowsItsAccount(t *testing.T) {
	first := api.Token{AccessToken: "one-token-of-many-characters-aaaa", ExpiresAt: start().Add(time.Hour), Account: "shop", Env: core.Sandbox}
	second := first
	second.AccessToken = "two-token-of-many-characters-bbbb"
	shop, blog := api.Ref{Name: "shop", Env: core.Sandbox}, api.Ref{Name: "blog", Env: core.Sandbox}
	other := first
	other.Account, other.AccessToken = "blog", "blog-token-of-many-characters-cc"
	r := &references{
		list:   []reference{{name: "A", ref: shop}, {name: "B", ref: shop, format: "header"}, {name: "C", ref: blog}},
		env:    []string{"X=1", "A=tokentray://shop", "B=tokentray://shop?format=header", "C=tokentray://blog"},
		tokens: map[api.Ref]api.Token{shop: first, blog: other},
		specs:  map[api.Ref]kinds.Spec{shop: {Token: kinds.Place{Header: "Authorization", Prefix: "Bearer "}}},
	}
	var got []string
	r.renewed(shop, second, func(env []string) { got = env })
	for _, want := range []string{"X=1", "A=" + second.AccessToken, "B=Authorization: Bearer " + second.AccessToken, "C=" + other.AccessToken} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is not in %q", want, got)
		}
	}
	if all := strings.Join(got, " "); strings.Contains(all, first.AccessToken) || strings.Contains(all, "tokentray://") {
		t.Errorf("an old token or a reference is left: %q", got)
	}
}
