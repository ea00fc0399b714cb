package interchange

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"tokentray/core"
)

// columns are those that we write, in this order. The first holds the version
// of the format, in every row: a spreadsheet's user may delete any of them.
var columns = []string{"version", "name", "env", "kind", "product", "appid", "base_url", "proxy", "note"}

// lineEnds writes line ends as CSV readers give them back.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// AccountsCSV is a team's list as CSV in UTF-8, with the byte order mark without
// which Excel shows Chinese names as rubbish. No cell is a formula: see guard.
func AccountsCSV(accounts []core.Account) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString("\ufeff")
	w := csv.NewWriter(&out)
	own := ownKeys(accounts)
	rows := [][]string{slices.Clone(columns)}
	for _, key := range own {
		rows[0] = append(rows[0], paramColumn+key)
	}
	for _, a := range accounts {
		row := []string{strconv.Itoa(Version), a.Name, string(a.Env), string(a.Kind), string(a.Product), a.AppID, a.BaseURL, a.Proxy, a.Note}
		for _, key := range own {
			row = append(row, a.Params[key])
		}
		for i := range row {
			row[i] = guard(lineEnds.Replace(row[i]))
		}
		rows = append(rows, row)
	}
	err := w.WriteAll(rows)
	return out.Bytes(), err
}

// paramColumn begins the name of a column with a field of a kind's own. There are
// columns for those alone that some account has.
const paramColumn = "param."

// ownKeys are the keys of the params that accounts have, in order.
func ownKeys(accounts []core.Account) []string {
	keys := map[string]bool{}
	for _, a := range accounts {
		for key := range a.Params {
			keys[key] = true
		}
	}
	return slices.Sorted(maps.Keys(keys))
}

// triggers are the characters with which a spreadsheet begins a formula, in both
// widths, and the blanks it passes over before one.
const triggers = "=+-@\t\r＝＋－＠"

// borders are the characters after which a spreadsheet of another locale, or one
// that reads the quotes otherwise, begins a cell.
const borders = ",;|\t\n\r\""

// guard puts an apostrophe before everything in a cell that could begin a
// formula, so that it stays text. Apostrophes that stand there already get one
// more: so unguard finds what was there.
func guard(cell string) string {
	return rewrite(cell, func(quotes int, out *strings.Builder) { out.WriteString(strings.Repeat("'", quotes+1)) })
}

// unguard is the reverse of guard.
func unguard(cell string) string {
	return rewrite(cell, func(quotes int, out *strings.Builder) { out.WriteString(strings.Repeat("'", max(0, quotes-1))) })
}

// rewrite copies a cell, and hands the apostrophes that stand at a border before
// a trigger, none included, to quoted.
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

// isHeader reports whether a line could be the header of a list of accounts.
func isHeader(line string) bool {
	cells, err := csv.NewReader(strings.NewReader(line)).Read()
	if err != nil {
		return false
	}
	for i := range cells {
		cells[i] = columnName(cells[i])
	}
	return slices.Contains(cells, "name") && slices.Contains(cells, "appid")
}

// columnName is the field that a header's cell means: case and separators do
// not count, and two fields have a second name.
func columnName(cell string) string {
	s := strings.ToLower(strings.TrimSpace(cell))
	s = strings.NewReplacer(" ", "_", "-", "_").Replace(s)
	switch s {
	case "app_id":
		return "appid"
	case "appsecret", "app_secret":
		return "secret"
	case "environment":
		return "env"
	}
	return s
}

// readCSV reads a list of accounts. One without the column version was not
// written by us, so its apostrophes are its own.
func readCSV(text []byte) (File, error) {
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = -1
	header, err := r.Read()
	if err != nil {
		return File{}, csvFault(err)
	}
	f := File{Source: CSV}
	ours, err := readHeader(header, &f)
	if err != nil {
		return File{}, err
	}
	var bad faults
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return f, bad.err()
		}
		if err != nil {
			return File{}, csvFault(err)
		}
		line, _ := r.FieldPos(0)
		switch {
		case len(row) == 1 && strings.TrimSpace(row[0]) == "", allEmpty(row):
			continue
		case len(row) != len(header):
			bad.add(FaultColumns, line, "", 0)
		case len(f.Accounts) >= MaxAccounts:
			return File{}, Faults{{Code: FaultMany, Line: line, Other: MaxAccounts}}
		default:
			f.Accounts = append(f.Accounts, rowOf(row, line, ours, &bad))
		}
	}
}

// allEmpty reports whether a row is one of those that spreadsheets leave behind.
func allEmpty(row []string) bool {
	return !slices.ContainsFunc(row, func(cell string) bool { return strings.TrimSpace(cell) != "" })
}

// columnsOf maps the header to fields; a name that is none of ours becomes empty.
type columnsOf struct {
	names  []string
	marked bool // there is a version, so the file is ours and guarded
}

func readHeader(header []string, f *File) (columnsOf, error) {
	out := columnsOf{names: make([]string, len(header))}
	var bad faults
	for i, cell := range header {
		name := columnName(cell)
		switch {
		case name == "version":
			out.marked = true
		case name == "auto", setField(&Account{}, name, ""), strings.HasPrefix(name, paramColumn) && name != paramColumn:
		default:
			f.Remarks = append(f.Remarks, Remark{Code: RemarkColumn, Line: i + 1})
			continue
		}
		if slices.Contains(out.names, name) {
			bad.add(FaultTwice, 1, name, 1)
		}
		out.names[i] = name
	}
	if !slices.Contains(out.names, "name") || !slices.Contains(out.names, "appid") {
		return out, one(FaultHeader, 1)
	}
	return out, bad.err()
}

func rowOf(row []string, line int, cols columnsOf, bad *faults) Account {
	a := Account{Line: line}
	for i, name := range cols.names {
		cell := row[i]
		if cols.marked {
			cell = unguard(cell)
		}
		switch name {
		case "":
		case "version":
			switch n, err := strconv.Atoi(strings.TrimSpace(cell)); {
			case err != nil || n < 1:
				bad.add(FaultType, line, name, 0)
			case n > Version:
				bad.add(FaultVersion, line, "", 0)
			}
		case "auto":
			switch on, err := strconv.ParseBool(strings.ToLower(strings.TrimSpace(cell))); {
			case cell == "":
			case err != nil:
				bad.add(FaultType, line, name, 0)
			default:
				a.Auto = &on
			}
		case "env", "kind", "product":
			setField(&a, name, strings.ToLower(strings.TrimSpace(cell)))
		default:
			if key, own := strings.CutPrefix(name, paramColumn); !own {
				setField(&a, name, cell)
			} else if cell != "" {
				if a.Params == nil {
					a.Params = map[string]string{}
				}
				a.Params[key] = cell
			}
		}
	}
	return a
}

// csvFault is what encoding/csv says, without its words.
func csvFault(err error) error {
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		return one(FaultEmpty, 0)
	}
	if errors.Is(parse.Err, csv.ErrQuote) {
		return one(FaultQuote, parse.StartLine)
	}
	return one(FaultSyntax, parse.Line)
}
