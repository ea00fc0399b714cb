package main

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/door"
	"tokentray/core/kinds"
)

// ErrorAnswer is the shape of a failure, which core/api keeps to itself.
type ErrorAnswer struct {
	Error api.Error `json:"error"`
}

// nameOf is what a type is called in the description; empty: it is written out
// where it stands.
func nameOf(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[core.Entry]():
		return "HistoryEntry"
	case reflect.TypeFor[door.Status]():
		return "DoorStatus"
	}
	switch t.Name() { // answers without a name of their own in the Go client
	case "nothing":
		return "Nothing"
	case "windowsBody":
		return "Windows"
	case "historyBody":
		return "History"
	case "failuresBody":
		return "Failures"
	case "keysBody":
		return "ClientKeys"
	case "logBody":
		return "AccessLog"
	}
	if !ast.IsExported(t.Name()) {
		return ""
	}
	if t.PkgPath() == reflect.TypeFor[kinds.Spec]().PkgPath() {
		return "Kind" + strings.TrimPrefix(t.Name(), "Kind")
	}
	return t.Name()
}

// open are the types that may have more fields, of another version.
func open(name string) bool {
	return slices.Contains([]string{"Settings", "Event"}, name)
}

// loose are fields that hold what a person or a file said, right or wrong.
func loose(where string) bool {
	return slices.Contains([]string{"ImportRow.env", "ImportRow.kind", "Ref.Env"}, where)
}

func (g *generator) schemaOf(v any) object { return g.schema(reflect.TypeOf(v), "") }

// schema describes a type, where it stands as Type.field; structs go into the
// components.
func (g *generator) schema(t reflect.Type, where string) object {
	switch {
	case t.Kind() == reflect.Pointer:
		return g.schema(t.Elem(), where)
	case t == reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case t == reflect.TypeFor[json.RawMessage]():
		return object{"type": "object"}
	case t == reflect.TypeFor[[]byte](): // base64
		return object{"type": "string"}
	case loose(where):
		return object{"type": "string"}
	case t == reflect.TypeFor[core.Kind]():
		return object{"type": "string", "description": "One of " + strings.Join(g.kinds(), ", ") + "."}
	case t == reflect.TypeFor[core.Product]():
		return object{"type": "string", "description": "One of " + strings.Join(g.products(), ", ") + "."}
	case t == reflect.TypeFor[core.Env]():
		return g.component("Env", func() object { return object{"type": "string", "enum": g.constants(t)} })
	}
	if t == reflect.TypeFor[core.Params]() {
		t = reflect.TypeFor[map[string]string]() // as it is written
	}
	switch t.Kind() {
	case reflect.Struct:
		if name := nameOf(t); name != "" {
			return g.component(name, func() object { return g.fields(t, name) })
		}
		return g.fields(t, "")
	case reflect.Slice:
		return object{"type": "array", "items": g.schema(t.Elem(), where)}
	case reflect.Map:
		out := object{"type": "object", "additionalProperties": g.schema(t.Elem(), where)}
		if strings.HasSuffix(where, ".params") {
			own := object{}
			for _, f := range g.set.Fields() {
				if !f.Own() {
					own[f.Key] = g.param(f.Key)
				}
			}
			out["properties"] = own
		}
		return out
	case reflect.Interface:
		return object{} // any value
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return object{"type": "integer"}
	case reflect.String:
		out := object{"type": "string"}
		if values := choices()[where]; values != nil {
			out["enum"] = values
		} else if t.PkgPath() == "tokentray/core" {
			if values := g.constants(t); values != nil {
				out["enum"] = values
			}
		}
		return out
	}
	g.fault("%s: nothing is known of the type %s", where, t)
	return object{}
}

// component puts a schema among the components once, and refers to it.
func (g *generator) component(name string, make func() object) object {
	if _, there := g.schemas[name]; !there {
		g.schemas[name] = nil // it may refer to itself
		s := make()
		g.explain(s, name)
		g.schemas[name] = s
	}
	return object{"$ref": "#/components/schemas/" + name}
}

// explain adds what words.go says, before what the type says already.
func (g *generator) explain(s object, key string) {
	if about := words()[key]; about != "" {
		if more, _ := s["description"].(string); more != "" {
			about += " " + more
		}
		s["description"] = about
		g.named[key] = true
	}
}

// fields describes a struct as encoding/json writes it.
func (g *generator) fields(t reflect.Type, name string) object {
	properties, required := object{}, []string{}
	var add func(reflect.Type, string)
	add = func(t reflect.Type, name string) {
		for f := range fieldsOf(t) {
			tag, rest, _ := strings.Cut(f.Tag.Get("json"), ",")
			switch {
			case tag == "-":
				continue
			case f.Type == reflect.TypeFor[core.Input](): // what is said of an account, beside what only some may say
				add(f.Type, name)
				continue
			case f.Anonymous:
				add(f.Type, nameOf(f.Type))
				continue
			case tag == "":
				tag = f.Name
			}
			where := name + "." + tag
			s := g.schema(f.Type, where)
			g.explain(s, where)
			properties[tag] = s
			if rest == "" && where != "Ref.Env" {
				required = append(required, tag)
			}
		}
	}
	add(t, name)
	out := object{"type": "object", "properties": properties}
	if len(required) > 0 {
		out["required"] = required
	}
	if !open(name) {
		out["additionalProperties"] = false
	}
	return out
}

func fieldsOf(t reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if !yield(t.Field(i)) {
				return
			}
		}
	}
}

// constants are the values that the source of core gives a type of words, in the
// order of the source; nil: none.
func (g *generator) constants(t reflect.Type) []string {
	files, err := filepath.Glob(g.path("core/*.go"))
	if err != nil || len(files) == 0 {
		g.fault("there is no source of core below %q", g.root)
	}
	var out []string
	for _, file := range files {
		source, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			g.fault("%v", err)
			continue
		}
		ast.Inspect(source, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if typ, ok := spec.Type.(*ast.Ident); ok && typ.Name == t.Name() && len(spec.Values) == 1 {
				if lit, ok := spec.Values[0].(*ast.BasicLit); ok {
					value, _ := strconv.Unquote(lit.Value)
					out = append(out, value)
				}
			}
			return true
		})
	}
	return out
}
