package window

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/format"
)

// screens are the states of the list, with its head, menus and messages.
func screens() map[string]func(*stage) {
	all := func(s *stage) { s.listing.switchView(viewAll) }
	return map[string]func(*stage){
		"all":     all,
		"sandbox": func(s *stage) { s.key(fyne.KeyDown) },
		"live": func(s *stage) {
			s.event(api.Event{Type: api.EventEnv, Env: core.Live})
		},
		"narrow": func(s *stage) {
			s.win.Resize(fyne.NewSize(320, 480))
			all(s)
			s.listing.list.scrollTo(200)
		},
		"search": func(s *stage) {
			all(s)
			s.listing.findFrom("state:blocked")
		},
		"nothing": func(s *stage) { s.listing.findFrom("nowhere") },
		"copied-live": func(s *stage) {
			all(s)
			clip := api.Clipboard{Account: "shop", Env: core.Live, Format: core.FormatHeader, ClearsAt: noon.Add(45 * time.Second)}
			s.event(api.Event{Type: api.EventClipboard, Clipboard: &clip})
		},
		"failed": func(s *stage) {
			s.showError(failure(core.Temporary, core.RemedyNetwork), api.Ref{Name: "shop", Env: core.Sandbox})
		},
		"ask-live": func(s *stage) {
			s.model.Settings.AskLiveCopy = true
			s.clipboard.copyDefault("shop-live")
		},
		"menu": func(s *stage) {
			s.key(fyne.KeyDown)
			s.key(fyne.KeyEnd)
			s.key(fyne.KeySpace)
		},
		"copy-as": func(s *stage) { s.clipboard.openCopySheet("shop-live", format.URL) },
		"keys":    func(s *stage) { s.keys.openKeys() },
	}
}

// What the list looks like in each of its states, in both languages. After a
// change that is meant, make golden takes them anew.
func TestListScreensToMarkup(t *testing.T) {
	for name, prepare := range screens() {
		for _, lang := range []string{"en", "zh"} {
			t.Run(name+"-"+lang, func(t *testing.T) {
				s := newStage(t, town(noon)...).in(lang, 460).open()
				s.until("the agent", func() bool { return s.link.phase == phaseConnected })
				prepare(s)
				file := "list/" + name + "-" + lang + ".xml"
				test.AssertRendersToMarkup(t, file, s.win.Canvas())
				kept, err := os.ReadFile(filepath.Join("testdata", file))
				if err == nil && strings.Contains(string(kept), s.agent.secret[:12]) {
					t.Errorf("%s holds a token", file)
				}
			})
		}
	}
}
