package cli

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// start is the time at which every test stands.
func start() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.Local) }

// terminal is a Terminal in memory. With answers it can be asked.
type terminal struct {
	in       io.Reader
	out, err bytes.Buffer
	answers  []string // of questions, hidden ones too
	tty      bool     // standard input and error
	outTTY   bool
	hidden   int // how many answers were not shown
	keys     chan Key
	width    int
	height   int
}

func (t *terminal) In() io.Reader       { return t.in }
func (t *terminal) Out() io.Writer      { return &t.out }
func (t *terminal) Err() io.Writer      { return &t.err }
func (t *terminal) InIsTerminal() bool  { return t.tty }
func (t *terminal) InIsTyped() bool     { return t.tty }
func (t *terminal) OutIsTerminal() bool { return t.outTTY }
func (t *terminal) Size() (int, int)    { return t.width, t.height }

func (t *terminal) Keys() (<-chan Key, func()) { return t.keys, func() {} }

func (t *terminal) ReadLine(context.Context) (string, error) {
	if len(t.answers) == 0 {
		return "", io.EOF
	}
	s := t.answers[0]
	t.answers = t.answers[1:]
	t.err.WriteString("\n")
	return s, nil
}

func (t *terminal) ReadHidden(ctx context.Context, question string) (string, error) {
	t.err.WriteString(question)
	t.hidden++
	return t.ReadLine(ctx)
}

// fake is an agent whose answers a test sets. Methods that a test does not
// expect fail it through the embedded nil interface.
type fake struct {
	api.Agent
	list     api.List
	status   api.Status
	err      error // of every call but List and Account
	refuse   error // of calls for a token
	twice    bool  // another account asks for the token of a kind that an edit chooses
	token    api.Token
	saved    api.Saved
	check    api.CheckResult
	quota    api.QuotaResult
	quotaReq api.QuotaRequest
	clip     api.Clipboard
	history  []api.HistoryEntry
	events   chan api.Event
	kinds    kinds.Set

	presets     []api.Preset
	presetSaved api.PresetSaved
	presetAdded api.PresetFile
	presetTrial api.PresetTrial
	presetTried api.PresetTry
	asks        int // for the kinds

	lists         int // how often every account was asked for
	added, edited api.AccountInput
	refreshed     api.RefreshRequest
	mu            sync.Mutex // of calls
	calls         []string
	passphrase    string
	minTTL        time.Duration
	asked         api.HistoryQuery
	copied        api.CopyRequest
	session       api.Session
	signed        api.SignRequest
	signature     api.Signature
	child         string // the key of a child; empty: the API is off
	door          api.Loopback
	call          func(api.Ref, api.CallRequest) (api.CallAnswer, error)

	failures     []api.Failure
	failedSince  time.Time
	tested       api.AccountInput
	test         api.TestResult
	exported     api.ExportRequest
	textOfCopied string
}

func (f *fake) Failures(_ context.Context, since time.Time) ([]api.Failure, error) {
	f.failedSince = since
	return f.failures, f.did("failures")
}

func (f *fake) Test(_ context.Context, req api.TestRequest) (api.TestResult, error) {
	f.tested = req.Input
	return f.test, f.did("test")
}

func (f *fake) Export(_ context.Context, req api.ExportRequest) (api.Export, error) {
	f.exported = req
	return api.Export{Data: []byte("a list"), Accounts: len(req.Accounts)}, f.did("export")
}

func (f *fake) CopyText(_ context.Context, req api.TextRequest) (api.Clipboard, error) {
	f.textOfCopied = req.Text.Reveal()
	return api.Clipboard{Key: req.Key, ClearsAt: start().Add(45 * time.Second)}, f.did("text " + req.Key)
}

func (f *fake) ClearClipboard(context.Context) error { return f.did("clear") }

func (f *fake) AddChildKey(_ context.Context, r api.Ref, pid int) (api.ChildKey, error) {
	if f.child == "" {
		return api.ChildKey{}, &core.Error{Class: core.Misuse, Remedy: core.RemedyDoorShut}
	}
	return api.ChildKey{Key: f.child, URL: "http://127.0.0.1:17278/call/" + r.String()}, nil
}

func (f *fake) Call(_ context.Context, r api.Ref, req api.CallRequest) (api.CallAnswer, error) {
	return f.call(r, req)
}

func (f *fake) did(what string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, what)
	return f.err
}

func (f *fake) List(context.Context) (api.List, error) {
	f.lists++
	return f.list, nil
}
func (f *fake) Settings(context.Context) (core.Settings, error) { return f.list.Settings, nil }
func (f *fake) Kinds(context.Context) (kinds.Set, error) {
	f.asks++
	return f.kinds, f.err
}

func (f *fake) Status(context.Context) (api.Status, error) { return f.status, f.err }
func (f *fake) Account(_ context.Context, r api.Ref) (api.Account, error) {
	if r.Env == "" {
		r.Env = f.list.Active
	}
	for _, a := range f.list.Accounts {
		if a.Ref() == r {
			return a, nil
		}
	}
	return api.Account{}, noSuch(r)
}

func noSuch(r api.Ref) error {
	return &core.Error{Class: core.NotFound, Remedy: core.RemedyAccount, Message: "there is no account " + r.String()}
}

func (f *fake) Token(_ context.Context, r api.Ref, d time.Duration) (api.Token, error) {
	f.minTTL = d
	t := f.token
	t.Env = cmp.Or(r.Env, t.Env)
	return t, cmp.Or(f.did("token "+r.String()), f.refuse)
}

func (f *fake) Add(_ context.Context, in api.AccountInput) (api.Saved, error) {
	f.added = in
	return f.saved, f.did("add")
}

func (f *fake) Edit(_ context.Context, r api.Ref, in api.AccountInput) (api.Saved, error) {
	f.edited = in
	err := f.did("edit " + r.String())
	if f.twice && in.Kind != nil && !in.Apart {
		err = (&api.Error{Class: core.Invalid, Remedy: core.RemedyInput, Message: "invalid", Kind: *in.Kind, Problems: []core.Problem{{Field: kinds.AppID, Key: core.ProblemAppIDTwice}}}).Core()
	}
	return f.saved, err
}

func (f *fake) Remove(_ context.Context, r api.Ref) error { return f.did("remove " + r.String()) }
func (f *fake) Refresh(_ context.Context, r api.Ref, req api.RefreshRequest) (api.Token, error) {
	f.refreshed = req
	return f.token, cmp.Or(f.did("refresh "+r.String()), f.refuse)
}

func (f *fake) Quota(_ context.Context, r api.Ref, req api.QuotaRequest) (api.QuotaResult, error) {
	f.quotaReq = req
	return f.quota, f.did("quota " + r.String())
}

func (f *fake) ResetQuota(_ context.Context, r api.Ref) (api.Account, error) {
	return api.Account{Account: core.Account{Name: r.Name, Env: r.Env}}, f.did("reset quota " + r.String())
}

func (f *fake) Sign(_ context.Context, r api.Ref, req api.SignRequest) (api.Signature, error) {
	f.signed = req
	return f.signature, f.did("sign " + r.String())
}

func (f *fake) Presets(context.Context) ([]api.Preset, error) { return f.presets, f.did("presets") }

func (f *fake) Preset(_ context.Context, kind core.Kind) (api.Preset, error) {
	for _, p := range f.presets {
		if p.Kind == kind {
			return p, f.did("preset " + string(kind))
		}
	}
	return api.Preset{}, &core.Error{Class: core.NotFound, Remedy: core.RemedyPreset, Message: "there is no such preset; see tokentray preset list"}
}

func (f *fake) AddPreset(_ context.Context, in api.PresetFile) (api.PresetSaved, error) {
	f.presetAdded = in
	return f.presetSaved, cmp.Or(f.did("add preset"), f.refuse)
}

func (f *fake) RemovePreset(_ context.Context, kind core.Kind) error {
	return f.did("remove preset " + string(kind))
}

func (f *fake) TryPreset(_ context.Context, in api.PresetTry) (api.PresetTrial, error) {
	f.presetTried = in
	return f.presetTrial, f.did("try preset")
}

func (f *fake) Check(_ context.Context, r api.Ref) (api.CheckResult, error) {
	return f.check, f.did("check " + r.String())
}

func (f *fake) History(_ context.Context, _ api.Ref, q api.HistoryQuery) ([]api.HistoryEntry, error) {
	f.asked = q
	return f.history, f.did("history")
}

func (f *fake) Copy(_ context.Context, r api.Ref, req api.CopyRequest) (api.Clipboard, error) {
	f.copied = req
	return f.clip, f.did("copy " + r.String() + " " + req.Format)
}
func (f *fake) Use(_ context.Context, e core.Env) error { return f.did("use " + string(e)) }
func (f *fake) PauseAll(_ context.Context, p bool) error {
	return f.did("pause all " + map[bool]string{true: "on", false: "off"}[p])
}

func (f *fake) SetSetting(_ context.Context, key, value string) (core.Settings, error) {
	s := core.DefaultSettings()
	if err := s.Set(key, value); err != nil {
		return s, err
	}
	return s, f.did("set " + key)
}

func (f *fake) VaultInit(_ context.Context, p core.Secret) (api.Vault, error) {
	f.passphrase = p.Reveal()
	return api.Vault{Kind: "file", State: "open"}, f.did("vault init")
}

func (f *fake) VaultUnlock(_ context.Context, p core.Secret) (api.Vault, error) {
	f.passphrase = p.Reveal()
	return api.Vault{Kind: f.status.Vault.Kind, State: "open"}, f.did("vault unlock")
}

func (f *fake) VaultLock(context.Context) (api.Vault, error) {
	return api.Vault{Kind: "file", State: "locked"}, f.did("vault lock")
}

func (f *fake) Session(_ context.Context, s api.Session) error {
	f.session = s
	return nil
}

func (f *fake) Open(context.Context, api.Showing) (int, error) {
	return f.status.Windows, f.did("open")
}
func (f *fake) Stop(context.Context) error  { return f.did("stop") }
func (f *fake) Reset(context.Context) error { return f.did("reset") }
func (f *fake) Events(context.Context, bool) (<-chan api.Event, error) {
	return f.events, f.did("events")
}

// account is an account with a token that lives for the time given.
func account(name string, env core.Env, lives time.Duration) api.Account {
	a := api.Account{
		Account: core.Account{
			ID: core.ID(name + string(env)), Name: name, Env: env, Kind: kinds.WeChat, Product: kinds.ProductOfficial, AppID: "wx0123456789abcdef", Auto: true,
		},
		State: core.StateEmpty,
	}
	if lives > 0 {
		a.State, a.Mask = core.StateFresh, "84_ab••••wxyz"
		a.ObtainedAt, a.ExpiresAt, a.Life = start().Add(lives-2*time.Hour), start().Add(lives), 7200
	}
	return a
}

// whitelisted is an account that upstream refuses from here.
func whitelisted(name string, env core.Env) api.Account {
	a := account(name, env, 0)
	a.State = core.StateBlocked
	a.Error = &api.Error{
		Class: core.Whitelist, Remedy: core.RemedyWhitelist, Message: "the IP is not on the whitelist", Kind: kinds.WeChat,
		UpstreamCode: 40164, Upstream: "invalid ip", CallerIP: "203.0.113.7", RID: "62416571-5cbc3445-3e6cab76",
	}
	return a
}

// run is one call of the program in a test.
type run struct {
	term    *terminal
	agent   *fake
	env     map[string]string
	none    bool // no agent runs
	started bool // one was started
	opened  string
	parts   func(*Parts)
}

func newRun() *run {
	return &run{
		term: &terminal{in: strings.NewReader(""), width: 100, height: 24},
		agent: &fake{
			list:   api.List{Active: core.Sandbox, Settings: core.DefaultSettings()},
			kinds:  kinds.Builtin(),
			status: api.Status{Version: "1.2.3", API: 1, Home: "/home/u/tokentray", Vault: api.Vault{Kind: "memory", State: "open"}},
		},
		env: map[string]string{"TOKENTRAY_LANG": "en"},
	}
}

// do runs the program and returns the exit code and both streams.
func (r *run) do(ctx context.Context, args ...string) (code int, out, errOut string) {
	p := Parts{
		Version: "1.2.3", Term: r.term, Now: start,
		Getenv: func(k string) string { return r.env[k] },
		Connect: func(_ context.Context, _ string, start bool) (api.Agent, error) {
			if r.none && !start {
				return nil, &core.Error{Class: core.Internal, Remedy: core.RemedyNoAgent, Message: "no agent is running", Err: api.ErrNoAgent}
			}
			r.started = r.started || r.none && start
			return r.agent, nil
		},
		OpenWindow: func(home string) error { r.opened = "window of " + home; return nil },
	}
	if r.parts != nil {
		r.parts(&p)
	}
	code = Run(ctx, p, args)
	return code, r.term.out.String(), r.term.err.String()
}

// try is do in a test of its own context, and checks the code.
func (r *run) try(t *testing.T, want int, args ...string) (out, errOut string) {
	t.Helper()
	code, out, errOut := r.do(t.Context(), args...)
	if code != want {
		t.Errorf("tokentray %s: code %d, want %d\nstdout: %s\nstderr: %s", strings.Join(args, " "), code, want, out, errOut)
	}
	return out, errOut
}
