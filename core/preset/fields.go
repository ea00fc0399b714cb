package preset

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tokentray/core/kinds"
)

// reader collects the faults of a file.
type reader struct{ faults Faults }

func (r *reader) fault(line int, field, code, other string) {
	r.faults = append(r.faults, Fault{Line: max(line, 1), Field: field, Code: code, Other: other})
}

// object is a JSON object of the file whose fields are known.
type object struct {
	r      *reader
	at     string // its field, empty for the file itself
	line   int
	fields map[string]*node
}

// object reads the fields of an object. Unknown and repeated ones are faults.
func (r *reader) object(n *node, at string, known ...string) object {
	o := object{r: r, at: at, line: n.line, fields: map[string]*node{}}
	if n.kind != '{' {
		r.fault(n.line, at, FaultType, "object")
		return o
	}
	for _, m := range n.members {
		_, twice := o.fields[m.key]
		switch {
		case !slices.Contains(known, m.key):
			r.fault(m.line, o.name(shown(m.key)), FaultUnknown, meant(m.key, known))
		case twice:
			r.fault(m.line, o.name(m.key), FaultTwice, "")
		case m.value.kind == 'n': // null counts as missing
		default:
			o.fields[m.key] = m.value
		}
	}
	return o
}

// keys are those of an object, each once.
func keys(n *node) []string {
	var out []string
	for _, m := range n.members {
		if !slices.Contains(out, m.key) && m.value.kind != 'n' {
			out = append(out, m.key)
		}
	}
	return out
}

func (o object) name(key string) string { return strings.TrimPrefix(o.at+"."+key, ".") }

func (o object) get(key string) (*node, bool) {
	n, ok := o.fields[key]
	return n, ok
}

// lineOf is the line of a member of a field, else of the field.
func (o object) lineOf(key, member string) int {
	n, ok := o.fields[key]
	if !ok {
		return o.line
	}
	for _, m := range n.members {
		if m.key == member {
			return m.line
		}
	}
	return n.line
}

// text is a text and its line; 0 if there is none.
func (o object) text(key string, must bool) (string, int) {
	n, ok := o.fields[key]
	switch {
	case !ok && must:
		o.r.fault(o.line, o.name(key), FaultMissing, "")
		return "", 0
	case !ok:
		return "", 0
	case n.kind != '"':
		o.r.fault(n.line, o.name(key), FaultType, "text")
		return "", 0
	case must && strings.TrimSpace(n.text) == "":
		o.r.fault(n.line, o.name(key), FaultMissing, "")
		return "", 0
	case len(n.text) > 2000 || key != "body" && !printable(n.text):
		o.r.fault(n.line, o.name(key), FaultSigns, "")
		return "", 0
	}
	return n.text, n.line
}

// choice is one of some words, the first of which may be left out.
func (o object) choice(key, without string, of ...string) string {
	text, line := o.text(key, false)
	if text == "" {
		return without
	}
	if !slices.Contains(of, text) {
		o.r.fault(line, o.name(key), FaultValue, strings.Join(of, ", "))
		return without
	}
	return text
}

func (o object) flag(key string) bool {
	n, ok := o.fields[key]
	if ok && n.kind != 't' {
		o.r.fault(n.line, o.name(key), FaultType, "bool")
	}
	return ok && n.text == "true"
}

func (o object) number(key string, least, most int) int {
	n, ok := o.fields[key]
	if !ok {
		return 0
	}
	v, err := strconv.Atoi(n.text)
	if n.kind != '0' || err != nil || v < least || v > most {
		o.r.fault(n.line, o.name(key), FaultNumber, fmt.Sprintf("%d–%d", least, most))
		return 0
	}
	return v
}

// values are the values of a list, numbers and bools as they are written.
func (o object) values(key string) []string {
	n, ok := o.fields[key]
	if !ok {
		return nil
	}
	if n.kind != '[' {
		o.r.fault(n.line, o.name(key), FaultType, "list")
		return nil
	}
	var out []string
	for _, item := range n.items {
		if item.kind != '"' && item.kind != '0' && item.kind != 't' || len(item.text) > 200 || !printable(item.text) {
			o.r.fault(item.line, o.name(key), FaultType, "text")
			continue
		}
		out = append(out, item.text)
	}
	return out
}

// words are names in lower case without separators.
func (o object) words(key string) []string {
	out := o.values(key)
	for i, w := range out {
		out[i] = strings.ToLower(w)
	}
	return out
}

// label is a text by language.
func (o object) label(key string) kinds.Label {
	n, ok := o.fields[key]
	if !ok {
		return nil
	}
	if n.kind == '"' {
		if text, _ := o.text(key, false); text != "" {
			return kinds.Label{"en": text}
		}
		return nil
	}
	in := o.r.object(n, o.name(key), "en", "zh")
	out := kinds.Label{}
	for _, lang := range []string{"en", "zh"} {
		if text, line := in.text(lang, false); text != "" {
			if utf8.RuneCountInString(text) > 60 {
				o.r.fault(line, in.name(lang), FaultSigns, "")
			}
			out[lang] = text
		}
	}
	return out
}

// patterns are calls: a method and a path, or a path alone for any method.
func (o object) patterns(key string) []kinds.Pattern {
	var out []kinds.Pattern
	for _, text := range o.values(key) {
		method, path, both := strings.Cut(text, " ")
		if !both {
			method, path = "", text
		}
		if method != "" && !methodName.MatchString(method) || !callPath.MatchString(path) || strings.ContainsAny(path, "{}?") {
			o.r.fault(o.lineOf(key, ""), o.name(key), FaultPattern, shown(text))
			continue
		}
		out = append(out, kinds.Pattern{Method: method, Path: path})
	}
	return out
}

// shown is a text of the file in a form that may be shown: short, and on one line.
func shown(text string) string {
	if utf8.RuneCountInString(text) > 40 || !printable(text) {
		return "…"
	}
	return text
}

// meant is the known name that differs from an unknown one in at most two letters,
// else empty.
func meant(name string, known []string) string {
	best, closest := "", 3
	for _, k := range known {
		if d := distance(name, k); d < closest && d < len(k)-1 {
			best, closest = k, d
		}
	}
	return best
}

// distance is how many letters must be added, removed or replaced.
func distance(a, b string) int {
	if len(a) > 60 {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
