package agent

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"

	"tokentray/core"
)

// entry is what the vault keeps of an account: its secrets, the destinations that
// they were entered for, and enough to make the account again if the database is
// lost. The destination is stored beside the secret and nowhere else. So no edit, no
// file, and no old or foreign database can send the secret to another host: see
// core.Destination. Entries of earlier versions hold only the secrets.
type entry struct {
	Secret        string `json:"secret"`
	ProxyPassword string `json:"proxy_password,omitempty"`

	SecretHost string `json:"secret_host,omitempty"` // where Secret may go
	SecretVia  string `json:"secret_via,omitempty"`  // the proxy that may read it
	SecretAlso string `json:"secret_also,omitempty"` // the hosts of the account's other URLs
	SecretCA   string `json:"secret_ca,omitempty"`   // the mark of the certificates that may vouch for them
	ProxyHost  string `json:"proxy_host,omitempty"`  // where ProxyPassword may go

	// Redis are the passwords of pushes into a Redis, by the URL that each was entered
	// for.
	Redis core.Params `json:"redis,omitzero"`

	Name    string       `json:"name,omitempty"`
	Env     core.Env     `json:"env,omitempty"`
	Kind    core.Kind    `json:"kind,omitempty"`
	Product core.Product `json:"product,omitempty"`
	AppID   string       `json:"appid,omitempty"`
	Params  core.Params  `json:"params,omitzero"`
	BaseURL string       `json:"base_url,omitempty"` // written out, even if it is the kind's own
	Proxy   string       `json:"proxy,omitempty"`
	CA      string       `json:"ca,omitempty"`
}

// maxEntry is the most bytes that Windows takes as one credential. Every other
// system takes more.
const maxEntry = 2560

// of is the entry with the fields that it takes to make account a again. baseURL is
// the one that the account asks.
func (e entry) of(a core.Account, baseURL string) entry {
	e.Name, e.Env, e.Kind, e.Product, e.AppID = a.Name, a.Env, a.Kind, a.Product, a.AppID
	e.Params, e.BaseURL, e.Proxy, e.CA = a.Params, baseURL, a.Proxy, a.CA
	return e
}

// with is the entry after a person entered secrets for a destination. A secret that
// is nil stays, with the destination that it was entered for.
func (e entry) with(secret, proxyPassword *core.Secret, to core.Destination) entry {
	if secret != nil {
		e.Secret, e.SecretHost, e.SecretVia, e.SecretAlso, e.SecretCA = secret.Reveal(), to.Host, to.Via, to.Also, to.CA
	}
	if proxyPassword != nil {
		e.ProxyPassword, e.ProxyHost = proxyPassword.Reveal(), to.Proxy
	}
	return e
}

// bind sets the destination of an entry that has none, as earlier versions wrote
// it, to that of its account.
func (e entry) bind(to core.Destination) entry {
	if e.SecretHost == "" && e.ProxyHost == "" && e.Secret+e.ProxyPassword != "" {
		e.SecretHost, e.SecretVia, e.SecretAlso, e.SecretCA, e.ProxyHost = to.Host, to.Via, to.Also, to.CA, to.Proxy
	}
	return e
}

// secretFor is the destination that may get the AppSecret.
func (e entry) secretFor() core.Destination {
	return core.Destination{Host: e.SecretHost, Via: e.SecretVia, Also: e.SecretAlso, CA: e.SecretCA}
}

// redisPassword is the one for the Redis at a URL, empty if there is none.
func (e entry) redisPassword(url string) core.Secret { return core.NewSecret(e.Redis.Get(url)) }

// withRedis is the entry with a password for the Redis at a URL; an empty one is taken
// out.
func (e entry) withRedis(url string, password core.Secret) entry {
	e.Redis = e.Redis.With(url, password.Reveal())
	return e
}

// release returns the secrets that may go to a destination. It fails for an AppSecret
// that was entered for another one. A proxy password for another proxy is left out;
// that proxy then asks for one itself.
func (e entry) release(to core.Destination) (core.Credentials, error) {
	if e.Secret == "" {
		return core.Credentials{}, missingSecret()
	}
	if may := e.secretFor(); !may.Takes(to) {
		return core.Credentials{}, may.SecretElsewhere(to)
	}
	out := core.Credentials{Secret: core.NewSecret(e.Secret)}
	if (core.Destination{Proxy: e.ProxyHost}).TakesPassword(to) {
		out.ProxyPassword = core.NewSecret(e.ProxyPassword)
	}
	return out, nil
}

// encode writes the entry. If it is too long for the keyring of some system, it
// leaves out what a person finds again most easily: first the certificates, the end
// of the name, then the proxy, then the base URL (its host is stored beside the
// secret), then the kind's own fields. Secrets and hosts are never left out; a vault
// that cannot take them says that they are too big.
func (e entry) encode() ([]byte, error) {
	raw, err := marshal(e)
	for _, shorten := range []func(*entry){
		func(e *entry) { e.CA = "" },
		func(e *entry) { e.Name = string([]rune(e.Name)[:min(len([]rune(e.Name)), shortName)]) },
		func(e *entry) { e.Proxy = "" },
		func(e *entry) { e.BaseURL = "" },
		func(e *entry) { e.Params = core.Params{} },
	} {
		if err != nil || len(raw) <= maxEntry {
			break
		}
		shorten(&e)
		raw, err = marshal(e)
	}
	if err != nil {
		return nil, core.AsError(errors.New("encode the secret"))
	}
	return raw, nil
}

// shortName is how many characters of the name are kept if an entry is too long.
const shortName = 40

// marshal is json.Marshal without the escapes that only HTML needs.
func marshal(e entry) ([]byte, error) {
	var out bytes.Buffer
	w := json.NewEncoder(&out)
	w.SetEscapeHTML(false)
	err := w.Encode(e)
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), err
}

// empty reports whether the entry holds no secret.
func (e entry) empty() bool { return e.Secret == "" && e.ProxyPassword == "" }

func decodeEntry(raw []byte) (entry, bool) {
	var e entry
	if json.Unmarshal(raw, &e) != nil || e.empty() {
		return entry{}, false
	}
	return e, true
}

// Special marks of entries in the index. Any other mark identifies what the entry
// says about its account, see markOf.
const (
	markUnknown   = ""          // the entry has to be refreshed from the account
	markRecovered = "recovered" // its account was made again and nobody has looked at it yet; the account's own mark follows
)

// recoveredMark is the mark of an account that was made again.
func recoveredMark(mark string) string { return markRecovered + "-" + mark }

// isRecovered reports whether a mark says that the account was made again.
func isRecovered(mark string) bool { return strings.HasPrefix(mark, markRecovered) }

// markOf identifies what the entry of an account says about it. Every change writes
// the mark to the index first, then the entry to the vault and the account to the
// database. So if the index has another mark than the account, the database is older
// than the entry.
func (k *vaultAccess) markOf(a core.Account) string {
	base := k.base(a)
	if base == k.base(core.Account{Kind: a.Kind, Env: a.Env, Product: a.Product}) {
		base = "" // the same mark whether the default is written out or not
	}
	raw, _ := marshal(entry{}.of(a, base)) // strings always marshal
	sum := sha256.Sum256(raw)
	return markForm + hex.EncodeToString(sum[:4])
}

// markForm is the prefix of every mark. Change it when entries get a new field: all
// of them are refreshed then.
const markForm = "1:"

// unknownHost is the base URL of an account that was made again from an entry
// without one. No name under .invalid resolves (RFC 6761), and no secret is sent to
// it: a person has to enter the base URL first.
const unknownHost = "https://unknown.invalid"

// noHost is the error of an account whose base URL is not known.
func noHost() *core.Error {
	return &core.Error{
		Class: core.Misuse, Remedy: core.RemedyNoHost,
		Message: "the account came back from the vault, which does not tell where its AppSecret may be sent; set its AppID and its base URL with tokentray edit",
	}
}

// isElsewhere reports whether an AppSecret is kept, but for another host.
func isElsewhere(err error) bool {
	var e *core.Error
	return errors.As(err, &e) && e.Remedy == core.RemedySecretAgain
}
