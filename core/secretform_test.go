package core_test

import (
	"strings"
	"testing"

	"tokentray/core"
)

func TestHoldsSecret(t *testing.T) {
	const secret = "a1b2c3d4e5f60718293a4b5c6d7e8f90"
	for text, want := range map[string]bool{
		secret:                         true,
		strings.ToUpper(secret):        true,
		"shop " + secret + "/live":     true,
		"wx" + secret[:31] + "x":       false,
		secret[:31]:                    false,
		secret[:16] + "-" + secret[:9]: false,
		"":                             false,
	} {
		if got := core.HoldsSecret(text); got != want {
			t.Errorf("HoldsSecret(%q) = %v, want %v", text, got, want)
		}
	}
}

func TestHideSecrets(t *testing.T) {
	const token = "84_Abcdefghijklmnopqrstuvwxyz0123456789_"
	const secret = "a1b2c3d4e5f60718293a4b5c6d7e8f90"
	for _, c := range []struct{ text, typed, want string }{
		{"no account " + token + "/live", token + "/live", "no account •••/live"},
		{"no file " + secret + ".env", secret + ".env", "no file •••.env"},
		{"no account shop", "shop", "no account shop"},
		{"no account " + token, "shop", "no account " + token},
		{"no account " + token[1:], token[1:], "no account " + token[1:]}, // a character too short
		{strings.ToLower(token), strings.ToLower(token), strings.ToLower(token)},
		{strings.ToUpper(token), strings.ToUpper(token), strings.ToUpper(token)},
	} {
		if got := core.HideSecrets(c.text, "get", c.typed); got != c.want {
			t.Errorf("HideSecrets(%q) typed %q = %q, want %q", c.text, c.typed, got, c.want)
		}
	}
}
