package window

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/format"
	"tokentray/core/kinds"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// Whatever the package says has its sentence in both languages.
func TestEveryWordIsThere(t *testing.T) {
	ui := uiIn(text.English)
	said := regexp.MustCompile(`\bui\.T\("([a-z0-9_.-]+)"[,)]`)
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range said.FindAllStringSubmatch(string(src), -1) {
			found++
			if !ui.Words.Has(text.Key("window." + m[1])) {
				t.Errorf("%s says window.%s, which is nowhere", file, m[1])
			}
		}
	}
	if found < 50 {
		t.Errorf("found only %d sentences in the sources; the pattern must be wrong", found)
	}
	var more []string
	for _, f := range format.Names() {
		more = append(more, "format."+f)
	}
	for a := actionCopyIP; a <= actionRetry; a++ {
		more = append(more, buttonKey(a))
	}
	f := newForm(nil, newDraft(kinds.Builtin(), core.Sandbox), formActions{})
	f.ui = ui
	for _, field := range f.draft.formFields() {
		if words := f.label(field); strings.HasPrefix(words, "window.") || words == field {
			t.Errorf("the field %s has no label", field)
		}
	}
	for _, key := range core.SettingKeys() {
		more = append(more, "set."+key)
		for _, c := range settingChoices(ui, key, "") {
			if strings.HasPrefix(c.Label, "window.") {
				t.Errorf("setting %s has no word for %s", key, c.Value)
			}
		}
	}
	for _, what := range []core.What{core.DidRenew, core.DidKeep, core.DidFail, core.DidForce, core.DidReport, core.DidEdit, core.DidAdd, core.DidPush, core.DidMiss} {
		if key := text.Key("did." + string(what)); !ui.Words.Has(key) {
			t.Errorf("there is no %s", key)
		}
	}
	for _, key := range more {
		if !ui.Words.Has(text.Key("window." + key)) {
			t.Errorf("there is no window.%s", key)
		}
	}
}

// TestTheDesktopSaysWhetherItIsDark: its word counts while the settings say
// system, and only then.
func TestTheDesktopSaysWhetherItIsDark(t *testing.T) {
	s := newStage(t)
	s.agent.list.Settings.Theme = "system"
	tells := make(chan bool)
	s.cfg.Scheme = func(ctx context.Context, tell func(bool)) {
		for {
			select {
			case dark := <-tells:
				tell(dark)
			case <-ctx.Done():
				return
			}
		}
	}
	s.Start()
	s.until("the list", func() bool { return s.model.Loaded })
	drawn := func(want kit.Palette) func() bool { return func() bool { return s.ui.Palette == want } }
	for _, dark := range []bool{true, false, true} {
		tells <- dark
		want := kit.LightPalette()
		if dark {
			want = kit.DarkPalette()
		}
		s.until("the desktop's theme", drawn(want))
	}
	s.model.Settings.Theme = "light"
	s.appearance.applyTheme()
	if !drawn(kit.LightPalette())() {
		t.Error("a light theme that was chosen follows the desktop")
	}
}
