package agent

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/home"
	"tokentray/core/kinds"
	"tokentray/core/preset"
	"tokentray/core/push"
	"tokentray/core/store"
	"tokentray/core/vault"
)

const (
	goodSecret = "0123456789abcdef0123456789abcdef"
	badSecret  = "ffffffffffffffffffffffffffffffff"
	appID      = "wx0123456789abcdef"
	passphrase = "correct horse battery"
)

// world is a home with everything around it. The home, the keyring and the
// upstream outlive the agents that a test starts in turn.
type world struct {
	t        testing.TB
	home     home.Home
	up       *upstream
	ring     *ring
	desk     *desktop
	log      *logBuffer
	session  api.Session
	login    Login
	sessions []api.Session
	window   func(on api.Session) (<-chan struct{}, error) // starts a window; nil: nothing does
	ahead    atomic.Int64                                  // of the machine's clock, in nanoseconds
	restored bool                                          // the store is a backup
	deliver  func(context.Context, push.Job) error         // nil: the real one
	redis    RedisTarget                                   // nil: there are no pushes into a Redis
	over     func(Store) Store                             // puts something over the store; nil: nothing
	kinds    kinds.Set                                     // none: testKinds
	sources  map[core.Kind]core.Source                     // nil: up
	presets  *preset.Asker                                 // of the user's presets; nil: none is asked
}

// pass lets time go by on the agent's clock, such as the floor between rounds.
func (w *world) pass(d time.Duration) { w.ahead.Add(int64(d)) }

func (w *world) now() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }

func newWorld(t testing.TB) *world {
	t.Helper()
	h, err := home.Find(filepath.Join(t.TempDir(), "home"))
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Mkdirs(); err != nil {
		t.Fatal(err)
	}
	return &world{t: t, home: h, up: &upstream{}, ring: &ring{Memory: vault.NewMemory()}, desk: &desktop{}, log: &logBuffer{}}
}

// running is an agent that serves its socket.
type running struct {
	*Service
	world  *world
	client *api.Client
	end    func() error // stops it; the error of Run
}

// start starts an agent and ends it with the test.
func (w *world) start() *running {
	w.t.Helper()
	service, err := w.service()
	if err != nil {
		w.t.Fatal(err)
	}
	ready, over := make(chan struct{}), make(chan error, 1)
	ctx, cancel := context.WithCancel(context.Background())
	go func() { over <- service.Run(ctx, func() { close(ready) }) }()
	select {
	case <-ready:
	case err := <-over:
		cancel()
		w.t.Fatalf("the agent did not start: %v", err)
	}
	client := api.Dial(w.home.Socket())
	var once sync.Once
	var result error
	end := func() error {
		once.Do(func() {
			client.Close()
			cancel()
			result = <-over
		})
		return result
	}
	w.t.Cleanup(func() {
		if err := end(); err != nil {
			w.t.Errorf("the agent ended with %v", err)
		}
	})
	return &running{Service: service, world: w, client: client, end: end}
}

func (w *world) service() (*Service, error) {
	former, err := vault.OpenIndex(w.home.VaultIndex())
	if err != nil {
		return nil, err
	}
	set, sources := w.kinds, w.sources
	if sources == nil {
		set, sources = testKinds(), map[core.Kind]core.Source{kinds.WeChat: w.up, kinds.WeChatLegacy: w.up}
	}
	db, err := store.Open(w.home.DB(), store.Options{Home: former.Home()})
	if err != nil {
		return nil, err
	}
	index, err := vault.OpenIndex(w.home.VaultIndex())
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	disk := Store(db)
	if w.over != nil {
		disk = w.over(db)
	}
	log := home.NewLog(w.log)
	if err := index.Claim(db.HomeID()); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	repaired := w.repair(db)
	service, err := New(Parts{
		Notice: repaired.Notice, Lost: repaired.Lost, Removed: repaired.Removed, PutBack: repaired.PutBack,
		Home: w.home, Version: "1.2.3", Store: disk, Clipboard: w.desk, Login: w.login, Log: log,
		Vaults: Vaults{
			Main: w.ring, Kind: VaultKeyring, File: vault.NewFile(w.home.PassphraseFile(), 2),
			NotFound: vault.ErrNotFound, Locked: vault.ErrLocked, Index: index,
		},
		Kinds: set, Sources: sources, Presets: w.presets,
		Now:        w.now,
		BackupWork: 2,
		Restored:   w.restored || repaired.Restored,
		Deliver:    w.deliver,
		Redis:      w.redis,
		Session:    w.session,
		OnSession:  func(s api.Session) { w.sessions = append(w.sessions, s) },
		OpenWindow: w.window,
	})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	log.SetLevel("debug")
	return service, nil
}

// repair is what a repaired database tells the agent, as cmd hands it on.
func (w *world) repair(db *store.Store) (out Parts) {
	if r := db.Repaired(); r != nil {
		out.Notice, out.Restored = r.Key(), true
		out.Lost, out.Removed, out.PutBack = r.Lost, r.Removed, r.PutBack
	}
	return out
}

// testKinds are WeChat's two kinds with simpler traits: neither can force a token,
// and the destructive one has no harmless way to be tested.
func testKinds() kinds.Set {
	stable, _ := kinds.Builtin().Of(kinds.WeChat)
	stable.BaseURL = "https://api.example.com"
	stable.Traits = core.Traits{Repeat: core.RepeatSame, Vouches: true, Window: 5 * time.Minute, Overlap: 5 * time.Minute, Day: "+08:00"}
	legacy, _ := kinds.Builtin().Of(kinds.WeChatLegacy)
	legacy.BaseURL, legacy.Sibling = stable.BaseURL, ""
	legacy.Traits = core.Traits{Repeat: core.RepeatDestructive, Window: 5 * time.Minute, Day: "+08:00"}
	set, err := kinds.New(stable, legacy)
	if err != nil {
		panic(err)
	}
	return set
}

func ptr[T any](v T) *T { return &v }

// input is an addition with a good secret.
func input(name string, env core.Env, id string) api.AccountInput {
	return api.AccountInput{Input: core.Input{Name: &name, Env: &env, AppID: &id}, Secret: ptr(goodSecret)}
}

// add adds an account that must be accepted.
func (r *running) add(name string, env core.Env) api.Account {
	r.world.t.Helper()
	n := r.accounts.count()
	saved, err := r.client.Add(r.world.t.Context(), input(name, env, fmt.Sprintf("wx%016x", n+1)))
	if err != nil {
		r.world.t.Fatalf("add %s/%s: %v", name, env, err)
	}
	if saved.Account.Error != nil {
		r.world.t.Fatalf("add %s/%s: upstream said %v", name, env, saved.Account.Error)
	}
	r.stored(saved.Account.ID, 2) // the addition and the fetch
	return saved.Account
}

// stored waits until an account has that many lines of history: a token is given before
// it is stored.
func (r *running) stored(id core.ID, lines int) {
	for r.lines.of(id) < lines {
		time.Sleep(time.Millisecond) // the test's time ends it
	}
}

// wantClass fails unless err is a *core.Error of the class.
func wantClass(t testing.TB, err error, class core.Class) *core.Error {
	t.Helper()
	var e *core.Error
	if !errors.As(err, &e) {
		t.Fatalf("got error %v, want one of class %s", err, class)
	}
	if e.Class != class {
		t.Fatalf("got %v of class %s, want class %s", e, e.Class, class)
	}
	return e
}

// found lists the files under dir that hold text.
func found(t *testing.T, dir, text string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		raw, err := os.ReadFile(path)
		if strings.Contains(string(raw), text) {
			out = append(out, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
