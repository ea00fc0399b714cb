package agent

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/preset"
	"tokentray/core/sim"
)

// wren is a user's preset for the simulated Feishu, at a host of its own.
const wren = `{
  "name": "wren",
  "label": {"en": "Wren", "zh": "鹪鹩"},
  "method": "POST",
  "url": "https://api.wren.example/open-apis/auth/v3/tenant_access_token/internal",
  "fields": {"app_id": "{{appid}}", "app_secret": "{{secret}}"},
  "token": "tenant_access_token",
  "expires": "expire",
  "code": "code",
  "text": "msg",
  "success": [0],
  "refusals": {"secret": [10014], "appid": [10003]},
  "repeat": "same",
  "renew_before": "30m",
  "use": {"header": "Authorization", "prefix": "Bearer "},
  "dead": {"code": [99991663]},
  "check": "/open-apis/bot/v3/info"
}`

const wrenSecret = "5ecre7-0f-7h3-wr3n"

// withWrens gives a world the upstream of wren.
func withWrens(t *testing.T, w *world) *sim.Server {
	t.Helper()
	srv := sim.New(sim.Config{})
	if err := srv.Put(sim.Account{AppID: "cli_a1", Secret: core.NewSecret(wrenSecret), Platform: "feishu"}); err != nil {
		t.Fatal(err)
	}
	w.presets = preset.NewAsker(preset.Options{Transport: srv.Transport()})
	return srv
}

func (r *running) addWren(t *testing.T, name string) api.Account {
	t.Helper()
	in := input(name, core.Sandbox, "cli_a1")
	in.Kind, in.Product, in.Secret = ptr(core.Kind("wren")), nil, ptr(wrenSecret)
	saved, err := r.client.Add(t.Context(), in)
	if err != nil || saved.Account.Error != nil || saved.Account.Mask == "" {
		t.Fatalf("%v: %+v", err, saved)
	}
	return saved.Account
}

func (r *running) addPreset(t *testing.T, file string, replace bool) api.PresetSaved {
	t.Helper()
	saved, err := r.client.AddPreset(t.Context(), api.PresetFile{File: []byte(file), Replace: replace})
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

// A user's preset is a kind from the moment that it is added, and after a restart.
func TestAUsersPresetIsAKind(t *testing.T) {
	w := newWorld(t)
	withWrens(t, w)
	r := w.start()
	stream := r.events(t)
	saved := r.addPreset(t, wren, false)
	next(t, stream, api.EventKinds)
	if saved.Replaced || saved.Preset.Kind != "wren" || !saved.Preset.Own || !slices.Equal(saved.Preset.Hosts, []string{"https://api.wren.example"}) {
		t.Errorf("%+v", saved)
	}
	a := r.addWren(t, "bird")
	if got, err := r.client.Token(t.Context(), a.Ref(), 0); err != nil || !strings.HasPrefix(got.AccessToken, "t-") || got.BaseURL != "https://api.wren.example" {
		t.Errorf("%v: %s", err, got.BaseURL)
	}
	all, err := r.client.Presets(t.Context())
	if last := all[len(all)-1]; err != nil || last.Kind != "wren" || last.Accounts != 1 || len(last.File) > 0 {
		t.Errorf("%v: %+v", err, all)
	}
	if one, err := r.client.Preset(t.Context(), "wren"); err != nil || string(one.File) != wren {
		t.Errorf("%v: %s", err, one.File)
	}
	wantClass(t, r.client.RemovePreset(t.Context(), "wren"), core.Misuse) // an account is of it
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	r = w.start()
	if set, err := r.client.Kinds(t.Context()); err != nil || !slices.Contains(set.Names(), "wren") {
		t.Fatalf("after a restart: %v, %v", set.Names(), err)
	}
	if got, err := r.client.Account(t.Context(), a.Ref()); err != nil || got.Error != nil || got.Mask != a.Mask {
		t.Errorf("%v: %+v", err, got)
	}
	if err := r.client.Remove(t.Context(), a.Ref()); err != nil {
		t.Fatal(err)
	}
	if err := r.client.RemovePreset(t.Context(), "wren"); err != nil {
		t.Fatal(err)
	}
	wantClass(t, r.client.RemovePreset(t.Context(), "wren"), core.NotFound)
}

// Checking a file tells what saving it would do, and does nothing.
func TestAPresetIsCheckedBeforeItIsSaved(t *testing.T) {
	w := newWorld(t)
	withWrens(t, w)
	r := w.start()
	check := func(file string) api.PresetSaved {
		t.Helper()
		would, err := r.client.AddPreset(t.Context(), api.PresetFile{File: []byte(file), Check: true})
		if err != nil {
			t.Fatal(err)
		}
		return would
	}
	if would := check(wren); would.Replaced || len(would.Paused) > 0 || !slices.Equal(would.Preset.Hosts, []string{"https://api.wren.example"}) {
		t.Errorf("%+v", would)
	}
	if set, err := r.client.Kinds(t.Context()); err != nil || slices.Contains(set.Names(), "wren") {
		t.Fatalf("it is a kind already: %v", err)
	}
	r.addPreset(t, wren, false)
	a := r.addWren(t, "bird")
	if would := check(wren); !would.Replaced || len(would.Paused) > 0 {
		t.Errorf("the same again: %+v", would)
	}
	elsewhere := strings.Replace(wren, "api.wren.example", "other.example", 1)
	if would := check(elsewhere); !would.Replaced || !slices.Equal(would.Paused, []string{a.Ref().String()}) {
		t.Errorf("another host: %+v", would)
	}
	if got, err := r.client.Account(t.Context(), a.Ref()); err != nil || !got.Auto || got.Mask != a.Mask {
		t.Errorf("the check changed the account: %+v, %v", got, err)
	}
	saved, err := r.client.AddPreset(t.Context(), api.PresetFile{File: []byte(elsewhere), Replace: true})
	if err != nil || !slices.Equal(saved.Paused, []string{a.Ref().String()}) {
		t.Errorf("saving does something else: %+v, %v", saved, err)
	}
}

// The names of this version's kinds are its own: a user's preset under one is refused
// with the line of the name, and the kind stays as it was.
func TestAPresetUnderABuiltInNameIsRefused(t *testing.T) {
	w := newWorld(t)
	w.everyKind()
	r := w.start()
	for _, kind := range w.kinds.Names() {
		file := strings.Replace(wren, `"wren"`, `"`+string(kind)+`"`, 1)
		for _, in := range []api.PresetFile{{File: []byte(file)}, {File: []byte(file), Replace: true}, {File: []byte(file), Check: true}} {
			_, err := r.client.AddPreset(t.Context(), in)
			wantClass(t, err, core.Invalid)
			var faults api.PresetFaults
			if !errors.As(err, &faults) || len(faults) != 1 || faults[0].Code != preset.FaultBuiltin || faults[0].Field != "name" || faults[0].Line != 2 {
				t.Errorf("%s: %v", kind, err)
			}
		}
	}
	if set, err := r.client.Kinds(t.Context()); err != nil || !set.Equal(w.kinds) {
		t.Errorf("the kinds changed: %v, %v", set.Names(), err)
	}
}

// A file with faults changes nothing: neither the preset that is there nor the token of
// its accounts.
func TestAPresetWithFaultsChangesNothing(t *testing.T) {
	w := newWorld(t)
	srv := withWrens(t, w)
	r := w.start()
	r.addPreset(t, wren, false)
	a := r.addWren(t, "bird")
	for _, file := range []string{
		strings.Replace(wren, "https://api.wren.example", "https://{{secret}}.evil.example", 1),
		strings.Replace(wren, "https://api.wren.example", "http://api.wren.example", 1),
		strings.Replace(wren, `"prefix": "Bearer "`, `"prefix": "Bearer ", "host": "https://evil.example"`, 1),
		strings.Replace(wren, `"wren"`, `"feishu-or-not"`, 1) + "}",
		`{}`, ``, `<html>`,
	} {
		_, err := r.client.AddPreset(t.Context(), api.PresetFile{File: []byte(file), Replace: true})
		e := wantClass(t, err, core.Invalid)
		var faults api.PresetFaults
		if !errors.As(err, &faults) || faults[0].Line < 1 || !strings.Contains(e.Message, "line ") {
			t.Errorf("%.40s: %v", file, err)
		}
	}
	_, err := r.client.AddPreset(t.Context(), api.PresetFile{File: []byte(strings.Replace(wren, `"app_id"`, `"id"`, 1))})
	wantClass(t, err, core.Misuse) // it would replace one that asks something else
	if got, err := r.client.Token(t.Context(), a.Ref(), 0); err != nil || core.Mask(got.AccessToken) != a.Mask || !srv.Accepts("cli_a1", got.AccessToken) {
		t.Errorf("the living token: %v", err)
	}
}

// Where another host or another request takes a preset's place, its accounts are
// paused, and no secret leaves before a person enters it again.
func TestReplacingAPresetAsksForTheSecret(t *testing.T) {
	w := newWorld(t)
	srv := withWrens(t, w)
	r := w.start()
	r.addPreset(t, wren, false)
	a := r.addWren(t, "bird")
	if saved := r.addPreset(t, strings.Replace(wren, "Wren", "Jenny Wren", 1), true); !saved.Replaced || len(saved.Paused) > 0 {
		t.Errorf("a label asks for nothing: %+v", saved)
	}
	for _, change := range [][2]string{
		{"https://api.wren.example", "https://api.other.example"},
		{`"app_secret": "{{secret}}"`, `"app_secret": "{{secret}}", "also": "{{secret}}"`},
	} {
		calls := srv.Calls("cli_a1", "")
		saved := r.addPreset(t, strings.Replace(wren, change[0], change[1], 1), true)
		if !saved.Replaced || !slices.Equal(saved.Paused, []string{"bird/sandbox"}) {
			t.Fatalf("%s: %+v", change[1], saved)
		}
		got, err := r.client.Account(t.Context(), a.Ref())
		if err != nil || got.Auto || got.Error == nil || got.Error.Remedy != core.RemedySecretAgain {
			t.Errorf("%s: %v, %+v", change[1], err, got)
		}
		_, err = r.client.Token(t.Context(), a.Ref(), 0)
		wantClass(t, err, core.Misuse)
		_, err = r.client.Refresh(t.Context(), a.Ref(), api.RefreshRequest{Person: true})
		wantClass(t, err, core.Misuse)
		if n := srv.Calls("cli_a1", ""); n != calls {
			t.Errorf("%s: %d calls before the secret was entered", change[1], n-calls)
		}
		edited, err := r.client.Edit(t.Context(), a.Ref(), api.AccountInput{Secret: ptr(wrenSecret)})
		if err != nil || edited.Account.Error != nil || edited.Account.Mask == "" {
			t.Errorf("%s: %v, %+v", change[1], err, edited.Account)
		}
		if saved := r.addPreset(t, wren, true); len(saved.Paused) != 1 {
			t.Errorf("back again: %+v", saved)
		}
		if _, err := r.client.Edit(t.Context(), a.Ref(), api.AccountInput{Secret: ptr(wrenSecret)}); err != nil {
			t.Error(err)
		}
	}
}

// withoutItsPreset is an agent with an account whose preset is not there, and the
// upstream that the account asks.
func withoutItsPreset(t *testing.T) (*running, api.Account, *sim.Server) {
	t.Helper()
	w := newWorld(t)
	srv := withWrens(t, w)
	r := w.start()
	r.addPreset(t, wren, false)
	a := r.addWren(t, "bird")
	if err := r.parts.Store.RemovePreset("wren"); err != nil {
		t.Fatal(err)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	return w.start(), a, srv
}

// An account whose preset is not there is kept, and says so; it goes on once the preset
// is back.
func TestAnAccountWithoutItsPresetIsKept(t *testing.T) {
	r, a, _ := withoutItsPreset(t)
	got, err := r.client.Account(t.Context(), a.Ref())
	if err != nil || got.Error == nil || got.Error.Remedy != core.RemedyKindMissing || got.State != core.StateBlocked {
		t.Fatalf("%v: %+v", err, got)
	}
	r.addPreset(t, wren, false)
	if got, err := r.client.Token(t.Context(), a.Ref(), 0); err != nil || got.AccessToken == "" {
		t.Errorf("%v", err)
	}
}

// A preset that comes in the place of one that is missing is asked with the secret only
// where it asks the same: another host waits for a person, as with a replacement.
func TestAnotherPresetInTheMissingOnesPlace(t *testing.T) {
	r, a, srv := withoutItsPreset(t)
	calls := srv.Calls("cli_a1", "")
	other := api.PresetFile{File: []byte(strings.Replace(wren, "api.wren.example", "api.other.example", 1))}
	if _, err := r.client.VaultLock(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := r.client.AddPreset(t.Context(), other)
	wantClass(t, err, core.VaultClosed) // it alone knows where the secret may go
	if _, err := r.client.VaultUnlock(t.Context(), core.Secret{}); err != nil {
		t.Fatal(err)
	}
	for _, other.Check = range []bool{true, false} {
		if saved, err := r.client.AddPreset(t.Context(), other); err != nil || !slices.Equal(saved.Paused, []string{a.Ref().String()}) {
			t.Errorf("check %v: %v, %+v", other.Check, err, saved)
		}
	}
	for _, ask := range []func() error{
		func() error { _, err := r.client.Token(t.Context(), a.Ref(), 0); return err },
		func() error {
			_, err := r.client.Refresh(t.Context(), a.Ref(), api.RefreshRequest{Person: true})
			return err
		},
	} {
		if e := wantClass(t, ask(), core.Misuse); e.Remedy != core.RemedySecretAgain {
			t.Errorf("%+v", e)
		}
	}
	if n := srv.Calls("cli_a1", ""); n != calls {
		t.Errorf("%d calls before the secret was entered", n-calls)
	}
	if edited, err := r.client.Edit(t.Context(), a.Ref(), api.AccountInput{Secret: ptr(wrenSecret)}); err != nil || edited.Account.Error != nil {
		t.Errorf("with the secret: %v, %+v", err, edited.Account.Error)
	}
}

// A trial goes through the proxy that it names, which is checked as an account's is.
// Neither the proxy's password nor the secret is shown, and the proxy never has the
// secret of a host with https.
func TestTryingAPresetThroughAProxy(t *testing.T) {
	const password = "pr0xy-p4ss-never-5h0wn"
	w, proxy := newWorld(t), record(t)
	w.presets = preset.NewAsker(preset.Options{})
	r := w.start()
	in := api.PresetTry{File: []byte(wren), AppID: "cli_a1", Secret: wrenSecret, Proxy: strings.Replace(proxy.URL, "//", "//dev@", 1), ProxyPassword: password}
	got, err := r.client.TryPreset(t.Context(), in)
	if err != nil || got.Error == nil || got.Mask != "" {
		t.Fatalf("%v: %+v", err, got)
	}
	seen, basic := proxy.all(), base64.StdEncoding.EncodeToString([]byte("dev:"+password))
	if !strings.Contains(seen, "CONNECT api.wren.example:443") || !strings.Contains(seen, basic) || strings.Contains(seen, wrenSecret) {
		t.Errorf("the proxy was sent:\n%s", seen)
	}
	shown, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	for _, hidden := range []string{password, basic, wrenSecret} {
		if strings.Contains(string(shown), hidden) || strings.Contains(w.log.String(), hidden) {
			t.Errorf("a secret is shown or logged: %s\n%s", shown, w.log.String())
		}
	}
	for _, bad := range []string{"proxy.example:3128", "http://dev:" + password + "@proxy.example:3128", "ftp://proxy.example"} {
		in.Proxy = bad
		_, err := r.client.TryPreset(t.Context(), in)
		wantClass(t, err, core.Invalid)
		if err != nil && strings.Contains(err.Error(), password) {
			t.Errorf("the error shows the password: %v", err)
		}
	}
	if again := proxy.all(); again != seen {
		t.Errorf("a proxy that is refused was asked:\n%s", again)
	}
}

// A trial is no way round the guard of a live account: nothing is sent.
func TestADestructivePresetIsNotTriedOnLive(t *testing.T) {
	w := newWorld(t)
	withWrens(t, w)
	r := w.start()
	in := api.PresetTry{File: []byte(strings.Replace(wren, `"repeat": "same"`, `"repeat": "destructive"`, 1)), AppID: "cli_a1", Secret: wrenSecret, Env: core.Live}
	got, err := r.client.TryPreset(t.Context(), in)
	wantClass(t, err, core.Misuse)
	if got.Status != 0 || got.Mask != "" {
		t.Errorf("it was asked: %+v", got)
	}
	in.Env = core.Sandbox
	if got, err = r.client.TryPreset(t.Context(), in); err != nil || got.Status != 200 {
		t.Errorf("sandbox: %v, %+v", err, got)
	}
}

// A trial saves nothing, and shows neither the secret nor the token.
func TestTryingAPresetSavesNothing(t *testing.T) {
	w := newWorld(t)
	withWrens(t, w)
	r := w.start()
	got, err := r.client.TryPreset(t.Context(), api.PresetTry{File: []byte(wren), AppID: "cli_a1", Secret: wrenSecret})
	if err != nil || got.Error != nil || got.Status != 200 || got.Mask == "" || got.ExpiresIn != 7200 || !strings.Contains(got.Body, "•••") || strings.Contains(got.Body+got.URL, wrenSecret) {
		t.Errorf("%v: %+v", err, got)
	}
	got, err = r.client.TryPreset(t.Context(), api.PresetTry{File: []byte(strings.Replace(wren, `"tenant_access_token"`, `"nothing.here"`, 1)), AppID: "cli_a1", Secret: wrenSecret})
	if err != nil || got.Error == nil || !strings.Contains(got.Error.Message, "nothing.here") || got.Found[0].There {
		t.Errorf("%v: %+v", err, got)
	}
	_, err = r.client.TryPreset(t.Context(), api.PresetTry{File: []byte(wren), AppID: "cli_a1"})
	wantClass(t, err, core.Invalid)
	_, err = r.client.TryPreset(t.Context(), api.PresetTry{Kind: "nobody", AppID: "cli_a1", Secret: "x"})
	wantClass(t, err, core.NotFound)
	if set, err := r.client.Kinds(t.Context()); err != nil || slices.Contains(set.Names(), "wren") {
		t.Errorf("%v, %v", set.Names(), err)
	}
}
