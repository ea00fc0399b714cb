package interchange

import (
	"strconv"
	"strings"

	"tokentray/core/filefault"
	"tokentray/core/recognise"
)

// readDotenv reads a .env file: assignments as shells of all families, Docker, make and
// the dotenv libraries write them, and the sections of INI and TOML files and blocks in
// braces, each a prefix of the names below it. Any other line is a fault, because
// skipping it could lose an account; with SkipForeign it is left out with a remark.
func readDotenv(text []byte, o Options) (File, error) {
	d := dotenv{text: string(text), shown: o.Recogniser.Shown, skip: o.SkipForeign, ini: hasSection(string(text)), more: true}
	if err := d.read(); err != nil {
		return File{}, err
	}
	f, err := ofVariables(d.vars, o)
	f.Remarks = append(d.foreign, f.Remarks...)
	return f, err
}

// ofVariables are the accounts in names and values.
func ofVariables(vars []recognise.Variable, o Options) (File, error) {
	for i := range vars {
		vars[i].Value = o.Recogniser.Clean(vars[i].Value)
	}
	found, known := o.Recogniser.Accounts(vars, recognise.Named{ID: o.AppIDKey, Secret: o.SecretKey})
	if !known {
		return File{}, one(filefault.NoKey, 0)
	}
	return ofFound(found)
}

func ofFound(found recognise.Found) (File, error) {
	var bad faults
	for _, t := range found.Twice {
		bad.add(filefault.Twice, t.Line, t.Key, t.First)
	}
	f := File{Remarks: found.Remarks, env: found.Env}
	for _, a := range found.Accounts {
		f.Accounts = append(f.Accounts, recognised(a))
	}
	return f, bad.err()
}

// recognised is an account that the recogniser made.
func recognised(a recognise.Account) Account {
	out := Account{
		Line: a.Line, Name: a.Name, Made: true, spare: a.Spare, Env: a.Env, Kind: a.Kind, Product: a.Product, AppID: a.AppID, Params: a.Params,
		Secret: a.Secret, ProxyPassword: a.ProxyPassword,
	}
	if a.BaseURL != "" {
		out.BaseURL = &a.BaseURL
	}
	if a.Proxy != "" {
		out.Proxy = &a.Proxy
	}
	return out
}

var (
	assignment = pattern(`^[ \t]*(?:(?:export|declare|typeset|readonly|local|@?(?i:set)|ENV|ARG)(?:[ \t]+--?[A-Za-z]+)*[ \t]+)?(?:\$(?i:env):)?` + variableName + `[ \t]*(?:(?:[:?+]?=|[：＝])[ \t]*|:(?:[ \t]+|$))`)
	// spaced is an assignment without a sign: of fish, csh and Dockerfiles.
	spaced = pattern(`^[ \t]*(?:set(?:[ \t]+--?[A-Za-z]+)+|setenv|ENV)[ \t]+` + variableName + `[ \t]+`)
	// sectionLine is [a] of INI, and [a."b.c"] and [[list]] of TOML.
	sectionLine = pattern(`^(\[?)\[[ \t]*([\pL_][^\[\]]*|"[^"\[\]]*"[^\[\]]*)\]\]?[ \t]*(?:[;#].*)?$`)
	blockLine   = pattern(`^(?:([\pL_][\pL\pN_.:\-]*)[ \t]*[=:]?[ \t]*)?\{$`)
	listLine    = pattern(`^[\pL_][\pL\pN_.:\-]*[ \t]*\[$`)
	inlineTable = pattern(`^\{[ \t]*[\w\-]+[ \t]*=`)
	// carrier is a line with whole assignments in words of their own: of a unit of systemd,
	// and of a batch file or a shell.
	carrier   = pattern(`^[ \t]*(?:Environment[ \t]*=[ \t]*(.*=.*)|@?(?i:set|export)[ \t]+("[^"]*=[^"]*"))[ \t]*$`)
	carried   = pattern(`(?:[^ \t"']|"[^"]*"|'[^']*')+`)
	batchLine = pattern(`^(?:@?(?i:rem|setlocal|endlocal|echo[ \t]+o(?:n|ff))(?:[ \t].*)?|::.*)$`)
	further   = pattern(`[ \t;&]+(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)=`)
)

const variableName = `([\pL_][\pL\pN_.\-]*(?:\[\w*\])?)`

func hasSection(text string) bool {
	for line := range strings.Lines(text) {
		if sectionLine().MatchString(strings.TrimSpace(line)) {
			return true
		}
	}
	return false
}

// dotenv is a .env file that is read line by line.
type dotenv struct {
	text    string // the rest
	line    int    // where the rest begins
	shown   func(string) string
	skip    bool // lines that are no assignments are left out
	ini     bool // there are sections, so that ; begins a comment behind a value, too
	more    bool // what is no .env file is read, too: TOML, fish, Bruno
	section string
	blocks  []string // the sections around the braces that are open
	lists   map[string]int
	vars    []recognise.Variable
	foreign []Remark
	bad     faults
}

func (d *dotenv) read() error {
	for d.line = 1; d.text != ""; {
		first, _, _ := strings.Cut(d.text, "\n")
		trimmed := strings.TrimSpace(first)
		at := assignment().FindStringSubmatchIndex(first)
		if at == nil && d.more {
			at = spaced().FindStringSubmatchIndex(first)
		}
		switch {
		case trimmed == "", trimmed[0] == '#', trimmed[0] == ';', d.more && batchLine().MatchString(trimmed):
			d.pass(len(first))
		case d.more && carrier().MatchString(first):
			whole := d.continued(len(first))
			for _, v := range inWords(whole) {
				v.Line = d.line
				d.vars = append(d.vars, v)
			}
			d.pass(len(whole))
		case sectionLine().MatchString(trimmed):
			d.begin(sectionLine().FindStringSubmatch(trimmed))
			d.pass(len(first))
		case d.more && blockLine().MatchString(trimmed):
			d.blocks = append(d.blocks, d.section)
			if name := blockLine().FindStringSubmatch(trimmed)[1]; name != "" && name != "vars" { // vars is Bruno's word
				d.section += name + "."
			}
			d.pass(len(first))
		case d.more && listLine().MatchString(trimmed):
			d.pass(len(first))
			d.list()
		case len(d.blocks) > 0 && trimmed[0] == '~': // switched off in Bruno
			d.pass(len(first))
		case len(d.blocks) > 0 && strings.Trim(trimmed, ",;") == "}":
			last := len(d.blocks) - 1
			d.section, d.blocks = d.blocks[last], d.blocks[:last]
			d.pass(len(first))
		case at == nil:
			d.other("", d.line, len(first))
		default:
			if err := d.assign(first[at[2]:at[3]], at[1], len(first)); err != nil {
				return err
			}
		}
	}
	return d.bad.err()
}

// continued is the line with which the text begins, length bytes long, and those that
// backslashes join to it.
func (d *dotenv) continued(length int) string {
	for strings.HasSuffix(d.text[:length], `\`) && length < len(d.text) {
		next, _, _ := strings.Cut(d.text[length+1:], "\n")
		length += 1 + len(next)
	}
	return d.text[:length]
}

// inWords are the assignments of a line that carries them in words.
func inWords(line string) []recognise.Variable {
	var out []recognise.Variable
	m := carrier().FindStringSubmatch(strings.ReplaceAll(line, "\\\n", " "))
	if m == nil {
		return nil
	}
	for _, word := range carried().FindAllString(m[1]+m[2], -1) {
		if quote := word[:1]; quote == `"` || quote == "'" {
			word = strings.Trim(word, quote)
		}
		if name, value, ok := strings.Cut(word, "="); ok {
			out = append(out, recognise.Variable{Name: strings.TrimSpace(name), Value: strings.Trim(value, `"'`)})
		}
	}
	return out
}

// begin begins a section. Those of a list are numbered.
func (d *dotenv) begin(m []string) {
	d.section = strings.Map(func(r rune) rune {
		if r == '"' || r == '\'' {
			return -1
		}
		return r
	}, strings.TrimSpace(m[2])) + "."
	if m[1] == "" {
		return
	}
	if d.lists == nil {
		d.lists = map[string]int{}
	}
	d.lists[d.section]++
	if n := d.lists[d.section]; n > 1 {
		d.section += strconv.Itoa(n) + "."
	}
}

// inside reads the assignments of a table on one line, as in a = { b = "c" }.
func (d *dotenv) inside(name, table string) {
	in := dotenv{text: strings.ReplaceAll(strings.Trim(table, "{} \t"), ",", "\n"), shown: d.shown, skip: true, section: d.section + name + "."}
	_ = in.read() // what is no assignment is left out
	for _, v := range in.vars {
		v.Line = d.line
		d.vars = append(d.vars, v)
	}
}

// list leaves out the lines of a list that the last line has begun: its items are no
// assignments.
func (d *dotenv) list() {
	inside, rest, closed := strings.Cut(d.text, "]")
	if end, _, _ := strings.Cut(rest, "\n"); !closed || strings.Trim(end, ", \t") != "" || strings.Contains(inside, "=") {
		return
	}
	d.pass(len(inside) + 1 + strings.IndexByte(rest+"\n", '\n'))
}

// assign reads the assignment with which the text begins. Its value begins at an
// offset.
func (d *dotenv) assign(name string, at, first int) error {
	v := recognise.Variable{Name: d.section + name, Line: d.line}
	value, length, ok := "", 0, false
	if d.more {
		value, length, ok = tripled(d.text[at:])
	}
	if !ok {
		value, length, ok = dotenvValue(d.text[at:], d.ini)
	}
	if bare := d.text[at : at+length]; strings.TrimLeft(bare, "\"'`") == bare {
		if end := d.further(bare); end >= 0 {
			value, length = strings.TrimSpace(bare[:end]), end
		}
	}
	if !ok {
		if !d.skip {
			d.bad.add(filefault.Quote, d.line, d.shown(v.Name), 0)
			return d.bad.err()
		}
		d.other(v.Name, d.line, first)
		return nil
	}
	used := at + length
	after, _, _ := strings.Cut(d.text[used:], "\n")
	if d.further(after) == 0 {
		v.Value = value
		d.vars = append(d.vars, v)
		d.line += strings.Count(d.text[:used], "\n")
		d.text = strings.TrimLeft(d.text[used:], " \t;&")
		return nil
	}
	if rest := strings.TrimSpace(after); rest != "" && rest[0] != '#' && rest[0] != ';' && rest != "," {
		d.other(v.Name, d.line+strings.Count(d.text[:used], "\n"), first)
		return nil
	}
	v.Value = value
	d.vars = append(d.vars, v)
	if d.more && inlineTable().MatchString(value) {
		d.inside(name, value)
	}
	d.pass(used + len(after))
	if d.more && strings.HasPrefix(value, "[") && !strings.Contains(value, "]") {
		d.list()
	}
	return nil
}

// further is where another assignment to a field of an account begins on a line of a
// shell's, as in export A=1; export B=2. Otherwise the first value would take in the
// second, and an AppID is shown where a secret must not be. -1: there is none.
func (d *dotenv) further(line string) int {
	for _, at := range further().FindAllStringSubmatchIndex(line, -1) {
		if d.shown(line[at[2]:at[3]]) != "" {
			return at[0]
		}
	}
	return -1
}

// other handles a first line, length bytes long, that is no assignment: as a fault,
// or by leaving it out.
func (d *dotenv) other(name string, line, length int) {
	key := ""
	if name != "" {
		key = d.shown(name)
	}
	switch {
	case !d.skip:
		d.bad.add(filefault.Foreign, line, key, 0)
	case len(d.foreign) < maxFaults:
		d.foreign = append(d.foreign, Remark{Code: RemarkForeign, Line: d.line, Key: key})
	}
	d.pass(length)
}

// pass continues after the line end that follows so many bytes.
func (d *dotenv) pass(length int) {
	d.line += strings.Count(d.text[:length], "\n") + 1
	_, d.text, _ = strings.Cut(d.text[length:], "\n")
}

// dotenvValue reads a value and returns how much of s it took. Quotes may span
// lines; false: they do not end. In an INI file ; begins a comment, too.
func dotenvValue(s string, ini bool) (value string, length int, ok bool) {
	if s == "" {
		return "", 0, true
	}
	quote := s[0]
	if quote != '"' && quote != '\'' && quote != '`' {
		bare, _, _ := strings.Cut(s, "\n")
		for i := range len(bare) { // a comment begins behind a blank
			if (bare[i] == '#' || ini && bare[i] == ';') && (i == 0 || bare[i-1] == ' ' || bare[i-1] == '\t') {
				bare = bare[:i]
				break
			}
		}
		return strings.TrimSpace(bare), len(bare), true
	}
	var out strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == quote && quote == '`' && strings.ContainsAny(out.String(), " \t"): // a command, whose output would be the value
			return s[:i+1], i + 1, true
		case c == quote:
			return out.String(), i + 1, true
		case c == '\\' && quote == '"' && i+1 < len(s):
			i++
			out.WriteByte(unescape(s[i]))
		default:
			out.WriteByte(c)
		}
	}
	return "", 0, false
}

// tripled reads a text of several lines in three quotes, as TOML and Python have them.
func tripled(s string) (value string, length int, ok bool) {
	for _, quotes := range []string{`"""`, "'''"} {
		if rest, begins := strings.CutPrefix(s, quotes); begins {
			inside, _, closed := strings.Cut(rest, quotes)
			return strings.TrimPrefix(inside, "\n"), len(inside) + 2*len(quotes), closed
		}
	}
	return "", 0, false
}

// unescape is the character that a backslash and c stand for.
func unescape(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case 'f':
		return '\f'
	}
	return c
}
