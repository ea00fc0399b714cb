package window

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
	"tokentray/ui/kit"
)

// presetStage is the page of presets, with a file that a person chooses.
func presetStage(t *testing.T) (*stage, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "robin.json")
	if err := os.WriteFile(path, []byte("{robin}"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newStage(t, town(noon)...)
	s.cfg.Choose = func(bool, string) string { return path }
	s.agent.change(func(f *fakeAgent) {
		f.presets = []api.Preset{
			{Kind: "feishu", Hosts: []string{"https://open.feishu.cn"}},
			{Kind: "wren", Own: true, Label: kinds.Label{"en": "Wren"}, Hosts: []string{"https://api.wren.example"}, Accounts: 2},
		}
		f.would = api.PresetSaved{Preset: api.Preset{Kind: "robin", Own: true, Label: kinds.Label{"en": "Robin"}, Hosts: []string{"https://api.robin.example", "https://calls.robin.example"}}}
	})
	s.open()
	s.settings.openSettings()
	s.press("Show them")
	s.untilSays("Wren", "wren · secrets and tokens go to https://api.wren.example", "Accounts of it: 2")
	return s, path
}

// The user's own presets stand behind the settings. One is added from a file once the
// person has seen where secrets and tokens go, and removed when no account is of it.
func TestPresetsAreAddedAndRemoved(t *testing.T) {
	s, _ := presetStage(t)
	s.mustNotSay("open.feishu.cn") // those of this version are not for changing
	s.press("Add from a file…")
	s.untilSays("Add the kind Robin?", "https://api.robin.example", "https://calls.robin.example")
	if log := strings.Join(s.agent.log(), "|"); !strings.Contains(log, "preset {robin}false true") || strings.Contains(log, "preset {robin}true") {
		t.Errorf("before the person agreed: %s", log)
	}
	s.press("Add")
	s.untilSays("Robin is a kind now", "Accounts of it: 0")
	s.untilCalled("preset {robin}true false")
	buttons := map[string]*kit.Button{}
	for kind, row := range map[string]core.Kind{"wren": "wren", "robin": "robin"} {
		s.settings.page.sub.(*presetPage).rows.Show([]core.Kind{"wren", "robin"}, func(k core.Kind, r *presetRow) {
			if k == row {
				buttons[kind] = r.remove
			}
		})
	}
	if buttons["wren"].Enabled() || !buttons["robin"].Enabled() {
		t.Error("one that accounts are of can be removed, or another cannot")
	}
	buttons["robin"].OnPress()
	s.untilSays("Remove the kind Robin?")
	s.press("Remove")
	s.untilCalled("remove preset robin")
}

// Where it replaces one and asks something else, the question names the accounts that
// then wait; No leaves everything as it is.
func TestReplacingAPresetNamesItsAccounts(t *testing.T) {
	s, _ := presetStage(t)
	s.agent.change(func(f *fakeAgent) { f.would.Replaced, f.would.Paused = true, []string{"bird/sandbox"} })
	s.press("Add from a file…")
	s.untilSays("Replace the kind Robin?", "bird/sandbox")
	s.press("Cancel")
	if slices.Contains(s.agent.log(), "preset {robin}true false") {
		t.Error("No saves the preset")
	}
}

// What is wrong with a file is told by line and field.
func TestFaultsOfAPresetAreShown(t *testing.T) {
	s, path := presetStage(t)
	s.agent.fails("preset ", &core.Error{Class: core.Invalid, Remedy: core.RemedyInput, Message: "faults", Err: api.PresetFaults{
		{Line: 3, Field: "url", Code: "https"}, {Line: 7, Field: "renew_befor", Code: "unknown", Other: "renew_before"},
	}})
	s.press("Add from a file…")
	s.untilSays("the preset cannot be used", "line 3, url: it must begin with https://", "line 7, renew_befor: there is no such field; did you mean renew_before?")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	s.press("Add from a file…")
	s.untilSays("The file cannot be read: no such file or directory")
}
