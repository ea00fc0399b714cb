package kinds

import (
	"cmp"
	"slices"

	"tokentray/core"
)

// The keys of the fields that are part of every account and not of its Params.
const (
	AppID   = "appid"
	Secret  = "secret"
	BaseURL = "base_url"
)

// APIURL is the key of the param that says where calls go, of an account whose tokens
// come from somewhere else.
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

// Param is the value of a field that is one of an account's params: its own, else
// that of its product, else the first of a choice.
func (s Spec) Param(a core.Account, key string) string {
	product, _ := s.Product(a.Product)
	first := ""
	if f, _ := s.Field(key); len(f.Choices) > 0 {
		first = f.Choices[0]
	}
	return cmp.Or(a.Params.Get(key), product.Defaults[key], first)
}
