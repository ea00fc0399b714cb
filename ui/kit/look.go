package kit

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"tokentray/ui/text"
)

// Look is what every part of the window is drawn with: colours, language, and
// where keys go that a part has no use for.
type Look struct {
	Palette    Palette
	Words      *text.Text
	OnKey      func(*fyne.KeyEvent)
	OnShortcut func(fyne.Shortcut)
	OnChar     func(rune)
	Reveal     func(fyne.CanvasObject) // scrolls what got the keyboard into sight; nil where nothing scrolls
}

// T is the sentence of a key of the window's table.
func (l *Look) T(key string, args ...any) string {
	return l.Words.Say(text.Key("window."+key), args...)
}

// Within is the look of what stands in a scroller: what gets the keyboard there
// is scrolled into sight, in what the scroller stands in too.
func (l *Look) Within(s *Scroller) *Look {
	in := *l
	in.Reveal = func(o fyne.CanvasObject) {
		s.Reveal(o)
		if l.Reveal != nil {
			l.Reveal(o)
		}
	}
	return &in
}

// reveal scrolls what got the keyboard into sight.
func (l *Look) reveal(o fyne.CanvasObject) {
	if l.Reveal != nil {
		l.Reveal(o)
	}
}

// Typed hands on a character that a part has no use for.
func (l *Look) Typed(r rune) {
	if l.OnChar != nil {
		l.OnChar(r)
	}
}

// Renderer is a widget's renderer made of functions; min and lay are required.
type Renderer struct {
	Parts []fyne.CanvasObject
	Min   func() fyne.Size
	Place func(fyne.Size)
	Paint func()
}

var _ fyne.WidgetRenderer = (*Renderer)(nil)

func (f *Renderer) Destroy()                     {}
func (f *Renderer) Layout(s fyne.Size)           { f.Place(s) }
func (f *Renderer) MinSize() fyne.Size           { return f.Min() }
func (f *Renderer) Objects() []fyne.CanvasObject { return f.Parts }

func (f *Renderer) Refresh() {
	if f.Paint != nil {
		f.Paint()
	}
	for _, o := range f.Parts {
		o.Refresh()
	}
}

// Place places an object; nothing happens when it is there already.
func Place(o fyne.CanvasObject, x, y, w, h float32) {
	o.Move(fyne.NewPos(x, y))
	o.Resize(fyne.NewSize(w, h))
}

// Text is a line of text in one colour.
func Text(s string, size float32, c color.Color) *canvas.Text {
	t := canvas.NewText(s, c)
	t.TextSize = size
	return t
}

// Lift is by how much words of a size are raised to look centred: the embedded
// face leaves more room above its letters than below them.
func Lift(size float32) float32 { return fyne.Max(1, float32(int(size*0.14))) }

// BoldText is Text in bold.
func BoldText(s string, size float32, c color.Color) *canvas.Text {
	t := Text(s, size, c)
	t.TextStyle.Bold = true
	return t
}

// MonoText is Text in figures and letters of equal width.
func MonoText(s string, size float32, c color.Color) *canvas.Text {
	t := Text(s, size, c)
	t.TextStyle.Monospace = true
	return t
}

// Measure is the size that s takes.
func Measure(s string, size float32, style fyne.TextStyle) fyne.Size {
	return fyne.MeasureText(s, size, style)
}

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
	return before == ' ' || Wide(before) || Wide(after)
}

// Wide reports whether r is a character that lines may break beside.
func Wide(r rune) bool { return r >= 0x2E80 && r <= 0x9FFF || r >= 0xF900 && r <= 0xFFEF }
