package cli

import (
	"strings"
	"unicode/utf8"
)

// wrapped breaks a line into lines of at most width cells, those after the first one
// indented: at blanks, between characters that take two cells, and within a word only
// where that is longer than a line. Nothing is left out.
func wrapped(s string, width, indent int) []string {
	indent = min(indent, width/2)
	var out []string
	line, used := "", 0
	next := func() {
		out = append(out, strings.TrimRight(line, " "))
		line, used = strings.Repeat(" ", indent), indent
	}
	for _, piece := range pieces(s) {
		w := cells(piece)
		if piece == " " && strings.TrimSpace(line) == "" && len(out) > 0 {
			continue // no line begins with the blank that it was broken at
		}
		if used+w > width && strings.TrimSpace(line) != "" {
			next()
			if piece == " " {
				continue
			}
		}
		for _, r := range piece {
			rw := measure().RuneWidth(r)
			if used+rw > width && used > indent {
				next()
			}
			line, used = line+string(r), used+rw
		}
	}
	return append(out, strings.TrimRight(line, " "))
}

// pieces are the words, blanks and wide characters of a text. A line does not begin
// with a Chinese punctuation mark, so that it stays with what is before it.
func pieces(s string) []string {
	var out []string
	word := ""
	flush := func() {
		if word != "" {
			out = append(out, word)
		}
		word = ""
	}
	for _, r := range s {
		wide := measure().RuneWidth(r) == 2
		switch {
		case r == ' ':
			flush()
			out = append(out, " ")
		case strings.ContainsRune("，。；：！？、）》”", r):
			word += string(r)
			flush()
		case wide:
			flush()
			word = string(r)
		default:
			last, _ := utf8.DecodeLastRuneInString(word)
			if word != "" && measure().RuneWidth(last) == 2 {
				flush()
			}
			word += string(r)
		}
	}
	flush()
	return out
}
