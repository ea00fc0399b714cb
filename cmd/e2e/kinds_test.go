package e2e

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"tokentray/core/kinds"
	"tokentray/core/preset"
)

// places are the folders that name a kind. A new kind changes one file or line in
// each, and a paragraph of README.md.
func places() []string {
	out := []string{
		"core/kinds",    // its spec
		"core/preset",   // or its preset
		"core/sim",      // a simulator of its upstream, if there is one
		"ui/text",       // its sentences: kind_FAMILY.go
		"cmd/tokentray", // the composition: kinds.go
	}
	for _, family := range families() {
		out = append(out, adapterOf(family))
	}
	return out
}

// adapterOf is the folder of a family's adapter, without the version in the family's
// name.
func adapterOf(family string) string {
	if family == string(kinds.Redis) {
		return "core/rediscache" // the package that opens a Redis has another name
	}
	return "core/" + strings.TrimRight(family, "0123456789")
}

// families are the kinds' names up to the first dash, each once.
func families() []string {
	var out []string
	for _, s := range kinds.Builtin().All() {
		if family, _, _ := strings.Cut(string(s.Kind), "-"); !slices.Contains(out, family) {
			out = append(out, family)
		}
	}
	return out
}

// TestOnlyItsPlacesNameAKind: no other file of the programs names a kind or a product: by
// its constant, by its name in a string, or by comparing a kind or a product with a string.
// The tools of cmd/e2e make accounts of chosen kinds.
func TestOnlyItsPlacesNameAKind(t *testing.T) {
	n := allNamers(t)
	named := map[string]int{}
	walkGo(t, "../..", func(path string, file *ast.File) { named[path] += n.count(file) })
	if named[filepath.FromSlash("core/kinds/wechat.go")] == 0 {
		t.Fatal("not even the specs name a kind; the test looks in the wrong place")
	}
	delete(named, filepath.FromSlash("core/recognise/values.go")) // words of example values, such as your-wechat-appid
	for path, times := range named {
		if times > 0 && !slices.Contains(places(), filepath.ToSlash(filepath.Dir(path))) {
			t.Errorf("%s names kinds or products %d times; read it from the spec (core/kinds)", path, times)
		}
	}
}

// TestNothingComparesWithAKind: what may name a kind decides nothing by the name either,
// nor do the tools. A kind's own packages may, and the simulator, which plays its upstream.
func TestNothingComparesWithAKind(t *testing.T) {
	n, files := allNamers(t), 0
	walkFolders(t, "../..", []string{"core", "ui", "cmd", tools}, func(path string, file *ast.File) {
		dir := filepath.ToSlash(filepath.Dir(path))
		if dir == "core/kinds" || dir == "core/sim" || slices.ContainsFunc(families(), func(f string) bool { return adapterOf(f) == dir }) {
			return
		}
		files++
		if times := n.comparisons(file); times > 0 {
			t.Errorf("%s compares with the name of a kind or a product %d times; ask its spec", path, times)
		}
	})
	if files < 500 {
		t.Errorf("%d files were looked at", files)
	}
}

// allNamers know the kinds and products of this version.
func allNamers(t *testing.T) namers {
	t.Helper()
	n := namers{words: map[string]bool{}, common: map[string]bool{}, constants: map[string]bool{}}
	for _, s := range preset.With(kinds.Builtin()).All() {
		n.words[string(s.Kind)] = true
		for _, p := range s.Products {
			n.words[string(p.Product)] = true
		}
	}
	// These words also have other meanings: an environment's name, a key of the
	// keyboard, a script's listener, the scheme of a URL.
	for _, word := range []string{"test", "other", "redis"} {
		delete(n.words, word)
		n.common[word] = true
	}
	walkFolders(t, "../..", []string{"core/kinds"}, func(_ string, file *ast.File) { n.learn(file) })
	if len(n.constants) < 10 {
		t.Fatalf("%d constants; the test looks in the wrong place", len(n.constants))
	}
	return n
}

// TestTheDomainNamesNoVendor: package core says nothing of a vendor, in comments either.
// What differs between vendors is in the specs and the adapters.
func TestTheDomainNamesNoVendor(t *testing.T) {
	vendors := regexp.MustCompile(`(?i)wechat|weixin|wecom|feishu|dingtalk|douyin|tencent|baidu|huawei|kuaishou|beijing|微信|\bwx|\bgh_|\blark\b|corpid|agentid|cgi-bin`)
	files, err := filepath.Glob("../../core/*.go")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files, %v; the test looks in the wrong place", len(files), err)
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(raw), "\n") {
			if vendor := vendors.FindString(line); vendor != "" {
				t.Errorf("%s:%d names %q; put it in core/kinds or the adapter", filepath.Base(path), i+1, vendor)
			}
		}
	}
}

// TestReadmeNamesEveryKind: the README's table of kinds has a row for each, and no row
// for what is none.
func TestReadmeNamesEveryKind(t *testing.T) {
	raw, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(raw), "\n### Which kind?\n")
	table, _, ends := strings.Cut(table, "\n\n**")
	if !found || !ends {
		t.Fatal("README has no table of kinds")
	}
	var named []string
	for row := range strings.Lines(table) {
		if cell, isRow := strings.CutPrefix(row, "| `"); isRow {
			cell, _, _ = strings.Cut(cell, " |")
			cell = strings.TrimSuffix(cell, " (default)")
			named = append(named, strings.Split(strings.ReplaceAll(cell, "`", ""), ", ")...)
		}
	}
	var want []string
	for _, kind := range preset.With(kinds.Builtin()).Names() {
		want = append(want, string(kind))
	}
	slices.Sort(named)
	slices.Sort(want)
	if !slices.Equal(named, want) {
		t.Errorf("README names the kinds %q, there are %q", named, want)
	}
}

// TestWhatNamesAKindIsFound: the ways to name one without its constant.
func TestWhatNamesAKindIsFound(t *testing.T) {
	n := namers{words: map[string]bool{"wechat": true, "corp-own": true}, common: map[string]bool{"redis": true}, constants: map[string]bool{"WeChat": true}}
	for code, want := range map[string]int{
		`a.Kind == "wechat"`:                           1,
		`f("we" + "chat")`:                             1,
		`strings.HasPrefix(string(a.Kind), "wechat-")`: 1,
		`say("kind.wechat.say")`:                       1,
		`k.WeChat`:                                     1,
		`a.Kind == k.WeChat`:                           1,
		`string(a.Kind) == "redis"`:                    1,
		`"redis" != p.Product`:                         1,
		`open("redis")`:                                0,
		`scheme == "redis"`:                            0,
		`f("silenceper/wechat", "wechat_key")`:         0,
		`other.WeChat`:                                 0,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "", "package p\nimport k \"tokentray/core/kinds\"\nvar _ = "+code, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := n.count(file); got != want {
			t.Errorf("%s names a kind %d times, want %d", code, got, want)
		}
		if got, compares := n.comparisons(file), strings.Contains(code, "a.Kind ==") || strings.Contains(code, "(a.Kind) ==") || strings.Contains(code, "p.Product"); (got == 1) != compares {
			t.Errorf("%s compares %d times", code, got)
		}
	}
	file, err := parser.ParseFile(token.NewFileSet(), "", "package p\nfunc f() { switch a.Kind { case \"redis\": } }", 0)
	if err != nil || n.count(file) != 1 || n.comparisons(file) != 1 {
		t.Errorf("a case of a switch is not found, %v", err)
	}
}

// namers finds what names a kind or a product.
type namers struct {
	words     map[string]bool // their names
	common    map[string]bool // names that mean something else too
	constants map[string]bool // of package kinds
}

// learn adds the constants of kinds and products that a file of package kinds declares.
func (n namers) learn(file *ast.File) {
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if of, ok := spec.Type.(*ast.SelectorExpr); ok && (of.Sel.Name == "Kind" || of.Sel.Name == "Product") {
			for _, name := range spec.Names {
				n.constants[name.Name] = true
			}
		}
		return true
	})
}

// count counts how often a file names a kind or a product.
func (n namers) count(file *ast.File) (times int) {
	kindsName := ""
	for _, i := range file.Imports {
		if path, _ := strconv.Unquote(i.Path.Value); path == "tokentray/core/kinds" {
			kindsName = "kinds"
			if i.Name != nil {
				kindsName = i.Name.Name
			}
		}
	}
	ast.Inspect(file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.SelectorExpr:
			if x, ok := node.X.(*ast.Ident); ok && x.Name == kindsName && n.constants[node.Sel.Name] {
				times++
			}
		case *ast.SwitchStmt:
			if node.Tag == nil || !ofKind(node.Tag) {
				break
			}
			for _, clause := range node.Body.List {
				for _, value := range clause.(*ast.CaseClause).List {
					if text, ok := constantText(value); ok && n.common[text] {
						times++
					}
				}
			}
		case *ast.BinaryExpr:
			if text, ok := constantText(node); ok {
				if n.names(text) {
					times++
				}
				return false
			}
			if node.Op != token.EQL && node.Op != token.NEQ {
				break
			}
			for _, pair := range [][2]ast.Expr{{node.X, node.Y}, {node.Y, node.X}} {
				if text, ok := constantText(pair[0]); ok && n.common[text] && ofKind(pair[1]) {
					times++
				}
			}
		case *ast.BasicLit:
			if text, ok := constantText(node); ok && n.names(text) {
				times++
			}
		}
		return true
	})
	return times
}

// comparisons counts how often a file compares a kind or a product with a name of one.
func (n namers) comparisons(file *ast.File) (times int) {
	name := func(e ast.Expr) bool {
		if s, ok := e.(*ast.SelectorExpr); ok {
			return n.constants[s.Sel.Name]
		}
		text, ok := constantText(e)
		return ok && (n.words[text] || n.common[text])
	}
	ast.Inspect(file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.SwitchStmt:
			if node.Tag == nil || !ofKind(node.Tag) {
				break
			}
			for _, clause := range node.Body.List {
				for _, value := range clause.(*ast.CaseClause).List {
					if name(value) {
						times++
					}
				}
			}
		case *ast.BinaryExpr:
			if node.Op == token.EQL || node.Op == token.NEQ {
				if name(node.X) && ofKind(node.Y) || name(node.Y) && ofKind(node.X) {
					times++
				}
			}
		}
		return true
	})
	return times
}

// names reports whether a text has the name of a kind or a product as a word. A path, and
// words joined by _, as in the keys of SDKs, are one word.
func (n namers) names(text string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-/_", r)
	}), func(word string) bool { return n.words[strings.Trim(word, "-")] })
}

// constantText is the value of a literal or of literals that are joined by +.
func constantText(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.BinaryExpr:
		left, okLeft := constantText(e.X)
		right, okRight := constantText(e.Y)
		return left + right, okLeft && okRight && e.Op == token.ADD
	case *ast.ParenExpr:
		return constantText(e.X)
	}
	return "", false
}

// ofKind reports whether an expression is a kind or a product, by its name.
func ofKind(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return strings.EqualFold(e.Name, "kind") || strings.EqualFold(e.Name, "product")
	case *ast.SelectorExpr:
		return ofKind(e.Sel)
	case *ast.CallExpr:
		return len(e.Args) == 1 && ofKind(e.Args[0])
	}
	return false
}

// TestEveryKindIsComposed: a family of kinds has five places: its spec, its adapter, its
// sentences, a line of the composition, and a row of README.md (TestReadmeNamesEveryKind).
func TestEveryKindIsComposed(t *testing.T) {
	composition, err := os.ReadFile("../../cmd/tokentray/kinds.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families() {
		for _, path := range []string{"core/kinds/" + family + ".go", adapterOf(family), "ui/text/kind_" + family + ".go"} {
			if found, _ := filepath.Glob("../../" + path); len(found) != 1 {
				t.Errorf("the family %s has %d of %s, want 1", family, len(found), path)
			}
		}
		line := "maps.Copy(out, " + filepath.Base(adapterOf(family)) + ".Sources("
		if n := strings.Count(string(composition), line); n != 1 {
			t.Errorf("the family %s has %d lines in cmd/tokentray/kinds.go, want 1", family, n)
		}
	}
}

// tools is the folder of what tests and measures the programs.
const tools = "cmd/e2e"

// walkGo parses the Go files of the programs below root, except tests.
func walkGo(t *testing.T, root string, do func(path string, file *ast.File)) {
	t.Helper()
	walkFolders(t, root, []string{"core", "ui", "cmd"}, do)
}

func walkFolders(t *testing.T, root string, folders []string, do func(path string, file *ast.File)) {
	t.Helper()
	for _, top := range folders {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && top != tools && path == filepath.Join(root, tools):
				return filepath.SkipDir
			case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
				return nil
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			do(rel, file)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
