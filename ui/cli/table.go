package cli

import (
	"strings"

	"github.com/mattn/go-runewidth"
)

// cell is one cell of a table: text and the escape sequence that colours it.
type cell struct {
	text  string
	style style
}

// style is the parameter of a "select graphic rendition" sequence, or empty.
type style string

// The styles. Nothing is told by colour alone: there is always a word too.
const (
	noStyle      style = ""
	styleSandbox style = "36"   // teal
	styleLive    style = "1;31" // red and bold
	styleWarn    style = "33"   // amber
	styleDim     style = "2"
	styleHead    style = "1"
)

func plain(s string) cell { return cell{text: s} }

// table is aligned text. Widths are those of a terminal: a Chinese character
// takes two cells.
type table struct {
	rows   [][]cell
	indent int
	colour bool
	// elastic is the column that is shortened when a line is too long.
	elastic int
}

func (t *table) add(cells ...cell) { t.rows = append(t.rows, cells) }

const gap = 2 // cells between two columns

// lines renders the table. With a width over 0 no line is wider.
func (t *table) lines(width int) []string {
	widths := t.widths()
	if width > 0 {
		total := t.indent
		for _, w := range widths {
			total += w + gap
		}
		if over := total - gap - width; over > 0 && t.elastic < len(widths) {
			widths[t.elastic] = max(8, widths[t.elastic]-over)
		}
	}
	out := make([]string, len(t.rows))
	for i, row := range t.rows {
		out[i] = t.line(row, widths, width)
	}
	return out
}

func (t *table) widths() []int {
	var widths []int
	for _, row := range t.rows {
		for i, c := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], cells(c.text))
		}
	}
	return widths
}

func (t *table) line(row []cell, widths []int, width int) string {
	var b strings.Builder
	b.WriteString(strings.Repeat(" ", t.indent))
	used, blanks := t.indent, 0
	for i, c := range row {
		s := shorten(c.text, widths[i])
		if width > 0 {
			s = shorten(s, max(0, width-used-blanks))
		}
		if s != "" {
			b.WriteString(strings.Repeat(" ", blanks))
			used += blanks
			blanks = 0
			b.WriteString(t.paint(s, c.style))
		}
		w := cells(s)
		used += w
		blanks += widths[i] - w + gap
	}
	return b.String()
}

func (t *table) paint(s string, st style) string {
	if !t.colour || st == noStyle {
		return s
	}
	return "\x1b[" + string(st) + "m" + s + "\x1b[0m"
}

// measure counts cells as terminals in a Western locale do: characters of ambiguous
// width, such as the bullets of a mask, take one cell.
func measure() *runewidth.Condition { return &runewidth.Condition{} }

// cells is the width of s on a terminal.
func cells(s string) int { return measure().StringWidth(s) }

// shorten cuts s to at most width cells and marks the cut.
func shorten(s string, width int) string {
	if cells(s) <= width {
		return s
	}
	if width <= 0 {
		return ""
	}
	return measure().Truncate(s, width, "…")
}

func padLeft(s string, width int) string {
	return strings.Repeat(" ", max(0, width-cells(s))) + s
}
