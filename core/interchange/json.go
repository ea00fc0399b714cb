package interchange

import (
	"bytes"
	"slices"
	"strconv"

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

func flatten(n *node, path []string, out *[]property) {
	switch n.kind {
	case isList:
		for i, item := range n.items {
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

// isJSON tells an object from the braces of a template.
func isJSON(text []byte) bool {
	text = bytes.TrimSpace(text)
	return text[0] == '{' && (len(text) < 2 || bytes.IndexByte([]byte("{%#"), text[1]) < 0)
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
