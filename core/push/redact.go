package push

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"tokentray/core"
)

// longWord is longer than any word; longer runs may be a token in another spelling.
const longWord = 24

// redact makes a command's message fit to be shown and stored: it contains no piece
// of a token, no long run of letters and digits, such as a token in base64, and no
// control character. It is cut to maxSaid bytes.
func redact(line string, tokens ...string) string {
	line = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, line)
	for _, token := range tokens {
		line = core.HidePieces(line, token)
	}
	var out strings.Builder
	for len(line) > 0 {
		n := wordLength(line)
		switch {
		case n > longWord:
			out.WriteString(core.Hidden)
		case n > 0:
			out.WriteString(line[:n])
		default:
			_, n = utf8.DecodeRuneInString(line)
			out.WriteString(line[:n])
		}
		line = line[n:]
	}
	return cut(strings.ToValidUTF8(out.String(), core.Hidden)) // a piece may end within a character
}

// wordLength is how many bytes at the beginning of s could be of one token:
// letters, digits and the marks of base64 and of queries.
func wordLength(s string) int {
	n := 0
	for n < len(s) {
		c := s[n]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("+_-=%", c) >= 0) {
			break
		}
		n++
	}
	return n
}

// cut shortens s to maxSaid bytes of whole characters.
func cut(s string) string {
	if len(s) <= maxSaid {
		return s
	}
	end := maxSaid
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
