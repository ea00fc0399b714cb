package preset

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// node is a JSON value with the line on which it begins.
type node struct {
	line    int
	kind    byte   // one of { [ " 0 t n: object, list, text, number, bool, null
	text    string // of a text, a number or a bool
	items   []*node
	members []member
}

type member struct {
	key   string
	line  int
	value *node
}

// maxDepth is how deep the file of a preset may be nested.
const maxDepth = 6

// treeReader reads JSON and keeps the lines, which the library's decoder does not
// report.
type treeReader struct {
	raw []byte
	dec *json.Decoder
}

// readTree reads a file. Its error is a Fault.
func readTree(raw []byte) (*node, error) {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if len(raw) > MaxFile {
		return nil, Fault{Line: 1, Code: FaultBig, Other: "64 KB"}
	}
	r := &treeReader{raw: raw, dec: json.NewDecoder(bytes.NewReader(raw))}
	r.dec.UseNumber()
	n, err := r.value(0)
	if err == nil {
		if _, end := r.dec.Token(); !errors.Is(end, io.EOF) {
			return nil, Fault{Line: r.line(), Code: FaultJSON}
		}
	}
	return n, err
}

// line is that of the token which was read last.
func (r *treeReader) line() int {
	end := min(int(r.dec.InputOffset()), len(r.raw))
	return 1 + bytes.Count(r.raw[:end], []byte("\n"))
}

// next is the next token with its line.
func (r *treeReader) next() (json.Token, int, error) {
	t, err := r.dec.Token()
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return nil, 0, Fault{Line: 1 + bytes.Count(r.raw[:min(int(syntax.Offset), len(r.raw))], []byte("\n")), Code: FaultJSON}
	case err != nil: // it ends too early
		return nil, 0, Fault{Line: 1 + bytes.Count(bytes.TrimSpace(r.raw), []byte("\n")), Code: FaultCut}
	}
	return t, r.line(), nil
}

func (r *treeReader) value(depth int) (*node, error) {
	t, line, err := r.next()
	if err != nil {
		return nil, err
	}
	if depth > maxDepth {
		return nil, Fault{Line: line, Code: FaultDeep}
	}
	n := &node{line: line}
	switch t := t.(type) {
	case json.Delim:
		n.kind = byte(t)
		if t == '{' {
			return n, r.object(n, depth)
		}
		for r.dec.More() {
			item, err := r.value(depth + 1)
			if err != nil {
				return nil, err
			}
			n.items = append(n.items, item)
		}
		_, _, err := r.next()
		return n, err
	case string:
		n.kind, n.text = '"', t
	case json.Number:
		n.kind, n.text = '0', t.String()
	case bool:
		n.kind, n.text = 't', "false"
		if t {
			n.text = "true"
		}
	default:
		n.kind = 'n'
	}
	return n, nil
}

func (r *treeReader) object(n *node, depth int) error {
	for r.dec.More() {
		t, line, err := r.next()
		if err != nil {
			return err
		}
		key, _ := t.(string) // the decoder lets nothing else be a key
		v, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		n.members = append(n.members, member{key, line, v})
	}
	_, _, err := r.next()
	return err
}
