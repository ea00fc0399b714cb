package agent

import (
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// waiting is an agent with an account that has a token, shop, and one whose next
// token upstream is slow to give, late. arrive lets it come, and answers what the
// copy of it answered.
func waiting(t *testing.T, req api.CopyRequest) (r *running, arrive func() error) {
	t.Helper()
	w := newWorld(t)
	r = w.start()
	r.add("shop", core.Live)
	late, err := r.client.Add(t.Context(), input("late", core.Live, "wxffffffffffffffff"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.client.Edit(t.Context(), late.Account.Ref(), api.AccountInput{Input: core.Input{Auto: ptr(false)}}); err != nil {
		t.Fatal(err)
	}
	w.pass(3 * time.Hour)
	if _, err := r.client.Token(t.Context(), api.Ref{Name: "shop", Env: core.Live}, 0); err != nil {
		t.Fatal(err)
	}
	hang := make(chan struct{})
	w.up.set(nil, hang)
	answer := make(chan error, 1)
	before := w.desk.watches()
	go func() { answer <- second(r.client.Copy(t.Context(), late.Account.Ref(), req)) }()
	w.desk.untilWatched(before)
	return r, func() error {
		w.up.set(nil, nil)
		close(hang)
		return <-answer
	}
}

// untilWatched waits for another watch than those before.
func (d *desktop) untilWatched(before int) {
	for d.watches() == before {
		runtime.Gosched()
	}
}

// Whatever was copied while a token was waited for is newer and stays; the token
// is at hand then, and the answer says so.
func TestALateCopyReplacesNothingNewer(t *testing.T) {
	shop := api.Ref{Name: "shop", Env: core.Live}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
	for name, c := range map[string]struct {
		meanwhile func(*running)
		want      func(held string) bool
		late      bool
	}{
		"nothing": {func(*running) {}, func(held string) bool { return strings.Contains(held, "wxffff") }, false},
		"another account": {
			func(r *running) { must(second(r.client.Copy(t.Context(), shop, api.CopyRequest{}))) },
			func(held string) bool { return strings.HasPrefix(held, "88_wx0000") }, true,
		},
		"another program": {
			func(r *running) { r.world.desk.another("shopping list") },
			func(held string) bool { return held == "shopping list" }, true,
		},
		"a person clears": {
			func(r *running) { must(r.client.ClearClipboard(t.Context())) },
			func(held string) bool { return held == "" }, true,
		},
		"a copy that fails": {
			func(r *running) {
				wantClass(t, second(r.client.Copy(t.Context(), api.Ref{Name: "nobody"}, api.CopyRequest{})), core.NotFound)
				wantClass(t, second(r.client.Copy(t.Context(), shop, api.CopyRequest{Previous: true})), core.Misuse)
			},
			func(held string) bool { return strings.Contains(held, "wxffff") }, false,
		},
		"another account, whose token is gone from there": {
			func(r *running) {
				must(second(r.client.Copy(t.Context(), shop, api.CopyRequest{})))
				must(r.world.desk.Clear(t.Context()))
				r.ClipboardGone(api.Clipboard{})
			},
			func(held string) bool { return held == "" }, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, arrive := waiting(t, api.CopyRequest{})
			c.meanwhile(r)
			err := arrive()
			if c.late {
				if e := wantClass(t, err, core.Misuse); e.Remedy != core.RemedyCopyLate || !strings.Contains(e.Message, "late/live") || strings.Contains(e.Message, "88_") {
					t.Errorf("the answer is %v", e)
				}
			} else if err != nil {
				t.Errorf("the answer is %v", err)
			}
			if held := r.world.desk.holds(); !c.want(held) {
				t.Errorf("the clipboard holds %q", held)
			}
			if list, err := r.client.List(t.Context()); err != nil || c.late && list.Clipboard.Account == "late" {
				t.Errorf("the list tells %+v, %v", list.Clipboard, err)
			}
			asked := r.world.up.count()
			if _, err := r.client.Copy(t.Context(), api.Ref{Name: "late", Env: core.Live}, api.CopyRequest{}); err != nil || !strings.Contains(r.world.desk.holds(), "wxffff") {
				t.Errorf("copied again: the clipboard holds %q, %v", r.world.desk.holds(), err)
			}
			if r.world.up.count() != asked {
				t.Error("copied again, and upstream was asked again")
			}
			r.world.desk.mu.Lock()
			defer r.world.desk.mu.Unlock()
			if r.world.desk.watched != r.world.desk.unwatched {
				t.Errorf("watched %d times, ended %d times", r.world.desk.watched, r.world.desk.unwatched)
			}
		})
	}
}

// Somebody who presses twice wants one thing, and gets it.
func TestTwoWishesForOneTokenAreOne(t *testing.T) {
	r, arrive := waiting(t, api.CopyRequest{Format: "header"})
	again := make(chan error, 1)
	before := r.world.desk.watches()
	go func() {
		again <- second(r.client.Copy(t.Context(), api.Ref{Name: "late", Env: core.Live}, api.CopyRequest{Format: "header"}))
	}()
	r.world.desk.untilWatched(before)
	if err := errors.Join(arrive(), <-again); err != nil {
		t.Error(err)
	}
	if held := r.world.desk.holds(); !strings.HasPrefix(held, "Authorization: Bearer 88_wxffff") {
		t.Errorf("the clipboard holds %q", held)
	}
}

// A caller that shows no answer, as the tray, has the late token told as an event.
func TestALateCopyIsToldWhereThatIsWanted(t *testing.T) {
	for _, notify := range []bool{true, false} {
		r, arrive := waiting(t, api.CopyRequest{Notify: notify})
		events, err := r.client.Events(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		<-events
		r.world.desk.another("shopping list")
		wantClass(t, arrive(), core.Misuse)
		if _, err := r.client.SetSetting(t.Context(), "theme", "dark"); err != nil { // stands behind it
			t.Fatal(err)
		}
		told := false
		for e := range events {
			if e.Type == api.EventSettings {
				break
			}
			if e.Type == api.EventCopyLate {
				told = e.Clipboard.Account == "late" && e.Clipboard.Env == core.Live
			}
		}
		if told != notify {
			t.Errorf("told: %v, want %v", told, notify)
		}
	}
}

// A copy by a caller that shows no answer is confirmed by an event, if the settings
// want a notification.
func TestACopyIsConfirmedWhereThatIsWanted(t *testing.T) {
	for _, tt := range []struct {
		how    string
		notify bool
		want   bool
	}{
		{core.ConfirmNotification, true, true},
		{core.ConfirmNotification, false, false},
		{core.ConfirmIcon, true, false},
		{core.ConfirmOff, true, false},
	} {
		r, arrive := waiting(t, api.CopyRequest{})
		if err := arrive(); err != nil {
			t.Fatal(err)
		}
		if _, err := r.client.SetSetting(t.Context(), "confirm-copy", tt.how); err != nil {
			t.Fatal(err)
		}
		events, err := r.client.Events(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		<-events
		late := api.Ref{Name: "late", Env: core.Live}
		if _, err := r.client.Copy(t.Context(), late, api.CopyRequest{Format: "header", Notify: tt.notify}); err != nil {
			t.Fatal(err)
		}
		if _, err := r.client.SetSetting(t.Context(), "theme", "dark"); err != nil { // stands behind it
			t.Fatal(err)
		}
		told := false
		for e := range events {
			if e.Type == api.EventSettings {
				break
			}
			if e.Type == api.EventCopied {
				told = e.Clipboard.Account == "late" && e.Clipboard.Env == core.Live && e.Clipboard.Format == "header" && !e.Clipboard.ClearsAt.IsZero()
			}
		}
		if told != tt.want {
			t.Errorf("%+v: told: %v", tt, told)
		}
	}
}

// A token that follows its renewal does not take a newer copy's place or
// overtake one that is waited for.
func TestFollowingOvertakesNothing(t *testing.T) {
	r, arrive := waiting(t, api.CopyRequest{})
	for key, value := range map[string]string{"clipboard-follow": "true", "clear-after": "10m"} {
		if _, err := r.client.SetSetting(t.Context(), key, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.copier.replace(t.Context(), r.successor); err != nil { // nothing is there
		t.Error(err)
	}
	if err := arrive(); err != nil || !strings.Contains(r.world.desk.holds(), "wxffff") {
		t.Errorf("the clipboard holds %q, %v", r.world.desk.holds(), err)
	}
	r.world.desk.another("shopping list")
	r.world.pass(time.Minute)
	if _, err := r.client.Refresh(t.Context(), api.Ref{Name: "late", Env: core.Live}, api.RefreshRequest{Force: true}); err != nil {
		t.Fatal(err)
	}
	if err := r.copier.replace(t.Context(), r.successor); err != nil || r.world.desk.holds() != "shopping list" {
		t.Errorf("the clipboard holds %q, %v", r.world.desk.holds(), err)
	}
}

// An address that was copied meanwhile stays, too.
func TestALateCopyReplacesNoText(t *testing.T) {
	r, arrive := waiting(t, api.CopyRequest{})
	if _, err := r.client.CopyText(t.Context(), api.TextRequest{Text: core.NewSecret("203.0.113.7")}); err != nil {
		t.Fatal(err)
	}
	wantClass(t, arrive(), core.Misuse)
	if held := r.world.desk.holds(); held != "203.0.113.7" {
		t.Errorf("the clipboard holds %q", held)
	}
}
