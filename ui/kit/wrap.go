package kit

import (
	"strings"

	"fyne.io/fyne/v2"
	"github.com/clipperhouse/uax29/v2/graphemes"
)

// Names may be 200 characters of any script. Where one stands in a sentence, its
// middle is cut if it is long. What a reader takes for one character, an emoji of
// several code points or a letter with its marks, stays whole, there and where a
// line breaks.

// Ellipsize shortens s so that it is at most width wide, with … at its end.
func Ellipsize(s string, width, size float32, style fyne.TextStyle) string {
	if Measure(s, size, style).Width <= width {
		return s
	}
	all := Clusters(s)
	lo, hi := 0, len(all)
	for lo < hi {
		mid := (lo + hi + 1) / 2
		if Measure(strings.Join(all[:mid], "")+"…", size, style).Width <= width {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	return strings.TrimRight(strings.Join(all[:lo], ""), " ") + "…"
}

// Wrap breaks s into lines that fit. Latin breaks at blanks, Chinese
// anywhere but before punctuation that must not begin a line; a word wider than
// the line, a token for one, breaks anywhere.
func Wrap(s string, fits func(string) bool) []string {
	var lines []string
	for para := range strings.SplitSeq(s, "\n") {
		line := ""
		for _, piece := range pieces(para) {
			if line == "" {
				piece = strings.TrimLeft(piece, " ")
			}
			if fits(line + strings.TrimRight(piece, " ")) {
				line += piece
				continue
			}
			if line != "" {
				lines = append(lines, strings.TrimRight(line, " "))
				piece = strings.TrimLeft(piece, " ")
			}
			for !fits(strings.TrimRight(piece, " ")) {
				n := fitting(piece, fits)
				if n == len(piece) {
					break // one character that is too wide
				}
				lines = append(lines, piece[:n])
				piece = piece[n:]
			}
			line = piece
		}
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return lines
}

// fitting is the length in bytes of the longest start of s that fits, one
// character at least, and no part of one.
func fitting(s string, fits func(string) bool) int {
	var ends []int
	end := 0
	for _, c := range Clusters(s) {
		end += len(c)
		ends = append(ends, end)
	}
	lo, hi := 0, len(ends)-1
	for lo < hi {
		mid := (lo + hi + 1) / 2
		if fits(s[:ends[mid]]) {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	return ends[lo]
}

// pieces splits a paragraph where a line may break.
func pieces(s string) []string {
	var out []string
	start, prev := 0, rune(0)
	for i, r := range s {
		if i > 0 && mayBreak(prev, r) {
			out = append(out, s[start:i])
			start = i
		}
		prev = r
	}
	return append(out, s[start:])
}

func mayBreak(before, after rune) bool {
	const noStart, noEnd = "，。、；：！？）」』》”’…,.;:!?)]%", "（「『《“‘(["
	if after == ' ' || strings.ContainsRune(noStart, after) || strings.ContainsRune(noEnd, before) {
		return false
	}
	return before == ' ' || IsWide(before) || IsWide(after)
}

// IsWide reports whether r is a character that lines may break beside.
func IsWide(r rune) bool { return r >= 0x2E80 && r <= 0x9FFF || r >= 0xF900 && r <= 0xFFEF }

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
