package agent

import (
	"encoding/json"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/core/vault"
)

// TestAnEntryThatDoesNotTellItsHostWaits: what an earlier version wrote has the
// secret alone. It comes back, and goes nowhere before a person says where.
func TestAnEntryThatDoesNotTellItsHostWaits(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	a := r.add("a", core.Sandbox)
	if _, err := r.client.Edit(t.Context(), a.Ref(), api.AccountInput{Input: core.Input{Auto: ptr(false)}}); err != nil {
		t.Fatal(err) // in the backup it has no token, and would be fetched for
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	kept := w.backups()
	r = w.start()
	b, err := r.client.Add(t.Context(), api.AccountInput{
		Input:  core.Input{Name: ptr("b"), AppID: ptr(appID), BaseURL: ptr("https://own.example")},
		Secret: ptr(goodSecret),
	})
	if err != nil {
		t.Fatal(err)
	}
	id := b.Account.ID
	if err := w.ring.Memory.Set(t.Context(), string(id), []byte(`{"secret":"`+goodSecret+`"}`)); err != nil {
		t.Fatal(err)
	}
	last := w.read(w.home.DB())
	clear(last[:8192])
	w.crash(r, last)
	w.putBackups(kept)

	for start := range 2 {
		r = w.start()
		got, err := r.client.Account(t.Context(), b.Account.Ref())
		if err != nil || got.State != core.StateBlocked || got.Error == nil || got.Error.Remedy != core.RemedyNoHost {
			t.Fatalf("start %d: %+v, %v; want it to need a person", start, got, err)
		}
		asked := len(w.up.tokens())
		for _, try := range []func() error{
			func() error { _, err := r.client.Token(t.Context(), got.Ref(), 0); return err },
			func() error {
				_, err := r.client.Refresh(t.Context(), got.Ref(), api.RefreshRequest{Force: true})
				return err
			},
		} {
			if e := wantClass(t, try(), core.Misuse); e.Remedy != core.RemedyNoHost {
				t.Errorf("start %d: %v", start, e)
			}
		}
		if slices.ContainsFunc(w.up.tokens()[asked:], func(token string) bool { return strings.Contains(token, appID) }) {
			t.Error("upstream was asked for it")
		}
		if err := r.end(); err != nil {
			t.Fatal(err)
		}
	}
	r = w.start()
	saved, err := r.client.Edit(t.Context(), b.Account.Ref(), api.AccountInput{Input: core.Input{BaseURL: ptr("https://own.example"), Auto: ptr(true)}})
	if err != nil || saved.Account.Error != nil || saved.Account.State != core.StateFresh {
		t.Errorf("after a person said where: %+v, %v", saved.Account, err)
	}
	raw, err := w.ring.Memory.Get(t.Context(), string(id))
	if err != nil || !strings.Contains(string(raw), `"secret_host":"https://own.example"`) || !strings.Contains(string(raw), goodSecret) {
		t.Errorf("the entry does not tell the host now: %v", err)
	}
}

// TestEntriesAreRefreshedAFewAtATime: those that an earlier version wrote, or of
// accounts that were renamed, tell their accounts after a while. A keyring is
// asked for four in a minute, and each but once.
func TestEntriesAreRefreshedAFewAtATime(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	var ids []core.ID
	for i := range 6 {
		ids = append(ids, r.add(string(rune('a'+i)), core.Sandbox).ID)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	old := `{"secret":"` + goodSecret + `"}`
	for _, id := range ids {
		if err := w.ring.Memory.Set(t.Context(), string(id), []byte(old)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(w.home.VaultIndex()); err != nil { // an earlier version kept none
		t.Fatal(err)
	}
	r = w.start()
	told := func() int {
		n := 0
		for _, id := range ids {
			raw, err := w.ring.Memory.Get(t.Context(), string(id))
			if err != nil {
				t.Fatal(err)
			}
			var e entry
			if err := json.Unmarshal(raw, &e); err != nil || e.Secret != goodSecret {
				t.Fatalf("an entry lost its secret: %v", err)
			}
			if e.Name != "" && e.AppID != "" && e.BaseURL != "" && e.SecretHost == "https://api.example.com" {
				n++
			}
		}
		return n
	}
	// beats lets minutes go by until nothing is out of date; in each at most a few
	// entries change. It returns how often the keyring was asked since start.
	beats := func(start int) int {
		for before := told(); ; {
			w.pass(time.Minute)
			r.upkeep.now(t.Context())
			for r.entries.busy.Load() {
				runtime.Gosched()
			}
			now := told()
			if now > before+2*refreshAtOnce { // the agent's own beat may come between
				t.Fatalf("%d entries after %d", now, before)
			}
			if before = now; r.entries.count.Load() == 0 {
				return w.ring.asked() - start
			}
		}
	}
	beats(w.ring.asked())
	if told() != len(ids) {
		t.Errorf("%d entries tell their account, want all", told())
	}
	start := w.ring.asked()
	if calls := beats(start); calls != 0 {
		t.Errorf("%d calls for entries that are up to date", calls)
	}
	if _, err := r.client.Edit(t.Context(), api.Ref{Name: "a", Env: core.Sandbox}, api.AccountInput{Input: core.Input{Name: ptr("z")}}); err != nil {
		t.Fatal(err)
	}
	if calls := beats(start); calls != 2 {
		t.Errorf("a new name took %d calls", calls)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	r = w.start()
	if calls := beats(w.ring.asked()); calls != 0 {
		t.Errorf("after a restart the keyring was asked %d times", calls)
	}
}

// TestAnEntryFitsEverySystem: Windows takes 2,560 bytes. Secrets and hosts stay.
func TestAnEntryFitsEverySystem(t *testing.T) {
	long := core.Account{
		Name: strings.Repeat("店", core.MaxName), Env: core.Live, Kind: kinds.WeChat, Product: kinds.ProductOfficial,
		AppID: strings.Repeat("a", 128), Params: core.ParamsOf(map[string]string{"agent": "1000002"}),
		BaseURL: "https://host.example/" + strings.Repeat("p", core.MaxURL-21), Proxy: "http://proxy.example:1/" + strings.Repeat("u", 1000),
		CA: someCA(t),
	}
	to := long.Destination("", nil)
	secret, password := core.NewSecret(strings.Repeat("s", core.MaxKey)), core.NewSecret("pass")
	raw, err := entry{}.with(&secret, &password, to).of(long, long.BaseURL).encode()
	if err != nil || len(raw) > maxEntry {
		t.Fatalf("%d bytes, %v", len(raw), err)
	}
	e, ok := decodeEntry(raw)
	if !ok || e.Secret != secret.Reveal() || e.ProxyPassword != "pass" || e.SecretHost != "https://host.example" || e.ProxyHost != "http://proxy.example:1" {
		t.Errorf("lost what must stay: %+v", e.SecretHost)
	}
	if may := e.secretFor(); e.CA != "" || may.CA != core.CAMark(long.CA) || !may.Takes(to) {
		t.Errorf("what does not fit is the certificate, and not whose it was: %+v", may)
	}
	short := core.Account{Name: "shop", CA: core.CleanCA(long.CA)}
	raw, err = entry{}.with(&secret, nil, to).of(short, "").encode()
	if fits, ok := decodeEntry(raw); err != nil || !ok || fits.CA != short.CA {
		t.Errorf("a certificate that fits is not kept: %v", err)
	}
	if e.AppID != long.AppID || e.Params.Get("agent") != "1000002" || e.Name != strings.Repeat("店", shortName) {
		t.Errorf("lost more than it had to: name %q", e.Name)
	}
	w := newWorld(t)
	s, err := w.service()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.close() }()
	if a := s.remade(core.NewID(), e, nil); a.BaseURL != "https://host.example" || a.Auto {
		t.Errorf("made again for %s", a.BaseURL)
	}
}

// TestTheMoveToAPassphraseFileLeavesNothingBehind: a keyring that cannot be
// reached when the file is made gives its secrets later, and loses none before.
func TestTheMoveToAPassphraseFileLosesNothing(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	a, b := r.add("a", core.Sandbox), r.add("b", core.Sandbox)
	held := w.ring.keys()
	w.ring.breaks(closedBy(vault.ErrUnavailable))
	if _, err := r.client.VaultInit(t.Context(), core.NewSecret(passphrase)); err != nil {
		t.Fatal(err)
	}
	if got := w.ring.keys(); !slices.Equal(got, held) {
		t.Fatalf("the keyring holds %v", got)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	w.ring.breaks(nil)
	r = w.start()
	if err := r.client.Remove(t.Context(), b.Ref()); err == nil {
		t.Error("the vault is locked, and the removal does not say that the secret is left")
	}
	if _, err := r.client.VaultUnlock(t.Context(), core.NewSecret(passphrase)); err != nil {
		t.Fatal(err)
	}
	if got := w.ring.keys(); len(got) > 0 {
		t.Errorf("the keyring still holds %v", got)
	}
	w.pass(3 * time.Hour)
	if _, err := r.client.Token(t.Context(), a.Ref(), 0); err != nil {
		t.Errorf("the secret did not come along: %v", err)
	}
	if got := w.refs(r); !slices.Equal(got, []string{"a/sandbox"}) {
		t.Errorf("accounts %v", got)
	}
	file := r.parts.Vaults.File.(lister)
	if keys, err := file.Keys(); err != nil || !slices.Equal(keys, slices.Sorted(maps.Keys(map[string]bool{string(a.ID): true, dataKeyName: true}))) {
		t.Errorf("the passphrase file holds %v, %v", keys, err)
	}
}
