package push

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Pieces of a token that are no longer than shortPiece tell nothing of it; words
// that are longer than longWord may be a token in another spelling.
const (
	shortPiece = 7
	longWord   = 24
)

const hidden = "•••"

// redact makes what a command said fit to be shown and kept: no piece of a
// token is in it, nor any long run of letters and digits, such as a token in
// base64, and no control character. It is cut to maxSaid bytes.
func redact(line string, tokens ...string) string {
	line = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, line)
	for _, token := range tokens {
		line = hidePieces(line, token)
	}
	var out strings.Builder
	for len(line) > 0 {
		n := wordLength(line)
		switch {
		case n > longWord:
			out.WriteString(hidden)
		case n > 0:
			out.WriteString(line[:n])
		default:
			_, n = utf8.DecodeRuneInString(line)
			out.WriteString(line[:n])
		}
		line = line[n:]
	}
	return cut(strings.ToValidUTF8(out.String(), hidden)) // a piece may end within a character
}

// hidePieces takes out every piece that line and token share and that is longer
// than shortPiece.
func hidePieces(line, token string) string {
	if len(token) <= shortPiece {
		if token != "" {
			line = strings.ReplaceAll(line, token, hidden)
		}
		return line
	}
	var out strings.Builder
	for len(line) > shortPiece {
		n := shortPiece + 1
		if !strings.Contains(token, line[:n]) {
			_, size := utf8.DecodeRuneInString(line)
			out.WriteString(line[:size])
			line = line[size:]
			continue
		}
		for n < len(line) && strings.Contains(token, line[:n+1]) {
			n++
		}
		out.WriteString(hidden)
		line = line[n:]
	}
	out.WriteString(line)
	return out.String()
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
