package text

import (
	"cmp"
	"strings"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/core/kinds"
)

// The sentences of a family of kinds stand in one file, kind_FAMILY.go, under
// keys that are made by rule of a kind K, a product P, a field F:
//
//	kind.K               what lists call it
//	kind.K.choice        what it is called among all kinds, if not the same
//	kind.K.say           what choosing it means
//	kind.K.force         what a forced token breaks; kind.K.force_live: in production
//	kind.K.consent       what the owner of a live account allows, if asking again
//	                     is destructive; kind.K.consent_live: what that breaks
//	kind.K.instead       what it is like where it is offered to an account of another
//	                     kind
//	product.P            and product.P.short, where there is little room
//	product.P.only       said where a product stands in the environment it is not in
//	where.P              where the console has the list of addresses; where_secret.P
//	                     where it has the secret
//	field.F              the label of a field; field.F.VALUE of a choice. Two
//	                     kinds that call it by different words: field.K.F
//	problem.KEY          what is wrong with a field
//	remedy.KEY, cause.KEY, window.remedy.KEY, window.cause.KEY, window.row.KEY
//	code.K.N, fix.K.N    what a code that refuses calls means, and what helps
//	ticket.NAME          what a ticket is called; flag.ticket_NAME: the flag for it
//	starter.group.KEY, starter.call.KEY
//	starter.K.KEY        in place of starter.KEY in the files for its API clients
//
// A kind's own sentence stands before the one for all: remedy.K.secret before
// remedy.secret. So does its family's; the family is the kind's name up to the
// first dash. A kind that a user added has no sentences but labels; the label of a
// field stands before field.F.

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

// ofKind is the key of what is said for a kind: prefix.K.rest, else that of its
// family, else prefix.rest.
func (t *Text) ofKind(prefix string, k core.Kind, rest string) Key {
	family, _, _ := strings.Cut(string(k), "-")
	for _, of := range []string{string(k), family} {
		if key := Key(prefix + "." + of + "." + rest); of != "" && t.Has(key) {
			return key
		}
	}
	return Key(prefix + "." + rest)
}

// HasOf reports whether there is a sentence for a kind, or for all.
func (t *Text) HasOf(prefix string, k core.Kind, rest string) bool {
	return t.Has(t.ofKind(prefix, k, rest))
}

// SayOf says what is said for a kind: the sentence prefix.K.rest, else that of
// its family, else prefix.rest.
func (t *Text) SayOf(prefix string, k core.Kind, rest string, args ...any) string {
	return t.Say(t.ofKind(prefix, k, rest), append(args, t.Names(k)...)...)
}

// Names are what a kind calls the field that tells its accounts apart and the secret,
// for the places {id} and {secret} of a sentence: AppID and AppSecret, or Client ID and
// Client secret.
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
	if len(spec.Fields) == 0 { // a kind that is not known here
		id = kinds.AppID
	}
	return []any{"id", name(id), "secret", name(kinds.Secret)}
}

// labelled is the sentence of a key, else the label, else the name itself.
func (t *Text) labelled(key Key, label kinds.Label, name string) string {
	if t.Has(key) {
		return t.Say(key)
	}
	return cmp.Or(t.label(label), name)
}

// label is a label in the language, else in the other one.
func (t *Text) label(l kinds.Label) string {
	if t.lang == Chinese {
		return cmp.Or(l["zh"], l["en"])
	}
	return cmp.Or(l["en"], l["zh"])
}

// Kind is what lists call a kind.
func (t *Text) Kind(k core.Kind) string {
	return t.labelled(Key("kind."+string(k)), t.Spec(k).Label, string(k))
}

// KindChoice is what a kind is called among all others, where Kind takes for granted
// what it is of.
func (t *Text) KindChoice(k core.Kind) string { return cmp.Or(t.KindSays(k, "choice"), t.Kind(k)) }

// KindSays is what is said about a kind: choice, say, force, force_live, consent,
// consent_live or instead. It is empty for a kind that a user added.
func (t *Text) KindSays(k core.Kind, what string) string {
	if key := Key("kind." + string(k) + "." + what); t.Has(key) {
		return t.Say(key)
	}
	return ""
}

// Product is what people call a product; empty for kinds without any.
func (t *Text) Product(k core.Kind, p core.Product) string {
	one, _ := t.Spec(k).Product(p)
	return t.labelled(Key("product."+string(p)), one.Label, string(p))
}

// ProductShort is Product where there is little room.
func (t *Text) ProductShort(k core.Kind, p core.Product) string {
	if key := Key("product." + string(p) + ".short"); t.Has(key) {
		return t.Say(key)
	}
	return t.Product(k, p)
}

// KindLine is product and kind in one line.
func (t *Text) KindLine(k core.Kind, p core.Product) string {
	if product := t.Product(k, p); product != "" {
		return product + " · " + t.Kind(k)
	}
	return t.Kind(k)
}

// Field is the label of a kind's field: what the kind itself calls it, else what
// such a field is called everywhere.
func (t *Text) Field(k core.Kind, f kinds.Field) string {
	if own := t.OwnField(k, f); own != "" {
		return own
	}
	return t.labelled(Key("field."+f.Key), nil, f.Key)
}

// OwnField is what a kind itself calls its field, in a sentence or by a label;
// empty where it has no word of its own.
func (t *Text) OwnField(k core.Kind, f kinds.Field) string {
	if key := t.ofKind("field", k, f.Key); key != Key("field."+f.Key) {
		return t.Say(key)
	}
	return t.label(f.Label)
}

// Choice is what people call a value of a choice.
func (t *Text) Choice(k core.Kind, f kinds.Field, value string) string {
	return t.labelled(t.ofKind("field", k, f.Key+"."+value), nil, value)
}

// Starter are the words inside the files for API clients, by their key: for accounts
// of one family starter.K.rest stands before starter.rest.
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

// Labelled is the sentence of a key, else the label, else the name itself.
func (t *Text) Labelled(key string, label kinds.Label, name string) string {
	return t.labelled(Key(key), label, name)
}

// Where is where the console has what helps after a refusal: the list of addresses
// that may call, or the secret. It is empty when neither is the matter, or nobody
// knows.
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

// Problem says what is wrong with a field of an account of a kind. A field that
// has no sentence of its own for it gets the one for every field.
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
	if len(products) == 0 { // nobody said of which kind
		products = t.kinds.Products()
	}
	return t.Say(key, "kinds", joined(t.kinds.Names()), "products", joined(products),
		"path", cmp.Or(spec.TryPath, "/path"), "token", cmp.Or(spec.Token.Query, "access_token"))
}

// joined writes names one after another.
func joined[T ~string](names []T) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = string(n)
	}
	return strings.Join(out, ", ")
}
