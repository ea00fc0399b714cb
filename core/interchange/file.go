package interchange

import (
	"bytes"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"tokentray/core"
	"tokentray/core/filefault"
	"tokentray/core/kinds"
	"tokentray/core/recognise"
)

// Source is a format that Read knows.
type Source string

// The sources, as the command line names them.
const (
	TokenTray Source = "tokentray" // our JSON, without secrets
	CSV       Source = "csv"
	Dotenv    Source = "dotenv"
	Postman   Source = "postman"
	WxJava    Source = "wxjava" // a Spring application's properties or YAML
	Backup    Source = "backup"
)

// Sources lists the sources in the order they are offered.
func Sources() []Source { return []Source{TokenTray, CSV, Dotenv, Postman, WxJava, Backup} }

// Account is an account as a file has it. Nil or empty means that the file does not
// say. Nothing here was checked. A file cannot give consent to destructive fetches
// for a live account: only its owner can, on each machine again.
type Account struct {
	Line    int // where it begins
	Name    string
	Made    bool // the name is ours, made from the names of variables
	Env     core.Env
	Kind    core.Kind
	Product core.Product
	AppID   string
	Params  map[string]string
	// Input has every other field. Those of its fields that stand above are not used,
	// and neither is AllowLive.
	core.Input

	Secret        core.Secret
	ProxyPassword core.Secret

	// Unsure reports that nothing tells the environment: it counts as the sandbox,
	// and no token should be fetched before a person has looked.
	Unsure bool

	spare string // the name that is tried when Name, which is Made, is taken
}

// Setting is a setting of a backup, as core.Settings' Set takes it.
type Setting struct {
	Key, Value string
}

// File is the result of reading a file.
type File struct {
	Source   Source
	Accounts []Account
	Settings []Setting // of a backup
	Presets  [][]byte  // of a backup: the files of the user's presets
	Remarks  []Remark

	env  core.Env // of the accounts that do not say their own
	ours bool     // TokenTray wrote it
}

// Remark is something that was left out or interpreted in a way that a person should
// know about.
type Remark = recognise.Remark

// Codes of remarks in addition to those of recognise. ui/text has a sentence for
// each, in both languages.
const (
	RemarkColumn   = "column"   // a CSV column that is not ours; Line is its number
	RemarkDisabled = "disabled" // a Postman variable that is switched off
	RemarkForeign  = "foreign"  // a line of a .env file that is no assignment
	RemarkGB18030  = "gb18030"  // the file is no UTF-8, and was read as GB18030
	RemarkEnv      = "env"      // nothing tells sandbox from live
)

// Options are what the user says about the file.
type Options struct {
	From Source // empty: detected
	// FileName helps to detect the format, and tells the profile of a Spring
	// application. Only its last element counts.
	FileName  string
	Name      string // of the one account in the file
	Env       core.Env
	Kind      core.Kind
	Product   core.Product
	BaseURL   string
	AppIDKey  string // the variable with the AppID, in all formats but our own
	SecretKey string // the variable with the AppSecret
	// SkipForeign leaves out lines of a .env file that are no assignments, with a
	// remark.
	SkipForeign bool
	Passphrase  core.Secret // of a backup
	// Recogniser finds accounts in names and values; nil knows the builtin kinds.
	Recogniser *recognise.Recogniser
}

// base is the last element of the file's name.
func (o Options) base() string { return path.Base(strings.ReplaceAll(o.FileName, `\`, "/")) }

// tellsByURL reports whether an account has no AppID, and needs none.
func (o Options) tellsByURL(a Account) bool {
	kind := a.Kind
	if o.Kind != "" {
		kind = o.Kind
	}
	return a.AppID == "" && a.BaseURL != nil && o.Recogniser.IsTold(kind)
}

// Read reads a file of any of the formats. Its error is Faults.
func Read(data []byte, o Options) (File, error) {
	if o.Recogniser == nil {
		o.Recogniser = recognise.New(recognise.Of(kinds.Builtin())...)
	}
	if o.From == Backup || o.From == "" && IsBackup(data) {
		if o.AppIDKey != "" || o.SecretKey != "" {
			return File{}, one(filefault.KeysFixed, 0)
		}
		return readBackup(data, o)
	}
	text, converted, err := prepare(data)
	if err != nil {
		return File{}, err
	}
	guessed := o.From == ""
	if guessed || o.From == WxJava || o.From == Postman {
		text = listJSON(plainJSON(text))
	}
	if guessed {
		o.From = guess(text, o)
	}
	if keys := o.AppIDKey != "" || o.SecretKey != ""; keys && o.From == TokenTray {
		return File{}, one(filefault.KeysFixed, 0)
	}
	f, err := contents(text, o)
	if err == nil && guessed && o.From == WxJava && isJSON(text) && len(f.Accounts)+len(f.Remarks) == 0 {
		err = one(filefault.Unknown, 1)
	}
	if err != nil {
		return File{}, err
	}
	f.Source = o.From
	if converted {
		f.Remarks = append([]Remark{{Code: RemarkGB18030}}, f.Remarks...)
	}
	return finish(f, o)
}

// contents are the accounts in a text of the source that the options name.
func contents(text []byte, o Options) (File, error) {
	switch o.From {
	case TokenTray:
		return readAccounts(text)
	case CSV:
		return readCSV(text, o)
	case Dotenv:
		return readDotenv(text, o)
	case Postman:
		return readPostman(text, o)
	case WxJava:
		return readSpring(text, o)
	}
	return File{}, one(filefault.Unknown, 0)
}

var (
	variableLine  = pattern(`^(?:export[ \t]+)?[A-Za-z_][A-Za-z0-9_]*[ \t]*=`)
	propertyLine  = pattern(`^[A-Za-z_][\w.\-\[\]]*[ \t]*=`)
	yamlLine      = pattern(`^(?:---|["']?[A-Za-z_][\w.\-]*["']?[ \t]*:(?:[ \t]|$))`)
	postmanValues = pattern(`"values"\s*:\s*(?:[^\s\[{]|\[)`)
	springFile    = pattern(`^(?:application|bootstrap)-([\w-]+)\.(?:ya?ml|properties)$`)
)

// guess detects the format by the file's name, then by its first meaningful line;
// empty: none of ours.
func guess(text []byte, o Options) Source {
	name := strings.ToLower(o.base())
	trimmed := bytes.TrimSpace(text)
	switch {
	case isJSON(text):
		if postmanValues().Match(text) && !bytes.Contains(text, []byte(`"tokentray"`)) {
			return Postman
		}
		if bytes.Contains(text, []byte(`"tokentray"`)) {
			return TokenTray
		}
		return WxJava // or any other JSON
	case strings.HasSuffix(name, ".csv"), strings.HasSuffix(name, ".tsv"):
		return CSV
	case strings.HasSuffix(name, ".yaml"), strings.HasSuffix(name, ".yml"), strings.HasSuffix(name, ".properties"):
		return WxJava
	case strings.HasPrefix(name, ".env"), slices.Contains(dotenvEndings, path.Ext(name)):
		return Dotenv
	case slices.Contains(codeEndings, path.Ext(name)):
		return ""
	}
	foreign := false // there was a line of no format: only a variable of an account identifies one
	for line := range strings.Lines(string(trimmed)) {
		line = strings.TrimSpace(line)
		switch {
		case line == "", line[0] == '#', line[0] == '!', line[0] == ';', batchLine().MatchString(line):
		case sectionLine().MatchString(line):
			return Dotenv
		case foreign:
			if tells(o.Recogniser, line) {
				return Dotenv
			}
		case isHeader(line, o):
			return CSV
		case variableLine().MatchString(line):
			return Dotenv
		case carrier().MatchString(line) && tells(o.Recogniser, line):
			return Dotenv
		case (assignment().MatchString(line) || spaced().MatchString(line)) && !yamlLine().MatchString(line) && !propertyLine().MatchString(line):
			if tells(o.Recogniser, line) {
				return Dotenv
			}
			foreign = true
		case propertyLine().MatchString(line), yamlLine().MatchString(line):
			return WxJava
		default:
			foreign = true
		}
	}
	return ""
}

// dotenvEndings are those of files with assignments, and codeEndings those of programs,
// whose lines only look like such.
var (
	dotenvEndings = []string{".env", ".toml", ".tfvars", ".bru"}
	codeEndings   = []string{".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx", ".vue", ".php", ".go", ".java", ".kt", ".cs", ".rb", ".rs", ".sql"}
)

// tells reports whether a line is an assignment to a field of an account.
func tells(r *recognise.Recogniser, line string) bool {
	for _, v := range inWords(line) {
		if r.Shown(v.Name) != "" {
			return true
		}
	}
	for _, form := range []func() *regexp.Regexp{assignment, spaced} {
		if m := form().FindStringSubmatch(line); m != nil {
			return r.Shown(m[1]) != ""
		}
	}
	return false
}

// finish applies the options, and makes sure that no two accounts of the file have
// one name.
func finish(f File, o Options) (File, error) {
	if len(f.Accounts) == 0 {
		return File{}, nothing(f.Remarks)
	}
	f.dropPlaceholders(o)
	if len(f.Accounts) == 0 {
		return File{}, nothing(f.Remarks)
	}
	f.env = recognise.AnyEnv(f.env, recognise.EnvOf(recognise.Split(o.base())))
	if len(f.Accounts) > MaxAccounts {
		return File{}, Faults{{Code: filefault.Many, Line: f.Accounts[MaxAccounts].Line, Other: MaxAccounts}}
	}
	var bad faults
	taken := map[string]int{} // name and environment -> index in kept
	kept := f.Accounts[:0]
	for _, a := range f.Accounts {
		fill(&a, o, f.env, len(f.Accounts) == 1)
		at, twice := taken[slot(a)]
		switch {
		case !twice:
		case sameContents(kept[at], a):
			continue
		case a.Made:
			a.Name = free(a, taken)
		default:
			bad.add(filefault.Account, a.Line, "", kept[at].Line)
			continue
		}
		taken[slot(a)] = len(kept)
		kept = append(kept, a)
	}
	f.Accounts = kept
	f.Remarks = append(f.Remarks, unsure(kept)...)
	return f, bad.err()
}

// dropPlaceholders leaves out values that only stand for others, with a remark. Our
// own files have none: a saved account may have any AppID.
func (f *File) dropPlaceholders(o Options) {
	if f.Source == Backup {
		return
	}
	kept := f.Accounts[:0]
	for _, a := range f.Accounts {
		if recognise.StandsForSecret(a.Secret.Reveal()) {
			a.Secret = core.Secret{}
			f.Remarks = append(f.Remarks, Remark{Code: recognise.RemarkPlaceholder, Line: a.Line, Key: "secret"})
		}
		if f.Source == CSV && !f.ours && recognise.StandsFor(a.AppID) && !o.tellsByURL(a) {
			f.Remarks = append(f.Remarks, Remark{Code: recognise.RemarkPlaceholder, Line: a.Line, Key: "appid"})
			continue
		}
		kept = append(kept, a)
	}
	f.Accounts = kept
}

// unsure adds a remark about accounts whose environment nothing tells; many get one
// remark together.
func unsure(accounts []Account) []Remark {
	var out []Remark
	for _, a := range accounts {
		if a.Unsure {
			out = append(out, Remark{Code: RemarkEnv, Line: a.Line})
		}
	}
	if len(out) > maxFaults {
		return []Remark{{Code: RemarkEnv}}
	}
	return out
}

// nothing is the error for a file without accounts. If something that was left out is
// the reason, it names that. The secret of a variable that was left out has no AppID
// only because of that, so secrets are named last. Lines and columns that were left out
// unread come after the rest: they may have been an account.
func nothing(remarks []Remark) error {
	var bad, lonely, unread faults
	for _, r := range remarks {
		switch r.Code {
		case recognise.RemarkPlaceholder:
			bad.add(filefault.Placeholder, r.Line, r.Key, 0)
		case recognise.RemarkOther:
			bad.add(filefault.Other, r.Line, r.Key, 0)
		case recognise.RemarkShape:
			bad.add(filefault.Shape, r.Line, r.Key, 0)
		case recognise.RemarkComponent:
			bad.add(filefault.Component, r.Line, r.Key, 0)
		case RemarkDisabled:
			bad.add(filefault.Disabled, r.Line, r.Key, 0)
		case recognise.RemarkLonely:
			lonely.add(filefault.Lonely, r.Line, r.Key, 0)
		case RemarkForeign:
			unread.add(filefault.LeftOut, r.Line, r.Key, 0)
		case RemarkColumn:
			unread.add(filefault.Column, 0, "", r.Line)
		}
	}
	if bad.err() == nil {
		bad = lonely
	}
	if bad.err() == nil {
		bad.add(filefault.NoAccounts, 0, "", 0)
	}
	bad.join(unread)
	return bad.err()
}

// fill applies the options to an account, and the environment of the whole file if
// it has none of its own.
func fill(a *Account, o Options, env core.Env, alone bool) {
	if o.Name != "" && alone {
		a.Name, a.Made = o.Name, false
	}
	if o.Env != "" {
		a.Env = o.Env
	}
	if a.Env == "" {
		a.Env = env
	}
	if a.Env == "" {
		a.Env, a.Unsure = core.Sandbox, true
	}
	if o.Kind != "" {
		a.Kind = o.Kind
	}
	if o.Product != "" {
		a.Product = o.Product
	}
	if o.BaseURL != "" {
		a.BaseURL = &o.BaseURL
	}
}

// slot is what no two accounts may share.
func slot(a Account) string {
	name := a.Name
	if clean, err := core.CleanName(name); err == nil {
		name = clean
	}
	return name + "/" + string(a.Env)
}

func sameContents(a, b Account) bool {
	a.Line, b.Line, a.Made, b.Made, a.spare, b.spare = 0, 0, false, false, "", ""
	return reflect.DeepEqual(a, b)
}

// free makes another name for an account whose own is taken.
func free(a Account, taken map[string]int) string {
	base := a.Name
	if a.spare != "" && a.spare != base {
		base = a.spare
		a.Name = base
		if _, twice := taken[slot(a)]; !twice {
			return base
		}
	}
	for n := 2; ; n++ {
		a.Name = base + "-" + strconv.Itoa(n)
		if _, twice := taken[slot(a)]; !twice {
			return a.Name
		}
	}
}

// pattern compiles an expression when it is first needed: the agent is the same
// program, and needs almost none of them.
func pattern(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
