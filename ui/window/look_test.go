package window

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"tokentray/core"
	"tokentray/core/format"
	"tokentray/core/kinds"
	"tokentray/ui/kit"
	"tokentray/ui/text"
)

// atMost fits lines of n characters.
func atMost(n int) func(string) bool {
	return func(s string) bool { return utf8.RuneCountInString(s) <= n }
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		in    string
		width int
		want  []string
	}{
		{"", 10, []string{""}},
		{"one two three", 7, []string{"one two", "three"}},
		{"one two three", 13, []string{"one two three"}},
		{"one\ntwo", 13, []string{"one", "two"}},
		{"abcdefghij", 4, []string{"abcd", "efgh", "ij"}},
		{"see abcdefghij now", 5, []string{"see", "abcde", "fghij", "now"}},
		{"账号已被冻结。", 3, []string{"账号已", "被冻", "结。"}},
		{"请复制 AppID，再试。", 8, []string{"请复制", "AppID，再", "试。"}},
		{"（见后台）", 2, []string{"（见", "后", "台）"}},
	} {
		if got := kit.Wrap(c.in, atMost(c.width)); !slices.Equal(got, c.want) {
			t.Errorf("%q at %d: %q, want %q", c.in, c.width, got, c.want)
		}
	}
}

// Wrapping loses nothing but blanks, and no line is too long.
func FuzzWrap(f *testing.F) {
	f.Add("one two three", 7)
	f.Add("账号已被冻结。", 3)
	f.Add("83_abTHEVERYTOKEN，（x）", 1)
	f.Fuzz(func(t *testing.T, s string, n int) {
		if !utf8.ValidString(s) || n < 1 || n > 1000 || len(s) > 10000 {
			t.Skip()
		}
		lines := kit.Wrap(s, atMost(n))
		bare := strings.NewReplacer(" ", "", "\n", "")
		if got, want := bare.Replace(strings.Join(lines, "")), bare.Replace(s); got != want {
			t.Errorf("%q became %q", want, got)
		}
		for _, l := range lines {
			if utf8.RuneCountInString(l) > n && len(kit.Clusters(l)) > 1 {
				t.Errorf("%q is longer than %d", l, n)
			}
		}
	})
}

// Whatever the package says has its sentence in both languages.
func TestEveryWordIsThere(t *testing.T) {
	l := lookIn(text.English)
	said := regexp.MustCompile(`\bl(?:ook)?\.T\("([a-z0-9_.-]+)"[,)]`)
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range said.FindAllStringSubmatch(string(src), -1) {
			found++
			if !l.Words.Has(text.Key("window." + m[1])) {
				t.Errorf("%s says window.%s, which is nowhere", file, m[1])
			}
		}
	}
	if found < 50 {
		t.Errorf("found only %d sentences in the sources; the pattern must be wrong", found)
	}
	var more []string
	for _, f := range format.Names() {
		more = append(more, "format."+f)
	}
	for a := actCopyIP; a <= actRetry; a++ {
		more = append(more, buttonKey(a))
	}
	f := newForm(nil, newDraft(kinds.Builtin(), core.Sandbox), formActions{})
	f.look = l
	for _, field := range f.draft.formFields() {
		if words := f.label(field); strings.HasPrefix(words, "window.") || words == field {
			t.Errorf("the field %s has no label", field)
		}
	}
	for _, key := range core.SettingKeys() {
		more = append(more, "set."+key)
		for _, c := range settingChoices(l, key, "") {
			if strings.HasPrefix(c.Label, "window.") {
				t.Errorf("setting %s has no word for %s", key, c.Value)
			}
		}
	}
	for _, what := range []core.What{core.DidRenew, core.DidKeep, core.DidFail, core.DidForce, core.DidReport, core.DidEdit, core.DidAdd, core.DidPush, core.DidMiss} {
		if key := text.Key("did." + string(what)); !l.Words.Has(key) {
			t.Errorf("there is no %s", key)
		}
	}
	for _, key := range more {
		if !l.Words.Has(text.Key("window." + key)) {
			t.Errorf("there is no window.%s", key)
		}
	}
}
