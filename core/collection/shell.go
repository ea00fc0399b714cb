package collection

import (
	"cmp"
	"fmt"
	"strings"

	"tokentray/core/kinds"
)

// curl is a shell script for each account.
func (w *writer) curl() ([]File, error) {
	out := []File{}
	for _, a := range w.accounts {
		out = append(out, w.curlFile(a))
	}
	return append(append(out, w.ignore()), w.dotenv()...), nil
}

// curlFile is the script. The lines that begin with #: are what it shows when called
// without arguments; each sample call is one.
func (w *writer) curlFile(a account) File {
	raw := strings.NewReplacer( // all at once, since an account may be named SAY_NO_KEY
		":-URL}", ":-"+w.URL+"}",
		":-ACCOUNT}", ":-"+a.ascii()+"}",
		"\tVERDICTS\n", deadShell(a.Of),
		"FAILURES", failures(a.Of),
		"\t\tPLACE\n", placeShell(a.Of),
		"SAY_NO_TOKEN", quote(w.say("say.no_token")),
		"SAY_NO_KEY", quote(w.say("say.no_key_env")),
		"SAY_NO_DOOR", quote(w.say("say.no_door")),
	).Replace(w.script("call.sh", nil))
	path := a.bare + ".sh"
	var b strings.Builder
	b.WriteString("#!/bin/sh\n")
	w.comment(&b, "#: ", "title", "shell.about", "shell.key")
	for _, g := range w.groups(a.Of) {
		fmt.Fprintf(&b, "#:\n#: %s\n", g.title)
		for _, c := range g.calls {
			c.place = kinds.Place{} // the script puts the token there
			target := c.url("", "")
			line := fmt.Sprintf("sh %s %s %s", path, c.Method, quote(a.upper(target)))
			if c.Body != "" {
				line += " " + quote(a.upper(oneBlank(c.Body)))
			}
			fmt.Fprintf(&b, "#:   # %s\n#:   %s\n", c.title, line)
		}
	}
	b.WriteString(raw + "\n")
	return File{Path: path, Data: []byte(b.String())}
}

// placeShell are the lines that put the token into a call, for the account's first
// kind. A Set makes sure that place names mean nothing to a shell.
func placeShell(of []Of) string {
	at := kinds.Place{Query: "access_token"}
	if len(of) > 0 {
		at = of[0].Spec.Token
	}
	if at.Query != "" {
		return "\t\tprintf 'url = \"%s\"\\n' \"$base$2${sep}" + at.Query + "=$token\"\n"
	}
	return "\t\tprintf 'url = \"%s\"\\n' \"$base$2\"\n" +
		"\t\tprintf 'header = \"" + at.Header + ": " + at.Prefix + "%s\"\\n' \"$token\"\n"
}

// failures are the lines that end with 1 when the answer has the code of a failed call.
func failures(of []Of) string {
	worked := fine(of)
	var out []string
	for _, field := range codeFields(of) {
		words := "''"
		for _, v := range worked[field] {
			words += " | " + quote(v)
		}
		out = append(out, "case $(told "+quote(field)+") in "+words+") ;; *) exit 1 ;; esac")
	}
	return strings.Join(out, "\n")
}

// upper is how shell scripts usually write what a person fills in: OPENID. What the
// account has stands there itself.
func (a Account) upper(s string) string {
	return open.ReplaceAllStringFunc(s, func(v string) string {
		name := strings.Trim(v, "{}")
		return cmp.Or(a.value(name), strings.ToUpper(name))
	})
}

// oneBlank is JSON of our own on one line.
func oneBlank(s string) string { return strings.Join(strings.Fields(s), " ") }

// quote makes s one word of a POSIX shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
