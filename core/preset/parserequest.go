package preset

import (
	"net"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"tokentray/core"
)

// request reads what is asked, and where.
func (r *reader) request(q *Request, o object) {
	q.Method = o.choice("method", "POST", "GET", "POST")
	encoding := o.choice("encoding", string(JSON), string(Query), string(Form), string(JSON))
	q.Encoding = Encoding(encoding)
	if n, has := o.get("encoding"); has && q.Method == "GET" && q.Encoding != Query {
		r.fault(n.line, "encoding", FaultValue, string(Query))
	} else if !has && q.Method == "GET" {
		q.Encoding = Query
	}
	r.address(q, o)
	if n, has := o.get("hosts"); has {
		hosts := r.object(n, "hosts", string(core.Sandbox), string(core.Live))
		q.Hosts = map[core.Env]string{}
		for _, env := range []core.Env{core.Sandbox, core.Live} {
			if host := r.host(hosts, string(env)); host != "" {
				q.Hosts[env] = host
			}
		}
	}
	q.Fields = r.pairs(o, "fields", q.Encoding == JSON)
	q.Headers = r.pairs(o, "headers", false)
	for _, h := range q.Headers {
		if len(h.Name) > longestName || !headerName.MatchString(h.Name) || reservedHeader(h.Name) {
			r.fault(o.lineOf("headers", h.Name), "headers."+h.Name, FaultHeader, "")
		}
	}
	if !slices.ContainsFunc(slices.Concat(q.Fields, q.Headers), func(f Field) bool { return strings.Contains(f.Value, holdSecret) }) {
		line := o.line
		if n, has := o.get("fields"); has {
			line = n.line
		}
		r.fault(line, "fields", FaultNoSecret, "")
	}
}

// address reads the url, of which the host is plain and the rest a path.
func (r *reader) address(q *Request, o object) {
	raw, line := o.text("url", true)
	if raw == "" {
		return
	}
	scheme, rest, _ := strings.Cut(raw, "://")
	host, path, _ := strings.Cut(rest, "/")
	switch {
	case strings.ContainsAny(scheme+host, "{}"):
		r.fault(line, "url", FaultElsewhere, "")
		return
	case strings.Contains(raw, "?"):
		r.fault(line, "url", FaultQuery, "")
		return
	case strings.Contains(path, holdSecret):
		r.fault(line, "url", FaultSecretPlace, "")
		return
	}
	q.Base, q.Path = scheme+"://"+host, "/"+path
	plain := strings.ReplaceAll(q.Path, holdID, "x")
	switch core.CheckURL(q.Base) {
	case "https":
		r.fault(line, "url", FaultHTTPS, "")
	case "bad":
		r.fault(line, "url", FaultURL, "")
	default:
		if u, err := url.Parse(q.Base); err != nil || core.CleanURL(q.Base) != q.Base && u.Scheme == "" || !callPath.MatchString(plain) || strings.ContainsAny(plain, "{}") {
			r.fault(line, "url", FaultURL, "")
		}
	}
	q.Base = core.CleanURL(q.Base)
}

// host reads a host alone, with its scheme.
func (r *reader) host(o object, key string) string {
	raw, line := o.text(key, false)
	if raw == "" {
		return ""
	}
	u, err := url.Parse(raw)
	switch {
	case strings.ContainsAny(raw, "{}"):
		r.fault(line, o.name(key), FaultElsewhere, "")
		return ""
	case err != nil || core.CheckURL(raw) == "bad":
		r.fault(line, o.name(key), FaultURL, "")
	case core.CheckURL(raw) == "https":
		r.fault(line, o.name(key), FaultHTTPS, "")
	case u.Path != "" && u.Path != "/":
		r.fault(line, o.name(key), FaultHost, "")
	}
	return core.CleanURL(strings.TrimSuffix(raw, "/"))
}

// strangers finds hosts of other domains than the request's: a user's preset sends
// secrets and tokens to one owner.
func (r *reader) strangers(p Preset, o object) {
	for _, h := range []struct{ field, member, host string }{
		{"hosts", string(core.Sandbox), p.Request.Hosts[core.Sandbox]},
		{"hosts", string(core.Live), p.Request.Hosts[core.Live]},
		{"use", "host", p.APIHost},
	} {
		if h.host != "" && p.Request.Base != "" && domain(h.host) != domain(p.Request.Base) {
			r.fault(o.lineOf(h.field, h.member), h.field+"."+h.member, FaultForeign, domain(p.Request.Base))
		}
	}
}

// domain is what a host's owner holds by the public suffix list: shop.com.cn of
// api.shop.com.cn, and a.github.io of a.github.io. An address is its own, as is a host
// that is nobody's, and every name of this machine is the same.
func domain(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if core.Loopback(host) {
		return "localhost"
	}
	if net.ParseIP(host) != nil {
		return host
	}
	ascii, err := idna.Lookup.ToASCII(host)
	if err != nil {
		return host
	}
	owned, err := publicsuffix.EffectiveTLDPlusOne(ascii)
	if err != nil { // it is such a suffix itself
		return ascii
	}
	return owned
}

// pairs reads names with values, in which placeholders may stand.
func (r *reader) pairs(o object, key string, bare bool) []Field {
	n, has := o.get(key)
	if !has {
		return nil
	}
	if n.kind != '{' {
		r.fault(n.line, key, FaultType, "object")
		return nil
	}
	var out []Field
	for _, m := range n.members {
		at := key + "." + m.key
		v := m.value
		switch {
		case slices.ContainsFunc(out, func(f Field) bool { return f.Name == m.key }):
			r.fault(m.line, at, FaultTwice, "")
		case m.key == "" || len(m.key) > 100 || !printable(m.key):
			r.fault(m.line, key, FaultSigns, "")
		case v.kind == '"' && (len(v.text) > core.MaxParam || !printable(v.text)):
			r.fault(v.line, at, FaultSigns, "")
		case core.HoldsSecret(v.text):
			r.fault(v.line, at, FaultLiteral, "")
		case v.kind == '"':
			if bad := unknownPlaceholder(v.text); bad != "" {
				r.fault(v.line, at, FaultPlaceholder, bad)
			}
		case v.kind != '0' && v.kind != 't':
			r.fault(v.line, at, FaultType, "text")
		}
		out = append(out, Field{Name: m.key, Value: v.text, Bare: bare && v.kind != '"'})
	}
	return out
}

// reservedHeader reports whether a header belongs to HTTP itself, or says to whom a
// request goes and how it is encoded.
func reservedHeader(name string) bool {
	name = strings.ToLower(name)
	return strings.HasPrefix(name, "proxy-") || strings.HasPrefix(name, "sec-") || strings.HasPrefix(name, "x-forwarded-") ||
		slices.Contains([]string{
			"host", "content-length", "content-type", "content-encoding", "transfer-encoding", "connection", "keep-alive", "te", "trailer",
			"upgrade", "expect", "accept-encoding", "cookie", "origin", "referer", "forwarded",
		}, name)
}

// unknownPlaceholder is the first placeholder in a text that is none, else empty.
func unknownPlaceholder(text string) string {
	for _, h := range holders.FindAllString(text, -1) {
		if h != holdID && h != holdSecret {
			return h
		}
	}
	return ""
}

func printable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsPrint(c) })
}
