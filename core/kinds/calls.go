package kinds

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tokentray/core"
)

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

// Reading reports whether a call changes nothing.
func (s Spec) Reading(method, path string) bool {
	return slices.ContainsFunc(s.Reads, func(p Pattern) bool { return p.Fits(method, path) })
}

// ClosedFor is the spec with the addresses closed at which an account asks for its tokens:
// those differ from account to account.
func (s Spec) ClosedFor(a core.Account) Spec {
	asked := []string{s.Introspects(a)}
	for _, f := range s.Fields {
		switch {
		case f.Key == BaseURL && s.Endpoint && len(s.Schemes) == 0:
			asked = append(asked, s.Base(a))
		case f.Input == URL && !f.Own() && f.Key != APIURL && f.Key != IntrospectionURL:
			asked = append(asked, a.Params.Get(f.Key))
		}
	}
	base, known := "", false // the path of the API, which those of its calls follow
	var own []Pattern
	for _, raw := range asked {
		u, err := url.Parse(raw)
		if err != nil || strings.Trim(u.Path, "/") == "" {
			continue
		}
		if !known {
			known = true
			if api, err := url.Parse(s.API(a)); err == nil {
				base = strings.TrimSuffix(api.Path, "/")
			}
		}
		if path, below := strings.CutPrefix(u.Path, base); below && strings.HasPrefix(path, "/") {
			own = append(own, Pattern{Path: path})
		}
	}
	if len(own) > 0 {
		s.Closed = slices.Concat(s.Closed, own)
	}
	return s
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
	if own := a.Params.Get(IntrospectionURL); own != "" {
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
	if product.Probe == "" || a.Params.Get(APIURL) != "" {
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

// CallWorked reports whether a code of an answer, in the field of that name, means that
// the call worked. A field with dots leads into nested objects.
func (s Spec) CallWorked(field, value string) bool {
	return slices.ContainsFunc(s.Works, func(a Answer) bool { return a.Field == field && slices.Contains(a.Values, value) })
}

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

// CodeName is the name of the code in the kind's answers; empty: they have none.
func (s Spec) CodeName() string {
	if names := s.CodeNames(); len(names) > 0 {
		return names[0]
	}
	return ""
}

// CodeNames are the names that the code can have in the kind's answers.
func (s Spec) CodeNames() []string {
	var out []string
	if s.Door != nil {
		out = append(out, s.Door.Code)
	}
	for _, a := range slices.Concat(s.Dead, s.Works) {
		if a.Field != "" && !slices.Contains(out, a.Field) {
			out = append(out, a.Field)
		}
	}
	return out
}

// ZeroWorks reports whether the code of an answer is a number, and 0 where the call worked.
func (s Spec) ZeroWorks() bool {
	name := s.CodeName()
	works := slices.ContainsFunc(s.Works, func(a Answer) bool { return a.Field == name })
	return !works && slices.ContainsFunc(s.DeadValues(name), func(value string) bool {
		_, err := strconv.Atoi(value)
		return name != "" && err == nil
	})
}
