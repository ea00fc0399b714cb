package interchange

import (
	"bytes"
	"encoding/csv"
	"maps"
	"slices"
	"strconv"
	"strings"

	"tokentray/core"
)

// columns are those of a team's list of accounts, in this order. Before them comes
// the version of the format, in every row: a spreadsheet's user may delete any row.
func columns(accounts []core.Account) []core.Plain {
	return slices.DeleteFunc(slices.Clone(core.Plains()), func(p core.Plain) bool {
		return p.File != core.TeamList || p.Rare && !slices.ContainsFunc(accounts, func(a core.Account) bool { return p.Of(a) != "" })
	})
}

// lineEnds writes line ends as CSV readers give them back.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// AccountsCSV is a team's list as CSV in UTF-8, with the byte order mark without
// which Excel garbles Chinese names. No cell is a formula: see guard.
func AccountsCSV(accounts []core.Account) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString("\ufeff")
	w := csv.NewWriter(&out)
	own, plain := ownKeys(accounts), columns(accounts)
	header := []string{"version"}
	for _, p := range plain {
		header = append(header, p.Key)
	}
	for _, key := range own {
		header = append(header, paramColumn+key)
	}
	rows := [][]string{header}
	for _, a := range accounts {
		row := []string{strconv.Itoa(Version)}
		for _, p := range plain {
			row = append(row, p.Of(a))
		}
		for _, key := range own {
			row = append(row, a.Params.Get(key))
		}
		for i := range row {
			row[i] = guard(lineEnds.Replace(row[i]))
		}
		rows = append(rows, row)
	}
	err := w.WriteAll(rows)
	return out.Bytes(), err
}

// paramColumn begins the name of a column with a kind's own field. There are columns
// only for those that some account has.
const paramColumn = "param."

// ownKeys are the keys of the params that accounts have, in order.
func ownKeys(accounts []core.Account) []string {
	keys := map[string]bool{}
	for _, a := range accounts {
		for key := range a.Params.All() {
			keys[key] = true
		}
	}
	return slices.Sorted(maps.Keys(keys))
}

// triggers are the characters with which a spreadsheet begins a formula, in both
// widths, and the blanks it skips before one.
const triggers = "=+-@\t\r＝＋－＠"

// borders are the characters after which a spreadsheet in another locale, or one
// that reads the quotes differently, begins a cell.
const borders = ",;|\t\n\r\""

// guard puts an apostrophe before everything in a cell that could begin a formula,
// so that it stays text. Existing apostrophes there get one more, so that unguard
// finds the original.
func guard(cell string) string {
	return rewrite(cell, func(quotes int, out *strings.Builder) { out.WriteString(strings.Repeat("'", quotes+1)) })
}

// unguard is the reverse of guard.
func unguard(cell string) string {
	return rewrite(cell, func(quotes int, out *strings.Builder) { out.WriteString(strings.Repeat("'", max(0, quotes-1))) })
}

// rewrite copies a cell, and passes the apostrophes between a border and a trigger,
// perhaps none, to quoted.
func rewrite(cell string, quoted func(quotes int, out *strings.Builder)) string {
	var out strings.Builder
	border := true
	for i := 0; i < len(cell); {
		if border {
			rest := strings.TrimLeft(cell[i:], "'")
			if quotes := len(cell) - i - len(rest); rest != "" && strings.ContainsRune(triggers, firstRune(rest)) {
				quoted(quotes, &out)
				i += quotes
			}
		}
		border = strings.IndexByte(borders, cell[i]) >= 0
		out.WriteByte(cell[i])
		i++
	}
	return out.String()
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}
