package core_test

import (
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

// A token may be dead from its first second: its first report is served at once,
// whatever brought the token. Thirty seconds lie between two reports alone.
func TestTheFirstReportIsServedAtOnce(t *testing.T) {
	for _, tt := range []struct {
		name   string
		legacy bool
		come   func(*testing.T, *house) // brings the token that is reported a second later
	}{
		{"a cold get", false, func(t *testing.T, h *house) { get(t, h) }},
		{"a cold get, legacy", true, func(t *testing.T, h *house) { get(t, h) }},
		{"a renewal in the background", false, func(t *testing.T, h *house) {
			first := get(t, h)
			for h.current(t).Value == first.Value {
				time.Sleep(time.Second)
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(twoHours)
				up.legacy(tt.legacy)
				h := open(t, up, nil, core.Token{})
				defer h.stop()
				tt.come(t, h)
				young := h.current(t)
				time.Sleep(time.Second)
				up.kill()
				a, err := h.Refresh(t.Context(), "1", core.Report{Stale: young.Value})
				if err != nil || a.Token.Value == young.Value || !up.Accepts(a.Token.Value) {
					t.Fatalf("the first report of a token of %v: %v, the same token %v", time.Since(young.ObtainedAt), err, a.Token.Value == young.Value)
				}
				reported, calls := time.Now(), up.count()
				time.Sleep(10 * time.Second)
				if again, err := h.Refresh(t.Context(), "1", core.Report{Stale: young.Value}); err != nil || again.Token.Value != a.Token.Value {
					t.Errorf("the same report once more: %v", err)
				}
				for time.Since(reported) < 30*time.Second {
					_, err := h.Refresh(t.Context(), "1", core.Report{Stale: a.Token.Value})
					if e := core.AsError(err); e == nil || e.Class != core.Temporary || !e.RetryAt.Equal(reported.Add(30*time.Second).Round(0)) {
						t.Fatalf("the report of the next token after %v: %+v, want Temporary until 30 s are over", time.Since(reported), e)
					}
					time.Sleep(time.Second)
				}
				if n := up.count() - calls; n != 0 {
					t.Errorf("%d fetches within the floor", n)
				}
				if b, err := h.Refresh(t.Context(), "1", core.Report{Stale: a.Token.Value}); err != nil || !b.StillValid {
					t.Errorf("the report after the floor: still valid %v, %v", b.StillValid, err)
				}
			})
		})
	}
}

// get is a token of shop, whatever its life.
func get(t *testing.T, h *house) core.Token {
	t.Helper()
	token, err := h.Get(t.Context(), "1", 0)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// current is the token that the Keeper has of shop.
func (h *house) current(t *testing.T) core.Token {
	t.Helper()
	token, there := h.Token("1")
	if !there {
		t.Fatal("the account is gone")
	}
	return token
}
