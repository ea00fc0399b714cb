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

// entry is what the vault keeps of an account: its secrets, for whom they were
// entered, and what it takes to make the account again should the database be
// lost. Who it is for stands beside the secret and nowhere else, so that neither
// an edit nor a file, an old database or another program's can send it to another
// host: see core.Destination. Entries of earlier versions hold the secrets alone.
type entry struct {
	Secret        string `json:"secret"`
	ProxyPassword string `json:"proxy_password,omitempty"`

	SecretHost string `json:"secret_host,omitempty"` // where Secret may go
	SecretVia  string `json:"secret_via,omitempty"`  // the proxy that may read it
	SecretAlso string `json:"secret_also,omitempty"` // the hosts of the account's other URLs
	SecretCA   string `json:"secret_ca,omitempty"`   // the mark of the certificates that may vouch for them
	ProxyHost  string `json:"proxy_host,omitempty"`  // where ProxyPassword may go

	Name    string       `json:"name,omitempty"`
	Env     core.Env     `json:"env,omitempty"`
	Kind    core.Kind    `json:"kind,omitempty"`
	Product core.Product `json:"product,omitempty"`
	AppID   string       `json:"appid,omitempty"`
	Params  params       `json:"params,omitempty"`
	BaseURL string       `json:"base_url,omitempty"` // the kind's own written out
	Proxy   string       `json:"proxy,omitempty"`
	CA      string       `json:"ca,omitempty"`
}

// maxEntry is how many bytes Windows takes as one credential. No other system
// takes less.
const maxEntry = 2560

// of is the entry with what it takes to make an account again, which asks
// baseURL.
func (e entry) of(a core.Account, baseURL string) entry {
	e.Name, e.Env, e.Kind, e.Product, e.AppID = a.Name, a.Env, a.Kind, a.Product, a.AppID
	e.Params, e.BaseURL, e.Proxy, e.CA = paramsOf(a), baseURL, a.Proxy, a.CA
	return e
}

// params are an account's, as a JSON object with sorted keys: unlike a map, they
// can be compared.
type params string

func paramsOf(a core.Account) params {
	if len(a.Params) == 0 {
		return ""
	}
	raw, _ := json.Marshal(a.Params) // strings always marshal
	return params(raw)
}

// of are the params as an account has them.
func (p params) of() map[string]string {
	var out map[string]string
	_ = json.Unmarshal([]byte(p), &out) // they were read or written as such
	return out
}

func (p params) MarshalJSON() ([]byte, error) { return []byte(p), nil }

func (p *params) UnmarshalJSON(raw []byte) error {
	var all map[string]string
	if err := json.Unmarshal(raw, &all); err != nil {
		return err
	}
	*p = paramsOf(core.Account{Params: all})
	return nil
}

// with is the entry after a person entered other secrets for a destination; nil
// leaves one as it is, for whom it was entered too.
func (e entry) with(secret, proxyPassword *core.Secret, to core.Destination) entry {
	if secret != nil {
		e.Secret, e.SecretHost, e.SecretVia, e.SecretAlso, e.SecretCA = secret.Reveal(), to.Host, to.Via, to.Also, to.CA
	}
	if proxyPassword != nil {
		e.ProxyPassword, e.ProxyHost = proxyPassword.Reveal(), to.Proxy
	}
	return e
}

// bind says of an entry that does not tell for whom it is, as earlier versions
// wrote it, that it is for the destination that its account has.
func (e entry) bind(to core.Destination) entry {
	if e.SecretHost == "" && e.ProxyHost == "" && e.Secret+e.ProxyPassword != "" {
		e.SecretHost, e.SecretVia, e.SecretAlso, e.SecretCA, e.ProxyHost = to.Host, to.Via, to.Also, to.CA, to.Proxy
	}
	return e
}

// secretFor is who may get the AppSecret.
func (e entry) secretFor() core.Destination {
	return core.Destination{Host: e.SecretHost, Via: e.SecretVia, Also: e.SecretAlso, CA: e.SecretCA}
}

// release gives what may go to a destination: never an AppSecret that was
// entered for another, and no proxy password to another proxy, which then says
// itself that it wants one.
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

// encode writes the entry. What is too long for some system's keyring loses
// first what a person finds again most easily: the certificates, the end of the name,
// then the proxy, then the base URL, of which the host stands beside the secret, then the
// fields of the kind's own. Secrets and hosts always stay; a vault that does not
// take those says that they are too big.
func (e entry) encode() ([]byte, error) {
	raw, err := marshal(e)
	for _, shorten := range []func(*entry){
		func(e *entry) { e.CA = "" },
		func(e *entry) { e.Name = string([]rune(e.Name)[:min(len([]rune(e.Name)), shortName)]) },
		func(e *entry) { e.Proxy = "" },
		func(e *entry) { e.BaseURL = "" },
		func(e *entry) { e.Params = "" },
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

// shortName is how many characters of a name are left when an entry is too long.
const shortName = 40

// marshal is json.Marshal without the escapes that only browsers need.
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

// The marks under which the index lists entries: else a mark names what the entry
// tells of its account, see markOf.
const (
	markUnknown   = ""          // the account tells, and the entry is to be refreshed
	markRecovered = "recovered" // its account was made again, and no person has looked at it; the mark of the account follows
)

// recoveredMark is the mark of an account that is made again.
func recoveredMark(mark string) string { return markRecovered + "-" + mark }

// isRecovered reports whether a mark is that of an account that was made again.
func isRecovered(mark string) bool { return strings.HasPrefix(mark, markRecovered) }

// markOf names what the entry of an account tells of it. The index has it before
// the vault has the entry and the database the account, and it changes no account
// without saying so here; so where an entry is listed under the mark of another
// state, the database is the older of the two.
func (k *vaultAccess) markOf(a core.Account) string {
	base := k.base(a)
	if base == k.base(core.Account{Kind: a.Kind, Env: a.Env, Product: a.Product}) {
		base = "" // whether the default is written out or not
	}
	raw, _ := marshal(entry{}.of(a, base)) // strings always marshal
	sum := sha256.Sum256(raw)
	return markForm + hex.EncodeToString(sum[:4])
}

// markForm begins every mark. It changes when entries are to tell something new,
// and all of them are then refreshed.
const markForm = "1:"

// unknownHost stands for the base URL of an account that was made again from an
// entry that does not tell it. No name under .invalid ever leads anywhere (RFC
// 6761), and no secret is given for it: a person has to say where it may go.
const unknownHost = "https://unknown.invalid"

// noHost refuses to guess where a secret belongs.
func noHost() *core.Error {
	return &core.Error{
		Class: core.Misuse, Remedy: core.RemedyNoHost,
		Message: "the account came back from the vault, which does not tell where its AppSecret may be sent; set its AppID and its base URL with tokentray edit",
	}
}

// isElsewhere reports whether an AppSecret is kept, for another host.
func isElsewhere(err error) bool {
	var e *core.Error
	return errors.As(err, &e) && e.Remedy == core.RemedySecretAgain
}
