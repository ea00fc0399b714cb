//go:build linux

package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tokentray/cmd/e2e/desktop"
	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/sim"
)

// hunt looks for needles where they must never be.
type hunt struct {
	needles [][]byte
	mu      sync.Mutex
	found   []string
}

// newHunt looks for each word whole and in halves, in every form; see pieces.
func newHunt(words ...string) *hunt {
	h := &hunt{}
	for _, w := range words {
		for _, p := range pieces(w) {
			h.needles = append(h.needles, []byte(p))
		}
	}
	return h
}

func (h *hunt) look(where string, b []byte) {
	for _, n := range h.needles {
		if bytes.Contains(b, n) {
			h.mu.Lock()
			if !slices.Contains(h.found, where) {
				h.found = append(h.found, where)
			}
			h.mu.Unlock()
		}
	}
}

// files searches every file below dir.
func (h *hunt) files(t *testing.T, dir string) (n int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // programs that run make files for a moment
		}
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		n++
		h.look(path, b)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	return n
}

// processes searches the command lines and environments of all processes, again and
// again until stop is closed: some live only milliseconds.
func (h *hunt) processes(stop <-chan struct{}) {
	var all census
	for {
		for _, pid := range all.due() {
			for _, file := range []string{"cmdline", "environ"} {
				if b, err := os.ReadFile("/proc/" + pid + "/" + file); err == nil {
					h.look(file+" of "+string(bytes.SplitN(b, []byte{0}, 2)[0]), b)
				}
			}
		}
		select {
		case <-stop:
			return
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// TestSecretsAreInTheKeyringAlone uses accounts in every way, including wrong ones, and
// types another's secrets into the window: in the form, one that upstream refuses, and
// the one that took its place. All files, among them the log, and the command lines and
// environments of all processes are searched for secrets and tokens.
func TestSecretsAreInTheKeyringAlone(t *testing.T) {
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked, Panel: true})
	p.do("", "settings", "set", "log-level", "debug")
	shop, live, typed := p.owner("shop", core.Sandbox, 0), p.owner("shop", core.Live, 0), p.owner("typed", core.Sandbox, 0)
	wrong, mistyped, next := word(), word(), word()
	h := newHunt(shop.secret, live.secret, wrong, typed.secret, mistyped, next)

	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		h.processes(stop)
	}()
	add := func(a owned, secret string) {
		name, env, _ := strings.Cut(a.ref, "/")
		p.run(secret+"\n", "add", name, "--env", env, "--kind", "wechat", "--appid", a.appID, "--base-url", p.base, "--secret-stdin")
	}
	add(shop, shop.secret)
	add(live, wrong)
	p.run("", "get", live.ref)
	p.do(live.secret+"\n", "edit", live.ref, "--secret-stdin")
	for _, ref := range []string{shop.ref, live.ref} {
		p.do("", "get", ref, "--copy")
		p.do("", "refresh", ref)
		p.do("", "check", ref)
		p.do("", "show", ref)
		p.do("", "history", ref)
	}
	p.do("", "list", "--json")
	p.do("", "doctor")
	w := p.hands()
	w.enter("typed", typed)
	w.until("the account that was typed", func() error { return p.is(typed.ref, core.StateFresh) }, "ctrl+s")
	w.until("the copy", p.copied(typed), "Down", "Return") // it is selected, too
	if err := p.sim.Put(sim.Account{AppID: typed.appID, Secret: core.NewSecret(next), Product: kinds.ProductTest}); err != nil {
		t.Fatal(err)
	}
	w.until("the refusal", func() error { return p.is(typed.ref, core.StateBlocked) }, "ctrl+r")
	calls := p.sim.Calls(typed.appID, stablePath)
	w.shows("ctrl+h")
	w.fill(mistyped)
	w.press("Return")
	p.wait(patience, "what was typed to be tried", func() error {
		if p.sim.Calls(typed.appID, stablePath) == calls {
			return errors.New("nobody asked")
		}
		return nil
	})
	w.press("ctrl+a")
	w.fill(next)
	w.until("the secret that was typed last", func() error { return p.is(typed.ref, core.StateFresh) }, "Return")
	old := typed.secret
	typed.secret = next
	close(stop)
	<-done

	tokens := newHunt(p.issued(shop), p.issued(live), p.issued(typed))
	n := h.files(t, p.Dir)
	tokens.files(t, p.Dir)
	t.Logf("searched %d files", n)
	for _, where := range h.found {
		t.Errorf("a secret is in %s", where)
	}
	for _, where := range tokens.found {
		t.Errorf("a token is in %s", where)
	}

	items, err := p.KeyringItems()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []owned{shop, live, typed} {
		if !slices.ContainsFunc(items, func(i desktop.KeyringItem) bool {
			return i.Attributes["service"] == "tokentray" && strings.Contains(i.Secret, a.secret)
		}) {
			t.Errorf("the secret of %s is not in the keyring", a.ref)
		}
	}
	if slices.ContainsFunc(items, func(i desktop.KeyringItem) bool {
		return strings.Contains(i.Secret, wrong) || strings.Contains(i.Secret, mistyped) || strings.Contains(i.Secret, old)
	}) {
		t.Error("a secret that was replaced is in the keyring")
	}

	// Removing an account removes its secret, and a reset removes all of them.
	p.do("", "rm", shop.ref, "--yes")
	if items, err = p.KeyringItems(); err != nil || slices.ContainsFunc(items, func(i desktop.KeyringItem) bool {
		return strings.Contains(i.Secret, shop.secret)
	}) {
		t.Errorf("after rm the secret is still in the keyring, %v", err)
	}
	_ = w.w.Close()
	p.do("", "reset", "--yes")
	if items, err = p.KeyringItems(); err != nil || len(items) > 0 {
		t.Errorf("after a reset the keyring holds %d entries, %v", len(items), err)
	}
}

// TestADamagedDatabaseLosesNoAccount adds four accounts, only one of which is in a
// backup, kills the agent and overwrites the start of the database. All four are
// there again, and nothing is missing from the keyring.
func TestADamagedDatabaseLosesNoAccount(t *testing.T) {
	t.Parallel()
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked})
	accounts := []owned{p.add("one", core.Sandbox, 0)}
	p.do("", "stop") // makes the backup
	for _, name := range []string{"two", "three", "four"} {
		accounts = append(accounts, p.add(name, core.Sandbox, 0))
	}
	before, err := p.KeyringItems()
	if err != nil || len(before) != 5 { // and the key of the tokens
		t.Fatalf("the keyring holds %d entries, %v", len(before), err)
	}
	var status struct {
		PID  int
		Home string
	}
	if err := json.Unmarshal([]byte(p.do("", "status", "--json")), &status); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(status.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := gone(status.PID); err != nil {
		t.Fatal(err)
	}
	db, err := os.OpenFile(filepath.Join(status.Home, "tokentray.db"), os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Write(make([]byte, 8192)); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	stdout, stderr, code := p.run("", "list")
	if code != 0 {
		t.Fatalf("list: exit %d, %s", code, stderr)
	}
	for _, a := range accounts {
		if name, _, _ := strings.Cut(a.ref, "/"); !strings.Contains(stdout, name) {
			t.Errorf("%s is lost:\n%s%s", a.ref, stdout, stderr)
		}
	}
	after, err := p.KeyringItems()
	if err != nil || len(after) != len(before) {
		t.Errorf("the keyring held %d entries and holds %d, %v", len(before), len(after), err)
	}
	for _, a := range accounts {
		if got := p.do("", "get", a.ref); got != p.issued(a)+"\n" {
			t.Errorf("%s does not work any more", a.ref)
		}
		p.do("", "resume", a.ref)
	}
	if _, stderr, _ := p.run("", "list"); strings.Contains(stderr, "Back from the vault, paused") {
		t.Errorf("after each was resumed: %s", stderr)
	}
	p.do("", "reset", "--yes")
	if left, err := p.KeyringItems(); err != nil || len(left) > 0 {
		t.Errorf("after a reset the keyring holds %d entries, %v", len(left), err)
	}
}

// TestKeyringLocked starts with a locked keyring: the agent runs, says so within
// seconds, saves nothing incomplete, and works once the keyring is unlocked.
func TestKeyringLocked(t *testing.T) {
	t.Parallel()
	p := newProduct(t, desktop.Options{Keyring: desktop.Locked, Panel: true})
	shop := p.owner("shop", core.Sandbox, 0)
	add := []string{"add", "shop", "--env", "sandbox", "--kind", "wechat", "--appid", shop.appID, "--base-url", p.base, "--secret-stdin"}
	began := time.Now()
	_, stderr, code := p.run(shop.secret+"\n", add...)
	if code != 6 || !strings.Contains(stderr, "lock") {
		t.Errorf("adding with a locked keyring: exit %d, %s", code, stderr)
	}
	if took := time.Since(began); took > 25*time.Second {
		t.Errorf("that took %v", took)
	}
	p.icon()
	if out := p.do("", "list", "--json"); strings.Contains(out, shop.appID) {
		t.Error("the account was saved without its secret")
	}

	if err := p.UnlockKeyring(); err != nil {
		t.Fatal(err)
	}
	p.do("", "vault", "unlock")
	p.do(shop.secret+"\n", add...)
	if got := p.do("", "get", shop.ref); got != p.issued(shop)+"\n" {
		t.Error("the token is not the one that upstream issued")
	}
}

// TestKeyringAbsent runs without a keyring: nothing weaker is used silently, and the
// passphrase file that a person chooses works, also after the agent was restarted.
func TestKeyringAbsent(t *testing.T) {
	t.Parallel()
	p := newProduct(t, desktop.Options{Panel: true})
	shop := p.owner("shop", core.Sandbox, 0)
	add := []string{"add", "shop", "--env", "sandbox", "--kind", "wechat", "--appid", shop.appID, "--base-url", p.base, "--secret-stdin"}
	_, stderr, code := p.run(shop.secret+"\n", add...)
	if code != 6 || !strings.Contains(stderr, "vault init") {
		t.Errorf("adding without a keyring: exit %d, %s", code, stderr)
	}
	const passphrase = "four words and a comma\n"
	p.do(passphrase, "vault", "init", "--passphrase-stdin")
	p.do(shop.secret+"\n", add...)
	token := p.do("", "get", shop.ref)
	p.do("", "stop")

	_, stderr, code = p.run("", "get", shop.ref)
	if code != 6 || !strings.Contains(stderr, "vault unlock") {
		t.Errorf("reading with a locked passphrase file: exit %d, %s", code, stderr)
	}
	if _, _, code = p.run("another\n", "vault", "unlock", "--passphrase-stdin"); code != 6 {
		t.Errorf("a wrong passphrase: exit %d", code)
	}
	p.do(passphrase, "vault", "unlock", "--passphrase-stdin")
	calls := p.sim.Calls(shop.appID, "/cgi-bin/stable_token")
	if got := p.do("", "get", shop.ref); got != token {
		t.Error("after the restart the token is another one")
	}
	if n := p.sim.Calls(shop.appID, "/cgi-bin/stable_token"); n != calls {
		t.Errorf("the restart made %d calls", n-calls)
	}
	h := newHunt(shop.secret, strings.TrimSpace(passphrase))
	h.files(t, p.Dir)
	for _, where := range h.found {
		t.Errorf("a secret is in %s", where)
	}
}

// TestTheWindowsMemoryIsNobodyElses: the window writes no core dump, and its memory
// belongs to the system, so that no program of the same user reads it. Where the tests
// run as root everything belongs to root, and the limit alone tells.
func TestTheWindowsMemoryIsNobodyElses(t *testing.T) {
	t.Parallel()
	p := newProduct(t, desktop.Options{Keyring: desktop.Unlocked})
	p.open()
	all := p.Processes("tokentray-window")
	if len(all) != 1 {
		t.Fatalf("the window runs as %v", all)
	}
	pid := all[0].PID
	limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", pid))
	if err != nil || !coreLimit.Match(limits) {
		t.Errorf("its limits: %v\n%s", err, limits)
	}
	info, err := os.Stat(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		t.Fatal(err)
	}
	if owner := info.Sys().(*syscall.Stat_t).Uid; owner != 0 {
		t.Errorf("its memory belongs to user %d", owner)
	}
}
