package layout

import (
	"bytes"
	"strconv"
)

// phpText reads a text as PHP serializes it, s:N:"…"; with N in bytes, and returns what
// follows it.
func phpText(text []byte) (value string, rest []byte, ok bool) {
	text, ok = bytes.CutPrefix(text, []byte("s:"))
	if !ok {
		return "", nil, false
	}
	n, text, ok := phpLength(text)
	if !ok || len(text) < n+3 || text[0] != '"' || text[n+1] != '"' || text[n+2] != ';' {
		return "", nil, false
	}
	return string(text[1 : n+1]), text[n+3:], true
}

// phpLength reads a length and its colon.
func phpLength(text []byte) (n int, rest []byte, ok bool) {
	digits, rest, ok := bytes.Cut(text, []byte(":"))
	if !ok || len(digits) == 0 || len(digits) > 6 {
		return 0, nil, false
	}
	n, err := strconv.Atoi(string(digits))
	return n, rest, err == nil && n >= 0
}

// phpArray reads a flat array, a:N:{…}, of texts and numbers by texts.
func phpArray(text []byte) (map[string]string, bool) {
	text, ok := bytes.CutPrefix(text, []byte("a:"))
	if !ok {
		return nil, false
	}
	n, text, ok := phpLength(text)
	if !ok || n > 100 || len(text) == 0 || text[0] != '{' {
		return nil, false
	}
	out, text := map[string]string{}, text[1:]
	for range n {
		var key, value string
		if key, text, ok = phpText(text); !ok {
			return nil, false
		}
		if value, text, ok = phpScalar(text); !ok {
			return nil, false
		}
		out[key] = value
	}
	return out, string(text) == "}"
}

// phpScalar reads a text, a number or a truth value.
func phpScalar(text []byte) (value string, rest []byte, ok bool) {
	if bytes.HasPrefix(text, []byte("s:")) {
		return phpText(text)
	}
	if string(text[:min(len(text), 2)]) == "N;" {
		return "", text[2:], true
	}
	if len(text) < 2 || bytes.IndexByte([]byte("idb"), text[0]) < 0 || text[1] != ':' {
		return "", nil, false
	}
	raw, rest, ok := bytes.Cut(text[2:], []byte(";"))
	return string(raw), rest, ok && len(raw) > 0
}
