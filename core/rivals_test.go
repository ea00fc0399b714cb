package core_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tokentray/core"
)

// rivals are backends that bring a token while a fetch waits for them.
type rivals struct {
	mu     sync.Mutex
	brings func() core.Grant
	held   int
	ends   []bool
}

func (r *rivals) Hold(context.Context, core.Account) (core.Grant, func(bool)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.held++
	var came core.Grant
	if r.brings != nil {
		came = r.brings()
	}
	return came, func(renewed bool) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.held--
		r.ends = append(r.ends, renewed)
	}
}

// TestATokenThatABackendBroughtIsNotKilled: where a fetch would kill it, it is used, if
// upstream accepts it and nobody insists on another.
func TestATokenThatABackendBroughtIsNotKilled(t *testing.T) {
	for name, tt := range map[string]struct {
		legacy, dead, force bool
		down                bool
		used                bool
	}{
		"a legacy token":                     {legacy: true, used: true},
		"one that upstream refuses":          {legacy: true, dead: true},
		"one that cannot be checked":         {legacy: true, down: true},
		"a person wants another":             {legacy: true, force: true},
		"a token that a fetch does not kill": {},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up := newUpstream(twoHours)
				up.legacy(tt.legacy)
				r := &rivals{}
				h := start(t, setup{source: up, account: byHand, rivals: r})
				first := get(t, h)
				time.Sleep(time.Hour)
				backends := ""
				r.brings = func() core.Grant {
					up.set(func() {
						up.mint(time.Now())
						backends = up.current.value
						if tt.dead {
							up.current.value = "another that killed it"
						}
						up.down = tt.down
					})
					return core.Grant{Value: backends, ExpiresIn: 2 * time.Hour}
				}
				up.kill()
				fetches := up.count()
				report := core.Report{Stale: first.Value, Person: true}
				if tt.force {
					report = core.Report{Force: true, Person: true}
				}
				answer, err := h.Refresh(t.Context(), "1", report)
				switch {
				case tt.down:
					if err == nil {
						t.Errorf("a token came from nowhere")
					}
				case err != nil:
					t.Fatal(err)
				case (answer.Token.Value == backends && up.count() == fetches) != tt.used:
					t.Errorf("the backend's token is used: %v, with %d fetches", answer.Token.Value == backends, up.count()-fetches)
				}
				if left := answer.Token.Remaining(time.Now()); left > 2*time.Hour {
					t.Errorf("it lives for %v", left)
				}
				r.mu.Lock()
				defer r.mu.Unlock()
				if r.held != 0 || len(r.ends) == 0 || r.ends[len(r.ends)-1] == tt.down {
					t.Errorf("%d are still held; ends %v", r.held, r.ends)
				}
			})
		})
	}
}
