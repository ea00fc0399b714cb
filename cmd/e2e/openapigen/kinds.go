package main

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"tokentray/core/kinds"
	"tokentray/ui/text"
)

// kinds and products are what an account can be.
func (g *generator) kinds() []string { return plain(g.set.Names()) }

func (g *generator) products() []string { return plain(g.set.Products()) }

func plain[T ~string](names []T) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = string(n)
	}
	return out
}

// param describes a field of the kinds' own: what each kind that has it calls it.
func (g *generator) param(key string) object {
	words := text.New(text.English).Knowing(g.set)
	out := object{"type": "string"}
	var about []string
	for _, spec := range g.set.All() {
		f, ok := spec.Field(key)
		if !ok {
			continue
		}
		say := words.Field(spec.Kind, f) + " (" + string(spec.Kind)
		if f.Required {
			say += ", required"
		}
		if len(f.Choices) > 0 {
			say += "; one of " + strings.Join(f.Choices, ", ")
		}
		about = append(about, say+").")
	}
	out["description"] = strings.Join(about, " ")
	return out
}

// doorPaths are the upstreams' own calls for a token, which the loopback alone
// serves. Kinds can share a path; the first one's words stand for it.
func (g *generator) doorPaths(paths object) {
	var known []string
	for _, spec := range g.set.All() {
		if spec.Door == nil {
			continue
		}
		for _, p := range spec.Door.Paths {
			if route := p.Method + " " + p.Path; !slices.Contains(known, route) {
				known = append(known, route)
				put(paths, route, doorPath(spec, p, g.serving(p.Path)))
			}
		}
	}
}

// serving names the kinds whose accounts a path serves.
func (g *generator) serving(path string) string {
	var out []string
	for _, spec := range g.set.All() {
		if spec.Door != nil && slices.ContainsFunc(spec.Door.Paths, func(p kinds.TokenPath) bool { return p.Path == path }) {
			out = append(out, string(spec.Kind))
		}
	}
	return strings.Join(out, ", ")
}

// doorPath is one of them.
func doorPath(spec kinds.Spec, p kinds.TokenPath, among string) object {
	family, _, _ := strings.Cut(string(spec.Kind), "-")
	d := spec.Door
	code := func(r kinds.Reason) int { return d.Refusals[r].Code }
	about := fmt.Sprintf(
		"The upstream's own call, for accounts of kind %s and for SDKs whose base URL can be set. Everything but a refused Host or Origin is HTTP 200: "+
			"%s %d no key, %d wrong key, %d no account or more than one of that ID within the key's scope, %d too many refreshes or failures, "+
			"%d a passing failure; else the upstream's own.",
		among, d.Code, code(kinds.NoSecret), code(kinds.BadKey), code(kinds.BadID), code(kinds.TooMany), d.Else,
	)
	content := object{}
	kind, _, _ := strings.Cut(d.ContentType, ";")
	content[kind] = object{"schema": object{"oneOf": []any{doorToken(d), doorError(d)}}}
	out := object{
		"operationId": family + camel(path.Base(p.Path)), "summary": "The current token, as the upstream's own call gives it",
		"description": about, "x-doors": []string{"loopback"}, "security": []any{},
		"responses": object{
			"200": object{"description": "Success, or a failure in the upstream's words.", "content": content},
			"403": object{"$ref": "#/components/responses/NotAllowed"},
		},
	}
	if p.Reads == kinds.InJSON {
		out["requestBody"] = object{"required": true, "content": jsonOf(doorBody(p))}
		return out
	}
	var params []any
	for _, one := range doorParams(p) {
		params = append(params, object{"name": one.name, "in": "query", "required": one.required, "schema": one.schema, "description": one.about})
	}
	out["parameters"] = params
	return out
}

// doorParam is what a token path reads.
type doorParam struct {
	name, about string
	required    bool
	schema      object
}

func doorParams(p kinds.TokenPath) []doorParam {
	var out []doorParam
	for _, f := range p.Fixed {
		out = append(out, doorParam{f.Name, "Always this value.", true, object{"type": "string", "enum": []string{f.Value}}})
	}
	out = append(out,
		doorParam{p.ID, "Chooses the account within the key's scope.", true, object{"type": "string"}},
		doorParam{p.Secret, "A client key.", true, object{"type": "string"}})
	if p.Force != "" {
		about := "A report that the current token is stale; it forces nothing."
		if p.ForceGap > 0 {
			about += fmt.Sprintf(" A token younger than %d s is not reported; the answer has that token.", int(p.ForceGap.Seconds()))
		}
		out = append(out, doorParam{p.Force, about, false, object{"type": "boolean"}})
	}
	return out
}

// doorBody is a body that may have more members: the client may know the upstream's
// calls better than we do.
func doorBody(p kinds.TokenPath) object {
	properties, required := object{}, []string{}
	for _, one := range doorParams(p) {
		one.schema["description"] = one.about
		properties[one.name] = one.schema
		if one.required {
			required = append(required, one.name)
		}
	}
	return object{"type": "object", "properties": properties, "required": required}
}

// doorToken is a success in the upstream's words, doorError a failure.
func doorToken(d *kinds.Door) object {
	properties := object{"access_token": object{"type": "string"}, "expires_in": object{"type": "integer"}}
	required := []string{"access_token", "expires_in"}
	if d.OK != nil {
		properties[d.Code], properties[d.Text] = object{"type": "integer"}, object{"type": "string"}
		required = append(required, d.Code, d.Text)
	}
	return object{"type": "object", "description": "A token.", "properties": properties, "required": required, "additionalProperties": false}
}

func doorError(d *kinds.Door) object {
	properties := object{d.Code: object{"type": "integer"}, d.Text: object{"type": "string"}}
	return object{"type": "object", "description": "A failure, with HTTP 200.", "properties": properties, "required": []string{d.Code, d.Text}, "additionalProperties": false}
}

// camel is a name like stable_token as StableToken.
func camel(name string) string {
	var b strings.Builder
	for part := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '_' || r == '-' || r == '.' }) {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String()
}
