package window

import (
	"testing"

	"tokentray/core"
	"tokentray/core/api"
)

// raise is what the agent sends when somebody wants to see something.
func (s *stage) raise(what api.Showing) {
	s.event(api.Event{Type: api.EventRaise, Show: &what})
}

// TestANotificationShowsWhatItMeans: one account with its details, in whatever
// environment it is, or all of those that are meant. The active environment stays.
func TestANotificationShowsWhatItMeans(t *testing.T) {
	shop, gate := blocked("shop", core.Sandbox), blocked("gate", core.Live)
	fresh := sample("fresh", core.Live, noon, 0, 7200e9)
	for _, width := range []float32{460, 900} {
		s := newStage(t, shop, gate, fresh).in("en", width).open()
		s.raise(api.Showing{Account: &api.Ref{Name: "gate", Env: core.Live}})
		if s.listing.selected != gate.ID || s.listing.view != viewAll || !s.pane.side.Visible() {
			t.Errorf("%v: %s is selected in %s, its details in sight: %v", width, s.listing.selected, s.listing.view, s.pane.side.Visible())
		}
		s.raise(api.Showing{Search: "state:blocked"})
		if got := s.listing.list.ids; len(got) != 2 || s.listing.view != viewAll {
			t.Errorf("%v: %v are listed in %s", width, got, s.listing.view)
		}
		if s.model.Active != core.Sandbox {
			t.Errorf("%v: it switched the active environment", width)
		}
		s.raise(api.Showing{Account: &api.Ref{Name: "gone", Env: core.Live}})
		if s.listing.view != viewAll {
			t.Error("an account that is gone changes the view")
		}
	}
}

// TestANotificationDisturbsNoForm: what was typed stays on the screen.
func TestANotificationDisturbsNoForm(t *testing.T) {
	s := newStage(t, blocked("gate", core.Live)).open()
	s.accounts.openAdd()
	s.typeInto("name", "half")
	s.raise(api.Showing{Account: &api.Ref{Name: "gate", Env: core.Live}})
	if s.pages.open == nil {
		t.Error("the form is gone")
	}
}

// TestTheTrayOpensPages: the form of a new account, today and the settings, over what is open,
// unless something was typed there.
func TestTheTrayOpensPages(t *testing.T) {
	s := newStage(t, blocked("gate", core.Live)).open()
	s.raise(api.Showing{Page: api.PageSettings})
	if s.settings.page == nil {
		t.Fatal("the settings are not open")
	}
	s.raise(api.Showing{Page: api.PageSettings})
	if s.settings.page == nil || s.pages.open == nil {
		t.Error("asked for again, the settings are gone")
	}
	s.raise(api.Showing{Page: api.PageToday})
	if s.today.page == nil || s.settings.page != nil {
		t.Fatal("today is not open")
	}
	s.raise(api.Showing{Page: api.PageAdd})
	if s.today.page != nil || s.accounts.form == nil {
		t.Fatal("the form is not open")
	}
	s.typeInto("name", "half")
	s.raise(api.Showing{Page: api.PageSettings})
	if s.settings.page != nil || s.accounts.form == nil {
		t.Error("the form is gone with what was typed")
	}
}
