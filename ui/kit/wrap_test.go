package kit

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"fyne.io/fyne/v2"
)

// atMost returns a function that accepts lines of n characters.
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
		if got := Wrap(c.in, atMost(c.width)); !slices.Equal(got, c.want) {
			t.Errorf("%q at %d: %q, want %q", c.in, c.width, got, c.want)
		}
	}
}

// Wrapping loses only spaces, and no line is too long.
func FuzzWrap(f *testing.F) {
	f.Add("one two three", 7)
	f.Add("账号已被冻结。", 3)
	f.Add("83_abTHEVERYTOKEN，（x）", 1)
	f.Fuzz(func(t *testing.T, s string, n int) {
		if !utf8.ValidString(s) || n < 1 || n > 1000 || len(s) > 10000 {
			t.Skip()
		}
		lines := Wrap(s, atMost(n))
		bare := strings.NewReplacer(" ", "", "\n", "")
		if got, want := bare.Replace(strings.Join(lines, "")), bare.Replace(s); got != want {
			t.Errorf("%q became %q", want, got)
		}
		for _, l := range lines {
			if utf8.RuneCountInString(l) > n && len(Clusters(l)) > 1 {
				t.Errorf("%q is longer than %d", l, n)
			}
		}
	})
}

const (
	family  = "👩\u200d👩\u200d👧\u200d👦" // one character to a reader
	arabic  = "متجر الاختبار"
	hebrew  = "חנות"
	accents = "e\u0301"
)

// oddNames returns names that are hard to draw.
func oddNames() []string {
	return []string{
		strings.Repeat("long-name-", 20), strings.Repeat("W", 200), strings.Repeat("测试商城账号名称", 25),
		arabic, strings.Repeat(arabic+" ", 14) + "end", hebrew + " shop 12", strings.Repeat(hebrew, 50),
		family + " family shop", strings.Repeat(family, 28), strings.Repeat(accents, 100), "🇨🇳🇩🇪 flags", "a",
	}
}

// Cuts never split what a reader sees as one character.
func TestCutsKeepCharactersWhole(t *testing.T) {
	for _, name := range oddNames() {
		whole := Clusters(name)
		for _, width := range []float32{10, 40, 90, 150, 300} {
			got := Ellipsize(name, width, SizeName, fyne.TextStyle{Bold: true})
			head, cut := strings.CutSuffix(got, "…")
			if !strings.HasPrefix(name, head) || !utf8.ValidString(got) {
				t.Fatalf("%q became %q", name, got)
			}
			kept := Clusters(head)
			for i, c := range kept {
				if c != whole[i] {
					t.Errorf("%q is cut within a character: %q", name, got)
				}
			}
			if w := Measure(got, SizeName, fyne.TextStyle{Bold: true}).Width; w > width && len(kept) > 0 {
				t.Errorf("%q is %v wide, want %v", got, w, width)
			}
			if !cut && head != name {
				t.Errorf("%q lost something without a sign", name)
			}
		}
		for _, line := range Wrap(name, func(s string) bool { return Measure(s, SizeText, fyne.TextStyle{}).Width <= 60 }) {
			for _, c := range Clusters(line) {
				if !strings.Contains(name, c) || c == "\u200d" {
					t.Errorf("%q is broken within a character: %q", name, line)
				}
			}
		}
	}
}
