package collection

import (
	"cmp"
	"fmt"
	"strings"
)

// rest is a .http file for each account, for REST Client of Visual Studio Code. That
// runs no scripts and makes no calls by itself, so the file's first request gets the
// token, and the others refer to its answer.
func (w *writer) rest() ([]File, error) {
	out := []File{}
	for _, a := range w.accounts {
		out = append(out, w.restFile(a))
	}
	return append(append(out, w.ignore()), w.dotenv()...), nil
}

func (w *writer) restFile(a account) File {
	all := w.groups(a.Of)
	var b strings.Builder
	w.comment(&b, "# ", "title", "rest.about", "rest.key", "rest.again")
	fmt.Fprintf(&b, "\n@tokentray = %s\n@account = %s\n@key = {{$dotenv %s}}\n", w.URL, a.ascii(), KeyVariable)
	for _, v := range variables(all) {
		fmt.Fprintf(&b, "@%s = %s\n", v, cmp.Or(a.value(v), strings.ToUpper(v)))
	}
	const answer = "{{token.response.body.$."
	fmt.Fprintf(&b, "\n### %s\n# @name token\nGET {{tokentray}}/v1/token/{{account}}\nAuthorization: Bearer {{key}}\n", w.say("rest.token"))
	fmt.Fprintf(&b, "\n### %s\nPOST {{tokentray}}/v1/token/{{account}}/refresh\nAuthorization: Bearer {{key}}\nContent-Type: application/json\n\n{\"stale\": \"%saccess_token}}\"}\n", w.say("rest.report"), answer)
	for _, g := range all {
		for _, c := range g.calls {
			b.WriteString(c.http(g.title, answer+"base_url}}", answer+"access_token}}"))
		}
	}
	return File{Path: a.bare + ".http", Data: []byte(b.String())}
}

// comment writes sentences as lines of a comment.
func (w *writer) comment(b *strings.Builder, mark string, keys ...string) {
	for _, k := range keys {
		b.WriteString(mark + w.say(k) + "\n")
	}
}
