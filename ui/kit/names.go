package kit

import (
	"strings"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// Names may be 200 characters of any script. Where one stands in a sentence, its
// middle goes if it is long, and it is kept from turning the sentence around if
// it is written from right to left. What a reader takes for one character, an
// emoji of several code points or a letter with its marks, stays whole.

// Clusters are what a reader takes for the characters of s.
func Clusters(s string) []string {
	var out []string
	for it := graphemes.FromString(s); it.Next(); {
		out = append(out, it.Value())
	}
	return out
}

// MiddleCut leaves at most that many characters of s, its beginning and its end:
// names often differ in the latter.
func MiddleCut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	all := Clusters(s)
	if len(all) <= most {
		return s
	}
	tail := most / 3
	return strings.Join(all[:most-tail-1], "") + "…" + strings.Join(all[len(all)-tail:], "")
}
