package kinds

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	urlpath "path"
	"regexp"
	"slices"
	"strings"

	"tokentray/core"
)

// Keys of problems with a kind's fields, in addition to those of their checks. A
// required field that is empty has the problem KEY_empty, a value outside of a
// choice KEY_unknown, one beside the field that it replaces KEY_both, an invalid URL
// KEY_bad or KEY_https.
const (
	ProblemKind       = "kind_unknown"
	ProblemProduct    = "product_unknown"
	ProblemField      = "field_unknown" // the kind has no such field
	ProblemFieldLong  = "field_long"
	ProblemSecretLong = "secret_long"
	ProblemSecretTrim = "secret_trimmed" // a warning
	ProblemWatch      = "watch_unable"   // a warning: its tokens cannot be checked
)

// Clean is core.Account.Clean and what the kind adds: its first product if none was
// named, the first value of a required choice, and URLs in their one spelling: a base
// URL does not end with where the paths below it begin, as in https://host/cgi-bin.
func (s Set) Clean(a core.Account) core.Account {
	written := strings.TrimSpace(a.BaseURL)
	a = a.Clean()
	spec, _ := s.Of(a.Kind)
	if a.Product == "" {
		a.Product = spec.FirstProduct("")
	}
	a.BaseURL = spec.root(a.BaseURL)
	if spec.Endpoint && a.BaseURL != "" {
		a.BaseURL = spec.endpoint(written, a.Product)
	}
	params := s.gathered(spec, a.Params.Map())
	for _, f := range spec.Fields {
		switch value := params[f.Key]; {
		case f.Input == URL && value != "":
			params[f.Key] = core.CleanURL(value)
		case f.Input == Pairs && value != "":
			params[f.Key] = cleanPairs(value)
		case f.Input == Choice && f.Required && value == "" && len(f.Choices) > 0 && !f.Own():
			params[f.Key] = f.Choices[0]
		}
	}
	a.Params = core.ParamsOf(params)
	return a
}

// root is a base URL without the path, or its folder, at which the kind's tokens are
// asked for below it: that is added to each call.
func (s Spec) root(base string) string {
	if s.Door == nil {
		return base
	}
	for _, p := range s.Door.Paths {
		for _, tail := range []string{p.Path, urlpath.Dir(p.Path)} {
			if rest, ok := strings.CutSuffix(base, tail); ok && tail != "/" && strings.Contains(rest, "://") {
				return rest
			}
		}
	}
	return base
}

// Fit is an account whose kind has just been changed, without the former kind's
// params and product, which the new kind does not have.
func (s Set) Fit(a core.Account) core.Account {
	spec, known := s.Of(a.Kind)
	if !known {
		return a
	}
	if _, ok := spec.Product(a.Product); !ok {
		a.Product = spec.FirstProduct(a.Env)
	}
	if !spec.Has(AppID) {
		a.AppID = ""
	}
	if !spec.TakesCA() {
		a.CA = ""
	}
	params := a.Params.Map()
	maps.DeleteFunc(params, func(key, _ string) bool { return !spec.Has(key) })
	a.Params = core.ParamsOf(params)
	return a
}

// Check reports what is wrong or odd with a cleaned account, in the order of the
// form: what is wrong for any kind, and what is wrong for its kind.
func (s Set) Check(a core.Account) core.Problems {
	found := append(a.Check(), s.shown(a)...)
	spec, known := s.Of(a.Kind)
	if !known {
		found = append(found, core.Problem{Field: "kind", Key: ProblemKind, Says: "must be one of " + list(s.Names())})
		if a.Product != "" && !slices.Contains(s.Products(), a.Product) {
			found = append(found, core.Problem{Field: "product", Key: ProblemProduct, Says: "must be one of " + list(s.Products())})
		}
	} else {
		found = spec.allowHTTP(a, append(spec.ownScheme(a, found), spec.check(a)...))
	}
	if a.Declined != "" && !name.MatchString(string(a.Declined)) {
		found = append(found, core.Problem{Field: "declined", Key: ProblemKind, Says: "must be one of " + list(s.Names())})
	}
	order := []string{"name", "env", "kind", "product"}
	for _, f := range spec.Fields {
		order = append(order, f.Key)
	}
	for _, p := range core.Plains() {
		if p.Key != AppID { // a kind without an AppID reports that first
			order = append(order, p.Key) // of two places the first counts
		}
	}
	slices.SortStableFunc(found, func(a, b core.Problem) int {
		return slices.Index(order, a.Field) - slices.Index(order, b.Field)
	})
	return found
}

// shown finds a secret of a kind's own form in the fields by which people call an
// account. core finds those of 32 hexadecimal digits.
func (s Set) shown(a core.Account) (found core.Problems) {
	for field, text := range map[string]string{"name": a.Name, "group": a.Group} {
		if core.LooksRandom(text) && !core.HoldsSecret(text) && s.LooksSecret(text) {
			found = append(found, core.Problem{Field: field, Key: core.ProblemNameSecret})
		}
	}
	return found
}

// CheckChange is Check for an account that was was before. A field with a text that
// looks like a secret is only warned about if it did not change: an earlier version
// accepted it, and every other field must remain editable.
func (s Set) CheckChange(a, was core.Account) core.Problems {
	found := s.Check(a)
	for i, p := range found {
		if p.Key == core.ProblemNameSecret && (p.Field == "name" && a.Name == was.Name || p.Field == "group" && a.Group == was.Group) || p.Key == ProblemAppIDSecret && a.AppID == was.AppID {
			found[i].Warn = true
		}
	}
	return found
}

// TokenID names the token that an account asks for, see core.TokenID. For a kind
// that the set does not know every field counts.
func (s Set) TokenID(a core.Account) core.TokenID {
	spec, known := s.Of(a.Kind)
	if !known {
		return core.NewTokenID(a, "", a.Params.Keys())
	}
	return core.NewTokenID(a, spec.Base(a), spec.identity())
}

// identity are the keys of the params that tell one token from another. Without an
// AppID only the secret may tell, see core.Unshared.
func (s Spec) identity() []string {
	var out []string
	if !s.Has(AppID) && s.Has(Secret) {
		out = append(out, core.Unshared)
	}
	for _, f := range s.Fields {
		if f.Identity && !f.Own() {
			out = append(out, f.Key)
		}
	}
	return out
}

// Own reports whether the field is a part of every account, and not one of its
// Params.
func (f Field) Own() bool { return f.Key == AppID || f.Key == Secret || f.Key == BaseURL }

// Value is an account's value of a field; a secret's is always empty.
func (f Field) Value(a core.Account) string {
	switch f.Key {
	case AppID:
		return a.AppID
	case BaseURL:
		return a.BaseURL
	case Secret:
		return ""
	}
	return a.Params.Get(f.Key)
}

// Set is an account with another value of the field. A secret is not part of the
// account.
func (f Field) Set(a core.Account, value string) core.Account {
	switch f.Key {
	case AppID:
		a.AppID = value
	case BaseURL:
		a.BaseURL = value
	case Secret:
	default:
		a = core.Input{Params: map[string]string{f.Key: value}}.Over(a)
	}
	return a
}

// check is what is wrong for the kind alone.
func (s Spec) check(a core.Account) core.Problems {
	var out core.Problems
	if _, ok := s.Product(a.Product); !ok && (len(s.Products) > 0 || a.Product != "") {
		var names []core.Product
		for _, p := range s.Products {
			names = append(names, p.Product)
		}
		out = append(out, core.Problem{Field: "product", Key: ProblemProduct, Says: "must be one of " + list(names)})
	}
	if a.Watch && !s.CanCheck(a) {
		out = append(out, core.Problem{Field: "watch", Key: ProblemWatch, Warn: true})
	}
	for _, f := range s.Fields {
		if f.Key != Secret {
			out = append(out, s.asks(f, a).check(f.Value(a))...)
		}
		if other, ok := s.Field(f.Instead); ok && !f.Required && f.Value(a) != "" && other.Value(a) != "" {
			out = append(out, core.Problem{Field: f.Key, Key: f.Key + "_both", Says: "stands in the place of " + other.Key + "; leave one of the two out"})
		}
	}
	if a.AppID != "" && !s.Has(AppID) {
		out = append(out, unknown(AppID))
	}
	if a.CA != "" && !s.TakesCA() {
		out = append(out, unknown("ca"))
	}
	for _, key := range a.Params.Keys() {
		if f, ok := s.Field(key); !ok || f.Own() {
			out = append(out, unknown(key))
		}
	}
	return out
}

// allowHTTP is found without the refusals of plain http that the account's owner
// allowed for a private network. It is never allowed where calls go: they carry the
// token.
func (s Spec) allowHTTP(a core.Account, found core.Problems) core.Problems {
	if !s.PlainHTTP(a) {
		return found
	}
	return slices.DeleteFunc(found, func(p core.Problem) bool {
		f, ok := s.Field(p.Field)
		if !ok || f.Input != URL || p.Key != p.Field+"_https" || s.APIBase == "{"+f.Key+"}" {
			return false
		}
		if f.Key == BaseURL && len(s.Schemes) > 0 {
			return false // ownScheme looked at each of its hosts
		}
		u, err := url.Parse(f.Value(a))
		return err == nil && core.MaybePrivate(u.Hostname())
	})
}

// PlainHTTP reports whether an account's owner allowed plain http to the addresses
// of a private network.
func (s Spec) PlainHTTP(a core.Account) bool {
	return s.PrivateHTTP != "" && a.Params.Get(s.PrivateHTTP) == "true"
}

// asks is a field with what it requires of an account: it is not required if another
// one replaces it or the product has a value for it, and is required if the product
// says so.
func (s Spec) asks(f Field, a core.Account) Field {
	product, _ := s.Product(a.Product)
	other, ok := s.Field(f.Instead)
	switch {
	case ok && other.Value(a) != "", f.Key == BaseURL && s.Base(a) != "":
		f.Required = false
	case slices.Contains(product.Requires, f.Key):
		f.Required = true
	}
	f.Checks = slices.Concat(f.Checks, product.Checks[f.Key])
	return f
}

// Wants reports whether a field must not be empty, given the rest of the account.
func (s Spec) Wants(f Field, a core.Account) bool { return s.asks(f, a).Required }

func unknown(key string) core.Problem {
	return core.Problem{Field: key, Key: ProblemField, Says: "is no field of this kind; leave it out"}
}

// check reports what is wrong or odd with a value of the field; at most one thing.
func (f Field) check(value string) core.Problems {
	one := func(key, says string) core.Problems { return core.Problems{{Field: f.Key, Key: key, Says: says}} }
	switch {
	case value == "" && f.Required:
		return one(f.Key+"_empty", cmp.Or(f.Missing, "is empty; enter it"))
	case value == "":
		return nil
	case len(value) > core.MaxParam:
		return one(ProblemFieldLong, fmt.Sprintf("is longer than %d bytes; shorten it", core.MaxParam))
	}
	for _, c := range f.Checks {
		if !c.passes(value) {
			return core.Problems{{Field: f.Key, Key: c.Problem, Warn: c.Warn, Says: c.Says}}
		}
	}
	switch {
	case f.Input == Pairs:
		if _, err := url.ParseQuery(value); err != nil {
			return one(f.Key+"_bad", "must be pairs of the form name=value&name=value")
		}
	case f.Input == Choice && !slices.Contains(f.Choices, value), f.Input == Bool && value != "true" && value != "false":
		choices := f.Choices
		if f.Input == Bool {
			choices = []string{"true", "false"}
		}
		return one(f.Key+"_unknown", "must be one of "+list(choices))
	case f.Input == URL && f.Key != BaseURL: // core checks that one for every kind
		switch core.CheckURL(value) {
		case "bad":
			return one(f.Key+"_bad", core.Problem{Key: core.ProblemBaseURL}.Sentence())
		case "https":
			return one(f.Key+"_https", core.Problem{Key: core.ProblemBaseURLHTTPS}.Sentence())
		}
	}
	return nil
}

// passes reports whether a value passes a check. An invalid check passes everything;
// a Set has none.
func (c Check) passes(value string) bool {
	if c.Never != "" {
		never, err := regexp.Compile(c.Never)
		return err != nil || !never.MatchString(value)
	}
	match, err := regexp.Compile(c.Match)
	return err != nil || match.MatchString(value)
}

// NoKey stands for the secret of an account without one, if its kind lets the field
// be empty: so the vault always has an entry.
const NoKey = "-"

// CleanSecret trims a pasted secret and reports what is wrong or odd with it. A kind
// without a secret accepts none.
func (s Spec) CleanSecret(secret core.Secret) (core.Secret, core.Problems) {
	raw := secret.Reveal()
	clean := strings.TrimSpace(raw)
	f, has := s.Field(Secret)
	switch {
	case !has && clean == "":
		return core.Secret{}, nil
	case !has:
		return core.Secret{}, core.Problems{unknown(Secret)}
	case clean == "" && !f.Required:
		return core.NewSecret(NoKey), nil
	case len(clean) > core.MaxKey:
		return core.NewSecret(clean), core.Problems{{Field: Secret, Key: ProblemSecretLong, Says: fmt.Sprintf("is longer than %d bytes; copy it again", core.MaxKey)}}
	}
	found := f.check(clean)
	if len(found.Fatal()) == 0 && clean != raw {
		found = append(core.Problems{{Field: Secret, Key: ProblemSecretTrim, Warn: true}}, found...)
	}
	return core.NewSecret(clean), found
}

// list writes names as people do: a, b or c.
func list[T ~string](names []T) string {
	var b strings.Builder
	for i, n := range names {
		switch {
		case i > 0 && i == len(names)-1:
			b.WriteString(" or ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(string(n))
	}
	return b.String()
}

// LooksSecret reports whether a whole text has the form of a kind's secret, if the
// kind has one: such a text must not be in a field that is shown.
func (s Set) LooksSecret(text string) bool {
	text = strings.TrimSpace(text)
	for _, spec := range s.specs {
		f, _ := spec.Field(Secret)
		if form := f.Form(); form != "" && (Check{Match: form}).passes(text) {
			return true
		}
	}
	return false
}
