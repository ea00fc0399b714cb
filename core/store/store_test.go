package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
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
	"tokentray/core/kinds"
)

var _ core.Journal = (*Store)(nil)

// clock is a wall clock that a test moves.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// home is a store in a scratch folder that can be opened again.
type home struct {
	*Store
	t     testing.TB
	path  string
	clock *clock
	log   *bytes.Buffer
	opt   Options
}

func newHome(t testing.TB) *home {
	t.Helper()
	h := &home{t: t, path: filepath.Join(t.TempDir(), "home", "tokentray.db"), clock: newClock(), log: new(bytes.Buffer)}
	h.opt = Options{Now: h.clock.now, Log: slog.New(slog.NewTextHandler(h.log, nil)), LockWait: time.Millisecond}
	h.open()
	t.Cleanup(func() { _ = h.Close() })
	return h
}

func (h *home) open() {
	h.t.Helper()
	s, err := Open(h.path, h.opt)
	if err != nil {
		h.t.Fatal(err)
	}
	if err := s.Unseal(bytes.Repeat([]byte{7}, KeySize)); err != nil {
		h.t.Fatal(err)
	}
	h.Store = s
}

// SaveToken keeps a token as a round does that brought nothing else.
func (h *home) SaveToken(id core.ID, t core.Token) error {
	return h.Record(id, core.Record{Token: &t})
}

// CountCalls counts calls as a round does that brought no token.
func (h *home) CountCalls(id core.ID, day string, n int) error {
	return h.Record(id, core.Record{Day: day, Calls: n})
}

func (h *home) close() {
	h.t.Helper()
	if err := h.Close(); err != nil {
		h.t.Fatal(err)
	}
}

func (h *home) reopen() { h.t.Helper(); h.close(); h.open() }

// crash lets go of the file without anything that Close does.
func (h *home) crash() {
	h.t.Helper()
	if err := h.db.Close(); err != nil {
		h.t.Fatal(err)
	}
	h.open()
}

func (h *home) add(name string) core.Account {
	h.t.Helper()
	a := account(name)
	if err := h.Save(h.t.Context(), a, fine, fine); err != nil {
		h.t.Fatal(err)
	}
	return a
}

func (h *home) refs() []string {
	h.t.Helper()
	all, err := h.Accounts()
	if err != nil {
		h.t.Fatal(err)
	}
	var out []string
	for _, a := range all {
		out = append(out, a.Ref())
	}
	return out
}

func fine(context.Context) error { return nil }

func account(name string) core.Account {
	return core.Account{
		ID: core.NewID(), Name: name, Env: core.Sandbox, Kind: kinds.WeChat,
		Product: kinds.ProductTest, AppID: "wx0123456789abcdef", Auto: true,
	}
}

// fill puts accounts, tokens and lines of history in with one transaction.
func fill(t testing.TB, s *Store, accounts, lines int) []core.ID {
	t.Helper()
	if err := s.Unseal(bytes.Repeat([]byte{7}, KeySize)); err != nil {
		t.Fatal(err)
	}
	aead := *s.key.Load()
	var ids []core.ID
	err := s.change("fill", func(tx *bbolt.Tx) error {
		for i := range accounts {
			a := account(fmt.Sprintf("shop-%04d", i))
			ids = append(ids, a.ID)
			value, err := encodeAccount(a)
			if err != nil {
				return err
			}
			if err := tx.Bucket([]byte(bucketAccounts)).Put([]byte(a.ID), value); err != nil {
				return err
			}
			token, err := json.Marshal(tokenRecord{Token: seal(aead, a.ID, fieldToken, strings.Repeat("x", 512)), Life: 2 * time.Hour})
			if err != nil {
				return err
			}
			if err := tx.Bucket([]byte(bucketTokens)).Put([]byte(a.ID), token); err != nil {
				return err
			}
			h := tx.Bucket([]byte(bucketHistory))
			for range lines {
				n, err := h.NextSequence()
				if err != nil {
					return err
				}
				line := []byte(`{"at":"2026-03-01T09:00:00Z","what":"renewed","mask":"78_ab••••wxyz"}`)
				if err := h.Put(historyKey(a.ID, n), line); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func wantError(t *testing.T, err error, class core.Class, cause error) *core.Error {
	t.Helper()
	var e *core.Error
	if !errors.As(err, &e) {
		t.Fatalf("error %v (%T) is no *core.Error", err, err)
	}
	if e.Class != class {
		t.Errorf("class of %q = %s, want %s", e, e.Class, class)
	}
	if cause != nil && !errors.Is(err, cause) {
		t.Errorf("%q does not come from %q", e, cause)
	}
	if e.Remedy == "" {
		t.Errorf("%q has no remedy", e)
	}
	return e
}

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

func TestHistoryIsBoundedAndNewestFirst(t *testing.T) {
	h := newHome(t)
	a, b := h.add("a"), h.add("b")
	h.db.NoSync = true
	for i := range MaxHistory + 20 {
		at := h.clock.now().Add(time.Duration(i) * time.Hour) // all but the newest are older than the day kept whole
		if err := h.Append(a.ID, core.Entry{Code: i, At: at}); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Append(b.ID, core.Entry{Code: -1}); err != nil {
		t.Fatal(err)
	}
	all, err := h.History(a.ID, time.Time{}, 0)
	if err != nil || len(all) != MaxHistory || all[0].Code != MaxHistory+19 || all[MaxHistory-1].Code != 20 {
		t.Errorf("%d lines from %d to %d, %v", len(all), all[0].Code, all[len(all)-1].Code, err)
	}
	few, err := h.History(a.ID, time.Time{}, 3)
	if err != nil || len(few) != 3 || few[2].Code != MaxHistory+17 {
		t.Errorf("the newest three: %v, %v", few, err)
	}
}

// TestLastLines: of each account its newest line, whatever its neighbours have.
func TestLastLines(t *testing.T) {
	h := newHome(t)
	if got, err := h.LastLines(); err != nil || len(got) != 0 {
		t.Errorf("an empty home: %v, %v", got, err)
	}
	want := map[core.ID]int{}
	for i := range 7 {
		a := h.add(fmt.Sprint("shop", i))
		for n := range i % 3 { // the first, among others, has none
			want[a.ID] = 10*i + n
			if err := h.Append(a.ID, core.Entry{Code: 10*i + n, RetryAt: h.clock.now()}); err != nil {
				t.Fatal(err)
			}
		}
	}
	got, err := h.LastLines()
	if err != nil || len(got) != len(want) {
		t.Errorf("%d lines, want %d; %v", len(got), len(want), err)
	}
	for id, code := range want {
		if got[id].Code != code || !got[id].RetryAt.Equal(h.clock.now()) {
			t.Errorf("%s: %+v, want %d", id, got[id], code)
		}
	}
}

// Who put an address on the whitelist is told when the next refusal names
// another, however long ago the first was.
func TestRefusedIP(t *testing.T) {
	h := newHome(t)
	a, b := h.add("a"), h.add("b")
	for _, e := range []core.Entry{
		{What: core.DidFail, CallerIP: "203.0.113.6"},
		{What: core.DidFail, CallerIP: "203.0.113.7"},
		{What: core.DidRenew},
		{What: core.DidFail, Class: core.Temporary},
		{What: core.DidFail, CallerIP: "203.0.113.8"},
	} {
		if err := h.Append(a.ID, e); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		id       core.ID
		ip, want string
	}{
		{a.ID, "203.0.113.8", "203.0.113.7"},
		{a.ID, "203.0.113.9", "203.0.113.8"},
		{b.ID, "203.0.113.8", ""},
	} {
		if got, err := h.RefusedIP(c.id, c.ip); got != c.want || err != nil {
			t.Errorf("before %s: %q, %v; want %q", c.ip, got, err, c.want)
		}
	}
}

// A day of a token that lives two minutes is kept whole, but bounded.
func TestHistoryKeepsADayOfShortLives(t *testing.T) {
	h := newHome(t)
	a := h.add("a")
	h.db.NoSync = true
	start := h.clock.now()
	const every = time.Minute
	for i := range 26 * 60 {
		if err := h.Append(a.ID, core.Entry{Code: i, At: start.Add(time.Duration(i) * every)}); err != nil {
			t.Fatal(err)
		}
	}
	end := start.Add((26*60 - 1) * every)
	all, err := h.History(a.ID, time.Time{}, 0)
	if err != nil || len(all) != 25*60 {
		t.Errorf("%d lines, %v; want those of 25 hours", len(all), err)
	}
	day, err := h.History(a.ID, end.Add(-24*time.Hour), 0)
	if err != nil || len(day) != 24*60+1 || !day[len(day)-1].At.Equal(end.Add(-24*time.Hour)) {
		t.Errorf("%d lines of a day, %v", len(day), err)
	}
	for i := range MaxDay + 10 { // many in one minute
		if err := h.Append(a.ID, core.Entry{Code: i, At: end}); err != nil {
			t.Fatal(err)
		}
	}
	if all, err = h.History(a.ID, time.Time{}, 0); err != nil || len(all) != MaxDay {
		t.Errorf("%d lines, %v; want at most %d", len(all), err, MaxDay)
	}
	if err := h.Append(a.ID, core.Entry{At: end.Add(48 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if all, err = h.History(a.ID, time.Time{}, 0); err != nil || len(all) != MaxHistory {
		t.Errorf("%d lines, %v; two quiet days later want %d", len(all), err, MaxHistory)
	}
}

// The calls of a day outlive the process; the next day begins with none.
func TestCallsAreCountedByDay(t *testing.T) {
	h := newHome(t)
	a := h.add("a")
	for _, err := range []error{
		h.CountCalls(a.ID, "2026-03-01", 2), h.CountCalls(a.ID, "2026-03-01", 1),
		h.CountForce(a.ID, "2026-03-01", h.clock.now()), h.CountCalls("gone", "2026-03-01", 9),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	h.reopen()
	counts := func() map[core.ID]core.DayCounts {
		t.Helper()
		got, err := h.Counts()
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := counts(); len(got) != 1 || got[a.ID] != (core.DayCounts{Day: "2026-03-01", Counts: core.Counts{Calls: 3, Forced: 1}}) {
		t.Errorf("after a restart: %v", got)
	}
	if err := h.CountCalls(a.ID, "2026-03-02", 1); err != nil {
		t.Fatal(err)
	}
	if got := counts(); got[a.ID] != (core.DayCounts{Day: "2026-03-02", Counts: core.Counts{Calls: 1}}) {
		t.Errorf("the next day: %v", got)
	}
	if _, last, _ := h.Forced(a.ID, "2026-03-02"); !last.Equal(h.clock.now()) {
		t.Errorf("the last forced fetch was at %v; the gap still counts from it", last)
	}
}

func TestForcedCountsByDay(t *testing.T) {
	h := newHome(t)
	at := h.clock.now()
	for i := range 3 {
		if err := h.CountForce("a", "2026-03-01", at.Add(time.Duration(i)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	n, last, err := h.Forced("a", "2026-03-01")
	if n != 3 || !last.Equal(at.Add(2*time.Minute)) || err != nil {
		t.Errorf("today: %d, %v, %v", n, last, err)
	}
	n, last, err = h.Forced("a", "2026-03-02")
	if n != 0 || !last.Equal(at.Add(2*time.Minute)) || err != nil {
		t.Errorf("the next day: %d, %v, %v; the gap still counts from the last one", n, last, err)
	}
	if err := h.CountForce("a", "2026-03-02", at.Add(24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if n, _, _ := h.Forced("a", "2026-03-02"); n != 1 {
		t.Errorf("first of the next day counts %d", n)
	}
	if n, last, _ := h.Forced("b", "2026-03-02"); n != 0 || !last.IsZero() {
		t.Errorf("another account: %d, %v", n, last)
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
