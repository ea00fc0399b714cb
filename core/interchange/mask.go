package interchange

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// Build tools and templates write things into YAML without quotes that are no YAML:
// Maven's @name@, {{ name }}, %NAME%. To read such a file, the characters that the
// parser rejects are replaced by private ones before parsing, and restored after.
var (
	placeholder = pattern(`@[A-Za-z_][\w.-]*@|\{\{[^{}\n]*\}\}|%[A-Za-z_][\w.]*%|%env\([^()\n]*\)%|#\{[^{}\n]*\}#?|<%[^%\n]*%>`)
	// directive is a line that a template's engine takes out.
	directive = pattern(`(?m)^[ \t]*(?:\{\{[-~#/!]?[^}\n]*\}\}|\{%[^\n]*%\}|\{#[^\n]*#\}|<%[^\n]*%>)[ \t]*$`)
)

// The private characters: maskOpen precedes what is masked, and maskMark is the
// first of the replacements.
const (
	maskOpen = "\ue000"
	maskMark = "\ue001\ue002\ue003\ue004\ue005\ue006\ue007\ue008\ue009\ue00a\ue00b\ue00c"
	maskFor  = "@{}%#:,[]\"'\\"
)

// masker masks and puts back.
type masker struct{ there, back *strings.Replacer }

func newMasker() masker {
	var there, back []string
	marks := []rune(maskMark)
	for i, c := range maskFor {
		there = append(there, string(c), string(marks[i]))
		back = append(back, string(marks[i]), string(c))
	}
	return masker{strings.NewReplacer(there...), strings.NewReplacer(append(back, maskOpen, "")...)}
}

func (m masker) mask(text []byte) []byte {
	text = directive().ReplaceAll(text, nil)
	return placeholder().ReplaceAllFunc(text, func(b []byte) []byte { return []byte(maskOpen + m.there.Replace(string(b))) })
}

// unmask restores what was masked in a tree. Aliases are reached where they are
// defined.
func (m masker) unmask(n *yaml.Node) {
	if strings.ContainsAny(n.Value, maskOpen+maskMark) {
		n.Value = m.back.Replace(n.Value)
	}
	for _, c := range n.Content {
		m.unmask(c)
	}
}
