package jssdk

import (
	"fmt"
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"tokentray/core"
)

// MaxURL is the longest address that is signed, in bytes.
const MaxURL = 8 << 10

// Page is the address of a page.
type Page struct {
	URL string // as it is signed
	// Browser is how a browser writes it in location.href; empty: the same.
	Browser string
	Hints   []Hint
}

// Hint is something about an address that can make its signature invalid.
type Hint struct {
	Key    string `json:"key"`
	Detail string `json:"detail,omitempty"` // the part that is odd
	Says   string `json:"message"`          // the same in English
}

// The keys of hints.
const (
	HintFragment    = "fragment"     // there was one, and it is cut
	HintTrimmed     = "trimmed"      // blanks around the address are cut
	HintEncoding    = "encoding"     // it holds characters that a browser encodes
	HintHTML        = "html"         // it has an & as HTML writes it
	HintTwice       = "twice"        // something in it is encoded twice
	HintSlash       = "slash"        // a browser writes a slash after the host
	HintDots        = "dots"         // a browser resolves . and .. in the path
	HintHTTP        = "http"         // the page must not be served by https
	HintPort        = "port"         // it names a port
	HintPortDefault = "port_default" // the one that a browser leaves out
	HintHostCase    = "host_case"    // a browser writes the host in lower case
	HintHostIDN     = "host_idn"     // a browser writes the host in ASCII
	HintLocal       = "local"        // an address without a domain
	HintCode        = "code"         // it changes with each sign-in
)

// Keys of the problems of an address that cannot be signed.
const (
	ProblemEmpty   = "sign_url_empty"
	ProblemLong    = "sign_url_long"
	ProblemForm    = "sign_url_bad"
	ProblemEncoded = "sign_url_encoded" // as a whole
	ProblemChars   = "sign_url_chars"
	ProblemUser    = "sign_url_user" // it holds a user or a password
)

var (
	// shape splits an address as browsers do: up to the first slash or question mark
	// it is the host.
	shape   = lazily(`^([A-Za-z]+)://([^/?#\\]+)([^?#]*)(\?[^#]*)?$`)
	encoded = lazily(`(?i)^https?%3a(%2f|/)`)
	twice   = lazily(`%25[0-9A-Fa-f]{2}`)
	escaped = lazily(`(?i)&amp;`)
	digits  = lazily(`^[0-9]{1,5}$`)
)

// ReadPage reads the address of a page as somebody copied it. The fragment and
// blanks around it are cut. Its error is core.Problems with one problem of the field
// url.
func ReadPage(raw string) (Page, error) {
	clean := strings.TrimFunc(raw, unicode.IsSpace)
	whole, fragment, cut := strings.Cut(clean, "#")
	switch {
	case clean == "":
		return Page{}, problem(ProblemEmpty, "is empty; name the page's address")
	case len(clean) > MaxURL:
		return Page{}, problem(ProblemLong, fmt.Sprintf("is longer than %d bytes; shorten it", MaxURL))
	case encoded().MatchString(clean):
		return Page{}, problem(ProblemEncoded, "is encoded as a whole; decode it, so that it begins with https://")
	case !utf8.ValidString(clean) || strings.ContainsFunc(clean, hidden):
		return Page{}, problem(ProblemChars, "holds line ends or characters that are not seen; copy it again from the browser")
	}
	p := Page{URL: whole}
	if clean != raw {
		p.hint(HintTrimmed, "")
	}
	if cut {
		p.hint(HintFragment, "#"+fragment)
	}
	parts := shape().FindStringSubmatch(whole)
	if parts == nil {
		return Page{}, problem(ProblemForm, "must be a whole address such as https://shop.example.com/page")
	}
	a, err := readAddress(parts)
	if err != nil {
		return Page{}, err
	}
	p.look(a)
	if browser := a.browser(); browser != whole {
		p.Browser = browser
	}
	return p, nil
}

// hidden reports whether a character is invisible and in no address.
func hidden(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r != ' ' && unicode.IsSpace(r)
}

func problem(key, says string) error {
	return core.Problems{{Field: "url", Key: key, Says: says}}
}

// address are the parts of an address, as written.
type address struct {
	scheme, host, port, path, query string // port and query with their first character
}

func readAddress(parts []string) (address, error) {
	a := address{scheme: parts[1], host: parts[2], path: parts[3], query: parts[4]}
	bad := problem(ProblemForm, "must be a whole address such as https://shop.example.com/page")
	switch strings.ToLower(a.scheme) {
	case "http", "https":
	default:
		return address{}, bad
	}
	if strings.Contains(a.host, "@") {
		return address{}, problem(ProblemUser, "holds a user or a password; leave them out, no page sees them")
	}
	if i := strings.LastIndexByte(a.host, ':'); i >= 0 && !strings.HasSuffix(a.host, "]") {
		a.host, a.port = a.host[:i], a.host[i:]
		if !digits().MatchString(a.port[1:]) {
			return address{}, bad
		}
	}
	if a.host == "" || strings.ContainsAny(a.host, " %\"<>^`{|}") || strings.ContainsAny(a.host, ":[]") && !numberInBrackets(a.host) {
		return address{}, bad
	}
	return a, nil
}

// numberInBrackets reports whether a host is an address of IPv6 in brackets.
func numberInBrackets(host string) bool {
	inside, ok := strings.CutPrefix(host, "[")
	inside, closed := strings.CutSuffix(inside, "]")
	ip, err := netip.ParseAddr(inside)
	return ok && closed && err == nil && ip.Is6()
}

// hint adds a hint.
func (p *Page) hint(key, detail string) {
	p.Hints = append(p.Hints, Hint{Key: key, Detail: short(detail), Says: says(key)})
}

// seenBlank stands for a blank in a detail, where nobody would see one.
const seenBlank = "␣"

// short cuts a detail to a readable length.
func short(detail string) string {
	const most = 60
	if r := []rune(detail); len(r) > most {
		return string(r[:most]) + "…"
	}
	return detail
}

// look finds what is odd.
func (p *Page) look(a address) {
	rest := a.path + a.query
	if odd := firstOdd(a); odd != "" {
		p.hint(HintEncoding, strings.ReplaceAll(odd, " ", seenBlank))
	}
	if found := escaped().FindString(rest); found != "" {
		p.hint(HintHTML, found)
	}
	if found := twice().FindString(rest); found != "" {
		p.hint(HintTwice, found)
	}
	if a.path == "" {
		p.hint(HintSlash, a.host+a.port+"/")
	} else if cleanPath(a.path) != a.path {
		p.hint(HintDots, a.path)
	}
	if strings.EqualFold(a.scheme, "http") {
		p.hint(HintHTTP, "http://")
	}
	switch {
	case a.port == "":
	case a.defaultPort():
		p.hint(HintPortDefault, a.port)
	default:
		p.hint(HintPort, a.port)
	}
	if ascii(a.host) {
		if a.scheme+a.host != strings.ToLower(a.scheme+a.host) {
			p.hint(HintHostCase, a.host)
		}
	} else {
		p.hint(HintHostIDN, a.host)
	}
	if local(a.host) {
		p.hint(HintLocal, a.host)
	}
	if q, err := url.ParseQuery(strings.TrimPrefix(a.query, "?")); err == nil && q.Has("code") && q.Has("state") {
		p.hint(HintCode, "code")
	}
}

// defaultPort reports whether the port is the scheme's default.
func (a address) defaultPort() bool {
	return strings.EqualFold(a.scheme, "http") && a.port == ":80" || strings.EqualFold(a.scheme, "https") && a.port == ":443"
}

// browser is the address as a browser writes it. A host that is not ASCII stays as
// it is.
func (a address) browser() string {
	host, port, way := a.host, a.port, a.path
	if ascii(host) {
		host = strings.ToLower(host)
	}
	if a.defaultPort() {
		port = ""
	}
	if way == "" {
		way = "/"
	}
	return strings.ToLower(a.scheme) + "://" + host + port + encode(cleanPath(way), "\"<>`{}^") + encode(a.query, "\"<>'")
}

// encode writes bytes as browsers do when they do not leave them in an address:
// blanks, those beyond ASCII, and some signs.
func encode(s, signs string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte(signs, c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// firstOdd is the first run of characters after the host that a browser encodes.
func firstOdd(a address) string {
	for _, part := range []struct{ text, signs string }{{a.path, "\"<>`{}^"}, {a.query, "\"<>'"}} {
		odd := func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(part.signs, r) }
		if from := strings.IndexFunc(part.text, odd); from >= 0 {
			rest := part.text[from:]
			if to := strings.IndexFunc(rest, func(r rune) bool { return !odd(r) }); to >= 0 {
				rest = rest[:to]
			}
			return rest
		}
	}
	return ""
}

// cleanPath resolves . and .. in a path, and turns backslashes, as browsers do. Two
// slashes in a row stay.
func cleanPath(p string) string {
	p = strings.ReplaceAll(p, `\`, "/")
	segments := strings.Split(p, "/")
	var out []string
	for i, s := range segments {
		last := i == len(segments)-1
		switch dots := strings.ReplaceAll(strings.ToLower(s), "%2e", "."); {
		case i == 0:
		case dots == "..":
			if len(out) > 0 {
				out = out[:len(out)-1]
			}
			if last {
				out = append(out, "")
			}
		case dots == ".":
			if last {
				out = append(out, "")
			}
		default:
			out = append(out, s)
		}
	}
	return "/" + strings.Join(out, "/")
}

func ascii(s string) bool { return !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x7f }) }

// local reports whether a host is no domain that upstream accepts.
func local(host string) bool {
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil || strings.HasPrefix(host, "[") {
		return true
	}
	ext := strings.TrimPrefix(path.Ext(host), ".")
	return ext == "" || strings.EqualFold(ext, "localhost") || strings.EqualFold(ext, "local")
}

// says is a hint in English, for the wire.
func says(key string) string {
	switch key {
	case HintFragment:
		return "the part from # on is not signed and was cut; in the page sign location.href.split('#')[0]"
	case HintTrimmed:
		return core.SaysBlanksCut
	case HintEncoding:
		return "it holds characters that a browser encodes, and the encoded address is what upstream signs; copy the address from location.href"
	case HintHTML:
		return "it has &amp; as HTML source writes it, where the page's address has a bare &; sign the address as location.href says it"
	case HintTwice:
		return "something in it is encoded twice (%25…); sign the address as location.href says it, without encodeURIComponent"
	case HintSlash:
		return "a browser writes a slash after the host; sign the address with it"
	case HintDots:
		return "a browser resolves . and .. in the path; sign the address as location.href says it"
	case HintHTTP:
		return "it begins with http; if the page is served over https, sign that"
	case HintPort:
		return "it names a port, which is part of what is signed; the page's address must have the same one, and the domain in the console must allow it"
	case HintPortDefault:
		return "a browser leaves the usual port out; sign the address without it"
	case HintHostCase:
		return "a browser writes the host in lower case; sign it so"
	case HintHostIDN:
		return "a browser writes such a host in ASCII (xn--…); copy the address from location.href"
	case HintLocal:
		return "it has no domain; upstream takes signatures of the domains alone that are entered in its console"
	case HintCode:
		return "it holds the code of a sign-in, which changes each time; sign the address that the page has at that moment"
	}
	return ""
}

// lazily compiles an expression at its first use: what an agent never uses costs it no
// memory.
func lazily(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
