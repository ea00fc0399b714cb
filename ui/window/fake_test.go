package window

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/core/preset"
)

// fakeAgent is an agent in memory. It has the accounts it was given, answers at
// once and sends what changed to every stream, as the real one does.
type fakeAgent struct {
	mu       sync.Mutex
	list     api.List
	secret   string // the token that every account has
	text     string // that was copied last
	calls    []string
	streams  []chan api.Event
	fail     map[string]error // by the name of the call
	test     api.TestResult
	same     bool          // renewing brings the same token
	apart    bool          // the last edit had consent to a second account of the same token
	warnings core.Problems // of every edit
	history  []api.HistoryEntry
	failures []api.Failure
	tray     string // the state of its icon
	kinds    kinds.Set
	now      func() time.Time

	door   api.Loopback
	keys   []api.ClientKey
	access []api.Access

	grants api.Grants
	teams  []api.Team
	joins  api.TeamJoined

	plans    []api.ImportPlan // what importing answers, in turn
	imports  []api.ImportRequest
	exported []core.ID   // the accounts of the last export
	kept     core.Secret // the passphrase of the last backup

	presets []api.Preset
	would   api.PresetSaved // what adding one does

	pushes     []api.PushInput // that were added
	pushed     api.Push        // what adding one answers
	answer     api.CallResult  // of every call
	answerBody string

	signature api.Signature // with the string that Reveal shows
	noSign    error
}

func newFakeAgent(now func() time.Time, accounts ...api.Account) *fakeAgent {
	return &fakeAgent{
		now: now, secret: "83_abTHEVERYTOKENTHATNOBODYMAYSEEUNASKED" + strings.Repeat("0aZ_-9", 15) + "wxyz", fail: map[string]error{}, kinds: preset.With(kinds.Builtin()),
		list: api.List{
			Active: core.Sandbox, Accounts: accounts, Settings: core.DefaultSettings(),
			Vault: api.Vault{Kind: "keyring", State: "open"},
		},
	}
}

// called notes a call and returns the failure that was prepared for it.
func (f *fakeAgent) called(name string, args ...any) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, fmt.Sprint(append([]any{name}, args...)...))
	return f.fail[name]
}

// fails has the call of that name fail from now on, or succeed again with nil.
func (f *fakeAgent) fails(name string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fail[name] = err
}

// change changes what the agent answers. The window asks in goroutines of its
// own, so that a plain assignment would race with them.
func (f *fakeAgent) change(set func(*fakeAgent)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	set(f)
}

// read reads one of the fields that tests change.
func read[T any](f *fakeAgent, field *T) T {
	f.mu.Lock()
	defer f.mu.Unlock()
	return *field
}

func (f *fakeAgent) log() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls)
}

func (f *fakeAgent) send(e api.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.streams {
		s <- e
	}
}

// crash ends every stream without a bye.
func (f *fakeAgent) crash() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.streams {
		close(s)
	}
	f.streams = nil
}

func (f *fakeAgent) Events(ctx context.Context, _ bool) (<-chan api.Event, error) {
	if err := f.called("events"); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	s := make(chan api.Event, 64)
	list := f.list
	s <- api.Event{Type: api.EventSnapshot, Snapshot: &list}
	f.streams = append(f.streams, s)
	context.AfterFunc(ctx, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if i := slices.Index(f.streams, s); i >= 0 {
			f.streams = slices.Delete(f.streams, i, i+1)
			close(s)
		}
	})
	return s, nil
}

func (f *fakeAgent) find(ref api.Ref) *api.Account {
	for i, a := range f.list.Accounts {
		if a.Ref() == ref {
			return &f.list.Accounts[i]
		}
	}
	return nil
}

func (f *fakeAgent) Kinds(context.Context) (kinds.Set, error) { return read(f, &f.kinds), nil }

func (f *fakeAgent) Status(context.Context) (api.Status, error) {
	return api.Status{Version: "0.1.0", API: api.Version, PID: 4711, Home: "/home/someone/.local/share/tokentray", Tray: read(f, &f.tray)}, f.called("status")
}

func (f *fakeAgent) Add(_ context.Context, in api.AccountInput) (api.Saved, error) {
	if err := f.called("add ", *in.Name, "/", *in.Env); err != nil {
		return api.Saved{}, err
	}
	a := sample(*in.Name, *in.Env, f.now(), 7200*time.Second, 7200*time.Second)
	a.Kind, a.Product, a.AppID, a.Auto, a.AllowLive, a.Params = *in.Kind, *in.Product, *in.AppID, *in.Auto, *in.AllowLive, core.ParamsOf(in.Params)
	f.mu.Lock()
	f.list.Accounts = append(f.list.Accounts, a)
	f.mu.Unlock()
	f.send(api.Event{Type: api.EventAccount, Account: &a})
	return api.Saved{Account: a}, nil
}

func (f *fakeAgent) Edit(_ context.Context, ref api.Ref, in api.AccountInput) (api.Saved, error) {
	if err := f.called("edit ", ref); err != nil {
		return api.Saved{}, err
	}
	f.mu.Lock()
	f.apart = in.Apart
	a := f.find(ref)
	if in.Name != nil {
		a.Name = *in.Name
	}
	if in.Env != nil {
		a.Env = *in.Env
	}
	if in.Note != nil {
		a.Note = *in.Note
	}
	if in.CopyFormat != nil {
		a.CopyFormat = *in.CopyFormat
	}
	if in.CopyPath != nil {
		a.CopyPath = *in.CopyPath
		f.calls = append(f.calls, fmt.Sprint("edit ", ref, " copy=", a.CopyFormat, " path=", a.CopyPath))
	}
	if in.Kind != nil {
		a.Kind, a.Offer = *in.Kind, ""
	}
	if in.Declined != nil {
		a.Declined, a.Offer = *in.Declined, ""
	}
	if in.Secret != nil || in.Kind != nil {
		a.State, a.Error = core.StateFresh, nil
	}
	if in.Pinned != nil {
		a.Pinned = *in.Pinned
	}
	if in.Group != nil {
		a.Group = *in.Group
	}
	if in.Auto != nil {
		a.Auto = *in.Auto
		a.State = core.StateFresh
		if !a.Auto {
			a.State = core.StatePaused
		}
	}
	done, warnings := *a, f.warnings
	f.mu.Unlock()
	f.send(api.Event{Type: api.EventAccount, Account: &done})
	return api.Saved{Account: done, Warnings: warnings}, nil
}

func (f *fakeAgent) Remove(_ context.Context, ref api.Ref) error {
	if err := f.called("remove ", ref); err != nil {
		return err
	}
	f.mu.Lock()
	id := f.find(ref).ID
	f.list.Accounts = slices.DeleteFunc(f.list.Accounts, func(a api.Account) bool { return a.ID == id })
	f.mu.Unlock()
	f.send(api.Event{Type: api.EventRemoved, Removed: id})
	return nil
}

func (f *fakeAgent) Test(_ context.Context, req api.TestRequest) (api.TestResult, error) {
	what := "test "
	if req.Input.Name != nil {
		what += *req.Input.Name
	} else {
		what += req.Ref.String()
	}
	return read(f, &f.test), f.called(what)
}

func (f *fakeAgent) Token(_ context.Context, ref api.Ref, _ time.Duration) (api.Token, error) {
	return api.Token{AccessToken: f.secret}, f.called("token ", ref)
}

func (f *fakeAgent) Refresh(_ context.Context, ref api.Ref, req api.RefreshRequest) (api.Token, error) {
	return api.Token{AccessToken: f.secret, ExpiresAt: f.now().Add(2 * time.Hour), Same: read(f, &f.same), StillValid: read(f, &f.same) && !req.Force},
		f.called("refresh ", ref, " force=", req.Force, " person=", req.Person)
}

func (f *fakeAgent) Check(_ context.Context, ref api.Ref) (api.CheckResult, error) {
	return api.CheckResult{Accepted: true}, f.called("check ", ref)
}

func (f *fakeAgent) Quota(_ context.Context, ref api.Ref, _ api.QuotaRequest) (api.QuotaResult, error) {
	return api.QuotaResult{}, f.called("quota ", ref)
}

func (f *fakeAgent) ResetQuota(_ context.Context, ref api.Ref) (api.Account, error) {
	return api.Account{}, f.called("reset quota ", ref)
}

func (f *fakeAgent) History(_ context.Context, ref api.Ref, _ api.HistoryQuery) ([]api.HistoryEntry, error) {
	return read(f, &f.history), f.called("history ", ref)
}

func (f *fakeAgent) Failures(_ context.Context, since time.Time) ([]api.Failure, error) {
	return read(f, &f.failures), f.called("failures ", since.UTC().Format(time.RFC3339))
}

func (f *fakeAgent) Explain(_ context.Context, req api.ExplainRequest) (api.Explanation, error) {
	if !strings.Contains(req.Text, "errcode") {
		return api.Explanation{}, &core.Error{Class: core.Invalid, Remedy: core.RemedyNoCode}
	}
	return api.Explanation{Code: "40164", RID: "62a1b2c3-0123abcd-89ab0123", CallerIP: "203.0.113.9", Meanings: []*api.Error{{
		Class: core.Whitelist, Remedy: core.RemedyWhitelist, Kind: kinds.WeChat, UpstreamCode: 40164, CallerIP: "203.0.113.9", RID: "62a1b2c3-0123abcd-89ab0123",
	}}}, f.called("explain")
}

func (f *fakeAgent) Sign(_ context.Context, ref api.Ref, req api.SignRequest) (api.Signature, error) {
	out := read(f, &f.signature)
	out.URL, out.Ticket = req.URL, req.Ticket
	if !req.Reveal {
		out.Text = ""
	}
	return out, cmp.Or(f.called("sign ", ref, " ", fmt.Sprintf("%+v", req)), read(f, &f.noSign))
}

func (f *fakeAgent) RunPush(_ context.Context, ref api.Ref, number int) (api.Push, error) {
	return api.Push{Number: number, Target: "/srv/shop/.env"}, f.called("push ", ref, " ", number)
}

func (f *fakeAgent) AddPush(_ context.Context, ref api.Ref, in api.PushInput) (api.Push, error) {
	f.mu.Lock()
	f.pushes = append(f.pushes, in)
	out := f.pushed
	f.mu.Unlock()
	return out, f.called("add push ", ref, " ", in.Kind, " dry=", in.DryRun)
}

func (f *fakeAgent) RemovePush(_ context.Context, ref api.Ref, number int) error {
	return f.called("remove push ", ref, " ", number)
}

// Call answers a dry call with whether it reads, and others with what was prepared.
func (f *fakeAgent) Call(_ context.Context, ref api.Ref, req api.CallRequest) (api.CallAnswer, error) {
	body := ""
	if req.Body != nil {
		raw, _ := io.ReadAll(req.Body)
		body = " " + string(raw)
	}
	err := f.called("call ", ref, " ", req.Method, " ", req.Target, " live=", req.LiveWrite, " dry=", req.Dry, body)
	f.mu.Lock()
	defer f.mu.Unlock()
	out := api.CallAnswer{CallResult: f.answer, Body: io.NopCloser(strings.NewReader(f.answerBody))}
	path, _, _ := strings.Cut(req.Target, "?")
	spec, _ := f.kinds.Of(kinds.WeChat)
	out.Path, out.Reading = path, spec.Reading(req.Method, path)
	if req.Dry {
		out.Body, out.Status, out.Code, out.Error = io.NopCloser(strings.NewReader("")), 0, 0, nil
	}
	return out, err
}

func (f *fakeAgent) Copy(_ context.Context, ref api.Ref, req api.CopyRequest) (api.Clipboard, error) {
	call := []any{ref, " format=", req.Format, " previous=", req.Previous}
	if req.Path != "" {
		call = append(call, " path=", req.Path)
	}
	if err := f.called("copy ", call...); err != nil {
		return api.Clipboard{}, err
	}
	return api.Clipboard{Account: ref.Name, Env: ref.Env, Format: req.Format, ClearsAt: f.now().Add(45 * time.Second)}, nil
}

func (f *fakeAgent) CopyText(_ context.Context, req api.TextRequest) (api.Clipboard, error) {
	f.mu.Lock()
	f.text = req.Text.Reveal()
	f.mu.Unlock()
	c := api.Clipboard{}
	if req.Secret {
		c = api.Clipboard{Key: req.Key, ClearsAt: f.now().Add(45 * time.Second)}
	}
	return c, f.called("text ", req.Key, " secret=", req.Secret)
}

// copied is the text that was copied last.
func (f *fakeAgent) copied() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.text
}

func (f *fakeAgent) ClearClipboard(context.Context) error { return f.called("clear") }

func (f *fakeAgent) Use(_ context.Context, env core.Env) error {
	if err := f.called("use ", env); err != nil {
		return err
	}
	f.mu.Lock()
	f.list.Active = env
	f.mu.Unlock()
	f.send(api.Event{Type: api.EventEnv, Env: env})
	return nil
}

func (f *fakeAgent) PauseAll(_ context.Context, paused bool) error {
	return f.called("pause ", paused)
}

func (f *fakeAgent) SetSetting(_ context.Context, key, value string) (core.Settings, error) {
	if err := f.called("set ", key, "=", value); err != nil {
		return core.Settings{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.list.Settings.Set(key, value)
	return f.list.Settings, err
}

func (f *fakeAgent) VaultInit(context.Context, core.Secret) (api.Vault, error) {
	return api.Vault{Kind: "file", State: "open"}, f.called("vault init")
}

func (f *fakeAgent) VaultUnlock(context.Context, core.Secret) (api.Vault, error) {
	return api.Vault{Kind: "file", State: "open"}, f.called("vault unlock")
}

func (f *fakeAgent) VaultLock(context.Context) (api.Vault, error) {
	return api.Vault{Kind: "file", State: "locked"}, f.called("vault lock")
}

func (f *fakeAgent) Presets(context.Context) ([]api.Preset, error) {
	return read(f, &f.presets), f.called("presets")
}

func (f *fakeAgent) AddPreset(_ context.Context, in api.PresetFile) (api.PresetSaved, error) {
	if err := f.called("preset ", string(in.File), in.Replace, in.Check); err != nil {
		return api.PresetSaved{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if !in.Check {
		f.presets = append(f.presets, f.would.Preset)
	}
	return f.would, nil
}

func (f *fakeAgent) RemovePreset(_ context.Context, kind core.Kind) error {
	f.mu.Lock()
	f.presets = slices.DeleteFunc(f.presets, func(p api.Preset) bool { return p.Kind == kind })
	f.mu.Unlock()
	return f.called("remove preset ", kind)
}

func (f *fakeAgent) Import(_ context.Context, req api.ImportRequest) (api.ImportPlan, error) {
	f.mu.Lock()
	f.imports = append(f.imports, req)
	plan := api.ImportPlan{}
	if len(f.plans) > 0 {
		plan = f.plans[0]
		f.plans = f.plans[1:]
	}
	f.mu.Unlock()
	return plan, f.called("import ", req.Apply)
}

func (f *fakeAgent) Export(_ context.Context, req api.ExportRequest) (api.Export, error) {
	f.mu.Lock()
	f.exported = req.Accounts
	f.mu.Unlock()
	return api.Export{Data: []byte("a list as " + req.Format), Accounts: len(f.list.Accounts)}, f.called("export ", req.Format)
}

func (f *fakeAgent) Backup(_ context.Context, passphrase core.Secret) (api.Backup, error) {
	f.mu.Lock()
	f.kept = passphrase
	f.mu.Unlock()
	return api.Backup{Age: []byte("age-encryption.org/v1"), Accounts: len(f.list.Accounts)}, f.called("backup")
}

func (f *fakeAgent) Grants(context.Context) (api.Grants, error) {
	return read(f, &f.grants), f.called("grants")
}

func (f *fakeAgent) Grant(_ context.Context, ref api.Ref, in api.GrantInput) (api.Grant, error) {
	g := api.Grant{Number: 9, Client: in.Client, Account: ref.Name, Env: ref.Env, Calls: in.Calls, Write: in.Write, Until: f.now().Add(time.Hour)}
	if err := f.called("grant ", ref, " ", fmt.Sprintf("%+v", in)); err != nil {
		return g, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.grants.Grants = append(slices.Clone(f.grants.Grants), g)
	f.grants.Asks = nil
	return g, nil
}

func (f *fakeAgent) RevokeGrants(_ context.Context, client string) error {
	return f.called("revoke grants ", client)
}

func (f *fakeAgent) RevokeGrant(_ context.Context, number int) error {
	f.mu.Lock()
	f.grants.Grants = slices.DeleteFunc(slices.Clone(f.grants.Grants), func(g api.Grant) bool { return g.Number == number })
	f.mu.Unlock()
	return f.called("revoke grant ", number)
}

func (f *fakeAgent) DeclineAsk(_ context.Context, number int) error {
	f.mu.Lock()
	f.grants.Asks = slices.Clone(f.grants.Asks)
	for i := range f.grants.Asks {
		if f.grants.Asks[i].Number == number {
			f.grants.Asks[i].Declined = f.now().Add(api.AskQuiet)
		}
	}
	f.mu.Unlock()
	return f.called("decline ", number)
}
