package format

import (
	"net/url"
	"strings"
)

// DefaultPath is the call that every WeChat account may make, costs nothing and
// shows at once whether a token works.
const DefaultPath = "/cgi-bin/get_api_domain_ip"

// CheckPath returns an error of class Invalid unless path can stand after a base
// URL: it begins with one slash, may have a query but not with an access_token
// of its own, and has no fragment.
func CheckPath(path string) error {
	_, err := parsePath(path)
	return err
}

func parsePath(path string) (*url.URL, error) {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "#\\") {
		return nil, errPath()
	}
	u, err := url.Parse(path)
	if err != nil || u.Host != "" {
		return nil, errPath()
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil || query.Has("access_token") {
		return nil, errPath()
	}
	return u, nil
}

func errPath() error {
	return invalid("the path must be like " + DefaultPath + ", without host, access_token and #; correct it")
}

// callURL is the URL of a call with the token. It holds visible ASCII only.
func callURL(t Input) (string, error) {
	base, err := url.Parse(t.BaseURL)
	if err != nil || base.Scheme != "https" && base.Scheme != "http" || base.Hostname() == "" ||
		base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return "", invalid("the account's base URL is not of the form https://host; correct it, or take the token as query")
	}
	path := t.Path
	if path == "" {
		path = DefaultPath
	}
	call, err := parsePath(path)
	if err != nil {
		return "", err
	}
	query := call.RawQuery
	if query != "" && !strings.HasSuffix(query, "&") {
		query += "&"
	}
	host := base.Scheme + "://" + hostPort(base)
	return host + strict(strings.TrimRight(base.EscapedPath(), "/")+call.EscapedPath()) +
		"?" + strict(query) + "access_token=" + url.QueryEscape(t.AccessToken), nil
}

// hostPort is the host as it stands in a URL, a name of another script escaped.
func hostPort(u *url.URL) string {
	return strings.TrimPrefix((&url.URL{Host: u.Host}).String(), "//")
}

// strict escapes what a URL may hold by custom but a program may give a meaning
// of its own: blanks, other scripts, and the brackets and braces of which curl
// makes several URLs.
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

// quoteShell makes s one word of a POSIX shell. Inside single quotes nothing has
// a meaning but the quote itself.
func quoteShell(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
