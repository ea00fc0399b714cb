package window

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// ailing is an account that upstream refuses.
func ailing(e api.Error) api.Account {
	a := blocked("gate", core.Sandbox)
	e.Kind = a.Kind
	a.Error = &e
	return a
}

// refusals are the failures of a fetch that are shown with an account.
func refusals() []api.Error {
	var out []api.Error
	for _, c := range []struct {
		class    core.Class
		remedies []string
	}{
		{core.Temporary, []string{core.RemedyTryAgain, core.RemedyNetwork, core.RemedyProxy, core.RemedyTLS, core.RemedyAnswer, core.RemedyForceBudget, core.RemedyUnknownCode}},
		{core.Whitelist, []string{core.RemedyWhitelist}},
		{core.Confirm, []string{core.RemedyConfirm, core.RemedyRefused}},
		{core.Quota, []string{core.RemedyQuotaDay, core.RemedyQuotaKind, core.RemedyQuotaMinute, core.RemedyBudget}},
		{core.BadSecret, []string{core.RemedySecret, core.RemedyAppID}},
		{core.Frozen, []string{core.RemedyFrozenSecret, core.RemedyFrozen}},
		{core.Misuse, []string{core.RemedyComponent, core.RemedyKind, core.RemedyUpdate, core.RemedyAllowLive, core.RemedyReplaced, core.RemedyProxy, core.RemedyAppID, core.RemedySecretAgain, core.RemedyNoHost}},
		{core.VaultClosed, []string{core.RemedyVaultUnlock, core.RemedyVaultInit, core.RemedyVaultEmpty, core.RemedyReenter}},
		{core.Internal, []string{core.RemedyDisk, core.RemedyFull, core.RemedyReadOnly}},
	} {
		for _, remedy := range c.remedies {
			out = append(out, api.Error{
				Class: c.class, Remedy: remedy, Message: "it failed", UpstreamCode: 40164, RID: "6247e1a5-0a1b2c3d-4e5f6071",
				CallerIP: "203.0.113.7", RetryAt: noon.Add(10 * time.Minute),
			})
		}
	}
	return out
}

// Whatever upstream refuses, both languages tell the cause, what to do, and the
// errcode, and there is a button that does something.
func TestEveryRefusalIsExplained(t *testing.T) {
	for _, lang := range []text.Lang{text.English, text.Chinese} {
		ui := uiIn(lang)
		for _, e := range refusals() {
			a := ailing(e)
			if e.Class == core.VaultClosed {
				a.State = core.StateLocked
			}
			p := problemOf(ui, a, noon)
			for what, s := range map[string]string{"cause": p.Cause, "remedy": p.Remedy, "button": p.Button} {
				if s == "" || strings.Contains(s, "window.") || strings.Contains(s, "{") || strings.Contains(s, "tokentray ") {
					t.Errorf("%v %s %s: the %s is %q", lang, e.Class, e.Remedy, what, s)
				}
			}
			for _, too := range helpsToo(ui.Words, a, p.Action) {
				if too == p.Action || !ui.Words.Has(text.Key("window."+buttonKey(too))) {
					t.Errorf("%s offers %v beside %v", e.Remedy, too, p.Action)
				}
			}
			for _, s := range append(advice(ui, a), timing(ui, &e, noon, time.UTC)) {
				if strings.Contains(s, "{") || strings.Contains(s, "window.") {
					t.Errorf("%s advises %q", e.Remedy, s)
				}
			}
		}
	}
}

// Where the upstream's day is Beijing's, its midnight is shown beside the local time;
// of every other upstream the local time alone.
func TestTiming(t *testing.T) {
	en, zh := uiIn(text.English), uiIn(text.Chinese)
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	day := api.Error{Class: core.Quota, Remedy: core.RemedyQuotaDay, Kind: kinds.WeChat, RetryAt: core.Zone("+08:00").NextDay(noon)}
	own := api.Error{Class: core.Quota, Remedy: core.RemedyBudget, Kind: kinds.OAuth2, RetryAt: core.Zone("").NextDay(noon)}
	ask := func(remedy string, in time.Duration) api.Error {
		return api.Error{Class: core.Confirm, Remedy: remedy, RetryAt: noon.Add(in)}
	}
	for _, c := range []struct {
		ui   *kit.UI
		e    api.Error
		here *time.Location
		want string
	}{
		{en, day, london, "It resets at 11-23 00:00 Beijing time, which is 11-22 16:00 here: in 4 h."},
		{zh, day, london, "将于北京时间 11-23 00:00 重置，即本地时间 11-22 16:00，还有 4 小时。"},
		{en, day, core.Zone("+08:00").Location(), "It resets at 11-23 00:00 Beijing time, in 4 h."},
		{en, own, core.Zone("-05:00").Location(), "It resets at 11-22 19:00, in 12 h."},
		{zh, own, london, "将于 11-23 00:00 重置，还有 12 小时。"},
		{en, api.Error{Class: core.Quota, Remedy: core.RemedyQuotaDay, RetryAt: noon}, london, "It should be reset by now."},
		{en, api.Error{Class: core.Quota, Remedy: core.RemedyQuotaMinute, RetryAt: noon.Add(time.Minute)}, london, ""},
		{en, ask(core.RemedyConfirm, 0), london, "A retry makes sense now."},
		{en, ask(core.RemedyConfirm, 10*time.Minute), london, "A retry makes sense from " + moment(en, noon.Add(10*time.Minute), noon) + "; one before that sends the administrator another message."},
		{en, ask(core.RemedyRefused, time.Hour), london, "The upstream refuses this IP until " + moment(en, noon.Add(time.Hour), noon) + "; before that a retry changes nothing."},
		{en, api.Error{Class: core.Whitelist, Remedy: core.RemedyWhitelist}, london, ""},
	} {
		if got := timing(c.ui, &c.e, noon, c.here); got != c.want {
			t.Errorf("%s: %q, want %q", c.e.Remedy, got, c.want)
		}
	}
}

// Each product is administered in a place of its own; a host of the user's own
// has none.
func TestConsoleURL(t *testing.T) {
	for _, c := range []struct {
		product core.Product
		base    string
		want    string
	}{
		{kinds.ProductOfficial, "", "https://developers.weixin.qq.com/platform"},
		{kinds.ProductMini, "", "https://mp.weixin.qq.com/"},
		{kinds.ProductTest, "", "https://mp.weixin.qq.com/debug/cgi-bin/sandbox?t=sandbox/login"},
		{kinds.ProductOther, "", "https://mp.weixin.qq.com/"},
		{kinds.ProductOfficial, "https://sh.api.weixin.qq.com", "https://developers.weixin.qq.com/platform"},
		{kinds.ProductOfficial, "http://127.0.0.1:8080", ""},
		{kinds.ProductOfficial, "https://weixin.qq.com.example.org", ""},
	} {
		if got := kinds.Builtin().Default().Console(core.Account{Product: c.product, BaseURL: c.base}); got != c.want {
			t.Errorf("%s at %q: %q, want %q", c.product, c.base, got, c.want)
		}
	}
}

func TestWhitelistIsHandledInTheDetail(t *testing.T) {
	a := blocked("gate", core.Sandbox)
	a.Error.PriorIP = "203.0.113.9"
	s := newStage(t, a).open()
	opened := s.opens()
	s.pane.openDetail("gate-sandbox")
	s.mustSay("203.0.113.7 is not on the account's IP whitelist.", "管理 > 开发管理 > 开发设置", "The last refusal named 203.0.113.9", "40164", "rid 65f0-1a2b-3c4d")
	s.press("Open console")
	if want := []string{"https://mp.weixin.qq.com/"}; !slices.Equal(*opened, want) {
		t.Errorf("opened %q, want %q", *opened, want)
	}
	s.press("Copy rid")
	s.until("the copy", func() bool { return s.agent.copied() == "65f0-1a2b-3c4d" })
}

// A quota that is used up is shown with its reset. A legacy account can change its
// kind by the button and a yes.
func TestQuotaOffersStable(t *testing.T) {
	a := ailing(api.Error{Class: core.Quota, Remedy: core.RemedyQuotaKind, UpstreamCode: 45009, RetryAt: core.Zone("+08:00").NextDay(noon)})
	a.Kind, a.State, a.Offer = kinds.WeChatLegacy, core.StateRetrying, kinds.WeChat
	s := newStage(t, a).open()
	s.pane.openDetail("gate-sandbox")
	s.mustSay("Today's calls for a token are used up.", "It resets at 11-23 00:00 Beijing time", "stable_token has a quota of its own")
	s.time = noon.Add(3 * time.Hour)
	s.tick()
	s.mustSay("in 1 h.")
	s.press("Use stable_token")
	s.mustSay("Change gate/sandbox to stable_token?", "It never changes the kind by itself")
	s.key(fyne.KeyEscape)
	if got, _ := s.model.find("gate-sandbox"); got.Kind != kinds.WeChatLegacy || slices.Contains(s.agent.log(), "edit gate/sandbox") {
		t.Errorf("the account was changed unasked: %+v", got)
	}
	s.press("Use stable_token")
	s.press("Use stable_token") // on the sheet, which is in front
	s.untilSays("gate/sandbox now uses stable_token.")
	if got, _ := s.model.find("gate-sandbox"); got.Kind != kinds.WeChat || got.Error != nil {
		t.Errorf("the account is %+v", got)
	}
	s.mustNotSay("Use stable_token")
}

// A yes to the offered kind is consent to a shared token only where the question names the
// other account. What the agent warns of is shown as after an edit.
func TestAnOfferNamesWhoSharesTheToken(t *testing.T) {
	for _, c := range []struct {
		appID string // of the other account
		apart bool
	}{{"wx0123456789abcdef", true}, {"wx00000000000000ff", false}} {
		a := ailing(api.Error{Class: core.Quota, Remedy: core.RemedyQuotaKind, UpstreamCode: 45009})
		a.Kind, a.State, a.Offer, a.AppID = kinds.WeChatLegacy, core.StateRetrying, kinds.WeChat, "wx0123456789abcdef"
		other := sample("shop", core.Sandbox, noon, time.Hour, 2*time.Hour)
		other.AppID = c.appID
		s := newStage(t, a, other).open()
		s.agent.warnings = core.Problems{{Field: "secret", Key: core.ProblemSecretOther, Warn: true}}
		s.pane.openDetail("gate-sandbox")
		s.press("Use stable_token")
		if shared := "shop/sandbox asks for the same token"; c.apart {
			s.mustSay(shared)
		} else {
			s.mustNotSay(shared)
		}
		s.press("Use stable_token") // on the sheet
		s.untilSays("The other account of this token has another AppSecret.")
		if got := read(s.agent, &s.agent.apart); got != c.apart {
			t.Errorf("%s: consent %v", c.appID, got)
		}
	}
	a := ailing(api.Error{Class: core.Misuse, Remedy: core.RemedyKind, UpstreamCode: 48001})
	a.Product, a.Offer = kinds.ProductTest, kinds.WeChatLegacy
	other := sample("shop", core.Sandbox, noon, time.Hour, 2*time.Hour)
	other.Kind, other.AppID = kinds.WeChatLegacy, a.AppID
	s := newStage(t, a, other).open()
	s.pane.openDetail("gate-sandbox")
	s.press("Use legacy token")
	s.mustSay("two accounts of this kind would kill each other's")
}

// A test account to which stable_token is refused is offered legacy tokens, with what
// they do. A no is remembered.
func TestATestAccountIsOfferedLegacy(t *testing.T) {
	for _, lang := range []text.Lang{text.English, text.Chinese} {
		ui := uiIn(lang)
		a := ailing(api.Error{Class: core.Misuse, Remedy: core.RemedyKind, UpstreamCode: 48001})
		a.Product, a.Offer = kinds.ProductTest, kinds.WeChatLegacy
		if p := problemOf(ui, a, noon); p.Action != actionOffer || !strings.Contains(p.Button, ui.Words.Kind(kinds.WeChatLegacy)) {
			t.Errorf("the button is %q", p.Button)
		}
		if a.Offer = ""; problemOf(ui, a, noon).Action != actionEdit { // declined
			t.Error("what was declined is offered")
		}
		a.Offer, a.Error.Remedy, a.Error.Class, a.Error.UpstreamCode = kinds.WeChatLegacy, core.RemedyAppID, core.BadSecret, 40013
		if p := problemOf(ui, a, noon); p.Action != actionEdit || !slices.Contains(helpsToo(ui.Words, a, p.Action), actionOffer) {
			t.Error("a wrong AppID is corrected first, and the other kind is offered beside that")
		}
	}
	a := ailing(api.Error{Class: core.Misuse, Remedy: core.RemedyKind, UpstreamCode: 48001})
	a.Product, a.Offer = kinds.ProductTest, kinds.WeChatLegacy
	s := newStage(t, a).open()
	s.press("Use legacy token")
	s.mustSay("Change gate/sandbox to legacy token?", "kills the one that other programs hold")
	s.press("Keep stable_token")
	s.untilSays("legacy token is not offered again")
	if got, _ := s.model.find("gate-sandbox"); got.Kind != kinds.WeChat || got.Declined != kinds.WeChatLegacy {
		t.Errorf("the account is %+v", got)
	}
}

// A rid is copied and the page that explains it opened; a code that is not known is
// looked up. Neither is offered where another host answered.
func TestWhereARefusalIsExplained(t *testing.T) {
	a := ailing(api.Error{Class: core.Temporary, Remedy: core.RemedyUnknownCode, UpstreamCode: 99999, RID: "62416571-5cbc3445-3e6cab76"})
	s := newStage(t, a).open()
	opened := s.opens()
	open := s.cfg.OpenURL
	s.cfg.OpenURL = func(u *url.URL) error {
		if s.agent.copied() != a.Error.RID {
			t.Errorf("%s opens before the rid is on the clipboard", u)
		}
		return open(u)
	}
	s.pane.openDetail("gate-sandbox")
	s.press("Open diagnosis")
	s.until("the page", func() bool { return len(*opened) == 1 })
	s.press("Look up the code")
	want := []string{"https://developers.weixin.qq.com/console/devtools/debug?tab=errorDiag", "https://developers.weixin.qq.com/doc/oplatform/developers/errCode/"}
	if !slices.Equal(*opened, want) {
		t.Errorf("opened %q, want %q", *opened, want)
	}
	a.BaseURL = "http://127.0.0.1:8080"
	s = newStage(t, a).open()
	s.pane.openDetail("gate-sandbox")
	s.mustSay(a.Error.RID)
	s.mustNotSay("Open diagnosis", "Look up the code")
}

// What an account has already is no advice: a stable_token account whose quota is
// used up is not sent to stable_token.
func TestQuotaOfAStableAccountAdvisesNoOtherKind(t *testing.T) {
	a := ailing(api.Error{Class: core.Quota, Remedy: core.RemedyQuotaDay, UpstreamCode: 45009, RetryAt: core.Zone("+08:00").NextDay(noon)})
	a.State = core.StateRetrying
	for _, lang := range []text.Lang{text.English, text.Chinese} {
		ui := uiIn(lang)
		p := problemOf(ui, a, noon)
		for _, words := range append(advice(ui, a), p.Cause, p.Remedy, ui.Words.Remedy(a.Error, "shop")) {
			if strings.Contains(words, "stable") || strings.Contains(words, "--kind") {
				t.Errorf("%q", words)
			}
		}
		if p.Action != actionRetry {
			t.Errorf("the button is %q", p.Button)
		}
	}
}

// A test is made once: nothing tries it again, and nothing says so.
func TestATestPromisesNoRetry(t *testing.T) {
	for _, lang := range []text.Lang{text.English, text.Chinese} {
		ui := uiIn(lang)
		for _, remedy := range []string{core.RemedyTryAgain, core.RemedyQuotaMinute, core.RemedyQuotaDay, core.RemedyAnswer, core.RemedyNetwork} {
			words := testWords(ui, api.TestResult{Error: &api.Error{Class: core.Temporary, Remedy: remedy, Message: "m"}}, "shop")
			if strings.Contains(words, "TokenTray tries") || strings.Contains(words, "TokenTray 会") {
				t.Errorf("%s: %q", remedy, words)
			}
		}
	}
}

// A new secret is tried before it is saved: one that upstream refuses replaces
// nothing, and one that could not be tried is saved only on demand.
func TestSecretIsVerifiedBeforeItIsSaved(t *testing.T) {
	a := sample("shop", core.Sandbox, noon, time.Hour, 2*time.Hour)
	a.State, a.Error = core.StateBlocked, &api.Error{Class: core.BadSecret, Remedy: core.RemedySecret, UpstreamCode: 40125}
	s := newStage(t, a).open()
	s.listing.toggleBox(a.ID)
	s.press("Edit secret")
	s.mustSay("New AppSecret for shop/sandbox", "The token you have stays, and lives until")
	field := s.win.Canvas().Focused().(*kit.Entry)
	s.press("Test and save")
	s.mustSay("Copy the AppSecret from the WeChat console.")
	field.SetText(goodSecret)
	s.mustNotSay("Copy the AppSecret from the WeChat console.")

	s.agent.change(func(f *fakeAgent) {
		f.test = api.TestResult{Error: &api.Error{Class: core.BadSecret, Remedy: core.RemedySecret}}
	})
	s.key(fyne.KeyReturn)
	s.until("the verdict beside the row's", func() bool {
		return strings.Count(strings.Join(s.words(), " "), "The AppSecret is wrong or belongs to another AppID.") == 2
	})
	s.mustNotSay("Save untested")

	s.agent.change(func(f *fakeAgent) {
		f.test = api.TestResult{Error: &api.Error{Class: core.Whitelist, Remedy: core.RemedyWhitelist, CallerIP: "203.0.113.7"}}
	})
	s.key(fyne.KeyReturn)
	s.untilSays("203.0.113.7 is not on the account's IP whitelist.")
	s.mustSay("Save untested")
	if slices.Contains(s.agent.log(), "edit shop/sandbox") {
		t.Error("a secret that was not accepted is saved")
	}
	s.mustNotSay(goodSecret)

	s.agent.change(func(f *fakeAgent) { f.test = api.TestResult{ExpiresIn: 7200, Mask: "83_ab••••wxyz"} })
	s.press("Test and save")
	s.untilSays("shop/sandbox saved")
	s.mustNotSay("New AppSecret for")
	if got, _ := s.model.find("shop-sandbox"); got.Mask != a.Mask || got.Error != nil {
		t.Errorf("after the edit the account is %+v", got)
	}
}

// What was typed outlives an agent that goes away during the test.
func TestSecretOutlivesTheAgent(t *testing.T) {
	a := ailing(api.Error{Class: core.BadSecret, Remedy: core.RemedySecret})
	s := newStage(t, a).open()
	s.press("Edit secret")
	field := s.win.Canvas().Focused().(*kit.Entry)
	field.SetText(goodSecret)
	s.agent.fails("test gate/sandbox", &core.Error{Class: core.Internal, Remedy: core.RemedyNoAgent, Message: "no agent", Err: api.ErrNoAgent})
	s.press("Test and save")
	s.untilSays("The agent went away before it answered.")
	s.refuse(failure(core.Internal, core.RemedyNoAgent))
	s.agent.crash()
	s.untilSays("The agent is gone. Connecting again…")
	s.press("Test and save")
	s.untilSays("There is no agent at the moment; nothing was sent.")
	if field.Text != goodSecret || s.sheet == nil {
		t.Error("what was typed is gone")
	}
}

// An address that an application of WeCom does not trust: the account tells the way to
// its 可信IP, which differs between one's own application and a provider's.
func TestTheWayToTrustedIPs(t *testing.T) {
	for product, ways := range map[core.Product][2]string{
		kinds.ProductCorpOwn:     {"In work.weixin.qq.com: 应用管理 > the application > 开发者接口 > 企业可信IP.", "在 work.weixin.qq.com：应用管理 > 对应应用 > 开发者接口 > 企业可信 IP。"},
		kinds.ProductCorpManaged: {"In the service provider's console: 代开发应用 > the application > 企业可信IP.", "在服务商后台：代开发应用 > 对应应用 > 企业可信 IP。"},
	} {
		a := blocked("office", core.Sandbox)
		a.Kind, a.Product, a.AppID, a.Params = kinds.WeCom, product, "ww0123456789abcdef", core.ParamsOf(map[string]string{"agent": "1000002"})
		a.Error = &api.Error{Class: core.Whitelist, Remedy: core.RemedyWhitelist, Kind: kinds.WeCom, UpstreamCode: 60020, CallerIP: "203.0.113.7", Message: "refused"}
		for i, lang := range []text.Lang{text.English, text.Chinese} {
			ui := uiIn(lang)
			said := strings.Join(advice(ui, a), "\n")
			if !strings.Contains(said, ways[i]) {
				t.Errorf("%s, %v: %q", product, lang, said)
			}
			p := problemOf(ui, a, noon)
			if !strings.Contains(p.Cause, "203.0.113.7") || !strings.Contains(strings.ReplaceAll(p.Cause+p.Remedy, " ", ""), "可信IP") {
				t.Errorf("%s, %v: %q, %q", product, lang, p.Cause, p.Remedy)
			}
		}
	}
}
