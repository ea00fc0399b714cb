package window

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// answers has the agent answer every call.
func (s *stage) answers(body string, result api.CallResult) {
	s.agent.change(func(f *fakeAgent) { f.answer, f.answerBody = result, body })
}

// TestTryACall: a reading call is sent at once, and its answer shown and copied.
func TestTryACall(t *testing.T) {
	for lang, says := range map[string][]string{
		"en": {"Try a call", "only reads", "HTTP 200", "errcode 0"},
		"zh": {"试调用接口", "只读取", "HTTP 200", "errcode 0"},
	} {
		s := newStage(t, shops()...).in(lang, 460).open()
		s.answers(`{"ip_list":["203.0.113.1","203.0.113.2"],"n":1.50}`, api.CallResult{Status: 200})
		s.key(fyne.KeyDown)
		s.ctrl(fyne.KeyJ)
		if s.win.Canvas().Focused() != fyne.Focusable(s.pane.detail.try.picker) {
			t.Errorf("%s: the keyboard is on %T", lang, s.win.Canvas().Focused())
		}
		s.press(s.ui.T("try.send"))
		s.untilSays(says...)
		s.mustSay(`"203.0.113.2"`, `"n": 1.50`)
		s.untilCalled("call shop/sandbox GET /cgi-bin/get_api_domain_ip live=false dry=false")
		s.press(s.ui.T("try.copy"))
		s.until("the copy", func() bool { return strings.Contains(s.agent.copied(), "\n    \"203.0.113.1\",\n") })
		s.mustNotSay(s.agent.secret)
	}
}

// TestACallThatWritesIsAskedAbout: once, and at a live account twice; nothing is sent
// before.
func TestACallThatWritesIsAskedAbout(t *testing.T) {
	sent := func(s *stage) (n int) {
		for _, call := range s.agent.log() {
			if strings.HasPrefix(call, "call ") && strings.Contains(call, "dry=false") {
				n++
			}
		}
		return n
	}
	for _, env := range core.Envs() {
		s := newStage(t, shops()...).open()
		s.answers(`{"errcode":0,"errmsg":"ok"}`, api.CallResult{Status: 200})
		s.listing.switchView(viewAll)
		s.pane.openTry(core.ID("shop-" + string(env)))
		s.pane.detail.try.choose("custom_send")
		s.mustSay("may change something", "openid")
		s.press("Send")
		s.untilSays("Fill in openid.")
		s.pane.state.try.values["openid"] = `o"1`
		s.press("Send")
		s.untilSays("Send POST /cgi-bin/message/custom/send?", "This call may change something at shop/"+string(env))
		s.press("Cancel")
		if sent(s) != 0 || s.pane.state.try.busy {
			t.Fatalf("%s: it was sent without a yes", env)
		}
		s.press("Send")
		s.untilSays("This call may change something")
		s.press("Send")
		if env == core.Live {
			s.mustSay("Change production?")
			if sent(s) != 0 {
				t.Fatal("it was sent after one yes")
			}
			s.press("Send to live")
		}
		s.untilSays("HTTP 200")
		got := ""
		for _, call := range s.agent.log() {
			if strings.Contains(call, "dry=false") {
				got = call
			}
		}
		if want := "live=" + map[core.Env]string{core.Sandbox: "false", core.Live: "true"}[env]; !strings.Contains(got, want) || !strings.Contains(got, `"touser": "o\"1"`) {
			t.Errorf("%s: sent %s", env, got)
		}
	}
}

// TestAnAnswerIsExplained: what its code means and what to do, with the page about it.
func TestAnAnswerIsExplained(t *testing.T) {
	s := newStage(t, shops()...).open()
	opened := s.opens()
	s.answers(`{"errcode":40164,"errmsg":"invalid ip"}`, api.CallResult{Status: 200, Code: 40164, Renewed: true, Error: &api.Error{
		Class: core.Whitelist, Remedy: core.RemedyWhitelist, Kind: kinds.WeChat, UpstreamCode: 40164, CallerIP: "203.0.113.9", RID: "62a1b2c3-0123abcd-89ab0123",
	}})
	s.pane.openTry("shop-sandbox")
	s.press("Send")
	s.untilSays("errcode 40164", "203.0.113.9", "Add it in the console", "The token was dead; the call was made again with a new one.")
	s.press("Look the rid up: developers.weixin.qq.com")
	if len(*opened) != 1 {
		t.Errorf("opened %q", *opened)
	}

	s.agent.fails("call ", &core.Error{Class: core.Misuse, Remedy: core.RemedyCallClosed, Message: "closed"})
	s.press("Send")
	s.until("the refusal", func() bool { return s.pane.state.try.failed != nil })
	if s.pane.state.try.answer != nil || s.pane.state.try.busy {
		t.Error("a call without an answer has one")
	}
}

// TestOwnCalls: any path can be called, and what cannot be sent is said before.
func TestOwnCalls(t *testing.T) {
	s := newStage(t, shops()...).open()
	s.answers("", api.CallResult{Status: 204})
	s.listing.switchView(viewAll)
	s.pane.openTry("shop-sandbox")
	b := s.pane.detail.try
	b.choose(ownCall)
	s.press("Send")
	s.untilSays("Enter the path of the call; it begins with a slash.")
	b.target.SetText("/cgi-bin/tags/create")
	s.pane.state.try.method = http.MethodPost
	b.changed()
	b.body.SetText(`{"tag":`)
	s.press("Send")
	s.untilSays("The body is not valid JSON.")
	b.body.SetText(`{"tag":{"name":"x"}}`)
	s.press("Send")
	s.untilSays("This call may change something")
	s.press("Send")
	s.untilSays("HTTP 204", "The answer is empty.")
	s.untilCalled(`call shop/sandbox POST /cgi-bin/tags/create live=false dry=false {"tag":{"name":"x"}}`)

	// Another account has its own call.
	s.pane.openDetail("shop-live")
	if s.pane.state.try.answer != nil || s.pane.state.try.sample == ownCall {
		t.Error("the call of another account is shown")
	}
}

// TestAnswersAreBounded: long ones are cut for the screen, a picture is saved.
func TestAnswersAreBounded(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	s := newStage(t, shops()...).open()
	s.pane.openTry("shop-sandbox")
	s.answers("["+strings.TrimSuffix(strings.Repeat("1,", 5000), ",")+"]", api.CallResult{Status: 200})
	s.press("Send")
	s.untilSays("more lines; Copy takes all.")
	if n := strings.Count(s.pane.detail.try.text.Content(), "\n"); n > shownLines {
		t.Errorf("%d lines are drawn", n)
	}
	s.answers(strings.Repeat("x", maxAnswer+10), api.CallResult{Status: 200})
	s.press("Send")
	s.untilSays("The answer is longer than 1 MB")
	if got := len(s.pane.state.try.answer.text); got > maxAnswer || len(s.pane.detail.try.text.Content()) > 3*shownBytes {
		t.Errorf("%d bytes are kept", got)
	}
	s.answers("\x89PNG\x00\x01", api.CallResult{Status: 200, Header: http.Header{"Content-Type": {"image/png; x=1"}}})
	s.press("Send")
	s.untilSays("The answer is not text: image/png, 6 bytes.")
	s.press("Save the answer")
	s.untilSays("The answer is saved to ~/tokentray-shop.png.")
	for _, cut := range []struct {
		raw  string
		cut  bool
		text string
		ok   bool
	}{
		{"中\xe6\x96", true, "中", true},
		{"中\xe6\x96", false, "", false},
		{"a\xff\xff\xff\xff", true, "", false}, // no character is as long
		{"a\x00", false, "", false},
		{"\xef\xbb\xbf{\"a\":1}", false, "{\n  \"a\": 1\n}", true},
		{"a\u202eb\x1b", false, "ab", true},
		{"", false, "", true},
	} {
		if text, ok := textOf([]byte(cut.raw), cut.cut); text != cut.text || ok != cut.ok {
			t.Errorf("%q: %q, %v", cut.raw, text, ok)
		}
	}
}

// Every sample call of every kind can be chosen, and what the account has is filled in.
func TestEverySampleCallIsOffered(t *testing.T) {
	s := newStage(t, sample("shop", core.Sandbox, noon, time.Hour, 2*time.Hour))
	s.open()
	for _, spec := range s.kinds.All() {
		products := []core.Product{""}
		for _, p := range spec.Products {
			products = append(products, p.Product)
		}
		for _, p := range products {
			a := api.Account{Account: core.Account{ID: "x", Name: "x", Kind: spec.Kind, Product: p, AppID: "anAppID"}}
			for _, choice := range tryChoices(s.ui, samplesOf(spec, p)) {
				var call tryState
				call.choose(spec, a, choice.Value)
				if choice.Label == "" || choice.Value != ownCall && !strings.HasPrefix(call.target, "/") {
					t.Errorf("%s: %q leads to %q", spec.Kind, choice.Label, call.target)
				}
				for name := range call.values {
					call.values[name] = "1"
				}
				for _, name := range call.variables() {
					call.values[name] = "1"
				}
				if _, _, _, wrong := call.filled(s.ui); wrong != "" && choice.Value != ownCall {
					t.Errorf("%s, %s: %s", spec.Kind, choice.Value, wrong)
				}
			}
		}
	}
}
