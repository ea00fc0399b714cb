package door

import (
	"encoding/json"
	"testing"
	"time"

	"tokentray/core"
	"tokentray/core/api"
)

// TestATokenIsWrittenAsItIs: the text that is kept for the next reader never
// outlives the token it was made of.
func TestATokenIsWrittenAsItIs(t *testing.T) {
	d := New(Config{})
	at := time.Now().Round(0)
	first := api.Token{AccessToken: "88_a", ExpiresIn: 10, ExpiresAt: at, Account: "shop", Env: core.Sandbox, Previous: &api.Previous{Token: "88_z", Until: at}}
	again := first
	again.Previous = &api.Previous{Token: "88_z", Until: at}
	tokens := []api.Token{first, again, first, {AccessToken: "88_a"}}
	for _, change := range []func(*api.Token){
		func(t *api.Token) { t.AccessToken = "88_b" },
		func(t *api.Token) { t.ExpiresIn = 9 },
		func(t *api.Token) { t.StillValid = true },
		func(t *api.Token) { t.Account = "blog" },
		func(t *api.Token) { t.Env = core.Live },
		func(t *api.Token) { t.Previous = nil },
		func(t *api.Token) { t.Previous = &api.Previous{Token: "88_y", Until: at} },
	} {
		other := first
		change(&other)
		tokens = append(tokens, first, other, other, first)
	}
	for i, token := range tokens {
		want, err := json.Marshal(token)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := d.encode(token); err != nil || string(got) != string(want)+"\n" {
			t.Errorf("token %d: %s, %v, want %s", i, got, err, want)
		}
	}
	if raw, err := d.encode(api.Token{ExpiresAt: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}); err == nil {
		t.Errorf("a time that JSON cannot say: %s", raw)
	}
}
