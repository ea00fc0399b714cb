package e2e

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/preset"
	"tokentray/ui/text"
)

// source is a file of the programs, tests excluded.
type source struct {
	path string // from the top of the tree
	file *ast.File
}

// folder is the package's.
func (s source) folder() string { return filepath.ToSlash(filepath.Dir(s.path)) }

// sources parses every file of the programs below the folders.
func sources(t *testing.T, folders ...string) []source {
	t.Helper()
	const top = "../.."
	var out []source
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join(top, folder), func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && path == filepath.Join(top, "cmd", "e2e"):
				return filepath.SkipDir
			case d.IsDir(), !strings.HasSuffix(path, ".go"), strings.HasSuffix(path, "_test.go"):
				return nil
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(top, path)
			out = append(out, source{rel, file})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// literal is the value of a string literal.
func literal(n ast.Node) (string, bool) {
	lit, ok := n.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

// templates finds the sums of strings that can be keys, a literal with a dot in
// it beside something else, as "state." + string(s). A group of the pattern
// stands for each part that is no literal.
func templates(s source) []*regexp.Regexp {
	var out []*regexp.Regexp
	var visit func(n ast.Node) bool
	// pattern writes the sum e, and looks for others in what it adds.
	var pattern func(e ast.Expr) (string, bool)
	pattern = func(e ast.Expr) (p string, dots bool) {
		if b, ok := e.(*ast.BinaryExpr); ok && b.Op == token.ADD {
			x, xDots := pattern(b.X)
			y, yDots := pattern(b.Y)
			return x + y, xDots || yDots
		}
		if lit, ok := literal(e); ok {
			return regexp.QuoteMeta(lit), strings.Contains(lit, ".") && !strings.ContainsAny(lit, " /")
		}
		ast.Inspect(e, visit)
		return "(.+)", false
	}
	visit = func(n ast.Node) bool {
		b, ok := n.(*ast.BinaryExpr)
		if !ok || b.Op != token.ADD {
			return true
		}
		if p, dots := pattern(b); dots {
			out = append(out, regexp.MustCompile("^"+p+"$"))
		}
		return false
	}
	ast.Inspect(s.file, visit)
	return out
}

// TestSentencesAndTheirKeys: every key is said somewhere, and what is said as a
// constant has its sentence. A key that the source puts together counts when all
// its parts stand there: "class." and the name of a class.
func TestSentencesAndTheirKeys(t *testing.T) {
	tx := text.New(text.English)
	words := map[string]bool{}
	var made []*regexp.Regexp
	for _, s := range sources(t, "ui", "cmd", "core") {
		rows := map[ast.Node]bool{} // the keys of the tables themselves
		ast.Inspect(s.file, func(n ast.Node) bool {
			if kv, ok := n.(*ast.KeyValueExpr); ok && s.folder() == "ui/text" {
				if _, ok := kv.Value.(*ast.CompositeLit); ok {
					rows[kv.Key] = true
				}
			}
			if lit, ok := literal(n); ok && !rows[n] {
				words[lit] = true
				words[strings.ToLower(strings.ReplaceAll(lit, " ", "_"))] = true
				name, _, _ := strings.Cut(lit, " ") // of a command: add NAME
				words[name] = true
			}
			if key, ok := saidKey(s, n); ok && !tx.Has(key) {
				t.Errorf("%s says %q, which has no sentence", s.path, key)
			}
			return true
		})
		made = append(made, templates(s)...)
	}
	for _, p := range core.Plains() { // whose keys stand in tags
		if p.Form != "" || p.Detail {
			words[p.Key] = true
		}
	}
	for _, spec := range preset.With(kinds.Builtin()).All() { // presets are no source of Go
		for _, f := range spec.Samples {
			for _, c := range f.Calls {
				words[c.Key] = true
			}
		}
	}
	// A part of a key may itself be put together: api.key.add of commands, long
	// of what a key ends with, 130 of a number, group.token of another sum,
	// label_both of a field and what is wrong with it.
	var said func(key string) bool
	word := func(w string) bool {
		end := strings.LastIndexByte(w, '_')
		return words[w] || words["."+w] || end > 0 && words[w[:end]] && words[w[end:]]
	}
	known := func(part string) bool {
		return said(part) || !slices.ContainsFunc(strings.Split(part, "."), func(w string) bool {
			_, err := strconv.Atoi(w)
			return err != nil && !word(w)
		})
	}
	said = func(key string) bool {
		return words[key] || slices.ContainsFunc(made, func(m *regexp.Regexp) bool {
			parts := m.FindStringSubmatch(key)
			return parts != nil && !slices.ContainsFunc(parts[1:], func(p string) bool { return !known(p) })
		})
	}
	for _, key := range tx.Keys() {
		short, inWindow := strings.CutPrefix(string(key), "window.")
		if !said(string(key)) && !(inWindow && said(short)) && !said(ofEveryKind(string(key))) {
			t.Errorf("nothing says %q", key)
		}
	}
}

// saidKey is the key of a call that says a constant: t.Say("tray.open"), and in
// the window l.T("title").
func saidKey(s source, n ast.Node) (text.Key, bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) == 0 {
		return "", false
	}
	key, ok := literal(call.Args[0])
	if !ok || strings.HasPrefix(s.folder(), "core") {
		return "", false
	}
	fun, ok := call.Fun.(*ast.SelectorExpr)
	switch {
	case !ok:
		return "", false
	case fun.Sel.Name == "Say" || fun.Sel.Name == "Has":
		return text.Key(key), true
	case fun.Sel.Name == "T" && (s.folder() == "ui/window" || s.folder() == "ui/kit"):
		return text.Key("window." + key), true
	}
	return "", false
}

// TestNoSentenceElsewhere: what a person reads comes from ui/text. No Chinese
// stands in any other source, and no English words but in logs and errors, which
// are for those who read logs, and the few that are named here.
func TestNoSentenceElsewhere(t *testing.T) {
	allowed := map[string]string{ // the words: why
		"是": "an answer that is typed", "否": "an answer that is typed",
		`form-data; name="%s"; filename="%s"`: "a header",
		"状态":                                  "a field that is typed", "环境": "a field that is typed", "类型": "a field that is typed", "产品": "a field that is typed", "分组": "a field that is typed",
		"tokentray edit":            "a command",
		"window creation error":     "what the toolkit logs",
		"failed to initialise GLFW": "what the toolkit logs",
		"Select all":                "the toolkit's key of its own word",
	}
	english := []string{
		"ui/cli/bundle.go", "ui/cli/bundlehide.go", // a bug report, which its maintainers read
		"cmd/manpages/main.go", // a tool of the build
	}
	used := map[string]bool{}
	for _, s := range sources(t, "ui", "cmd") {
		if s.folder() == "ui/text" || s.folder() == "ui/bustest" { // the second helps tests
			continue
		}
		forLogs := map[ast.Node]bool{}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if technical(n) {
					for _, a := range n.Args {
						ast.Inspect(a, func(n ast.Node) bool { forLogs[n] = true; return true })
					}
				}
			case *ast.KeyValueExpr:
				if id, ok := n.Key.(*ast.Ident); ok && (id.Name == "Message" || id.Name == "Use") { // of an error, a command
					ast.Inspect(n.Value, func(n ast.Node) bool { forLogs[n] = true; return true })
				}
			case *ast.FuncDecl:
				if n.Name.Name == "Error" {
					ast.Inspect(n, func(n ast.Node) bool { forLogs[n] = true; return true })
				}
			case *ast.Field: // a struct's tag
				forLogs[n.Tag] = true
			}
			lit, ok := literal(n)
			switch {
			case !ok || strings.HasPrefix(lit, "<") || strings.HasPrefix(lit, "$") || strings.HasPrefix(lit, "on run argv"): // a picture, a script
			case allowed[lit] != "":
				used[lit] = true
			case strings.ContainsFunc(lit, func(r rune) bool { return unicode.Is(unicode.Han, r) }):
				t.Errorf("%s: Chinese outside ui/text: %q", s.path, lit)
			case !forLogs[n] && !slices.Contains(english, s.path) && prose.MatchString(lit):
				t.Errorf("%s: a sentence outside ui/text: %q", s.path, lit)
			}
			return true
		})
	}
	for lit, why := range allowed {
		if !used[lit] {
			t.Errorf("%q, %s, stands nowhere; take it off the list", lit, why)
		}
	}
}

// TestASentenceStandsOnce: what a person reads and an error of core says in the same
// words comes from one constant, core.SaysNoAccount and those beside it.
func TestASentenceStandsOnce(t *testing.T) {
	plain := func(s string) string { return strings.ToLower(strings.TrimSuffix(strings.TrimSpace(s), ".")) }
	read := map[string]text.Key{}
	tx := text.New(text.English)
	for _, key := range tx.Keys() {
		read[plain(tx.Say(key))] = key
	}
	var joined []string // of pieces between which the loop below would cut
	for words := range read {
		if strings.ContainsAny(words, ";:") && len(strings.Fields(words)) > 3 {
			joined = append(joined, words)
		}
	}
	for _, s := range sources(t, "core", "ui") {
		if s.path == "core/said.go" || s.folder() == "ui/text" || s.folder() == "core/filefault" || strings.HasPrefix(s.folder(), "core/sim") {
			continue // said once there, or by a simulated upstream
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(spec.Names[0].Name, "Says") {
				return false // of a kind
			}
			lit, ok := literal(n)
			if !ok {
				return true
			}
			lower := strings.ToLower(lit)
			for _, piece := range strings.FieldsFunc(lit, func(r rune) bool { return r == ';' || r == ':' }) {
				if key := read[plain(piece)]; key != "" && len(strings.Fields(piece)) > 3 {
					t.Errorf("%s says %q as %s does; let both take it from core/said.go", s.path, piece, key)
				}
			}
			for _, words := range joined {
				if _, rest, ok := strings.Cut(lower, words); ok && (rest == "" || strings.ContainsAny(rest[:1], ";:.,)")) {
					t.Errorf("%s says %q as %s does; let both take it from core/said.go", s.path, lit, read[words])
				}
			}
			return true
		})
	}
}

// prose is two words in a row. A command's argument, NAME, is none.
var prose = regexp.MustCompile(`\pL{2,}[,;:]? \p{Ll}{2,}`)

// technical reports whether a call's words are for logs or errors.
func technical(call *ast.CallExpr) bool {
	name := ""
	switch f := call.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		name = f.Sel.Name
		if x, ok := f.X.(*ast.Ident); ok {
			name = fmt.Sprint(x.Name, ".", name)
		}
		if log := []string{"Debug", "Info", "Warn", "Error"}; slices.Contains(log, f.Sel.Name) {
			return true
		}
	}
	return slices.Contains([]string{"errors.New", "fmt.Errorf", "panic", "w.retry", "ending"}, name)
}

// ofEveryKind is the key of the general sentence in whose place that of one kind
// stands: of starter.wechat.about, starter.about. Text.SayOf says both.
func ofEveryKind(key string) string {
	parts := strings.Split(key, ".")
	if len(parts) > 2 && slices.Contains(preset.With(kinds.Builtin()).Names(), core.Kind(parts[1])) {
		parts = slices.Delete(parts, 1, 2)
	}
	return strings.Join(parts, ".")
}
