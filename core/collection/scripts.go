package collection

import (
	"embed"
	"encoding/json"
	"strconv"
	"strings"
)

//go:embed scripts
var scripts embed.FS

// script is one of our scripts with its texts, and with the answers that the kinds
// call dead. Every text is inserted as JSON, which is valid JavaScript, and ends no
// string, line or block.
func (w *writer) script(name string, of []Of, keys ...string) string {
	return w.scriptFor(`get("tokentray_account")`, name, of, keys...)
}

// scriptFor is a script whose account is an expression of JavaScript.
func (w *writer) scriptFor(account, name string, of []Of, keys ...string) string {
	raw, err := scripts.ReadFile("scripts/" + name)
	if err != nil {
		panic("collection: " + err.Error()) // it is part of the program
	}
	words := map[string]string{}
	for _, k := range keys {
		words[k] = w.say("say." + k)
	}
	put := strings.NewReplacer("WORDS", line(words), "WHOSE", account, "DEAD", deadJS(of), "CODES", line(fine(of)))
	return strings.TrimRight(put.Replace(string(raw)), "\n")
}

// deadJS is a JavaScript function that tells from an answer whether the call's token
// is dead.
func deadJS(of []Of) string {
	var any []string
	for _, a := range dead(of) {
		var all []string
		if a.Status != 0 {
			all = append(all, "status === "+strconv.Itoa(a.Status))
		}
		if a.Field != "" {
			all = append(all, line(a.Values)+".includes(String("+memberJS(a.Field)+"))")
		}
		any = append(any, strings.Join(all, " && "))
	}
	if len(any) == 0 {
		any = []string{"false"}
	}
	return "(status, body) => " + strings.Join(any, " || ")
}

// memberJS is a member of the answer, or one inside another where its name has dots.
func memberJS(path string) string {
	out := "body"
	for i, name := range strings.Split(path, ".") {
		if i > 0 {
			out += "?."
		}
		out += "[" + line(name) + "]"
	}
	return out
}

// deadShell are the lines of a shell function that tells the same from the answer to
// the last call.
func deadShell(of []Of) string {
	var b strings.Builder
	for _, a := range dead(of) {
		test := ""
		if a.Status != 0 {
			test = `[ "$status" = ` + strconv.Itoa(a.Status) + " ] && "
		}
		if a.Field == "" {
			b.WriteString("\t" + test + "return 0\n")
			continue
		}
		values := make([]string, len(a.Values))
		for i, v := range a.Values {
			values[i] = quote(v)
		}
		b.WriteString("\t" + test + "case $(told " + quote(lastName(a.Field)) + ") in " + strings.Join(values, " | ") + ") return 0 ;; esac\n")
	}
	return b.String()
}

// lastName is the name at the end of a path in an answer.
func lastName(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

// line is v as JSON on one line, as people would write it.
func line(v any) string { return strings.TrimRight(string(encodeJSON(v, "")), "\n") }

// encodeJSON is v as JSON with a line end; what it is called with can be
// encoded.
func encodeJSON(v any, indent string) []byte {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		panic("collection: " + err.Error()) // strings and numbers alone
	}
	return []byte(b.String())
}
