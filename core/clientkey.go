package core

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ClientKey is what one program on this machine may do at the loopback door. The key
// itself is shown once, when it is made; only its hash is kept.
type ClientKey struct {
	Name     string
	Hash     KeyHash
	Accounts []string // names of accounts; empty means every account
	Envs     []Env    // live only if listed
	Origins  []string // of web pages that may call with it, as browsers send them
	Hosts    []string // host:port that Host may hold in addition to the loopback's own names
	CallRights
	Created  time.Time
	LastUsed time.Time // zero: never
}

// KeyHash is the SHA-256 of a client key. The key has 256 random bits, so the
// hash needs neither salt nor stretching: there is nothing to guess.
type KeyHash [sha256.Size]byte

// Limits of client keys.
const (
	MaxClientKeys  = 200 // in a home
	MaxKeyAccounts = 200
	MaxKeyOrigins  = 20
	MaxKeyHosts    = 20
)

// keyPrefix marks a client key, for people and for scanners that look for leaked
// keys.
const keyPrefix = "ttk_"

// ChildKeyPrefix begins the key of a command that tokentray exec runs.
const ChildKeyPrefix = keyPrefix + "exec_"

// DefaultLoopbackPort is where the loopback door listens by default.
const DefaultLoopbackPort = 17278

// NewClientSecret draws a key and returns it with its hash.
func NewClientSecret() (Secret, KeyHash) {
	var b [32]byte
	rand.Read(b[:]) // never fails, see crypto/rand
	key := keyPrefix + base64.RawURLEncoding.EncodeToString(b[:])
	return NewSecret(key), HashKey(key)
}

// HashKey is the hash under which a presented key would be kept.
func HashKey(key string) KeyHash { return sha256.Sum256([]byte(key)) }

// Permits reports whether the key may be used for an account. It does not tell
// whether there is one.
func (k ClientKey) Permits(name string, env Env) bool {
	return slices.Contains(k.Envs, env) && (len(k.Accounts) == 0 || slices.Contains(k.Accounts, name))
}

// AllowsOrigin reports whether pages of the origin may call with the key. No key
// allows the opaque origin, null.
func (k ClientKey) AllowsOrigin(origin string) bool { return slices.Contains(k.Origins, origin) }

// NamesHost reports whether the key lists the value of a Host header. Case is
// ignored; everything else must be equal.
func (k ClientKey) NamesHost(host string) bool {
	return len(k.Hosts) > 0 && slices.Contains(k.Hosts, strings.ToLower(host))
}

// hostForm is a name or address with a port, as in host.docker.internal:17278 and
// [fd00::1]:17278.
var hostForm = regexp.MustCompile(`^([a-z0-9]([a-z0-9_.-]*[a-z0-9])?|\[[0-9a-f:.]+\]):([1-9][0-9]{0,4})$`)

// CleanHost writes a Host header's value as it is compared: in lower case, and with its
// port.
func CleanHost(raw string) (string, bool) {
	host := strings.ToLower(strings.TrimSpace(raw))
	if len(host) > 255+6 || !hostForm.MatchString(host) {
		return "", false
	}
	port, err := strconv.Atoi(host[strings.LastIndexByte(host, ':')+1:])
	return host, err == nil && ValidPort(port)
}

// Keys of problems with a client key. ui/text has a sentence for each.
const (
	ProblemKeyTaken   = "key_taken"
	ProblemKeyMany    = "key_many"
	ProblemKeyAccount = "key_accounts"
	ProblemKeyOrigin  = "key_origin"
	ProblemKeyHost    = "key_host"
	ProblemPort       = "port_bad"
	ProblemAddress    = "address_bad"

	ProblemKeyCalls       = "key_calls"
	ProblemKeyCallsOrigin = "key_calls_origin"
	ProblemKeyNoCalls     = "key_no_calls"
	ProblemKeyRate        = "key_rate"
)

// Clean normalises what a person entered for a new key and reports what is
// wrong with it. No environment means the sandbox.
func (k ClientKey) Clean() (ClientKey, Problems) {
	var out Problems
	add := func(field, key string) { out = append(out, Problem{Field: field, Key: key}) }
	name := strings.TrimSpace(k.Name)
	if clean, err := CleanName(name); err == nil {
		k.Name, name = clean, clean
	}
	if p := checkNewName(name); p != "" {
		add("name", p)
	}
	var accounts []string
	for _, a := range k.Accounts {
		clean, err := CleanName(a)
		if err != nil {
			add("account", ProblemKeyAccount)
			break
		}
		accounts = append(accounts, clean)
	}
	if len(accounts) > MaxKeyAccounts {
		add("account", ProblemKeyAccount)
	}
	k.Accounts = distinct(accounts)
	if len(k.Envs) == 0 {
		k.Envs = []Env{Sandbox}
	}
	for _, e := range k.Envs {
		if !e.Valid() {
			add("env", ProblemEnv)
			break
		}
	}
	k.Envs = distinct(k.Envs)
	var ok bool
	if k.Origins, ok = cleanAll(k.Origins, cleanOrigin, MaxKeyOrigins); !ok {
		add("origin", ProblemKeyOrigin)
	}
	if k.Hosts, ok = cleanAll(k.Hosts, CleanHost, MaxKeyHosts); !ok {
		add("host", ProblemKeyHost)
	}
	k.CallRights = k.CallRights.clean(len(k.Origins) > 0, add)
	return k, out
}

// cleanAll cleans a list up to its first bad part and drops repetitions. ok is false
// when a part is bad or there are more than most.
func cleanAll(list []string, clean func(string) (string, bool), most int) (out []string, ok bool) {
	ok = true
	for _, text := range list {
		var good bool
		if text, good = clean(text); !good {
			ok = false
			break
		}
		out = append(out, text)
	}
	return distinct(out), ok && len(out) <= most
}

// distinct drops repetitions and keeps the order.
func distinct[T comparable](in []T) []T {
	var out []T
	for _, v := range in {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// cleanOrigin writes an origin as browsers do in their Origin header (RFC 6454
// section 6.2): scheme and host in lower case, the port unless it is the
// scheme's own, nothing else.
func cleanOrigin(raw string) (string, bool) {
	raw = strings.TrimSpace(raw)
	u, err := url.Parse(raw)
	if err != nil || len(raw) > MaxURL || !printable(raw) || strings.Contains(raw, "%") || u.Scheme == "" || u.Hostname() == "" || u.User != nil ||
		u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.Opaque != "" {
		return "", false
	}
	host := strings.ToLower(u.Host)
	for scheme, port := range map[string]string{"http": ":80", "https": ":443"} {
		if u.Scheme == scheme {
			host = strings.TrimSuffix(host, port)
		}
	}
	return u.Scheme + "://" + host, !strings.HasSuffix(host, ":")
}

// CleanAddress parses the further address at which the loopback door may listen. It
// refuses addresses that mean many hosts, only this machine or none, and addresses
// written in the form of another family.
func CleanAddress(raw string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(strings.TrimSpace(raw))
	if err != nil || a.Is4In6() || a.Zone() != "" || a.IsUnspecified() || a.IsLoopback() || a.IsMulticast() || a.IsLinkLocalUnicast() || a == netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
		return netip.Addr{}, false
	}
	return a, true
}

// ValidPort reports whether the loopback door can be told to listen on port.
func ValidPort(port int) bool { return port > 0 && port < 1<<16 }

// keyProblem is the sentence for a problem with a client key or the port.
func keyProblem(key string) string {
	switch key {
	case ProblemKeyTaken:
		return "is another client key's; choose another or revoke that key first"
	case ProblemKeyMany:
		return "cannot be kept: " + SaysManyKeys
	case ProblemKeyAccount:
		return "must be names of accounts, without an environment, at most 200"
	case ProblemKeyOrigin:
		return "must look like https://host or http://localhost:3000, at most 20"
	case ProblemKeyHost:
		return "must look like host.docker.internal:17278, a name with its port and no *, at most 20"
	case ProblemKeyCalls:
		return "must look like GET /path/of/call, where * stands for any method or part of a path, or be reads; at most 100"
	case ProblemKeyCallsOrigin:
		return "excludes --origin, for no page in a browser makes calls; make two keys"
	case ProblemKeyNoCalls:
		return "needs --calls, which says what the key may call"
	case ProblemKeyRate:
		return "must be a number from 1 to 1000"
	case ProblemPort:
		return "must be a number from 1 to 65535"
	case ProblemAddress:
		return "must be one address of this machine, as 172.17.0.1: not 0.0.0.0 or ::, not the loopback, not ::ffff:a.b.c.d"
	}
	return ""
}
