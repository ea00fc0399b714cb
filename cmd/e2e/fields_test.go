package e2e

import (
	"go/ast"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// fieldPlaces are the files that name a plain field of accounts. The note stands for
// all, because it has no logic of its own. A new field changes these files only:
// files, flags, the wire and the database get it from the table (core.Plains).
var fieldPlaces = []string{
	"core/account.go",     // the field, and its limits
	"core/input_gen.go",   // which make generate writes
	"ui/window/form.go",   // where a person enters it,
	"ui/window/draft.go",  // in which order
	"ui/window/detail.go", // and where it is shown
	"ui/cli/show.go",

	// Only the note has these: Chinese names of its column, a search in it, and words
	// that a report hides.
	"core/interchange/csvread.go", "ui/search/search.go", "ui/cli/bundlehide.go",
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
