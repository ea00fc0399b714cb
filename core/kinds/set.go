package kinds

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"tokentray/core"
)

// Set are the kinds that a program knows. It is a value: With makes another one, and
// a Set never changes. The zero Set knows none.
type Set struct {
	specs []Spec
}

// New returns the set of specs, in the order they are offered. It refuses specs
// that contradict themselves or each other; the error names kind and field.
func New(specs ...Spec) (Set, error) { return Set{}.With(specs...) }

// With returns the set with further specs at its end.
func (s Set) With(specs ...Spec) (Set, error) {
	all := slices.Concat(s.specs, specs)
	out := Set{all}
	for i, one := range all {
		if i < len(s.specs) { // it was found valid with those that it names
			continue
		}
		if err := one.valid(); err != nil {
			return Set{}, fmt.Errorf("kind %q: %w", one.Kind, err)
		}
		if slices.ContainsFunc(all[:i], func(b Spec) bool { return b.Kind == one.Kind }) {
			return Set{}, fmt.Errorf("kind %q: there are two of this name; rename one", one.Kind)
		}
		if one.Sibling != "" && !out.other(one, one.Sibling) {
			return Set{}, fmt.Errorf("kind %q: sibling %q is no other kind; correct it", one.Kind, one.Sibling)
		}
		if f := one.Fallback; f != nil && (!out.other(one, f.Kind) || len(f.Codes) == 0) {
			return Set{}, fmt.Errorf("kind %q: fallback %q is no other kind, or has no codes; correct it", one.Kind, f.Kind)
		}
	}
	return out, nil
}

// other reports whether the set has a kind that is not the spec's own.
func (s Set) other(spec Spec, kind core.Kind) bool {
	_, ok := s.Of(kind)
	return ok && kind != spec.Kind
}

// All lists the specs in the order they are offered.
func (s Set) All() []Spec { return slices.Clone(s.specs) }

// Names lists the kinds in the order they are offered.
func (s Set) Names() []core.Kind {
	out := make([]core.Kind, len(s.specs))
	for i, one := range s.specs {
		out[i] = one.Kind
	}
	return out
}

// Of returns the spec of a kind; if the set has none, false and a spec with only the
// kind.
func (s Set) Of(k core.Kind) (Spec, bool) {
	for _, one := range s.specs {
		if one.Kind == k {
			return one, true
		}
	}
	return Spec{Kind: k}, false
}

// Default is the kind of a new account: the first that is marked, else the first of
// all.
func (s Set) Default() Spec {
	for _, one := range s.specs {
		if one.Default {
			return one
		}
	}
	if len(s.specs) > 0 {
		return s.specs[0]
	}
	return Spec{}
}

// Products lists the products of all kinds, each once.
func (s Set) Products() []core.Product {
	var out []core.Product
	for _, one := range s.specs {
		for _, p := range one.Products {
			if !slices.Contains(out, p.Product) {
				out = append(out, p.Product)
			}
		}
	}
	return out
}

// Fields lists the fields of all kinds, each key once, in the order of their first
// appearance.
func (s Set) Fields() []Field {
	var out []Field
	for _, one := range s.specs {
		for _, f := range one.Fields {
			if !slices.ContainsFunc(out, func(b Field) bool { return b.Key == f.Key }) {
				out = append(out, f)
			}
		}
	}
	return out
}

// MarshalJSON writes the specs as a list.
func (s Set) MarshalJSON() ([]byte, error) { return json.Marshal(s.All()) }

// UnmarshalJSON reads a list of specs, as New does.
func (s *Set) UnmarshalJSON(raw []byte) error {
	var specs []Spec
	if err := json.Unmarshal(raw, &specs); err != nil {
		return err
	}
	out, err := New(specs...)
	if err != nil {
		return err
	}
	*s = out
	return nil
}

// name is the form of names that data is found by.
var name = regexp.MustCompile(`^[a-z][a-z0-9]*([_-][a-z0-9]+)*$`)

// valid says what is wrong with a spec on its own.
func (s Spec) valid() error {
	if !name.MatchString(string(s.Kind)) {
		return fmt.Errorf("its name must be lower case letters, digits and dashes; rename it")
	}
	for i, f := range s.Fields {
		if err := f.valid(); err != nil {
			return fmt.Errorf("field %q: %w", f.Key, err)
		}
		if slices.ContainsFunc(s.Fields[:i], func(b Field) bool { return b.Key == f.Key }) {
			return fmt.Errorf("field %q: there are two of this key; rename one", f.Key)
		}
	}
	if i := slices.IndexFunc(s.Fields, func(f Field) bool { return f.Groups }); i >= 0 {
		if f := s.Fields[i]; f.Key == Secret || slices.ContainsFunc(s.Fields[i+1:], func(f Field) bool { return f.Groups }) {
			return fmt.Errorf("field %q: one field groups accounts, and never the secret; correct it", f.Key)
		}
	}
	for i, f := range s.Fields {
		if f.Input == Pairs && slices.ContainsFunc(s.Fields[:i], func(b Field) bool { return b.Input == Pairs }) {
			return fmt.Errorf("field %q: a kind has one field of pairs; remove the other", f.Key)
		}
		if f.Instead != "" && (f.Instead == f.Key || !s.Has(f.Instead)) {
			return fmt.Errorf("field %q: instead names no other field of the kind; correct it", f.Key)
		}
	}
	for i, p := range s.Products {
		if !name.MatchString(string(p.Product)) {
			return fmt.Errorf("product %q: its name must be lower case letters, digits and dashes; rename it", p.Product)
		}
		if slices.ContainsFunc(s.Products[:i], func(b Product) bool { return b.Product == p.Product }) {
			return fmt.Errorf("product %q: there are two of this name; rename one", p.Product)
		}
		if err := s.validProduct(p); err != nil {
			return fmt.Errorf("product %q: %w", p.Product, err)
		}
	}
	if s.ConsoleURL != "" && !isHTTPS(s.ConsoleURL) {
		return fmt.Errorf("the console must be an https URL; correct it")
	}
	for env, base := range s.BaseURLs {
		if !env.Valid() || s.BaseURL == "" || core.CheckURL(base) != "" {
			return fmt.Errorf("base_urls has a URL for each environment that has its own, beside base_url; correct %q", env)
		}
	}
	if base, _ := s.Field(BaseURL); s.BaseURL == "" && !base.Required {
		return fmt.Errorf("it has no base URL, so its field base_url must be required; add one of the two")
	}
	if slices.ContainsFunc(s.Schemes, func(one string) bool { return !name.MatchString(one) }) || len(s.Schemes) > 0 && !s.Endpoint {
		return errors.New("schemes are words in lower case, of a kind whose base URL is asked as it stands; correct them")
	}
	for _, page := range []string{s.Diagnosis, s.CodePage} {
		if page != "" && !isHTTPS(page) {
			return fmt.Errorf("the pages that explain a refusal must be https URLs; correct %q", page)
		}
	}
	if (s.Token.Query == "") == (s.Token.Header == "") {
		return fmt.Errorf("its token goes either into a query parameter or into a header; name one of the two")
	}
	if err := s.plain(); err != nil {
		return err
	}
	if key, ok := strings.CutPrefix(s.APIBase, "{"); ok && !s.Has(strings.TrimSuffix(key, "}")) {
		return fmt.Errorf("api_base names a field that it does not have; correct it")
	}
	if f, ok := s.Field(s.PrivateHTTP); s.PrivateHTTP != "" && (!ok || f.Input != Bool) {
		return fmt.Errorf("private_http names no field of its that is true or false; correct it")
	}
	if err := s.Traits.Valid(); err != nil {
		return fmt.Errorf("its traits: %w; correct them", err)
	}
	if s.Traits.NoSecret == s.Has(Secret) {
		return fmt.Errorf("its traits say whether it needs a secret (no_secret), and its fields say otherwise; correct one of the two")
	}
	for i, t := range s.Tickets {
		if err := t.valid(s); err != nil {
			return fmt.Errorf("ticket %q: %w", t.Name, err)
		}
		if slices.ContainsFunc(s.Tickets[:i], func(b Ticket) bool { return b.Name == t.Name }) {
			return fmt.Errorf("ticket %q: there are two of this name; rename one", t.Name)
		}
	}
	if m := s.Meter; m != nil {
		if len(m.Paths) == 0 || m.Resets < 0 || slices.ContainsFunc(m.Paths, func(p string) bool { return !strings.HasPrefix(p, "/") }) {
			return errors.New("meter: its paths begin with / and its resets are not below zero; correct it")
		}
	}
	if s.Door != nil {
		return s.Door.valid()
	}
	return nil
}

// Texts that go into files and scripts of others have these forms, so that they mean
// nothing to any interpreter.
var (
	place  = regexp.MustCompile(`^[A-Za-z0-9_.-]*$`)       // of a token: a parameter, a header
	prefix = regexp.MustCompile(`^([A-Za-z0-9_.:-]+ ?)?$`) // before the token in a header
	member = regexp.MustCompile(`^[A-Za-z0-9_.-]*$`)       // of a JSON object
	value  = regexp.MustCompile(`^[A-Za-z0-9_.~:,{}/-]*$`) // of a parameter; {{openid}} is to be filled in
	method = regexp.MustCompile(`^[A-Z]+$`)
	path   = regexp.MustCompile(`^(/[A-Za-z0-9_.~!&=,;:@%?{}/-]*)?$`) // of a call
)

// plain says which texts in a spec could be interpreted by others.
func (s Spec) plain() error {
	if !place.MatchString(s.Token.Query+s.Token.Header) || !prefix.MatchString(s.Token.Prefix) {
		return fmt.Errorf("the place of its token holds other characters than letters, digits, dash, dot and underscore; correct it")
	}
	for _, a := range s.Dead {
		if !member.MatchString(a.Field) || a.Field == "" && a.Status == 0 {
			return fmt.Errorf("a dead token is told by a status of HTTP or by a field of plain letters; correct %q", a.Field)
		}
	}
	for _, a := range s.Works {
		if !member.MatchString(a.Field) || a.Field == "" || a.Status != 0 {
			return fmt.Errorf("a call that worked is told by a field of plain letters; correct %q", a.Field)
		}
	}
	paths := append([]string{s.TryPath}, s.allPaths()...)
	for _, f := range s.Samples {
		if !name.MatchString(f.Key) {
			return fmt.Errorf("the folder %q of samples must have a key of lower case letters, digits and underscores; rename it", f.Key)
		}
		for _, c := range f.Calls {
			if !name.MatchString(c.Key) || !method.MatchString(c.Method) {
				return fmt.Errorf("the sample %q must have a key of lower case letters, digits and underscores, and a method; correct it", c.Key)
			}
			paths = append(paths, c.Path)
			for _, q := range c.Query {
				if !member.MatchString(q.Name) || !value.MatchString(q.Value) {
					return fmt.Errorf("the sample %q has a query parameter with blanks, quotes or signs; correct it", c.Key)
				}
			}
		}
	}
	for _, p := range paths {
		if !path.MatchString(p) {
			return fmt.Errorf("the path %q must begin with a slash and hold no blanks, quotes or brackets; correct it", p)
		}
	}
	return nil
}

// allPaths are those of all products.
func (s Spec) allPaths() []string {
	var out []string
	for _, p := range s.Products {
		out = append(out, p.Paths...)
	}
	return out
}

func isHTTPS(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && u.Scheme == "https" && u.Hostname() != ""
}

// taken are the keys that every account has beside its plain fields. Columns of
// files and flags of commands are named by all of them.
func taken() []string { return []string{"id", "params", "proxy_password"} }

func (f Field) valid() error {
	if !name.MatchString(f.Key) {
		return fmt.Errorf("its key must be lower case letters, digits and underscores; rename it")
	}
	if p, plain := core.PlainOf(f.Key); plain && p.Key != AppID && p.Key != BaseURL || slices.Contains(taken(), f.Key) {
		return fmt.Errorf("every account has a field of that key; rename it")
	}
	if _, plain := core.PlainOf(f.Alias); f.Alias != "" && (plain || !name.MatchString(f.Alias) || slices.Contains(taken(), f.Alias)) {
		return fmt.Errorf("its alias is no name of a flag, or every account's; rename it")
	}
	switch f.Input {
	case Text, URL, Bool, Pairs:
	case Choice:
		if len(f.Choices) == 0 {
			return fmt.Errorf("a choice needs choices; add some")
		}
	case SecretText:
	default:
		return fmt.Errorf("there is no input %q; take text, url, choice, bool or secret", f.Input)
	}
	if (f.Input == SecretText) != (f.Key == Secret) {
		return fmt.Errorf("the one secret of an account has the key secret and that input; correct it")
	}
	return validChecks(f.Checks)
}

func validChecks(all []Check) error {
	for _, c := range all {
		if (c.Match == "") == (c.Never == "") || c.Problem == "" {
			return fmt.Errorf("a check has match or never, and a problem; correct it")
		}
		if _, err := syntax.Parse(c.Match+c.Never, syntax.Perl); err != nil { // everything for which regexp.Compile can fail, at a tenth of its cost
			return fmt.Errorf("%w; correct the regular expression", err)
		}
	}
	return nil
}

func (d Door) valid() error {
	for _, r := range reasons() {
		if _, ok := d.Refusals[r]; !ok {
			return fmt.Errorf("its door has no refusal for %q; add one", r)
		}
	}
	if d.ContentType == "" {
		return fmt.Errorf("its door has no content type for answers; add one")
	}
	for _, p := range d.Paths {
		if first, _, _ := strings.Cut(strings.TrimPrefix(p.Path, "/"), "/"); first == "v1" || first == "call" {
			return fmt.Errorf("the door's path %q is TokenTray's own; a kind's lies elsewhere", p.Path)
		}
		if p.Method == "" || !strings.HasPrefix(p.Path, "/") || p.ID == "" || p.Secret == "" || p.Reads != InQuery && p.Reads != InJSON {
			return fmt.Errorf("the door's path %q needs a method, a place of its parameters, and the names of id and secret; add them", p.Path)
		}
		if p.ForceGap < 0 || p.ForceGap > 0 && p.Force == "" {
			return fmt.Errorf("the door's path %q has a gap between reports that it does not take; correct force_gap", p.Path)
		}
	}
	return nil
}

// Equal reports whether two sets have the same specs in the same order.
func (s Set) Equal(b Set) bool { return reflect.DeepEqual(s.specs, b.specs) }
