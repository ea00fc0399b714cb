package window

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
)

// TestPasteOnTheList: Ctrl+V explains a failed answer and shows nothing else of it; an
// AppSecret begins an account; of anything else it is said that nothing is in it.
func TestPasteOnTheList(t *testing.T) {
	s := newStage(t, well("shop")).open()
	opened := s.opens()
	s.keys.listing.focusList()
	paste := func(text string) {
		s.app.Clipboard().SetContent(text)
		s.keys.typedShortcut(&fyne.ShortcutPaste{Clipboard: s.app.Clipboard()})
	}

	paste(`{"errcode":40164,"errmsg":"invalid ip 203.0.113.9","access_token":"83_aTokenThatNobodyMaySee"}`)
	s.untilSays("What this answer means")
	s.mustSay("203.0.113.9 is not on the account's IP whitelist.", "errcode 40164")
	if got := strings.Join(s.words(), " "); strings.Contains(got, "83_aToken") {
		t.Errorf("the pasted token is on the screen: %s", got)
	}
	s.press("To have the rid explained, paste it at developers.weixin.qq.com")
	if len(*opened) != 1 || !strings.HasPrefix((*opened)[0], "https://developers.weixin.qq.com/console/devtools/debug") {
		t.Errorf("opened %q", *opened)
	}
	s.key(fyne.KeyEscape)

	paste("it does not work")
	s.untilSays("No code of a failed answer was found in this.")

	paste("APPID=wx0123456789abcdef\nAPPSECRET=0123456789abcdef0123456789abcdef\n")
	s.until("the form", func() bool { return s.accounts.form != nil })
}
