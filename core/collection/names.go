package collection

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxBare bounds a file's name without its ending, in bytes. File systems take
// 255 with the ending, and a name of 200 Chinese characters has 600.
const maxBare = 100

// names gives each account a file name of its own, also on file systems that ignore
// case.
type names struct{ taken map[string]bool }

func newNames() *names { return &names{map[string]bool{}} }

// of is a name for a reference: letters and digits of any script stay, everything
// else becomes a dash, so that no system and no shell interprets it.
func (n *names) of(ref string) string {
	var b strings.Builder
	b.WriteString("tokentray-")
	for _, r := range ref {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r), r == '_':
			if b.Len()+utf8.RuneLen(r) > maxBare {
				continue
			}
			b.WriteRune(r)
		case !strings.HasSuffix(b.String(), "-") && b.Len() < maxBare:
			b.WriteByte('-')
		}
	}
	base := strings.TrimRight(b.String(), "-")
	name := base
	for i := 2; n.taken[strings.ToLower(name)]; i++ {
		name = fmt.Sprintf("%s-%d", base, i)
	}
	n.taken[strings.ToLower(name)] = true
	return name
}

// encode writes an account's reference for a URL's path and for every file format
// alike: letters and digits of any script stay readable, and characters that a
// format could interpret (quotes, braces, blanks, …) are percent-encoded. The only
// slash is before the environment.
func encode(a Account) string {
	var b strings.Builder
	for _, r := range a.Name {
		if word(r) || r == '.' || r > '~' && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)) {
			b.WriteRune(r)
			continue
		}
		for _, c := range []byte(string(r)) {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	if a.Env != "" {
		b.WriteString("/" + string(a.Env))
	}
	return b.String()
}

// ascii is encode for programs that send a URL unchanged, as curl does.
func (a account) ascii() string {
	var b strings.Builder
	for _, c := range []byte(a.path) {
		if c > '~' {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
