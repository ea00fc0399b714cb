package text

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestTables: both languages of a sentence have the same placeholders, no key is used
// twice, and the typography fits the language.
func TestTables(t *testing.T) {
	placeholder := regexp.MustCompile(`\{[a-z_]+\}`)
	holders := func(s string) []string {
		found := placeholder.FindAllString(s, -1)
		slices.Sort(found)
		return slices.Compact(found)
	}
	seen := map[Key]bool{}
	for _, table := range tables() {
		for key, p := range table {
			if seen[key] {
				t.Errorf("%s stands in two tables", key)
			}
			seen[key] = true
			en, zh := p[English], p[Chinese]
			if !slices.Equal(holders(en), holders(zh)) {
				t.Errorf("%s: placeholders %q and %q", key, holders(en), holders(zh))
			}
			if (en == "") != (zh == "") {
				t.Errorf("%s is said in one language alone: %q, %q", key, en, zh)
			}
			if strings.ContainsAny(en, "，。；：？（）") || strings.Contains(zh, ", ") {
				t.Errorf("%s: the other language's punctuation in %q or %q", key, en, zh)
			}
			for _, s := range []string{en, zh} {
				if s != strings.TrimSpace(s) && !joins(key) {
					t.Errorf("%s begins or ends with a blank: %q", key, s)
				}
			}
		}
	}
}

// joins reports whether a sentence is put between or after other words, so that
// leading and trailing spaces belong to it.
func joins(key Key) bool {
	switch key {
	case "cli.colon", "cli.comma", "cli.paren", "cli.warning", "get.clears", "help.default", "watch.paused", "tray.tip.and":
		return true
	}
	return false
}
