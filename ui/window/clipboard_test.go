package window

import (
	"context"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
)

func copied(name string, env core.Env, clears time.Duration) api.Clipboard {
	return api.Clipboard{Account: name, Env: env, Format: core.FormatRaw, ExpiresAt: noon.Add(time.Hour), ClearsAt: noon.Add(clears)}
}

// What the tray or the command line copied is said here too, also to a window
// that is opened afterwards.
func TestClipboardIsSaidWhoeverCopied(t *testing.T) {
	s := newStage(t, duo()...)
	s.agent.list.Clipboard = copied("shop", core.Live, 30*time.Second)
	s.open()
	s.untilSays("shop/live copied", "clears in 30 s", "Clear now")
	if s.snackbar.tag.Hidden {
		t.Error("the message does not say LIVE")
	}
	next := copied("solo", core.Sandbox, 45*time.Second)
	s.agent.send(api.Event{Type: api.EventClipboard, Clipboard: &next})
	s.untilSays("solo/sandbox copied", "clears in 45 s")
	if !s.snackbar.tag.Hidden {
		t.Error("the message says LIVE")
	}
}

// A message about something else stands before it for its time; one that a
// person closed stays away until something else is copied.
func TestClipboardIsSaidAgain(t *testing.T) {
	s := newStage(t, duo()...).open()
	s.clipboard.copyDefault("shop-sandbox")
	s.untilSays("shop/sandbox copied")
	s.renewals.renew("solo-sandbox")
	s.untilSays("solo/sandbox: a new token")
	s.mustNotSay("copied")
	s.time = noon.Add(infoTime + time.Second)
	s.tick()
	s.mustSay("shop/sandbox copied", "clears in 40 s")
	s.key(fyne.KeyEscape)
	s.mustNotSay("shop/sandbox copied")
	s.showInfo("something")
	s.time = noon.Add(30 * time.Second)
	s.tick()
	s.mustNotSay("something", "shop/sandbox copied")

	// A failure is read first.
	s.showError(failure(core.Temporary, core.RemedyNetwork), api.Ref{Name: "solo", Env: core.Sandbox})
	next := copied("shop", core.Live, 60*time.Second)
	s.agent.send(api.Event{Type: api.EventClipboard, Clipboard: &next})
	s.until("the event", func() bool { return s.model.Clipboard == next })
	s.mustNotSay("shop/live copied")
	s.time = noon.Add(30*time.Second + errorTime)
	s.tick()
	s.mustSay("shop/live copied", "clears in 21 s")
	s.time = noon.Add(60 * time.Second)
	s.tick()
	s.mustNotSay("shop/live copied")
}

// Where the clipboard follows renewals, the message says so, and says when it
// has followed.
func TestClipboardFollows(t *testing.T) {
	s := newStage(t, duo()...)
	s.agent.list.Settings.ClipboardFollow = true
	s.open()
	s.clipboard.copyDefault("shop-live")
	s.untilSays("shop/live copied", "clears in 45 s · follows renewals")
	next := copied("shop", core.Live, 45*time.Second)
	next.Followed, next.ExpiresAt = true, noon.Add(2*time.Hour)
	s.agent.send(api.Event{Type: api.EventClipboard, Clipboard: &next})
	s.untilSays("shop/live was renewed;", "clipboard", "clears in 45 s")
	if s.snackbar.tag.Hidden {
		t.Error("the message no longer says LIVE")
	}
	s.mustNotSay(s.agent.secret)
}

// A token that came after something else was copied is not on the clipboard; it
// is one press away, and what is there is said again afterwards.
func TestATokenThatCameLateIsOffered(t *testing.T) {
	for lang, want := range map[string][2]string{
		"en": {"shop/live is ready. The clipboard keeps", "Copy"},
		"zh": {"shop/live 已就绪。", "复制"},
	} {
		s := newStage(t, duo()...).in(lang, 460).open()
		s.clipboard.copyDefault("solo-sandbox")
		s.until("the copy", func() bool { return s.model.Clipboard.Account == "solo" })
		s.agent.fails("copy ", &core.Error{Class: core.Misuse, Remedy: core.RemedyCopyLate, Message: "late"})
		s.clipboard.copyNow(s.model.Accounts[1], api.CopyRequest{Format: "header"})
		s.untilSays(want[0])
		if s.model.Clipboard.Account != "solo" || s.snackbar.tag.Hidden {
			t.Errorf("the clipboard is said to hold %+v, the tag is hidden: %v", s.model.Clipboard, s.snackbar.tag.Hidden)
		}
		s.agent.fails("copy ", nil)
		s.press(want[1])
		s.until("the copy", func() bool { return s.model.Clipboard.Account == "shop" && s.model.Clipboard.Format == "header" })
		s.mustNotSay(want[0])
		s.press(s.ui.T("snack.clear"))
		s.untilCalled("clear")

		s.agent.fails("copy ", &core.Error{Class: core.Misuse, Remedy: core.RemedyCopyLate, Message: "late"})
		s.clipboard.copyDefault("solo-sandbox")
		s.untilSays(refWords(api.Ref{Name: "solo", Env: core.Sandbox}))
		s.time = noon.Add(lateTime)
		s.tick()
		s.mustNotSay(s.ui.T("snack.late", "account", "solo/sandbox"))
	}
}

// A copy that fails names its account, and says what is still on the clipboard,
// which can be cleared from there.
func TestFailedCopySaysWhatIsStillThere(t *testing.T) {
	s := newStage(t, duo()...).open()
	s.agent.fails("copy ", failure(core.Temporary, core.RemedyAnswer))
	s.clipboard.copyDefault("solo-sandbox")
	s.untilSays("solo/sandbox: Something answered")
	s.mustNotSay("still holds", "Clear now")

	s.agent.fails("copy ", nil)
	s.clipboard.copyDefault("shop-sandbox")
	s.untilSays("shop/sandbox copied")
	s.agent.fails("copy ", failure(core.Temporary, core.RemedyAnswer))
	s.clipboard.copyDefault("solo-sandbox")
	s.untilSays("solo/sandbox: Something answered", "The clipboard still holds the token of shop/sandbox.", "clears in 45 s", "Clear now")
	s.press("Clear now")
	s.untilCalled("clear")
	s.untilSays("The clipboard is cleared.")

	// Its time over, or closed, it gives its place to what is on the clipboard.
	for _, over := range []func(){s.clipboard.dismiss, s.clipboard.messageOver} {
		s.clipboard.copyDefault("solo-sandbox")
		s.untilSays("still holds")
		over()
		s.mustSay("shop/sandbox copied")
	}

	// Cleared meanwhile, it says no more of it, and is read to its end.
	s.clipboard.copyDefault("solo-sandbox")
	s.untilSays("still holds")
	s.agent.send(api.Event{Type: api.EventClipboard, Clipboard: &api.Clipboard{}})
	s.until("the event", func() bool { return !s.model.Clipboard.HasOurs() })
	s.mustSay("solo/sandbox: Something answered")
	s.mustNotSay("still holds", "Clear now", "is cleared")
}

// No message says that the clipboard is cleared when another program took it:
// TokenTray does not clear what that keeps.
func TestAnotherProgramTookTheClipboard(t *testing.T) {
	for lang, words := range map[string]string{"en": "Another program has the clipboard now", "zh": "剪贴板已由其他程序接管"} {
		s := newStage(t, duo()...).in(lang, 460).open()
		s.clipboard.copyDefault("shop-sandbox")
		s.until("the copy", func() bool { return s.model.Clipboard.HasOurs() })
		s.agent.send(api.Event{Type: api.EventClipboard, Clipboard: &api.Clipboard{Replaced: true}})
		s.untilSays(words)
		s.mustNotSay("is cleared", "已清除")
	}
}

// What became of a copy is said as it is, also when it did not stay cleared.
func TestWhatBecameOfACopy(t *testing.T) {
	for name, c := range map[string]struct {
		clip   api.Clipboard
		en, zh string
	}{
		"cleared":          {api.Clipboard{}, "The clipboard is cleared.", "剪贴板已清除"},
		"pasted":           {api.Clipboard{Pasted: true}, "It was pasted once", "已粘贴一次"},
		"silent":           {api.Clipboard{Silent: true}, "does not answer. What was copied may still be there", "没有应答"},
		"returned":         {api.Clipboard{Returned: true, Manager: "CopyQ"}, "CopyQ put back what was copied. TokenTray cleared it again", "CopyQ 将复制的内容放回"},
		"stays":            {api.Clipboard{Stays: true, Manager: "CopyQ"}, "CopyQ put back what was copied once more", "CopyQ 再次将"},
		"stays, by nobody": {api.Clipboard{Stays: true}, "Another program put back", "其他程序再次将"},
	} {
		for lang, words := range map[string]string{"en": c.en, "zh": c.zh} {
			t.Run(name+" "+lang, func(t *testing.T) {
				s := newStage(t, duo()...).in(lang, 460).open()
				s.clipboard.copyDefault("shop-sandbox")
				s.until("the copy", func() bool { return s.model.Clipboard.HasOurs() })
				if c.clip.Returned || c.clip.Stays { // the message about the copy is over by then
					s.agent.send(api.Event{Type: api.EventClipboard, Clipboard: &api.Clipboard{}})
					s.until("the clearing", func() bool { return !s.model.Clipboard.HasOurs() })
					s.clipboard.dismiss()
				}
				s.agent.send(api.Event{Type: api.EventClipboard, Clipboard: &c.clip})
				s.untilSays(words)
			})
		}
	}
}

// silentOwner is a clipboard whose owner hangs: reading it ends with release.
func silentOwner(s *stage) (release func()) {
	hung := make(chan struct{})
	s.cfg.ReadClipboard = func(ctx context.Context) (string, error) {
		select {
		case <-hung:
		case <-ctx.Done():
		}
		return "", &core.Error{Class: core.Temporary, Remedy: core.RemedySilentOwner, Message: "no answer"}
	}
	return sync.OnceFunc(func() { close(hung) })
}

// A program that owns the clipboard and does not answer blocks nothing: neither the
// form's button nor a paste. A message names it.
func TestAProgramThatHoldsTheClipboardAndHangs(t *testing.T) {
	for name, paste := range map[string]func(*stage){
		"from clipboard": func(s *stage) { s.press("From clipboard") },
		"a paste": func(s *stage) {
			s.focus(s.accounts.form.fields["name"].(*kit.Entry))
			s.win.Canvas().Focused().(*kit.Entry).TypedShortcut(&fyne.ShortcutPaste{Clipboard: s.app.Clipboard()})
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t).open()
			release := silentOwner(s)
			s.accounts.openAdd()
			s.typeInto("name", "shop")
			paste(s)
			s.typeInto("appid", "wx0123456789abcdef") // goes on meanwhile
			s.mustNotSay("does not answer")
			release()
			s.untilSays("The program that holds the clipboard does not answer.", "Wait for that program or end it, then copy again.")
			if d := s.accounts.form.draft; d.Name != "shop" || d.AppID != "wx0123456789abcdef" {
				t.Errorf("the form holds %q, %q", d.Name, d.AppID)
			}
		})
	}
}

// What the desktop's clipboard holds arrives after a moment, and goes where it was
// meant for. Where there is no other way, the toolkit reads.
func TestTheClipboardIsReadBesideTheWindow(t *testing.T) {
	s := newStage(t).open()
	s.cfg.ReadClipboard = func(context.Context) (string, error) { return "AppID: wx0123456789abcdef", nil }
	s.accounts.openAdd()
	s.press("From clipboard")
	s.until("the AppID", func() bool { return s.accounts.form.draft.AppID == "wx0123456789abcdef" })
	s.cfg.ReadClipboard = func(context.Context) (string, error) { return "shop", nil }
	name := s.accounts.form.fields["name"].(*kit.Entry)
	name.TypedShortcut(&fyne.ShortcutPaste{Clipboard: s.app.Clipboard()})
	s.until("the paste", func() bool { return s.accounts.form.draft.Name == "shop" })
	s.cfg.ReadClipboard = func(context.Context) (string, error) {
		return "", &core.Error{Class: core.Misuse, Remedy: core.RemedyClipboard, Message: "no X server"}
	}
	s.app.Clipboard().SetContent(" of Ann")
	name.TypedShortcut(&fyne.ShortcutPaste{Clipboard: s.app.Clipboard()})
	s.until("the paste", func() bool { return s.accounts.form.draft.Name == "shop of Ann" })
}

// The settings name the clipboard manager that runs, and what can be done about it.
func TestSettingsNameTheClipboardManager(t *testing.T) {
	for name, c := range map[string]struct {
		manager   Manager
		says, not []string
	}{
		"ignores the mark": {
			Manager{ID: "clipman", Name: "Xfce Clipman", Hint: "ignored"},
			[]string{"Xfce Clipman runs and keeps copied tokens", "It cannot leave a program out"},
			nil,
		},
		"honours it":       {Manager{ID: "klipper", Name: "Klipper", Hint: "honoured"}, []string{"Klipper runs; it keeps no tokens"}, []string{"then clear its history"}},
		"from a version":   {Manager{ID: "copyq", Name: "CopyQ", Hint: "since", Since: "8.0"}, []string{"from version 8.0 on", "copyq disable"}, nil},
		"nobody knows":     {Manager{Name: "other", Hint: "unknown"}, []string{"other runs and may keep", "then clear its history"}, nil},
		"uses the buffer":  {Manager{ID: "autocutsel", Name: "autocutsel", Hint: "buffer"}, []string{"TokenTray clears that too"}, []string{"then clear its history"}},
		"keeps no history": {Manager{ID: "keeper", Name: "xfsettingsd", Hint: "needless"}, []string{"it keeps no history"}, []string{"then clear its history"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t).open()
			s.cfg.Manager = func(context.Context) (Manager, bool) { return c.manager, true }
			s.settings.openSettings()
			s.untilSays(c.says...)
			s.mustNotSay(c.not...)
		})
	}
	for _, system := range []string{"windows", "macos"} {
		s := newStage(t).open()
		s.settings.openSettings()
		s.mustSay("Clear it after the first paste", "Copy for the middle mouse button too")
		s.link.status.Clipboard = system
		s.settings.redrawSettings()
		s.mustSay("This system does not tell when something is pasted")
		s.mustNotSay("Clear it after the first paste", "Copy for the middle mouse button too")
	}
}

// An AppSecret that was taken from the clipboard is offered to be cleared there; what
// another program put there since stays.
func TestATakenSecretIsOfferedToBeCleared(t *testing.T) {
	s := newStage(t, healthy("shop")).open()
	content := "AppID: wx0123456789abcdee AppSecret: " + goodSecret
	take := func() {
		t.Helper()
		s.app.Clipboard().SetContent(content)
		s.accounts.openAdd()
		s.press("From clipboard")
		s.mustSay("The secret is still on the clipboard.")
	}
	take()
	s.press("Clear now")
	s.mustSay("The clipboard is cleared.")
	if got := s.app.Clipboard().Content(); got != "" {
		t.Errorf("the clipboard holds %d bytes", len(got))
	}
	s.pages.dropPage()
	take()
	s.app.Clipboard().SetContent("something else")
	s.press("Clear now")
	if got := s.app.Clipboard().Content(); got != "something else" {
		t.Errorf("the clipboard holds %q", got)
	}
	s.pages.dropPage()

	s.app.Clipboard().SetContent("AppID: wx0123456789abcdee")
	s.clipboard.dismiss()
	s.accounts.openAdd()
	s.press("From clipboard")
	s.mustNotSay("still on the clipboard")
}
