package recognise

import (
	"cmp"
	"slices"
	"strings"
)

// byForm finds IDs and secrets whose names tell nothing. A value that has the form
// of a secret belongs to the ID whose name shares most words with its own, at least
// one at the beginning. So MY_ID and MY_KEY are a pair, and another service's key is
// not.
func (g *groups) byForm(vars []Variable) {
	ids, secrets := g.loose(vars)
	var pairs []pair
	for _, id := range ids {
		for _, secret := range secrets {
			if n := common(id.words, secret.words); n > 0 && id.of.secret.MatchString(secret.value()) {
				pairs = append(pairs, pair{id, secret, n})
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int {
		return cmp.Or(b.common-a.common, a.lines()-b.lines())
	})
	unclear := len(ids) == 1 && len(pairs) > 1 && pairs[0].common == pairs[1].common // which of the secrets is it?
	for _, p := range pairs {
		if !unclear && !p.id.used && !p.secret.used {
			p.id.used, p.secret.used = true, true
			g.addPair(p)
		}
	}
	for _, id := range ids {
		if !id.used && id.in == nil && len(g.remarks) < maxShapes {
			g.remarks = append(g.remarks, Remark{RemarkShape, id.Line, showable(id.Name)})
		}
	}
}

// maxShapes bounds the remarks about values that look like an AppID.
const maxShapes = 20

// maxLoose bounds the work for a file with nothing else.
const maxLoose = 1000

// looseEnd is a variable without its other half.
type looseEnd struct {
	Variable
	words []string
	of    *kind      // of an ID, the kind that has its form
	in    *Candidate // where its name put it, if anywhere
	used  bool
}

func (l looseEnd) value() string { return strings.TrimSpace(l.Value) }

type pair struct {
	id, secret *looseEnd
	common     int
}

func (p pair) lines() int { return max(p.id.Line-p.secret.Line, p.secret.Line-p.id.Line) }

// loose are the IDs without a secret and the secrets without an ID.
func (g *groups) loose(vars []Variable) (ids, secrets []*looseEnd) {
	known := map[string]bool{}
	for _, c := range g.order {
		for _, id := range c.IDs {
			known[strings.TrimSpace(id.Text)] = true
		}
	}
	paid := slices.ContainsFunc(vars, func(v Variable) bool { return OfMerchant(v.Name) })
	for _, v := range vars {
		if max(len(ids), len(secrets)) >= maxLoose {
			break
		}
		l := &looseEnd{Variable: v, words: Split(v.Name)}
		m := g.r.Meaning(v.Name)
		if m.Field == ID || m.Field == Secret {
			l.in = g.byRest[strings.Join(m.Rest, "_")]
		}
		if l.in != nil && l.in.Shares {
			continue
		}
		l.of = g.r.kindByForm(l.value())
		switch {
		case m.Field == ID && l.of != nil && l.of.secret != nil && l.in.Secret == nil && l.of.otherApp(*l.in) == "":
			ids = append(ids, l)
		case m.Field == Secret && len(l.in.IDs) == 0, m.Field == None && l.of == nil:
			if g.r.MayBeSecret(v.Name, v.Value) && !(paid && slices.Contains(l.words, "key")) {
				secrets = append(secrets, l)
			}
		case m.Field == None && l.of != nil && l.of.secret != nil && !known[l.value()] && l.of.otherApp(Candidate{Words: l.words}) == "":
			ids = append(ids, l)
		}
	}
	return ids, secrets
}

// addPair makes an account from a pair, or completes the one that lacks its secret.
func (g *groups) addPair(p pair) {
	secret := &Value{Text: p.secret.Value, Line: p.secret.Line, Shown: g.r.Shown(p.secret.Name)}
	if p.id.in != nil {
		p.id.in.Secret = secret
	} else {
		words := p.id.words[:commonWords(p.id.words, p.secret.words)]
		c := &Candidate{Words: words, Secret: secret, Named: true, IDs: []Value{{Text: p.id.Value, Line: p.id.Line}}}
		c.Env = EnvOf(p.id.words)
		g.order = append(g.order, c)
	}
	if c := p.secret.in; c != nil && c != p.id.in { // the remark was only about this secret
		c.Secret = nil
	}
}

func commonWords(a, b []string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// common counts the words with which both names begin; 0 if these are generic:
// APP_KEY is no part of what APP_ID names.
func common(a, b []string) int {
	n := commonWords(a, b)
	if slices.ContainsFunc(a[:n], func(w string) bool {
		switch w {
		case "app", "application", "vite", "vue", "react", "next", "nuxt", "public", "spring", "config", "settings", "env", "services", "environment", "variables", "data":
			return false
		}
		return environment(w) == ""
	}) {
		return n
	}
	return 0
}

// otherSecret reports whether a word says that a value with the form of a secret is
// a different one.
func otherSecret(word string) bool {
	switch word {
	case "pay", "payment", "mch", "mchid", "merchant", "aes", "aeskey", "encoding", "encodingaeskey", "token", "jwt", "cert", "serial", "md5", "salt", "session",
		"cookie", "csrf", "sign", "signature", "hash", "v3", "apiv3", "apikey", "db", "redis", "mysql", "trace", "build", "commit":
		return true
	}
	return false
}

// kindByForm is the kind whose IDs have a form and the value has it, nil if there
// is none.
func (r *Recogniser) kindByForm(value string) *kind {
	for i := range r.kinds {
		if k := &r.kinds[i]; k.id != nil && k.id.MatchString(value) {
			return k
		}
	}
	return nil
}

// HasForm reports whether a value has the form of an ID or of a secret.
func (r *Recogniser) HasForm(value string) bool {
	value = strings.TrimSpace(value)
	return r.kindByForm(value) != nil || r.hasSecretForm(value)
}

// IsPair reports whether one value has the form of an ID, and another that of the
// secrets of its kind.
func (r *Recogniser) IsPair(id, secret string) bool {
	k := r.kindByForm(strings.TrimSpace(r.Clean(id)))
	return k != nil && k.secret != nil && k.secret.MatchString(strings.TrimSpace(r.Clean(secret)))
}

// HasIDForm reports whether a value has the form of an ID.
func (r *Recogniser) HasIDForm(value string) bool {
	return r.kindByForm(strings.TrimSpace(value)) != nil
}

// OfMerchant reports whether a name belongs to payments: a key beside it is more
// likely theirs than an account's.
func OfMerchant(name string) bool {
	return slices.ContainsFunc(Split(name), func(w string) bool { return strings.HasPrefix(w, "mch") || w == "merchant" })
}

// MayBeSecret reports whether a value has the form of a secret, and its name does
// not speak of another one.
func (r *Recogniser) MayBeSecret(name, value string) bool {
	return r.hasSecretForm(strings.TrimSpace(value)) && !slices.ContainsFunc(Split(name), otherSecret)
}

func (r *Recogniser) hasSecretForm(value string) bool {
	return slices.ContainsFunc(r.kinds, func(k kind) bool { return k.secret != nil && k.secret.MatchString(value) })
}
