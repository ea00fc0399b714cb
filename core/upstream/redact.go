package upstream

import (
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"tokentray/core"
)

// maxMessage is how much of an upstream message is kept, in characters.
const maxMessage = 300

var (
	// longRun is anything as long as an AppSecret or a token. Request IDs are
	// shorter (26 characters), and so are AppIDs (18).
	longRun = lazily(`[0-9A-Za-z+/=_-]{32,}`)
	// parameter is a secret or a token written as part of a URL.
	parameter = lazily(`(?i)\b(secret|appsecret|corpsecret|access_token|token|password)=[^&\s"']+`)
	requestID = lazily(`(?i)\brid:?\s*([0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8})`)
	// marker precedes the caller's address in the messages of 40164 and 61004
	// and in those that name it at the end.
	marker  = lazily(`(?i)(invalid ip|requestip|from ip|client ?ip)\b`)
	address = lazily(`[0-9a-fA-F:.]{2,}`)
)

// Redactor removes values that must not be seen from texts that came from outside:
// in upper and lower case, as they are and as in a URL, in base64 and in
// hexadecimal, and their pieces.
type Redactor []string

// shortSecret is the least length of a secret, in bytes: hiding shorter ones would
// only tear the text to pieces.
const shortSecret = 4

// pattern matches every form of the values, or is nil.
func (r Redactor) pattern() *regexp.Regexp {
	var forms []string
	for _, v := range r {
		if len(v) >= shortSecret {
			// A text is searched after it was made one line, so a value with odd
			// bytes is in it in the same form.
			for _, form := range append(core.Spellings(v), oneLine(v), url.QueryEscape(v), url.PathEscape(v)) {
				if len(form) >= shortSecret {
					forms = append(forms, regexp.QuoteMeta(form))
				}
			}
		}
	}
	if len(forms) == 0 {
		return nil
	}
	// The longest first: of a value and its own beginning, the whole is hidden.
	slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) })
	return regexp.MustCompile("(?i)" + strings.Join(forms, "|"))
}

// Clean makes a text fit to be shown: one line of at most 300 characters, without
// control characters, secrets and tokens.
func (r Redactor) Clean(text string) string {
	text = oneLine(text)
	if p := r.pattern(); p != nil {
		text = p.ReplaceAllLiteralString(text, core.Hidden)
	}
	for _, v := range r {
		if len(v) >= shortSecret {
			text = core.HidePieces(text, oneLine(v))
			for _, form := range core.Spellings(v) {
				text = core.HidePieces(text, form)
			}
		}
	}
	text = parameter().ReplaceAllString(text, "${1}="+core.Hidden)
	text = longRun().ReplaceAllLiteralString(text, core.Hidden)
	if utf8.RuneCountInString(text) > maxMessage {
		text = string([]rune(text)[:maxMessage-1]) + "…"
	}
	return text
}

// oneLine makes a text valid UTF-8 on one line. Invisible marks become blanks, so
// that no secret hides between them.
func oneLine(text string) string {
	text = strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(text, " "))
	return strings.Join(strings.Fields(text), " ")
}

// CallerIP finds our address as upstream saw it, in a cleaned message. Without a
// known marker before it, any address counts if anywhere is set. It returns "" when
// there is none.
func CallerIP(text string, anywhere bool) string {
	for _, m := range marker().FindAllStringIndex(text, -1) {
		if ip := firstAddress(text[m[1]:]); ip != "" {
			return ip
		}
	}
	if anywhere {
		return firstAddress(text)
	}
	return ""
}

// firstAddress is the first IP address in text, in its shortest form: an IPv4
// address that was written as IPv6 is IPv4 again.
func firstAddress(text string) string {
	for _, word := range address().FindAllString(text, -1) {
		word = strings.TrimRight(word, ".")
		// A colon may belong to the words before, as in "ip:192.0.2.1".
		for _, w := range []string{word, strings.TrimLeft(word, ":"), strings.TrimRight(word, ":")} {
			if ip, err := netip.ParseAddr(w); err == nil && !ip.IsUnspecified() {
				return ip.Unmap().String()
			}
		}
	}
	return ""
}

// RID is the request ID in a cleaned message, "" without one.
func RID(text string) string {
	if m := requestID().FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// lazily compiles an expression at its first use: what an agent never uses costs it no
// memory.
func lazily(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
