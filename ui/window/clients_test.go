package window

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/collection"
	"tokentray/core/kinds"
)

// answersDoor has the window ask a door of the test's own, and collects what it asks.
func (s *stage) answersDoor(answer api.DoorAnswer, err error) *[]api.DoorTry {
	var asked []api.DoorTry
	s.cfg.TryDoor = func(_ context.Context, t api.DoorTry) (api.DoorAnswer, error) {
		asked = append(asked, t)
		return answer, err
	}
	return &asked
}

// shops are an account in each environment.
func shops() []api.Account {
	return []api.Account{sample("shop", core.Sandbox, noon, time.Hour, 2*time.Hour), sample("shop", core.Live, noon, time.Hour, 2*time.Hour)}
}

// pick has the page show a client.
func (s *stage) pick(client string) {
	setup := s.clients.page.setup
	setup.client, setup.path, setup.wrong = client, "", nil
	s.clients.show()
}

// states are how the steps stand.
func (s *stage) steps() []string {
	var out []string
	for _, step := range s.clients.page.steps {
		out = append(out, step.state.Text)
	}
	return out
}

func (s *stage) untilSteps(want ...string) {
	s.t.Helper()
	s.until("the steps "+strings.Join(want, ", "), func() bool { return slices.Equal(s.steps(), want) })
}

// Files are written for each client, without a token or a secret, and never over what was
// there.
func TestFilesForAPIClients(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	s := newStage(t, shops()...).open()
	s.menuItem("shop-sandbox", "Set up an API client…").Action()
	s.until("the keys", func() bool { return s.clients.page.door.known })
	for i, file := range []string{"tokentray-shop.postman_collection.json", "tokentray-apifox", "tokentray-bruno", "tokentray-shop.http", "tokentray-shop-2.http", "tokentray-shop.sh"} {
		s.pick(string(collection.Kinds()[i]))
		s.press("Save")
		at := filepath.Join(home, file)
		s.until(file, func() bool {
			return s.clients.page.setup.saved[s.clients.page.setup.client] != "" || s.says("cannot be written")
		})
		info, err := os.Stat(at)
		if err != nil {
			t.Errorf("%v; the screen says\n%s", err, strings.Join(s.words(), "\n"))
			continue
		}
		if info.IsDir() {
			at = filepath.Join(at, map[string]string{
				"tokentray-bruno": "bruno.json", "tokentray-apifox": "tokentray-apifox.postman_collection.json",
			}[file])
		}
		if raw, err := os.ReadFile(at); err != nil || len(raw) == 0 || strings.Contains(string(raw), s.agent.secret) {
			t.Errorf("%s holds %d bytes, %v", file, len(raw), err)
		}
	}

	// What is there stays.
	s.pick(string(collection.Postman))
	old := filepath.Join(home, "mine.json")
	if err := os.WriteFile(old, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.clients.page.file.SetText("~/mine.json")
	s.ctrl(fyne.KeyS)
	s.untilSays("There is a file of this name already; choose another.")
	if got := s.steps()[3]; got != "Failed" {
		t.Errorf("the step is %q", got)
	}
	if raw, _ := os.ReadFile(old); string(raw) != "mine" {
		t.Errorf("the file holds %q", raw)
	}
}

// TestTheStepsOfAnAPIClient: each says how it stands and, where it failed, what to do; the
// key is for that account alone and seen by nobody; going back loses nothing.
func TestTheStepsOfAnAPIClient(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	s := newStage(t, shops()...).open()
	asked := s.answersDoor(api.DoorAnswer{Status: 200, Took: 12 * time.Millisecond, ExpiresIn: 90 * time.Minute}, nil)
	s.agent.change(func(f *fakeAgent) {
		f.door.Port, f.answer, f.answerBody = 17278, api.CallResult{Status: 200}, `{"ip_list":[]}`
	})
	s.key(fyne.KeyDown)
	s.ctrl(fyne.KeyP)
	s.until("the door", func() bool { return s.clients.page.door.known })
	s.untilSteps("To do", "Done", "To do", "To do", "To do")
	s.mustSay("API clients", "shop/sandbox", "off", "First open the API, in step 1.")

	s.agent.fails("door ", &core.Error{Class: core.Invalid, Remedy: core.RemedyPort, Message: "taken"})
	s.press("Open the API")
	s.untilSays("End the program that has it")
	if got := s.steps()[0]; got != "Failed" {
		t.Errorf("the first step is %q", got)
	}
	s.agent.fails("door ", nil)
	s.press("Open the API")
	s.untilSays("open at 127.0.0.1:17278")
	s.untilSteps("Done", "Done", "To do", "To do", "To do")

	s.mustSay("shop · Sandbox") // what the key will do
	s.press("Make the key")
	s.untilCalled("key postman[shop] [sandbox] []")
	s.untilSteps("Done", "Done", "Done", "To do", "To do")
	if !s.clients.keyLost() {
		t.Error("the window closes without a word, and the key is gone")
	}
	s.press("Copy the key")
	s.until("the copy", func() bool { return s.agent.copied() == freshKey })
	s.untilSays("It was copied")
	s.press("Save")
	s.untilSteps("Done", "Done", "Done", "Done", "To do")
	s.mustSay("The key goes into the variable tokentray_key.")
	s.press("Test it")
	s.untilSays("GET /v1/token/shop: HTTP 200, 12 ms", "the token is good for", "GET /cgi-bin/get_api_domain_ip: HTTP 200", "errcode 0", "It works.")
	s.untilSteps("Done", "Done", "Done", "Done", "Done")
	if len(*asked) != 1 || (*asked)[0].Key.Reveal() != freshKey || (*asked)[0].Port != 17278 {
		t.Errorf("the door was asked %d times", len(*asked))
	}
	s.untilCalled("call shop GET /cgi-bin/get_api_domain_ip live=false dry=false")
	s.mustNotSay(freshKey, s.agent.secret)

	s.key(fyne.KeyEscape)
	if s.clients.page != nil {
		t.Fatal("Esc does not go back")
	}
	s.clients.openClients("shop-sandbox")
	s.until("the door", func() bool { return s.clients.page.door.known })
	s.untilSteps("Done", "Done", "Done", "Done", "Done")

	// A key that was revoked elsewhere is none.
	s.agent.change(func(f *fakeAgent) { f.keys = nil })
	s.clients.loadDoor()
	s.untilSteps("Done", "Done", "To do", "Done", "Done")
}

// TestAnSDKIsSetUp: its key makes calls and takes no token, and production is changed only by
// one that was told so.
func TestAnSDKIsSetUp(t *testing.T) {
	s := newStage(t, shops()...).open()
	asked := s.answersDoor(api.DoorAnswer{Status: 200, Took: time.Millisecond, Code: 40164}, nil)
	s.agent.change(func(f *fakeAgent) { f.door = api.Loopback{State: api.DoorOn, Port: 17278} })
	s.clients.openClients("shop-live")
	s.until("the door", func() bool { return s.clients.page.door.known })
	s.pick(sdkPrefix + "wxjava")
	s.mustSay("http://127.0.0.1:17278/call/shop/live", "TOKENTRAY_KEY", "written by the SDK's documentation", "the environment variable TOKENTRAY_KEY")
	s.clients.page.setup.all = true
	s.clients.show()
	s.mustSay("Whoever has the key can change production.")
	s.press("Make the key")
	s.untilCalled("key wxjava[shop] [live] [] [] {[* /*] true true 0 0}")
	s.press("Copy the code")
	s.until("the code", func() bool { return strings.Contains(s.agent.copied(), "/call/shop/live") })
	s.untilSteps("Done", "Done", "Done", "Done", "To do")
	s.press("Test it")
	s.untilSays("GET /call/shop/live/cgi-bin/get_api_domain_ip: HTTP 200, 1 ms", "errcode 40164", "whitelist")
	s.untilSteps("Done", "Done", "Done", "Done", "Failed")
	if (*asked)[0].Path != "/call/shop/live/cgi-bin/get_api_domain_ip" {
		t.Errorf("asked for %s", (*asked)[0].Path)
	}
	// The token's clients need another key.
	s.pick(string(collection.Bruno))
	s.untilSteps("Done", "Done", "To do", "To do", "To do")
}

// TestAKeyThatIsThere: one that fits will do, and is tested once the key itself is known.
func TestAKeyThatIsThere(t *testing.T) {
	s := newStage(t, shops()...).open()
	refused := api.DoorAnswer{Status: 401, Took: time.Millisecond, Error: &api.Error{Class: core.Misuse, Remedy: core.RemedyClientKey, Message: "no such key"}}
	s.answersDoor(refused, nil)
	s.agent.change(func(f *fakeAgent) {
		f.door, f.keys = api.Loopback{State: api.DoorOn, Port: 17278}, append(someKeys(), api.ClientKey{Name: "reader", Accounts: []string{"shop"}, Envs: []core.Env{core.Live}, CallRights: core.CallRights{Calls: []string{"reads"}, NoToken: true}})
	})
	s.clients.openClients("shop-live")
	s.until("the door", func() bool { return s.clients.page.door.known })
	setup := s.clients.page.setup
	setup.existing = true
	s.clients.show()
	s.untilSteps("Done", "Done", "Done", "To do", "To do")
	s.mustSay("shop · Sandbox, Live", "First enter the key itself, in step 3.")
	const entered = "ttk_enteredByAPersonWhoHasIt"
	s.clients.page.entered.SetText(entered)
	s.press("Test it")
	s.untilSays("GET /v1/token/shop: HTTP 401")
	s.untilSteps("Done", "Done", "Done", "To do", "Failed")
	s.mustNotSay(entered)
	for name, says := range map[string]string{"页面": "This key may not use the environment Live.", "reader": "This key takes no token"} {
		setup.chosen = name
		s.clients.show()
		s.mustSay(says)
		if got := s.steps()[2]; got != "Failed" {
			t.Errorf("%s: the step is %q", name, got)
		}
	}
	s.answersDoor(api.DoorAnswer{}, &core.Error{Class: core.Temporary, Remedy: core.RemedyDoorShut, Message: "nobody"})
	setup.chosen = "ci"
	s.clients.show()
	s.press("Test it")
	s.untilSays("The HTTP API on this machine is off. Open it in the first step.")
}

// An account that is gone takes its page along; of very many accounts some are offered.
func TestThePageOfAnAccountThatGoes(t *testing.T) {
	s := newStage(t, append(shops(), mixed(200)...)...).open()
	s.clients.openClients("shop-sandbox")
	if n := len(s.clients.offered()); n > mostOffered || s.clients.offered()[0].ID != "shop-sandbox" && n == mostOffered {
		t.Errorf("%d accounts are offered", n)
	}
	s.clients.choose("shop-live")
	if s.clients.page.setup.account.ID != "shop-live" {
		t.Error("another account was chosen, and the page does not show it")
	}
	s.agent.send(api.Event{Type: api.EventRemoved, Removed: "shop-live"})
	s.until("the page to go", func() bool { return s.clients.page == nil && s.pages.open == nil })
}

// The HTTP API and the list lead to the page, in both languages, and all SDKs are offered
// where they can be used.
func TestTheWaysToTheAPIClients(t *testing.T) {
	for lang, label := range map[string]string{"en": "Set up an API client", "zh": "设置 API 客户端"} {
		s := newStage(t, shops()...).in(lang, 460).open()
		s.settings.openSettings()
		s.until("the door", func() bool { return s.settings.page.known.known })
		s.press(label)
		if s.clients.page == nil || s.settings.page != nil {
			t.Fatalf("%s: the settings do not lead to the page", lang)
		}
	}
	s := newStage(t).open()
	s.ctrl(fyne.KeyP)
	s.untilSays("There is no account yet; add one first.")
	corp := sample("corp", core.Sandbox, noon, time.Hour, 2*time.Hour)
	corp.Kind = kinds.WeCom
	if n := len(clientChoices(s.ui, corp)); n != len(collection.Kinds()) {
		t.Errorf("%d clients for WeCom", n)
	}
}
