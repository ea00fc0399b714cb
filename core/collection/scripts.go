package collection

import (
	"embed"
	"encoding/json"
	"strings"

	"tokentray/core/kinds"
)

//go:embed scripts
var scripts embed.FS

// script is one of ours with the words it says put in. Every word comes as
// JSON, which is JavaScript, and ends no string, line or block.
func (w *writer) script(name string, keys ...string) string {
	raw, err := scripts.ReadFile("scripts/" + name)
	if err != nil {
		panic("collection: " + err.Error()) // it is part of the program
	}
	words := map[string]string{}
	for _, k := range keys {
		words[k] = w.say("say." + k)
	}
	text := string(raw)
	if strings.HasSuffix(name, ".js") {
		text = strings.ReplaceAll(text, "DEAD", "["+strings.Join(deadCodes(), ", ")+"]")
	}
	return strings.TrimRight(strings.Replace(text, "WORDS", line(words), 1), "\n")
}

// deadCodes are the errcodes that mean that a token is dead.
func deadCodes() []string { return kinds.Builtin().Default().DeadValues("errcode") }

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
