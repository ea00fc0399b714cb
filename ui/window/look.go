package window

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"tokentray/ui/text"
)

// look is what every part of the window is drawn with: colours, language, and
// where keys go that a part has no use for.
type look struct {
	pal      palette
	say      *text.Text
	key      func(*fyne.KeyEvent)
	shortcut func(fyne.Shortcut)
	char     func(rune)
	inSight  func(fyne.CanvasObject) // scrolls what got the keyboard into sight
}

// t is the sentence of a key of the window's table.
func (l *look) t(key string, args ...any) string {
	return l.say.Say(text.Key("window."+key), args...)
}

// typed hands on a character that a part has no use for.
func (l *look) typed(r rune) {
	if l.char != nil {
		l.char(r)
	}
}

// face is a widget's renderer made of functions; min and lay are required.
type face struct {
	objects []fyne.CanvasObject
	min     func() fyne.Size
	lay     func(fyne.Size)
	refresh func()
}

var _ fyne.WidgetRenderer = (*face)(nil)

func (f *face) Destroy()                     {}
func (f *face) Layout(s fyne.Size)           { f.lay(s) }
func (f *face) MinSize() fyne.Size           { return f.min() }
func (f *face) Objects() []fyne.CanvasObject { return f.objects }

func (f *face) Refresh() {
	if f.refresh != nil {
		f.refresh()
	}
	for _, o := range f.objects {
		o.Refresh()
	}
}

// put places an object; nothing happens when it is there already.
func put(o fyne.CanvasObject, x, y, w, h float32) {
	o.Move(fyne.NewPos(x, y))
	o.Resize(fyne.NewSize(w, h))
}

// word is a line of text in one colour.
func word(s string, size float32, c color.Color) *canvas.Text {
	t := canvas.NewText(s, c)
	t.TextSize = size
	return t
}

// lift is by how much words of a size are raised to look centred: the embedded
// face leaves more room above its letters than below them.
func lift(size float32) float32 { return fyne.Max(1, float32(int(size*0.14))) }

func boldWord(s string, size float32, c color.Color) *canvas.Text {
	t := word(s, size, c)
	t.TextStyle.Bold = true
	return t
}

func monoWord(s string, size float32, c color.Color) *canvas.Text {
	t := word(s, size, c)
	t.TextStyle.Monospace = true
	return t
}

func measure(s string, size float32, style fyne.TextStyle) fyne.Size {
	return fyne.MeasureText(s, size, style)
}

// ellipsize shortens s so that it is at most width wide, with … at its end.
func ellipsize(s string, width, size float32, style fyne.TextStyle) string {
	if measure(s, size, style).Width <= width {
		return s
	}
	all := clusters(s)
	lo, hi := 0, len(all)
	for lo < hi {
		mid := (lo + hi + 1) / 2
		if measure(strings.Join(all[:mid], "")+"…", size, style).Width <= width {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	return strings.TrimRight(strings.Join(all[:lo], ""), " ") + "…"
}

// wrap breaks s into lines that fit. Latin breaks at blanks, Chinese
// anywhere but before punctuation that must not begin a line; a word wider than
// the line, a token for one, breaks anywhere.
func wrap(s string, fits func(string) bool) []string {
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
	for _, c := range clusters(s) {
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
	return before == ' ' || wide(before) || wide(after)
}

// wide reports whether r is a character that lines may break beside.
func wide(r rune) bool { return r >= 0x2E80 && r <= 0x9FFF || r >= 0xF900 && r <= 0xFFEF }
