package window

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/kit"
)

// paste presses Ctrl+V in the field that has the keyboard.
func (s *stage) paste(content string) {
	s.t.Helper()
	s.app.Clipboard().SetContent(content)
	s.win.Canvas().Focused().(*kit.Entry).TypedShortcut(&fyne.ShortcutPaste{Clipboard: s.app.Clipboard()})
}

// A text with both fills both fields, wherever in the form it is pasted, and the
// form says so without showing the secret.
func TestFormTakesAPastedBlock(t *testing.T) {
	for _, field := range []string{"name", "appid", "secret", "base_url", "proxy", "note", "group"} {
		s := newStage(t).open()
		s.accounts.openAdd()
		s.focus(s.accounts.form.fields[field])
		s.paste("AppID: wx0123456789abcdef\nAppSecret: " + goodSecret)
		if d := s.accounts.form.draft; d.AppID != "wx0123456789abcdef" || d.secret != goodSecret {
			t.Errorf("pasted into %s: AppID %q, a secret of %d bytes", field, d.AppID, len(d.secret))
		}
		s.mustSay("AppID and AppSecret filled in from the clipboard.", "wx0123456789abcdef")
		s.mustNotSay(goodSecret)
		for _, other := range []string{"name", "base_url", "proxy", "note", "group"} {
			if got := s.accounts.form.fields[other].(*kit.Entry).Text; got != "" {
				t.Errorf("pasted into %s: %s holds %d bytes", field, other, len(got))
			}
		}
		s.typeInto("appid", "wx1")
		s.mustNotSay("filled in from the clipboard")
	}
}

// The form opens with the focus in the name. A bare AppSecret that is pasted there
// goes to the hidden field. Typed there, it is refused.
func TestFormTakesNoSecretForAName(t *testing.T) {
	s := newStage(t).open()
	s.accounts.openAdd()
	s.paste(goodSecret + "\n")
	if d := s.accounts.form.draft; d.Name != "" || d.secret != goodSecret {
		t.Errorf("the name has %d bytes, the secret %d", len(d.Name), len(d.secret))
	}
	s.mustSay("AppSecret filled in from the clipboard")
	s.mustNotSay(goodSecret)
	s.typeInto("name", goodSecret)
	s.typeInto("appid", "wx0123456789abcdef")
	s.typeInto("note", "the key is "+goodSecret)
	s.press("Save")
	s.mustSay("This holds what looks like an AppSecret. A name is shown everywhere", "Notes are stored and shown in")
	if slices.ContainsFunc(s.agent.log(), func(c string) bool { return strings.HasPrefix(c, "add") }) {
		t.Error("it was sent to the agent")
	}
	s.typeInto("secret", "")
	s.focus(s.accounts.form.fields["group"])
	s.paste(goodSecret)
	if d := s.accounts.form.draft; d.Group != "" || d.secret != goodSecret {
		t.Errorf("the group has %d bytes, the secret %d", len(d.Group), len(d.secret))
	}
	// A warning alone forbids nothing, and an ordinary text stays in its field.
	s.typeInto("name", "")
	s.focus(s.accounts.form.fields["name"])
	s.paste("shop, AppID: wx0123456789abcdef")
	if d := s.accounts.form.draft; d.Name != "shop, AppID: wx0123456789abcdef" {
		t.Errorf("the name is %q", d.Name)
	}
	s.press("Save")
	s.untilSays("saved")
}

// A block that is pasted into the search begins an account with it; in the name
// or the origins of a client key it is kept out.
func TestSearchAndKeyTakeNoSecret(t *testing.T) {
	const block = "AppID: wx0123456789abcdef\nAppSecret: " + goodSecret
	for _, content := range []string{block, goodSecret} {
		s := newStage(t, sample("shop", core.Sandbox, noon, time.Hour, 2*time.Hour)).open()
		s.listing.openFinder()
		s.paste(content)
		if s.accounts.form == nil || s.accounts.form.draft.secret != goodSecret || s.listing.search != "" {
			t.Errorf("no form was begun with it; the search has %d bytes", len(s.listing.search))
		}
		s.mustNotSay(goodSecret)
	}
	s := newStage(t).open()
	s.settings.openSettings()
	s.settings.openKeyPage()
	page := s.settings.page.sub.(*keyPage)
	for n := range 2 { // name and origins
		s.focus(s.holderEntry(n))
		s.paste(block)
		s.mustSay("That text holds an AppSecret; it was not pasted.")
	}
	s.mustNotSay(goodSecret)
	if page.name != "" || page.origins != "" {
		t.Errorf("the key page took %d and %d bytes", len(page.name), len(page.origins))
	}
}

func TestFormTakesTheClipboardByButton(t *testing.T) {
	s := newStage(t).open()
	s.accounts.openAdd()
	s.app.Clipboard().SetContent("nothing of use")
	s.press("From clipboard")
	s.mustSay("The clipboard holds no text with AppID and AppSecret.")
	s.app.Clipboard().SetContent("开发者ID(AppID)\nwx0123456789abcdef")
	s.press("From clipboard")
	s.mustSay("AppID filled in from the clipboard; the text has no AppSecret.")
	// A value by itself is pasted as it is.
	s.focus(s.accounts.form.fields["secret"])
	s.paste(goodSecret)
	if got := s.accounts.form.draft.secret; got != goodSecret {
		t.Errorf("the secret has %d bytes", len(got))
	}
}

// A text without end fills a field with no more than it takes to say that it is
// too long.
func TestFormTakesNoEndlessText(t *testing.T) {
	s := newStage(t).open()
	s.accounts.openAdd()
	for field, words := range map[string]string{
		"name": "A name has at most 200 characters.", "secret": "A secret has at most 512 bytes",
		"note": "A note has at most 2,000 characters.", "base_url": "Write the base URL as",
	} {
		s.focus(s.accounts.form.fields[field])
		s.paste(strings.Repeat("无尽的文字", 400_000))
		if n := len([]rune(s.accounts.form.fields[field].(*kit.Entry).Text)); n != kit.MaxEntry {
			t.Errorf("%s holds %d characters", field, n)
		}
		s.mustSay(words)
	}
	s.press("Save")
	if slices.ContainsFunc(s.agent.log(), func(c string) bool { return strings.HasPrefix(c, "add") }) {
		t.Error("it was sent to the agent")
	}
}

func TestFormKeepsNamesOfAllScripts(t *testing.T) {
	for _, name := range []string{strings.Repeat("商", 200), strings.Repeat("w", 200), "مرحبا بالعالم", "🛒 shop 🇨🇳"} {
		s := newStage(t).open()
		s.accounts.openAdd()
		s.typeInto("name", name)
		s.typeInto("appid", "wx0123456789abcdef")
		s.typeInto("secret", goodSecret)
		s.press("Save")
		s.untilCalled("add " + name + "/sandbox")
		s.untilSays("saved")
	}
}

// The counterpart of an account has everything but what belongs to one environment.
func TestDuplicateAsTheOtherEnvironment(t *testing.T) {
	a := sample("shop", core.Sandbox, noon, time.Hour, 2*time.Hour)
	a.Product, a.Kind, a.Proxy, a.Note, a.CopyFormat = kinds.ProductTest, kinds.WeChatLegacy, "http://proxy.example:8080", "ask Li", "curl"
	s := newStage(t, a).open()
	item := s.menuItem("shop-sandbox", "Duplicate as Live…")
	item.Action()
	s.mustSay("Live copy of shop/sandbox", "http://proxy.example:8080", "ask Li", "curl command ▾", "not copied", "I allow legacy fetches")
	d := s.accounts.form.draft
	if d.editing || d.Name != "shop" || d.Env != core.Live || d.AppID != "" || d.secret != "" || d.consent || d.Product != kinds.ProductOfficial {
		t.Errorf("the draft is %+v", d)
	}
	if s.win.Canvas().Focused() != s.accounts.form.fields["appid"] {
		t.Error("the keyboard is not in the AppID")
	}
	if d.changed() {
		t.Error("what was only prefilled is asked about")
	}
	s.typeInto("appid", "wx0123456789abcdef")
	s.mustSay("two accounts of this kind would kill")
	s.typeInto("appid", "wxfedcba9876543210")
	s.typeInto("secret", goodSecret)
	s.press("Save")
	s.untilCalled("add shop/live")
	s.until("the account", func() bool { return len(s.model.Accounts) == 2 })
	a, _ = s.model.find("shop-sandbox")
	if slices.ContainsFunc(s.menus.menuOf(a).Items, func(i *fyne.MenuItem) bool { return i.Label == "Duplicate as Live…" }) {
		t.Error("a counterpart that is there already can be made again")
	}
}

// menuItem is an entry of an account's menu.
func (s *stage) menuItem(id core.ID, label string) *fyne.MenuItem {
	s.t.Helper()
	a, _ := s.model.find(id)
	for _, item := range s.menus.menuOf(a).Items {
		if item.Label == label {
			return item
		}
	}
	s.t.Fatalf("the menu of %s has no %q", id, label)
	return nil
}

// What a form holds survives the agent's death, in the middle of a word and of
// a call; when the agent is back, it is saved.
func TestFormOutlivesTheAgent(t *testing.T) {
	s := newStage(t).open()
	s.accounts.openAdd()
	s.typeInto("name", "shop")
	s.typeInto("secret", goodSecret)
	s.focus(s.accounts.form.fields["appid"])
	for _, r := range "wx0123456789" {
		s.win.Canvas().Focused().TypedRune(r)
	}
	s.refuse(failure(core.Internal, core.RemedyNoAgent))
	s.agent.crash()
	s.untilSays("The agent is gone. Connecting again…")
	for _, r := range "abcdef" {
		s.win.Canvas().Focused().TypedRune(r)
	}
	s.press("Test")
	s.untilSays("There is no agent at the moment; nothing was sent.", "What you typed stays.")
	s.press("Save")
	s.untilSays("There is no agent at the moment; nothing was sent.")

	s.refuse(nil)
	s.until("the agent", func() bool { return s.link.phase == phaseConnected })
	s.mustNotSay("The agent is gone.")
	if d := s.accounts.form.draft; d.Name != "shop" || d.AppID != "wx0123456789abcdef" || d.secret != goodSecret {
		t.Fatalf("the draft is name %q, AppID %q, a secret of %d bytes", d.Name, d.AppID, len(d.secret))
	}
	s.press("Save")
	s.untilSays("shop/sandbox saved")
	s.untilCalled("add shop/sandbox")
}

// The eye of a secret keeps the keyboard while the agent goes and comes back.
func TestTheKeyboardStaysOnTheEye(t *testing.T) {
	s := newStage(t).open()
	s.accounts.openAdd()
	eye := s.accounts.form.fields["secret"].(*kit.Entry).ActionItem.(fyne.Focusable)
	s.focus(eye)
	s.refuse(failure(core.Internal, core.RemedyNoAgent))
	s.agent.crash()
	s.untilSays("The agent is gone. Connecting again…")
	s.refuse(nil)
	s.until("the agent", func() bool { return s.link.phase == phaseConnected })
	s.mustNotSay("The agent is gone.")
	if got := s.win.Canvas().Focused(); got != eye {
		t.Errorf("the keyboard is on %T", got)
	}
}

// An agent that dies while it saves leaves the form as it is.
func TestFormOutlivesAnAgentThatDiesWhileSaving(t *testing.T) {
	s := newStage(t).open()
	s.accounts.openAdd()
	s.typeInto("name", "shop")
	s.typeInto("appid", "wx0123456789abcdef")
	s.typeInto("secret", goodSecret)
	s.agent.fails("add ", &core.Error{Class: core.Internal, Remedy: core.RemedyNoAgent, Message: "no agent", Err: api.ErrNoAgent})
	s.press("Save")
	s.untilSays("The agent went away before it answered.", "See whether it was done,")
	next := s.model.Settings
	next.Language = "zh"
	s.agent.send(api.Event{Type: api.EventSettings, Settings: &next})
	s.untilSays("添加账号")
	s.mustNotSay("The agent went away before it answered.")
	if s.accounts.form == nil || s.accounts.form.busy || s.accounts.form.draft.secret != goodSecret {
		t.Error("the form is lost, or waits for ever")
	}
}

// A form that was begun is written on in another language at the very place.
func TestFormKeepsTheCursor(t *testing.T) {
	s := newStage(t).open()
	s.accounts.openAdd()
	for _, r := range "shp" {
		s.win.Canvas().Focused().TypedRune(r)
	}
	s.key(fyne.KeyLeft)
	next := s.model.Settings
	next.Language = "zh"
	s.agent.send(api.Event{Type: api.EventSettings, Settings: &next})
	s.untilSays("添加账号")
	s.win.Canvas().Focused().TypedRune('o')
	if got := s.accounts.form.draft.Name; got != "shop" {
		t.Errorf("the name is %q", got)
	}
}

// A refused IP is copied where the test says so, and only while it says so.
func TestFormCopiesTheRefusedIP(t *testing.T) {
	s := newStage(t, town(noon)...).open()
	s.until("the agent", func() bool { return s.link.phase == phaseConnected })
	s.accounts.openAdd()
	s.typeInto("appid", "wx89abcdef01234567")
	s.typeInto("secret", goodSecret)
	s.agent.change(func(f *fakeAgent) {
		f.test = api.TestResult{Error: &api.Error{Class: core.Whitelist, Remedy: core.RemedyWhitelist, CallerIP: "203.0.113.7", UpstreamCode: 40164}}
	})
	s.accounts.testForm(s.accounts.form)
	s.until("the answer", func() bool { return !s.accounts.form.busy })
	s.press("Copy: IP")
	s.until("the copy", func() bool { return s.agent.copied() == "203.0.113.7" })
	s.typeInto("secret", goodSecret[1:]+"0")
	if s.accounts.form.codes.Box.Visible() {
		t.Error("the IP is still offered after an edit")
	}
}

// After the clipboard filled in fields, a person goes on in the first that is still
// empty, and Enter in a line saves.
func TestFormGoesOnAfterTheClipboard(t *testing.T) {
	s := newStage(t).open()
	s.accounts.openAdd()
	s.win.Canvas().Unfocus() // as a click on a button does
	s.app.Clipboard().SetContent("AppID: wx0123456789abcdef\nAppSecret: " + goodSecret)
	s.press("From clipboard")
	for _, r := range "shop" {
		s.win.Canvas().Focused().TypedRune(r)
	}
	if got := s.accounts.form.draft.Name; got != "shop" {
		t.Errorf("the name is %q", got)
	}
	s.key(fyne.KeyReturn)
	s.untilCalled("add shop/sandbox")

	s = newStage(t).open()
	s.accounts.openAdd()
	s.typeInto("name", "shop")
	s.app.Clipboard().SetContent("AppID: wx0123456789abcdef")
	s.press("From clipboard")
	if s.win.Canvas().Focused() != s.accounts.form.fields["secret"] {
		t.Error("the keyboard is not in the empty AppSecret")
	}
	s.key(fyne.KeyReturn)
	s.mustSay("Copy the AppSecret from the WeChat console.") // what is missing is named
}

// What people write into a name that does not belong there is said by itself.
func TestASlashInANameIsSaidByItself(t *testing.T) {
	s := newStage(t).open()
	s.accounts.openAdd()
	s.typeInto("name", "shop/live")
	s.mustSay("A name holds no slash: shop/live means the account shop")
	s.mustNotSay("UTF-8")
	s.typeInto("name", "..")
	s.mustSay("UTF-8")
}

// A new row is seen in whole, though the message about it takes room from the list.
func TestANewRowIsNotUnderTheMessage(t *testing.T) {
	var many []api.Account
	for _, name := range strings.Split("abcdefghij", "") {
		many = append(many, sample(name, core.Sandbox, noon, time.Hour, 2*time.Hour))
	}
	s := newStage(t, many...).open()
	s.accounts.openAdd()
	s.typeInto("name", "zebra")
	s.typeInto("appid", "wx0123456789abcdef")
	s.typeInto("secret", goodSecret)
	s.press("Save")
	s.untilSays("zebra/sandbox saved")
	if !s.listing.list.seen("zebra-sandbox") {
		t.Errorf("the list is scrolled to %v of %v", s.listing.list.scroll.Offset.Y, s.listing.list.scroll.Size().Height)
	}
}

// TestPastedInTheKindsWords: filled fields are named as in the form.
func TestPastedInTheKindsWords(t *testing.T) {
	s := newStage(t).open()
	s.accounts.openAdd()
	s.accounts.form.chooseKind(string(kinds.OAuth2))
	s.accounts.form.pasted("AppID: wx0123456789abcdef\nAppSecret: " + goodSecret)
	s.mustSay("AppID and AppSecret filled in from the clipboard.") // the text is of another kind
	s.accounts.form.chooseKind(string(kinds.OAuth2))
	s.accounts.form.from = "form.from.both"
	s.accounts.form.check()
	s.mustSay("Client ID and Client secret filled in from the clipboard.")
}
