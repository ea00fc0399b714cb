package interchange

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"sort"
	"strings"

	"tokentray/core/filefault"
)

// node is a value of a JSON file with the line on which it begins. encoding/json by
// itself reports no lines, ignores repeated keys and changes what is not UTF-8; here
// each of these is a fault.
type node struct {
	kind    kind
	line    int
	text    string // of a string, number or boolean
	items   []*node
	members []member // of an object, in the order of the file
}

type kind int

const (
	isNull kind = iota
	isString
	isNumber
	isBool
	isList
	isObject
)

type member struct {
	key   string
	line  int
	value *node
}

// get is a member's value, nil when there is none.
func (n *node) get(key string) *node {
	if n == nil {
		return nil
	}
	for _, m := range n.members {
		if m.key == key {
			return m.value
		}
	}
	return nil
}

// jsonTree reads one JSON value and nothing after it. known are the keys that a
// fault may name.
func jsonTree(text []byte, known func(string) bool) (*node, error) {
	p := &jsonReader{text: text, dec: json.NewDecoder(bytes.NewReader(text)), known: known}
	p.dec.UseNumber()
	for i, b := range text {
		if b == '\n' {
			p.ends = append(p.ends, i)
		}
	}
	n, err := p.value(0)
	if err == nil {
		if _, after := p.dec.Token(); !errors.Is(after, io.EOF) {
			err = one(filefault.Syntax, p.line())
		}
	}
	if err != nil {
		return nil, err
	}
	return n, nil
}

type jsonReader struct {
	text  []byte
	dec   *json.Decoder
	ends  []int // offsets of line ends
	nodes int
	known func(string) bool
}

// line is the line of the token that comes next.
func (p *jsonReader) line() int { return p.after(" \t\r\n:,") }

// after is the line of the first byte to come that is none of blanks.
func (p *jsonReader) after(blanks string) int {
	at := int(p.dec.InputOffset())
	for at < len(p.text) && strings.IndexByte(blanks, p.text[at]) >= 0 {
		at++
	}
	return p.lineAt(min(at, max(0, len(p.text)-1)))
}

func (p *jsonReader) lineAt(offset int) int { return 1 + sort.SearchInts(p.ends, offset) }

func (p *jsonReader) broken(err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) { // an unexpected token comes next, an invalid one ends before Offset
		return one(filefault.Syntax, max(p.after(" \t\r\n"), p.lineAt(max(0, int(syntax.Offset)-1))))
	}
	return one(filefault.Syntax, p.lineAt(max(0, len(bytes.TrimRight(p.text, " \t\r\n"))-1))) // it is truncated
}

func (p *jsonReader) value(depth int) (*node, error) {
	n := &node{line: p.line()}
	if p.nodes++; p.nodes > maxNodes {
		return nil, Faults{{Code: filefault.Many, Line: n.line, Other: maxNodes}}
	}
	if depth > maxDepth {
		return nil, Faults{{Code: filefault.Deep, Line: n.line, Other: maxDepth}}
	}
	token, err := p.dec.Token()
	if err != nil {
		return nil, p.broken(err)
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '[' {
			n.kind = isList
			return n, p.list(n, depth)
		}
		n.kind = isObject // a closing one is a syntax error already
		return n, p.object(n, depth)
	case string:
		n.kind, n.text = isString, t
	case json.Number:
		n.kind, n.text = isNumber, t.String()
	case bool:
		n.kind, n.text = isBool, "false"
		if t {
			n.text = "true"
		}
	}
	return n, nil
}

func (p *jsonReader) list(n *node, depth int) error {
	for p.dec.More() {
		item, err := p.value(depth + 1)
		if err != nil {
			return err
		}
		n.items = append(n.items, item)
	}
	return p.end()
}

func (p *jsonReader) object(n *node, depth int) error {
	lines := map[string]int{}
	for p.dec.More() {
		line := p.line()
		token, err := p.dec.Token()
		if err != nil {
			return p.broken(err)
		}
		key, _ := token.(string) // a key is a string, or Token failed
		if first, twice := lines[key]; twice {
			f := Fault{Code: filefault.Twice, Line: line, Other: first}
			if p.known(key) {
				f.Key = key
			}
			return Faults{f}
		}
		lines[key] = line
		value, err := p.value(depth + 1)
		if err != nil {
			return err
		}
		n.members = append(n.members, member{key, line, value})
	}
	return p.end()
}

// end takes the closing bracket.
func (p *jsonReader) end() error {
	if _, err := p.dec.Token(); err != nil {
		return p.broken(err)
	}
	return nil
}

// oneOf returns a function that knows the given keys.
func oneOf(keys ...string) func(string) bool {
	return func(key string) bool { return slices.Contains(keys, key) }
}
