package kinds

import (
	"net"
	"slices"
	"strings"

	"tokentray/core"
)

// ProblemURLPassword: a URL that is shown holds a password.
const ProblemURLPassword = "base_url_password"

// ownScheme is found with the problems of a base URL that is no web address, in
// place of those of a web address.
func (s Spec) ownScheme(a core.Account, found core.Problems) core.Problems {
	if len(s.Schemes) == 0 {
		return found
	}
	found = slices.DeleteFunc(found, func(p core.Problem) bool { return p.Field == BaseURL })
	one := func(key, says string) core.Problems {
		return append(found, core.Problem{Field: BaseURL, Key: key, Says: says})
	}
	raw := a.BaseURL
	scheme, user, hosts, rest := cutURL(raw)
	local := scheme == "unix"
	switch {
	case raw == "":
		return found
	case strings.Contains(user, ":"), strings.Contains(rest, "password="):
		return one(ProblemURLPassword, "holds a password; leave it out, and enter it as the secret")
	case len(raw) > core.MaxURL, !slices.Contains(s.Schemes, scheme), local != (len(hosts) == 0), local && len(rest) < 2,
		strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r == 0x7f }), strings.Contains(raw, "#"):
		return one(core.ProblemBaseURL, "must be a URL that begins with "+strings.Join(s.Schemes, "://, ")+"://, without a password")
	case scheme != s.Schemes[0] && !local && !s.clear(a, hosts):
		return one(core.ProblemBaseURLHTTPS, "must begin with "+s.Schemes[0]+":// unless it is this machine, or the account allows a private network without encryption")
	}
	return found
}

// clear reports whether an account may use connections without encryption.
func (s Spec) clear(a core.Account, hosts []string) bool {
	return !slices.ContainsFunc(hosts, func(host string) bool {
		return !core.Loopback(host) && !(s.PlainHTTP(a) && core.MaybePrivate(host))
	})
}

// cutURL splits a URL that may have several hosts. rest begins with the path.
func cutURL(raw string) (scheme, user string, hosts []string, rest string) {
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok {
		return "", "", nil, ""
	}
	authority := rest
	if at := strings.IndexAny(rest, "/?#"); at >= 0 {
		authority, rest = rest[:at], rest[at:]
	} else {
		rest = ""
	}
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		user, authority = authority[:at], authority[at+1:]
	}
	for host := range strings.SplitSeq(authority, ",") {
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		if host = strings.Trim(host, "[]"); host != "" {
			hosts = append(hosts, host)
		}
	}
	return strings.ToLower(scheme), user, hosts, rest
}

// HasURLPassword reports whether a text looks like a URL with a password in it.
func HasURLPassword(text string) bool {
	_, user, _, rest := cutURL(text)
	return strings.Contains(user, ":") || strings.Contains(rest, "password=")
}

// serverOf is the server of a URL that is no web address: the URL without its path,
// which selects something on the server.
func serverOf(raw string) string {
	scheme, _, hosts, rest := cutURL(raw)
	if scheme == "unix" || len(hosts) == 0 {
		return raw
	}
	_, query, _ := strings.Cut(rest, "?")
	return strings.TrimSuffix(raw, rest) + strings.TrimSuffix("?"+query, "?")
}
