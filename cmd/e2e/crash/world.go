//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"tokentray/cmd/e2e/desktop"
	"tokentray/cmd/e2e/upstream"
	"tokentray/core"
	"tokentray/core/agent"
	"tokentray/core/api"
	"tokentray/core/home"
	"tokentray/core/sim"
	"tokentray/core/vault"
)

// passphrase protects passphrase files and backups.
const passphrase = "correct horse battery staple"

// world is a home, its agent, and what people know about it.
type world struct {
	d      *desktop.Desktop
	up     *upstream.Upstream
	server *server
	home   home.Home
	exe    string
	rng    *rand.Rand
	t      *tally

	agent  *desktop.Process
	client *api.Client

	book   book
	team   membership
	left   string // the team before
	under  *deed  // in progress; nil: none
	lives  map[string]time.Duration
	serial int

	mayMove, moved bool // of the secrets into a passphrase file
	damaged        *damage
	disk           disk   // that the home is on; nil: the machine's
	refused        []deed // by a disk that failed
	crashed        error  // the keyring crashed while people worked
}

func newWorld(d *desktop.Desktop, bin string, seed uint64, t *tally) (*world, error) {
	h, err := home.Find(filepath.Join(d.Dir, "h"))
	if err != nil {
		return nil, err
	}
	key := filepath.Join(d.Dir, "passphrase")
	if err := os.WriteFile(key, []byte(passphrase+"\n"), 0o600); err != nil {
		return nil, err
	}
	d.Setenv(agent.PassphraseVariable, key)
	redis, err := startServer(d)
	if err != nil {
		return nil, err
	}
	up, err := upstream.Start(sim.Config{})
	if err != nil {
		return nil, err
	}
	return &world{
		d: d, up: up, server: redis, home: h, exe: filepath.Join(bin, "tokentray"), t: t,
		rng:  rand.New(rand.NewPCG(seed, seed)),
		book: book{}, lives: map[string]time.Duration{},
	}, nil
}

// close ends everything that a world has started.
func (w *world) close() {
	if w.agent != nil && w.agent.Alive() {
		w.agent.Kill()
	}
	all, good := w.up.Calls()
	w.t.calls += all
	w.t.good += good
	for _, c := range w.up.Needless() {
		w.t.fault("a needless call to upstream: %v", c)
	}
	w.up.Close()
	w.server.close()
}

// must stops the run at an error of the test itself.
func (w *world) must(err error) {
	if err != nil {
		panic(err)
	}
}

// start starts the agent. If ready is set it waits for an answer, or for its end.
func (w *world) start(ready bool) error {
	began := time.Now()
	var err error
	if w.agent, err = w.d.Start("agent", w.exe, "--home", w.home.Dir(), "agent", "--no-tray"); err != nil || !ready {
		return err
	}
	if w.client != nil {
		w.client.Close()
	}
	w.client = api.Dial(w.home.Socket())
	ended := false
	err = desktop.Until(60*time.Second, "the agent", func() error {
		if ended = !w.agent.Alive(); ended {
			return nil
		}
		_, err := w.client.Status(context.Background())
		return err
	})
	if ended {
		err = errors.New("the agent ended")
	}
	if err != nil {
		return fmt.Errorf("%w\n%s", err, tail(w.agent.Output()))
	}
	w.t.starts = append(w.t.starts, time.Since(began))
	return nil
}

func tail(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-30):], "\n")
}

// live starts the agent, checks that everything is there, lets people work and kills
// the agent meanwhile.
func (w *world) live(ctx context.Context) error {
	if w.rng.IntN(4) == 0 { // during the start, when it finishes what the last agent left
		if err := w.start(false); err != nil {
			return err
		}
		time.Sleep(time.Duration(w.rng.IntN(150)) * time.Millisecond)
		w.kill()
		w.t.early++
		if w.damaged != nil {
			w.damaged.told = true // by the agent that was killed, if it got that far
		}
	}
	if err := w.start(true); err != nil {
		return err
	}
	if err := w.look(ctx); err != nil {
		return err
	}
	after := time.Duration(w.rng.IntN(900)) * time.Millisecond
	if w.moved {
		after *= 3 // a change of a passphrase file takes a second
	}
	if w.rng.IntN(8) == 0 {
		after += 3 * time.Second // a move of the vault, a backup and a team's new key end before some kills, too
	}
	var wg sync.WaitGroup
	done := make(chan struct{})
	b, lives := maps.Clone(w.book), maps.Clone(w.lives)
	tokens, wrong := 0, []string(nil)
	wg.Go(func() { w.work(ctx, done) })
	wg.Go(func() { tokens, wrong = w.read(ctx, done, b, lives) })
	select {
	case <-time.After(after):
	case <-ctx.Done():
	}
	w.kill()
	close(done)
	wg.Wait()
	w.t.tokens += tokens
	for _, text := range wrong {
		w.t.fault("%s", text)
	}
	return errors.Join(w.crashed, ctx.Err())
}

func (w *world) kill() {
	w.agent.Kill()
	w.t.kills++
}

// learn tells the upstream which tokens the agent has stored.
func (w *world) learn(list api.List) {
	for _, a := range list.Accounts {
		w.up.Keep(a.AppID, upstream.Stored{Obtained: a.ObtainedAt, Expires: a.ExpiresAt, Life: time.Duration(a.Life) * time.Second})
	}
}

// look compares what the agent has with what was acknowledged, and continues from
// there.
func (w *world) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	before := len(w.t.faults)
	defer func() {
		if len(w.t.faults) > before {
			fmt.Println(tail(w.agent.Output())) // it prints what the agent found
		}
	}()
	list, err := w.client.List(ctx)
	if err != nil {
		return err
	}
	for tries := 0; list.Vault.State != "open"; tries++ {
		if tries == 3 || !w.d.HasName(keyringName) {
			if _, err := w.items(); err != nil {
				return err
			}
			return fmt.Errorf("the vault is %s: %+v", list.Vault.State, list.Vault.Error)
		}
		// The agent gives the keyring eight seconds, which can be too short on a busy
		// machine. The person unlocks it.
		count(&w.t.open, "none, and the keyring was slow")
		if _, err := w.client.VaultUnlock(ctx, core.Secret{}); err != nil {
			return fmt.Errorf("unlock the vault: %w", err)
		}
		if list, err = w.client.List(ctx); err != nil {
			return err
		}
	}
	entries, err := w.entries()
	if err != nil {
		return err
	}
	got, outcome := w.there(list, entries), ""
	recovered := map[string]bool{}
	for _, a := range list.Accounts {
		for _, ref := range list.Recovered {
			recovered[a.AppID] = recovered[a.AppID] || ref == a.Ref().String()
		}
	}
	if w.damaged != nil {
		w.afterDamage(got, list, recovered)
		w.damaged = nil
	} else {
		var wrong []string
		outcome, wrong = compare(got, recovered, w.book, w.under)
		for _, text := range wrong {
			w.t.fault("%s", text)
		}
		if w.under != nil {
			count(&w.t.open, w.under.what+" "+outcome)
		}
		if list.Notice != "" {
			w.t.fault("the agent tells of %s and nothing was damaged", list.Notice)
		}
	}
	if err := w.lookAtTeam(ctx, entries, got, outcome); err != nil {
		return err
	}
	w.book, w.under = got, nil
	w.moved = w.moved || list.Vault.Kind == agent.VaultFile
	for appID, k := range got { // the upstream has the AppSecret that the vault has
		if k.Secret == "" {
			continue
		}
		w.must(w.up.Sim.Put(sim.Account{AppID: appID, Secret: core.NewSecret(k.Secret), Life: w.lives[appID]}))
	}
	w.learn(list)
	w.files()
	return nil
}

// there returns what agent and vault have.
func (w *world) there(list api.List, entries map[string][]byte) book {
	got, secrets, passwords := book{}, secretsIn(entries), w.redisPasswords(entries, list)
	for _, a := range list.Accounts {
		into := slices.ContainsFunc(a.Pushes, func(p api.Push) bool { return p.Kind == core.PushRedis })
		if into && !passwords[a.AppID] {
			w.t.fault("%s is pushed into a Redis, and the vault has no password for it", a.AppID)
		}
		got[a.AppID] = kept{a.Name, a.Env, a.Kind, a.Note, a.Auto, secrets[a.ID], len(a.Pushes), into, a.Team != nil}
	}
	return got
}

// secretsIn are the AppSecrets among the entries of a vault.
func secretsIn(entries map[string][]byte) map[core.ID]string {
	out := map[core.ID]string{}
	for key, raw := range entries {
		var e struct {
			Secret string `json:"secret"`
		}
		if json.Unmarshal(raw, &e) == nil && e.Secret != "" {
			out[core.ID(key)] = e.Secret
		}
	}
	return out
}

// entries are those of the vault in use.
func (w *world) entries() (map[string][]byte, error) {
	out := map[string][]byte{}
	if _, err := os.Stat(w.home.PassphraseFile()); err == nil {
		f := vault.NewFile(w.home.PassphraseFile(), 0)
		if err := f.Unlock(context.Background(), core.NewSecret(passphrase)); err != nil {
			return nil, fmt.Errorf("open the passphrase file: %w", err)
		}
		keys, err := f.Keys()
		if err != nil {
			return nil, err
		}
		for _, key := range keys {
			if out[key], err = f.Get(context.Background(), key); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	items, err := w.items()
	if err != nil {
		return nil, err
	}
	for _, item := range items {
		_, key, _ := strings.Cut(item.Attributes["username"], "/")
		out[key] = []byte(item.Secret)
	}
	return out, nil
}

// keyringName is the bus name that a keyring has.
const keyringName = "org.freedesktop.secrets"

// errKeyring means that the keyring crashed or hangs, which is not our fault.
var errKeyring = errors.New("the keyring does not answer")

// items lists the keyring, which does not always answer.
func (w *world) items() ([]desktop.KeyringItem, error) {
	type answer struct {
		items []desktop.KeyringItem
		err   error
	}
	done := make(chan answer, 1)
	go func() {
		items, err := w.d.KeyringItems()
		done <- answer{items, err}
	}()
	select {
	case a := <-done:
		if a.err != nil && !w.d.HasName(keyringName) {
			return nil, fmt.Errorf("%w: %w", errKeyring, a.err)
		}
		return a.items, a.err
	case <-time.After(30 * time.Second):
		return nil, errKeyring
	}
}

// refresh asks for a new token as a person. A keyring that was too slow for a busy machine
// is unlocked, as at the start.
func (w *world) refresh(ctx context.Context, ref api.Ref, appID string) (err error) {
	defer w.up.Ask(appID)()
	for tries := 0; ; tries++ {
		_, err = w.client.Refresh(ctx, ref, api.RefreshRequest{Person: true})
		var e *core.Error
		if !errors.As(err, &e) || e.Class != core.VaultClosed || tries == 3 || !w.d.HasName(keyringName) {
			return err
		}
		count(&w.t.open, "none, and the keyring was slow")
		if _, err := w.client.VaultUnlock(ctx, core.Secret{}); err != nil {
			return fmt.Errorf("unlock the vault: %w", err)
		}
	}
}

// end checks once more, gets a token of every account, and resets the home. Nothing
// may stay in the keyring.
func (w *world) end(ctx context.Context) error {
	if err := w.start(true); err != nil {
		return err
	}
	if err := w.look(ctx); err != nil {
		return err
	}
	entries, err := w.entries()
	if err != nil {
		return err
	}
	having := 0
	for _, k := range w.book {
		if k.Secret != "" {
			having++
		}
	}
	if n := len(secretsIn(entries)); n != having {
		w.t.fault("the vault has %d AppSecrets for %d accounts", n, having)
	}
	for _, appID := range w.book.ids() {
		k := w.book[appID]
		if k.Secret == "" {
			continue
		}
		if k.Env == core.Live && destructive(k.Kind) {
			continue // nobody may ask for it
		}
		err := w.refresh(ctx, api.Ref{Name: k.Name, Env: k.Env}, appID)
		var e *core.Error
		if errors.As(err, &e) && e.Class != core.Temporary { // a floor
			w.t.fault("%s has no token at the end: %v", appID, err)
		}
	}
	if err := w.client.Reset(ctx); err != nil {
		return fmt.Errorf("reset the home: %w", err)
	}
	items, err := w.items()
	if err != nil {
		return err
	}
	for _, item := range items {
		if item.Attributes["service"] == "tokentray" {
			w.t.fault("after the reset the keyring has %v", item.Attributes["username"])
		}
	}
	if _, err := os.Stat(w.home.DB()); !errors.Is(err, os.ErrNotExist) {
		w.t.fault("after the reset the database is there: %v", err)
	}
	return nil
}
