package window

import (
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/kit"
)

// chooses is a person who chooses a path in the dialog.
func (s *stage) chooses(path *string) {
	s.cfg.Choose = func(bool, string) string { return *path }
}

// TestTheFormTakesACA: a file of certificates is chosen where the account names a host
// of its own, shown by its name, saved, and taken away again.
func TestTheFormTakesACA(t *testing.T) {
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	ca := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	dir := t.TempDir()
	good, bad := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "notes.txt")
	for path, text := range map[string]string{good: ca, bad: "hello"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := newStage(t).open()
	path := ""
	s.chooses(&path)
	s.accounts.openAdd()
	f := s.accounts.form
	f.chooseKind(string(kinds.WeCom))
	f = s.accounts.form
	s.mustNotSay("CA certificate")
	s.typeInto("base_url", "https://qy.example.com")
	s.mustSay("CA certificate", "those that this machine trusts")

	path = bad
	s.press("Choose file…")
	s.untilSays("Choose a file with certificates in PEM")
	path = filepath.Join(dir, "none.pem")
	s.press("Choose file…")
	s.untilSays("The file cannot be read")
	path = good
	s.press("Choose file…")
	s.untilSays(core.CAName(ca))
	if got := f.draft.account().CA; got != core.CleanCA(ca) {
		t.Errorf("the draft has %q", got)
	}
	path = ""
	s.press("Choose file…") // and nothing is chosen
	s.mustSay(core.CAName(ca))
	s.press("Remove")
	s.mustSay("those that this machine trusts")
	if f.draft.CA != "" {
		t.Error("it stays in the draft")
	}
}

// TestAnotherCAIsSaidAtItsField: the kept secret was entered for another one.
func TestAnotherCAIsSaidAtItsField(t *testing.T) {
	a := sample("shop", core.Sandbox, noon, time.Hour, 2*time.Hour)
	a.BaseURL = "https://qy.example.com"
	s := newStage(t, a).open()
	s.accounts.openEdit(a.ID)
	s.accounts.form.draft.CA = "-----BEGIN CERTIFICATE-----"
	problems := s.accounts.form.draft.problems(s.ui, &s.model)
	if len(problems["ca"]) != 2 || len(problems["base_url"]) != 0 {
		t.Errorf("the problems are %v", problems)
	}
}

// TestBrowseKeepsTheName: the folder is chosen, the name that was typed stays.
func TestBrowseKeepsTheName(t *testing.T) {
	s := newStage(t).open()
	folder := t.TempDir()
	s.chooses(&folder)
	field := kit.NewEntry(s.ui, "", "~/Downloads/tokens.csv", nil)
	var button *kit.Button
	walk(s.browsed(s.ui, field), func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok {
			button = b
		}
	})
	button.Tapped(nil)
	if got := fromHome(field.Text); got != filepath.Join(folder, "tokens.csv") {
		t.Errorf("the path is %q", got)
	}
}

// TestTheDialogFits: without a chooser of its own the window shows the toolkit's
// dialog, inside of the window.
func TestTheDialogFits(t *testing.T) {
	s := newStage(t).open()
	s.choose(choosing{folder: true, at: t.TempDir()}, func(string) { t.Error("something was chosen") })
	top := s.win.Canvas().Overlays().Top()
	if top == nil {
		t.Fatal("there is no dialog")
	}
	if size := s.win.Canvas().Size(); top.Size().Width > size.Width || top.Size().Height > size.Height {
		t.Errorf("the dialog is %v in a window of %v", top.Size(), size)
	}
	cancel := false
	walk(top, func(o fyne.CanvasObject) {
		if b, ok := o.(*widget.Button); ok && strings.EqualFold(b.Text, "cancel") {
			b.Tapped(nil)
			cancel = true
		}
	})
	if !cancel || s.win.Canvas().Overlays().Top() != nil {
		t.Error("it cannot be left")
	}
}

// TestAnOpenDialogStays: while a folder is chosen for a file's name, language and theme
// change. The dialog stays, what is chosen in it is kept, and then all is in the other
// language.
func TestAnOpenDialogStays(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", home)
	for _, answer := range []string{"Choose", "Cancel", "Escape", "closed"} {
		t.Run(answer, func(t *testing.T) {
			s := newStage(t, town(noon)...).open()
			s.exports.exportList([]core.ID{"shop-sandbox"})
			s.win.Canvas().Focused().(*kit.Entry).SetText("list.json")
			s.press("Browse…")
			dialog := s.win.Canvas().Overlays().Top()
			next := s.model.Settings
			next.Language, next.Theme = "zh", "dark"
			s.event(api.Event{Type: api.EventSettings, Settings: &next})
			if s.win.Canvas().Overlays().Top() != dialog {
				t.Fatal("the dialog is gone")
			}
			if answer == "closed" {
				s.closeSheet()
				s.exports.exportList([]core.ID{"shop-sandbox"})
				s.untilSays("导出 1 个账号")
				return
			}
			if answer == "Escape" {
				s.keys.typedKey(&fyne.KeyEvent{Name: fyne.KeyReturn}) // which is not for the sheet
				if !s.choosing() {
					t.Fatal("a key that is not for it closes the dialog")
				}
				s.keys.typedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
			}
			walk(dialog, func(o fyne.CanvasObject) {
				if b, ok := o.(*widget.Button); ok && b.Text == answer {
					b.Tapped(nil)
				}
			})
			s.untilSays("导出 1 个账号")
			if got := s.win.Canvas().Focused().(*kit.Entry).Text; filepath.Base(got) != "list.json" {
				t.Errorf("the file is %q", got)
			}
			if s.ui.Palette != kit.DarkPalette() {
				t.Error("the theme is the old one")
			}
		})
	}
}
