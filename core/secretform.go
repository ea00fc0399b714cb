package core

import "strings"

const (
	secretDigits = 32 // hexadecimal digits of an AppSecret
	tokenLength  = 40 // characters of the shortest word that may be a token
)

const (
	digits   = "0123456789"
	small    = "abcdefghijklmnopqrstuvwxyz"
	capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// HoldsSecret reports whether a text that is shown and stored in clear, such as a
// name, holds what looks like an AppSecret: 32 hexadecimal digits.
func HoldsSecret(text string) bool {
	run := 0
	for _, c := range []byte(text) {
		if !strings.ContainsRune(digits+"abcdefABCDEF", rune(c)) {
			run = 0
			continue
		}
		if run++; run == secretDigits {
			return true
		}
	}
	return false
}

// LooksRandom reports whether a text has digits, capitals and small letters, as a
// token and a secret without a fixed form have.
func LooksRandom(text string) bool {
	return strings.ContainsAny(text, digits) && strings.ContainsAny(text, small) && strings.ContainsAny(text, capitals)
}

// HideSecrets replaces in a text that others may read every word of typed that looks
// like a secret or a token. It was typed in the wrong place, as in "get $SECRET".
func HideSecrets(text string, typed ...string) string {
	between := func(r rune) bool { return !strings.ContainsRune(digits+small+capitals+"_-", r) }
	for _, one := range typed {
		for word := range strings.FieldsFuncSeq(one, between) {
			if HoldsSecret(word) || len(word) >= tokenLength && LooksRandom(word) {
				text = strings.ReplaceAll(text, word, Hidden)
			}
		}
	}
	return text
}
