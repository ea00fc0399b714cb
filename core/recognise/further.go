package recognise

import (
	"net/url"
	"slices"
	"strings"

	"tokentray/core"
	"tokentray/core/kinds"
)

// The parts of a proxy.
const (
	proxyURL      = "url"
	proxyHost     = "host"
	proxyPort     = "port"
	proxyUser     = "user"
	proxyPassword = "password"
)

// proxyPart is the part of a proxy that a name, in the form of Words.IDs, means;
// empty: none.
func proxyPart(name string) string {
	for _, head := range []string{"https", "http", "all", "socks5", "socks"} {
		if rest, ok := strings.CutPrefix(name, head); ok {
			name = rest
			break
		}
	}
	rest, ok := strings.CutPrefix(name, "proxy")
	if !ok {
		return ""
	}
	switch rest {
	case "", "url", "uri", "server", "addr", "address":
		return proxyURL
	case "host", "ip":
		return proxyHost
	case "port":
		return proxyPort
	case "user", "username":
		return proxyUser
	case "pass", "password", "pwd":
		return proxyPassword
	}
	return ""
}

// takeFurther gives the account its base URL, its proxy and its kind's own fields.
// Placeholders are left out with a remark.
func (a *Account) takeFurther(k *kind, c Candidate) []Remark {
	var remarks []Remark
	values := slices.Clone(c.Further)
	slices.SortStableFunc(values, func(x, y Value) int { return y.Near - x.Near })
	proxy, proxyNear := map[string]string{}, -1 // of one place only
	for _, v := range values {
		text := strings.TrimSpace(v.Text)
		key, isProxy := k.Fields[v.Name], v.Field == Proxy
		switch {
		case text == "" || !isProxy && key == "":
			continue
		case c.shared && key == k.Apart.Key && v.Near < len(c.Words):
			continue // it is the owner's
		case !isProxy && key == kinds.BaseURL && !k.Anywhere && (v.Near == 0 || a.BaseURL != ""):
			continue // BASE_URL alone is the application's own
		case StandsFor(text) && !isAddress(text):
			remarks = append(remarks, Remark{RemarkPlaceholder, v.Line, v.Shown})
		case isProxy:
			if proxyNear < 0 {
				proxyNear = v.Near
			}
			if proxyNear == v.Near && proxy[v.Name] == "" {
				proxy[v.Name] = text
			}
		case key == kinds.BaseURL:
			a.BaseURL = text
			if !k.Anywhere { // else it may be a part of the URL, which the kind can complete
				a.BaseURL = address(text, "https")
			}

		case a.Params[key] == "":
			if a.Params == nil {
				a.Params = map[string]string{}
			}
			a.Params[key] = text
		}
	}
	if c.label != "" && a.Params[k.Apart.Key] == "" {
		if a.Params == nil {
			a.Params = map[string]string{}
		}
		a.Params[k.Apart.Label] = c.label
	}
	a.setProxy(proxy)
	return remarks
}

// Key is the key of the field that has a name, as the first kind has it that
// knows the name.
func (r *Recogniser) Key(name string) string {
	for _, k := range r.kinds {
		if key := k.Fields[name]; key != "" {
			return key
		}
	}
	return ""
}

// isAddress reports whether a text is a URL of a server without placeholders.
func isAddress(text string) bool {
	u, err := url.Parse(address(text, "http"))
	return err == nil && slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme) && u.Hostname() != "" && !strings.ContainsAny(u.Host+u.Path, "${}<>%@#")
}

// address is a URL that was written without its scheme.
func address(text, scheme string) string {
	if strings.Contains(text, "://") {
		return text
	}
	return scheme + "://" + text
}

// setProxy makes one proxy from its parts. Its password is kept apart.
func (a *Account) setProxy(parts map[string]string) {
	text := parts[proxyURL]
	if text == "" {
		text = parts[proxyHost]
	}
	if text == "" {
		return
	}
	u, err := url.Parse(address(text, "http"))
	if err != nil {
		return
	}
	if port := parts[proxyPort]; port != "" && u.Port() == "" {
		u.Host += ":" + port
	}
	user, password := parts[proxyUser], parts[proxyPassword]
	if u.User != nil {
		user = u.User.Username()
		if own, ok := u.User.Password(); ok {
			password = own
		}
	}
	u.User = nil
	if user != "" {
		u.User = url.User(user)
		a.ProxyPassword = core.NewSecret(password)
	}
	a.Proxy = u.String()
}
