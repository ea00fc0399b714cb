package agent

import (
	"testing"

	"tokentray/core"
	"tokentray/core/kinds"
)

// TestWhoNeedsAPersonIsCountedAlike: an account whose owner has not allowed fetches
// waits for a person from the moment that it is added, and status, list and a single
// account say so alike.
func TestWhoNeedsAPersonIsCountedAlike(t *testing.T) {
	r := newWorld(t).start()
	r.add("shop", core.Sandbox)
	in := input("old", core.Live, "wx00000000000000aa")
	in.Kind = ptr(kinds.WeChatLegacy)
	saved, err := r.client.Add(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	check := func(when string, want int) {
		t.Helper()
		status, err := r.client.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		list, err := r.client.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		listed, blocked := 0, 0
		for _, a := range list.Accounts {
			if a.NeedsPerson(r.world.now()) {
				listed++
				if a.Error == nil || a.Error.Remedy != core.RemedyAllowLive {
					t.Errorf("%s: %s needs somebody because of %+v", when, a.Ref(), a.Error)
				}
			}
			if a.State == core.StateBlocked {
				blocked++
			}
		}
		if status.NeedYou != want || listed != want || blocked != want {
			t.Errorf("%s: status counts %d, list %d, states %d; want %d", when, status.NeedYou, listed, blocked, want)
		}
	}
	check("before it was allowed", 1)
	in = input("old", core.Live, "wx00000000000000aa")
	in.Secret, in.AllowLive = nil, ptr(true)
	if _, err := r.client.Edit(t.Context(), saved.Account.Ref(), in); err != nil {
		t.Fatal(err)
	}
	check("after", 0)
}
