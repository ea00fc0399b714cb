package layout

import (
	"crypto/md5" // the SDKs name keys by it; it protects nothing
	"encoding/hex"
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Name is what a key is made from.
type Name struct {
	// Prefix replaces the layout's own; nil: it is the layout's.
	Prefix    *string
	AppID     string
	Agent     string
	Component string
	Secret    string // empty: unknown
	Digest    string // of a key that was found, or how it begins
	Stable    bool
	Own       string // the whole key, for layouts without one of their own
}

// Errors of keys.
var (
	ErrNeedsSecret = errors.New("the name of the key holds the AppSecret; enter it, or have the key searched")
	ErrNeedsKey    = errors.New("the layout has no key of its own; enter the key")
	ErrNeedsID     = errors.New("the name of the key holds the AppID; enter it")
)

// Key is the key of an app.
func (l Layout) Key(n Name) (string, error) {
	switch {
	case n.Own != "":
		return n.Own, nil
	case l.Own():
		return "", ErrNeedsKey
	case n.AppID == "" && strings.Contains(l.Template+l.Digest, "{appid}") && n.Digest == "":
		return "", ErrNeedsID
	case n.Component == "" && strings.Contains(l.Template, "{component}"):
		return "", ErrNeedsID
	case n.Secret == "" && l.HoldsSecret() && (n.Digest == "" || l.Digest == ""):
		return "", ErrNeedsSecret
	}
	return l.prefix(n) + l.fill(l.Template, n), nil
}

// ExpiryKey is the key with the time of expiry, empty where there is none.
func (l Layout) ExpiryKey(n Name) string {
	if l.Expiry == "" {
		return ""
	}
	return l.prefix(n) + l.fill(l.Expiry, n)
}

// LockKey is the key that the SDK holds while it fetches, empty where there is none.
func (l Layout) LockKey(n Name) string {
	if l.Lock == "" {
		return ""
	}
	return l.prefix(n) + l.fill(l.Lock, n)
}

// HashOf splits the key of a bag in a hash: the hash is all before the last colon, and
// the field is the rest. If the key has another form, the field is empty.
func (l Layout) HashOf(key string) (hash, field string) {
	if at := strings.LastIndexByte(key, ':'); l.Form == BagInHash && at >= 0 {
		return key[:at], key[at+1:]
	}
	return key, ""
}

// Bags is the hash that holds the bags of the apps of a layout; empty of another form.
func (l Layout) Bags(n Name) string {
	if at := strings.LastIndexByte(l.Template, ':'); l.Form == BagInHash && at >= 0 {
		return l.prefix(n) + l.Template[:at]
	}
	return ""
}

// HoldsBags reports whether the name of a key is that of a hash of bags.
func HoldsBags(key string) bool {
	return len(key) <= 1024 && slices.ContainsFunc(All(), func(l Layout) bool {
		hash := l.Bags(Name{Prefix: new(string)})
		return hash != "" && strings.HasSuffix(key, hash)
	})
}

// HoldsSecret reports whether the name of the key holds a secret, or a digest of it.
func (l Layout) HoldsSecret() bool { return strings.Contains(l.Template+l.Digest, "{secret") }

// HoldsAgent reports whether the name of the key can hold the number of an agent.
func (l Layout) HoldsAgent() bool { return strings.Contains(l.Template, "{agent}") }

// NeedsDigest reports whether the key does not tell the app.
func (l Layout) NeedsDigest() bool { return l.Digest != "" }

func (l Layout) prefix(n Name) string {
	if n.Prefix != nil {
		return *n.Prefix
	}
	return l.Prefix
}

// fill puts the values of a name into a template.
func (l Layout) fill(template string, n Name) string {
	template = optional(template, n.Agent != "")
	digest, stable := n.Digest, "0"
	if digest == "" && l.Digest != "" && template != l.Digest {
		sum := md5.Sum([]byte(l.fill(l.Digest, n)))
		digest = hex.EncodeToString(sum[:])
	}
	if n.Stable {
		stable = "1"
	}
	return strings.NewReplacer(
		"{appid}", n.AppID, "{agent}", n.Agent, "{component}", n.Component, "{secret}", n.Secret,
		"{secret10}", n.Secret[:min(len(n.Secret), 10)], "{stable}", stable, "{digest}", digest,
	).Replace(template)
}

// optional keeps the parts in brackets, with or without the brackets, or drops them.
// A digest's template has none.
func optional(template string, in bool) string {
	before, rest, ok := strings.Cut(template, "[")
	middle, after, closed := strings.Cut(rest, "]")
	switch {
	case !ok || !closed:
		return template
	case in:
		return before + middle + after
	}
	return before + after
}

// Pattern finds the key of an app, for SCAN's MATCH, when its secret is unknown.
func (l Layout) Pattern(n Name) string {
	if l.Own() {
		return escape(n.Own)
	}
	template := optional(l.Template, n.Agent != "")
	digest := "*"
	if n.Digest != "" {
		digest = escape(n.Digest) + strings.Repeat("?", max(0, 32-len(n.Digest)))
	}
	return escape(l.prefix(n)) + strings.NewReplacer(
		"{appid}", escape(n.AppID), "{agent}", escape(n.Agent), "{component}", escape(n.Component),
		"{secret10}", "??????????", "{secret}", "*", "{stable}", "[01]", "{digest}", digest,
	).Replace(template)
}

// escape takes the meaning from the signs of a pattern.
func escape(s string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `]`, `\]`).Replace(s)
}

// patterns are the expressions that recognise keys, in the order of All. They are
// made when the first key must be recognised.
var patterns = sync.OnceValue(func() []*regexp.Regexp {
	var out []*regexp.Regexp
	for _, l := range All() {
		if l.Own() || !strings.Contains(l.Template, "{") {
			out = append(out, nil)
			continue
		}
		quoted := regexp.QuoteMeta(l.Template)
		quoted = strings.NewReplacer(
			`\[_\{agent\}\]`, `(?:_(?P<agent>[0-9]{1,12}))?`, `\[:\{agent\}\]`, `(?::(?P<agent>[0-9]{1,12}))?`, `\[\{agent\}:\]`, `(?:(?P<agent>[A-Za-z0-9_-]{1,64}):)?`,
			`\{appid\}`, `(?P<appid>(?:w[a-z]|dk|tj)[A-Za-z0-9-]{2,62})`, `\{component\}`, `(?P<component>w[a-z][A-Za-z0-9-]{2,62})`,
			`\{secret10\}`, `(?P<secret>[^:.@]{10})`, `\{secret\}`, `(?P<secret>[^:.@]{1,512})`,
			`\{stable\}`, `(?P<stable>[01])`, `\{digest\}`, `(?P<digest>[0-9a-f]{32})`,
		).Replace(quoted)
		out = append(out, regexp.MustCompile(`^(?P<prefix>.{0,200}?)`+quoted+`$`))
	}
	return out
})

// Found is a key that was recognised.
type Found struct {
	Layout Layout
	Name   Name
	// Sure: the prefix is the SDK's default, so that another layout is unlikely.
	Sure bool
}

// Match recognises a key. Several layouts can have the same key, such as WxJava with
// and without Redisson: the type and the value decide between these.
func Match(key string) []Found {
	if len(key) > 1024 {
		return nil
	}
	var out []Found
	for i, l := range All() {
		expr := patterns()[i]
		if expr == nil {
			if l.Template != "" && strings.HasSuffix(key, l.Template) {
				prefix := strings.TrimSuffix(key, l.Template)
				out = append(out, Found{l, Name{Prefix: &prefix}, prefix == l.Prefix})
			}
			continue
		}
		m := expr.FindStringSubmatch(key)
		if m == nil {
			continue
		}
		n := Name{}
		for at, part := range expr.SubexpNames() {
			switch part {
			case "prefix":
				n.Prefix = &m[at]
			case "appid":
				n.AppID = m[at]
			case "agent":
				n.Agent = m[at]
			case "component":
				n.Component = m[at]
			case "secret":
				n.Secret = m[at]
			case "digest":
				n.Digest = m[at]
			case "stable":
				n.Stable = m[at] == "1"
			}
		}
		out = append(out, Found{l, n, *n.Prefix == l.Prefix})
	}
	return out
}

// Hidden replaces secrets in what people read.
const Hidden = "•••"

// Shown is an app's key for people: without secrets, and with only the beginning of
// a digest.
func (l Layout) Shown(n Name) string {
	if n.Own != "" || l.Own() {
		return ShownKey(n.Own)
	}
	switch {
	case l.Digest != "" && n.Digest == "" && n.Secret == "":
		n.Digest = Hidden
	case l.Digest != "":
		if n.Digest == "" {
			n.Digest = l.fill("{digest}", n)
		}
		n.Digest = n.Digest[:min(len(n.Digest), 4)] + "…"
	}
	n.Secret = Hidden
	return ShownKey(l.prefix(n)) + l.fill(l.Template, n)
}

// longRun is a run of letters and digits that may be a secret.
var longRun = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[A-Za-z0-9+/=-]{20,}`) })

// ShownKey is an unknown key for people: long runs of letters and digits are cut to
// their first four.
func ShownKey(key string) string {
	if len(key) > 200 {
		key = key[:200] + "…"
	}
	key = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(key, "?"))
	return longRun().ReplaceAllStringFunc(key, func(run string) string { return run[:4] + "…" })
}
