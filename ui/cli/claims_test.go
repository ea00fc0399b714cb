package cli

import (
	"strings"
	"testing"
	"time"

	"tokentray/core"
)

// show tells what a token that is a JWT says of itself, and that nobody verified it.
func TestShowTellsClaims(t *testing.T) {
	r := withToken(newRun())
	if out, _ := r.try(t, 0, "show", "shop"); strings.Contains(out, "JWT") {
		t.Errorf("of no JWT:\n%s", out)
	}
	r.agent.list.Accounts[0].Claims = &core.Claims{Issuer: "https://sso.example\x1b[2J", Scope: []string{"read"}, Expires: time.Unix(1772625600, 0)}
	out, _ := r.try(t, 0, "show", "shop")
	for _, want := range []string{"decoded, not verified", "https://sso.example", "read", "ends (exp)"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	if strings.Contains(out, "\x1b[2J") {
		t.Error("a claim steers the terminal")
	}
	if out, _ := r.try(t, 0, "show", "shop", "--json"); !strings.Contains(out, `"iss":`) && !strings.Contains(out, `"iss": `) {
		t.Errorf("not in JSON:\n%s", out)
	}
}
