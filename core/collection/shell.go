package collection

import (
	"fmt"
	"strings"
)

// curl is a shell script for each account.
func (w *writer) curl() ([]File, error) {
	out := []File{}
	for _, a := range w.accounts {
		out = append(out, w.curlFile(a))
	}
	return append(append(out, w.ignore()), w.dotenv()...), nil
}

// curlFile is the script. Lines that begin with #: are what it shows when it is
// called with nothing to do; each sample call is one.
func (w *writer) curlFile(a account) File {
	raw := strings.NewReplacer( // all at once: an account may be named SAY_NO_KEY
		":-URL}", ":-"+w.URL+"}",
		":-ACCOUNT}", ":-"+a.ascii()+"}",
		"DEAD)", strings.Join(deadCodes(), " | ")+")",
		"SAY_NO_TOKEN", quote(w.say("say.no_token")),
		"SAY_NO_KEY", quote(w.say("say.no_key_env")),
		"SAY_NO_DOOR", quote(w.say("say.no_door")),
	).Replace(w.script("call.sh"))
	path := a.bare + ".sh"
	var b strings.Builder
	b.WriteString("#!/bin/sh\n")
	w.comment(&b, "#: ", "title", "shell.about", "shell.key")
	for _, g := range folders(a.Products) {
		fmt.Fprintf(&b, "#:\n#: %s\n", w.say("group."+g.Key))
		for _, c := range g.Calls {
			target := strings.ReplaceAll(callURL(c, "", ""), "access_token=", "")
			target = strings.TrimSuffix(strings.Replace(target, "?&", "?", 1), "?")
			line := fmt.Sprintf("sh %s %s %s", path, c.Method, quote(upper(target)))
			if c.Body != "" {
				line += " " + quote(upper(oneBlank(c.Body)))
			}
			fmt.Fprintf(&b, "#:   # %s\n#:   %s\n", w.say("call."+c.Key), line)
		}
	}
	b.WriteString(raw + "\n")
	return File{Path: path, Data: []byte(b.String())}
}

// upper writes what the person fills in as shell scripts' examples do: OPENID.
func upper(s string) string {
	for _, v := range openVariables() {
		s = strings.ReplaceAll(s, "{{"+v+"}}", strings.ToUpper(v))
	}
	return s
}

// oneBlank is JSON of our own on one line.
func oneBlank(s string) string { return strings.Join(strings.Fields(s), " ") }

// quote makes s one word of a POSIX shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
