package agent

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/central"
	"tokentray/core/interchange"
	"tokentray/core/kinds"
	"tokentray/core/oauth"
	"tokentray/core/rediscache"
	"tokentray/core/wechat"
	"tokentray/core/wecom"
)

// recorder is an upstream, or a proxy, that keeps all that it is sent and hands
// out a token for anything.
type recorder struct {
	*httptest.Server
	mu   sync.Mutex
	seen bytes.Buffer
}

func record(t *testing.T) *recorder {
	t.Helper()
	r := &recorder{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		raw, err := httputil.DumpRequest(req, true)
		if err != nil {
			t.Error(err)
		}
		r.mu.Lock()
		r.seen.Write(raw)
		r.mu.Unlock()
		if req.Method == http.MethodConnect {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		_, _ = io.WriteString(w, `{"access_token":"88_TOKENtokenTOKENtoken`+r.Server.Listener.Addr().String()+`","expires_in":7200}`)
	}))
	t.Cleanup(r.Close)
	return r
}

// all is what was sent so far.
func (r *recorder) all() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.seen.String()
}

// wantNothing fails when anything at all was sent.
func (r *recorder) wantNothing(t *testing.T, who string) {
	t.Helper()
	if got := r.all(); got != "" {
		t.Errorf("%s was sent:\n%s", who, got)
	}
}

// atWeChat is a world whose accounts ask by the real adapter.
func atWeChat(t *testing.T) *world {
	w := newWorld(t)
	w.kinds, w.sources = kinds.Builtin(), sourcesOf(wechat.Options{})
	return w
}

var shop = api.Ref{Name: "shop", Env: core.Sandbox}

// refusesAll asks for the account's token in every way there is, and tests it.
func refusesAll(t *testing.T, r *running) {
	t.Helper()
	for _, door := range []struct {
		name string
		ask  func() error
	}{
		{"get", func() error { return second(r.client.Token(t.Context(), shop, 0)) }},
		{"get with a long life", func() error { return second(r.client.Token(t.Context(), shop, 10*time.Minute)) }},
		{"refresh", func() error { return second(r.client.Refresh(t.Context(), shop, api.RefreshRequest{})) }},
		{"refresh of a token", func() error { return second(r.client.Refresh(t.Context(), shop, api.RefreshRequest{Stale: "x"})) }},
		{"refresh by force", func() error { return second(r.client.Refresh(t.Context(), shop, api.RefreshRequest{Force: true})) }},
		{"try again", func() error { return second(r.client.Refresh(t.Context(), shop, api.RefreshRequest{Person: true})) }},
		{"copy", func() error { return second(r.client.Copy(t.Context(), shop, api.CopyRequest{})) }},
		{"a reset of the quota", func() error { return second(r.client.ResetQuota(t.Context(), shop)) }},
	} {
		r.world.pass(time.Minute) // no floor refuses it
		e := wantClass(t, door.ask(), core.Misuse)
		if e.Remedy != core.RemedySecretAgain || e.SecretHost == "" || strings.Contains(e.Error(), goodSecret) {
			t.Errorf("%s: %+v", door.name, e)
		}
	}
	if err := second(r.client.Check(t.Context(), shop)); err == nil {
		t.Error("a token was checked")
	}
	got, err := r.client.Test(t.Context(), api.TestRequest{Ref: &shop})
	if err != nil || got.Error == nil || got.Error.Remedy != core.RemedySecretAgain {
		t.Errorf("a test said %+v, %v", got, err)
	}
	r.keeper.Wake()
}

// TestAnAppSecretIsNotSentToAnotherHost: if an account gets another address, in
// whichever way, its AppSecret is not sent there.
func TestAnAppSecretIsNotSentToAnotherHost(t *testing.T) {
	edit := func(in api.AccountInput) func(*testing.T, *running) {
		return func(t *testing.T, r *running) {
			saved, err := r.client.Edit(t.Context(), shop, in)
			if err != nil || saved.Account.Error == nil || saved.Account.Error.Remedy != core.RemedySecretAgain || saved.Account.State != core.StateBlocked {
				t.Errorf("the edit answers %+v, %v", saved.Account, err)
			}
		}
	}
	replace := func(in api.AccountInput) func(*testing.T, *running) {
		return func(t *testing.T, r *running) {
			in.Name, in.AppID = ptr("shop"), ptr(appID)
			req := api.ImportRequest{Accounts: []api.AccountInput{in}, OnConflict: api.ConflictReplace}
			p, _ := plan(t, r, req)
			row := p.Rows[0]
			if !row.SecretAgain || len(row.Addresses) == 0 || row.Addresses[0].From == row.Addresses[0].To {
				t.Errorf("the plan said %+v", row)
			}
			carry(t, r, req)
		}
	}
	base := func(url string) api.AccountInput { return api.AccountInput{Input: core.Input{BaseURL: &url}} }
	proxy := func(url string) api.AccountInput { return api.AccountInput{Input: core.Input{Proxy: &url}} }
	// Whoever signs with a certificate that the account trusts can be any host.
	trust := api.AccountInput{Input: core.Input{CA: ptr(someCA(t))}}
	distrust := api.AccountInput{Input: core.Input{CA: ptr("")}}
	for _, tt := range []struct {
		name string
		move func(foreign string) func(*testing.T, *running)
		back func(home string) api.AccountInput
	}{
		{"an edit of the base URL", func(f string) func(*testing.T, *running) { return edit(base(f)) }, base},
		{"an edit of the proxy that reads along", func(f string) func(*testing.T, *running) { return edit(proxy(f)) }, func(string) api.AccountInput { return proxy("") }},
		{"an edit of both", func(f string) func(*testing.T, *running) {
			return edit(api.AccountInput{Input: core.Input{BaseURL: &f, Proxy: &f}})
		}, func(h string) api.AccountInput {
			return api.AccountInput{Input: core.Input{BaseURL: &h, Proxy: ptr("")}}
		}},
		{"an edit with a proxy's password", func(f string) func(*testing.T, *running) {
			return edit(api.AccountInput{Input: core.Input{BaseURL: &f, Proxy: &f}, ProxyPassword: ptr("p")})
		}, func(h string) api.AccountInput {
			return api.AccountInput{Input: core.Input{BaseURL: &h, Proxy: ptr("")}}
		}},
		{"an edit of the certificates", func(string) func(*testing.T, *running) { return edit(trust) }, func(string) api.AccountInput { return distrust }},
		{"an import that replaces the certificates", func(string) func(*testing.T, *running) { return replace(trust) }, func(string) api.AccountInput { return distrust }},
		{"an import that replaces the base URL", func(f string) func(*testing.T, *running) { return replace(base(f)) }, base},
		{"an import that replaces the proxy", func(f string) func(*testing.T, *running) { return replace(proxy(f)) }, func(string) api.AccountInput { return proxy("") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			home, foreign := record(t), record(t)
			w := atWeChat(t)
			r := w.start()
			in := input("shop", core.Sandbox, appID)
			in.BaseURL = &home.URL
			if saved, err := r.client.Add(t.Context(), in); err != nil || saved.Account.Error != nil {
				t.Fatal(err, saved.Account.Error)
			}
			asked := home.all()
			if !strings.Contains(asked, goodSecret) {
				t.Fatalf("the recorder sees no AppSecret in %q", asked)
			}
			unbind(t, r) // as an earlier version left it
			tt.move(foreign.URL)(t, r)
			if err := second(r.client.Check(t.Context(), shop)); err == nil {
				t.Error("a token was checked by the other way")
			}
			refusesAll(t, r)
			if err := r.end(); err != nil {
				t.Fatal(err)
			}
			r = w.start() // the renewal in the background begins
			if a, err := r.client.Account(t.Context(), shop); err != nil || a.State != core.StateBlocked || a.Error.SecretHost != home.URL {
				t.Errorf("after a restart: %+v, %v", a, err)
			}
			refusesAll(t, r)
			b, err := r.client.Backup(t.Context(), core.NewSecret(passphrase))
			if err != nil || len(b.NoSecret) != 1 {
				t.Errorf("a backup lacks the secrets of %v, %v", b.NoSecret, err)
			}
			f, err := interchange.Read(b.Age, interchange.Options{Passphrase: core.NewSecret(passphrase)})
			if err != nil || !f.Accounts[0].Secret.Empty() {
				t.Errorf("the backup holds the AppSecret beside the other host: %v", err)
			}
			foreign.wantNothing(t, "the other host")
			if home.all() != asked {
				t.Error("the old host was asked again")
			}

			if saved, err := r.client.Edit(t.Context(), shop, tt.back(home.URL)); err != nil || saved.Account.Error != nil {
				t.Fatalf("changed back: %+v, %v", saved.Account.Error, err)
			}
			if got, err := r.client.Token(t.Context(), shop, 0); err != nil || !strings.Contains(got.AccessToken, home.Listener.Addr().String()) {
				t.Errorf("changed back: token %q, %v", got.AccessToken, err)
			}
			foreign.wantNothing(t, "the other host")
		})
	}
}

// someCA is a certificate in PEM.
func someCA(t *testing.T) string {
	t.Helper()
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
}

// unbind makes the vault's entries those of a version that did not tell for whom
// they are.
func unbind(t *testing.T, r *running) {
	t.Helper()
	for _, a := range r.accounts.all() {
		raw, err := r.world.ring.Memory.Get(t.Context(), string(a.ID))
		if err != nil {
			t.Fatal(err)
		}
		var e entry
		if err := json.Unmarshal(raw, &e); err != nil || e.SecretHost == "" {
			t.Fatalf("an entry tells no host: %v", err)
		}
		e.SecretHost, e.SecretVia, e.SecretAlso, e.SecretCA, e.ProxyHost = "", "", "", "", ""
		if raw, err = e.encode(); err == nil {
			err = r.world.ring.Memory.Set(t.Context(), string(a.ID), raw)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestANewAppSecretGoesToTheNewHostAlone(t *testing.T) {
	home, foreign := record(t), record(t)
	w := atWeChat(t)
	r := w.start()
	in := input("shop", core.Sandbox, appID)
	in.BaseURL = &home.URL
	if _, err := r.client.Add(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	const fresh = "aaaaaaaabbbbbbbbccccccccdddddddd"
	test, err := r.client.Test(t.Context(), api.TestRequest{Ref: &shop, Input: api.AccountInput{Input: core.Input{BaseURL: &foreign.URL}}})
	if err != nil || test.Error == nil || test.Error.Remedy != core.RemedySecretAgain {
		t.Errorf("a test of another host with the kept AppSecret: %+v, %v", test, err)
	}
	foreign.wantNothing(t, "the host of a test")

	saved, err := r.client.Edit(t.Context(), shop, api.AccountInput{Input: core.Input{BaseURL: &foreign.URL}, Secret: ptr(fresh)})
	if err != nil || saved.Account.Error != nil || saved.Account.Mask == "" {
		t.Fatalf("an edit of both: %+v, %v", saved.Account, err)
	}
	if got := foreign.all(); !strings.Contains(got, fresh) || strings.Contains(got, goodSecret) {
		t.Errorf("the new host was sent:\n%s", got)
	}
	if strings.Contains(home.all(), fresh) {
		t.Error("the old host was sent the new AppSecret")
	}
	// In two steps it is the same.
	if _, err := r.client.Edit(t.Context(), shop, api.AccountInput{Input: core.Input{BaseURL: &home.URL}}); err != nil {
		t.Fatal(err)
	}
	refusesAll(t, r)
	saved, err = r.client.Edit(t.Context(), shop, api.AccountInput{Secret: ptr(goodSecret)})
	if err != nil || saved.Account.Error != nil || saved.Account.Mask == "" {
		t.Errorf("entered again: %+v, %v", saved.Account, err)
	}
	if strings.Contains(home.all(), fresh) || strings.Contains(foreign.all(), goodSecret) {
		t.Error("a secret went to the other's host")
	}
}

// TestAnOlderDatabaseSendsNoAppSecretElsewhere: the vault knows for which host the AppSecret
// was entered, whatever host a database that somebody put back names.
func TestAnOlderDatabaseSendsNoAppSecretElsewhere(t *testing.T) {
	home, foreign := record(t), record(t)
	w := atWeChat(t)
	r := w.start()
	in := input("shop", core.Sandbox, appID)
	in.BaseURL, in.Secret = &foreign.URL, ptr("aaaaaaaabbbbbbbbccccccccdddddddd")
	if _, err := r.client.Add(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	old := w.read(w.home.DB())
	if _, err := r.client.Edit(t.Context(), shop, api.AccountInput{Input: core.Input{BaseURL: &home.URL}, Secret: ptr(goodSecret)}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(home.all(), goodSecret) {
		t.Fatalf("the host that it was entered for was sent:\n%s", home.all())
	}
	w.crash(r, old)
	r = w.start()
	for _, ask := range []func() error{
		func() error { return second(r.client.Refresh(t.Context(), shop, api.RefreshRequest{Force: true})) },
		func() error { return second(r.client.Refresh(t.Context(), shop, api.RefreshRequest{Person: true})) },
		func() error { return second(r.client.Test(t.Context(), api.TestRequest{Ref: &shop})) },
	} {
		w.pass(time.Minute)
		err := ask()
		if strings.Contains(foreign.all(), goodSecret) {
			t.Fatalf("the host of the older database was sent the AppSecret: %v", err)
		}
	}
}

// TestAFileThatTellsAnAccountTwiceGetsNoSecret: what the first telling did not
// get, the second does not get either.
func TestAFileThatTellsAnAccountTwiceGetsNoSecret(t *testing.T) {
	home, foreign := record(t), record(t)
	w := atWeChat(t)
	r := w.start()
	in := input("shop", core.Sandbox, appID)
	in.BaseURL = &home.URL
	if _, err := r.client.Add(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	unbind(t, r)
	twice := []api.AccountInput{
		{Input: core.Input{Name: ptr("shop"), AppID: ptr(appID), BaseURL: ptr(foreign.URL)}},
		{Input: core.Input{Name: ptr("shop"), AppID: ptr(appID), BaseURL: ptr("http://127.0.0.1:9")}},
	}
	for range 2 {
		carry(t, r, api.ImportRequest{Accounts: twice, OnConflict: api.ConflictReplace})
		refusesAll(t, r)
	}
	carry(t, r, api.ImportRequest{Accounts: twice[:1], OnConflict: api.ConflictReplace})
	refusesAll(t, r)
	foreign.wantNothing(t, "the host of the file")
}

// TestAProxyPasswordIsNotSentToAnotherProxy, neither by an edit nor by a file
// that brings an AppSecret along.
func TestAProxyPasswordIsNotSentToAnotherProxy(t *testing.T) {
	home, foreign := record(t), record(t)
	w := atWeChat(t)
	r := w.start()
	in := input("shop", core.Sandbox, appID)
	in.BaseURL, in.Proxy, in.ProxyPassword = ptr("https://upstream.invalid"), ptr(strings.Replace(home.URL, "//", "//user@", 1)), ptr("proxy-pass")
	if _, err := r.client.Add(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	const sent = "Proxy-Authorization: Basic dXNlcjpwcm94eS1wYXNz" // user:proxy-pass
	if !strings.Contains(home.all(), sent) {
		t.Fatalf("the account's own proxy was sent:\n%s", home.all())
	}
	other := api.AccountInput{Input: core.Input{Proxy: ptr(strings.Replace(foreign.URL, "//", "//user@", 1))}}
	saved, err := r.client.Edit(t.Context(), shop, other)
	if err != nil || saved.Account.Error == nil || saved.Account.Error.Remedy != core.RemedyProxy {
		t.Errorf("with another proxy: %+v, %v", saved.Account.Error, err)
	}
	other.Name, other.AppID, other.Secret = ptr("shop"), ptr(appID), ptr(badSecret)
	carry(t, r, api.ImportRequest{Accounts: []api.AccountInput{other}, OnConflict: api.ConflictReplace})
	w.pass(time.Minute)
	wantClass(t, second(r.client.Token(t.Context(), shop, 0)), core.Misuse)
	if got := foreign.all(); !strings.Contains(got, "CONNECT") || strings.Contains(got, "proxy-pass") || strings.Contains(got, "dXNlcjpwcm94eS1wYXNz") {
		t.Errorf("the other proxy was sent:\n%s", got)
	}
	before := strings.Count(home.all(), sent)
	if _, err := r.client.Edit(t.Context(), shop, api.AccountInput{Input: core.Input{Proxy: in.Proxy}}); err != nil {
		t.Fatal(err)
	}
	if strings.Count(home.all(), sent) == before {
		t.Error("changed back, the proxy's password is gone")
	}
}

// TestAPlanShowsWhereAnAppSecretWouldGo of accounts that are new, too: it is yet to
// be entered. A URL with a password in it is not repeated.
func TestAPlanShowsWhereAnAppSecretWouldGo(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	r.add("till", core.Sandbox)
	for _, tt := range []struct {
		name string
		in   api.AccountInput
		want []api.ImportAddress
	}{
		{"nothing told", api.AccountInput{}, nil},
		{"the kind's own", api.AccountInput{Input: core.Input{BaseURL: ptr("https://api.example.com/")}}, nil},
		{"another", api.AccountInput{Input: core.Input{BaseURL: ptr("https://b.example")}}, []api.ImportAddress{{Field: "base_url", From: "https://api.example.com", To: "https://b.example"}}},
		{"a proxy", api.AccountInput{Input: core.Input{Proxy: ptr("http://u@p.example:1")}}, []api.ImportAddress{{Field: "proxy", To: "http://u@p.example:1"}}},
		{"a proxy with a password", api.AccountInput{Input: core.Input{Proxy: ptr("http://u:geheim@p.example:1")}}, nil},
	} {
		for _, name := range []string{"new", "till"} {
			in := tt.in
			in.Name, in.AppID = &name, ptr("wx0000000000000001")
			if name == "new" {
				in.AppID = ptr("wx0000000000000002")
			}
			p, _ := plan(t, r, api.ImportRequest{Accounts: []api.AccountInput{in}, OnConflict: api.ConflictReplace})
			if got := p.Rows[0].Addresses; !cmp.Equal(got, tt.want) {
				t.Errorf("%s, %s: %+v, want %+v", tt.name, name, got, tt.want)
			}
		}
	}
}

// TestAClosedVaultRefusesAnotherHost: what is not known cannot be kept.
func TestAClosedVaultRefusesAnotherHost(t *testing.T) {
	home, foreign := record(t), record(t)
	w := atWeChat(t)
	r := w.start()
	in := input("shop", core.Sandbox, appID)
	in.BaseURL = &home.URL
	if _, err := r.client.Add(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if _, err := r.client.VaultLock(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantClass(t, second(r.client.Edit(t.Context(), shop, api.AccountInput{Input: core.Input{BaseURL: &foreign.URL}})), core.VaultClosed)
	file := api.AccountInput{Input: core.Input{Name: ptr("shop"), AppID: ptr(appID), BaseURL: &foreign.URL}}
	wantClass(t, second(r.client.Import(t.Context(), api.ImportRequest{Accounts: []api.AccountInput{file}, OnConflict: api.ConflictReplace})), core.VaultClosed)
	if a, err := r.client.Account(t.Context(), shop); err != nil || a.BaseURL != home.URL {
		t.Errorf("base URL %q, %v", a.BaseURL, err)
	}
	if _, err := r.client.Edit(t.Context(), shop, api.AccountInput{Input: core.Input{Note: ptr("n"), BaseURL: ptr(home.URL + "/x")}}); err != nil {
		t.Errorf("an edit that moves no secret: %v", err)
	}
}

// TestTheStandardBaseURLWrittenOutIsNoOtherHost, and changes nothing else.
func TestTheStandardBaseURLWrittenOutIsNoOtherHost(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	r.add("shop", core.Sandbox)
	before, err := r.client.Token(t.Context(), shop, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, url := range []string{"https://api.example.com", "HTTPS://api.example.com:443/", ""} {
		saved, err := r.client.Edit(t.Context(), shop, api.AccountInput{Input: core.Input{BaseURL: &url}})
		if err != nil || saved.Account.Error != nil {
			t.Errorf("%q: %+v, %v", url, saved.Account.Error, err)
		}
	}
	if after, err := r.client.Token(t.Context(), shop, 0); err != nil || after.AccessToken != before.AccessToken || w.up.count() != 1 {
		t.Errorf("after %d fetches: %v", w.up.count(), err)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	r = w.start()
	if after, err := r.client.Token(t.Context(), shop, 0); err != nil || after.AccessToken != before.AccessToken || w.up.count() != 1 {
		t.Errorf("after a restart and %d fetches: %v", w.up.count(), err)
	}
}

// sourcesOf are the sources of all kinds, over a transport.
func sourcesOf(o wechat.Options) map[core.Kind]core.Source {
	out := wechat.Sources(o)
	maps.Copy(out, wecom.Sources(o))
	maps.Copy(out, oauth.Sources(o))
	maps.Copy(out, central.Sources(o))
	maps.Copy(out, rediscache.Sources(rediscache.Options{Upstream: o}))
	return out
}
