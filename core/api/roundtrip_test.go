package api

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/local"
)

func ptr[T any](v T) *T { return &v }

// outcome is a call's result beside its error.
func outcome[T any](v T, err error) (any, error) { return v, err }

func done(err error) (any, error) { return nil, err }

// calls are one use of every method but the streams and the ends, what the
// agent must see of it and what the caller must get.
func calls() []struct {
	name string
	do   func(context.Context, *Client) (any, error)
	seen string
	want any
} {
	shop, live := Ref{Name: "shop"}, Ref{Name: "商店 a%b?c#d", Env: core.Live}
	return []struct {
		name string
		do   func(context.Context, *Client) (any, error)
		seen string
		want any
	}{
		{
			"status", func(x context.Context, c *Client) (any, error) { return outcome(c.Status(x)) }, "status",
			Status{Version: "1.2.3", API: Version, StartedAt: fakeAt, Vault: Vault{Kind: "file", State: "open"}},
		},
		{"kinds", func(x context.Context, c *Client) (any, error) { return outcome(c.Kinds(x)) }, "kinds", kinds.Builtin()},
		{
			"list", func(x context.Context, c *Client) (any, error) { return outcome(c.List(x)) }, "list",
			List{Active: core.Live, Accounts: []Account{fakeAccount()}, Settings: core.DefaultSettings()},
		},
		{"account", func(x context.Context, c *Client) (any, error) { return outcome(c.Account(x, live)) }, "account 商店 a%b?c#d/live", fakeAccount()},
		{"account of the active environment", func(x context.Context, c *Client) (any, error) { return outcome(c.Account(x, shop)) }, "account shop", fakeAccount()},
		{
			"add", func(x context.Context, c *Client) (any, error) {
				return outcome(c.Add(x, AccountInput{Input: core.Input{Name: ptr("shop")}, Secret: ptr("s3cret")}))
			}, "add shop s3cret",
			Saved{Account: fakeAccount(), Warnings: []core.Problem{{Field: "appid", Key: kinds.ProblemAppIDOdd, Warn: true}}},
		},
		{"edit", func(x context.Context, c *Client) (any, error) {
			return outcome(c.Edit(x, live, AccountInput{Input: core.Input{Auto: ptr(false)}}))
		}, "edit 商店 a%b?c#d/live auto=false name=<nil>", Saved{Account: fakeAccount()}},
		{"remove", func(x context.Context, c *Client) (any, error) { return done(c.Remove(x, shop)) }, "remove shop", nil},
		{"test", func(x context.Context, c *Client) (any, error) {
			return outcome(c.Test(x, TestRequest{Ref: &shop, Input: AccountInput{Input: core.Input{AppID: ptr("wx1")}}}))
		}, "test shop wx1", TestResult{ExpiresIn: 7200, Mask: "88_fa••••oken"}},
		{"token", func(x context.Context, c *Client) (any, error) { return outcome(c.Token(x, live, 90*time.Second)) }, "token 商店 a%b?c#d/live 1m30s", fakeTokenAnswer()},
		{"token for any life", func(x context.Context, c *Client) (any, error) { return outcome(c.Token(x, shop, 0)) }, "token shop 0s", fakeTokenAnswer()},
		{"refresh", func(x context.Context, c *Client) (any, error) {
			return outcome(c.Refresh(x, shop, RefreshRequest{Stale: "old", Person: true}))
		}, "refresh shop {Stale:old Force:false Person:true Failing:false}", fakeTokenAnswer()},
		{"grants", func(x context.Context, c *Client) (any, error) { return outcome(c.Grants(x)) }, "grants", fakeGrants()},
		{"grant", func(x context.Context, c *Client) (any, error) {
			return outcome(c.Grant(x, shop, GrantInput{Client: "claude", Calls: []string{"reads"}, Write: true, Seconds: 60, Seat: "s"}))
		}, "grant shop {Client:claude Calls:[reads] Write:true Seconds:60 Seat:s}", fakeGrant()},
		{"revoke grant", func(x context.Context, c *Client) (any, error) { return done(c.RevokeGrant(x, 7)) }, "revoke grant 7", nil},
		{"decline", func(x context.Context, c *Client) (any, error) { return done(c.DeclineAsk(x, 8)) }, "decline 8", nil},
		{"revoke grants", func(x context.Context, c *Client) (any, error) { return done(c.RevokeGrants(x, "商店 a%b?c#d")) }, "revoke grants 商店 a%b?c#d", nil},
		{"explain", func(x context.Context, c *Client) (any, error) {
			return outcome(c.Explain(x, ExplainRequest{Text: "{}", Kind: "wecom"}))
		}, "explain {Text:{} Kind:wecom}", fakeExplanation()},
		{
			"sign", func(x context.Context, c *Client) (any, error) {
				return outcome(c.Sign(x, live, SignRequest{URL: "https://shop.example.com#x", Ticket: "corp", Nonce: "n", Timestamp: 7, Reveal: true, Copy: true, Renew: true, Person: true}))
			}, "sign 商店 a%b?c#d/live {URL:https://shop.example.com#x Ticket:corp Nonce:n Timestamp:7 Reveal:true Copy:true Renew:true Person:true Agent:}",
			fakeSignature(),
		},
		{"teams", func(x context.Context, c *Client) (any, error) { return outcome(c.Teams(x)) }, "teams", []Team{fakeTeam()}},
		{"create team", func(x context.Context, c *Client) (any, error) {
			return outcome(c.CreateTeam(x, TeamInput{Name: "five", Redis: "redis://r", Password: "p", Plain: true}))
		}, "create team {Name:five Redis:redis://r Password:p Member: Plain:true}", fakeTeam()},
		{"invite to a team", func(x context.Context, c *Client) (any, error) {
			return outcome(c.InviteTo(x, "five", core.NewSecret("pass")))
		}, "invite to five pass", Invite{Team: "five", Age: []byte("age")}},
		{"edit team", func(x context.Context, c *Client) (any, error) {
			return outcome(c.EditTeam(x, "five", TeamEdit{Redis: "redis://r", Password: ptr("p"), Plain: true}))
		}, "edit team five redis://r p true", fakeTeam()},
		{"rotate a team's key", func(x context.Context, c *Client) (any, error) {
			return outcome(c.RotateTeam(x, "five", core.NewSecret("pass")))
		}, "rotate team five pass", Invite{Team: "five", Age: []byte("age")}},
		{
			"join team", func(x context.Context, c *Client) (any, error) {
				return outcome(c.JoinTeam(x, TeamJoin{Age: []byte("age"), Passphrase: "pass", Apply: true}))
			}, "join team age pass true",
			TeamJoined{Team: "five", Roster: []TeamListed{{Name: "shop", Env: core.Live, Here: "shop/live", New: true}}, Done: true},
		},
		{"leave team", func(x context.Context, c *Client) (any, error) { return outcome(c.LeaveTeam(x, "five")) }, "leave team five", TeamLeft{Paused: []string{"shop/live"}}},
		{"share", func(x context.Context, c *Client) (any, error) {
			return outcome(c.Share(x, live, ShareInput{Team: "five", Plain: true}))
		}, "share 商店 a%b?c#d/live {Team:five Plain:true}", fakeAccount()},
		{"unshare", func(x context.Context, c *Client) (any, error) { return outcome(c.Unshare(x, shop)) }, "unshare shop", fakeAccount()},
		{"presets", func(x context.Context, c *Client) (any, error) { return outcome(c.Presets(x)) }, "presets", []Preset{fakePreset()}},
		{
			"preset", func(x context.Context, c *Client) (any, error) { return outcome(c.Preset(x, "wren")) }, "preset wren",
			Preset{Kind: "wren", Own: true, Hosts: []string{"https://api.wren.example"}, Repeat: core.RepeatSame, Accounts: 2, File: []byte("{}")},
		},
		{
			"add preset", func(x context.Context, c *Client) (any, error) {
				return outcome(c.AddPreset(x, PresetFile{File: []byte("{}"), Replace: true}))
			}, "add preset {} true", PresetSaved{Preset: fakePreset(), Replaced: true, Paused: []string{"shop/live"}},
		},
		{"remove preset", func(x context.Context, c *Client) (any, error) { return done(c.RemovePreset(x, "wren")) }, "remove preset wren", nil},
		{
			"try preset", func(x context.Context, c *Client) (any, error) {
				return outcome(c.TryPreset(x, PresetTry{Kind: "wren", AppID: "r1", Secret: "s"}))
			}, "try preset wren r1",
			PresetTrial{Method: "POST", URL: "https://x", Status: 200, Found: []PresetFound{{Field: "token", Path: "a.b", There: true, Value: "88_fa••••oken"}}, ExpiresIn: 60},
		},
		{
			"quota", func(x context.Context, c *Client) (any, error) {
				return outcome(c.Quota(x, live, QuotaRequest{Paths: []string{"/a/b", "/c"}}))
			}, "quota 商店 a%b?c#d/live [/a/b /c]", QuotaResult{Usage: fakeUsage(), CallsToday: 7, Budget: 9, Resets: 10},
		},
		{
			"reset quota", func(x context.Context, c *Client) (any, error) { return outcome(c.ResetQuota(x, shop)) }, "reset quota shop",
			Account{Account: core.Account{Name: "shop", Env: core.Live}},
		},
		{
			"check", func(x context.Context, c *Client) (any, error) { return outcome(c.Check(x, live)) }, "check 商店 a%b?c#d/live",
			CheckResult{Dead: true, Error: &Error{Class: core.Misuse, Message: "dead", UpstreamCode: 40001}},
		},
		{
			"history", func(x context.Context, c *Client) (any, error) {
				return outcome(c.History(x, shop, HistoryQuery{Limit: 7, Since: fakeAt}))
			}, "history shop 7 " + fakeAt.Format(time.RFC3339),
			[]HistoryEntry{{At: fakeAt, What: core.DidRenew, Took: time.Second, Calls: 1}},
		},
		{
			"failures", func(x context.Context, c *Client) (any, error) { return outcome(c.Failures(x, fakeAt)) }, "failures " + fakeAt.Format(time.RFC3339),
			[]Failure{{Account: "shop", Env: core.Live, Lines: 2, Newest: HistoryEntry{At: fakeAt, What: core.DidFail, Code: 40164}}},
		},
		{"copy", func(x context.Context, c *Client) (any, error) {
			return outcome(c.Copy(x, live, CopyRequest{Format: "raw", Previous: true}))
		}, "copy 商店 a%b?c#d/live {Format:raw Path: Previous:true Notify:false}", fakeClipboard()},
		{"copy a text", func(x context.Context, c *Client) (any, error) {
			return outcome(c.CopyText(x, TextRequest{Text: core.NewSecret("ttk_é\n<&>"), Secret: true, Key: "ci"}))
		}, "text ttk_é\n<&> true ci", Clipboard{Key: "ci", ClearsAt: fakeAt}},
		{"clear", func(x context.Context, c *Client) (any, error) { return done(c.ClearClipboard(x)) }, "clear", nil},
		{"use", func(x context.Context, c *Client) (any, error) { return done(c.Use(x, core.Live)) }, "use live", nil},
		{"pause", func(x context.Context, c *Client) (any, error) { return done(c.PauseAll(x, true)) }, "pause true", nil},
		{"setting", func(x context.Context, c *Client) (any, error) { return outcome(c.SetSetting(x, "theme", "dark")) }, "set theme=dark", core.DefaultSettings()},
		{"vault init", func(x context.Context, c *Client) (any, error) { return outcome(c.VaultInit(x, core.NewSecret("pw"))) }, "init pw", Vault{Kind: "file", State: "open"}},
		{"vault unlock", func(x context.Context, c *Client) (any, error) {
			return outcome(c.VaultUnlock(x, core.NewSecret("pw")))
		}, "unlock pw", Vault{Kind: "file", State: "open"}},
		{"vault lock", func(x context.Context, c *Client) (any, error) { return outcome(c.VaultLock(x)) }, "lock", Vault{Kind: "file", State: "locked"}},
		{"open", func(x context.Context, c *Client) (any, error) {
			return outcome(c.Open(x, Showing{Account: &Ref{Name: "shop", Env: core.Live}, Search: "state:blocked"}))
		}, "open shop/live state:blocked", 2},
		{"session", func(x context.Context, c *Client) (any, error) {
			return done(c.Session(x, Session{Display: ":9", DBus: "unix:path=/x"}))
		}, "session {Display::9 WaylandDisplay: XAuthority: DBus:unix:path=/x}", nil},
		{
			"loopback", func(x context.Context, c *Client) (any, error) { return outcome(c.Loopback(x)) }, "loopback",
			Loopback{State: DoorOn, Port: 17278, Addresses: []string{"127.0.0.1:17278"}, Keys: 2},
		},
		{"set loopback", func(x context.Context, c *Client) (any, error) {
			return outcome(c.SetLoopback(x, LoopbackRequest{On: true, Port: 18000}))
		}, "loopback true 18000", Loopback{State: DoorOff, Port: 17278}},
		{
			"keys", func(x context.Context, c *Client) (any, error) { return outcome(c.ClientKeys(x)) }, "keys",
			[]ClientKey{{Name: "postman", Envs: core.Envs(), Created: fakeAt, LastUsed: fakeAt}},
		},
		{
			"add key", func(x context.Context, c *Client) (any, error) {
				return outcome(c.AddClientKey(x, ClientKeyInput{Name: "ci", Accounts: []string{"商店"}, Envs: core.Envs(), Origins: []string{"http://a"}, CallRights: core.CallRights{Calls: []string{"reads"}, LiveWrite: true, NoToken: true, Rate: 1, Burst: 2}}))
			}, "add key {Name:ci Accounts:[商店] Envs:[sandbox live] Origins:[http://a] Hosts:[] CallRights:{Calls:[reads] LiveWrite:true NoToken:true Rate:1 Burst:2}}",
			NewClientKey{ClientKey{Name: "ci", Envs: core.Envs(), Created: fakeAt}, "ttk_key"},
		},
		{"add child key", func(x context.Context, c *Client) (any, error) { return outcome(c.AddChildKey(x, live, 42)) }, "child key 商店 a%b?c#d/live 42", ChildKey{Key: "ttk_key", URL: "http://127.0.0.1:17278/call/shop/live"}},
		{"revoke key", func(x context.Context, c *Client) (any, error) { return done(c.RevokeClientKey(x, "商店 a%b?c#d")) }, "revoke 商店 a%b?c#d", nil},
		{
			"access log", func(x context.Context, c *Client) (any, error) { return outcome(c.AccessLog(x, 7)) }, "log 7",
			[]Access{{At: fakeAt, Key: "postman", Call: "token", Account: "shop/live", Status: 200, Count: 3}},
		},
		{
			"add push", func(x context.Context, c *Client) (any, error) {
				return outcome(c.AddPush(x, live, PushInput{Kind: core.PushFile, Path: "/srv/.env", Key: "T", Overwrite: true}))
			}, "add push 商店 a%b?c#d/live {Kind:file Path:/srv/.env Form: Key:T InPlace:false Private:false Command:[] Timeout:0 Overwrite:true Redis:<nil> RedisPassword:<nil> Replace:0 DryRun:false}", fakePush(),
		},
		{"remove push", func(x context.Context, c *Client) (any, error) { return done(c.RemovePush(x, shop, 2)) }, "remove push shop 2", nil},
		{"run push", func(x context.Context, c *Client) (any, error) { return outcome(c.RunPush(x, live, 2)) }, "run push 商店 a%b?c#d/live 2", fakePush()},
		{"backup", func(x context.Context, c *Client) (any, error) {
			return outcome(c.Backup(x, core.NewSecret("pw")))
		}, "backup pw", Backup{Age: []byte("age\x00file"), Accounts: 2, NoSecret: []string{"shop/live"}}},
		{"import", func(x context.Context, c *Client) (any, error) {
			return outcome(c.Import(x, ImportRequest{
				Accounts: []AccountInput{{Input: core.Input{Name: ptr("shop")}, Secret: ptr("s3cret")}}, Settings: map[string]string{"theme": "dark"},
				OnConflict: ConflictRename, Apply: "00",
			}))
		}, "import 1 rename map[theme:dark] 00", fakePlan()},
		{"import a file", func(x context.Context, c *Client) (any, error) {
			return outcome(c.Import(x, ImportRequest{File: &ImportFile{Name: "a.env", Data: []byte("A=1\x00"), From: "dotenv"}}))
		}, "import a.env A=1\x00 dotenv", fakePlan()},
		{"export", func(x context.Context, c *Client) (any, error) {
			return outcome(c.Export(x, ExportRequest{Format: ExportCSV, Env: core.Live}))
		}, "export csv live", Export{Data: []byte("[]"), Accounts: 2}},
		{"description", func(x context.Context, c *Client) (any, error) { return outcome(c.OpenAPI(x)) }, "openapi", json.RawMessage(`{"openapi":"3.1.0"}`)},
	}
}

func TestEveryCallArrivesAndComesBack(t *testing.T) {
	agent := &fakeAgent{}
	client := serve(t, agent, local.SameUser)
	for _, c := range calls() {
		t.Run(c.name, func(t *testing.T) {
			agent.calls = nil
			got, err := c.do(t.Context(), client)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{c.seen}, agent.calls); diff != "" {
				t.Errorf("the agent saw (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("the caller got (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEveryErrorKeepsItsClass(t *testing.T) {
	statuses := map[core.Class]int{
		core.Temporary: 503, core.Whitelist: 502, core.Confirm: 502, core.Quota: 429, core.BadSecret: 502, core.Frozen: 502,
		core.Misuse: 409, core.VaultClosed: 423, core.NotFound: 404, core.Invalid: 400, core.Internal: 500, core.PushFailed: 500,
	}
	for class, status := range statuses {
		t.Run(string(class), func(t *testing.T) {
			want := &core.Error{
				Class: class, Message: "what was done failed; do this", Remedy: core.RemedyTryAgain, Code: 40164,
				Upstream: "invalid ip", CallerIP: "203.0.113.9", RID: "6-7", RetryAt: fakeAt,
			}
			agent := &fakeAgent{err: want}
			client := serve(t, agent, anyone)
			for _, c := range calls() {
				_, err := c.do(t.Context(), client)
				var got *core.Error
				if !errors.As(err, &got) {
					t.Fatalf("%s: error %v is no *core.Error", c.name, err)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", c.name, diff)
				}
			}
			if got := HTTPStatus(class); got != status {
				t.Errorf("HTTPStatus = %d, want %d", got, status)
			}
		})
	}
}

func TestProblemsOfFieldsSurviveTheWire(t *testing.T) {
	problems := core.Problems{{Field: "name", Key: core.ProblemNameTaken}}
	client := serve(t, &fakeAgent{err: &core.Error{Class: core.Invalid, Message: "no", Err: problems}}, anyone)
	_, err := client.Status(t.Context())
	var got core.Problems
	if !errors.As(err, &got) || !cmp.Equal(got, problems) {
		t.Errorf("got %v, want the problems in the chain", err)
	}
}

func TestFaultsOfAFileSurviveTheWire(t *testing.T) {
	faults := ImportFaults{{Code: "twice", Line: 3, Key: "WX_SECRET", Other: 2}}
	client := serve(t, &fakeAgent{err: &core.Error{Class: core.Invalid, Message: "no", Err: faults}}, anyone)
	_, err := client.Status(t.Context())
	var got ImportFaults
	if !errors.As(err, &got) || !cmp.Equal(got, faults) {
		t.Errorf("got %v, want the faults in the chain", err)
	}
}

func TestBadNamesAreRefusedBeforeTheyTravel(t *testing.T) {
	agent := &fakeAgent{}
	client := serve(t, agent, anyone)
	for _, ref := range []Ref{{Name: ""}, {Name: "."}, {Name: ".."}, {Name: "a/b"}, {Name: "a\nb"}, {Name: "shop", Env: "moon"}} {
		_, err := client.Account(t.Context(), ref)
		if core.AsError(err) == nil || core.AsError(err).Class != core.Invalid {
			t.Errorf("%q: got %v, want class invalid", ref, err)
		}
	}
	if len(agent.calls) > 0 {
		t.Errorf("the agent was asked: %v", agent.calls)
	}
}

func TestWithoutAnAgentTheErrorSaysSo(t *testing.T) {
	client := Dial(t.TempDir() + "/nobody")
	_, err := client.Status(t.Context())
	if !errors.Is(err, ErrNoAgent) {
		t.Errorf("got %v, want ErrNoAgent", err)
	}
	_, err = client.Events(t.Context(), false)
	if !errors.Is(err, ErrNoAgent) {
		t.Errorf("events: got %v, want ErrNoAgent", err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = client.Status(cancelled)
	if errors.Is(err, ErrNoAgent) || core.AsError(err).Class != core.Temporary {
		t.Errorf("cancelled: got %v, want class temporary", err)
	}
}

func TestAnotherAPINumberStopsAllButStop(t *testing.T) {
	stopped := make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(versionHeader, "7")
		_, _ = w.Write([]byte(`{}`))
		if r.URL.Path == "/v1/stop" {
			close(stopped)
		}
	})
	server := &http.Server{Handler: mux}
	client := serveHTTP(t, server)
	go func() {
		<-stopped
		_ = server.Shutdown(context.Background()) // once its answer is written
	}()
	for _, c := range calls() {
		if _, err := c.do(t.Context(), client); !errors.Is(err, ErrVersion) {
			t.Errorf("%s: got %v, want ErrVersion", c.name, err)
		}
	}
	if _, err := client.Events(t.Context(), true); !errors.Is(err, ErrVersion) {
		t.Errorf("events: got %v, want ErrVersion", err)
	}
	if err := client.Stop(t.Context()); err != nil {
		t.Errorf("stop: %v", err)
	}
}

// stoppable tells when it is asked to stop.
type stoppable struct {
	fakeAgent
	asked chan struct{}
}

func (s *stoppable) Stop(context.Context) error {
	close(s.asked)
	return nil
}

func TestStopWaitsForTheEndAndNoLonger(t *testing.T) {
	agent := &stoppable{asked: make(chan struct{})}
	server := NewServer(agent, anyone, slog.New(slog.DiscardHandler))
	client := serveHTTP(t, server)
	stopped := make(chan error, 1)
	go func() { stopped <- client.Stop(context.Background()) }()
	<-agent.asked
	select {
	case err := <-stopped:
		t.Fatalf("stop returned %v while the agent still listens", err)
	case <-time.After(50 * time.Millisecond):
	}
	if err := server.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	if err := client.Stop(t.Context()); !errors.Is(err, ErrNoAgent) {
		t.Errorf("a second stop: %v, want ErrNoAgent", err)
	}
}

func TestAnEndThatIsRefusedEndsNothing(t *testing.T) {
	client := serve(t, &fakeAgent{err: &core.Error{Class: core.VaultClosed, Message: "locked"}}, anyone)
	if err := client.Reset(t.Context()); err == nil || core.AsError(err).Class != core.VaultClosed {
		t.Errorf("got %v, want class vault", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	waiting := serve(t, &fakeAgent{}, anyone)
	if err := waiting.Stop(ctx); err == nil || core.AsError(err).Class != core.Temporary {
		t.Errorf("an agent that does not end: %v, want class temporary", err)
	}
}
