package core

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// Destination is who sees the secrets of an account when a token is fetched. An
// AppSecret is entered for one destination and never sent to another: after a file
// or an edit names another host, a person must enter the secret again. It is
// comparable; the zero value is nobody.
type Destination struct {
	// Host sees the AppSecret: scheme, host and port of the base URL.
	Host string
	// Via sees the AppSecret too: the proxy in front of an unencrypted base URL. It
	// is empty for https, which a proxy cannot read.
	Via string
	// Proxy sees the proxy's password: the proxy's scheme, host and port.
	Proxy string
	// Also are the hosts of the other URLs in the fields of the account's kind,
	// which may see the AppSecret or the token, depending on the kind. For a preset
	// it also identifies the request.
	Also string
	// CA is the mark of the certificates that may vouch for these hosts in addition
	// to those that the machine trusts, see CAMark: their issuer can pose as any
	// host.
	CA string
}

// Destination tells where an account's secrets go. standard is the base URL of the
// kind, for an account that names none; also are the other URLs that it names, by
// field key, and what identifies the kind's request.
func (a Account) Destination(standard string, also map[string]string) Destination {
	base := a.BaseURL
	if base == "" {
		base = standard
	}
	d := Destination{Host: origin(base), Proxy: origin(a.Proxy), CA: CAMark(a.CA)}
	for _, key := range slices.Sorted(maps.Keys(also)) {
		if also[key] != "" {
			d.Also += key + "=" + cmp.Or(origin(also[key]), also[key]) + " "
		}
	}
	if !strings.HasPrefix(d.Host, "https://") {
		d.Via = d.Proxy
	}
	return d
}

// Takes reports whether an AppSecret that was entered for d may go to next: the
// hosts are the same, no proxy can read it that could not before, and no certificate
// vouches for them that did not before.
func (d Destination) Takes(next Destination) bool {
	return next.Host != "" && d.Host == next.Host && d.Also == next.Also && (next.Via == "" || d.Via == next.Via) && (next.CA == "" || d.CA == next.CA)
}

// TakesPassword reports whether a proxy password that was entered for d may go
// to next.
func (d Destination) TakesPassword(next Destination) bool {
	return next.Proxy != "" && d.Proxy == next.Proxy
}

// String names who sees the AppSecret.
func (d Destination) String() string {
	out := d.Host
	if d.Via != "" {
		out += " via " + d.Via
	}
	if d.CA != "" {
		out += " (CA " + shortMark(d.CA) + ")"
	}
	return out
}

// origin is the scheme, host and port of a URL in one form: the scheme's default
// port is left out. It is empty when the text is no such URL.
func origin(raw string) string {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Scheme == "" || u.Hostname() == "" {
		return ""
	}
	scheme, port := strings.ToLower(u.Scheme), u.Port()
	if scheme == "socks5h" { // the same proxy; it only resolves the name itself
		scheme = "socks5"
	}
	switch scheme + ":" + port {
	case "https:443", "http:80", "socks5:1080":
		port = ""
	}
	host := strings.ToLower(u.Hostname())
	if strings.Contains(host, ":") { // IPv6
		host = "[" + host + "]"
	}
	if port != "" {
		host += ":" + port
	}
	out := (&url.URL{Scheme: scheme, Host: host}).String()
	if _, err := url.Parse(out); err != nil { // a host of colons
		return ""
	}
	return out
}

// SecretElsewhere is the error when an AppSecret was entered for d and the account
// would now send it to next.
func (d Destination) SecretElsewhere(next Destination) *Error {
	if d.Host == next.Host && d.Via == next.Via {
		return &Error{
			Class: Misuse, Remedy: RemedySecretAgain, SecretHost: d.String(),
			Message: "the AppSecret was entered before the account's kind or its other addresses were changed, and is not sent now; enter it again with tokentray edit",
		}
	}
	return &Error{
		Class: Misuse, Remedy: RemedySecretAgain, SecretHost: d.String(),
		Message: "the AppSecret was entered for " + d.String() + " and is not sent to " + next.String() +
			"; enter it again with tokentray edit, or change the base URL back",
	}
}
