package collection

import (
	"fmt"
	"slices"
	"strings"

	"tokentray/core/kinds"
)

// bruno is a folder that Bruno opens as a collection, with a file for each request
// and each environment. The key is in .env, which Bruno reads and its own .gitignore
// keeps out of version control.
func (w *writer) bruno() ([]File, error) {
	all := w.groups(w.of())
	out := []File{
		{Path: "bruno.json", Data: encodeJSON(map[string]any{
			"version": "1", "name": w.say("title"), "type": "collection", "ignore": []string{"node_modules", ".git"},
		}, "  ")},
		{Path: "collection.bru", Data: []byte(
			bruBlock("docs", w.Say("starter.about_bruno")) +
				bruBlock("script:pre-request", w.script("bruno-before.js", w.of(), "no_account", "no_key", "no_door", "no_token")) +
				bruBlock("script:post-response", w.script("bruno-after.js", w.of(), "no_door", "no_token", "still_valid")) +
				bruBlock("tests", w.script("bruno-tests.js", w.of(), "accepted", "again")),
		)},
		w.ignore(),
	}
	for _, a := range w.accounts {
		out = append(out, File{Path: "environments/" + a.bare + ".bru", Data: []byte(w.bruEnvironment(a, all))})
	}
	for i, g := range all {
		out = append(out, File{Path: g.folder + "/folder.bru", Data: []byte(fmt.Sprintf("meta {\n  name: %s\n  seq: %d\n}\n", g.title, i+1))})
		for j, c := range g.calls {
			out = append(out, File{Path: g.folder + "/" + c.Key + ".bru", Data: []byte(bruRequest(c, j+1))})
		}
	}
	return append(out, w.dotenv()...), nil
}

// bruEnvironment has the account and the variables of the sample calls.
func (w *writer) bruEnvironment(a account, all []group) string {
	var b strings.Builder
	b.WriteString("vars {\n")
	fmt.Fprintf(&b, "  tokentray_url: %s\n  tokentray_account: %s\n", w.URL, a.path)
	for _, v := range variables(all) {
		fmt.Fprintf(&b, "  %s: %s\n", v, a.value(v))
	}
	b.WriteString("}\nvars:secret [\n  tokentray_key\n]\n")
	return b.String()
}

func bruRequest(c call, seq int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "meta {\n  name: %s\n  type: http\n  seq: %d\n}\n\n", c.title, seq)
	body := "none"
	if c.Body != "" {
		body = "json"
	}
	fmt.Fprintf(&b, "%s {\n  url: %s\n  body: %s\n  auth: none\n}\n",
		strings.ToLower(c.Method), c.url("{{base_url}}", "{{access_token}}"), body)
	query, header := c.Query, ""
	switch at := c.place; {
	case at.Query != "":
		query = slices.Insert(slices.Clone(query), 0, kinds.Pair{Name: at.Query, Value: "{{access_token}}"})
	default:
		header = at.Prefix + "{{access_token}}"
	}
	if len(query) > 0 {
		b.WriteString("\nparams:query {\n")
		for _, q := range query {
			fmt.Fprintf(&b, "  %s: %s\n", q.Name, q.Value)
		}
		b.WriteString("}\n")
	}
	if header != "" {
		fmt.Fprintf(&b, "\nheaders {\n  %s: %s\n}\n", c.place.Header, header)
	}
	if c.Body != "" {
		b.WriteString("\n" + strings.TrimSuffix(bruBlock("body:json", c.Body), "\n"))
	}
	return b.String()
}

// bruBlock is a block of text: it ends with the first line that begins with a brace,
// so every line is indented.
func bruBlock(name, text string) string {
	return name + " {\n  " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n  ") + "\n}\n\n"
}
