package text

import "golang.org/x/text/unicode/bidi"

// Isolated keeps a name that is written from right to left, in part at least,
// from changing the order of the words around it. Any other is returned as it is.
func Isolated(name string) string {
	if !rightToLeft(name) {
		return name
	}
	const leftToRight, isolate, end = "\u200e", "\u2068", "\u2069"
	return leftToRight + isolate + name + end + leftToRight
}

// rightToLeft reports whether s has a character that is written so.
func rightToLeft(s string) bool {
	for _, r := range s {
		if p, _ := bidi.LookupRune(r); p.Class() == bidi.R || p.Class() == bidi.AL {
			return true
		}
	}
	return false
}
