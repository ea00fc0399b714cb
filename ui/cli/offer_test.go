package cli

import (
	"cmp"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// offering is a run with a test account to which legacy tokens are offered.
func offering(answers ...string) *run {
	r := withToken(newRun())
	e := &api.Error{Class: core.Misuse, Remedy: core.RemedyKind, Kind: kinds.WeChat, UpstreamCode: 48001, RID: "62416571-5cbc3445-3e6cab76", Message: "not granted"}
	acc := &r.agent.list.Accounts[0]
	acc.Product, acc.Error, acc.State, acc.Offer = kinds.ProductTest, e, core.StateBlocked, kinds.WeChatLegacy
	r.agent.refuse = e.Core()
	if len(answers) > 0 {
		r.term.tty, r.term.answers = true, answers
	}
	return r
}

const (
	changeLine  = "tokentray edit shop/sandbox --kind wechat-legacy"
	declineLine = "tokentray edit shop/sandbox --declined wechat-legacy"
)

// Without a person the output names the commands, and nothing is changed.
func TestOfferNamesItsCommands(t *testing.T) {
	for lang, words := range map[string]string{"en": "Each fetch makes a new token", "zh": "每次获取都会生成新的 token"} {
		for _, args := range [][]string{{"refresh", "shop"}, {"get", "shop"}, {"refresh", "shop", "--json"}} {
			r := offering()
			r.env["TOKENTRAY_LANG"] = lang
			_, errOut := r.try(t, exitRefused, args...)
			if len(args) == 2 {
				for _, want := range []string{changeLine, declineLine, words, "tab=errorDiag"} {
					if !strings.Contains(errOut, want) {
						t.Errorf("%s %v: %q is missing in\n%s", lang, args, want, errOut)
					}
				}
			}
			if r.agent.edited.Kind != nil || r.agent.edited.Declined != nil {
				t.Errorf("%v: the account was changed: %+v", args, r.agent.edited)
			}
		}
		r := offering()
		r.env["TOKENTRAY_LANG"] = lang
		if out, _ := r.try(t, 0, "show", "shop"); !strings.Contains(out, changeLine) {
			t.Errorf("show does not name the command:\n%s", out)
		}
	}
	r := offering("y") // get may stand in a script, where nobody is to be asked
	if _, errOut := r.try(t, exitRefused, "get", "shop"); r.agent.edited.Kind != nil || !strings.Contains(errOut, changeLine) {
		t.Errorf("get asked: %s", errOut)
	}
}

// At a terminal yes changes the kind, no is remembered, and an empty answer is
// none.
func TestOfferAsks(t *testing.T) {
	r := offering("y")
	r.agent.saved.Account = r.agent.list.Accounts[0]
	r.agent.saved.Account.Kind, r.agent.saved.Account.Error, r.agent.saved.Account.Offer = kinds.WeChatLegacy, nil, ""
	_, errOut := r.try(t, 0, "refresh", "shop")
	if k := r.agent.edited.Kind; k == nil || *k != kinds.WeChatLegacy || r.agent.edited.Declined != nil || r.agent.edited.Apart {
		t.Errorf("after yes: %+v", r.agent.edited)
	}
	if !strings.Contains(errOut, "Changed shop/sandbox to wechat-legacy.") || strings.Count(errOut, "does not give this account") != 1 {
		t.Errorf("stderr:\n%s", errOut)
	}

	r = offering("n")
	_, errOut = r.try(t, exitRefused, "refresh", "shop")
	if d := r.agent.edited.Declined; d == nil || *d != kinds.WeChatLegacy || r.agent.edited.Kind != nil {
		t.Errorf("after no: %+v", r.agent.edited)
	}
	if !strings.Contains(errOut, "is not offered again") {
		t.Errorf("stderr:\n%s", errOut)
	}

	r = offering("")
	if r.try(t, exitRefused, "refresh", "shop"); r.agent.edited.Kind != nil || r.agent.edited.Declined != nil {
		t.Errorf("an empty answer: %+v", r.agent.edited)
	}

	r = offering(appSecret, "n")
	r.agent.refuse = nil
	r.agent.saved.Account = r.agent.list.Accounts[0]
	r.try(t, 0, "add", "shop", "--env", "sandbox", "--kind", "wechat", "--product", "test", "--appid", "wx0123456789abcdef")
	if d := r.agent.edited.Declined; d == nil || *d != kinds.WeChatLegacy {
		t.Errorf("add: %+v", r.agent.edited)
	}
}

// A yes to the kind is none to another account that shares the token: that is asked
// about in the words of an edit. Two accounts of a kind that kills tokens are refused.
func TestAnOfferAsksBeforeATokenIsShared(t *testing.T) {
	for _, c := range []struct {
		kind    core.Kind
		answers []string
		code    int
		apart   bool
		says    []string
	}{
		{kinds.WeChat, []string{"y", "y"}, 0, true, []string{"AppID: Another account has this AppID.", "Change shop/sandbox anyway?", "Changed shop/sandbox to wechat."}},
		{kinds.WeChat, []string{"y", "n"}, exitRefused, false, []string{"Nothing was done."}},
		{kinds.WeChatLegacy, []string{"y", "y"}, exitUsage, false, []string{"Another account has this AppID."}},
	} {
		r := offering(c.answers...)
		acc := &r.agent.list.Accounts[0]
		acc.Offer, r.agent.twice = c.kind, true
		r.agent.saved.Account = *acc
		r.agent.saved.Account.Error, r.agent.saved.Account.Offer = nil, ""
		_, errOut := r.try(t, c.code, "refresh", "shop")
		if r.agent.edited.Apart != c.apart {
			t.Errorf("%s %q: consent %v", c.kind, c.answers, r.agent.edited.Apart)
		}
		for _, want := range c.says {
			if !strings.Contains(errOut, want) {
				t.Errorf("%s %q: %q is missing in\n%s", c.kind, c.answers, want, errOut)
			}
		}
	}
}

// What was declined can be offered again.
func TestDeclinedByFlag(t *testing.T) {
	r := withToken(newRun())
	r.try(t, 0, "edit", "shop", "--declined", "wechat-legacy")
	if d := r.agent.edited.Declined; d == nil || *d != kinds.WeChatLegacy {
		t.Errorf("%+v", r.agent.edited)
	}
	r.try(t, 0, "edit", "shop", "--declined", "")
	if d := r.agent.edited.Declined; d == nil || *d != "" {
		t.Errorf("%+v", r.agent.edited)
	}
}

// A refusal says where the account's product shows what is wrong.
func TestRefusalNamesThePlace(t *testing.T) {
	for name, c := range map[string]struct {
		product core.Product // of wechat, or of wecom where the error is its
		base    string
		err     api.Error
		want    string
		not     string
	}{
		"official, whitelist": {kinds.ProductOfficial, "", api.Error{Class: core.Whitelist, Remedy: core.RemedyWhitelist}, "开发密钥 > API IP 白名单. It takes addresses and ranges such as 203.0.113.0/24, and no * here.", "203.0.113.*"},
		"mini, whitelist":     {kinds.ProductMini, "", api.Error{Class: core.Whitelist, Remedy: core.RemedyWhitelist}, "203.0.113.*", "no * here"},
		"official, secret":    {kinds.ProductOfficial, "", api.Error{Class: core.BadSecret, Remedy: core.RemedySecret}, "我的业务 > 公众号 or 服务号 > 基础信息 > 开发密钥", "IP"},
		"official, frozen":    {kinds.ProductOfficial, "", api.Error{Class: core.Frozen, Remedy: core.RemedyFrozenSecret}, "> 开发密钥", "IP"},
		"unknown code":        {kinds.ProductMini, "", api.Error{Class: core.Temporary, Remedy: core.RemedyUnknownCode, UpstreamCode: 99999}, "developers/errCode/", "errorDiag"},
		"through a proxy":     {kinds.ProductOfficial, "https://wx.proxy.example", api.Error{Class: core.Whitelist, Remedy: core.RemedyWhitelist, UpstreamCode: 40164, CallerIP: "203.0.113.7"}, "and no * here", "203.0.113.*"},
		"wecom, own":          {kinds.ProductCorpOwn, "", api.Error{Kind: kinds.WeCom, Class: core.Whitelist, Remedy: core.RemedyWhitelist, UpstreamCode: 60020, CallerIP: "203.0.113.7"}, "In work.weixin.qq.com: 应用管理 > the application > 开发者接口 > 企业可信IP.", "service provider"},
		"wecom, managed":      {kinds.ProductCorpManaged, "", api.Error{Kind: kinds.WeCom, Class: core.Whitelist, Remedy: core.RemedyWhitelist, UpstreamCode: 60020, CallerIP: "203.0.113.7"}, "In the service provider's console: 代开发应用 > the application > 企业可信IP.", "开发者接口"},
		"of a simulator, IP":  {kinds.ProductOfficial, "http://127.0.0.1:1", api.Error{Class: core.Whitelist, Remedy: core.RemedyWhitelist, UpstreamCode: 40164, CallerIP: "203.0.113.7"}, "Add ", "开发密钥"},
		"of a simulator":      {kinds.ProductOfficial, "http://127.0.0.1:1", api.Error{Class: core.Whitelist, Remedy: core.RemedyWhitelist, RID: "62416571-5cbc3445-3e6cab76", UpstreamCode: 99999}, "Add ", "开发密钥"},
	} {
		r := withToken(newRun())
		acc := &r.agent.list.Accounts[0]
		c.err.Kind, c.err.Message = cmp.Or(c.err.Kind, kinds.WeChat), "refused"
		acc.Kind, acc.Product, acc.BaseURL, acc.Error, acc.State = c.err.Kind, c.product, c.base, &c.err, core.StateBlocked
		r.agent.refuse = c.err.Core()
		code, _, errOut := r.do(t.Context(), "refresh", "shop")
		out, _ := r.try(t, 0, "show", "shop")
		for _, said := range []string{errOut, out} {
			if code == 0 || !strings.Contains(said, c.want) || strings.Contains(said, c.not) {
				t.Errorf("%s: code %d\n%s", name, code, said)
			}
		}
	}
}
