package window

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/kit"
)

// Each state of the window says what it is, in both languages.
func TestScreens(t *testing.T) {
	shop := sample("shop", core.Sandbox, noon, 4000*time.Second, 7200*time.Second)
	locked := func(s *stage) { s.agent.list.Vault = api.Vault{Kind: "file", State: "locked"} }
	for _, c := range []struct {
		name     string
		accounts []api.Account
		prepare  func(*stage)
		en, zh   []string
	}{
		{
			"nothing yet", nil, func(*stage) {},
			[]string{"No account yet", "Add an account", "Try it with the simulator"},
			[]string{"还没有账号", "添加账号", "用模拟器试一试"},
		},
		{
			"a list",
			[]api.Account{shop},
			func(*stage) {},
			[]string{"Sandbox", "Live", "All", "shop", "Official Account · stable_token", "83_ab••••wxyz", "fresh", "1:06:40"},
			[]string{"沙箱", "生产", "全部", "shop", "公众号 · stable_token", "83_ab••••wxyz", "有效", "1:06:40"},
		},
		{
			"an account that needs a person",
			[]api.Account{blocked("gate", core.Sandbox)},
			func(*stage) {},
			[]string{"needs you", "203.0.113.7 is not on the account's IP whitelist.", "Copy IP"},
			[]string{"需要处理", "203.0.113.7 不在账号的 IP 白名单中。", "复制 IP"},
		},
		{
			"nothing in this environment",
			[]api.Account{sample("shop", core.Live, noon, time.Hour, 2*time.Hour)},
			func(*stage) {},
			[]string{"No sandbox accounts yet", "Add an account"},
			[]string{"还没有沙箱账号", "添加账号"},
		},
		{
			"a locked vault",
			[]api.Account{shop},
			locked,
			[]string{"The vault is locked. Nothing can be renewed.", "Unlock"},
			[]string{"保险库已锁定，无法续期。", "解锁"},
		},
		{
			"no keyring",
			[]api.Account{shop},
			func(s *stage) { s.agent.list.Vault = api.Vault{Kind: "keyring", State: "unavailable"} },
			[]string{"The keyring does not answer.", "Set a passphrase"},
			[]string{"密钥环没有应答", "设置口令"},
		},
		{
			"everything paused",
			[]api.Account{shop},
			func(s *stage) { s.agent.list.PausedAll = true },
			[]string{"All renewal is paused.", "Resume"},
			[]string{"全部续期已暂停。", "恢复"},
		},
		{
			"the demo",
			[]api.Account{shop},
			func(s *stage) { s.agent.list.Demo = true },
			[]string{"Demo with the simulator"},
			[]string{"模拟器演示"},
		},
		{
			"a database that was restored",
			[]api.Account{shop},
			func(s *stage) { s.agent.list.Notice = "store_restored" },
			[]string{"The newest backup was restored"},
			[]string{"已恢复最近的备份"},
		},
		{
			"accounts that came back",
			[]api.Account{shop},
			func(s *stage) { s.agent.list.Recovered = []string{"shop/sandbox", "a", "b", "c", "d", "e", "f"} },
			[]string{"Back from the vault, paused", "shop/sandbox", "and 2 more"},
			[]string{"从保险库找回并暂停", "shop/sandbox", "另有 2 个"},
		},
		{
			"a damaged passphrase file",
			[]api.Account{shop},
			func(s *stage) {
				s.agent.list.Vault = api.Vault{Kind: "file", State: "unavailable", Error: &api.Error{Class: core.VaultClosed, Remedy: core.RemedyVaultDamaged}}
			},
			[]string{"The passphrase file is damaged.", "Set a passphrase"},
			[]string{"口令文件已损坏", "设置口令"},
		},
	} {
		for lang, want := range map[string][]string{"en": c.en, "zh": c.zh} {
			t.Run(c.name+" "+lang, func(t *testing.T) {
				s := newStage(t, c.accounts...).in(lang, 460)
				c.prepare(s)
				s.open()
				s.until("the banner", func() bool { return s.link.phase == phaseConnected })
				// A sentence may be broken into lines.
				all := strings.Join(s.words(), " ") + strings.Join(s.words(), "")
				for _, w := range want {
					if !strings.Contains(all, w) {
						t.Errorf("the screen does not say %q; it says\n%s", w, strings.Join(s.words(), "\n"))
					}
				}
			})
		}
	}
}

// Live is told apart by edge, colour and word.
func TestLiveIsUnmistakable(t *testing.T) {
	s := newStage(t, sample("shop", core.Live, noon, time.Hour, 2*time.Hour), sample("shop", core.Sandbox, noon, time.Hour, 2*time.Hour))
	s.open()
	s.listing.switchView(viewAll)
	live, sandbox := s.listing.list.views["shop-live"], s.listing.list.views["shop-sandbox"]
	if live.edge.Hidden || !sandbox.edge.Hidden {
		t.Error("the edge is not on the live row alone")
	}
	if live.tag.Text != "LIVE" || sandbox.tag.Text != "sandbox" {
		t.Errorf("the tags are %q and %q", live.tag.Text, sandbox.tag.Text)
	}
	if live.fill.FillColor != s.ui.Palette.Live || sandbox.fill.FillColor != s.ui.Palette.Sandbox {
		t.Error("the bars have not the colours of their environments")
	}
}

func TestClickCopies(t *testing.T) {
	s := newStage(t, sample("shop", core.Sandbox, noon, time.Hour, 2*time.Hour)).open()
	test.TapAt(s.listing.list.views["shop-sandbox"], fyne.NewPos(60, 30))
	s.untilSays("shop/sandbox copied", "clears in 45 s", "Clear now")

	s.time = noon.Add(5 * time.Second)
	s.tick()
	s.mustSay("clears in 40 s")
	s.press("Clear now")
	s.untilCalled("clear")
	s.untilSays("The clipboard is cleared.")
	s.time = noon.Add(10 * time.Second)
	s.tick()
	s.mustNotSay("The clipboard is cleared.")
}

func TestLiveCopySaysLive(t *testing.T) {
	s := newStage(t, sample("shop", core.Live, noon, time.Hour, 2*time.Hour))
	s.agent.list.Active = core.Live
	s.open()
	s.clipboard.copyDefault("shop-live")
	s.untilSays("shop/live copied")
	if s.snackbar.tag.Hidden || s.snackbar.tag.Text != "LIVE" {
		t.Error("the message does not say LIVE")
	}
}

func TestLiveCopyAsksWhereThatIsSet(t *testing.T) {
	s := newStage(t, sample("shop", core.Live, noon, time.Hour, 2*time.Hour))
	s.agent.list.Settings.AskLiveCopy = true
	s.agent.list.Active = core.Live
	s.open()
	s.clipboard.copyDefault("shop-live")
	s.mustSay("Copy a LIVE token?")
	s.key(fyne.KeyEscape)
	s.mustNotSay("Copy a LIVE token?")
	s.clipboard.copyDefault("shop-live")
	s.press("Copy LIVE token")
	s.untilSays("shop/live copied")
	if n := strings.Count(strings.Join(s.agent.log(), "\n"), "copy "); n != 1 {
		t.Errorf("copied %d times", n)
	}
}

// The clipboard that the agent cleared by itself takes the message away.
func TestClearedByTheAgent(t *testing.T) {
	s := newStage(t, sample("shop", core.Sandbox, noon, time.Hour, 2*time.Hour)).open()
	s.clipboard.copyDefault("shop-sandbox")
	s.untilSays("shop/sandbox copied")
	s.agent.send(api.Event{Type: api.EventClipboard, Clipboard: &api.Clipboard{}})
	s.untilSays("The clipboard is cleared.")
}

func TestSwitchSetsTheActiveEnvironmentButAllDoesNot(t *testing.T) {
	s := newStage(t, sample("shop", core.Live, noon, time.Hour, 2*time.Hour), sample("test", core.Sandbox, noon, time.Hour, 2*time.Hour)).open()
	s.ctrl(fyne.Key3)
	s.mustSay("shop", "test")
	s.ctrl(fyne.Key2)
	s.untilCalled("use live")
	s.until("the switch", func() bool { return s.model.Active == core.Live && !s.listing.switching })
	s.mustSay("shop")
	s.mustNotSay("test")
	for _, call := range s.agent.log() {
		if strings.HasPrefix(call, "use") && call != "use live" {
			t.Errorf("called %q", call)
		}
	}
	// Somebody else switches: the window follows.
	s.agent.send(api.Event{Type: api.EventEnv, Env: core.Sandbox})
	s.until("the sandbox", func() bool { return s.listing.view == viewSandbox })
	s.mustSay("test")
}

func TestKeyboard(t *testing.T) {
	s := newStage(t, town(noon)...).open()
	s.key(fyne.KeyDown)
	s.key(fyne.KeyDown)
	s.key(fyne.KeyReturn)
	s.untilSays("campaign/sandbox copied")
	s.ctrl(fyne.KeyR)
	s.untilCalled("refresh campaign/sandbox force=false person=true")
	s.key(fyne.KeyRight)
	s.mustSay("Account", "History")
	s.key(fyne.KeyEscape)
	s.mustNotSay("History")
	s.ctrl(fyne.KeyF)
	s.listing.finder.entry.SetText("测试")
	s.mustSay("测试商城")
	s.mustNotSay("archive")
	s.key(fyne.KeyEscape)
	s.mustSay("archive")
	s.ctrl(fyne.KeyN)
	s.mustSay("Add an account", "AppSecret")
	s.key(fyne.KeyEscape)
	s.mustNotSay("AppSecret")
	s.ctrl(fyne.KeyComma)
	s.mustSay("Language", "Theme")
	s.key(fyne.KeyEscape)
	s.mustNotSay("Theme")
	s.key(fyne.KeyDelete)
	s.mustSay("Delete campaign/sandbox?")
	s.key(fyne.KeyReturn) // the keyboard stands on Cancel
	s.mustNotSay("Delete campaign/sandbox?")
	s.key(fyne.KeyDelete)
	s.press("Delete")
	s.time = noon.Add(undoTime)
	s.tick()
	s.untilCalled("remove campaign/sandbox")
	s.until("the row to go", func() bool { return s.listing.list.index("campaign-sandbox") < 0 })
}

func TestProblemButtons(t *testing.T) {
	s := newStage(t, blocked("gate", core.Sandbox)).open()
	s.press("Copy IP")
	s.until("the copy", func() bool { return s.agent.copied() == "203.0.113.7" })
	s.pane.openDetail("gate-sandbox")
	s.mustSay("errcode 40164", "Open console")
	s.press("Try again")
	s.untilCalled("refresh gate/sandbox force=false person=true")

	wrong := blocked("gate", core.Sandbox)
	wrong.Error = &api.Error{Class: core.BadSecret, Remedy: core.RemedySecret, UpstreamCode: 40125}
	s.agent.send(api.Event{Type: api.EventAccount, Account: &wrong})
	s.untilSays("The AppSecret is wrong")
	s.press("Edit secret")
	s.mustSay("New AppSecret for gate/sandbox")
	if e, ok := s.win.Canvas().Focused().(*kit.Entry); !ok || !e.Password {
		t.Error("the keyboard is not in the secret's field")
	}
}

// The pane shows the token on demand only, and not for long.
func TestReveal(t *testing.T) {
	s := newStage(t, town(noon)...).open()
	s.pane.openDetail("shop-sandbox")
	s.mustSay("83_ab••••wxyz", "82_zz••••9876", "may still work for 2:10")
	s.mustNotSay(s.agent.secret)
	s.press("Reveal")
	s.untilSays(s.agent.secret)
	s.time = noon.Add(revealTime - time.Second)
	s.tick()
	s.mustSay("Hide (1 s)", s.agent.secret)
	s.time = noon.Add(revealTime)
	s.tick()
	s.mustNotSay(s.agent.secret)
	s.press("Reveal")
	s.untilSays(s.agent.secret)
	s.key(fyne.KeyEscape)
	s.mustNotSay(s.agent.secret)
	s.pane.openDetail("shop-sandbox")
	s.mustNotSay(s.agent.secret)
}

func TestForceAsksAndSaysWhatBreaks(t *testing.T) {
	legacy := sample("shop", core.Live, noon, time.Hour, 2*time.Hour)
	legacy.Kind = kinds.WeChatLegacy
	s := newStage(t, legacy).open()
	s.renewals.force("shop-live")
	all := strings.Join(s.words(), " ")
	for _, want := range []string{"Force a new token for shop/live?", "kills the token", "This is a LIVE account"} {
		if !strings.Contains(all, want) {
			t.Errorf("the question does not say %q: %s", want, all)
		}
	}
	s.press("Force a new token")
	s.untilCalled("refresh shop/live force=true person=true")
}

func TestWideShowsListAndDetail(t *testing.T) {
	s := newStage(t, town(noon)...).in("en", 1100).open()
	s.mustSay("Choose an account to see it here.", "campaign")
	s.key(fyne.KeyDown)
	s.key(fyne.KeyDown)
	s.mustSay("History", "archive", "expired")
	if s.pane.detail.back.Visible() {
		t.Error("there is a way back to a list that is in sight")
	}
	s.win.Resize(fyne.NewSize(400, 640))
	s.mustNotSay("History")
	s.mustSay("campaign")
}

func TestSettingsActAtOnce(t *testing.T) {
	s := newStage(t, town(noon)...).open()
	s.settings.openSettings()
	s.mustSay("Clear the clipboard after", "简体中文")
	s.settings.setSetting("language", "zh")
	s.untilSays("清除剪贴板", "设置")
	s.settings.setSetting("theme", "dark")
	s.until("the dark", func() bool { return s.ui.Palette.Dark })
	s.mustSay("设置")
	s.key(fyne.KeyEscape)
	s.mustSay("沙箱", "需要处理")
}

func TestVaultIsUnlockedFromTheWindow(t *testing.T) {
	s := newStage(t, town(noon)...)
	s.agent.list.Vault = api.Vault{Kind: "file", State: "locked"}
	s.open()
	s.untilSays("The vault is locked. Nothing can be renewed.")
	s.press("Unlock")
	s.mustSay("Unlock the vault")
	field := s.win.Canvas().Focused().(*kit.Entry)
	field.SetText("correct horse")
	s.mustNotSay("correct horse")
	s.agent.fails("vault unlock", failure(core.VaultClosed, core.RemedyVaultUnlock))
	s.key(fyne.KeyReturn)
	s.untilSays("Wrong passphrase. Try again.")
	s.agent.fails("vault unlock", nil)
	field = s.win.Canvas().Focused().(*kit.Entry)
	if field.Text != "" {
		t.Error("the wrong passphrase is kept")
	}
	field.SetText("correct horse battery")
	s.key(fyne.KeyReturn)
	s.until("the banner to go", func() bool { return !s.says("The vault is locked.") })
}

func TestPassphraseIsSetFromTheWindow(t *testing.T) {
	s := newStage(t)
	s.agent.list.Vault = api.Vault{Kind: "keyring", State: "missing"}
	s.open()
	s.untilSays("There is no place for secrets yet.")
	s.press("Set a passphrase")
	first := s.win.Canvas().Focused().(*kit.Entry)
	s.press("Create")
	s.mustSay("At least 8 characters.")
	first.SetText("correct horse")
	s.press("Create")
	s.mustSay("The two differ.")
	s.key(fyne.KeyEscape)
	s.mustNotSay("The two differ.")
}

func TestDemoIsStarted(t *testing.T) {
	s := newStage(t).open()
	s.press("Try it with the simulator")
	s.press("Try it with the simulator")
	s.mustSay("The demo runs already")
	if s.demos != 1 {
		t.Errorf("started %d demos", s.demos)
	}
	s.demoEnds()
	s.until("its end", func() bool { return !s.link.demoRuns })
	s.press("Try it with the simulator")
	if s.demos != 2 {
		t.Errorf("started %d demos", s.demos)
	}
}

// Typing on the list begins a search; Esc ends it.
func TestTypingSearches(t *testing.T) {
	s := newStage(t, town(noon)...).open()
	s.win.Canvas().Focus(s.listing.list)
	s.listing.list.TypedRune('s')
	s.mustSay("shop")
	s.mustNotSay("archive")
	if s.win.Canvas().Focused() != s.listing.finder.entry {
		t.Error("the keyboard is not in the search")
	}
	s.key(fyne.KeyEscape)
	s.mustSay("archive")
}

// From the search the keyboard goes on to what was found, and shows where it is.
func TestSearchLeadsToTheList(t *testing.T) {
	s := newStage(t, thousand()...).open()
	s.listing.list.scrollTo(500 * rowHeight)
	s.listing.findFrom("account 05")
	if y := s.listing.list.scroll.Offset.Y; y != 0 {
		t.Errorf("what was found begins at %v", y)
	}
	s.key(fyne.KeyDown)
	if s.win.Canvas().Focused() != fyne.Focusable(s.listing.list) || s.listing.selected != "account 005-sandbox" {
		t.Fatalf("the keyboard is on %T, selected is %s", s.win.Canvas().Focused(), s.listing.selected)
	}
	if s.listing.list.views[s.listing.selected].ring.Hidden {
		t.Error("nothing shows where the keyboard is")
	}
	s.key(fyne.KeyReturn)
	s.untilSays("account 005/sandbox copied")
}

// With the vault locked one banner says so, and not each row again.
func TestLockedRowsAreQuiet(t *testing.T) {
	a := sample("shop", core.Sandbox, noon, -time.Minute, time.Hour)
	a.State, a.Error = core.StateLocked, &api.Error{Class: core.VaultClosed, Remedy: core.RemedyVaultUnlock}
	lost := sample("lost", core.Sandbox, noon, -time.Minute, time.Hour)
	lost.State, lost.Error = core.StateBlocked, &api.Error{Class: core.VaultClosed, Remedy: core.RemedyReenter}
	s := newStage(t, a, lost)
	s.agent.list.Vault = api.Vault{Kind: "file", State: "locked"}
	s.open()
	s.untilSays("The vault is locked. Nothing can be renewed.")
	all := strings.Join(s.words(), "\n")
	if n := strings.Count(all, "Unlock"); n != 1 {
		t.Errorf("there are %d buttons to unlock:\n%s", n, all)
	}
	s.mustSay("locked", "needs you", "The vault holds no AppSecret for this account.", "Edit secret")
	s.listing.toggleBox(lost.ID)
	s.mustSay("Enter the AppSecret again.")
}

// Another token copied elsewhere takes the message over.
func TestMessageFollowsTheClipboard(t *testing.T) {
	s := newStage(t, town(noon)...).open()
	s.clipboard.copyDefault("shop-sandbox")
	s.untilSays("shop/sandbox copied")
	s.agent.send(api.Event{Type: api.EventClipboard, Clipboard: &api.Clipboard{Account: "gate", Env: core.Live, ClearsAt: noon.Add(45 * time.Second)}})
	s.untilSays("gate/live copied")
	if s.snackbar.tag.Hidden {
		t.Error("the message does not say LIVE")
	}
}
