package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"

	"tokentray/core"
)

var _ core.Journal = (*Store)(nil)

func TestEverythingOutlivesAReopen(t *testing.T) {
	h := newHome(t)
	id := h.HomeID()
	a := account("shop")
	a.BaseURL, a.Proxy, a.Note, a.AllowLive = "https://host.example", "socks5://127.0.0.1:1080", "两行\n备注", true
	if err := h.Save(t.Context(), a, fine, fine); err != nil {
		t.Fatal(err)
	}
	tok := core.Token{
		Value: "78_value", ObtainedAt: h.clock.now(), ExpiresAt: h.clock.now().Add(2 * time.Hour), Life: 2 * time.Hour,
		Previous: core.Previous{Value: "77_before", Until: h.clock.now().Add(5 * time.Minute)},
	}
	if err := h.SaveToken(a.ID, tok); err != nil {
		t.Fatal(err)
	}
	line := core.Entry{At: h.clock.now(), What: core.DidRenew, Mask: "78_va••••alue", Expires: tok.ExpiresAt, Took: time.Second, Calls: 1}
	if err := h.Append(a.ID, line); err != nil {
		t.Fatal(err)
	}
	if err := h.CountForce(a.ID, "2026-03-01", h.clock.now()); err != nil {
		t.Fatal(err)
	}
	if err := h.Touch(map[core.ID]time.Time{a.ID: h.clock.now(), "gone": h.clock.now()}); err != nil {
		t.Fatal(err)
	}
	set := core.DefaultSettings()
	set.Active, set.ClearAfter, set.PausedAll = core.Live, 0, true
	if err := h.PutSettings(set); err != nil {
		t.Fatal(err)
	}

	h.reopen()

	if h.HomeID() != id || len(id) < 16 {
		t.Errorf("home id %q became %q", id, h.HomeID())
	}
	check := func(what string, got any, err error, want any) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", what, d)
		}
	}
	accounts, err := h.Accounts()
	check("accounts", accounts, err, []core.Account{a})
	tokens, err := h.Tokens()
	check("tokens", tokens, err, map[core.ID]core.Token{a.ID: tok})
	lines, err := h.History(a.ID, time.Time{}, 0)
	check("history", lines, err, []core.Entry{line})
	used, err := h.LastUsed()
	check("last used", used, err, map[core.ID]time.Time{a.ID: h.clock.now()})
	settings, err := h.Settings()
	check("settings", settings, err, set)
	n, last, err := h.Forced(a.ID, "2026-03-01")
	if n != 1 || !last.Equal(h.clock.now()) || err != nil {
		t.Errorf("Forced = %d, %v, %v", n, last, err)
	}
}

func TestFileIsTheOwnersAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the folder is the user's there and modes mean nothing")
	}
	h := newHome(t)
	if err := os.Chmod(h.path, 0o644); err != nil {
		t.Fatal(err)
	}
	h.add("shop")
	h.clock.add(2 * time.Hour)
	h.reopen()
	for path, want := range map[string]os.FileMode{h.path: 0o600, filepath.Dir(h.path): 0o700, h.opt.Backups: 0} {
		if path == "" {
			path, want = filepath.Join(filepath.Dir(h.path), "backups"), 0o700
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s: mode %v, want %v", path, info.Mode().Perm(), want)
		}
	}
	for _, b := range listBackups(filepath.Join(filepath.Dir(h.path), "backups")) {
		if info, err := os.Stat(b.path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("backup %s: %v, %v", b.path, info.Mode(), err)
		}
	}
}

func TestNameAndEnvironmentAreUnique(t *testing.T) {
	h := newHome(t)
	shop := h.add("shop")
	other := h.add("other")

	again := account("shop")
	e := wantError(t, h.Save(t.Context(), again, func(context.Context) error {
		t.Error("the secret of a refused account reached the vault")
		return nil
	}, fine), core.Invalid, nil)
	if !strings.Contains(e.Message, "shop/sandbox") {
		t.Errorf("%q does not name the account", e)
	}
	other.Name = "shop"
	wantError(t, h.Update(other), core.Invalid, nil)

	shop.Note = "same name, same account"
	if err := h.Update(shop); err != nil {
		t.Error(err)
	}
	again.Env = core.Live
	if err := h.Save(t.Context(), again, fine, fine); err != nil {
		t.Error(err)
	}
	if got, want := h.refs(), []string{"other/sandbox", "shop/sandbox", "shop/live"}; !slices.Equal(got, want) {
		t.Errorf("accounts = %v, want %v", got, want)
	}
	wantError(t, h.Update(account("ghost")), core.NotFound, nil)
	wantError(t, h.Remove(t.Context(), "ghost", fine), core.NotFound, nil)
	wantError(t, h.Save(t.Context(), core.Account{ID: "x"}, fine, fine), core.Invalid, nil)
}

func TestRemoveLeavesNothing(t *testing.T) {
	h := newHome(t)
	a, b := h.add("a"), h.add("b")
	for _, id := range []core.ID{a.ID, b.ID} {
		tok := core.Token{Value: "v", ExpiresAt: h.clock.now()}
		if err := errors.Join(h.SaveToken(id, tok), h.Append(id, core.Entry{What: core.DidAdd}),
			h.CountForce(id, "d", h.clock.now()), h.Touch(map[core.ID]time.Time{id: h.clock.now()})); err != nil {
			t.Fatal(err)
		}
		if _, err := h.AddPush(id, filePush()); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Remove(t.Context(), a.ID, fine); err != nil {
		t.Fatal(err)
	}
	// What a running fetch still has to say comes too late.
	if err := errors.Join(h.SaveToken(a.ID, core.Token{Value: "late"}), h.Append(a.ID, core.Entry{})); err != nil {
		t.Fatal(err)
	}
	err := h.view("look", func(tx *bbolt.Tx) error {
		for _, name := range []string{bucketAccounts, bucketTokens, bucketHistory, bucketIntents, bucketForced, bucketUsed, bucketPushes} {
			_ = tx.Bucket([]byte(name)).ForEach(func(k, _ []byte) error {
				if strings.HasPrefix(string(k), string(a.ID)) {
					t.Errorf("%s still holds %q", name, k)
				}
				return nil
			})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if lines, err := h.History(b.ID, time.Time{}, 0); len(lines) != 1 || err != nil {
		t.Errorf("the other account's history: %v, %v", lines, err)
	}
}

func TestSettingsOfOtherVersions(t *testing.T) {
	h := newHome(t)
	put := func(text string) {
		t.Helper()
		if err := h.update("put", func(tx *bbolt.Tx) error {
			return tx.Bucket([]byte(bucketSettings)).Put([]byte(keySettings), []byte(text))
		}); err != nil {
			t.Fatal(err)
		}
	}
	put(`{"active":"moon","language":"zh","theme":"sepia","text_size":"big","clear_after":60000000000,"radio":{"on":true}}`)
	want := core.DefaultSettings()
	want.Language, want.ClearAfter = "zh", time.Minute
	got, err := h.Settings()
	if err != nil || got != want {
		t.Errorf("Settings = %+v, %v, want %+v", got, err, want)
	}
	if err := h.PutSettings(got); err != nil {
		t.Fatal(err)
	}
	_ = h.view("look", func(tx *bbolt.Tx) error {
		if v := tx.Bucket([]byte(bucketSettings)).Get([]byte(keySettings)); !bytes.Contains(v, []byte(`"radio":{"on":true}`)) {
			t.Errorf("an unknown setting was dropped: %s", v)
		}
		return nil
	})
	put("not JSON")
	if got, err := h.Settings(); err != nil || got != core.DefaultSettings() {
		t.Errorf("unreadable settings gave %+v, %v", got, err)
	}
}

func TestTokensAreSealed(t *testing.T) {
	h := newHome(t)
	a, b := h.add("a"), h.add("b")
	const value, before = "78_this-is-the-token-of-a", "77_this-is-the-previous-one"
	tok := core.Token{Value: value, ExpiresAt: h.clock.now(), ObtainedAt: h.clock.now(), Previous: core.Previous{Value: before, Until: h.clock.now()}}
	if err := h.SaveToken(a.ID, tok); err != nil {
		t.Fatal(err)
	}
	if err := h.SaveToken(b.ID, core.Token{Value: "of b"}); err != nil {
		t.Fatal(err)
	}

	h.Seal()
	_, err := h.Tokens()
	wantError(t, err, core.VaultClosed, ErrSealed)
	wantError(t, h.SaveToken(a.ID, tok), core.VaultClosed, ErrSealed)
	if len(h.refs()) != 2 {
		t.Error("accounts cannot be read without the data key")
	}

	// Another key opens nothing, breaks nothing and tells nothing.
	if err := h.Unseal(bytes.Repeat([]byte{8}, KeySize)); err != nil {
		t.Fatal(err)
	}
	if got, err := h.Tokens(); len(got) != 0 || err != nil {
		t.Errorf("with another key: %v, %v", got, err)
	}
	if err := h.Unseal([]byte("short")); err == nil {
		t.Error("a short key was taken")
	}

	// A record moved to another account does not open there.
	if err := h.Unseal(bytes.Repeat([]byte{7}, KeySize)); err != nil {
		t.Fatal(err)
	}
	if err := h.update("move", func(tx *bbolt.Tx) error {
		tokens := tx.Bucket([]byte(bucketTokens))
		return tokens.Put([]byte(b.ID), bytes.Clone(tokens.Get([]byte(a.ID))))
	}); err != nil {
		t.Fatal(err)
	}
	got, err := h.Tokens()
	if err != nil || got[a.ID].Value != value || got[a.ID].Previous.Value != before {
		t.Errorf("the token of a: %v, %v", got[a.ID].Value == value, err)
	}
	if _, ok := got[b.ID]; ok {
		t.Error("the token of a opened as that of b")
	}

	// A token in the place of another one of its account does not open either.
	if err := h.update("swap", func(tx *bbolt.Tx) error {
		tokens := tx.Bucket([]byte(bucketTokens))
		r, err := decodeToken(tokens.Get([]byte(a.ID)))
		if err != nil {
			return err
		}
		r.Token, r.Previous = r.Previous, r.Token
		swapped, err := json.Marshal(r)
		if err != nil {
			return err
		}
		return tokens.Put([]byte(a.ID), swapped)
	}); err != nil {
		t.Fatal(err)
	}
	if got, err := h.Tokens(); len(got) != 0 || err != nil {
		t.Errorf("the token and the one before it, swapped: %d open, %v", len(got), err)
	}

	h.clock.add(2 * time.Hour)
	h.close()
	searchFiles(t, filepath.Dir(h.path), value, before)
	for _, s := range []string{value, before} {
		if strings.Contains(h.log.String(), s) {
			t.Errorf("the log holds %s", s)
		}
	}
}

// searchFiles fails when a file below dir holds one of the texts.
func searchFiles(t *testing.T, dir string, texts ...string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		for _, text := range texts {
			if bytes.Contains(data, []byte(text)) {
				t.Errorf("%s holds %q", path, text)
			}
		}
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("searched %d files: %v", files, err)
	}
}

func TestManyAtOnce(t *testing.T) {
	h := newHome(t)
	h.db.NoSync = true
	var ids []core.ID
	for i := range 8 {
		ids = append(ids, h.add(fmt.Sprint("shop", i)).ID)
	}
	var wg sync.WaitGroup
	for i, id := range ids {
		wg.Go(func() {
			for n := range 20 {
				_ = h.SaveToken(id, core.Token{Value: fmt.Sprint("token ", i, " ", n)})
				_ = h.Append(id, core.Entry{Code: n})
				_, _ = h.Tokens()
				_ = h.Touch(map[core.ID]time.Time{id: h.clock.now()})
				h.clock.add(time.Minute)
			}
		})
	}
	wg.Go(func() {
		for range 10 {
			h.Seal()
			_ = h.Unseal(bytes.Repeat([]byte{7}, KeySize))
		}
	})
	wg.Wait()
	for i, id := range ids {
		if err := h.SaveToken(id, core.Token{Value: fmt.Sprint("last ", i)}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := h.Tokens()
	if err != nil || len(got) != len(ids) || got[ids[3]].Value != "last 3" {
		t.Errorf("Tokens = %d, %v", len(got), err)
	}
}

func TestADatabaseRemovedWhileOneWaitsForIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokentray.db")
	first, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan error)
	var second *Store
	go func() {
		var err error
		second, err = Open(path, Options{LockWait: 10 * time.Second})
		got <- err
	}()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-got; err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if second.HomeID() == first.HomeID() {
		t.Error("the second works on the removed file")
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}
