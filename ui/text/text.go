// Package text holds every sentence a person reads, in English and in
// Simplified Chinese, side by side, and the forms of durations and times.
//
// Each subject has a file and a function that returns its table. A row has both
// languages, so that no key can lack one. A placeholder is a name in braces:
// {account}. A test compares the placeholders of the languages.
package text

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"tokentray/core"
	"tokentray/core/kinds"
)

// Lang is a language of the program.
type Lang int

// The languages.
const (
	English Lang = iota
	Chinese
)

// Key names a sentence.
type Key string

// pair is a sentence in English and in Chinese.
type pair [2]string

// table maps the keys of one subject.
type table map[Key]pair

// Text speaks one language. It is safe for concurrent use.
type Text struct {
	lang  Lang
	book  *book
	kinds kinds.Set
}

// row is a sentence in one language. Sorted rows take half of the memory of a map, of
// which an agent would have 160 kB all day.
type row struct {
	key  Key
	says string
}

// book has the rows of each language by key, made when the language is first spoken:
// that leaves more than a megabyte of garbage.
type book [2]func() []row

func newBook() *book {
	var b book
	for _, lang := range []Lang{English, Chinese} {
		b[lang] = sync.OnceValue(func() []row { return rowsOf(lang) })
	}
	return &b
}

func rowsOf(lang Lang) []row {
	all, n := tables(), 0
	for _, t := range all {
		n += len(t)
	}
	rows := make([]row, 0, n)
	for _, t := range all {
		for k, p := range t {
			rows = append(rows, row{k, p[lang]})
		}
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(a.key, b.key) })
	return rows
}

// New returns the sentences of a language. It knows the kinds of this version;
// see Knowing. A program that speaks often calls it once, and In after that.
func New(lang Lang) *Text { return &Text{lang, newBook(), kinds.Builtin()} }

// In returns the same sentences in a language. Both texts share what they hold.
func (t *Text) In(lang Lang) *Text { return &Text{lang, t.book, t.kinds} }

// Knowing returns the same sentences for other kinds, such as those that a user
// added, with their labels.
func (t *Text) Knowing(set kinds.Set) *Text { return &Text{t.lang, t.book, set} }

// rows are the sentences by key.
func (t *Text) rows() []row { return t.book[t.lang]() }

// Kinds returns the kinds that it knows.
func (t *Text) Kinds() kinds.Set { return t.kinds }

// Spec returns the spec of a kind. For an unknown kind only the name is set.
func (t *Text) Spec(k core.Kind) kinds.Spec {
	spec, _ := t.kinds.Of(k)
	return spec
}

// tables lists the subjects.
func tables() []table {
	return append(kindTables(), []table{
		common(),
		quota(),
		check(),
		sign(),
		detail(),
		today(),
		problems(),
		system(),
		causes(),
		explanations(),
		mcpWords(),
		mcpToolWords(),
		remedies(),
		redisTexts(),
		commands(),
		cli(),
		doctor(),
		store(),
		window(),
		claims(),
		windowHelp(),
		offers(),
		windowDoor(),
		windowClients(),
		windowTry(),
		windowPushes(),
		windowAgents(),
		windowTeams(),
		starter(),
		tray(),
		apiDoor(),
		pushes(),
		presets(),
		teams(),
		execWords(),
		callWords(),
		man(),
		formats(),
		export(),
		exchange(),
		keys(),
		notify(),
	}...)
}

// said makes a sentence of the words that an error of core has; see core.SaysNoAccount.
func said(words string) string { return strings.ToUpper(words[:1]) + words[1:] + "." }

// Lang is the language of the sentences.
func (t *Text) Lang() Lang { return t.lang }

// Keys lists every key in order.
func (t *Text) Keys() []Key {
	rows := t.rows()
	out := make([]Key, len(rows))
	for i, r := range rows {
		out[i] = r.key
	}
	return out
}

// Has reports whether there is a sentence for key.
func (t *Text) Has(key Key) bool { _, ok := t.find(key); return ok }

// find returns the sentence of key with its placeholders.
func (t *Text) find(key Key) (string, bool) {
	rows := t.rows()
	i, ok := slices.BinarySearchFunc(rows, key, func(r row, key Key) int { return cmp.Compare(r.key, key) })
	if !ok {
		return "", false
	}
	return rows[i].says, true
}

// Listed joins the parts of a list.
func (t *Text) Listed(parts []string) string {
	if t.lang == Chinese {
		return strings.Join(parts, "、")
	}
	return strings.Join(parts, ", ")
}

// Some lists the first few of many names.
func (t *Text) Some(names []string) string {
	const most = 5
	shown := make([]string, 0, most)
	for _, name := range names[:min(len(names), most)] {
		shown = append(shown, Isolated(name))
	}
	list := t.Listed(shown)
	if more := len(names) - len(shown); more > 0 {
		return t.Say("notice.recovered.more", "accounts", list, "n", more)
	}
	return list
}

// Say returns the sentence of key with its placeholders filled. args are names and
// values in turn. Values are not searched for placeholders, because account names may
// contain braces. For an unknown key it returns the key, so that the mistake is
// visible and a test finds it.
func (t *Text) Say(key Key, args ...any) string {
	says, ok := t.find(key)
	if !ok {
		return string(key)
	}
	pairs := make([]string, 0, len(args))
	for i := 0; i+1 < len(args); i += 2 {
		name, value := "{"+fmt.Sprint(args[i])+"}", fmt.Sprint(args[i+1])
		if n, ok := args[i+1].(int); ok && counts(name) {
			value = Number(n)
		}
		if t.lang == Chinese {
			says = closeUp(says, name, value)
		}
		pairs = append(pairs, name, value)
	}
	return fill(says, pairs)
}

// counts reports whether a placeholder is that of a count, whose thousands a comma
// separates. Other numbers are codes, ports and the like.
func counts(name string) bool {
	switch name {
	case "{n}", "{of}", "{all}", "{count}":
		return true
	}
	return false
}

// fill puts values in the place of placeholders; pairs are both in turn. It looks at
// the sentence once: a strings.Replacer leaves 2 kB of garbage for each sentence, and a
// menu has a hundred of them.
func fill(says string, pairs []string) string {
	if len(pairs) == 0 {
		return says
	}
	var b strings.Builder
	for {
		before, _, found := strings.Cut(says, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		says = says[len(before):]
		used, value := 1, says[:1]
		for i := 0; i < len(pairs); i += 2 {
			if strings.HasPrefix(says, pairs[i]) {
				used, value = len(pairs[i]), pairs[i+1]
				break
			}
		}
		b.WriteString(value)
		says = says[used:]
	}
}

// closeUp removes the space between a Chinese character of a sentence and one of a
// value. Sentences have that space because most values are figures and Latin letters.
func closeUp(says, name, value string) string {
	first, _ := utf8.DecodeRuneInString(value)
	last, _ := utf8.DecodeLastRuneInString(value)
	if unicode.Is(unicode.Han, first) {
		before, after, found := strings.Cut(says, " "+name)
		if end, _ := utf8.DecodeLastRuneInString(before); found && unicode.Is(unicode.Han, end) {
			says = before + name + after
		}
	}
	if unicode.Is(unicode.Han, last) {
		before, after, found := strings.Cut(says, name+" ")
		if begin, _ := utf8.DecodeRuneInString(after); found && unicode.Is(unicode.Han, begin) {
			says = before + name + after
		}
	}
	return says
}

// EnvLang is an environment variable that every program prefers to the language
// setting: en or zh, also spelt as a locale, or auto for the locale.
const EnvLang = "TOKENTRAY_LANG"

// Choose returns the language for a setting (auto, en or zh), unless EnvLang names
// another. For auto the locale decides.
func Choose(setting string) Lang { return choose(setting, os.Getenv) }

func choose(setting string, getenv func(string) string) Lang {
	if v := getenv(EnvLang); v != "" {
		setting = v
	}
	if lang, spoken := match(setting); spoken {
		return lang
	}
	return locale(getenv)
}

// locale returns the language of the locale, by the rules of gettext: LC_ALL before
// LC_MESSAGES before LANG. Unless that is the C locale, the first language in
// LANGUAGE that the program has comes before all of them. The fallback is English.
func locale(getenv func(string) string) Lang {
	var of string
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if of = getenv(name); of != "" {
			break
		}
	}
	base, _, _ := strings.Cut(of, ".")
	if base == "" || base == "C" || base == "POSIX" {
		return English
	}
	for _, one := range strings.Split(getenv("LANGUAGE"), ":") {
		if lang, spoken := match(one); spoken {
			return lang
		}
	}
	lang, _ := match(of)
	return lang
}

// match returns the language of a locale's name, and whether the program has it.
func match(locale string) (lang Lang, spoken bool) {
	locale, _, _ = strings.Cut(locale, ".")
	locale, _, _ = strings.Cut(locale, "@")
	tag, err := language.Parse(strings.ReplaceAll(locale, "_", "-"))
	if err != nil {
		return English, false
	}
	_, i, sure := language.NewMatcher([]language.Tag{language.English, language.SimplifiedChinese}).Match(tag)
	return Lang(i), sure != language.No
}
