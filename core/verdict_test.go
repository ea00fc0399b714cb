package core

import (
	"fmt"
	"testing"
)

// What a round says of renewal, for every goal and every verdict.
func TestGoalAndVerdictDecideTheEffect(t *testing.T) {
	goals := []goal{renew, report, force, check}
	grant := Grant{Value: "t", ExpiresIn: 1}
	err := &Error{Class: Temporary}
	for _, tt := range []struct {
		name string
		out  outcome
		want [4]effect // by goal
	}{
		{"granted", outcome{verdict: granted, grant: grant, calls: 1}, [4]effect{works, works, works, untouched}},
		{"same", outcome{verdict: same, grant: grant, calls: 1}, [4]effect{works, works, works, untouched}},
		{"accepted after a fetch", outcome{verdict: accepted, grant: grant, calls: 2}, [4]effect{works, works, works, untouched}},
		{"accepted, nothing fetched", outcome{verdict: accepted, calls: 1}, [4]effect{untouched, untouched, untouched, untouched}},
		{"dead", outcome{verdict: dead, grant: grant, err: err, calls: 2}, [4]effect{broken, broken, broken, untouched}},
		{"unknown", outcome{verdict: unknown, grant: grant, err: err, calls: 2}, [4]effect{untouched, untouched, untouched, untouched}},
		{"failed", outcome{verdict: failed, err: err, calls: 1}, [4]effect{broken, maybeBroken, maybeBroken, untouched}},
		{"failed before a call", outcome{verdict: failed, err: err}, [4]effect{broken, maybeBroken, untouched, untouched}},
	} {
		for i, g := range goals {
			if got := tt.out.effect(g); got != tt.want[i] {
				t.Errorf("%s, goal %v: effect %v, want %v", tt.name, g, got, tt.want[i])
			}
		}
	}
}

func (g goal) String() string { return [...]string{"renew", "report", "force", "check"}[g] }

func (e effect) String() string {
	if e < untouched || e > maybeBroken {
		return fmt.Sprintf("effect(%d)", int(e))
	}
	return [...]string{"untouched", "works", "broken", "maybe broken"}[e]
}
