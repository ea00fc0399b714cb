package font_test

import (
	"testing"
	"unicode"

	xfont "golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"tokentray/assets/font"
	"tokentray/ui/text"
)

func parse(t *testing.T, name string, data []byte) *sfnt.Font {
	t.Helper()
	f, err := sfnt.Parse(data)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return f
}

func has(t *testing.T, f *sfnt.Font, r rune) bool {
	t.Helper()
	var buf sfnt.Buffer
	g, err := f.GlyphIndex(&buf, r)
	if err != nil {
		t.Fatal(err)
	}
	return g != 0
}

func width(t *testing.T, f *sfnt.Font, r rune) fixed.Int26_6 {
	t.Helper()
	var buf sfnt.Buffer
	g, err := f.GlyphIndex(&buf, r)
	if err != nil || g == 0 {
		t.Fatalf("no glyph for %q: %v", r, err)
	}
	w, err := f.GlyphAdvance(&buf, g, fixed.I(1000), xfont.HintingNone)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// Whatever the program says, the font can show: else run subset-font.sh after
// adding the missing characters to chars.txt.
func TestEverySentenceCanBeShown(t *testing.T) {
	for name, data := range map[string][]byte{"regular": font.Regular, "bold": font.Bold} {
		f := parse(t, name, data)
		for _, lang := range []text.Lang{text.English, text.Chinese} {
			say := text.New(lang)
			for _, key := range say.Keys() {
				for _, r := range say.Say(key) {
					if !unicode.IsControl(r) && !has(t, f, r) {
						t.Errorf("%s lacks %q of %q", name, r, key)
					}
				}
			}
		}
	}
}

// A countdown must not shake, so all figures are equally wide.
func TestFiguresAreEquallyWide(t *testing.T) {
	for name, data := range map[string][]byte{"regular": font.Regular, "bold": font.Bold, "mono": font.Mono} {
		f := parse(t, name, data)
		for r := '1'; r <= '9'; r++ {
			if width(t, f, r) != width(t, f, '0') {
				t.Errorf("%s: %q is wider or narrower than 0", name, r)
			}
		}
	}
}

// In monospace the mask's dots stand in the grid of the letters.
func TestMonoIsMonospaced(t *testing.T) {
	f := parse(t, "mono", font.Mono)
	for r := ' '; r < 0x7f; r++ {
		if width(t, f, r) != width(t, f, '0') {
			t.Errorf("%q is wider or narrower than 0", r)
		}
	}
	if width(t, f, '•') != width(t, f, '0') {
		t.Error("the dot of a mask is wider or narrower than 0")
	}
}

// Noto's Chinese faces draw these a full em wide, which tears English sentences
// and masks apart.
func TestPunctuationIsWestern(t *testing.T) {
	for name, data := range map[string][]byte{"regular": font.Regular, "bold": font.Bold} {
		f := parse(t, name, data)
		for _, r := range "•·…‘’“”" {
			if width(t, f, r) >= fixed.I(1000) {
				t.Errorf("%s: %q is a full em wide", name, r)
			}
		}
	}
}
