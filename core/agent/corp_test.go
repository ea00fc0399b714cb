package agent

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/core/rediscache"
	"tokentray/core/redisconn/redistest"
	"tokentray/core/sim"
	calls "tokentray/core/upstream"
	"tokentray/core/wechat"
)

const (
	corpID    = "ww0123456789abcdef"
	appSecret = "5ecre7-0f-7h3-4pp11c4710n-never-5h0wn_0000"
)

// atWeCom is a world whose accounts ask a simulated WeCom with two applications of
// one corp.
func atWeCom(t *testing.T) (*world, *sim.Server) {
	t.Helper()
	srv := sim.New(sim.Config{})
	for _, agent := range []string{"1000002", "1000003"} {
		a := sim.Account{AppID: corpID, Agent: agent, Secret: core.NewSecret(appSecret + agent[6:]), Product: kinds.ProductCorpOwn}
		if err := srv.Put(a); err != nil {
			t.Fatal(err)
		}
	}
	w := newWorld(t)
	w.kinds, w.sources = kinds.Builtin(), sourcesOf(wechat.Options{Transport: srv.Transport()})
	return w, srv
}

// application is the input of an account of an application.
func application(name, agent string) api.AccountInput {
	return api.AccountInput{
		Input: core.Input{
			Name: &name, Env: ptr(core.Sandbox), Kind: ptr(kinds.WeCom), AppID: ptr(corpID),
			Params: map[string]string{"agent": agent}, BaseURL: ptr("http://127.0.0.1"),
		},
		Secret: ptr(appSecret + agent[6:]),
	}
}

// TestApplicationsOfOneCorpShareNothing: each has its own token in memory, at the
// door, in files, in a backend's Redis and after a restart, and what happens to one is nothing to the other.
func TestApplicationsOfOneCorpShareNothing(t *testing.T) {
	w, srv := atWeCom(t)
	backend := redistest.StartPort(t)
	redis := backend.Client()
	t.Cleanup(func() { _ = redis.Close() })
	w.redis = rediscache.NewWriter(kinds.Builtin, rediscache.Options{Upstream: calls.Options{Now: w.now}})
	r := w.start()
	names := map[string]string{"hr": "1000002", "sales": "1000003"}
	tokens, keys, files := map[string]string{}, map[string]string{}, map[string]string{}
	ref := func(name string) api.Ref { return api.Ref{Name: name, Env: core.Sandbox} }
	door := r.openDoor()
	for name, agent := range names {
		if saved, err := r.client.Add(t.Context(), application(name, agent)); err != nil || saved.Account.Error != nil {
			t.Fatal(err, saved.Account.Error)
		}
		files[name] = filepath.Join(t.TempDir(), "token")
		if _, err := r.client.AddPush(t.Context(), ref(name), api.PushInput{Kind: core.PushFile, Path: files[name], Form: core.PushPlain}); err != nil {
			t.Fatal(err)
		}
		if _, err := r.client.RunPush(t.Context(), ref(name), 1); err != nil {
			t.Fatal(err)
		}
		for _, layout := range []string{"wxjava", "silenceper"} {
			in := api.PushInput{Kind: core.PushRedis, Redis: &core.RedisPlace{URL: backend.URL, Layout: layout}}
			if p, err := r.client.AddPush(t.Context(), ref(name), in); err != nil || p.Failing() || p.Redis.Agent != agent {
				t.Fatalf("%+v, %v", p, err)
			}
		}
		keys[name] = r.key(api.ClientKeyInput{Name: name, Envs: core.Envs(), Accounts: []string{name}})
	}
	look := func(when string) {
		t.Helper()
		for name := range names {
			got, err := r.client.Token(t.Context(), ref(name), 0)
			if err != nil {
				t.Fatalf("%s, %s: %v", when, name, err)
			}
			tokens[name] = got.AccessToken
			if !srv.Accepts(corpID+"/"+names[name], got.AccessToken) {
				t.Errorf("%s, %s: not a token of its own", when, name)
			}
			raw, err := os.ReadFile(files[name])
			if err != nil || strings.TrimSpace(string(raw)) != got.AccessToken {
				t.Errorf("%s, %s: its file has another token, %v", when, name, err)
			}
			for _, key := range []string{"wx:cp:wechat_cp_access_token_key:" + corpID + ":" + names[name], "gowechat_work__access_token_" + corpID + "_" + names[name]} {
				if held, err := redis.Get(t.Context(), key).Result(); err != nil || held != got.AccessToken {
					t.Errorf("%s, %s: %s has another token, %v", when, name, key, err)
				}
			}
		}
		if tokens["hr"] == tokens["sales"] {
			t.Errorf("%s: they share a token", when)
		}
	}
	atDoor := func(key string) string {
		_, body := request(t, "GET", door+"/cgi-bin/gettoken?"+url.Values{"corpid": {corpID}, "corpsecret": {key}}.Encode(), "", "")
		return body
	}
	look("at first")
	for name := range names {
		if got := atDoor(keys[name]); !strings.Contains(got, `"access_token":"`+tokens[name]+`"`) {
			t.Errorf("the door does not give %s its token", name)
		}
	}
	if got := atDoor(r.key(api.ClientKeyInput{Name: "both", Envs: core.Envs()})); !strings.HasPrefix(got, `{"errcode":40013,`) {
		t.Error("a key that does not tell which application gets a token")
	}

	before := tokens["sales"]
	srv.Revoke(corpID + "/1000002")
	got, err := r.client.Refresh(t.Context(), ref("hr"), api.RefreshRequest{Stale: tokens["hr"]})
	if err != nil || got.AccessToken == tokens["hr"] {
		t.Fatalf("the dead token stays: %v", err)
	}
	for number := 1; number <= 3; number++ {
		if p, err := r.client.RunPush(t.Context(), ref("hr"), number); err != nil || p.Failing() {
			t.Fatalf("%+v, %v", p.Last, err)
		}
	}
	look("after one died")
	if tokens["sales"] != before {
		t.Error("the other one was renewed too")
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	r = w.start()
	look("after a restart")
	if n := srv.Minted(corpID+"/1000002") + srv.Minted(corpID+"/1000003"); n != 3 {
		t.Errorf("WeCom made %d tokens, want 3", n)
	}
}

// TestOneEntryForTwoApplicationsIsRefused: a push with which two applications would
// overwrite each other's token is not added, not even as a dry run. If both were
// saved before that rule, neither writes.
func TestOneEntryForTwoApplicationsIsRefused(t *testing.T) {
	w, _ := atWeCom(t)
	backend := redistest.StartPort(t)
	redis := backend.Client()
	t.Cleanup(func() { _ = redis.Close() })
	w.redis = rediscache.NewWriter(kinds.Builtin, rediscache.Options{Upstream: calls.Options{Now: w.now}})
	r := w.start()
	hr, sales := api.Ref{Name: "hr", Env: core.Sandbox}, api.Ref{Name: "sales", Env: core.Sandbox}
	for name, agent := range map[string]string{"hr": "1000002", "sales": "1000003"} {
		if saved, err := r.client.Add(t.Context(), application(name, agent)); err != nil || saved.Account.Error != nil {
			t.Fatal(err, saved.Account.Error)
		}
	}
	again := application("hr-copy", "1000002")
	again.Apart = true
	if _, err := r.client.Add(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	key := "wx:cp:wechat_cp_access_token_key:" + corpID
	without := core.RedisPlace{URL: backend.URL, Layout: "wxjava", Agent: kinds.RedisNoAgent}
	add := func(ref api.Ref, place core.RedisPlace, dry bool) (api.Push, error) {
		return r.client.AddPush(t.Context(), ref, api.PushInput{Kind: core.PushRedis, Redis: &place, DryRun: dry})
	}
	if p, err := add(hr, without, false); err != nil || p.Failing() {
		t.Fatalf("%+v, %v", p.Last, err)
	}
	held := redis.Get(t.Context(), key).Val()
	for name, place := range map[string]core.RedisPlace{
		"without a number": without,
		"under its name":   {URL: backend.URL, Layout: "plain", Key: key},
		"as another user":  {URL: strings.Replace(backend.URL, "://", "://default@", 1), Layout: "wxjava", Agent: kinds.RedisNoAgent},
	} {
		for _, dry := range []bool{true, false} {
			var problems core.Problems
			if _, err := add(sales, place, dry); !errors.As(err, &problems) || len(problems) != 1 || problems[0].Key != core.ProblemRedisTaken {
				t.Errorf("%s, dry run %v: %v", name, dry, err)
			}
		}
	}
	if p, err := add(api.Ref{Name: "hr-copy", Env: core.Sandbox}, without, false); err != nil || p.Failing() {
		t.Errorf("an account with the same token: %+v, %v", p.Last, err)
	}

	// As it was saved before: the same entry, without a number.
	account, err := r.resolve(sales)
	if err != nil {
		t.Fatal(err)
	}
	old, err := r.pushes.store.AddPush(account.ID, core.Push{Kind: core.PushRedis, Redis: core.RedisPlace{URL: backend.URL, Layout: "wxjava"}})
	if err != nil {
		t.Fatal(err)
	}
	r.pushes.put(account.ID, core.KeptPush{Push: old})
	for ref, number := range map[api.Ref]int{sales: old.Number, hr: 1} {
		if p, err := r.client.RunPush(t.Context(), ref, number); err != nil || !p.Failing() || p.Last.Error.Remedy != core.RemedyPushTaken {
			t.Errorf("%s: %+v, %v", ref.Name, p.Last, err)
		}
	}
	if got := redis.Get(t.Context(), key).Val(); got != held || held == "" {
		t.Error("one of them wrote its token")
	}
}

// TestTwoAccountsOfOneApplication: adding the second gives a warning and is allowed.
// WeCom is asked once for both.
func TestTwoAccountsOfOneApplication(t *testing.T) {
	w, srv := atWeCom(t)
	r := w.start()
	if _, err := r.client.Add(t.Context(), application("hr", "1000002")); err != nil {
		t.Fatal(err)
	}
	again := application("hr-copy", "1000002")
	err := second(r.client.Add(t.Context(), again))
	wantClass(t, err, core.Invalid)
	var problems core.Problems
	if errors.As(err, &problems); len(problems) != 1 || problems[0].Key != core.ProblemAppIDTwice {
		t.Errorf("unasked: %v", problems)
	}
	again.Apart = true
	saved, err := r.client.Add(t.Context(), again)
	if err != nil || saved.Account.Error != nil {
		t.Fatal(err, saved.Account.Error)
	}
	if len(saved.Warnings) != 1 || saved.Warnings[0].Key != core.ProblemAppIDTwice || !saved.Warnings[0].Warn {
		t.Errorf("no warning: %+v", saved.Warnings)
	}
	tokens := map[string]bool{}
	for _, name := range []string{"hr", "hr-copy"} {
		got, err := r.client.Token(t.Context(), api.Ref{Name: name, Env: core.Sandbox}, 0)
		if err != nil {
			t.Fatal(err)
		}
		tokens[got.AccessToken] = true
	}
	if n := srv.Calls(corpID+"/1000002", "/cgi-bin/gettoken"); n != 1 || len(tokens) != 1 {
		t.Errorf("%d calls and %d tokens for two accounts of one application", n, len(tokens))
	}
}

// TestAnotherSecretOfOneApplication: a second account of an application with another
// secret is warned about, and its own secret is tried. A wrong one gets no token by the
// other account's, which goes on; WeCom is asked once by it. After a reset the new
// secret works, and the account with the old one goes on with the token that they share.
func TestAnotherSecretOfOneApplication(t *testing.T) {
	w, srv := atWeCom(t)
	r := w.start()
	if _, err := r.client.Add(t.Context(), application("hr", "1000002")); err != nil {
		t.Fatal(err)
	}
	warned := func(saved api.Saved) bool {
		return slices.ContainsFunc(saved.Warnings, func(p core.Problem) bool { return p.Key == core.ProblemSecretOther && p.Warn })
	}
	hr := api.Ref{Name: "hr", Env: core.Sandbox}
	slip := application("slip", "1000002")
	slip.Apart, slip.Secret = true, ptr(strings.Repeat("x", 43))
	saved, err := r.client.Add(t.Context(), slip)
	if err != nil || !warned(saved) || saved.Account.Error == nil || saved.Account.Error.Class != core.BadSecret || saved.Account.Mask != "" {
		t.Fatalf("a wrong secret: %v, %+v, %+v", err, saved.Warnings, saved.Account.Error)
	}
	calls := srv.Calls(corpID+"/1000002", "/cgi-bin/gettoken")
	for range 3 {
		wantClass(t, second(r.client.Token(t.Context(), saved.Account.Ref(), 0)), core.BadSecret)
	}
	before, err := r.client.Token(t.Context(), hr, 0)
	if n := srv.Calls(corpID+"/1000002", "/cgi-bin/gettoken"); err != nil || n != calls {
		t.Errorf("the other account: %v; %d calls more", err, n-calls)
	}

	fresh := strings.Repeat("n", 43)
	if err := srv.Put(sim.Account{AppID: corpID, Agent: "1000002", Product: kinds.ProductCorpOwn, Secret: core.NewSecret(fresh)}); err != nil {
		t.Fatal(err)
	}
	reset := application("reset", "1000002")
	reset.Apart, reset.Secret = true, ptr(fresh)
	saved, err = r.client.Add(t.Context(), reset)
	if err != nil || !warned(saved) || saved.Account.Error != nil || saved.Account.Mask == "" {
		t.Fatalf("after a reset: %v, %+v, %+v", err, saved.Warnings, saved.Account.Error)
	}
	after, err := r.client.Token(t.Context(), hr, 0)
	if err != nil || after.AccessToken != before.AccessToken {
		t.Errorf("the account with the older secret has no token: %v", err)
	}
	edited, err := r.client.Edit(t.Context(), hr, api.AccountInput{Secret: ptr(fresh)})
	if err != nil || !warned(edited) || edited.Account.Error != nil { // slip still has another one
		t.Errorf("an edit: %v, %+v, %+v", err, edited.Warnings, edited.Account.Error)
	}
	if err := r.client.Remove(t.Context(), api.Ref{Name: "slip", Env: core.Sandbox}); err != nil {
		t.Fatal(err)
	}
	if edited, err = r.client.Edit(t.Context(), hr, api.AccountInput{Secret: ptr(fresh)}); err != nil || warned(edited) {
		t.Errorf("all have the same secret: %v, %+v", err, edited.Warnings)
	}
}

// TestTwoAccountsOfOneApplicationInAFile: an import warns of the second account of an
// application, and of another secret for it, also where the file has both. A backup
// brings both back into an empty home. Either way they share a token, at the door too,
// and WeCom is asked once.
func TestTwoAccountsOfOneApplicationInAFile(t *testing.T) {
	w, srv := atWeCom(t)
	r := w.start()
	first, second, slip := application("hr", "1000002"), application("hr-copy", "1000002"), application("slip", "1000002")
	slip.Secret = ptr(strings.Repeat("x", 43))
	for _, tt := range []struct {
		accounts []api.AccountInput
		apart    bool
		want     []string
	}{
		{[]api.AccountInput{first, second}, false, []string{"new add hr/sandbox", "same skip hr-copy/sandbox hr/sandbox !appid_twice"}},
		{[]api.AccountInput{first, second, slip}, true, []string{
			"new add hr/sandbox", "new add hr-copy/sandbox hr/sandbox !appid_twice", "new add slip/sandbox hr-copy/sandbox !appid_twice !secret_other",
		}},
	} {
		if _, got := plan(t, r, api.ImportRequest{Accounts: tt.accounts, Apart: tt.apart}); !slices.Equal(got, tt.want) {
			t.Errorf("apart %v: %q, want %q", tt.apart, got, tt.want)
		}
	}
	req := api.ImportRequest{Accounts: []api.AccountInput{first, second}, Apart: true}
	p, _ := plan(t, r, req)
	req.Apply = p.Digest
	if _, err := r.client.Import(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	if _, got := plan(t, r, api.ImportRequest{Accounts: []api.AccountInput{slip}, Apart: true}); !slices.Equal(got, []string{"new add slip/sandbox hr-copy/sandbox !appid_twice !secret_other"}) {
		t.Errorf("another secret than that of an account: %q", got)
	}
	shared := func(r *running, when string) {
		t.Helper()
		door, tokens := r.openDoor(), map[string]bool{}
		for _, name := range []string{"hr", "hr-copy"} {
			got, err := r.client.Token(t.Context(), api.Ref{Name: name, Env: core.Sandbox}, 0)
			if err != nil {
				t.Fatalf("%s, %s: %v", when, name, err)
			}
			tokens[got.AccessToken] = true
			key := r.key(api.ClientKeyInput{Name: name, Envs: core.Envs(), Accounts: []string{name}})
			_, body := request(t, "GET", door+"/cgi-bin/gettoken?"+url.Values{"corpid": {corpID}, "corpsecret": {key}}.Encode(), "", "")
			if !strings.Contains(body, `"access_token":"`+got.AccessToken+`"`) {
				t.Errorf("%s: the door gives %s another token", when, name)
			}
		}
		if n := srv.Minted(corpID + "/1000002"); len(tokens) != 1 || n != 1 {
			t.Errorf("%s: %d tokens, of %d that WeCom made", when, len(tokens), n)
		}
	}
	shared(r, "imported")

	made, err := r.client.Backup(t.Context(), core.NewSecret("correct horse"))
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := newWorld(t)
	elsewhere.kinds, elsewhere.sources = w.kinds, w.sources
	other := elsewhere.start()
	req = api.ImportRequest{File: &api.ImportFile{Data: made.Age, Passphrase: "correct horse"}}
	p, got := plan(t, other, req)
	if !slices.Equal(got, []string{"new add hr/sandbox", "new add hr-copy/sandbox hr/sandbox !appid_twice"}) {
		t.Fatalf("a backup: %q", got)
	}
	req.Apply = p.Digest
	if _, err := other.client.Import(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	shared(other, "restored")
	if _, got := plan(t, other, api.ImportRequest{File: req.File}); !slices.Equal(got, []string{"same skip hr/sandbox hr/sandbox", "same skip hr-copy/sandbox hr-copy/sandbox"}) {
		t.Errorf("once more: %q", got)
	}
}
