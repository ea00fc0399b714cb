package window

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// pageTicket is the ticket of the official pages.
const pageTicket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"

// signature is what the agent answers.
func signature() api.Signature {
	const text = "jsapi_ticket=%s&noncestr=Wm3WZYTPz0wzccnW&timestamp=1414587457&url=http://mp.weixin.qq.com"
	return api.Signature{
		Account: "office", Env: core.Sandbox, AppID: "ww0123456789abcdef", Ticket: "corp",
		URL: "http://mp.weixin.qq.com", Browser: "http://mp.weixin.qq.com/",
		Hints: []api.SignHint{{Key: "slash", Detail: "mp.weixin.qq.com/"}, {Key: "http", Detail: "http://"}},
		Nonce: "Wm3WZYTPz0wzccnW", Timestamp: 1414587457, Signature: "f4d90daf4b3bca3078ab155816175ba34c443a7b",
		Signed: fmt.Sprintf(text, core.Mask(pageTicket)), Text: fmt.Sprintf(text, pageTicket),
		Call: "wx.config", Script: "wx.config({\n  beta: true,\n  debug: false,\n  appId: \"ww0123456789abcdef\",\n  timestamp: 1414587457,\n" +
			"  nonceStr: \"Wm3WZYTPz0wzccnW\",\n  signature: \"f4d90daf4b3bca3078ab155816175ba34c443a7b\",\n  jsApiList: [\"checkJsApi\"]\n});\n",
		Checker: "https://work.weixin.qq.com/api/jsapisign", ExpiresAt: noon.Add(118 * time.Minute),
	}
}

// office is an application of WeCom, which has two tickets.
func office() api.Account {
	a := sample("office", core.Sandbox, noon, time.Hour, 2*time.Hour)
	a.Kind, a.Product, a.AppID, a.Params = kinds.WeCom, kinds.ProductCorpOwn, "ww0123456789abcdef", core.ParamsOf(map[string]string{"agent": "1000002"})
	return a
}

// signs opens the details of an account and has an address signed.
func (s *stage) signs(a api.Account, url string) {
	s.t.Helper()
	s.agent.change(func(f *fakeAgent) { f.signature = signature() })
	s.pane.openDetail(a.ID)
	s.pane.detail.sign.field.SetText(url)
	s.press(s.ui.T("sign.go"))
	s.until("the signature", func() bool { return !s.pane.state.sign.busy })
}

func TestSignPanel(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		s := newStage(t, office()).in(lang, 1100).open()
		opened := s.opens()
		ui := s.ui
		s.signs(office(), "http://mp.weixin.qq.com")
		s.untilCalled("sign office/sandbox {URL:http://mp.weixin.qq.com Ticket:corp Nonce: Timestamp:0 Reveal:false Copy:false Renew:false Person:true Agent:}")
		s.mustSay("wx.config({", "f4d90daf4b3bca3078ab155816175ba34c443a7b", "sM4AO••••KP7qg"[:8], ui.Words.SignHint(signature().Hints[0]), ui.T("sign.good", "time", ui.Words.Coarse(118*time.Minute)),
			ui.Words.Ticket(kinds.WeCom, "corp"), ui.Words.Ticket(kinds.WeCom, "agent"))
		s.mustNotSay(pageTicket)

		s.press(ui.T("sign.copy"))
		s.until("the copy", func() bool { return read(s.agent, &s.agent.text) == signature().Script })
		s.press(ui.T("sign.checker"))
		if len(*opened) != 1 || (*opened)[0] != signature().Checker {
			t.Errorf("opened %v", *opened)
		}
		s.press(ui.T("sign.copy_string"))
		s.untilCalled("sign office/sandbox {URL:http://mp.weixin.qq.com Ticket:corp Nonce:Wm3WZYTPz0wzccnW Timestamp:1414587457 Reveal:false Copy:true Renew:false Person:true Agent:}")
		s.mustNotSay(pageTicket)

		// The string with the ticket in it is in sight for a while.
		s.pane.revealSigned()
		s.until("the ticket", func() bool { return s.says(pageTicket) })
		s.time = s.time.Add(revealTime)
		s.tick()
		s.mustNotSay(pageTicket)

		// A ticket is asked for anew at a press, and what was signed stays when that fails.
		s.agent.change(func(f *fakeAgent) { f.noSign = failure(core.Temporary, core.RemedyTryAgain) })
		s.press(ui.T("sign.renew"))
		s.untilCalled("sign office/sandbox {URL:http://mp.weixin.qq.com Ticket:corp Nonce: Timestamp:0 Reveal:false Copy:false Renew:true Person:true Agent:}")
		s.until("the refusal", func() bool { return !s.pane.state.sign.busy })
		if s.pane.state.sign.refused == nil || s.pane.state.sign.made == nil {
			t.Errorf("a failed renewal leaves %+v", s.pane.state.sign)
		}
		s.agent.change(func(f *fakeAgent) { f.noSign, f.signature.ExpiresAt = nil, noon.Add(3*time.Hour) })
		s.press(ui.T("sign.renew"))
		s.untilSays(ui.T("sign.good", "time", ui.Words.Coarse(s.pane.state.sign.made.ExpiresAt.Sub(s.time))))
		s.until("the other ticket", func() bool { return s.pane.state.sign.made.ExpiresAt.Equal(noon.Add(3 * time.Hour)) })

		// The address as a browser writes it, at a press.
		s.press(ui.T("sign.browser"))
		s.untilCalled("sign office/sandbox {URL:http://mp.weixin.qq.com/ Ticket:corp Nonce: Timestamp:0 Reveal:false Copy:false Renew:false Person:true Agent:}")
		s.until("the signature", func() bool { return s.pane.state.sign.made != nil })

		// Another ticket, or another address, is another signature.
		s.pane.detail.sign.which.Pick(1)
		if s.pane.state.sign.made != nil || s.pane.state.sign.ticket != "agent" || s.says("wx.config({") {
			t.Error("what was signed with the corp's ticket stands under the application's")
		}
		s.signs(office(), "https://oa.example.com/")
		s.untilCalled("sign office/sandbox {URL:https://oa.example.com/ Ticket:agent Nonce: Timestamp:0 Reveal:false Copy:false Renew:false Person:true Agent:}")
		s.pane.detail.sign.field.SetText("https://oa.example.com/b")
		if s.pane.state.sign.made != nil {
			t.Error("a signature stands under another address")
		}
	}
}

// What cannot be signed says why, with the remedy.
func TestSignPanelRefused(t *testing.T) {
	s := newStage(t, office()).in("en", 1100).open()
	for _, e := range []*core.Error{
		{Class: core.Invalid, Remedy: core.RemedyInput, Message: "url", Err: core.Problems{{Field: "url", Key: "sign_url_bad"}}},
		{Class: core.Misuse, Remedy: core.RemedyNoTicket, Kind: kinds.WeCom, Message: "no ticket"},
		{Class: core.Quota, Remedy: core.RemedyQuotaTicket, Kind: kinds.WeChat, Message: "quota", Code: 45009},
	} {
		s.agent.change(func(f *fakeAgent) { f.noSign = e })
		s.signs(office(), "https://x.example/"+e.Remedy)
		if says := refusal(s.ui, e, "office/sandbox"); says == "" || !s.says(strings.Split(says, "\n")[0]) {
			t.Errorf("%s is not said: %q", e.Remedy, says)
		}
		if s.pane.state.sign.made != nil || s.says("wx.config({") {
			t.Errorf("%s: something is signed", e.Remedy)
		}
	}
}

// Accounts without pages have no such panel, and what was typed for one account does
// not stand under another.
func TestSignPanelOfOthers(t *testing.T) {
	mini := sample("mini", core.Sandbox, noon, time.Hour, 2*time.Hour)
	mini.Product = kinds.ProductMini
	shop := sample("shop", core.Sandbox, noon, time.Hour, 2*time.Hour)
	shop.Product = kinds.ProductOfficial
	s := newStage(t, office(), mini, shop).in("en", 1100).open()
	s.signs(office(), "http://mp.weixin.qq.com")
	s.pane.revealSigned()
	s.until("the ticket", func() bool { return s.says(pageTicket) })
	s.listing.selectAccount(mini.ID)
	if s.pane.detail.sign.root.Visible() || s.says(pageTicket) {
		t.Error("a Mini Program has pages")
	}
	s.listing.selectAccount(shop.ID)
	if !s.pane.detail.sign.root.Visible() || s.pane.detail.sign.which.Visible() || s.pane.detail.sign.field.Text != "" {
		t.Error("an Official Account has one ticket, and an address of its own")
	}
	s.mustNotSay(pageTicket, "wx.config({")
}

// A change of the language loses nothing, and an answer that comes late is not shown
// under another account.
func TestSignPanelOverChanges(t *testing.T) {
	shop := sample("shop", core.Sandbox, noon, time.Hour, 2*time.Hour)
	s := newStage(t, office(), shop).in("en", 1100).open()
	s.signs(office(), "http://mp.weixin.qq.com")
	s.pane.draw()
	s.pane.fillDetail()
	if s.pane.detail.sign.field.Text != "http://mp.weixin.qq.com" || s.pane.detail.sign.script.Content() == "" {
		t.Error("the panel is drawn anew and empty")
	}
	s.pane.detail.sign.field.SetText("https://oa.example.com/")
	s.pane.signPage()
	s.listing.selectAccount(shop.ID)
	s.untilCalled("sign office/sandbox {URL:https://oa.example.com/ Ticket:corp Nonce: Timestamp:0 Reveal:false Copy:false Renew:false Person:true Agent:}")
	s.listing.selectAccount(shop.ID)
	if s.pane.state.sign.made != nil || s.pane.state.sign.busy {
		t.Error("the answer for another account is shown")
	}
}
