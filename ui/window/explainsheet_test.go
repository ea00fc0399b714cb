package window

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/core/preset"
)

// TestPasteOnTheList: Ctrl+V explains a failed answer and shows nothing else of it; an
// AppSecret begins an account; of anything else it is said that nothing is in it.
func TestPasteOnTheList(t *testing.T) {
	s := newStage(t, healthy("shop")).open()
	opened := s.opens()
	s.keys.listing.focusList()
	paste := func(text string) {
		s.app.Clipboard().SetContent(text)
		s.keys.typedShortcut(&fyne.ShortcutPaste{Clipboard: s.app.Clipboard()})
	}

	paste(`{"errcode":40164,"errmsg":"invalid ip 203.0.113.9","access_token":"83_aTokenThatNobodyMaySee"}`)
	s.untilSays("What this answer means")
	s.mustSay("203.0.113.9 is not on the account's IP whitelist.", "errcode", "40164")
	s.press("Copy: errcode")
	s.until("the copy", func() bool { return s.agent.copied() == "40164" })
	if got := strings.Join(s.words(), " "); strings.Contains(got, "83_aToken") {
		t.Errorf("the pasted token is on the screen: %s", got)
	}
	s.press("Look the rid up: developers.weixin.qq.com")
	if len(*opened) != 1 || !strings.HasPrefix((*opened)[0], "https://developers.weixin.qq.com/console/devtools/debug") {
		t.Errorf("opened %q", *opened)
	}
	s.key(fyne.KeyEscape)

	paste("it does not work")
	s.untilSays("No code of a failed answer was found in this.")

	paste("APPID=wx0123456789abcdef\nAPPSECRET=0123456789abcdef0123456789abcdef\n")
	s.until("the form", func() bool { return s.accounts.form != nil })
	s.pages.dropPage()

	// Several accounts are planned, and shown before anything is saved.
	const several = "SHOP_APPID=wx0123456789abcdef\nSHOP_APPSECRET=0123456789abcdef0123456789abcdef\nMALL_APPID=wx1123456789abcdef\n"
	s.agent.change(func(f *fakeAgent) { f.plans = []api.ImportPlan{somePlan(), somePlan()} })
	paste(several)
	s.until("the plan", func() bool { return s.transfers.page != nil && s.transfers.page.planned })
	s.mustSay("Pasted text", "mall/sandbox")
	s.mustNotSay("0123456789abcdef0123456789abcdef")
	if got := read(s.agent, &s.agent.imports); string(got[len(got)-1].File.Data) != several {
		t.Errorf("planned is %q", got[len(got)-1].File.Data)
	}
}

// TestTheWindowSaysEveryCode: what the window says of each code that a kind's spec lists
// are the sentences that the command line and AI agents have too. Where a remedy names a
// command, the window has its own in the same place, which names none.
func TestTheWindowSaysEveryCode(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		s := newStage(t, healthy("shop")).in(lang, 460).open()
		shown := 0
		for _, spec := range preset.With(kinds.Builtin()).All() {
			for _, code := range spec.Codes {
				e := &api.Error{Class: core.Misuse, Remedy: core.RemedyUnknownCode, Kind: spec.Kind, UpstreamCode: code}
				cause, remedy := s.ui.Words.Cause(e, ""), s.ui.Words.Remedy(e, "")
				openExplanation(s.shell, api.Explanation{Meanings: []*api.Error{e}}, func(string, string) {})
				said := unbroken(strings.Join(s.words(), ""))
				if !s.ui.Words.SaysCode(e) || !strings.Contains(said, unbroken(cause)) || !strings.Contains(said, unbroken(remedy)) {
					t.Errorf("%s %d: the window says %q, and neither %q nor %q", spec.Kind, code, s.words(), cause, remedy)
				}
				s.closeSheet()
				shown++
			}
		}
		if shown < 2*26+13 {
			t.Errorf("only %d codes were shown", shown)
		}
		for _, e := range refusals() {
			own, table := remedyText(s.ui, &e, "shop/live"), s.ui.Words.Remedy(&e, "shop/live")
			if own != table && !s.ui.Words.HasOf("window.remedy", e.Kind, e.Remedy) || own == table && strings.Contains(own, "tokentray ") {
				t.Errorf("%s: the window says %q, the command line %q", e.Remedy, own, table)
			}
		}
	}
}

// unbroken is a text without blanks, as it was before its lines were broken.
func unbroken(s string) string { return strings.Join(strings.Fields(s), "") }
