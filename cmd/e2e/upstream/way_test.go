package upstream

import "testing"

// TestTheTokenOfAnAnswer is found however deep it stands, and nothing is found where
// there is none.
func TestTheTokenOfAnAnswer(t *testing.T) {
	deep := map[string]any{"data": map[string]any{"access_token": "deep"}, "access_token": "flat", "n": 1.0}
	for path, want := range map[string]string{"access_token": "flat", "data.access_token": "deep", "n": "", "n.x": "", "none": "", "data": ""} {
		if got := field(deep, path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	if got := field("no object", "access_token"); got != "" {
		t.Errorf("found %q", got)
	}
}

// TestWayOfAPath: a team's server names the account in its path.
func TestWayOfAPath(t *testing.T) {
	for path, want := range map[string]string{"/central/wx1": "wx1", "/cgi-bin/token": "", "/oauth2/token": ""} {
		if _, rest, ok := wayOf(path); !ok || rest != want {
			t.Errorf("%s: %q, %v", path, rest, ok)
		}
	}
	for _, path := range []string{"/central/wx1/stale", "/cgi-bin/ticket/getticket", "/"} {
		if _, _, ok := wayOf(path); ok {
			t.Errorf("%s gives no token", path)
		}
	}
}
