package agent

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/home"
	"tokentray/core/local"
	"tokentray/core/store"
)

func TestStopWaitsForEverything(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	a := r.add("shop", core.Sandbox)
	r.add("till", core.Sandbox)
	hang := make(chan struct{})
	w.up.set(nil, hang)
	w.pass(time.Minute)
	waiting := make(chan error, 1)
	go func() {
		_, err := r.client.Refresh(context.Background(), a.Ref(), api.RefreshRequest{Force: true})
		waiting <- err
	}()
	stream, err := r.client.Events(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	for e := next(t, stream, api.EventSnapshot); !renewing(e.Snapshot.Accounts); {
		e = next(t, stream, api.EventAccount)
		if e.Account.State == core.StateRenewing {
			break
		}
		e.Snapshot = &api.List{}
	}
	if err := r.client.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-waiting; err == nil {
		t.Error("a caller got a token from a fetch that was cut off")
	}
	next(t, stream, api.EventBye)
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(w.home.Socket()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is still there: %v", err)
	}
	if !w.desk.closed {
		t.Error("the clipboard was not closed")
	}
	db, err := store.Open(w.home.DB(), store.Options{LockWait: time.Millisecond})
	if err != nil {
		t.Fatalf("the store was not closed: %v", err)
	}
	defer db.Close()
	if used, err := db.LastUsed(); err != nil || len(used) != 0 {
		t.Errorf("last used = %v, %v; nobody had a token", used, err)
	}
	if _, err := r.client.Status(t.Context()); !errors.Is(err, api.ErrNoAgent) {
		t.Errorf("after the stop: %v, want ErrNoAgent", err)
	}
}

// A window that was stopped in a debugger must not keep the agent from ending.
func TestAReaderThatReadsNothingDoesNotKeepTheAgentFromEnding(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	conn, err := local.Dial(t.Context(), w.home.Socket())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("GET /v1/events?window=1 HTTP/1.1\r\nHost: tokentray\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("n", core.MaxNote)
	a := r.add("shop", core.Sandbox)
	for i := range 400 { // more than any socket buffers
		if _, err := r.Edit(t.Context(), a.Ref(), api.AccountInput{Input: core.Input{Note: ptr(fmt.Sprint(i, long[8:]))}}); err != nil {
			t.Fatal(err)
		}
	}
	begun := time.Now()
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begun); took > byeTime+drainTime+time.Minute { // it would wait for ever
		t.Errorf("the end took %s", took)
	}
}

func renewing(accounts []api.Account) bool {
	return slices.ContainsFunc(accounts, func(a api.Account) bool { return a.State == core.StateRenewing })
}

func TestAStaleSocketIsReplaced(t *testing.T) {
	w := newWorld(t)
	l, err := net.Listen("unix", w.home.Socket())
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false) // as after a crash
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	r := w.start()
	if _, err := r.client.Status(t.Context()); err != nil {
		t.Error(err)
	}
	info, err := os.Lstat(w.home.Socket())
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the socket's mode is %v, want 0600", info.Mode().Perm())
	}
}

func TestALongPathStillHasASocket(t *testing.T) {
	h, err := home.Find(filepath.Join(t.TempDir(), strings.Repeat("long", 30), strings.Repeat("name", 30)))
	if err != nil {
		t.Fatal(err)
	}
	if len(h.Socket()) > 107 || strings.HasPrefix(h.Socket(), h.Dir()) {
		t.Fatalf("socket = %s", h.Socket())
	}
	if err := h.Mkdirs(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(filepath.Dir(h.Socket())) })
	w := newWorld(t)
	w.home = h
	if _, err := w.start().client.Status(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestUsesAreKept(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	a := r.add("shop", core.Sandbox)
	if _, err := r.client.Token(t.Context(), a.Ref(), 0); err != nil {
		t.Fatal(err)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	got, err := w.start().client.Account(t.Context(), a.Ref())
	if err != nil || got.LastUsed.IsZero() {
		t.Errorf("after a restart: last used %s, %v", got.LastUsed, err)
	}
}

// The calls of today outlive the agent, until midnight in Beijing.
func TestCallsOfTodayAreKept(t *testing.T) {
	w := newWorld(t)
	if until := core.Zone("+08:00").NextDay(w.now()).Sub(w.now()); until < time.Hour {
		w.pass(2 * until) // the day must not end during the test
	}
	r := w.start()
	a := r.add("shop", core.Sandbox)
	w.pass(time.Minute)
	if _, err := r.client.Check(t.Context(), a.Ref()); err != nil {
		t.Fatal(err)
	}
	before, err := r.client.Account(t.Context(), a.Ref())
	if err != nil || before.CallsToday != 2 || !before.CountsUntil.Equal(core.Zone("+08:00").NextDay(w.now())) {
		t.Fatalf("%+v, %v; want two calls, until midnight in Beijing", before, err)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	r = w.start()
	if got, err := r.client.Account(t.Context(), a.Ref()); err != nil || got.CallsToday != 2 {
		t.Errorf("after a restart: %d calls, %v", got.CallsToday, err)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	w.pass(core.Zone("+08:00").NextDay(w.now()).Sub(w.now()))
	got, err := w.start().client.Account(t.Context(), a.Ref())
	if calls, forced := got.Counts(w.now()); err != nil || calls > 1 || forced != 0 { // it may have renewed at once
		t.Errorf("after midnight in Beijing: %d calls, %v", calls, err)
	}
	if calls, _ := before.Counts(w.now()); calls != 0 {
		t.Errorf("what a client was told yesterday counts %d today", calls)
	}
}

func TestSettingsOutliveTheAgent(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	if err := r.client.Use(t.Context(), core.Live); err != nil {
		t.Fatal(err)
	}
	wantClass(t, r.client.Use(t.Context(), "moon"), core.Invalid)
	if err := r.client.PauseAll(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	if _, err := r.client.SetSetting(t.Context(), "clear-after", "2m"); err != nil {
		t.Fatal(err)
	}
	_, err := r.client.SetSetting(t.Context(), "clear-after", "soon")
	wantClass(t, err, core.Invalid)
	_, err = r.client.SetSetting(t.Context(), "taste", "sweet")
	wantClass(t, err, core.Invalid)
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	list, err := w.start().client.List(t.Context())
	if err != nil || list.Active != core.Live || !list.PausedAll || list.Settings.ClearAfter != 2*time.Minute {
		t.Errorf("after a restart: %+v, %v", list, err)
	}
}

func TestResetLeavesNothing(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"tokentray.db.damaged-1", ".secrets.age.17.tmp"} {
		if err := os.WriteFile(filepath.Join(w.home.Dir(), name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := w.start()
	r.add("shop", core.Sandbox)
	r.add("shop", core.Live)
	w.ring.breaks(closedBy(errors.New("locked")))
	wantClass(t, r.client.Reset(t.Context()), core.VaultClosed)
	w.ring.breaks(nil)
	if r.accounts.count() != 2 {
		t.Error("a reset that failed removed accounts")
	}
	w.ring.deleted = nil
	if err := r.client.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	if len(w.ring.deleted) != 3 {
		t.Errorf("left the keyring: %v; want two secrets and the data key", w.ring.deleted)
	}
	if _, err := os.Stat(w.home.Dir()); !errors.Is(err, os.ErrNotExist) {
		left, _ := os.ReadDir(w.home.Dir())
		t.Errorf("the home still holds %v", left)
	}
}

// The passphrase file remembers what the keyring would not give up.
func TestResetWithALockedPassphraseFile(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	r.add("shop", core.Sandbox)
	w.ring.mu.Lock()
	w.ring.noDrop = closedBy(errors.New("busy"))
	w.ring.mu.Unlock()
	if _, err := r.client.VaultInit(t.Context(), core.NewSecret(passphrase)); err != nil {
		t.Fatal(err)
	}
	w.ring.mu.Lock()
	w.ring.noDrop = nil
	w.ring.mu.Unlock()
	if _, err := r.client.VaultLock(t.Context()); err != nil {
		t.Fatal(err)
	}
	if e := wantClass(t, r.client.Reset(t.Context()), core.VaultClosed); e.Remedy != core.RemedyResetLocked {
		t.Errorf("remedy %s", e.Remedy)
	}
	if r.accounts.count() != 1 || !w.fileThere(w.home.PassphraseFile()) {
		t.Error("a reset that was refused removed something")
	}
	if _, err := r.client.VaultUnlock(t.Context(), core.NewSecret(passphrase)); err != nil {
		t.Fatal(err)
	}
	if len(w.ring.deleted) != 2 {
		t.Errorf("left the keyring: %v; want the secret and the data key", w.ring.deleted)
	}
	if _, err := r.client.VaultLock(t.Context()); err != nil {
		t.Fatal(err)
	}
	// The keyring holds nothing any more: the passphrase may be lost.
	if err := r.client.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (w *world) fileThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func TestTheAgentTakesADesktopWhenItHasNone(t *testing.T) {
	const ours, gone, theirs = "unix:path=/ours", "unix:path=/gone", "unix:path=/theirs,guid=1"
	t.Setenv("XDG_RUNTIME_DIR", "/run/me")
	reach := func(_ context.Context, socket string) bool {
		return socket == "/ours" || socket == "/tmp/.X11-unix/X1" || socket == "/run/me/wayland-1" || socket == ""
	}
	tests := []struct {
		name              string
		ours, theirs, got api.Session
	}{
		{"nothing on either side", api.Session{}, api.Session{}, api.Session{}},
		{
			"none, so all of theirs",
			api.Session{},
			api.Session{Display: ":5", XAuthority: "/x", DBus: theirs},
			api.Session{Display: ":5", XAuthority: "/x", DBus: theirs},
		},
		{
			"its own that live stay",
			api.Session{Display: ":1.0", XAuthority: "/a", DBus: ours},
			api.Session{Display: ":5", DBus: theirs},
			api.Session{Display: ":1.0", XAuthority: "/a", DBus: ours},
		},
		{
			"a display that is gone, a bus that lives",
			api.Session{Display: ":2", XAuthority: "/a", DBus: ours},
			api.Session{WaylandDisplay: "wayland-0", DBus: theirs},
			api.Session{WaylandDisplay: "wayland-0", DBus: ours},
		},
		{
			"a compositor that lives",
			api.Session{WaylandDisplay: "wayland-1"},
			api.Session{Display: ":5"},
			api.Session{WaylandDisplay: "wayland-1"},
		},
		{
			"a compositor that is gone",
			api.Session{WaylandDisplay: "wayland-7"},
			api.Session{WaylandDisplay: "wayland-1"},
			api.Session{WaylandDisplay: "wayland-1"},
		},
		{
			"a bus that is gone",
			api.Session{Display: ":1", DBus: gone},
			api.Session{DBus: theirs},
			api.Session{Display: ":1", DBus: theirs},
		},
		{
			"a display of another machine is not judged",
			api.Session{Display: "far:1"},
			api.Session{Display: ":5"},
			api.Session{Display: "far:1"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := merge(t.Context(), tt.ours, tt.theirs, reach); got != tt.got {
				t.Errorf("got %+v, want %+v", got, tt.got)
			}
		})
	}
}

func TestASessionReachesTrayAndClipboard(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	s := api.Session{Display: ":77", DBus: "unix:path=/nowhere"}
	for range 2 { // the second brings nothing new
		if err := r.client.Session(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	if len(w.sessions) < 1 || w.sessions[0] != s {
		t.Errorf("told %+v, want %+v", w.sessions, s)
	}
}

// TestARefusalIsNotRepeatedAtEachStart: the agent may be started as often as it
// likes, upstream is asked again at its time, or when a person says so.
func TestARefusalIsNotRepeatedAtEachStart(t *testing.T) {
	w := newWorld(t)
	w.up.set(&core.Error{Class: core.Whitelist, Remedy: core.RemedyWhitelist, Message: "not on the whitelist; add it", Code: 40164, CallerIP: "203.0.113.7"}, nil)
	r := w.start()
	if _, err := r.client.Add(t.Context(), input("campus", core.Sandbox, appID)); err != nil {
		t.Fatal(err)
	}
	ref := api.Ref{Name: "campus", Env: core.Sandbox}
	for range 3 {
		if err := r.end(); err != nil {
			t.Fatal(err)
		}
		r = w.start()
		_, err := r.client.Token(t.Context(), ref, 0)
		e := wantClass(t, err, core.Whitelist)
		if a, err := r.client.Account(t.Context(), ref); err != nil || a.State != core.StateBlocked || a.NextTry.IsZero() || e.Code != 40164 || e.CallerIP != "203.0.113.7" {
			t.Errorf("after a restart: %+v, %+v, %v", e, a, err)
		}
	}
	if got := w.up.count(); got != 1 {
		t.Errorf("%d calls, want 1", got)
	}
	w.up.set(nil, nil)
	if _, err := r.client.Refresh(t.Context(), ref, api.RefreshRequest{Person: true}); err != nil || w.up.count() != 2 {
		t.Errorf("Try again: %v after %d calls", err, w.up.count())
	}
}
