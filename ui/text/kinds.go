package text

import (
	"cmp"
	"strings"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// The sentences of a family of kinds are in one file, kind_FAMILY.go. The keys follow
// from the names of a kind K, a product P and a field F:
//
//	kind.K               its name in lists
//	kind.K.choice        its name among all kinds, if not the same
//	kind.K.say           what choosing it means
//	kind.K.force         what a forced token breaks; kind.K.force_live: in production
//	kind.K.consent       what the owner of a live account allows, if asking again
//	                     is destructive; kind.K.consent_live: what that breaks
//	kind.K.instead       what is better about it, where it is offered to an account
//	                     of another kind
//	window.family.F      the heading under which the kinds of Family F are offered
//	product.P            its name; product.P.short: where there is little room
//	product.P.only       for a product in an environment that does not have it
//	where.P              where the console shows the list of addresses;
//	                     where_secret.P: the secret
//	field.F              the label of a field; field.F.VALUE: of a choice;
//	                     field.K.F: if two kinds have different names for it
//	problem.KEY          what is wrong with a field
//	remedy.KEY, cause.KEY, window.remedy.KEY, window.cause.KEY, window.row.KEY
//	code.K.N, fix.K.N    what a code that refuses calls means, and what helps
//	ticket.NAME          the name of a ticket; flag.ticket_NAME: the flag for it
//	starter.group.KEY, starter.call.KEY
//	starter.K.KEY        replaces starter.KEY in the files for its API clients
//
// A kind's own sentence is used before the common one: remedy.K.secret before
// remedy.secret. So is its family's; the family is the kind's name up to the first
// dash. A kind that a user added has labels instead of sentences. The label of a
// field is used before field.F.

// kindTables lists the families.
func kindTables() []table {
	return []table{
		kindWeChat(),
		kindWeChatCodes(),
		kindWeCom(),
		kindWeComCodes(),
		kindOAuth2(),
		kindPresets(),
		kindCentral(), kindRedis(),
	}
}

// ofKind is the key of a kind's sentence: prefix.K.rest, else the key of its family,
// else prefix.rest.
func (t *Text) ofKind(prefix string, k core.Kind, rest string) Key {
	family, _, _ := strings.Cut(string(k), "-")
	for _, of := range []string{string(k), family} {
		if key := Key(prefix + "." + of + "." + rest); of != "" && t.Has(key) {
			return key
		}
	}
	return Key(prefix + "." + rest)
}

// HasOf reports whether there is a sentence for a kind or for all kinds.
func (t *Text) HasOf(prefix string, k core.Kind, rest string) bool {
	return t.Has(t.ofKind(prefix, k, rest))
}

// SayOf returns a kind's sentence: prefix.K.rest, else the sentence of its family,
// else prefix.rest.
func (t *Text) SayOf(prefix string, k core.Kind, rest string, args ...any) string {
	return t.Say(t.ofKind(prefix, k, rest), append(args, t.Names(k)...)...)
}

// Names are a kind's names for its account ID and its secret. They fill the
// placeholders {id} and {secret}: AppID and AppSecret, or Client ID and Client
// secret.
func (t *Text) Names(k core.Kind) []any { return t.namesOf(t.Spec(k)) }

func (t *Text) namesOf(spec kinds.Spec) []any {
	name := func(key string) string {
		f, ok := spec.Field(key)
		if !ok {
			f = kinds.Field{Key: key}
		}
		return t.Field(spec.Kind, f)
	}
	id := spec.IDField()
	if len(spec.Fields) == 0 { // an unknown kind
		id = kinds.AppID
	}
	return []any{"id", name(id), "secret", name(kinds.Secret)}
}

// labelled returns the sentence of a key, else the label, else the name itself.
func (t *Text) labelled(key Key, label kinds.Label, name string) string {
	if t.Has(key) {
		return t.Say(key)
	}
	return cmp.Or(t.label(label), name)
}

// label returns a label in the language, else in the other one.
func (t *Text) label(l kinds.Label) string {
	if t.lang == Chinese {
		return cmp.Or(l["zh"], l["en"])
	}
	return cmp.Or(l["en"], l["zh"])
}

// Kind is a kind's name in lists.
func (t *Text) Kind(k core.Kind) string {
	return t.labelled(Key("kind."+string(k)), t.Spec(k).Label, string(k))
}

// KindChoice is a kind's name in a list of all kinds. It may name the vendor, which
// Kind leaves out.
func (t *Text) KindChoice(k core.Kind) string { return cmp.Or(t.KindSays(k, "choice"), t.Kind(k)) }

// KindSays returns a kind's sentence: choice, say, force, force_live, consent,
// consent_live or instead. It is empty for a kind that a user added.
func (t *Text) KindSays(k core.Kind, what string) string {
	if key := Key("kind." + string(k) + "." + what); t.Has(key) {
		return t.Say(key)
	}
	return ""
}

// Product is the name of a product. It is empty for kinds without products.
func (t *Text) Product(k core.Kind, p core.Product) string {
	one, _ := t.Spec(k).Product(p)
	return t.labelled(Key("product."+string(p)), one.Label, string(p))
}

// ProductShort is the short name of a product, for places with little room.
func (t *Text) ProductShort(k core.Kind, p core.Product) string {
	if key := Key("product." + string(p) + ".short"); t.Has(key) {
		return t.Say(key)
	}
	return t.Product(k, p)
}

// KindLine names product and kind in one line.
func (t *Text) KindLine(k core.Kind, p core.Product) string {
	if product := t.Product(k, p); product != "" {
		return product + " · " + t.Kind(k)
	}
	return t.Kind(k)
}

// Plain is the value of a plain field as people read it, empty for none.
func (t *Text) Plain(p core.Plain, a core.Account) string {
	switch value := p.Of(a); {
	case p.Switch && value == "true":
		return t.Say("cli.yes")
	case !p.Switch && !(p.Number && value == "0"):
		return value
	}
	return ""
}

// Field is the label of a kind's field: the kind's own name for it, else the common
// name.
func (t *Text) Field(k core.Kind, f kinds.Field) string {
	if own := t.OwnField(k, f); own != "" {
		return own
	}
	return t.labelled(Key("field."+f.Key), nil, f.Key)
}

// OwnField is the kind's own name for its field, from a sentence or a label. It is
// empty if the kind has none.
func (t *Text) OwnField(k core.Kind, f kinds.Field) string {
	if key := t.ofKind("field", k, f.Key); key != Key("field."+f.Key) {
		return t.Say(key)
	}
	return t.label(f.Label)
}

// Choice is the name of a value of a choice.
func (t *Text) Choice(k core.Kind, f kinds.Field, value string) string {
	return t.labelled(t.ofKind("field", k, f.Key+"."+value), nil, value)
}

// Starter returns the texts inside the files for API clients, by key. If all accounts
// are of one family, starter.K.rest is used before starter.rest.
func (t *Text) Starter(all []core.Kind) func(key string) string {
	var of core.Kind
	for i, k := range all {
		family, _, _ := strings.Cut(string(k), "-")
		if i > 0 && of != core.Kind(family) {
			of = ""
			break
		}
		of = core.Kind(family)
	}
	return func(key string) string { return t.SayOf("starter", of, strings.TrimPrefix(key, "starter.")) }
}

// Labelled returns the sentence of a key, else the label, else the name itself.
func (t *Text) Labelled(key string, label kinds.Label, name string) string {
	return t.labelled(Key(key), label, name)
}

// OfUpstream reports whether a refusal of this machine's address is upstream's own, so
// that its console has the list although the account asks at another host: a proxy that
// passes its answers on.
func OfUpstream(e *api.Error) bool {
	return e.Class == core.Whitelist && e.UpstreamCode != 0 && e.CallerIP != ""
}

// Where says where the console shows what helps after a refusal: the list of allowed
// addresses, or the secret. It is empty for other failures, or if the place is not
// known.
func (t *Text) Where(e *api.Error, p core.Product) string {
	what := ""
	switch {
	case e.Class == core.Whitelist:
		what = "where"
	case e.Remedy == core.RemedySecret, e.Remedy == core.RemedyFrozenSecret:
		what = "where_secret"
	}
	if what == "" || !t.HasOf(what, e.Kind, string(p)) {
		return ""
	}
	return t.SayOf(what, e.Kind, string(p))
}

// Problem says what is wrong with a field of an account of a kind. A field without a
// sentence of its own gets the common one.
func (t *Text) Problem(k core.Kind, p core.Problem) string {
	key := t.ofKind("problem", k, p.Key)
	if !t.Has(key) {
		for _, general := range []string{"empty", "unknown", "bad", "https"} {
			if p.Key == p.Field+"_"+general {
				key = Key("problem.field_" + general)
			}
		}
	}
	if !t.Has(key) && p.Says != "" {
		return p.Says
	}
	spec := t.Spec(k)
	var products []core.Product
	for _, one := range spec.Products {
		products = append(products, one.Product)
	}
	if len(products) == 0 { // the kind is not known
		products = t.kinds.Products()
	}
	return t.Say(key, append([]any{
		"kinds", joined(t.kinds.Names()), "products", joined(products),
		"path", cmp.Or(spec.TryPath, "/path"), "token", cmp.Or(spec.Token.Query, "access_token"),
	}, t.Names(k)...)...)
}

// joined lists names with commas.
func joined[T ~string](names []T) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = string(n)
	}
	return strings.Join(out, ", ")
}
