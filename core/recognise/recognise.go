// Package recognise finds accounts where people have them: in the names and values
// of configuration files, and in text copied from a console or a message.
//
// It uses two signs. A name tells the role of its value: WECHAT_APP_ID, wx.mp.secret
// and 开发者密码. So does the form of a value: an AppID of WeChat is wx and sixteen
// digits. The names and forms are data, see Words; the readers of all formats and
// the paste boxes use the same Recogniser, so that all of them understand the same.
//
// Everything here is pure: no file is opened and nobody is asked. The result is what
// was written; the caller that saves it checks whether it can be an account. A
// Remark never holds a value, and a name only if it is known.
package recognise

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"tokentray/core"
	"tokentray/core/kinds"
)

// Words are the names of a kind's accounts elsewhere, and the forms of its values.
type Words struct {
	Kind core.Kind
	// IDs and Secrets are names of its AppID and its secret, in lower case and
	// without separators: appid, 开发者id. Kinds may share names.
	IDs, Secrets []string
	// Brands are words in a name that speak of the kind: wechat, wx.
	Brands []string
	// IDForm and SecretForm are regular expressions that all known values match;
	// empty: no form tells one.
	IDForm, SecretForm string
	// IDBegins is how all its IDs begin; empty where that tells no kind. It counts
	// less than a form and than a brand.
	IDBegins string
	// Products are words in a name that tell the product.
	Products map[string]core.Product
	// Fields are the names of its other fields, in the form of IDs, with the keys of
	// the kind's spec.
	Fields map[string]string
	// Anywhere reports that the kind has no base URL of its own, so that any base
	// URL beside it belongs to it.
	Anywhere bool
	// URL reports that the kind has no AppID, and that IDs are names of its base URL.
	URL bool
	// Apart says by what accounts of one ID are told apart.
	Apart Apart
}

// Recogniser knows the words of some kinds. It is safe for use by several
// goroutines.
type Recogniser struct {
	kinds    []kind
	ids      []string // of all kinds, the longest first
	secrets  []string
	params   []string
	apart    []string       // names by which accounts of one ID are told apart, such as agentid
	labelled *regexp.Regexp // a name and its value, in a text
}

type kind struct {
	Words
	id, secret *regexp.Regexp // nil: no form
}

// New returns a recogniser of these kinds. If nothing tells them apart the first one
// is meant. It panics on an invalid regular expression.
func New(all ...Words) *Recogniser {
	r := &Recogniser{}
	for _, w := range all {
		r.kinds = append(r.kinds, kind{w, form(w.IDForm), form(w.SecretForm)})
		r.ids, r.secrets = append(r.ids, w.IDs...), append(r.secrets, w.Secrets...)
		r.params = slices.AppendSeq(r.params, maps.Keys(w.Fields))
		for _, name := range w.Apart.Names {
			if strings.HasSuffix(name, "id") { // another word may be any program's
				r.apart = append(r.apart, name)
			}
		}
	}
	r.ids, r.secrets = longestFirst(r.ids), longestFirst(r.secrets)
	r.labelled = regexp.MustCompile(`(?i)(?:(` + spelled(r.ids) + `)|(` + spelled(r.secrets) + `))` + between + `([0-9A-Za-z_-]{4,512})`)
	return r
}

func form(expr string) *regexp.Regexp {
	if expr == "" {
		return nil
	}
	return regexp.MustCompile(expr)
}

func longestFirst(names []string) []string {
	slices.Sort(names)
	names = slices.Compact(names)
	slices.SortStableFunc(names, func(a, b string) int { return len(b) - len(a) })
	return names
}

// spelled is a regular expression for names in any spelling: app_id, App ID and
// app-id are appid.
func spelled(names []string) string {
	out := make([]string, len(names))
	for i, name := range names {
		letters := strings.Split(name, "")
		for j, l := range letters {
			letters[j] = regexp.QuoteMeta(l)
		}
		out[i] = strings.Join(letters, `[ _.-]?`)
	}
	return strings.Join(out, "|")
}

// Sole is the kind that alone has a name for the field, empty if none or several have,
// or if it is the first: corpsecret is WeCom's.
func (r *Recogniser) Sole(field Field, name string) (of core.Kind) {
	for _, k := range r.kinds {
		names := k.IDs
		if field == Secret {
			names = k.Secrets
		}
		switch {
		case !slices.Contains(names, name):
		case of != "":
			return ""
		default:
			of = k.Kind
		}
	}
	if of == r.kinds[0].Kind {
		return ""
	}
	return of
}

// Of are the words of kinds, from their specs. The default kind comes first. A kind
// with a sibling has the same words as the sibling; the sibling, which does no harm,
// is meant.
func Of(set kinds.Set) []Words {
	var out []Words
	for _, spec := range set.All() {
		if spec.Sibling != "" {
			continue
		}
		id, _ := spec.Field(kinds.AppID)
		secret, _ := spec.Field(kinds.Secret)
		w := Words{
			Kind: spec.Kind, IDs: id.Names, Secrets: secret.Names, Brands: spec.Names,
			IDForm: id.Form(), SecretForm: secret.Form(), Products: map[string]core.Product{}, Fields: fieldsOf(spec),
			Anywhere: spec.BaseURL == "", IDBegins: beginning(id.Hint), Apart: apartOf(spec),
		}
		if !spec.Has(kinds.AppID) && spec.IDField() == kinds.BaseURL { // its accounts are told apart by their URL
			url, _ := spec.Field(kinds.BaseURL)
			w.IDs, w.URL = url.Names, true
		}
		for _, p := range spec.Products {
			for _, name := range p.Names {
				w.Products[name] = p.Product
			}
		}
		if spec.Kind == set.Default().Kind {
			out = slices.Insert(out, 0, w)
		} else {
			out = append(out, w)
		}
	}
	return out
}

// beginning is how IDs begin, as a hint tells it: cli_…. Two letters tell nothing.
func beginning(hint string) string {
	if begins, more := strings.CutSuffix(hint, "…"); more && len(begins) > 2 {
		return begins
	}
	return ""
}

// fieldsOf are the names of a kind's fields beyond AppID and secrets.
func fieldsOf(spec kinds.Spec) map[string]string {
	out := map[string]string{}
	for _, f := range spec.Fields {
		if f.Key == kinds.AppID || f.Input == kinds.SecretText || f.Key == kinds.BaseURL && !spec.Has(kinds.AppID) {
			continue
		}
		for _, name := range f.Names {
			out[name] = f.Key
		}
	}
	return out
}

// Remark is something that was left out or interpreted in a way that a person should
// know about. Code names the sentence in ui/text.
type Remark struct {
	Code string `json:"code"`
	Line int    `json:"line,omitempty"`
	Key  string `json:"key,omitempty"` // if it is one we know
}

// Codes of remarks. ui/text has a sentence for each, in both languages.
const (
	RemarkPlaceholder = "placeholder" // not resolved; the value is left out
	RemarkOther       = "other_app"   // an AppID of another platform
	RemarkComponent   = "component"   // a third-party platform's own AppID
	RemarkLonely      = "lonely"      // an AppSecret without an AppID
	RemarkShape       = "shape"       // looks like an AppID, under a name that tells nothing
)
