package kinds

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"tokentray/core"
)

// Ticket is a ticket for the JS-SDK: the pages of an account sign their own address
// with it. It is requested with the account's token, and belongs to the account, not
// to that token.
type Ticket struct {
	// Name names it among the kind's: --NAME of the command that signs.
	Name  string `json:"name"`
	Label Label  `json:"label,omitempty"`
	// Products are those whose accounts have it; none: all. Needs is the key of a
	// field without which an account has none; empty: there is no such field.
	Products []core.Product `json:"products,omitempty"`
	Needs    string         `json:"needs,omitempty"`

	// Path and Query are those of the call that gives it, a GET; the token goes
	// where the kind's tokens go.
	Path  string `json:"path"`
	Query []Pair `json:"query,omitempty"`

	// Call is the function of the page that takes the signature, and Config the object
	// that it takes, in order. A value is JSON, or the name of one in braces: {nonce},
	// {timestamp}, {signature}, and of the account {appid} or a param.
	Call   string `json:"call"`
	Config []Pair `json:"config"`
	// Checker is upstream's page for checking a signature; empty: there is none.
	Checker string `json:"checker,omitempty"`
}

// Values of a Config that are no field of an account.
const (
	ConfigNonce     = "{nonce}"
	ConfigTimestamp = "{timestamp}"
	ConfigSignature = "{signature}"
)

// TicketsOf are the tickets that an account can have; the first is the default.
func (s Spec) TicketsOf(a core.Account) []Ticket {
	var out []Ticket
	for _, t := range s.Tickets {
		needed, known := s.Field(t.Needs)
		if (len(t.Products) == 0 || slices.Contains(t.Products, a.Product)) && (!known || needed.Value(a) != "") {
			out = append(out, t)
		}
	}
	return out
}

// Ticket returns what the spec says of a ticket.
func (s Spec) Ticket(name string) (Ticket, bool) {
	for _, t := range s.Tickets {
		if t.Name == name {
			return t, true
		}
	}
	return Ticket{}, false
}

// TicketNames lists the names of the tickets of all kinds, each once.
func (s Set) TicketNames() []string {
	var out []string
	for _, one := range s.specs {
		for _, t := range one.Tickets {
			if !slices.Contains(out, t.Name) {
				out = append(out, t.Name)
			}
		}
	}
	return out
}

// Asks is the query of the call for the ticket, with a token in it.
func (t Ticket) Asks(place Place, token string) url.Values {
	q := url.Values{place.Query: {token}}
	for _, one := range t.Query {
		q.Set(one.Name, one.Value)
	}
	return q
}

// Texts that go into a page have these forms, so that they are a call and nothing
// more.
var (
	function = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*(\.[A-Za-z][A-Za-z0-9]*)*$`)
	word     = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`)
	literal  = regexp.MustCompile(`^(true|false|\[("[A-Za-z0-9]+")?(,"[A-Za-z0-9]+")*\])$`)
)

// valid says what is wrong with a ticket of a kind.
func (t Ticket) valid(s Spec) error {
	switch {
	case !name.MatchString(t.Name):
		return fmt.Errorf("its name must be lower case letters, digits and dashes; rename it")
	case t.Needs != "" && !s.Has(t.Needs):
		return fmt.Errorf("it needs the field %q, which the kind does not have; correct it", t.Needs)
	case t.Path == "" || !path.MatchString(t.Path):
		return fmt.Errorf("its path must begin with a slash and hold no blanks, quotes or brackets; correct it")
	case s.Token.Query == "":
		return fmt.Errorf("the kind's token goes into a header, where no call for a ticket takes it; leave the ticket out")
	case !function.MatchString(t.Call):
		return fmt.Errorf("its call must be a function such as wx.config; correct it")
	case t.Checker != "" && !isHTTPS(t.Checker):
		return fmt.Errorf("its checker must be an https URL; correct it")
	}
	for _, p := range t.Products {
		if _, ok := s.Product(p); !ok {
			return fmt.Errorf("the kind has no product %q; correct it", p)
		}
	}
	for _, q := range t.Query {
		if !member.MatchString(q.Name) || !value.MatchString(q.Value) {
			return fmt.Errorf("its query has a parameter with blanks, quotes or signs; correct it")
		}
	}
	signed := map[string]bool{}
	for i, m := range t.Config {
		if !word.MatchString(m.Name) || slices.ContainsFunc(t.Config[:i], func(b Pair) bool { return b.Name == m.Name }) {
			return fmt.Errorf("its config has the member %q twice, or it is no word; correct it", m.Name)
		}
		if !t.knows(s, m.Value) {
			return fmt.Errorf("the member %q of its config has the value %q, which is none that can be filled in; correct it", m.Name, m.Value)
		}
		signed[m.Value] = true
	}
	for _, need := range []string{ConfigNonce, ConfigTimestamp, ConfigSignature} {
		if !signed[need] {
			return fmt.Errorf("its config lacks %s; add it", need)
		}
	}
	return nil
}

// knows reports whether a value of the config can be filled in.
func (t Ticket) knows(s Spec, v string) bool {
	switch v {
	case ConfigNonce, ConfigTimestamp, ConfigSignature:
		return true
	}
	if key, ok := strings.CutPrefix(v, "{"); ok {
		f, has := s.Field(strings.TrimSuffix(key, "}"))
		return has && strings.HasSuffix(v, "}") && f.Key != Secret
	}
	return literal.MatchString(v)
}
