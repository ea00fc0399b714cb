package collection_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"tokentray/core/collection"
	"tokentray/core/kinds"
	"tokentray/core/preset"
)

// TestCallsOfClients: the files for a client of a server that is known have one harmless
// call of that server, with a Bearer token, and know its 401.
func TestCallsOfClients(t *testing.T) {
	spec, _ := kinds.Builtin().Of(kinds.OAuth2)
	own := map[string]string{}
	for _, f := range spec.Samples {
		if len(f.Products) != 1 || len(f.Calls) != 1 || !spec.Reading(f.Calls[0].Method, strings.ReplaceAll(f.Calls[0].Path, "{{path}}", "x")) {
			t.Errorf("%s: %+v is not one call that only reads", f.Key, f)
			continue
		}
		own[string(f.Products[0])] = f.Calls[0].Path
	}
	if len(own) != len(spec.Products) {
		t.Fatalf("%d of %d servers have a call", len(own), len(spec.Products))
	}
	for _, p := range spec.Products {
		in := collection.Input{Say: say, Accounts: []collection.Account{{Name: "crm", Of: []collection.Of{{Spec: spec, Product: p.Product}}}}}
		for _, kind := range collection.Kinds() {
			files, err := collection.Files(kind, in)
			if err != nil {
				t.Fatal(err)
			}
			var all strings.Builder
			for _, f := range files {
				all.Write(f.Data)
			}
			text := all.String()
			for product, path := range own {
				_, path, _ = strings.Cut(strings.ReplaceAll(path, "{{", "\x00"), "/")
				path, _, _ = strings.Cut(path, "\x00")
				if has := strings.Contains(text, path); path != "" && has != (product == string(p.Product)) {
					t.Errorf("%s for %s: the call %s of %s is there: %v", kind, p.Product, path, product, has)
				}
			}
			if !strings.Contains(text, "Bearer ") || strings.Contains(text, "errcode") {
				t.Errorf("%s for %s: no Bearer token, or WeChat's words", kind, p.Product)
			}
		}
	}
}

// TestEveryKindHasAHarmlessCall: the files for every kind, of every product, have a call
// that only reads or, for a push service, only checks what it is sent, with the token
// where the kind's calls carry it.
func TestEveryKindHasAHarmlessCall(t *testing.T) {
	for _, spec := range preset.With(kinds.Builtin()).All() {
		products := spec.Products
		if len(products) == 0 {
			products = []kinds.Product{{}}
		}
		for _, p := range products {
			var first kinds.Call
			for _, f := range spec.Samples {
				if len(f.Products) > 0 && !slices.Contains(f.Products, p.Product) {
					continue
				}
				for _, c := range f.Calls {
					path, _, _ := strings.Cut(c.Path, "?")
					if reads := spec.Reading(c.Method, fill.ReplaceAllString(path, "x")); first.Path == "" && (reads || strings.Contains(c.Body, `"validate_only": true`)) {
						first = c
					}
				}
			}
			if first.Path == "" {
				t.Errorf("%s, %s: no call is harmless", spec.Kind, p.Product)
				continue
			}
			in := collection.Input{Say: say, Accounts: []collection.Account{{Name: "crm", Of: []collection.Of{{Spec: spec, Product: p.Product}}}}}
			for _, kind := range collection.Kinds() {
				files, err := collection.Files(kind, in)
				if err != nil {
					t.Fatal(err)
				}
				var all strings.Builder
				for _, f := range files {
					all.Write(f.Data)
				}
				place := spec.Token.Query + spec.Token.Header
				plain, _, _ := strings.Cut(first.Path, "{{")
				if text := all.String(); !strings.Contains(text, plain) || !strings.Contains(text, place) || !strings.Contains(text, spec.Token.Prefix) {
					t.Errorf("%s for %s, %s: no call %s with its token in %s", kind, spec.Kind, p.Product, first.Path, place)
				}
			}
		}
	}
}

var fill = regexp.MustCompile(`\{\{[^}]*\}\}`)
