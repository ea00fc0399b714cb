package agent

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/core/vault"
)

// keys are those that the keyring holds, which no keyring tells the agent.
func (r *ring) keys() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(maps.Keys(r.held))
}

func (w *world) refs(r *running) []string {
	w.t.Helper()
	l, err := r.client.List(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	var out []string
	for _, a := range l.Accounts {
		out = append(out, a.Ref().String())
	}
	return out
}

// crash ends an agent and puts file in the place of its database, as an agent
// that is killed leaves the file it had at that time.
func (w *world) crash(r *running, file []byte) {
	w.t.Helper()
	if err := r.end(); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(w.home.DB(), file, 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) read(path string) []byte {
	w.t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		w.t.Fatal(err)
	}
	return data
}

// backups are the backups as they are.
func (w *world) backups() map[string][]byte {
	w.t.Helper()
	names, _ := filepath.Glob(filepath.Join(w.home.Dir(), "backups", "*"))
	out := map[string][]byte{}
	for _, name := range names {
		out[name] = w.read(name)
	}
	return out
}

// putBackups puts back what backups returned, as if the crash had come before
// the next backup.
func (w *world) putBackups(kept map[string][]byte) {
	w.t.Helper()
	for name := range w.backups() {
		if err := os.Remove(name); err != nil {
			w.t.Fatal(err)
		}
	}
	for name, data := range kept {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			w.t.Fatal(err)
		}
	}
}

// TestNothingIsLostWithTheDatabase: there are four accounts, one of them in a backup.
// The database is damaged, put back as it was, emptied, or removed. All four are
// there again, the keyring lost nothing, and the lost ones wait for a person.
func TestNothingIsLostWithTheDatabase(t *testing.T) {
	spoiled := func(data []byte) []byte { data = slices.Clone(data); clear(data[:8192]); return data }
	for name, c := range map[string]struct {
		file     func(old, last []byte) []byte // nil: the file is gone
		backups  bool
		passfile bool
		restored string
		lost     int
	}{
		"its head is overwritten":              {file: func(_, last []byte) []byte { return spoiled(last) }, backups: true, restored: "store_restored", lost: 3},
		"and there is no backup":               {file: func(_, last []byte) []byte { return spoiled(last) }, restored: "store_emptied", lost: 4},
		"nothing of it can be read":            {file: func(_, last []byte) []byte { return slices.Repeat([]byte{7}, len(last)) }, backups: true, restored: "store_restored", lost: 3},
		"nothing of it, and no backup":         {file: func(_, last []byte) []byte { return slices.Repeat([]byte{7}, len(last)) }, restored: "store_emptied", lost: 4},
		"it is cut to nothing":                 {file: func(_, _ []byte) []byte { return nil }, backups: true, restored: "store_restored", lost: 3},
		"it is gone":                           {backups: true, restored: "store_refound", lost: 3},
		"everything is gone":                   {lost: 4},
		"an older one is put in its place":     {file: func(old, _ []byte) []byte { return old }, backups: true, lost: 3},
		"a passphrase file, and it is damaged": {file: func(_, last []byte) []byte { return spoiled(last) }, backups: true, passfile: true, restored: "store_restored", lost: 3},
		"a passphrase file, and an older one":  {file: func(old, _ []byte) []byte { return old }, backups: true, passfile: true, lost: 3},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			r := w.start()
			if c.passfile {
				if _, err := r.client.VaultInit(t.Context(), core.NewSecret(passphrase)); err != nil {
					t.Fatal(err)
				}
			}
			r.add("a", core.Sandbox)
			if err := r.end(); err != nil {
				t.Fatal(err)
			}
			old, kept := w.read(w.home.DB()), w.backups()
			r = w.start()
			if c.passfile {
				if _, err := r.client.VaultUnlock(t.Context(), core.NewSecret(passphrase)); err != nil {
					t.Fatal(err)
				}
			}
			r.add("b", core.Sandbox)
			r.add("c", core.Live)
			r.add("d", core.Sandbox)
			last, held := w.read(w.home.DB()), w.ring.keys()
			asked := len(w.up.tokens())
			var file []byte
			if c.file != nil {
				file = c.file(old, last)
			}
			w.crash(r, file)
			if c.file == nil {
				if err := os.Remove(w.home.DB()); err != nil {
					t.Fatal(err)
				}
			}
			if !c.backups {
				kept = nil
			}
			w.putBackups(kept)

			r = w.start()
			if c.passfile {
				if _, err := r.client.VaultUnlock(t.Context(), core.NewSecret(passphrase)); err != nil {
					t.Fatal(err)
				}
			}
			if got := w.refs(r); !slices.Equal(got, []string{"a/sandbox", "b/sandbox", "c/live", "d/sandbox"}) {
				t.Fatalf("accounts %v", got)
			}
			if got := w.ring.keys(); !slices.Equal(got, held) {
				t.Errorf("the keyring holds %v and held %v", got, held)
			}
			if len(w.ring.deleted) > 0 && !c.passfile {
				t.Errorf("deleted from the keyring: %v", w.ring.deleted)
			}
			l, err := r.client.List(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(l.Recovered) != c.lost || l.Notice != c.restored {
				t.Errorf("recovered %v, notice %q", l.Recovered, l.Notice)
			}
			for _, a := range l.Accounts {
				if back := slices.Contains(l.Recovered, a.Ref().String()); back && (a.State != core.StatePaused || a.Auto || a.BaseURL != "" || a.AppID == "") {
					t.Errorf("%s came back as %+v", a.Ref(), a)
				}
			}
			w.pass(3 * time.Hour)
			r.upkeep.now(t.Context())
			for _, a := range l.Accounts {
				fetched := slices.ContainsFunc(w.up.tokens()[asked:], func(token string) bool { return strings.Contains(token, a.AppID) })
				if fetched && slices.Contains(l.Recovered, a.Ref().String()) {
					t.Errorf("upstream was asked for %s, which nobody has looked at", a.Ref())
				}
			}
			// Each works with the secret it had.
			for _, a := range l.Accounts {
				if _, err := r.client.Token(t.Context(), a.Ref(), 0); err != nil {
					t.Errorf("a token of %s: %v", a.Ref(), err)
				}
				if _, err := r.client.Edit(t.Context(), a.Ref(), api.AccountInput{Input: core.Input{Auto: ptr(true)}}); err != nil {
					t.Errorf("resume %s: %v", a.Ref(), err)
				}
			}
			if s, err := r.client.Status(t.Context()); err != nil || len(s.Recovered) != 0 {
				t.Errorf("after a person looked at them: %v, %v", s.Recovered, err)
			}
			if err := r.end(); err != nil {
				t.Fatal(err)
			}
			r = w.start() // nothing is found twice
			if got := w.refs(r); len(got) != 4 {
				t.Errorf("the next start: accounts %v", got)
			}
		})
	}
}

// TestWhatWasRemovedStaysRemoved although a backup or an older database still
// has it, and although its secret is still in the vault.
func TestWhatWasRemovedStaysRemoved(t *testing.T) {
	for name, c := range map[string]struct {
		noDrop, byHand, newer bool // newer: there is a backup of what was replaced
		want                  []string
	}{
		"restored from a backup":                        {want: []string{"a/sandbox"}},
		"and its secret could not be removed":           {noDrop: true, want: []string{"a/sandbox"}},
		"a person put the old database in its place":    {byHand: true, want: []string{"a/sandbox", "b/sandbox"}},
		"the same, beside a newer backup":               {byHand: true, newer: true, want: []string{"a/sandbox", "b/sandbox"}},
		"the same, and its secret could not be removed": {byHand: true, noDrop: true, want: []string{"a/sandbox", "b/sandbox"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			r := w.start()
			r.add("a", core.Sandbox)
			b := r.add("b", core.Sandbox)
			if err := r.end(); err != nil {
				t.Fatal(err)
			}
			old, kept := w.read(w.home.DB()), w.backups()
			r = w.start()
			if c.noDrop {
				w.ring.noDrop = closedBy(vault.ErrLocked)
			}
			if err := r.client.Remove(t.Context(), b.Ref()); (err != nil) != c.noDrop {
				t.Fatal(err)
			}
			last := w.read(w.home.DB())
			if c.byHand {
				w.crash(r, old)
			} else {
				clear(last[:8192])
				w.crash(r, last)
			}
			if !c.newer {
				w.putBackups(kept)
			}
			w.ring.noDrop = nil
			r = w.start()
			if r.parts.PutBack != c.newer {
				t.Errorf("put back by a person: %v", r.parts.PutBack)
			}
			if got := w.refs(r); !slices.Equal(got, c.want) {
				t.Errorf("accounts %v, want %v", got, c.want)
			}
			if c.byHand && !c.noDrop {
				_, err := r.client.Edit(t.Context(), b.Ref(), api.AccountInput{Input: core.Input{Auto: ptr(false)}})
				if err != nil {
					t.Fatal(err)
				}
				w.pass(3 * time.Hour)
				_, err = r.client.Token(t.Context(), b.Ref(), 0)
				if e := wantClass(t, err, core.VaultClosed); e.Remedy != core.RemedyReenter {
					t.Errorf("an account whose secret is gone: %v, remedy %s", e, e.Remedy)
				}
			}
			if !c.byHand && slices.Contains(w.ring.keys(), string(b.ID)) {
				t.Error("the secret of the removed account is still in the keyring")
			}
		})
	}
}

// TestAnEditIsNotLostWithTheDatabase: what a person changed after the backup is
// in the vault too, and the backup does not overwrite it there.
func TestAnEditIsNotLostWithTheDatabase(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	a, b, c := r.add("a", core.Sandbox), r.add("b", core.Sandbox), r.add("c", core.Sandbox)
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	old := w.read(w.home.DB())
	r = w.start()
	edit := func(ref api.Ref, in api.AccountInput) {
		t.Helper()
		if _, err := r.client.Edit(t.Context(), ref, in); err != nil {
			t.Fatal(err)
		}
	}
	edit(a.Ref(), api.AccountInput{Input: core.Input{BaseURL: ptr("https://own.example")}, Secret: ptr(goodSecret)})
	edit(b.Ref(), api.AccountInput{Input: core.Input{Name: ptr("renamed")}})
	w.pass(2 * time.Minute) // its entry is refreshed
	r.upkeep.now(t.Context())
	for r.entries.busy.Load() {
		runtime.Gosched()
	}
	edit(c.Ref(), api.AccountInput{Input: core.Input{Name: ptr("not yet refreshed")}})
	w.crash(r, old)
	r = w.start()
	if got := w.refs(r); !slices.Equal(got, []string{"a/sandbox", "c/sandbox", "renamed/sandbox"}) {
		t.Errorf("accounts %v", got)
	}
	l, err := r.client.List(t.Context())
	if err != nil || !slices.Equal(l.Recovered, []string{"a/sandbox", "renamed/sandbox"}) {
		t.Errorf("recovered %v, %v", l.Recovered, err)
	}
	if got := l.Accounts[0]; got.BaseURL != "https://own.example" || got.Auto {
		t.Errorf("a is %+v", got)
	}
	if got := l.Accounts[1]; !got.Auto {
		t.Errorf("c is %+v; of it the vault tells nothing newer", got)
	}
}

// TestAnEditThatFailsLeavesTheOldSecret in the vault, also when only the
// database refused.
func TestAnEditThatFailsLeavesTheOldSecret(t *testing.T) {
	w := newWorld(t)
	var full atomic.Bool
	w.over = func(s Store) Store { return refusing{s, &full} }
	r := w.start()
	a := r.add("a", core.Sandbox)
	before, err := w.ring.Memory.Get(t.Context(), string(a.ID))
	if err != nil {
		t.Fatal(err)
	}
	full.Store(true)
	_, err = r.client.Edit(t.Context(), a.Ref(), api.AccountInput{Secret: ptr(badSecret)})
	wantClass(t, err, core.Internal)
	if after, err := w.ring.Memory.Get(t.Context(), string(a.ID)); err != nil || string(after) != string(before) {
		t.Errorf("the entry changed: %v", err)
	}
}

// refusing is a store that saves nothing after the vault has, once its disk is full.
type refusing struct {
	Store
	full *atomic.Bool
}

func (f refusing) Save(ctx context.Context, a core.Account, set, undo func(context.Context) error) error {
	if !f.full.Load() {
		return f.Store.Save(ctx, a, set, undo)
	}
	if err := set(ctx); err != nil {
		return err
	}
	return &core.Error{Class: core.Internal, Remedy: core.RemedyFull, Message: "the disk is full"}
}

// TestAnAdditionThatACrashInterruptedComesBack: its secret is in the vault and
// upstream never shows it again.
func TestAnAdditionThatACrashInterruptedComesBack(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	r.add("a", core.Sandbox)
	file := w.read(w.home.DB())
	r.add("b", core.Sandbox)
	w.crash(r, file) // as it was before b; the vault has it
	r = w.start()
	if got := w.refs(r); !slices.Equal(got, []string{"a/sandbox", "b/sandbox"}) {
		t.Errorf("accounts %v", got)
	}
	lines, err := r.client.History(t.Context(), api.Ref{Name: "b", Env: core.Sandbox}, api.HistoryQuery{})
	if err != nil || len(lines) == 0 || lines[0].What != core.DidRecover {
		t.Errorf("history %+v, %v", lines, err)
	}
}

// TestAnImportThatFailedLeavesNoTrace of its own, and nothing that a kill in the middle
// could make of an account that is there a removed one.
func TestAnImportThatFailedLeavesNoTrace(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	a := r.add("a", core.Sandbox)
	if err := w.ring.Memory.Delete(t.Context(), string(a.ID)); err != nil {
		t.Fatal(err)
	}
	w.ring.noSet = errors.New("no")
	req := api.ImportRequest{Accounts: []api.AccountInput{input("a", core.Sandbox, a.AppID), input("n", core.Sandbox, appID)}, OnConflict: api.ConflictReplace}
	plan, err := r.client.Import(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	req.Apply = plan.Digest
	if _, err := r.client.Import(t.Context(), req); err == nil {
		t.Fatal("the import went through")
	}
	index := r.vault.parts.Index
	if index.Removed(string(a.ID)) {
		t.Error("an account that is there counts as removed")
	}
	if lines := string(w.read(w.home.VaultIndex())); strings.Contains(lines, "- "+string(a.ID)) {
		t.Errorf("an account that is there counted as removed for a while:\n%s", lines)
	}
	if got := w.refs(r); !slices.Equal(got, []string{"a/sandbox"}) {
		t.Errorf("accounts %v", got)
	}
}

// TestAnAccountComesBackWithAllOfItsKind: its own fields, and the host where its
// secret goes, which is not the one where its tokens are used.
func TestAnAccountComesBackWithAllOfItsKind(t *testing.T) {
	w := newWorld(t)
	other, _ := testKinds().Of(kinds.WeChat)
	other.Kind, other.Default, other.BaseURL, other.APIBase = "other", false, "https://tokens.example.com", "https://calls.example.com"
	set, err := testKinds().With(other)
	if err != nil {
		t.Fatal(err)
	}
	w.kinds = set
	w.sources = map[core.Kind]core.Source{kinds.WeChat: w.up, kinds.WeChatLegacy: w.up, "other": w.up}
	s, err := w.service()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.close() }()
	for _, base := range []string{"", "https://own.example.com/x"} {
		a := core.Account{
			ID: core.NewID(), Name: "shop", Env: core.Live, Kind: "other", Product: other.Products[0].Product, AppID: appID,
			BaseURL: base, Proxy: "http://proxy.example:1", Params: core.ParamsOf(map[string]string{"tenant": "t <1>", "agent": "7"}),
		}
		secret := core.NewSecret(goodSecret)
		raw, err := s.vault.kept(a, entry{}.with(&secret, nil, s.goes(a))).entry.encode()
		if err != nil {
			t.Fatal(err)
		}
		e, ok := decodeEntry(raw)
		if got := s.remade(a.ID, e, nil); !ok || !got.Equal(a) {
			t.Errorf("came back as %+v, want %+v", got, a)
		}
		if _, err := e.release(s.goes(a)); err != nil {
			t.Errorf("its secret stays behind: %v", err)
		}
	}
}

// lastSaves counts as saved what SaveAll saved, and forgets everything that would
// be written after it, as a crash does.
type lastSaves struct {
	Store
	then func()
}

func (s lastSaves) SaveAll(ctx context.Context, accounts []core.Account, lines []core.Entry, set, undo func(context.Context) error) (bool, error) {
	undone, err := s.Store.SaveAll(ctx, accounts, lines, set, undo)
	s.then()
	return undone, err
}

// TestACrashWhileAccountsComeBackHidesNone: an account that came back from the vault,
// and one whose newer state did, are reported even if the agent was killed at the
// moment that the database had them.
func TestACrashWhileAccountsComeBackHidesNone(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	a := r.add("a", core.Sandbox)
	old := w.read(w.home.DB())
	r.add("b", core.Sandbox)
	if _, err := r.client.Edit(t.Context(), a.Ref(), api.AccountInput{Input: core.Input{BaseURL: ptr("https://own.example")}, Secret: ptr(goodSecret)}); err != nil {
		t.Fatal(err)
	}
	w.crash(r, old)
	var database, index []byte
	w.over = func(s Store) Store {
		return lastSaves{Store: s, then: func() { database, index = w.read(w.home.DB()), w.read(w.home.VaultIndex()) }}
	}
	r = w.start()
	w.over = nil
	w.crash(r, database)
	if err := os.WriteFile(w.home.VaultIndex(), index, 0o600); err != nil {
		t.Fatal(err)
	}
	r = w.start()
	l, err := r.client.List(t.Context())
	if err != nil || !slices.Equal(l.Recovered, []string{"a/sandbox", "b/sandbox"}) || len(l.Accounts) != 2 {
		t.Errorf("recovered %v of %d, %v", l.Recovered, len(l.Accounts), err)
	}
	if _, err := r.client.Edit(t.Context(), a.Ref(), api.AccountInput{Input: core.Input{Note: ptr("seen")}}); err != nil {
		t.Fatal(err)
	}
	if l, err = r.client.List(t.Context()); err != nil || !slices.Equal(l.Recovered, []string{"b/sandbox"}) {
		t.Errorf("after a look at a: recovered %v, %v", l.Recovered, err)
	}
}
