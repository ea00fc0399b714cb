package recognise

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"tokentray/core"
)

// Field is the role of a value in an account.
type Field int

// The fields that names tell.
const (
	None Field = iota
	ID
	Secret
	Param // another field of a kind
	Proxy // the proxy, or a part of it
	Env   // sandbox or live
)

// Meaning is what a name says.
type Meaning struct {
	Field Field
	Name  string   // the known name that it contains: appid, secret
	Rest  []string // the other words, the same for all values of an account
}

// maxHead is how many letters may precede a known name without a separator, as in
// wxappid; with more it is another word.
const maxHead = 10

// Meaning finds the meaning of a name: SHOP_WX_APPID is the ID of an account with
// the rest shop, wx.
func (r *Recogniser) Meaning(name string) Meaning {
	words := Split(name)
	for i := range words {
		for span := min(3, len(words)-i); span > 0; span-- {
			if m, ok := r.known(words, i, span); ok {
				return m
			}
		}
	}
	if i := slices.Index(words, "secret"); i >= 0 {
		return Meaning{Secret, "secret", slices.Concat(words[:i], words[i+1:])}
	}
	if m, ok := r.further(words); ok {
		return m
	}
	if i := environmentWord(words); i >= 0 {
		return Meaning{Env, words[i], words[:i]}
	}
	return Meaning{}
}

// further looks for the name of a proxy or of a kind's other fields at the end of a
// name.
func (r *Recogniser) further(words []string) (Meaning, bool) {
	for i := max(0, len(words)-4); i < len(words); i++ {
		joined := strings.Join(words[i:], "")
		if part := proxyPart(joined); part != "" {
			return Meaning{Proxy, part, words[:i]}, true
		}
		if slices.Contains(r.params, joined) {
			return Meaning{Param, joined, words[:i]}, true
		}
	}
	for i := range words { // WECOM_AGENT_ID_CRM beside WECOM_SECRET_CRM
		for span := min(3, len(words)-i); span > 0; span-- {
			if joined := strings.Join(words[i:i+span], ""); slices.Contains(r.apart, joined) {
				return Meaning{Param, joined, slices.Concat(words[:i], words[i+span:])}, true
			}
		}
	}
	return Meaning{}, false
}

// known looks for a known name in words[i:i+span], all of which belong to it. The
// generic word secret is looked for last.
func (r *Recogniser) known(words []string, i, span int) (Meaning, bool) {
	joined := strings.Join(words[i:i+span], "")
	for _, of := range []struct {
		field Field
		names []string
	}{{ID, r.ids}, {Secret, r.secrets}} {
		for _, name := range of.names {
			head, ok := strings.CutSuffix(joined, name)
			if !ok || name == "secret" || len(head) > maxHead || len(head) >= len(words[i]) {
				continue
			}
			rest := slices.Clone(words[:i])
			if head != "" {
				rest = append(rest, head)
			}
			return Meaning{of.field, name, append(rest, words[i+span:]...)}, true
		}
	}
	return Meaning{}, false
}

// Split splits a name: SHOP_WX_APPID, shop.wxAppId and shop-wx-appid become shop,
// wx, appid or shop, wx, app, id.
func Split(name string) []string {
	var words []string
	var word []rune
	end := func() {
		if len(word) > 0 {
			words = append(words, strings.ToLower(string(word)))
			word = nil
		}
	}
	last := ' '
	for _, r := range name {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			end()
		case unicode.IsUpper(r) && (unicode.IsLower(last) || unicode.IsDigit(last)):
			end()
			fallthrough
		default:
			word = append(word, r)
		}
		last = r
	}
	end()
	return words
}

// ProductOf is the product that words name, empty if none.
func (r *Recogniser) ProductOf(words []string) core.Product {
	for _, w := range words {
		for _, k := range r.kinds {
			if p, ok := k.Products[w]; ok {
				return p
			}
		}
	}
	return ""
}

// KindOf is the kind that a word names: by its own name, else by one of its other
// names, in Chinese also with more words behind it: 华为推送. Empty if none.
func (r *Recogniser) KindOf(word string) core.Kind {
	for _, k := range r.kinds {
		if string(k.Kind) == word {
			return k.Kind
		}
	}
	for _, k := range r.kinds {
		if slices.Contains(k.Brands, word) {
			return k.Kind
		}
	}
	for _, k := range r.kinds {
		if strings.ContainsFunc(word, isHan) && k.begun(word) {
			return k.Kind
		}
	}
	return ""
}

// IsBrand reports whether a word stands for one of the kinds.
func (r *Recogniser) IsBrand(word string) bool {
	return slices.ContainsFunc(r.kinds, func(k kind) bool { return slices.Contains(k.Brands, word) })
}

// Speaks reports whether words contain a brand.
func (r *Recogniser) Speaks(words []string) bool {
	return slices.ContainsFunc(r.kinds, func(k kind) bool { return k.speaks(words) })
}

func (k kind) speaks(words []string) bool {
	return k.branded(words) || k.productOf(words) != ""
}

// branded reports whether words contain a brand of the kind's: alone, in two words, as
// in wx-work, or with another grown onto it, as in douyinmini.
func (k kind) branded(words []string) bool {
	for i, w := range words {
		if slices.Contains(k.Brands, w) || k.begun(w) || i > 0 && slices.Contains(k.Brands, words[i-1]+w) {
			return true
		}
	}
	return false
}

// begun reports whether a word begins with a brand of the kind's that is long enough to
// be no part of another word.
func (k kind) begun(word string) bool {
	return slices.ContainsFunc(k.Brands, func(brand string) bool { return len(brand) >= longBrand && strings.HasPrefix(word, brand) })
}

// longBrand is how many bytes a brand has that other words do not begin with: five
// letters, two characters in Chinese.
const longBrand = 5

// grown is what is grown onto a brand: mp in wxmp; else the word itself.
func (k kind) grown(word string) string {
	for _, brand := range k.Brands {
		if rest, ok := strings.CutPrefix(word, brand); ok && rest != "" {
			return rest
		}
	}
	return word
}

// productOf is the kind's product that the words name first.
func (k kind) productOf(words []string) core.Product {
	for i, w := range words {
		both := ""
		if i+1 < len(words) { // mp-weixin, which is another product than mp
			both = w + words[i+1]
		}
		for _, name := range []string{both, w, k.grown(w)} {
			if p := k.Products[name]; p != "" {
				return p
			}
		}
	}
	return ""
}

// NameOf makes an account's name from the rest of its values' names: without the
// environment and, if something remains, without the brand. spare has all of it.
func (r *Recogniser) NameOf(words []string) (name, spare string) {
	spare = strings.Join(words, "-")
	short := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return environment(w) != "" })
	if own := slices.DeleteFunc(slices.Clone(short), r.IsBrand); len(own) > 0 && (r.ProductOf(own) == "" || len(own) > 1) {
		short = own
	}
	if name = strings.Join(short, "-"); name == "" {
		name = string(r.kinds[0].Kind)
	}
	if spare == "" {
		spare = name
	}
	return name, spare
}

// plainName is the form of a name that may be shown. A secret in the place of a name
// does not pass, since its words must tell a field.
var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.\-\[\]]*$`)

// longestName is the most bytes of such a name.
const longestName = 80

// IsPlain reports whether a text looks like a name, and not like a secret in the
// place of one.
func IsPlain(name string) bool { return len(name) <= longestName && plainName.MatchString(name) }

// Shown is the name if it is known, and may be shown; else empty.
func (r *Recogniser) Shown(name string) string {
	if r.Meaning(name).Field == None {
		return ""
	}
	return showable(name)
}

// showable is a name that may be told, else empty.
func showable(name string) string {
	if !IsPlain(name) || core.HoldsSecret(name) {
		return ""
	}
	return name
}
