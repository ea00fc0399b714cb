package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/local"
)

// fakeAgent records each call as a line and answers from its fields.
type fakeAgent struct {
	calls  []string
	err    error
	events func(ctx context.Context, window bool) (<-chan Event, error)
	answer func(sent io.Reader) io.ReadCloser // to a call; nil: what was sent
}

const fakeToken = "88_faketokenfaketokenfaketoken"

var fakeAt = time.Date(2026, 3, 1, 12, 0, 0, 0, core.Zone("+08:00").Location())

func (f *fakeAgent) note(format string, args ...any) error {
	f.calls = append(f.calls, fmt.Sprintf(format, args...))
	return f.err
}

func fakeAccount() Account {
	return Account{
		Account: core.Account{
			ID: "0123456789abcdef", Name: "商店 a%b", Env: core.Live, Kind: kinds.WeChat, Product: kinds.ProductMini, AppID: "wx0123456789abcdef", Auto: true,
		},
		State:      core.StateBlocked,
		Mask:       "88_fa••••oken",
		ObtainedAt: fakeAt,
		ExpiresAt:  fakeAt.Add(2 * time.Hour),
		Life:       7200,
		Previous:   &Previous{Mask: "88_ol••••oken", Until: fakeAt.Add(time.Minute)},
		Error:      &Error{Class: core.Whitelist, Message: "not allowed", Remedy: core.RemedyWhitelist, UpstreamCode: 40164, CallerIP: "203.0.113.9"},
		NextTry:    fakeAt.Add(time.Hour),
		LastUsed:   fakeAt,
		CallsToday: 3,
		Pushes:     []Push{fakePush()},
	}
}

func fakeTokenAnswer() Token {
	return Token{
		AccessToken: fakeToken, ExpiresIn: 7199, ExpiresAt: fakeAt, ExpiresAtUnix: fakeAt.Unix(), ObtainedAt: fakeAt,
		Account: "shop", Env: core.Live, AppID: "wx0", Previous: &Previous{Token: "old", Until: fakeAt}, Same: true, StillValid: true,
	}
}

func fakeClipboard() Clipboard {
	return Clipboard{Account: "shop", Env: core.Live, Format: "raw", ExpiresAt: fakeAt, ClearsAt: fakeAt}
}

func (f *fakeAgent) Status(context.Context) (Status, error) {
	return Status{Version: "1.2.3", API: Version, StartedAt: fakeAt, Vault: Vault{Kind: "file", State: "open"}}, f.note("status")
}

func (f *fakeAgent) Kinds(context.Context) (kinds.Set, error) {
	return kinds.Builtin(), f.note("kinds")
}

func (f *fakeAgent) List(context.Context) (List, error) {
	return List{Active: core.Live, Accounts: []Account{fakeAccount()}, Settings: core.DefaultSettings()}, f.note("list")
}

func (f *fakeAgent) Settings(context.Context) (core.Settings, error) {
	return core.DefaultSettings(), f.note("settings")
}

func (f *fakeAgent) Account(_ context.Context, ref Ref) (Account, error) {
	return fakeAccount(), f.note("account %s", ref)
}

func (f *fakeAgent) Add(_ context.Context, in AccountInput) (Saved, error) {
	return Saved{Account: fakeAccount(), Warnings: []core.Problem{{Field: "appid", Key: kinds.ProblemAppIDOdd, Warn: true}}}, f.note("add %s %s", *in.Name, *in.Secret)
}

func (f *fakeAgent) Edit(_ context.Context, ref Ref, in AccountInput) (Saved, error) {
	return Saved{Account: fakeAccount()}, f.note("edit %s auto=%v name=%v", ref, *in.Auto, in.Name)
}

func (f *fakeAgent) Backup(_ context.Context, passphrase core.Secret) (Backup, error) {
	return Backup{Age: []byte("age\x00file"), Accounts: 2, NoSecret: []string{"shop/live"}}, f.note("backup %s", passphrase.Reveal())
}

func (f *fakeAgent) Import(_ context.Context, req ImportRequest) (ImportPlan, error) {
	if req.File != nil {
		return fakePlan(), f.note("import %s %s %s", req.File.Name, req.File.Data, req.File.From)
	}
	return fakePlan(), f.note("import %d %s %v %s", len(req.Accounts), req.OnConflict, req.Settings, req.Apply)
}

func (f *fakeAgent) Export(_ context.Context, req ExportRequest) (Export, error) {
	return Export{Data: []byte("[]"), Accounts: 2}, f.note("export %s %s", req.Format, req.Env)
}

func fakePlan() ImportPlan {
	return ImportPlan{
		Source: "dotenv", Lines: []int{1}, Remarks: []ImportRemark{{Code: "wecom", Line: 2, Key: "CORP_ID"}},
		Rows: []ImportRow{{
			Status: ImportConflict, Action: ImportRename, Name: "商店", Env: core.Live, Kind: kinds.WeChat, AppID: "wx0", As: "商店-2", With: "商店/live",
			Changes: []string{"note"}, Problems: []core.Problem{{Field: "appid", Key: kinds.ProblemAppIDOdd, Warn: true}}, NoSecret: true, Auto: true,
		}},
		Settings: []ImportSetting{{Key: "theme", Value: "dark", Status: ImportNew, Action: ImportReplace}},
		Digest:   "0011223344556677", Ready: true,
	}
}

func (f *fakeAgent) Remove(_ context.Context, ref Ref) error { return f.note("remove %s", ref) }

func (f *fakeAgent) Test(_ context.Context, req TestRequest) (TestResult, error) {
	return TestResult{ExpiresIn: 7200, Mask: "88_fa••••oken"}, f.note("test %s %s", req.Ref, *req.Input.AppID)
}

func (f *fakeAgent) Token(_ context.Context, ref Ref, minTTL time.Duration) (Token, error) {
	return fakeTokenAnswer(), f.note("token %s %s", ref, minTTL)
}

func (f *fakeAgent) Refresh(_ context.Context, ref Ref, req RefreshRequest) (Token, error) {
	return fakeTokenAnswer(), f.note("refresh %s %+v", ref, req)
}

func (f *fakeAgent) Quota(_ context.Context, ref Ref, req QuotaRequest) (QuotaResult, error) {
	return QuotaResult{Usage: fakeUsage(), CallsToday: 7, Budget: 9, Resets: 10}, f.note("quota %s %v", ref, req.Paths)
}

func fakeUsage() []core.Usage {
	return []core.Usage{{Path: "/a/b", Limit: 2000, Used: 12, Left: 1988, RateCalls: 5, RateSeconds: 60, At: fakeAt}}
}

func (f *fakeAgent) ResetQuota(_ context.Context, ref Ref) (Account, error) {
	return Account{Account: core.Account{Name: ref.Name, Env: core.Live}}, f.note("reset quota %s", ref)
}

func (f *fakeAgent) Sign(_ context.Context, ref Ref, req SignRequest) (Signature, error) {
	return fakeSignature(), f.note("sign %s %+v", ref, req)
}

func (f *fakeAgent) Explain(_ context.Context, req ExplainRequest) (Explanation, error) {
	return fakeExplanation(), f.note("explain %+v", req)
}

func (f *fakeAgent) Grants(context.Context) (Grants, error) {
	return fakeGrants(), f.note("grants")
}

func fakeGrants() Grants {
	return Grants{Grants: []Grant{fakeGrant()}, Asks: []Ask{{Number: 8, Client: "claude", Account: "shop", Env: core.Live, Call: "GET /cgi-bin/menu/get", At: fakeAt, Count: 2}}}
}

func (f *fakeAgent) RevokeGrant(_ context.Context, number int) error {
	return f.note("revoke grant %d", number)
}

func (f *fakeAgent) DeclineAsk(_ context.Context, number int) error {
	return f.note("decline %d", number)
}

func (f *fakeAgent) Grant(_ context.Context, ref Ref, in GrantInput) (Grant, error) {
	return fakeGrant(), f.note("grant %s %+v", ref, in)
}

func (f *fakeAgent) RevokeGrants(_ context.Context, client string) error {
	return f.note("revoke grants %s", client)
}

func fakeGrant() Grant {
	return Grant{Client: "claude", Account: "shop", Env: core.Sandbox, Calls: []string{"reads"}, Until: fakeAt}
}

func fakeExplanation() Explanation {
	return Explanation{Code: "40001", RID: "62a1b2c3-0123abcd-89ab0123", CallerIP: "203.0.113.9", Meanings: []*Error{{Class: core.Temporary, Remedy: core.RemedyTokenDead, Kind: "wechat", UpstreamCode: 40001}}}
}

func fakeSignature() Signature {
	return Signature{
		Account: "shop", Ticket: "jsapi", URL: "https://shop.example.com", Browser: "https://shop.example.com/",
		Hints: []SignHint{{Key: "slash", Detail: "/", Message: "a slash"}}, Signature: "0f9d", Signed: "jsapi_ticket=••••", ExpiresAt: fakeAt,
		Config: map[string]any{"nonceStr": "n"},
	}
}

func (f *fakeAgent) AddChildKey(_ context.Context, ref Ref, pid int) (ChildKey, error) {
	return ChildKey{Key: "ttk_key", URL: "http://127.0.0.1:17278/call/shop/live"}, f.note("child key %s %d", ref, pid)
}

func (f *fakeAgent) echo(sent io.Reader) io.ReadCloser {
	if f.answer != nil {
		return f.answer(sent)
	}
	return io.NopCloser(sent)
}

// Call answers with what it was sent, as far as the account is called shop.
func (f *fakeAgent) Call(_ context.Context, ref Ref, req CallRequest) (CallAnswer, error) {
	if err := f.note("call %s %s %s %v live %v dry %v, %d", ref, req.Method, req.Target, req.Header, req.LiveWrite, req.Dry, req.Length); err != nil {
		return CallAnswer{}, err
	}
	return CallAnswer{
		CallResult: CallResult{Status: 201, Header: http.Header{"X-Request-Id": {"é"}}, Path: "/x", Reading: true, Code: 47001, Error: &Error{Class: core.Misuse, Message: "no"}, Renewed: true, NotAgain: true, Plan: &CallPlan{Method: "GET", URL: "u"}},
		Body:       f.echo(req.Body), Length: -1,
	}, nil
}

func fakePreset() Preset {
	return Preset{Kind: "wren", Own: true, Hosts: []string{"https://api.wren.example"}, Repeat: core.RepeatSame, Accounts: 2}
}

func (f *fakeAgent) Presets(context.Context) ([]Preset, error) {
	return []Preset{fakePreset()}, f.note("presets")
}

func (f *fakeAgent) Preset(_ context.Context, kind core.Kind) (Preset, error) {
	p := fakePreset()
	p.File = []byte("{}")
	return p, f.note("preset %s", kind)
}

func (f *fakeAgent) AddPreset(_ context.Context, in PresetFile) (PresetSaved, error) {
	return PresetSaved{Preset: fakePreset(), Replaced: true, Paused: []string{"shop/live"}}, f.note("add preset %s %v", in.File, in.Replace)
}

func (f *fakeAgent) RemovePreset(_ context.Context, kind core.Kind) error {
	return f.note("remove preset %s", kind)
}

func (f *fakeAgent) TryPreset(_ context.Context, in PresetTry) (PresetTrial, error) {
	return PresetTrial{Method: "POST", URL: "https://x", Status: 200, Found: []PresetFound{{Field: "token", Path: "a.b", There: true, Value: "88_fa••••oken"}}, ExpiresIn: 60}, f.note("try preset %s %s", in.Kind, in.AppID)
}

func (f *fakeAgent) Check(_ context.Context, ref Ref) (CheckResult, error) {
	return CheckResult{Dead: true, Error: &Error{Class: core.Misuse, Message: "dead", UpstreamCode: 40001}}, f.note("check %s", ref)
}

func (f *fakeAgent) History(_ context.Context, ref Ref, q HistoryQuery) ([]HistoryEntry, error) {
	return []HistoryEntry{{At: fakeAt, What: core.DidRenew, Took: time.Second, Calls: 1}}, f.note("history %s %d %s", ref, q.Limit, q.Since.Format(time.RFC3339))
}

func (f *fakeAgent) Failures(_ context.Context, since time.Time) ([]Failure, error) {
	return []Failure{{Account: "shop", Env: core.Live, Lines: 2, Newest: HistoryEntry{At: fakeAt, What: core.DidFail, Code: 40164}}}, f.note("failures %s", since.Format(time.RFC3339))
}

func (f *fakeAgent) Copy(_ context.Context, ref Ref, req CopyRequest) (Clipboard, error) {
	return fakeClipboard(), f.note("copy %s %+v", ref, req)
}

func (f *fakeAgent) CopyText(_ context.Context, req TextRequest) (Clipboard, error) {
	return Clipboard{Key: req.Key, ClearsAt: fakeAt}, f.note("text %s %v %s", req.Text.Reveal(), req.Secret, req.Key)
}

func (f *fakeAgent) ClearClipboard(context.Context) error { return f.note("clear") }

func (f *fakeAgent) Use(_ context.Context, env core.Env) error { return f.note("use %s", env) }

func (f *fakeAgent) PauseAll(_ context.Context, paused bool) error { return f.note("pause %v", paused) }

func (f *fakeAgent) SetSetting(_ context.Context, key, value string) (core.Settings, error) {
	return core.DefaultSettings(), f.note("set %s=%s", key, value)
}

func (f *fakeAgent) VaultInit(_ context.Context, p core.Secret) (Vault, error) {
	return Vault{Kind: "file", State: "open"}, f.note("init %s", p.Reveal())
}

func (f *fakeAgent) VaultUnlock(_ context.Context, p core.Secret) (Vault, error) {
	return Vault{Kind: "file", State: "open"}, f.note("unlock %s", p.Reveal())
}

func (f *fakeAgent) VaultLock(context.Context) (Vault, error) {
	return Vault{Kind: "file", State: "locked"}, f.note("lock")
}

func (f *fakeAgent) Open(_ context.Context, what Showing) (int, error) {
	return 2, f.note("open %v %s", what.Account, what.Search)
}

func (f *fakeAgent) Session(_ context.Context, s Session) error { return f.note("session %+v", s) }

func (f *fakeAgent) Events(ctx context.Context, window bool) (<-chan Event, error) {
	if err := f.note("events %v", window); err != nil {
		return nil, err
	}
	return f.events(ctx, window)
}

func (f *fakeAgent) Loopback(context.Context) (Loopback, error) {
	return Loopback{State: DoorOn, Port: 17278, Addresses: []string{"127.0.0.1:17278"}, Keys: 2}, f.note("loopback")
}

func (f *fakeAgent) SetLoopback(_ context.Context, req LoopbackRequest) (Loopback, error) {
	return Loopback{State: DoorOff, Port: 17278}, f.note("loopback %v %d", req.On, req.Port)
}

func (f *fakeAgent) ClientKeys(context.Context) ([]ClientKey, error) {
	return []ClientKey{{Name: "postman", Envs: core.Envs(), Created: fakeAt, LastUsed: fakeAt}}, f.note("keys")
}

func (f *fakeAgent) AddClientKey(_ context.Context, in ClientKeyInput) (NewClientKey, error) {
	return NewClientKey{ClientKey{Name: in.Name, Envs: in.Envs, Created: fakeAt}, "ttk_key"}, f.note("add key %+v", in)
}

func (f *fakeAgent) RevokeClientKey(_ context.Context, name string) error {
	return f.note("revoke %s", name)
}

func (f *fakeAgent) AccessLog(_ context.Context, limit int) ([]Access, error) {
	return []Access{{At: fakeAt, Key: "postman", Call: "token", Account: "shop/live", Status: 200, Count: 3}}, f.note("log %d", limit)
}

func (f *fakeAgent) OpenAPI(context.Context) (json.RawMessage, error) {
	return json.RawMessage(`{"openapi":"3.1.0"}`), f.note("openapi")
}

func fakePush() Push {
	return Push{
		Number: 2, Kind: core.PushCommand, Command: []string{"/usr/bin/deploy", "a b"}, Timeout: 30, Target: "deploy",
		Last: &PushResult{At: fakeAt, Took: time.Second, Error: &Error{Class: core.PushFailed, Message: "no", Remedy: core.RemedyPushCommand}, Tries: 2, Mask: "88_fa••••oken", ExpiresAt: fakeAt, NextTry: fakeAt},
	}
}

func (f *fakeAgent) AddPush(_ context.Context, ref Ref, in PushInput) (Push, error) {
	return fakePush(), f.note("add push %s %+v", ref, in)
}

func (f *fakeAgent) RemovePush(_ context.Context, ref Ref, number int) error {
	return f.note("remove push %s %d", ref, number)
}

func (f *fakeAgent) RunPush(_ context.Context, ref Ref, number int) (Push, error) {
	return fakePush(), f.note("run push %s %d", ref, number)
}

func (f *fakeAgent) Stop(context.Context) error  { return f.note("stop") }
func (f *fakeAgent) Reset(context.Context) error { return f.note("reset") }

func anyone(net.Conn) error { return nil }

// serve serves agent on a real socket until the test ends.
func serve(t *testing.T, agent Agent, peer func(net.Conn) error) *Client {
	t.Helper()
	return serveHTTP(t, NewServer(agent, peer, slog.New(slog.DiscardHandler)))
}

func serveHTTP(t *testing.T, server *http.Server) *Client {
	t.Helper()
	socket := local.Address(t.TempDir())
	l, err := local.Listen(socket)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(l)
	}()
	c := Dial(socket)
	t.Cleanup(func() {
		c.Close()
		_ = server.Close()
		<-done
	})
	return c
}
