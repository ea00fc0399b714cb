package agent

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/home"
	"tokentray/core/launch"
	"tokentray/core/store"
	"tokentray/core/vault"
)

// actVariable makes the test binary play the agent.
const actVariable = "TOKENTRAY_TEST_ACT"

func TestMain(m *testing.M) {
	switch os.Getenv(actVariable) {
	case "":
		os.Exit(m.Run())
	case "agent":
		os.Exit(actAgent())
	}
}

// actAgent is what the agent's main does.
func actAgent() int {
	announce := launch.Announce()
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
	index, err := vault.OpenIndex("")
	if err != nil {
		announce.Fail(err)
		return 1
	}
	service, err := New(Parts{
		Home: h, Store: db, Log: log,
		Vaults: Vaults{Main: vault.NewMemory(), Kind: VaultMemory, Index: index, NotFound: vault.ErrNotFound, Locked: vault.ErrLocked},
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

// acting is a launch.Start that plays a part in home.
func acting(t *testing.T, act string) launch.Start {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return launch.Start{Exe: exe, Args: []string{}, Env: []string{actVariable + "=" + act}}
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
			client, err := launch.Ensure(t.Context(), home, acting(t, "agent"))
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
		client, err := launch.Ensure(context.Background(), home, acting(t, "agent"))
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
	start.Wait = 8 * time.Second // two starts of it at least
	_, err = launch.Ensure(t.Context(), home, start)
	if !errors.Is(err, launch.ErrCannotStart) || core.AsError(err).Remedy != core.RemedyInUse {
		t.Errorf("got %v, want that another agent holds the home", err)
	}
}
