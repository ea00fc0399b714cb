package notify

import (
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// again returns the scene as a new agent sees it. It has the memory of this one, and
// its first snapshot is from before the first renewals.
func (s *scene) again(accounts ...api.Account) *scene {
	s.t.Helper()
	raw, err := json.Marshal(s.j.memory)
	if err != nil {
		s.t.Fatal(err)
	}
	next := &scene{t: s.t, j: newJudge(readMemory(raw, s.now)), now: s.now}
	next.list = api.List{Settings: core.DefaultSettings(), Accounts: accounts}
	next.j.onEvent(api.Event{Type: api.EventSnapshot, Snapshot: &next.list}, next.now)
	return next
}

// TestARestartTellsNothingAgain: what was shown in the last half hour and lasts is
// not shown again. What is new is shown.
func TestARestartTellsNothingAgain(t *testing.T) {
	s := newScene(t, acc("shop", core.StateFresh, time.Hour), acc("blog", core.StateFresh, time.Hour))
	s.account(blocked("shop", ""))
	s.says(time.Second, "person shop")
	for i := range 5 {
		s = s.again(acc("shop", core.StateEmpty, 0), acc("blog", core.StateFresh, time.Hour))
		s.says(time.Duration(2+3*i) * time.Minute)
		s.account(blocked("shop", "")) // the first renewal finds that out
		s.says(time.Duration(3+3*i) * time.Minute)
	}
	s.account(blocked("blog", ""))
	s.says(16*time.Minute, "person blog")
	s.says(3 * time.Hour) // it lasts, and nobody is reminded

	// It ended and came back: the usual spacing applies.
	s = newScene(t, acc("shop", core.StateFresh, time.Hour))
	s.account(blocked("shop", ""))
	s.says(time.Second, "person shop")
	s = s.again(acc("shop", core.StateEmpty, 0))
	s.account(blocked("shop", ""))
	s.says(2 * time.Minute)
	s.account(acc("shop", core.StateFresh, time.Hour))
	s.says(3 * time.Minute)
	s.account(blocked("shop", ""))
	s.says(4 * time.Minute)
	s.says(31*time.Minute, "person shop")

	// After a long time it is shown again.
	s = s.again(acc("shop", core.StateEmpty, 0))
	s.says(2 * time.Hour)
	s.account(blocked("shop", ""))
	s.says(2*time.Hour+time.Second, "person shop")
}

// TestAFailingRenewalIsNotToldAtEachStart: each kind is remembered separately.
func TestAFailingRenewalIsNotToldAtEachStart(t *testing.T) {
	s := newScene(t, acc("shop", core.StateFresh, 4*time.Minute))
	s.account(retrying("shop", 4*time.Minute))
	s.says(patience+time.Second, "failing shop")
	s = s.again(acc("shop", core.StateFresh, 4*time.Minute))
	s.account(retrying("shop", 4*time.Minute))
	s.says(4 * time.Minute)
	s.account(blocked("shop", ""))
	s.says(5*time.Minute, "person shop")
}

func TestMemoryOfNonsense(t *testing.T) {
	for _, raw := range []string{
		"", "null", "{", "[]", `{"id-shop":null}`, `{"id-shop":{"person":"2126-01-01T00:00:00Z"}}`, `{"id-shop":{"person":"2026-11-22T10:00:00Z"}}`, `{"id-shop":7}`,
	} {
		m := readMemory([]byte(raw), noon)
		if len(m) != 0 {
			t.Errorf("%s: %v", raw, m)
		}
		m.note("x", person, noon)
	}
}

// TestWhatIsKeptHoldsNoName: the file has only IDs and times and is written only
// after something was shown. If it cannot be written, notifications are shown
// nevertheless.
func TestWhatIsKeptHoldsNoName(t *testing.T) {
	var saved []string
	var log strings.Builder
	var refuse error
	n := &notifier{Config: Config{
		Save: func(raw []byte) error { saved = append(saved, string(raw)); return refuse },
		Log:  slog.New(slog.NewTextHandler(&log, nil)),
	}, judge: newJudge(memory{})}
	n.keep(nil)
	n.keep([]decision{{kind: person}})
	if len(saved) != 0 {
		t.Errorf("saved %q for nothing", saved)
	}
	s := newScene(t, acc("shop", core.StateFresh, time.Hour))
	n.judge = s.j
	s.account(blocked("shop", "203.0.113.7"))
	decisions, _ := s.j.decide(noon)
	refuse = errors.New("disk full")
	n.keep(decisions)
	if len(saved) != 1 || strings.Contains(saved[0], "203.0.113.7") || strings.Contains(saved[0], `"shop"`) || !strings.Contains(saved[0], "id-shop") {
		t.Errorf("saved %q", saved)
	}
	if !strings.Contains(log.String(), "disk full") {
		t.Errorf("the log says %q", log.String())
	}
}

// FuzzMemory: of what an earlier agent wrote the notifications of the last while stay,
// and none of the future.
func FuzzMemory(f *testing.F) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, raw := range []string{`{"a":{"needs":"2026-03-01T11:50:00Z"}}`, `{"a":{"x":"2026-03-01T12:50:00Z","y":"0001-01-01T00:00:00Z"},"b":null}`, "null", "[]", `{"a":{"x":1}}`, ""} {
		f.Add([]byte(raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := readMemory(raw, now)
		for id, kinds := range m {
			for kind, at := range kinds {
				if at.After(now) || now.Sub(at) >= spacing {
					t.Fatalf("%q of %q is of %s", kind, id, at)
				}
			}
			if len(kinds) == 0 {
				t.Fatalf("nothing is kept of %q", id)
			}
		}
		m.note("a", 0, now) // it can be written to
		again, err := json.Marshal(m)
		if err != nil || len(readMemory(again, now)) != len(m) {
			t.Fatalf("%q comes back as %q: %v", raw, again, err)
		}
	})
}
