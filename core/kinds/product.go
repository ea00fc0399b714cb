package kinds

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"tokentray/core"
)

// consolePath is that of a console at the host of the tokens.
var consolePath = regexp.MustCompile(`^/[A-Za-z0-9_./-]*$`)

// validProduct says what is wrong with what a product has beside its name.
func (s Spec) validProduct(p Product) error {
	switch path := strings.HasPrefix(p.Console, "/"); {
	case p.Console != "" && !path && !isHTTPS(p.Console):
		return errors.New("the console must be an https URL, or a path; correct it")
	case path && !consolePath.MatchString(p.Console):
		return errors.New("the console's path holds blanks, quotes or brackets; correct it")
	case p.APIBase != "" && !isHTTPS(p.APIBase):
		return errors.New("api_base must be an https URL; correct it")
	case p.Pattern != "" && (strings.Count(p.Pattern, "*") != 1 || !isHTTPS(p.Pattern)):
		return errors.New("the pattern must be an https URL with one *; correct it")
	}
	for env, raw := range p.BaseURLs {
		if !env.Valid() || !isHTTPS(raw) {
			return fmt.Errorf("base_urls has an https URL for sandbox and for live; correct %q", env)
		}
	}
	keys := slices.Concat(slices.Collect(maps.Keys(p.Defaults)), slices.Collect(maps.Keys(p.Checks)), p.Requires)
	for _, key := range keys {
		if !s.Has(key) || key == Secret {
			return fmt.Errorf("it speaks of a field %q that the kind does not have; correct it", key)
		}
	}
	for _, checks := range p.Checks {
		if err := validChecks(checks); err != nil {
			return err
		}
	}
	return nil
}

// endpoint is a base URL as somebody wrote it, completed and in its one spelling.
func (s Spec) endpoint(written string, of core.Product) string {
	product, _ := s.Product(of)
	written = product.whole(written)
	clean := core.CleanURL(written)
	if u, err := url.Parse(clean); err == nil && u.Path != "" && strings.HasSuffix(written, "/") {
		return clean + "/"
	}
	return clean
}

// whole is a URL completed with the product's pattern.
func (p Product) whole(written string) string {
	before, behind, ok := strings.Cut(p.Pattern, "*")
	short := strings.TrimRight(written, "/")
	switch {
	case !ok || short == "":
		return written
	case !strings.Contains(written, "://"):
		return before + strings.TrimLeft(short, "/") + behind
	case short[strings.LastIndexByte(short, '/')+1:] == behind[strings.LastIndexByte(behind, '/')+1:]:
		return written // somebody copied the whole URL
	}
	for _, end := range p.Neighbours {
		if start, found := strings.CutSuffix(short, end); found {
			short = start
			break
		}
	}
	return short + behind
}

// Hint is the placeholder of a field's empty input: the value that an account
// without one has, else an example.
func (s Spec) Hint(f Field, a core.Account) string {
	product, _ := s.Product(a.Product)
	if f.Key == BaseURL {
		form := strings.ReplaceAll(product.Pattern, "*", "…")
		return cmp.Or(product.BaseURLs[a.Env], form, f.Hint, s.BaseURLs[a.Env], s.BaseURL)
	}
	return cmp.Or(product.Defaults[f.Key], f.Hint)
}

// pairs is the field for further parameters; false: the kind has none.
func (s Spec) pairs() (Field, bool) {
	for _, f := range s.Fields {
		if f.Input == Pairs {
			return f, true
		}
	}
	return Field{}, false
}

// gathered are params in which those that are no field of any kind have moved into
// the kind's field of pairs, if it has one. It changes params.
func (s Set) gathered(spec Spec, params map[string]string) map[string]string {
	into, ok := spec.pairs()
	if !ok {
		return params
	}
	all, err := url.ParseQuery(params[into.Key])
	if err != nil {
		return params // Check says so
	}
	fields := s.Fields()
	found := false
	for key, value := range params {
		if !slices.ContainsFunc(fields, func(f Field) bool { return f.Key == key }) {
			all.Set(key, value)
			delete(params, key)
			found = true
		}
	}
	if found {
		params[into.Key] = writePairs(all)
	}
	return params
}

// Over is in.Over, and a param without a value also removes a further parameter in
// the kind's field of pairs.
func (s Set) Over(in core.Input, a core.Account) core.Account {
	out := in.Over(a)
	spec, _ := s.Of(out.Kind)
	into, ok := spec.pairs()
	all, err := url.ParseQuery(out.Params.Get(into.Key))
	if !ok || err != nil {
		return out
	}
	found := false
	for key, value := range in.Params {
		if value == "" && key != into.Key && all.Has(key) {
			all.Del(key)
			found = true
		}
	}
	if !found {
		return out
	}
	return into.Set(out, writePairs(all))
}

// cleanPairs is the one spelling of pairs; an invalid text is left for Check to
// refuse.
func cleanPairs(raw string) string {
	all, err := url.ParseQuery(raw)
	if err != nil {
		return raw
	}
	delete(all, "")
	return writePairs(all)
}

// writePairs escapes as little as possible, because people read it.
func writePairs(all url.Values) string {
	return strings.NewReplacer("%3A", ":", "%2F", "/", "%2C", ",", "%40", "@").Replace(all.Encode())
}

// Pairs are the further parameters of an account for its kind's request.
func (s Spec) Pairs(a core.Account) url.Values {
	f, ok := s.pairs()
	if !ok {
		return nil
	}
	all, _ := url.ParseQuery(a.Params.Get(f.Key)) // what Check accepted
	return all
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
	// the place of the *. Whoever enters just that, or the URL without the end that all
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

// In reports whether the product is there in an environment.
func (p Product) In(env core.Env) bool { return p.Env == "" || p.Env == env }
