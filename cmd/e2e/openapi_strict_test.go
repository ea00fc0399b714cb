//go:build linux

package e2e

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tokentray/assets/openapi"
	"tokentray/core/api"
	"tokentray/core/door"
)

// apiSource is the source of core/api, without its tests.
func apiSource(t *testing.T) map[string]*ast.File {
	t.Helper()
	paths, err := filepath.Glob("../../core/api/*.go")
	if err != nil {
		t.Fatal(err)
	}
	door, err := filepath.Glob("../../core/door/*.go")
	if err != nil || len(door) == 0 {
		t.Fatalf("the door's sources: %d, %v", len(door), err)
	}
	paths = append(paths, door...)
	out := map[string]*ast.File{}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		out[path] = file
	}
	return out
}

// TestEveryRouteIsWrittenOut: a route whose pattern is put together by a
// program would be missed by TestTheDescriptionNamesEveryRoute.
func TestEveryRouteIsWrittenOut(t *testing.T) {
	route := regexp.MustCompile(`^[A-Z]+ /[^ ]*$`)
	for name, file := range apiSource(t) {
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Name.Name == "ref" {
				continue
			}
			ast.Inspect(fn, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				sel, ok := call.Fun.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				written := func(i int) string {
					text, _ := literal(call.Args[i])
					return text
				}
				switch sel.Sel.Name {
				case "Handle", "HandleFunc":
					if !route.MatchString(written(0)) {
						t.Errorf("%s, %s: write the route out as \"METHOD /path\", that the description can be held against it", name, fn.Name.Name)
					}
				case "ref":
					if len(call.Args) == 4 && (written(0) == "" || written(1) == "") {
						t.Errorf("%s, %s: write the method and the kind of path out", name, fn.Name.Name)
					}
				}
				return true
			})
		}
	}
}

// TestTheDescriptionNamesEveryCallAtTheDoor: the loopback door takes paths apart
// by hand; its names for the calls stand for them here.
func TestTheDescriptionNamesEveryCallAtTheDoor(t *testing.T) {
	paths := map[string][]string{
		"callStatus": {"get /v1/status"}, "callOpenAPI": {"get /v1/openapi.json"},
		"callToken":   {"get /v1/token/{name}", "get /v1/token/{name}/{env}"},
		"callRefresh": {"post /v1/token/{name}/refresh", "post /v1/token/{name}/{env}/refresh"},
		"callUnknown": nil, "callCGIOther": nil,
		"callCGIToken": {"get /cgi-bin/token"}, "callCGIStable": {"post /cgi-bin/stable_token"},
	}
	var want []string
	for name, file := range apiSource(t) {
		for ident, object := range file.Scope.Objects {
			if object.Kind != ast.Con || !strings.HasPrefix(ident, "call") {
				continue
			}
			served, known := paths[ident]
			if !known {
				t.Errorf("%s: %s is a call at the door; say its path here, and tell of it in assets/openapi/openapi.json", name, ident)
			}
			want = append(want, served...)
		}
	}
	var told []string
	d := described(t, openapi.Description())
	for path, methods := range d.Paths {
		for method, o := range methods {
			if slices.Contains(o.Doors, "loopback") {
				told = append(told, method+" "+path)
			}
		}
	}
	slices.Sort(want)
	slices.Sort(told)
	if !slices.Equal(want, told) {
		t.Errorf("the door serves\n%s\nand the description says\n%s", strings.Join(want, "\n"), strings.Join(told, "\n"))
	}
}

// TestTheDescriptionNamesEveryParameter: what is read of a query is told.
func TestTheDescriptionNamesEveryParameter(t *testing.T) {
	told := map[string]bool{}
	for _, methods := range described(t, openapi.Description()).Paths {
		for _, o := range methods {
			for _, p := range o.Parameters {
				told[p.Name] = told[p.Name] || p.In == "query"
			}
		}
	}
	for name, file := range apiSource(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 1 {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || sel.Sel.Name != "Get" {
				return true
			}
			switch of := sel.X.(type) {
			case *ast.Ident: // q.Get
				ok = of.Name == "q"
			case *ast.CallExpr: // r.URL.Query().Get
				query, is := of.Fun.(*ast.SelectorExpr)
				ok = is && query.Sel.Name == "Query"
			default:
				ok = false
			}
			if p, _ := literal(call.Args[0]); ok && !told[p] {
				t.Errorf("%s reads %q of a query, and assets/openapi/openapi.json does not tell", name, p)
			}
			return true
		})
	}
}

// TestTheDescriptionHasEveryType: each type that goes over the wire has a schema
// with its fields, by its own name or within that of another.
func TestTheDescriptionHasEveryType(t *testing.T) {
	d := described(t, openapi.Description())
	seen := map[string]bool{}
	var compare func(at string, s *schema, typ reflect.Type)
	compare = func(at string, s *schema, typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || !strings.HasPrefix(typ.PkgPath(), "tokentray/") {
			return
		}
		if s = d.follow(s); s != nil && s.Items != nil {
			s = d.follow(s.Items)
		}
		if s == nil || s.Type != "object" {
			t.Errorf("%s: the type %s has no schema", at, typ)
			return
		}
		if seen[typ.Name()] {
			return
		}
		seen[typ.Name()] = true
		want, _ := fields(typ)
		if got := slices.Sorted(maps.Keys(s.Properties)); !slices.Equal(got, want) {
			t.Errorf("%s: the description has %v, the type %s %v", at, got, typ, want)
		}
		for i := range typ.NumField() {
			f := typ.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "" {
				name = f.Name
			}
			if p := s.Properties[name]; p != nil && !f.Anonymous {
				compare(at+"."+name, p, f.Type)
			}
		}
	}
	for name, typ := range map[string]any{
		"Event": api.Event{}, "Saved": api.Saved{}, "TestResult": api.TestResult{}, "TestRequest": api.TestRequest{}, "Token": api.Token{},
		"RefreshRequest": api.RefreshRequest{}, "CheckResult": api.CheckResult{}, "CopyRequest": api.CopyRequest{}, "Status": api.Status{},
		"Session": api.Session{}, "DoorStatus": door.Status{}, "Loopback": api.Loopback{}, "LoopbackRequest": api.LoopbackRequest{},
		"ClientKeyInput": api.ClientKeyInput{}, "NewClientKey": api.NewClientKey{}, "ClientKey": api.ClientKey{}, "Access": api.Access{},
		"HistoryEntry": api.HistoryEntry{}, "PushInput": api.PushInput{},
		"Backup": api.Backup{}, "ImportRequest": api.ImportRequest{}, "ImportPlan": api.ImportPlan{},
		"ExportRequest": api.ExportRequest{}, "Export": api.Export{},
	} {
		compare(name, &schema{Ref: "#/components/schemas/" + name}, reflect.TypeOf(typ))
	}
	for name, file := range apiSource(t) {
		for ident, object := range file.Scope.Objects {
			if spec, ok := object.Decl.(*ast.TypeSpec); ok && ast.IsExported(ident) && onTheWire(spec) && !seen[ident] {
				t.Errorf("%s: %s goes over the wire; give it a schema in assets/openapi/openapi.json and name it here", name, ident)
			}
		}
	}
}

// onTheWire reports whether a type is a struct that JSON is made of.
func onTheWire(spec *ast.TypeSpec) bool {
	s, ok := spec.Type.(*ast.StructType)
	return ok && slices.ContainsFunc(s.Fields.List, func(f *ast.Field) bool {
		return f.Tag != nil && strings.Contains(f.Tag.Value, "json:")
	})
}
