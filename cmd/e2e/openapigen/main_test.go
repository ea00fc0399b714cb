package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tokentray/core"
	"tokentray/core/kinds"
	"tokentray/core/preset"
)

// TestTheDescriptionIsThatOfTheSource: what the programs hand out is what the
// routes and the types of today say.
func TestTheDescriptionIsThatOfTheSource(t *testing.T) {
	want, err := generate("../../..", preset.With(kinds.Builtin()))
	if err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile("../../../" + file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, want) {
		t.Errorf("%s is not that of the source; run make generate and look at what git then shows", file)
	}
}

// TestTheKindsAreAnArgument: kinds, products, the kinds' own fields and the token
// paths come from the specs alone.
func TestTheKindsAreAnArgument(t *testing.T) {
	door := &kinds.Door{
		Paths: []kinds.TokenPath{
			{Method: "POST", Path: "/oauth/the_token", Reads: kinds.InJSON, ID: "client", Secret: "password", Force: "again", Fixed: []kinds.Pair{{Name: "grant", Value: "mine"}}},
			{Method: "GET", Path: "/oauth/get", Reads: kinds.InQuery, ID: "client", Secret: "password"},
		},
		ContentType: "application/json", Code: "code", Text: "msg", OK: &kinds.Refusal{}, Refusals: map[kinds.Reason]kinds.Refusal{}, Else: 99,
	}
	for i, r := range []kinds.Reason{kinds.NoSuchPath, kinds.BadData, kinds.BadFixed, kinds.NoID, kinds.NoSecret, kinds.BadKey, kinds.BadID, kinds.TooMany} {
		door.Refusals[r] = kinds.Refusal{Code: 7000 + i}
	}
	robin := kinds.Spec{
		Kind: "robin", BaseURL: "https://robin.example", Token: kinds.Place{Header: "X-Robin"}, Door: door,
		Products: []kinds.Product{{Product: "wing"}}, Traits: core.Traits{Repeat: core.RepeatSame, Window: 60e9, NoSecret: true},
		Fields: []kinds.Field{{Key: "nest", Label: kinds.Label{"en": "Nest"}, Input: kinds.Choice, Choices: []string{"oak", "elm"}, Required: true}},
	}
	set, err := kinds.New(robin)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := generate("../../..", set)
	if err != nil {
		t.Fatal(err)
	}
	doc := string(raw)
	for _, want := range []string{
		"One of robin.", "One of wing.", `"nest": {`, "Nest (robin, required; one of oak, elm).", `"/oauth/the_token": {`, `"operationId": "robinTheToken"`, `"operationId": "robinGet"`,
		"code 7004 no key, 7005 wrong key, 7006 no account", "99 a passing failure", `"again": {`, `"mine"`, `"msg": {`, `"name": "password"`,
	} {
		if !strings.Contains(doc, want) {
			t.Errorf("the description does not say %s", want)
		}
	}
	for _, wechat := range []string{"wechat", "stable_token", "appid=", "grant_type"} {
		if strings.Contains(doc, wechat) {
			t.Errorf("the description says %s", wechat)
		}
	}
}

// TestWhatIsNotExplainedIsNamed: a type without words of its own is fine, words
// without a type are not, and a type of which nothing is known is not.
func TestWhatIsNotExplainedIsNamed(t *testing.T) {
	g := &generator{root: "../../..", schemas: object{}, named: map[string]bool{}}
	g.fields(reflect.TypeFor[struct {
		Odd chan int `json:"odd"`
	}](), "Odd")
	if len(g.wrong) != 1 || !strings.Contains(g.wrong[0], "Odd.odd") {
		t.Errorf("%q", g.wrong)
	}
}

// TestWhatTheSourceReadsIsTold: the door takes paths apart by hand, and queries are
// read where they are needed. No type tells of either.
func TestWhatTheSourceReadsIsTold(t *testing.T) {
	raw, err := os.ReadFile("../../../" + file)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]struct {
			Doors      []string `json:"x-doors"`
			Parameters []struct{ Name, In string }
		}
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	var atTheDoor []string
	told := map[string]bool{}
	for path, methods := range doc.Paths {
		for method, o := range methods {
			if slices.Contains(o.Doors, "loopback") {
				atTheDoor = append(atTheDoor, method+" "+path)
			}
			for _, p := range o.Parameters {
				told[p.Name] = told[p.Name] || p.In == "query"
			}
		}
	}

	served := map[string][]string{ // by the names that the access log has for calls
		"callStatus": {"get /v1/status"}, "callOpenAPI": {"get /v1/openapi.json"},
		"callToken":   {"get /v1/token/{name}", "get /v1/token/{name}/{env}"},
		"callRefresh": {"post /v1/token/{name}/refresh", "post /v1/token/{name}/{env}/refresh"},
		"callSign":    {"post /v1/sign/{name}", "post /v1/sign/{name}/{env}"},
		"callUnknown": nil,
	}
	var want []string
	for _, spec := range kinds.Builtin().All() { // the upstreams' own
		if spec.Door == nil {
			continue
		}
		for _, p := range spec.Door.Paths {
			if path := strings.ToLower(p.Method) + " " + p.Path; !slices.Contains(want, path) {
				want = append(want, path)
			}
		}
	}
	call := regexp.MustCompile(`(?m)^\s*(call[A-Z]\w*)\s*=`)
	query := regexp.MustCompile(`(?:Query\(\)|\bq)\.(?:Get|Has)\("(\w+)"\)`)
	for _, pattern := range []string{"../../../core/door/*.go", "../../../core/api/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) < 5 {
			t.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			source, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range call.FindAllStringSubmatch(string(source), -1) {
				paths, known := served[m[1]]
				if !known {
					t.Errorf("%s: %s is a call at the door; say its path here, and explain it in operations.go", name, m[1])
				}
				want = append(want, paths...)
			}
			for _, m := range query.FindAllStringSubmatch(string(source), -1) {
				if !told[m[1]] {
					t.Errorf("%s reads %q of a query; explain it in operations.go", name, m[1])
				}
			}
		}
	}
	slices.Sort(want)
	slices.Sort(atTheDoor)
	if !slices.Equal(want, atTheDoor) {
		t.Errorf("the door serves\n%s\nand the description says\n%s", strings.Join(want, "\n"), strings.Join(atTheDoor, "\n"))
	}
}
