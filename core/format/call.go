package format

import (
	"cmp"
	"net/url"
	"strings"

	"tokentray/core/kinds"
)

// RFC 6750's names for the token's place in a call, for kinds that name none.
const (
	standardQuery  = "access_token"
	standardHeader = "Authorization"
	standardPrefix = "Bearer "
)

// queryName is the query parameter in which calls of a kind carry the token.
func queryName(s kinds.Spec) string { return cmp.Or(s.Token.Query, standardQuery) }

// inQuery is the token as a query parameter.
func inQuery(t Input) string { return queryName(t.Spec) + "=" + url.QueryEscape(t.AccessToken) }

// inHeader is the token as the line of a header.
func inHeader(t Input) (string, error) {
	if strings.ContainsFunc(t.AccessToken, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", invalid("the token holds control characters and fits in no header; take it as json")
	}
	if at := t.Spec.Token; at.Header != "" {
		return at.Header + ": " + at.Prefix + t.AccessToken, nil
	}
	return standardHeader + ": " + standardPrefix + t.AccessToken, nil
}

// curl is a command line that makes the call.
func curl(t Input) (string, error) {
	u, err := callURL(t)
	if err != nil {
		return "", err
	}
	if t.Spec.Token.Header == "" {
		return "curl " + quoteShell(u), nil
	}
	header, err := inHeader(t)
	if err != nil {
		return "", err
	}
	return "curl -H " + quoteShell(header) + " " + quoteShell(u), nil
}

// CheckPath returns an error of class Invalid unless path can follow the base URL of
// an account of a kind: it begins with one slash, may have a query but not with a
// token of its own, and has no fragment.
func CheckPath(s kinds.Spec, path string) error {
	_, err := parsePath(s, path)
	return err
}

func parsePath(s kinds.Spec, path string) (*url.URL, error) {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "#\\") {
		return nil, errPath(s)
	}
	u, err := url.Parse(path)
	if err != nil || u.Host != "" {
		return nil, errPath(s)
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil || query.Has(queryName(s)) {
		return nil, errPath(s)
	}
	return u, nil
}

func errPath(s kinds.Spec) error {
	like := cmp.Or(s.TryPath, "/path?query")
	return invalid("the path must be like " + like + ", without host, " + queryName(s) + " and #; correct it")
}

// callURL is the URL of a call, with the token unless a header carries it. It
// holds visible ASCII only.
func callURL(t Input) (string, error) {
	base, err := url.Parse(t.BaseURL)
	if err != nil || base.Scheme != "https" && base.Scheme != "http" || base.Hostname() == "" ||
		base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return "", invalid("the account's base URL is not of the form https://host; correct it, or take the token as query")
	}
	call, err := parsePath(t.Spec, cmp.Or(t.Path, t.Spec.TryPath, "/"))
	if err != nil {
		return "", err
	}
	out := base.Scheme + "://" + hostPort(base) + strict(strings.TrimRight(base.EscapedPath(), "/")+call.EscapedPath())
	query := call.RawQuery
	switch {
	case t.Spec.Token.Header != "" && query == "":
		return out, nil
	case t.Spec.Token.Header != "":
		return out + "?" + strict(query), nil
	case query != "" && !strings.HasSuffix(query, "&"):
		query += "&"
	}
	return out + "?" + strict(query) + inQuery(t), nil
}

// hostPort is the host as in a URL; a name in another script is escaped.
func hostPort(u *url.URL) string {
	return strings.TrimPrefix((&url.URL{Host: u.Host}).String(), "//")
}

// strict escapes characters that usually may be in a URL but mean something to some
// program: blanks, other scripts, and the brackets and braces of which curl makes
// several URLs.
func strict(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c <= ' ' || c > '~' || strings.IndexByte("[]{}\"'<>\\^`|", c) >= 0:
			b.WriteString("%" + string(hex[c>>4]) + string(hex[c&15]))
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// quoteShell makes s one word that bash, zsh, fish and the shells of POSIX read alike.
// Inside single quotes the quote alone has a meaning, and in fish the backslash: both
// stand outside.
func quoteShell(s string) string {
	return "'" + strings.NewReplacer("'", `'\''`, `\`, `'\\'`).Replace(s) + "'"
}
