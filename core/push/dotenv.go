package push

import (
	"errors"
	"slices"
	"strings"

	"tokentray/core/format"
)

// assignment is where a .env file gives a variable a value. Offsets are of bytes in
// the file's text.
type assignment struct {
	section    string // the section, in an INI file
	name       string
	exported   bool
	start, end int  // of the value with its quotes
	quote      byte // 0 for a bare value
}

// setVariable is the text of a .env file in which every assignment of the variable
// has the value, with one added at the end if there was none. Everything else stays
// byte for byte: comments, order, blanks, line ends, export before the name, and the
// quotes of the old value if they suit the new one. If a name is assigned twice, some
// readers take the first and some the last; so every one is changed.
//
// A file with sections, such as INI files and ThinkPHP's .env, may give one name to
// several variables: SECTION.NAME says which one is meant, and a bare name that is
// in several sections is refused.
//
// Its error never holds the value.
func setVariable(text, key, value string) (string, error) {
	if strings.ContainsRune(text, 0) {
		return "", errors.New("it is no text file")
	}
	line, err := format.Token(format.Dotenv, format.Input{AccessToken: value})
	if err != nil {
		return "", err
	}
	written := strings.TrimPrefix(line, format.Variable+"=")
	bare := written == value
	all, sections := assignments(text)
	in, name, err := pick(all, sections, key)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	at, found, allExported, any := 0, false, true, false
	for _, a := range all {
		any, allExported = true, allExported && a.exported
		if a.name != name || a.section != in {
			continue
		}
		found = true
		out.WriteString(text[at:a.start])
		if bare && a.quote != 0 {
			out.WriteByte(a.quote)
			out.WriteString(value)
			out.WriteByte(a.quote)
		} else {
			out.WriteString(written)
		}
		at = a.end
	}
	out.WriteString(text[at:])
	if found {
		if !sameBeside(out.String(), all, in, name) {
			return "", errQuotes
		}
		return out.String(), nil
	}
	end := lineEnd(text)
	if len(sections) > 0 || in != "" {
		return insert(text, sections, in, name+"="+written+end, end), nil
	}
	if strings.TrimPrefix(text, byteOrderMark) != "" && !strings.HasSuffix(text, "\n") {
		out.WriteString(end)
	}
	if any && allExported {
		out.WriteString("export ")
	}
	out.WriteString(name + "=" + written + end)
	return out.String(), nil
}

// errQuotes is the error for a file in which another value changes where a quote
// closes.
var errQuotes = errors.New("a quote in the file is not closed on its line, so that other variables would change too; put the quote right")

// sameBeside reports whether a text reads as before except for the variable. An open
// quote may close elsewhere after a value with a quote was removed.
func sameBeside(text string, before []assignment, in, name string) bool {
	after, _ := assignments(text)
	same := func(a, b assignment) bool {
		return a.name == b.name && a.section == b.section && (a.name == name && a.section == in || a.end-a.start == b.end-b.start)
	}
	return slices.EqualFunc(before, after, same)
}

// byteOrderMark begins the files of some editors.
const byteOrderMark = "\ufeff"

// lineEnd is the line end of most lines of the text.
func lineEnd(text string) string {
	if crlf := strings.Count(text, "\r\n"); 2*crlf > strings.Count(text, "\n") {
		return "\r\n"
	}
	return "\n"
}

// assignments finds every assignment of a .env file and its sections, in order.
func assignments(text string) ([]assignment, []section) {
	var out []assignment
	var sections []section
	ini, in := sectionLine.MatchString(text), ""
	at := 0
	if strings.HasPrefix(text, byteOrderMark) {
		at = len(byteOrderMark)
	}
	for at < len(text) {
		if name, ok := sectionAt(text, at); ok {
			if n := len(sections); n > 0 {
				sections[n-1].end = at
			}
			in = name
			sections = append(sections, section{name, at, len(text)})
		}
		a, ok := assignmentAt(text, at, ini)
		if ok {
			a.section = in
			out = append(out, a)
			at = a.end
		}
		next := strings.IndexByte(text[at:], '\n')
		if next < 0 {
			break
		}
		at += next + 1
	}
	return out, sections
}

// assignmentAt reads the line that begins at an offset: blanks, export, a name,
// =, a value.
func assignmentAt(text string, at int, ini bool) (assignment, bool) {
	at = skipBlanks(text, at)
	a, at, ok := nameAt(text, at)
	if !ok {
		return a, false
	}
	a.start = skipBlanks(text, at)
	if a.start < len(text) {
		switch q := text[a.start]; q {
		case '"', '\'', '`':
			if end, ok := quotedEnd(text, a.start); ok {
				a.quote, a.end = q, end
				return a, true
			}
		}
	}
	a.end = bareEnd(text, a.start, ini)
	if a.end == a.start { // the blanks stay between it and a comment
		a.start, a.end = at, at
	}
	return a, true
}

// nameAt reads [export] NAME = and returns the offset behind the sign.
func nameAt(text string, at int) (assignment, int, bool) {
	if rest, ok := strings.CutPrefix(text[at:], "export"); ok && rest != "" && (rest[0] == ' ' || rest[0] == '\t') {
		name, next, ok := plainName(text, skipBlanks(text, at+len("export")))
		if ok {
			return assignment{name: name, exported: true}, next, true
		}
	}
	name, next, ok := plainName(text, at)
	return assignment{name: name}, next, ok
}

func plainName(text string, at int) (string, int, bool) {
	end := at
	for end < len(text) && nameByte(text[end]) {
		end++
	}
	sign := skipBlanks(text, end)
	if end == at || sign >= len(text) || text[sign] != '=' {
		return "", at, false
	}
	return text[at:end], sign + 1, true
}

// nameByte reports whether readers accept c in a name. Some accept dots and dashes.
func nameByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '.' || c == '-'
}

func skipBlanks(text string, at int) int {
	for at < len(text) && (text[at] == ' ' || text[at] == '\t') {
		at++
	}
	return at
}

// quotedEnd is the offset after the quote that closes the one at an offset, perhaps
// lines below. Only a comment may follow it: else the quote belongs to a bare value.
func quotedEnd(text string, at int) (int, bool) {
	quote := text[at]
	for i := at + 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && quote == '"':
			i++
		case text[i] == quote:
			rest := skipBlanks(text, i+1)
			over := rest == len(text) || text[rest] == '\n' || text[rest] == '#' || strings.HasPrefix(text[rest:], "\r\n")
			return i + 1, over
		}
	}
	return 0, false
}

// bareEnd is the offset after the bare value that begins at an offset: before a
// comment, which follows a blank, and before the blanks at the end of the line. In a
// file with sections ; begins a comment, too.
func bareEnd(text string, at int, ini bool) int {
	end := strings.IndexByte(text[at:], '\n')
	if end < 0 {
		end = len(text)
	} else {
		end += at
	}
	for i := at; i < end; i++ {
		if (text[i] == '#' || ini && text[i] == ';') && (text[i-1] == ' ' || text[i-1] == '\t') {
			end = i
			break
		}
	}
	for end > at && (text[end-1] == ' ' || text[end-1] == '\t' || text[end-1] == '\r') {
		end--
	}
	return end
}
