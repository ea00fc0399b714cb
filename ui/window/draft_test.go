package window

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

const goodSecret = "0123456789abcdef0123456789abcdef"

func TestDraftProblems(t *testing.T) {
	ui := uiIn(text.English)
	m := newModel()
	m.Accounts = []api.Account{
		{Account: core.Account{ID: "1", Name: "shop", Env: core.Sandbox, Kind: kinds.WeChat, AppID: "wx0123456789abcdef"}},
		{Account: core.Account{ID: "3", Name: "hr", Env: core.Sandbox, Kind: kinds.WeCom, AppID: "ww0123456789abcdef", Params: core.ParamsOf(map[string]string{"agent": "1000002"})}},
		{Account: core.Account{ID: "2", Name: "old", Env: core.Sandbox, Kind: kinds.WeChatLegacy, AppID: "wx0123456789aaaaaa"}},
	}
	good := newDraft(kinds.Builtin(), core.Sandbox)
	good.Name, good.AppID, good.secret = "new", "wxfedcba9876543210", goodSecret
	for _, c := range []struct {
		name   string
		change func(*draft)
		field  string // that a problem is said of, "" when there is none
		words  string
		fatal  bool
	}{
		{"fine", func(*draft) {}, "", "", false},
		{"no name", func(d *draft) { d.Name = "  " }, "name", "Give the account a name.", true},
		{"a slash", func(d *draft) { d.Name = "a/b" }, "name", "no slash", true},
		{"a name that is taken", func(d *draft) { d.Name = " shop " }, "name", "shop/sandbox exists already.", true},
		{"the same name elsewhere", func(d *draft) { d.Name, d.Env = "shop", core.Live }, "", "", false},
		{"an original ID", func(d *draft) { d.AppID = "gh_0123456789ab" }, "appid", "original ID", true},
		{"an odd AppID", func(d *draft) { d.AppID = "wx12" }, "appid", "Unusual", false},
		{"an AppID again", func(d *draft) { d.AppID = "wx0123456789abcdef" }, "appid", "shop/sandbox asks for the same token, and the two share it.", false},
		{"an application again", func(d *draft) { ofCorp(d, "1000002") }, "appid", "hr/sandbox asks for the same token, and the two share it.", false},
		{"another application of the corp", func(d *draft) { ofCorp(d, "1000003") }, "", "", false},
		{"an AppID again, the base URL written out", func(d *draft) { d.AppID, d.BaseURL = "wx0123456789abcdef", "https://api.weixin.qq.com" }, "appid", "shop/sandbox asks for the same token, and the two share it.", false},
		{"an AppID again at another host", func(d *draft) { d.AppID, d.BaseURL = "wx0123456789abcdef", "https://api2.weixin.qq.com" }, "", "", false},
		{"an AppID again, legacy", func(d *draft) { d.AppID, d.Kind = "wx0123456789aaaaaa", kinds.WeChatLegacy }, "appid", "kill each other's", true},
		{"no secret", func(d *draft) { d.secret = "" }, "secret", "Copy the AppSecret", true},
		{"a secret with line ends", func(d *draft) { d.secret = goodSecret + "\n" }, "secret", "were removed", false},
		{"plain http", func(d *draft) { d.BaseURL = "http://example.org" }, "base_url", "must begin with https://", true},
		{"a simulator", func(d *draft) { d.BaseURL = "http://127.0.0.1:8080" }, "", "", false},
		{"a proxy with its password", func(d *draft) { d.Proxy = "http://a:b@host:1" }, "proxy", "own field", true},
	} {
		d := good
		c.change(&d)
		got := d.problems(ui, &m)
		if c.field == "" {
			if len(got) > 0 {
				t.Errorf("%s: %v", c.name, got)
			}
			continue
		}
		if len(got[c.field]) == 0 || !strings.Contains(got[c.field][0].Text, c.words) {
			t.Errorf("%s: %v, want %q", c.name, got, c.words)
		}
		if _, bad := fatal(d.formFields(), got); bad != c.fatal {
			t.Errorf("%s: forbids saving: %v, want %v", c.name, bad, c.fatal)
		}
	}
	edit := draftOf(kinds.Builtin(), m.Accounts[0])
	if got := edit.problems(ui, &m); len(got) > 0 {
		t.Errorf("an edit that changes nothing: %v", got)
	}
}

// ofCorp makes a draft that of a corp's application.
func ofCorp(d *draft, agent string) {
	d.choose(kinds.WeCom)
	d.AppID, d.Params, d.secret = "ww0123456789abcdef", core.ParamsOf(map[string]string{"agent": agent}), strings.Repeat("s", 43)
}

// As soon as another host is typed the form says that the kept AppSecret stays
// behind, and it forbids nothing: without it the account is saved and waits.
func TestDraftTellsOfAnAppSecretForAnotherHost(t *testing.T) {
	ui := uiIn(text.English)
	m := newModel()
	plain := api.Account{Account: core.Account{ID: "1", Name: "shop", Env: core.Sandbox, Kind: kinds.WeChat, AppID: "wx0123456789abcdef"}}
	local := plain
	local.BaseURL = "http://127.0.0.1:1"
	waits := plain
	waits.BaseURL, waits.Error = "https://b.example", &api.Error{Remedy: core.RemedySecretAgain, SecretHost: "https://a.example"}
	for _, c := range []struct {
		name   string
		of     api.Account
		change func(*draft)
		field  string // where it is said, "" when nothing is
		host   string // that the AppSecret is for
	}{
		{"nothing", plain, func(*draft) {}, "", ""},
		{"the default written out", plain, func(d *draft) { d.BaseURL = "HTTPS://api.weixin.qq.com:443/" }, "", ""},
		{"another host", plain, func(d *draft) { d.BaseURL = "https://b.example" }, "base_url", "https://api.weixin.qq.com"},
		{"with the AppSecret", plain, func(d *draft) { d.BaseURL, d.secret = "https://b.example", goodSecret }, "", ""},
		{"half a URL", plain, func(d *draft) { d.BaseURL = "https:" }, "", ""},
		{"a proxy", plain, func(d *draft) { d.Proxy = "http://p.example" }, "", ""},
		{"a proxy that reads along", local, func(d *draft) { d.Proxy = "http://127.0.0.1:2" }, "proxy", "http://127.0.0.1:1"},
		{"one that waits", waits, func(*draft) {}, "base_url", "https://a.example"},
		{"one that waits, changed back", waits, func(d *draft) { d.BaseURL = "https://a.example/x" }, "", ""},
	} {
		d := draftOf(kinds.Builtin(), c.of)
		c.change(&d)
		got := d.problems(ui, &m)
		_, bad := fatal(d.formFields(), got)
		said := ""
		for field, issues := range got {
			for _, one := range issues {
				if strings.Contains(one.Text, "was entered for "+c.host+" ") && one.Warn {
					said = field
				}
			}
		}
		if said != c.field || bad && c.name != "half a URL" {
			t.Errorf("%s: %v, said at %q, want %q", c.name, got, said, c.field)
		}
	}
}

func TestFormAsksForTheAppSecretAgain(t *testing.T) {
	s := newStage(t, sample("shop", core.Sandbox, noon, time.Hour, 2*time.Hour)).open()
	s.accounts.openEdit(s.model.Accounts[0].ID)
	hint := func(field string) string { return s.accounts.form.fields[field].(*kit.Entry).PlaceHolder }
	if got := hint("secret"); got != "unchanged" {
		t.Errorf("the hint is %q", got)
	}
	s.typeInto("base_url", "https://b.example")
	s.mustSay("The AppSecret was entered for https://api.weixin.qq.com")
	if got := hint("secret"); got != "enter it again for https://b.example" {
		t.Errorf("the hint is %q", got)
	}
	s.typeInto("secret", goodSecret)
	s.mustNotSay("was entered for")
	s.typeInto("secret", "")
	s.mustSay("was entered for")
	s.typeInto("base_url", "")
	s.mustNotSay("was entered for")
	if got := hint("secret"); got != "unchanged" {
		t.Errorf("the hint is %q", got)
	}
}

// Its one button asks for the AppSecret, and says who gets it.
func TestAnAccountThatWaitsForItsAppSecretSaysWhoGetsIt(t *testing.T) {
	a := blocked("shop", core.Sandbox)
	a.BaseURL = "https://b.example/x"
	a.Error = &api.Error{Class: core.Misuse, Remedy: core.RemedySecretAgain, SecretHost: "https://a.example", Message: "m"}
	s := newStage(t, a).open()
	s.listing.toggleBox(a.ID)
	s.mustSay("The AppSecret was entered for https://a.example", "Enter it again, or change the address back.")
	s.press("Edit secret")
	s.mustSay("New AppSecret for shop", "It is sent to https://b.example.")
}

func TestDraftInput(t *testing.T) {
	d := newDraft(kinds.Builtin(), core.Live)
	d.Name, d.AppID, d.secret, d.consent = " shop ", " wx1 ", goodSecret, true
	in := d.input()
	if *in.Name != "shop" || *in.AppID != "wx1" || *in.Secret != goodSecret || in.ProxyPassword != nil {
		t.Errorf("%+v", in)
	}
	if *in.AllowLive {
		t.Error("consent is given for a kind that needs none")
	}
	d.Kind = kinds.WeChatLegacy
	if !*d.input().AllowLive {
		t.Error("consent is lost")
	}
	if got := *d.input().CopyFormat; got != "" {
		t.Errorf("an account of its own asks for the format %q", got)
	}
	if got := *draftOf(kinds.Builtin(), api.Account{Account: core.Account{ID: "1", Name: "shop", Env: core.Sandbox, CopyFormat: "curl"}}).input().CopyFormat; got != "curl" {
		t.Errorf("an edit turns the format curl into %q", got)
	}
	e := draftOf(kinds.Builtin(), api.Account{Account: core.Account{ID: "1", Name: "shop", Env: core.Sandbox}})
	if in := e.input(); in.Secret != nil || in.ProxyPassword != nil {
		t.Error("an edit replaces secrets that were not typed")
	}
}

func TestDraftChanged(t *testing.T) {
	d := newDraft(kinds.Builtin(), core.Sandbox)
	if d.changed() {
		t.Error("an untouched form asks before it closes")
	}
	d.Name = "x"
	if !d.changed() {
		t.Error("what was typed is dropped in silence")
	}
}

func TestFormAdds(t *testing.T) {
	s := newStage(t).open()
	s.press("Add an account")
	s.mustNotSay("Give the account a name.")
	s.press("Save")
	s.mustSay("Give the account a name.", "Copy the AppSecret from the WeChat console.")
	s.typeInto("name", "shop")
	s.mustNotSay("Give the account a name.")
	s.typeInto("appid", "wx12")
	s.mustSay("Unusual for an AppID")
	s.typeInto("secret", goodSecret+" ")
	s.mustSay("were removed")
	s.mustNotSay(goodSecret)

	s.agent.change(func(f *fakeAgent) { f.test = api.TestResult{ExpiresIn: 7200, Mask: "83_ab••••wxyz"} })
	s.press("Test")
	s.untilSays("It works: 83_ab••••wxyz, good for 2 h.")
	s.agent.change(func(f *fakeAgent) {
		f.test = api.TestResult{Error: &api.Error{Class: core.Whitelist, Remedy: core.RemedyWhitelist, CallerIP: "203.0.113.7"}}
	})
	s.press("Test")
	s.untilSays("203.0.113.7 is not on the account's IP whitelist.")

	s.press("Save")
	s.untilSays("shop/sandbox saved")
	s.mustNotSay("AppSecret")
	if !slices.Contains(s.agent.log(), "add shop/sandbox") {
		t.Errorf("called %v", s.agent.log())
	}
}

// Another language or theme in the middle of typing loses nothing.
func TestFormOutlivesARedrawing(t *testing.T) {
	s := newStage(t, sample("shop", core.Sandbox, noon, time.Hour, time.Hour)).open()
	s.accounts.openEdit("shop-sandbox")
	s.typeInto("note", "half a sentence")
	next := s.model.Settings
	next.Language = "zh"
	s.agent.send(api.Event{Type: api.EventSettings, Settings: &next})
	s.untilSays("编辑 shop/sandbox")
	s.mustSay("half a sentence")
	s.key("Escape")
	s.mustSay("放弃已填写的内容？")
	s.press("放弃")
	s.mustNotSay("half a sentence")
}

// An account's own format of copying is chosen from a menu.
func TestFormChoosesAFormat(t *testing.T) {
	s := newStage(t, sample("shop", core.Sandbox, noon, time.Hour, time.Hour)).open()
	s.accounts.openEdit("shop-sandbox")
	s.press("As in the settings ▾")
	walk(s.win.Canvas().Overlays().Top(), func(o fyne.CanvasObject) {
		item, ok := o.(fyne.Tappable)
		if ok && slices.Equal(textsOf(o), []string{"curl command"}) {
			item.Tapped(nil)
		}
	})
	s.mustSay("curl command ▾")
	if got := s.accounts.form.draft.CopyFormat; got != "curl" || !s.accounts.form.draft.changed() {
		t.Errorf("the draft has the format %q", got)
	}
}

// textsOf are the texts of one widget.
func textsOf(o fyne.CanvasObject) []string {
	var out []string
	walk(o, func(o fyne.CanvasObject) {
		if t, ok := o.(*canvas.Text); ok {
			out = append(out, t.Text)
		}
	})
	return out
}

// A destructive kind for production wants consent that says what it breaks.
func TestFormWantsConsent(t *testing.T) {
	s := newStage(t).open()
	s.accounts.openAdd()
	s.mustNotSay("I allow legacy fetches")
	s.accounts.form.fields["env"].(*kit.Segment).Pick(1)
	s.pickKind("legacy")
	s.mustSay("I allow legacy fetches")
	s.typeInto("name", "shop")
	s.typeInto("appid", "wx0123456789abcdef")
	s.typeInto("secret", goodSecret)
	s.press("Test")
	s.mustSay("A test would kill the live token")
	if slices.Contains(s.agent.log(), "test shop") {
		t.Error("tested without consent")
	}
}

func TestPassphraseProblem(t *testing.T) {
	ui := uiIn(text.English)
	for _, c := range []struct{ a, b, want string }{
		{"short", "short", "At least 8 characters."},
		{"long enough", "long enougj", "The two differ."},
		{"长一些的口令吧对", "长一些的口令吧对", ""},
	} {
		if got := passphraseProblem(ui, c.a, c.b); got != c.want {
			t.Errorf("%q %q: %q", c.a, c.b, got)
		}
	}
}

// What the agent refuses is said field by field, and what upstream refuses does
// not undo the saving.
func TestRefusals(t *testing.T) {
	ui := uiIn(text.English)
	err := &core.Error{Class: core.Invalid, Remedy: core.RemedyInput, Message: "m", Err: core.Problems{
		{Field: "name", Key: core.ProblemNameLong}, {Field: "appid", Key: kinds.ProblemAppIDOdd, Warn: true},
	}}
	if got := refusal(ui, err, "shop"); got != "A name has at most 200 characters." {
		t.Errorf("%q", got)
	}
	s := newStage(t).open()
	refused := blocked("gate", core.Sandbox)
	s.accounts.saved(api.Saved{Account: refused})
	s.mustSay("gate/sandbox saved. 203.0.113.7 is not")
	other := core.Problem{Field: "secret", Key: core.ProblemSecretOther, Warn: true}
	s.accounts.saved(api.Saved{Account: sample("hr", core.Sandbox, noon, time.Hour, time.Hour), Warnings: []core.Problem{{Field: "appid", Key: core.ProblemAppIDTwice, Warn: true}, other}})
	s.mustSay("hr/sandbox saved. The other account of this token has another AppSecret.")
}

// What was typed as a secret is never drawn, nor said in a refusal.
func TestSecretsAreNotDrawn(t *testing.T) {
	s := newStage(t).open()
	s.accounts.openAdd()
	s.typeInto("secret", "thisIsTheSecret!")
	s.typeInto("proxy_password", "thisIsTheProxysPassword")
	s.press("Save")
	s.press("Test")
	s.mustNotSay("thisIsTheSecret!", "thisIsTheProxysPassword")
	for _, call := range s.agent.log() {
		if strings.Contains(call, "thisIs") {
			t.Errorf("a call names a secret: %s", call)
		}
	}
}
