package cli

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/text"
)

// The ticket of the official pages, and what is signed with it.
const (
	pageTicket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
	signedText = "jsapi_ticket=" + pageTicket + "&noncestr=Wm3WZYTPz0wzccnW&timestamp=1414587457&url=http://mp.weixin.qq.com"
)

func signing(t *testing.T) *run {
	t.Helper()
	r := withToken(newRun())
	r.agent.signature = api.Signature{
		Account: "shop", Env: core.Sandbox, Ticket: "jsapi", URL: "http://mp.weixin.qq.com", Browser: "http://mp.weixin.qq.com/",
		Hints: []api.SignHint{{Key: "slash", Detail: "mp.weixin.qq.com/", Message: "a slash"}, {Key: "of a newer agent", Message: "something new\x1b[2J"}},
		Nonce: "Wm3WZYTPz0wzccnW", Timestamp: 1414587457, Signature: "f4d90daf4b3bca3078ab155816175ba34c443a7b",
		Signed: strings.Replace(signedText, pageTicket, core.Mask(pageTicket), 1),
		Call:   "wx.config", Script: "wx.config({\n  debug: false\n});\n", Config: map[string]any{"debug": false},
		Checker:   "https://mp.weixin.qq.com/debug/cgi-bin/sandbox?t=jsapisign",
		ExpiresAt: start().Add(time.Hour),
	}
	return r
}

func TestSign(t *testing.T) {
	r := signing(t)
	out, errOut := r.try(t, 0, "sign", "shop", "--url", "http://mp.weixin.qq.com#x", "--nonce", "n", "--timestamp", "7", "--renew")
	if out != "wx.config({\n  debug: false\n});\n" {
		t.Errorf("stdout %q", out)
	}
	want := api.SignRequest{URL: "http://mp.weixin.qq.com#x", Nonce: "n", Timestamp: 7, Renew: true, Person: true}
	if r.agent.signed != want {
		t.Errorf("asked for %+v", r.agent.signed)
	}
	for _, part := range []string{"for shop/sandbox", "1 h", "slash after the host", "something new[2J", "http://mp.weixin.qq.com/. If", "jsapi_ticket=sM4AO••••", "t=jsapisign"} {
		if !strings.Contains(errOut, part) {
			t.Errorf("stderr lacks %q: %s", part, errOut)
		}
	}
	for _, flag := range []string{"corp", "agent", "jsapi"} {
		r.try(t, 0, "sign", "shop", "--url", "https://x/", "--"+flag)
		if r.agent.signed.Ticket != flag {
			t.Errorf("--%s asks for %+v", flag, r.agent.signed)
		}
	}
	r.env["TOKENTRAY_LANG"] = "zh"
	if _, errOut = r.try(t, 0, "sign", "shop", "--url", "https://x/"); !strings.Contains(errOut, "主机名后加上斜杠") || !strings.Contains(errOut, "签名字符串") {
		t.Errorf("in Chinese: %s", errOut)
	}
}

func TestSignOfAnAddressThatCannotBe(t *testing.T) {
	r := signing(t)
	r.agent.err = &core.Error{Class: core.Invalid, Message: "url", Err: core.Problems{{Field: "url", Key: "sign_url_encoded", Says: "is encoded"}}}
	if out, errOut := r.try(t, exitUsage, "sign", "shop", "--url", "https%3A%2F%2Fx"); out != "" || !strings.Contains(errOut, "tokentray: The address is encoded as a whole") {
		t.Errorf("%q %q", out, errOut)
	}
	if _, errOut := r.try(t, exitUsage, "sign", "shop", "--url", "https%3A%2F%2Fx", "--json"); !strings.Contains(errOut, `"key":"sign_url_encoded"`) {
		t.Errorf("as JSON: %q", errOut)
	}
}

func TestSignJSON(t *testing.T) {
	r := signing(t)
	out, errOut := r.try(t, 0, "sign", "shop", "--url", "https://x/", "--json")
	var got api.Signature
	if err := json.Unmarshal([]byte(out), &got); err != nil || got.Signature != r.agent.signature.Signature || got.Config["debug"] != false || errOut != "" {
		t.Errorf("%q %q %v", out, errOut, err)
	}
}

// The string with the ticket in it is printed when a person agreed, on standard
// output alone.
func TestSignReveals(t *testing.T) {
	for answer, code := range map[string]int{"y": 0, "n": 1} {
		r := signing(t)
		r.term.tty, r.term.answers = true, []string{answer}
		r.agent.signature.Text = signedText
		out, errOut := r.try(t, code, "sign", "shop", "--url", "http://mp.weixin.qq.com", "--reveal")
		if (code == 0) != (out == signedText+"\n") || strings.Contains(errOut, pageTicket) || !strings.Contains(errOut, "shop/sandbox? It is as secret") {
			t.Errorf("%q: %q %q", answer, out, errOut)
		}
		if r.agent.signed.Reveal != (code == 0) {
			t.Errorf("%q: asked for %+v", answer, r.agent.signed)
		}
	}
}

// Whoever lists accounts sees how long their tickets live.
func TestTicketsAreCountedDown(t *testing.T) {
	for lang, spoken := range map[string]text.Lang{"en": text.English, "zh": text.Chinese} {
		r := withToken(newRun())
		r.env["TOKENTRAY_LANG"] = lang
		r.agent.list.Accounts[0].Tickets = []api.Ticket{{Name: "jsapi", ExpiresAt: start().Add(90 * time.Minute)}}
		words := text.New(spoken)
		for _, args := range [][]string{{"show", "shop"}, {"list"}} {
			out, _ := r.try(t, exitOK, args...)
			left := text.Clock(90 * time.Minute)
			if args[0] == "show" {
				left = words.Coarse(90 * time.Minute)
			}
			if !strings.Contains(out, words.Ticket(kinds.WeChat, "jsapi")) || !strings.Contains(out, left) {
				t.Errorf("%s: %v prints\n%s", lang, args, out)
			}
		}
		if out, _ := r.try(t, exitOK, "show", "shop", "--json"); !strings.Contains(out, `"tickets"`) || !strings.Contains(out, `"jsapi"`) {
			t.Errorf("in JSON:\n%s", out)
		}
	}
}
