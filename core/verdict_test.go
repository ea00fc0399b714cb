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
		{"granted", outcome{verdict: granted, grant: grant, calls: 1}, [4]effect{works, works, works, none}},
		{"same", outcome{verdict: same, grant: grant, calls: 1}, [4]effect{works, works, works, none}},
		{"accepted after a fetch", outcome{verdict: accepted, grant: grant, calls: 2}, [4]effect{works, works, works, none}},
		{"accepted, nothing fetched", outcome{verdict: accepted, calls: 1}, [4]effect{none, none, none, none}},
		{"dead", outcome{verdict: dead, grant: grant, err: err, calls: 2}, [4]effect{failing, failing, failing, none}},
		{"unknown", outcome{verdict: unknown, grant: grant, err: err, calls: 2}, [4]effect{none, none, none, none}},
		{"failed", outcome{verdict: failed, err: err, calls: 1}, [4]effect{failing, inTheWay, inTheWay, none}},
		{"failed before a call", outcome{verdict: failed, err: err}, [4]effect{failing, inTheWay, none, none}},
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
	if e < none || e > inTheWay {
		return fmt.Sprintf("effect(%d)", int(e))
	}
	return [...]string{"none", "works", "failing", "in the way"}[e]
}
