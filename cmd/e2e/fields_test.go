package e2e

import (
	"go/ast"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/ui/text"
)

// fieldPlaces are the files that name a plain field of accounts. The note stands for
// all, because it has no logic of its own. A new field changes these files only: the
// window, tokentray show, files, flags, the wire and the database get it from the table
// (core.Plains).
var fieldPlaces = []string{
	"core/account.go",   // the field, and its limits
	"core/input_gen.go", // which make generate writes

	// Only the note has these: Chinese names of its column, and a search in it.
	"core/interchange/csvread.go", "ui/search/search.go",
}

// TestAFieldIsNamedInItsPlaces counts them.
func TestAFieldIsNamedInItsPlaces(t *testing.T) {
	named := map[string]bool{}
	walkGo(t, "../..", func(path string, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if value, err := strconv.Unquote(n.Value); n.Kind == token.STRING && err == nil && value == "note" {
					named[path] = true
				}
			case *ast.Ident:
				if n.Name == "Note" {
					named[path] = true
				}
			}
			return true
		})
	})
	var found []string
	for path := range named {
		if path = filepath.ToSlash(path); !strings.HasPrefix(path, "ui/text/") { // its sentences
			found = append(found, path)
		}
	}
	slices.Sort(found)
	want := slices.Sorted(slices.Values(fieldPlaces))
	if !slices.Equal(found, want) {
		t.Errorf("a field of accounts is named in\n%s\nwant\n%s", strings.Join(found, "\n"), strings.Join(want, "\n"))
	}
}

// TestAFieldHasItsSentences: what people enter by rule has its words in the form, in
// tokentray show and on the help pages.
func TestAFieldHasItsSentences(t *testing.T) {
	for _, p := range core.Plains() {
		var keys []string
		if p.Form != "" {
			keys = append(keys, "cli.field."+p.Key, "flag."+p.Key)
		}
		if p.Form != "" || p.Detail {
			keys = append(keys, "window.form."+p.Key)
		}
		for _, lang := range []text.Lang{text.English, text.Chinese} {
			tx := text.New(lang)
			for _, key := range keys {
				if key := text.Key(key); !tx.Has(key) || tx.Say(key) == "" {
					t.Errorf("%s has no sentence %q in %s", p.Key, key, []string{"English", "Chinese"}[lang])
				}
			}
		}
	}
}
