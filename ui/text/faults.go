package text

import (
	"strconv"
	"strings"

	"tokentray/core/api"
)

// mostLines is how many lines of a file are named with one sentence.
const mostLines = 12

// Faults says what is wrong with a file that was to be imported: each sentence once,
// with the lines that it is about. shown makes a key of the file fit to be shown.
func (t *Text) Faults(faults api.ImportFaults, shown func(string) string) []string {
	var (
		order []api.ImportFault
		lines = map[api.ImportFault][]int{}
	)
	for _, f := range faults {
		line := f.Line
		f.Line = 0
		if _, told := lines[f]; !told {
			order, lines[f] = append(order, f), nil
		}
		if line > 0 {
			lines[f] = append(lines[f], line)
		}
	}
	out := make([]string, 0, len(order))
	comma := t.Say("cli.comma")
	for _, f := range order {
		var place []string
		if at := lines[f]; len(at) > 0 {
			place = append(place, t.Lines(at))
		}
		if f.Key != "" {
			place = append(place, shown(f.Key))
		}
		says := t.Say(Key("fault."+f.Code), "other", f.Other)
		if len(place) > 0 {
			says = strings.Join(place, comma) + t.Say("cli.colon") + says
		}
		out = append(out, says)
	}
	return out
}

// Lines names lines of a file.
func (t *Text) Lines(lines []int) string {
	if len(lines) == 1 {
		return t.Say("import.at", "line", lines[0])
	}
	var each []string
	for _, line := range lines[:min(len(lines), mostLines)] {
		each = append(each, strconv.Itoa(line))
	}
	last := each[len(each)-1]
	if more := len(lines) - len(each); more > 0 {
		last = t.Say("import.further", "n", more)
	} else {
		each = each[:len(each)-1]
	}
	return t.Say("import.lines", "lines", t.Listed(each), "last", last)
}
