package window

import (
	"strings"
	"time"
	"unicode/utf8"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// query is what somebody searches for: words that must all be found somewhere
// in an account, and terms such as state:blocked that each look at one thing.
// A term's value may be the beginning of the word the command line uses or of
// the one on the screen, in any language.
type query struct {
	words []string
	terms []term
	kinds map[kindPair]string // what a kind is called, for the words
	say   *text.Text
}

type term struct{ field, value string }

// kindPair is what a row's line about the kind is made of.
type kindPair struct {
	product core.Product
	kind    core.Kind
}

// queryFields are the names of the fields that a term may have, by what they
// are called in either language.
func queryFields() map[string]string {
	return map[string]string{
		"state": "state", "状态": "state",
		"env": "env", "环境": "env",
		"kind": "kind", "product": "kind", "类型": "kind", "产品": "kind",
	}
}

func newQuery(say *text.Text, search string) query {
	q := query{say: say, kinds: map[kindPair]string{}}
	known := queryFields()
	for _, word := range strings.Fields(strings.ToLower(strings.ReplaceAll(search, "：", ":"))) {
		field, value, cut := strings.Cut(word, ":")
		if name := known[field]; cut && name != "" {
			if value != "" { // half typed: it leaves everything yet
				q.terms = append(q.terms, term{name, value})
			}
			continue
		}
		q.words = append(q.words, word)
	}
	return q
}

func (q *query) empty() bool { return len(q.words) == 0 && len(q.terms) == 0 }

// matches reports whether an account is looked for, as it stands at now.
func (q *query) matches(a *api.Account, now time.Time) bool {
	for _, t := range q.terms {
		if !q.holds(t, a, now) {
			return false
		}
	}
	if len(q.words) == 0 {
		return true
	}
	where := strings.ToLower(a.Name + "\n" + a.AppID + "\n" + a.Note)
	for _, w := range q.words {
		if !strings.Contains(where, w) && !(long(w) && strings.Contains(q.kind(a), w)) {
			return false
		}
	}
	return true
}

// long reports whether a word says enough to be looked for in kinds as well,
// where a letter or two stand in nearly all.
func long(word string) bool {
	return utf8.RuneCountInString(word) > 2 || strings.ContainsFunc(word, kit.IsWide) && utf8.RuneCountInString(word) > 1
}

func (q *query) holds(t term, a *api.Account, now time.Time) bool {
	switch t.field {
	case "env":
		return startsOne(t.value, string(a.Env), q.say.Say(text.Key("env."+string(a.Env))))
	case "state":
		state := a.StateAt(now)
		return startsOne(t.value, string(state), q.say.Say(text.Key("state."+string(state))))
	}
	return strings.Contains(q.kind(a), t.value)
}

// kind is everything that an account's kind and product are called.
func (q *query) kind(a *api.Account) string {
	pair := kindPair{a.Product, a.Kind}
	words, ok := q.kinds[pair]
	if !ok {
		words = strings.ToLower(string(a.Kind) + "\n" + string(a.Product) + "\n" + q.say.KindLine(a.Kind, a.Product))
		q.kinds[pair] = words
	}
	return words
}

// startsOne reports whether one of the words begins with what was typed.
func startsOne(typed string, words ...string) bool {
	for _, w := range words {
		if strings.HasPrefix(strings.ToLower(w), typed) {
			return true
		}
	}
	return false
}
