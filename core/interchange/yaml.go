package interchange

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"tokentray/core/filefault"
	"tokentray/core/recognise"
)

// readYAML reads the documents of a YAML file and flattens them as Spring does.
func readYAML(text []byte, r *recognise.Recogniser) ([]property, error) {
	if len(text) > MaxYAML {
		return nil, Faults{{Code: filefault.Big, Other: MaxYAML >> 20}}
	}
	if line := deepLine(text); line > 0 {
		return nil, Faults{{Code: filefault.Deep, Line: line, Other: maxDepth}}
	}
	y := &yamlReader{r: r}
	m := newMasker()
	masked := !bytes.ContainsAny(text, maskOpen+maskMark)
	if masked {
		text = m.mask(text)
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	for {
		root, err := nextDocument(dec)
		if errors.Is(err, io.EOF) {
			return y.out, y.bad.err()
		}
		if err != nil {
			return nil, one(filefault.Syntax, yamlErrorLine(err))
		}
		if masked {
			m.unmask(root)
		}
		if err := y.walk(root, nil, 0); err != nil {
			return nil, err
		}
		y.doc++
	}
}

// nextDocument is Decode, but survives a panic of the parser.
func nextDocument(dec *yaml.Decoder) (root *yaml.Node, err error) {
	defer func() {
		if recover() != nil {
			root, err = nil, errors.New("the parser failed")
		}
	}()
	root = &yaml.Node{}
	err = dec.Decode(root)
	return root, err
}

var errorLine = pattern(`line (\d+)`)

// yamlErrorLine is the line that the parser's error names; its text may quote the
// file. 0 if it names none.
func yamlErrorLine(err error) int {
	m := errorLine().FindStringSubmatch(err.Error())
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

// deepLine finds nesting too deep for the parser: blocks by their indentation,
// brackets by their number.
func deepLine(text []byte) int {
	line, open, dashes, start := 1, 0, 0, true
	for _, b := range text {
		switch {
		case b == '\n':
			line, start, dashes = line+1, true, 0
		case b == '[' || b == '{':
			open++
			start = false
		case b == ']' || b == '}':
			open = max(0, open-1)
			start = false
		case start && (b == '-' || b == '?'):
			dashes++
		case b != ' ':
			start = false
		}
		if open > maxBrackets || dashes > maxBrackets {
			return line
		}
	}
	return 0
}

// maxBrackets is far more than maxDepth, because brackets in a text are not YAML's.
const maxBrackets = 2000

type yamlReader struct {
	r     *recognise.Recogniser
	out   []property
	doc   int
	nodes int
	bad   faults
}

// walk flattens a node. Aliases are followed, and count as what they stand for.
func (y *yamlReader) walk(n *yaml.Node, path []string, depth int) error {
	y.nodes++
	switch {
	case y.nodes > maxNodes/10:
		return one(filefault.Aliases, n.Line)
	case depth > maxDepth:
		return Faults{{Code: filefault.Deep, Line: n.Line, Other: maxDepth}}
	}
	switch n.Kind {
	case yaml.DocumentNode:
		for _, c := range n.Content {
			if err := y.walk(c, path, depth+1); err != nil {
				return err
			}
		}
	case yaml.AliasNode:
		return y.walk(n.Alias, path, depth+1)
	case yaml.SequenceNode:
		for i, c := range n.Content {
			if name, value, ok := strings.Cut(c.Value, "="); ok && c.Kind == yaml.ScalarNode && propertyLine().MatchString(c.Value) { // as Compose files have it
				y.out = append(y.out, property{append(slices.Clip(path), name), value, c.Line, y.doc})
				continue
			}
			if err := y.walk(c, append(slices.Clip(path), strconv.Itoa(i)), depth+1); err != nil {
				return err
			}
		}
	case yaml.MappingNode:
		y.pair(n, path)
		return y.mapping(n, path, depth)
	case yaml.ScalarNode:
		value := n.Value
		switch {
		case n.Tag == "!!null":
			value = ""
		case strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!"): // !vault, !secret, !Ref
			value = n.Tag + " " + value
		}
		if len(path) > 0 {
			y.out = append(y.out, property{path, value, n.Line, y.doc})
		}
	}
	return nil
}

// pair treats a mapping with a name and a value as that one value, as in Kubernetes.
func (y *yamlReader) pair(n *yaml.Node, path []string) {
	var name, value *yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		switch n.Content[i].Value {
		case "name", "key":
			name = n.Content[i+1]
		case "value":
			value = n.Content[i+1]
		}
	}
	if name != nil && value != nil && name.Kind == yaml.ScalarNode && value.Kind == yaml.ScalarNode && name.Value != "" {
		y.out = append(y.out, property{append(ofList(path), name.Value), value.Value, value.Line, y.doc})
	}
}

// mapping walks the pairs of a mapping. One merged by << yields to the mapping's
// own, as YAML requires.
func (y *yamlReader) mapping(n *yaml.Node, path []string, depth int) error {
	lines := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode {
			y.bad.add(filefault.Type, key.Line, "", 0)
			return y.bad.err()
		}
		if first, twice := lines[key.Value]; twice {
			y.bad.add(filefault.Twice, key.Line, y.r.Shown(key.Value), first)
		}
		lines[key.Value] = key.Line
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Tag == "!!merge" {
			if err := y.merge(value, lines, path, depth); err != nil {
				return err
			}
			continue
		}
		if err := y.walk(value, append(slices.Clip(path), splitPath(key.Value)...), depth+1); err != nil {
			return err
		}
	}
	return nil
}

// merge walks what << brings, except keys that exist already.
func (y *yamlReader) merge(value *yaml.Node, have map[string]int, path []string, depth int) error {
	if y.nodes++; y.nodes > maxNodes/10 {
		return one(filefault.Aliases, value.Line)
	}
	if value.Kind == yaml.AliasNode {
		value = value.Alias
	}
	switch value.Kind {
	case yaml.SequenceNode:
		for _, c := range value.Content {
			if depth+1 > maxDepth {
				return Faults{{Code: filefault.Deep, Line: c.Line, Other: maxDepth}}
			}
			if err := y.merge(c, have, path, depth+1); err != nil {
				return err
			}
		}
	case yaml.MappingNode:
		own := *value
		own.Content = nil
		for i := 0; i+1 < len(value.Content); i += 2 {
			key := value.Content[i].Value
			if _, there := have[key]; !there || key == "<<" {
				own.Content = append(own.Content, value.Content[i], value.Content[i+1])
				have[key] = value.Content[i].Line
			}
		}
		return y.walk(&own, path, depth+1)
	}
	return nil
}
