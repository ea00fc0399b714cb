package core

import (
	"crypto/rand"
	"encoding/hex"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// ID identifies an account for ever; names and environments may change.
type ID string

// NewID returns a new random ID of 16 hexadecimal digits.
func NewID() ID {
	var b [8]byte
	rand.Read(b[:]) // never fails, see crypto/rand
	return ID(hex.EncodeToString(b[:]))
}

// Env is the environment an account belongs to.
type Env string

// The two environments.
const (
	Sandbox Env = "sandbox"
	Live    Env = "live"
)

// Envs lists the environments in the order they are shown.
func Envs() []Env { return []Env{Sandbox, Live} }

// Valid reports whether e is one of the two environments.
func (e Env) Valid() bool { return e == Sandbox || e == Live }

// CompareNames is the order of every list of accounts: by name, sandbox before
// live. It is negative when a in aEnv comes first.
func CompareNames(a string, aEnv Env, b string, bEnv Env) int {
	if c := strings.Compare(a, b); c != 0 {
		return c
	}
	return slices.Index(Envs(), aEnv) - slices.Index(Envs(), bEnv)
}

// Kind names a source of tokens.
type Kind string

// The kinds of this version.
const (
	KindWeChat       Kind = "wechat"        // POST /cgi-bin/stable_token
	KindWeChatLegacy Kind = "wechat-legacy" // GET /cgi-bin/token
)

// Kinds lists the kinds in the order they are offered.
func Kinds() []Kind { return []Kind{KindWeChat, KindWeChatLegacy} }

// Product is what the AppID belongs to; it picks console links and quotas.
type Product string

// The products.
const (
	ProductOfficial Product = "official" // 公众号, 服务号
	ProductTest     Product = "test"     // 测试号
	ProductMini     Product = "mini"     // 小程序, 小游戏
	ProductOther    Product = "other"
)

// Products lists the products in the order they are offered.
func Products() []Product {
	return []Product{ProductOfficial, ProductTest, ProductMini, ProductOther}
}

// Account is one AppID in one environment. It never holds a secret.
type Account struct {
	ID      ID
	Name    string
	Env     Env
	Kind    Kind
	Product Product
	AppID   string
	BaseURL string // empty means the kind's own
	Proxy   string // http, https or socks5 URL without a password
	Auto    bool   // renew in the background
	Note    string
	// AllowLive is the owner's consent to fetch for a live account from a
	// destructive source, which kills the token that production uses.
	AllowLive bool
	// CopyFormat is the format in which its token is copied when none is chosen;
	// empty means the one of the settings.
	CopyFormat string
	// CopyPath is the API path that the formats url and curl call when none is
	// chosen; empty means the one that every account may call.
	CopyPath string
}

// Ref is how people write the account: shop/live.
func (a Account) Ref() string { return a.Name + "/" + string(a.Env) }

// SameUpstream reports whether fetching with b rather than a would ask another
// upstream or by another way, so that what was learned about a no longer holds.
func (a Account) SameUpstream(b Account) bool {
	return a.sameTokens(b) && a.Proxy == b.Proxy
}

// sameTokens reports whether a and b share their tokens at upstream.
func (a Account) sameTokens(b Account) bool {
	return a.Kind == b.Kind && a.AppID == b.AppID && a.BaseURL == b.BaseURL
}

// Limits of what a person may enter.
const (
	MaxName  = 200  // characters
	MaxAppID = 128  // bytes
	MaxNote  = 2000 // characters
	MaxURL   = 2000 // bytes
	MaxKey   = 512  // bytes, of a secret
)

// Problem is something wrong, or merely odd, with one field that a person
// filled in. Key names the sentence in ui/text, Field the input.
type Problem struct {
	Field string `json:"field"` // name, env, kind, product, appid, secret, base_url, proxy, note, copy_format
	Key   string `json:"key"`
	Warn  bool   `json:"warn,omitempty"` // odd, but allowed
}

// Problems is what Check found. As an error it speaks of the first that is not
// merely a warning.
type Problems []Problem

// Fatal returns those that forbid saving.
func (p Problems) Fatal() Problems {
	var out Problems
	for _, x := range p {
		if !x.Warn {
			out = append(out, x)
		}
	}
	return out
}

func (p Problems) Error() string {
	for _, x := range p {
		if !x.Warn {
			return x.Field + ": " + problemText(x.Key)
		}
	}
	return "the account is fine"
}

// Keys of problems. ui/text has a sentence for each, in both languages.
const (
	ProblemNameEmpty    = "name_empty"
	ProblemNameLong     = "name_long"
	ProblemNameChars    = "name_chars"
	ProblemNameSecret   = "name_secret" // it holds what looks like an AppSecret
	ProblemEnv          = "env_unknown"
	ProblemKind         = "kind_unknown"
	ProblemProduct      = "product_unknown"
	ProblemAppIDEmpty   = "appid_empty"
	ProblemAppIDGH      = "appid_gh"
	ProblemAppIDChars   = "appid_chars"
	ProblemAppIDOdd     = "appid_odd" // a warning
	ProblemAppIDSecret  = "appid_secret"
	ProblemSecretEmpty  = "secret_empty"
	ProblemSecretChars  = "secret_chars"
	ProblemSecretLong   = "secret_long"
	ProblemSecretTrim   = "secret_trimmed" // a warning
	ProblemSecretOdd    = "secret_odd"     // a warning
	ProblemBaseURL      = "base_url_bad"
	ProblemBaseURLHTTPS = "base_url_https"
	ProblemProxy        = "proxy_bad"
	ProblemProxySecret  = "proxy_password"
	ProblemNoteLong     = "note_long"
	ProblemNoteSecret   = "note_secret" // a warning
	ProblemFormat       = "format_unknown"
	ProblemPath         = "path_bad"
	ProblemNameTaken    = "name_taken"  // by another account of that environment
	ProblemAppIDTwice   = "appid_twice" // another account asks for the same token
)

func problemText(key string) string {
	switch key {
	case ProblemNameEmpty:
		return "is empty; give the account a name of 1 to 200 characters"
	case ProblemNameLong:
		return "is longer than 200 characters; shorten it"
	case ProblemNameChars:
		return "must not be . or .. nor hold a slash or a control character; remove it"
	case ProblemNameSecret:
		return "holds what looks like an AppSecret, and names are shown everywhere; choose another"
	case ProblemEnv:
		return "must be sandbox or live"
	case ProblemKind:
		return "must be wechat or wechat-legacy"
	case ProblemProduct:
		return "must be official, test, mini or other"
	case ProblemAppIDEmpty:
		return "is empty; copy the AppID from the WeChat console"
	case ProblemAppIDGH:
		return "starts with gh_, which is the original ID; the AppID starts with wx"
	case ProblemAppIDSecret:
		return "looks like an AppSecret; enter that by itself and copy the AppID from the WeChat console"
	case ProblemAppIDChars:
		return "holds blanks or control characters, or is too long; copy the AppID again"
	case ProblemSecretEmpty:
		return "is empty; copy the AppSecret from the WeChat console"
	case ProblemSecretChars:
		return "holds blanks or control characters inside; copy the AppSecret again"
	case ProblemSecretLong:
		return "is longer than 512 bytes; copy the AppSecret again"
	case ProblemBaseURL:
		return "is not a URL of the form https://host[/path]; correct or remove it"
	case ProblemBaseURLHTTPS:
		return "must begin with https:// unless the host is this machine"
	case ProblemProxy:
		return "must look like http://host:port, https://host:port or socks5://host:port"
	case ProblemProxySecret:
		return "must not hold the password; enter that by itself"
	case ProblemNoteLong:
		return "is longer than 2000 characters; shorten it"
	case ProblemNoteSecret:
		return "holds what looks like an AppSecret, and notes are stored and shown in clear; remove it"
	case ProblemFormat:
		return "must be one of " + strings.Join(Formats(), ", ") + ", or empty for the one of the settings"
	case ProblemPath:
		return "must be like /cgi-bin/get_api_domain_ip, without host, access_token and #; correct or remove it"
	case ProblemNameTaken:
		return "is taken in that environment; choose another or edit that account"
	case ProblemAppIDTwice:
		return "is another account's too, and both would ask for the same token; use that account"
	}
	if said := keyProblem(key); said != "" {
		return said
	}
	if said := pushProblem(key); said != "" {
		return said
	}
	return key
}

var (
	appIDPattern  = regexp.MustCompile(`^wx[0-9a-f]{16}$`) // wechat-facts 7.4: all samples, not promised
	secretPattern = regexp.MustCompile(`^[0-9a-f]{32}$`)
	secretInside  = regexp.MustCompile(`[0-9A-Fa-f]{32}`)
)

// HoldsSecret reports whether a text that is shown and stored in clear, such as a
// name, holds what looks like an AppSecret: 32 hexadecimal digits.
func HoldsSecret(text string) bool { return secretInside.MatchString(text) }

// LooksSecret reports whether a text as a whole looks like an AppSecret.
func LooksSecret(text string) bool { return secretPattern.MatchString(strings.TrimSpace(text)) }

// CleanName trims and normalises (NFC) a name, or says what is wrong with it. It
// is for finding what has that name: a name that looks like a secret passes, so
// that one given by an earlier version can be renamed. Check refuses it.
func CleanName(name string) (string, error) {
	clean := strings.TrimSpace(norm.NFC.String(name))
	if p := checkName(clean); p != "" {
		return "", Problems{{Field: "name", Key: p}}
	}
	return clean, nil
}

// checkNewName is checkName, and refuses what looks like a secret.
func checkNewName(name string) string {
	if p := checkName(name); p != "" || !HoldsSecret(name) {
		return p
	}
	return ProblemNameSecret
}

func checkName(name string) string {
	switch {
	case name == "":
		return ProblemNameEmpty
	case utf8.RuneCountInString(name) > MaxName:
		return ProblemNameLong
	case name == "." || name == ".." || !utf8.ValidString(name):
		return ProblemNameChars
	}
	for _, r := range name {
		// The replacement character stands where a terminal or a file of another
		// encoding sent what is no UTF-8: the name would be lost.
		if r == '/' || r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			return ProblemNameChars
		}
	}
	return ""
}

// Clean trims and normalises what a person entered. It is idempotent.
func (a Account) Clean() Account {
	a.Name = strings.TrimSpace(norm.NFC.String(a.Name))
	a.AppID = strings.TrimSpace(a.AppID)
	a.BaseURL = cleanURL(strings.TrimRight(strings.TrimSpace(a.BaseURL), "/"))
	a.Proxy = strings.TrimSpace(a.Proxy)
	a.Note = strings.TrimSpace(a.Note)
	a.CopyFormat = strings.TrimSpace(a.CopyFormat)
	a.CopyPath = strings.TrimSpace(a.CopyPath)
	if a.Product == "" {
		a.Product = ProductOfficial
	}
	return a
}

// cleanURL writes one address one way: two spellings of it must not make two
// upstreams. What is no URL stays for Check to refuse.
func cleanURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return raw
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	if port := u.Port(); u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		u.Host = strings.TrimSuffix(u.Host, ":"+port)
	}
	return u.String()
}

// Check reports what is wrong or odd with a cleaned account.
func (a Account) Check() Problems {
	var out Problems
	add := func(field, key string, warn bool) { out = append(out, Problem{field, key, warn}) }
	if p := checkNewName(a.Name); p != "" {
		add("name", p, false)
	}
	if !a.Env.Valid() {
		add("env", ProblemEnv, false)
	}
	if a.Kind != KindWeChat && a.Kind != KindWeChatLegacy {
		add("kind", ProblemKind, false)
	}
	switch a.Product {
	case ProductOfficial, ProductTest, ProductMini, ProductOther:
	default:
		add("product", ProblemProduct, false)
	}
	switch {
	case a.AppID == "":
		add("appid", ProblemAppIDEmpty, false)
	case strings.HasPrefix(a.AppID, "gh_"):
		add("appid", ProblemAppIDGH, false)
	case len(a.AppID) > MaxAppID || !printable(a.AppID):
		add("appid", ProblemAppIDChars, false)
	case secretPattern.MatchString(a.AppID):
		add("appid", ProblemAppIDSecret, false)
	case !appIDPattern.MatchString(a.AppID):
		add("appid", ProblemAppIDOdd, true)
	}
	if p := checkBaseURL(a.BaseURL); p != "" {
		add("base_url", p, false)
	}
	if p := checkProxy(a.Proxy); p != "" {
		add("proxy", p, false)
	}
	if utf8.RuneCountInString(a.Note) > MaxNote {
		add("note", ProblemNoteLong, false)
	}
	if HoldsSecret(a.Note) {
		add("note", ProblemNoteSecret, true)
	}
	if a.CopyFormat != "" && !ValidFormat(a.CopyFormat) {
		add("copy_format", ProblemFormat, false)
	}
	if len(a.CopyPath) > MaxURL {
		add("copy_path", ProblemPath, false)
	}
	return out
}

// CheckChange is Check for an account that was was before. A name or an AppID that
// looks like a secret is only warned about where it stays as it was: an earlier
// version took it, and every other field can still be changed.
func (a Account) CheckChange(was Account) Problems {
	found := a.Check()
	for i, p := range found {
		if p.Key == ProblemNameSecret && a.Name == was.Name || p.Key == ProblemAppIDSecret && a.AppID == was.AppID {
			found[i].Warn = true
		}
	}
	return found
}

// CleanSecret trims a pasted AppSecret and reports what is wrong or odd with it.
func CleanSecret(s Secret) (Secret, Problems) {
	clean := strings.TrimSpace(s.value)
	var out Problems
	add := func(key string, warn bool) { out = append(out, Problem{"secret", key, warn}) }
	switch {
	case clean == "":
		add(ProblemSecretEmpty, false)
	case len(clean) > MaxKey:
		add(ProblemSecretLong, false)
	case !printable(clean):
		add(ProblemSecretChars, false)
	default:
		if clean != s.value {
			add(ProblemSecretTrim, true)
		}
		if !secretPattern.MatchString(clean) {
			add(ProblemSecretOdd, true)
		}
	}
	return Secret{clean}, out
}

// printable reports whether s holds only visible ASCII characters.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

func checkBaseURL(raw string) string {
	if raw == "" {
		return ""
	}
	u, err := url.Parse(raw)
	if err != nil || len(raw) > MaxURL || u.Hostname() == "" || u.User != nil ||
		u.RawQuery != "" || u.Fragment != "" || u.Opaque != "" {
		return ProblemBaseURL
	}
	switch u.Scheme {
	case "https":
		return ""
	case "http":
		if Loopback(u.Hostname()) {
			return ""
		}
		return ProblemBaseURLHTTPS
	}
	return ProblemBaseURL
}

func checkProxy(raw string) string {
	if raw == "" {
		return ""
	}
	u, err := url.Parse(raw)
	if err != nil || len(raw) > MaxURL || u.Hostname() == "" || (u.Path != "" && u.Path != "/") ||
		u.RawQuery != "" || u.Fragment != "" {
		return ProblemProxy
	}
	if _, has := u.User.Password(); has {
		return ProblemProxySecret
	}
	switch u.Scheme {
	case "http", "https", "socks5", "socks5h":
		return ""
	}
	return ProblemProxy
}

// Loopback reports whether host, a name or an address without a port, is this
// machine for certain.
func Loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
