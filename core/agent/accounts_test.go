package agent

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/core/preset"
)

func TestAddSavesFirstAndThenFetchesOnce(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	events, err := r.client.Events(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	<-events // the snapshot: what comes now is an event
	saved, err := r.client.Add(t.Context(), input(" 商店 ", core.Sandbox, appID))
	if err != nil {
		t.Fatal(err)
	}
	for e := range events { // told once the history has it
		if e.Account != nil && e.Account.State == core.StateFresh {
			break
		}
	}
	a := saved.Account
	if a.Name != "商店" || a.Kind != kinds.WeChat || a.Product != kinds.ProductOfficial || !a.Auto {
		t.Errorf("defaults: %+v", a)
	}
	if a.State != core.StateFresh || a.Error != nil || w.up.count() != 1 {
		t.Errorf("state %s, error %v after %d fetches; want fresh after one", a.State, a.Error, w.up.count())
	}
	history, err := r.client.History(t.Context(), a.Ref(), api.HistoryQuery{Limit: 10})
	if err != nil || len(history) != 2 || history[1].What != core.DidAdd || history[0].What != core.DidRenew {
		t.Errorf("history = %+v, %v; want added and renewed", history, err)
	}
}

func TestARefusalByUpstreamUndoesNothing(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	in := input("shop", core.Sandbox, appID)
	in.Secret = ptr(badSecret)
	saved, err := r.client.Add(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if saved.Account.Error == nil || saved.Account.Error.UpstreamCode != 40125 || saved.Account.State != core.StateBlocked {
		t.Errorf("saved = %+v, want the refusal and the account blocked", saved.Account)
	}
	if _, err := r.client.Token(t.Context(), api.Ref{Name: "shop"}, 0); wantClass(t, err, core.BadSecret).Code != 40125 {
		t.Errorf("get answers %v", err)
	}
	if w.up.count() != 1 {
		t.Errorf("upstream was asked %d times, want once: a wrong secret is not tried again", w.up.count())
	}
	saved, err = r.client.Edit(t.Context(), api.Ref{Name: "shop"}, api.AccountInput{Secret: ptr(" " + goodSecret + "\n")})
	if err != nil || saved.Account.Error != nil || saved.Account.State != core.StateFresh {
		t.Errorf("after the right secret: %+v, %v", saved.Account, err)
	}
	want := []core.Problem{{Field: "secret", Key: kinds.ProblemSecretTrim, Warn: true}}
	if diff := cmp.Diff(want, saved.Warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

func TestWhatMayNotBeAdded(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	r.add("shop", core.Sandbox)
	legacy := input("old", core.Sandbox, appID)
	legacy.Kind = ptr(kinds.WeChatLegacy)
	if _, err := r.client.Add(t.Context(), legacy); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		edit func(*api.AccountInput)
		want core.Problems
	}{
		{"no name", func(in *api.AccountInput) { in.Name = nil }, core.Problems{{Field: "name", Key: core.ProblemNameEmpty}}},
		{"a name with a slash", func(in *api.AccountInput) { in.Name = ptr("a/b") }, core.Problems{{Field: "name", Key: core.ProblemNameChars}}},
		{"a name that is taken", func(in *api.AccountInput) { in.Name = ptr("shop") }, core.Problems{{Field: "name", Key: core.ProblemNameTaken}}},
		{"an unknown environment", func(in *api.AccountInput) { in.Env = ptr(core.Env("moon")) }, core.Problems{{Field: "env", Key: core.ProblemEnv}}},
		{"no secret", func(in *api.AccountInput) { in.Secret = nil }, core.Problems{{Field: "secret", Key: "secret_empty"}}},
		{"an original ID", func(in *api.AccountInput) { in.AppID = ptr("gh_123456") }, core.Problems{{Field: "appid", Key: kinds.ProblemAppIDGH}}},
		{"plain http", func(in *api.AccountInput) { in.BaseURL = ptr("http://example.com") }, core.Problems{{Field: "base_url", Key: core.ProblemBaseURLHTTPS}}},
		{"the same AppID without consent", func(in *api.AccountInput) { in.AppID = ptr("wx0000000000000001") }, core.Problems{{Field: "appid", Key: core.ProblemAppIDTwice}}},
		{"the same AppID of a destructive kind, consent or not", func(in *api.AccountInput) {
			in.AppID, in.Kind, in.Apart = ptr(appID), ptr(kinds.WeChatLegacy), true
		}, core.Problems{{Field: "appid", Key: core.ProblemAppIDTwice}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before, asked := r.accounts.count(), w.up.count()
			in := input("new", core.Sandbox, "wx00000000000000aa")
			tt.edit(&in)
			_, err := r.client.Add(t.Context(), in)
			wantClass(t, err, core.Invalid)
			var got core.Problems
			if errors.As(err, &got); !cmp.Equal(got, tt.want) {
				t.Errorf("problems = %+v, want %+v", got, tt.want)
			}
			if r.accounts.count() != before || w.up.count() != asked {
				t.Error("something was saved or fetched")
			}
		})
	}
	in := input("second", core.Live, "wx0000000000000001")
	in.Apart = true
	saved, err := r.client.Add(t.Context(), in)
	if err != nil || len(saved.Warnings) != 1 || saved.Warnings[0].Key != core.ProblemAppIDTwice {
		t.Errorf("with consent: warnings %v, %v; want one of the AppID", saved.Warnings, err)
	}
}

func TestWhatAnEditDoesToTheToken(t *testing.T) {
	tests := []struct {
		name    string
		in      api.AccountInput
		fetches int  // after the addition's one
		kept    bool // the token is the one from before
	}{
		{"nothing at all", api.AccountInput{}, 0, true},
		{"a new name", api.AccountInput{Input: core.Input{Name: ptr("store")}}, 0, true},
		{"a new note and no renewal", api.AccountInput{Input: core.Input{Note: ptr("x"), Auto: ptr(false)}}, 0, true},
		{"a new environment", api.AccountInput{Input: core.Input{Env: ptr(core.Live)}}, 0, true},
		{"a new AppID", api.AccountInput{Input: core.Input{AppID: ptr("wxffffffffffffffff")}}, 1, false},
		{"the kind's own base URL written out", api.AccountInput{Input: core.Input{BaseURL: ptr("https://api.example.com")}}, 0, true},
		{"a new base URL of the same host", api.AccountInput{Input: core.Input{BaseURL: ptr("https://api.example.com/x")}}, 1, false},
		{"a new base URL of another host, with the secret", api.AccountInput{Input: core.Input{BaseURL: ptr("https://example.com")}, Secret: ptr(goodSecret)}, 1, false},
		{"another kind", api.AccountInput{Input: core.Input{Kind: ptr(kinds.WeChatLegacy)}}, 1, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			r := w.start()
			before := r.add("shop", core.Sandbox)
			token, err := r.client.Token(t.Context(), before.Ref(), 0)
			if err != nil {
				t.Fatal(err)
			}
			saved, err := r.client.Edit(t.Context(), before.Ref(), tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if got := w.up.count() - 1; got != tt.fetches {
				t.Errorf("%d fetches, want %d", got, tt.fetches)
			}
			after, err := r.client.Token(t.Context(), saved.Account.Ref(), 0)
			if err != nil || (after.AccessToken == token.AccessToken) != tt.kept {
				t.Errorf("token %q, was %q, error %v", after.AccessToken, token.AccessToken, err)
			}
			if saved.Account.ID != before.ID {
				t.Error("an edit changed the ID")
			}
		})
	}
}

// A token of the AppID that was must not come back at the next start.
func TestAnEditedAccountForgetsItsTokenOnDiskToo(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	a := r.add("shop", core.Sandbox)
	w.up.set(&core.Error{Class: core.Temporary, Message: "down"}, nil)
	if _, err := r.client.Edit(t.Context(), a.Ref(), api.AccountInput{Input: core.Input{AppID: ptr("wxffffffffffffffff")}}); err != nil {
		t.Fatal(err)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	got, err := w.start().client.Account(t.Context(), a.Ref())
	if err != nil || got.Mask != "" {
		t.Errorf("after a restart: %+v, %v; want no token", got, err)
	}
}

func TestRemoveTakesTheSecretAlong(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	a := r.add("shop", core.Sandbox)
	if err := r.client.Remove(t.Context(), a.Ref()); err != nil {
		t.Fatal(err)
	}
	_, err := r.client.Token(t.Context(), a.Ref(), 0)
	wantClass(t, err, core.NotFound)
	wantClass(t, r.client.Remove(t.Context(), a.Ref()), core.NotFound)
	if _, err := w.ring.Get(t.Context(), string(a.ID)); err == nil {
		t.Error("the secret is still in the keyring")
	}
	r.add("shop", core.Sandbox) // the name is free again
}

// TestRemoveWithAClosedVault: the account goes at once, and its secret when the
// vault is opened; the answer says just that.
func TestRemoveWithAClosedVault(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	a := r.add("shop", core.Sandbox)
	w.ring.breaks(closedBy(errors.New("locked")))
	e := wantClass(t, r.client.Remove(t.Context(), a.Ref()), core.VaultClosed)
	if e.Remedy != core.RemedySecretLeft || !strings.HasPrefix(e.Message, "the account is removed; its secret is still in the vault") {
		t.Errorf("answer %+v", e)
	}
	wantClass(t, r.client.Remove(t.Context(), a.Ref()), core.NotFound)
	w.ring.breaks(nil)
	if _, err := w.ring.Get(t.Context(), string(a.ID)); err != nil {
		t.Fatalf("the secret was not kept: %v", err)
	}
	if _, err := r.client.VaultUnlock(t.Context(), core.Secret{}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.ring.Get(t.Context(), string(a.ID)); err == nil {
		t.Error("the secret is still in the keyring after the vault was opened")
	}
}

func TestTestSavesNothing(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	got, err := r.client.Test(t.Context(), api.TestRequest{Input: api.AccountInput{Input: core.Input{AppID: ptr(appID)}, Secret: ptr(goodSecret)}})
	if err != nil || got.Error != nil || got.ExpiresIn != 7200 || got.Mask == "" {
		t.Errorf("a good one without a name: %+v, %v", got, err)
	}
	got, err = r.client.Test(t.Context(), api.TestRequest{Input: api.AccountInput{Input: core.Input{AppID: ptr("wx00000000000000bb")}, Secret: ptr(badSecret)}})
	if err != nil || got.Error == nil || got.Error.Class != core.BadSecret {
		t.Errorf("a bad one: %+v, %v", got, err)
	}
	_, err = r.client.Test(t.Context(), api.TestRequest{Input: api.AccountInput{Input: core.Input{AppID: ptr(appID)}}})
	wantClass(t, err, core.Invalid)
	if r.accounts.count() > 0 || w.ring.Memory == nil {
		t.Error("something was saved")
	}
	a := r.add("shop", core.Sandbox)
	got, err = r.client.Test(t.Context(), api.TestRequest{Ref: ptr(a.Ref()), Input: api.AccountInput{Input: core.Input{AppID: ptr("wx00000000000000cc")}}})
	if err != nil || got.Error != nil {
		t.Errorf("another AppID with the secret that is kept: %+v, %v", got, err)
	}
	if now, _ := r.client.Account(t.Context(), a.Ref()); now.AppID != a.AppID || now.Mask != a.Mask {
		t.Errorf("the account changed: %+v", now)
	}
}

func TestWhichAccountANameMeans(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	r.add("shop", core.Sandbox)
	r.add("shop", core.Live)
	r.add("tests", core.Sandbox)
	r.add("till", core.Live)
	tests := []struct {
		active core.Env
		ref    api.Ref
		want   string
		class  core.Class
		says   string
	}{
		{core.Sandbox, api.Ref{Name: "shop"}, "shop/sandbox", "", ""},
		{core.Live, api.Ref{Name: "shop"}, "shop/live", "", ""},
		{core.Sandbox, api.Ref{Name: "shop", Env: core.Live}, "shop/live", "", ""},
		{core.Live, api.Ref{Name: " shop "}, "shop/live", "", ""},
		{core.Live, api.Ref{Name: "tests"}, "", core.NotFound, "there is no account tests/live, only tests/sandbox; name that one"},
		{core.Sandbox, api.Ref{Name: "till"}, "", core.NotFound, "there is no account till/sandbox, only till/live; name that one"},
		{core.Sandbox, api.Ref{Name: "Shop"}, "", core.NotFound, "there is no account Shop/sandbox; tokentray list shows those there are"},
		{core.Sandbox, api.Ref{Name: "a/b"}, "", core.Invalid, "name: must not be . or .. nor hold a slash, a control or an invisible character; remove it"},
	}
	for _, tt := range tests {
		t.Run(string(tt.active)+" "+tt.ref.String(), func(t *testing.T) {
			if err := r.client.Use(t.Context(), tt.active); err != nil {
				t.Fatal(err)
			}
			got, err := r.Account(t.Context(), tt.ref)
			if tt.class != "" {
				if e := wantClass(t, err, tt.class); e.Message != tt.says {
					t.Errorf("got %q, want %q", e.Message, tt.says)
				}
				return
			}
			if err != nil || got.Ref().String() != tt.want {
				t.Errorf("got %s, %v; want %s", got.Ref(), err, tt.want)
			}
		})
	}
}

// everyKind gives a world all kinds of this version, each with an upstream of its own.
func (w *world) everyKind() map[core.Kind]*upstream {
	w.kinds, w.sources = preset.With(kinds.Builtin()), map[core.Kind]core.Source{}
	ups := map[core.Kind]*upstream{}
	for _, kind := range w.kinds.Names() {
		ups[kind] = &upstream{}
		w.sources[kind] = ups[kind]
	}
	return ups
}

// Where a fetch kills the token that others hold, a live account is not fetched before
// its owner agrees: not when it is added, refreshed or read, and not by a test, which
// asks for a token of the harmless kind where there is one.
func TestALiveAccountOfADestructiveKindIsNotFetchedUnasked(t *testing.T) {
	w := newWorld(t)
	ups := w.everyKind()
	r := w.start()
	guarded := 0
	for _, spec := range w.kinds.All() {
		if !spec.Traits.Destructive() {
			continue
		}
		guarded++
		t.Run(string(spec.Kind), func(t *testing.T) {
			up := ups[spec.Kind]
			in := input("till "+string(spec.Kind), core.Live, appID)
			in.Kind = ptr(spec.Kind)
			tested, err := r.client.Test(t.Context(), api.TestRequest{Input: in})
			switch probe := ups[spec.Sibling]; {
			case err != nil || up.count() != 0:
				t.Errorf("the test of what is not saved: %d fetches, %v", up.count(), err)
			case probe != nil && (tested.Error != nil || probe.count() != 1):
				t.Errorf("the harmless kind was asked %d times: %+v", probe.count(), tested.Error)
			case probe == nil && (tested.Error == nil || tested.Error.Class != core.Misuse || tested.Error.Remedy != core.RemedyAllowLive):
				t.Errorf("a test with nothing harmless to ask: %+v", tested.Error)
			}
			saved, err := r.client.Add(t.Context(), in)
			if err != nil {
				t.Fatal(err)
			}
			ref := saved.Account.Ref()
			if e := saved.Account.Error; e == nil || e.Class != core.Misuse || e.Remedy != core.RemedyAllowLive {
				t.Errorf("it is saved without the reason: %+v", e)
			}
			_, err = r.client.Token(t.Context(), ref, 0)
			wantClass(t, err, core.Misuse)
			_, err = r.client.Refresh(t.Context(), ref, api.RefreshRequest{Person: true})
			wantClass(t, err, core.Misuse)
			if n := up.count(); n != 0 {
				t.Errorf("%d fetches without consent", n)
			}
			saved, err = r.client.Edit(t.Context(), ref, api.AccountInput{Input: core.Input{AllowLive: ptr(true)}})
			if err != nil || saved.Account.Error != nil || up.count() != 1 {
				t.Errorf("after consent: %d fetches, %+v, %v; want one", up.count(), saved.Account.Error, err)
			}
		})
	}
	if guarded < 3 {
		t.Errorf("only %d kinds are destructive", guarded)
	}
}

func TestWhatACheckAnswers(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	a := r.add("shop", core.Sandbox)
	if got, err := r.client.Check(t.Context(), a.Ref()); err != nil || !got.Accepted {
		t.Errorf("a good token: %+v, %v", got, err)
	}
	w.up.issued = append(w.up.issued, "somebody else fetched")
	if got, err := r.client.Check(t.Context(), a.Ref()); err != nil || !got.Dead || got.Error == nil {
		t.Errorf("a dead token: %+v, %v", got, err)
	}
	w.up.set(&core.Error{Class: core.Whitelist, Message: "not from here", Code: 40164, CallerIP: "203.0.113.9"}, nil)
	if got, err := r.client.Check(t.Context(), a.Ref()); err != nil || got.Accepted || got.Dead || got.Error.CallerIP != "203.0.113.9" {
		t.Errorf("a refused address: %+v, %v", got, err)
	}
	w.up.set(&core.Error{Class: core.Temporary, Message: "no network"}, nil)
	_, err := r.client.Check(t.Context(), a.Ref())
	wantClass(t, err, core.Temporary)
	_, err = r.client.Check(t.Context(), api.Ref{Name: "none"})
	wantClass(t, err, core.NotFound)
}
