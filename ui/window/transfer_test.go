package window

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/kit"
)

// somePlan is that of a file with a new account, one that differs and one that cannot be
// saved.
func somePlan() api.ImportPlan {
	return api.ImportPlan{
		Source: "dotenv", Lines: []int{1, 4, 7}, Digest: "first",
		Rows: []api.ImportRow{
			{Status: api.ImportNew, Action: api.ImportAdd, Name: "mall", Env: core.Sandbox, Kind: kinds.WeChat, AppID: "wx0000000000000001", NoSecret: true},
			{Status: api.ImportConflict, Action: api.ImportUndecided, Name: "shop", Env: core.Sandbox, Kind: kinds.WeChat, AppID: "wx0000000000000002", With: "shop/sandbox", Changes: []string{"appid"}},
			{Status: api.ImportProblem, Action: api.ImportSkip, Name: "bad", Env: core.Live, Kind: kinds.WeChat, Problems: []core.Problem{{Field: "appid", Key: kinds.ProblemAppIDGH}}},
		},
	}
}

// decided is the same plan after a person chose.
func decided(digest string) api.ImportPlan {
	plan := somePlan()
	plan.Digest, plan.Ready = digest, true
	plan.Rows[1].Action = api.ImportReplace
	return plan
}

// A file is planned and shown, its conflicts are decided, and only the plan that was seen
// is carried out.
func TestImportOfAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "shop.env")
	if err := os.WriteFile(file, []byte("WX_APPID=wx0000000000000001\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for how, begin := range map[string]func(*stage){
		"chosen": func(s *stage) {
			s.cfg.Choose = func(bool, string) string { return file }
			s.ctrl(fyne.KeyI)
			s.press("Choose file…")
		},
		"dropped": func(s *stage) { s.transfers.drop([]fyne.URI{storage.NewFileURI(file)}) },
		"dropped with another": func(s *stage) {
			s.transfers.drop([]fyne.URI{storage.NewFileURI(file), storage.NewFileURI(file + ".bak")})
			s.mustSay("One file at a time: " + filepath.Base(file) + " is taken.")
		},
		"pasted": func(s *stage) {
			s.app.Clipboard().SetContent("file://" + file)
			s.accounts.paste()
		},
	} {
		t.Run(how, func(t *testing.T) {
			s := newStage(t, healthy("shop")).open()
			s.agent.change(func(f *fakeAgent) { f.plans = []api.ImportPlan{somePlan(), decided("a"), decided("b")} })
			begin(s)
			s.untilSays("shop.env", "mall/sandbox", "no AppSecret yet", "conflict", "line 7", "Say what to do with those that exist.")
			s.press("Import (1)") // it is not ready
			s.transfers.page.conflict = api.ConflictReplace
			s.transfers.plan()
			s.until("the second plan", func() bool { return s.transfers.page.plan.Digest == "a" })
			s.transfers.page.skip = true
			s.transfers.plan()
			s.until("the third plan", func() bool { return s.transfers.page.plan.Digest == "b" })
			done := decided("b")
			done.Done = true
			s.agent.change(func(f *fakeAgent) { f.plans = []api.ImportPlan{done} })
			s.key(fyne.KeyEscape)
			s.mustSay("Leave without importing?")
			s.press("Stay")
			s.press("Import (2)")
			s.untilSays("Imported accounts: 2.")
			asked := read(s.agent, &s.agent.imports)
			if len(asked) != 4 {
				t.Fatalf("the agent was asked %d times", len(asked))
			}
			if last := asked[3]; last.Apply != "b" || last.OnConflict != api.ConflictReplace || !last.SkipProblems || string(last.File.Data) != "WX_APPID=wx0000000000000001\n" || last.File.Name != "shop.env" {
				t.Errorf("it was told %+v", last)
			}
			for _, r := range asked[:3] {
				if r.Apply != "" {
					t.Error("something was carried out before a person said so")
				}
			}
			if _, typed := s.pages.unsaved(); typed {
				t.Error("after the import the page is not left without a question")
			}
		})
	}
}

// A backup asks for its passphrase; a file that cannot be read says why, line by line.
func TestImportOfABackup(t *testing.T) {
	s := newStage(t).open()
	s.mustSay("Import a file or restore a backup…")
	s.press("Import a file or restore a backup…")
	s.agent.fails("import ", &core.Error{Class: core.Invalid, Remedy: core.RemedyBackupAsk, Message: "m"})
	s.transfers.planText("tokentray.age", "age-encryption.org/v1")
	s.untilSays("Passphrase of the backup")
	s.agent.fails("import ", &core.Error{Class: core.Invalid, Remedy: core.RemedyInput, Message: "m", Err: api.ImportFaults{{Code: "quote", Line: 2, Key: "WX_SECRET"}}})
	s.transfers.page.passphrase = "a long passphrase"
	s.transfers.page.open()
	s.untilSays("nothing was changed", "line 2", "WX_SECRET")
	asked := read(s.agent, &s.agent.imports)
	if got := asked[len(asked)-1].File.Passphrase; got != "a long passphrase" {
		t.Errorf("the passphrase was %q", got)
	}
	s.mustNotSay("a long passphrase")
	s.press("Cancel")
	if s.transfers.page.passphrase != "" || s.transfers.page.file != nil {
		t.Error("the passphrase is kept")
	}
}

// A backup is restored in the window: its passphrase opens it, what would come back is
// shown, and a click brings it back. The passphrase is never on the screen.
func TestABackupIsRestored(t *testing.T) {
	const passphrase = "a long passphrase"
	for lang, want := range map[string][]string{
		"en": {"Passphrase of the backup", "Import (2)", "Imported accounts: 2."},
		"zh": {"备份的口令", "导入（2）", "已导入 2 个账号。"},
	} {
		s := newStage(t, healthy("shop")).in(lang, 460).open()
		s.ctrl(fyne.KeyI)
		s.agent.fails("import ", &core.Error{Class: core.Invalid, Remedy: core.RemedyBackupAsk, Message: "m"})
		s.transfers.page.page.ScrollTo(1000)
		s.transfers.planText("tokentray.age", "age-encryption.org/v1")
		s.untilSays(want[0])
		if y, at := s.transfers.page.page.Offset(), s.win.Canvas().Focused(); y != 0 || at != fyne.Focusable(s.transfers.page.pass) {
			t.Errorf("%s: the page is at %v, and %T has the keyboard", lang, y, at)
		}
		plan, done := decided("seen"), decided("seen")
		plan.Source, done.Source, done.Done = "backup", "backup", true
		s.agent.change(func(f *fakeAgent) { f.plans = []api.ImportPlan{plan, done} })
		s.agent.fails("import ", nil)
		s.transfers.page.pass.SetText(passphrase)
		s.transfers.page.open()
		s.untilSays("mall/sandbox")
		s.press(want[1])
		s.untilSays(want[2])
		asked := read(s.agent, &s.agent.imports)
		if last := asked[len(asked)-1]; last.Apply != "seen" || last.File.Passphrase != passphrase || string(last.File.Data) != "age-encryption.org/v1" {
			t.Errorf("%s: it was told %+v", lang, last)
		}
		s.mustNotSay(passphrase)
	}
}

// A list and a backup are new files that only their owner can read; a passphrase that is
// too short, or not the same twice, makes none.
func TestExportsOfThePage(t *testing.T) {
	folder := t.TempDir()
	s := newStage(t, healthy("shop")).open()
	s.transfers.openTransfers()
	p := s.transfers.page
	p.folder = folder
	p.written(noon)
	list, backup := p.lists.Text, p.backups.Text
	s.press("Save list")
	s.untilSays("Accounts: 1.")
	s.agent.change(func(f *fakeAgent) { f.list.Settings.Theme = "light" })
	p.first.SetText("short")
	s.press("Save backup")
	if len(s.agent.log()) == 0 || strings.Contains(strings.Join(s.agent.log(), "\n"), "backup") {
		t.Error("a short passphrase makes a backup")
	}
	p.backups.SetText(backup)
	p.first.SetText("correct horse battery")
	p.second.SetText("correct horse battery")
	next := s.model.Settings
	next.Theme = "dark" // and it is dusk meanwhile
	s.agent.send(api.Event{Type: api.EventSettings, Settings: &next})
	s.until("the other theme", func() bool { return s.ui.Palette == kit.DarkPalette() })
	s.press("Save backup")
	s.untilCalled("backup")
	for path, want := range map[string]string{list: "a list as json", backup: "age-encryption.org/v1"} {
		s.until(path, func() bool { raw, err := os.ReadFile(path); return err == nil && string(raw) == want })
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", path, info.Mode(), err)
		}
	}
	if kept := read(s.agent, &s.agent.kept); kept.Reveal() != "correct horse battery" {
		t.Error("the backup has another passphrase")
	}
	s.until("the passphrase to go", func() bool { return p.first.Text+p.second.Text == "" })
	p.lists.SetText(list) // it is there already
	s.press("Save list")
	s.untilSays("There is a file of this name already")
}

// TestAFileThatDoesNotSayWhereItBelongs: the same remark of several lines is told once and
// names no flag; where the accounts belong is chosen on the page.
func TestAFileThatDoesNotSayWhereItBelongs(t *testing.T) {
	for lang, want := range map[string][]string{
		"en": {"lines 1 and 4: nothing says whether this is sandbox or live", "The file does not say where they belong"},
		"zh": {"第 1、4 行：无法判断是沙箱还是生产", "文件未说明账号属于哪个环境"},
	} {
		s := newStage(t, healthy("shop")).in(lang, 460).open()
		plan := somePlan()
		plan.Remarks = []api.ImportRemark{{Code: "env", Line: 1}, {Code: "env", Line: 4}}
		told := somePlan()
		s.agent.change(func(f *fakeAgent) { f.plans = []api.ImportPlan{plan, told} })
		s.openTransfersWith("WX_APPID=wx0000000000000001\n")
		if got := unbroken(strings.Join(s.words(), "")); !strings.Contains(got, unbroken(want[0])) || !strings.Contains(got, unbroken(want[1])) || strings.Contains(got, "--env") {
			t.Errorf("it says %q", s.words())
		}
		s.transfers.page.file.Env = core.Live
		s.transfers.plan()
		s.until("the second plan", func() bool { return len(s.transfers.page.plan.Remarks) == 0 && s.transfers.page.planned })
		if asked := read(s.agent, &s.agent.imports); asked[len(asked)-1].File.Env != core.Live {
			t.Errorf("it asked for %+v", asked[len(asked)-1].File)
		}
		if !s.transfers.page.places.Visible() {
			t.Error("what was chosen cannot be changed")
		}
	}
}

// openTransfersWith opens the page and plans the import of a text.
func (s *stage) openTransfersWith(text string) {
	s.transfers.openTransfers()
	s.transfers.planText("shop.env", text)
	s.until("the plan", func() bool { return s.transfers.page.planned })
}

// TestWordsOfTheImportFollowTheLanguage: what stands on the page when the language changes
// is said in the other one, whether it is about a plan, a file or a passphrase.
func TestWordsOfTheImportFollowTheLanguage(t *testing.T) {
	s := newStage(t, healthy("shop")).open()
	language := func(lang string) {
		next := s.model.Settings
		next.Language = lang
		s.agent.send(api.Event{Type: api.EventSettings, Settings: &next})
	}
	s.agent.change(func(f *fakeAgent) { f.plans = []api.ImportPlan{somePlan()} })
	s.openTransfersWith("WX_APPID=wx0000000000000001\n")
	s.mustSay("Say what to do with those that exist.")
	language("zh")
	s.untilSays("请选择如何处理已存在的账号。")

	s.agent.fails("import ", &core.Error{Class: core.Invalid, Remedy: core.RemedyInput, Message: "m", Err: api.ImportFaults{{Code: "quote", Line: 2, Key: "WX_SECRET"}}})
	s.transfers.planText("shop.env", "WX_SECRET=\"\n")
	s.untilSays("第 2 行")
	s.transfers.page.first.SetText("short")
	s.press("保存备份")
	s.mustSay("至少")
	language("en")
	s.untilSays("nothing was changed", "line 2", "At least")
	s.mustNotSay("第 2 行", "至少")
}
