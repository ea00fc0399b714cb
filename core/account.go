package core

import (
	"crypto/rand"
	"encoding/hex"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
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

// Account is what TokenTray keeps a token for, in one environment. It never holds a
// secret. The database, the wire and files all use these fields; clients see them
// beside the account's state. What a new field takes is said at Plain.
type Account struct {
	ID      ID      `json:"id"`
	Name    string  `json:"name" file:"list"`
	Env     Env     `json:"env" file:"list"`
	Kind    Kind    `json:"kind" file:"list"`
	Product Product `json:"product" file:"list"`
	AppID   string  `json:"appid" file:"list"`
	Params  Params  `json:"params,omitzero"`                            // the kind's own fields
	BaseURL string  `json:"base_url,omitempty" file:"list"`             // empty means the kind's own
	Proxy   string  `json:"proxy,omitempty" file:"list" form:",detail"` // http, https or socks5 URL without a password
	// CA are PEM certificates that vouch for the account's hosts in addition to
	// those that the machine trusts, for a private deployment.
	CA     string `json:"ca,omitempty" file:"list,rare"`
	Auto   bool   `json:"auto" file:"backup"`                           // renew in the background
	Pinned bool   `json:"pinned,omitempty" file:"backup" form:"switch"` // stands before the others
	// AllowLive is the owner's consent to fetch for a live account from a
	// destructive source, which kills the token that production uses.
	AllowLive bool `json:"allow_live,omitempty" file:""`
	// Watch asks upstream now and then whether it still accepts the token, to notice
	// when another program replaced it.
	Watch bool   `json:"watch,omitempty" file:"backup"`
	Note  string `json:"note,omitempty" file:"list" form:"lines,detail"`
	// Group is what a person puts together, as all accounts of a project; empty: none.
	Group string `json:"group,omitempty" file:"list,rare" form:"line"`
	// Budget is how many calls a day TokenTray may make for the token on its own; 0:
	// as many as it needs. See Keeper.
	Budget int `json:"budget,omitempty" file:"backup"`
	// CopyFormat is the format in which the token is copied when none is chosen;
	// empty means that of the settings. A format of a newer version is kept, and
	// copying falls back to that of the settings.
	CopyFormat string `json:"copy_format,omitempty" file:"backup"`
	// CopyPath is the API path in the formats url and curl when none is chosen;
	// empty means a path that every account may call.
	CopyPath string `json:"copy_path,omitempty" file:"backup"`
	// Declined is the kind that the owner declined to change to: it is not offered
	// again.
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

// CleanName trims and normalises (NFC) a name, or says what is wrong with it. It
// serves lookups, so it accepts a name that looks like a secret: an earlier version
// may have stored one, and the owner must be able to rename it. Check refuses such
// names.
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

// holdsInvisible reports whether a text holds invisible characters, with which two
// names can look the same. It allows the joiners of emoji and of scripts other than
// Latin and Greek.
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

// cleanNote removes control characters and those that change the direction of text.
// Lines and tabs stay.
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
		// A terminal or a file in another encoding sent bytes that are not UTF-8 and
		// became the replacement character: the name would be lost.
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
	for _, p := range Drawn(FormLine) {
		p.Put(&a, strings.TrimSpace(norm.NFC.String(p.Of(a))))
	}
	for _, p := range Drawn(FormLines) {
		p.Put(&a, cleanNote(p.Of(a)))
	}
	a.CopyFormat = strings.TrimSpace(a.CopyFormat)
	a.CopyPath = strings.TrimSpace(a.CopyPath)
	a.Params = cleanParams(a.Params)
	if a.Declined = Kind(strings.TrimSpace(string(a.Declined))); a.Declined == a.Kind {
		a.Declined = "" // a new kind takes back the refusal
	}
	return a
}

// cleanParams trims values and leaves out those that are empty.
func cleanParams(params Params) Params {
	fields := params.Map()
	for key, value := range fields {
		if fields[key] = strings.TrimSpace(value); fields[key] == "" {
			delete(fields, key)
		}
	}
	return ParamsOf(fields)
}

// CleanURL writes an address in one form, so that two spellings of it are one
// upstream. A text that is no URL is left for Check to refuse.
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
	return strings.TrimRight(u.String(), "/") // an empty fragment may have stood behind one
}

// Check reports what is wrong or odd with the fields that every kind has, in a
// cleaned account. Package kinds checks the others.
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
	for _, p := range Drawn(FormLines) {
		text := p.Of(a)
		if utf8.RuneCountInString(text) > MaxNote {
			add(p.Key, ProblemNoteLong, false)
		}
		if HoldsSecret(text) {
			add(p.Key, ProblemNoteSecret, true)
		}
	}
	for _, p := range Drawn(FormLine) {
		if text := p.Of(a); text != "" {
			if problem := checkNewName(text); problem != "" {
				add(p.Key, problem, false)
			}
		}
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
		u.RawQuery != "" || u.Fragment != "" || u.Opaque != "" || !validPort(u.Port()) {
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

// validPort reports whether a URL's port, empty for the scheme's own, exists.
func validPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && n > 0
}

func checkProxy(raw string) string {
	if raw == "" {
		return ""
	}
	u, err := url.Parse(raw)
	if err != nil || len(raw) > MaxURL || u.Hostname() == "" || (u.Path != "" && u.Path != "/") ||
		u.RawQuery != "" || u.Fragment != "" || !validPort(u.Port()) {
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

// PrivateAddr reports whether an address belongs to this machine or to a private
// network, a carrier's among them.
func PrivateAddr(ip netip.Addr) bool {
	ip = ip.Unmap()
	return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast() || netip.MustParsePrefix("100.64.0.0/10").Contains(ip)
}

// MaybePrivate reports whether a host, without a port, may be in a private network:
// a private address, or a name, since a name tells where it leads only when it is
// resolved.
func MaybePrivate(host string) bool {
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err != nil || PrivateAddr(ip)
}

// Reach is how far what is not encrypted may go. The zero Reach is this machine.
type Reach int

// The further ones need somebody's consent.
const (
	ReachSelf    Reach = iota
	ReachPrivate       // the addresses of private networks, too
	ReachAll
)

// Covers reports whether an address of the network that was reached is within r: a
// name server says where a name leads.
func (r Reach) Covers(reached net.Addr) bool {
	tcp, ok := reached.(*net.TCPAddr)
	switch {
	case !ok:
		return false
	case r == ReachSelf:
		return tcp.IP.IsLoopback()
	case r == ReachPrivate:
		return PrivateAddr(tcp.AddrPort().Addr())
	}
	return true
}

// Loopback reports whether host, a name or an address without a port, certainly
// means this machine.
func Loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
