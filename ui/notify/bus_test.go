//go:build linux

package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/bustest"
	"tokentray/ui/text"
)

// within limits each wait for an event.
const within = time.Minute

// fakeServer is a desktop's notification server. It writes each call to a channel,
// one line per call.
type fakeServer struct {
	conn *dbus.Conn
	can  []string
	said chan string

	mu   sync.Mutex
	last uint32
}

func startServer(t *testing.T, address string, can ...string) *fakeServer {
	t.Helper()
	conn, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	f := &fakeServer{conn: conn, can: can, said: make(chan string, 100)}
	if err := conn.Export(f, serverPath, serverName); err != nil {
		t.Fatal(err)
	}
	if r, err := conn.RequestName(serverName, dbus.NameFlagDoNotQueue); err != nil || r != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("the server's name: %v, %v", r, err)
	}
	return f
}

func (f *fakeServer) GetCapabilities() ([]string, *dbus.Error) { return f.can, nil }

func (f *fakeServer) Notify(app string, replaces uint32, icon, title, body string, actions []string, hints map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var p picture
	if err := dbus.Store([]any{hints["image-data"].Value()}, &p); err != nil || p.Width != 64 || int(p.Stride*p.Height) != len(p.Pixels) || !p.Alpha {
		f.said <- fmt.Sprintf("a picture that is none: %v", err)
	}
	id := replaces
	if id == 0 {
		f.last++
		id = f.last
	}
	f.said <- fmt.Sprintf("show %d replacing %d: %s, %s, %s | %s | %s | %v", id, replaces, app, icon, hints["desktop-entry"].Value(), title, body, actions)
	return id, nil
}

func (f *fakeServer) CloseNotification(id uint32) *dbus.Error {
	f.said <- fmt.Sprintf("close %d", id)
	f.emit("NotificationClosed", id, uint32(3))
	return nil
}

func (f *fakeServer) emit(name string, args ...any) {
	_ = f.conn.Emit(serverPath, serverName+"."+name, args...)
}

// wantAlone waits until only the server is connected to the bus.
func (f *fakeServer) wantAlone(t *testing.T) {
	t.Helper()
	changes := make(chan *dbus.Signal, 100)
	f.conn.Signal(changes)
	defer f.conn.RemoveSignal(changes)
	if err := f.conn.AddMatchSignal(dbus.WithMatchMember("NameOwnerChanged")); err != nil {
		t.Fatal(err)
	}
	end := time.After(within)
	for {
		var names []string
		if err := f.conn.BusObject().Call("org.freedesktop.DBus.ListNames", 0).Store(&names); err != nil {
			t.Fatal(err)
		}
		names = slices.DeleteFunc(names, func(n string) bool { return !strings.HasPrefix(n, ":") })
		if len(names) == 1 {
			return
		}
		select {
		case <-changes:
		case <-end:
			t.Fatalf("the connections %q stay on the bus, want the server's alone", names)
		}
	}
}

// wants waits for a line.
func wants(t *testing.T, from <-chan string, want string) {
	t.Helper()
	select {
	case got := <-from:
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	case <-time.After(within):
		t.Fatalf("%q never came", want)
	}
}

// fakeAgent sends events and records its calls.
type fakeAgent struct {
	events chan api.Event
	said   chan string
}

func (f *fakeAgent) Events(context.Context, bool) (<-chan api.Event, error) { return f.events, nil }

func (f *fakeAgent) Open(_ context.Context, what api.Showing) (int, error) {
	f.said <- fmt.Sprint("open ", what.Search, what.Account)
	if what.Start {
		f.said <- "window"
	}
	return 0, nil
}

func (f *fakeAgent) CopyIP(_ context.Context, ref api.Ref) error {
	f.said <- "copy the IP of " + ref.String()
	return errors.New("no clipboard")
}

func (f *fakeAgent) Copy(_ context.Context, ref api.Ref, req api.CopyRequest) (api.Clipboard, error) {
	f.said <- fmt.Sprintf("copy %s as %s, notify %v", ref, req.Format, req.Notify)
	return api.Clipboard{}, nil
}

// running is Run on a bus.
type running struct {
	*fakeAgent
	t        *testing.T
	sessions chan api.Session
	ended    chan error
	log      lines
}

// lines is a log, one line per value.
type lines chan string

func (l lines) Write(p []byte) (int, error) {
	l <- string(p)
	return len(p), nil
}

func start(t *testing.T, address string) *running {
	t.Helper()
	r := &running{
		t: t, fakeAgent: &fakeAgent{make(chan api.Event), make(chan string, 100)},
		sessions: make(chan api.Session), ended: make(chan error, 1), log: make(lines, 100),
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	t.Cleanup(func() {
		cancel()
		<-done
		for t.Failed() && len(r.log) > 0 {
			t.Log(<-r.log)
		}
	})
	go func() {
		defer close(done)
		r.ended <- Run(ctx, Config{
			Agent: r, Bus: address, Sessions: r.sessions, Log: slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
			Now: func() time.Time { return time.Now().UTC() },
		})
	}()
	list := api.List{Settings: core.DefaultSettings(), Accounts: []api.Account{acc("a<b>", core.StateFresh, 0), acc("blog", core.StateFresh, 0)}}
	list.Settings.Language = "en"
	r.events <- api.Event{Type: api.EventSnapshot, Snapshot: &list}
	return r
}

func (r *running) account(a api.Account) { r.events <- api.Event{Type: api.EventAccount, Account: &a} }

func TestOnASessionBus(t *testing.T) {
	address := bustest.Start(t).Address
	server := startServer(t, address, "body", "body-markup", "actions", "persistence")
	r := start(t, address)
	r.account(blocked("a<b>", "1.2.3.4"))
	const buttons = "[default  open Open TokenTray"
	wants(t, server.said, "show 1 replacing 0: TokenTray, tokentray, tokentray | a<b>/live needs you | 1.2.3.4 is not on the account&#39;s IP whitelist. | "+buttons+" copy-ip Copy IP]")

	server.emit("ActionInvoked", uint32(7), "open") // from another program
	server.emit("ActionInvoked", uint32(1), "copy-ip")
	wants(t, r.said, "copy the IP of a<b>/live")
	server.emit("ActionInvoked", uint32(1), "default")
	wants(t, r.said, "open a<b>/live")
	wants(t, r.said, "window")

	// A second account changes the notification; it does not make another one.
	r.account(but(acc("blog", core.StateBlocked, 0), core.BadSecret, core.RemedySecret, ""))
	wants(t, server.said, "show 1 replacing 1: TokenTray, tokentray, tokentray | 2 accounts need you | "+
		"blog/live: wrong AppID or AppSecret\na&lt;b&gt;/live: IP not on the whitelist | "+buttons+" copy-ip Copy IP]")
	server.emit("ActionInvoked", uint32(1), "open")
	wants(t, r.said, "open state:blocked<nil>")
	wants(t, r.said, "window")

	r.account(acc("a<b>", core.StateFresh, time.Hour))
	r.account(acc("blog", core.StateFresh, time.Hour))
	wants(t, server.said, "close 1")

	// Nothing is shown, so nothing is connected.
	server.wantAlone(t)

	soon := acc("blog", core.StatePaused, 0)
	soon.Mask, soon.ExpiresAt = "88_…", time.Now().Add(3*time.Minute)
	r.account(soon)
	at := soon.ExpiresAt.UTC().Format("15:04")
	wants(t, server.said, "show 2 replacing 0: TokenTray, tokentray, tokentray | The token of blog/live expires at "+at+" | It is not renewed, because renewal is paused. | "+buttons+"]")
	r.events <- api.Event{Type: api.EventBye} // the agent ends and withdraws it
	wants(t, server.said, "close 2")
	if err := <-r.ended; err != nil {
		t.Errorf("Run: %v", err)
	}
}

// A token that arrived after something else was copied is shown, with a button to
// copy it, until it is on the clipboard.
func TestALateTokenIsTold(t *testing.T) {
	address := bustest.Start(t).Address
	server := startServer(t, address, "body", "actions")
	r := start(t, address)
	tell := func(what string, c api.Clipboard) { r.events <- api.Event{Type: what, Clipboard: &c} }
	blog := api.Clipboard{Account: "blog", Env: core.Live, Format: "header"}
	tell(api.EventCopyLate, blog)
	wants(t, server.said, "show 1 replacing 0: TokenTray, tokentray, tokentray | The token of blog/live is ready | "+
		"Something else was copied in the meantime, and the clipboard keeps that. | [default  copy Copy it]")
	tell(api.EventClipboard, api.Clipboard{Account: "shop", Env: core.Live}) // for another account, which stays
	for _, button := range []string{"copy", "default"} {
		server.emit("ActionInvoked", uint32(1), button)
		wants(t, r.said, "copy blog/live as header, notify true")
	}
	tell(api.EventClipboard, blog)
	wants(t, server.said, "close 1")
	server.wantAlone(t)
}

// A copy is confirmed until it is cleared or something else is copied.
func TestACopyIsConfirmed(t *testing.T) {
	address := bustest.Start(t).Address
	server := startServer(t, address, "body", "actions")
	r := start(t, address)
	tell := func(what string, c api.Clipboard) { r.events <- api.Event{Type: what, Clipboard: &c} }
	blog := api.Clipboard{Account: "blog", Env: core.Live, Format: "header"}
	tell(api.EventClipboard, blog)
	tell(api.EventCopied, blog)
	wants(t, server.said, "show 1 replacing 0: TokenTray, tokentray, tokentray | Copied: blog/live · Header | It stays on the clipboard until you clear it. | []")
	tell(api.EventClipboard, blog) // it was renewed there
	tell(api.EventClipboard, api.Clipboard{})
	wants(t, server.said, "close 1")
	server.wantAlone(t)
}

// TestAConfirmationSaysWhenItIsCleared: in both languages, by a name that is cut.
func TestAConfirmationSaysWhenItIsCleared(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	c := api.Clipboard{Account: "shop", Env: core.Sandbox, Format: "raw", ClearsAt: at.Add(44900 * time.Millisecond)}
	for lang, want := range map[text.Lang]string{
		text.English: "Copied: shop/sandbox · Token | The clipboard is cleared in 45 s.",
		text.Chinese: "已复制：shop/sandbox · 仅 token | 45 秒后清除剪贴板。",
	} {
		m := composeCopied(c, at, text.New(lang))
		if got := m.title + " | " + m.body; got != want || !m.brief {
			t.Errorf("%s, brief %v, want %s", got, m.brief, want)
		}
	}
}

// A confirmation is not kept for a desktop that comes later.
func TestAConfirmationIsNoOldNews(t *testing.T) {
	r := start(t, "")
	blog := api.Clipboard{Account: "blog", Env: core.Live, Format: "header"}
	r.events <- api.Event{Type: api.EventCopied, Clipboard: &blog}
	<-r.log // it could not be shown
	address := bustest.Start(t).Address
	server := startServer(t, address)
	r.sessions <- api.Session{DBus: address}
	r.account(blocked("blog", ""))
	wants(t, server.said, "show 1 replacing 0: TokenTray, tokentray, tokentray | blog/live needs you |  | []")
}

// A text that did not stay cleared is shown until something else is copied.
func TestWhatStaysOnTheClipboardIsTold(t *testing.T) {
	address := bustest.Start(t).Address
	server := startServer(t, address, "body", "actions")
	r := start(t, address)
	tell := func(c api.Clipboard) { r.events <- api.Event{Type: api.EventClipboard, Clipboard: &c} }
	tell(api.Clipboard{}) // cleared, as it should be
	tell(api.Clipboard{Returned: true, Manager: "CopyQ"})
	wants(t, server.said, "show 1 replacing 0: TokenTray, tokentray, tokentray | What was copied came back to the clipboard | "+
		"CopyQ put back what was copied. TokenTray cleared it again, but CopyQ still remembers it. | [default  open Open TokenTray]")
	tell(api.Clipboard{Stays: true})
	wants(t, server.said, "show 1 replacing 1: TokenTray, tokentray, tokentray | What was copied may still be on the clipboard | "+
		"Another program put back what was copied once more. Clear it there. | [default  open Open TokenTray]")
	tell(api.Clipboard{Silent: true})
	wants(t, server.said, "show 1 replacing 1: TokenTray, tokentray, tokentray | What was copied may still be on the clipboard | "+
		"The program that holds the clipboard does not answer. What was copied may still be there. | [default  open Open TokenTray]")
	tell(api.Clipboard{Account: "blog", Env: core.Live})
	wants(t, server.said, "close 1")
	server.wantAlone(t)
}

// A server without buttons and markup gets plain text. A notification that the person
// closed is shown as a new one.
func TestOnAPlainServer(t *testing.T) {
	address := bustest.Start(t).Address
	server := startServer(t, address, "body")
	r := start(t, address)
	r.account(blocked("a<b>", ""))
	wants(t, server.said, "show 1 replacing 0: TokenTray, tokentray, tokentray | a<b>/live needs you | This machine's IP is not on the account's IP whitelist. | []")
	server.emit("NotificationClosed", uint32(1), uint32(2))
	server.wantAlone(t) // it has read that, and shows nothing
	r.account(blocked("blog", ""))
	wants(t, server.said, "show 2 replacing 0: TokenTray, tokentray, tokentray | 2 accounts need you | blog/live: IP not on the whitelist\na<b>/live: IP not on the whitelist | []")
}

// The session may come after the news, and then another session.
func TestBusComesLater(t *testing.T) {
	r := start(t, "")
	r.account(blocked("blog", ""))
	r.sessions <- api.Session{} // from a client without one
	const line = "show 1 replacing 0: TokenTray, tokentray, tokentray | blog/live needs you |  | []"
	first := bustest.Start(t).Address
	server := startServer(t, first)
	select {
	case got := <-r.log:
		if !strings.Contains(got, "waits for a session bus") {
			t.Errorf("logged %s", got)
		}
	case <-time.After(within):
		t.Fatal("nothing was to be shown")
	}
	r.sessions <- api.Session{DBus: first}
	wants(t, server.said, line)
	r.sessions <- api.Session{DBus: first}
	r.events <- api.Event{Type: api.EventEnv, Env: core.Live}
	if len(server.said) > 0 {
		t.Errorf("shown again: %s", <-server.said)
	}
	second := bustest.Start(t).Address
	server = startServer(t, second)
	r.sessions <- api.Session{DBus: second}
	wants(t, server.said, line) // what is still true is shown there too
}

// The server may start after the news and end at any time.
func TestServerComesLater(t *testing.T) {
	address := bustest.Start(t).Address
	r := start(t, address)
	r.account(blocked("blog", ""))
	select {
	case got := <-r.log:
		if !strings.Contains(got, "could not be shown") {
			t.Errorf("logged %s", got)
		}
	case <-time.After(within):
		t.Fatal("nothing was to be shown")
	}
	const line = "TokenTray, tokentray, tokentray | blog/live needs you | This machine's IP is not on the account's IP whitelist. | []"
	server := startServer(t, address, "body")
	wants(t, server.said, "show 1 replacing 0: "+line)
	for range 2 { // the loop takes the first; the second waits until the loop has read the server's answer
		r.events <- api.Event{Type: api.EventEnv, Env: core.Live}
	}
	server.conn.Close()
	server = startServer(t, address, "body") // a notification that was shown is not shown again
	server.wantAlone(t)                      // it knows that the first one ended
	r.account(blocked("a<b>", ""))
	wants(t, server.said, "show 1 replacing 0: TokenTray, tokentray, tokentray | 2 accounts need you | "+
		"a<b>/live: IP not on the whitelist\nblog/live: IP not on the whitelist | []")
}

// Withdrawing works even with no time left.
func TestWithdrawingNeedsNoTime(t *testing.T) {
	address := bustest.Start(t).Address
	server := startServer(t, address, "body")
	s := newDesktop(Config{Bus: address})
	if err := s.show(t.Context(), message{kind: expiry, title: "x"}); err != nil {
		t.Fatal(err)
	}
	<-server.said
	over, cancel := context.WithCancel(t.Context())
	cancel()
	s.withdraw(over, expiry)
	wants(t, server.said, "close 1")
	s.close()
}

// A bus that accepts the call but never answers blocks nobody.
func TestSilentBus(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "bus")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		defer cancel() // whoever waits for it gives up
		if c, err := l.Accept(); err == nil {
			t.Cleanup(func() { c.Close() })
		}
	}()
	if err := newDesktop(Config{Bus: "unix:path=" + socket}).show(ctx, message{title: "x"}); !errors.Is(err, errNoBus) || !errors.Is(err, context.Canceled) {
		t.Errorf("show: %v", err)
	}
}

// Without a bus none is started: the library would run dbus-launch.
func TestNoBusStartsNone(t *testing.T) {
	dir := t.TempDir()
	script := "#!/bin/sh\ntouch " + dir + "/launched\n"
	if err := os.WriteFile(filepath.Join(dir, "dbus-launch"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	for _, address := range []string{"", "autolaunch:", "unix:path=" + dir + "/nobody"} {
		s := newDesktop(Config{Bus: address})
		if err := s.show(t.Context(), message{title: "x"}); !errors.Is(err, errNoBus) {
			t.Errorf("address %q: %v", address, err)
		}
		s.withdraw(t.Context(), person)
		s.close()
	}
	if _, err := os.Stat(filepath.Join(dir, "launched")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("dbus-launch was run: %v", err)
	}
}
