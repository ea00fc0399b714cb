package agent

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// A format is the one asked for, else the account's own, else the settings'.
func TestWhichFormatIsCopied(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	a := r.add("shop", core.Live)
	token, err := r.client.Token(t.Context(), a.Ref(), 0)
	if err != nil {
		t.Fatal(err)
	}
	copies := func(req api.CopyRequest, want string) {
		t.Helper()
		if _, err := r.client.Copy(t.Context(), a.Ref(), req); err != nil || w.desk.holds() != strings.ReplaceAll(want, "%s", token.AccessToken) {
			t.Errorf("%+v: the clipboard holds %q, %v; want %q", req, w.desk.holds(), err, want)
		}
	}
	edit := func(in api.AccountInput) {
		t.Helper()
		asked := w.up.count()
		saved, err := r.client.Edit(t.Context(), a.Ref(), in)
		if err != nil || in.CopyFormat != nil && saved.Account.CopyFormat != *in.CopyFormat || saved.Account.Error != nil {
			t.Fatalf("edit: %+v, %v", saved, err)
		}
		if w.up.count() != asked {
			t.Error("an edit that changes nothing at upstream asked it")
		}
	}
	copies(api.CopyRequest{}, "%s")
	edit(api.AccountInput{Input: core.Input{CopyFormat: ptr("header")}})
	copies(api.CopyRequest{}, "Authorization: Bearer %s")
	copies(api.CopyRequest{Format: "dotenv"}, "ACCESS_TOKEN=%s")
	if _, err := r.client.SetSetting(t.Context(), "copy-format", "query"); err != nil {
		t.Fatal(err)
	}
	copies(api.CopyRequest{}, "Authorization: Bearer %s")
	edit(api.AccountInput{Input: core.Input{CopyFormat: ptr("")}})
	copies(api.CopyRequest{}, "access_token=%s")
	copies(api.CopyRequest{Format: "url"}, "https://api.example.com/cgi-bin/get_api_domain_ip?access_token=%s")
	copies(api.CopyRequest{Format: "curl", Path: "/a?b=c"}, "curl 'https://api.example.com/a?b=c&access_token=%s'")
	_, err = r.client.Edit(t.Context(), a.Ref(), api.AccountInput{Input: core.Input{CopyFormat: ptr("morse")}})
	if e := wantClass(t, err, core.Invalid); !strings.Contains(e.Message, "copy_format") {
		t.Errorf("the error is %v", e)
	}
	edit(api.AccountInput{Input: core.Input{CopyFormat: ptr("url"), CopyPath: ptr(" /cgi-bin/menu/get ")}})
	copies(api.CopyRequest{}, "https://api.example.com/cgi-bin/menu/get?access_token=%s")
	copies(api.CopyRequest{Format: "curl"}, "curl 'https://api.example.com/cgi-bin/menu/get?access_token=%s'")
	copies(api.CopyRequest{Path: "/a"}, "https://api.example.com/a?access_token=%s")
	_, err = r.client.Edit(t.Context(), a.Ref(), api.AccountInput{Input: core.Input{CopyPath: ptr("//evil.example/a")}})
	if e := wantClass(t, err, core.Invalid); !strings.Contains(e.Message, "copy_path") {
		t.Errorf("the error is %v", e)
	}
	edit(api.AccountInput{Input: core.Input{CopyPath: ptr("")}})
	copies(api.CopyRequest{}, "https://api.example.com/cgi-bin/get_api_domain_ip?access_token=%s")
	_, err = r.client.Copy(t.Context(), a.Ref(), api.CopyRequest{Format: "url", Path: "//evil"})
	wantClass(t, err, core.Invalid)

	edit(api.AccountInput{Input: core.Input{CopyFormat: ptr("header"), Note: ptr("x")}})
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	r = w.start() // it is remembered
	copies(api.CopyRequest{}, "Authorization: Bearer %s")
}

// followed is an agent with a copied token that was renewed since.
func followed(t *testing.T, req api.CopyRequest, settings map[string]string, before func(*running)) (*running, api.Token, api.Clipboard) {
	t.Helper()
	w := newWorld(t)
	r := w.start()
	a := r.add("shop", core.Live)
	for key, value := range settings {
		if _, err := r.client.SetSetting(t.Context(), key, value); err != nil {
			t.Fatal(err)
		}
	}
	clip, err := r.client.Copy(t.Context(), a.Ref(), req)
	if err != nil {
		t.Fatal(err)
	}
	if before != nil {
		before(r)
	}
	w.pass(40 * time.Second)
	renewed, err := r.client.Refresh(t.Context(), a.Ref(), api.RefreshRequest{Force: true})
	if err != nil {
		t.Fatal(err)
	}
	return r, renewed, clip
}

// TestClipboardFollowsARenewal: the new token takes the place of the copied one
// by itself, in the same form, and goes when that one would have gone.
func TestClipboardFollowsARenewal(t *testing.T) {
	settings := map[string]string{"clipboard-follow": "true", "clear-after": "1m"}
	var events <-chan api.Event
	r, renewed, clip := followed(t, api.CopyRequest{Format: "curl", Path: "/a"}, settings, func(r *running) {
		var err error
		if events, err = r.client.Events(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		<-events // the snapshot
	})
	for e := range events {
		if e.Type != api.EventClipboard || e.Clipboard.ExpiresAt.Equal(clip.ExpiresAt) {
			continue
		}
		want := clip
		want.ExpiresAt = renewed.ExpiresAt
		if !e.Clipboard.ExpiresAt.Equal(want.ExpiresAt) || !e.Clipboard.ClearsAt.Equal(want.ClearsAt) || e.Clipboard.Account != "shop" || e.Clipboard.Format != "curl" || !e.Clipboard.Followed {
			t.Errorf("the event tells %+v, want %+v", *e.Clipboard, want)
		}
		break
	}
	if got, want := r.world.desk.holds(), "curl 'https://api.example.com/a?access_token="+renewed.AccessToken+"'"; got != want {
		t.Errorf("the clipboard holds %q, want %q", got, want)
	}
	r.world.desk.mu.Lock()
	defer r.world.desk.mu.Unlock()
	if left := r.world.desk.clear; left <= 10*time.Second || left > 20*time.Second {
		t.Errorf("it is cleared after %v, want what was left of a minute", left)
	}
}

func TestClipboardDoesNotFollow(t *testing.T) {
	on := map[string]string{"clipboard-follow": "true", "clear-after": "1m"}
	for _, tt := range []struct {
		what     string
		req      api.CopyRequest
		settings map[string]string
		before   func(*running)
		want     string // on the clipboard; empty: what was copied
	}{
		{"it is off", api.CopyRequest{}, map[string]string{"clear-after": "1m"}, nil, ""},
		{"somebody else copied", api.CopyRequest{}, on, func(r *running) {
			r.world.desk.mu.Lock()
			defer r.world.desk.mu.Unlock()
			r.world.desk.lose, r.world.desk.text = true, "shopping list"
		}, "shopping list"},
		{"it was cleared", api.CopyRequest{}, on, func(r *running) {
			if err := r.client.ClearClipboard(t.Context()); err != nil {
				t.Error(err)
			}
			r.ClipboardGone(api.Clipboard{})
		}, "nothing"},
		{"the time is over", api.CopyRequest{}, map[string]string{"clipboard-follow": "true", "clear-after": "30s"}, nil, ""},
	} {
		t.Run(tt.what, func(t *testing.T) {
			var held string
			r, renewed, _ := followed(t, tt.req, tt.settings, func(r *running) {
				held = r.world.desk.holds()
				if tt.before != nil {
					tt.before(r)
				}
			})
			if err := r.copier.replace(t.Context(), r.successor); err != nil {
				t.Fatal(err)
			}
			switch tt.want {
			case "":
				tt.want = held
			case "nothing":
				tt.want = ""
			}
			if got := r.world.desk.holds(); got != tt.want || strings.Contains(got, renewed.AccessToken) {
				t.Errorf("the clipboard holds %q, want %q", got, tt.want)
			}
		})
	}
}

// What was copied as the previous token on purpose stays it.
func TestPreviousTokenIsNotFollowed(t *testing.T) {
	r, renewed, _ := followed(t, api.CopyRequest{}, map[string]string{"clipboard-follow": "true"}, nil)
	if renewed.Previous == nil {
		t.Fatal("no previous token may still work")
	}
	if _, err := r.client.Copy(t.Context(), api.Ref{Name: "shop", Env: core.Live}, api.CopyRequest{Previous: true}); err != nil {
		t.Fatal(err)
	}
	if err := r.copier.replace(t.Context(), r.successor); err != nil || r.world.desk.holds() != renewed.Previous.Token {
		t.Errorf("the clipboard holds %q, %v", r.world.desk.holds(), err)
	}
}

// Copying the previous token never fetches: that would replace another.
func TestCopyThePreviousTokenFetchesNothing(t *testing.T) {
	r, renewed, _ := followed(t, api.CopyRequest{}, nil, nil)
	ref, asked := api.Ref{Name: "shop", Env: core.Live}, r.world.up.count()
	c, err := r.client.Copy(t.Context(), ref, api.CopyRequest{Previous: true})
	if err != nil || r.world.desk.holds() != renewed.Previous.Token || !c.ExpiresAt.Equal(renewed.Previous.Until) {
		t.Errorf("the clipboard holds %q until %v, %v", r.world.desk.holds(), c.ExpiresAt, err)
	}
	r.world.pass(renewed.Previous.Until.Sub(r.world.now()))
	_, err = r.client.Copy(t.Context(), ref, api.CopyRequest{Previous: true})
	if e := wantClass(t, err, core.Misuse); e.Remedy != core.RemedyNoPrevious {
		t.Errorf("the remedy is %s", e.Remedy)
	}
	if n := r.world.up.count(); n != asked {
		t.Errorf("upstream was asked %d times for it", n-asked)
	}
}

func TestAfterASleepTheClipboardIsToldOfIt(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	r.woke()
	w.desk.mu.Lock()
	defer w.desk.mu.Unlock()
	if w.desk.woken != 1 {
		t.Errorf("the clipboard was told %d times", w.desk.woken)
	}
}

func TestCopyTheRefusedAddress(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	a := r.add("shop", core.Live)
	if _, err := r.client.Copy(t.Context(), a.Ref(), api.CopyRequest{}); err != nil {
		t.Fatal(err)
	}
	wantClass(t, r.CopyIP(t.Context(), a.Ref()), core.Misuse)
	wantClass(t, r.CopyIP(t.Context(), api.Ref{Name: "blog"}), core.NotFound)
	w.up.set(&core.Error{Class: core.Whitelist, Remedy: core.RemedyWhitelist, Message: "not allowed; add it", Code: 40164, CallerIP: "203.0.113.9"}, nil)
	saved, err := r.client.Add(t.Context(), input("blog", core.Live, "wxffffffffffffffff"))
	if err != nil || saved.Account.Error == nil {
		t.Fatalf("add: %+v, %v", saved, err)
	}
	if err := r.CopyIP(t.Context(), saved.Account.Ref()); err != nil || w.desk.holds() != "203.0.113.9" || w.desk.clear != 0 {
		t.Errorf("the clipboard holds %q, %v", w.desk.holds(), err)
	}
	if list, _ := r.client.List(t.Context()); list.Clipboard != (api.Clipboard{}) {
		t.Errorf("an address is told as a token: %+v", list.Clipboard)
	}
}

// A client key is copied as a token is: concealed, cleared, told by its name, and
// nowhere else to be found. An address is not concealed and stays.
func TestCopyAText(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	if _, err := r.client.SetSetting(t.Context(), "log-level", "debug"); err != nil {
		t.Fatal(err)
	}
	const key = "ttk_0123456789abcdefghijklmnopqrstuv"
	c, err := r.client.CopyText(t.Context(), api.TextRequest{Text: core.NewSecret(key), Secret: true, Key: "ci"})
	if err != nil || c.Key != "ci" || c.Account != "" || c.ClearsAt.IsZero() {
		t.Errorf("the answer is %+v, %v", c, err)
	}
	w.desk.mu.Lock()
	if w.desk.text != key || w.desk.clear != 45*time.Second || w.desk.plain {
		t.Errorf("the clipboard holds %q for %v, plain %v", w.desk.text, w.desk.clear, w.desk.plain)
	}
	w.desk.mu.Unlock()
	list, err := r.client.List(t.Context())
	if err != nil || !list.Clipboard.ClearsAt.Equal(c.ClearsAt) || list.Clipboard.Key != "ci" {
		t.Errorf("the list tells %+v, %v", list.Clipboard, err)
	}
	for name, text := range map[string]string{"the log": w.log.String(), "the list": fmt.Sprintf("%+v", list), "the pending copies": fmt.Sprintf("%+v", &r.copier.pending)} {
		if strings.Contains(text, key) {
			t.Errorf("%s holds the key", name)
		}
	}
	if c, err := r.client.CopyText(t.Context(), api.TextRequest{Text: core.NewSecret("203.0.113.7")}); err != nil || c != (api.Clipboard{}) {
		t.Errorf("an address: %+v, %v", c, err)
	}
	w.desk.mu.Lock()
	if w.desk.text != "203.0.113.7" || w.desk.clear != 0 || !w.desk.plain {
		t.Errorf("the clipboard holds %q for %v, plain %v", w.desk.text, w.desk.clear, w.desk.plain)
	}
	w.desk.mu.Unlock()
	wantClass(t, second(r.client.CopyText(t.Context(), api.TextRequest{Secret: true})), core.Invalid)
}

// What was copied goes when the vault is locked.
func TestLockingTheVaultClears(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	a := r.add("shop", core.Sandbox)
	if _, err := r.client.Copy(t.Context(), a.Ref(), api.CopyRequest{}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.client.VaultLock(t.Context()); err != nil || w.desk.holds() != "" {
		t.Errorf("the clipboard holds %q, %v", w.desk.holds(), err)
	}
}

// The settings of the clipboard apply at once and after a restart. A setting that the
// system does not support is refused.
func TestHabitsOfTheClipboard(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	habits := func(primary, once bool) {
		t.Helper()
		w.desk.mu.Lock()
		defer w.desk.mu.Unlock()
		if w.desk.primary != primary || w.desk.once != once {
			t.Errorf("primary %v, once %v; want %v, %v", w.desk.primary, w.desk.once, primary, once)
		}
	}
	habits(false, false)
	for _, key := range []string{core.SettingClipboardPrimary, core.SettingClipboardOnce} {
		if _, err := r.client.SetSetting(t.Context(), key, "true"); err != nil {
			t.Fatal(err)
		}
	}
	habits(true, true)
	if _, err := r.client.SetSetting(t.Context(), core.SettingClipboardPrimary, "false"); err != nil {
		t.Fatal(err)
	}
	habits(false, true)
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	w.desk.mu.Lock()
	w.desk.primary, w.desk.once, w.desk.name = true, false, "macos"
	w.desk.mu.Unlock()
	r = w.start()
	habits(false, true)
	for _, key := range []string{core.SettingClipboardPrimary, core.SettingClipboardOnce} {
		if _, err := r.client.SetSetting(t.Context(), key, "false"); err != nil {
			t.Errorf("%s cannot be switched off: %v", key, err)
		}
		_, err := r.client.SetSetting(t.Context(), key, "true")
		if e := wantClass(t, err, core.Misuse); e.Remedy != core.RemedyNotHere {
			t.Errorf("%s: %v", key, err)
		}
	}
}
