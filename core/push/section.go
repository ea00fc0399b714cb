package push

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// section is a [name] line and what follows it. Offsets are of bytes in the
// file's text.
type section struct {
	name       string
	start, end int // from its line to the next section
}

var sectionLine = regexp.MustCompile(`(?m)^(?:\x{feff})?[ \t]*\[([^\[\]\r\n"']+)\][ \t]*(?:[;#][^\r\n]*)?\r?$`)

// sectionAt reads the line that begins at an offset.
func sectionAt(text string, at int) (name string, ok bool) {
	line, _, _ := strings.Cut(text[at:], "\n")
	m := sectionLine.FindStringSubmatch(line)
	if m == nil {
		return "", false
	}
	return strings.TrimSpace(m[1]), true
}

// pick finds the section and the name that a key means. A key without a section
// means the one place with the name, else the part before all sections.
func pick(all []assignment, sections []section, key string) (in, name string, err error) {
	cut := strings.LastIndexByte(key, '.')
	has := func(name string) func(assignment) bool { return func(a assignment) bool { return a.name == name } }
	if cut > 0 && !slices.ContainsFunc(all, has(key)) { // a name may have a dot of its own
		in, name = key[:cut], key[cut+1:]
		if at := slices.IndexFunc(sections, func(s section) bool { return strings.EqualFold(s.name, in) }); at >= 0 {
			return sections[at].name, name, nil
		}
		if len(all) > 0 && len(sections) == 0 {
			return "", "", fmt.Errorf("it has no sections; give the variable's name alone: %s", name)
		}
		return in, name, nil
	}
	var where []string
	for _, a := range all {
		if a.name == key && !slices.Contains(where, a.section) {
			where = append(where, a.section)
		}
	}
	switch len(where) {
	case 0:
		return "", key, nil
	case 1:
		return where[0], key, nil
	}
	for i, s := range where {
		if where[i] = s + "." + key; s == "" {
			where[i] = "none"
		}
	}
	return "", "", fmt.Errorf("%s stands in several sections; remove this push and add one whose key names the section: %s", key, strings.Join(where, ", "))
}

// insert puts a line into a section, after its last line that is not empty, and adds
// the section at the end if it is missing. No section is the part before all of
// them.
func insert(text string, sections []section, in, line, end string) string {
	start, stop := 0, len(text)
	if len(sections) > 0 {
		stop = sections[0].start
	}
	if in != "" {
		at := slices.IndexFunc(sections, func(s section) bool { return s.name == in })
		if at < 0 {
			if strings.TrimPrefix(text, byteOrderMark) != "" {
				text = strings.TrimRight(text, "\r\n") + end + end
			}
			return text + "[" + in + "]" + end + line
		}
		start, stop = sections[at].start, sections[at].end
	}
	body := strings.TrimRight(text[start:stop], " \t\r\n")
	if strings.TrimPrefix(body, byteOrderMark) == "" {
		return text[:start] + body + line + text[start+len(body):]
	}
	rest := strings.TrimLeft(text[start+len(body):], " \t")
	for _, e := range []string{"\r\n", "\n"} { // the line's own end stays with it
		if after, ok := strings.CutPrefix(rest, e); ok {
			rest = after
			break
		}
	}
	return text[:start] + body + end + line + rest
}
