package core

import (
	"crypto/rand"
	"encoding/hex"
	"net"
	"net/netip"
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

// Kind names a kind of token. Package kinds says what each is.
type Kind string

// Product is what an account belongs to at its upstream; the kind says which
// there are.
type Product string

// Account is what TokenTray keeps a token for, in one environment. It never holds
// a secret. It is the one shape of an account: the database, the wire and files
// have these fields, and clients see them beside its state.
type Account struct {
	ID      ID      `json:"id"`
	Name    string  `json:"name" file:"list"`
	Env     Env     `json:"env" file:"list"`
	Kind    Kind    `json:"kind" file:"list"`
	Product Product `json:"product" file:"list"`
	AppID   string  `json:"appid" file:"list"`
	// Params are the fields of the kind's own, by key. Nobody changes a map that
	// an account has: whoever edits it makes another.
	Params  map[string]string `json:"params,omitempty"`
	BaseURL string            `json:"base_url,omitempty" file:"list"` // empty means the kind's own
	Proxy   string            `json:"proxy,omitempty" file:"list"`    // http, https or socks5 URL without a password
	// CA are certificates in PEM that vouch for the hosts of its URLs, beside those
	// that the machine trusts: a private deployment has its own.
	CA   string `json:"ca,omitempty" file:"list,rare"`
	Auto bool   `json:"auto" file:"backup"` // renew in the background
	Note string `json:"note,omitempty" file:"list"`
	// AllowLive is the owner's consent to fetch for a live account from a
	// destructive source, which kills the token that production uses.
	AllowLive bool `json:"allow_live,omitempty"`
	// Watch has upstream asked now and then whether it still accepts the token, so that
	// one that others replaced is noticed.
	Watch bool `json:"watch,omitempty" file:"backup"`
	// Budget is how many calls a day may be made for its token without a person asking
	// for them; 0: as many as are needed. See Keeper.
	Budget int `json:"budget,omitempty" file:"backup"`
	// CopyFormat is the format in which its token is copied when none is chosen;
	// empty means the one of the settings. A format of a newer version is kept,
	// and copying falls back to the settings.
	CopyFormat string `json:"copy_format,omitempty" file:"backup"`
	// CopyPath is the API path that the formats url and curl call when none is
	// chosen; empty means the one that every account may call.
	CopyPath string `json:"copy_path,omitempty" file:"backup"`
	// Declined is the kind that its owner does not want it changed to: it is not
	// offered again.
	Declined Kind `json:"declined,omitempty" file:"backup"`
}

// Ref is how people write the account: shop/live.
func (a Account) Ref() string { return a.Name + "/" + string(a.Env) }

// Limits of what a person may enter.
const (
	MaxName  = 200  // characters
	MaxParam = 2000 // bytes, of a field of the kind's own
	MaxNote  = 2000 // characters
	MaxURL   = 2000 // bytes
	MaxKey   = 512  // bytes, of a secret

	MaxBudget = 1_000_000 // calls a day
)

var secretInside = regexp.MustCompile(`[0-9A-Fa-f]{32}`)

// HoldsSecret reports whether a text that is shown and stored in clear, such as a
// name, holds what looks like an AppSecret: 32 hexadecimal digits.
func HoldsSecret(text string) bool { return secretInside.MatchString(text) }

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

// checkNewName is checkName, and refuses what looks like a secret or like another
// name.
func checkNewName(name string) string {
	switch p := checkName(name); {
	case p != "":
		return p
	case HoldsSecret(name):
		return ProblemNameSecret
	case holdsInvisible(name):
		return ProblemNameChars
	}
	return ""
}

// holdsInvisible reports whether a text holds characters that nobody sees: with
// them two names look the same. The joiners of emoji and of scripts beyond Latin
// and Greek are none of them.
func holdsInvisible(text string) bool {
	const firstJoined = 0x600
	runes := []rune(text)
	for i, r := range runes {
		joiner := r == '\u200c' || r == '\u200d'
		switch {
		case joiner && i > 0 && i < len(runes)-1 && runes[i-1] >= firstJoined && runes[i+1] >= firstJoined:
		case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r):
			return true
		}
	}
	return false
}

// cleanNote takes out of a note what terminals obey and what turns the order of
// a text around. Lines and tabs stay.
func cleanNote(note string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			return -1
		}
		return r
	}, note))
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

// Clean trims and normalises what a person entered. It is idempotent. What a
// kind adds to it is in package kinds.
func (a Account) Clean() Account {
	a.Name = strings.TrimSpace(norm.NFC.String(a.Name))
	a.AppID = strings.TrimSpace(a.AppID)
	a.BaseURL = CleanURL(a.BaseURL)
	a.Proxy = strings.TrimSpace(a.Proxy)
	a.CA = CleanCA(a.CA)
	a.Note = cleanNote(a.Note)
	a.CopyFormat = strings.TrimSpace(a.CopyFormat)
	a.CopyPath = strings.TrimSpace(a.CopyPath)
	a.Params = cleanParams(a.Params)
	if a.Declined = Kind(strings.TrimSpace(string(a.Declined))); a.Declined == a.Kind {
		a.Declined = "" // whoever changes to it has changed their mind
	}
	return a
}

// cleanParams trims values and leaves out those that are empty.
func cleanParams(params map[string]string) map[string]string {
	var out map[string]string
	for key, value := range params {
		if value = strings.TrimSpace(value); value == "" {
			continue
		}
		if out == nil {
			out = map[string]string{}
		}
		out[key] = value
	}
	return out
}

// CleanURL writes one address one way: two spellings of it must not make two
// upstreams. What is no URL stays for Check to refuse.
func CleanURL(raw string) string {
	raw = strings.TrimRight(strings.TrimSpace(raw), "/")
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

// Check reports what is wrong or odd with the fields of a cleaned account that
// every kind has. What a kind has in addition is checked by package kinds.
func (a Account) Check() Problems {
	var out Problems
	add := func(field, key string, warn bool) { out = append(out, Problem{Field: field, Key: key, Warn: warn}) }
	if p := checkNewName(a.Name); p != "" {
		add("name", p, false)
	}
	if !a.Env.Valid() {
		add("env", ProblemEnv, false)
	}
	if p := CheckURL(a.BaseURL); p != "" {
		add("base_url", "base_url_"+p, false)
	}
	if p := checkProxy(a.Proxy); p != "" {
		add("proxy", p, false)
	}
	if p := checkCA(a.CA); p != "" {
		add("ca", p, false)
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
	if a.Budget < 0 || a.Budget > MaxBudget {
		add("budget", ProblemBudget, false)
	}
	if len(a.CopyPath) > MaxURL {
		add("copy_path", ProblemPath, false)
	}
	return out
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

// CheckURL says what is wrong with the URL of a service: "bad" when it is none,
// "https" when it is not encrypted and goes to another machine, "" when it is
// fine or empty.
func CheckURL(raw string) string {
	if raw == "" {
		return ""
	}
	u, err := url.Parse(raw)
	if err != nil || len(raw) > MaxURL || u.Hostname() == "" || u.User != nil ||
		u.RawQuery != "" || u.Fragment != "" || u.Opaque != "" {
		return "bad"
	}
	switch u.Scheme {
	case "https":
		return ""
	case "http":
		if Loopback(u.Hostname()) {
			return ""
		}
		return "https"
	}
	return "bad"
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

// PrivateAddr reports whether an address is of this machine or of a private network,
// that of a carrier among them.
func PrivateAddr(ip netip.Addr) bool {
	ip = ip.Unmap()
	return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast() || netip.MustParsePrefix("100.64.0.0/10").Contains(ip)
}

// MaybePrivate reports whether a host, without a port, may be in a private network:
// a private address, or a name, of which the connection tells where it leads.
func MaybePrivate(host string) bool {
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err != nil || PrivateAddr(ip)
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
