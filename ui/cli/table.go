package cli

import (
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"
)

// cell is one cell of a table: text and the escape sequence that colours it. One
// that spans is the last of its row and takes the rest of the line.
type cell struct {
	text  string
	style style
	spans bool
}

// style is the parameter of a "select graphic rendition" sequence, or empty.
type style string

// The styles. Colour is never the only mark: there is always a word too.
const (
	noStyle      style = ""
	styleSandbox style = "36"   // teal
	styleLive    style = "1;31" // red and bold
	styleWarn    style = "33"   // amber
	styleDim     style = "2"
	styleHead    style = "1"
)

func plain(s string) cell { return cell{text: s} }

func styled(s string, st style) cell { return cell{text: s, style: st} }

// table is aligned text. Widths are those of a terminal: a Chinese character
// takes two cells.
type table struct {
	rows   [][]cell
	indent int
	colour bool
	// elastic is the column that is shortened when a line is too long, to leastElastic
	// at first. Then the columns of spare go, in their order, and then it is shortened
	// further.
	elastic int
	spare   []int
	// wraps reports that the last column, which is the elastic one, goes on in lines of
	// its own where it is too long, under the second column.
	wraps bool
}

// leastElastic is how many cells the elastic column keeps while others can go.
const leastElastic = 20

func (t *table) add(cells ...cell) { t.rows = append(t.rows, cells) }

// mark marks a row in its first cell.
func (t *table) mark(row int, st style) {
	if row < len(t.rows) {
		t.rows[row][0] = styled(">"+t.rows[row][0].text, st)
	}
}

const gap = 2 // cells between two columns

// lines renders the table. With a width over 0 no line is wider.
func (t *table) lines(width int) []string {
	widths := t.widths()
	if width > 0 {
		t.fit(widths, width)
	}
	out := make([]string, 0, len(t.rows))
	for _, row := range t.rows {
		out = append(out, t.folded(row, widths, width)...)
	}
	return out
}

// folded is a row with the lines in which its last cell goes on.
func (t *table) folded(row []cell, widths []int, width int) []string {
	last := len(row) - 1
	if !t.wraps || width <= 0 || last < 1 || last != t.elastic {
		return []string{t.line(row, widths, width)}
	}
	at := t.indent
	for _, w := range widths[:last] {
		at += w + gap
	}
	at = min(at, width)
	// The columns before it are as one word in the first line.
	parts := wrapped(strings.Repeat("x", at-1)+" "+row[last].text, width, t.indent+widths[0]+gap)
	first := slices.Clone(row)
	first[last].text = parts[0][min(at, len(parts[0])):]
	out := []string{t.line(first, widths, width)}
	for _, part := range parts[1:] {
		out = append(out, t.paint(part, row[last].style))
	}
	return out
}

// hidden is the width of a column that is left out.
const hidden = -gap

// fit narrows the columns until a line has at most width cells, if it can.
func (t *table) fit(widths []int, width int) {
	over := func() int {
		total := t.indent - gap
		for _, w := range widths {
			total += w + gap
		}
		return total - width
	}
	narrow := func(least int) {
		if n := over(); n > 0 && t.elastic < len(widths) && widths[t.elastic] > least {
			widths[t.elastic] = max(least, widths[t.elastic]-n)
		}
	}
	narrow(leastElastic)
	for _, column := range t.spare {
		if over() > 0 && column < len(widths) {
			widths[column] = hidden
		}
	}
	// A long note is shortened before the names are.
	if last := len(widths) - 1; last > t.elastic {
		if n := over(); n > 0 {
			widths[last] = min(widths[last], max(leastElastic, widths[last]-n))
		}
	}
	narrow(8)
}

func (t *table) widths() []int {
	var widths []int
	for _, row := range t.rows {
		for i, c := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			if !c.spans {
				widths[i] = max(widths[i], cells(c.text))
			}
		}
	}
	return widths
}

func (t *table) line(row []cell, widths []int, width int) string {
	var b strings.Builder
	b.WriteString(strings.Repeat(" ", t.indent))
	used, blanks := t.indent, 0
	for i, c := range row {
		if widths[i] == hidden && !c.spans {
			continue
		}
		s := c.text
		if !c.spans {
			s = shorten(s, widths[i])
		}
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
