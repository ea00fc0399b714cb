package interchange

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"tokentray/core"
	"tokentray/core/filefault"
	"tokentray/core/kinds"
	"tokentray/core/recognise"
)

// separators are those that spreadsheets write, depending on locale and settings, in
// the order in which they are tried.
const separators = ",;\t|:^~ "

// sepLine is an instruction for Excel: the separator, on a line before the header.
var sepLine = pattern(`^"?(?i:sep)=(.)"?[ ,;\t|]*\n`)

// separator is the separator of a CSV file, and the file with the line that names it
// made empty.
func separator(text []byte, o Options) (rune, []byte) {
	if m := sepLine().FindSubmatch(text); m != nil {
		r := firstRune(string(m[1]))
		return r, text[len(m[0])-1:]
	}
	text = belowTitles(text, o)
	line, _, _ := bytes.Cut(bytes.TrimLeft(text, "\n"), []byte("\n"))
	return headerSeparator(string(line), o), text
}

// mostTitles is how many lines may stand above the header.
const mostTitles = 10

// belowTitles is a file without the lines that people write above the header, such as
// a title and a date. Empty lines stand in their places, so that the numbers of lines
// stay. Where no line is a header, or an account stands above it, the file is returned as it
// is.
func belowTitles(text []byte, o Options) []byte {
	at := 0
	for n := 0; n <= mostTitles && at < len(text); n++ {
		line, _, _ := bytes.Cut(text[at:], []byte("\n"))
		if headerSeparator(string(line), o) != 0 {
			return append(bytes.Repeat([]byte("\n"), n), text[at:]...)
		}
		if slices.ContainsFunc(strings.FieldsFunc(string(line), between), o.Recogniser.HasIDForm) {
			return text // an account without a header
		}
		at += len(line) + 1
	}
	return text
}

// between reports whether a character can stand between the cells of a line.
func between(r rune) bool { return strings.ContainsRune(separators, r) }

// headerSeparator is the separator that makes a line the header of a list of
// accounts, else the comma.
func headerSeparator(line string, o Options) rune {
	for _, sep := range separators {
		r := csv.NewReader(strings.NewReader(line))
		r.Comma = sep
		cells, err := r.Read()
		if err != nil {
			continue
		}
		cells = columnNames(cells, o)
		if slices.Contains(cells, "name") && isTable(cells) {
			return sep
		}
		if isTable(cells) && !strings.ContainsAny(line, "=:") && sep != ' ' && sep != ':' && sep != '^' && sep != '~' {
			return sep // each account is named after what tells it apart
		}
	}
	return 0
}

// isTable reports whether columns are those of a list of accounts: what tells an account,
// its AppID or the URL of a team's server, and its name or its secret.
func isTable(names []string) bool {
	has := func(name string) bool { return slices.Contains(names, name) }
	return (has("appid") || has("base_url")) && (has("name") || has("secret"))
}

// isHeader reports whether a line could be the header of a list of accounts, or
// Excel's line before it.
func isHeader(line string, o Options) bool {
	return sepLine().MatchString(line+"\n") || headerSeparator(line, o) != 0
}

// columnNames are the fields that a header's cells mean. The key for a team's server is
// a secret where nothing else is.
func columnNames(header []string, o Options) []string {
	out := make([]string, len(header))
	for i, cell := range header {
		out[i] = columnName(cell, o)
	}
	if key := slices.IndexFunc(header, isKeyColumn); key >= 0 && !slices.Contains(out, "secret") && !slices.Contains(out, "appid") {
		out[key] = "secret"
	}
	return out
}

// columnName is the field that a header's cell means. Case and separators do not
// count. A name that the user gave comes first; then our own names, in English and
// in Chinese, and the kinds' names for their fields.
func columnName(cell string, o Options) string {
	s := strings.ToLower(strings.Trim(cell, " \t\u3000\ufeff\u200b*＊:："))
	s = strings.NewReplacer(" ", "_", "-", "_").Replace(s)
	switch {
	case o.AppIDKey != "" && strings.EqualFold(strings.TrimSpace(cell), strings.TrimSpace(o.AppIDKey)):
		return "appid"
	case o.SecretKey != "" && strings.EqualFold(strings.TrimSpace(cell), strings.TrimSpace(o.SecretKey)):
		return "secret"
	}
	switch s {
	case "environment", "环境", "所属环境", "运行环境":
		return "env"
	case "account", "account_name", "app_name", "名称", "名字", "账号", "帐号", "账号名", "账号名称", "帐号名称", "账户", "账户名称", "应用", "应用名称", "公众号名称", "小程序名称", "公众号", "小程序":
		return "name"
	case "appid", "app_id":
		return idColumn(o)
	case "类型", "种类", "账号类型":
		return "kind"
	case "平台":
		return platformColumn
	case "产品", "产品类型":
		return "product"
	case "公众号id", "小程序id", "公众号appid", "小程序appid":
		return idColumn(o)
	case "密钥", "应用密钥", "公众号密钥", "appsecret密钥":
		return "secret"
	case "地址", "基础地址", "接口地址", "服务器地址":
		return "base_url"
	case "代理", "代理地址":
		return "proxy"
	case "代理密码":
		return "proxy_password"
	case "remark", "remarks", "comment", "notes", "备注", "说明", "描述":
		return "note"
	case "分组", "项目", "项目组", "项目名称":
		return "group"
	case "自动续期":
		return "auto"
	}
	if setField(&Account{}, s, "") || s == "auto" || s == "version" || strings.HasPrefix(s, paramColumn) {
		return s
	}
	switch m := o.Recogniser.Meaning(cell); {
	case m.Field == recognise.ID:
		return idColumn(o)
	case m.Field == recognise.Secret:
		return "secret"
	case m.Field == recognise.Param && len(m.Rest) == 0:
		switch key := o.Recogniser.Key(m.Name); {
		case key != kinds.BaseURL:
			return paramColumn + key
		case addressName().MatchString(m.Name): // the domain of an application is something else
			return key
		}
	}
	return s
}

// platformColumn tells the kind if its cell is one of a kind's names.
const platformColumn = "platform"

// addressName is the name of a column with URLs that are asked for tokens.
var addressName = pattern(`url|uri|api|endpoint`)

// idColumn is the field of a column that is named like an AppID: none if the user
// named another column.
func idColumn(o Options) string {
	if o.AppIDKey != "" {
		return "another_appid"
	}
	return "appid"
}

// readCSV reads a list of accounts. A list without the column version was not
// written by us, so its apostrophes are data.
func readCSV(text []byte, o Options) (File, error) {
	sep, text := separator(text, o)
	if sep == 0 {
		sep = ','
	}
	r := csv.NewReader(bytes.NewReader(quotedTexts(text, sep)))
	r.Comma = sep
	r.FieldsPerRecord = -1
	header, err := r.Read()
	if err != nil {
		return File{}, csvFault(err)
	}
	f := File{Source: CSV}
	line, _ := r.FieldPos(0)
	names := columnNames(header, o)
	formed := !isTable(names) && o.AppIDKey == "" && o.SecretKey == "" && columnsByForm(names, text, sep, o)
	ours, err := readHeader(header, names, line, &f, o)
	if err != nil {
		return File{}, err
	}
	f.ours, ours.formed = ours.marked, formed
	var bad faults
	var others []Remark // rows of other services, one by one if they are not many
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			if formed && len(others) > maxFaults {
				others = []Remark{{Code: recognise.RemarkOther, Key: "appid"}}
			}
			f.Remarks = append(f.Remarks, others...)
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
			bad.add(filefault.Columns, line, "", 0)
		case len(f.Accounts) >= MaxAccounts:
			return File{}, Faults{{Code: filefault.Many, Line: line, Other: MaxAccounts}}
		default:
			a := ours.account(row, line, o, &bad)
			if ours.nobodys(a, o) {
				others = append(others, Remark{Code: recognise.RemarkOther, Line: line, Key: "appid"})
				continue
			}
			f.Accounts = append(f.Accounts, a)
		}
	}
}

// allEmpty reports whether a row is one of the empty rows that spreadsheets leave
// behind.
func allEmpty(row []string) bool {
	return !slices.ContainsFunc(row, func(cell string) bool { return strings.TrimSpace(cell) != "" })
}

// columnsOf maps the header to fields; a name that is none of ours becomes empty.
type columnsOf struct {
	names  []string
	called []string // the names of kinds' fields in them, in the form of recognise.Words
	marked bool     // there is a version, so the file is ours and guarded
	formed bool     // only the form of cells told which columns count
}

func readHeader(header, names []string, line int, f *File, o Options) (columnsOf, error) {
	out := columnsOf{names: make([]string, len(header)), called: make([]string, len(header))}
	var bad faults
	for i, cell := range header {
		name := names[i]
		if m := o.Recogniser.Meaning(cell); m.Field == recognise.ID || m.Field == recognise.Param {
			out.called[i] = m.Name
		}
		switch {
		case name == "version":
			out.marked = true
		case name == "auto", name == platformColumn, setField(&Account{}, name, ""), strings.HasPrefix(name, paramColumn) && name != paramColumn:
		default:
			f.Remarks = append(f.Remarks, Remark{Code: RemarkColumn, Line: i + 1})
			continue
		}
		if slices.Contains(out.names, name) {
			bad.add(filefault.Twice, line, name, line)
		}
		out.names[i] = name
	}
	switch {
	case o.AppIDKey != "" && !slices.Contains(out.names, "appid"), o.SecretKey != "" && !slices.Contains(out.names, "secret"):
		return out, one(filefault.NoKey, line)
	case !isTable(out.names):
		return out, one(filefault.Header, line)
	}
	return out, bad.err()
}

func (c columnsOf) account(row []string, line int, o Options, bad *faults) Account {
	a := Account{Line: line}
	for i, name := range c.names {
		cell := row[i]
		if c.marked {
			cell = unguard(cell)
		} else {
			cell = textCell(cell)
		}
		switch name {
		case "":
		case "version":
			switch n, err := strconv.Atoi(strings.TrimSpace(cell)); {
			case err != nil || n < 1:
				bad.add(filefault.Type, line, name, 0)
			case n > Version:
				bad.add(filefault.Version, line, "", 0)
			}
		case "auto":
			switch on, ok := yesOrNo(cell); {
			case strings.TrimSpace(cell) == "":
			case !ok:
				bad.add(filefault.Type, line, name, 0)
			default:
				a.Auto = &on
			}
		case platformColumn: // of other programs, too
			if kind := o.Recogniser.KindOf(strings.ToLower(strings.TrimSpace(cell))); kind != "" && a.Kind == "" {
				a.Kind = kind
			}
		case "env", "kind", "product":
			setField(&a, name, wordOf(name, cell, o))
		case "appid", "secret":
			setField(&a, name, strings.TrimSpace(o.Recogniser.Clean(cell)))
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
	if !c.marked {
		c.guess(&a, o)
	}
	return a
}

// nobodys reports whether nothing in somebody's own table tells the kind of an account,
// the form of its AppID neither: its secret may be another platform's.
func (c columnsOf) nobodys(a Account, o Options) bool {
	if c.formed {
		return !o.Recogniser.HasIDForm(a.AppID)
	}
	named := o.Kind != "" || o.AppIDKey != "" || a.Kind != "" || a.Product != "" || o.Product != "" || a.BaseURL != nil
	return !c.marked && !named && a.AppID != "" && !recognise.StandsFor(a.AppID) && !o.Recogniser.HasForm(a.AppID)
}

// textCell is a cell without ="…" or an apostrophe before it, by which a spreadsheet is
// kept from taking a text for a number. A cell with other characters than a name's
// keeps its apostrophe, which may be a secret's own; "_" lets a name begin with a digit.
func textCell(cell string) string {
	if inner, ok := strings.CutPrefix(cell, "'"); ok && recognise.IsPlain("_"+inner) {
		return inner
	}
	if inner, ok := strings.CutPrefix(cell, `="`); ok && len(inner) > 1 && strings.Count(inner, `"`) == 1 && strings.HasSuffix(inner, `"`) {
		return strings.TrimSuffix(inner, `"`)
	}
	return cell
}

// quotedTexts is a table whose cells ="…" without quotes around them became quoted ones,
// as they are meant.
func quotedTexts(text []byte, sep rune) []byte {
	if !bytes.Contains(text, []byte(`="`)) {
		return text
	}
	out := make([]byte, 0, len(text))
	begins, quoted := true, false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quoted:
			quoted = c != '"'
		case begins && c == '=' && i+1 < len(text) && text[i+1] == '"':
			continue
		case c == '"':
			quoted = true
		}
		begins = !quoted && (c == '\n' || rune(c) == sep)
		out = append(out, c)
	}
	return out
}

// guess gives an account of somebody's own table the kind and the name that have no
// column, where the other columns tell them.
func (c columnsOf) guess(a *Account, o Options) {
	if a.Kind == "" && o.Kind == "" {
		column := ""
		if i := slices.Index(c.names, "appid"); i >= 0 {
			column = c.called[i]
		}
		switch {
		case a.AppID != "":
			a.Kind = o.Recogniser.KindOfRow(a.AppID, column, c.called)
		case a.BaseURL != nil:
			a.Kind = o.Recogniser.KindOfURL(*a.BaseURL)
		}
	}
	if slices.Contains(c.names, "name") {
		return
	}
	a.Made, a.Name = true, o.Recogniser.RowName(a.Kind, a.AppID, deref(a.BaseURL), a.Params)
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// isKeyColumn reports whether a column may hold the key for a team's server.
func isKeyColumn(cell string) bool {
	switch strings.Join(recognise.Split(cell), "") {
	case "key", "apikey", "accesskey", "tokenkey":
		return true
	}
	return false
}

// wordOf is our word for a cell's environment, kind or product: 生产 is live, 企业微信 is
// wecom, 小程序 is mini.
func wordOf(field, cell string, o Options) string {
	word := strings.ToLower(strings.TrimSpace(cell))
	switch field {
	case "env":
		if env := recognise.EnvOf(recognise.Split(word)); env != "" && !core.Env(word).Valid() {
			return string(env)
		}
	case "kind":
		if kind := o.Recogniser.KindOf(word); kind != "" {
			return string(kind)
		}
	case "product":
		if product := o.Recogniser.ProductOf([]string{word}); product != "" {
			return string(product)
		}
	}
	return word
}

func yesOrNo(cell string) (on, ok bool) {
	switch word := strings.ToLower(strings.TrimSpace(cell)); word {
	case "yes", "on", "y", "是", "开":
		return true, true
	case "no", "off", "n", "否", "关":
		return false, true
	default:
		on, err := strconv.ParseBool(word)
		return on, err == nil
	}
}

// csvFault is the fault in an error of encoding/csv, without its text.
func csvFault(err error) error {
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		return one(filefault.Empty, 0)
	}
	if errors.Is(parse.Err, csv.ErrQuote) {
		return one(filefault.Quote, parse.StartLine)
	}
	return one(filefault.Syntax, parse.Line)
}
