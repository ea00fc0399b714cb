// Command openapigen writes the description of the local API, assets/openapi/openapi.json.
//
// The routes, their bodies and their answers come from core/api, which binds them
// (api.Routes), and from the Go types of those bodies; what an account can be, and
// the upstreams' own paths at the loopback, come from the specs of the kinds. Only what
// no type can say is here: what a call does and how it can fail (operations.go), and
// what a field means (words.go). A route that is not explained is an error, and so is an
// explanation of something that is not there.
//
// Run it from the top of the tree: make generate.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/preset"
)

// file is where the description lies, below the top of the tree.
const file = "assets/openapi/openapi.json"

func main() {
	doc, err := generate(".", preset.With(kinds.Builtin()))
	if err == nil {
		err = os.WriteFile(file, doc, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// object is a JSON object; its keys are written in their order.
type object = map[string]any

// generator collects what is wrong instead of stopping at the first.
type generator struct {
	root    string // of the tree
	set     kinds.Set
	schemas object
	named   map[string]bool // words that were used
	wrong   []string
}

// generate makes the description of the tree at root.
func generate(root string, set kinds.Set) ([]byte, error) {
	g := &generator{root: root, set: set, schemas: object{}, named: map[string]bool{}}
	responses := object{}
	for _, f := range failures() {
		responses[f.name] = object{"description": f.about, "content": jsonOf(g.schemaOf(ErrorAnswer{}))}
	}
	doc := object{
		"openapi": "3.1.0",
		"info": object{
			"title": "TokenTray", "version": "1", "summary": "The local API of TokenTray, version 1",
			"description": "One API with two doors. The unix socket of the agent serves everything to the user who started it. " +
				"The loopback door (off until tokentray api on) listens on 127.0.0.1 and ::1 and serves what x-doors marks with loopback " +
				"to programs with a client key (tokentray api key add). Its Host header must name the loopback, and requests of web pages " +
				"are refused unless the key allows their origin.",
		},
		"servers": []any{
			object{"url": "http://127.0.0.1:{port}", "description": "The loopback door.", "variables": object{"port": object{"default": fmt.Sprint(core.DefaultLoopbackPort)}}},
			object{"url": "http://tokentray", "description": "The unix socket; the host's name does not matter there."},
		},
		"paths": g.paths(),
		"components": object{
			"securitySchemes": object{"clientKey": object{
				"type": "http", "scheme": "bearer", "description": "A client key, at the loopback door. The socket needs none.",
			}},
			"responses": responses, "schemas": g.schemas,
		},
	}
	for _, key := range slices.Sorted(maps.Keys(words())) {
		if !g.named[key] {
			g.fault("words.go explains %s, which is not there", key)
		}
	}
	if len(g.wrong) > 0 {
		return nil, fmt.Errorf("cmd/e2e/openapigen: %s", strings.Join(g.wrong, "\n"))
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(doc)
	return out.Bytes(), err
}

func (g *generator) fault(format string, args ...any) {
	g.wrong = append(g.wrong, fmt.Sprintf(format, args...))
}

func (g *generator) path(name string) string { return filepath.Join(g.root, filepath.FromSlash(name)) }

func jsonOf(schema object) object { return object{"application/json": object{"schema": schema}} }
