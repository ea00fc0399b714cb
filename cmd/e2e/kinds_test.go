package e2e

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

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

// TestOnlyItsPlacesNameAKind: no other file names a kind or a product, or compares
// with one, by its constant or by its string.
func TestOnlyItsPlacesNameAKind(t *testing.T) {
	words := map[string]bool{}
	for _, s := range preset.With(kinds.Builtin()).All() {
		words[string(s.Kind)] = true
		for _, p := range s.Products {
			words[string(p.Product)] = true
		}
	}
	// These words also have other meanings: an environment's name, a key of the
	// keyboard, a script's listener, the scheme of a URL.
	for _, word := range []string{"test", "other", "redis"} {
		delete(words, word)
	}
	named := map[string]int{}
	walkGo(t, "../..", func(path string, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if value, err := strconv.Unquote(n.Value); n.Kind == token.STRING && err == nil && words[value] {
					named[path]++
				}
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "kinds" && (strings.HasPrefix(n.Sel.Name, "WeC") || strings.HasPrefix(n.Sel.Name, "Product") && len(n.Sel.Name) > len("Product")) {
					named[path]++
				}
			}
			return true
		})
	})
	if len(named) == 0 {
		t.Fatal("not even the specs name a kind; the test looks in the wrong place")
	}
	for path, n := range named {
		if !slices.Contains(places(), filepath.ToSlash(filepath.Dir(path))) {
			t.Errorf("%s names kinds or products %d times; read it from the spec (core/kinds)", path, n)
		}
	}
}

// TestEveryKindIsComposed: the program has a source for each kind that it offers, and
// a kind needs only these places.
func TestEveryKindIsComposed(t *testing.T) {
	for _, family := range families() {
		for _, path := range []string{"core/kinds/" + family + ".go", adapterOf(family), "ui/text/kind_" + family + ".go"} {
			if found, _ := filepath.Glob("../../" + path); len(found) == 0 {
				t.Errorf("the family %s has no %s", family, path)
			}
		}
	}
}

// walkGo parses the Go files below root, except tests.
func walkGo(t *testing.T, root string, do func(path string, file *ast.File)) {
	t.Helper()
	for _, top := range []string{"core", "ui", "cmd"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && path == filepath.Join(root, "cmd", "e2e"):
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
