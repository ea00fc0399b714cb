package kit

import (
	"strings"

	"fyne.io/fyne/v2"
	"github.com/clipperhouse/uax29/v2/graphemes"
)

// Names may have 200 characters of any script. A long name inside a sentence is cut
// in its middle. Cuts and line breaks never split what a reader sees as one
// character, such as an emoji of several code points or a letter with its marks.

// Ellipsize shortens s to at most width and ends it with ….
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

// Wrap breaks s into lines that fit. Latin text breaks at spaces. Chinese text breaks
// anywhere except before punctuation that must not start a line. A word wider than
// the line, such as a token, breaks anywhere.
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
					break // a single character that is too wide
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

// fitting returns the length in bytes of the longest prefix of s that fits. It is at
// least one character and never ends inside one.
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

// pieces splits a paragraph at the places where a line may break.
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

// IsWide reports whether lines may break beside r.
func IsWide(r rune) bool { return r >= 0x2E80 && r <= 0x9FFF || r >= 0xF900 && r <= 0xFFEF }

// Clusters splits s into what a reader sees as its characters.
func Clusters(s string) []string {
	var out []string
	for it := graphemes.FromString(s); it.Next(); {
		out = append(out, it.Value())
	}
	return out
}

// MiddleCut shortens s to at most that many characters. It keeps beginning and end,
// because names often differ at the end.
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
