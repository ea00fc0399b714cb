package core

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
)

func TestHidePieces(t *testing.T) {
	const secret = "0123456789abcdefFEDCBA9876543210"
	for text, want := range map[string]string{
		"":                               "",
		"nothing of it":                  "nothing of it",
		"all " + secret + "!":            "all •••!",
		"half 0123456789ABCDEF, so":      "half •••, so",
		"the end dcba9876543210":         "the end •••",
		"eight 23456789":                 "eight •••",
		"seven 2345678":                  "seven 2345678",
		"two 01234567 and fedcba98 of":   "two ••• and ••• of",
		"字0123456789字 é":                 "字•••字 é",
		"a longer word x0123456789abcdx": "a longer word x•••x",
	} {
		if got := HidePieces(text, secret); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	for _, value := range []string{"", "abc"} {
		want := map[string]string{"": "so ABC is", "abc": "so ••• is"}[value]
		if got := HidePieces("so ABC is", value); got != want {
			t.Errorf("of %q: %q, want %q", value, got, want)
		}
	}
}

// TestSpellings: wherever a value stands in what is encoded, one of its spellings
// is in the outcome.
func TestSpellings(t *testing.T) {
	for _, value := range []string{"hunter2", "pass", "0123456789abcdef0123456789abcdef", "k\xff>?>"} {
		for before := range 4 {
			for behind := range 4 {
				plain := strings.Repeat("u", before) + value + strings.Repeat("z", behind)
				for _, text := range []string{
					base64.StdEncoding.EncodeToString([]byte(plain)), base64.URLEncoding.EncodeToString([]byte(plain)), hex.EncodeToString([]byte(plain)),
				} {
					found := false
					for _, s := range Spellings(value) {
						found = found || len(s) >= len(value) && strings.Contains(text, s)
					}
					if !found {
						t.Errorf("%q in %q: no spelling of it is found", value, text)
					}
				}
			}
		}
	}
}
