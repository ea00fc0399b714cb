package kinds

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tokentray/core"
)

// Spec is all that is particular to a kind of token.
type Spec struct {
	Kind    core.Kind `json:"kind"`
	Default bool      `json:"default,omitempty"` // what a new account begins as
	Family  string    `json:"family,omitempty"`  // the heading under which it is offered; empty: among others
	Label   Label     `json:"label,omitempty"`
	// Names are words in the names of imported values that speak of the kind
	// ("wx").
	Names []string `json:"names,omitempty"`

	// Fields are what a person enters beyond name, environment, product, proxy
	// and the like, which every account has. Their order is that of the form.
	Fields []Field `json:"fields"`
	// Products are what an account can belong to; none: the kind has no such
	// distinction. The first is what a new account begins as.
	Products []Product `json:"products,omitempty"`

	// BaseURL is where tokens are asked for when an account names no base URL of
	// its own. Empty: every account names one, unless its product has one. BaseURLs
	// stands before it in the environments whose upstream has a host of its own.
	BaseURL  string              `json:"base_url,omitempty"`
	BaseURLs map[core.Env]string `json:"base_urls,omitempty"`
	// Endpoint: the base URL is the very one that is asked, and no path is added to
	// it. A slash at its end counts, and calls go to its host.
	Endpoint bool `json:"endpoint,omitempty"`
	// Schemes are those of the kind's base URLs where these are no web addresses: the
	// first encrypts, the others do not. Such a URL may name a user, several hosts and
	// parameters, and never a password. Empty: https, and http to this machine.
	Schemes []string `json:"schemes,omitempty"`
	// PrivateHTTP is the key of a field, true or false, by which an account's owner
	// allows plain http to the addresses of a private network; empty: nobody can.
	PrivateHTTP string `json:"private_http,omitempty"`
	// Hosts are the upstream's own, as ends of host names ("weixin.qq.com").
	// An account at another host has no console.
	Hosts []string `json:"hosts,omitempty"`
	// Diagnosis is a page of the upstream's that explains a request by its ID (rid),
	// CodePage one that explains a code; {code} in it stands for the code. Empty:
	// there is none.
	Diagnosis string `json:"diagnosis,omitempty"`
	CodePage  string `json:"code_page,omitempty"`
	// Request names what is asked and where, for a kind that a user described; empty
	// for those of this version. A secret that was entered for one request is not
	// sent with another.
	Request string `json:"request,omitempty"`
	// ConsoleURL and DayQuota are the console and the quota of accounts of a kind
	// without products, see Product.
	ConsoleURL string `json:"console_url,omitempty"`
	DayQuota   int    `json:"day_quota,omitempty"`
	// Traits say how the upstream behaves.
	Traits core.Traits `json:"traits"`
	// Sibling is the kind to change to where this one does harm: it takes the
	// same fields and asks for tokens that live beside this kind's.
	Sibling core.Kind `json:"sibling,omitempty"`
	// Fallback is the kind to offer where the upstream gives an account no token
	// of this one; nil: none. See Set.Offer.
	Fallback *Fallback `json:"fallback,omitempty"`

	// Token is where a call carries the token.
	Token Place `json:"token"`
	// APIBase is where calls go: a URL, or {key} for the account's param of that
	// key. Empty: where the tokens come from.
	APIBase string `json:"api_base,omitempty"`
	// TryPath is the call that every account may make, that changes nothing and
	// shows at once whether a token works.
	TryPath string `json:"try_path,omitempty"`
	// Samples are calls to begin with, in folders.
	Samples []Folder `json:"samples,omitempty"`
	// Dead are the answers to a call that mean that its token is dead.
	Dead []Answer `json:"dead,omitempty"`
	// Works are the answers whose code means that a call worked, beside the code 0.
	Works []Answer `json:"works,omitempty"`
	// Reads are the calls that change nothing; every other call writes. Closed
	// are calls that must not be made for others, because their answers are as
	// secret as the token or they spend what cannot be had again.
	Reads  []Pattern `json:"reads,omitempty"`
	Closed []Pattern `json:"closed,omitempty"`

	// Codes are those by which its upstream refuses calls, beside those that its source
	// knows; ui/text says what each means (code.K.N) and what helps (fix.K.N).
	Codes []int `json:"codes,omitempty"`

	// Tickets are what pages of an account sign with, for the JS-SDK.
	Tickets []Ticket `json:"tickets,omitempty"`

	// Meter says what upstream tells of its quotas; nil: nothing.
	Meter *Meter `json:"meter,omitempty"`

	// Door is how the kind's own clients ask the loopback for a token; nil: it
	// speaks no language of theirs.
	Door *Door `json:"door,omitempty"`
}

// Meter is what upstream tells of its quotas, where its source is a core.Meter.
type Meter struct {
	// Paths are the calls that are asked about unless a person names others: those for
	// the kind's tokens.
	Paths []string `json:"paths"`
	// Resets is how many times a month the counters of a day can be begun anew, where
	// the source is a core.Resetter; 0: they cannot.
	Resets int `json:"resets,omitempty"`
}

// Label is what people call a thing that ui/text has no sentence for, by
// language (en, zh): what a user's preset brings along.
type Label map[string]string

// TakesCA reports whether accounts of the kind may name certificates: those that have
// a URL of their own.
func (s Spec) TakesCA() bool {
	return slices.ContainsFunc(s.Fields, func(f Field) bool { return f.Input == URL })
}

// Base is where an account's tokens are asked for, empty when nobody said.
func (s Spec) Base(a core.Account) string {
	product, _ := s.Product(a.Product)
	return cmp.Or(a.BaseURL, product.BaseURLs[a.Env], s.BaseURLs[a.Env], s.BaseURL)
}

// Own reports whether a user described the kind.
func (s Spec) Own() bool { return s.Request != "" }

// Destination is where the secrets of an account go: every URL among its fields
// counts, because a secret or a token goes there.
func (s Spec) Destination(a core.Account) core.Destination {
	also := map[string]string{}
	for _, f := range s.Fields {
		if f.Input == URL && !f.Own() {
			also[f.Key] = a.Params.Get(f.Key)
		}
	}
	if s.Own() {
		also["request"] = s.Request
	}
	d := a.Destination(s.Base(a), also)
	if len(s.Schemes) > 0 {
		d.Host = serverOf(s.Base(a))
	}
	return d
}

// API is where an account's calls go.
func (s Spec) API(a core.Account) string {
	if own := a.Params.Get(APIURL); own != "" && s.Has(APIURL) {
		return own
	}
	if key, ok := strings.CutPrefix(s.APIBase, "{"); ok {
		if own := a.Params.Get(strings.TrimSuffix(key, "}")); own != "" {
			return own
		}
	} else if s.APIBase != "" && a.BaseURL == "" {
		return s.APIBase
	}
	product, _ := s.Product(a.Product)
	if product.APIBase != "" || !s.Endpoint {
		return cmp.Or(product.APIBase, s.Base(a))
	}
	return hostOf(s.Base(a))
}

// hostOf is a URL without its path, empty for what is none.
func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host}).String()
}

// AtHome reports whether an account asks one of the upstream's own hosts.
func (s Spec) AtHome(a core.Account) bool {
	if a.BaseURL == "" {
		return true
	}
	u, err := url.Parse(a.BaseURL)
	return err == nil && slices.ContainsFunc(s.Hosts, func(host string) bool {
		return u.Hostname() == host || strings.HasSuffix(u.Hostname(), "."+host)
	})
}

// Through reports whether an account asks at a host of somebody else's, which may pass
// on what the upstream answers. This machine's own host has a simulator more likely.
func (s Spec) Through(a core.Account) bool {
	u, err := url.Parse(a.BaseURL)
	if err != nil || s.AtHome(a) || u.Hostname() == "" {
		return false
	}
	return !core.Loopback(u.Hostname())
}

// Console is where an account is administered, empty when it asks a machine of
// the user's own or nobody knows.
func (s Spec) Console(a core.Account) string {
	p, _ := s.Product(a.Product)
	switch host := hostOf(s.Base(a)); {
	case strings.HasPrefix(p.Console, "/") && host != "":
		return host + p.Console
	case strings.HasPrefix(p.Console, "/") || !s.AtHome(a):
		return ""
	}
	return cmp.Or(p.Console, s.ConsoleURL)
}

// DiagnosisOf is the page that explains a request of an account, empty where the
// account asks a machine of the user's own, of which the page knows nothing.
func (s Spec) DiagnosisOf(a core.Account, rid string) string {
	if rid == "" || !s.AtHome(a) {
		return ""
	}
	return s.Diagnosis
}

// CodePageOf is the page that explains a code which an account's upstream answered,
// empty likewise.
func (s Spec) CodePageOf(a core.Account, code int) string {
	if code == 0 || !s.AtHome(a) {
		return ""
	}
	return strings.ReplaceAll(s.CodePage, "{code}", strconv.Itoa(code))
}
