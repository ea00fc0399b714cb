package format

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"tokentray/core"
)

// HistoryCSV writes lines of a history as CSV (RFC 4180), after a line with the
// names of the columns. Times are in UTC. It holds masks, never a token. Cells that
// a spreadsheet would take for a formula begin with an apostrophe, because
// upstream's words may be anything. The error is the writer's.
func HistoryCSV(w io.Writer, entries []core.Entry) error {
	out := csv.NewWriter(w)
	rows := [][]string{{
		"at", "what", "token", "expires", "previous_until", "class", "errcode", "message", "caller_ip", "rid", "took_ms", "calls", "target", "by",
	}}
	for _, e := range entries {
		rows = append(rows, []string{
			stamp(e.At), cell(string(e.What)), cell(e.Mask), stamp(e.Expires), stamp(e.PrevUntil), cell(string(e.Class)), count(e.Code),
			cell(e.Message), cell(e.CallerIP), cell(e.RID), count(int(e.Took.Milliseconds())), count(e.Calls), cell(e.Target), cell(e.By),
		})
	}
	return out.WriteAll(rows)
}

// cell makes text safe to open in a spreadsheet.
func cell(s string) string {
	first := strings.TrimLeft(s, " \u00a0\u3000\ufeff")
	if first == "" {
		return s
	}
	if strings.ContainsRune("=+-@\t\r\n|%＝＋－＠", []rune(first)[0]) {
		return "'" + s
	}
	return s
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
