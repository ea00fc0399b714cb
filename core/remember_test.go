package core_test

import (
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

// TestARefusalOutlivesARestart: an error that waits for a person or for a time still
// waits after a restart, and callers get the kept error without a call. An error that
// says nothing about the upstream is found out again.
func TestARefusalOutlivesARestart(t *testing.T) {
	line := func(class core.Class, remedy string, retry time.Duration) core.Entry {
		e := core.Entry{What: core.DidFail, Class: class, Remedy: remedy, Message: "refused; see to it", Code: 1, Calls: 1, CallerIP: "203.0.113.7"}
		if retry != 0 {
			e.RetryAt = time.Now().Add(retry)
		}
		return e
	}
	for _, tt := range []struct {
		name  string
		line  func() core.Entry
		class core.Class // that Get answers at once, "" for a token
		later int        // calls after 20 minutes
	}{
		{"a wrong secret", func() core.Entry { return line(core.BadSecret, core.RemedySecret, 0) }, core.BadSecret, 0},
		{"frozen", func() core.Entry { return line(core.Frozen, core.RemedyFrozen, 0) }, core.Frozen, 0},
		{"the whitelist", func() core.Entry { return line(core.Whitelist, core.RemedyWhitelist, 15*time.Minute) }, core.Whitelist, 1},
		{"the whitelist, a while ago", func() core.Entry { return line(core.Whitelist, core.RemedyWhitelist, -time.Second) }, "", 1},
		{"a quota", func() core.Entry { return line(core.Quota, core.RemedyQuotaDay, 10*time.Hour) }, core.Quota, 0},
		{"a quota by a clock that was wrong", func() core.Entry { return line(core.Quota, core.RemedyQuotaDay, 1000*time.Hour) }, "", 1},
		{"a network", func() core.Entry { return line(core.Temporary, core.RemedyNetwork, time.Minute) }, "", 1},
		{"a request of another version", func() core.Entry { return line(core.Misuse, core.RemedyUpdate, 0) }, "", 1},
		{"a secret for another host", func() core.Entry {
			e := line(core.Misuse, core.RemedySecretAgain, 0)
			e.Calls = 0
			return e
		}, core.Misuse, 0},
		{"what never reached upstream", func() core.Entry { e := line(core.BadSecret, core.RemedySecret, 0); e.Calls = 0; return e }, "", 1},
		{"what kept nothing from being renewed", func() core.Entry { return line(core.BadSecret, "", 0) }, "", 1},
		{"a failure before an edit", func() core.Entry { return core.Entry{What: core.DidEdit} }, "", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(twoHours)
				h := start(t, setup{source: up, before: func(k *core.Keeper) {
					k.Remember(map[core.ID]core.Entry{"1": tt.line(), "2": tt.line()})
				}})
				_, err := h.Get(t.Context(), "1", 0)
				if class(err) != tt.class {
					t.Errorf("Get answers %v, want class %q", err, tt.class)
				}
				if calls := up.count(); (calls == 0) != (tt.class != "") {
					t.Errorf("%d calls", calls)
				}
				if e := core.AsError(err); e != nil && (e.Remedy == "" || e.CallerIP != "203.0.113.7" || e.Code != 1) {
					t.Errorf("the error is %+v", e)
				}
				time.Sleep(20 * time.Minute)
				if got := up.count(); got != tt.later {
					t.Errorf("%d calls in 20 minutes, want %d", got, tt.later)
				}
				if _, err := h.Refresh(t.Context(), "1", core.Report{Person: true}); err != nil {
					t.Errorf("Try again: %v", err)
				}
			})
		})
	}
}
