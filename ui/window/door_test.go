package window

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// freshKey is what the fake agent calls a client key. It must be seen once.
const freshKey = "ttk_THEclientKEYthatIsShownOnceAndNeverAgain"

func (f *fakeAgent) Loopback(context.Context) (api.Loopback, error) {
	f.mu.Lock()
	l := f.door
	l.Keys = len(f.keys)
	f.mu.Unlock()
	if l.State == "" {
		l.State = api.DoorOff
	}
	if l.Port == 0 {
		l.Port = core.DefaultLoopbackPort
	}
	return l, f.called("loopback")
}

func (f *fakeAgent) SetLoopback(ctx context.Context, req api.LoopbackRequest) (api.Loopback, error) {
	if err := f.called("door ", req.On, " ", req.Port); err != nil {
		return api.Loopback{}, err
	}
	f.mu.Lock()
	f.door.State, f.door.Addresses, f.door.Error = api.DoorOff, nil, nil
	if req.Port != 0 {
		f.door.Port = req.Port
	}
	if req.On {
		f.door.State, f.door.Addresses = api.DoorOn, []string{"127.0.0.1:17278", "[::1]:17278"}
	}
	f.mu.Unlock()
	return f.Loopback(ctx)
}

func (f *fakeAgent) ClientKeys(context.Context) ([]api.ClientKey, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.keys), nil
}

func (f *fakeAgent) AddClientKey(_ context.Context, in api.ClientKeyInput) (api.NewClientKey, error) {
	rights := ""
	if len(in.Hosts) > 0 || len(in.Calls) > 0 {
		rights = fmt.Sprint(" ", in.Hosts, " ", in.CallRights)
	}
	if err := f.called("key ", in.Name, in.Accounts, in.Envs, in.Origins, rights); err != nil {
		return api.NewClientKey{}, err
	}
	k := api.ClientKey{Name: in.Name, Accounts: in.Accounts, Envs: in.Envs, Origins: in.Origins, Hosts: in.Hosts, CallRights: in.CallRights, Created: f.now()}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.keys = append(f.keys, k)
	return api.NewClientKey{ClientKey: k, Key: freshKey}, nil
}

func (f *fakeAgent) RevokeClientKey(_ context.Context, name string) error {
	f.mu.Lock()
	f.keys = slices.DeleteFunc(f.keys, func(k api.ClientKey) bool { return k.Name == name })
	f.mu.Unlock()
	return f.called("revoke ", name)
}

func (f *fakeAgent) AccessLog(context.Context, int) ([]api.Access, error) {
	return read(f, &f.access), f.called("access log")
}

// someKeys are client keys of every scope.
func someKeys() []api.ClientKey {
	return []api.ClientKey{
		{Name: "ci", Accounts: []string{"shop"}, Envs: []core.Env{core.Sandbox, core.Live}, LastUsed: noon.Add(-time.Hour)},
		{Name: "页面", Envs: []core.Env{core.Sandbox}, Origins: []string{"http://localhost:3000"}},
	}
}

// flip presses the toggle with those words.
func (s *stage) flip(label string) {
	s.t.Helper()
	var found *kit.Toggle
	walk(s.win.Content(), func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Toggle); ok && b.Label() == label {
			found = b
		}
	})
	if found == nil {
		s.t.Fatalf("there is no toggle %q; the screen says\n%s", label, strings.Join(s.words(), "\n"))
	}
	test.Tap(found)
}

// holderEntry is the n-th entry of the page that is open.
func (s *stage) holderEntry(n int) *kit.Entry {
	s.t.Helper()
	for _, f := range kit.Focusables(s.pages.holder) {
		if e, ok := f.(*kit.Entry); ok {
			if n == 0 {
				return e
			}
			n--
		}
	}
	s.t.Fatalf("the page has no such entry; the screen says\n%s", strings.Join(s.words(), "\n"))
	return nil
}

// The door is opened, moved and shut from the settings, which always say how it
// stands and, when a port is not to be had, what helps.
func TestSettingsOpenTheDoor(t *testing.T) {
	s := newStage(t, town(noon)...).open()
	s.settings.openSettings()
	s.untilSays("HTTP API on this machine", "off", "There is none yet, so nobody may call.")
	s.flip("Open the HTTP API on this machine")
	s.untilSays("open at 127.0.0.1:17278  [::1]:17278")
	s.untilCalled("door true 0")

	port := s.holderEntry(0)
	port.SetText("99999")
	s.mustSay("A port is a number from 1 to 65535.")
	s.agent.fails("door ", &core.Error{Class: core.Invalid, Remedy: core.RemedyPort, Message: "taken"})
	port.SetText("8080")
	s.mustNotSay("A port is a number from 1 to 65535.")
	s.press("Use this port")
	s.untilSays("Another program listens on that port.", "End the program that has it,")
	if got := s.holderEntry(0).Text; got != "8080" {
		t.Errorf("the port that was typed is now %q", got)
	}
	s.agent.fails("door ", nil)
	s.press("Use this port")
	s.until("the message to go", func() bool { return !s.says("Another program listens") })
	s.untilCalled("door true 8080")

	// Somebody else shuts it.
	s.agent.change(func(f *fakeAgent) {
		f.door = api.Loopback{State: api.DoorTaken, Port: 8080, Error: &api.Error{Class: core.Invalid, Remedy: core.RemedyPort, Message: "taken"}, Holder: &api.Holder{User: "eve"}}
	})
	s.time = noon.Add(doorEvery * time.Second)
	s.tick()
	s.untilSays("off: port 8080 is taken", "End the program that has it", "That program is of another user: eve.")
}

func TestClientKeysAreListedAndRevoked(t *testing.T) {
	s := newStage(t, town(noon)...)
	s.agent.change(func(f *fakeAgent) { f.keys = someKeys() })
	s.open()
	s.settings.openSettings()
	s.untilSays("ci", "shop · Sandbox, Live", "LIVE", "last used", "页面", "all accounts · Sandbox · web pages of", "http://localhost:3000", "never used")
	s.press("Revoke")
	s.mustSay("Revoke the client key 页面?", "It stops working at once")
	s.key(fyne.KeyEscape)
	if slices.Contains(s.agent.log(), "revoke 页面") {
		t.Fatal("revoked without an answer")
	}
	s.settings.askRevoke("页面")
	s.press("Revoke")
	s.untilCalled("revoke 页面")
	s.untilSays("The client key 页面 no longer works.")
	s.until("the key to go", func() bool { return !s.says("http://localhost:3000") })
}

// A key is scoped, made, shown once with a button that copies it, and gone.
func TestClientKeyIsShownOnce(t *testing.T) {
	s := newStage(t, town(noon)...)
	s.agent.change(func(f *fakeAgent) { f.keys = someKeys() })
	s.open()
	s.settings.openSettings()
	s.untilSays("Add a client key")
	s.press("Add a client key")
	s.mustNotSay("Give the key a name.", "Choose at least one account.")
	s.press("Make the key")
	s.mustSay("Give the key a name.")
	s.holderEntry(0).SetText("ci")
	s.mustSay("There is a client key of this name")
	s.holderEntry(0).SetText("postman")
	s.keyPage().accountsSegment(s).Pick(1)
	s.mustSay("Choose at least one account.")
	s.flip("shop")
	s.flip("测试商城")
	s.mustNotSay("Choose at least one account.")
	s.flip("Sandbox")
	s.mustSay("Choose at least one environment.")
	s.flip("Live")
	s.mustSay("Whoever has the key gets production's tokens.")
	origins := s.holderEntry(1)
	origins.SetText("localhost:3000")
	s.mustSay("Write an origin as https://host")
	origins.SetText("http://localhost:3000\nhttps://app.example.org")
	s.mustNotSay("Write an origin as")

	s.key(fyne.KeyEscape)
	s.mustSay("Discard what you typed?")
	s.press("Keep editing")
	s.press("Make the key")
	s.untilSays(freshKey, "It is shown only once", "/v1/token/shop", "The HTTP API is off")
	s.untilCalled("key postman[shop 测试商城] [live] [http://localhost:3000 https://app.example.org]")

	s.key(fyne.KeyEscape)
	s.mustSay("Close without copying the key?")
	s.press("Go back")
	s.press("Copy the key")
	s.untilCalled("text postman secret=true")
	if got := s.agent.copied(); got != freshKey {
		t.Errorf("the agent was to copy %q", got)
	}
	if got := s.app.Clipboard().Content(); got != "" {
		t.Errorf("the window's own clipboard, which histories keep, holds %q", got)
	}
	s.untilSays("The client key postman is copied", "clears in 45 s", "Clear now")
	s.press("Done")
	s.mustNotSay(freshKey)
	s.untilSays("postman", "shop, 测试商城 · Live")
}

// A key that makes calls is given what it may call, how often, at which Host, and
// whether it may change live accounts; no page in a browser uses it.
func TestAKeyThatMakesCalls(t *testing.T) {
	s := newStage(t, town(noon)...).open()
	s.settings.openSettings()
	s.untilSays("Add a client key")
	s.press("Add a client key")
	s.holderEntry(0).SetText("box")
	s.mustSay("Web pages that may call with it")
	s.mustNotSay("Calls that it may make", "Calls a second, at most")
	s.keyPage().segment(s, 1).Pick(1)
	s.mustNotSay("Web pages that may call with it")
	s.mustSay("Calls that it may make", "reads for all that the account's kind lists as reading")
	r := &s.keyPage().rights
	if r.list.Text != "reads" {
		t.Errorf("it may call %q at first", r.list.Text)
	}
	r.list.SetText(" \n")
	s.mustSay("Say what the key may call.")
	r.list.SetText("delete everything")
	s.mustSay("Write a call as 'GET /cgi-bin/menu/get'")
	r.list.SetText("reads\n post /cgi-bin/message/custom/send \n")
	s.mustNotSay("Write a call as")
	s.holderEntry(2).SetText("a lot")
	s.mustSay("Choose a number from 1 to 1000.")
	s.holderEntry(2).SetText("5")
	s.mustNotSay("Choose a number from 1 to 1000.")
	r.names.SetText("host.docker.internal")
	s.mustSay("Write a host as host.docker.internal:17278")
	r.names.SetText("host.docker.internal:17278 172.17.0.1:17278")
	s.flip("Live")
	s.mustSay("Whoever has the key reads production's data.")
	s.flip("May change live accounts")
	s.press("Make the key")
	s.untilCalled("key box[] [sandbox live] [] [host.docker.internal:17278 172.17.0.1:17278] {[reads post /cgi-bin/message/custom/send] true true 5 0}")
	s.untilSays(freshKey, "/sandbox/cgi-bin/", "may change live accounts; takes no token")
}

// givesCalls fills the page in for a key that makes calls.
func (p *keyPage) givesCalls() {
	p.name, p.live = "box", true
	r := &p.rights
	r.what, r.calls, r.liveWrite, r.rate, r.hosts = keyCalls, "reads\nPOST /cgi-bin/message/custom/send", true, "5", "host.docker.internal:17278"
}

// segment is one of the page's segments: accounts, or what the key is for.
func (p *keyPage) segment(s *stage, n int) *kit.Segment {
	for _, f := range kit.Focusables(s.pages.holder) {
		if g, ok := f.(*kit.Segment); ok {
			if n == 0 {
				return g
			}
			n--
		}
	}
	s.t.Fatal("there is no such choice")
	return nil
}

func (s *stage) keyPage() *keyPage { return s.settings.page.sub.(*keyPage) }

func (p *keyPage) accountsSegment(s *stage) *kit.Segment {
	for _, f := range kit.Focusables(s.pages.holder) {
		if g, ok := f.(*kit.Segment); ok {
			return g
		}
	}
	s.t.Fatal("there is no choice of accounts")
	return nil
}

// What is entered for a key outlives another language and the agent's death.
func TestKeyPageOutlivesTheAgent(t *testing.T) {
	s := newStage(t, town(noon)...).open()
	s.settings.openSettings()
	s.untilSays("Add a client key")
	s.press("Add a client key")
	s.holderEntry(0).SetText("postman")
	s.refuse(failure(core.Internal, core.RemedyNoAgent))
	s.agent.crash()
	s.untilSays("The agent is gone. Connecting again…")
	s.press("Make the key")
	s.untilSays("There is no agent at the moment; nothing was sent.")
	s.agent.change(func(f *fakeAgent) { f.list.Settings.Language = "zh" })
	s.refuse(nil)
	s.untilSays("新建密钥")
	if got := s.holderEntry(0).Text; got != "postman" {
		t.Errorf("the name is %q", got)
	}
	s.press("新建密钥")
	s.untilSays(freshKey, "仅显示这一次")
}

// A page offers as many of ten thousand accounts as can be read, and a search finds the
// rest.
func TestKeyPageOffersFewOfMany(t *testing.T) {
	var many []api.Account
	for i := range 2000 {
		many = append(many, sample("shop"+string(rune('a'+i%26))+strings.Repeat("x", i/26), core.Sandbox, noon, time.Hour, time.Hour))
	}
	s := newStage(t, many...).open()
	s.settings.openSettings()
	s.untilSays("Add a client key")
	s.press("Add a client key")
	s.keyPage().accountsSegment(s).Pick(1)
	s.mustSay("more; search to see them")
	s.holderEntry(1).SetText("shopzxxxxx")
	s.mustSay("shopzxxxxx")
	s.flip("shopzxxxxx")
	s.holderEntry(1).SetText("shopb")
	s.mustSay("shopzxxxxx", "shopb") // what is chosen stays in sight
}

func TestAccessLog(t *testing.T) {
	s := newStage(t, town(noon)...)
	s.open()
	s.settings.openSettings()
	s.untilSays("Access log")
	s.press("Access log")
	s.untilSays("Nobody has called since the agent started.")
	s.agent.change(func(f *fakeAgent) {
		f.access = []api.Access{
			{At: noon, Key: "postman", Call: "GET /v1/token", Account: "shop/live", Status: 200, Count: 3},
			{At: noon.Add(-time.Minute), Call: "GET /v1/token", Status: 401, Count: 1},
			{At: noon.Add(-time.Hour), Key: "ci", Call: "GET /cgi-bin/token", Status: 200, Errcode: 40013, Count: 1},
		}
	})
	s.press("Reload")
	s.untilSays("postman · GET /v1/token · shop/live · 200 ×3", "no valid key · GET /v1/token · 401", "ci · GET /cgi-bin/token · 200 errcode 40013")
	s.key(fyne.KeyEscape)
	s.mustSay("HTTP API on this machine")
	s.key(fyne.KeyEscape)
	s.mustNotSay("HTTP API on this machine")
}

func TestDataFolderIsOpened(t *testing.T) {
	s := newStage(t, town(noon)...).open()
	s.until("the status", func() bool { return s.link.status.Home != "" })
	s.settings.openSettings()
	opened := s.opens()
	s.press("Open data folder")
	if want := []string{"file:///home/someone/.local/share/tokentray"}; !slices.Equal(*opened, want) {
		t.Errorf("opened %q, want %q", *opened, want)
	}
}

// Every state of the door has words in both languages.
func TestDoorStates(t *testing.T) {
	for _, lang := range []text.Lang{text.English, text.Chinese} {
		ui := uiIn(lang)
		for _, state := range []string{api.DoorOn, api.DoorOff, api.DoorTaken} {
			if words, _ := doorWords(ui, api.Loopback{State: state, Port: 1}); words == "" || strings.ContainsAny(words, "{}") {
				t.Errorf("%s is said as %q", state, words)
			}
		}
		for _, remedy := range []string{core.RemedyPort, core.RemedyReviewKeys, core.RemedyDisk} {
			if words := doorTrouble(ui, &api.Error{Class: core.Misuse, Remedy: remedy, Message: "m"}); words == "" || strings.ContainsAny(words, "{}") {
				t.Errorf("%s is said as %q", remedy, words)
			}
		}
	}
}

// If the agent has no clipboard, the key that is shown only once is still copied. Any
// other failure is shown, and nothing counts as copied.
func TestClientKeyWithoutAClipboardOfTheAgent(t *testing.T) {
	s := newStage(t, town(noon)...).open()
	s.settings.openSettings()
	s.settings.openKeyPage()
	s.holderEntry(0).SetText("ci")
	s.press("Make the key")
	s.untilSays(freshKey)
	for remedy, copied := range map[string]bool{core.RemedyTryAgain: false, core.RemedyClipboard: true} {
		s.keyPage().copied = false
		s.app.Clipboard().SetContent("")
		s.agent.fails("text ", failure(core.Misuse, remedy))
		s.press("Copy the key")
		s.until("the answer", func() bool { return s.snackbar.Visible() })
		if s.keyPage().copied != copied || (s.app.Clipboard().Content() == freshKey) != copied {
			t.Errorf("%s: copied %v, the clipboard holds %d bytes", remedy, s.keyPage().copied, len(s.app.Clipboard().Content()))
		}
		s.clipboard.dismiss()
	}
}

// A key is made by Enter in its name and by Ctrl+S; a call with it can be copied, as
// concealed as the key.
func TestClientKeyByKeyboard(t *testing.T) {
	for _, way := range []func(*stage){func(s *stage) { s.key(fyne.KeyReturn) }, func(s *stage) { s.ctrl(fyne.KeyS) }} {
		s := newStage(t, sample("shop", core.Sandbox, noon, time.Hour, time.Hour)).open()
		s.settings.openSettings()
		s.settings.openKeyPage()
		s.holderEntry(0).SetText("ci")
		way(s)
		s.untilSays(freshKey)
		s.press("Copy the call, with the key")
		s.untilCalled("text ci secret=true")
		want := "curl -H 'Authorization: Bearer " + freshKey + "' http://127.0.0.1:17278/v1/token/shop"
		if got := s.agent.copied(); got != want {
			t.Errorf("the agent was to copy %q, want %q", got, want)
		}
		s.untilSays("The client key ci is copied")
		way(s) // nothing is left to be made
		s.mustSay(freshKey)
	}
}

// TestWhatAKeyMayCallIsSeen: in the list of keys, as on the command line.
func TestWhatAKeyMayCallIsSeen(t *testing.T) {
	s := newStage(t).open()
	got := scopeOf(s.ui, api.ClientKey{
		Envs: []core.Env{core.Live}, Hosts: []string{"host.docker.internal:17278"},
		CallRights: core.CallRights{Calls: []string{"GET /cgi-bin/menu/get"}, LiveWrite: true, NoToken: true},
	})
	for _, want := range []string{"host.docker.internal:17278", "GET /cgi-bin/menu/get", "may change live accounts", "takes no token"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q does not say %q", got, want)
		}
	}
}
