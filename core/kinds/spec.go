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

// The keys of the fields that are part of every account and not of its Params.
const (
	AppID   = "appid"
	Secret  = "secret"
	BaseURL = "base_url"
)

// APIURL is the key of the param that says where calls go, of kinds whose tokens come
// from somewhere else.
const APIURL = "api_url"

// IntrospectionURL is the key of the param that says where the server tells whether a
// token is active (RFC 7662), of kinds that know such servers.
const IntrospectionURL = "introspection_url"

// Field is something that a person enters.
type Field struct {
	// Key names it everywhere: appid, secret and base_url are fields of their own
	// on an account, every other key is one of its Params.
	Key   string `json:"key"`
	Label Label  `json:"label,omitempty"`
	Input Input  `json:"input"`
	// Required forbids to leave it empty.
	Required bool `json:"required,omitempty"`
	// Instead is the key of a field that can stand in this one's place: where that
	// one has a value this one is not required, and has none itself.
	Instead string `json:"instead,omitempty"`
	// Missing says in English, for logs and errors, what to do when it is.
	Missing string `json:"missing,omitempty"`
	// Identity marks it as part of what tells one token from another. AppID and
	// base URL always are.
	Identity bool `json:"identity,omitempty"`
	// Groups marks the field, one at most, whose value says what accounts belong to
	// together: those that share it stand together in lists.
	Groups bool `json:"groups,omitempty"`
	// Rare fields stand apart in the form, with what few accounts need.
	Rare bool `json:"rare,omitempty"`
	// Hint stands in the empty input: "wx…".
	Hint string `json:"hint,omitempty"`
	// Choices are the values of a choice; the first one is its default.
	Choices []string `json:"choices,omitempty"`
	// Checks are tried in turn; the first that fails is told.
	Checks []Check `json:"checks,omitempty"`
	// Alias is another name of the flag that commands take it by ("corpid").
	Alias string `json:"alias,omitempty"`
	// Names are what imported files call it, in lower case and without
	// separators ("appid", "clientid").
	Names []string `json:"names,omitempty"`
}

// Input is how a field is entered.
type Input string

// The inputs.
const (
	Text   Input = "text"
	URL    Input = "url"
	Choice Input = "choice"
	Bool   Input = "bool" // "true" or "false"
	// Pairs are further parameters of the kind's request, as name=value&name=value
	// with what a URL escapes. A kind has at most one such field, and takes in it the
	// params of an account that are no field of any kind.
	Pairs      Input = "pairs"
	SecretText Input = "secret"
)

// Check is a condition on the value of a field.
type Check struct {
	Match   string `json:"match,omitempty"` // a regular expression that it must match
	Never   string `json:"never,omitempty"` // one that it must not match
	Problem string `json:"problem"`         // the key of what is told, see core.Problem
	Says    string `json:"says,omitempty"`  // the same in English, for logs and errors
	Warn    bool   `json:"warn,omitempty"`  // odd, but allowed
}

// Product is what an account can belong to.
type Product struct {
	Product core.Product `json:"product"`
	Label   Label        `json:"label,omitempty"`
	// Env is the one environment that it exists in; empty: it is in both.
	Env core.Env `json:"env,omitempty"`
	// BaseURLs are where its accounts ask for tokens that name no base URL, by
	// environment.
	BaseURLs map[core.Env]string `json:"base_urls,omitempty"`
	// Pattern is the form of its accounts' base URLs, which differ in what stands in
	// the place of the *. Who enters just that, or the URL without the end that all
	// have, has entered the URL.
	Pattern string `json:"pattern,omitempty"`
	// Neighbours are the ends of other URLs of the same server that people copy, an
	// issuer's for example, in whose place the pattern's end is put.
	Neighbours []string `json:"neighbours,omitempty"`
	// APIBase is where calls go of an account that does not say it.
	APIBase string `json:"api_base,omitempty"`
	// Defaults are the values of params that an account leaves empty, by key.
	// Requires are the keys of fields that it must not leave empty, and Checks are
	// further ones of fields.
	Defaults map[string]string  `json:"defaults,omitempty"`
	Requires []string           `json:"requires,omitempty"`
	Checks   map[string][]Check `json:"checks,omitempty"`
	// Probe is the path of a call, at the API's host, that shows whether a token works,
	// where the kind has none for all accounts. Introspection is what is added to the
	// token URL where the server itself tells whether a token is active (RFC 7662).
	Probe         string `json:"probe,omitempty"`
	Introspection string `json:"introspection,omitempty"`
	// NoCheck: the kind's call that shows whether a token works is none of this product.
	NoCheck bool `json:"no_check,omitempty"`
	// Console is where such an account is administered: a URL, or a path at the host
	// that its tokens come from.
	Console string `json:"console,omitempty"`
	// Quota is how many tokens upstream is known to give an account in a day; 0:
	// nobody knows.
	Quota int `json:"quota,omitempty"`
	// Paths are further API paths that people try a token with.
	Paths []string `json:"paths,omitempty"`
	// Names are words in imported files that tell it ("mp", "miniapp").
	Names []string `json:"names,omitempty"`
	// Family is the family of apps by which the SDKs of backends name the key of a
	// token, as package layout of core has them; empty: of none.
	Family string `json:"family,omitempty"`
}

// Place is where a call carries its token: in the query parameter of a name, or
// in a header of a name, after a prefix.
type Place struct {
	Query  string `json:"query,omitempty"`
	Header string `json:"header,omitempty"`
	Prefix string `json:"prefix,omitempty"` // with its blank: "Bearer "
}

// Folder is a group of sample calls.
type Folder struct {
	Key   string `json:"key"` // its title is starter.group. and this
	Label Label  `json:"label,omitempty"`
	// Products are those whose accounts may make the calls; none: all.
	Products []core.Product `json:"products,omitempty"`
	Calls    []Call         `json:"calls"`
}

// For reports whether accounts of a product may make the folder's calls.
func (f Folder) For(p core.Product) bool {
	return len(f.Products) == 0 || slices.Contains(f.Products, p)
}

// Call is a sample call. Braces in its parts are variables that the person
// fills in: {{openid}}.
type Call struct {
	Key    string `json:"key"` // its title is starter.call. and this
	Label  Label  `json:"label,omitempty"`
	Method string `json:"method"`
	Path   string `json:"path"`
	Query  []Pair `json:"query,omitempty"`
	Body   string `json:"body,omitempty"` // JSON
}

// Pair is a name and a value.
type Pair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Answer recognises an answer of the upstream.
type Answer struct {
	Status int      `json:"status,omitempty"` // of HTTP; 0: any
	Field  string   `json:"field,omitempty"`  // of the JSON body; empty: the status alone tells
	Values []string `json:"values,omitempty"` // that the field has, numbers as digits
}

// Pattern fits calls by method and path. In a path a * stands for one segment,
// and at the end for all that follow.
type Pattern struct {
	Method string `json:"method,omitempty"` // empty: any
	Path   string `json:"path"`
}

// Fits reports whether the pattern fits a call. path has no query.
func (p Pattern) Fits(method, path string) bool {
	if p.Method != "" && p.Method != method {
		return false
	}
	// Every call is held against some hundred patterns: nothing is taken apart for it.
	want, have := p.Path, path
	for {
		w, rest, more := strings.Cut(want, "/")
		h, left, longer := strings.Cut(have, "/")
		switch {
		case w == "*" && !more:
			return h != ""
		case w == "*" && h != "":
		case w != h:
			return false
		}
		if !more || !longer {
			return more == longer
		}
		want, have = rest, left
	}
}

// Field returns the field of a key.
func (s Spec) Field(key string) (Field, bool) {
	for _, f := range s.Fields {
		if f.Key == key {
			return f, true
		}
	}
	return Field{}, false
}

// Has reports whether the kind has a field of a key.
func (s Spec) Has(key string) bool {
	_, ok := s.Field(key)
	return ok
}

// TakesCA reports whether accounts of the kind may name certificates: those that have
// a URL of their own.
func (s Spec) TakesCA() bool {
	return slices.ContainsFunc(s.Fields, func(f Field) bool { return f.Input == URL })
}

// GroupField is the field that groups the kind's accounts; false where none does.
func (s Spec) GroupField() (Field, bool) {
	i := slices.IndexFunc(s.Fields, func(f Field) bool { return f.Groups })
	if i < 0 {
		return Field{}, false
	}
	return s.Fields[i], true
}

// Form is the regular expression that all known values of the field match, empty
// where none is known: a value of another form is odd, but allowed.
func (f Field) Form() string {
	for _, c := range f.Checks {
		if c.Warn && c.Match != "" {
			return c.Match
		}
	}
	return ""
}

// Product returns what the spec says of a product.
func (s Spec) Product(p core.Product) (Product, bool) {
	for _, one := range s.Products {
		if one.Product == p {
			return one, true
		}
	}
	return Product{}, false
}

// FirstProduct is what a new account in an environment belongs to, empty when
// the kind has no products.
func (s Spec) FirstProduct(env core.Env) core.Product {
	for _, p := range s.Products {
		if p.In(env) {
			return p.Product
		}
	}
	return ""
}

// IDField is the key of the field by which people tell one token from another:
// the AppID, else the URL of the call where the account has the whole of it, else the
// first that is part of the identity.
func (s Spec) IDField() string {
	if s.Has(AppID) {
		return AppID
	}
	if s.Endpoint {
		return BaseURL
	}
	for _, f := range s.Fields {
		if f.Identity {
			return f.Key
		}
	}
	return BaseURL
}

// Base is where an account's tokens are asked for, empty when nobody said.
func (s Spec) Base(a core.Account) string {
	product, _ := s.Product(a.Product)
	return cmp.Or(a.BaseURL, product.BaseURLs[a.Env], s.BaseURLs[a.Env], s.BaseURL)
}

// Param is the value of a field that is one of an account's params: its own, else
// that of its product, else the first of a choice.
func (s Spec) Param(a core.Account, key string) string {
	product, _ := s.Product(a.Product)
	first := ""
	if f, _ := s.Field(key); len(f.Choices) > 0 {
		first = f.Choices[0]
	}
	return cmp.Or(a.Params[key], product.Defaults[key], first)
}

// Own reports whether a user described the kind.
func (s Spec) Own() bool { return s.Request != "" }

// Destination is where the secrets of an account go: every URL among its fields
// counts, for a secret or a token goes there.
func (s Spec) Destination(a core.Account) core.Destination {
	also := map[string]string{}
	for _, f := range s.Fields {
		if f.Input == URL && !f.Own() {
			also[f.Key] = a.Params[f.Key]
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
	if key, ok := strings.CutPrefix(s.APIBase, "{"); ok {
		if own := a.Params[strings.TrimSuffix(key, "}")]; own != "" {
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

// Reading reports whether a call changes nothing.
func (s Spec) Reading(method, path string) bool {
	return slices.ContainsFunc(s.Reads, func(p Pattern) bool { return p.Fits(method, path) })
}

// Checks reports whether upstream can be asked if it accepts a token: there is a call
// for it, and it is known which answers mean that the token is dead.
func (s Spec) Checks() bool { return s.TryPath != "" && len(s.Dead) > 0 }

// CanCheck reports whether upstream can be asked about the tokens of an account.
func (s Spec) CanCheck(a core.Account) bool {
	product, _ := s.Product(a.Product)
	return s.Checks() && !product.NoCheck || s.Introspects(a) != "" || s.Probes(a) != ""
}

// Introspects is the URL at which the account's server tells whether a token is active;
// empty: none is known.
func (s Spec) Introspects(a core.Account) string {
	if own := a.Params[IntrospectionURL]; own != "" {
		return own
	}
	product, _ := s.Product(a.Product)
	if base := s.Base(a); base != "" && product.Introspection != "" {
		return strings.TrimSuffix(base, "/") + product.Introspection
	}
	return ""
}

// Probes is the path of the call by which the account's product shows whether a token
// works; empty: none is known. A token for another API than the product's, or with
// another scope than its usual one, is none that this call accepts.
func (s Spec) Probes(a core.Account) string {
	product, _ := s.Product(a.Product)
	if product.Probe == "" || a.Params[APIURL] != "" {
		return ""
	}
	for key, value := range product.Defaults {
		if f, _ := s.Field(key); f.Identity && s.Param(a, key) != value {
			return ""
		}
	}
	return product.Probe
}

// IsDead reports whether an answer whose field has a value means that the call's
// token is dead, whatever its status.
func (s Spec) IsDead(field, value string) bool { return slices.Contains(s.DeadValues(field), value) }

// DeadValues are the values of a field of an answer that mean that the call's
// token is dead.
func (s Spec) DeadValues(field string) []string {
	var out []string
	for _, a := range s.Dead {
		if a.Field == field && a.Status == 0 {
			out = append(out, a.Values...)
		}
	}
	return out
}

// TryPaths are API paths that people try a token of a product with, the cheapest
// first. They are offered, no more: any other path will do.
func (s Spec) TryPaths(p core.Product) []string {
	var out []string
	if s.TryPath != "" {
		out = append(out, s.TryPath)
	}
	one, _ := s.Product(p)
	return append(out, one.Paths...)
}

// In reports whether the product is there in an environment.
func (p Product) In(env core.Env) bool { return p.Env == "" || p.Env == env }
