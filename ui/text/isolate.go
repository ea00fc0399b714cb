package text

import "golang.org/x/text/unicode/bidi"

// Isolated wraps a name that contains right-to-left text, so that it does not change
// the order of the words around it. It returns any other name as it is.
func Isolated(name string) string {
	if !rightToLeft(name) {
		return name
	}
	const leftToRight, isolate, end = "\u200e", "\u2068", "\u2069"
	return leftToRight + isolate + name + end + leftToRight
}

// rightToLeft reports whether s contains a right-to-left character.
func rightToLeft(s string) bool {
	for _, r := range s {
		if p, _ := bidi.LookupRune(r); p.Class() == bidi.R || p.Class() == bidi.AL {
			return true
		}
	}
	return false
}
