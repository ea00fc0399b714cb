package cli

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tokentray/core/api"
	"tokentray/ui/search"
)

// filter is what a person looks for in the live table.
type filter struct {
	typing bool // typed characters go into it
	words  string
}

// maxFilter is how many characters it may have.
const maxFilter = 60

// press takes a key, and reports whether it was meant for the filter.
func (f *filter) press(key Key) bool {
	if !f.typing {
		switch {
		case key == "/":
			f.typing = true
		case key == keyEscape && f.words != "":
			f.words = ""
		default:
			return false
		}
		return true
	}
	switch key {
	case KeyEnter:
		f.typing = false
	case keyEscape:
		*f = filter{}
	case keyBackspace, "\x08":
		_, last := utf8.DecodeLastRuneInString(f.words)
		f.words = f.words[:len(f.words)-last]
	case keyClear:
		f.words = ""
	case KeyUp, KeyDown, KeyPageUp, KeyPageDn, KeyHome, KeyEnd, KeyCtrlC:
		return false
	default:
		printable := !strings.ContainsFunc(string(key), func(r rune) bool { return !unicode.IsPrint(r) })
		if utf8.ValidString(string(key)) && printable && utf8.RuneCountInString(f.words+string(key)) <= maxFilter {
			f.words += string(key)
		}
	}
	return true
}

// Keys of the filter beside those that have names.
const (
	KeyEnter     Key = "\r"
	keyEscape    Key = "\x1b"
	keyBackspace Key = "\x7f"
	keyClear     Key = "\x15" // Ctrl-U
)

// of are the accounts that match.
func (f *filter) of(a *app, all []api.Account) []api.Account {
	q := search.New(a.text(), f.words)
	if q.Empty() {
		return all
	}
	now := a.Now()
	return slices.DeleteFunc(slices.Clone(all), func(acc api.Account) bool { return !q.Matches(&acc, now) })
}

// line says what is looked for and how many match; empty without a filter.
func (f *filter) line(a *app, found, all, width int) string {
	if !f.typing && f.words == "" {
		return ""
	}
	words := clean(f.words)
	if f.typing {
		words += "_"
	}
	return shorten(a.say("watch.filter", "words", words, "n", found, "all", all), width)
}
