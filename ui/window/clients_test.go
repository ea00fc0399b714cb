package window

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

// An account is written for each client, without a token or a secret, and never
// over what was there.
func TestExportForClients(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	s := newStage(t, sample("shop", core.Sandbox, noon, time.Hour, 2*time.Hour), sample("shop", core.Live, noon, time.Hour, 2*time.Hour)).open()
	kind := func() *kit.Segment {
		for _, f := range kit.Focusables(s.sheet.Box) {
			if g, ok := f.(*kit.Segment); ok {
				return g
			}
		}
		t.Fatal("there is no choice of clients")
		return nil
	}
	for i, file := range []string{"tokentray-shop.postman_collection.json", "tokentray-apifox", "tokentray-bruno", "tokentray-shop.http", "tokentray-shop-2.http", "tokentray-shop.sh"} {
		s.menuItem("shop-sandbox", "Export for Postman, Bruno…").Action()
		s.mustSay("Use shop/sandbox in an API client", "No token and no AppSecret")
		kind().Pick(i)
		at := filepath.Join(home, file)
		s.press("Save")
		s.until(file, func() bool { return s.says("is saved") || s.says("cannot be written") })
		s.press("Close")
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
	s.until("the last word", func() bool { return s.sheet == nil || s.says("is saved") })
	s.closeSheet()
	s.exports.exportClients("shop-sandbox")
	old := filepath.Join(home, "mine.json")
	if err := os.WriteFile(old, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, f := range kit.Focusables(s.sheet.Box) {
		if e, ok := f.(*kit.Entry); ok {
			e.SetText("~/mine.json")
		}
	}
	s.press("Save")
	s.untilSays("There is a file of this name already; choose another.")
	if raw, _ := os.ReadFile(old); string(raw) != "mine" {
		t.Errorf("the file holds %q", raw)
	}
}

// What is exported gets no token while the API is shut or nobody has a key: both
// are said, and one press away; the key is for that account alone.
func TestAnExportSaysWhatItNeeds(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	export := func(s *stage) {
		s.menuItem("shop-sandbox", "Export for Postman, Bruno…").Action()
		s.press("Save")
	}
	s := newStage(t, sample("shop", core.Sandbox, noon, time.Hour, 2*time.Hour), sample("shop", core.Live, noon, time.Hour, 2*time.Hour)).open()
	export(s)
	s.untilSays("The file for shop/sandbox is saved", "The HTTP API on this machine is off", "It needs a client key, which goes into the variable tokentray_key.")
	refuse := func(err error) { s.agent.fails("door ", err) }
	refuse(&core.Error{Class: core.Invalid, Remedy: core.RemedyPort, Message: "taken"})
	s.press("Open the API")
	s.untilSays("End the program that has it")
	refuse(nil)
	s.press("Open the API")
	s.untilSays("The HTTP API on this machine is open.")
	s.mustNotSay("Open the API")
	s.press("Make a key")
	s.press("Make the key")
	s.untilCalled("key postman[shop] [sandbox] []")

	// Where both are there, a message is enough.
	s = newStage(t, sample("shop", core.Sandbox, noon, time.Hour, 2*time.Hour)).open()
	s.agent.change(func(f *fakeAgent) { f.door.State, f.keys = api.DoorOn, someKeys() })
	export(s)
	s.untilSays("Put a client key into the variable tokentray_key.")
	s.mustNotSay("Make a key", "is off")
}
