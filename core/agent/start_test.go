package agent

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/home"
	"tokentray/core/store"
	"tokentray/core/vault"
)

// actVariable makes the test binary play a part: an agent, or one that fails.
const actVariable = "TOKENTRAY_TEST_ACT"

func TestMain(m *testing.M) {
	switch os.Getenv(actVariable) {
	case "":
		os.Exit(m.Run())
	case "agent":
		os.Exit(actAgent())
	case "fail":
		Announce().Fail(&core.Error{Class: core.Internal, Message: "the database is of a newer version; update", Remedy: core.RemedyUpdate})
	case "silent": // ends without a word
	case "hang":
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer stop()
		parent := os.Getppid()
		for os.Getppid() == parent && ctx.Err() == nil { // as long as the test lives
			time.Sleep(10 * time.Millisecond)
		}
	}
}

// actAgent is what the agent's main does.
func actAgent() int {
	announce := Announce()
	h, err := home.Find("")
	if err != nil {
		announce.Fail(err)
		return 1
	}
	log := home.OpenLog(h)
	db, err := store.Open(h.DB(), store.Options{Log: log.Logger, LockWait: 50 * time.Millisecond})
	if errors.Is(err, store.ErrInUse) {
		announce.Running()
		return 0
	}
	if err != nil {
		announce.Fail(err)
		return 1
	}
	service, err := New(Parts{
		Home: h, Store: db, Log: log,
		Vaults: Vaults{Main: vault.NewMemory(), Kind: VaultMemory, NotFound: vault.ErrNotFound, Locked: vault.ErrLocked},
	})
	if err == nil {
		err = service.Run(context.Background(), announce.Ready)
	}
	if err != nil {
		announce.Fail(err)
		return 1
	}
	return 0
}

// acting is a Start that plays a part in home.
func acting(t *testing.T, act string) Start {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Start{Exe: exe, Args: []string{}, Env: []string{actVariable + "=" + act}}
}

func testHome(t *testing.T) home.Home {
	t.Helper()
	h, err := home.Find(filepath.Join(t.TempDir(), "home"))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestAnyNumberOfStartersStartOneAgent(t *testing.T) {
	home := testHome(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	pids := map[int]int{}
	for range 4 {
		wg.Go(func() {
			client, err := Ensure(t.Context(), home, acting(t, "agent"))
			if err != nil {
				t.Error(err)
				return
			}
			defer client.Close()
			status, err := client.Status(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			pids[status.PID]++
		})
	}
	wg.Wait()
	client := api.Dial(home.Socket())
	defer client.Close()
	defer func() {
		if err := client.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	if len(pids) != 1 {
		t.Errorf("agents: %v, want one", pids)
	}
	for pid := range pids {
		if pid == os.Getpid() {
			t.Error("the agent runs in the starter")
		}
	}
	// A second agent sees that it is one too many.
	err := launch(t.Context(), home, acting(t, "agent"))
	if !errors.Is(err, errRunning) {
		t.Errorf("a second agent said %v, want running", err)
	}
}

func TestAnAgentThatIsAboutToEndIsWaitedFor(t *testing.T) {
	home := testHome(t)
	if err := home.Mkdirs(); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(home.DB(), store.Options{}) // it has the lock and no socket any more
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan error, 1)
	go func() {
		client, err := Ensure(context.Background(), home, acting(t, "agent"))
		if err == nil {
			err = client.Stop(context.Background())
			client.Close()
		}
		got <- err
	}()
	select {
	case err := <-got:
		t.Fatalf("an agent on a home that is taken: %v", err)
	case <-time.After(200 * time.Millisecond):
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-got; err != nil {
		t.Error(err)
	}
}

func TestAnAgentThatNobodyReachesIsCalledSo(t *testing.T) {
	home := testHome(t)
	if err := home.Mkdirs(); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(home.DB(), store.Options{}) // it has the lock and never listens
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	start := acting(t, "agent")
	start.Wait = 3 * time.Second
	_, err = Ensure(t.Context(), home, start)
	if !errors.Is(err, ErrCannotStart) || core.AsError(err).Remedy != core.RemedyInUse {
		t.Errorf("got %v, want that another agent holds the home", err)
	}
}

func TestWhyAnAgentDoesNotStart(t *testing.T) {
	tests := []struct {
		name, act, says string
	}{
		{"it says why", "fail", "the database is of a newer version; update"},
		{"it ends without a word", "silent", "the agent ended before it was ready"},
		{"it takes too long", "hang", "it was not ready within"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			start := acting(t, tt.act)
			if tt.act == "hang" {
				start.Wait = 300 * time.Millisecond
			}
			_, err := Ensure(t.Context(), testHome(t), start)
			if !errors.Is(err, ErrCannotStart) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want ErrCannotStart that says %q", err, tt.says)
			}
		})
	}
	t.Run("there is no such program", func(t *testing.T) {
		_, err := Ensure(t.Context(), testHome(t), Start{Exe: filepath.Join(t.TempDir(), "tokentray")})
		if !errors.Is(err, ErrCannotStart) {
			t.Errorf("got %v, want ErrCannotStart", err)
		}
	})
}

func TestAFolderOfSomebodyElsesIsRefused(t *testing.T) {
	dir := "/" // whoever is not root does not own it
	if os.Geteuid() == 0 {
		dir = t.TempDir()
		if err := os.Chown(dir, 65534, 65534); err != nil {
			t.Fatal(err)
		}
	}
	h, err := home.Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Ensure(t.Context(), h, Start{}); !errors.Is(err, ErrCannotStart) || !errors.Is(err, api.ErrNoAgent) {
		t.Errorf("Ensure: got %v, want ErrCannotStart", err)
	}
}

func TestTheNeighbourGoesBeforeThePath(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	suffix := ""
	if runtime.GOOS == "windows" {
		suffix = ".exe"
	}
	if got, err := FindProgram(strings.TrimSuffix(filepath.Base(self), suffix)); err != nil || got != self {
		t.Errorf("this very program: %s, %v; want %s", got, err, self)
	}
	dir := t.TempDir()
	elsewhere := filepath.Join(dir, "tokentray-elsewhere"+suffix)
	if err := os.WriteFile(elsewhere, nil, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	if got, err := FindProgram("tokentray-elsewhere"); err != nil || got != elsewhere {
		t.Errorf("a program in PATH: %s, %v; want %s", got, err, elsewhere)
	}
	if _, err := FindProgram("tokentray-nowhere"); err == nil || !strings.Contains(err.Error(), "install it") {
		t.Errorf("a program that is nowhere: %v", err)
	}
}

func FuzzReadAnnouncement(f *testing.F) {
	for _, s := range []string{"ready\n", "running\n", `error {"class":"internal","message":"m"}` + "\n", "error {", "", "readyready"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, said string) {
		err := readAnnouncement(strings.NewReader(said))
		switch strings.TrimSuffix(said, "\n") {
		case wordReady:
			if err != nil {
				t.Errorf("%q: %v", said, err)
			}
		case wordRunning:
			if !errors.Is(err, errRunning) {
				t.Errorf("%q: %v", said, err)
			}
		default:
			if !errors.Is(err, ErrCannotStart) {
				t.Errorf("%q: %v", said, err)
			}
		}
	})
}
