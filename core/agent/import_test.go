package agent

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/interchange"
	"tokentray/core/kinds"
	"tokentray/core/vault"
)

// plan is what a request would do, one line for each account.
func plan(t *testing.T, r *running, req api.ImportRequest) (api.ImportPlan, []string) {
	t.Helper()
	p, err := r.client.Import(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, row := range p.Rows {
		line := fmt.Sprintf("%s %s %s/%s", row.Status, row.Action, row.Name, row.Env)
		for _, more := range append([]string{row.As, row.With}, row.Changes...) {
			if more != "" {
				line += " " + more
			}
		}
		for _, problem := range row.Problems {
			line += " !" + problem.Key
		}
		out = append(out, line)
	}
	return p, out
}

// carry plans and does it.
func carry(t *testing.T, r *running, req api.ImportRequest) []string {
	t.Helper()
	p, lines := plan(t, r, req)
	req.Apply = p.Digest
	done, err := r.client.Import(t.Context(), req)
	if err != nil {
		t.Fatalf("%v, of the plan %q", err, lines)
	}
	if !done.Done || !cmp.Equal(done.Rows, p.Rows) {
		t.Errorf("done %v, rows %+v, planned %+v", done.Done, done.Rows, p.Rows)
	}
	return lines
}

func TestWhatBecomesOfImportedAccounts(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	shop, other := r.add("shop", core.Sandbox), r.add("other", core.Live)
	with := func(in api.AccountInput, edit func(*api.AccountInput)) api.AccountInput { edit(&in); return in }
	same := input("shop", core.Sandbox, shop.AppID)
	noted := with(same, func(in *api.AccountInput) { in.Note = ptr("new") })
	wrong := with(same, func(in *api.AccountInput) { in.Secret = ptr(badSecret) })
	newer := input("new", core.Sandbox, "wx00000000000000aa")
	again := input("again", core.Sandbox, other.AppID)
	odd := input("o/d", core.Sandbox, "gh_1")
	for _, c := range []struct {
		name  string
		in    api.AccountInput
		on    string
		apart bool
		want  string
		ready bool
	}{
		{"new", newer, "", false, "new add new/sandbox", true},
		{"the same", same, "", false, "same skip shop/sandbox shop/sandbox", true},
		{"without a secret", with(newer, func(in *api.AccountInput) { in.Secret = nil }), "", false, "new add new/sandbox", true},
		{"other contents", noted, "", false, "conflict undecided shop/sandbox shop/sandbox note", false},
		{"another secret", wrong, "skip", false, "conflict skip shop/sandbox shop/sandbox secret", true},
		{"replaced", wrong, "replace", false, "conflict replace shop/sandbox shop/sandbox secret", true},
		{"renamed, but it is the same AppID", noted, "rename", false, "conflict skip shop/sandbox shop/sandbox note !appid_twice", true},
		{"renamed, beside it", noted, "rename", true, "conflict rename shop/sandbox shop-2 shop/sandbox note !appid_twice", true},
		{"renamed", with(newer, func(in *api.AccountInput) { in.Name = ptr("shop") }), "rename", false, "conflict rename shop/sandbox shop-2 shop/sandbox appid", true},
		{"the AppID of another", again, "", false, "same skip again/sandbox other/live !appid_twice", true},
		{"the AppID of another, with another secret", with(again, func(in *api.AccountInput) { in.Secret = ptr(badSecret) }), "", false, "conflict undecided again/sandbox other/live secret !appid_twice", false},
		{"the AppID of another, beside it", again, "", true, "new add again/sandbox other/live !appid_twice", true},
		{"what cannot be saved", odd, "", false, "problem skip o/d/sandbox !name_chars !appid_gh", false},
		{"an AppSecret in the place of the AppID", with(newer, func(in *api.AccountInput) { in.AppID = ptr(goodSecret) }), "", false, "problem skip new/sandbox !appid_secret", false},
		{"an AppSecret in the name", with(newer, func(in *api.AccountInput) { in.Name = ptr("shop " + goodSecret) }), "", false, "problem skip …/sandbox !name_secret", false},
		{"a replacement that cannot be saved", with(noted, func(in *api.AccountInput) { in.BaseURL = ptr("http://a.example") }), "replace", false, "problem skip shop/sandbox shop/sandbox base_url note !base_url_https", false},
		{"replaced by the token of another", with(noted, func(in *api.AccountInput) { in.AppID = &other.AppID }), "replace", false, "problem skip shop/sandbox shop/sandbox appid note !appid_twice", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, got := plan(t, r, api.ImportRequest{Accounts: []api.AccountInput{c.in}, OnConflict: c.on, Apart: c.apart})
			if strings.Contains(p.Rows[0].AppID+p.Rows[0].Name, goodSecret) {
				t.Error("the plan shows an AppSecret")
			}
			if got[0] != c.want || p.Ready != c.ready || p.Done {
				t.Errorf("got %q, ready %v, want %q, %v", got[0], p.Ready, c.want, c.ready)
			}
		})
	}
	if r.accounts.count() != 2 {
		t.Error("a plan changed something")
	}
}

func TestAnImport(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	asked := w.up.count()
	live := input("商店", core.Live, "wx00000000000000a1")
	legacy := input("old", core.Live, "wx00000000000000a2")
	legacy.Kind, legacy.AllowLive, legacy.Auto = ptr(kinds.WeChatLegacy), ptr(true), ptr(true)
	bare := input("bare", core.Sandbox, "wx00000000000000a3")
	bare.Secret = nil
	req := api.ImportRequest{Accounts: []api.AccountInput{live, legacy, bare}, Settings: map[string]string{"theme": "dark"}}
	carry(t, r, req)
	if w.up.count() != asked {
		t.Errorf("upstream was asked %d times: a live account is not fetched for because it was imported", w.up.count()-asked)
	}
	l, err := r.client.List(t.Context())
	if err != nil || len(l.Accounts) != 3 || l.Settings.Theme != "dark" {
		t.Fatalf("%d accounts, theme %s, %v", len(l.Accounts), l.Settings.Theme, err)
	}
	for _, a := range l.Accounts {
		if a.AllowLive || a.Auto != (a.Name == "bare") {
			t.Errorf("%s: allowed %v, renewed %v", a.Ref(), a.AllowLive, a.Auto)
		}
	}
	wantClass(t, second(r.client.Token(t.Context(), api.Ref{Name: "old", Env: core.Live}, 0)), core.Misuse)
	if _, err := r.client.Token(t.Context(), api.Ref{Name: "商店", Env: core.Live}, 0); err != nil {
		t.Errorf("who asks for it gets a token: %v", err)
	}
	if e := wantClass(t, second(r.client.Token(t.Context(), api.Ref{Name: "bare"}, 0)), core.VaultClosed); e.Remedy != core.RemedyReenter {
		t.Errorf("without a secret: %v", e)
	}
	if lines := carry(t, r, req); strings.Contains(strings.Join(lines, " "), "add") {
		t.Errorf("a second time: %q", lines)
	}
	req.Accounts[2].Secret = ptr(goodSecret)
	req.OnConflict = api.ConflictReplace
	carry(t, r, req)
	if _, err := r.client.Token(t.Context(), api.Ref{Name: "bare"}, 0); err != nil {
		t.Errorf("after its secret came: %v", err)
	}
	for _, text := range []string{goodSecret} {
		if strings.Contains(w.log.String(), text) {
			t.Error("a secret is in the log")
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestAPlanThatNoLongerHoldsIsNotCarriedOut(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	req := api.ImportRequest{Accounts: []api.AccountInput{input("shop", core.Sandbox, "wx00000000000000a1")}}
	p, _ := plan(t, r, req)
	r.add("shop", core.Sandbox)
	req.Apply = p.Digest
	_, err := r.client.Import(t.Context(), req)
	if e := wantClass(t, err, core.Misuse); e.Remedy != core.RemedyPreview || r.accounts.count() != 1 {
		t.Errorf("%v, %d accounts", e, r.accounts.count())
	}
	_, err = r.client.Import(t.Context(), api.ImportRequest{OnConflict: "burn"})
	wantClass(t, err, core.Invalid)
}

func TestAnImportThatFailsMidwayLeavesNothing(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	first := r.add("shop", core.Sandbox)
	req := api.ImportRequest{OnConflict: api.ConflictReplace}
	for i := range 5 {
		req.Accounts = append(req.Accounts, input(fmt.Sprint("new", i), core.Sandbox, fmt.Sprintf("wx%016x", 160+i)))
	}
	changed := input("shop", core.Sandbox, first.AppID)
	changed.Secret = ptr(badSecret)
	req.Accounts = append(req.Accounts, changed)
	p, _ := plan(t, r, req)
	req.Apply = p.Digest
	w.ring.mu.Lock()
	w.ring.noSet = closedBy(vault.ErrUnavailable)
	w.ring.mu.Unlock()
	_, err := r.client.Import(t.Context(), req)
	if e := wantClass(t, err, core.VaultClosed); !strings.Contains(e.Message, "nothing was imported") || strings.Contains(e.Message, goodSecret) {
		t.Errorf("message %q", e.Message)
	}
	w.ring.mu.Lock()
	w.ring.noSet = nil
	w.ring.mu.Unlock()
	if r.accounts.count() != 1 {
		t.Errorf("%d accounts", r.accounts.count())
	}
	if _, err := r.client.VaultUnlock(t.Context(), core.Secret{}); err != nil {
		t.Fatal(err)
	}
	if c, err := r.vault.Credentials(t.Context(), core.Account{ID: first.ID, Kind: first.Kind}); err != nil || c.Secret.Reveal() != goodSecret {
		t.Errorf("the secret that was to be replaced: %v", err)
	}
	carry(t, r, api.ImportRequest{Accounts: req.Accounts, OnConflict: api.ConflictReplace})
	if r.accounts.count() != 6 {
		t.Errorf("%d accounts after the vault recovered", r.accounts.count())
	}
}

func TestImportIntoThePassphraseFile(t *testing.T) {
	w := newWorld(t)
	w.ring.breaks(closedBy(vault.ErrUnavailable))
	r := w.start()
	req := api.ImportRequest{}
	for i := range 200 {
		req.Accounts = append(req.Accounts, input(fmt.Sprint("shop", i), core.Live, fmt.Sprintf("wx%016x", i)))
	}
	_, err := r.client.Import(t.Context(), req)
	wantClass(t, err, core.VaultClosed)
	if _, err := r.client.VaultInit(t.Context(), core.NewSecret(passphrase)); err != nil {
		t.Fatal(err)
	}
	carry(t, r, req)
	if _, err := r.client.Token(t.Context(), api.Ref{Name: "shop199", Env: core.Live}, 0); err != nil || w.up.count() != 1 {
		t.Errorf("%v after %d fetches", err, w.up.count())
	}
}

func TestABackupRestoresElsewhere(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	for i := range 3 {
		r.add(fmt.Sprint("店", i), core.Envs()[i%2])
	}
	in := api.AccountInput{Input: core.Input{Proxy: ptr("http://user@127.0.0.1:9"), Note: ptr("n")}, ProxyPassword: ptr("proxy pass")}
	if _, err := r.client.Edit(t.Context(), api.Ref{Name: "店0"}, in); err != nil {
		t.Fatal(err)
	}
	if _, err := r.client.SetSetting(t.Context(), "language", "zh"); err != nil {
		t.Fatal(err)
	}
	pass := core.NewSecret("a passphrase")
	_, err := r.client.Backup(t.Context(), core.Secret{})
	wantClass(t, err, core.Invalid)
	b, err := r.client.Backup(t.Context(), pass)
	if err != nil || b.Accounts != 3 || len(b.NoSecret) != 0 {
		t.Fatalf("%d accounts, without secret %v, %v", b.Accounts, b.NoSecret, err)
	}
	for what, text := range map[string]string{"answer": string(b.Age), "log": w.log.String()} {
		for _, word := range append(w.up.tokens(), goodSecret, "proxy pass", "a passphrase") {
			if strings.Contains(text, word) {
				t.Errorf("%s holds %q", what, word)
			}
		}
	}
	f, err := interchange.Read(b.Age, interchange.Options{Passphrase: pass})
	if err != nil || len(f.Accounts) != 3 {
		t.Fatalf("%d accounts, %v", len(f.Accounts), err)
	}
	if got := f.Accounts[0]; got.ProxyPassword.Reveal() != "proxy pass" || got.Secret.Reveal() != goodSecret || *got.Note != "n" {
		t.Errorf("the first is %+v", got)
	}
	settings := map[string]string{}
	for _, s := range f.Settings {
		settings[s.Key] = s.Value
	}
	for _, key := range []string{core.SettingStartAtLogin, core.SettingLoopback, core.SettingLoopbackPort} {
		if _, has := settings[key]; has {
			t.Errorf("%s is in the backup", key)
		}
	}
	if settings["language"] != "zh" {
		t.Errorf("settings %v", settings)
	}
	if _, err := r.client.VaultInit(t.Context(), core.NewSecret(passphrase)); err != nil {
		t.Fatal(err)
	}
	_, err = r.client.Backup(t.Context(), pass)
	if e := wantClass(t, err, core.VaultClosed); e.Remedy != core.RemedyBackupPass {
		t.Errorf("under another passphrase than the passphrase file's: %v", e)
	}
	if b, err = r.client.Backup(t.Context(), core.NewSecret(passphrase)); err != nil || b.Accounts != 3 {
		t.Errorf("under the passphrase file's own: %d accounts, %v", b.Accounts, err)
	}
	if _, err := r.client.VaultLock(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err = r.client.Backup(t.Context(), core.NewSecret(passphrase))
	wantClass(t, err, core.VaultClosed)
}

func TestSettingsOfABackup(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	if _, err := r.client.SetSetting(t.Context(), "theme", "dark"); err != nil {
		t.Fatal(err)
	}
	req := api.ImportRequest{Settings: map[string]string{"theme": "light", "language": "zh", "text-size": "100", "start-at-login": "true", "loopback": "true", "loopback-port": "8099", "nonsense": goodSecret}}
	p, err := r.client.Import(t.Context(), req)
	var got []string
	for _, s := range p.Settings {
		got = append(got, s.Key+" "+s.Value+" "+s.Status+" "+s.Action)
	}
	want := []string{"language zh new replace", "loopback  problem skip", "loopback-port  problem skip", "nonsense  problem skip", "start-at-login  problem skip", "text-size 100 same skip", "theme light conflict undecided"}
	if diff := cmp.Diff(want, got); diff != "" || err != nil || p.Ready {
		t.Errorf("ready %v, %v, (-want +got):\n%s", p.Ready, err, diff)
	}
	req.OnConflict, req.SkipProblems = api.ConflictSkip, true
	carry(t, r, req)
	if l, err := r.client.List(t.Context()); err != nil || l.Settings.Theme != "dark" || l.Settings.Language != "zh" {
		t.Errorf("settings %+v, %v", l.Settings, err)
	}
}

// TestManyImportedAccountsDoNotStorm: those that are renewed in the background
// are asked for a few at a time, and the import does not wait for them.
func TestManyImportedAccountsDoNotStorm(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	gate := make(chan struct{})
	w.up.set(nil, gate)
	req := api.ImportRequest{}
	for i := range 200 {
		req.Accounts = append(req.Accounts, input(fmt.Sprint("shop", i), core.Sandbox, fmt.Sprintf("wx%016x", i)))
	}
	carry(t, r, req)
	l, err := r.client.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	renewing := 0
	for _, a := range l.Accounts {
		if a.State == core.StateRenewing {
			renewing++
		}
	}
	if len(l.Accounts) != 200 || renewing > 16 {
		t.Errorf("%d of %d accounts are asked for at once", renewing, len(l.Accounts))
	}
	close(gate)
}

// TestEveryFieldCanConflict: whichever field of an account a file tells
// otherwise, the account is in conflict and not the same.
func TestEveryFieldCanConflict(t *testing.T) {
	p := &importer{s: &Service{}}
	p.s.known.Store(&kinds.Set{})
	apartFrom := []string{"ID", "Name", "Env", "AllowLive"} // what a file finds an account by, and what none tells
	for i := range reflect.TypeFor[core.Account]().NumField() {
		name := reflect.TypeFor[core.Account]().Field(i).Name
		var d draft
		switch f := reflect.ValueOf(&d.account).Elem().Field(i); f.Kind() {
		case reflect.Bool:
			f.SetBool(true)
		case reflect.Int:
			f.SetInt(1)
		case reflect.String:
			f.SetString("x")
		case reflect.Struct:
			f.Set(reflect.ValueOf(core.ParamsOf(map[string]string{"key": "x"})))
		default:
			t.Fatalf("core.Account.%s is of a kind that this test does not know", name)
		}
		if told := len(p.changes(core.Account{}, entry{}, d)) > 0; told == slices.Contains(apartFrom, name) {
			t.Errorf("core.Account.%s: a difference is told: %v", name, told)
		}
	}
}

// A name that has the form of a secret, as of a file whose columns are shifted, is
// refused and stands neither in the plan nor in the log.
func TestAPlanShowsNoSecretForAName(t *testing.T) {
	w := newWorld(t)
	w.everyKind()
	r := w.start()
	for _, secret := range []string{"a1b2c3d4e5f60718293a4b5c6d7e8f90", "abcDEF-123_abcDEF-123_abcDEF-123_abcDEF-123"} {
		plan, err := r.client.Import(t.Context(), api.ImportRequest{Accounts: []api.AccountInput{input(secret, core.Sandbox, "wx00000000000000a1")}})
		if err != nil || len(plan.Rows) != 1 || plan.Rows[0].Status != api.ImportProblem {
			t.Fatalf("planned %+v, %v", plan.Rows, err)
		}
		if raw := fmt.Sprintf("%+v", plan); strings.Contains(raw, secret[:12]) || strings.Contains(w.log.String(), secret[:12]) {
			t.Errorf("the plan or the log tells it: %s", raw)
		}
	}
}

// TestALongPlanIsNotSlow: an account of a long file is planned with no more work than one
// of a short file. Work is counted in allocations, which no busy machine changes.
func TestALongPlanIsNotSlow(t *testing.T) {
	r := newWorld(t).start()
	work := func(n int) float64 {
		var req api.ImportRequest
		for i := range n {
			req.Accounts = append(req.Accounts, input(fmt.Sprintf("a%d", i), core.Sandbox, fmt.Sprintf("wx%016x", i)))
		}
		return testing.AllocsPerRun(1, func() {
			if p, err := r.client.Import(t.Context(), req); err != nil || len(p.Rows) != n {
				t.Fatalf("%d rows, %v", len(p.Rows), err)
			}
		})
	}
	if short, long := work(200), work(800); long > 6*short {
		t.Errorf("four times the accounts take %.1f times the work", long/short)
	}
}
