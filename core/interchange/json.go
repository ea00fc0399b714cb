package interchange

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"tokentray/core/recognise"
)

// readJSON flattens a JSON file as YAML is flattened: appsettings.json,
// http-client.env.json, a Postman collection with its variables.
func readJSON(text []byte, r *recognise.Recogniser) ([]property, error) {
	root, err := jsonTree(text, func(key string) bool { return r.Shown(key) != "" })
	if err != nil {
		return nil, err
	}
	var out []property
	flatten(root, nil, &out)
	return out, nil
}

// unwrapped are properties in which JSON that a manager of secrets has as a text, as AWS's
// SecretString, stands as what it holds, below the secret's own name.
func unwrapped(all []property, r *recognise.Recogniser) []property {
	names := map[string][]string{}
	for _, p := range all {
		if last := len(p.path) - 1; slices.Contains([]string{"name", "secretname"}, canonical(p.path[last])) {
			names[canonicalPath(p.path[:last])] = []string{strings.ReplaceAll(p.value, "/", "-")}
		}
	}
	var out []property
	for _, p := range all {
		last := len(p.path) - 1
		if at := canonical(p.path[last]); (at == "secretstring" || at == "secretdata") && isJSON([]byte(p.value)) {
			if inside, err := readJSON([]byte(p.value), r); err == nil {
				for _, one := range inside {
					out = append(out, property{slices.Concat(p.path[:last], names[canonicalPath(p.path[:last])], one.path), one.value, p.line, p.doc})
				}
				continue
			}
		}
		out = append(out, p)
	}
	return out
}

func flatten(n *node, path []string, out *[]property) {
	switch n.kind {
	case isList:
		for i, item := range n.items {
			if name, value, ok := strings.Cut(item.text, "="); ok && item.kind == isString && propertyLine().MatchString(item.text) { // as containers have it
				*out = append(*out, property{append(slices.Clip(path), name), value, item.line, 0})
				continue
			}
			flatten(item, append(slices.Clip(path), strconv.Itoa(i)), out)
		}
	case isObject:
		name, value := n.get("key"), n.get("value")
		if name == nil {
			name = n.get("name")
		}
		if name != nil && value != nil && name.kind == isString && name.text != "" && value.kind == isString {
			*out = append(*out, property{append(ofList(path), name.text), value.text, value.line, 0})
		}
		for _, m := range n.members {
			if parts := splitPath(m.key); len(parts) > 0 {
				flatten(m.value, append(slices.Clip(path), parts...), out)
			}
		}
	case isString, isNumber, isBool:
		if len(path) > 0 {
			*out = append(*out, property{path, n.text, n.line, 0})
		}
	}
}

// isJSON tells an object, or a list of objects, from the braces of a template and the
// sections of an INI file.
func isJSON(text []byte) bool {
	text = bytes.TrimSpace(text)
	if list, ok := bytes.CutPrefix(text, []byte("[")); ok {
		text, ok = bytes.CutPrefix(bytes.TrimSpace(list), []byte("{"))
		return ok && bytes.HasPrefix(bytes.TrimSpace(text), []byte(`"`))
	}
	return len(text) > 0 && text[0] == '{' && (len(text) < 2 || bytes.IndexByte([]byte("{%#"), text[1]) < 0)
}

// listJSON is JSON Lines, an object with members in each line, as one list. Lines keep their numbers,
// and any other text is returned as it is.
func listJSON(text []byte) []byte {
	if t := bytes.TrimSpace(text); len(t) == 0 || t[0] != '{' {
		return text
	}
	lines, last := bytes.Split(text, []byte("\n")), -1
	for i, line := range lines {
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		if line[0] != '{' || !bytes.Contains(line, []byte(`"`)) || !json.Valid(line) {
			return text
		}
		if last >= 0 {
			lines[last] = append(slices.Clip(lines[last]), ',')
		}
		last = i
	}
	if bytes.Count(bytes.TrimSpace(text), []byte("\n")) == 0 {
		return text
	}
	return slices.Concat([]byte("["), bytes.Join(lines, []byte("\n")), []byte("]"))
}

// plainJSON is a JSON file as .NET and editors take it, with comments and with commas
// behind the last value, without these: blanks stand in their places, so that the lines
// stay. Any other text is returned as it is.
func plainJSON(text []byte) []byte {
	first := bytes.TrimSpace(text)
	if bytes.IndexByte([]byte("{[/"), first[0]) < 0 {
		return text
	}
	out := bytes.Clone(text)
	comma := -1 // a comma behind which only blanks came
	for i := 0; i < len(out); i++ {
		switch c := out[i]; {
		case c == '"':
			for i++; i < len(out) && out[i] != '"' && out[i] != '\n'; i++ {
				if out[i] == '\\' {
					i++
				}
			}
			comma = -1
		case bytes.HasPrefix(out[i:], []byte("//")):
			i = blank(out, i, bytes.IndexByte(out[i:], '\n'))
		case bytes.HasPrefix(out[i:], []byte("/*")):
			end := bytes.Index(out[i+2:], []byte("*/"))
			if end >= 0 {
				end += 4
			}
			i = blank(out, i, end)
		case c == ',':
			comma = i
		case c == '}' || c == ']':
			if comma >= 0 {
				out[comma] = ' '
			}
			comma = -1
		case c > ' ':
			comma = -1
		}
	}
	if !isJSON(out) {
		return text
	}
	return out
}

// blank puts blanks in the place of n bytes, of all to the end if n is negative, and
// returns where the last of them is.
func blank(text []byte, at, n int) int {
	if n < 0 {
		n = len(text) - at
	}
	for i := at; i < at+n; i++ {
		if text[i] != '\n' {
			text[i] = ' '
		}
	}
	return at + n - 1
}

// ofList is the path of the list that contains an item with a path, so that values
// in items of their own belong together.
func ofList(path []string) []string {
	if n := len(path); n > 0 {
		if _, err := strconv.Atoi(path[n-1]); err == nil {
			path = path[:n-1]
		}
	}
	return slices.Clip(path)
}
