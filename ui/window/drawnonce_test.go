package window

import (
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// TestAnEventKeepsWhatIsDrawn: pages are drawn once. What happens to accounts, and what
// others set, updates their controls and throws none away: focus, a half-typed word and
// the place of a scroller need not be carried over.
func TestAnEventKeepsWhatIsDrawn(t *testing.T) {
	some := []string{"form-empty", "form-problems", "form-refused", "settings-taken", "key-problems", "log", "clients-begin", "push-redis", "question-revoke"}
	states := slices.DeleteFunc(pageStates(), func(st pageState) bool { return !slices.Contains(some, st.name) })
	if len(states) != len(some) {
		t.Fatalf("of the states %q there are %d", some, len(states))
	}
	states = append(
		states,
		pageState{"list", nil, func(*stage) {}},
		pageState{"detail", nil, func(s *stage) { s.pane.openDetail("shop-sandbox") }},
		pageState{"today", nil, func(s *stage) { s.today.openToday() }},
		pageState{"settings-teams", nil, func(s *stage) { s.settings.openSettings(); s.settings.openTeams() }},
	)
	for _, st := range states {
		t.Run(st.name, func(t *testing.T) {
			s := enterState(t, st, text.English, false, 1000, 640)
			content := s.win.Canvas().Content()
			before, fields, focused := widgets(content), kit.Focusables(content), s.win.Canvas().Focused()
			s.happen()
			if s.win.Canvas().Content() != content {
				t.Fatal("the window has other content")
			}
			after := widgets(content)
			for w := range before {
				if !after[w] {
					t.Errorf("a %T at %v is gone", w, w.Position())
				}
			}
			if got := kit.Focusables(content); !slices.Equal(got, fields) {
				t.Errorf("%d controls can have the focus, not the same as the %d before", len(got), len(fields))
			}
			if got := s.win.Canvas().Focused(); got != focused {
				t.Errorf("the focus went from %T to %T", focused, got)
			}
		})
	}
}

// happen lets an account be renewed, one fail, one be used, what is in the clipboard and
// the vault be told, and a setting be changed.
func (s *stage) happen() {
	s.t.Helper()
	send := func(id core.ID, change func(*api.Account)) {
		a, ok := s.model.find(id)
		if !ok {
			s.t.Fatalf("no account %s", id)
		}
		change(&a)
		s.agent.send(api.Event{Type: api.EventAccount, Account: &a})
	}
	send("shop-sandbox", func(a *api.Account) { a.ObtainedAt, a.ExpiresAt = noon, noon.Add(2*time.Hour) })
	send("campaign-sandbox", func(a *api.Account) {
		a.Error = &api.Error{Class: core.Temporary, Remedy: core.RemedyNetwork, Message: "no route"}
	})
	send("shop-live", func(a *api.Account) { a.LastUsed = noon })
	board, vault := s.model.Clipboard, s.model.Vault
	s.agent.send(api.Event{Type: api.EventClipboard, Clipboard: &board})
	s.agent.send(api.Event{Type: api.EventVault, Vault: &vault})
	set := s.model.Settings
	set.ClearAfter += time.Minute
	s.agent.send(api.Event{Type: api.EventSettings, Settings: &set})
	s.until("the events", func() bool { return s.model.Settings.ClearAfter == set.ClearAfter })
}

// widgets are the visible widgets of the window.
func widgets(content fyne.CanvasObject) map[fyne.Widget]bool {
	out := map[fyne.Widget]bool{}
	walk(content, func(o fyne.CanvasObject) {
		if w, ok := o.(fyne.Widget); ok {
			out[w] = true
		}
	})
	return out
}
