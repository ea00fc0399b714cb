// Package search finds accounts by words that a person types, and puts them in order, in
// the same way in the window and in the terminal.
package search

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tokentray/core"
	"tokentray/core/api"
	"tokentray/ui/text"
)

// Query is what a person searches for: words, and terms such as state:blocked. Each
// word must be part of the account or be its environment or state. Each term looks at
// one field.
//
// A term's value may be the beginning of the word that the command line uses or of
// the word on the screen, in any language.
type Query struct {
	words []string
	terms []term
	kinds map[kindPair]string // the names of a kind, for the words
	say   *text.Text
}

type term struct{ field, value string }

// kindPair is what a kind's names depend on.
type kindPair struct {
	product core.Product
	kind    core.Kind
}

// fields maps the names of a term, in both languages, to the fields they mean.
func fields() map[string]string {
	return map[string]string{
		"state": "state", "状态": "state",
		"env": "env", "环境": "env",
		"group": "group", "分组": "group",
		"kind": "kind", "product": "kind", "类型": "kind", "产品": "kind",
	}
}

// New parses what was typed.
func New(say *text.Text, typed string) *Query {
	q := &Query{say: say, kinds: map[kindPair]string{}}
	known := fields()
	for _, word := range strings.Fields(strings.ToLower(strings.ReplaceAll(typed, "：", ":"))) {
		field, value, cut := strings.Cut(word, ":")
		if name := known[field]; cut && name != "" {
			if value != "" { // a term that is still being typed matches everything
				q.terms = append(q.terms, term{name, value})
			}
			continue
		}
		q.words = append(q.words, word)
	}
	return q
}

// Empty reports whether the query matches every account.
func (q *Query) Empty() bool { return len(q.words) == 0 && len(q.terms) == 0 }

// Matches reports whether an account matches, in its state at now.
func (q *Query) Matches(a *api.Account, now time.Time) bool {
	for _, t := range q.terms {
		if !q.holds(t, a, now) {
			return false
		}
	}
	if len(q.words) == 0 {
		return true
	}
	where := strings.ToLower(a.Name + "\n" + a.AppID + "\n" + a.Note + "\n" + a.Group)
	for _, w := range q.words {
		if strings.Contains(w, "/") && strings.Contains(strings.ToLower(a.Ref().String()), w) {
			continue // as accounts are written: shop/live
		}
		if !strings.Contains(where, w) && !(long(w) && strings.Contains(q.kind(a), w)) && !q.is(w, a, now) {
			return false
		}
	}
	return true
}

// is reports whether a word is a name of the account's environment or state.
func (q *Query) is(word string, a *api.Account, now time.Time) bool {
	for _, name := range append(q.say.StateNames(a, now), string(a.Env), q.say.Say(text.Key("env."+string(a.Env)))) {
		if slices.Contains(strings.Fields(strings.ToLower(name)), word) {
			return true
		}
	}
	return false
}

// long reports whether a word is long enough to search kinds for it too. One or two
// letters are part of nearly every kind.
func long(word string) bool {
	return utf8.RuneCountInString(word) > 2 || strings.ContainsFunc(word, wide) && utf8.RuneCountInString(word) > 1
}

// wide reports whether r belongs to a script in which one or two characters make a
// word.
func wide(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// Field returns the field of the first term, or "" without terms.
func (q *Query) Field() string {
	if len(q.terms) == 0 {
		return ""
	}
	return q.terms[0].field
}

func (q *Query) holds(t term, a *api.Account, now time.Time) bool {
	switch t.field {
	case "env":
		return startsOne(t.value, string(a.Env), q.say.Say(text.Key("env."+string(a.Env))))
	case "group":
		return strings.Contains(strings.ToLower(a.Group), t.value)
	case "state":
		return InState(q.say, t.value, a, now)
	}
	return strings.Contains(q.kind(a), t.value)
}

// kind returns all names of an account's kind and product.
func (q *Query) kind(a *api.Account) string {
	pair := kindPair{a.Product, a.Kind}
	words, ok := q.kinds[pair]
	if !ok {
		words = strings.ToLower(string(a.Kind) + "\n" + string(a.Product) + "\n" + q.say.KindLine(a.Kind, a.Product))
		q.kinds[pair] = words
	}
	return words
}

// InState reports whether what was typed begins a name of an account's state at now, as
// the program or the lists call it.
func InState(say *text.Text, typed string, a *api.Account, now time.Time) bool {
	return startsOne(typed, say.StateNames(a, now)...)
}

// IsState reports whether what was typed begins a name of any state.
func IsState(say *text.Text, typed string) bool {
	return typed != "" && slices.ContainsFunc(text.StateWords(), func(word string) bool {
		return startsOne(typed, word, say.Say(text.Key("state."+word)))
	})
}

// startsOne reports whether one of the words starts with what was typed.
func startsOne(typed string, words ...string) bool {
	typed = strings.ToLower(typed)
	for _, w := range words {
		if strings.HasPrefix(strings.ToLower(w), typed) {
			return true
		}
	}
	return false
}
