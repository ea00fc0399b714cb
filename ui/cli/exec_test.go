package cli

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/format"
)

// execRun is a run of exec whose child a test plays.
func execRun(child func(Child) int) (*run, *[]string) {
	r, written := withToken(newRun()), &[]string{}
	r.parts = func(p *Parts) {
		p.Environ = func() []string {
			return []string{"A=1", "ACCESS_TOKEN=old", "ACCESS_TOKEN_X=2", "TOKENTRAY_PASSPHRASE_FILE=/p"}
		}
		p.WriteToken = func(path string, form core.PushForm, t api.Token) error {
			*written = append(*written, string(form)+" "+t.AccessToken)
			return nil
		}
		p.RunChild = func(c Child) (int, error) {
			ctx, cancel := context.WithCancel(context.Background())
			done := make(chan struct{})
			go func() {
				defer close(done)
				if c.Beside != nil {
					c.Beside(ctx)
				}
			}()
			code := child(c)
			cancel()
			<-done
			return code, nil
		}
	}
	return r, written
}

func TestWhatAChildInherits(t *testing.T) {
	var got Child
	r, _ := execRun(func(c Child) int { got = c; return 42 })
	r.try(t, 42, "exec", "shop", "--min-ttl", "5m", "--", "sh", "-c", "x y")
	if !slices.Equal(got.Args, []string{"sh", "-c", "x y"}) || r.agent.minTTL != 5*time.Minute || got.Beside != nil {
		t.Errorf("%q after a life of %s", got.Args, r.agent.minTTL)
	}
	for _, want := range []string{"A=1", "ACCESS_TOKEN_X=2", "TOKENTRAY_EXEC=ACCESS_TOKEN", "ACCESS_TOKEN=" + r.agent.token.AccessToken, "ACCESS_TOKEN_APPID=" + r.agent.token.AppID} {
		if !slices.Contains(got.Env, want) {
			t.Errorf("%s is not in %q", want, got.Env)
		}
	}
	if slices.Contains(got.Env, "TOKENTRAY_PASSPHRASE_FILE=/p") {
		t.Error("the passphrase file is handed on")
	}
	if slices.Contains(got.Env, "ACCESS_TOKEN=old") || strings.Contains(strings.Join(got.Args, " "), r.agent.token.AccessToken) {
		t.Errorf("env %q, args %q", got.Env, got.Args)
	}
}

// TestNoTokenStaysBehindALink: at the end it goes from where the link leads.
func TestNoTokenStaysBehindALink(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, link); err != nil {
		t.Skip(err)
	}
	r, _ := execRun(func(Child) int { return 0 })
	r.agent.list.Accounts = []api.Account{account("shop", core.Sandbox, time.Hour)}
	parts := r.parts
	r.parts = func(p *Parts) {
		parts(p)
		p.WriteToken = func(path string, _ core.PushForm, token api.Token) error {
			return os.WriteFile(path, []byte(token.AccessToken), 0o600)
		}
		p.RunChild = func(Child) (int, error) {
			if raw, err := os.ReadFile(file); err != nil || len(raw) == 0 {
				t.Errorf("it holds %q, %v", raw, err)
			}
			return 0, nil
		}
	}
	r.try(t, 0, "exec", "shop", "--renew-file", link, "--", "sh")
	if raw, err := os.ReadFile(file); err == nil {
		t.Errorf("%d bytes stayed", len(raw))
	}
}

// TestAKeptFileFollowsTheToken, over the end of an agent: one that was stopped on
// purpose is not started again before the token is about to end, one that ended
// by accident is at once.
func TestAKeptFileFollowsTheToken(t *testing.T) {
	for name, tt := range map[string]struct {
		last  api.Event
		start time.Duration // after which an agent may be started
	}{
		"by accident": {api.Event{Type: api.EventClipboard}, 0},
		"on purpose":  {api.Event{Type: api.EventBye}, time.Hour - lastCall},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, written := execRun(nil)
				began := time.Now()
				now := func() time.Time { return start().Add(time.Since(began)) }
				r.agent.token = api.Token{AccessToken: "one-token-of-many-characters-aaaa", ObtainedAt: start(), ExpiresAt: start().Add(time.Hour), Account: "shop", Env: core.Sandbox}
				acc := account("shop", core.Sandbox, time.Hour)
				r.agent.list.Accounts = []api.Account{acc}
				r.agent.events = make(chan api.Event)
				events := r.agent.events
				var started time.Duration
				parts := r.parts
				r.parts = func(p *Parts) {
					parts(p)
					connect := p.Connect
					p.Now = now
					p.Connect = func(ctx context.Context, home string, start bool) (api.Agent, error) {
						r.none = time.Since(began) > 0 && started == 0 // it is gone
						agent, err := connect(ctx, home, start)
						if err == nil && start && time.Since(began) > 0 {
							started = time.Since(began)
						}
						return agent, err
					}
					p.RunChild = func(c Child) (int, error) {
						ctx, cancel := context.WithCancel(context.Background())
						done := make(chan struct{})
						go func() { defer close(done); c.Beside(ctx) }()
						acc.Mask, acc.ObtainedAt = core.Mask("two-token-of-many-characters-bbbb"), start()
						r.agent.token.AccessToken = "two-token-of-many-characters-bbbb"
						events <- api.Event{Type: api.EventAccount, Account: &acc}
						r.agent.events = make(chan api.Event)
						events <- tt.last
						close(events)
						time.Sleep(59 * time.Minute)
						cancel()
						<-done
						return 0, nil
					}
				}
				r.try(t, 0, "exec", "shop", "--renew-file", t.TempDir()+"/t.json", "--", "sh")
				want := []string{"json one-token-of-many-characters-aaaa", "json two-token-of-many-characters-bbbb"}
				if len(*written) < 2 || !slices.Equal((*written)[:2], want) {
					t.Errorf("written: %q", *written)
				}
				if started < tt.start || started > tt.start+6*time.Second || started == 0 {
					t.Errorf("an agent was started after %v, want %v", started, tt.start)
				}
			})
		})
	}
}

// TestAKeptFileIsOfItsAccount: whatever that is called by now, and of no other
// once it is gone.
func TestAKeptFileIsOfItsAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		agent := &fake{events: make(chan api.Event), token: api.Token{AccessToken: "two"}}
		now := time.Now()
		k := &keptFile{app: &app{Parts: Parts{
			Term: &terminal{}, Now: time.Now, Getenv: func(string) string { return "" },
			WriteToken: func(string, core.PushForm, api.Token) error { return nil },
		}}, agent: agent, picture: api.NewPicture(api.Whole), id: "1"}
		k.token.Store(&api.Token{AccessToken: "one", ObtainedAt: now, ExpiresAt: now.Add(time.Hour)})
		agent.token.ObtainedAt, agent.token.ExpiresAt = now, now.Add(2*time.Hour)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); k.run(ctx) }()
		mine := api.Account{Account: core.Account{ID: "1", Name: "shop", Env: core.Sandbox}, Mask: core.Mask("one"), ExpiresAt: now.Add(time.Hour)}
		agent.events <- api.Event{Type: api.EventSnapshot, Snapshot: &api.List{Accounts: []api.Account{mine}}}
		mine.Name, mine.Mask, mine.ExpiresAt = "mall", core.Mask("two"), now.Add(2*time.Hour)
		agent.events <- api.Event{Type: api.EventAccount, Account: &mine}
		agent.events <- api.Event{Type: api.EventRemoved, Removed: "1"}
		agent.events <- api.Event{Type: api.EventAccount, Account: &api.Account{Account: core.Account{ID: "2", Name: "mall", Env: core.Sandbox}, Mask: core.Mask("other")}}
		time.Sleep(3 * time.Hour)
		cancel()
		<-ended
		if want := []string{"events", "token mall/sandbox"}; !slices.Equal(agent.calls, want) {
			t.Errorf("the agent was asked %q, want %q", agent.calls, want)
		}
		if !strings.Contains(k.lastFailure, "was removed") {
			t.Errorf("told %q, want that the account was removed", k.lastFailure)
		}
	})
}

// TestAChildMakesCalls: with one account a command learns where it makes calls, and a
// key for them; without the API, or with several accounts, it has what it inherits of
// neither.
func TestAChildMakesCalls(t *testing.T) {
	calls := func(env []string) (out []string) {
		for _, e := range env {
			if strings.HasPrefix(e, "TOKENTRAY_CALL_") {
				out = append(out, e)
			}
		}
		return out
	}
	for _, tt := range []struct {
		child string
		args  []string
		want  []string
	}{
		{"ttk_child", []string{"shop"}, []string{"TOKENTRAY_CALL_URL=http://127.0.0.1:17278/call/shop/sandbox", "TOKENTRAY_CALL_KEY=ttk_child"}},
		{"", []string{"shop"}, nil},
		{"ttk_child", []string{"shop", "shop/live", "--var", "A", "--var", "B"}, nil},
	} {
		var got Child
		r, _ := execRun(func(c Child) int { got = c; return 0 })
		r.agent.child = tt.child
		r.try(t, 0, append(append([]string{"exec"}, tt.args...), "--", "sh")...)
		if env := calls(got.Env); !slices.Equal(env, tt.want) {
			t.Errorf("%v: %q, want %q", tt.args, env, tt.want)
		}
	}
}

// TestAnAgentStartedByAChildGetsNoKey: what a command starts may outlive it, and the
// agent and the window drop what its environment has of tokens and keys.
func TestAnAgentStartedByAChildGetsNoKey(t *testing.T) {
	for _, args := range [][]string{{"exec", "shop"}, {"exec", "--open-api", "shop"}} {
		var got Child
		r, _ := execRun(func(c Child) int { got = c; return 0 })
		r.agent.child = "ttk_child"
		r.try(t, 0, append(args, "--", "sh")...)
		if env := strings.Join(got.Env, "\n"); !strings.Contains(env, "ttk_") {
			t.Fatalf("%v: the command has no key: %q", args, env)
		}
		for _, entry := range format.CleanEnv(got.Env) {
			if strings.Contains(entry, "ttk_") || strings.Contains(entry, r.agent.token.AccessToken) {
				t.Errorf("%v: %s is handed on", args, strings.Split(entry, "=")[0])
			}
		}
	}
}
