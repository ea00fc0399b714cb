package core

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// shortPiece is how many bytes of a secret or a token reveal nothing.
const shortPiece = 7

// HidePieces replaces by ••• every piece of text that is also a piece of value, a
// secret or a token, and longer than seven bytes: half a secret must be hidden too.
// Upper and lower case are the same. A shorter value is hidden only as a whole.
func HidePieces(text, value string) string {
	low, find := lowerASCII(text), lowerASCII(value)
	piece := min(shortPiece+1, len(find))
	if piece == 0 {
		return text
	}
	var out strings.Builder
	for len(low) >= piece {
		n := piece
		if !strings.Contains(find, low[:n]) {
			_, n = utf8.DecodeRuneInString(text)
			out.WriteString(text[:n])
		} else {
			for n < len(low) && strings.Contains(find, low[:n+1]) {
				n++
			}
			out.WriteString(Hidden)
		}
		text, low = text[n:], low[n:]
	}
	out.WriteString(text)
	return out.String()
}

// lowerASCII is text with a to z for A to Z, of the same length.
func lowerASCII(text string) string {
	b := []byte(text)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// Spellings are value in hexadecimal and in base64, in each of the three alignments
// that base64 gives it within a longer text.
func Spellings(value string) []string {
	out := []string{hex.EncodeToString([]byte(value))}
	for before := range 3 {
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			text := enc.EncodeToString([]byte(strings.Repeat("\x00", before) + value))
			first := [...]int{0, 2, 3}[before] // those characters that depend on the bytes before it too
			last := len(text)
			if (before+len(value))%3 != 0 { // … and on the bytes after it
				last--
			}
			out = append(out, text[min(first, last):last])
		}
	}
	return out
}
