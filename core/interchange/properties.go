package interchange

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"

	"tokentray/core/filefault"
)

// property is one value of a Spring configuration. doc counts the documents of the
// file, each of which may be for a profile of its own.
type property struct {
	path  []string // wx, mp, configs, 0, appId
	value string
	line  int
	doc   int
}

// canonical is a part of a path as Spring's relaxed binding compares it: appId,
// app-id, app_id and APPID are one.
func canonical(part string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '_' {
			return -1
		}
		return unicode.ToLower(r)
	}, part)
}

// canonicalPath is a path as relaxed binding compares it.
func canonicalPath(path []string) string { return strings.Join(canonicals(path), ".") }

// canonicals are the parts of a path in that form.
func canonicals(path []string) []string {
	parts := make([]string, len(path))
	for i, part := range path {
		parts[i] = canonical(part)
	}
	return parts
}

// splitPath splits a key: wx.mp.configs[0].appId, and map keys in brackets that
// contain dots.
func splitPath(key string) []string {
	var out []string
	for key != "" {
		at := strings.IndexAny(key, ".[")
		if at < 0 {
			return append(out, key)
		}
		if at > 0 {
			out = append(out, key[:at])
		}
		if key[at] == '.' {
			key = key[at+1:]
			continue
		}
		inside, rest, closed := strings.Cut(key[at+1:], "]")
		if !closed {
			return append(out, key[at:])
		}
		out = append(out, strings.Trim(inside, `"'`))
		key = strings.TrimPrefix(rest, ".")
	}
	return out
}

// readProperties reads a .properties file: java.util.Properties' syntax in UTF-8,
// with Spring's lines between documents.
func readProperties(text string) ([]property, error) {
	var out []property
	var bad faults
	doc := 0
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		first, at := strings.TrimLeft(lines[i], " \t\f"), i+1
		switch mark := strings.TrimRight(first, " \t\f"); {
		case mark == "#---", mark == "!---":
			doc++
			continue
		case first == "", first[0] == '#', first[0] == '!':
			continue
		}
		logical := strings.TrimSuffix(first, "\r")
		for continues(logical) {
			logical = logical[:len(logical)-1]
			if i++; i == len(lines) {
				break
			}
			logical += strings.TrimLeft(strings.TrimSuffix(lines[i], "\r"), " \t\f")
		}
		if len(out) >= maxProperties {
			return nil, Faults{{Code: filefault.Many, Line: at, Other: maxProperties}}
		}
		key, value := cutProperty(logical)
		k, okKey := unescapeProperty(key)
		v, okValue := unescapeProperty(value)
		if !okKey || !okValue {
			bad.add(filefault.Syntax, at, "", 0)
			continue
		}
		if path := splitPath(k); len(path) > 0 && len(path) <= maxDepth {
			out = append(out, property{path, v, at, doc})
		}
	}
	return out, bad.err()
}

// maxProperties bounds the properties of one file.
const maxProperties = 200_000

// continues reports whether the next line belongs to this one: an odd number of
// backslashes ends it.
func continues(line string) bool {
	n := len(line) - len(strings.TrimRight(line, `\`))
	return n%2 == 1
}

// cutProperty finds where the key ends: at the first =, : or blank that is not
// escaped.
func cutProperty(line string) (key, value string) {
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case '=', ':':
			return line[:i], strings.TrimLeft(line[i+1:], " \t\f")
		case ' ', '\t', '\f':
			rest := strings.TrimLeft(line[i:], " \t\f")
			if rest != "" && (rest[0] == '=' || rest[0] == ':') {
				rest = strings.TrimLeft(rest[1:], " \t\f")
			}
			return line[:i], rest
		}
	}
	return line, ""
}

// unescapeProperty resolves backslashes; false: a \u without four digits.
func unescapeProperty(s string) (string, bool) {
	if !strings.Contains(s, `\`) {
		return s, true
	}
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			out.WriteByte(s[i])
			continue
		}
		if i++; i == len(s) {
			break
		}
		if s[i] != 'u' {
			out.WriteByte(unescape(s[i]))
			continue
		}
		r, ok := hex4(s[i+1:])
		if !ok {
			return "", false
		}
		i += 4
		if utf16.IsSurrogate(r) && strings.HasPrefix(s[i+1:], `\u`) {
			if low, ok := hex4(s[i+3:]); ok {
				if both := utf16.DecodeRune(r, low); both != '\uFFFD' {
					r = both
					i += 6
				}
			}
		}
		out.WriteRune(r)
	}
	return out.String(), true
}

func hex4(s string) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	n, err := strconv.ParseUint(s[:4], 16, 32)
	return rune(n), err == nil
}
