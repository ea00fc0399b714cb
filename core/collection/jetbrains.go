package collection

import (
	"cmp"
	"fmt"
	"strings"
)

// jetbrains is one .http file, with the two environment files of the HTTP Client:
// one to share, and a private one with the key.
func (w *writer) jetbrains() ([]File, error) {
	shared, private := map[string]any{}, map[string]any{}
	open := variables(w.groups(w.of()))
	for _, a := range w.accounts {
		vars := map[string]string{"tokentray_url": w.URL, "tokentray_account": a.ascii()}
		for _, v := range open {
			vars[v] = cmp.Or(a.value(v), strings.ToUpper(v))
		}
		shared[a.bare] = vars
		private[a.bare] = map[string]string{"tokentray_key": w.Key.Reveal()}
	}
	return []File{
		w.jetbrainsFile("tokentray.http", nil),
		{Path: "http-client.env.json", Data: encodeJSON(shared, "  ")},
		w.ignore("http-client.private.env.json"),
		{Path: "http-client.private.env.json", Data: encodeJSON(private, "  "), Secret: !w.Key.Empty(), Private: true},
	}, nil
}

// jetbrainsFile is the file of requests. With one account the file names it itself,
// and needs an environment only for the key.
func (w *writer) jetbrainsFile(path string, alone *account) File {
	all := w.groups(w.of())
	var b strings.Builder
	w.comment(&b, "# ", "title", "jetbrains.about", "jetbrains.key", "jetbrains.again")
	if alone != nil {
		fmt.Fprintf(&b, "\n@tokentray_url = %s\n@tokentray_account = %s\n", w.URL, alone.ascii())
		for _, v := range variables(all) {
			fmt.Fprintf(&b, "@%s = %s\n", v, cmp.Or(alone.value(v), strings.ToUpper(v)))
		}
	}
	keep := "> {%\n" +
		"  client.global.set(\"access_token\", response.body.access_token);\n" +
		"  client.global.set(\"base_url\", response.body.base_url);\n" +
		"%}\n"
	fmt.Fprintf(&b, "\n### %s\n# @no-log\nGET {{tokentray_url}}/v1/token/{{tokentray_account}}\nAuthorization: Bearer {{tokentray_key}}\n\n%s", w.say("jetbrains.token"), keep)
	fmt.Fprintf(&b, "\n### %s\n# @no-log\nPOST {{tokentray_url}}/v1/token/{{tokentray_account}}/refresh\nAuthorization: Bearer {{tokentray_key}}\nContent-Type: application/json\n\n{\"stale\": \"{{access_token}}\"}\n\n%s", w.say("jetbrains.report"), keep)
	for _, g := range all {
		for _, c := range g.calls {
			b.WriteString(c.http(g.title, "{{base_url}}", "{{access_token}}"))
		}
	}
	return File{Path: path, Data: []byte(b.String())}
}
